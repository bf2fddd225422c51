"""Random works, on every built-in storage: whatever anybody does, no yuan is lost, none is spent that was not decided."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine
from tests.workflows.works.conftest import SECRETS, Site, milestones, settled_in

from civicflow import Actor, Money, Source
from civicflow.money import total
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import HERE, person_of
from civicflow.workflows.funds.fund import FUND, available, reserved
from civicflow.workflows.notice import OBJECTION
from civicflow.workflows.works.accounts import paid_of, sources_of
from civicflow.workflows.works.commissioning import Commission
from civicflow.workflows.works.quoting import Award, HandIn, Open
from civicflow.workflows.works.work_order import WORK_ORDER

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"


class TestWorkOrder(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = WORK_ORDER
    golden = GOLDEN / "work-order.txt"
    beside = (FUND, OBJECTION)

    def samples(self, office: Office) -> Samples:
        """A work whose money is there, or not quite; quotes on paper, which the decision's digest lets be awarded."""
        secretary = office.act_as(person_of("secretary", "office-of-neighbourhood"), post="secretary", unit=HERE)
        fund = office.funds.open("Fund", unit=HERE, source="budget", by=secretary)
        office.funds.deposit(fund, Money("100"), by=secretary)
        amounts = st.sampled_from(["60", "100", "101"]).map(Money)
        return {
            "commission": amounts.map(
                lambda amount: Commission(title="a gate", budget=amount, sources=[Source(fund.id, amount)])
            ),
            "quoting.quote": st.sampled_from(["a", "b", "c", "d"]).map(lambda bidder: HandIn(bidder=bidder)),
            "quoting.open": st.sampled_from(["a", "b", "c", "d"]).map(
                lambda bidder: Open(bidder=bidder, amount=Money("55"))
            ),
            "quoting.award": st.sampled_from(["a", "b", "c"]).map(
                lambda bidder: Award(bidder=bidder, reason="x", decision="0" * 64)
            ),
        }


STAGES = ("begun", "called", "opened", "opened", "awarded", "planned", "planned", "built", "accepted")


class Works(TownMachine):
    """A work that people quote for, build, inspect, pay, change and give up."""

    site: Site

    @initialize(stage=st.sampled_from(STAGES))
    def begin(self, stage: str) -> None:
        """It has come so far."""
        self.site = settled_in(self.town)
        if stage == "called":
            self.site.called()
        elif stage != "begun":
            getattr(self.site, stage)()

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        town = self.town
        firms = [self.site.officer(firm) for firm in SECRETS]
        return [town.resident, town.secretary(), town.secretary("subdistrict"), town.delegate("r1"), *firms]

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step, right or wrong."""
        unit, now = self.town.office.unit, self.site.now
        days = st.sampled_from(["2026-03-05", "2026-03-31", "2026-06-30"]).map(date.fromisoformat)
        bidders = st.sampled_from(["luo", unit("smiths"), unit("fencers"), unit("cousins")])
        reasons = st.sampled_from([" ", "they are near"])
        lists = st.sampled_from([[], ["rust"]])
        decisions = st.sampled_from([now.data["decision"], now.data["decision"], "another"])
        amounts = st.sampled_from(["34500", "36000.01"]).map(Money)
        evidence = {"done": st.just("done"), "evidence": lists}
        offered: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "quoting.call": {"closing": days},
            "quoting.quote": {"bidder": bidders},
            "quoting.open": {
                "bidder": bidders,
                "amount": amounts,
                "secret": st.sampled_from(["", *SECRETS.values()]),
                "witness": st.sampled_from([None, "r2"]),
            },
            "quoting.exclude": {"bidder": bidders, "excluded": st.just("conflict-of-interest")},
            "quoting.include": {"bidder": bidders},
            "quoting.award": {"bidder": bidders, "reason": reasons, "decision": decisions},
            "building.plan": {
                "milestones": st.sampled_from([milestones(), milestones("17250", "17250")]),
                "retained": st.sampled_from([None, Money("1035")]),
                "decision": decisions,
            },
            "building.send-back": {"defects": lists, "until": days},
            "building.put-off": {"until": days, "reason": reasons},
            "building.vary": {
                "milestone": st.sampled_from(["gate", "paint"]),
                "amount": st.sampled_from(["0.01", "17000.03", "18232.51"]).map(Money),
                "reason": reasons,
            },
            "inspecting.inspect": {"defects": lists},
            "evaluation.evaluate": {"resolved": st.booleans(), "satisfied": st.sampled_from([None, 5, 6])},
            "announcement.object": {"text": st.just("no")},
            "building.report": evidence,
            "inspecting.mend": evidence,
            "building.pay": {"decision": decisions},
            "settling.settle": {"decision": decisions},
            "quoting.go-on": {"reason": reasons},
            "quoting.give-up": {"reason": reasons},
            "building.end": {"reason": reasons},
            "inspecting.reject": {"reason": reasons},
            "answer": {"text": st.just("because")},
            "uphold": {"text": st.just("because")},
        }
        return data.draw(st.fixed_dictionaries(offered[step])) if step in offered else None

    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_who_may_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step that they may take, as `what_can` says, with whatever comes to mind."""
        self.site.town = self.town
        office, rare = self.town.office, {"give-up", "end", "reject", "uphold", "object", "evaluate"}
        rare |= {"call"} if self.site.now.state == "quoting.comparing" else set()
        possible = [
            (by, str(p.case), p.step)
            for by in self.people()
            for p in office.what_can(by, self.site.work).steps
            if p.allowed and (not giving_up or p.step.rpartition(".")[2] not in rare)
        ]
        if possible:
            by, case, step = data.draw(st.sampled_from(possible))
            self.attempt(lambda: office.take(case, step, self.given(step, data), by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data())
    def somebody_goes_on(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_who_may_acts(data=data, giving_up=1)

    def holds(self) -> None:
        """No yuan is lost; nothing is spent above the budget, before an award, or by anybody but who was decided on."""
        self.check_everything()
        work = self.site.now
        funds = [self.town.now(fund) for fund in self.site.funds]
        gave = [amount for _, amount in sources_of(work)]
        spent = [self.spent(fund.id) for fund in funds]
        for fund, amount, paid in zip(funds, gave, spent, strict=True):
            assert available(fund) + reserved(fund, work.id) + paid == amount
            assert available(fund) == Money(0) or "account" in work.data
            assert reserved(fund, work.id) == Money(0) or "account" not in work.data
        account = work.data.get("account")
        if account is None:
            assert [*paid_of(work)] == spent
        else:
            assert [str(paid.amount) for paid in spent] == [one["paid"]["amount"] for one in account["sources"]]
        award = work.data.get("award")
        assert total(spent) <= Money("36000")
        if award is None:
            assert not total(spent).amount
        else:
            assert Money(award["amount"]["amount"]) <= Money("36000")
            assert award["bidder"] != self.town.office.unit("cousins")
            assert award["decision"] == work.data["decision"]
        if work.outcome == "not-built":
            assert [available(fund) for fund in funds] == gave
        for quote in work.data.get("quotes", ()):
            assert quote["amount"] is None or work.state not in {"quoting.calling", "quoting.due"}

    def spent(self, fund: str) -> Money:
        """What a fund paid for the work, as its entries say; to the contractor alone."""
        entries = [entry for entry in self.town.office.ledger.entries(fund) if entry.step == "pay"]
        assert {entry.data["to"] for entry in entries} <= {self.site.now.data.get("award", {}).get("bidder")}
        return total(Money(entry.data["amount"]["amount"]) for entry in entries)


def test_whatever_happens_no_yuan_is_lost(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a work promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Works", (Works,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (10 if on_disk else 5)),
    )
