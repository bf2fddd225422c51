"""What a step asks for, as a file says it: fields with types, made into a class that checks what it is given.

The class is what a hand-written one would be: frozen, its fields typed, those marked private kept beside the entry. It
takes values of Python or the forms that JSON has for them, and names every field that does not fit at once.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final, Literal, cast  # noqa: F401 - the classes made here name Literal in their annotations

import attrs

from civicflow.calendars import Recurrence, TimeLimit, check_aware, recurring
from civicflow.errors import CivicflowError, Fault, InvalidInput
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.markup import AnyNode, Scalar
from civicflow.money import Money
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.fields import is_private, private
from civicflow.workflows.files.sentences import fault, hint
from civicflow.workflows.files.shapes import (
    FIELD,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Spoilt,
    Word,
    is_nothing,
    joined,
    named_pairs,
)
from civicflow.workflows.places import Place, place

_SAFE: Final = 2**53
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Unfit(Exception):
    """A value is not of the type that is asked for."""


def _text(value: Any) -> str:
    if _is_text(value):
        return str(value)
    raise Unfit


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and "\0" not in value and bool(value.encode() or True)
    except UnicodeEncodeError:
        return False


def _name(value: Any) -> str:
    if _is_text(value) and value:
        return str(value)
    raise Unfit


def _integer(value: Any) -> int:
    if type(value) is int and -_SAFE < value < _SAFE:
        return value
    raise Unfit


def _decimal(value: Any) -> Decimal:
    if type(value) is int or isinstance(value, str | Decimal):
        try:
            exact = Decimal(value)
        except InvalidOperation:
            raise Unfit from None
        if exact.is_finite():
            return exact
    raise Unfit


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Unfit


def _date(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise Unfit


def _instant(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return check_aware(value)
    raise Unfit


def _time_limit(value: Any) -> TimeLimit:
    if isinstance(value, str | TimeLimit):
        return TimeLimit.of(value)
    if isinstance(value, Mapping) and value.keys() == {"n", "unit"}:
        return TimeLimit(**value)
    raise Unfit


def _recurrence(value: Any) -> Recurrence:
    if isinstance(value, Recurrence | Mapping):
        return recurring(value)
    raise Unfit


def _money(value: Any) -> Money:
    if isinstance(value, Money):
        return value
    if isinstance(value, Mapping) and value.keys() <= {"amount", "currency"} and "amount" in value:
        return Money(**value)
    if isinstance(value, str):
        amount, _, currency = value.strip().partition(" ")
        return Money(amount, currency.strip()) if currency else Money(amount)
    raise Unfit


def _place(value: Any) -> Any:
    found = place(value)
    if found is None:
        raise Unfit
    return found


@attrs.frozen
class Kind:
    """A kind of value.

    Attributes:
        type: Python's.
        take: the value, of Python or of JSON.
        says: what is expected, in both languages.
        ordered: one value may be more than another.
        literal: such a value can be written in a rule.
    """

    type: Any
    take: Callable[[Any], Any]
    says: Text = attrs.field(converter=bilingual)
    ordered: bool = False
    literal: bool = True

    @property
    def annotation(self) -> str:
        """How Python says it."""
        return str(self.type.__name__)


KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind(str, _text, "a text | 文本"),
    "integer": Kind(int, _integer, "a whole number below 2⁵³ | 小于2⁵³的整数", ordered=True),
    "decimal": Kind(
        Decimal,
        _decimal,
        "an exact number, given as text or Decimal, never as a float | 精确小数，以文本或Decimal给出",
        ordered=True,
    ),
    "yes or no": Kind(bool, _yes_or_no, "true or false | 是或否（true或false）"),
    "date": Kind(date, _date, "a day as in 2026-01-31 | 日期，如2026-01-31", ordered=True),
    "instant": Kind(
        datetime,
        _instant,
        "an instant with its zone, as in 2026-01-31T09:00:00+08:00 | 带时区的时刻，如2026-01-31T09:00:00+08:00",
        ordered=True,
    ),
    "time limit": Kind(TimeLimit, _time_limit, "a time limit as in “3 workdays” | 时限，如“3个工作日”"),
    "recurrence": Kind(
        Recurrence,
        _recurrence,
        "recurring days, by their rule and first day | 重复日期，以规则和起算日给出",
        literal=False,
    ),
    "money": Kind(Money, _money, "an amount as in “500.00 CNY” | 金额，如“500.00 CNY”", ordered=True),
    "unit": Kind(UnitId, _name, "a unit's id | 单位标识"),
    "person": Kind(PersonId, _name, "a person's id | 人员标识"),
    "case": Kind(CaseId, _name, "a case's id | 事项标识"),
    "place": Kind(
        Place, _place, "a place with a point, an address or a unit | 含坐标、地址或单位的地点", literal=False
    ),
}
"""By the word for it in a file."""


@attrs.frozen(kw_only=True)
class DataType:
    """The type of one field.

    Attributes:
        kind: of `KINDS`.
        many: a list of them.
        one_of: the only texts that are allowed; empty where all are.
        optional: it may be left out; then it is nothing, for a text the empty one, for a list no entry.
        private: it is kept beside the entry and can be erased.
    """

    kind: str
    many: bool = False
    one_of: tuple[str, ...] = ()
    optional: bool = False
    private: bool = False

    @property
    def default(self) -> Any:
        """What stands for what was left out."""
        if not self.optional:
            return attrs.NOTHING
        return () if self.many else "" if self.kind == "text" and not self.one_of else None

    @property
    def annotation(self) -> str:
        """The type as Python says it; a part of the flow's digest."""
        one = f"Literal[{', '.join(map(repr, self.one_of))}]" if self.one_of else KINDS[self.kind].annotation
        if self.many:
            return f"tuple[{one}, ...]"
        return f"{one} | None" if self.optional and self.default is None else one

    @property
    def says(self) -> Text:
        """What is expected."""
        one = KINDS[self.kind].says
        if self.one_of:
            words = ", ".join(self.one_of)
            one = Text(f"one of {words}", f"以下之一：{words}")
        return Text(f"a list, each {one.en}", f"列表，每项为{one.zh}") if self.many else one

    def take(self, value: Any) -> Any:
        """The value, of Python or of JSON.

        Raises:
            Unfit: if it is none of this type.
        """
        if self.optional and (value is None or value == self.default):
            return self.default
        if not self.many:
            return self._one(value)
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise Unfit
        return tuple(map(self._one, value))

    def _one(self, value: Any) -> Any:
        try:
            taken = KINDS[self.kind].take(value)
        except (CivicflowError, ValueError, TypeError, ArithmeticError):
            raise Unfit from None
        if self.one_of and taken not in self.one_of:
            raise Unfit
        return taken

    def write(self) -> Any:
        """The type as a file says it, as short as it can be said."""
        many, mark = ("list of " if self.many else ""), ("?" if self.optional else "")
        if not self.one_of and not self.private:
            return f"{many}{self.kind}{mark}"
        given: dict[str, Any] = {"type": f"{many}{self.kind}"}
        if self.one_of:
            given["one of"] = list(self.one_of)
        return {**given, **({"optional": True} if self.optional else {}), **({"private": True} if self.private else {})}


class Given:
    """What a step of a file asks for: the base of the classes that are made of it."""

    __slots__ = ()
    types: ClassVar[Mapping[str, DataType]] = {}

    def __attrs_post_init__(self) -> None:
        faults: list[Fault] = []
        for name, wanted in type(self).types.items():
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, wanted.take(value))
            except Unfit:
                faults.append(fault("field", value=repr(value)[:80], path=name, field=name, wanted=wanted.says))
        if faults:
            msg = f"{type(self).__name__} does not fit"
            raise InvalidInput(msg, faults)


def made(name: str, types: Mapping[str, DataType]) -> type[Any]:
    """The class for some fields.

    >>> Grant = made("Grant", {"fee": DataType(kind="integer")})
    >>> Grant(fee=300)
    Grant(fee=300)
    """
    body: dict[str, Any] = {
        "__annotations__": {field: wanted.annotation for field, wanted in types.items()},
        "__module__": __name__,
        "__doc__": f"What is given: {', '.join(types)}.",
        "types": dict(types),
    }
    for field, wanted in types.items():
        body[field] = private(default=wanted.default) if wanted.private else attrs.field(default=wanted.default)
    return cast("type[Any]", attrs.frozen(kw_only=True)(type(name, (Given,), body)))


def class_name(step: str) -> str:
    """The name of the class for a step's data: its words, each with a capital.

    >>> class_name("ask-for-papers"), class_name("council.open")
    ('AskForPapers', 'CouncilOpen')
    """
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", step))


_SHORT = re.compile(r"(list of )?(?:one of \[?(.+?)\]?|(.+?))(\?)?")

_LONG = Fields(
    {
        "type": Key(Word(), "the kind of value, or “list of” it | 类型，或“list of”加类型"),
        "one of": Key(Many(Word(), alone=False), "the only texts that are allowed | 只允许的文本"),
        "optional": Key(Flag(), "it may be left out | 可以不填"),
        "private": Key(Flag(), "it is kept beside the entry and can be erased | 与记录分开保存，可以清除"),
    }
)


@attrs.frozen
class TypeShape:
    """The type of a field: short as in ``list of unit?``, or a record that also says ``private``."""

    def read(self, node: AnyNode, path: str, at: Reading) -> DataType:
        """The type."""
        if isinstance(node, Scalar):
            return self._short(node, Word().read(node, path, at), path, at)
        given = _LONG.read(node, path, at)
        kind = self._short(node, given.get("type", "text"), path, at)
        choices = given.get("one of", kind.one_of)
        if choices and kind.kind != "text":
            raise at.note(
                node,
                joined(path, "one of"),
                "expected",
                kind.kind,
                wanted=KINDS["text"].says,
                given=KINDS[kind.kind].says,
            )
        optional = given.get("optional", kind.optional)
        return attrs.evolve(kind, one_of=choices, optional=optional, private=given.get("private", False))

    def _short(self, node: AnyNode, text: str, path: str, at: Reading) -> DataType:
        found = _SHORT.fullmatch(text)
        if found is None or (found[3] is not None and found[3] not in KINDS):
            raise at.note(node, path, "data-type", text, hint=hint(text.removeprefix("list of ").rstrip("?"), KINDS))
        choices = tuple(word.strip() for word in found[2].split(",")) if found[2] else ()
        if found[2] and not all(choices):
            raise at.note(node, path, "data-type", text, hint="")
        return DataType(kind=found[3] or "text", many=bool(found[1]), one_of=choices, optional=bool(found[4]))

    def write(self, value: DataType) -> Any:
        """As short as it can be said."""
        return value.write()

    def schema(self) -> dict[str, Any]:
        """A type in words, or a record."""
        kinds = "|".join(KINDS)
        short = {"type": "string", "pattern": rf"^(list of )?({kinds}|one of .+)\??$"}
        return {"title": "type", "anyOf": [short, _LONG.schema()]}


@attrs.frozen
class DataShape:
    """The fields that a step asks for, each with its type."""

    def read(self, node: AnyNode, path: str, at: Reading) -> dict[str, DataType]:
        """The types by field; the step's other keys may name these fields from now on."""
        at.fields = None
        types: dict[str, DataType] = {}
        before = len(at.found)
        if is_nothing(node):
            raise at.expected(node, path, "a.record")
        for key, value in named_pairs(node, path, at, FIELD):
            if keyword.iskeyword(key.text) or key.text == "types":
                at.note(key, joined(path, key.text), "reserved", key.text, this="Python")
                continue
            try:
                types[key.text] = TypeShape().read(value, joined(path, key.text), at)
            except Spoilt:
                continue
        if len(at.found) > before:
            raise Spoilt
        at.fields = types
        return types

    def write(self, value: type[Any] | None) -> Any:
        """The fields of a class, or nothing where it asks for none."""
        return {name: wanted.write() for name, wanted in types_of(value).items()}

    def schema(self) -> dict[str, Any]:
        """An object of types."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{FIELD})$"},
            "additionalProperties": TypeShape().schema(),
        }


_ANNOTATED: Final = {kind.annotation: word for word, kind in KINDS.items()}
_ANNOTATION: Final = re.compile(r"(tuple\[)?(?:Literal\[(.+)\]|([A-Za-z]+))(?(1), \.\.\.\])( \| None)?")


def types_of(data: type[Any] | None) -> dict[str, DataType]:
    """The types of a class's fields, as far as a file can say them; of none where there is no class.

    Raises:
        InvalidInput: with every field whose type has no word, or that has a check of its own.
    """
    if data is None:
        return {}
    if issubclass(data, Given):
        return dict(data.types)
    faults: list[Fault] = []
    types: dict[str, DataType] = {}
    for field in attrs.fields(data):
        wanted = _type_of(field)
        # A check of its own would be lost.
        if wanted is None or field.validator is not None or wanted.default != field.default:
            faults.append(fault("unsaid", path=field.name, this=f"{data.__name__}.{field.name}: {field.type}"))
        else:
            types[field.name] = wanted
    if faults:
        msg = f"{data.__name__} cannot be said in a file"
        raise InvalidInput(msg, faults)
    return types


def fields_of(data: type[Any] | None) -> dict[str, DataType | None]:
    """The types of a class's fields; None for one that no word says."""
    if data is None:
        return {}
    if issubclass(data, Given):
        return dict(data.types)
    return {field.name: _type_of(field) for field in attrs.fields(data)}


def _type_of(field: attrs.Attribute[Any]) -> DataType | None:
    declared: Any = field.type
    annotation = str(getattr(declared, "__name__", declared))
    found = _ANNOTATION.fullmatch(annotation)
    if found is None or (found[3] and found[3] not in _ANNOTATED):
        return None
    wanted = DataType(
        kind=_ANNOTATED[found[3]] if found[3] else "text",
        many=bool(found[1]),
        one_of=tuple(word.strip()[1:-1] for word in found[2].split(",")) if found[2] else (),
        optional=field.default is not attrs.NOTHING,
        private=is_private(field),
    )
    return wanted if wanted.annotation == annotation else None
