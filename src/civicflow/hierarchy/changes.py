"""A dated act that re-draws the register: what begins, what becomes otherwise, what ends.

One rule reads every act, so that a later kind of act needs no new reader: each of `rows` is what one record is from
its own beginning until its own end, and each id in `ends` is no more from `on`. Facts outside that time are never touched, so a
change that reaches back behind an existing row replaces what the register said from that day and leaves the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.kinds import BodyKind
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.succession import Succession, faults
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site
from civicflow.ids import UnitId
from civicflow.texts import Text

if TYPE_CHECKING:
    from civicflow.hierarchy.register import Register

Act = Literal[
    "adopt", "establish", "convert", "split", "merge", "adjust", "rename", "recode", "transfer", "dissolve",
    "appoint", "relieve", "affiliate", "part", "mobilise", "prolong", "stand-down", "correct",
]  # fmt: skip
"""What an act does; `ACTS` says it in words. Re-drawing is 建 establish, 改 convert, 分 split, 合 merge, 调 adjust, 撤 dissolve."""

ACTS: Mapping[Act, Text] = MappingProxyType(
    {
        "adopt": Text("adoption of levels and kinds", "确定层级体系"),
        "establish": Text("establishment", "设立"),
        "convert": Text("conversion", "改设"),
        "split": Text("split", "分设"),
        "merge": Text("merger", "合并"),
        "adjust": Text("adjustment", "调整"),
        "rename": Text("renaming", "更名"),
        "recode": Text("recoding", "换码"),
        "transfer": Text("transfer", "划转"),
        "dissolve": Text("dissolution", "撤销"),
        "appoint": Text("appointment", "任职"),
        "relieve": Text("relief of a post", "免职"),
        "affiliate": Text("affiliation", "建立联系"),
        "part": Text("end of an affiliation", "解除联系"),
        "mobilise": Text("mobilisation", "平急转换"),
        "prolong": Text("prolongation", "延期"),
        "stand-down": Text("standing down", "转回常态"),
        "correct": Text("correction", "更正"),
    }
)
"""The acts as clerks read them; a correction says what was so all along, as if the register had never said otherwise."""

_ROWS: Mapping[str, type[Row]] = MappingProxyType(
    {"area": Area, "body": Body, "post": Post, "appointment": Appointment, "affiliation": Affiliation, "site": Site}
)
_NAMES: Mapping[type[Row], str] = MappingProxyType({cls: name for name, cls in _ROWS.items()})
_TEXTS = ("name", "title")


@attrs.frozen(kw_only=True)
class Change:
    """One act and the day on which it takes effect.

    Attributes:
        act: what kind of act it is.
        on: the first day on which it holds.
        register: the name of the register file that it changes.
        rows: what begins or becomes otherwise, on the day of the act or, where something was planned, later.
        ends: the ids of the records that end.
        scheme: the scheme of levels that the register adopts.
        kinds: the kinds of bodies that the register adds to the known ones.
        basis: the document that orders it, as clerks cite it; empty where none is known.
        successions: who comes after whom; see `civicflow.hierarchy.succession`.
        based_on: the version of the register that it was made of, 0 where nobody says; it is not recorded. Whoever re-draws
            what somebody else has re-drawn since is told, see `civicflow.office.registry.RegisterDesk.apply`.
    """

    act: Act
    on: date
    register: str = ""
    rows: tuple[Row, ...] = ()
    ends: tuple[str, ...] = ()
    scheme: LevelScheme | None = None
    kinds: tuple[BodyKind, ...] = ()
    basis: str = ""
    successions: tuple[Succession, ...] = ()
    based_on: int = attrs.field(default=0, eq=False)

    def __attrs_post_init__(self) -> None:
        wrong = tuple(faults(self.successions)) if self.successions else ()
        if wrong:
            msg = f"the successions of this {self.act} do not fit together"
            raise InvalidInput(msg, wrong)
        for row in self.rows:
            if row.since < self.on:
                msg = f"a row of a change begins on its day, {self.on}, or later; {row.id} begins on {row.since}"
                raise InvalidInput(msg)

    def to_builtins(self) -> dict[str, Any]:
        """The change as JSON-safe values, without what is empty; dates are ISO 8601."""
        data: dict[str, Any] = {"act": self.act, "on": self.on.isoformat()}
        if self.register:
            data["register"] = self.register
        if self.rows:
            data["rows"] = [_row_to_builtins(row, self.register, self.on) for row in self.rows]
        if self.ends:
            data["ends"] = list(self.ends)
        if self.scheme is not None:
            data["scheme"] = self.scheme.to_builtins()
        if self.kinds:
            data["kinds"] = {kind.name: _kind_to_builtins(kind) for kind in self.kinds}
        if self.basis:
            data["basis"] = self.basis
        if self.successions:
            data["successions"] = [one.to_builtins() for one in self.successions]
        return data

    @property
    def touched(self) -> set[str]:
        """The ids of every record that begins, becomes otherwise, ends or comes after another."""
        return {*(row.id for row in self.rows), *self.ends, *self.originals, *self.results}

    @property
    def originals(self) -> tuple[UnitId, ...]:
        """The units that the act re-draws, each once."""
        return tuple(dict.fromkeys(one.original for one in self.successions))

    @property
    def results(self) -> tuple[UnitId, ...]:
        """The units that it leaves, each once."""
        return tuple(dict.fromkeys(one.result for one in self.successions))

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> Change:
        """The change that `to_builtins` wrote."""
        on, register = date.fromisoformat(data["on"]), data.get("register", "")
        return cls(
            act=data["act"],
            on=on,
            register=register,
            rows=tuple(_row_from_builtins(row, on, register) for row in data.get("rows", ())),
            ends=tuple(data.get("ends", ())),
            scheme=LevelScheme.from_builtins(data["scheme"]) if "scheme" in data else None,
            kinds=tuple(_kind_from_builtins(name, *kind) for name, kind in data.get("kinds", {}).items()),
            basis=data.get("basis", ""),
            successions=tuple(map(Succession.from_builtins, data.get("successions", ()))),
        )


A = TypeVar("A", bound=Callable[..., "Change"])


def made_of(act: A) -> A:
    """Let what an act makes of a register, its first argument, remember which version of it that was."""

    @wraps(act)
    def remembered(register: Register, *args: Any, **kwargs: Any) -> Change:
        return attrs.evolve(act(register, *args, **kwargs), based_on=register.version)

    return cast("A", remembered)


def _kind_to_builtins(kind: BodyKind) -> list[str | bool]:
    names: list[str | bool] = [kind.text.en, kind.text.zh]
    return [*names, True] if kind.answers else names


def _kind_from_builtins(name: str, en: str, zh: str, *answers: bool) -> BodyKind:
    return BodyKind(name, Text(en, zh), any(answers))


def _row_to_builtins(row: Row, register: str, on: date) -> dict[str, Any]:
    data: dict[str, Any] = {"is": _NAMES[type(row)]}
    for field in attrs.fields(type(row)):
        value = getattr(row, field.name)
        if value == {"register": register, "since": on}.get(field.name, "") or value in (None, ()):
            continue
        if isinstance(value, Text):
            value = value.en if value.en == value.zh and "|" not in value.en else [value.en, value.zh]
        elif isinstance(value, date):
            value = value.isoformat()
        elif field.name == "identifiers":
            value = dict(value)
        elif isinstance(value, tuple):
            value = [list(item) if isinstance(item, tuple) else item for item in value]
        data[field.name] = value
    return data


def _row_from_builtins(data: Mapping[str, Any], on: date, register: str) -> Row:
    values = {"register": register, **data}
    values["since"] = date.fromisoformat(values["since"]) if "since" in values else on
    for name in _TEXTS:
        if isinstance(values.get(name), list):
            values[name] = Text(*values[name])
    for name, value in values.items():
        if name not in _TEXTS and isinstance(value, list):
            values[name] = tuple(tuple(item) if isinstance(item, list) else item for item in value)
    if "until" in values:
        values["until"] = date.fromisoformat(values["until"])
    return _ROWS[values.pop("is")](**values)
