"""Quotes: called for, sealed until they are opened, compared, and one is awarded within the budget."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import pytest

from civicflow import InvalidInput, Money
from civicflow.workflows.funds.fund import available
from civicflow.workflows.works import Criterion, Points, seal_quote

if TYPE_CHECKING:
    from tests.workflows.works.conftest import Site

from tests.workflows.works.conftest import CLOSING, FIRMS, SECRETS, refused, sealed


class TestCalling:
    """The office calls for quotes until the end of a closing day, three working days later or more."""

    def test_bidders_have_three_working_days(self, site: Site) -> None:
        """From Monday, Thursday is the third; the day before is too early."""
        refused(
            lambda: site.works.call(site.work, closing=date(2026, 3, 4), by=site.secretary),
            "time-to-quote-3-working-days",
        )
        assert site.works.call(site.work, closing=date(2026, 3, 5), by=site.secretary).state == "quoting.calling"

    def test_whom_it_invites_is_told_and_so_is_whoever_asked(self, site: Site) -> None:
        """The officer of each body invited."""
        site.town.told()
        site.called(invited=("smiths", "fencers"))
        assert set(site.town.told()) >= {("called", "smith"), ("called", "fencer"), ("called", "resident-1")}

    def test_only_the_office_calls(self, site: Site) -> None:
        """Neither a bidder nor a delegate."""
        for by in (site.officer("smiths"), site.delegate):
            refused(partial(site.works.call, site.work, closing=CLOSING, by=by), "authority")


class TestSealing:
    """Until it is opened the ledger holds who quoted and a digest, or that an envelope of paper lies with the office."""

    def test_no_amount_is_in_the_store_before_the_opening(self, site: Site) -> None:
        """Neither in the case nor in any entry, public or private."""
        site.called()
        site.quoted(smiths="34567.89", luo="37654.32")
        kept = repr(site.now.data) + "".join(repr(entry) for entry in site.office.ledger.entries(site.work))
        rows = b"".join(row.body for row in site.town.storage.history(site.now.matter))
        for amount in ("34567", "37654", "3456789"):
            assert amount not in kept
            assert amount.encode() not in rows
        assert [quote["bidder"] for quote in site.now.data["quotes"]] == sorted(["luo", site.office.unit("smiths")])

    def test_another_amount_than_what_was_sealed_is_refused(self, site: Site) -> None:
        """Nor is the right one taken with another secret, nor with one that is too short."""
        site.called()
        site.quoted(smiths="34500", fencers="35800", luo="37200")
        site.later(5)
        smith, right = site.officer("smiths"), SECRETS["smiths"]
        for amount, secret in (("34000", right), ("34500", SECRETS["fencers"]), ("34500", "short"), ("34500", "")):
            refused(partial(site.works.open_quote, site.work, Money(amount), secret=secret, by=smith), "unbroken")
        site.works.open_quote(site.work, Money("34500"), secret=right, by=smith)
        refused(lambda: site.works.open_quote(site.work, Money("34500"), secret=right, by=smith), "handed-in")

    def test_a_seal_cannot_be_copied(self, site: Site) -> None:
        """It holds the bidder: whoever hands in another one's digest cannot open it."""
        stolen = sealed("smiths", "34500", site)
        site.called()
        site.works.quote(site.work, sealed=stolen, by=site.officer("fencers"))
        site.quoted(smiths="34500", luo="1")
        site.later(5)
        refused(
            lambda: site.works.open_quote(
                site.work, Money("34500"), secret=SECRETS["smiths"], by=site.officer("fencers")
            ),
            "unbroken",
        )

    def test_an_officer_seals_and_quotes_for_their_own_body(self, site: Site) -> None:
        """An envelope of paper goes to the office, and so does a quote for somebody else."""
        site.called()
        smith = site.officer("smiths")
        refused(lambda: site.works.quote(site.work, by=smith), "sealed")
        refused(lambda: site.works.quote(site.work, sealed="0" * 64, bidder="fencers", by=smith), "names-bidder")
        refused(lambda: site.works.quote(site.work, by=site.secretary), "names-bidder")
        refused(
            lambda: site.works.quote(site.work, sealed="0" * 64, by=site.town.resident), "authority", "names-bidder"
        )

    def test_a_price_is_quoted_once(self, site: Site) -> None:
        """And not changed; what is no digest is no quote."""
        site.called()
        site.quoted(smiths="34500")
        refused(lambda: site.quoted(smiths="30000"), "one-quote")
        with pytest.raises(InvalidInput, match="64 hexadecimal digits"):
            site.works.quote(site.work, sealed="34500", by=site.officer("fencers"))
        with pytest.raises(InvalidInput, match="at least 16 characters; got 5"):
            seal_quote("smiths", Money(1), "short")

    def test_nothing_is_handed_in_after_the_closing_day_nor_opened_before(self, site: Site) -> None:
        """The clock closes it at the end of the day."""
        site.called()
        site.quoted(smiths="34500", fencers="35800", luo="37200")
        refused(
            lambda: site.works.open_quote(site.work, Money("1"), bidder="luo", witness="r1", by=site.secretary), "state"
        )
        site.later(5)
        assert site.now.state == "quoting.opening"
        refused(lambda: site.quoted(cousins="1"), "state")

    @pytest.mark.parametrize("witness", ["", "secretary-community", "resident-1", "d1"])
    def test_an_envelope_is_opened_beside_a_witness(self, site: Site, witness: str) -> None:
        """Somebody who sits at the body that asked for the work, and is not the one who opens it."""
        site.called()
        site.quoted(smiths="34500", fencers="35800", luo="37200")
        site.later(5)
        refused(
            lambda: site.works.open_quote(site.work, Money("1"), bidder="luo", witness=witness, by=site.secretary),
            "witnessed-by-delegate-at-group",
        )

    def test_what_is_not_opened_in_time_is_out(self, site: Site) -> None:
        """Two working days after the closing; the others are compared, and it is excluded for good."""
        site.called()
        site.quoted(smiths="34500", fencers="35800", luo="37200")
        site.later(5)
        site.works.open_quote(site.work, Money("34500"), secret=SECRETS["smiths"], by=site.officer("smiths"))
        site.later(4)
        assert site.now.state == "quoting.comparing"
        assert {quote["excluded"] for quote in site.now.data["quotes"]} == {"", "unopened"}
        refused(
            lambda: site.works.award(site.work, "luo", by=site.secretary), "at-least-3", "is-compared", "best-or-said"
        )
        refused(lambda: site.works.include_bidder(site.work, "luo", by=site.above), "is-left-out")


class TestThree:
    """Three quotes are needed; with fewer there is a second call, or the office goes on and says why."""

    def test_with_two_the_office_calls_again(self, site: Site) -> None:
        """The former quotes are gone, and their bidders are told."""
        site.called()
        site.quoted(smiths="34500", luo="37200")
        site.later(5)
        assert site.now.state == "quoting.few"
        site.town.told()
        site.works.call(site.work, closing=date(2026, 3, 20), by=site.secretary)
        assert ("called-again", "smith") in site.town.told()
        assert site.now.data["quotes"] == []

    def test_or_goes_on_with_a_reason(self, site: Site) -> None:
        """Which stands in the case; not with none at all."""
        site.called()
        site.later(5)
        refused(lambda: site.works.go_on(site.work, " ", by=site.secretary), "has-reason", "some-left")
        site.works.call(site.work, closing=date(2026, 3, 13), by=site.secretary)
        site.quoted(smiths="34500")
        site.later(7)
        site.works.go_on(site.work, "nobody else builds such gates", by=site.secretary)
        site.works.open_quote(site.work, Money("34500"), secret=SECRETS["smiths"], by=site.officer("smiths"))
        awarded = site.works.award(site.work, "smiths", by=site.secretary)
        assert (awarded.data["fewer"], awarded.state) == ("nobody else builds such gates", "announcement.posted")

    def test_or_gives_up_and_the_money_goes_back(self, site: Site) -> None:
        """The order ends, and both funds hold what they held."""
        site.works.give_up(site.work, "nobody builds such gates", by=site.secretary)
        ended = site.works.settle(site.work, by=site.secretary)
        assert ended.outcome == "not-built"
        assert ended.data["account"]["saved"]["amount"] == "36000.00"
        assert [available(site.office.case(fund)) for fund in site.funds] == [Money("18000")] * 2


class TestConflicts:
    """A bidder with a conflict of interest gets nothing."""

    def test_whom_the_register_shows_on_both_sides_by_rule(self, site: Site) -> None:
        """A delegate of the group works with the cousins: the lowest quote, and refused."""
        site.opened(cousins="30000", smiths="34500", luo="37200")
        refused(lambda: site.works.award(site.work, "cousins", by=site.secretary), "no-conflict")
        register = site.town.register
        register["bodies"] += [
            {**one, "posts": {"officer": "smith-2"}} if one["code"] == "cousins" else one for one in FIRMS
        ]
        site.town.load(register)
        site.later(1)
        assert site.works.award(site.work, "cousins", by=site.secretary).data["award"]["ground"] == "lowest-price"

    def test_others_by_exclusion_through_the_level_above(self, site: Site) -> None:
        """With its reason, never by who chooses; and it can be taken back."""
        site.opened()
        refused(lambda: site.works.exclude_bidder(site.work, "smiths", note="a cousin", by=site.secretary), "authority")
        refused(
            lambda: site.works.exclude_bidder(site.work, "nobody", reason=" ", note="", by=site.above),
            "names-reason",
            "was-opened",
        )
        site.works.exclude_bidder(site.work, "smiths", note="the secretary's cousin", by=site.above)
        refused(
            lambda: site.works.award(site.work, "smiths", by=site.secretary),
            "at-least-3",
            "is-compared",
            "best-or-said",
        )
        refused(lambda: site.works.award(site.work, "fencers", by=site.secretary), "at-least-3")
        site.works.include_bidder(site.work, "smiths", note="another family", by=site.above)
        assert site.works.award(site.work, "smiths", by=site.secretary).data["award"]["amount"]["amount"] == "34500.00"


class TestAward:
    """The best quote is awarded, any other one only with a reason, and none above the budget."""

    def test_another_than_the_lowest_needs_a_reason(self, site: Site) -> None:
        """Which stands in the case with its ground."""
        site.opened()
        refused(lambda: site.works.award(site.work, "fencers", by=site.secretary), "best-or-said")
        award = site.works.award(site.work, "fencers", reason="three years' warranty", by=site.secretary).data["award"]
        assert (award["ground"], award["reason"]) == ("reason", "three years' warranty")

    def test_none_above_the_budget(self, site: Site) -> None:
        """Where all of them are, the question goes back; here the order ends and its money is free."""
        site.opened(smiths="36000.01", fencers="40000", luo="50000")
        refused(lambda: site.works.award(site.work, "smiths", by=site.secretary), "within-budget")
        site.works.ask_for_more(site.work, by=site.secretary)
        assert site.works.settle(site.work, by=site.secretary).outcome == "not-built"

    def test_with_one_within_it_nobody_asks_for_more(self, site: Site) -> None:
        """36,000 for 36,000 is within."""
        site.opened(smiths="36000", fencers="40000", luo="50000")
        refused(lambda: site.works.ask_for_more(site.work, by=site.secretary), "all-too-dear")
        assert site.works.award(site.work, "smiths", by=site.secretary).state == "announcement.posted"

    def test_by_named_criteria_the_best_score_is_taken(self, site: Site) -> None:
        """60 points for the price, 40 for the warranty: 35,800 with a long one beats 34,500 with none."""
        site.opened(calling={"price": 60, "criteria": [Criterion("warranty", 40)]})
        points = [Points("smiths", "warranty", 0), Points("fencers", "warranty", 40), Points("luo", "warranty", 10)]
        refused(lambda: site.works.award(site.work, "fencers", points=points[:2], by=site.secretary), "scored")
        refused(lambda: site.works.award(site.work, "smiths", points=points, by=site.secretary), "best-or-said")
        award = site.works.award(site.work, "fencers", points=points, by=site.secretary).data["award"]
        assert (award["ground"], award["amount"]["amount"]) == ("best-score", "35800.00")

    def test_whoever_bid_is_told_and_an_objection_that_is_upheld_undoes_it(self, site: Site) -> None:
        """The award hangs; the money goes back when it does not stand."""
        site.opened()
        site.town.told()
        site.works.award(site.work, "smiths", by=site.secretary)
        assert {("awarded", "smith"), ("awarded", "fencer"), ("awarded", "resident-1")} <= set(site.town.told())
        site.works.object(site.work, "the smiths' last gate fell", by=site.office.act_as("resident-2"))
        (objection,) = site.office.shares(site.work)
        site.works.answer_objection(objection, "so it did", uphold=True, by=site.secretary)
        ended = site.works.settle(site.work, by=site.secretary)
        assert (ended.outcome, ended.data["account"]["saved"]["amount"]) == ("not-built", "36000.00")

    def test_a_retried_award_acts_once(self, site: Site) -> None:
        """The same command with the same key, also when the award has been followed."""
        site.opened()
        first = site.works.award(site.work, "smiths", by=site.secretary, key="award")
        site.later(4)
        again = site.works.award(site.work, "smiths", by=site.secretary, key="award")
        assert (first.id, again.state) == (again.id, "building.contracting")
        assert site.town.steps(site.work).count("quoting.award") == 1
