"""Building, acceptance, account and evaluation: what is paid is what was decided, built and inspected; the rest goes back."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.workflows.works.conftest import milestones, refused

from civicflow import InvalidInput, Money, Source
from civicflow.workflows.funds.fund import available, earmarked, reserved
from civicflow.workflows.works import shared_out
from civicflow.workflows.works.decision import Execute

if TYPE_CHECKING:
    from tests.workflows.works.conftest import Site

    from civicflow import Case


def held(site: Site) -> list[tuple[str, str]]:
    """What each fund has available, and what it has reserved for the work."""
    funds = [site.office.case(fund) for fund in site.funds]
    return [(str(available(fund).amount), str(reserved(fund, site.work.id).amount)) for fund in funds]


class TestBeginning:
    """It begins with its money or not at all."""

    def test_the_money_is_reserved_in_the_same_commit(self, site: Site) -> None:
        """Half of each fund; for a second work there is none."""
        assert held(site) == [("0.00", "18000.00")] * 2
        before = site.town.position()
        refused(site.begun, "money-first")
        assert site.town.position() == before

    def test_what_is_reserved_for_another_case_goes_over_once(self, site: Site) -> None:
        """A second order on the same decision finds nothing."""
        second = site.begun(matter=site.work)
        assert second.data["decision"] == site.now.data["decision"]
        assert held(site) == [("0.00", "0.00")] * 2
        refused(lambda: site.begun(matter=site.work), "money-first")

    def test_of_an_earmark_where_its_source_names_one(self, site: Site) -> None:
        """What another work takes over, or gives back, stays for the earmark's purpose."""
        fund = site.fund("donors", "100")
        site.office.funds.earmark(fund, Money(100), "gates", by=site.secretary)

        def begun(purpose: str) -> Case:
            return site.begun(budget=Money(100), sources=[Source(fund.id, Money(100), purpose)])

        refused(lambda: begun(""), "money-first")
        first = begun("gates")
        second = site.begun(matter=first, budget=Money(100), sources=[Source(fund.id, Money(100), "gates")])
        site.works.give_up(second, "nobody builds such gates", by=site.secretary)
        site.works.settle(second, by=site.secretary)
        now = site.office.case(fund)
        assert (earmarked(now, "gates"), available(now), reserved(now)) == (Money(100), Money(0), Money(0))

    def test_a_fund_that_has_reserved_money_is_not_closed(self, site: Site) -> None:
        """Else it could neither be paid out nor go back."""
        refused(lambda: site.office.funds.close(site.funds[0], by=site.secretary), "empty")
        site.works.give_up(site.work, "nobody builds such gates", by=site.secretary)
        site.works.settle(site.work, by=site.secretary)
        refused(lambda: site.office.funds.close(site.funds[0], by=site.secretary), "empty")

    def test_it_is_what_was_decided(self, site: Site) -> None:
        """Another budget under the digest of a decision is another decision."""
        sources = [Source(fund.id, Money("17000")) for fund in site.funds]
        refused(
            lambda: site.begun(matter=site.work, budget=Money("34000"), sources=sources),
            "what-was-decided",
        )

    def test_only_the_secretary_begins_one(self, site: Site) -> None:
        """Of the unit whose matter it is."""
        refused(lambda: site.begun(by=site.above), "authority", "money-first")


class TestPlan:
    """Milestones, each with its day and its amount, and what is retained are the award, to the fen."""

    @pytest.mark.parametrize(
        ("first", "last", "retained", "rules"),
        [
            ("16732.50", "16732.51", "1035", ("adds-up",)),
            ("16732.50", "16732.49", "1035", ("adds-up",)),
            ("17250.00", "17250.00", None, ()),
            ("16732.00", "16732.99", "1035.01", ("retains-3-in-100",)),
        ],
    )
    def test_to_the_fen(self, site: Site, first: str, last: str, retained: str | None, rules: tuple[str, ...]) -> None:
        """34,500 yuan, of which no more than 1,035 are retained."""
        site.awarded()

        def plan() -> object:
            kept = None if retained is None else Money(retained)
            return site.works.plan(site.work, milestones(first, last), retained=kept, by=site.secretary)

        if rules:
            refused(plan, *rules)
        else:
            plan()
            assert site.now.state == "building.building"

    def test_in_order_of_their_days(self, site: Site) -> None:
        """And none of them is over; each has a name of its own."""
        site.awarded()
        gate, paint = milestones("17250", "17250")
        refused(lambda: site.works.plan(site.work, [paint, gate], by=site.secretary), "milestones-in-order")
        with pytest.raises(InvalidInput, match="each with a name of its own"):
            site.works.plan(site.work, [gate, gate], by=site.secretary)

    def test_shares_become_amounts_that_are_the_award(self, site: Site) -> None:
        """Thirds of 34,500.01: the left-over fen goes to the largest remainder."""
        thirds = [(name, date(2026, 4, 1), Fraction(1, 3)) for name in ("a", "b", "c")]
        assert [str(m.amount.amount) for m in shared_out(Money("34500.01"), thirds)] == [
            "11500.01",
            "11500.00",
            "11500.00",
        ]


class TestMilestones:
    """Each is reported with evidence, inspected by somebody who neither built nor reported it, then paid."""

    def test_paid_of_each_source_in_proportion(self, site: Site) -> None:
        """The entry names the decision; the fund's names the contractor and the milestone."""
        site.planned()
        paid = site.paid()
        (payment,) = paid.data["payments"]
        assert [part["amount"]["amount"] for part in payment["of"]] == ["8366.25", "8366.25"]
        assert payment["decision"] == paid.data["decision"]
        (entry,) = [e for e in site.office.ledger.entries(site.funds[0]) if e.step == "pay"]
        assert (entry.data["to"], entry.data["note"], entry.data["matter"]) == (
            site.office.unit("smiths"),
            "gate",
            site.work.id,
        )
        assert held(site) == [("0.00", "9633.75")] * 2

    def test_nobody_inspects_their_own(self, site: Site) -> None:
        """The secretary who reported it for the contractor, say; and a report has evidence."""
        site.planned()
        refused(lambda: site.works.report(site.work, "done", evidence=(), by=site.secretary), "has-evidence")
        site.works.report(site.work, "done", evidence=("photo",), by=site.secretary)
        refused(lambda: site.works.pass_milestone(site.work, by=site.secretary), "not-the-builder")
        refused(lambda: site.works.pass_milestone(site.work, by=site.officer("smiths")), "authority", "not-the-builder")
        refused(lambda: site.works.pay(site.work, by=site.secretary), "state")
        assert site.works.pass_milestone(site.work, by=site.delegate).state == "building.payable"

    def test_a_delegate_who_works_for_the_contractor_does_not_inspect(self, site: Site) -> None:
        """Though they reported nothing; by the register of that day."""
        site.planned()
        site.works.report(site.work, "done", evidence=("photo",), by=site.officer("smiths"))
        register = site.town.register
        register["bodies"].append(
            {"code": "smiths", "name": "s", "kind": "social-enterprise", "area": "district", "posts": {"manager": "r2"}}
        )
        site.town.load(register)
        refused(lambda: site.works.pass_milestone(site.work, by=site.town.delegate("r2")), "not-the-builder")

    def test_defects_send_it_back_with_a_day(self, site: Site) -> None:
        """Named one by one; reported again, they no longer stand."""
        site.planned()
        site.works.report(site.work, "done", evidence=("photo",), by=site.officer("smiths"))
        again, over = date(2026, 4, 10), date(2026, 3, 2)
        refused(
            lambda: site.works.send_milestone_back(site.work, (), until=over, by=site.delegate),
            "names-defects",
            "is-ahead",
        )
        back = site.works.send_milestone_back(site.work, ("rust",), until=again, by=site.delegate)
        assert (back.state, back.data["defects"], back.data["until"]) == ("building.building", ["rust"], "2026-04-10")
        assert site.paid().data["defects"] == []

    def test_late_the_level_above_is_told_until_it_is_put_off(self, site: Site) -> None:
        """At the end of the day, and every five working days; a day is put off with a reason only."""
        site.planned()
        site.town.told()
        site.later(24)
        assert site.now.state == "building.late"
        assert {("late", "smith"), ("late", "secretary-community"), ("late", "secretary-subdistrict")} <= set(
            site.town.told()
        )
        site.later(8)
        assert ("overdue", "secretary-subdistrict") in site.town.told()
        day = date(2026, 5, 29)
        refused(lambda: site.works.put_off(site.work, until=day, reason=" ", by=site.secretary), "has-reason")
        assert site.works.put_off(site.work, until=day, reason="rain", by=site.secretary).state == "building.building"

    def test_a_change_stays_within_the_budget(self, site: Site) -> None:
        """1,500 yuan more at most; what is paid is not changed any more."""
        site.planned()
        site.paid()
        for name, amount, reason, rules in (
            ("paint", "18232.51", "two coats", ("stays-within",)),
            ("gate", "1", "two coats", ("is-unreported",)),
            ("paint", "18232.50", " ", ("has-reason",)),
        ):
            refused(
                partial(site.works.vary, site.work, name, Money(amount), reason=reason, by=site.delegate),
                *rules,
            )
        site.works.vary(site.work, "paint", Money("18232.50"), reason="two coats", by=site.delegate)
        site.paid()
        site.works.inspect(site.work, by=site.delegate)
        site.works.inspect(site.work, by=site.town.resident)
        account = site.works.settle(site.work, by=site.secretary).data["account"]
        assert (account["changes"]["amount"], account["paid"]["amount"], account["saved"]["amount"]) == (
            "1500.00",
            "36000.00",
            "0.00",
        )

    def test_what_is_gone_from_a_fund_is_not_paid(self, site: Site) -> None:
        """Nothing is half paid: the other fund keeps what it holds."""
        site.planned()
        site.works.report(site.work, "done", evidence=("photo",), by=site.officer("smiths"))
        site.works.pass_milestone(site.work, by=site.delegate)
        site.begun(matter=site.work)
        before = held(site)
        refused(lambda: site.works.pay(site.work, by=site.secretary), "money-is-there")
        assert held(site) == before

    def test_a_contract_may_be_ended(self, site: Site) -> None:
        """What was paid stays paid, what was retained is not, and the rest goes back."""
        site.planned()
        site.paid()
        refused(lambda: site.works.end_contract(site.work, " ", by=site.secretary), "has-reason")
        site.works.end_contract(site.work, "they left", by=site.secretary)
        account = site.works.settle(site.work, by=site.secretary).data["account"]
        assert [one["back"]["amount"] for one in account["sources"]] == ["9633.75", "9633.75"]
        assert held(site) == [("9633.75", "0.00")] * 2


class TestAcceptance:
    """The whole is accepted by delegates and residents who did not build it."""

    def test_by_a_delegate_and_a_resident(self, site: Site) -> None:
        """One alone does not do, each signs once, and a delegate of another council signs as a resident."""
        site.built()
        site.works.inspect(site.work, by=site.town.resident)
        refused(lambda: site.works.inspect(site.work, by=site.town.resident), "signs-once")
        assert site.works.inspect(site.work, by=site.town.delegate("d1")).state == "inspecting.awaited"
        refused(lambda: site.works.inspect(site.work, by=site.officer("smiths")), "not-the-builder")
        assert site.works.inspect(site.work, by=site.delegate).state == "settling.due"

    def test_with_a_defect_it_is_mended_and_inspected_again(self, site: Site) -> None:
        """The list is of all who signed; the second time all sign anew."""
        site.built()
        site.works.inspect(site.work, defects=("rust",), by=site.delegate)
        found = site.works.inspect(site.work, defects=("a crack", "no lamp"), by=site.town.resident)
        assert (found.state, found.data["defects"]) == ("inspecting.defective", ["rust", "a crack", "no lamp"])
        refused(lambda: site.works.reject(site.work, "it is bad", by=site.delegate), "inspected-again")
        site.works.mend(site.work, "mended", evidence=("photo",), by=site.officer("smiths"))
        site.works.inspect(site.work, by=site.delegate)
        assert site.works.inspect(site.work, by=site.town.resident).state == "settling.due"

    def test_refused_for_good_what_was_retained_is_not_paid(self, site: Site) -> None:
        """After a second inspection, with the reason: it goes back with what was saved."""
        site.built()
        for _ in range(2):
            site.works.inspect(site.work, defects=("rust",), by=site.delegate)
            site.works.inspect(site.work, by=site.town.resident)
            if site.now.data.get("mended"):
                break
            site.works.mend(site.work, "mended", evidence=("photo",), by=site.officer("smiths"))
        site.works.reject(site.work, "it rusts again", by=site.delegate)
        account = site.works.settle(site.work, by=site.secretary).data["account"]
        assert (account["retained"]["amount"], account["saved"]["amount"]) == ("0.00", "2535.00")


class TestAccount:
    """34,500 instead of 36,000: what was saved goes back to its sources in proportion to what each gave."""

    def test_750_back_to_each(self, site: Site) -> None:
        """In the funds' books, in the same commit; the account is public."""
        site.accepted()
        settled = site.works.settle(site.work, by=site.secretary)
        account = settled.data["account"]
        assert (account["award"]["amount"], account["paid"]["amount"]) == ("34500.00", "34500.00")
        assert [(one["gave"]["amount"], one["back"]["amount"]) for one in account["sources"]] == [
            ("18000.00", "750.00")
        ] * 2
        assert held(site) == [("750.00", "0.00")] * 2
        assert settled.state == "evaluation.open"
        for matter in (site.work, *site.funds):
            site.town.check(matter)

    def test_whoever_asked_learns_each_change(self, site: Site) -> None:
        """From the order to the account."""
        site.town.told()
        site.accepted()
        site.works.settle(site.work, by=site.secretary)
        topics = [topic for topic, person in site.town.told() if person == "resident-1"]
        assert topics == ["called", "awarded", "planned", "paid", "paid", "accepted", "settled"]

    def test_residents_evaluate_once(self, site: Site) -> None:
        """Counted, never averaged."""
        site.accepted()
        site.works.settle(site.work, by=site.secretary)
        site.works.evaluate(site.work, resolved=True, satisfied=5, by=site.town.resident)
        refused(lambda: site.works.evaluate(site.work, resolved=True, by=site.town.resident), "answers-once")
        refused(
            lambda: site.works.evaluate(site.work, resolved=True, satisfied=6, by=site.delegate), "satisfied-1-to-5"
        )
        site.works.evaluate(site.work, resolved=False, satisfied=2, by=site.delegate)
        site.later(15)
        counted = site.now.data["evaluation"]
        assert (site.now.outcome, counted["answers"], counted["resolved"]) == ("evaluated", 2, 1)
        assert counted["satisfied"] == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}


class TestDecision:
    """What is awarded, planned, paid and settled is what was decided."""

    @pytest.mark.parametrize("field", ["title", "budget"])
    def test_a_text_that_was_changed_since_carries_nothing(self, site: Site, field: str) -> None:
        """Corrected in the ledger: neither award nor plan nor payment nor account, until it is what it was."""
        changed: dict[str, Any] = {"title": "a tower", "budget": Money("90000")}
        before = {"title": "a gate", "budget": Money("36000")}
        begun = site.office.ledger.entries(site.work)[0]

        def correct(values: dict[str, Any]) -> None:
            site.office.correct(begun, {field: values[field]}, by=site.secretary, why="test")

        site.opened()
        correct(changed)
        refused(lambda: site.works.award(site.work, "smiths", by=site.secretary), "as-decided")
        correct(before)
        site.works.award(site.work, "smiths", by=site.secretary)
        site.later(4)
        correct(changed)
        refused(lambda: site.works.plan(site.work, milestones("17250", "17250"), by=site.secretary), "as-decided")
        correct(before)
        site.works.plan(site.work, milestones(), retained=Money("1035"), by=site.secretary)
        site.works.report(site.work, "done", evidence=("photo",), by=site.officer("smiths"))
        site.works.pass_milestone(site.work, by=site.delegate)
        correct(changed)
        refused(lambda: site.works.pay(site.work, by=site.secretary), "as-decided")
        correct(before)
        site.works.pay(site.work, by=site.secretary)
        site.works.end_contract(site.work, "they left", by=site.secretary)
        correct(changed)
        refused(lambda: site.works.settle(site.work, by=site.secretary), "as-decided")

    def test_another_decision_is_not_carried_out(self, site: Site) -> None:
        """Whoever pays names it."""
        site.accepted()
        refused(
            lambda: site.office.take(site.work, "settling.settle", Execute("0" * 64), by=site.secretary), "as-decided"
        )
