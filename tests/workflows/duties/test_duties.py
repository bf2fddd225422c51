"""Problem list, duty list and their supervision: topics are counted, duties have bearer and date, nobody supervises himself."""

from __future__ import annotations

from collections import Counter
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import Actor, Case, InvalidInput, Refused
from civicflow.calendars import Recurrence
from civicflow.plugins.backends import open_storage
from civicflow.workflows.duties.duty import Stage
from civicflow.workflows.duties.problem_list import named_most
from civicflow.workflows.duties.supervision import bearer_of

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

JUNE, SEPTEMBER, DECEMBER = date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)
NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40)


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town on an SQLite file, on the morning of Monday 2 March 2026; the emergency bureau supervises."""
    return open_town(open_storage(f"sqlite:///{tmp_path}/town.db"))


def supervisor(town: Town) -> Actor:
    """An officer of the supervising body."""
    return town.officer("emergency")


def opened(town: Town, **more: Any) -> Case:
    """A list that is open for thirty days."""
    asked: dict[str, Any] = {
        "within": "30 days",
        "supervisor": "emergency",
        "unit": "community",
        "by": town.secretary(),
    }
    return town.office.duties.open_list("What are you least satisfied with?", **{**asked, **more})


def put_up(town: Town, on: Case, *subjects: str) -> list[Case]:
    """One topic each by as many residents."""
    return [
        town.office.duties.put_up(on, subject, by=town.office.act_as(f"resident-{number}"))
        for number, subject in enumerate(subjects, 1)
    ]


def listed(town: Town, title: str = "lamps") -> Case:
    """A duty that has no bearer yet."""
    return town.office.duties.begin(title, supervisor="emergency", unit="community", by=town.secretary())


def borne(town: Town, *stages: Stage, until: date = DECEMBER) -> Case:
    """A duty of the health department."""
    return town.office.duties.assign(listed(town), to="health", until=until, stages=stages, by=town.secretary())


def later(town: Town, days: int) -> None:
    """Days pass, and somebody ticks on each."""
    for _ in range(days):
        town.clock.advance(days=1)
        town.office.tick()


class TestTopics:
    """Residents put up the topics; those named most become the list."""

    def test_the_most_named_become_duties(self, town: Town) -> None:
        """Counted whatever the spelling; each resident is told whether it is on the list, and each duty how many named it."""
        on = opened(town, size=2)
        topics = put_up(town, on, "lamps", "Roads", " lamps ", "roads", "LAMPS", "dust")
        town.told()
        town.office.duties.close_list(on, by=town.secretary())
        made = town.now(on)
        assert (made.outcome, made.data["topics"]) == ("made", 6)
        duties = town.office.duties.on_list(on)
        assert [(duty.title, duty.data["named"], duty.state) for duty in duties] == [
            ("lamps", 3, "listed"),
            ("roads", 2, "listed"),
        ]
        assert [town.now(topic).outcome for topic in topics] == ["listed"] * 5 + ["left-out"]
        told = town.told()
        assert [person for topic, person in told if topic == "left-out"] == ["resident-6"]
        assert len([person for topic, person in told if topic == "listed"]) == 5
        for matter in (on, *topics, *duties):
            town.check(matter)
        assert town.office.ledger.verify().ok  # the chains of the topics go on where the list was counted

    def test_each_resident_puts_up_one(self, town: Town) -> None:
        """A second is the first again, or refused as another."""
        on = opened(town)
        (first,) = put_up(town, on, "lamps")
        again = town.office.duties.put_up(on, "lamps", by=town.office.act_as("resident-1"))
        assert again.id == first.id
        with pytest.raises(Refused):
            town.office.duties.put_up(on, "dust", by=town.office.act_as("resident-1"))
        assert town.now(first).data["subject"] == "lamps"

    def test_a_list_closes_when_its_time_is_over(self, town: Town) -> None:
        """Each list has its own; afterwards nobody puts up a topic."""
        on = opened(town, within="3 days")
        put_up(town, on, "lamps")
        later(town, 4)
        assert town.now(on).outcome == "made"
        with pytest.raises(Refused):
            town.office.duties.put_up(on, "dust", by=town.office.act_as("resident-2"))

    def test_without_topics_it_is_empty(self, town: Town) -> None:
        """And says so."""
        on = opened(town)
        town.office.duties.close_list(on, by=town.secretary())
        assert town.now(on).outcome == "empty"
        assert not town.office.duties.on_list(on)

    def test_a_topic_has_a_subject(self, town: Town) -> None:
        """Blanks are none."""
        with pytest.raises(Refused) as refused:
            put_up(town, opened(town), "  ")
        assert refused.value.refusal.rules == ("has-subject",)

    @given(NAMES, st.integers(1, 12))
    def test_nobody_left_out_was_named_as_often_as_anybody_on_it(self, names: list[str], size: int) -> None:
        """Law: the list is a threshold; it has as many as was said, or all, or those that tie with the last one too."""
        counted, on_it = Counter(names), dict(named_most(names, size))
        assert on_it == {name: counted[name] for name in on_it}
        out = [n for name, n in counted.items() if name not in on_it]
        assert max(out, default=0) < min(on_it.values())
        assert len(on_it) >= min(size, len(counted))
        assert sum(n > min(on_it.values()) for n in on_it.values()) < size

    def test_a_list_has_at_least_one(self, town: Town) -> None:
        """One clear error."""
        with pytest.raises(InvalidInput, match="size is a whole number, 1 or more; got 0"):
            opened(town, size=0)


class TestBearing:
    """Each problem gets a duty-bearer and a date, possibly in stages."""

    def test_stages_have_their_days_and_places(self, town: Town) -> None:
        """Two of three villages by June, the third by September; the whole is done with the last."""
        duty = borne(town, Stage(until=JUNE, places=["v1", "v2"]), Stage(until=SEPTEMBER, places=["v3"]))
        first, second = town.office.duties.stages(duty)
        assert [stage.data["until"] for stage in (first, second)] == ["2026-06-30", "2026-09-30"]
        assert town.asked(first) == {"officer-health"}
        half = town.office.duties.report(first, ["v1"], by=town.officer("health"))
        assert (half.state, half.data["done"]) == ("under-way", ["v1"])
        assert town.office.duties.report(first, ["v2"], by=town.officer("health")).outcome == "done"
        assert town.now(duty).state == "borne"
        town.office.duties.report(second, ["v3"], by=town.officer("health"))
        assert town.now(duty).state == "fulfilled"
        town.check(duty)

    def test_only_its_places_count(self, town: Town) -> None:
        """A village of another stage, or of none, is refused."""
        duty = borne(town, Stage(until=JUNE, places=["v1"]))
        (stage,) = town.office.duties.stages(duty)
        with pytest.raises(Refused) as refused:
            town.office.duties.report(stage, ["v1", "v9"], by=town.officer("health"))
        assert refused.value.refusal.rules == ("its-places",)

    def test_a_late_stage_is_pressed_until_it_is_done(self, town: Town) -> None:
        """Its day passed: bearer, secretary and supervisor are told; then the bearer is reminded again and again."""
        duty = borne(town, Stage(until=date(2026, 3, 6), places=["v1"]), Stage(until=JUNE))
        town.told()
        later(town, 5)
        first, second = town.office.duties.stages(duty)
        assert (first.state, second.state) == ("late", "under-way")
        assert {("late", "officer-health"), ("late", "secretary-community"), ("late", "officer-emergency")} <= set(
            town.told()
        )
        later(town, 8)
        assert ("reminder", "officer-health") in town.told()
        assert town.office.duties.report(first, ["v1"], by=town.officer("health")).outcome == "done"

    def test_what_is_wrong_is_said_at_once(self, town: Town) -> None:
        """The supervisor as bearer, days out of order and past the whole's, a place twice."""
        stages = (Stage(until=SEPTEMBER, places=["v1"]), Stage(until=JUNE, places=["v1"]))
        with pytest.raises(Refused) as refused:
            town.office.duties.assign(listed(town), to="emergency", until=JUNE, stages=stages, by=town.secretary())
        assert refused.value.refusal.rules == ("not-the-supervisor", "in-order", "each-place-once")

    def test_without_a_bearer_it_is_supervised(self, town: Town) -> None:
        """After two working days; the secretary can still name one."""
        duty = listed(town)
        later(town, 3)
        assert town.now(duty).state == "supervised"
        assert town.office.duties.assign(duty, to="health", until=JUNE, by=town.secretary()).state == "borne"

    def test_a_duty_has_a_day(self, town: Town) -> None:
        """Not a time from now."""
        with pytest.raises(InvalidInput, match="a day is written as 2026-01-31; got"):
            town.office.take(
                listed(town), "assign", {"to": town.office.unit("health"), "until": "30 days"}, by=town.secretary()
            )

    def test_the_supervisor_accepts_or_sends_back(self, town: Town) -> None:
        """Nobody else; sent back it is done again by another day, and whoever listed it is told of the end."""
        duty = borne(town)
        (stage,) = town.office.duties.stages(duty)
        town.office.duties.report(stage, by=town.officer("health"))
        with pytest.raises(Refused) as refused:
            town.office.duties.accept(duty, by=town.secretary())
        assert refused.value.refusal.rules == ("authority",)
        back = town.office.duties.send_back(duty, "half of them are dark", until=SEPTEMBER, by=supervisor(town))
        assert (back.state, back.data["until"], back.handled) == ("borne", "2026-09-30", None)
        again = town.office.duties.stages(duty)[-1]
        assert (again.key, again.state, again.data["until"]) == ("again", "under-way", "2026-09-30")
        town.office.duties.report(again, by=town.officer("health"))
        town.told()
        assert town.office.duties.accept(duty, by=supervisor(town)).outcome == "accepted"
        assert ("accepted", "secretary-community") in town.told()
        town.check(duty)


class TestSupervision:
    """It runs beside a matter; nobody supervises himself; an undercover visit is not announced."""

    def begun(self, town: Town, of: Case, way: Any = "open-visit", **more: Any) -> Case:
        """Of the emergency bureau."""
        asked: dict[str, Any] = {"supervisor": "emergency", "by": supervisor(town)}
        return town.office.supervision.begin("A look", of, way, **{**asked, **more})

    def test_it_leaves_the_duty_alone(self, town: Town) -> None:
        """The duty goes on and ends as if nobody looked; the supervision goes on after its end."""
        duty = borne(town)
        watch = self.begun(town, duty)
        assert watch.links == {"of": (duty.id,)}
        town.office.supervision.order(watch, "light them", until=JUNE, by=supervisor(town))
        (stage,) = town.office.duties.stages(duty)
        town.office.duties.report(stage, by=town.officer("health"))
        assert town.office.duties.accept(duty, by=supervisor(town)).outcome == "accepted"
        assert town.now(watch).state == "under-way"
        town.check(watch)

    @pytest.mark.parametrize("way", ["special-inspection", "open-visit", "sitting-in"])
    def test_it_is_announced(self, town: Town, way: str) -> None:
        """The bearer is told, and is a party."""
        town.told()
        watch = self.begun(town, borne(town), way)
        assert ("announced", "officer-health") in town.told()
        assert town.office.may_read(town.officer("health"), watch)

    def test_undercover_it_is_not(self, town: Town) -> None:
        """Neither told nor shown to the bearer, until something is to be put right."""
        duty = borne(town)
        town.told()
        watch = self.begun(town, duty, "undercover-visit")
        assert not [person for _, person in town.told() if person == "officer-health"]
        assert not town.office.may_read(town.officer("health"), watch)
        town.office.supervision.record(watch, "dark", sound=False, where="v1", by=supervisor(town))
        assert not town.office.may_read(town.officer("health"), watch)
        town.office.supervision.order(watch, "light them", until=JUNE, by=supervisor(town))
        assert town.office.may_read(town.officer("health"), watch)
        assert ("ordered", "officer-health") in town.told()

    def test_nobody_supervises_himself(self, town: Town) -> None:
        """Neither as the bearer, nor as somebody who holds a post of the bearer beside."""
        duty = borne(town)
        register = town.register
        for body in register["bodies"]:
            if body["code"] == "emergency":
                body["posts"] = {"officer": {"seats": 2, "holders": ["officer-emergency", "officer-health"]}}
        town.load(register)
        both = town.office.act_as("officer-health", post="officer", unit="emergency")
        with pytest.raises(Refused) as twice:
            self.begun(town, duty, by=both)
        assert twice.value.refusal.rules == ("others",)
        with pytest.raises(Refused) as own:
            self.begun(town, duty, supervisor="health", by=town.officer("health"))
        assert own.value.refusal.rules == ("others",)

    def test_it_needs_a_bearer(self, town: Town) -> None:
        """A duty that nobody bears yet cannot be supervised; a share of a ticket can."""
        with pytest.raises(Refused) as refused:
            self.begun(town, listed(town))
        assert "has-bearer" in refused.value.refusal.rules
        ticket = town.dispatched("health")
        share = town.share(ticket, "health")
        assert bearer_of(share) == town.office.unit("health")

    def test_a_standing_duty_can_be_supervised_too(self, town: Town) -> None:
        """Of whatever flow: what counts is the bearer."""
        fridays = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 1))
        routine = town.office.routines.begin(
            "Round", category="inspection", every=fridays, bearer="health", unit="community", by=town.secretary()
        )
        assert self.begun(town, routine).body == town.office.unit("health")

    def test_what_is_wrong_is_put_right_by_its_day(self, town: Town) -> None:
        """Late it is pressed; the supervisor accepts it; until then the supervision does not end."""
        watch = self.begun(town, borne(town))
        town.office.supervision.order(watch, "light them", until=date(2026, 3, 6), by=supervisor(town))
        (wrong,) = town.office.supervision.rectifications(watch)
        later(town, 5)
        assert town.now(wrong).state == "late"
        with pytest.raises(Refused) as refused:
            town.office.supervision.end(watch, by=supervisor(town))
        assert refused.value.refusal.rules == ("all-put-right",)
        town.office.supervision.report(wrong, "they burn", by=town.officer("health"))
        back = town.office.supervision.send_back(wrong, "two are dark", until=date(2026, 3, 20), by=supervisor(town))
        assert (back.state, back.handled) == ("ordered", None)
        town.office.supervision.report(wrong, "all burn", by=town.officer("health"))
        with pytest.raises(Refused) as own:
            town.office.supervision.accept(wrong, by=town.officer("health"))
        assert own.value.refusal.rules == ("authority",)
        assert town.office.supervision.accept(wrong, by=supervisor(town)).outcome == "accepted"
        assert town.office.supervision.end(watch, by=supervisor(town)).outcome == "ended"
        town.check(watch)

    def test_who_shirks_is_referred(self, town: Town) -> None:
        """To another body than the bearer."""
        watch = self.begun(town, borne(town))
        with pytest.raises(Refused) as own:
            town.office.supervision.refer(watch, to="health", ground="shirked", by=supervisor(town))
        assert own.value.refusal.rules == ("not-itself",)
        town.office.supervision.refer(watch, to="traffic-police", ground="shirked", by=supervisor(town))
        (account,) = town.office.supervision.accounts(watch)
        assert town.asked(account) == {"officer-traffic-police"}
        police = town.officer("traffic-police")
        assert town.office.supervision.decide(account, "a talk", by=police).outcome == "decided"
        town.office.supervision.refer(watch, to="traffic-police", ground="late", by=supervisor(town))
        second = town.office.supervision.accounts(watch)[-1]
        assert town.office.supervision.dismiss(second, "a flood", by=police).outcome == "dismissed"

    def test_one_of_five_ways(self, town: Town) -> None:
        """Another one is an error that names them."""
        with pytest.raises(InvalidInput, match="one supervises by special-inspection"):
            self.begun(town, borne(town), "hearsay")


class TestLots:
    """A spot check draws its places from a seed that is kept with the names, so that anybody can draw again."""

    def test_the_draw_is_in_the_ledger(self, town: Town) -> None:
        """Seed, names and what was drawn; drawn again by the algorithm as it is stated, it is the same."""
        villages = [f"v{number}" for number in range(148)]
        watch = town.office.supervision.begin(
            "Spot check",
            borne(town),
            "spot-check",
            supervisor="emergency",
            by=supervisor(town),
            among=villages,
            draws=10,
            seed="2026-03-02",
        )
        (entry,) = [one for one in town.office.ledger.entries(watch) if one.step == "begin"]
        kept = entry.delta["data"]
        assert (kept["seed"], sorted(kept["among"])) == ("2026-03-02", sorted(villages))
        again = sorted(villages, key=lambda name: sha256(f"2026-03-02\n{name}".encode()).hexdigest())[:10]
        assert watch.data["drawn"] == again

    @pytest.mark.parametrize(
        "wrong",
        [{"draws": 3, "seed": "s"}, {"draws": 0, "seed": "s"}, {"draws": 1, "seed": ""}, {"draws": 1, "seed": " "}],
    )
    def test_what_cannot_be_drawn_is_refused(self, town: Town, wrong: dict[str, Any]) -> None:
        """Too many, none, or without a seed."""
        asked: dict[str, Any] = {"supervisor": "emergency", "by": supervisor(town), "among": ["v1", "v2"], **wrong}
        with pytest.raises(Refused) as refused:
            town.office.supervision.begin("Spot check", borne(town), "spot-check", **asked)
        assert refused.value.refusal.rules == ("drawable",)
