"""A call in random hands, on every built-in storage: whatever anybody does, the pot is never exceeded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.granting.conftest import BY_POINTS, Calls
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case, Money
from civicflow.money import total
from civicflow.workflows.funds.books import books
from civicflow.workflows.funds.fund import available, paid, reserved
from civicflow.workflows.granting import EqualShares, SelectionRule, Ties
from civicflow.workflows.granting.call import spent
from civicflow.workflows.granting.grant import unpaid

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

GROUPS = ("gate", "lane", "lamp")
RULES: tuple[SelectionRule, ...] = (
    BY_POINTS,
    EqualShares(satisfaction="cost", completion="greedy", ties=Ties("cheaper")),
)


class Pot(TownMachine):
    """A call of a hundred yuan for which three groups ask sixty each, in two milestones."""

    @initialize(
        by=st.sampled_from(RULES), admitted=st.integers(0, 3), ahead=st.sampled_from(["", "judging", "granted"])
    )
    def begin(self, by: SelectionRule, admitted: int, ahead: str) -> None:
        """Some have applied already; judging may have begun, or grants may be running."""
        calls = Calls(self.town)
        self.fund, call = calls.fund, calls.call(by)
        self.call = call.id
        self.applications = [calls.apply(call, group, "20", "40", admit=False).id for group in GROUPS]
        for application in self.applications[: 3 if ahead else admitted]:
            calls.grants.admit(application, by=self.town.secretary())
        if ahead:
            calls.judging(call)
        if ahead == "granted":
            calls.judged(call, ("v1", {self.applications[0]: 1}))

    def people(self) -> list[Actor]:
        """Whoever might try something."""
        residents = [self.town.office.act_as(name) for name in (*GROUPS, "v1", "v2")]
        return [*residents, *[self.town.secretary()] * 4, self.town.secretary("subdistrict")]

    @rule(data=st.data(), number=st.integers(0, 2))
    def somebody_acts_on_an_application(self, data: st.DataObject, number: int) -> None:
        """Admits it, asks for papers, supplies them, turns it down, withdraws it."""
        grants, by = self.town.office.grants, data.draw(st.sampled_from(self.people()))
        case = self.applications[number]
        commands: dict[str, Callable[[], Case]] = {
            "admit": partial(grants.admit, case, by=by),
            "ask-for-papers": partial(grants.ask_for_papers, case, "r", by=by),
            "supply": partial(grants.supply, case, "t", by=self.town.office.act_as(GROUPS[number])),
            "turn-down": partial(grants.turn_down, case, "r", by=by),
            "withdraw": partial(grants.withdraw, case, by=by),
        }
        step = data.draw(st.sampled_from(["admit", "admit", *commands]))
        self.attempt(commands[step], by=self.town.office.act_as(GROUPS[number]) if step == "supply" else by, step=step)
        self.holds()

    @rule(data=st.data())
    def somebody_acts_on_the_call(self, data: st.DataObject) -> None:
        """Begins judging, votes, cancels."""
        grants, by = self.town.office.grants, data.draw(st.sampled_from(self.people()))
        liked = data.draw(st.lists(st.sampled_from(self.applications), unique=True))
        commands: dict[str, Callable[[], Case]] = {
            "begin-judging": partial(grants.begin_judging, self.call, by=by),
            "cancel": partial(grants.cancel, self.call, "r", by=by),
        }
        step = data.draw(st.sampled_from(["begin-judging", "begin-judging", "cast", "cast", "cast", "cancel"]))
        commands["cast"] = partial(grants.vote, self.call, liked, by=by)
        if step == "cast" and self.town.now(self.call).state == "judging":
            cast = {case.key for case in self.town.ballots(self.town.now(self.call), 1)}
            if by.person in cast:
                return
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    @rule(data=st.data(), number=st.integers(0, 2))
    def somebody_acts_on_a_grant(self, data: st.DataObject, number: int) -> None:
        """Reports, accepts, sends back, puts off, stops, gives up, enters a return, writes off."""
        grants = self.town.office.grants
        grant = grants.grant(self.applications[number])
        if grant is None:
            return
        by = data.draw(st.sampled_from([self.town.office.act_as(GROUPS[number]), *self.people()]))
        day = self.town.office.now().date() + timedelta(days=data.draw(st.sampled_from([-1, 20])))
        recover = data.draw(st.sampled_from([None, Money("5"), Money("20"), Money("60")]))
        commands: dict[str, Callable[[], Case]] = {
            "report": partial(grants.report, grant, f"done {grant.version}", evidence=("photo",), by=by),
            "accept": partial(grants.accept, grant, by=by),
            "send-back": partial(grants.send_back, grant, "r", due=day, by=by),
            "put-off": partial(grants.put_off, grant, "r", due=day, by=by),
            "stop": partial(grants.stop, grant, "r", recover=recover, by=by),
            "give-up": partial(grants.give_up, grant, "r", by=by),
            "enter-return": partial(grants.enter_return, grant, by=by),
            "write-off": partial(grants.write_off, grant, "r", by=by),
        }
        step = data.draw(st.sampled_from(["report", "report", "accept", "accept", *commands]))
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """What is reserved for the call is what its grants may still be paid; what was paid and is reserved is within the pot."""
        self.check_everything()
        now, call = self.town.now(self.fund), self.town.now(self.call)
        assert books(self.town.office.ledger.entries(now)).agrees(now)
        found = [self.town.office.grants.grant(application) for application in self.applications]
        grants = [grant for grant in found if grant is not None]
        owed = total(
            unpaid(grant) for grant in grants if grant.state in ("running", "overdue", "reported", "supervised")
        )
        if call.outcome == "selected":
            assert reserved(now, call.id) == owed
            assert spent(call) <= Money("100")
            assert paid(now) + owed <= spent(call)
        elif call.outcome:
            assert available(now) == Money("100")
        else:
            assert reserved(now, call.id) == Money("100")


def test_whatever_happens_the_pot_is_not_exceeded(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    machine = {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}
    run_state_machine_as_test(
        type("Pot", (Pot,), machine),
        settings=settings(profile, max_examples=profile.max_examples // (12 if on_disk else 6)),
    )
