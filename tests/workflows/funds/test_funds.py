"""Funds and their books, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given as given_by
from hypothesis import strategies as st

from civicflow import InvalidInput, Money, Refused
from civicflow.hierarchy.authority import ANYONE
from civicflow.money import total
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.funds.books import Books, books
from civicflow.workflows.funds.fund import Pay, Release, Reserve, available, covers, earmarked, given, paid, reserved
from civicflow.workflows.funds.splitting import in_proportion, split

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal


@attrs.frozen
class Move:
    """What a matter asks of its fund."""

    step: str
    amount: Money
    purpose: str = ""


@attrs.frozen
class Begin:
    """A matter that draws on a fund."""

    title: str
    fund: str


def _asked(situation: Any) -> Reserve | Pay | Release:
    asked, matter = situation.data, situation.case.id
    match asked.step:
        case "reserve":
            return Reserve(asked.amount, matter, asked.purpose)
        case "pay":
            return Pay(asked.amount, matter, "smiths", "iron")
    return Release(asked.amount, matter)


def _moves(step: str) -> CarryTo:
    return CarryTo("fund", step, Named(step, lambda s, _: _asked(s) if s.data.step == step else None))


COVERED = Guard(
    "covered",
    lambda s: [covers(fund.root, _asked(s)) for fund in s.read("fund")] == [True],
    "the fund does not cover it | 资金不足",
    asks_data=True,
)
WORK = Flow(
    "errand",
    1,
    "errand | 差事",
    (State("open", "open | 开", standing=True), State("done", "done | 完", final="done")),
    (
        Step("begin", "begin | 始", NEW, "open", ANYONE, Begin, does=(Keep(("title",)), Link("fund", "fund"))),
        Step(
            "move",
            "move | 动",
            "open",
            STAY,
            ANYONE,
            Move,
            (COVERED,),
            tuple(map(_moves, ("reserve", "pay", "release"))),
            reads=(Linked("fund"),),
        ),
        Step("end", "end | 终", "open", "done", ANYONE),
    ),
)
"""A matter that has its fund reserve, pay and release by rule, whatever it is asked."""


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


def told(town: Town, fund: Case) -> Books:
    """The books, added up from the entries."""
    return books(town.office.ledger.entries(fund))


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town in which matters may draw on funds."""
    return open_town(flows=(WORK,))


def begun(town: Town, fund: Case) -> Case:
    """A matter that draws on a fund."""
    return town.office.begin("errand", "begin", Begin("e", fund.id), by=town.resident, unit="community")


def move(town: Town, matter: Case, step: str, amount: str, purpose: str = "") -> Case:
    """What a matter asks of its fund."""
    return town.office.take(matter, "move", Move(step, Money(amount), purpose), by=town.resident)


class TestPostings:
    """Every entry moves money between accounts, and what it moves sums to zero."""

    def test_each_entry_holds_its_own(self, town: Town) -> None:
        """From the source to what is available, to a matter, to its use."""
        fund = town.fund("100")
        matter = begun(town, fund)
        move(town, matter, "reserve", "60")
        move(town, matter, "pay", "45.50")
        move(town, matter, "release", "14.50")
        posted = [e.delta["data"]["postings"] for e in town.office.ledger.entries(fund)[1:]]
        reserve = f"reserved:{matter.id}"
        assert posted == [
            {f"source:{fund.data['source']}": "-100.00", "available": "100.00"},
            {"available": "-60.00", reserve: "60.00"},
            {reserve: "-45.50", "paid": "45.50"},
            {reserve: "-14.50", "available": "14.50"},
        ]
        now = town.now(fund)
        assert (available(now), reserved(now), paid(now)) == (Money("54.50"), Money(0), Money("45.50"))

    def test_the_books_follow_every_yuan(self, town: Town) -> None:
        """From its source to its use: for which matter, and to whom."""
        fund = town.fund("100")
        matter = begun(town, fund)
        move(town, matter, "reserve", "60")
        move(town, matter, "pay", "60")
        found = told(town, fund)
        assert found.agrees(town.now(fund))
        assert found.paid() == {(matter.id, "smiths"): Money(60)}

    def test_books_that_were_cooked_do_not_agree(self, town: Town) -> None:
        """A case that tells other balances than its entries is found out."""
        fund = town.fund("100")
        cooked = attrs.evolve(fund, data={**fund.data, "balances": {"source:budget": "-90", "available": "90"}})
        assert not told(town, fund).agrees(cooked)


class TestReserving:
    """What is reserved for a matter is paid for that matter alone."""

    def test_not_more_than_there_is(self, town: Town) -> None:
        """To the fen; the whole is refused, and nothing is moved."""
        fund = town.fund("10")
        matter = begun(town, fund)
        assert refusal(lambda: move(town, matter, "reserve", "10.01")).rules == ("covered",)
        assert available(town.now(fund)) == Money(10)

    @pytest.mark.parametrize("step", ["pay", "release"])
    def test_another_matter_s_reservation_is_not_touched(self, town: Town, step: str) -> None:
        """Each is paid, and gives back, of its own."""
        fund = town.fund("10")
        one, other = begun(town, fund), begun(town, fund)
        move(town, one, "reserve", "10")
        assert refusal(lambda: move(town, other, step, "1")).rules == ("covered",)

    def test_nobody_reserves_by_hand(self, town: Town) -> None:
        """A rule does, or nobody."""
        fund = town.fund("10")
        said = refusal(lambda: town.office.take(fund, "reserve", Reserve(Money(1), "x"), by=town.secretary()))
        assert said.rules == ("authority",)


class TestEarmarks:
    """What is earmarked is used for its purpose alone."""

    def test_only_for_its_purpose(self, town: Town) -> None:
        """What is reserved of it and not needed is earmarked again."""
        fund = town.fund("10")
        town.office.funds.earmark(fund, Money(8), "gates", by=town.secretary())
        matter = begun(town, fund)
        assert refusal(lambda: move(town, matter, "reserve", "3")).rules == ("covered",)
        move(town, matter, "reserve", "8", "gates")
        move(town, matter, "release", "5")
        now = town.now(fund)
        assert (earmarked(now, "gates"), available(now), reserved(now, matter.id)) == (Money(5), Money(2), Money(3))

    def test_one_purpose_for_each_matter(self, town: Town) -> None:
        """So that it is known where a rest goes back to."""
        fund = town.fund("10")
        town.office.funds.earmark(fund, Money(8), "gates", by=town.secretary())
        matter = begun(town, fund)
        move(town, matter, "reserve", "2", "gates")
        assert refusal(lambda: move(town, matter, "reserve", "1")).rules == ("covered",)

    def test_what_is_reserved_anew_goes_back_to_where_it_came_from(self, town: Town) -> None:
        """A purpose that a matter no longer draws on gets nothing of what was available."""
        fund = town.fund("10")
        town.office.funds.earmark(fund, Money(8), "gates", by=town.secretary())
        matter = begun(town, fund)
        for purpose, amount in (("gates", "8"), ("", "2")):
            move(town, matter, "reserve", amount, purpose)
            move(town, matter, "release", amount)
        now = town.now(fund)
        assert (earmarked(now, "gates"), available(now)) == (Money(8), Money(2))


class TestGivingBack:
    """A saving is given back to the source that gave it, and a wrong entry is reversed by another one."""

    def test_no_more_than_it_gave(self, town: Town) -> None:
        """A donor gets no money of the residents'."""
        fund = town.fund("10")
        town.office.funds.deposit(fund, Money(5), by=town.secretary(), source="donor-7")
        give = partial(town.office.funds.give_back, fund, by=town.secretary(), reason="a saving", source="donor-7")
        assert refusal(lambda: give(Money("5.01"))).rules == ("gave-it",)
        assert given(give(Money(2)), "donor-7") == Money(3)

    def test_its_reason_is_said(self, town: Town) -> None:
        """An empty one is none."""
        with pytest.raises(InvalidInput, match="reason"):
            town.office.funds.give_back(town.fund("10"), Money(1), by=town.secretary(), reason=" ")


class TestClosing:
    """A fund closes empty."""

    def test_not_while_something_is_reserved(self, town: Town) -> None:
        """Nor earmarked, nor available; what was paid is no hindrance."""
        fund = town.fund("10")
        matter = begun(town, fund)
        move(town, matter, "reserve", "10")
        close = partial(town.office.funds.close, fund, by=town.secretary())
        assert refusal(close).rules == ("empty",)
        move(town, matter, "pay", "10")
        assert close().outcome == "closed"


class TestSplitting:
    """A sum shared among several sources, exact to the fen."""

    @given_by(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), min_size=1, max_size=7))
    def test_parts_sum_to_the_whole_and_are_less_than_a_fen_off(self, fens: int, gave: list[int]) -> None:
        """In proportion to what each gave."""
        amount = Money(f"{fens // 100}.{fens % 100:02}")
        parts = in_proportion(amount, [Money(one) for one in gave])
        assert total(parts) == amount
        for part, one in zip(parts, gave, strict=True):
            assert abs(Fraction(part.amount) - Fraction(fens, 100) * one / sum(gave)) < Fraction(1, 100)

    @pytest.mark.parametrize(
        "sources",
        [
            {"a": Money(101)},
            {"a": Money(99)},
            {"a": Fraction(1, 2)},
            {"a": Money(101), "b": Fraction(1)},
        ],
    )
    def test_what_does_not_come_to_the_sum(self, sources: dict[str, Any]) -> None:
        """Is said, and not mended in silence."""
        with pytest.raises(InvalidInput):
            split(Money(100), sources)
