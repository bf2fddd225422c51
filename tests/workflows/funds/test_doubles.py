"""Works that two departments pay: what is suggested, and what a person makes of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from civicflow import InvalidInput, Money, Refused
from civicflow.workflows.funds.doubles import Work, doubles, pair_of

if TYPE_CHECKING:
    from tests.conftest import Town

LAMPS = Work(
    id="a",
    title="3号楼路灯更换",
    place="lane-1",
    department="housing",
    begins=date(2023, 3, 1),
    ends=date(2023, 3, 31),
    amount=Money(9_000),
    keys=frozenset({"contract:17"}),
)


def other(**more: Any) -> Work:
    """The same work as another department enters it, but for what is said."""
    words = {"id": "b", "title": "关于三号楼路灯更换的项目", "department": "water", "keys": frozenset[str]()}
    return attrs.evolve(LAMPS, **{**words, **more})


class TestSuggesting:
    """Exact keys first, then likeness at one place and time; only of different departments."""

    def test_by_its_words(self) -> None:
        """With reasons: the titles, the days of both, and who pays which."""
        (found,) = doubles([LAMPS, other()])
        assert found.pair == ("a", "b")
        assert not found.likeness.is_exact
        *_, times, payers = (text.en for text in found.likeness.reasons)
        assert times == "both are under way from 2023-03-01 to 2023-03-31"
        assert payers == "housing pays one, water the other"

    def test_a_shared_key_is_enough_wherever_and_whenever(self) -> None:
        """And comes first."""
        elsewhere = other(
            id="c",
            title="x",
            place="y",
            begins=date(2025, 1, 1),
            ends=date(2025, 1, 2),
            keys=frozenset({"contract:17"}),
        )
        first, second = doubles([other(), elsewhere, LAMPS])
        assert (first.pair, first.likeness.is_exact, second.pair) == (("a", "c"), True, ("a", "b"))

    @pytest.mark.parametrize(
        "more",
        [
            {"department": "housing"},
            {"department": "housing", "keys": frozenset({"contract:17"})},
            {"place": "lane-2"},
            {"begins": date(2023, 4, 1), "ends": date(2023, 4, 2)},
            {"title": "屋顶防水"},
        ],
    )
    def test_what_is_another_work(self, more: dict[str, Any]) -> None:
        """One department's instalments, another place, another time, another thing."""
        assert not doubles([LAMPS, other(**more)])

    def test_one_day_of_both_is_enough(self) -> None:
        """The last day counts."""
        assert doubles([LAMPS, other(begins=date(2023, 3, 31), ends=date(2023, 4, 2))])

    def test_what_was_rejected_is_not_suggested_again(self) -> None:
        """In whichever order it was said, and exact keys or not."""
        assert not doubles([LAMPS, other()], rejected=[("b", "a")])
        assert not doubles([LAMPS, other(keys=LAMPS.keys)], rejected=[("a", "b")])

    def test_it_does_not_end_before_it_begins(self) -> None:
        """Both days are said."""
        with pytest.raises(InvalidInput, match="2022-01-01"):
            other(ends=date(2022, 1, 1))


class TestDeciding:
    """A suggestion decides nothing: the secretary does, with a reason."""

    def test_confirmed_with_who_pays(self, town: Town) -> None:
        """The reasons of the suggestion stand in the case."""
        (found,) = doubles([LAMPS, other()])
        unit = town.fund("1").unit or ""
        case = town.office.funds.suspect_suggested(found, LAMPS.title, unit=unit, by=town.secretary())
        assert any("housing pays one" in reason for reason in case.data["reasons"])
        ended = town.office.funds.confirm(case, payer="housing", reason="one site", by=town.secretary())
        assert (ended.outcome, ended.data["payer"], pair_of(ended)) == ("confirmed", "housing", ("a", "b"))

    def test_rejected_with_a_reason(self, town: Town) -> None:
        """Which feeds the next suggestions."""
        case = town.office.funds.suspect("t", unit=town.fund("1").unit or "", one="b", other="a", by=town.secretary())
        with pytest.raises(Refused) as caught:
            town.office.funds.reject(case, reason=" ", by=town.secretary())
        assert caught.value.refusal.rules == ("has-reason",)
        with pytest.raises(Refused):
            town.office.funds.reject(case, reason="two", by=town.resident)
        ended = town.office.funds.reject(case, reason="two sites", by=town.secretary())
        assert not doubles([LAMPS, other()], rejected=[pair_of(ended)])

    def test_nobody_says(self, town: Town) -> None:
        """Reminded, then supervised; it may still be said then."""
        unit = town.fund("1").unit or ""
        case = town.office.funds.suspect("t", unit=unit, one="b", other="a", by=town.secretary())
        for days in (4, 14):
            town.clock.advance(days=days)
            town.office.tick()
        assert "remind" in town.steps(case)
        assert town.now(case).state == "supervised"
        assert town.office.funds.confirm(case, payer="p", reason="r", by=town.secretary()).outcome == "confirmed"

    def test_a_work_is_not_its_own_double(self, town: Town) -> None:
        """Two are named."""
        with pytest.raises(Refused) as caught:
            town.office.funds.suspect("t", unit=town.fund("1").unit or "", one="a", other="a", by=town.secretary())
        assert caught.value.refusal.rules == ("two-works",)
