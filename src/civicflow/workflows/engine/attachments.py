"""Attachments: a file beside a case, named by an entry that leaves the case in its state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId
from civicflow.ledger.attachments import attached_by
from civicflow.ledger.entries import Entry

_LONGEST: Final = 255
_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_TYPE: Final = re.compile(rf'{_WORD}/{_WORD}(?:; ?{_WORD}=(?:{_WORD}|"[^"\\]*"))*', re.ASCII)
"""A media type: ``type/subtype`` with the names of RFC 6838, 4.2, and parameters as in RFC 9110, 8.3.1."""


@attrs.frozen(kw_only=True)
class File:
    """What is to be attached, beside its bytes.

    Attributes:
        name: as whoever attaches it calls it, for instance ``pothole.jpg``; no path.
        type: its media type, for instance ``image/jpeg``.
        digest: SHA-256 (hex) of the bytes.
        size: in bytes.

    Raises:
        InvalidInput: if name or type cannot be one; both faults at once.
    """

    name: str
    type: str
    digest: str
    size: int

    def __attrs_post_init__(self) -> None:
        faults = []
        if reason := _no_name(self.name):
            faults.append(Fault(reason=reason, value=repr(self.name)[:80], path="name"))
        if not _TYPE.fullmatch(self.type):
            reason = "is no media type; one looks like image/jpeg"
            faults.append(Fault(reason=reason, value=repr(self.type)[:80], path="type"))
        if faults:
            msg = "this cannot be attached"
            raise InvalidInput(msg, faults)

    def parts(self, *, public: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        """The public and the private part of its entry."""
        common, own = {"type": self.type, "size": self.size}, {"name": self.name, "digest": self.digest}
        return ({**common, **own}, {}) if public else (common, own)


def _no_name(name: str) -> str:
    if not name or name in {".", ".."} or not {"/", "\\"}.isdisjoint(name):
        return "is no name of a file; leave its folders out"
    if len(name) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    # Neither NUL nor a mark that turns the writing round, by which exe.gpj is shown as jpg.exe.
    return "" if name.isprintable() else "holds a character that cannot be seen"


@attrs.frozen(kw_only=True)
class Attachment:
    """A file beside a case.

    Attributes:
        case: the case that it was attached to.
        version: the number of its entry in the matter.
        name: as whoever attached it called it; empty once it was erased.
        type: its media type.
        size: in bytes.
        digest: SHA-256 (hex) of the bytes; empty once it was erased.
        public: whether name and digest stand in the public part, for ever.
        by: who attached it.
        at: when it was recorded (UTC).
        why: their reason, where one was given.
    """

    case: CaseId
    version: int
    name: str
    type: str
    size: int
    digest: str
    public: bool
    by: Actor
    at: datetime
    why: str = ""

    @property
    def ref(self) -> str:
        """Its entry, ``CASE:VERSION``."""
        return f"{self.case}:{self.version}"

    @property
    def erased(self) -> bool:
        """Whether its bytes were erased, and its name with them."""
        return not self.digest


def attachment_of(entry: Entry, hidden: Mapping[str, Any]) -> Attachment:
    """The attachment that an entry speaks of.

    Args:
        entry: of the step ``attach``.
        hidden: its private part; empty where there is none (any more).
    """
    return Attachment(
        case=entry.case,
        version=entry.version,
        name=str(entry.data.get("name") or hidden.get("name") or ""),
        type=str(entry.data["type"]),
        size=int(entry.data["size"]),
        digest=attached_by(entry, hidden),
        public="digest" in entry.data,
        by=entry.by,
        at=entry.recorded,
        why=entry.why,
    )
