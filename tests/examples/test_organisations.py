"""The organisations of the examples on a durable store: their figures, what is missing, and what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

import civicflow
import organisations
from civicflow import Office
from civicflow.calendars import instant
from civicflow.hierarchy.lines import line
from civicflow.hierarchy.memberships import reported_in
from civicflow.hierarchy.mobilising import stand_down, task_forces
from civicflow.hierarchy.sites import Offer, network, out_of_reach
from civicflow.hierarchy.social import social_organisations
from civicflow.hierarchy.units import Affiliation, Appointment, Body, Post
from civicflow.testing import FrozenClock, sequential_ids

TODAY = date(2026, 3, 2)


@pytest.fixture
def clock() -> FrozenClock:
    """The second of March 2026."""
    return FrozenClock()


@pytest.fixture
def office(tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    """An office on an SQLite file."""
    with civicflow.open(f"sqlite:///{tmp_path / 'town.db'}", clock=clock) as office:
        yield office


class TestShangjie:
    """Joint areas, advisers and mediators (H2, H3), the joint conference (H4)."""

    def test_one_mediator_relieved_is_the_one_that_is_missing(self, office: Office, clock: FrozenClock) -> None:
        """Of 64 communities and villages, each with its adviser and mediator, exactly one is named, with its reason."""
        organisations.load(office, "shangjie", "shangjie-joint-areas")
        before = clock()
        clock.advance(hours=1)
        found = organisations.shangjie(office, on=TODAY)

        assert (found.areas["joint-area"], found.areas["compound"], found.areas["community"]) == (42, 84, 42)
        assert set(found.delegates.values()) == {1}
        assert len(found.delegates) == 16
        (gap,) = found.missing
        assert gap.requirement is not None
        assert (gap.requirement.post, office.chart().code(gap.unit)) == ("mediator", "committee-410106001005")
        assert gap.text.zh == "三湾街社区居民委员会调解员空缺1席（共1席）"
        assert office.register.vacancies(on=TODAY - timedelta(days=1)) == ()
        assert office.register.vacancies("410106002") == ()

        (tenure,) = office.register.tenures("mediator", organisations.SANWAN)
        assert (tenure.since, tenure.until) == (date(2020, 1, 1), TODAY)
        (then,) = office.register.tenures("mediator", organisations.SANWAN, known_at=before)
        assert (then.person, then.until) == (tenure.person, None)
        assert office.register.vacancies(on=TODAY, known_at=before) == ()
        known = office.register.chart(TODAY, known_at=before)
        assert known.holders("mediator", office.unit(organisations.SANWAN)) == (tenure.person,)
        assert office.ledger.verify()

    def test_the_partys_own_line_runs_through_the_joint_area(self, office: Office) -> None:
        """Building group – compound branch – joint-area committee – community, beside the territory."""
        organisations.load(office, "shangjie", "shangjie-joint-areas")
        chart = office.chart()
        group = office.unit("party-410106001005J1C1B1")
        above = [chart.code(unit) for unit in chart.ancestors(group)]
        assert above[:5] == [
            "party-410106001005J1C1",
            "party-410106001005J1",
            "party-410106001005",
            "party-410106001",
            "party-410106",
        ]
        assert above[5:7] == ["410106001005J1C1B1", "410106001005J1C1"]


class TestRhineWaterside:
    """Attached bodies (H3), cross-appointment both ways and incompatible posts (H4)."""

    def test_three_bodies_and_a_post_that_is_refused(self, office: Office) -> None:
        """The branch is crossed with both others; the owners' director may not manage the company, not even acting."""
        found = organisations.rhine_waterside(office, on=TODAY, ids=sequential_ids())

        assert found.crossings == {("rw-branch", "rw-owners"): True, ("rw-branch", "rw-property"): True}
        (fault,) = found.refused
        assert fault.rule == "incompatible"
        assert "cannot be director of Rhine Waterside Owners' Committee and manager" in fault.say("en")
        assert "不得同时担任莱茵水岸业主委员会主任和莱茵水岸物业服务企业经理" in fault.say("zh")
        assert office.register.history.version == 1

    def test_what_is_missing_without_a_property_company(self, office: Office) -> None:
        """A compound without one needs a self-management committee; vacant seats of either are named."""
        organisations.load(office, "rhine-waterside")
        missing = {str(gap) for gap in office.register.vacancies()}
        assert missing == {
            "Old Yard Self-Management Committee: 1 of 1 seats as treasurer vacant",
            "Rhine Waterside Owners' Committee: 1 of 4 seats as member vacant",
        }
        text = (organisations.REGISTERS / "rhine-waterside.yaml").read_text(encoding="utf-8")
        without = "\n".join(line for line in text.splitlines() if "yard-self" not in line)
        office.register.read(without, source="rhine-waterside.yaml", format="yaml")
        gone = {str(gap) for gap in office.register.vacancies("old-yard")}
        assert gone == {
            "Old Yard has no owners' committee or self-management committee",
            "Old Yard has no self-management committee",
        }


class TestLeshan:
    """Five levels run through (H1)."""

    def test_each_area_has_its_own_party_organisation(self, office: Office) -> None:
        """5 subdistricts, 55 communities, 181 compounds, more than 1,000 buildings; and none is missing."""
        found = organisations.leshan(office)

        assert found.areas == found.party
        assert {level: found.areas[level] for level in ("district", "subdistrict", "community", "compound")} == {
            "district": 1,
            "subdistrict": 5,
            "community": 55,
            "compound": 181,
        }
        assert found.areas["building"] > 1000
        assert [len(code) for code in found.longest] == sorted((len(code) for code in found.longest), reverse=True)
        assert found.longest[-1] == "party-511102"
        assert len(found.longest) == 4
        assert found.missing == ()
        chart = office.chart()
        members = chart.ties_to(office.unit("ls-alliance"), "member-of")
        assert len(members) == 8
        station = office.unit("sws-511102006")  # the subdistrict's plans, the community's lands, the compound's links
        levels = Counter(chart.area(str(chart.area_of(body))).level for body in line(chart, station))
        assert set(levels) == {"subdistrict", "community", "compound"}
        assert levels["community"] == len(chart.children(office.unit("511102006")))
        kinds = [
            {body.kind for body in chart.bodies(unit)}
            for unit in chart.units
            if chart.area_of(unit) == unit and chart.area(unit).level == "compound"
        ]
        assert 0 < sum("property-company" in found for found in kinds) < len(kinds) == 181


class TestFlood:
    """Mobilisation with an end (H7)."""

    def test_532_task_forces_trace_to_their_organisations_and_stand_down(
        self, office: Office, clock: FrozenClock, tmp_path: Path
    ) -> None:
        """Each has one standing organisation; closed again, their work stays, and what they left open goes back."""
        clock.set(instant("2020-08-18T08:00", "Asia/Shanghai"))
        organisations.leshan(office)
        flood = organisations.flood(office, ids=sequential_ids())

        assert len(flood.forces) == 532
        assert len({force.of for force in flood.forces}) == 532
        chart = office.chart()
        assert all(
            chart.area_of(force.body) == chart.area_of(str(force.of))
            and chart.kind(str(force.of)).name == "party-organisation"
            for force in flood.forces
        )
        assert len(chart.under(flood.command)) == 533
        levels = Counter(chart.area(str(chart.area_of(force.body))).level for force in flood.forces)
        assert levels == {"subdistrict": 5, "community": 55, "compound": 181, "building": 291}

        clock.set(instant("2020-08-25T08:00", "Asia/Shanghai"))
        down = stand_down(office.register.history, flood.command, on=date(2020, 8, 25), basis="level IV")
        plan = office.register.plan(down)
        assert Counter(type(row) for row in plan.ended) == {Body: 533, Affiliation: 532, Post: 532, Appointment: 532}
        assert "终止：机构533个" in plan.say("zh")
        assert len(plan.cases) == 1
        office.register.apply(down)
        assert flood.command not in office.chart()
        assert task_forces(office.register.history, flood.command)[0].until == date(2020, 8, 25)
        carried = office.register.carry_over()
        (share,) = carried.moved
        community = "511102004001"
        assert office.case(share).body == office.unit(f"party-{community}")
        assert carried.asked == ()

        # What was done is still the task force's, by the map of then; what was left is the standing organisation's now.
        then = date(2020, 8, 20)
        assert office.ledger.rates(under="flood-2020", flow="share", on=then).cases == 2
        assert office.ledger.rates(line="flood-2020", on=then).cases == 2
        done = [facts.outcome for facts in office.ledger.facts(under=f"party-{community}", flow="share")]
        assert done == [None]
        officer = office.act_as(f"officer-{community}", post="officer", unit=f"party-{community}")
        office.tickets.complete(flood.left, by=officer)
        assert [share.outcome for share in office.shares(flood.left)] == ["completed"]
        organisations.load(office, "leshan")  # a file of the town leaves the mobilisation alone
        assert len(office.register.chart(then).under(flood.command)) == 533
        assert office.ledger.verify()
        with civicflow.open(f"sqlite:///{tmp_path / 'town.db'}", clock=clock) as again:
            assert again.register.history == office.register.history

    def test_organisations_respond_to_the_epidemic_with_teams(self, office: Office, clock: FrozenClock) -> None:
        """More than 900 with nearly 10,000 members, until a day; then every organisation goes on as it was."""
        clock.set(instant("2020-07-01T08:00", "Asia/Shanghai"))
        organisations.leshan(office)
        before = office.register.chart(date(2020, 6, 30)).units
        teams = organisations.epidemic(office, ids=sequential_ids())

        assert len(teams) > 900
        assert 9_500 < sum(team.people for team in teams) < 10_000
        assert len(office.chart().units) == len(before) + len(teams) + 1
        assert office.register.chart(date(2020, 12, 31)).units == before


class TestChengdu:
    """Lines and blocks, and who coordinates (H5)."""

    def test_the_lead_committee_coordinates_the_named_departments(self, office: Office) -> None:
        """Seven departments that nobody coordinated have a committee from September 2017; the police stay outside."""
        found = organisations.chengdu(office)

        assert set(found.before) - set(found.after) == {
            "cd-organisation",
            "cd-civil-affairs",
            "cd-reform",
            "cd-finance",
            "cd-housing",
            "cd-human-resources",
            "cd-justice",
        }
        assert found.after == ("cd-police",)
        assert found.committees == ("lead-510107", "cd-lead")
        chart = office.chart()
        lead = office.unit("cd-lead")
        assert len(chart.children(lead)) == 12
        (director,) = chart.appointed(chart.posts(lead)[0].id)
        head = chart.holders("head", office.unit("cd-organisation"))
        assert (director.kind, (director.person,)) == ("concurrent", head)
        assert director.on_behalf_of == office.unit("cd-organisation")

    def test_a_ticket_counts_once_along_either_axis(self, office: Office) -> None:
        """Two lines had a share of one ticket: each counts it once, the block counts it once, a third line not at all."""
        found = organisations.chengdu(office)

        assert found.lines == {"cd-civil-affairs": 1, "cd-housing": 1, "cd-police": 0}
        assert (found.block, found.cell) == (1, 1)
        assert office.ledger.rates().cases == 1
        assert office.ledger.rates(line="cd-housing", flow="share").cases == 1
        assert office.ledger.rates(line="cd-housing", under="510104").cases == 0
        assert office.ledger.rates(line="wh-civil-affairs", as_recorded=True).cases == 1
        assert office.ledger.rates(line="cd-housing", on=office.chart().on).cases == 1
        assert [facts.body for facts in office.ledger.facts(line="ex-office", flow="share")] == [
            office.unit("ex-office")
        ]


class TestPlaces:
    """The network of places, and who has none within reach (H9)."""

    def test_shangjies_circle(self, office: Office) -> None:
        """3 reading rooms and 12 bases; exactly the communities that none of them lists within 15 minutes are without."""
        found = organisations.shangjie_places(office)

        assert (found.sites["reading-room"], found.sites["party-life-base"]) == (3, 12)
        written = yaml.safe_load((organisations.REGISTERS / "shangjie-places.yaml").read_text(encoding="utf-8"))
        for kind, without in found.without.items():
            near = {
                code
                for site in written["sites"]
                if site["kind"] == kind
                for code, minutes in {**site["walk"], site["area"]: 0}.items()
                if minutes <= 15
            }
            assert set(without) == set(written["elsewhere"]) - near
            assert without
        reached = office.register.within_reach("410106001009", kind="reading-room")
        assert [(one.site.code, one.minutes) for one in reached] == [("reading-room-1", 15)]
        mine = office.register.out_of_reach("community", kind="party-life-base", under="410106005")
        assert bool(mine) == ("410106005001" in found.without["party-life-base"])
        assert found.contactless == ("410106004003", "410106100400")

    def test_leshans_network_has_three_levels(self, office: Office) -> None:
        """5 centres, under each the communities' spaces, under these the compounds'; who has none is listed by service."""
        organisations.leshan(office)
        chart = office.chart()
        kinds = Counter(site.kind for site in chart.sites)
        assert kinds["neighbourhood-centre"] == 5
        tongjiang = [site.kind for site in network(chart, "centre-511102006")]
        assert tongjiang[:2] == ["neighbourhood-centre", "community-space"]
        assert "compound-space" in tongjiang
        assert sum(len(network(chart, site.id)) for site in chart.sites if site.parent is None) == len(chart.sites)

        assert out_of_reach(chart, "community", Offer(service="approvals")) == ()
        saturday = datetime(2026, 3, 7, 11, tzinfo=ZoneInfo("Asia/Shanghai"))
        assert out_of_reach(chart, "community", Offer(service="approvals", open_at=saturday)) == ()
        sunday = saturday + timedelta(days=1)
        assert len(out_of_reach(chart, "community", Offer(service="approvals", open_at=sunday))) == 55
        assert len(out_of_reach(chart, "community", Offer(service="meals", open_at=sunday))) == 55 - 15


class TestSocialOrganisations:
    """From found to registered, linked to areas and to work (H8); double report-in (H4)."""

    def test_yudongs_partners(self, office: Office) -> None:
        """More than 20 serve the community: 8 registered, 9 on file, the others found; each day as it was."""
        organisations.load(office, "yudong")
        chart, history = office.chart(), office.register.history
        found = social_organisations(history, chart, office.unit("yudong"))
        assert len(found) > 20
        assert Counter(one.stage for one in found) == {"registered": 8, "filed": 9, "found": 5}
        assert (sum(one.incubated for one in found), sum(one.incubating is not None for one in found)) == (7, 4)
        assert all(chart.code(area) == "yudong" for one in found for area in one.serves)
        then = office.register.chart(date(2017, 6, 1))
        assert Counter(one.stage for one in social_organisations(history, then)) == {"registered": 8, "found": 14}
        reported = reported_in(chart, office.unit("yudong"))
        assert ([chart.code(body) for body in reported.bodies], len(reported.persons)) == (["yd-bank", "yd-school"], 3)

    def test_a_partner_takes_part_in_the_work(self, office: Office) -> None:
        """It accepts its share as any other body does, and its work is counted as its own."""
        organisations.load(office, "yudong")
        secretary = office.act_as("yd-1", post="secretary", unit="yudong")
        ticket = office.tickets.order("Read to the elderly", unit="yudong", by=office.act_as("resident-1"))
        office.tickets.dispatch(ticket, to=["yd-so-1"], by=secretary)
        partner = office.act_as("yd-so-1-1", post="officer", unit="yd-so-1")
        office.tickets.accept(ticket, by=partner)
        office.tickets.complete(ticket, by=partner)
        assert set(office.ledger.rates_by("body", flow="share")) == {office.unit("yd-so-1")}
        (one, *_) = office.register.social_organisations("yudong")
        assert one.body == office.unit("yd-so-1")

    def test_the_provinces_partners(self, office: Office) -> None:
        """500 and more introduced, 1,100 and more incubated, nearly 1,000 volunteer organisations."""
        found = organisations.sichuan_partners(office)
        assert found.introduced > 500
        assert found.incubated > 1100
        assert 950 < found.volunteers < 1000
        assert sum(found.stages.values()) == found.introduced + found.incubated + found.volunteers


def test_it_tells_of_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    """The program prints what the functions found, in both languages where clerks read it."""
    organisations.main()
    said = capsys.readouterr().out
    for part in (
        "532 task forces of 532 organisations",
        "三湾街社区居民委员会调解员空缺1席",
        "不得同时担任",
        "compound",
    ):
        assert part in said
