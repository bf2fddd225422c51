"""Random meetings of tickets and whistles, on every built-in storage: what the flow promises holds whatever anybody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import AREAS, BODIES, TownMachine

from civicflow import Actor, Case
from civicflow.testing import FlowContract
from civicflow.workflows.coordination.meeting import MEETING

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

GOLDEN = Path(__file__).parents[1] / "golden"


class TestMeeting(FlowContract):
    """A child, opened by a parent that the suite makes for it."""

    flow = MEETING
    golden = GOLDEN / "coordination-meeting.txt"


class Meetings(TownMachine):
    """A ticket and a whistle, each put to meetings."""

    def __init__(self) -> None:
        super().__init__()
        self.matters: list[str] = []

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        residents = [self.town.office.act_as(person) for person in ("resident-1", "resident-2")]
        return [*residents, *map(self.town.secretary, AREAS), *map(self.town.officer, BODIES[:2])]

    @initialize()
    def begin(self) -> None:
        """A ticket with a meeting, and a call with one."""
        town = self.town
        ticket = town.ordered("lines")
        town.office.coordination.coordinate(ticket, "three providers", by=town.secretary())
        call = town.office.whistles.call("lines", unit="community", by=town.secretary())
        town.office.coordination.coordinate(call, "three providers", by=town.secretary("subdistrict"))
        self.matters = [ticket.id, call.id]
        for matter in self.matters:
            on = town.office.now().date()
            town.office.coordination.invite(matter, on=on, bodies=BODIES[:2], by=town.secretary())
            town.office.coordination.put_option(matter, "bury", by=town.secretary())

    def given(self, step: str, data: st.DataObject, case: Case) -> Any:
        """Something to give with a step of a meeting, right or wrong."""
        unit = self.town.office.unit
        raised = data.draw(st.sampled_from([*[[case.requester]] * 4, ["resident-2"], []]))
        match step:
            case "invite":
                day = self.town.office.now().date() + timedelta(days=data.draw(st.sampled_from([0, 0, 3, -1])))
                bodies = data.draw(st.sampled_from([BODIES[:1], BODIES[:2]]))
                return {"on": day, "bodies": [unit(body) for body in bodies], "delegates": ["resident-2"]}
            case "put-option":
                return {"name": data.draw(st.sampled_from(["bury", "hang", "leave"]))}
            case "minute":
                names = [option["name"] for option in case.data.get("options", ())] or ["bury"]
                option = data.draw(st.sampled_from(names))
                fell = [{"option": name, "reason": "dear"} for name in names if name != option]
                shares = [{"body": body, "task": "its part"} for body in case.data["bodies"]]
                fell = data.draw(st.sampled_from([fell, fell, fell, fell[1:]]))
                bodies = case.data["bodies"]
                there = data.draw(st.sampled_from([bodies, bodies, bodies, bodies[:1]]))
                return {"option": option, "fell": fell, "shares": shares, "bodies": there, "people": raised}
            case "adjourn":
                return {"reason": "costs", "people": raised}
            case "end-without" | "coordinate":
                return {"reason": "as it is"}
        return None

    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step of a meeting that they may take, or puts a matter to another one."""
        office = self.town.office
        matter = data.draw(st.sampled_from(self.matters))
        possible = [
            (by, case, p.step)
            for by in self.people()
            for p in office.what_can(by, matter).steps
            if p.allowed
            for case in [self.town.now(str(p.case))]
            if (case.slot == "meeting" or p.step == "coordinate") and (p.step != "end-without" or not giving_up)
        ]
        if possible:
            step = data.draw(st.sampled_from(sorted({step for _, _, step in possible})))
            by, case, step = data.draw(st.sampled_from([one for one in possible if one[2] == step]))
            given = self.given(step, data, case)
            self.attempt(lambda: office.take(case, step, given, by=by), by=by, step=step)
            self.holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_acts(data=data, giving_up=1)

    def holds(self) -> None:
        """One plan a meeting, of the options on the table; its shares are the matter's, once; nobody was left out."""
        self.check_everything()
        for matter in map(self.town.now, self.matters):
            children = self.town.office.shares(matter)
            met = [case for case in children if case.slot == "meeting"]
            plans = [case for case in met if case.outcome == "planned"]
            assert all(("plan" in case.data) == (case in plans) for case in met)
            assert len([case for case in met if not case.outcome]) == (matter.state == "coordinating")
            for meeting in plans:
                self.the_plan_is_one(meeting)
                self.nobody_was_left_out(meeting)
            shared = sorted(str(share["body"]) for meeting in plans for share in meeting.data["plan"]["shares"])
            assert sorted(str(case.body) for case in children if case.slot != "meeting") == shared

    @staticmethod
    def the_plan_is_one(meeting: Case) -> None:
        """Of all options it is the one that did not fall."""
        plan = meeting.data["plan"]
        fallen = [fell["option"] for fell in plan["fell"]]
        assert sorted([plan["option"], *fallen]) == sorted(option["name"] for option in meeting.data["options"])
        assert {share["body"] for share in plan["shares"]} <= set(meeting.data["bodies"])

    def nobody_was_left_out(self, meeting: Case) -> None:
        """Whoever raised it was there, or waived this sitting, or stayed away from an earlier one: told by the entries."""
        entries = self.town.office.ledger.entries(meeting)
        waived = stayed_away = False
        for entry in entries:
            there = waived or meeting.requester in entry.data.get("people", ())
            match entry.step:
                case "invite":
                    waived = False
                case "waive":
                    waived = True
                case "adjourn":
                    stayed_away |= not there
                case "minute":
                    assert there or stayed_away
                case _:
                    pass

    def teardown(self) -> None:
        """Left alone, every meeting ends."""
        for _ in range(6):
            self.town.clock.advance(days=30)
            self.town.office.tick()
        for matter in self.matters:
            self.town.check(matter)
            assert self.town.now(matter).state != "coordinating"
        super().teardown()


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a meeting promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Meetings", (Meetings,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (8 if on_disk else 4)),
    )
