"""Votes, notices, proposals and funds, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ParamSpec

import attrs
import pytest

from civicflow import InvalidInput, Money, Plugins, Refused, Source
from civicflow import open as open_office
from civicflow.plugins.storage.contract import Batch, Commit, Storage
from civicflow.testing import FrozenClock
from civicflow.workflows.funds.fund import Deposit, available, earmarked, reserved
from civicflow.workflows.voting.ballots import CastVote

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal


P = ParamSpec("P")


def refusal(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


@pytest.fixture
def voting(town: Town) -> Case:
    """A proposal on which the council votes."""
    return town.voted(town.before_the_council(town.fund()), 0, close=False)


def test_a_proposal_names_both_councils(town: Town) -> None:
    """Whoever begins it by its table says whose it is; what is missing is named, and nothing is begun."""
    given = {"title": "a gate", "budget": Money(1), "sources": (Source("fund", Money(1)),)}
    group = {"group": town.office.unit("group")}
    before = town.position()
    with pytest.raises(InvalidInput, match="begins with the units that it names") as caught:
        town.office.begin("council-proposal", "propose", given, by=town.delegate("r1"), unit="community", anchors=group)
    assert {fault.path for fault in caught.value.faults} == {"anchors.branch", "anchors.council"}
    assert town.position() == before


class TestVotes:
    """Opening freezes the roll: whoever holds a seat then may vote, and the base of the majority is counted then."""

    def test_the_roll_is_who_sat_then(self, town: Town, voting: Case) -> None:
        """Six delegates on seven seats: the vacant one counts in the base."""
        held = town.now(voting).data["council"]
        assert (held["roll"], held["seats"]) == (["d1", "d2", "d3", "d4", "d5", "d6"], 7)

    def test_whoever_left_since_votes_and_their_successor_does_not(self, town: Town, voting: Case) -> None:
        """Whoever comes or goes later changes neither roll nor base."""
        town.clock.advance(days=1)
        town.elect("d2", "x2")
        town.clock.advance(days=1)
        assert town.office.councils.vote(voting, "yes", by=town.delegate("d2")).state == "cast"
        successor = town.office.act_as("x2", post="delegate", unit="council")
        assert refusal(lambda: town.office.councils.vote(voting, "yes", by=successor)).rules == ("on-the-roll",)

    def test_a_stranger_does_not_vote(self, town: Town, voting: Case) -> None:
        """Neither a resident nor a delegate of another council; the reason is said."""
        for by in (town.resident, town.delegate("r1"), town.office.act_as("r1", post="delegate", unit="council")):
            said = refusal(town.office.councils.vote, voting, "yes", by=by)
            assert said.rules == ("on-the-roll",)
            assert "在任" in said.text.zh

    def test_one_vote_each(self, town: Town, voting: Case) -> None:
        """Another choice is refused; the same again is the same ballot."""
        ballot = town.office.councils.vote(voting, "yes", by=town.delegate("d1"))
        assert refusal(lambda: town.office.councils.vote(voting, "no", by=town.delegate("d1"))).rules == ("once",)
        assert refusal(lambda: town.office.councils.vote(voting, "no", by=town.chair)).rules == ("once",)
        assert town.office.councils.vote(voting, "yes", by=town.delegate("d1")).id == ballot.id
        assert len(town.ballots(voting, 3)) == 1

    def test_nobody_votes_in_another_s_name(self, town: Town, voting: Case) -> None:
        """Neither for somebody on the roll nor under a second name of their own."""
        for name, rules in (("d2", ("in-own-name",)), ("d1~2", ("one-each",)), ("x", ("on-the-roll", "in-own-name"))):
            said = refusal(
                town.office.begin,
                "ballot",
                "cast",
                CastVote("yes"),
                by=town.delegate("d1"),
                unit="community",
                anchors=town.now(voting).anchors,
                parent=voting,
                brood="ballot",
                child=name,
            )
            assert said.rules == rules
        assert town.ballots(voting, 3) == []

    def test_voters_are_asked_while_it_is_open(self, town: Town, voting: Case) -> None:
        """Everybody who holds a seat is asked."""
        assert town.asked(voting) == {"d1", "d2", "d3", "d4", "d5", "d6"}

    def test_no_ballot_after_the_close(self, town: Town, voting: Case) -> None:
        """Closing begins a new round, after which no ballot of the former one can be cast."""
        town.office.councils.close_vote(voting, by=town.chair)
        assert refusal(lambda: town.office.councils.vote(voting, "yes", by=town.delegate("d1"))).rules == ("state",)

    def test_no_ballot_before_the_opening(self, town: Town) -> None:
        """There is no roll yet."""
        proposal = town.before_the_council(town.fund())
        assert refusal(lambda: town.office.councils.vote(proposal, "yes", by=town.delegate("d1"))).rules == ("state",)

    @pytest.mark.parametrize(("yes", "state"), [(4, "refused"), (5, "quoting.due")])
    def test_two_thirds_of_all_seats(self, town: Town, yes: int, state: str) -> None:
        """Of seven seats five carry, whoever stays away; the minutes say so."""
        proposal = town.voted(town.before_the_council(town.fund()), yes, 0)
        assert proposal.state == state
        held = proposal.data["council"]
        assert (held["yes"], held["needed"], held["carried"]) == (yes, 5, yes >= 5)
        assert f"{yes} of 7 seats in favour; at least 5 needed" in held["minutes"]

    @pytest.mark.parametrize(("yes", "state"), [(1, "refused-by-group"), (2, "notice.posted")])
    def test_more_than_half_of_the_group(self, town: Town, yes: int, state: str) -> None:
        """Of three seats two carry."""
        proposal = town.settled(town.proposed(town.fund()))
        town.office.councils.open_vote(proposal, by=town.delegate("r1"))
        for number in range(1, yes + 1):
            town.office.councils.vote(proposal, "yes", by=town.delegate(f"r{number}"))
        assert town.office.councils.close_vote(proposal, by=town.delegate("r1")).state == state

    def test_the_clock_closes(self, town: Town, voting: Case) -> None:
        """After seven days it is closed and counted, ballots of the last moment included."""
        town.clock.advance(days=7)
        for number in range(1, 6):
            town.office.councils.vote(voting, "yes", by=town.delegate(f"d{number}"))
        town.clock.advance(days=1)
        town.office.tick()
        assert town.now(voting).state == "quoting.due"

    def test_a_ballot_in_the_moment_of_closing_is_counted(self, open_town: OpenTown, storage: Storage) -> None:
        """A ballot that is committed between the clock's loading and its commit is counted, or was never entered."""
        clock = FrozenClock()
        late: list[Callable[[], object]] = []

        class Interrupted:
            """Somebody else commits in the middle of a commit's decision."""

            def __getattr__(self, name: str) -> Any:
                return getattr(storage, name)

            def commit(self, batch: Batch) -> Commit:
                while late:
                    late.pop()()
                return storage.commit(batch)

        town = open_town(storage, clock=clock)
        voting = town.voted(town.before_the_council(town.fund()), 4, close=False)
        with_interruption = open_office(Interrupted(), clock=clock, plugins=Plugins())
        clock.advance(days=8)
        late.append(lambda: town.office.councils.vote(voting, "yes", by=town.delegate("d5")))
        with_interruption.tick()
        assert len(town.ballots(voting, 3)) == 5
        assert (town.now(voting).state, town.now(voting).data["council"]["yes"]) == ("quoting.due", 5)

    def test_a_vote_that_nobody_opens_lapses(self, town: Town) -> None:
        """It is reminded of, and lapses."""
        proposal = town.settled(town.proposed(town.fund()))
        for _ in range(3):
            town.clock.advance(days=15)
            town.office.tick()
        assert town.steps(proposal)[-2:] == ["group.remind", "group.lapse"]
        assert town.now(proposal).outcome == "lapsed"

    def test_only_the_chair_or_the_secretary_opens(self, town: Town) -> None:
        """A delegate does not open the council's vote; both posts are named."""
        proposal = town.before_the_council(town.fund())
        said = refusal(lambda: town.office.councils.open_vote(proposal, by=town.delegate("d2")))
        assert [text.en for text in said.needed] == ["the chair of Council", "the secretary of Community"]

    def test_a_choice_is_one_of_three(self) -> None:
        """Anything else is no vote."""
        with pytest.raises(InvalidInput, match="yes, no, abstain"):
            CastVote("maybe")  # type: ignore[arg-type]

    def test_a_voter_s_id_stands_in_the_ballot_s(self, town: Town) -> None:
        """Two voters whose ids differ only after a slash would share one matter; nobody acts under such an id."""
        with pytest.raises(InvalidInput, match="x/2"):
            town.office.act_as("x/2", post="delegate", unit="council")


class TestNotices:
    """While it hangs, anybody may object. Each objection is answered by the secretary of the unit, or upheld."""

    def test_without_objections_it_is_cleared_when_its_time_is_over(self, town: Town) -> None:
        """Seven days hang seven days."""
        proposal = town.resolved(town.fund())
        town.clock.advance(days=7)
        town.office.tick()
        assert town.now(proposal).state == "notice.posted"
        town.clock.advance(days=1)
        town.office.tick()
        assert town.now(proposal).state == "presentation.due"

    def test_answered_in_time_it_is_cleared_when_its_time_is_over(self, town: Town) -> None:
        """An answer does not end the notice."""
        proposal = town.resolved(town.fund())
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        (objection,) = town.office.councils.objections(proposal)
        assert objection.requester == "resident-1"
        town.office.councils.answer_objection(objection, "wide enough", by=town.secretary())
        assert town.now(proposal).state == "notice.posted"
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(proposal).state == "presentation.due"

    def test_answered_late_it_is_cleared_by_the_answer(self, town: Town) -> None:
        """Cleared when its time is over and every objection is answered, whichever comes last."""
        proposal = town.resolved(town.fund())
        for text in ("too narrow", "too dear"):
            town.office.councils.object(proposal, text, by=town.resident)
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(proposal).state == "notice.contested"
        first, second = town.office.councils.objections(proposal)
        town.office.councils.answer_objection(first, "wide enough", by=town.secretary())
        assert town.now(proposal).state == "notice.contested"
        town.office.councils.answer_objection(second, "cheap enough", by=town.secretary())
        assert town.now(proposal).state == "presentation.due"
        town.check(proposal)

    @pytest.mark.parametrize("late", [0, 8])
    def test_an_objection_that_is_upheld_sends_it_back(self, town: Town, late: int) -> None:
        """Whether it still hangs or not; the other objections are no longer needed."""
        proposal = town.resolved(town.fund())
        for text in ("too narrow", "too dear"):
            town.office.councils.object(proposal, text, by=town.resident)
        town.clock.advance(days=late)
        town.office.tick()
        first, second = town.office.councils.objections(proposal)
        town.office.councils.answer_objection(first, "true", uphold=True, by=town.secretary())
        assert town.now(proposal).state == "draft.drafted"
        assert (town.now(first).state, town.now(second).state) == ("upheld", "dropped")
        town.check(proposal)

    def test_what_is_posted_again_is_objected_to_anew(self, town: Town) -> None:
        """The objection that was upheld the first time sends nothing back the second time."""
        proposal = town.resolved(town.fund())
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        (objection,) = town.office.councils.objections(proposal)
        town.office.councils.answer_objection(objection, "true", uphold=True, by=town.secretary())
        town.office.councils.amend(proposal, "wider", title="a wider gate", by=town.delegate("r1"))
        town.settled(proposal)
        town.office.councils.open_vote(proposal, by=town.delegate("r1"))
        for person in ("r1", "r2"):
            town.office.councils.vote(proposal, "yes", by=town.delegate(person))
        assert town.office.councils.close_vote(proposal, by=town.delegate("r1")).state == "notice.posted"
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(proposal).state == "presentation.due"

    def test_who_answers_and_when(self, town: Town) -> None:
        """The secretary does, not the objector; once it is over nobody objects any more."""
        proposal = town.resolved(town.fund())
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        (objection,) = town.office.councils.objections(proposal)
        said = refusal(lambda: town.office.councils.answer_objection(objection, "x", by=town.resident))
        assert said.rules == ("authority",)
        town.clock.advance(days=8)
        town.office.tick()
        assert refusal(lambda: town.office.councils.object(proposal, "late", by=town.resident)).rules == ("state",)

    def test_an_objection_that_nobody_answers_is_supervised(self, town: Town) -> None:
        """The level above is told, and the secretary is reminded until it is answered."""
        proposal = town.resolved(town.fund())
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        town.told()
        for _ in range(12):
            town.clock.advance(days=1)
            town.office.tick()
        (objection,) = town.office.councils.objections(proposal)
        assert objection.state == "supervised"
        assert ("overdue", "secretary-subdistrict") in town.told()


class TestProposals:
    """A delegate of the group proposes, with a budget and the source of every yuan of it."""

    def test_a_resident_does_not_propose(self, town: Town) -> None:
        """The post and its council are named."""
        said = refusal(lambda: town.proposed(town.fund(), by=town.resident))
        assert (said.rules, [text.en for text in said.needed]) == (("authority",), ["the delegate of Group council"])

    def test_every_yuan_has_a_source(self, town: Town) -> None:
        """Neither more nor less than the budget."""
        for amount in ("99.99", "100.01"):
            fund = town.fund()
            said = refusal(town.proposed, fund, sources=[Source(fund.id, Money(amount))])
            assert said.rules == ("every-yuan",)

    def test_a_source_is_an_open_fund_each_once_in_the_budget_s_currency(self, town: Town) -> None:
        """Not a ticket, not nothing, not a closed one, not one twice, not one that holds another currency."""
        fund, closed = town.fund(), town.office.funds.open("F", unit="community", source="x", by=town.secretary())
        town.office.funds.close(closed, by=town.secretary())
        dollars = town.office.funds.open("D", unit="community", source="x", currency="USD", by=town.secretary())
        half = Money("50")
        for ids in ([town.ordered().id], ["F-0"], [closed.id], [dollars.id], [fund.id, fund.id]):
            sources = [Source(i, half if len(ids) == 2 else Money("100")) for i in ids]
            said = refusal(town.proposed, fund, sources=sources)
            assert said.rules == ("known-funds",), ids

    @pytest.mark.parametrize("amount", ["0", "-1"])
    def test_a_source_gives_more_than_nothing(self, amount: str) -> None:
        """A negative source would let another one give more than it has."""
        with pytest.raises(InvalidInput, match="more than zero"):
            Source("F-1", Money(amount))

    def test_it_is_presented_by_the_group(self, town: Town) -> None:
        """The council's delegates do not present it; what the owners said is kept."""
        proposal = town.resolved(town.fund())
        town.clock.advance(days=8)
        town.office.tick()
        town.office.councils.submit(proposal, by=town.delegate("r2"))
        town.office.councils.admit(proposal, by=town.chair)
        assert refusal(lambda: town.office.councils.present(proposal, by=town.delegate("d1"))).rules == ("authority",)
        presented = town.office.councils.present(proposal, opinions="all for it", by=town.delegate("r2"))
        assert (presented.state, presented.data["opinions"]) == ("council.called", "all for it")

    def test_a_command_for_another_stage_is_refused_in_words(self, town: Town) -> None:
        """Voting on what hangs on public notice is not possible, and what is possible is said."""
        proposal = town.resolved(town.fund())
        said = refusal(lambda: town.office.councils.close_vote(proposal, by=town.chair))
        assert (said.rules, set(said.possible)) == (("state",), {"notice.object", "withdraw"})

    def test_the_whole_way(self, town: Town) -> None:
        """Proposed, resolved, on notice, presented, carried, funded; every stage in the ledger."""
        proposal = town.voted(town.before_the_council(town.fund()), 6)
        assert (proposal.state, proposal.outcome, proposal.handled) == ("quoting.due", "", town.clock())
        assert [step for step in town.steps(proposal) if "." in step] == [
            "draft.endorse",
            "draft.hand-in",
            "deliberation.settle",
            "group.open",
            "group.close",
            "group.count",
            "notice.end",
            "presentation.submit",
            "presentation.admit",
            "presentation.present",
            "council.open",
            "council.close",
            "council.count",
            "funding.reserve",
        ]
        town.check(proposal)


class TestFunding:
    """Carried, the amounts are reserved in all funds at once or in none; where a fund is short, it waits for money."""

    def two_funds(self, town: Town, first: str, second: str) -> tuple[Case, Case, Case]:
        """A proposal that wants 60 of each of two funds, carried by the council."""
        one, two = town.fund(first), town.fund(second)
        sources = [Source(one.id, Money("60")), Source(two.id, Money("60"))]
        proposal = town.settled(town.proposed(one, budget=Money("120"), sources=sources))
        town.office.councils.open_vote(proposal, by=town.delegate("r1"))
        for person in ("r1", "r2"):
            town.office.councils.vote(proposal, "yes", by=town.delegate(person))
        town.office.councils.close_vote(proposal, by=town.delegate("r1"))
        town.clock.advance(days=8)
        town.office.tick()
        town.presented(proposal)
        return town.voted(proposal, 5), one, two

    def test_all_funds_at_once(self, town: Town) -> None:
        """Both are reserved in the commit that funds the proposal, each with its cause."""
        proposal, one, two = self.two_funds(town, "60", "100")
        assert proposal.state == "quoting.due"
        for fund, left in ((one, "0"), (two, "40")):
            now = town.now(fund)
            assert (available(now), reserved(now)) == (Money(left), Money("60"))
            entry = town.office.ledger.entries(fund)[-1]
            assert entry.cause == f"{proposal.id}:{proposal.version}"

    def test_or_none(self, town: Town) -> None:
        """Where one fund is short the other one is not touched, and the proposal waits."""
        proposal, one, two = self.two_funds(town, "100", "59.99")
        assert proposal.state == "funding.short"
        assert [available(town.now(fund)) for fund in (one, two)] == [Money("100"), Money("59.99")]
        town.office.funds.deposit(two, Money("0.01"), by=town.secretary())
        assert town.office.councils.reserve(proposal, by=town.secretary()).state == "quoting.due"
        assert [available(town.now(fund)) for fund in (one, two)] == [Money("40"), Money("0")]

    def test_of_an_earmark_where_the_text_names_one(self, town: Town) -> None:
        """Nothing that is available is touched; where the earmark is short, the proposal waits."""
        fund, by = town.fund("100"), town.secretary()
        town.office.funds.deposit(fund, Money("59"), by=by, purpose="gates")
        proposal = town.before_the_council(fund, "60", sources=[Source(fund.id, Money("60"), purpose="gates")])
        assert town.voted(proposal, 5).state == "funding.short"
        town.office.funds.deposit(fund, Money("1"), by=by, purpose="gates")
        assert town.office.councils.reserve(proposal, by=by).state == "quoting.due"
        now = town.now(fund)
        assert (available(now), earmarked(now, "gates"), reserved(now)) == (Money("100"), Money("0"), Money("60"))

    def test_money_that_never_comes(self, town: Town) -> None:
        """After thirty days it ends as unfunded; nothing was reserved."""
        proposal, one, _ = self.two_funds(town, "100", "0.01")
        town.clock.advance(days=31)
        town.office.tick()
        assert town.now(proposal).outcome == "unfunded"
        assert reserved(town.now(one)) == Money(0)

    def test_a_fund_that_was_closed_meanwhile(self, town: Town) -> None:
        """It does not suffice, and breaks nothing."""
        fund, empty = town.fund(), town.office.funds.open("E", unit="community", source="x", by=town.secretary())
        proposal = town.before_the_council(empty)
        town.office.funds.close(empty, by=town.secretary())
        assert town.voted(proposal, 5).state == "funding.short"
        assert available(town.now(fund)) == Money("100")

    def test_nobody_reserves_by_hand(self, town: Town) -> None:
        """Only the rule does, and a fund that still holds money is not closed."""
        fund = town.fund()
        data = {"amount": Money("1"), "matter": "P-1"}
        said = refusal(lambda: town.office.take(fund, "reserve", data, by=town.secretary()))
        assert said.rules == ("authority",)
        assert refusal(lambda: town.office.funds.close(fund, by=town.secretary())).rules == ("empty",)

    def test_amounts_that_move_are_more_than_zero_and_in_the_fund_s_currency(self, town: Town) -> None:
        """No negative deposit, no other currency."""
        for amount in ("0", "-1"):
            with pytest.raises(InvalidInput, match="more than zero"):
                Deposit(Money(amount))
        fund = town.fund()
        said = refusal(lambda: town.office.funds.deposit(fund, Money("1", "USD"), by=town.secretary()))
        assert said.rules == ("same-currency",)

    def test_two_equal_payments_under_two_keys(self, town: Town) -> None:
        """Under one key a retried payment counts once."""
        fund = town.fund("100")
        for key in ("a", "a", "b"):
            town.office.funds.deposit(fund, Money("1"), by=town.secretary(), key=key)
        assert available(town.now(fund)) == Money("102")

    def test_values_are_frozen(self) -> None:
        """A source cannot be changed after it was looked at."""
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            Source("F-1", Money("1")).fund = "F-2"  # type: ignore[misc]
