"""Rules against an oracle that shares no code with them: fractions, by definition, for every body up to 1,000."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.ids import CaseId
from civicflow.ledger.canonical import encode, plain
from civicflow.workflows.decisions import (
    AREA,
    AllOf,
    AtLeast,
    AtMost,
    Base,
    Count,
    EitherOf,
    Majority,
    Plurality,
    Policies,
    Poll,
    Quorum,
    Requirement,
    Rule,
    Share,
    settled,
)
from civicflow.workflows.decisions.counts import BASES
from civicflow.workflows.decisions.shares import exact, shown
from civicflow.workflows.engine.flow import described
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.ballots import counted, nth
from civicflow.workflows.voting.counting import count_of

SHARES = [
    Fraction(n, d) for n, d in ((1, 2), (2, 3), (3, 4), (3, 5), (4, 5), (1, 3), (1, 5), (5, 9), (999, 1000), (1, 1))
]


def least(n: int, holds: Callable[[Fraction], bool]) -> int:
    """The least number of n whose part holds; n + 1 where none does."""
    return bisect_left(range(n + 1), 1, key=lambda yes: int(holds(Fraction(yes, n))))


class TestEveryBody:
    """A rule is reached exactly from the least number on that is the share by definition."""

    @pytest.mark.parametrize("share", SHARES, ids=str)
    def test_up_to_a_thousand(self, share: Fraction) -> None:
        """Of every size, strict and not."""
        for strict in (False, True):
            if strict and share == 1:
                continue
            rule = Majority(share.numerator, share.denominator, "seats", strict=strict)
            for n in range(1, 1001):
                bound = least(n, share.__lt__ if strict else share.__le__)
                assert rule.needed(n) == bound
                if n % 97 < 3:
                    assert rule.of(Count(bound, n - bound, 0, n, n)).reached
                    below = rule.of(Count(bound - 1, n - bound + 1, 0, n, n))
                    assert (below.reached, below.missing) == (False, 1)

    @pytest.mark.parametrize(
        ("wrong", "right", "times"),
        [
            (lambda n: least_float(n, 0.67), Fraction(2, 3), 1830),
            (lambda n: least_float(n, 0.6667), Fraction(2, 3), 333),
            (lambda n: least_float(n, 0.666), Fraction(2, 3), 168),
            (lambda n: round(2 * n / 3), Fraction(2, 3), 333),
            (lambda n: least_float(n, 0.51), None, 4750),
            (lambda n: -(-n // 2) + 1, None, 500),
            (lambda n: -(-n * 2 // 3), Fraction(2, 3), 0),
            (lambda n: n // 2 + 1, None, 0),
        ],
        ids=["0.67", "0.6667", "0.666", "round(2n/3)", "51%", "ceil(n/2)+1", "ceil(2n/3)", "n//2+1"],
    )
    def test_shortcuts_are_wrong_as_often_as_the_page_says(
        self, wrong: Callable[[int], int], right: Fraction | None, times: int
    ) -> None:
        """Of all (yes, n) up to 1,000: between the two thresholds every number is decided wrongly. None stands for a majority."""
        rule = (
            Majority(1, 2, "cast", strict=True)
            if right is None
            else Majority(right.numerator, right.denominator, "cast")
        )
        assert sum(abs(min(wrong(n), n + 1) - int(rule.needed(n))) for n in range(1, 1001)) == times


def least_float(n: int, threshold: float) -> int:
    """The least number whose quotient, as a float, is at least a threshold."""
    return bisect_left(range(n + 1), 1, key=lambda yes: int(yes / n >= threshold))


def base_of(name: str, vote: dict[str, int], policies: Policies, *, quorum: bool = False) -> int:
    """How large a base is, by the words of the rules."""
    valid = vote["yes"] + vote["no"] + vote["abstain"] + vote["blank"]
    size = {
        "seats": vote["seats"],
        "filled": vote["filled"],
        "entitled": vote["entitled"],
        "present": vote["present"],
        "cast": valid + vote["invalid"],
        "valid": valid,
        "yes-no": vote["yes"] + vote["no"],
        "yes-no-abstain": vote["yes"] + vote["no"] + vote["abstain"],
        "first": vote["first"],
    }[name]
    if policies.recusal == "leaves-quorum" or (policies.recusal == "leaves" and not quorum):
        if name in ("seats", "filled", "entitled"):
            size -= vote["recused"]
        elif name == "present":
            size -= vote["recused_present"]
    if policies.abstention == "leaves" and not quorum and name not in ("yes-no", "first"):
        size -= vote["abstain"]
        if name != "yes-no-abstain":
            size -= vote["blank"]
    return max(size, 0)


def part_of(name: str, vote: dict[str, int], policies: Policies) -> int:
    """How many there are of what is counted."""
    if name in ("yes", "no", "abstain"):
        return vote[name]
    return base_of("cast", vote, Policies()) - vote["no"] if name == "not-no" else base_of(name, vote, policies)


def holds(rule: Requirement, vote: dict[str, int], policies: Policies) -> bool:
    """Whether a requirement is met, by definition."""
    match rule:
        case AllOf():
            return all(holds(part, vote, policies) for part in rule.parts)
        case EitherOf():
            return any(holds(part, vote, policies) for part in rule.parts)
        case AtLeast():
            return part_of(rule.counts, vote, policies) >= rule.least
        case AtMost():
            return part_of(rule.counts, vote, policies) <= rule.most
        case Majority():
            part, base = vote["yes"], base_of(rule.base, vote, policies)
        case _:
            part = base_of(rule.counts, vote, policies, quorum=True)
            base = base_of(rule.base, vote, policies, quorum=True)
    if base <= 0 or part <= 0:
        return False
    quotient, share = Fraction(part, base), Fraction(rule.num, rule.den)
    return quotient > share if rule.strict else quotient >= share


def carried(rule: Rule, vote: dict[str, int]) -> bool:
    """Whether a rule carries, by definition."""
    return all(
        holds(one, vote, rule.policies)
        for one in (rule.requires, *rule.minima, *(() if rule.quorum is None else (rule.quorum,)))
    )


def count(vote: dict[str, int]) -> Count:
    """The count of a vote."""
    return Count(**vote)  # type: ignore[arg-type]  # none of them is `others`


@st.composite
def votes(draw: st.DrawFn, most: int = 40) -> dict[str, int]:
    """How a vote may come out: nobody votes who is not present, entitled and unrecused."""
    seats = draw(st.integers(0, most))
    filled = draw(st.integers(0, seats))
    entitled = draw(st.integers(0, filled))
    present = draw(st.integers(0, entitled))
    recused = draw(st.integers(0, entitled))
    recused_present = draw(st.integers(max(0, recused - (entitled - present)), min(recused, present)))
    left = present - recused_present
    vote = {
        "seats": seats,
        "filled": filled,
        "entitled": entitled,
        "present": present,
        "first": draw(st.integers(0, seats)),
    }
    vote |= {"recused": recused, "recused_present": recused_present}
    for kind in ("yes", "no", "abstain", "blank", "invalid"):
        vote[kind] = draw(st.integers(0, left))
        left -= vote[kind]
    return vote


@st.composite
def majorities(draw: st.DrawFn, bases: tuple[Base, ...] = BASES) -> Majority:
    """A share of a base."""
    den = draw(st.integers(1, 7))
    num = draw(st.integers(1, den))
    return Majority(num, den, draw(st.sampled_from(bases)), strict=num < den and draw(st.booleans()))


@st.composite
def quorums(draw: st.DrawFn) -> Quorum:
    """A quorum of those on the roll, or of the seats."""
    den = draw(st.integers(1, 5))
    num = draw(st.integers(1, den))
    some: tuple[Base, ...] = ("present", "cast", "valid")
    rolls: tuple[Base, ...] = ("seats", "filled", "entitled")
    counts, base = draw(st.sampled_from(some)), draw(st.sampled_from(rolls))
    return Quorum(num, den, base, counts, strict=num < den and draw(st.booleans()))


NUMBERS = (
    st.integers(1, 6).map(AtLeast)
    | st.integers(0, 4).map(AtMost)
    | st.integers(1, 9).map(lambda n: AtLeast(n, "not-no"))
)
LEAVES = majorities() | quorums() | NUMBERS
REQUIREMENTS = LEAVES | st.lists(LEAVES, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([AllOf(*parts), EitherOf(*parts)])
)
POLICIES = st.builds(
    Policies,
    abstention=st.sampled_from(["stays", "leaves"]),
    recusal=st.sampled_from(["stays", "leaves", "leaves-quorum"]),
    tie=st.sampled_from(["fails", "chair"]),
)
RULES = st.builds(
    Rule,
    name=st.just("rule"),
    requires=REQUIREMENTS,
    quorum=st.none() | quorums(),
    minima=st.lists(st.integers(1, 6).map(AtLeast), max_size=1).map(tuple),
    policies=POLICIES,
)


class TestRules:
    """What a rule says of any count is what its words say."""

    @given(rule=RULES, vote=votes())
    @settings(max_examples=300)
    def test_it_is_the_definition(self, rule: Rule, vote: dict[str, int]) -> None:
        """Every base, every policy, compound or not; with its sentence, and what was missing."""
        result = rule.of(count(vote))
        assert result.reached == carried(rule, vote)
        assert (result.missing == 0) == result.reached
        assert result.text.en.startswith("carried" if result.reached else "not carried")
        assert result.text.zh.startswith("通过" if result.reached else "未通过")

    @given(rule=RULES, vote=votes())
    def test_one_more_in_favour_never_harms(self, rule: Rule, vote: dict[str, int]) -> None:
        """Whoever changes from against, or from abstaining, to in favour does not undo what was carried."""
        if rule.of(count(vote)).reached:
            for kind in ("no", "abstain", "blank"):
                if vote[kind]:
                    changed = {**vote, "yes": vote["yes"] + 1, kind: vote[kind] - 1}
                    assert rule.of(count(changed)).reached

    @given(rule=RULES, vote=votes(most=7))
    @settings(max_examples=60, deadline=None)
    def test_early_close_equals_the_full_count(self, rule: Rule, vote: dict[str, int]) -> None:
        """What is called decided comes out so, however those who are left vote; and they cannot make it a tie."""
        left = vote["entitled"] - vote["recused"] - sum(vote[k] for k in ("yes", "no", "abstain", "blank", "invalid"))
        vote = {**vote, "present": vote["entitled"], "recused_present": vote["recused"]}
        said = settled(rule, count(vote), left)
        if said is None:
            return
        for more in product(range(left + 1), repeat=4):
            if sum(more) <= left:
                full = {**vote}
                for kind, number in zip(("yes", "no", "abstain", "invalid"), more, strict=True):
                    full[kind] += number
                assert carried(rule, full) == said
                if not said and rule.policies.tie == "chair":
                    assert not rule.of(count(full)).tied

    @given(vote=votes(), rule=RULES)
    def test_rules_are_plain_data(self, vote: dict[str, int], rule: Rule) -> None:
        """A rule has one spelling, which stands in a flow's digest and in a ledger."""
        assert encode(plain(rule)) == encode(plain(attrs.evolve(rule)))
        assert described(rule)["requires"] == described(rule.requires)


@st.composite
def ballots(draw: st.DrawFn) -> tuple[dict[str, object], list[Case]]:
    """A roll with areas, and ballots of it, several of some voters."""
    roll = [f"v{n}" for n in range(draw(st.integers(1, 6)))]
    held: dict[str, object] = {"roll": roll, "seats": len(roll) + 2}
    held["weights"] = {"area": {voter: str(draw(st.decimals(0, 200, places=2))) for voter in roll}}
    duplicate = draw(st.sampled_from(["", "first-wins", "last-wins"]))
    if duplicate:
        held["duplicate"] = duplicate
    cast = []
    for voter in roll:
        for number in range(1, 1 + draw(st.integers(0, 3 if duplicate else 1))):
            choice = draw(st.sampled_from(["yes", "no", "abstain"]))
            key = nth(voter, number)
            cast.append(Case(id=CaseId(f"C-1:{key}"), key=key, data={"choice": choice}))
    return held, cast


class TestBallots:
    """The order of ballots never matters; one of each voter counts, in every measure."""

    @given(given_=ballots(), data=st.data())
    def test_any_order_is_the_same_count(
        self, given_: tuple[dict[str, object], list[Case]], data: st.DataObject
    ) -> None:
        """By head and by area; against sums made voter by voter."""
        held, cast = given_
        said = count_of(held, cast)
        assert said == count_of(held, data.draw(st.permutations(cast)))
        chosen: dict[str, str] = {}
        for ballot in cast:  # they are made in the order of their numbers
            voter = ballot.key.partition("~")[0]
            if voter not in chosen or held.get("duplicate") == "last-wins":
                chosen[voter] = ballot.data["choice"]
        assert counted(held, cast) == chosen
        areas: dict[str, str] = held["weights"]["area"]  # type: ignore[index]  # made above
        assert said.yes == sum(choice == "yes" for choice in chosen.values())
        assert said.of("yes", AREA) == sum(Fraction(areas[v]) for v, choice in chosen.items() if choice == "yes")
        assert said.of("entitled", AREA) == sum(map(Fraction, areas.values()))


class TestMeasures:
    """Areas are exact and are not whole."""

    @pytest.mark.parametrize(
        ("areas", "total"),
        [
            (("1/3", "1/6", "89.53"), Fraction(1, 2) + Fraction("89.53")),
            (("1e30", "1e-35", "2"), Fraction("1e30") + Fraction("1e-35") + 2),
            (("0.1", "0.2", "0.3"), Fraction(3, 5)),
        ],
    )
    def test_weights_are_added_up_exactly(self, areas: tuple[str, ...], total: Fraction) -> None:
        """Fractions of a home that several own, too, and what no decimal of sixty digits holds."""
        held = {"roll": ["a", "b", "c"], "seats": 3, "weights": {"area": dict(zip("abc", areas, strict=True))}}
        cast = [Case(id=CaseId(f"C-1:{key}"), key=key, data={"choice": "yes"}) for key in "abc"]
        assert count_of(held, cast).of("yes", AREA) == total

    @given(part=st.decimals(0, 10_000, places=2), base=st.decimals(0, 10_000, places=2))
    def test_a_share_of_an_area(self, part: Decimal, base: Decimal) -> None:
        """More than half is anything above, at least three quarters includes them."""
        yes, whole = Fraction(part), Fraction(base)
        for share, strict in ((Fraction(1, 2), True), (Fraction(3, 4), False)):
            rule = Majority(share.numerator, share.denominator, "entitled", strict=strict, measure=AREA)
            heads = Count(0, 0, 0, 1, 1, others={"area": Count(yes, 0, 0, whole, whole)})
            wanted = yes > 0 and whole > 0 and (yes > share * whole if strict else yes >= share * whole)
            assert rule.of(heads).reached == wanted

    def test_it_is_said_as_it_is(self) -> None:
        """With its unit; where just the half was reached, more than nothing is missing."""
        rule = Majority(1, 2, "entitled", strict=True, measure=AREA)
        heads = Count(0, 0, 0, 1, 1, others={"area": Count("50.25", 0, 0, "100.5", "100.5")})
        assert rule.of(heads).text.en == (
            "50.25 m² of 100.5 m² exclusive area of those entitled to vote in favour; "
            "more than 50.25 m² needed, more than 0 m² missing"
        )

    @given(amount=st.decimals(0, 10**9, places=4))
    def test_amounts_are_written_exactly(self, amount: Decimal) -> None:
        """What is shown is the amount."""
        assert Fraction(shown(exact(str(amount)))) == Fraction(str(amount))

    @pytest.mark.parametrize("value", [0.5, True, "-1", "a", "1/0", float("nan")])
    def test_what_is_no_amount(self, value: object) -> None:
        """A float least of all."""
        with pytest.raises(InvalidInput, match="amount"):
            exact(value)  # type: ignore[arg-type]


class TestRequirementsThatAreNone:
    """What can never be met or says nothing is refused with what there is."""

    MADE: Mapping[str, Callable[[], object]] = {
        "more than all": lambda: Share(2, 2, strict=True),
        "no number": lambda: Share(num=True, den=2),
        "nobody counts the first": lambda: Quorum(1, 2, "entitled", "first"),
        "no base": lambda: Quorum(1, 2, "owners"),  # type: ignore[arg-type]
        "at least none": lambda: AtLeast(0),
        "no kind": lambda: AtLeast(1, "maybe"),  # type: ignore[arg-type]
        "below none": lambda: AtMost(-1),
        "all of none": AllOf,
        "a coin": lambda: Policies(tie="coin"),  # type: ignore[arg-type]
        "decided though it may change": lambda: Policies(duplicate="last-wins", early="decided"),
        "all voted though it may change": lambda: Policies(duplicate="last-wins", early="all-voted"),
        "no option": lambda: Plurality(name="a", tie="lot").of(Poll({}, Count(0, 0, 0, 1, 1))),
    }

    @pytest.mark.parametrize("made", MADE)
    def test_it_is_said(self, made: str) -> None:
        """When it is made."""
        with pytest.raises(InvalidInput):
            self.MADE[made]()

    @pytest.mark.parametrize("base", ["present", "first"])
    def test_a_base_that_nobody_noted(self, base: Base) -> None:
        """It is not guessed."""
        with pytest.raises(InvalidInput, match=f"give {base}="):
            Majority(1, 2, base).of(Count(1, 0, 0, 3, 3))


@st.composite
def polls(draw: st.DrawFn) -> Poll:
    """A choice among up to five options."""
    options = [f"o{n}" for n in range(draw(st.integers(1, 5)))]
    chosen = {option: draw(st.integers(0, 6)) for option in options}
    beside = {kind: draw(st.integers(0, 4)) for kind in ("abstain", "blank", "invalid")}
    total = sum(chosen.values()) + sum(beside.values())
    entitled = total + draw(st.integers(0, 10))
    standing = draw(st.sampled_from(["", *options]))
    return Poll(
        chosen,
        Count(0, 0, beside["abstain"], entitled, entitled, blank=beside["blank"], invalid=beside["invalid"]),
        standing,
        draw(st.booleans()),
    )


class TestChoices:
    """The most votes choose, if they are the least share; else the leading go on; what a tie does is always said."""

    @given(
        poll=polls(),
        tie=st.sampled_from(["fails", "chair", "lot", "run-off", "status-quo"]),
        least_=st.none() | majorities(("cast", "valid", "entitled")),
        run_off=st.booleans(),
    )
    @settings(max_examples=300)
    def test_it_is_the_definition(self, poll: Poll, tie: str, least_: Majority | None, run_off: bool) -> None:  # noqa: FBT001
        """Against the words."""
        said = Plurality(name="r", tie=tie, least=least_, run_off=run_off).of(poll)  # type: ignore[arg-type]
        most = max(poll.votes.values())
        leading = sorted(option for option, number in poll.votes.items() if number == most)
        total = sum(poll.votes.values())
        valid = total + poll.count.abstain + poll.count.blank
        size = {"valid": valid, "cast": valid + poll.count.invalid, "entitled": poll.count.seats}
        if not most:
            assert (said.option, said.tied, said.run_off) == ("", (), ())
            return
        if len(leading) > 1:
            stands = tie == "status-quo" and poll.standing in leading
            assert said.option == (poll.standing if stands else "")
            assert said.tied == tuple(leading)
            assert said.run_off == (tuple(leading) if tie == "run-off" and not poll.again else ())
            return
        enough = True
        if least_ is not None and not poll.again:
            quotient, share = Fraction(most, int(size[least_.base])), Fraction(least_.num, least_.den)
            enough = quotient > share if least_.strict else quotient >= share
        assert said.option == (leading[0] if enough else "")
        assert said.reached == enough
        if not enough:
            second = sorted(poll.votes.values())[-2] if len(poll.votes) > 1 else 0
            finalists = {o for o, number in poll.votes.items() if number >= second and number}
            assert set(said.run_off) == (finalists if run_off and second and len(finalists) > 1 else set())
