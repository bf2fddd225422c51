"""Standing hazards: a plan, a monitor, inspections; people who are counted; works that remove them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import Actor, Case, InvalidInput, Refused
from civicflow.calendars import Recurrence
from civicflow.plugins.backends import open_storage
from civicflow.workflows.hazards.figures import Standing, standing
from civicflow.workflows.hazards.plausibility import MOST, doubt

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

FRIDAYS = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 1), roll="none")
YEARLY = Recurrence(rule="FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=12", first=date(2026, 1, 1))
GEOLOGY = {
    "code": "geology",
    "name": "Geology Station | 地质站",
    "kind": "station",
    "area": "community",
    "posts": {"officer": "officer-geology", "monitor": {"seats": 3, "holders": ["m1", "m2"]}},
}


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town on an SQLite file with a station that watches its slopes, on the morning of Monday 2 March 2026."""
    opened = open_town(open_storage(f"sqlite:///{tmp_path}/town.db"), load=False)
    register = opened.register
    register["bodies"].append(GEOLOGY)
    opened.load(register)
    return opened


def registered(town: Town, **more: Any) -> Case:
    """A slope above twenty households."""
    asked: dict[str, Any] = {
        "plan": "sound the gong, take the east path",
        "monitor": "m1",
        "every": FRIDAYS,
        "bearer": "geology",
        "unit": "community",
        "by": town.secretary(),
        "category": "landslide",
        "households": 20,
        "people": 61,
    }
    return town.office.hazards.register("East slope", **{**asked, **more})


def officer(town: Town) -> Actor:
    """The station's officer."""
    return town.officer("geology")


def monitor(town: Town) -> Actor:
    """The monitor by name."""
    return town.office.act_as("m1", post="monitor", unit="geology")


def later(town: Town, days: int) -> None:
    """Days pass, and somebody ticks on each."""
    for _ in range(days):
        town.clock.advance(days=1)
        town.office.tick()


class TestRegistering:
    """A point without a plan, or without a monitor by name who holds that post with the duty-bearer, is not registered."""

    def test_neither_is_refused_with_both_reasons(self, town: Town) -> None:
        """All that is wrong at once, and nothing is stored."""
        before = town.position()
        with pytest.raises(Refused) as refused:
            registered(town, plan=" ", monitor="", people=6_100)
        assert refused.value.refusal.rules == ("has-plan", "has-monitor", "plausible")
        assert town.position() == before

    @pytest.mark.parametrize("nobody", ["resident-1", "officer-geology", "m3"])
    def test_a_monitor_holds_that_post_there(self, town: Town, nobody: str) -> None:
        """Neither a resident, nor an officer of the station, nor somebody who is to come."""
        with pytest.raises(Refused) as refused:
            registered(town, monitor=nobody)
        assert refused.value.refusal.rules == ("has-monitor",)

    def test_only_the_secretary_registers(self, town: Town) -> None:
        """Of the unit or one level up."""
        with pytest.raises(Refused) as refused:
            registered(town, by=officer(town))
        assert refused.value.refusal.rules == ("authority",)
        assert registered(town, by=town.secretary("subdistrict")).state == "standing"

    def test_an_odd_household_is_registered_with_its_reason(self, town: Town) -> None:
        """A boarding school is one."""
        school = registered(town, households=1, people=400, reason="a boarding school")
        assert (school.data["people"], school.data["reason"]) == (400, "a boarding school")

    def test_plan_and_monitor_are_renewed_never_taken_away(self, town: Town) -> None:
        """The next monitor holds the post too."""
        slope = registered(town)
        with pytest.raises(Refused) as refused:
            town.office.hazards.renew(slope, plan="", monitor="m2", by=town.secretary())
        assert refused.value.refusal.rules == ("has-plan",)
        assert town.office.hazards.renew(slope, plan="new", monitor="m2", by=town.secretary()).data["monitor"] == "m2"


class TestDuties:
    """From the beginning it has its inspections; drills and trainings are scheduled as more of them."""

    def test_inspections_begin_with_it(self, town: Town) -> None:
        """On its own days, tied both ways, by the station's officer or monitor."""
        slope = registered(town)
        (inspections,) = town.office.hazards.duties(slope)
        assert inspections.links == {"of": (slope.id,)}
        assert inspections.data["category"] == "inspection/landslide"
        later(town, 4)
        assert town.office.routines.hold(inspections, people=1, found="dry", by=monitor(town)).outcome == "held"
        town.check(slope)
        town.check(inspections)

    def test_a_missed_inspection_is_a_ticket(self, town: Town) -> None:
        """Called by the slope and the day."""
        registered(town)
        later(town, 12)
        (ticket,) = town.office.find(flow="four-part-ticket").cases
        assert ticket.title == "East slope 2026-03-06"

    def test_drills_and_trainings_are_scheduled(self, town: Town) -> None:
        """What is none of these kinds is not."""
        slope = registered(town)
        for category in ("drill", "training/rescue"):
            slope = town.office.hazards.schedule(slope, category, YEARLY, by=town.secretary())
        found = [duty.data["category"] for duty in town.office.hazards.duties(slope)]
        assert found == ["inspection/landslide", "drill", "training/rescue"]
        with pytest.raises(Refused) as refused:
            town.office.hazards.schedule(slope, "party", YEARLY, by=town.secretary())
        assert refused.value.refusal.rules == ("known-kind",)


class TestEvacuation:
    """People are taken out and counted; a count that cannot well be true is doubted."""

    def test_the_article_s_count_is_doubted(self, town: Town) -> None:
        """5,200 people of 100 households: what, value, remedy, in both languages; corrected, it stands."""
        slope = town.office.hazards.evacuate(registered(town), by=town.secretary())
        (out,) = town.office.hazards.evacuations(slope)
        assert town.asked(out) == {"officer-geology", "m1", "m2"}
        doubted = town.office.hazards.count(out, households=100, people=5_200, by=officer(town))
        assert doubted.state == "doubted"
        english, chinese = doubted.data["doubt"].split(" | ")
        assert english == (
            "5200 people of 100 households are up to 52 a household, and at most 10 are plausible;"
            " correct the count, or confirm it with a reason"
        )
        assert chinese == "100户5200人，户均约52人，超过合理上限10人，请更正，或说明理由予以确认"
        right = town.office.hazards.count(out, households=100, people=520, by=officer(town))
        assert (right.state, right.data["people"], right.data["doubt"]) == ("counted", 520, "")
        town.check(slope)

    def test_a_person_confirms_with_a_reason(self, town: Town) -> None:
        """The secretary, not whoever called the roll; and not without saying why."""
        slope = town.office.hazards.evacuate(registered(town), by=town.secretary())
        (out,) = town.office.hazards.evacuations(slope)
        town.office.hazards.count(out, households=1, people=300, by=officer(town))
        with pytest.raises(Refused) as refused:
            town.office.hazards.confirm(out, "a school", by=officer(town))
        assert refused.value.refusal.rules == ("authority",)
        with pytest.raises(Refused) as empty:
            town.office.hazards.confirm(out, " ", by=town.secretary())
        assert empty.value.refusal.rules == ("has-reason",)
        stands = town.office.hazards.confirm(out, "a boarding school", by=town.secretary())
        assert (stands.state, stands.data["people"], stands.data["reason"]) == ("counted", 300, "a boarding school")

    def test_nobody_is_forgotten_outside(self, town: Town) -> None:
        """The roll is pressed for every two hours; then the secretary is reminded every week until they are home."""
        slope = town.office.hazards.evacuate(registered(town), by=town.secretary())
        (out,) = town.office.hazards.evacuations(slope)
        town.told()
        town.clock.advance(hours=2, minutes=1)
        town.office.tick()
        assert set(town.told()) == {("reminder", "officer-geology"), ("reminder", "m1"), ("reminder", "m2")}
        town.office.hazards.count(out, households=20, people=61, by=monitor(town))
        town.told()
        town.clock.advance(days=8)
        town.office.tick()
        assert ("reminder", "secretary-community") in town.told()
        assert town.office.hazards.bring_home(out, by=town.secretary()).outcome == "home"

    def test_a_count_is_whole(self, town: Town) -> None:
        """One clear error."""
        slope = town.office.hazards.evacuate(registered(town), by=town.secretary())
        (out,) = town.office.hazards.evacuations(slope)
        with pytest.raises(InvalidInput, match="people is a whole number, 0 or more; got -1"):
            town.office.hazards.count(out, households=1, people=-1, by=officer(town))

    @given(st.integers(0, 10_000), st.integers(0, 100_000))
    def test_the_bounds_are_those_that_are_declared(self, households: int, people: int) -> None:
        """Law: doubted exactly where a household would have less than one person, or more than the most."""
        found = doubt(households, people)
        assert (found is None) == (households <= people <= households * MOST)
        if found is not None:
            assert all(str(number) in text for number in (households, people) for text in (found.en, found.zh))


class TestWorks:
    """Accepted, works remove the hazard: it is closed, with whom it no longer threatens, and its standing duties end."""

    def test_works_end_its_inspections(self, town: Town) -> None:
        """Nothing falls due any more; a drill ends with them; whoever registered it is told."""
        slope = registered(town)
        town.office.hazards.schedule(slope, "drill", YEARLY, by=town.secretary())
        town.office.hazards.plan_works(slope, "a retaining wall", until=date(2026, 6, 30), by=town.secretary())
        later(town, 4)
        town.office.hazards.finish_works(slope, by=officer(town))
        town.told()
        gone = town.office.hazards.accept(slope, households=20, people=61, by=town.secretary("subdistrict"))
        assert (gone.outcome, gone.data["people"]) == ("removed", 61)
        duties = town.office.hazards.duties(slope)
        assert [(duty.outcome, duty.data["reason"]) for duty in duties] == [
            ("ended", "the hazard was removed | 隐患已消除")
        ] * 2
        assert ("removed", "secretary-community") in town.told()
        later(town, 400)
        assert not town.office.find(flow="four-part-ticket").cases
        assert standing(town.office.find(flow="hazard").cases) == Standing(
            points=1, removed=1, households=20, people=61
        )

    def test_a_duty_that_ended_before_does_not_stand_in_the_way(self, town: Town) -> None:
        """Its own reason stays."""
        slope = registered(town)
        (inspections,) = town.office.hazards.duties(slope)
        town.office.routines.end(inspections, "the slope is fenced off", by=town.secretary())
        town.office.hazards.plan_works(slope, "a wall", until=date(2026, 6, 30), by=town.secretary())
        town.office.hazards.finish_works(slope, by=officer(town))
        town.office.hazards.accept(slope, households=20, people=61, by=town.secretary("subdistrict"))
        assert town.now(inspections).data["reason"] == "the slope is fenced off"

    def test_whoever_did_the_works_does_not_accept_them(self, town: Town) -> None:
        """Nor does the unit that planned them."""
        slope = registered(town)
        town.office.hazards.plan_works(slope, "a wall", until=date(2026, 6, 30), by=town.secretary())
        town.office.hazards.finish_works(slope, by=officer(town))
        for who in (officer(town), town.secretary()):
            with pytest.raises(Refused) as refused:
                town.office.hazards.accept(slope, households=20, people=61, by=who)
            assert refused.value.refusal.rules == ("authority",)

    def test_sent_back_they_have_another_day(self, town: Town) -> None:
        """And are late by that one."""
        slope = registered(town)
        town.office.hazards.plan_works(slope, "a wall", until=date(2026, 3, 6), by=town.secretary())
        town.office.hazards.finish_works(slope, by=officer(town))
        back = town.office.hazards.send_back(
            slope, "too low", until=date(2026, 3, 20), by=town.secretary("subdistrict")
        )
        assert (back.state, back.data["until"], back.handled) == ("in-works", "2026-03-20", None)
        later(town, 17)
        assert town.now(slope).state == "in-works"
        later(town, 2)
        assert town.now(slope).state == "overdue"
        assert town.office.hazards.finish_works(slope, by=officer(town)).state == "finished"

    def test_an_incredible_relief_says_why(self, town: Town) -> None:
        """For the figures of a year are made of these."""
        slope = registered(town)
        town.office.hazards.plan_works(slope, "a wall", until=date(2026, 6, 30), by=town.secretary())
        town.office.hazards.finish_works(slope, by=officer(town))
        with pytest.raises(Refused) as refused:
            town.office.hazards.accept(slope, households=100, people=5_200, by=town.secretary("subdistrict"))
        assert refused.value.refusal.rules == ("plausible",)

    def test_works_end_by_a_day(self, town: Town) -> None:
        """Not within some time."""
        slope = registered(town)
        with pytest.raises(InvalidInput, match="a day is written as 2026-01-31; got"):
            town.office.take(slope, "plan-works", {"works": "a wall", "until": "30 days"}, by=town.secretary())


class TestAccountability:
    """Who fails or shirks is referred to the discipline line, which decides."""

    def test_it_is_decided_with_a_measure(self, town: Town) -> None:
        """The hazard stands as it stood; who it is about is private."""
        slope = registered(town)
        above = town.secretary("subdistrict")
        town.office.hazards.refer(slope, to="emergency", ground="two inspections missed", person="m1", by=above)
        (account,) = town.office.hazards.accounts(slope)
        assert town.asked(account) == {"officer-emergency"}
        (entry,) = [one for one in town.office.ledger.entries(slope) if one.step == "refer"]
        assert "person" not in entry.data
        assert town.office.ledger.private(entry) == {"person": "m1"}
        decided = town.office.hazards.decide(account, "a reprimand", by=town.officer("emergency"))
        assert (decided.outcome, decided.data["measure"]) == ("decided", "a reprimand")
        assert town.now(slope).state == "standing"
        town.check(slope)

    def test_or_dismissed_with_a_reason(self, town: Town) -> None:
        """It was ill, say."""
        slope = registered(town)
        town.office.hazards.refer(
            slope, to="emergency", ground="one inspection missed", by=town.secretary("subdistrict")
        )
        (account,) = town.office.hazards.accounts(slope)
        assert town.office.hazards.dismiss(account, "a flood", by=town.officer("emergency")).outcome == "dismissed"

    def test_nobody_is_judged_by_themselves(self, town: Town) -> None:
        """The duty-bearer is not where it is referred to, and the unit itself refers nobody."""
        slope = registered(town)
        with pytest.raises(Refused) as own:
            town.office.hazards.refer(slope, to="geology", ground="missed", by=town.secretary("subdistrict"))
        assert own.value.refusal.rules == ("not-itself",)
        with pytest.raises(Refused) as unit:
            town.office.hazards.refer(slope, to="emergency", ground="missed", by=town.secretary())
        assert unit.value.refusal.rules == ("authority",)

    def test_what_lies_is_supervised(self, town: Town) -> None:
        """Reminded after two working days, supervised after ten."""
        slope = registered(town)
        town.office.hazards.refer(slope, to="emergency", ground="missed", by=town.secretary("subdistrict"))
        (account,) = town.office.hazards.accounts(slope)
        later(town, 16)
        assert town.now(account).state == "supervised"
