"""Selection within a pot: against pabutools, by hand, and what always holds."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, Money
from civicflow.workflows.granting import EqualShares, Greedy, Project, Selection, Ties
from civicflow.workflows.granting.pot import Ballot, support

ROOT: Final = Path(__file__).parents[3]
ORACLE: Final = ROOT / ".venv" / "oracle" / "bin" / "python"
FIRST: Final = Ties("applied")
Satisfaction = Literal["cost", "count", "points"]
Completion = Literal["none", "greedy", "add1"]


@attrs.frozen
class Election:
    """A pot, projects with whole costs, ballots."""

    pot: int
    costs: dict[str, int]
    ballots: tuple[dict[str, int], ...]

    @property
    def projects(self) -> tuple[Project, ...]:
        """In the order of their names."""
        return tuple(Project(name, Money(cost)) for name, cost in self.costs.items())

    def select(self, rule: Greedy | EqualShares) -> Selection:
        """What a rule selects."""
        return rule.select(Money(self.pot), self.projects, self.ballots)


class Drawing:
    """Whole numbers that follow from a seed alone."""

    def __init__(self, seed: str) -> None:
        self.seed, self.drawn = seed, 0

    def below(self, n: int) -> int:
        """One from 0 to n - 1."""
        self.drawn += 1
        return int.from_bytes(sha256(f"{self.seed}:{self.drawn}".encode()).digest()[:8]) % n


def election(draw: Drawing, satisfaction: str) -> Election:
    """Up to 30 projects and 40 voters; half of the costs are round, so that ties come up."""
    names = [f"p{number:02}" for number in range(1 + draw.below(30))]
    costs = {name: 1 + draw.below(60) if draw.below(2) else 10 * (1 + draw.below(5)) for name in names}
    most = 5 if satisfaction == "points" else 1
    ballots = tuple(
        {name: 1 + draw.below(most) for name in names if draw.below(10) < 3} for _ in range(1 + draw.below(40))
    )
    return Election(1 + draw.below(sum(costs.values())), costs, ballots)


def asked(given: Sequence[dict[str, Any]]) -> list[list[str]]:
    """What the oracle says of each."""
    if not ORACLE.exists():
        pytest.skip("no oracle; tools/environment oracle makes it")
    program = ROOT / "tools" / "selection_oracle.py"
    answer = subprocess.run(
        [ORACLE, program], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=300
    )
    return json.loads(answer.stdout)  # type: ignore[no-any-return]  # a list of lists of names


@pytest.mark.parametrize("ties", ["applied", "cheaper", "support"])
@pytest.mark.parametrize("completion", ["none", "greedy", "add1"])
@pytest.mark.parametrize("satisfaction", ["cost", "count", "points"])
def test_equal_shares_as_pabutools_has_it(satisfaction: Satisfaction, completion: Completion, ties: str) -> None:
    """The same winners in the same order, on random elections."""
    draw = Drawing(f"{satisfaction} {completion} {ties}")
    elections = [election(draw, satisfaction) for _ in range(15)]
    rule = EqualShares(satisfaction=satisfaction, completion=completion, ties=Ties(ties))  # type: ignore[arg-type]
    compare(elections, rule, "shares", satisfaction, completion)


@pytest.mark.parametrize(
    ("satisfaction", "by"), [("cost", "points"), ("count", "points-per-cost"), ("points", "points-per-cost")]
)
def test_greedy_as_pabutools_has_it(satisfaction: Satisfaction, by: Literal["points", "points-per-cost"]) -> None:
    """It ranks by satisfaction for each yuan; where that is the cost itself, by the number of votes."""
    draw = Drawing(f"greedy {satisfaction}")
    elections = [election(draw, satisfaction) for _ in range(50)]
    compare(elections, Greedy(by, "skip", FIRST), "greedy", satisfaction, "none")


def compare(
    elections: Sequence[Election], rule: Greedy | EqualShares, name: str, satisfaction: str, completion: str
) -> None:
    """A rule of ours beside the oracle's; a project that nobody is for is never one of ours."""
    given = [
        {
            "pot": one.pot,
            "costs": one.costs,
            "ballots": one.ballots,
            "order": rule.ties.order(one.projects, support(one.projects, one.ballots)),
            "rule": name,
            "satisfaction": satisfaction,
            "completion": completion,
            "step": 1,
        }
        for one in elections
    ]
    for one, theirs in zip(elections, asked(given), strict=True):
        liked = {project for ballot in one.ballots for project in ballot}
        assert list(one.select(rule).winners) == [project for project in theirs if project in liked], one


@st.composite
def elections_of(draw: st.DrawFn) -> Election:
    """A few projects and voters with points."""
    costs = draw(st.dictionaries(st.sampled_from([f"p{n}" for n in range(6)]), st.integers(1, 9), min_size=1))
    ballot = st.dictionaries(st.sampled_from(sorted(costs)), st.integers(0, 5))
    ballots = draw(st.lists(ballot, min_size=1, max_size=8))
    return Election(draw(st.integers(1, 1 + sum(costs.values()))), costs, tuple(ballots))


ELECTIONS = elections_of()
RULES = st.one_of(
    st.builds(
        Greedy, st.sampled_from(["points", "points-per-cost"]), st.sampled_from(["skip", "stop"]), st.just(FIRST)
    ),
    st.builds(
        EqualShares,
        satisfaction=st.sampled_from(["cost", "count", "points"]),
        completion=st.sampled_from(["none", "greedy", "add1"]),
        ties=st.sampled_from([FIRST, Ties("cheaper"), Ties("lot", "2026-05-01")]),
    ),
)


class TestLaws:
    """What holds whatever is selected from, and by which rule."""

    @given(ELECTIONS, RULES)
    def test_the_pot_is_never_exceeded(self, one: Election, rule: Greedy | EqualShares) -> None:
        """And what is spent and left is the pot, to the fen."""
        chosen = one.select(rule)
        assert sum(one.costs[winner] for winner in chosen.winners) <= one.pot
        assert chosen.spent + chosen.left == Money(one.pot)
        assert chosen.left >= Money(0)

    @given(ELECTIONS, RULES, st.data())
    def test_the_order_of_voters_does_not_matter(
        self, one: Election, rule: Greedy | EqualShares, data: st.DataObject
    ) -> None:
        """Nor does the selection change when it is computed again."""
        shuffled = data.draw(st.permutations(one.ballots))
        again = rule.select(Money(one.pot), one.projects, shuffled)
        assert again == one.select(rule)

    @given(ELECTIONS, RULES)
    def test_each_project_is_judged_once_with_a_reason(self, one: Election, rule: Greedy | EqualShares) -> None:
        """In both languages; whoever lost for want of money is told how much."""
        chosen = one.select(rule)
        assert sorted(verdict.project.id for verdict in chosen.verdicts) == sorted(one.costs)
        for verdict in chosen.verdicts:
            assert verdict.reason.en
            assert verdict.reason.zh
            assert verdict.missing is None or (not verdict.won and verdict.missing > Money(0))

    @given(ELECTIONS, st.sampled_from(["skip", "stop"]))
    def test_more_points_never_lose_a_greedy_winner_its_money(
        self, one: Election, unaffordable: Literal["skip", "stop"]
    ) -> None:
        """One more voter for a winner alone, and it still wins."""
        rule = Greedy("points", unaffordable, FIRST)
        for winner in one.select(rule).winners:
            more = attrs.evolve(one, ballots=(*one.ballots, {winner: 1}))
            assert winner in more.select(rule).winners

    @given(ELECTIONS)
    def test_no_group_that_could_pay_alone_goes_without(self, one: Election) -> None:
        """Voters who give all to one project and whose shares pay for it get it, or have paid for something else."""
        rule = EqualShares(satisfaction="count", completion="none", ties=FIRST)
        share = Fraction(one.pot, len(one.ballots))
        for verdict in one.select(rule).verdicts:
            alone = [b for b in one.ballots if {name for name, points in b.items() if points} == {verdict.project.id}]
            if share * len(alone) >= one.costs[verdict.project.id]:
                assert verdict.won

    @given(ELECTIONS)
    def test_stop_is_a_beginning_of_skip(self, one: Election) -> None:
        """What is selected until the first that cannot be paid is the same."""
        stopped = one.select(Greedy("points", "stop", FIRST)).winners
        assert one.select(Greedy("points", "skip", FIRST)).winners[: len(stopped)] == stopped


class TestByHand:
    """Small elections whose outcome can be worked out on paper."""

    def test_two_thirds_do_not_take_all(self) -> None:
        """60 of 90 like A, B and C, 30 like D; each costs 30 of a pot of 90. By votes D gets nothing, by equal shares its 30."""
        projects = [Project(name, Money(30)) for name in "ABCD"]
        ballots: list[Ballot] = [*({"A": 1, "B": 1, "C": 1} for _ in range(60)), *({"D": 1} for _ in range(30))]
        greedy = Greedy("points", "skip", FIRST).select(Money(90), projects, ballots)
        shares = EqualShares(satisfaction="cost", completion="none", ties=FIRST).select(Money(90), projects, ballots)
        assert (greedy.winners, set(shares.winners)) == (("A", "B", "C"), {"A", "B", "D"})
        assert shares.verdict("A").reason.en == "its supporters (60) pay 30.00 CNY together, nobody more than 0.50 CNY"
        assert shares.verdict("C").missing == Money(30)

    def test_the_first_that_cannot_be_paid(self) -> None:
        """Skipped, a cheaper one after it gets its money; or the selection stops there. Each says why."""
        projects = [Project("A", Money(60), "gate"), Project("B", Money(50), "lane"), Project("C", Money(40), "lamps")]
        ballots: list[Ballot] = [{"A": 3, "B": 2, "C": 1}]
        skip = Greedy("points", "skip", FIRST).select(Money(100), projects, ballots)
        stop = Greedy("points", "stop", FIRST).select(Money(100), projects, ballots)
        assert (skip.winners, stop.winners) == (("A", "C"), ("A",))
        assert skip.verdict("B").missing == Money(10)
        assert stop.verdict("C").reason.en.endswith("the selection stopped at “lane”, which the pot could not pay")
        assert "尚缺10.00 CNY" in skip.verdict("B").reason.zh

    @pytest.mark.parametrize(("ties", "winner"), [(Ties("applied"), "B"), (Ties("cheaper"), "A")])
    def test_ties_by_what_was_named(self, ties: Ties, winner: str) -> None:
        """Three with the same points, and money for one."""
        projects = [Project("B", Money(10)), Project("A", Money(9)), Project("C", Money(10))]
        chosen = Greedy("points", "stop", ties).select(Money(10), projects, [{"A": 1, "B": 1, "C": 1}])
        assert chosen.winners[:1] == (winner,)

    @pytest.mark.parametrize("seed", ["2026-05-01", "2026-05-02", "2026-05-03"])
    def test_a_lot_is_drawn_again_by_anybody(self, seed: str) -> None:
        """The smallest SHA-256 of seed, line feed and name wins."""
        projects = [Project(name, Money(10)) for name in "BAC"]
        chosen = Greedy("points", "stop", Ties("lot", seed)).select(Money(10), projects, [{"A": 1, "B": 1, "C": 1}])
        assert chosen.winners == (min("ABC", key=lambda name: sha256(f"{seed}\n{name}".encode()).digest()),)

    def test_nobody_and_nothing(self) -> None:
        """Without voters nobody wins, and each is told so."""
        for rule in (Greedy("points", "skip", FIRST), EqualShares(satisfaction="cost", completion="add1", ties=FIRST)):
            chosen = rule.select(Money(10), [Project("A", Money(5))], [])
            assert (chosen.winners, chosen.verdict("A").reason.en) == ((), "nobody is for it")
            assert rule.select(Money(10), [], []).verdicts == ()


class TestWhatDoesNotFit:
    """One error that says everything."""

    def test_projects_and_ballots(self) -> None:
        """A project twice, one in dollars, a ballot for none, points that are none."""
        projects = [Project("A", Money(1)), Project("A", Money(1)), Project("B", Money(1, "USD"))]
        with pytest.raises(InvalidInput) as caught:
            Greedy("points", "skip", FIRST).select(Money(1), projects, [{"C": 1}, {"A": -1}])
        assert [fault.path for fault in caught.value.faults] == ["A", "B", "ballots[0]", "ballots[1]"]

    @pytest.mark.parametrize(("by", "seed"), [("lot", ""), ("applied", "2026")])
    def test_a_lot_has_a_seed_and_nothing_else_has(self, by: Literal["lot", "applied"], seed: str) -> None:
        """A hidden coin is none of the ways."""
        with pytest.raises(InvalidInput, match="public seed"):
            Ties(by, seed)

    def test_a_choice_that_is_none(self) -> None:
        """What there is, is said."""
        with pytest.raises(InvalidInput, match="'skip', 'stop'"):
            Greedy("points", "hope", FIRST)  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="project is called 'Z'"):
            Greedy("points", "skip", FIRST).select(Money(1), [], []).verdict("Z")
