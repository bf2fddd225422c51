"""Mediation 4+A: a year of disputes in Shangjie district of Zhengzhou, and the first months of the centre at Tongjiang in Leshan.

The areas are real (see ``registers/shangjie.yaml`` and ``registers/leshan.yaml``), and of the figures those that the tests compare
with: at least 1,000 disputes a year, all of them handled, in 284 compounds; more than 40 at Tongjiang. Which compound belongs to
which community, the persons, the disputes and how each of them goes are made from a seed.

``python examples/mediation.py`` tells it.
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
from civicflow import Actor, Office
from civicflow.calendars import instant, to_micros
from civicflow.hierarchy.units import Area
from civicflow.testing import FrozenClock
from civicflow.workflows.mediation.figures import Mediated, mediated
from civicflow.workflows.mediation.parts import Venue, Way
from seeds import drawn
from tables import table

REGISTERS = Path(__file__).parent / "registers"
ZONE = "Asia/Shanghai"
SHANGJIE, TONGJIANG = "410106", "511102006"
CATEGORIES: Final = ("noise", "parking", "water leaks", "dogs", "family", "rent", "stairwells")
WAYS: Final[tuple[Way, ...]] = ("door", "case-officer", "tracked")


@attrs.frozen(kw_only=True)
class Dispute:
    """One dispute, and how it goes.

    Attributes:
        number: its own.
        month: in which it is raised, from 1 to 12.
        yard: the number of its compound among those of the register.
        way: how it is mediated.
        large: whether it goes up to the community.
        agrees: whether the parties agree at last.
        breaks: whether they break their first agreement.
        is_left: whether nobody takes it on; so that a test sees what that does to the figures.
    """

    number: int
    month: int
    yard: int
    way: Way
    large: bool
    agrees: bool
    breaks: bool
    is_left: bool = False

    @property
    def category(self) -> str:
        """What it is about."""
        return CATEGORIES[self.number % len(CATEGORIES)]


def disputes(seed: int, many: int, months: int = 12) -> tuple[Dispute, ...]:
    """Disputes, made from a seed."""
    return tuple(
        Dispute(
            number=number,
            month=1 + drawn(seed, number, "month", below=months),
            yard=drawn(seed, number, "yard", below=10**6),
            way=WAYS[drawn(seed, number, "way", below=len(WAYS))],
            large=not drawn(seed, number, "large", below=8),
            agrees=drawn(seed, number, "agrees", below=20) > 0,
            breaks=not drawn(seed, number, "breaks", below=25),
        )
        for number in range(many)
    )


def yards(office: Office, top: str, many: int) -> str:
    """A register of synthetic compounds below the communities and villages of an area, and of the four who mediate there."""
    chart = office.chart()
    areas = [unit for unit in map(chart.unit, chart.under(office.unit(top))) if isinstance(unit, Area)]
    homes = sorted(area.code for area in areas if area.level in {"community", "village"})
    scheme = "shangjie" if top == SHANGJIE else "leshan"
    made = [(f"{homes[n % len(homes)]}Y{n}", homes[n % len(homes)]) for n in range(many)]
    document: dict[str, Any] = {
        "register": f"yards-{top}",
        "scheme": scheme,
        "since": "2020-06-30",
        "elsewhere": homes,
        "areas": [
            {"code": code, "name": f"Compound {n + 1} | {n + 1}号院", "level": "compound", "parent": home}
            for n, (code, home) in enumerate(made)
        ],
        "bodies": [
            *(
                {
                    "code": f"branch-{code}",
                    "name": f"Branch of compound {n + 1} | {n + 1}号院党支部",
                    "kind": "party-organisation",
                    "area": code,
                    "posts": {"secretary": f"secretary-{code}", "grid-leader": f"grid-{code}"},
                }
                for n, (code, _) in enumerate(made)
            ),
            *(
                {
                    "code": f"mediation-{home}",
                    "name": "Mediation Committee | 人民调解委员会",
                    "kind": "committee",
                    "area": home,
                    "posts": {
                        "director": f"director-{home}",
                        "mediator": f"mediator-{home}",
                        "police-officer": f"police-{home}",
                    },
                }
                for home in homes
            ),
        ],
    }
    return json.dumps(document, ensure_ascii=False)


@attrs.frozen(kw_only=True)
class Year:
    """What came of the disputes, from the ledger.

    Attributes:
        compounds: how many compounds there are.
        figures: of all disputes.
        ways: how many were mediated in which way.
        climbed: how many were handed up.
        sessions: how many sessions were held.
        visits: how many visits were made.
        broken: how many agreements were broken.
    """

    compounds: int
    figures: Mediated
    ways: Mapping[str, int]
    climbed: int
    sessions: int
    visits: int
    broken: int


def play(office: Office, clock: FrozenClock, top: str, given: Sequence[Dispute], *, year: int) -> Year:
    """Every dispute of a year, month by month.

    Args:
        office: an office whose register has the compounds of `yards`.
        clock: the office's; it is set on.
        top: the area in which all of it happens.
        given: the disputes.
        year: which one.
    """
    chart = office.chart()
    compounds = sorted(
        chart.code(unit)
        for unit in chart.under(office.unit(top))
        if isinstance(chart.unit(unit), Area) and chart.area(unit).level == "compound"
    )
    for month in sorted({one.month for one in given}):
        clock.set(instant(f"{year}-{month:02}-02T09:00", ZONE))
        with office.together() as desk:
            for one in given:
                if one.month == month:
                    _mediate(desk, clock, one, compounds[one.yard % len(compounds)])
    # What nobody takes on is pressed, and is still open at the end.
    clock.set(instant(f"{year + 1}-03-01T09:00", ZONE))
    office.tick()
    return figures_of(office, clock, top)


def _mediate(office: Office, clock: FrozenClock, one: Dispute, yard: str) -> None:
    party = office.act_as(f"party-{one.number}")
    home = office.chart().code(office.chart().above(office.unit(yard)) or "")
    dispute = office.mediation.apply(
        f"{one.category} {one.number}",
        unit=yard,
        category=one.category,
        by=party,
        names=(f"party {one.number}", "neighbour"),
        key=f"dispute:{one.number}",
    )
    if one.is_left:
        return
    clock.advance(minutes=1)
    mediator = _post(office, "mediator", home)
    if one.large:
        office.mediation.hand_up(dispute, "several stairs are concerned", by=_post(office, "secretary", yard))
    secretary = _post(office, "secretary", home if one.large else yard)
    office.mediation.take_on(dispute, way=one.way, large=one.large, by=secretary)
    excused = {"grid-leader": "the dispute went up to the community"} if one.large else {}
    for last in (not one.breaks, True):
        venue: Venue = "door" if one.way == "door" else "office"
        office.mediation.meet(dispute, venue=venue, excused=excused, volunteers=one.number % 3, by=mediator)
        if not one.agrees:
            office.mediation.refer(dispute, "they do not agree", to="court", by=mediator)
            return
        office.mediation.agree(dispute, terms="as agreed", signatures=(f"party {one.number}", "neighbour"), by=mediator)
        for _ in range(3 if one.way == "tracked" and last else 1):
            clock.advance(minutes=1)
            office.mediation.visit(dispute, kept=last, by=mediator)
        if last:
            return


def _post(office: Office, post: str, area: str) -> Actor:
    (person,) = office.chart().holders(post, office.unit(area))
    return office.act_as(person, post=post, unit=area)


def figures_of(office: Office, clock: FrozenClock, top: str) -> Year:
    """The figures, from the ledger alone."""
    steps: Counter[str] = Counter()
    ways: Counter[str] = Counter()
    for _, entry in office.ledger.feed():
        steps[entry.step] += 1
        steps["broken"] += entry.step == "visit" and not entry.data["kept"]
        if entry.step == "take-on":
            ways[str(entry.data["way"])] += 1
    chart = office.chart()
    areas = [unit for unit in map(chart.unit, chart.under(office.unit(top))) if isinstance(unit, Area)]
    return Year(
        compounds=sum(area.level == "compound" for area in areas),
        figures=mediated(office.ledger.facts(flow="dispute", under=top), to_micros(clock())),
        ways=dict(sorted(ways.items())),
        climbed=steps["hand-up"],
        sessions=steps["meet"],
        visits=steps["visit"],
        broken=steps["broken"],
    )


def shangjie(office: Office, clock: FrozenClock, given: Sequence[Dispute]) -> Year:
    """Shangjie district in 2024, in an office without a register."""
    office.register.load(REGISTERS / "shangjie.yaml")
    office.register.read(yards(office, SHANGJIE, 284), source="yards.json", format="json")
    return play(office, clock, SHANGJIE, given, year=2024)


def tongjiang(office: Office, clock: FrozenClock, given: Sequence[Dispute]) -> Year:
    """The communities around the centre at Tongjiang in 2021, in an office without a register."""
    office.register.load(REGISTERS / "leshan.yaml")
    office.register.read(yards(office, TONGJIANG, 24), source="yards.json", format="json")
    return play(office, clock, TONGJIANG, given, year=2021)


def shown(year: Year) -> str:
    """The figures as a table."""
    rows = (
        ("compounds | 楼院", year.compounds),
        ("disputes | 纠纷", year.figures.raised),
        ("handled | 办理", year.figures.handled),
        ("with an agreement | 达成协议", year.figures.agreed),
        ("handed up | 上报", year.climbed),
        ("sessions | 调解会", year.sessions),
        ("visits | 回访", year.visits),
        ("broken agreements | 协议未履行", year.broken),
        *((f"{way} | {way}", n) for way, n in year.ways.items()),
    )
    return table(("figure | 指标", "value | 数值"), rows)


def tell(folder: Path) -> Iterator[str]:
    """Both places, each in a store of its own under a folder."""
    clock = FrozenClock(instant("2024-01-01T09:00", ZONE))
    with civicflow.open(f"sqlite:///{folder / 'shangjie.db'}", clock=clock) as office:
        yield "Shangjie, 2024"
        yield shown(shangjie(office, clock, disputes(2024, 1_012)))
    clock = FrozenClock(instant("2021-01-01T09:00", ZONE))
    with civicflow.open(f"sqlite:///{folder / 'tongjiang.db'}", clock=clock) as office:
        yield "Tongjiang, 2021"
        yield shown(tongjiang(office, clock, disputes(2021, 43, months=6)))


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        for line in tell(Path(folder)):
            print(line)


if __name__ == "__main__":
    main()
