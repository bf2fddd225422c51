"""Places and who reaches them: whoever has none within reach is listed, and nobody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.sites import Offer, minutes_to, network, out_of_reach, within_reach
from civicflow.hierarchy.units import Area, Row, Site
from civicflow.hierarchy.vacancies import vacancies
from civicflow.ids import IdSource, UnitId

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
PARENTS: dict[str, str | None] = {
    "d": None, "d.a": "d", "d.b": "d", "d.a.1": "d.a", "d.a.2": "d.a", "d.b.1": "d.b", "d.b.2": "d.b",
}  # fmt: skip
LEVELS = ("district", "subdistrict", "community")


def areas() -> list[Row]:
    """A district of two subdistricts with two communities each."""
    return [
        Area(
            id=UnitId(id),
            code=id,
            name=id,
            level=LEVELS[id.count(".")],
            parent=None if above is None else UnitId(above),
            since=DAY,
        )
        for id, above in PARENTS.items()
    ]


@st.composite
def sites(draw: st.DrawFn) -> list[Site]:
    """Some sites with or without a list of who reaches them."""
    found = []
    for n in range(draw(st.integers(0, 4))):
        listed = draw(st.dictionaries(st.sampled_from(sorted(PARENTS)), st.integers(0, 30), max_size=3))
        found.append(
            Site(
                id=f"S{n}",
                code=f"s{n}",
                name=f"s{n}",
                kind=draw(st.sampled_from(["canteen", "clinic"])),
                area=UnitId(draw(st.sampled_from(sorted(PARENTS)))),
                services=tuple(draw(st.sets(st.sampled_from(["meals", "forms"])))),
                hours=draw(st.sampled_from([(), ("Mo 11:00-13:00",), ("Tu 11:00-13:00",)])),
                walk=tuple((UnitId(area), minutes) for area, minutes in listed.items()),
                since=DAY,
            )
        )
    return found


def chart(*rows: Row) -> Chart:
    """Today's chart."""
    return Register().apply([Change(act="establish", on=DAY, rows=(*areas(), *rows))], 1).chart(DAY)


def up(area: str | None) -> list[str]:
    """An area and all above it."""
    found = []
    while area is not None:
        found.append(area)
        area = PARENTS[area]
    return found


def walk(site: Site, area: str) -> int | None:
    """Brute force: how far it is."""
    if area in up(site.area):
        return 0
    listed = {str(one): minutes for one, minutes in site.walk}
    if not listed:
        return 0 if site.area in up(area) else None
    near = [listed[one] for one in up(area) if one in listed]
    return near[0] if near else None


@given(
    sites(),
    st.sampled_from(["", "canteen"]),
    st.sampled_from(["", "meals"]),
    st.none() | st.just(NOON),
    st.integers(0, 30),
    st.none() | st.sampled_from(sorted(PARENTS)),
)
def test_reach_is_brute_force(
    drawn: list[Site], kind: str, service: str, at: datetime | None, minutes: int, under: str | None
) -> None:
    """Law: exactly the sites that are of the kind, offer the service, are open then, and are near enough."""
    made, offer = chart(*drawn), Offer(kind=kind, service=service, open_at=at)
    good = [
        site
        for site in drawn
        if (not kind or site.kind == kind)
        and (not service or service in site.services)
        and (at is None or site.hours == ("Mo 11:00-13:00",))
    ]
    for area in PARENTS:
        expected = sorted((far, site.code) for site in good if (far := walk(site, area)) is not None and far <= minutes)
        assert [(one.minutes, one.site.code) for one in within_reach(made, area, offer, minutes)] == expected
        assert [minutes_to(made, site, area) for site in drawn] == [walk(site, area) for site in drawn]
    without = [
        area
        for area in sorted(PARENTS)
        if area.count(".") == 2
        and (under is None or under in up(area))
        and not any((far := walk(site, area)) is not None and far <= minutes for site in good)
    ]
    assert list(out_of_reach(made, "community", offer, minutes, under)) == without


def site(code: str, area: str, parent: str | None = None) -> Site:
    """A community space."""
    return Site(id=code, code=code, name=code, kind="community-space", area=UnitId(area), parent=parent, since=DAY)


def test_a_network_runs_from_the_centre_down() -> None:
    """Each site after the one above it; one under itself is refused."""
    made = chart(site("c", "d"), site("x", "d.b.1", "b"), site("a", "d.a", "c"), site("b", "d.b", "c"))
    assert [one.code for one in network(made, "c")] == ["c", "a", "b", "x"]
    assert [one.code for one in network(made, "b")] == ["b", "x"]
    with pytest.raises(NotFound, match="there is no site 'z' on 2026-03-02"):
        network(made, "z")
    with pytest.raises(InvalidInput, match="stands under itself"):
        chart(site("a", "d", "b"), site("b", "d", "a"))


def test_an_instant_has_a_zone() -> None:
    """Nobody is told that something is open at an hour of an unknown place."""
    with pytest.raises(InvalidInput, match="an instant has a zone"):
        Offer(open_at=datetime(2026, 3, 2, 12))  # what is refused


def test_a_code_names_an_area_a_body_or_a_site() -> None:
    """Within one register file; and minutes do not run backwards."""
    with pytest.raises(InvalidInput, match=r"the code is still borne by d\.a"):
        chart(Site(id="S", code="d.a", name="s", kind="canteen", area=UnitId("d"), since=DAY))
    with pytest.raises(InvalidInput, match="a number of minutes from 0; got -1 for d"):
        Site(id="S", code="s", name="s", kind="canteen", area=UnitId("d"), walk=((UnitId("d"), -1),), since=DAY)


FILE = """
register: places
since: 2026-01-01
scheme: {name: town, like: leshan, requires: {community: [{site: contact-point}]}}
kinds: {kiosk: Kiosk | 报亭}
areas:
  - {code: d, name: 区, level: district}
  - {code: s, name: 街, level: subdistrict, parent: d}
  - {code: c1, name: 一, level: community, parent: s}
  - {code: c2, name: 二, level: community, parent: s}
bodies: [{code: b, name: 会, kind: residents-committee, area: c1}]
sites:
  - {code: hub, name: Hub | 中心, kind: neighbourhood-centre, area: s, services: [forms], hours: [Mo-Fr 09:00-17:00], walk: {c1: 8, c2: 20}}
  - {code: k, name: 亭, kind: kiosk, area: c2, parent: hub, run_by: b}
  - {code: p, name: 点, kind: contact-point, area: c1, until: 2027-01-01}
"""


def test_a_file_lists_sites(ids: IdSource) -> None:
    """Loaded once and again; what is taken out is dissolved; the requirement names who has no contact point."""
    written = read(FILE, source="f", format="yaml")
    register = Register().apply(Register().diff(written, DAY, ids), 1)
    assert register.diff(written, DAY, ids) == ()
    made = register.chart(DAY)
    hub = made.site("hub")
    assert (hub.services, hub.hours) == (("forms",), ("Mo-Fr 09:00-17:00",))
    assert {made.code(area): minutes for area, minutes in hub.walk} == {"c1": 8, "c2": 20}
    assert made.site("k").parent == hub.id
    assert [made.code(unit) for unit in out_of_reach(made, "community", Offer(service="forms"))] == ["c2"]
    assert [(str(gap), gap.text.zh) for gap in vacancies(made)] == [("二 has no contact point", "二未设联络点")]
    without = read(FILE.replace("  - {code: k,", "#"), source="f", format="yaml")
    (change,) = register.diff(without, DAY, ids)
    assert change.act == "dissolve"
    assert [one.code for one in register.apply([change], 2).chart(DAY).sites] == ["hub", "p"]


def test_every_fault_of_a_site_has_its_place() -> None:
    """The kind, the area, who runs it, the site above, hours, minutes, a code twice."""
    wrong = FILE
    for good, bad in (
        ("area: s, services", "area: t, services"),
        ("kind: kiosk,", "kind: kisk,"),
        ("parent: hub", "parent: hob"),
        ("run_by: b", "run_by: c"),
        ("code: p", "code: c1"),
        ("c2: 20", "c3: 20"),
    ):
        wrong = wrong.replace(good, bad)
    with pytest.raises(InvalidInput) as caught:
        read(wrong, source="f", format="yaml")
    assert [(fault.line, fault.path, fault.reason.partition(";")[0]) for fault in caught.value.faults] == [
        (13, "sites[0].area", "there is no such area"),
        (13, "sites[0].walk", "there is no such area"),
        (14, "sites[1].kind", "there is no such kind of site"),
        (14, "sites[1].parent", "there is no such site"),
        (14, "sites[1].run_by", "there is no such body"),
        (15, "sites[2].code", "the code stands on line 9 already"),
    ]
    with pytest.raises(InvalidInput) as caught:
        read(FILE.replace("Mo-Fr 09", "Mo-Fr 9").replace("c1: 8", "c1: near"), source="f", format="yaml")
    assert [(fault.line, fault.path, fault.consequences) for fault in caught.value.faults] == [
        (13, "sites[0].hours", 1),  # the kiosk belongs to it
        (13, "sites[0].walk.c1", 0),
    ]


def test_a_site_may_belong_to_one_that_another_file_keeps(ids: IdSource) -> None:
    """By its code, under `elsewhere:`; what is no site is refused."""
    register = Register().apply(Register().diff(read(FILE, source="f", format="yaml"), DAY, ids), 1)
    more = """
register: more
scheme: leshan
elsewhere: [c1, hub, b]
sites:
  - {code: yard, name: 院, kind: compound-space, area: c1, parent: hub}
"""
    register = register.apply(register.diff(read(more, source="m", format="yaml"), DAY, ids), 2)
    assert [one.code for one in network(register.chart(DAY), "hub")] == ["hub", "k", "yard"]
    with pytest.raises(InvalidInput, match="belongs to the site b, which does not exist"):
        register.diff(read(more.replace("parent: hub", "parent: b"), source="m", format="yaml"), DAY, ids)
