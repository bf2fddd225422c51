"""Shangjie's councils (郑州市上街区): 59 communities and 284 compounds, each with its rules, its venue and its covenant.

Every figure is worked out from the ledger. Real are the district, its areas, and of the figures those that the tests compare
with: 59 communities and 284 compounds (the statistical codes of 2023 know 42 communities and 22 villages; the first 59 of them
stand for those that the source counts). How the compounds spread, which of them have no property company, the persons, the
points and what becomes of them are made up, from a seed where there are many.

The fixed day is the 10th of the month. 10 May 2026 is a Sunday, so all of them sit on Monday the 11th. One compound has no
quorum, and one does not convene at all.

``python examples/councils.py`` tells it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

import civicflow
from civicflow import Actor, Case, Office, Refused
from civicflow.calendars import Recurrence, instant
from civicflow.hierarchy.units import Area
from civicflow.ledger.entries import Entry
from civicflow.testing import FrozenClock
from civicflow.workflows.councils.composition import KINDS
from civicflow.workflows.councils.council import Instrument
from seeds import drawn

REGISTER: Final = Path(__file__).parent / "registers" / "shangjie.yaml"
ZONE: Final = "Asia/Shanghai"
DISTRICT: Final = "410106"
COMMUNITIES, COMPOUNDS = 59, 284
TENTH: Final = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 10), roll="following")
HAS: Final[Mapping[str, Any]] = {
    "rules": Instrument("议事规则", date(2026, 4, 1)),
    "venue": "议事亭",
    "covenant": Instrument("居民公约", date(2026, 4, 1)),
}
"""1+1+1."""

SEED: Final = 59
RAISED: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "stool-talk": (("the drain smells", "ticket"), ("benches under the tree", "agenda")),
    "yard-meeting": (("a lamp is out", "ticket"), ("where bicycles stand", "agenda")),
    "weekend": (("the bus comes late", "ticket"), ("a stair rail", "ticket")),
    "wedding-and-funeral": (("how many tables at a wedding", "agenda"),),
}
"""What is raised at each informal sitting, and what becomes of it."""


@attrs.frozen
class Place:
    """Where a council is.

    Attributes:
        code: its area's.
        community: the code of the community whose secretary leads.
        kinds: which of the standing kinds exist there.
    """

    code: str
    community: str
    kinds: tuple[str, ...] = tuple(KINDS)

    @property
    def council(self) -> str:
        """The code of its body."""
        return f"council-{self.code}"

    @property
    def seats(self) -> dict[str, str]:
        """Who stands for each kind but the delegates."""
        return {kind: f"{kind}-{self.code}" for kind in self.kinds if kind != "delegates"}

    @property
    def delegates(self) -> tuple[str, ...]:
        """Three delegates."""
        return tuple(f"delegate-{self.code}-{number}" for number in (1, 2, 3))


@attrs.frozen(kw_only=True)
class Councils:
    """What came of it, from the ledger.

    Attributes:
        councils: how many there are, by the level of their area.
        complete: how many of them have rules, venue and covenant.
        refused: for each of the three, what a council was told that lacked it alone.
        sittings: how the sittings ended, or where they stand.
        days: on how many sittings were opened on each day.
        kinds: how many sittings had how many kinds.
        excused: the kinds that were excused, and at how many sittings their minutes name them.
        fixed_days: how many fixed days were held and missed.
        outcomes: what became of the points.
        raised: how many matters were raised at informal sittings.
        tickets: how many tickets they became.
        points: how many points of an agenda they became.
        lost: how many are neither.
    """

    councils: Mapping[str, int]
    complete: int
    refused: Mapping[str, Sequence[str]]
    sittings: Mapping[str, int]
    days: Mapping[str, int]
    kinds: Mapping[int, int]
    excused: Mapping[str, int]
    fixed_days: Mapping[str, int]
    outcomes: Mapping[str, int]
    raised: int
    tickets: int
    points: int
    lost: int


def places(office: Office) -> tuple[Place, ...]:
    """The communities, and the compounds that are spread over them; some of these have no property company."""
    chart = office.chart()
    areas = map(chart.unit, chart.under(chart.resolve(DISTRICT)))
    codes = sorted(a.code for a in areas if isinstance(a, Area) and a.level in ("community", "village"))[:COMMUNITIES]
    without = tuple(kind for kind in KINDS if kind != "property-company")
    compounds = (
        Place(
            f"{codes[number % COMMUNITIES]}-{number // COMMUNITIES + 1}",
            codes[number % COMMUNITIES],
            without if drawn(SEED, "company", number, below=4) == 0 else tuple(KINDS),
        )
        for number in range(COMPOUNDS)
    )
    return (*(Place(code, code) for code in codes), *compounds)


def register(where: Sequence[Place]) -> str:
    """The compounds and the bodies of the councils."""
    areas = [
        {
            "code": one.code,
            "name": f"Compound {one.code} | {one.code}号院",
            "level": "compound",
            "parent": one.community,
        }
        for one in where
        if one.code != one.community
    ]
    bodies = [
        {
            "code": one.council,
            "name": f"Council of {one.code} | {one.code}议事会",
            "kind": "council",
            "area": one.code,
            "posts": {"delegate": {"seats": 3, "holders": list(one.delegates)}},
        }
        for one in where
    ]
    elsewhere = sorted({one.community for one in where})
    head = {"register": "shangjie-councils", "scheme": "shangjie", "since": "2026-01-01", "elsewhere": elsewhere}
    return json.dumps({**head, "areas": areas, "bodies": bodies})


def secretary(office: Office, place: Place) -> Actor:
    """The branch secretary of a place's community."""
    (person,) = office.chart().holders("secretary", office.unit(place.community))
    return office.act_as(person, post="secretary", unit=place.community)


def sit(office: Office, clock: FrozenClock, *, without_company: bool = True, away: int = 2) -> Councils:
    """Set the councils up, talk informally, and hold the sittings of May 2026.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        without_company: whether some compounds have no property company.
        away: how many of three delegates stay away from the last compound but one.
    """
    office.register.load(REGISTER)
    where = places(office)
    if not without_company:
        where = tuple(attrs.evolve(one, kinds=tuple(KINDS)) for one in where)
    office.register.read(register(where), source="councils", format="json")
    clock.set(instant("2026-04-20T09:00", ZONE))
    councils = _set_up(office, where)
    refused = _lacking(office, where[COMMUNITIES : COMMUNITIES + len(HAS)], councils)
    _talk(office, where[:1], councils)
    clock.set(instant("2026-05-06T09:00", ZONE))
    sittings = _convene(office, where[:-1], councils)
    clock.set(instant("2026-05-11T15:00", ZONE))
    _open_and_close(office, where[:-1], sittings, away)
    clock.set(instant("2026-05-12T09:00", ZONE))
    while office.tick().rung:
        pass
    return figures(office, refused)


def _set_up(office: Office, where: Sequence[Place]) -> dict[str, str]:
    """Each council, with all it needs; but the first three compounds lack one thing each."""
    lacking = dict(zip((one.code for one in where[COMMUNITIES:]), HAS, strict=False))
    ids: dict[str, str] = {}
    with office.together() as group:
        for one in where:
            has = {name: value for name, value in HAS.items() if name != lacking.get(one.code)}
            ids[one.code] = group.sittings.set_up(
                f"{one.code}议事会",
                council=one.council,
                unit=one.community,
                every=TENTH,
                kinds=one.kinds,
                **has,
                by=secretary(group, one),
            ).id
    return ids


def _lacking(office: Office, where: Sequence[Place], councils: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Each of the three tries to convene, is refused, and gets what it lacks."""
    told: dict[str, tuple[str, ...]] = {}
    for name, one in zip(HAS, where, strict=True):
        by, council = secretary(office, one), councils[one.code]
        try:
            office.sittings.convene(council, seats=one.seats, points=["a gate"], by=by)
        except Refused as refused:
            told[name] = refused.refusal.rules
        office.sittings.lay_down(council, **{name: HAS[name]}, by=by)
    return told


def _talk(office: Office, where: Sequence[Place], councils: Mapping[str, str]) -> None:
    """One informal sitting of each form."""
    for one in where:
        by = office.act_as(one.delegates[0], post="delegate", unit=one.council)
        for form, raised in RAISED.items():
            talk = office.sittings.open_informal(form, council=councils[one.code], form=form, by=by)
            for number, (title, becomes) in enumerate(raised):
                office.sittings.bring_up(talk, title, becomes=becomes, raised_by=f"resident-{number}", by=by)
            office.sittings.close_informal(talk, by=by)


def _convene(office: Office, where: Sequence[Place], councils: Mapping[str, str]) -> dict[str, Case]:
    """Each for its fixed day, with one point beside those that wait."""
    with office.together() as group:
        return {
            one.code: group.sittings.convene(
                councils[one.code], seats=one.seats, points=["spring cleaning"], by=secretary(group, one)
            )
            for one in where
        }


def _open_and_close(office: Office, where: Sequence[Place], sittings: Mapping[str, Case], away: int) -> None:
    """All are opened where they have a quorum, and deal with their points."""
    with office.together() as group:
        for number, one in enumerate(where):
            by, sitting = secretary(group, one), sittings[one.code]
            here = one.delegates[away:] if one is where[-1] else one.delegates
            there = (*one.seats.values(), *here)
            if len(here) * 2 <= len(one.delegates):
                group.sittings.adjourn(sitting, there, by=by)
                continue
            group.sittings.open(sitting, there, by=by)
            for point in sitting.data["agenda"]:
                outcome = ("resolved", "ticket", "postponed")[drawn(SEED, number, point["no"], below=3)]
                group.sittings.deal(sitting, point["no"], outcome, text="as minuted", by=by)
            group.sittings.close(sitting, by=by)
            group.sittings.confirm(sitting, by=group.act_as(here[0], post="delegate", unit=one.council))


def figures(office: Office, refused: Mapping[str, Sequence[str]]) -> Councils:
    """The figures, from the entries of the ledger alone; what was refused is in no ledger and comes from outside."""
    entries = [entry for _, entry in office.ledger.feed()]
    informal = _informal(entries)
    raised, tickets, points = informal["raised"], informal["ticket"], informal["point"]
    return Councils(
        **_councils(office, _of("council", entries)),
        **_sittings(office, _of("sitting", entries)),
        refused=refused,
        raised=raised,
        tickets=tickets,
        points=points,
        lost=raised - tickets - points,
    )


def _of(flow: str, entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.flow.partition("@")[0] == flow]


def _councils(office: Office, entries: Iterable[Entry]) -> dict[str, Any]:
    """Where the councils are, what each has, and which of their fixed days they held."""
    levels, days, has = Counter[str](), Counter[str](), dict[str, set[str]]()
    for entry in entries:
        if entry.step in ("set-up", "lay-down"):
            has.setdefault(entry.case, set()).update(name for name in HAS if entry.data.get(name))
        if entry.step == "set-up":
            levels[_level(office, entry.delta["set"]["anchors"]["council"])] += 1
        if entry.step == "meeting-day":
            days["held" if "held" in entry.delta["data"] else "missed"] += 1
    complete = sum(one == set(HAS) for one in has.values())
    return {"councils": dict(levels), "complete": complete, "fixed_days": dict(days)}


def _level(office: Office, body: str) -> str:
    """Whether a body is a compound's or a community's; a village counts as one of the source's communities."""
    chart = office.chart()
    area = chart.area_of(body)
    level = None if area is None else chart.level(area)
    return "compound" if level is not None and level.name == "compound" else "community"


def _sittings(office: Office, entries: Iterable[Entry]) -> dict[str, Any]:
    """How the sittings ended, who was there, and what became of their points."""
    state, exist = dict[str, str](), dict[str, int]()
    days, kinds, excused, outcomes = Counter[str](), Counter[int](), Counter[str](), Counter[str]()
    for entry in entries:
        state[entry.case] = entry.target
        match entry.step:
            case "convene":
                exist[entry.case] = len(entry.data["seats"]) + 1
            case "open":
                kept = entry.delta["data"]
                days[entry.happened.astimezone(office.now().tzinfo).date().isoformat()] += 1
                kinds[exist[entry.case]] += 1
                minuted = kept["attendance"].partition("excused")[2]
                excused.update(kind for kind in kept["excused"] if KINDS[kind].en in minuted)
            case "deal":
                outcomes[entry.data["outcome"]] += 1
    return {
        "sittings": dict(Counter(state.values())),
        "days": dict(days),
        "kinds": dict(kinds),
        "excused": dict(excused),
        "outcomes": dict(outcomes),
    }


def _informal(entries: Sequence[Entry]) -> Counter[str]:
    """What was raised, the tickets that were begun for it, and the points that were put down for it."""
    raised = [entry for entry in _of("informal-sitting", entries) if entry.step == "bring-up"]
    causes = {entry.ref for entry in raised}
    followed = Counter(entry.step for entry in entries if entry.cause in causes)
    return Counter(raised=len(raised), ticket=followed["order"], point=followed["put-down"])


def say(told: Councils) -> str:
    """The figures in words."""
    refused = "; ".join(f"without {name}: {', '.join(rules)}" for name, rules in told.refused.items())
    return (
        f"Shangjie: councils {dict(told.councils)}, {told.complete} with rules, venue and covenant ({refused})\n"
        f"sittings {dict(told.sittings)}, opened {dict(told.days)}, with so many kinds {dict(told.kinds)},"
        f" excused {dict(told.excused)}\n"
        f"fixed days {dict(told.fixed_days)}; points {dict(told.outcomes)}\n"
        f"informal: {told.raised} raised, {told.tickets} tickets, {told.points} points, {told.lost} lost"
    )


def tell(folder: Path) -> str:
    """The scene, in a store under a folder."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'shangjie.db'}", clock=clock) as office:
        return say(sit(office, clock))


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        print(tell(Path(folder)))


if __name__ == "__main__":
    main()
