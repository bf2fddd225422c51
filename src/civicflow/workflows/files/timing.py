"""When the clock acts and when the children do: time limits, recurring days, and joins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, get_args

import attrs

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.calendars.recurrence import Roll
from civicflow.errors import InvalidInput
from civicflow.markup import AnyNode, Record
from civicflow.workflows.engine.flow import Join, JoinRule, Kept, Limit
from civicflow.workflows.engine.joins import All, AtLeast, Every, First
from civicflow.workflows.files.sentences import hint
from civicflow.workflows.files.shapes import (
    FIELD,
    NAME,
    Both,
    Called,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Whole,
    Word,
    joined,
)

_LIMIT: Final = r"[0-9]{1,9} *(work(ing )?days?|days?|hours?|个工作日|[天日]|个?小时)"


@attrs.frozen
class Day:
    """A day."""

    def read(self, node: AnyNode, path: str, at: Reading) -> date:
        """The day that is written as 2026-01-31."""
        text = Word().read(node, path, at)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise at.note(node, path, "day", text)

    def write(self, value: date) -> str:
        """As 2026-01-31."""
        return value.isoformat()

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}


@attrs.frozen
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def read(self, node: AnyNode, path: str, at: Reading) -> str:
        """The word."""
        text = Word().read(node, path, at)
        if text not in self.words:
            raise at.note(node, path, "unknown-word", text, hint=hint(text, self.words))
        return text

    def write(self, value: str) -> str:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """An enumeration."""
        return {"enum": list(self.words)}


RECURRENCE: Final = Fields(
    {
        "rule": Key(
            Word(),
            "an RRULE of RFC 5545 that counts in days, as FREQ=MONTHLY;BYMONTHDAY=10 | RFC 5545的按日重复规则",
            required=True,
        ),
        "first": Key(Day(), "the day from which it counts | 起算日", required=True),
        "roll": Key(OneOf(get_args(Roll)), "where an occurrence on a day off moves | 遇休息日如何调整"),
        "also": Key(Many(Day()), "further days | 另加的日期"),
        "without": Key(Many(Day()), "days that are left out | 除外的日期"),
    },
    "recurrence",
)


KEPT: Final = Fields(
    {
        "kept": Key(
            Word("a.field", FIELD),
            "under which name the case keeps a time limit, recurring days or a day | 事项以何名称记存时限、重复日期或日期",
            required=True,
        ),
        "text": Key(Both(), "when that is, as a clerk reads it | 经办人看到的时间说明", required=True),
    },
    "kept",
)


@attrs.frozen
class Within:
    """How long something may take, on which recurring days it is due, or that the case itself says so."""

    def read(self, node: AnyNode, path: str, at: Reading) -> TimeLimit | Recurrence | Kept:
        """The limit."""
        if isinstance(node, Record) and any(key.text == "kept" for key, _ in node.pairs):
            given = KEPT.read(node, path, at)
            return Kept(given["kept"], given["text"])
        if isinstance(node, Record):
            given = RECURRENCE.read(node, path, at)
            try:
                return Recurrence(**given)
            except InvalidInput as error:
                problem = "; ".join(fault.reason for fault in error.faults) or str(error)
                raise at.note(node, joined(path, "rule"), "recurrence", given["rule"], problem=problem) from None
        text = Word().read(node, path, at)
        try:
            return TimeLimit.of(text)
        except InvalidInput:
            raise at.note(node, path, "limit", text) from None

    def write(self, value: TimeLimit | Recurrence | Kept) -> Any:
        """``3 workdays``, the rule of the recurring days, or the name under which the case keeps its own."""
        if isinstance(value, Kept):
            return KEPT.write({"kept": value.field, "text": value.text})
        if isinstance(value, TimeLimit):
            return f"{value.n} {value.unit.removesuffix('s') if value.n == 1 else value.unit}"
        given: dict[str, Any] = {"rule": value.rule, "first": value.first, "roll": value.roll}
        given.update((name, tuple(sorted(days))) for name in ("also", "without") if (days := getattr(value, name)))
        return RECURRENCE.write(given)

    def schema(self) -> dict[str, Any]:
        """A string, or a record of a recurrence or of what is kept."""
        forms = [{"type": "string", "pattern": f"^{_LIMIT}$"}, RECURRENCE.schema(), KEPT.schema()]
        return {"title": "within", "anyOf": forms}


LIMIT_KEYS: Final[Mapping[str, Key]] = {
    "within": Key(
        Within(),
        "how long, on which recurring days, or what each case keeps | 时限、重复的日期，或事项自存的时间",
        required=True,
    ),
    "then": Key(Called("step"), "the step that the clock takes then | 届时由时钟执行的步骤", required=True),
    "again": Key(Flag(), "it starts anew after each time | 每次届满后重新起算"),
    "promised": Key(Flag(), "where the case carries a promise, that instant counts instead | 有承诺时限的，以承诺为准"),
    "times": Key(Whole(least=2), "how many times over a promise has to have passed | 须超过承诺时限的倍数"),
}
LIMIT: Final = Fields(LIMIT_KEYS, "limit")


@attrs.frozen
class LimitShape:
    """One time limit."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Limit:
        """The limit."""
        given = LIMIT.read(node, path, at)
        if "times" in given and not given.get("promised"):
            raise at.note(node, joined(path, "times"), "needs", this="“times”", that="“promised”")
        return Limit(**given)

    def write(self, value: Limit) -> dict[str, Any]:
        """Its keys, without what is usual."""
        given = {
            "within": value.within,
            "then": value.then,
            "again": value.again,
            "promised": value.promised,
            "times": value.times,
        }
        return LIMIT.write({name: item for name, item in given.items() if item not in (False, None)})

    def schema(self) -> dict[str, Any]:
        """A record."""
        return LIMIT.schema()


LIMITS: Final = Many(LimitShape())
"""A ladder of time limits, the shortest first."""


_RULES: Final = re.compile(rf"every|all ({NAME})|first ({NAME})|at least ([1-9][0-9]{{0,5}}) ({NAME})")


@attrs.frozen
class RuleShape:
    """When children together bring their parent on."""

    def read(self, node: AnyNode, path: str, at: Reading) -> JoinRule:
        """The rule."""
        text = Word().read(node, path, at)
        if text == "every":
            return Every()
        word, _, rest = text.partition(" ")
        if re.fullmatch(NAME, rest) and word in ("all", "first"):
            return All(rest) if word == "all" else First(rest)
        found = re.fullmatch(rf"at least ([1-9][0-9]{{0,5}}) ({NAME})", text)
        if found is None:
            raise at.note(node, path, "join-rule", text)
        return AtLeast(int(found[1]), found[2])

    def write(self, value: JoinRule) -> str:
        """The words for it."""
        match value:
            case Every():
                return "every"
            case All(state):
                return f"all {state}"
            case First(state):
                return f"first {state}"
            case AtLeast(n, state):
                return f"at least {n} {state}"
        raise InvalidInput(f"{value!r} cannot be said in a file")

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "pattern": f"^({_RULES.pattern})$"}


JOIN: Final = Fields(
    {
        "of": Key(
            Many(Called("slot")), "the slots whose children are counted together | 合并计数的子项栏", required=True
        ),
        "when": Key(RuleShape(), "the rule: every, all STATE, first STATE, at least N STATE | 合并条件", required=True),
        "then": Key(Called("step"), "the step that is taken then | 届时执行的步骤", required=True),
    },
    "join",
)


@attrs.frozen
class JoinShape:
    """One join."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Join:
        """The join."""
        given = JOIN.read(node, path, at)
        return Join(given["of"], given["when"], given["then"])

    def write(self, value: Join) -> dict[str, Any]:
        """Its keys."""
        return JOIN.write({"of": value.slots, "when": value.rule, "then": value.then})

    def schema(self) -> dict[str, Any]:
        """A record."""
        return JOIN.schema()
