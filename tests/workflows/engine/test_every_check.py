"""Each rule of the checks has a flow that breaks it, and only it; each is said in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from civicflow import Text
from civicflow.calendars import Recurrence, TimeLimit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, BY_RULE, AnyOf, Holder
from civicflow.workflows.engine.checks import doubts, faults
from civicflow.workflows.engine.checks.sentences import SENTENCES
from civicflow.workflows.engine.children import Afresh, Drop, Spawn
from civicflow.workflows.engine.effects import Anchor, Climb, Extend, Keep, Lift, Promise, PutOnHold
from civicflow.workflows.engine.fields import private, public
from civicflow.workflows.engine.flow import (
    ELSE,
    NEW,
    STAY,
    Branch,
    Flow,
    Guard,
    Join,
    Kept,
    Limit,
    Named,
    Span,
    State,
    Step,
)
from civicflow.workflows.engine.joins import All, AtLeast, Every, First
from civicflow.workflows.engine.matters import CarryTo, Linked, Raise
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.shipped import SHIPPED

BESIDE = {flow.name: flow for flow in SHIPPED}
MAYBE = Guard("maybe", lambda _: True, "not now | 现在不行")
NONE = Named("none", lambda _: [])
OPEN = State("open", "open | 开", (Limit("1 day", "end"),))
DONE = State("done", "done | 完", final="done")
BEGIN = Step("begin", "begin | 始", NEW, "open", ANYONE)
END = Step("end", "end | 终", "open", "done", BY_CLOCK)
BY_HAND = Step("close", "close | 关", "open", "done", ANYONE)
REMIND = Step("remind", "remind | 催", "open", STAY, BY_CLOCK)
SPAWN = Spawn("lead", NONE, "offered")
DROP = Drop(("lead",), "dropped")
JOINED = attrs.evolve(OPEN, joins=(Join(("lead",), Every(), "meet"),))
MEET = Step("meet", "meet | 会", "open", "done", BY_JOIN)
OPENING = attrs.evolve(BEGIN, does=(SPAWN,))
LATE = attrs.evolve(END, does=(DROP,))
SHARED = {"slots": {"lead": "share"}}


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit


@attrs.frozen
class OnADay:
    """A day of its own."""

    day: date


@attrs.frozen
class MayBeADay:
    """A day, or none."""

    day: date | None = None


ON_ITS_DAY = Kept("day", "on its day | 按其日期")
KEEPS = attrs.evolve(BEGIN, data=OnADay, does=(Keep(("day",)),))
KEEPS_LATER = Step("say", "say | 说", "open", STAY, ANYONE, OnADay, does=(Keep(("day",)),))


@attrs.frozen
class Visit:
    """A visit, and whose."""

    room: str
    day: str = ""
    phone: str = ""
    office_address: str = public(default="")
    id_number: str = private(default="")


def flow(*parts: State | Step | Span, **more: Any) -> Flow:
    """A flow of these parts; a state or step replaces one of the same name before it."""
    named = {(type(part), part.name): part for part in parts}
    states = tuple(part for part in named.values() if isinstance(part, State))
    steps = tuple(part for part in named.values() if isinstance(part, Step))
    spans = tuple(part for part in named.values() if isinstance(part, Span))
    return Flow("f", 1, "f | 流", states, steps, spans=spans, **more)


def hold(of: str = "open", to: str = STAY, **more: Any) -> Step:
    """A step that puts on hold."""
    return Step("hold", "hold | 挂", of, to, ANYONE, Within, does=(PutOnHold("rest", "go-on"),), **more)


GO_ON = Step("go-on", "go on | 续", "open", STAY, BY_CLOCK, does=(Lift("rest"),), while_held=True)
SOUND = (OPEN, DONE, BEGIN, END)
GO = Step("go", "go | 走", "open", "done", ANYONE)

FAULTY: dict[str, list[Flow]] = {
    "kept-name": [flow(*SOUND, State(NEW, "new | 新")), flow(*SOUND, attrs.evolve(GO, name="correct"))],
    "twice": [
        Flow("f", 1, "f | 流", (OPEN, OPEN, DONE), (BEGIN, END)),
        Flow("f", 1, "f | 流", (OPEN, DONE), (BEGIN, END, END)),
    ],
    "unknown-state": [
        flow(*SOUND, attrs.evolve(GO, of=("opne",))),
        flow(*SOUND, attrs.evolve(GO, to=(Branch(ELSE, "doen"),))),
        flow(*SOUND, opened_in=("ready",)),
        flow(*SOUND, Span("s", "s | 时", "opne", (Limit("1 day", "end"),))),
        flow(JOINED, DONE, attrs.evolve(BEGIN, does=(Spawn("lead", NONE, "ofered"),)), MEET, LATE, **SHARED),
        flow(attrs.evolve(JOINED, joins=(Join(("lead",), All("doen"), "meet"),)), DONE, OPENING, MEET, LATE, **SHARED),
        flow(JOINED, DONE, OPENING, MEET, attrs.evolve(END, does=(Drop(("lead",), "droped"),)), **SHARED),
    ],
    "unknown-step": [
        flow(attrs.evolve(OPEN, limits=(Limit("1 day", "edn"),)), DONE, BEGIN, END),
        flow(*SOUND, hold()),
        flow(
            *SOUND,
            attrs.evolve(GO, reads=(Linked("fund"),), does=(CarryTo("fund", "resreve", NONE),)),
        ),
    ],
    "not-from-here": [
        flow(attrs.evolve(OPEN, limits=(Limit("1 day", "begin"),)), DONE, BEGIN, END),
        flow(attrs.evolve(OPEN, joins=(Join(("lead",), Every(), "begin"),)), DONE, BEGIN, END, **SHARED),
        flow(
            *SOUND,
            hold(),
            GO_ON,
            State("kept", "kept | 存", standing=True),
            attrs.evolve(GO, to=(Branch(ELSE, "kept"),), while_held=True),
            attrs.evolve(BY_HAND, of=("kept",)),
        ),
    ],
    "span": [
        flow(*SOUND, Span("s", "s | 时", "open", (Limit("1 day", "end"),), paused="open")),
        flow(*SOUND, Span("s", "s | 时", "open", ())),
    ],
    "unknown-slot": [
        flow(JOINED, DONE, BEGIN, MEET, END),
        flow(OPEN, DONE, BEGIN, LATE),
        flow(OPEN, DONE, BEGIN, attrs.evolve(END, does=(Afresh(("lead",)),))),
    ],
    "opened-final": [flow(*SOUND, opened_in=("done",))],
    "not-opened": [flow(JOINED, DONE, attrs.evolve(BEGIN, does=(Spawn("lead", NONE, "asking"),)), MEET, LATE, **SHARED)],
    "unknown-brood": [flow(attrs.evolve(OPEN, broods=("vote",)), DONE, BEGIN, END)],
    "unknown-flow": [
        flow(*SOUND, slots={"lead": "shrae"}),
        flow(*SOUND, broods={"vote": "balot"}),
        flow(*SOUND, attrs.evolve(GO, does=(Raise("tikcet", "order", NONE, "orders"),))),
    ],
    "not-raised": [
        flow(*SOUND, attrs.evolve(GO, does=(Raise("four-part-ticket", step, NONE, "orders"),)))
        for step in ("odrer", "record", "absorb")
    ],
    "unknown-anchor": [
        flow(*SOUND, attrs.evolve(GO, by=AnyOf(ANYONE, Holder("chair", "concil")))),
        flow(*SOUND, attrs.evolve(GO, does=(Tell(Holder("chair", "concil"), "t", "t | 告"),))),
        flow(*SOUND, attrs.evolve(GO, does=(Anchor("seat", "concil"),))),
    ],
    "unknown-hold": [flow(*SOUND, attrs.evolve(GO, does=(Lift("rset"),)))],
    "unknown-span": [flow(*SOUND, attrs.evolve(GO, data=Within, does=(Extend("s"),)))],
    "unknown-read": [flow(*SOUND, attrs.evolve(GO, does=(CarryTo("fund", "reserve", NONE),)))],
    "no-beginning": [flow(OPEN, DONE, END)],
    "unreachable": [flow(*SOUND, State("lost", "lost | 失", final="lost"))],
    "final-left": [flow(*SOUND, attrs.evolve(GO, of=("done",), to=(Branch(ELSE, "open"),)))],
    "final-waits": [flow(*SOUND, attrs.evolve(DONE, standing=True)), flow(*SOUND, attrs.evolve(DONE, follows=True))],
    "dead-end": [flow(*SOUND, GO, attrs.evolve(DONE, final=""), State("o", "o | 另", final="o"), attrs.evolve(BY_HAND, to=(Branch(ELSE, "o"),)))],
    "after-else": [flow(*SOUND, attrs.evolve(GO, to=(Branch(ELSE, "done"), Branch(MAYBE, "open"))))],
    "same-guard": [flow(*SOUND, attrs.evolve(GO, to=(Branch(MAYBE, "done"), Branch(MAYBE, "open"))))],
    "no-branch": [flow(*SOUND, attrs.evolve(GO, to=()))],
    "ladder-order": [
        flow(*SOUND, REMIND, attrs.evolve(OPEN, limits=(Limit("2 days", "remind"), Limit("24 hours", "end")))),
        flow(*SOUND, REMIND, attrs.evolve(OPEN, limits=(Limit("2 workdays", "remind"), Limit("2 workdays", "end")))),
    ],
    "ladder-over": [flow(*SOUND, REMIND, attrs.evolve(OPEN, limits=(Limit("1 day", "end"), Limit("2 days", "remind"))))],
    "same-text": [flow(*SOUND, GO, attrs.evolve(BY_HAND, text="walk | 走"))],
    "nobody": [
        flow(*SOUND, attrs.evolve(GO, by=Holder(""))),
        flow(*SOUND, attrs.evolve(GO, by=BY_CLOCK)),
        flow(*SOUND, attrs.evolve(GO, by=BY_JOIN)),
        flow(*SOUND, attrs.evolve(GO, by=AnyOf(ANYONE, BY_CLOCK))),
        flow(*SOUND, attrs.evolve(BEGIN, name="also", by=BY_CLOCK)),
    ],
    "not-the-clock": [flow(OPEN, DONE, BEGIN, attrs.evolve(END, by=ANYONE))],
    "not-the-join": [flow(JOINED, DONE, OPENING, attrs.evolve(MEET, by=ANYONE), LATE, **SHARED)],
    "gives-nothing": [
        flow(OPEN, DONE, BEGIN, attrs.evolve(END, data=Within)),
        flow(JOINED, DONE, OPENING, attrs.evolve(MEET, data=Within), LATE, **SHARED),
    ],
    "join-refused": [
        flow(JOINED, DONE, OPENING, attrs.evolve(MEET, guards=(MAYBE,)), LATE, **SHARED),
        flow(JOINED, DONE, OPENING, attrs.evolve(MEET, to=(Branch(MAYBE, "done"),)), LATE, **SHARED),
        flow(JOINED, DONE, OPENING, MEET, LATE, hold(), GO_ON, **SHARED),
    ],
    "hold-goes-on": [flow(*SOUND, hold(), attrs.evolve(GO_ON, does=()), attrs.evolve(BY_HAND, does=(Lift("rest"),)))],
    "hold-bars": [flow(*SOUND, hold(), attrs.evolve(GO_ON, while_held=False))],
    "no-such-field": [
        flow(*SOUND, attrs.evolve(GO, data=Within, does=(Keep(("titel",)),))),
        flow(*SOUND, attrs.evolve(GO, data=Within, does=(Promise("until"),))),
        flow(*SOUND, attrs.evolve(GO, data=Within, reads=(Linked("funds", "sources.fund"),))),
        flow(JOINED, DONE, attrs.evolve(BEGIN, data=Within, does=(attrs.evolve(SPAWN, promised="by"),)), MEET, LATE, **SHARED),
    ],
    "unkept": [
        flow(attrs.evolve(OPEN, limits=(Limit(ON_ITS_DAY, "end"),)), DONE, BEGIN, END),
        flow(attrs.evolve(OPEN, limits=(Limit(ON_ITS_DAY, "end"),)), DONE, BEGIN, END, KEEPS_LATER),
        flow(attrs.evolve(OPEN, limits=(Limit(ON_ITS_DAY, "end"),)), DONE, attrs.evolve(KEEPS, data=MayBeADay), END),
        flow(attrs.evolve(OPEN, limits=(Limit(ON_ITS_DAY, "end"),)), DONE, attrs.evolve(KEEPS, does=(Keep((), ("day",)),)), END),
    ],
    "no-schedule": [flow(attrs.evolve(OPEN, limits=(Limit(ON_ITS_DAY, "end"),)), DONE, attrs.evolve(KEEPS, data=Visit, does=(Keep(("day",)),)), END)],
    "nothing-given": [flow(*SOUND, attrs.evolve(GO, does=(Keep(("title",)),)))],
    "left-behind": [
        flow(JOINED, DONE, OPENING, MEET, END, **SHARED),
        flow(attrs.evolve(JOINED, joins=(Join(("lead",), First("done"), "meet"),)), DONE, OPENING, MEET, LATE, **SHARED),
        flow(OPEN, DONE, OPENING, END, **SHARED),
    ],
    "dropped-open": [flow(JOINED, DONE, OPENING, MEET, attrs.evolve(END, does=(Drop(("lead",), "asking"),)), **SHARED)],
    "no-join": [
        flow(
            attrs.evolve(OPEN, limits=(Limit("1 day", "remind", again=True),), joins=(Join(("lead",), rule, "meet"),)),
            DONE, OPENING, attrs.evolve(MEET, does=(DROP,)), REMIND, **SHARED,
        )
        for rule in (All("done"), First("declined"), AtLeast(2, "done"))
    ],
    "left-alone": [
        flow(attrs.evolve(OPEN, limits=()), DONE, BEGIN, BY_HAND),
        flow(OPEN, DONE, BEGIN, attrs.evolve(END, guards=(MAYBE,))),
        flow(OPEN, DONE, BEGIN, attrs.evolve(END, to=(Branch(MAYBE, "done"),))),
        flow(OPEN, DONE, BEGIN, attrs.evolve(END, to=(Branch(MAYBE, "done"), Branch(ELSE, STAY)))),
    ],
    "round-and-round": [flow(OPEN, DONE, BEGIN, attrs.evolve(END, to=(Branch(MAYBE, "open"), Branch(ELSE, "done"))))],
    "untranslated": [
        flow(*SOUND, attrs.evolve(GO, text=Text("go", "go"))),
        flow(*SOUND, attrs.evolve(GO, guards=(Guard("g", lambda _: True, Text("no", "no")),))),
        flow(*SOUND, attrs.evolve(GO, does=(Tell(ANYONE, "t", Text("x", "x")),))),
        flow(attrs.evolve(OPEN, limits=(Limit(Kept("day", Text("x", "x")), "end"),)), DONE, KEEPS, END),
    ],
    "text-missing": [flow(*SOUND, attrs.evolve(GO, text=Text("go", " ")))],
}  # fmt: skip

DOUBTFUL: dict[str, list[Flow]] = {
    "personal": [flow(*SOUND, attrs.evolve(GO, data=Visit))],
    "uncertain": [flow(OPEN, DONE, BEGIN, attrs.evolve(END, to=(Branch(MAYBE, "done"),)))],
    "reminder-ends": [
        flow(
            attrs.evolve(OPEN, limits=(Limit(Recurrence(rule="FREQ=DAILY;COUNT=3", first=date(2026, 1, 1)), "remind", again=True),)),
            DONE, BEGIN, REMIND, BY_HAND,
        )
    ],
    "not-carried": [flow(*SOUND, attrs.evolve(GO, by=BY_RULE))],
}  # fmt: skip


@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, flows in FAULTY.items() for n in range(len(flows))])
def test_a_flow_that_breaks_a_rule_has_that_fault_alone(rule: str, number: int) -> None:
    """No other fault follows from it: the root cause is what is said."""
    found = faults(FAULTY[rule][number], BESIDE)
    assert {fault.rule for fault in found} == {rule}, [str(fault) for fault in found]
    for fault in found:
        assert fault.source == "f@1"
        assert fault.path
        assert any("\u4e00" <= letter <= "\u9fff" for letter in fault.say("zh"))


@pytest.mark.parametrize("rule", DOUBTFUL)
def test_a_doubt_is_no_fault(rule: str) -> None:
    """Each is said, and where it is meant so the flow may be used; a clock that leads nowhere is a fault besides."""
    for doubtful in DOUBTFUL[rule]:
        assert [doubt.rule for doubt in doubts(doubtful, BESIDE)] == [rule]
        assert {fault.rule for fault in faults(doubtful, BESIDE)} <= {"left-alone"}


def test_every_rule_is_broken_by_some_flow() -> None:
    """No sentence of the checks is without a test."""
    gaps = {"kind", "here", "what", "who", "caller", "why", "half", "its-text", "its-guard", "its-limit", "its-message"}
    assert {name.partition(".")[0] for name in SENTENCES} - gaps == {*FAULTY, *DOUBTFUL}


def test_only_the_field_that_looks_personal_is_doubted() -> None:
    """Neither one that is private, nor one that is said to be public."""
    (doubt,) = doubts(DOUBTFUL["personal"][0])
    assert "'phone'" in doubt.reason


def test_a_child_that_outlives_its_parent_may_be_left_open() -> None:
    """Its flow says so; a supervision that nobody joins does."""
    child = attrs.evolve(BESIDE["share"], name="watch", outlives=True)
    parent = flow(OPEN, DONE, attrs.evolve(BEGIN, does=(SPAWN,)), END, slots={"lead": "watch"})
    assert faults(parent, {**BESIDE, "watch": child}) == ()
    assert {f.rule for f in faults(parent, {**BESIDE, "watch": attrs.evolve(child, outlives=False)})} == {"left-behind"}


def test_a_guard_may_say_that_all_children_have_ended() -> None:
    """Then nothing is left behind where it holds."""
    ended = attrs.evolve(MAYBE, ended=("lead",))
    two = (Branch(ended, "done"), Branch(ELSE, "open", (Climb(),)))
    assert faults(flow(JOINED, DONE, OPENING, MEET, attrs.evolve(END, to=two), **SHARED), BESIDE) == ()


def test_without_the_flows_beside_only_the_flow_itself_is_looked_at() -> None:
    """What needs its children's flow is left out, and found when they are known."""
    wrong = flow(JOINED, DONE, attrs.evolve(BEGIN, does=(Spawn("lead", NONE, "asking"),)), MEET, LATE, **SHARED)
    assert faults(wrong) == ()
    assert faults(wrong, BESIDE)
