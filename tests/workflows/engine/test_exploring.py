"""Every story of a flow in a small town: the shipped flows have none that is wrong, and a wrong one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

import mutate_flows
from civicflow import InvalidInput, Text
from civicflow.cli import main
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.workflows.checking import Checked
from civicflow.workflows.engine.children import Drop, Opening, Spawn
from civicflow.workflows.engine.exploring import Incident, Scene, explore, unseen
from civicflow.workflows.engine.exploring.report import differing
from civicflow.workflows.engine.exploring.samples import samples
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Limit, Named, State, Step
from civicflow.workflows.engine.joins import Every
from civicflow.workflows.scenes import SCENES
from civicflow.workflows.shipped import BY_NAME, SHIPPED
from civicflow.workflows.tickets.share import SHARE

if TYPE_CHECKING:
    from tests.conftest import Town

OPEN = State("open", "open | 开", (Limit("1 day", "end"),))
DONE = State("done", "done | 完", final="done")
BEGIN = Step("begin", "begin | 始", NEW, "open", ANYONE)
END = Step("end", "end | 终", "open", "done", BY_CLOCK)
CHILD = Named("child", lambda s: [Opening("one", s.world.chart.resolve("office-a"))])


def flow(*parts: State | Step, **more: Any) -> Flow:
    """A flow of these parts."""
    states = tuple(part for part in parts if isinstance(part, State))
    return Flow("f", 1, "f | 流", states, tuple(part for part in parts if isinstance(part, Step)), **more)


@pytest.fixture(scope="module")
def checked() -> dict[str, Checked]:
    """Each shipped flow, checked and explored in its scenes."""
    return {name: mutate_flows.checked(name) for name in BY_NAME}


ELSEWHERE = {"the condition not-oneself of release never refuses"}
"""In the small town no officer of the discipline line has a part in a matter that can be suspended; the tests of the rule have one."""


class TestShipped:
    """The shipped flows, in the scenes that are shipped with them."""

    def test_nothing_is_wrong_and_everything_happens(self, checked: dict[str, Checked]) -> None:
        """Every state is reached, every step and branch is taken, every guard holds and refuses in some story."""
        for name, found in checked.items():
            assert found, str(found)
            # A guard that refuses nobody in the small town is one whose want makes no difference: somebody says why.
            # A stage that two flows have is spoilt in one of them.
            alike = [place for place in mutate_flows.ALIKE if place[1] == "drop_guard"]
            wants = [place for place in alike if place[0] == name or "." in place[2]]
            said = {"the condition {1} of {0} never refuses".format(*where.split(" ")) for _, _, where in wants}
            assert {one.text.en for one in found.unseen} <= said | ELSEWHERE, str(found)
            # The register is loaded by the office itself; no flow carries to it.
            alone = {"not-carried"} if name == "register" else set()
            assert {doubt.rule for doubt in found.doubts} == alone, str(found)

    def test_what_was_not_looked_at_is_said(self, checked: dict[str, Checked]) -> None:
        """A bound that was hit stands in the report; the scenes that hit none saw everything."""
        bounds = {(n, one.scene.en): set(one.bounds) for n, found in checked.items() for one in found.explored}
        assert {scene for scene, hit in bounds.items() if "states" in hit} == set()
        assert bounds["four-part-ticket", "two bodies"] == set()
        assert bounds["fund", "alone"] == {"depth"}
        assert "bounds were hit (length of a story)" in checked["fund"].say()
        assert "已达上限（经过长度）" in checked["fund"].say("zh")

    def test_a_refusal_is_part_of_the_story(self, checked: dict[str, Checked]) -> None:
        """Money in another currency is refused by its rule alone, and what is asked for too late by that."""
        funds = {act for acts in checked["fund"].explored[0].graph.values() for act in acts}
        assert any("reserve Reserve" in act and act.endswith("refused by same-currency") for act in funds)
        shares = {act for acts in checked["share"].explored[0].graph.values() for act in acts}
        assert any(", late: ask-extension" in act and act.endswith("refused by in-time") for act in shares)

    def test_left_alone_every_case_ends_or_rests(self, checked: dict[str, Checked]) -> None:
        """Driven by the clock alone, from every situation, in finitely many ticks."""
        for name, found in checked.items():
            for explored in found.explored:
                for start in explored.graph:
                    here, ticks, seen = start, 0, {start}
                    while (
                        to := next((t for a, t in explored.graph[here].items() if a.startswith("clock: ")), None)
                    ) is not None:
                        here, ticks = to, ticks + 1
                        if here in seen:
                            break
                        seen.add(here)
                    assert ticks <= len(explored.graph)
                    if here and "depth" not in explored.bounds:
                        assert rests(here), (name, here)

    def test_the_same_again_is_the_same(self, checked: dict[str, Checked]) -> None:
        """The stories depend on nothing but the flow and its scene."""
        again = explore(SHARE, SHIPPED, scene=SCENES["share"][0])
        assert again.digest == checked["share"].explored[0].digest
        assert differing(again, checked["share"].explored[0]) == ()


def rests(key: Any) -> bool:
    """Whether a situation is one in which a case may stay: ended, standing, following, or reminded again and again."""
    root, children = key[:2]
    flows = {flow.name: flow for flow in SHIPPED}
    here = flows[root[0]].state(root[3])
    limits = [*here.limits, *(limit for child in children for limit in flows[child[0]].state(child[3]).limits)]
    return bool(here.final or here.standing or here.follows or any(limit.again for limit in limits))


class TestThroughTheOffice:
    """The same through an office, once for each flow: everybody is on holiday, and the office ticks."""

    def left_alone(self, town: Town, case: str) -> None:
        """Ticks until nothing changes."""
        for _ in range(12):
            town.clock.advance(days=40)
            town.office.tick()
        for one in town.cases(case).values():
            state = town.office.flows.rules(one.flow).states[one.state]
            assert one.outcome or state.standing or any(limit.again for limit in state.limits), one.state
        assert not town.office.stuck().cases
        town.check(case)

    def test_tickets_and_shares(self, town: Town) -> None:
        """Ordered, dispatched, answered."""
        for case in (town.ordered(), town.dispatched("health", "emergency"), town.answered()):
            self.left_alone(town, case.id)

    def test_proposals_funds_and_objections(self, town: Town) -> None:
        """At each stage."""
        fund = town.fund("1000")
        proposals = [town.proposed(fund), town.resolved(fund), town.before_the_council(fund)]
        contested = town.resolved(fund)
        town.office.councils.object(contested, "too loud", by=town.resident)
        for case in (*proposals, contested, fund):
            self.left_alone(town, case.id)

    def test_votes_that_were_cast_and_the_register(self, town: Town) -> None:
        """A ballot has ended when it is cast, whatever becomes of the vote; the register waits for nobody."""
        voting = town.voted(town.before_the_council(town.fund("1000")), yes=3, close=False)
        ballots = town.ballots(voting, voting.round)
        assert len(ballots) == 3
        for case in (voting, *ballots):
            self.left_alone(town, case.id)
        self.left_alone(town, "register")


class TestFindings:
    """What is wrong is told once, with the shortest story, in both languages."""

    def found(self, wrong: Flow, *beside: Flow, **scene: Any) -> dict[str, Any]:
        """The findings by rule."""
        return {one.rule: one for one in explore(wrong, beside, scene=Scene(**scene)).findings}

    def test_a_guard_that_fails(self) -> None:
        """It reads what no step has kept: found as the exception that it raises, after the steps that lead there."""
        unkept = Guard("paid", lambda s: s.case.data["fee"] > 0, "not paid | 未缴费")
        wrong = flow(OPEN, DONE, BEGIN, END, Step("close", "close | 关", "open", "done", REQUESTER, guards=(unkept,)))
        (finding,) = explore(wrong).findings
        assert finding.rule == "exception"
        assert "KeyError" in finding.text.en
        assert [act.en for act in finding.story] == ["another resident: begin → open"]
        assert "其他居民：始 → 开" in finding.say("zh")

    def test_a_matter_that_waits_for_nobody(self) -> None:
        """The post is vacant, and a reminder that has come to an end is no clock."""
        close = Step("close", "close | 关", "open", "done", Holder("secretary", "unit"))
        resting = Flow("f", 1, "f | 流", (State("open", "open | 开", standing=True), DONE), (BEGIN, close))
        assert not self.found(resting, vacant=("secretary@low",))
        watched = attrs.evolve(
            resting, states=(State("open", "open | 开", (Limit("1 day", "look", again=True),)), DONE)
        )
        look = Step("look", "look | 看", "open", STAY, BY_CLOCK)
        assert not self.found(attrs.evolve(watched, steps=(*watched.steps, look)), vacant=("secretary@low",))

    def test_a_guard_that_lies_about_its_children(self) -> None:
        """The checks believe it, exploration does not: the case ends with an open child."""
        lying = Guard("all-ended", lambda _: True, "not yet | 尚未", ended=("lead",))
        joined = attrs.evolve(OPEN, joins=(Join(("lead",), Every(), "meet"),))
        wrong = flow(
            joined,
            DONE,
            attrs.evolve(BEGIN, does=(Spawn("lead", CHILD, "offered"),)),
            Step("meet", "meet | 会", "open", "done", BY_JOIN),
            attrs.evolve(END, does=(Drop(("lead",), "dropped"),)),
            Step("close", "close | 关", "open", "done", REQUESTER, guards=(lying,)),
            slots={"lead": "share"},
        )
        finding = self.found(wrong, SHARE)["left-open"]
        assert finding.story[-1].en == "whoever raised it: close → done"
        assert "仍有1个分项未结" in finding.say("zh")

    def test_a_carried_step_that_is_refused(self) -> None:
        """An incident beside brings it out: whatever the engine itself calls a wrong flow is a finding."""
        late = next(scene for scene in SCENES["council-proposal"] if scene.name.en == "the money comes late")
        voting = attrs.evolve(
            late, way=late.way[:-2], prelude=(*late.prelude, *late.incidents), incidents=(), most_depth=4
        )
        proposal = next(one for one in SHIPPED if one.name == "council-proposal")
        careless = attrs.evolve(
            proposal,
            steps=tuple(
                attrs.evolve(step, to=(attrs.evolve(step.to[0], when=ELSE), step.to[1])[:1])
                if step.name == "funding.reserve"
                else step
                for step in proposal.steps
            ),
            states=tuple(state for state in proposal.states if state.name not in {"funding.short", "unfunded"}),
        )
        careless = attrs.evolve(
            careless,
            steps=tuple(
                attrs.evolve(step, of=tuple(name for name in step.of if name != "funding.short"))
                for step in careless.steps
                if step.name != "funding.give-up"
            ),
        )
        assert {one.rule for one in explore(careless, SHIPPED, scene=voting).findings} == set()
        without = attrs.evolve(voting, prelude=late.prelude)
        assert {one.rule for one in explore(careless, SHIPPED, scene=without).findings} == {"exception"}

    def test_what_never_happens(self) -> None:
        """A state behind a guard that never holds, a branch, a guard that never refuses, a rung that is always refused."""
        never = Guard("never", lambda _: False, "never | 从不")
        always = Guard("always", lambda _: True, "always | 总是")
        side = State("side", "side | 旁", standing=True)
        odd = flow(
            State("open", "open | 开", (Limit("1 day", "try"), Limit("2 days", "end"))),
            DONE,
            side,
            BEGIN,
            END,
            Step("try", "try | 试", "open", "done", BY_CLOCK, guards=(never,)),
            Step("go", "go | 走", "open", (Branch(never, "side"), Branch(ELSE, "done")), ANYONE, guards=(always,)),
            Step("back", "back | 回", "side", "open", ANYONE),
        )
        explored = explore(odd)
        assert explored.findings == ()
        assert {(one.rule, one.text.en) for one in unseen(odd, [explored])} == {
            ("state-unreached", "the state “side” (side) is never reached"),
            ("always-refused", "what the clock wants with try is always refused"),
            ("branch-untaken", "the step go never takes its branch 1, to side"),
            ("guard-never-refuses", "the condition always of go never refuses"),
            ("guard-never-holds", "the condition never of go never holds"),
            ("step-untaken", "the step “back” (back) is never taken"),
        }

    def test_what_cannot_be_given_is_told(self) -> None:
        """A type of which nothing is known calls for samples; with them the step is tried."""

        @attrs.frozen
        class Odd:
            """Something odd."""

            what: complex

        odd = flow(OPEN, DONE, BEGIN, END, Step("go", "go | 走", "open", "done", ANYONE, Odd))
        assert set(self.found(odd)) == {"no-samples"}
        assert not self.found(odd, data={"go": (Odd(1j),)})
        with pytest.raises(LookupError, match="give samples"):
            samples(Odd)

    def test_bounds_are_said(self) -> None:
        """Of situations and of the length of a story."""
        few = explore(SHARE, scene=Scene(most_states=3))
        assert few.bounds == {"states"}
        assert len(few.graph) == 3
        assert explore(SHARE, scene=Scene(most_depth=2)).bounds == {"depth"}

    def test_a_rule_takes_what_the_scene_says(self) -> None:
        """Where no flow carries to a step, the scene may."""
        ruled = flow(OPEN, DONE, BEGIN, END, Step("go", "go | 走", "open", "done", BY_RULE))
        alone = explore(ruled)
        assert {one.rule for one in unseen(ruled, [alone])} == {"step-untaken"}
        assert not unseen(ruled, [explore(ruled, scene=Scene(by_rule=("go",)))])

    def test_a_prelude_that_is_refused_is_an_error(self) -> None:
        """A scene that cannot begin explores nothing."""
        late = (
            Incident(case="other", flow="f", step="begin", by="resident"),
            Incident(case="other", step="end", by="resident"),
        )
        with pytest.raises(ValueError, match="cannot begin: end on other"):
            explore(flow(OPEN, DONE, BEGIN, END), scene=Scene(prelude=late))

    def test_a_stretch_of_a_flow_is_explored_from_where_the_way_ends(self) -> None:
        """The way is the explored case's own: somebody's steps, and the clock's at its next deadline."""
        first = State("first", "first | 一", (Limit("1 day", "go-on"),))
        second = State("second", "second | 二", (Limit("1 day", "end"),))
        long = flow(
            first,
            second,
            DONE,
            Step("begin", "begin | 始", NEW, "first", ANYONE),
            Step("go-on", "go on | 续", "first", "second", BY_CLOCK),
            Step("end", "end | 终", "second", "done", AnyOf(ANYONE, BY_CLOCK)),
        )
        way = (
            Incident(case="main", flow=long.name, step="begin", by="resident"),
            Incident(case="main", step="go-on", by="clock"),
        )
        explored = explore(long, scene=Scene(way=way))
        assert explored.findings == ()
        assert set(explored.graph[()]) == {"on the way"}
        assert {case[0][3] for case in explored.graph if case} == {"second", "done"}
        wrong = (*way, Incident(case="main", step="go-on", by="clock"))
        with pytest.raises(InvalidInput, match="cannot begin: go-on on main"):
            explore(long, scene=Scene(way=wrong))

    def test_a_difference_is_told_by_its_shortest_story(self) -> None:
        """What one of two flows can do and the other cannot."""
        one = explore(flow(OPEN, DONE, BEGIN, END))
        other = explore(flow(OPEN, DONE, BEGIN, END, Step("go", "go | 走", "open", "done", ANYONE)))
        assert one.digest != other.digest
        way = ("resident: begin>open (due 1 day, 14:59:59.999999)", "after: resident: go>done")
        assert differing(one, other) == way


class TestCommand:
    """``civicflow flow check``."""

    def test_a_sound_flow(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit 0; in either language."""
        assert main(["flow", "check", "share", "--strict"]) == 0
        assert "share@1 is sound" in capsys.readouterr().out
        assert main(["flow", "check", "civicflow.workflows.notice:OBJECTION", "--language", "zh"]) == 0
        assert "objection@1定义无误" in capsys.readouterr().out

    def test_what_is_doubtful_fails_only_if_strict(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The doubt is told either way."""
        assert [main(["flow", "check", "register", *more]) for more in ([], ["--strict"])] == [0, 1]
        assert "code has to take it" in capsys.readouterr().out

    def test_a_flow_that_is_not_sound(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit 1, each fault a line, nothing explored."""
        assert main(["flow", "check", f"{__name__}:WRONG", "--beside", f"{__name__}:WRONG"]) == 1
        assert "fault: wrong@1: open: left alone it never ends" in capsys.readouterr().out

    @pytest.mark.parametrize("name", ["shrae", "nowhere:FLOW", "civicflow:NOTHING"])
    def test_what_is_not_there(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Exit 2, and it says what was looked for."""
        assert main(["flow", "check", name]) == 2
        assert name in capsys.readouterr().err


WRONG = attrs.evolve(
    flow(State("open", "open | 开"), DONE, BEGIN, attrs.evolve(END, by=ANYONE)), name="wrong", text=Text("wrong", "错")
)


def test_flows_that_have_no_part_in_it_change_no_story() -> None:
    """So that a flow that is added to the shipped ones does not re-tell those of the others."""
    assert explore(SHARE, SHIPPED).digest == explore(SHARE).digest
