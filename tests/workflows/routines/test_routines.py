"""Standing duties that recur: each occasion is held with a record or missed, and none is lost."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Case, InvalidInput, Refused
from civicflow.calendars import Recurrence, china
from civicflow.plugins.backends import open_storage
from civicflow.workflows.routines.figures import Keeping, keeping

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

CALENDAR = china()
TENTH = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
FRIDAYS = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 1), roll="none")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town on an SQLite file, on the morning of Monday 2 March 2026."""
    return open_town(open_storage(f"sqlite:///{tmp_path}/town.db"))


def begun(town: Town, **more: Any) -> Case:
    """A monthly reception of the health department in the community."""
    asked: dict[str, Any] = {
        "category": "sitting",
        "every": TENTH,
        "bearer": "health",
        "unit": "community",
        "by": town.secretary(),
    }
    return town.office.routines.begin("Reception", **{**asked, **more})


def days(town: Town, routine: Case) -> dict[str, str]:
    """What became of each occasion, by its day."""
    return {one.key: one.outcome or one.state for one in town.office.routines.occasions(routine)}


def later(town: Town, days: int) -> None:
    """Days pass, and somebody ticks on each."""
    for _ in range(days):
        town.clock.advance(days=1)
        town.office.tick()


class TestOccasions:
    """When its day is over the one after it is opened, whatever became of it."""

    def test_the_first_comes_after_today(self, town: Town) -> None:
        """Set up on the 2nd: the 10th; whoever bears it is asked and was told."""
        routine = begun(town)
        assert days(town, routine) == {"2026-03-10": "upcoming"}
        (ahead,) = town.office.routines.occasions(routine)
        assert ahead.due is not None
        assert CALENDAR.local_date(ahead.due) == date(2026, 3, 10)
        assert town.asked(ahead) == {"officer-health"}
        assert ("duty", "officer-health") in town.told()

    def test_each_has_its_fate(self, town: Town) -> None:
        """March is held, April is missed, May is ahead."""
        routine = begun(town)
        later(town, 8)
        town.office.routines.hold(routine, people=12, matters=3, found="three petitions", by=town.officer("health"))
        later(town, 40)
        assert days(town, routine) == {"2026-03-10": "held", "2026-04-10": "missed", "2026-05-10": "upcoming"}
        (held, *_) = town.office.routines.occasions(routine)
        assert (held.data["people"], held.data["matters"], held.data["found"]) == (12, 3, "three petitions")
        town.check(routine)

    def test_nobody_ticked_for_a_year(self, town: Town) -> None:
        """Every occasion fell due and was missed on its own day, none is left out."""
        routine = begun(town)
        town.clock.advance(days=365)
        while town.office.tick().rung:
            pass
        nominal = [f"2026-{month:02}-10" for month in range(3, 13)] + ["2027-01-10", "2027-02-10", "2027-03-10"]
        assert days(town, routine) == {**dict.fromkeys(nominal[:-1], "missed"), nominal[-1]: "upcoming"}
        facts = list(town.office.ledger.facts(flow="occasion"))
        assert keeping(facts, *YEAR) == Keeping(missed=10)


class TestHolding:
    """It is held on its day, by whoever bears the duty, and recorded."""

    def test_only_whoever_bears_it_holds_it(self, town: Town) -> None:
        """Another department does not, and is told whose post it takes."""
        routine = begun(town, category="inspection")
        with pytest.raises(Refused) as refused:
            town.office.routines.hold(routine, by=town.officer("emergency"))
        assert refused.value.refusal.rules == ("authority",)
        assert "officer of health" in " ".join(text.en for text in refused.value.refusal.needed)

    def test_a_reception_has_its_day(self, town: Town) -> None:
        """Residents come on the 10th, not on the 3rd; an inspection may be made before."""
        sitting, inspection = begun(town), begun(town, category="inspection/slope")
        later(town, 1)
        with pytest.raises(Refused) as early:
            town.office.routines.hold(sitting, by=town.officer("health"))
        assert early.value.refusal.rules == ("its-day-has-come",)
        assert town.office.routines.hold(inspection, by=town.officer("health")).outcome == "held"
        later(town, 7)
        assert town.office.routines.hold(sitting, by=town.officer("health")).outcome == "held"

    def test_what_was_held_in_time_is_recorded_late(self, town: Town) -> None:
        """Two days after, with the hour at which it was held."""
        routine = begun(town)
        later(town, 8)
        at = town.clock()
        later(town, 2)
        held = town.office.routines.hold(routine, people=4, happened=at, by=town.officer("health"))
        assert (held.closed, held.handled) == (at, at)

    def test_after_three_working_days_it_is_missed_for_good(self, town: Town) -> None:
        """The bearer was reminded, the level above and whoever set it up are told; nobody can record it any more."""
        routine = begun(town)
        (ahead,) = town.office.routines.occasions(routine)
        later(town, 9)
        assert town.now(ahead).state == "due"
        town.told()
        later(town, 6)
        assert town.now(ahead).outcome == "missed"
        assert sorted(town.told(), key=str) == [
            ("missed", "officer-health"),
            ("missed", "secretary-community"),
            ("missed", "secretary-subdistrict"),
            ("reminder", "officer-health"),
        ]
        with pytest.raises(Refused):
            town.office.routines.hold(ahead, by=town.officer("health"))

    @pytest.mark.parametrize("wrong", [{"people": -1}, {"matters": "3"}])
    def test_numbers_are_whole(self, town: Town, wrong: dict[str, Any]) -> None:
        """One clear error, and nothing is entered."""
        routine = begun(town, category="drill")
        before = town.position()
        with pytest.raises(InvalidInput, match="is a whole number, 0 or more"):
            town.office.routines.hold(routine, by=town.officer("health"), **wrong)
        assert town.position() == before

    def test_who_was_there_is_private(self, town: Town) -> None:
        """How many is public; who, is kept beside the entry and can be erased."""
        routine = begun(town, category="training")
        town.office.routines.hold(routine, people=2, present="Li Na, Wang Wei", by=town.officer("health"))
        (entry,) = [one for one in town.office.ledger.entries(routine) if one.step == "hold"]
        assert entry.data == {"people": 2, "matters": 0}
        assert town.office.ledger.private(entry) == {"present": "Li Na, Wang Wei"}


class TestTickets:
    """A missed inspection is itself a ticket, which somebody has to see to."""

    def test_a_missed_inspection_is_a_ticket(self, town: Town) -> None:
        """Of the same unit, raised by whoever set the duty up, tied both ways; the secretary is asked to dispatch it."""
        routine = begun(town, category="inspection/slope")
        later(town, 16)
        (missed, _) = town.office.routines.occasions(routine)
        (ticket,) = town.office.find(flow="four-part-ticket").cases
        assert missed.links == {"ticket": (ticket.id,)}
        assert ticket.links == {"origin": (missed.id,)}
        assert (ticket.title, ticket.data["category"]) == ("Reception 2026-03-10", "missed/inspection/slope")
        assert (ticket.unit, ticket.requester) == (missed.unit, "secretary-community")
        assert town.asked(ticket) == {"secretary-community"}
        town.check(ticket)
        town.check(routine)

    def test_a_missed_reception_is_not(self, town: Town) -> None:
        """It is recorded, and the level above is told."""
        begun(town)
        later(town, 16)
        assert not town.office.find(flow="four-part-ticket").cases


class TestMoving:
    """Its days may be moved: the occasion ahead is dropped and one by the new days is opened."""

    def test_from_the_tenth_to_fridays(self, town: Town) -> None:
        """The next one is this Friday; the former is no longer needed, and counts nowhere."""
        routine = begun(town)
        town.office.routines.move(routine, FRIDAYS, by=town.secretary())
        assert days(town, routine) == {"2026-03-10": "dropped", "2026-03-06": "upcoming"}
        later(town, 14)
        assert [day for day, state in days(town, routine).items() if state != "dropped"] == [
            "2026-03-06",
            "2026-03-13",
            "2026-03-20",
        ]
        town.check(routine)

    def test_what_is_due_comes_first(self, town: Town) -> None:
        """Nobody moves away from a reception that is owed."""
        routine = begun(town)
        later(town, 9)
        with pytest.raises(Refused) as refused:
            town.office.routines.move(routine, FRIDAYS, by=town.secretary())
        assert refused.value.refusal.rules == ("none-due",)

    def test_the_same_days_again_are_no_move(self, town: Town) -> None:
        """On the morning of the day itself, it would be lost, and the next one opened twice."""
        routine = begun(town)
        later(town, 8)
        with pytest.raises(Refused) as refused:
            town.office.routines.move(routine, TENTH, by=town.secretary())
        assert refused.value.refusal.rules == ("other-days",)

    def test_whoever_bears_it_does_not_move_it(self, town: Town) -> None:
        """The secretary of the unit does, or the level above."""
        routine = begun(town)
        with pytest.raises(Refused) as refused:
            town.office.routines.move(routine, FRIDAYS, by=town.officer("health"))
        assert refused.value.refusal.rules == ("authority",)
        assert town.office.routines.move(routine, FRIDAYS, by=town.secretary("subdistrict")).state == "standing"


class TestEnding:
    """It ends by whoever may set it up, with a reason."""

    def test_nothing_falls_due_any_more(self, town: Town) -> None:
        """What was ahead is dropped, the reason is kept."""
        routine = begun(town)
        ended = town.office.routines.end(routine, "the works are finished", by=town.secretary())
        assert (ended.outcome, ended.data["reason"]) == ("ended", "the works are finished")
        later(town, 60)
        assert days(town, routine) == {"2026-03-10": "dropped"}


class TestSettingUp:
    """Whose duty, of which kind, on which days by a rule without an end."""

    def test_what_is_wrong_is_said_at_once(self, town: Town) -> None:
        """Both faults in one refusal."""
        thrice = Recurrence(rule="FREQ=DAILY;COUNT=3", first=date(2026, 1, 1))
        with pytest.raises(Refused) as refused:
            begun(town, category="party", every=thrice)
        assert refused.value.refusal.rules == ("known-kind", "endless")

    def test_it_belongs_to_a_matter_that_there_is(self, town: Town) -> None:
        """Or is refused."""
        lamp = town.ordered()
        assert begun(town, of=[lamp]).links == {"of": (lamp.id,)}
        with pytest.raises(Refused) as refused:
            begun(town, of=["T-nowhere"])
        assert refused.value.refusal.rules == ("known-matters",)


class TestFigures:
    """Held, missed and open of a period are counted from the ledger."""

    def test_by_period_and_kind(self, town: Town) -> None:
        """Two duties over two months; a record that is made changes the figures."""
        weekly = begun(town, category="inspection/slope", every=FRIDAYS)
        begun(town)
        for _ in range(4):
            later(town, 7)
            town.office.routines.hold(weekly, by=town.officer("health"))
        later(town, 7)
        facts = list(town.office.ledger.facts(flow="occasion", under="community"))
        march = (date(2026, 3, 1), date(2026, 3, 31))
        assert keeping(facts, *march, category="inspection") == Keeping(held=4)
        assert keeping(facts, *march) == Keeping(held=4, missed=1)
        assert keeping(facts, *march).rate == Fraction(4, 5)
        assert keeping(facts, date(2026, 4, 1), date(2026, 4, 30)) == Keeping(open=3)
        assert keeping([], *march).rate is None
        town.office.routines.hold(weekly, by=town.officer("health"))
        now = list(town.office.ledger.facts(flow="occasion"))
        assert keeping(now, date(2026, 4, 1), date(2026, 4, 30), category="inspection/slope") == Keeping(held=1, open=1)
        assert keeping(now, date(2026, 4, 1), date(2026, 4, 30), category="insp") == Keeping()
