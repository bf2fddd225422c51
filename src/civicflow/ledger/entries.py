"""An entry: one recorded fact. Nothing is edited or erased afterwards; a correction is an entry too.

Its sealed bytes are stored verbatim and hashed as they are; every column beside them is a copy. They hold only what
differs from the default, under the names of the fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, Final

import attrs
import msgspec

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId
from civicflow.ledger.canonical import encode

NOTHING: Final[Mapping[str, Any]] = {}


@attrs.frozen(kw_only=True, weakref_slot=False)
class Entry:
    """One step of one case, as it was recorded.

    Attributes:
        case: the case that moved.
        version: the number of the entry in its matter, from 1.
        flow: the rules it was decided by, ``name@version#digest``.
        step: what was done.
        source: the state before, ``new`` for the first entry of a case.
        target: the state after.
        by: who did it, in which post, for which unit.
        happened: when it happened, as the actor says (UTC).
        recorded: when the office recorded it (UTC); never before an earlier entry of the matter.
        register: the version of the register by which it was lawful.
        data: what the actor gave, the public part.
        delta: what changed in the case beside its state, for instance shares that were opened.
        private: SHA-256 (hex) over salt and body of the private part, or empty.
        why: the actor's reason, where one was given.
        cause: the entry that brought this one about, ``CASE:VERSION``, or empty.
        corrects: the entry whose figures this one corrects, ``CASE:VERSION``, or empty.
        key: the idempotency key of the command, or empty.
    """

    case: CaseId
    version: int
    flow: str
    step: str
    source: str
    target: str
    by: Actor
    happened: datetime
    recorded: datetime
    register: int = 0
    data: Mapping[str, Any] = NOTHING
    delta: Mapping[str, Any] = NOTHING
    private: str = ""
    why: str = ""
    cause: str = ""
    corrects: str = ""
    key: str = ""

    @property
    def ref(self) -> str:
        """How another entry names this one as its cause."""
        return f"{self.case}:{self.version}"


def seal(entry: Entry) -> bytes:
    """The bytes that are stored and hashed.

    Raises:
        InvalidInput: if a text holds a lone surrogate.
    """
    return encode(_Sealed(entry.by.to_builtins(), *_values(entry)))


class _Sealed(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The shape of sealed bytes."""

    by: dict[str, Any]
    case: str
    flow: str
    happened: datetime
    recorded: datetime
    step: str
    target: str
    version: int
    source: str = ""
    register: int = 0
    data: dict[str, Any] = {}
    delta: dict[str, Any] = {}
    private: str = ""
    why: str = ""
    cause: str = ""
    corrects: str = ""
    key: str = ""


_values: Final = attrgetter(*_Sealed.__struct_fields__[1:])
_DECODER: Final = msgspec.json.Decoder(_Sealed)


def read(body: bytes) -> Entry:
    """The entry in sealed bytes.

    Raises:
        InvalidInput: if the bytes are not those of an entry.
    """
    try:
        raw = _DECODER.decode(body)
        by = Actor.from_builtins(raw.by)
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, KeyError) as error:
        msg = f"these bytes are no sealed entry: {error}"
        raise InvalidInput(msg) from error
    return Entry(
        case=CaseId(raw.case),
        version=raw.version,
        flow=raw.flow,
        step=raw.step,
        source=raw.source,
        target=raw.target,
        by=by,
        happened=raw.happened.astimezone(UTC),
        recorded=raw.recorded.astimezone(UTC),
        register=raw.register,
        data=raw.data,
        delta=raw.delta,
        private=raw.private,
        why=raw.why,
        cause=raw.cause,
        corrects=raw.corrects,
        key=raw.key,
    )
