"""Votes, resolutions and choices on a durable store, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import attrs
import pytest

from civicflow import Actor, InvalidInput, Refused
from civicflow.hierarchy.authority import BY_RULE, AnyOf, Holder
from civicflow.plugins.backends import open_storage
from civicflow.workflows.checking import check
from civicflow.workflows.decisions import (
    AREA,
    OWNERS_MAJOR,
    RESIDENTS_MEETING,
    AllOf,
    Majority,
    Plurality,
    Policies,
    Proxies,
    Quorum,
    Rule,
    Second,
)
from civicflow.workflows.decisions.requirements import Requirement
from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Flow, Named, State, Step
from civicflow.workflows.lots import draw
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.voting.ballots import CastVote
from civicflow.workflows.voting.resolution import CHAIR, Put, resolving
from civicflow.workflows.voting.tallies import Tally, Told
from civicflow.workflows.voting.vote import vote

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal

P = ParamSpec("P")


def refused(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> tuple[str, ...]:
    """The rules by which a command is refused."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    refusal: Refusal = caught.value.refusal
    return refusal.rules


def composed(name: str, stage: Flow) -> Flow:
    """A flow of one vote."""
    return compose(
        name,
        1,
        "test | 试",
        {"vote": Stage(stage, {"passed": "carried", "failed": "not-carried", "lapsed": "lapsed"})},
        ends={"carried": "carried | 通过", "not-carried": "not | 未", "lapsed": "lapsed | 失效"},
        begins=(Step("put", "put | 提交", NEW, "vote", CHAIR, Put, does=(Keep(("title",)),)),),
    )


def of_council(rule: Rule | Requirement, **more: Any) -> Flow:
    """A vote of the council's delegates."""
    return vote(
        "vote", at="council", post="delegate", opener=CHAIR, rule=rule, within="7 days", **{"chair": CHAIR, **more}
    )


HOMES = {"roll": ["o1", "o2", "o3"], "seats": 5, "weights": {"area": {"o1": "60.5", "o2": "30", "o3": "109.5"}}}
"""Three owners of five homes; one of them has three."""

OWNERS = composed("owners", of_council(OWNERS_MAJOR[-1], roll=Named("homes", lambda _: HOMES)))
AGAIN = composed(
    "again",
    of_council(
        Rule(
            name="two-thirds-then-half",
            requires=Majority(2, 3, "seats"),
            second=Second(when=Majority(1, 3, "seats"), rule=Rule(name="half", requires=Majority(1, 2, "first"))),
        )
    ),
)
DECIDED = composed(
    "decided",
    of_council(Rule(name="half", requires=Majority(1, 2, "filled", strict=True), policies=Policies(early="decided"))),
)
LAST = composed(
    "last",
    of_council(
        Rule(name="half", requires=Majority(1, 2, "seats"), policies=Policies(duplicate="last-wins", early="none"))
    ),
)
LOT = composed(
    "lot", of_council(Rule(name="half", requires=Majority(1, 2, "yes-no", strict=True), policies=Policies(tie="lot")))
)
RUN_OFF = composed(
    "run-off",
    of_council(Rule(name="half", requires=Majority(1, 2, "yes-no", strict=True), policies=Policies(tie="run-off"))),
)
PRESENT = composed("present", of_council(RESIDENTS_MEETING, sitting=True))


@attrs.frozen
class Sit:
    """Who is present."""

    present: tuple[str, ...]


SITTING = Flow(
    "sitting",
    99,
    "sitting | 会议",
    (State("open", "open | 召开中", standing=True), State("closed", "closed | 已散会", final="closed")),
    (
        Step("open", "open | 召开", NEW, "open", AnyOf(CHAIR, BY_RULE), Sit, does=(Keep(("present",)),)),
        Step("close", "close | 散会", "open", "closed", CHAIR),
    ),
    anchors=("council",),
)
"""As much of a sitting as a vote knows of: a later version of the shipped flow, without its agenda and minutes."""

FLOWS = (OWNERS, AGAIN, DECIDED, LAST, LOT, RUN_OFF, PRESENT, SITTING)


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """A town on a durable store."""
    storage = open_storage(f"sqlite:///{tmp_path}/votes.db?synchronous=off")
    yield open_town(storage, flows=FLOWS)
    storage.close()


def put(town: Town, flow: str = "", *, opened: bool = True) -> Case:
    """A question before the council."""
    asked = town.office.votes.put("a rule", council="council", unit="community", by=town.chair, flow=flow)
    return town.office.votes.open(asked, by=town.chair) if opened else asked


def cast(town: Town, asked: Case, **choices: str) -> None:
    """Delegates vote."""
    for person, choice in choices.items():
        town.office.votes.cast(asked, choice, by=town.delegate(person))


def held(town: Town, asked: Case) -> Any:
    """What is kept of the vote."""
    return town.now(asked).data["vote"]


class TestRecusals:
    """Who is recused is said before voting opens, by themself or by whoever opens it, with the reason."""

    def test_they_leave_base_and_quorum(self, town: Town) -> None:
        """Of six, two recused: of four, three are more than half, and three of them carry nothing less than three."""
        asked, votes = put(town, opened=False), town.office.votes
        votes.recuse(asked, "a cousin builds it", by=town.delegate("d5"))
        votes.recuse(asked, "owns the land", person="d6", by=town.chair)
        votes.open(asked, by=town.chair)
        assert refused(votes.cast, asked, "yes", by=town.delegate("d5")) == ("not-recused",)
        cast(town, asked, d1="yes", d2="yes", d3="no")
        town.clock.advance(days=8)
        town.office.tick()
        town.clock.advance(days=3)
        town.office.tick()
        assert town.now(asked).state == "carried"
        assert "3 of 4 entitled to vote took part; at least 3 needed" in held(town, asked)["minutes"]

    def test_nobody_recuses_another_but_who_opens(self, town: Town) -> None:
        """Else a vote would be won by recusing the other side."""
        asked = put(town, opened=False)
        assert refused(town.office.votes.recuse, asked, "x", person="d2", by=town.delegate("d3")) == ("authority",)
        assert refused(town.office.votes.recuse, asked, " ", by=town.delegate("d3")) == ("has-reason",)

    def test_nobody_is_recused_once_voting_is_open(self, town: Town) -> None:
        """The roll is frozen then."""
        assert refused(town.office.votes.recuse, put(town), "x", by=town.delegate("d3")) == ("state",)


class TestProxies:
    """A proxy is given by who is on the roll, to one person, as the rule's policies allow: here one, written, bound."""

    def test_a_proxy_votes_as_it_is_told(self, town: Town) -> None:
        """Another choice is refused, and so is whoever was not entrusted."""
        asked, votes = put(town), town.office.votes
        votes.entrust(asked, "d2", choice="no", authority="letter 7", by=town.delegate("d1"))
        assert refused(votes.cast, asked, "yes", voter="d1", by=town.delegate("d2")) == ("as-bound",)
        assert refused(votes.cast, asked, "no", voter="d1", by=town.delegate("d3")) == ("in-own-name",)
        assert votes.cast(asked, "no", voter="d1", by=town.delegate("d2")).key == "d1"
        cast(town, asked, d2="yes")
        assert {ballot.key: ballot.data["choice"] for ballot in town.ballots(asked, 1)} == {"d1": "no", "d2": "yes"}

    def test_who_gave_it_may_still_vote(self, town: Town) -> None:
        """One ballot counts, whoever cast it first."""
        asked, votes = put(town), town.office.votes
        votes.entrust(asked, "d2", choice="no", authority="letter 7", by=town.delegate("d1"))
        cast(town, asked, d1="yes")
        assert refused(votes.cast, asked, "no", voter="d1", by=town.delegate("d2")) == ("once",)

    def test_what_a_proxy_needs(self, town: Town) -> None:
        """Writing, an opinion, a seat, somebody else, and no more than one for each."""
        asked, give = put(town), town.office.votes.entrust
        assert refused(give, asked, "d2", choice="no", by=town.delegate("d1")) == ("in-writing",)
        assert refused(give, asked, "d2", authority="a letter", by=town.delegate("d1")) == ("says-how",)
        told = {"choice": "no", "authority": "a letter"}
        assert refused(give, asked, "d1", by=town.delegate("d1"), **told) == ("of-the-roll",)
        assert refused(give, asked, "d2", by=town.resident, **told) == ("of-the-roll",)
        give(asked, "d2", by=town.delegate("d1"), **told)
        assert refused(give, asked, "d2", by=town.delegate("d3"), **told) == ("at-most-1",)

    def test_its_words_are_private(self, town: Town) -> None:
        """The public sees who entrusted whom."""
        asked = put(town)
        town.office.votes.entrust(asked, "d2", choice="no", authority="I am ill", by=town.delegate("d1"))
        entry = town.office.ledger.entries(asked)[-1]
        assert entry.data == {"to": "d2", "choice": "no"}
        assert town.office.ledger.private(entry) == {"authority": "I am ill"}


class TestSecondAndLateBallots:
    """A second ballot is kept and does not count; so does one that comes within two days of the close."""

    def test_the_first_wins(self, town: Town) -> None:
        """Both are in the ledger."""
        asked = put(town)
        cast(town, asked, d1="yes", d2="yes", d3="yes", d4="yes")
        town.office.votes.cast(asked, "no", number=2, by=town.delegate("d1"))
        town.clock.advance(days=11)
        town.office.tick()
        town.office.tick()
        assert (held(town, asked)["yes"], held(town, asked)["no"]) == (4, 0)
        assert len(town.ballots(asked, 1)) == 5

    def test_the_last_wins_where_the_rule_says_so(self, town: Town) -> None:
        """Whoever changes their mind votes anew."""
        asked = put(town, "last")
        cast(town, asked, d1="yes", d2="yes", d3="yes", d4="yes")
        for number, choice in ((2, "no"), (3, "abstain")):
            town.office.votes.cast(asked, choice, number=number, by=town.delegate("d1"))
        assert refused(town.office.votes.close, asked, by=town.chair) == ("authority",)
        town.clock.advance(days=8)
        town.office.tick()
        assert [held(town, asked)[choice] for choice in ("yes", "no", "abstain")] == [3, 0, 1]

    def test_a_late_one_is_evidence(self, town: Town) -> None:
        """It is kept, and the count is without it."""
        asked = put(town)
        cast(town, asked, d1="yes", d2="yes", d3="no", d4="no")
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(asked).state == "vote.counting"
        late = town.office.votes.cast(asked, "yes", by=town.delegate("d5"))
        assert (late.brood, late.data["choice"]) == (f"{asked.id}#2", "yes")
        town.clock.advance(days=3)
        town.office.tick()
        assert [held(town, asked)[choice] for choice in ("yes", "no")] == [2, 2]
        assert town.now(asked).state == "vote.tied"


class TestClosing:
    """Who closes before the time is as the rule's policies say."""

    def test_once_all_have_voted(self, town: Town) -> None:
        """Not while one is left."""
        asked = put(town)
        cast(town, asked, d1="yes", d2="yes", d3="yes", d4="yes", d5="no")
        assert refused(town.office.votes.close, asked, by=town.chair) == ("all-voted",)
        cast(town, asked, d6="no")
        assert town.office.votes.close(asked, by=town.chair).state == "vote.counting"

    def test_once_it_is_decided(self, town: Town) -> None:
        """Of six, three for it decide nothing; the fourth does."""
        asked = put(town, "decided")
        cast(town, asked, d1="yes", d2="yes", d3="yes", d4="no")
        assert refused(town.office.votes.close, asked, by=town.chair) == ("decided",)
        cast(town, asked, d5="yes")
        assert town.office.votes.close(asked, by=town.chair).state == "carried"

    def test_a_secret_vote_is_not_decided_before_it_is_counted(self) -> None:
        """Nobody knows what the ballots say."""
        rule = Rule(name="half", requires=Majority(1, 2, "seats"), policies=Policies(early="decided"))
        with pytest.raises(InvalidInput, match="secret"):
            of_council(rule, secret=True)


class TestTies:
    """A tie is broken as the rule says: by the chair, by a lot, by voting again; else it fails."""

    def tied(self, town: Town, flow: str) -> Case:
        """Two for it, two against."""
        asked = put(town, flow)
        cast(town, asked, d1="yes", d2="yes", d3="no", d4="no")
        return town.office.votes.close(asked, by=town.chair)

    @pytest.mark.parametrize(("choice", "state"), [("yes", "carried"), ("no", "not-carried")])
    def test_the_chair_casts_a_vote(self, town: Town, choice: str, state: str) -> None:
        """Nobody else does, and not nothing."""
        asked = put(town)
        cast(town, asked, d1="yes", d2="yes", d3="no", d4="no", d5="abstain", d6="abstain")
        town.office.votes.close(asked, by=town.chair)
        town.clock.advance(days=3)
        town.office.tick()
        assert town.now(asked).state == "not-carried"  # 2 of 6 ballots cast are no half, whoever breaks what
        asked = put(town)
        cast(town, asked, d1="yes", d2="yes", d3="no", d4="no")
        town.clock.advance(days=8)
        town.office.tick()
        town.clock.advance(days=3)
        town.office.tick()
        assert refused(town.office.votes.decide, asked, "yes", by=town.delegate("d2")) == ("authority",)
        assert refused(town.office.votes.decide, asked, "abstain", by=town.chair) == ("one-that-ties",)
        decided = town.office.votes.decide(asked, choice, by=town.chair)
        assert (decided.state, held(town, asked)["carried"]) == (state, choice == "yes")
        assert "the chair decided" in held(town, asked)["minutes"]

    def test_a_lot_is_drawn_from_a_seed(self, town: Town) -> None:
        """Which is recorded, so that anybody draws the same."""
        asked = self.tied(town, "lot")
        assert asked.state == "vote.tied"
        assert refused(town.office.votes.draw, asked, seed=" ", source="a die", by=town.chair) == ("seed-and-source",)
        done = town.office.votes.draw(asked, seed="4-1-7", source="the lottery of 27 November", by=town.chair)
        fell_on = draw("4-1-7", ("yes", "no"))[0]
        assert done.state == ("carried" if fell_on == "yes" else "not-carried")
        assert held(town, asked)["seed"] == "4-1-7"
        assert "the lottery of 27 November" in held(town, asked)["minutes"]

    def test_it_is_voted_on_again_once(self, town: Town) -> None:
        """A second tie fails."""
        asked = self.tied(town, "run-off")
        assert asked.state == "vote.called"
        town.office.votes.open(asked, by=town.chair)
        cast(town, asked, d1="yes", d2="no")
        assert town.office.votes.close(asked, by=town.chair).state == "not-carried"

    def test_a_tie_that_nobody_breaks_fails(self, town: Town) -> None:
        """After a reminder."""
        asked = self.tied(town, "lot")
        for _ in range(3):
            town.clock.advance(days=7)
            town.office.tick()
        assert town.steps(asked)[-2:] == ["vote.remind", "vote.leave"]


class TestSecondVotes:
    """A second vote by an easier rule follows where the first one's result lets it."""

    def test_it_follows_on_a_lower_base(self, town: Town) -> None:
        """Of seven seats three are a third and no two thirds; of the four who took part at first two carry it then."""
        asked = put(town, "again")
        cast(town, asked, d1="yes", d2="yes", d3="yes", d4="no")
        again = town.office.votes.close(asked, by=town.chair)
        assert again.state == "vote.called"
        assert "a second vote may follow" in held(town, asked)["minutes"]
        town.office.votes.open(asked, by=town.chair)
        cast(town, asked, d1="yes", d2="yes", d5="no")
        assert town.office.votes.close(asked, by=town.chair).state == "carried"
        assert "2 of 4 who took part in the first count in favour" in held(town, asked)["minutes"]

    def test_it_does_not_follow_where_too_few_were_for_it(self, town: Town) -> None:
        """Two of seven."""
        asked = put(town, "again")
        cast(town, asked, d1="yes", d2="yes", d3="no", d4="no")
        assert town.office.votes.close(asked, by=town.chair).state == "not-carried"


class TestSittings:
    """Where the rule counts those present, the opener names the sitting; who is present there when voting opens is."""

    def sitting(self, town: Town, *present: str) -> Case:
        """The council sits."""
        return town.office.begin(
            "sitting",
            "open",
            {"present": present},
            by=town.chair,
            unit="community",
            anchors={"council": town.office.unit("council")},
        )

    def test_the_bases_are_those_present(self, town: Town) -> None:
        """Of six entitled four are a quorum; two of them are no majority, three are. A guest does not count."""
        for yes, state in ((2, "not-carried"), (3, "carried")):
            sitting = self.sitting(town, "d1", "d2", "d3", "d4", "a-guest")
            asked = put(town, "present", opened=False)
            town.office.votes.open(asked, sitting=sitting, by=town.chair)
            assert held(town, asked)["present"] == ["d1", "d2", "d3", "d4"]
            cast(town, asked, **{f"d{n}": "yes" for n in range(1, yes + 1)})
            assert town.office.votes.close(asked, by=town.chair).state == state
            assert town.now(asked).links["sitting"] == (sitting.id,)

    def test_without_a_quorum_nothing_is_carried(self, town: Town) -> None:
        """Three of six are not more than half, whatever they say."""
        asked = put(town, "present", opened=False)
        town.office.votes.open(asked, sitting=self.sitting(town, "d1", "d2", "d3"), by=town.chair)
        cast(town, asked, d1="yes", d2="yes", d3="yes")
        assert town.office.votes.close(asked, by=town.chair).state == "not-carried"
        assert "there was no quorum" in held(town, asked)["minutes"]

    def test_a_secret_resolution_at_a_sitting(self) -> None:
        """`resolving` takes both; its ballots are secret ones."""
        flow = resolving("at-sittings", RESIDENTS_MEETING, secret=True, sitting=True)
        assert flow.broods == {"ballot": "secret-ballot"}
        assert {"vote.tell", "vote.confirm"} <= {step.name for step in flow.steps}

    def test_only_an_open_one_of_the_body(self, town: Town) -> None:
        """Neither a closed one nor anything else."""
        asked, closed = put(town, "present", opened=False), self.sitting(town, "d1")
        town.office.take(closed, "close", by=town.chair)
        for other in (closed, town.ordered()):
            assert refused(town.office.votes.open, asked, sitting=other, by=town.chair) == ("council-sits",)

    def test_a_rule_that_counts_those_present_is_taken_at_a_sitting(self) -> None:
        """It could not be counted otherwise; said when the flow is made."""
        with pytest.raises(InvalidInput, match="sitting=True"):
            of_council(RESIDENTS_MEETING)


class TestWeights:
    """Owners vote by head and by area; an owner of several homes is one head."""

    def test_a_double_majority(self, town: Town) -> None:
        """Three quarters of the heads are not three quarters of the area."""
        asked = put(town, "owners")
        owner = town.office.act_as
        for person, choice in (("o1", "yes"), ("o2", "no"), ("o3", "yes")):
            town.office.votes.cast(asked, choice, by=owner(person))
        assert town.office.votes.close(asked, by=town.chair).state == "not-carried"
        minutes = held(town, asked)["minutes"]
        assert "2 of 3 ballots cast in favour; at least 3 needed, 1 missing" in minutes
        assert "170 m² of 200 m² exclusive area of those who took part in favour; at least 150 m² needed" in minutes

    def test_it_is_carried_by_both(self, town: Town) -> None:
        """All three heads."""
        asked = put(town, "owners")
        for person in ("o1", "o2", "o3"):
            town.office.votes.cast(asked, "yes", by=town.office.act_as(person))
        assert town.office.votes.close(asked, by=town.chair).state == "carried"

    def test_weights_are_not_counted_in_secret(self) -> None:
        """A seal hides whose area it is."""
        with pytest.raises(InvalidInput, match="secret"):
            of_council(OWNERS_MAJOR[-1], secret=True)


class TestPapers:
    """A teller records what a signed paper says."""

    def test_it_counts_like_any_other(self, town: Town) -> None:
        """Once for each voter; not for a stranger, not by a delegate."""
        asked, votes = put(town), town.office.votes
        assert votes.record(asked, "d6", "yes", by=town.secretary()).data["choice"] == "yes"
        assert refused(votes.cast, asked, "no", by=town.delegate("d6")) == ("once",)
        assert refused(votes.record, asked, "x9", "yes", by=town.secretary()) == ("on-the-roll",)
        assert refused(votes.record, asked, "d5", "yes", by=town.delegate("d5")) == ("authority",)

    def test_not_where_the_vote_takes_none(self, town: Town) -> None:
        """The proposal's votes are cast in person."""
        voting = town.voted(town.before_the_council(town.fund()), 0, close=False)
        assert refused(town.office.votes.record, voting, "d5", "yes", by=town.secretary()) == ("on-paper",)


class TestBroods:
    """What is born of a vote is a ballot."""

    def test_nothing_else_is(self, town: Town) -> None:
        """A ballot of another flow would break the count."""
        asked = put(town)
        with pytest.raises(InvalidInput, match=r"'ballot' of .* is of flow 'ballot'; got 'secret-ballot'"):
            town.office.begin(
                "secret-ballot",
                "seal",
                {"choice": "yes"},
                by=town.delegate("d1"),
                unit="community",
                anchors=town.now(asked).anchors,
                parent=asked,
                brood="ballot",
                child="d1",
            )


class TestChoices:
    """Votes are secret; two tellers agree; more than half of the valid ballots choose, else a run-off; a lot breaks a tie."""

    VOTERS = tuple(f"v{n}" for n in range(1, 8))

    def called(self, town: Town, *options: str) -> Case:
        """A choice among some options, open."""
        called = town.office.votes.call_choice(
            "a name", options or ("oak", "elm", "ash"), voters=self.VOTERS, unit="community", by=town.secretary()
        )
        return town.office.votes.open(called, by=town.secretary())

    def teller(self, town: Town, number: int) -> Actor:
        """One of two."""
        register = town.register
        if not any(body["code"] == "tellers" for body in register["bodies"]):
            post = {"teller": {"seats": 2, "holders": ["t1", "t2"]}}
            register["bodies"].append(
                {"code": "tellers", "name": "Tellers | 计票人", "kind": "station", "area": "community", "posts": post}
            )
            town.load(register)
        return town.office.act_as(f"t{number}", post="teller", unit="tellers")

    def chosen(self, town: Town, case: Case, votes: str) -> Case:
        """Voters seal what they choose, and both tellers tell it."""
        for voter, choice in zip(self.VOTERS, votes.split(), strict=False):
            town.office.votes.cast(case, choice, by=town.office.act_as(voter))
        town.office.votes.close(case, by=town.secretary())
        tally = town.office.votes.unseal(case)
        for number in (1, 2):
            town.office.votes.tell(case, tally, by=self.teller(town, number))
        return town.now(case)

    def test_more_than_half_choose(self, town: Town) -> None:
        """Four of seven; the minutes say so in both languages."""
        case = self.chosen(town, self.called(town), "oak oak oak oak elm elm ash")
        assert (case.state, case.data["vote"]["option"]) == ("chosen", "oak")
        assert case.data["vote"]["votes"] == [["oak", 4], ["elm", 2], ["ash", 1]]
        assert "chosen: oak, 4 of 7 ballots cast" in case.data["vote"]["minutes"]
        assert "选定oak" in case.data["vote"]["minutes"]

    def test_who_voted_is_known_and_not_what(self, town: Town) -> None:
        """Neither the ballot, nor its entry, nor the case after the count says what anybody chose."""
        case = self.chosen(town, self.called(town), "oak oak oak oak elm elm ash")
        for ballot in town.ballots(case, 1):
            (entry,) = town.office.ledger.entries(ballot)
            assert ballot.data == {"choice": "sealed"}
            assert (entry.data, entry.delta["data"]) == ({}, {"choice": "sealed"})
            assert entry.by.person == ballot.key
            assert town.office.ledger.private(entry)["choice"] in ("oak", "elm", "ash")

    def test_what_was_sealed_is_shredded(self, town: Town) -> None:
        """The result stands, the ledger verifies, and nothing can be unsealed."""
        case = self.chosen(town, self.called(town), "oak oak oak elm")
        assert town.office.votes.shred(case, by=town.secretary(), why="told and minuted") == 4
        for ballot in town.ballots(case, 1):
            assert town.office.ledger.private(town.office.ledger.entries(ballot)[0]) == {}
        assert town.office.ledger.verify()
        assert town.now(case).data["vote"]["option"] == "oak"

    def test_two_tellers_agree(self, town: Town) -> None:
        """The first does not confirm; where the second says otherwise both begin anew."""
        case, votes = self.called(town), town.office.votes
        for voter in ("v1", "v2"):
            votes.cast(case, "oak", by=town.office.act_as(voter))
        votes.close(case, by=town.secretary())
        assert refused(votes.tell, case, {"oak": 3}, by=self.teller(town, 1)) == ("no-more-ballots",)
        assert refused(votes.tell, case, {"yew": 1}, by=self.teller(town, 1)) == ("known-options",)
        votes.tell(case, {"oak": 2}, by=self.teller(town, 1))
        assert refused(votes.tell, case, {"oak": 2}, by=self.teller(town, 1)) == ("another-teller",)
        assert votes.tell(case, {"oak": 1, "elm": 1}, by=self.teller(town, 2)).state == "vote.telling"
        assert "told" not in held(town, case)
        votes.tell(case, {"oak": 2}, by=self.teller(town, 2))
        assert votes.tell(case, {"oak": 2}, by=self.teller(town, 1)).state == "chosen"

    def test_papers_lie_in_the_urn(self, town: Town) -> None:
        """Who was given one does not vote on screen; what they say is told with the others."""
        case, votes = self.called(town), town.office.votes
        votes.cast(case, "oak", by=town.office.act_as("v1"))
        for voter in ("v2", "v3"):
            assert votes.record(case, voter, by=town.secretary()).data["choice"] == "paper"
        assert refused(votes.cast, case, "oak", by=town.office.act_as("v2")) == ("once",)
        votes.close(case, by=town.secretary())
        assert votes.unseal(case) == Tally({"oak": 1})
        told = {"oak": 1, "elm": 2}
        votes.tell(case, told, by=self.teller(town, 1))
        assert votes.tell(case, told, by=self.teller(town, 2)).data["vote"]["option"] == "elm"

    def test_a_run_off_between_those_that_lead(self, town: Town) -> None:
        """Three of seven are no half; ash and elm tie for the second place, so all three go on."""
        case = self.chosen(town, self.called(town), "oak oak oak elm elm ash ash")
        assert (case.state, case.data["vote"]["run-off"]) == ("vote.called", ["oak", "ash", "elm"])
        case = self.chosen(town, self.called(town), "oak oak oak elm elm ash")
        town.office.votes.open(case, by=town.secretary())
        assert held(town, case)["options"] == ["oak", "elm"]
        assert refused(town.office.votes.cast, case, "ash", by=town.office.act_as("v6")) == ("an-option",)
        case = self.chosen(town, case, "oak oak elm elm elm")
        assert (case.state, case.data["vote"]["option"]) == ("chosen", "elm")

    def test_a_tie_is_drawn(self, town: Town) -> None:
        """Among those that tie, from the seed."""
        case = self.chosen(town, self.called(town), "oak oak elm elm ash")
        assert (case.state, case.data["vote"]["tied"]) == ("vote.tied", ["elm", "oak"])
        case = town.office.votes.draw(case, seed="6", source="a die before the tellers", by=town.secretary())
        assert (case.state, case.data["vote"]["option"]) == ("chosen", *draw("6", ["oak", "elm"]))

    def test_everybody_on_the_roll_is_told(self, town: Town) -> None:
        """But for who is recused; whoever called it is no voter."""
        called = town.office.votes.call_choice(
            "a name", ("oak", "elm"), voters=("v1", "v2", "v3"), unit="community", by=town.secretary()
        )
        town.office.votes.recuse(called, "made one of them", by=town.office.act_as("v3"))
        town.told()
        town.office.votes.open(called, by=town.secretary())
        assert town.told() == [("vote", "v1"), ("vote", "v2")]
        case = self.chosen(town, called, "oak oak")
        assert case.state == "chosen"
        assert [who for topic, who in town.told() if topic == "result"] == ["v1", "v2"]

    def test_nobody_came(self, town: Town) -> None:
        """None is chosen."""
        assert self.chosen(town, self.called(town), "").state == "none-chosen"

    def test_what_a_choice_needs(self, town: Town) -> None:
        """Two options, voters, each once."""
        call = town.office.votes.call_choice
        more: dict[str, Any] = {"unit": "community", "by": town.secretary()}
        assert refused(call, "a", ("oak",), voters=("v1",), **more) == ("several-options",)
        assert refused(call, "a", ("oak", "abstain"), voters=("v1",), **more) == ("several-options",)
        assert refused(call, "a", ("oak", "elm"), voters=("v1", "v1"), **more) == ("somebody-votes",)
        assert refused(call, "a", ("oak", "elm"), voters=("v1",), standing="ash", **more) == ("standing-option",)

    def test_a_choice_is_secret_and_says_what_a_tie_does(self) -> None:
        """Both are told when the flow is made."""
        with pytest.raises(InvalidInput, match="is secret"):
            of_council(Plurality(name="most", tie="lot"))  # type: ignore[arg-type]  # a choice is taken, too
        with pytest.raises(TypeError, match="tie"):
            Plurality(name="most")  # type: ignore[call-arg]
        with pytest.raises(InvalidInput, match="one policy for ties"):
            Plurality(name="most", tie="lot", policies=Policies(tie="chair"))

    def test_numbers_of_ballots_are_at_least_none(self) -> None:
        """A negative one would take votes away."""
        with pytest.raises(InvalidInput, match="at least 0"):
            Told("oak", -1)


@pytest.mark.parametrize("flow", FLOWS[1:-2], ids=lambda flow: flow.name)
def test_every_kind_of_vote_is_explored(flow: Flow) -> None:
    """Nothing that must not be happens in any story of a vote, whatever its rule."""
    small = attrs.evolve(flow, name="explored")
    checked = check(small, (*SHIPPED, small), None)
    assert checked, checked.say()


def test_bound_proxies_are_not_secret() -> None:
    """Whoever told how to vote would be known."""
    rule = Rule(
        name="half",
        requires=AllOf(Majority(1, 2, "cast"), Quorum(1, 2, "entitled", "cast")),
        policies=Policies(proxies=Proxies(most=None, bound=True)),
    )
    with pytest.raises(InvalidInput, match="no proxy is bound"):
        of_council(rule, secret=True)


def test_a_flow_of_one_s_own_by_another_rule(open_town: OpenTown, tmp_path: Path) -> None:
    """`resolving` makes one; its rule stands in its digest."""
    one, other = (resolving("ours", Majority(n, 3, "seats")) for n in (1, 2))
    assert one.digest != other.digest
    storage = open_storage(f"sqlite:///{tmp_path}/ours.db?synchronous=off")
    town = open_town(storage, flows=(one,))
    asked = put(town, "ours")
    cast(town, asked, d1="yes", d2="yes", d3="yes")
    assert town.office.votes.close(asked, by=town.chair).state == "carried"
    assert AREA.name not in held(town, asked)


def test_a_choice_is_for_against_or_neither() -> None:
    """In an open vote."""
    with pytest.raises(InvalidInput, match="yes, no, abstain"):
        CastVote("oak")  # type: ignore[arg-type]


def test_holders_elsewhere_do_not_open(open_town: OpenTown, tmp_path: Path) -> None:
    """The secretary of the unit, or the chair of the body."""
    assert Holder("chair", "council") in CHAIR.whos
    town = open_town(open_storage(f"sqlite:///{tmp_path}/o.db?synchronous=off"))
    asked = put(town, opened=False)
    assert refused(town.office.votes.open, asked, by=town.secretary("district")) == ("authority",)
