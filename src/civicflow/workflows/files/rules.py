"""Rules as data: ``fee: at most 500``. A guard made of comparisons, so that nothing of a file is ever executed.

A rule asks what the actor gives (``fee``) or what the case keeps (``case.days``). Numbers, days and amounts are compared
exactly. A comparison with nothing does not hold: what may be left out is asked for as ``empty or at most 500``. Of a list,
``at most`` counts the entries, ``one of`` and ``none of`` ask each of them.

The flow's digest holds what a rule says, its sentence too, so a changed rule is another rule.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, Final

import attrs

from civicflow.markup import AnyNode, Listing, Record, Scalar
from civicflow.texts import Text
from civicflow.workflows.engine.flow import Guard
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.files.data import KINDS, DataType, Unfit
from civicflow.workflows.files.sentences import SENTENCES, hint
from civicflow.workflows.files.shapes import Both, Reading, Spoilt, Word, collected, joined, pairs_of

CASE: Final = "case."
"""Before the name of what the case keeps."""

_EMPTY_OR: Final = "empty or "
_LISTS: Final = ("one of", "none of")

_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "at most": operator.le,
    "at least": operator.ge,
    "more than": operator.gt,
    "less than": operator.lt,
}
_WORDED: Final = re.compile(
    r"(?P<rule>at most|at least|more than|less than|between|is not|is|one of|none of) (?P<than>.+)"
)
_COUNT: Final = DataType(kind="integer")


@attrs.frozen(kw_only=True)
class Comparison:
    """One comparison.

    Attributes:
        of: the field, with ``case.`` in front where the case keeps it.
        wanted: its type.
        rule: the words of the comparison.
        than: what it is compared with, as it was written.
        or_empty: it also holds where there is nothing.
    """

    of: str
    wanted: DataType
    rule: str
    than: tuple[str, ...] = ()
    or_empty: bool = False

    def __str__(self) -> str:
        than = " and ".join(self.than) if self.rule == "between" else ", ".join(self.than)
        return " ".join(part for part in (self.of, _EMPTY_OR.strip() if self.or_empty else "", self.rule, than) if part)

    def holds(self, situation: Situation) -> bool:
        """Whether it holds."""
        if self.of.startswith(CASE):
            value = situation.case.data.get(self.of.removeprefix(CASE))
        else:
            value = getattr(situation.data, self.of)
        empty = value is None or value in ("", (), [])
        if self.rule in ("is given", "is empty"):
            return empty == (self.rule == "is empty")
        return self.or_empty if empty else self._compares(self.wanted.take(value))

    def telling(self) -> tuple[Any, ...]:
        """Values on both sides of what it compares with."""
        if self.wanted.many:
            return ()
        than = tuple(literal(self.wanted.kind, text) for text in self.than)
        if self.wanted.kind != "integer":
            return than
        return tuple(dict.fromkeys(near for value in than for near in (value, value - 1, value + 1)))

    def _compares(self, value: Any) -> bool:
        type_ = _COUNT if self.wanted.many and self.rule in (*_ORDER, "between") else self.wanted
        value = len(value) if type_ is _COUNT and self.wanted.many else value
        than = [literal(type_.kind, text) for text in self.than]
        match self.rule:
            case "between":
                return bool(than[0] <= value <= than[1])
            case "one of" | "is":
                return all(item in than for item in value) if self.wanted.many else value in than
            case "none of" | "is not":
                return all(item not in than for item in value) if self.wanted.many else value not in than
        return _ORDER[self.rule](value, than[0])


@cache
def literal(kind: str, text: str) -> Any:
    """A value as a rule writes it.

    >>> literal("integer", "500"), literal("yes or no", "no")
    (500, False)

    Raises:
        Unfit: if it is none of that kind.
    """
    if kind == "integer":
        if re.fullmatch(r"-?(0|[1-9][0-9]{0,15})", text):
            return int(text)
        raise Unfit
    if kind == "yes or no":
        if text in ("yes", "true", "no", "false"):
            return text in ("yes", "true")
        raise Unfit
    return DataType(kind=kind).take(text)


@attrs.frozen
class AllOf:
    """Every comparison holds."""

    comparisons: tuple[Comparison, ...]

    def __call__(self, situation: Situation) -> bool:
        """Whether all of them hold."""
        return all(comparison.holds(situation) for comparison in self.comparisons)

    def __str__(self) -> str:
        return "; ".join(map(str, self.comparisons))


@attrs.frozen
class Stated(Guard):
    """A guard that is data.

    Attributes:
        comparisons: what its test asks.
    """

    comparisons: tuple[Comparison, ...] = ()

    def describe(self) -> str:
        """What it says, and how it refuses: nothing of it can change unseen."""
        types = ", ".join(str(comparison.wanted.write()) for comparison in self.comparisons)
        return f"{self.name}: {AllOf(self.comparisons)} ({types}), else {self.reason}"

    def telling(self) -> Mapping[str, tuple[Any, ...]]:
        """By field, what it compares with, and whole numbers beside it; a list of these lengths is not made up."""
        told: dict[str, tuple[Any, ...]] = {}
        for comparison in self.comparisons:
            name = comparison.of.removeprefix(CASE)
            told[name] = (*told.get(name, ()), *comparison.telling())
        return told


def stated(comparisons: Iterable[Comparison], reason: Text, name: str = "") -> Stated:
    """A guard that refuses with a reason unless every comparison holds.

    Args:
        comparisons: what it asks.
        reason: the sentence of its refusal.
        name: the symbol of the rule; what it says, joined by hyphens, where left out.
    """
    test = AllOf(tuple(comparisons))
    symbol = name or re.sub(r"\W+", "-", str(test)).strip("-").lower()
    asks = any(not comparison.of.startswith(CASE) for comparison in test.comparisons)
    return Stated(symbol, test, reason, asks_data=asks, comparisons=test.comparisons)


@attrs.frozen
class ConditionShape:
    """A guard by name, or a rule as data.

    Attributes:
        refuses: the rule stands alone and needs the sentence of its refusal; a branch needs none.
    """

    refuses: bool = True

    def read(self, node: AnyNode, path: str, at: Reading) -> Guard:
        """The guard."""
        if isinstance(node, Scalar):
            return guard_named(node, path, at)
        pairs = {key.text: (key, value) for key, value in pairs_of(node, path, at)}
        reason_node = pairs.pop("else", None)
        name_node = pairs.pop("name", None)
        reads = [partial(_compared, key, value, joined(path, key.text), at) for key, value in pairs.values()]
        before = len(at.found)
        if not pairs:
            at.note(node, path, "rule")
        comparisons = _tried(lambda: collected(reads), [])
        name = (
            _tried(lambda: Word("a.name", r"[A-Za-z][A-Za-z0-9-]*").read(name_node[1], joined(path, "name"), at), "")
            if name_node
            else ""
        )
        reason = Text.same("")
        if reason_node is not None:
            reason = _tried(lambda: Both().read(reason_node[1], joined(path, "else"), at), reason)
        elif self.refuses:
            at.note(node, joined(path, "else"), "missing", key="else")
        if len(at.found) > before:
            raise Spoilt
        return stated(comparisons, reason if reason.en else _sentence(comparisons), name)

    def write(self, value: Guard) -> Any:
        """Its name, or what it says."""
        if not isinstance(value, Stated):
            return value.name.replace("-", " ")
        comparisons = value.comparisons
        said: dict[str, Any] = {c.of: _written(c) for c in comparisons}
        plain = stated(comparisons, value.reason)
        if plain.name != value.name:
            said["name"] = value.name
        if self.refuses or value.reason != _sentence(comparisons):
            said["else"] = str(value.reason)
        return said

    def schema(self) -> dict[str, Any]:
        """A name, or a record of fields and what is asked of them."""
        compared = {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": f"^(empty or )?({_WORDED.pattern.replace('?P<rule>', '').replace('?P<than>', '')}|is given|is empty)$",
                },
                _LISTED,
            ]
        }
        record = {
            "type": "object",
            "properties": {"else": Both().schema(), "name": Word(pattern=r"[A-Za-z][A-Za-z0-9-]*").schema()},
            "additionalProperties": compared,
            **({"required": ["else"]} if self.refuses else {}),
        }
        title = "rule" if self.refuses else "condition"
        return {"title": title, "anyOf": [{"type": "string", "minLength": 1}, record]}


_LISTED: Final = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {before + word: {"type": "array", "minItems": 1} for before in ("", _EMPTY_OR) for word in _LISTS},
    "additionalProperties": False,
}


def _tried(read: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return read()
    except Spoilt:
        return otherwise


def _sentence(comparisons: Iterable[Comparison]) -> Text:
    """What a branch's rule says, for drawings."""
    said = "; ".join(map(str, comparisons))
    return Text(f"not: {said}", f"不满足：{said}")


def guard_named(node: Scalar, path: str, at: Reading) -> Guard:
    """The guard that a file names."""
    name = Word().read(node, path, at).replace(" ", "-")
    if name not in at.known.guards:
        raise at.note(
            node, path, "unknown-name", node.text, kind=SENTENCES["kind.guard"], hint=hint(name, at.known.guards)
        )
    return at.known.guards[name]


def _written(comparison: Comparison) -> Any:
    if comparison.rule in _LISTS:
        return {(_EMPTY_OR if comparison.or_empty else "") + comparison.rule: list(comparison.than)}
    return str(comparison).removeprefix(comparison.of).strip()


def _compared(key: Scalar, node: AnyNode, path: str, at: Reading) -> Comparison:
    wanted = _type_of(key, path, at)
    rule, than, or_empty = _read_rule(node, path, at)
    compared = Comparison(of=key.text, wanted=wanted, rule=rule, than=than, or_empty=or_empty)
    kind = KINDS[wanted.kind]
    if rule in (*_ORDER, "between") and not (wanted.many or kind.ordered):
        raise at.note(node, path, "not-ordered", rule, type=wanted.kind)
    if wanted.many and rule in ("is", "is not"):
        raise at.note(node, path, "counted", rule)
    counts = wanted.many and rule in (*_ORDER, "between")
    for text in than:
        try:
            literal("integer" if counts else wanted.kind, text)
        except Unfit:
            says = _COUNT.says if counts else kind.says
            raise at.note(node, path, "field", text, field=key.text, wanted=says) from None
    return compared


def _type_of(key: Scalar, path: str, at: Reading) -> DataType:
    """The type of what a rule asks for."""
    if key.text.startswith(CASE):
        name = key.text.removeprefix(CASE)
        if name not in at.kept:
            if not at.sure:
                raise Spoilt  # whoever keeps it is at fault, or not read yet
            raise at.note(key, path, "not-kept", key.text, this=name, hint=hint(name, at.kept))
        wanted: DataType | None = at.kept[name]
    elif at.fields is None:
        raise Spoilt  # the step's data are at fault already
    elif not at.fields:
        raise at.note(key, path, "no-data", key.text)
    elif key.text not in at.fields:
        raise at.note(
            key, path, "no-field", key.text, hint=hint(key.text, [*at.fields, *(CASE + name for name in at.kept)])
        )
    else:
        wanted = at.fields[key.text]
    if wanted is None:
        raise at.note(key, path, "no-word", key.text)
    return attrs.evolve(wanted, private=False, optional=False)


def _read_rule(node: AnyNode, path: str, at: Reading) -> tuple[str, tuple[str, ...], bool]:
    """The words, what is compared with, and whether nothing will do."""
    if isinstance(node, Record) and len(node.pairs) == 1:
        key, listed = node.pairs[0]
        word = key.text.removeprefix(_EMPTY_OR)
        if word in _LISTS and isinstance(listed, Listing) and listed.items:
            return word, tuple(Word().read(item, path, at) for item in listed.items), word != key.text
    if not isinstance(node, Scalar):
        raise at.note(node, path, "rule")
    text = Word().read(node, path, at)
    or_empty = text.startswith(_EMPTY_OR)
    text = text.removeprefix(_EMPTY_OR)
    if text in ("is given", "is empty") and not or_empty:
        return text, (), False
    found = _WORDED.fullmatch(text)
    if found is None:
        raise at.note(node, path, "rule", text)
    rule, than = found["rule"], found["than"].strip()
    if rule in _LISTS:
        return rule, tuple(word.strip() for word in than.strip("[]").split(",")), or_empty
    parts = tuple(part.strip() for part in than.split(" and ")) if rule == "between" else (than,)
    if len(parts) != 1 + (rule == "between"):
        raise at.note(node, path, "rule", text)
    return rule, parts, or_empty
