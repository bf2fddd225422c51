"""Organisations as they are: levels, posts, lines and who coordinates them, from registers of real places.

Each function loads its registers into the office it is given and works out its figures from them. What of the registers
is real and what is synthetic stands at the top of each file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

import civicflow
from civicflow import InvalidInput, Office
from civicflow.calendars import instant
from civicflow.errors import Fault
from civicflow.hierarchy.appointing import appoint, relieve
from civicflow.hierarchy.lines import coordinators, uncoordinated
from civicflow.hierarchy.memberships import Crossing, crossings, delegates
from civicflow.hierarchy.mobilising import Force, TaskForce, mobilise, task_forces
from civicflow.hierarchy.sites import Offer, out_of_reach
from civicflow.hierarchy.social import social_organisations
from civicflow.hierarchy.units import Area, Body
from civicflow.hierarchy.vacancies import Vacancy
from civicflow.ids import CaseId, IdSource, UnitId
from civicflow.testing import FrozenClock, sequential_ids
from tables import table

REGISTERS = Path(__file__).parent / "registers"
SANWAN = "410106001005"


def load(office: Office, *names: str) -> None:
    """Load registers of this folder by name, in order."""
    for name in names:
        office.register.load(REGISTERS / f"{name}.yaml")


@attrs.frozen(kw_only=True)
class JointAreas:
    """Shangjie with its joint areas.

    Attributes:
        areas: how many areas there are of each level.
        delegates: by code of the partner organisation, how many delegates it has in the joint conference.
        missing: what is missing once Sanwan Street's mediator is relieved.
    """

    areas: Mapping[str, int]
    delegates: Mapping[str, int]
    missing: tuple[Vacancy, ...]


def shangjie(office: Office, *, on: date) -> JointAreas:
    """Every community has its adviser and its mediator; then one mediator is relieved, and is missed.

    Args:
        office: an office without a register.
        on: the day of the relief.
    """
    load(office, "shangjie", "shangjie-joint-areas")
    chart = office.chart()
    levels = Counter(unit.level for unit in map(chart.unit, chart.units) if isinstance(unit, Area))
    sent = delegates(chart, office.unit("conference-410106"))
    committee = office.unit(f"committee-{SANWAN}")
    (mediator,) = chart.holders("mediator", committee)
    office.register.apply(relieve(office.register.history, mediator, "mediator", committee, on=on, basis="a move"))
    return JointAreas(
        areas=levels,
        delegates={chart.code(body): len(persons) for body, persons in sent.items()},
        missing=office.register.vacancies(on=on),
    )


@attrs.frozen(kw_only=True)
class ThreeBodies:
    """Rhine Waterside's branch, owners' committee and property company.

    Attributes:
        crossings: which of them are cross-appointed, by the codes of the two, and whether both ways.
        refused: why the owners' director cannot manage the company for the time being.
    """

    crossings: Mapping[tuple[str, str], bool]
    refused: tuple[Fault, ...]


def rhine_waterside(office: Office, *, on: date, ids: IdSource) -> ThreeBodies:
    """Three bodies that are cross-appointed both ways, and an appointment that the scheme forbids."""
    load(office, "rhine-waterside")
    chart, register = office.chart(), office.register
    (director,) = chart.holders("director", office.unit("rw-owners"))
    wrong = appoint(register.history, director, "manager", office.unit("rw-property"), on=on, ids=ids, kind="acting")
    refused: tuple[Fault, ...] = ()
    try:
        register.apply(wrong)
    except InvalidInput as error:
        refused = error.faults
    found: tuple[Crossing, ...] = crossings(chart, office.unit("rhine-waterside"))
    return ThreeBodies(
        crossings={(chart.code(one.one), chart.code(one.other)): one.both_ways for one in found}, refused=refused
    )


@attrs.frozen(kw_only=True)
class FiveLevels:
    """Shizhong district of Leshan.

    Attributes:
        areas: how many areas there are of each level.
        party: how many Party organisations there are at each level, each in an area of its own.
        longest: the Party's own line from a building group up to the district.
        missing: what is missing.
    """

    areas: Mapping[str, int]
    party: Mapping[str, int]
    longest: tuple[str, ...]
    missing: tuple[Vacancy, ...]


def leshan(office: Office, *, seed: int = 2020, compounds: int = 181) -> FiveLevels:
    """Five levels, each area with its own Party organisation under that of the area above."""
    load(office, "leshan")
    office.register.read(compounds_of(office, seed, compounds), source="compounds.json", format="json")
    chart = office.chart()
    areas = [unit for unit in map(chart.unit, chart.units) if isinstance(unit, Area)]
    groups = [area.id for area in areas if area.level == "building"]
    line = chart.ancestors(chart.bodies(min(groups, key=chart.code), "party-organisation")[0].id)
    return FiveLevels(
        areas=Counter(area.level for area in areas),
        party=Counter(area.level for area in areas if len(chart.bodies(area.id, "party-organisation")) == 1),
        longest=tuple(chart.code(unit) for unit in line if not isinstance(chart.unit(unit), Area)),
        missing=office.register.vacancies(),
    )


def compounds_of(office: Office, seed: int, many: int) -> str:
    """A register of compounds and their buildings, as JSON, dealt out to the communities by a seed.

    Each compound has a branch, a social-work station, a property company with an owners' committee or a self-management committee in its place,
    and five to eight buildings with a Party group each. Every second compound of a community with a space of its own has one,
    too.
    """
    chart = office.chart()
    communities = sorted(
        area.code for area in map(chart.unit, chart.units) if isinstance(area, Area) and area.level == "community"
    )
    areas: list[dict[str, object]] = []
    bodies: list[dict[str, object]] = []
    sites: list[dict[str, object]] = []
    spaces = {chart.code(site.area): site.code for site in chart.sites if site.kind == "community-space"}

    def party(code: str, name: str, zh: str, above: str, post: str) -> None:
        bodies.append(
            {
                "code": f"party-{code}",
                "name": f"{name} | {zh}",
                "kind": "party-organisation",
                "area": code,
                "parent": f"party-{above}",
                "posts": {post: f"{post}-{code}"},
            }
        )

    for n in range(1, many + 1):
        above = communities[(n - 1) % len(communities)]
        code = f"{above}C{n:03}"
        areas.append({"code": code, "name": f"Compound {n} | {n}号院落", "level": "compound", "parent": above})
        party(code, f"Branch of Compound {n}", f"{n}号院落党支部", above, "secretary")
        kinds = ["property-company", "owners-committee"] if _drawn(seed, n, 0, 5) < 3 else ["self-management-committee"]
        bodies += [{"code": f"{kind}-{code}", "name": f"{kind} {n}", "kind": kind, "area": code} for kind in kinds]
        station = {
            "code": f"sws-{code}",
            "name": f"Social-Work Station of Compound {n} | {n}号院落社工站",
            "area": code,
        }
        bodies.append({**station, "kind": "social-work-station", "parent": f"sws-{above}"})
        if above in spaces and n // len(communities) % 2:
            space = {
                "code": f"space-{code}",
                "name": f"Space of Compound {n} | {n}号院落空间",
                "kind": "compound-space",
            }
            sites.append({**space, "area": code, "parent": spaces[above], "services": ["meeting"]})
        for b in range(1, 6 + _drawn(seed, n, 1, 4)):
            house = f"{code}B{b}"
            areas.append(
                {"code": house, "name": f"Building {n}-{b} | {n}-{b}号楼", "level": "building", "parent": code}
            )
            party(house, f"Party Group of Building {n}-{b}", f"{n}-{b}号楼党小组", code, "head")
    register = {
        "register": "leshan-compounds",
        "scheme": "leshan",
        "since": "2020-06-30",
        "elsewhere": [
            *communities,
            *(f"{kind}-{code}" for code in communities for kind in ("party", "sws")),
            *sorted(spaces.values()),
        ],
        "areas": areas,
        "bodies": bodies,
        "sites": sites,
    }
    return json.dumps(register, ensure_ascii=False)


def _drawn(seed: int, n: int, what: int, below: int) -> int:
    """A number from 0, the same for the same seed on every machine."""
    return int.from_bytes(sha256(f"{seed}:{n}:{what}".encode()).digest()[:8]) % below


@attrs.frozen(kw_only=True)
class Coordination:
    """Chengdu's departments, before and after its lead committee.

    Attributes:
        before: the codes of the city's departments that nobody coordinated on the last of August 2017.
        after: the same a day later.
        committees: by code, the committees that coordinate every department of the ticket, the nearest first.
        lines: by code of a department, how many tickets its line had a share in.
        block: how many tickets the district had.
        cell: how many tickets of the subdistrict the housing line had a share in.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    committees: tuple[str, ...]
    lines: Mapping[str, int]
    block: int
    cell: int


def chengdu(office: Office) -> Coordination:
    """One order that two lines share, read along either axis: the ticket counts once on each."""
    load(office, "chengdu")
    city, block = "510100", "510107"
    stations = ["ex-social-station", "ex-property-station", "ex-office"]
    ticket = office.tickets.order(
        "The elderly cannot reach the canteen", unit="wuhou-example", by=office.act_as("resident-1"), key="canteen"
    )
    secretary = office.act_as("ex-1", post="secretary", unit="wuhou-example")
    office.tickets.dispatch(ticket, to=stations, lead="ex-office", by=secretary, key="canteen:dispatch")
    charts = [office.register.chart(date(2017, 8, 31)), office.register.chart(date(2017, 9, 1))]
    scattered = [tuple(chart.code(body) for body in uncoordinated(chart, chart.resolve(city))) for chart in charts]
    chart = office.chart()
    found = coordinators(chart, [office.unit(station) for station in stations[:2]])
    departments = ("cd-civil-affairs", "cd-housing", "cd-police")
    return Coordination(
        before=scattered[0],
        after=scattered[1],
        committees=tuple(map(chart.code, found)),
        lines={code: office.ledger.rates(line=code).cases for code in departments},
        block=office.ledger.rates(under=block).cases,
        cell=office.ledger.rates(under="wuhou-example", line="cd-housing").cases,
    )


@attrs.frozen(kw_only=True)
class Flood:
    """The flood of August 2020 in Shizhong district.

    Attributes:
        command: the id of the command.
        forces: the task forces, each with the organisation from which it was formed.
        done: the ticket that one of them completed.
        left: the ticket that it left open.
    """

    command: UnitId
    forces: tuple[TaskForce, ...]
    done: CaseId
    left: CaseId


FLOOD = date(2020, 8, 18)
"""Reports name the month; the day is ours."""


def flood(office: Office, *, ids: IdSource, many: int = 532, until: date = date(2020, 9, 1)) -> Flood:
    """Party organisations form task forces on the spot; one completes an order and leaves another one open.

    Args:
        office: an office with Leshan's five levels.
        ids: makes the ids of the register's new records.
        many: how many task forces; the organisations are taken in the order of their codes, the larger areas first.
        until: the first day on which it is to be over.
    """
    ranked = _ranked(office, FLOOD, many)
    forces = [
        Force(
            code=f"force-{body.code.removeprefix('party-')}",
            name=f"Task Force of {body.name.en} | {body.name.zh}突击队",
            of=body.id,
            posts={"officer": [f"captain-{body.code.removeprefix('party-')}"]},
        )
        for body in ranked
    ]
    office.register.apply(
        mobilise(
            office.register.history,
            forces,
            code="flood-2020",
            name="Flood Command | 防汛指挥部",
            area=office.unit("511102"),
            led_by=office.unit("party-511102"),
            on=FLOOD,
            until=until,
            ids=ids,
            basis="flood emergency response",
        )
    )
    command, chart = office.unit("flood-2020"), office.chart()
    community = min(
        area.code for area in map(chart.unit, chart.units) if isinstance(area, Area) and area.level == "community"
    )
    secretary = office.act_as(f"secretary-{community}", post="secretary", unit=community)
    captain = office.act_as(f"captain-{community}", post="officer", unit=f"force-{community}")
    tickets = []
    for key, title in (("sandbags", "Sandbags for the dyke"), ("cellar", "Pump out the cellar")):
        ticket = office.tickets.order(title, unit=community, by=office.act_as("resident-1"), key=key)
        office.tickets.dispatch(ticket, to=[f"force-{community}"], by=secretary, key=f"{key}:dispatch")
        office.tickets.accept(ticket, by=captain, key=f"{key}:accept")
        tickets.append(ticket)
    office.tickets.complete(tickets[0], by=captain, note="the dyke holds", key="sandbags:complete")
    found = task_forces(office.register.history, command)
    return Flood(command=command, forces=found, done=tickets[0].id, left=tickets[1].id)


def _ranked(office: Office, on: date, many: int) -> list[Body]:
    """Party organisations below the district's, the larger areas first, then by code."""
    chart = office.register.chart(on)
    branches = [
        body for body in map(chart.unit, chart.units) if isinstance(body, Body) and body.code.startswith("party-")
    ]
    return sorted(branches, key=lambda body: (len(chart.ancestors(body.id)), body.code))[1 : many + 1]


EPIDEMIC = date(2020, 7, 1)
"""Reports say 2020; the day is ours, after the first one of the register."""


def epidemic(office: Office, *, ids: IdSource, many: int = 905, strength: int = 11) -> tuple[TaskForce, ...]:
    """Primary organisations respond to the epidemic, each with a service team of some members.

    Args:
        office: an office with Leshan's five levels.
        ids: makes the ids of the register's new records.
        many: how many organisations; reports say more than 900.
        strength: how many members a team has; reports say nearly 10,000 in all.
    """
    teams = [
        Force(
            code=f"team-{body.code}",
            name=f"Service Team of {body.name.en} | {body.name.zh}服务队",
            of=body.id,
            posts={"member": [f"member-{n}-{body.code}" for n in range(strength)]},
        )
        for body in _ranked(office, EPIDEMIC, many)
    ]
    office.register.apply(
        mobilise(
            office.register.history,
            teams,
            code="epidemic-2020",
            name="Epidemic Command | 疫情防控指挥部",
            area=office.unit("511102"),
            on=EPIDEMIC,
            until=date(2020, 12, 31),
            ids=ids,
        )
    )
    history = office.register.history
    return task_forces(history, history.chart(EPIDEMIC).resolve("epidemic-2020"))


@attrs.frozen(kw_only=True)
class Circle:
    """Shangjie's 15-minute circle.

    Attributes:
        sites: how many sites there are of each kind.
        without: by kind of site, the codes of the communities that reach none within fifteen minutes.
        contactless: the codes of the communities without a contact point.
    """

    sites: Mapping[str, int]
    without: Mapping[str, tuple[str, ...]]
    contactless: tuple[str, ...]


def shangjie_places(office: Office) -> Circle:
    """Three city reading rooms and twelve bases of open Party life, and who has none within reach."""
    load(office, "shangjie", "shangjie-places")
    chart = office.chart()
    without = {
        kind: tuple(map(chart.code, out_of_reach(chart, "community", Offer(kind=kind))))
        for kind in ("reading-room", "party-life-base")
    }
    gaps = (gap for gap in office.register.vacancies() if gap.requirement and gap.requirement.site == "contact-point")
    return Circle(
        sites=Counter(site.kind for site in chart.sites),
        without=without,
        contactless=tuple(chart.code(gap.unit) for gap in gaps),
    )


@attrs.frozen(kw_only=True)
class Partners:
    """Social organisations of a province.

    Attributes:
        introduced: how many were brought in.
        incubated: how many have been incubated.
        volunteers: how many volunteer organisations there are.
        stages: how many stand at each stage.
    """

    introduced: int
    incubated: int
    volunteers: int
    stages: Mapping[str, int]


def sichuan_partners(office: Office, *, seed: int = 2020) -> Partners:
    """More than 500 introduced, more than 1,100 incubated, nearly 1,000 volunteer organisations, from a seed."""
    office.register.read(partners_of(seed), source="partners.json", format="json")
    found = social_organisations(office.register.history, office.chart())
    return Partners(
        introduced=sum(one.introduced for one in found),
        incubated=sum(one.incubated for one in found),
        volunteers=sum(one.kind == "volunteer-team" for one in found),
        stages=Counter(one.stage for one in found),
    )


def partners_of(seed: int) -> str:
    """A register of a province's social organisations, as JSON: who was introduced, incubated, kept on file, registered."""
    many = {
        "introduced": 500 + _drawn(seed, 1, 1, 40),
        "incubated": 1100 + _drawn(seed, 2, 1, 40),
        "volunteer": 970 + _drawn(seed, 3, 1, 25),
    }
    bodies: list[dict[str, object]] = [
        {"code": "authority", "name": "Civil Affairs | 民政部门", "kind": "department", "area": "51"},
        {"code": "street", "name": "Subdistrict | 街道办事处", "kind": "subdistrict-office", "area": "51"},
        {"code": "hub", "name": "Hub | 枢纽型社会组织", "kind": "social-work-station", "area": "51"},
    ]
    ties: list[dict[str, str]] = []
    for group, count in many.items():
        kind = "volunteer-team" if group == "volunteer" else "social-organisation"
        for n in range(count):
            code = f"{group}-{n}"
            bodies.append({"code": code, "name": f"{group} {n} | {n}号社会组织", "kind": kind, "area": "51"})
            if group == "introduced":
                ties.append({"source": "street", "kind": "introduces", "target": code})
            if group == "incubated":
                ties.append({"source": "hub", "kind": "incubates", "target": code, "until": "2022-01-01"})
            paper = ("files", "registers", "")[_drawn(seed, n, len(group), 3)]
            if paper:
                source = "authority" if paper == "registers" else "street"
                ties.append({"source": source, "kind": paper, "target": code, "reference": f"{group}/{n}"})
    areas = [{"code": "51", "name": "Sichuan | 四川省", "level": "province"}]
    return json.dumps(
        {
            "register": "sichuan-partners",
            "scheme": "sichuan",
            "since": "2020-01-01",
            "areas": areas,
            "bodies": bodies,
            "affiliations": ties,
        },
        ensure_ascii=False,
    )


def tell(folder: Path) -> Iterator[str]:
    """Each place in words and figures, from a store of its own in a folder."""

    def scene(name: str, clock: FrozenClock | None = None) -> Office:
        return civicflow.open(f"sqlite:///{folder / name}.db", clock=clock or FrozenClock())

    with scene("leshan", FrozenClock(instant("2020-08-18T08:00", "Asia/Shanghai"))) as office:
        levels = leshan(office)
        rows = [(level, n, levels.party[level]) for level, n in sorted(levels.areas.items(), key=lambda pair: pair[1])]
        yield table(("level | 层级", "areas | 辖区", "with a Party organisation | 有党组织"), rows)
        forces = flood(office, ids=sequential_ids()).forces
        yield f"  {len(forces)} task forces of {len({force.of for force in forces})} organisations | 突击队"
    with scene("shangjie") as office:
        joint = shangjie(office, on=office.chart().on)
        yield "\n".join(f"  {gap.text}" for gap in joint.missing)
    with scene("places") as office:
        circle = shangjie_places(office)
        rows = [(kind, circle.sites[kind], len(without)) for kind, without in circle.without.items()]
        yield table(("site | 阵地", "there | 数量", "communities without | 步行不可达社区"), rows)
    with scene("rhine-waterside") as office:
        bodies = rhine_waterside(office, on=office.chart().on, ids=sequential_ids())
        yield "\n".join(f"  {fault.say('en')}\n  {fault.say('zh')}" for fault in bodies.refused)
    with scene("chengdu") as office:
        one = chengdu(office)
        scattered = [("before | 此前", len(one.before)), ("after | 此后", len(one.after))]
        yield table(("departments | 部门", "that nobody coordinates | 无统筹"), scattered)
        yield table(("line | 条线", "tickets | 工单"), one.lines.items())
    with scene("sichuan") as office:
        partners = sichuan_partners(office)
        yield table(("stage | 阶段", "social organisations | 社会组织"), sorted(partners.stages.items()))


def main() -> None:
    """Tell of them all, in stores that are gone afterwards."""
    with TemporaryDirectory() as folder:
        for part in tell(Path(folder)):
            print(part, end="\n\n")


if __name__ == "__main__":
    main()
