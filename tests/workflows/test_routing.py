"""To whom a matter is handed: the first rule that fits, bodies near by, and the reason kept with the dispatch."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import civicflow
from civicflow import InvalidInput, Office, Refused
from civicflow.calendars import TimeLimit
from civicflow.hierarchy.hours import Hours
from civicflow.testing import FrozenClock
from civicflow.workflows.files.routing import read_routing, write_routing
from civicflow.workflows.routing import Circumstances, Routed, Routing, Rule, Target

ZONE: Final = ZoneInfo("Asia/Shanghai")
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=ZONE)
REGISTER: Final = """
register: town
scheme: generic
since: 2020-01-01
areas:
  - {code: town, name: "Town | 市", level: city}
  - {code: east, name: "East | 东区", level: neighbourhood, parent: town}
  - {code: west, name: "West | 西区", level: neighbourhood, parent: town}
bodies:
  - {code: party-east, name: "Branch | 党支部", kind: party-organisation, area: east, posts: {secretary: li}}
  - {code: lights, name: "Lighting Office | 路灯所", kind: department, area: town, posts: {officer: deng}}
  - {code: police-town, name: "Police | 公安局", kind: government, area: town, posts: {officer: pan}}
  - {code: police-east, name: "Police East | 东区派出所", kind: station, area: east, posts: {officer: pei}}
"""
RULES: Final = """
rules:
  - name: night-noise
    why: noise at night is the police's | 夜间噪声归公安
    categories: noise
    hours: [Mo-Su 22:00-24:00, "Mo-Su 00:00-06:00"]
    to: kind station
    within: 2 hours
  - {name: lamps, why: lamps are the lighting office's | 路灯归路灯所, categories: roads/lamps, to: [lights, police-town], lead: lights, within: 3 workdays}
  - {name: roads, why: roads are the town's | 道路归市里, categories: roads, areas: town, to: kind department}
  - {name: hotline, why: the hotline's calls | 热线来电, channels: hotline, since: 2026-01-01, until: 2027-01-01, to: police-town}
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office on a file, with the rules of a file."""
    path = tmp_path / "routing.yaml"
    path.write_text(RULES, encoding="utf-8")
    clock = FrozenClock()
    office = civicflow.open(f"sqlite:///{tmp_path / 'o.db'}", clock=clock, routing=path)
    office.register.read(REGISTER, source="town.yaml", format="yaml")
    return office


def routed(office: Office, area: str, at: datetime = NOON, category: str = "", channel: str = "") -> Routed:
    """Where something goes."""
    given = Circumstances(area=office.unit(area), at=at, category=category, channel=channel)
    return office.routing().route(given, office.chart())


class TestRules:
    """The first rule that fits decides; what it does not ask for may be anything."""

    def test_the_first_that_fits(self, office: Office) -> None:
        """With its bodies, lead, time and reason, and why those before it did not fit."""
        found = routed(office, "east", category="roads/lamps")
        assert (found.rule, found.to) == ("lamps", (office.unit("lights"), office.unit("police-town")))
        assert (found.lead, found.within) == (office.unit("lights"), TimeLimit.of("3 workdays"))
        assert list(found.passed) == ["night-noise"]
        assert "适用类别为noise" in found.passed["night-noise"].zh

    @pytest.mark.parametrize(
        ("area", "at", "category", "channel", "rule"),
        [
            ("east", NOON.replace(hour=23), "noise", "", "night-noise"),
            ("east", NOON.replace(hour=3), "noise/music", "", "night-noise"),
            ("east", NOON, "noise", "", ""),
            ("east", NOON, "noises", "hotline", "hotline"),
            ("west", NOON.replace(hour=23), "noise", "", ""),
            ("west", NOON, "roads/holes", "", "roads"),
            ("west", NOON, "roads", "hotline", "roads"),
            ("west", NOON, "", "hotline", "hotline"),
            ("west", NOON.replace(year=2027), "", "hotline", ""),
            ("west", NOON.replace(year=2025), "", "hotline", ""),
        ],
    )
    def test_category_area_channel_and_time(
        self, office: Office, area: str, at: datetime, category: str, channel: str, rule: str
    ) -> None:
        """Each asked for, at its bounds; where no rule fits, all say why, and the dispatcher decides."""
        found = routed(office, area, at, category, channel)
        assert found.rule == rule
        assert bool(found) == bool(rule)
        if not rule:
            assert list(found.passed) == [one.name for one in office.routing().rules]
            assert "派单人决定" in found.why.zh

    def test_the_nearest_of_a_kind(self, office: Office) -> None:
        """In the matter's own area, else one level up, and then it is told where."""
        near = routed(office, "east", NOON.replace(hour=23), "noise")
        assert near.to == (office.unit("police-east"),)
        assert near.why.en == "noise at night is the police's"
        far = routed(office, "east", category="roads")
        assert far.to == (office.unit("lights"),)
        assert far.why.zh == "道路归市里；最近的是市的路灯所"
        none = routed(office, "west", NOON.replace(hour=23), "noise")
        assert none.passed["night-noise"].en == "there is no kind station"

    def test_rules_that_mean_nothing_here(self, office: Office) -> None:
        """Codes and kinds that are not there, and rules that are never reached."""
        rules = [
            Rule(name="all", why="a | 甲", to="lights"),
            Rule(name="lamps", why="b | 乙", to="kind moon-base", categories="lamps"),
            Rule(name="lost", why="c | 丙", to=["nobody", "lights"], areas=["nowhere", "east"]),
        ]
        assert list(office.routing().faults(office.chart())) == []
        found = [(fault.path, fault.rule, fault.value) for fault in Routing(rules).faults(office.chart())]
        assert found == [
            ("lamps.to", "no-kind", "moon-base"),
            ("lamps", "hidden", ""),
            ("lost.to", "no-code", "nobody"),
            ("lost.areas", "no-area", "nowhere"),
            ("lost", "hidden", ""),
        ]


class TestTickets:
    """A rule proposes, a person hands on; the dispatch keeps which rule, and why."""

    def test_dispatched_by_its_rule(self, office: Office) -> None:
        """The reason stands in the ledger, and both bodies are asked within the time promised."""
        ticket = office.tickets.order(
            "A lamp", unit="east", by=office.act_as("mei"), category="roads/lamps", channel="app"
        )
        assert ticket.data["channel"] == "app"
        assert office.tickets.route(ticket).rule == "lamps"
        secretary = office.act_as("li", post="secretary", unit="party-east")
        ticket = office.tickets.dispatch(ticket, by=secretary)
        given = office.ledger.entries(ticket)[-1].data
        assert (given["rule"], given["because"]) == ("lamps", "lamps are the lighting office's | 路灯归路灯所")
        assert [share.body for share in office.shares(ticket)] == [office.unit("lights"), office.unit("police-town")]
        assert office.case(ticket).unit == office.unit("east"), "whoever took it first stays responsible"

    def test_where_no_rule_fits_a_person_decides(self, office: Office) -> None:
        """Refused with the reason; by hand, with a reason of their own."""
        ticket = office.tickets.order("A cat", unit="east", by=office.act_as("mei"), category="cats")
        secretary = office.act_as("li", post="secretary", unit="party-east")
        with pytest.raises(Refused) as caught:
            office.tickets.dispatch(ticket, by=secretary)
        assert caught.value.refusal.rules == ("routing",)
        assert "没有适用的规则" in caught.value.refusal.say("zh")
        with pytest.raises(InvalidInput, match="without `to`"):
            office.tickets.dispatch(ticket, by=secretary, lead="lights")
        office.tickets.dispatch(ticket, by=secretary, to=["lights"], because="it sits on a lamp")
        given = office.ledger.entries(ticket)[-1].data
        assert (given.get("rule"), given["because"]) == (None, "it sits on a lamp")

    def test_without_rules(self, tmp_path: Path) -> None:
        """An office that was given none says so."""
        with civicflow.open("memory://", clock=FrozenClock()) as office:
            office.register.read(REGISTER, source="town.yaml", format="yaml")
            ticket = office.tickets.order("A lamp", unit="east", by=office.act_as("mei"))
            assert not office.tickets.route(ticket)


FIELDS: Final = ("why", "to", "lead", "categories", "areas", "channels", "hours", "since", "until", "within")
names = st.sampled_from(["a", "b", "roads", "roads/lamps", "noise"])
targets = st.sampled_from(["lights", "police-town", "kind station", "kind department"]).map(Target.of)
rules = st.builds(
    Rule,
    name=st.just("r"),
    why=st.just("w | 因"),
    to=st.lists(targets, min_size=1, max_size=3, unique=True),
    categories=st.lists(names, max_size=2, unique=True),
    areas=st.lists(st.sampled_from(["town", "east"]), max_size=2, unique=True),
    channels=st.lists(st.sampled_from(["app", "hotline"]), max_size=2, unique=True),
    hours=st.none() | st.just(Hours.of(["Mo-Fr 09:00-17:00"])),
    since=st.none() | st.just(date(2026, 1, 1)),
    until=st.none() | st.just(date(2027, 1, 1)),
    within=st.none() | st.just(TimeLimit.of("3 workdays")),
)
routings = st.lists(rules, max_size=4).map(
    lambda made: Routing([Rule(**{**{f: getattr(r, f) for f in FIELDS}, "name": f"r{n}"}) for n, r in enumerate(made)])
)


@given(routings, st.sampled_from(["yaml", "json"]))
def test_what_is_written_is_read_back(routing: Routing, format: str) -> None:
    """Law: written and read, it is the same."""
    kept = {"format": "yaml"} if format == "yaml" else {"format": "json"}
    text = write_routing(routing, **kept)  # type: ignore[arg-type]  # one of the two
    assert read_routing(text, source="r", **kept) == routing  # type: ignore[arg-type]  # one of the two


@given(routing=routings, category=names, channel=st.sampled_from(["", "app", "hotline"]), hour=st.integers(0, 23))
def test_taking_away_what_did_not_fit_changes_nothing(routing: Routing, category: str, channel: str, hour: int) -> None:
    """Law: the first that fits decides, whatever stands before or behind; a hidden rule never decides."""
    with civicflow.open("memory://", clock=FrozenClock()) as office:
        office.register.read(REGISTER, source="town.yaml", format="yaml")
        chart = office.chart()
        given = Circumstances(area=office.unit("east"), at=NOON.replace(hour=hour), category=category, channel=channel)
        found = routing.route(given, chart)
        fitting = [rule for rule in routing.rules if rule.objection(given, chart) is None]
        assert found.rule == (fitting[0].name if fitting else "")
        fewer = Routing([rule for rule in routing.rules if rule.name not in found.passed])
        assert fewer.route(given, chart).to == found.to
        hidden = {fault.path for fault in routing.faults(chart) if fault.rule == "hidden"}
        assert found.rule not in hidden


class TestFiles:
    """A file that is not right says all that is wrong."""

    def test_every_fault_with_its_line(self) -> None:
        """Missing reasons, unknown keys, hours that are none, a lead that is none of the bodies."""
        wrong = RULES.replace("lead: lights", "lead: moon").replace(
            "hours: [Mo-Su 22:00-24:00,", "hours: [Mo-Su 25:00-24:00,"
        )
        wrong = wrong.replace("channels: hotline", "chanels: hotline").replace("| 道路归市里", "")
        with pytest.raises(InvalidInput, match="nothing was loaded") as caught:
            read_routing(wrong, source="r.yaml")
        found = [(fault.line, fault.rule) for fault in caught.value.faults]
        assert found == [(3, "malformed"), (9, "malformed"), (10, "translation"), (11, "unknown-key")]
        assert all("，" in fault.say("zh") or "：" in fault.say("zh") for fault in caught.value.faults)

    def test_two_of_one_name(self) -> None:
        """A symbol names one rule."""
        with pytest.raises(InvalidInput, match="stands twice"):
            read_routing(RULES.replace("name: roads", "name: lamps"), source="r.yaml")

    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        """The office does not open."""
        with pytest.raises(InvalidInput, match="routing file"):
            civicflow.open("memory://", routing=tmp_path / "none.yaml")
