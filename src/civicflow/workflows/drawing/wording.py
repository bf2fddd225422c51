"""A flow's table in words: who takes a step, on which condition, and when; as drawings and tables say it.

The words are relative to a case, since a table names no unit: "officer of the body in charge", not "officer of the
Health Commission".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import Recurrence
from civicflow.catalogue import CATALOGUE
from civicflow.hierarchy import authority
from civicflow.hierarchy.authority import AnyOf, Anyone, Clock, Holder, Requester, Rule, Who
from civicflow.hierarchy.kinds import TITLES
from civicflow.texts import Catalogue, Text, listing
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Kept, Limit, Span, State, Step
from civicflow.workflows.engine.joins import All, AtLeast, Every, First

WORDS: Final = Catalogue(
    {
        "who.holder": "{post} of the {anchor} | {anchor}{post}",
        "who.requester": "whoever raised it | 提出人",
        "who.anyone": "anyone | 任何人",
        "who.clock": "the clock | 时钟",
        "who.join": "the shares together | 各分项合并判定",
        "who.rule": "a rule | 规则",
        "anchor.unit": "unit in charge | 主管辖区",
        "anchor.above": "unit above | 上级单位",
        "anchor.body": "body asked | 承办单位",
        "anchor.actor": "body that acts | 本单位",
        "anchor.council": "council | 议事会",
        "anchor.group": "group | 小组议事会",
        "anchor.electorate": "body that votes | 表决机构",
        "anchor.bearer": "duty-bearer | 责任单位",
        "anchor.supervisor": "supervising unit | 监督单位",
        "when.after": "after {limit} | 满{limit}",
        "when.at-once": "at once | 即时",
        "when.promised": "when the time promised has passed, else after {limit} | 承诺时限届满（未承诺的满{limit}）",
        "when.times": "when {n} times the time promised has passed, else after {limit}"
        " | 超过承诺时限{n}倍（未承诺的满{limit}）",
        "when.on": "{days} | {days}",
        "when.promised-else": "when the time promised has passed, else {days} | 承诺时限届满（未承诺的{days}）",
        "when.of-span": "{when} for {span} | {span}{when}",
        "when.paused": "the time for {span} stands still | {span}中止计时",
        "when.again": "{when}, again and again | {when}，循环",
        "when.ladder": "{when}: {step} | {when}：{step}",
        "join.every": "when all {slots} have ended | {slots}全部终结",
        "join.all": "when all {slots} are “{state}” | {slots}全部“{state}”",
        "join.first": "when one of the {slots} is “{state}” | {slots}有一项“{state}”",
        "join.at-least": "when {n} of the {slots} are “{state}” | {slots}有{n}项“{state}”",
        "join.other": "when {rule} holds for {slots} | {slots}满足{rule}",
        "unless": "{guard} | 除非{reason}",
        "stay": "stays | 不变",
        "by-parent": "opened by its parent | 由上级事项开立",
        "from-many": "{step} ({who}): from {states} | {step}（{who}）：自{states}",
        "stage": "{stage}: {state} | {stage}：{state}",
        "stage.group": "group | 小组议事会",
        "stage.notice": "public notice | 公示",
        "stage.presentation": "presentation | 路演",
        "stage.council": "council | 议事会",
        "stage.funding": "funding | 资金落实",
        "slot.lead": "leading shares | 主办",
        "slot.assist": "assisting shares | 协办",
        "slot.accountability": "accountability | 问责",
        "slot.evacuations": "evacuations | 撤离",
        "slot.rectifications": "rectifications | 整改事项",
        "slot.stages": "stages | 各阶段",
        "slot.occasions": "occasions | 场次",
        "slot.objection": "objections | 异议",
    }
)

_BY_KIND: Final[Mapping[type[Any], str]] = {
    Requester: "who.requester",
    Anyone: "who.anyone",
    Clock: "who.clock",
    Rule: "who.rule",
    authority.Join: "who.join",
}


@attrs.frozen
class Wording:
    """The words of one flow.

    Attributes:
        flow: whose table it is.
        beside: the flows of its children, by name; their states are then called by their own texts.
    """

    flow: Flow
    beside: Mapping[str, Flow] = attrs.field(factory=dict)

    def state(self, name: str) -> Text:
        """A state, or where a step from nothing or a step that stays leads."""
        if name == NEW:
            return CATALOGUE["state.new"]
        if name == STAY:
            return WORDS["stay"]
        return self.flow.state(name).text

    def placed(self, name: str) -> Text:
        """A state with its stage, where the flow was composed of stages."""
        stage, dot, _ = name.partition(".")
        return WORDS.say("stage", stage=stage_text(stage), state=self.state(name)) if dot else self.state(name)

    def who(self, who: Who) -> Text:
        """Who may take a step, relative to the case."""
        match who:
            case Holder(post, at):
                return _holders([post], at)
            case AnyOf(whos):
                return _either(_gathered(self, whos))
        return WORDS[_BY_KIND[type(who)]]

    def taken(self, step: Step, state: str) -> Text:
        """Who takes a step from one state; what happens by itself says when."""
        when = self.when(step, state)
        if isinstance(step.by, authority.Join) and when:
            return _listed(when)
        return _listed([self.who(step.by), *when])

    def when(self, step: Step, state: str) -> tuple[Text, ...]:
        """When the clock or the children bring the step about by themselves; empty where they never do."""
        if state == NEW:
            return ()
        here = self.flow.state(state)
        limits = [when for limit, when in self._limits(here) if limit.then == step.name]
        return (*limits, *(self._joined(join) for join in here.joins if join.then == step.name))

    def ladder(self, state: str) -> Text:
        """The time limits that run in a state, each with what happens when it passes; empty where there is none."""
        if state == NEW:
            return Text.same("")
        rungs = [self._rung(limit, when) for limit, when in self._limits(self.flow.state(state))]
        rungs += [WORDS.say("when.paused", span=span.text) for span in self.flow.spans if state in span.paused]
        return _listed(rungs, ("; ", "；"))

    def ladder_of(self, span: Span) -> Text:
        """The time limits of a span, each with what happens when it passes."""
        return _listed([self._rung(limit, _after(limit)) for limit in span.limits], ("; ", "；"))

    def _rung(self, limit: Limit, when: Text) -> Text:
        step = next(step.text for step in self.flow.steps if step.name == limit.then)
        return WORDS.say("when.ladder", when=when, step=step)

    def by_when(self, step: Step, state: str) -> Text:
        """When a step happens by itself; for what people are asked to do, how long the case waits for them."""
        by_itself = self.when(step, state)
        if by_itself:
            return _listed(by_itself)
        return self.ladder(state) if step.asks and names_people(step.by) else Text.same("")

    def target(self, step: Step, number: int) -> Text:
        """Where a branch of a step leads, and on which condition."""
        branch = step.to[number]
        to, condition = self.placed(branch.to), self.condition(step, branch)
        return to if condition is None else Text(f"{to.en} [{condition.en}]", f"{to.zh}［{condition.zh}］")

    def _limits(self, state: State) -> Iterator[tuple[Limit, Text]]:
        """The limits that run in a state, its own first, each with when it passes."""
        yield from ((limit, _after(limit)) for limit in state.limits)
        for span in self.flow.spans:
            if state.name in span.over:
                yield from ((limit, _after(limit, span)) for limit in span.limits)

    def condition(self, step: Step, branch: Branch) -> Text | None:
        """On which condition a branch is taken; None where a step has one target alone."""
        return None if len(step.to) == 1 and branch.when is ELSE else condition(branch.when)

    def _joined(self, join: Join) -> Text:
        slots = listing(WORDS.get(f"slot.{slot}") or Text.same(slot) for slot in join.slots)
        match join.rule:
            case Every():
                return WORDS.say("join.every", slots=slots)
            case All(state):
                return WORDS.say("join.all", slots=slots, state=self._child(join, state))
            case First(state):
                return WORDS.say("join.first", slots=slots, state=self._child(join, state))
            case AtLeast(n, state):
                return WORDS.say("join.at-least", slots=slots, n=n, state=self._child(join, state))
            case rule:
                return WORDS.say("join.other", slots=slots, rule=str(rule))

    def _child(self, join: Join, state: str) -> Text:
        flow = self.beside.get(self.flow.slots.get(join.slots[0], ""))
        return flow.state(state).text if flow is not None else Text.same(state)


def stage_text(stage: str) -> Text:
    """A stage as a clerk reads it; its own name where we have no words for it."""
    return WORDS.get(f"stage.{stage}") or Text.same(stage)


def condition(guard: Guard) -> Text:
    """What holds when a guard does: its name in words. In Chinese its reason, which says the contrary, is denied."""
    if guard is ELSE:
        return ELSE.reason
    return WORDS.say("unless", guard=guard.name.replace("-", " "), reason=guard.reason)


def names_people(who: Who) -> bool:
    """Whether somebody in particular can be asked to act."""
    return any(map(names_people, who.whos)) if isinstance(who, AnyOf) else isinstance(who, Holder | Requester)


def moving(step: Step) -> tuple[Branch, ...]:
    """The branches of a step that leave its state."""
    return tuple(branch for branch in step.to if branch.to != STAY)


def leads_from_most(flow: Flow, step: Step) -> bool:
    """Whether a step leads from more than two thirds of the open states, at least four, to one."""
    is_open = sum(not state.final for state in flow.states)
    only = step.to[0]
    return len(step.to) == 1 and only.when is ELSE and only.to != STAY and len(step.of) > max(3, is_open * 2 // 3)


def leading(flow: Flow, state: str) -> tuple[Step, ...]:
    """The steps that lead from a state, in the order of the table."""
    return tuple(step for step in flow.steps if state in step.of)


def stages(flow: Flow) -> dict[str, list[State]]:
    """The states by the stage that their names begin with; under the empty name those of no stage."""
    found: dict[str, list[State]] = {}
    for state in flow.states:
        stage, dot, _ = state.name.partition(".")
        found.setdefault(stage if dot else "", []).append(state)
    return found


def _after(limit: Limit, span: Span | None = None) -> Text:
    if limit.times is not None:
        when = WORDS.say("when.times", n=limit.times, limit=limit.within.text)
    elif isinstance(limit.within, Recurrence | Kept):
        when = WORDS.say("when.promised-else" if limit.promised else "when.on", days=limit.within.text)
    elif limit.promised:
        when = WORDS.say("when.promised", limit=limit.within.text)
    elif limit.within.n == 0:
        when = WORDS["when.at-once"]
    else:
        when = WORDS.say("when.after", limit=limit.within.text)
    if span is not None:
        when = WORDS.say("when.of-span", when=when, span=span.text)
    return WORDS.say("when.again", when=when) if limit.again else when


def _listed(texts: Iterable[Text], marks: tuple[str, str] = (", ", "，")) -> Text:
    items = tuple(texts)
    return Text(marks[0].join(text.en for text in items), marks[1].join(text.zh for text in items))


def _holders(posts: Iterable[str], at: str) -> Text:
    titles = _either(TITLES.get(post) or Text.same(post) for post in posts)
    return WORDS.say("who.holder", post=titles, anchor=WORDS.get(f"anchor.{at}") or Text.same(at))


def _gathered(wording: Wording, whos: Iterable[Who]) -> Iterator[Text]:
    """Each of several, the posts of one unit together."""
    posts: dict[str, list[str]] = {}
    for who in whos:
        if isinstance(who, Holder):
            posts.setdefault(who.at, []).append(who.post)
    for who in whos:
        if not isinstance(who, Holder):
            yield wording.who(who)
        elif who.at in posts:
            yield _holders(posts.pop(who.at), who.at)


def _either(texts: Iterable[Text]) -> Text:
    return _listed(dict.fromkeys(texts), (" or ", "或"))
