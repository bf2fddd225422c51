"""Needs are collected, brought together, and taken up: Hemei and Yudong in Chengdu, and Shangjie in Zhengzhou.

REAL: that Hemei has over 80,000 residents, that in a power cut there was nobody to talk to, and that then every branch had a point at which
needs are collected; that Yudong keeps a ledger of needs which becomes a list of projects, which organisations take up; that Shangjie
visited for a hundred days, and that partners of Xin'an West Road took up a courtyard's renewal (reports about the places). The tree
of Shangjie is real (see ``registers/shangjie.yaml``).
SYNTHETIC, drawn from a seed: Hemei's compounds and how many live in each; every person, need, visit and project.

Every figure is read back from the register and the ledger. ``python examples/taking_up.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

import civicflow
from civicflow import Actor, Case, Money, Office
from civicflow.calendars import instant
from civicflow.hierarchy.units import Area
from civicflow.testing import FrozenClock
from civicflow.workflows.likeness import groups
from civicflow.workflows.needs.parts import Part
from seeds import drawn
from tables import table

REGISTERS: Final = Path(__file__).parent / "registers"
ZONE: Final = "Asia/Shanghai"
SEED: Final = 20_260_302
COMPOUNDS: Final = 40
XINAN_WEST: Final = "410106003003"
SUBJECTS: Final = {
    "lamps": ("路灯不亮", "楼下路灯不亮", "路灯又不亮了"),
    "drains": ("下水道堵塞", "下水道又堵塞了", "门口下水道堵塞"),
    "ramps": ("单元门口没有坡道", "门口没有无障碍坡道"),
    "benches": ("老人没有座椅休息", "院里没有座椅休息"),
    "gates": ("大门门禁损坏", "门禁损坏"),
    "charging": ("电动车没处充电", "电动车充电难，没处充电"),
    "trees": ("大树遮挡窗户", "大树遮挡二楼窗户"),
    "meals": ("独居老人吃饭难", "老人吃饭难"),
    "homework": ("孩子放学没人照看", "放学后孩子没人照看"),
    "noise": ("广场舞噪声扰民", "夜间广场舞噪声扰民"),
    "rubbish": ("垃圾桶满溢无人清运", "垃圾桶满溢"),
    "cables": ("楼道电线乱拉", "楼道里电线乱拉乱接"),
}
"""What is wanted, by its category, as residents put it: a dark lamp, a blocked drain, no ramp, no bench …"""


@attrs.frozen(kw_only=True)
class Hemei:
    """A community in which nobody was to be found, and then somebody in each branch.

    Attributes:
        residents: how many live there.
        without: how many compounds had no contact in the power cut, and how many have none afterwards.
        gap: the codes of those that have none afterwards.
        points: how many contact points there are.
        collected: how many needs were collected at each point, by the code of its compound.
    """

    residents: int
    without: tuple[int, int]
    gap: tuple[str, ...]
    points: int
    collected: Mapping[str, int]


@attrs.frozen(kw_only=True)
class Taken:
    """Needs that became projects, and who took those up.

    Attributes:
        needs: how many needs there are.
        projects: how many projects.
        taken_up: how many of these were taken up, in the whole or in shares.
        takers: how many organisations took something up.
        shares: how many shares that are.
        outcomes: how many needs ended how; open ones under an empty text.
    """

    needs: int
    projects: int
    taken_up: int
    takers: int
    shares: int
    outcomes: Mapping[str, int]


@attrs.frozen(kw_only=True)
class Visited:
    """Visits from door to door.

    Attributes:
        days: on how many days somebody was on their way.
        visits: how many visits there were.
        households: how many households they reached.
        communities: how many communities were visited.
        heard: how many needs were heard on them.
    """

    days: int
    visits: int
    households: int
    communities: int
    heard: int


def cases(office: Office, flow: str, under: str) -> Iterator[Case]:
    """All cases of a flow in an area, page by page."""
    after = ""
    while True:
        page = office.find(flow=flow, under=under, limit=1000, after=after)
        yield from page.cases
        if not page.next:
            return
        after = page.next


# -- Hemei -------------------------------------------------------------------------------------------------------------


def _compounds(seed: int) -> dict[str, int]:
    """Hemei's compounds by code, with how many live there."""
    codes = [f"hm-{number:02}" for number in range(1, COMPOUNDS + 1)]
    return {code: 1_900 + drawn(seed, code, below=400) for code in codes}


def _hemei(compounds: Mapping[str, int], points: Sequence[str]) -> str:
    """The register: a branch for each compound, and a contact point for those that have one."""
    return json.dumps(
        {
            "register": "hemei",
            "scheme": "chengdu",
            "since": "2016-01-01",
            "areas": [
                {"code": "hm-subdistrict", "name": "Example Subdistrict | 示例街道", "level": "subdistrict"},
                {"code": "hemei", "name": "Hemei | 和美社区", "level": "community", "parent": "hm-subdistrict"},
                *(
                    {
                        "code": code,
                        "name": f"Compound {code[3:]} | {code[3:]}号院落",
                        "level": "grid",
                        "parent": "hemei",
                    }
                    for code in compounds
                ),
            ],
            "bodies": [
                {
                    "code": "hm-party",
                    "name": "Party Committee | 社区党委",
                    "kind": "party-organisation",
                    "area": "hemei",
                    "posts": {"secretary": "hm-1"},
                },
                *(
                    {
                        "code": f"{code}-branch",
                        "name": f"Branch of {code[3:]} | {code[3:]}号院落党支部",
                        "kind": "party-organisation",
                        "area": code,
                        "parent": "hm-party",
                        "posts": {"clerk": f"{code}-clerk"},
                    }
                    for code in compounds
                ),
            ],
            "sites": [
                {
                    "code": f"{code}-point",
                    "name": f"Contact point {code[3:]} | {code[3:]}号院落联络点",
                    "kind": "contact-point",
                    "area": code,
                    "run_by": f"{code}-branch",
                    "hours": ["Mo-Su 08:00-22:00"],
                }
                for code in points
            ],
        }
    )


def hemei(office: Office, clock: FrozenClock, *, seed: int = SEED, missed: int = 1) -> Hemei:
    """A power cut finds nobody to talk to; then each branch has a point, but for those that were missed.

    Args:
        office: an office that was opened with this clock.
        clock: is set to the instant of each command.
        seed: of compounds and needs.
        missed: how many branches are without a point all the same.
    """
    compounds = _compounds(seed)
    clock.set(instant("2026-03-02T20:00", ZONE))
    office.register.read(_hemei(compounds, []), source="hemei.json", format="json")
    before = office.needs.without_contact("grid", under="hemei", at=office.now())

    clock.set(instant("2026-03-16T09:00", ZONE))
    points = sorted(_some(seed, "points", of=list(compounds), many=COMPOUNDS - missed))
    office.register.read(_hemei(compounds, points), source="hemei.json", format="json")
    after = office.needs.without_contact("grid", under="hemei", at=office.now())
    with office.together() as together:
        for number in range(600):
            code = points[drawn(seed, "where", number, below=len(points))]
            together.needs.collect(
                _said(seed, "hemei", number)[1],
                unit=code,
                of=f"hemei-{number}",
                site=f"{code}-point",
                channel="contact-point",
                by=together.act_as(f"{code}-clerk", post="clerk", unit=f"{code}-branch"),
                key=f"hemei:{number}",
            )
    chart = office.chart()
    here = [
        site for site in chart.sites if site.kind == "contact-point" and site.area in chart.under(office.unit("hemei"))
    ]
    collected = Counter(str(need.data["site"]) for need in cases(office, "need", "hemei"))
    return Hemei(
        residents=sum(compounds.values()),
        without=(len(before), len(after)),
        gap=tuple(chart.code(area) for area in after),
        points=len(here),
        collected={chart.code(site.area): collected[site.id] for site in here},
    )


def _some(seed: int, *what: object, of: Sequence[str], many: int) -> list[str]:
    """Some of several, each once."""
    return sorted(of, key=lambda one: drawn(seed, *what, one, below=2**32))[:many]


def _said(seed: int, *what: object) -> tuple[str, str]:
    """A category, and how a resident puts it."""
    category = list(SUBJECTS)[drawn(seed, *what, "category", below=len(SUBJECTS))]
    words = SUBJECTS[category]
    return category, words[drawn(seed, *what, "words", below=len(words))]


# -- Yudong ------------------------------------------------------------------------------------------------------------


def _with_officers(text: str) -> tuple[str, list[str]]:
    """Yudong's register in which each social organisation and volunteer team has an officer; the codes of these."""
    import yaml  # the examples are installed with what reads YAML

    register: dict[str, Any] = yaml.safe_load(text)
    bodies = [body for body in register["bodies"] if body["kind"] in ("social-organisation", "volunteer-team")]
    for body in bodies:
        body["posts"] = {"officer": f"{body['code']}-1"}
    return json.dumps(register, default=str), [body["code"] for body in bodies]


def yudong(office: Office, clock: FrozenClock, *, seed: int = SEED, needs: int = 120, lazy: int = 2) -> Taken:
    """The ledger of needs becomes a list of projects; organisations take these up whole or by share.

    Args:
        office: an office that was opened with this clock.
        clock: is set to the instant of each command.
        seed: of the needs and who takes up what.
        needs: how many needs are voiced.
        lazy: how many projects nobody takes up; these are declined with the reason.
    """
    clock.set(instant("2026-04-01T09:00", ZONE))
    register, bodies = _with_officers((REGISTERS / "yudong.yaml").read_text(encoding="utf-8"))
    office.register.read(register, source="yudong.json", format="json")
    secretary = office.act_as("yd-1", post="secretary", unit="yudong")
    with office.together() as together:
        for number in range(needs):
            category, title = _said(seed, "yudong", number)
            together.needs.voice(
                title,
                unit="yudong",
                category=category,
                by=together.act_as(f"yudong-{number}"),
                key=f"yudong:{number}",
            )

    clock.set(instant("2026-04-13T09:00", ZONE))
    projects = [
        office.needs.list_project(
            office.case(group[0]).title,
            needs=group,
            unit="yudong",
            parts=[Part(name="work"), Part(name="money", amount=Money("6000"))],
            by=secretary,
            key=f"yudong:project:{number}",
        )
        for number, group in enumerate(_alike(office, "yudong"))
    ]
    for number, project in enumerate(projects[: len(projects) - lazy]):
        clock.advance(hours=1)
        worker, *payers = (
            office.act_as(f"{body}-1", post="officer", unit=body) for body in _some(seed, number, of=bodies, many=4)
        )
        office.needs.take_up(project, part="work", within="20 workdays", by=worker, key=f"yudong:work:{number}")
        for payer in payers:
            office.needs.take_up(
                project, part="money", amount=Money("2000"), by=payer, key=f"yudong:{payer.person}:{number}"
            )
        for by in (worker, *payers):
            office.needs.complete(project, by=by, key=f"yudong:done:{by.person}:{number}")
        office.needs.report(project, "it is there", by=secretary, key=f"yudong:report:{number}")

    clock.set(instant("2026-05-18T09:00", ZONE))
    office.tick()
    for project in cases(office, "listed-project", "yudong"):
        if project.state == "unclaimed":
            office.needs.decline(project, "nobody has room for it", by=secretary, key=f"{project.id}:decline")
    return taken(office, "yudong")


def _alike(office: Office, under: str) -> tuple[tuple[str, ...], ...]:
    """What is suggested as alike, all of which is confirmed here; those that are like no other stay alone."""
    waiting = [need for need in cases(office, "need", under) if not need.outcome]
    return groups(one.pair for one in office.needs.suggest(waiting))


def taken(office: Office, under: str) -> Taken:
    """What became of the needs of an area, read from its cases."""
    needs, projects = list(cases(office, "need", under)), list(cases(office, "listed-project", under))
    shares = {project.id: office.shares(project) for project in projects}
    full = [project for project in projects if shares[project.id] and not office.needs.left(project)]
    return Taken(
        needs=len(needs),
        projects=len(projects),
        taken_up=len(full),
        takers=len({share.body for each in shares.values() for share in each}),
        shares=sum(map(len, shares.values())),
        outcomes=dict(Counter(need.outcome for need in needs)),
    )


# -- Shangjie ----------------------------------------------------------------------------------------------------------


def shangjie(office: Office, clock: FrozenClock, *, seed: int = SEED, days: int = 100) -> Visited:
    """On each of a hundred days the secretaries of some communities go from door to door.

    Args:
        office: an office that was opened with this clock.
        clock: is set to the instant of each command.
        seed: of who goes when, and what is heard.
        days: for how many days.
    """
    clock.set(instant("2026-06-01T09:00", ZONE))
    office.register.load(REGISTERS / "shangjie.yaml")
    chart = office.chart()
    areas = (chart.unit(id) for id in chart.under(office.unit("410106")))
    communities = [area.id for area in areas if isinstance(area, Area) and area.level == "community"]
    secretaries = {str(area): chart.holders("secretary", area)[0] for area in communities}
    for day in range(days):
        with office.together() as together:
            for area in _some(seed, day, of=communities, many=3):
                by = together.act_as(secretaries[area], post="secretary", unit=area)
                key = f"visit:{day}:{area}"
                visit = together.needs.visit(
                    "Visit", unit=area, households=5 + drawn(seed, key, below=10), by=by, key=key
                )
                for number in range(drawn(seed, key, "heard", below=3)):
                    together.needs.collect(
                        _said(seed, key, number)[1],
                        unit=area,
                        of=f"{key}:{number}".replace(":", "-"),
                        visit=visit,
                        by=by,
                        key=f"{key}:{number}",
                    )
        clock.advance(days=1)
    visits = list(cases(office, "visit", "410106"))
    return Visited(
        days=len({visit.opened.date() for visit in visits if visit.opened is not None}),
        visits=len(visits),
        households=sum(visit.data["households"] for visit in visits),
        communities=len({visit.unit for visit in visits}),
        heard=sum(bool(need.links.get("visit")) for need in cases(office, "need", "410106")),
    )


def courtyard(office: Office, clock: FrozenClock) -> Taken:
    """Xin'an West Road: the needs of one courtyard become one project, whose works partners take up.

    Args:
        office: the office in which `shangjie` was played.
        clock: is set to the instant of each command.
    """
    clock.set(instant("2026-10-12T09:00", ZONE))
    secretary = office.act_as(f"secretary-{XINAN_WEST}", post="secretary", unit=XINAN_WEST)
    needs = [
        office.needs.voice(what, unit=XINAN_WEST, by=office.act_as(f"courtyard-{n}"), key=f"courtyard:{n}")
        for n, what in enumerate(("the paving is broken", "there is no lamp", "nowhere to sit", "the wall crumbles"))
    ]
    works = [Part(name=name) for name in ("paving", "lamps", "benches", "wall")]
    project = office.needs.list_project(
        "Renewal of the courtyard", needs=needs, unit=XINAN_WEST, parts=works, by=secretary, key="courtyard"
    )
    partners = _partners(office)[: len(works)]
    for part, by in zip(works, partners, strict=True):
        office.needs.take_up(project, part=part.name, by=by, within="10 workdays", key=f"courtyard:{part.name}")
    clock.set(instant("2026-10-20T16:00", ZONE))
    for by in partners:
        office.needs.complete(project, by=by, key=f"courtyard:{by.person}")
    office.needs.report(project, "the courtyard is open", by=secretary, key="courtyard:report")
    return taken(office, XINAN_WEST)


def _partners(office: Office) -> list[Actor]:
    """The officers of the district's partner organisations."""
    chart = office.chart()
    bodies = [body for body in chart.bodies(office.unit("410106")) if chart.holders("officer", body.id)]
    return [office.act_as(chart.holders("officer", body.id)[0], post="officer", unit=body.id) for body in bodies]


# -- told --------------------------------------------------------------------------------------------------------------


def tell(office: Office, clock: FrozenClock) -> str:
    """The whole of it, in figures."""
    points = hemei(office, clock)
    lists, visits = yudong(office, clock), shangjie(office, clock)
    yard = courtyard(office, clock)
    rows = [
        ("Hemei: residents | 和美：居民", points.residents),
        ("compounds without a contact, before | 无联络点院落（此前）", points.without[0]),
        ("compounds without a contact, after | 无联络点院落（此后）", f"{points.without[1]} ({', '.join(points.gap)})"),
        ("needs collected at contact points | 联络点收集诉求", sum(points.collected.values())),
        ("Yudong: needs | 玉东：诉求", lists.needs),
        ("projects on the list | 清单项目", lists.projects),
        ("taken up | 已认领", lists.taken_up),
        ("organisations that took up | 认领单位", lists.takers),
        ("needs met | 诉求已解决", lists.outcomes.get("met", 0)),
        ("Shangjie: days of visits | 上街：走访天数", visits.days),
        ("households reached | 走访户数", visits.households),
        ("needs heard on visits | 走访收集诉求", visits.heard),
        ("Xin'an West Road: shares of the courtyard | 新安西路：院落改造认领", yard.shares),
    ]
    return table(("what | 事项", "how many | 数量"), [(civicflow.Text.of(what), many) for what, many in rows])


def main() -> None:
    """Tell it, in a store that is gone afterwards."""
    clock = FrozenClock()
    with TemporaryDirectory() as folder, civicflow.open(f"sqlite:///{folder}/needs.db", clock=clock) as office:
        print(tell(office, clock))


if __name__ == "__main__":
    main()
