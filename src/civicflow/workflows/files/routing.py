"""Routing rules from a file: ``{name: lamps, categories: roads/lamps, to: lighting-office, why: … | …}``, in their order."""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.hours import Hours
from civicflow.markup import AnyNode, format_json, format_yaml, parse_json, parse_yaml
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.sentences import SENTENCES, fault
from civicflow.workflows.files.shapes import Both, Fields, Key, Many, Reading, Spoilt, Word, joined
from civicflow.workflows.files.timing import Day, Within
from civicflow.workflows.files.whole import BOUNDS, Format
from civicflow.workflows.routing import Routing, Rule

_NAME: Final = Word("a.name", r"[A-Za-z][A-Za-z0-9-]*")

RULE: Final = Fields(
    {
        "name": Key(_NAME, "its symbol | 规则代号", required=True),
        "why": Key(Both(), "the reason that clerks and residents read | 经办人和居民看到的理由", required=True),
        "to": Key(
            Many(Word()), "the bodies: a code, or “kind KIND” for the nearest of a kind | 承办单位", required=True
        ),
        "lead": Key(Word(), "the one of them that leads; all jointly where left out | 主办单位，不写则共同主办"),
        "categories": Key(Many(Word()), "for which it is, each with what stands under it | 适用类别，含下级类别"),
        "areas": Key(
            Many(Word()), "in which areas it holds, by code, each with what lies in it | 适用区域，含下级区域"
        ),
        "channels": Key(Many(Word()), "for what came how | 适用来源"),
        "hours": Key(Many(Word()), "at which hours of the week, as in “Mo-Fr 09:00-17:00” | 适用的每周时段"),
        "since": Key(Day(), "the first day on which it holds | 生效日"),
        "until": Key(Day(), "the first day on which it no longer holds | 失效日"),
        "within": Key(Within(), "the time promised | 承诺时限"),
    },
    "routing-rule",
)


@attrs.frozen
class RuleForm:
    """One rule; what its keys only together get wrong is told with its line."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Rule:
        """The rule."""
        given = RULE.read(node, path, at)
        try:
            hours = Hours.of(given.pop("hours")) if "hours" in given else None
            return Rule(**given, hours=hours)
        except InvalidInput as error:
            raise at.note(node, joined(path, given["name"]), "malformed", problem=str(error)) from None

    def write(self, value: Rule) -> Any:
        """Its keys, without what is usual."""
        given = {name: getattr(value, name) for name in RULE.keys if getattr(value, name) not in (None, ())}
        given["to"] = tuple(map(str, value.to))
        if value.lead is not None:
            given["lead"] = str(value.lead)
        if value.hours is not None:
            given["hours"] = value.hours.written
        return RULE.write(given)

    def schema(self) -> dict[str, Any]:
        """A record."""
        return RULE.schema()


FILE: Final = Fields(
    {
        "rules": Key(
            Many(RuleForm(), alone=False), "the rules, the first that fits decides | 规则，先适用者为准", required=True
        )
    }
)


def read_routing(text: str, *, source: str, format: Format = "yaml") -> Routing:
    """The rules of a file.

    Args:
        text: the whole file.
        source: its name, for messages.
        format: how it is written.

    Raises:
        InvalidInput: with every fault: its line, column, value and reason, in both languages.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    text = text.removeprefix("\ufeff")
    node = parse_yaml(text, source, BOUNDS) if format == "yaml" else parse_json(text, source, BOUNDS)
    at = Reading(source=source, known=Known())
    try:
        given = FILE.read(node, "", at)
    except Spoilt:
        raise InvalidInput(SENTENCES.say("not-routing", source=source), at.found) from None
    try:
        return Routing(given["rules"])
    except InvalidInput as error:
        wrong = fault("malformed", source=source, path="rules", problem=str(error))
        raise InvalidInput(SENTENCES.say("not-routing", source=source), [wrong]) from None


def write_routing(routing: Routing, *, format: Format = "yaml") -> str:
    """The file that says some rules: what `read_routing` reads back as the same.

    Raises:
        CivicflowError: if YAML is to be written and PyYAML is missing.
    """
    said = FILE.write({"rules": routing.rules})
    return format_yaml(said) if format == "yaml" else format_json(said)
