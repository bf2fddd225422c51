"""Random councils at random moments, on every built-in storage: no point disappears, none is dealt with twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case
from civicflow.calendars import Recurrence
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import HERE, person_of
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.councils.agenda import OUTCOMES
from civicflow.workflows.councils.composition import KINDS
from civicflow.workflows.councils.council import COUNCIL, Instrument, SetUpCouncil, waiting
from civicflow.workflows.councils.informal import INFORMAL_SITTING, OpenInformal
from civicflow.workflows.councils.sitting import SITTING, Convene
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"
FRIDAYS = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 1), roll="none")
SINCE = date(2026, 1, 1)
RULES, COVENANT = Instrument("Rules", SINCE), Instrument("Covenant", SINCE)
SEATS = {kind: f"of-{kind}" for kind in KINDS if kind != "delegates"}
DELEGATES = ("d1", "d2", "d3", "d4", "d5", "d6")
DONE = set(OUTCOMES) - {"postponed"}
OVER = ("closed", "confirmed", "unconfirmed", "adjourned", "not-held", "cancelled")
TICKETS = (MEETING, SHARE, FOUR_PART_TICKET)


def _council(office: Office) -> Case:
    """A council of the suite's place that has all it needs."""
    by = office.act_as(person_of("secretary", "office-of-neighbourhood"), post="secretary", unit=HERE)
    council = office.sittings.set_up(
        "Council", council="council", unit=HERE, every=FRIDAYS, rules=RULES, venue="hall", covenant=COVENANT, by=by
    )
    return office.sittings.put_down(council, "a gate", by=by)


class TestCouncil(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = COUNCIL
    golden = GOLDEN / "council.txt"

    def samples(self, office: Office) -> Samples:
        """Councils that name no document, for there is none."""
        given = st.sampled_from([RULES, None])
        return {"set-up": given.map(lambda rules: SetUpCouncil(title="c", every=FRIDAYS, rules=rules))}


class TestSitting(FlowContract):
    """Random walks around a council that has a point waiting."""

    flow = SITTING
    golden = GOLDEN / "sitting.txt"
    beside = (*TICKETS, COUNCIL)

    def samples(self, office: Office) -> Samples:
        """Sittings of the council, today or in a week, in haste or not, one kind short or not."""
        council, today = _council(office), office.now().date()
        seats = [{"kind": kind, "person": "resident-1"} for kind in SEATS]
        fields: dict[str, st.SearchStrategy[Any]] = {
            "council": st.just(council.id),
            "on": st.just(today) | st.just(date.fromordinal(today.toordinal() + 7)),
            "seats": st.just(seats) | st.just(seats[1:]),
            "urgent": st.sampled_from(["", "a leak"]),
        }
        return {"convene": st.fixed_dictionaries(fields).map(lambda given: Convene(**given))}


class TestInformalSitting(FlowContract):
    """Random walks around a council."""

    flow = INFORMAL_SITTING
    golden = GOLDEN / "informal-sitting.txt"
    beside = (*TICKETS, COUNCIL)

    def samples(self, office: Office) -> Samples:
        """Yard meetings of the council, and of none."""
        ids = st.sampled_from([_council(office).id, "nowhere"])
        return {"open": ids.map(lambda id_: OpenInformal(title="t", form="yard-meeting", council=id_))}


class Councils(TownMachine):
    """One council of the community, its sittings and its informal ones; each point has a headline of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.council, self.sittings, self.talks = "", list[str](), list[str]()
        self.points, self.tickets = 0, 0

    @property
    def secretary(self) -> Actor:
        """Who leads."""
        return self.town.secretary()

    def headline(self) -> str:
        """A new one."""
        self.points += 1
        return f"point {self.points}"

    @initialize()
    def set_up(self) -> None:
        """It has its rules, its venue and its covenant."""
        self.council = self.town.office.sittings.set_up(
            "Council",
            council="council",
            unit="community",
            every=FRIDAYS,
            rules=RULES,
            venue="hall",
            covenant=COVENANT,
            by=self.secretary,
        ).id

    @rule(who=st.sampled_from(["d1", "d2", "r1"]))
    def somebody_puts_a_point_down(self, who: str) -> None:
        """A delegate of the council, or of another one."""
        by, headline = self.town.delegate(who), self.headline()
        case = self.attempt(
            lambda: self.town.office.sittings.put_down(self.council, headline, by=by), by=by, step="put-down"
        )
        assert (case is None) == (who == "r1")
        self.points -= case is None
        self.holds()

    @rule(day=st.sampled_from(["today", "today", "fixed"]), many=st.integers(0, 2))
    def somebody_convenes(self, day: str, many: int) -> None:
        """Today in haste or for the fixed day, with points of its own or with what waits alone."""
        office = self.town.office
        on = office.now().date() if day == "today" else None
        points = [self.headline() for _ in range(many)]
        case = self.attempt(
            lambda: office.sittings.convene(
                self.council, seats=SEATS, on=on, urgent="a leak", points=points, by=self.secretary
            ),
            by=self.secretary,
            step="convene",
        )
        if case is None:
            self.points -= len(points)
        else:
            self.sittings.append(case.id)
        self.holds()

    @precondition(lambda self: self.sittings)
    @rule(delegates=st.integers(0, 6), act=st.sampled_from(["open", "open", "adjourn", "cancel"]))
    def it_begins(self, delegates: int, act: str) -> None:
        """It is opened or adjourned, which only one of the two can be; or called off."""
        sittings, sitting, by = self.town.office.sittings, self.sittings[-1], self.secretary
        there = (*SEATS.values(), *DELEGATES[:delegates])
        what = {
            "open": lambda: sittings.open(sitting, there, by=by),
            "adjourn": lambda: sittings.adjourn(sitting, there, by=by),
            "cancel": lambda: sittings.cancel(sitting, "flooded", by=by),
        }
        case = self.attempt(what[act], by=by, step=act)
        if case is not None and act != "cancel":
            assert (act == "open") == (delegates >= 4)
        self.holds()

    @precondition(lambda self: self.sittings)
    @rule(no=st.integers(1, 3), outcome=st.sampled_from(list(OUTCOMES)))
    def a_point_is_dealt_with(self, no: int, outcome: str) -> None:
        """Whether it is on the agenda or not."""
        by, sitting = self.secretary, self.sittings[-1]
        case = self.attempt(
            lambda: self.town.office.sittings.deal(sitting, no, outcome, text="so", by=by), by=by, step="deal"
        )
        self.tickets += case is not None and outcome == "ticket"
        self.holds()

    @precondition(lambda self: self.sittings)
    @rule()
    def the_rest_is_postponed_and_it_closes(self) -> None:
        """If it is open."""
        sittings, by = self.town.office.sittings, self.secretary
        case = self.town.now(self.sittings[-1])
        for point in case.data["agenda"] if case.state == "open" else ():
            if not point["outcome"]:
                sittings.deal(case, point["no"], "postponed", by=by)
        self.attempt(lambda: sittings.close(case, by=by), by=by, step="close")
        self.holds()

    @precondition(lambda self: self.sittings)
    @rule(who=st.sampled_from(["d1", "d4", "d6"]))
    def somebody_confirms(self, who: str) -> None:
        """Whether they were there or not."""
        by, sitting = self.town.delegate(who), self.sittings[-1]
        case = self.attempt(lambda: self.town.office.sittings.confirm(sitting, by=by), by=by, step="confirm")
        assert case is None or who in case.data["present"]
        self.holds()

    @rule()
    def they_talk(self) -> None:
        """An informal sitting begins."""
        by = self.town.delegate("d2")
        talk = self.attempt(
            lambda: self.town.office.sittings.open_informal("t", council=self.council, form="stool-talk", by=by),
            by=by,
            step="open",
        )
        assert talk is not None
        self.talks.append(talk.id)

    @precondition(lambda self: self.talks)
    @rule(becomes=st.sampled_from(["ticket", "agenda"]))
    def something_is_raised(self, becomes: str) -> None:
        """A ticket, or a point of the next sitting."""
        by, headline = self.secretary, self.headline()
        case = self.attempt(
            lambda: self.town.office.sittings.bring_up(self.talks[-1], headline, becomes=becomes, by=by),
            by=by,
            step="bring-up",
        )
        self.points -= case is None or becomes == "ticket"
        self.tickets += case is not None and becomes == "ticket"
        self.holds()

    def holds(self) -> None:
        """Each point that was entered waits, or is before one sitting, or has its one outcome; so has each ticket its origin."""
        self.check_everything()
        council = self.town.now(self.council)
        found = Counter(item.title for item in waiting(council))
        sittings = [self.town.now(one) for one in self.sittings]
        assert sum(one.state in ("convened", "open") for one in sittings) == bool(council.data["sitting"])
        for one in sittings:
            over = one.state in OVER
            found.update(p["title"] for p in one.data["agenda"] if p["outcome"] in DONE or not over)
        assert set(found.values()) <= {1}
        assert found.total() == self.points
        begun = [id_ for one in (*sittings, *map(self.town.now, self.talks)) for id_ in one.links.get("tickets", ())]
        assert (
            len(begun) == len(set(begun)) == self.tickets == len(self.town.office.find(flow="four-part-ticket").cases)
        )


def test_whatever_happens_no_point_disappears(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a council promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Councils", (Councils,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (8 if on_disk else 4)),
    )
