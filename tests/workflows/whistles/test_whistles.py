"""Call, whistle, report, rule by rule on a durable store; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import pytest

from civicflow import InvalidInput, Money, Refused
from civicflow.calendars import to_micros
from civicflow.plugins.backends import open_storage
from civicflow.workflows.whistles.figures import Arrivals, arrivals, spent
from civicflow.workflows.whistles.joint_log import joint_log

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal

P = ParamSpec("P")


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """The town, on an SQLite file."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    yield open_town(storage)
    storage.close()


def refusal(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


def called(town: Town, **more: Any) -> Case:
    """A community's call."""
    given: dict[str, Any] = {"title": "A flooded lane", "unit": "community", "by": town.secretary(), **more}
    return town.office.whistles.call(**given)


def whistled(town: Town, *to: str, within: str | None = None, **more: Any) -> Case:
    """A call for which departments were whistled for."""
    matter = called(town, **more)
    return town.office.whistles.whistle(matter, to=to or ("health",), within=within, by=town.secretary("subdistrict"))


def worked(town: Town, matter: Case, body: str = "health", score: int = 5) -> Case:
    """A department comes, does its part, and is rated."""
    office = town.office
    office.whistles.report_in(matter, by=town.officer(body))
    office.whistles.complete(matter, by=town.officer(body))
    unit = office.chart().code(str(town.now(matter).unit))
    return office.whistles.rate(report(town, matter, body), score, "as promised", by=town.secretary(unit))


def report(town: Town, matter: Case, body: str = "health") -> Case:
    """The newest report-in of a department."""
    return town.office.whistles.reports(matter, body=body)[-1]


def figures(town: Town) -> dict[str, Arrivals]:
    """Each department's arrivals by now, by its code."""
    found = arrivals(town.office.ledger.facts(flow="report-in"), to_micros(town.clock()))
    return {town.office.chart().code(body): one for body, one in found.items()}


class TestCall:
    """A community calls: the unit one level up answers."""

    def test_the_unit_above_is_told_and_asked(self, town: Town) -> None:
        """The matter is the subdistrict's, and knows who called."""
        matter = called(town)
        assert (matter.state, matter.unit) == ("called", town.office.unit("subdistrict"))
        assert matter.anchors == {"caller": town.office.unit("community")}
        assert town.told() == [("called", "secretary-subdistrict")]
        assert town.asked(matter) == {"secretary-subdistrict"}

    def test_only_its_own_secretary_calls_for_a_community(self, town: Town) -> None:
        """Neither a resident nor the neighbour's secretary does."""
        for by in (town.resident, town.secretary("neighbour")):
            assert refusal(called, town, by=by).rules == ("authority",)

    def test_the_top_has_nobody_to_call(self, town: Town) -> None:
        """It starts at the whistle."""
        said = refusal(called, town, unit="district", by=town.secretary("district"))
        assert said.rules == ("can-climb",)

    def test_a_kind_that_there_is_not_is_malformed(self, town: Town) -> None:
        """There are three."""
        with pytest.raises(InvalidInput, match="'beyond', 'enforcement', 'emergency'"):
            called(town, kind="urgent")

    def test_the_details_are_private(self, town: Town) -> None:
        """What whoever comes needs to know stands beside the entry."""
        matter = called(town, details="Mr Li, second floor, cannot walk")
        entry = town.office.ledger.entries(matter)[0]
        assert "Li" not in str(entry.data)
        assert town.office.ledger.private(entry) == {"details": "Mr Li, second floor, cannot walk"}


class TestWhistle:
    """It whistles for the departments that are needed, and for more of them while they are at it."""

    def test_each_department_is_told_and_asked(self, town: Town) -> None:
        """A report-in for each, with its arrival clock; the caller learns of it."""
        matter = called(town, category="water")
        town.told()
        office = town.office
        office.whistles.whistle(matter, to=["health", "emergency"], by=town.secretary("subdistrict"))
        assert set(town.told()) == {
            ("whistled", "officer-health"),
            ("whistled", "officer-emergency"),
            ("whistled", "secretary-community"),
        }
        assert [one.state for one in office.whistles.reports(matter)] == ["whistled", "whistled"]
        assert {one.data["category"] for one in office.whistles.reports(matter)} == {"water"}
        assert town.asked(matter) >= {"officer-health", "officer-emergency"}

    def test_the_community_does_not_whistle(self, town: Town) -> None:
        """It calls."""
        matter = called(town)
        said = refusal(lambda: town.office.whistles.whistle(matter, to=["health"], by=town.secretary()))
        assert [text.en for text in said.needed] == ["the secretary of Subdistrict"]

    def test_more_are_whistled_for_while_others_are_at_it(self, town: Town) -> None:
        """But none twice; a key stands for the one whistle."""
        matter = whistled(town, "health")
        office, by = town.office, town.secretary("subdistrict")
        said = refusal(lambda: office.whistles.whistle(matter, to=["health"], by=by))
        assert said.rules == ("not-asked-already",)
        office.whistles.whistle(matter, to=["emergency"], by=by, key="more")
        office.whistles.whistle(matter, to=["emergency"], by=by, key="more")
        assert len(office.whistles.reports(matter)) == 2
        assert town.now(matter).state == "whistled"

    def test_it_starts_at_the_whistle(self, town: Town) -> None:
        """The subdistrict then is the caller, too, and says whether it is settled."""
        by = town.secretary("subdistrict")
        matter = town.office.whistles.whistle_at_once("Stalls on the road", unit="subdistrict", to=["health"], by=by)
        assert matter.anchors == {"caller": town.office.unit("subdistrict")}
        worked(town, matter)
        assert town.asked(matter) == {"secretary-subdistrict"}
        assert town.office.whistles.evaluate(matter, resolved=True, by=by).state == "settled"

    def test_joint_enforcement_takes_two(self, town: Town) -> None:
        """One department alone is no joint enforcement; a third may be whistled for alone afterwards."""
        matter, by = called(town, kind="enforcement"), town.secretary("subdistrict")
        whistle = town.office.whistles.whistle
        assert refusal(lambda: whistle(matter, to=["health"], by=by)).rules == ("joint",)
        whistle(matter, to=["health", "traffic-police"], by=by)
        assert whistle(matter, to=["emergency"], by=by).tally == {"report": {"whistled": 3}}


class TestArrivalClock:
    """Each has until its arrival clock runs out. Not arriving in time is recorded, pressed, and put under supervision."""

    def test_who_comes_in_time_is_on_time(self, town: Town) -> None:
        """One working day where nothing else was said: until the end of Tuesday."""
        matter = whistled(town)
        town.clock.advance(days=1)
        came = town.office.whistles.report_in(matter, by=town.officer("health"), note="with two pumps")
        assert (came.state, came.handled) == ("on-site", town.clock())
        assert figures(town)["health"].on_time.share == 1

    @pytest.mark.parametrize(
        ("kind", "within", "hours"), [("emergency", None, 2), ("emergency", "1 hour", 1), ("beyond", "5 hours", 5)]
    )
    def test_the_clock_is_what_the_whistle_says(self, town: Town, kind: str, within: str | None, hours: int) -> None:
        """In an emergency two hours where it says nothing."""
        matter = whistled(town, within=within, kind=kind)
        promise = report(town, matter).promise
        assert promise is not None
        assert (promise - town.clock()).total_seconds() == hours * 3600

    def test_who_does_not_come_is_pressed_then_supervised(self, town: Town) -> None:
        """Department and subdistrict are told; a working day later the district, and the department every working day."""
        matter = whistled(town)
        town.told()
        town.clock.advance(days=2)
        town.office.tick()
        assert report(town, matter).state == "missing"
        assert set(town.told()) == {("missed", "officer-health"), ("missed", "secretary-subdistrict")}
        town.clock.advance(days=1)
        town.office.tick()
        assert report(town, matter).state == "supervised"
        assert set(town.told()) >= {("overdue", "secretary-district"), ("overdue", "officer-health")}
        for _ in range(2):
            town.clock.advance(days=4)
            town.office.tick()
            assert ("reminder", "officer-health") in town.told()

    def test_in_an_emergency_the_district_is_told_at_once(self, town: Town) -> None:
        """And the department still may come."""
        matter = whistled(town, kind="emergency")
        town.told()
        town.clock.advance(hours=3)
        town.office.tick()
        assert report(town, matter).state == "supervised"
        assert ("overdue", "secretary-district") in town.told()
        assert town.office.whistles.report_in(matter, by=town.officer("health")).state == "on-site"

    @pytest.mark.parametrize("ticks", [1, 0])
    def test_late_is_late_whether_or_not_the_clock_ticked(self, town: Town, ticks: int) -> None:
        """The ledger says when they came; the rating is three at most, and the figures count it."""
        matter = whistled(town)
        town.clock.advance(days=3)
        if ticks:
            town.office.tick()
        office, by = town.office, town.secretary("subdistrict")
        office.whistles.report_in(matter, by=town.officer("health"))
        office.whistles.complete(matter, by=town.officer("health"))
        said = refusal(lambda: office.whistles.rate(report(town, matter), 4, "good work", by=by))
        assert said.rules == ("late-rated-lower",)
        office.whistles.rate(report(town, matter), 3, "good work, a day late", by=by)
        found = figures(town)["health"]
        assert (str(found.on_time), found.mean) == ("0.0% (0/1)", Fraction(3))

    def test_who_never_came_is_gone_on_without(self, town: Town) -> None:
        """Only once its time has passed; it is rated 1, and told so."""
        matter, by = whistled(town, "health", "emergency"), town.secretary("subdistrict")
        office = town.office
        assert refusal(lambda: office.whistles.go_on_without(report(town, matter), "in vain", by=by)).rules == (
            "state",
        )
        worked(town, matter, "emergency")
        town.clock.advance(days=2)
        office.tick()
        town.told()
        absent = office.whistles.go_on_without(report(town, matter), "we waited in vain", by=by)
        assert (absent.outcome, absent.data["satisfied"]) == ("absent", 1)
        assert ("rated", "officer-health") in town.told()
        assert town.now(matter).state == "worked"
        assert figures(town)["health"] == Arrivals(
            whistled=1, arrived=0, on_time=figures(town)["health"].on_time, rated=1, score=1
        )
        assert figures(town)["health"].on_time.n == 0


class TestOnSite:
    """On site each writes down what it does: who, when, what. One log of the matter is read from that."""

    def test_one_log_of_all(self, town: Town) -> None:
        """Departments, whoever whistled and whoever called, in the order in which it happened."""
        matter = whistled(town, "health", "emergency")
        office = town.office
        for body in ("health", "emergency"):
            office.whistles.report_in(matter, by=town.officer(body))
        office.whistles.log(matter, "pump set up", by=town.officer("emergency"))
        office.whistles.log(matter, "doors opened", by=town.secretary())
        office.whistles.log(matter, "wells tested", by=town.officer("health"))
        office.whistles.complete(matter, by=town.officer("health"), note="water is clean")
        lines = joint_log(office.ledger.entries(matter))
        assert [(line.by.person, line.text) for line in lines[-4:]] == [
            ("officer-emergency", "pump set up"),
            ("secretary-community", "doors opened"),
            ("officer-health", "wells tested"),
            ("officer-health", "water is clean"),
        ]
        assert [line.step.zh for line in lines[:2]] == ["呼叫", "吹哨"]

    def test_who_has_no_part_writes_nothing(self, town: Town) -> None:
        """Nor before one is there."""
        matter = whistled(town)
        assert refusal(lambda: town.office.whistles.log(matter, "x", by=town.officer("emergency"))).rules == (
            "authority",
        )
        assert refusal(lambda: town.office.whistles.log(matter, "x", by=town.officer("health"))).rules == ("state",)
        assert refusal(lambda: town.office.whistles.report_in(matter, by=town.officer("emergency"))).rules == ("share",)

    def test_what_it_cost_is_money(self, town: Town) -> None:
        """An exact amount, kept and summed."""
        matter = whistled(town, "health", "emergency")
        for body, amount in (("health", "120.50"), ("emergency", "99.50")):
            town.office.whistles.report_in(matter, by=town.officer(body))
            town.office.whistles.complete(matter, by=town.officer(body), spent=Money(amount))
        assert spent(town.office.whistles.reports(matter)) == Money("220.00")
        with pytest.raises(InvalidInput, match="more than zero"):
            town.office.whistles.complete(matter, by=town.officer("health"), spent=Money(0))

    def test_work_that_drags_on_is_pressed_then_supervised(self, town: Town) -> None:
        """After five working days the department is reminded, after ten the district is told."""
        matter = whistled(town)
        town.office.whistles.report_in(matter, by=town.officer("health"))
        town.told()
        town.clock.advance(days=8)
        town.office.tick()
        assert town.told() == [("reminder", "officer-health")]
        town.clock.advance(days=8)
        town.office.tick()
        assert report(town, matter).state == "dragging"
        assert ("overdue", "secretary-district") in town.told()
        assert town.office.whistles.complete(matter, by=town.officer("health")).state == "done"


class TestRating:
    """The whistling unit rates each department from 1 to 5, with a reason; the unit above may where it does not."""

    def done(self, town: Town) -> Case:
        """A matter whose department is done."""
        matter = whistled(town)
        town.office.whistles.report_in(matter, by=town.officer("health"))
        town.office.whistles.complete(matter, by=town.officer("health"))
        return matter

    def test_the_matter_waits_for_the_rating(self, town: Town) -> None:
        """Before it, nobody can say that it is settled; after it, the caller is asked."""
        matter = self.done(town)
        assert refusal(lambda: town.office.whistles.evaluate(matter, resolved=True, by=town.secretary())).rules == (
            "state",
        )
        assert town.asked(report(town, matter)) == {"secretary-subdistrict"}
        town.told()
        town.office.whistles.rate(report(town, matter), 4, "quick", by=town.secretary("subdistrict"))
        assert town.told() == [("rated", "officer-health"), ("worked", "secretary-community")]
        assert town.now(matter).state == "worked"

    @pytest.mark.parametrize(("score", "reason"), [(0, "x"), (6, "x"), (True, "x"), (3, " ")])
    def test_a_rating_is_whole_and_has_a_reason(self, town: Town, score: int, reason: str) -> None:
        """Anything else is malformed."""
        matter = self.done(town)
        with pytest.raises(InvalidInput):
            town.office.whistles.rate(report(town, matter), score, reason, by=town.secretary("subdistrict"))

    def test_the_department_is_named_where_there_are_several(self, town: Town) -> None:
        """Of one alone it need not be said; nothing is guessed."""
        matter, by = self.done(town), town.secretary("subdistrict")
        town.office.whistles.whistle(matter, to=["emergency"], by=by)
        rate = town.office.whistles.rate
        with pytest.raises(InvalidInput, match="emergency, health"):
            rate(matter, 5, "well", by=by)
        with pytest.raises(InvalidInput, match="say which department"):
            rate(matter, 5, "well", body="traffic-police", by=by)
        assert rate(matter, 5, "well", body="health", by=by).outcome == "rated"
        assert town.office.whistles.release(matter, "not needed", body="emergency", by=by).outcome == "released"
        alone = self.done(town)
        assert rate(alone, 5, "well", by=by).outcome == "rated"

    def test_neither_caller_nor_department_rates(self, town: Town) -> None:
        """Nor the district, before the subdistrict has let its time pass."""
        matter = self.done(town)
        for by in (town.secretary(), town.officer("health"), town.secretary("district")):
            said = refusal(partial(town.office.whistles.rate, report(town, matter), 5, "well", by=by))
            assert said.rules == ("authority",)

    def test_the_unit_above_rates_in_its_place(self, town: Town) -> None:
        """After three working days, of which the district is told; the subdistrict still may."""
        matter = self.done(town)
        town.clock.advance(days=5)
        town.office.tick()
        assert report(town, matter).state == "unrated"
        assert ("overdue", "secretary-district") in town.told()
        rated = town.office.whistles.rate(report(town, matter), 2, "slow", by=town.secretary("district"))
        assert (rated.outcome, rated.data["satisfied"], rated.data["reason"]) == ("rated", 2, "slow")

    def test_figures_by_department(self, town: Town) -> None:
        """Punctuality with its denominator, and the exact mean rating; a released one is not counted as late."""
        for score in (5, 4, 4):
            worked(town, whistled(town), score=score)
        freed = whistled(town, "emergency")
        town.office.whistles.release(
            report(town, freed, "emergency"), "the wrong one", by=town.secretary("subdistrict")
        )
        town.clock.advance(days=9)
        found = figures(town)
        assert (found["health"].on_time.n, found["health"].on_time.of, found["health"].mean) == (3, 3, Fraction(13, 3))
        assert (found["emergency"].whistled, found["emergency"].on_time.share, found["emergency"].mean) == (
            1,
            None,
            None,
        )
        general = town.office.ledger.rates_by("body", flow="report-in")[town.office.unit("health")]
        assert (general.on_time.n, general.satisfied.n, general.satisfied.of) == (3, 3, 3)


class TestSettled:
    """The caller says whether it is settled. What is not is whistled for again, then goes one level up each time."""

    def unsettled(self, town: Town, matter: Case, body: str = "health") -> Case:
        """Worked on, and not settled."""
        worked(town, matter, body)
        return town.office.whistles.evaluate(matter, resolved=False, satisfied=1, by=town.secretary())

    def test_settled_ends_it(self, town: Town) -> None:
        """Only the caller says so."""
        matter = whistled(town)
        worked(town, matter)
        said = refusal(lambda: town.office.whistles.evaluate(matter, resolved=True, by=town.secretary("subdistrict")))
        assert [text.en for text in said.needed] == ["the secretary of Community"]
        ended = town.office.whistles.evaluate(matter, resolved=True, satisfied=5, by=town.secretary())
        assert (ended.outcome, ended.data["resolved"], ended.data["satisfied"]) == ("settled", True, 5)
        assert town.office.ledger.rates(flow="whistle").resolved.share == 1

    def test_unsettled_is_whistled_for_again_then_goes_up(self, town: Town) -> None:
        """Subdistrict twice, then the district; with no level left it ends as unsettled."""
        matter = whistled(town)
        assert self.unsettled(town, matter).state == "reopened"
        assert town.now(matter).unit == town.office.unit("subdistrict")
        town.office.whistles.whistle(matter, to=["health", "emergency"], by=town.secretary("subdistrict"))
        worked(town, matter, "emergency")
        assert town.now(matter).state == "whistled", "the first round's report-in does not count again"
        assert self.unsettled(town, matter).unit == town.office.unit("district")
        town.office.whistles.whistle(matter, to=["traffic-police"], by=town.secretary("district"))
        ended = self.unsettled(town, matter, "traffic-police")
        assert ended.outcome == "unsettled"

    def test_where_nobody_came_it_goes_back(self, town: Town) -> None:
        """A matter whose departments were all released is whistled for anew, and not put to the caller."""
        matter = whistled(town)
        town.office.whistles.release(report(town, matter), "the wrong one", by=town.secretary("subdistrict"))
        assert town.now(matter).state == "reopened"
        assert ("nobody-came", "secretary-subdistrict") in town.told()

    def test_silence_ends_it_as_unconfirmed(self, town: Town) -> None:
        """After seven days; the caller was asked once more before."""
        matter = whistled(town)
        worked(town, matter)
        town.told()
        town.clock.advance(days=3)
        town.office.tick()
        assert town.told() == [("reminder", "secretary-community")]
        town.clock.advance(days=5)
        town.office.tick()
        assert town.now(matter).outcome == "unconfirmed"

    def test_the_caller_takes_it_back(self, town: Town) -> None:
        """Whoever is at it is no longer needed."""
        matter = whistled(town)
        assert town.office.whistles.withdraw(matter, by=town.secretary()).outcome == "withdrawn"
        assert report(town, matter).outcome == "dropped"


class TestWaiting:
    """A call that nobody heeds is reminded of, then goes one level up, then is supervised; in an emergency within hours."""

    def test_a_call(self, town: Town) -> None:
        """Two working days, then the district's; and another two, then supervised for good."""
        matter = called(town)
        town.clock.advance(days=3)
        town.office.tick()
        assert (town.now(matter).state, town.now(matter).unit) == ("called", town.office.unit("district"))
        town.clock.advance(days=5)
        town.office.tick()
        assert town.now(matter).state == "supervised"
        town.office.whistles.whistle(matter, to=["health"], by=town.secretary("district"))

    def test_an_emergency(self, town: Town) -> None:
        """Two hours."""
        matter = called(town, kind="emergency")
        town.clock.advance(hours=2, minutes=30)
        town.office.tick()
        assert (town.now(matter).state, town.now(matter).unit) == ("alarmed", town.office.unit("district"))
        assert ("escalated", "secretary-community") in town.told()

    def test_handed_up_at_once(self, town: Town) -> None:
        """With a reason, as far as there are levels."""
        matter = called(town)
        up = town.office.whistles.hand_up(matter, "the river is the district's", by=town.secretary("subdistrict"))
        assert (up.state, up.unit) == ("called", town.office.unit("district"))
        said = refusal(lambda: town.office.whistles.hand_up(matter, "x", by=town.secretary("district")))
        assert said.rules == ("can-climb",)
