"""What differs between two flows, in sentences of both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from civicflow.texts import Catalogue, Text, listing
from civicflow.workflows.drawing.wording import Wording
from civicflow.workflows.engine.flow import Flow, Span, State, Step, described

SENTENCES: Final = Catalogue(
    {
        "whole": "{what} was {before}, is {after} | {what}由{before}改为{after}",
        "new": "new {kind}: {this} | 新增{kind}：{this}",
        "gone": "no {kind} any more: {this} | 取消{kind}：{this}",
        "part": "{kind} {this}: {what} was {before}, is {after} | {kind}{this}：{what}由{before}改为{after}",
        "moved": "the order of the {kind}s was changed | {kind}的顺序有调整",
        "state": "state | 状态",
        "step": "step | 步骤",
        "span": "span | 跨状态时限",
        "name": "the name | 名称",
        "version": "the version | 版本",
        "text": "the text | 文字",
        "ladder": "the time | 时限",
        "by": "who may take it | 办理人",
        "none": "nothing | 无",
        "of": "where it leads from | 起始状态",
        "to": "where it leads | 转入状态",
        "data": "what it asks for | 须提供的数据",
        "guards": "its rules | 须满足的规则",
        "does": "what it does beside | 附带的效果",
        "reads": "what it reads | 所读事项",
        "while_held": "whether it is taken on hold | 挂账期间可否办理",
        "asks": "whether it is waited for | 是否等待办理",
        "limits": "the time limits | 时限",
        "joins": "its joins | 合并条件",
        "final": "the ending | 终结",
        "standing": "whether it waits for nobody | 是否不等待任何人",
        "follows": "whether another matter moves it | 是否由其他事项推动",
        "broods": "its mass children | 群子项",
        "slots": "the slots of children | 子项栏",
        "opened_in": "where a parent opens it | 上级可开立的状态",
        "anchors": "the units that are named | 须指定的单位",
        "outlives": "whether it outlives its parent | 上级终结后可否继续",
        "numbered": "whether it is numbered | 是否编号",
        "over": "where it runs | 计时的状态",
        "paused": "where it stands still | 中止计时的状态",
    }
)


def difference(before: Flow, after: Flow) -> tuple[Text, ...]:
    """Every difference in rules and texts, a sentence each; empty where there is none.

    >>> from civicflow.workflows.tickets.share import SHARE
    >>> difference(SHARE, SHARE)
    ()
    """
    return tuple(_differences(before, after))


def _differences(before: Flow, after: Flow) -> Iterator[Text]:
    parts = ("name", "version", "text", "slots", "broods", "opened_in", "anchors", "outlives", "numbered")
    for part in parts:
        former, now = getattr(before, part), getattr(after, part)
        if former != now:
            yield SENTENCES.say("whole", what=SENTENCES[part], before=_said(former), after=_said(now))
    for kind, things, former_things in (
        ("state", after.states, before.states),
        ("step", after.steps, before.steps),
        ("span", after.spans, before.spans),
    ):
        yield from _of_kind(kind, {t.name: t for t in former_things}, {t.name: t for t in things}, before, after)


def _of_kind(kind: str, before: dict[str, Any], after: dict[str, Any], old: Flow, new: Flow) -> Iterator[Text]:
    says = SENTENCES[kind]
    for name in (name for name in before if name not in after):
        yield SENTENCES.say("gone", kind=says, this=_quoted(before[name].text))
    for name, thing in after.items():
        if name not in before:
            yield SENTENCES.say("new", kind=says, this=_quoted(thing.text))
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        yield SENTENCES.say("moved", kind=says)
    for name in common:
        for what, former, now in _parts(before[name], after[name], old, new):
            gaps = {"what": SENTENCES[what], "before": former, "after": now}
            yield SENTENCES.say("part", kind=says, this=_quoted(after[name].text), **gaps)


def _parts(before: Any, after: Any, old: Flow, new: Flow) -> Iterator[tuple[str, Text, Text]]:
    """The parts of one thing that differ, each in words before and after."""
    former, now = described(before), described(after)
    for part in dict.fromkeys((*former, *now)):
        if former.get(part) != now.get(part):
            yield part, _part(part, before, old), _part(part, after, new)


def _part(part: str, thing: State | Step | Span, flow: Flow) -> Text:  # noqa: PLR0911 - a line for each part
    value = getattr(thing, part)
    words = Wording(flow)
    match part:
        case "limits" if isinstance(thing, Span):
            return _or_nothing(words.ladder_of(thing))
        case "limits":
            return _or_nothing(words.ladder(thing.name))
        case "by":
            return words.who(value)
        case "of" | "over" | "paused":
            return _or_nothing(listing(words.state(name) for name in value))
        case "to" if isinstance(thing, Step):
            return listing(words.target(thing, number) for number in range(len(value)))
        case "guards":
            return _or_nothing(listing(Text.same(guard.name) for guard in value))
        case "does" | "reads" | "joins" | "data":
            return _or_nothing(Text.same(_builtin(described(value))))
    return _said(value)


def _builtin(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_builtin, value))
    if isinstance(value, dict):
        named = [str(value["is"])] if "is" in value else []
        return " ".join((*named, *(f"{key}={_builtin(item)}" for key, item in value.items() if key != "is")))
    return str(value)


def _said(value: Any) -> Text:
    if isinstance(value, Text):
        return _quoted(value)
    return _or_nothing(Text.same(_builtin(described(value) if value is not None else "")))


def _or_nothing(text: Text) -> Text:
    return text if text.en else SENTENCES["none"]


def _quoted(text: Text) -> Text:
    return Text(f"“{text.en}”", f"“{text.zh}”")
