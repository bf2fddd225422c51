"""What exploration found, told in sentences: each with the shortest story that leads to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import attrs

from civicflow.texts import Catalogue, Language, Text
from civicflow.workflows.engine.exploring.situations import Key

WORDS: Final = Catalogue(
    {
        "exception": "{step} fails: {error} | {step}出错：{error}",
        "waits": "“{state}” waits for nothing: no clock runs, no share is open, and nobody can be asked"
        " | “{state}”无所等待：既无时限、无未结分项，也无人可办",
        "clock-circle": "the clock goes round for ever: {way} | 时钟循环不止：{way}",
        "left-open": "it ended as “{state}” while {n} of its children are open | 已终结为“{state}”，仍有{n}个分项未结",
        "join-missed": "in “{state}” a join holds and did not fire | “{state}”中合并判定已成立却未触发",
        "tally": "the tally is not what the children are | 计数与分项实际不符",
        "replay": "the entries of {step}, read again, do not give the records | {step}的记录重读后与现状不符",
        "state-unreached": "the state “{state}” ({this}) is never reached | 状态“{state}”（{this}）从未到达",
        "step-untaken": "the step “{step}” ({this}) is never taken | 动作“{step}”（{this}）从未办理",
        "branch-untaken": "the step {this} never takes its branch {n}, to {to} | 动作{this}从未走第{n}分支（至{to}）",
        "guard-never-holds": "the condition {guard} of {this} never holds | {this}的条件{guard}从未满足",
        "guard-never-refuses": "the condition {guard} of {this} never refuses | {this}的条件{guard}从未拒绝",
        "always-refused": "what the clock wants with {this} is always refused | 时钟触发的{this}总被拒绝",
        "no-samples": "{this} was not tried: {why} | 未试{this}：{why}",
        "bound": "bounds were hit ({bounds}); what lies beyond was not looked at | 已达上限（{bounds}），其外未查",
        "explored": "{flow}, {scene}: {states} situations, {acts} acts | {flow}，{scene}：{states}种情形，{acts}次动作",
        "fine": "nothing wrong was found | 未发现问题",
        "story": "{n}. {act} | {n}. {act}",
        "bound.states": "situations | 情形数",
        "bound.depth": "length of a story | 经过长度",
        "bound.children": "children of a slot | 分项数",
        "on-the-way": "on its way | 进行中",
        "begins": "it begins as “{state}” | 以“{state}”开始",
        "act": "{who}: {step} → {state} | {who}：{step} → {state}",
        "who.clock": "the clock | 时钟",
        "who.rule": "a rule | 规则",
        "who.requester": "whoever raised it | 提出人",
        "who.resident": "another resident | 其他居民",
    }
)


@attrs.frozen
class Finding:
    """One thing that is wrong.

    Attributes:
        rule: a symbol to program against, for instance ``waits``.
        text: what is wrong.
        story: the shortest story that leads to it, an act each; empty for what never happens.
    """

    rule: str
    text: Text
    story: tuple[Text, ...] = ()

    def say(self, language: Language = "en") -> str:
        """The finding and its story, a line each."""
        told = [WORDS.say("story", n=n, act=act).say(language) for n, act in enumerate(self.story, 1)]
        return "\n  ".join([f"{self.rule}: {self.text.say(language)}", *told])


@attrs.frozen(kw_only=True)
class Explored:
    """What exploring a flow found.

    Attributes:
        flow: its name.
        scene: the scene's name.
        findings: everything that is wrong, or never happens.
        bounds: which bounds were hit: ``states``, ``depth``, ``children``.
        graph: for each situation the acts that lead on and where they lead; the first is the beginning.
        acts: how many acts were tried.
        noted: what happened in the flows; see `watching`.
    """

    flow: str
    scene: Text
    findings: tuple[Finding, ...]
    bounds: frozenset[str]
    graph: Mapping[Key, Mapping[str, Key]] = attrs.field(repr=False)
    acts: int
    noted: frozenset[tuple[object, ...]] = attrs.field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over every story that was found, whatever the order in which it was found."""
        lines = sorted(f"{key!r} {act} {to!r}" for key, acts in self.graph.items() for act, to in acts.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def say(self, language: Language = "en") -> str:
        """All of it, for a screen."""
        said = [WORDS.say("explored", flow=self.flow, scene=self.scene, states=len(self.graph), acts=self.acts)]
        if self.bounds:
            hit = sorted(self.bounds)
            bounds = Text(
                ", ".join(WORDS[f"bound.{name}"].en for name in hit),
                "、".join(WORDS[f"bound.{name}"].zh for name in hit),
            )
            said.append(WORDS.say("bound", bounds=bounds))
        if not self.findings:
            said.append(WORDS["fine"])
        return "\n".join([*(text.say(language) for text in said), *(found.say(language) for found in self.findings)])

    def __bool__(self) -> bool:
        return not self.findings

    def __str__(self) -> str:
        return self.say()


def differing(one: Explored, other: Explored) -> tuple[str, ...]:
    """The shortest story that the two tell differently, its last line saying what only one of them can do; or none."""
    begin = next(iter(one.graph), ())
    ways: list[tuple[Key, tuple[str, ...]]] = [(begin, ())]
    seen = {begin}
    while ways:
        here, way = ways.pop(0)
        mine, theirs = one.graph.get(here, {}), other.graph.get(here, {})
        if mine != theirs:
            only = [f"before: {act}" for act, to in mine.items() if theirs.get(act) != to]
            only += [f"after: {act}" for act, to in theirs.items() if mine.get(act) != to]
            return (*way, only[0])
        for act, to in mine.items():
            if to not in seen:
                seen.add(to)
                ways.append((to, (*way, act)))
    return ()
