"""Figures: exact, as of an instant, with the denominator said."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import Rate, grouped, is_on_time, rates
from civicflow.texts import Text

if TYPE_CHECKING:
    from tests.conftest import Town

INSTANTS = st.integers(0, 20)
COUNTED = Text("those counted", "所计事项")


@st.composite
def facts(draw: st.DrawFn) -> CaseFacts:
    """A case's row: it is opened, then perhaps handled, then perhaps closed."""
    opened = draw(st.none() | INSTANTS)
    start = opened or 0
    handled = draw(st.none() | st.integers(start, 20))
    closed = draw(st.none() | st.integers(start if handled is None else handled, 20))
    evaluated = draw(st.none() | st.integers(start, 20))
    return CaseFacts(
        flow="four-part-ticket",
        state="any",
        unit=draw(st.sampled_from([None, "a", "b"])),
        opened=opened,
        promise=draw(st.none() | st.integers(start, 20)),
        handled=handled,
        closed=closed,
        resolved=None if evaluated is None else draw(st.sampled_from([0, 1])),
        satisfied=None if evaluated is None else draw(st.sampled_from([None, 1, 3, 4, 5])),
        evaluated=evaluated,
    )


class TestRates:
    """A rate carries how many fulfil it, of how many, and who was counted."""

    @given(n=st.integers(0, 3_000), more=st.integers(0, 3_000))
    def test_per_cents_are_rounded_half_up_from_the_exact_share(self, n: int, more: int) -> None:
        """One decimal, as a clerk would round the fraction by hand."""
        rate = Rate(n, n + more, COUNTED)
        if not rate.of:
            assert (rate.share, rate.percent) == (None, "–")
            return
        assert rate.share == Fraction(n, n + more)
        exact = Decimal(n * 10_000_000) / Decimal(n + more) / Decimal(100_000)
        assert rate.percent == f"{exact.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"

    def test_half_a_tenth_is_rounded_up(self) -> None:
        """1 of 2,000 is 0.05%, which is said as 0.1%."""
        assert [Rate(n, 2_000, COUNTED).percent for n in (0, 1, 1_999, 2_000)] == ["0.0%", "0.1%", "100.0%", "100.0%"]

    @given(cases=st.lists(facts(), max_size=12), at=INSTANTS)
    def test_denominators_are_who_was_counted(self, cases: list[CaseFacts], at: int) -> None:
        """Only cases begun by then; of them those with a verdict, those evaluated by then, those who said how satisfied."""
        found = rates(cases, at)
        begun = [case for case in cases if case.opened is not None and case.opened <= at]
        said = [case for case in begun if case.evaluated is not None and case.evaluated <= at]
        assert found.cases == len(begun)
        assert found.resolved.of == len(said)
        assert found.resolved.n == sum(case.resolved == 1 for case in said)
        assert found.satisfied.of == sum(case.satisfied is not None for case in said)
        assert found.satisfied.n == sum((case.satisfied or 0) >= 4 for case in said)
        verdicts = [is_on_time(case, at) for case in begun]
        assert found.on_time.of == sum(verdict is not None for verdict in verdicts)
        assert found.on_time.n == sum(verdict is True for verdict in verdicts)
        assert found.open == sum(case.closed is None or case.closed > at for case in begun)
        assert found.overdue <= min(found.open, found.on_time.of - found.on_time.n)

    @given(case=facts(), at=INSTANTS)
    def test_a_verdict_is_kept_once_it_is_given(self, case: CaseFacts, at: int) -> None:
        """In time stays in time whatever happens later; what is late by now was not in time before."""
        verdict, later = is_on_time(case, at), is_on_time(case, at + 1)
        if verdict is True:
            assert later is True
        if verdict is False:
            assert later is False

    @given(case=facts(), at=INSTANTS)
    def test_on_time_is_judged_by_the_promise_alone(self, case: CaseFacts, at: int) -> None:
        """No promise, no verdict; handled by the promised instant is on time, that instant included."""
        verdict = is_on_time(case, at)
        if case.promise is None:
            assert verdict is None
        elif case.handled is not None and case.handled <= at:
            assert verdict is (case.handled <= case.promise)
        else:
            assert verdict is not True

    @given(cases=st.lists(facts(), max_size=12), at=INSTANTS)
    def test_groups_add_up_to_the_whole(self, cases: list[CaseFacts], at: int) -> None:
        """Each case is counted in one group."""
        groups, whole = grouped(cases, lambda case: case.unit, at), rates(cases, at)
        assert list(groups) == sorted(groups, key=lambda name: name or "")
        for name in ("cases", "open", "overdue"):
            assert sum(getattr(group, name) for group in groups.values()) == getattr(whole, name)
        for name in ("on_time", "resolved", "satisfied"):
            assert sum(getattr(group, name).of for group in groups.values()) == getattr(whole, name).of

    def test_they_are_read_in_both_languages(self) -> None:
        """The line says each figure with its fraction."""
        found = rates([CaseFacts(flow="f", state="s", opened=0, promise=5, handled=3, resolved=0, evaluated=4)], 9)
        assert str(found) == (
            "cases 1 · on time 100.0% (1/1) · resolved 0.0% (0/1) · satisfied – (0/0) · open 1 · overdue 0"
        )
        assert found.say("zh").startswith("事项 1 · 按时办理 100.0% (1/1)")


class TestTheOffice:
    """What the office counts is what its cases say."""

    def test_figures_of_a_subtree_and_of_its_bodies(self, town: Town) -> None:
        """Under a unit its whole subtree is counted; a department's figures are those of its shares."""
        ticket = town.dispatched("health", "emergency", within="3 workdays")
        town.done(ticket, "health")
        town.ordered(unit="neighbour")
        ledger = town.office.ledger
        assert [ledger.rates(under=area).cases for area in ("district", "subdistrict", "community", "neighbour")] == [
            2,
            2,
            1,
            1,
        ]
        shares = ledger.rates_by("body", flow="share")
        health = shares[town.office.unit("health")]
        assert (health.cases, health.on_time.n, health.open) == (1, 1, 0)
        assert shares[town.office.unit("emergency")].open == 1
        assert ledger.rates(under="health", flow="share").cases == 1

    def test_as_of_an_instant(self, town: Town) -> None:
        """What began, was handled or was closed later is not looked at."""
        ticket = town.dispatched("health", within="3 workdays")
        morning = town.clock()
        town.clock.advance(hours=3)
        town.done(ticket, "health")
        ledger = town.office.ledger
        assert (ledger.rates(at=morning).on_time.of, ledger.rates().on_time.of) == (0, 1)
        town.clock.advance(hours=3)
        town.ordered("later")
        assert ledger.rates(at=morning).cases == 1
        assert ledger.rates(opened_from=town.clock()).cases == 1
        assert ledger.rates(opened_before=town.clock()).cases == 1
