"""Shangjie's year on work lists and in league tables: more than 1,000 matters, over 96% of them settled.

Source of the figures: the article on Shangjie (1,000+ projects, over 96% settled; over 90% of compounds' problems handled). The
tree is real (see ``registers/shangjie.yaml``); persons and matters are synthetic, drawn from the seed. Nothing below writes a
figure down: each is counted from the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import instant, to_micros
from civicflow.hierarchy.units import Area
from civicflow.ids import UnitId
from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import Rates, rates
from civicflow.ledger.leagues import Ranked
from civicflow.office.worklists import Listed
from civicflow.testing import FrozenClock, sequential_ids
from seeds import drawn
from shangjie import DISTRICT, REGISTER, ZONE
from tables import table

SEED = 2026
MATTERS = 1_040
WEEKLY = 20
T = TypeVar("T")
BEGIN, END = instant("2026-01-05T09:00", ZONE), instant("2027-01-08T09:00", ZONE)
TICKET = "four-part-ticket"
CATEGORIES = {
    "compound/lighting": "urban-management",
    "compound/pipes": "housing",
    "compound/parking": "traffic-police",
    "street/stalls": "urban-management",
    "safety/fire-lane": "fire-rescue",
    "care/elderly": "civil-affairs",
}
ENDS = (("resolved", 80), ("silent", 94), ("unresolved", 95), ("out-of-scope", 97), ("open", 100))
LEFT_OUT = ("duplicate", "out-of-scope", "unreachable")


@attrs.frozen
class Matter:
    """One matter as the seed draws it.

    Attributes:
        code: the community that raises it.
        category: what it is about.
        days: how long the department takes.
        end: what becomes of it: ``resolved``, ``unresolved``, ``silent``, ``out-of-scope`` or ``open``.
        satisfied: 1 to 5.
    """

    code: str
    category: str
    days: int
    end: str
    satisfied: int


@attrs.frozen(kw_only=True)
class Year:
    """What the ledger says of the year.

    Attributes:
        figures: of all matters.
        fair: the same without what nobody can be measured by.
        compounds: of the compounds' own problems.
        towns: the league of subdistricts and the town.
        departments: the league of departments by their shares.
        overdue: the work list of what is overdue.
    """

    figures: Rates
    fair: Rates
    compounds: Rates
    towns: tuple[Ranked, ...]
    departments: tuple[Ranked, ...]
    overdue: tuple[Listed, ...]


def draw(codes: Sequence[str], *, seed: int = SEED, matters: int = MATTERS) -> Iterator[Matter]:
    """The matters of the year.

    Args:
        codes: of the communities, in order.
        seed: of the draw; the same seed gives the same year.
        matters: how many.
    """
    for number in range(matters):
        share = drawn(seed, "end", number, below=100)
        yield Matter(
            code=one_of(codes, seed, "code", number),
            category=one_of(tuple(CATEGORIES), seed, "category", number),
            days=one_of((1, 2, 2, 3, 4, 6), seed, "days", number),
            end=next(end for end, below in ENDS if share < below),
            satisfied=one_of((5, 5, 5, 5, 5, 4, 4, 4, 3, 1), seed, "satisfied", number),
        )


def one_of(choices: Sequence[T], seed: int, *what: object) -> T:
    """One of several, by the seed and by what it is for."""
    return choices[drawn(seed, *what, below=len(choices))]


def communities(office: Office) -> list[Area]:
    """The communities whose branch has a secretary."""
    chart = office.chart()
    below = (chart.area(unit) for unit in chart.under(chart.resolve(DISTRICT)) if chart.area_of(unit) == unit)
    return [area for area in below if area.level == "community" and chart.holders("secretary", area.id)]


def play(office: Office, clock: FrozenClock, matters: Sequence[Matter]) -> None:
    """Play the year, twenty matters a week: raised on Monday, done by their departments on the days after."""
    for week, first in enumerate(range(0, len(matters), WEEKLY)):
        these = dict(enumerate(matters[first : first + WEEKLY], first))
        clock.set(BEGIN + timedelta(weeks=week))
        office.tick()
        with office.together() as commit:
            tickets = {number: _raised(commit, number, matter) for number, matter in these.items()}
        for day in range(1, 7):
            clock.set(BEGIN + timedelta(weeks=week, days=day))
            with office.together() as commit:
                for number, matter in these.items():
                    if matter.days == day and matter.end != "open":
                        _done(commit, tickets[number], number, matter)
    clock.set(END)
    while office.tick().rung:
        pass


def _raised(office: Office, number: int, matter: Matter) -> Case:
    """A resident orders, the branch dispatches, the department accepts."""
    department, resident = CATEGORIES[matter.category], office.act_as(f"resident-{number}")
    ticket = office.tickets.order(f"Matter {number}", unit=matter.code, category=matter.category, by=resident)
    if matter.end == "out-of-scope":
        above = _holder(office, "secretary", matter.code[:9])
        office.tickets.exclude(ticket, "out-of-scope", note="between two neighbours", by=above)
    branch = _holder(office, "secretary", matter.code)
    office.tickets.dispatch(ticket, to=[department], within="3 days", by=branch)
    office.tickets.accept(ticket, by=_holder(office, "officer", department))
    return ticket


def _done(office: Office, ticket: Case, number: int, matter: Matter) -> None:
    """The department completes, the branch answers, the resident may say how it was."""
    office.tickets.complete(ticket, by=_holder(office, "officer", CATEGORIES[matter.category]))
    office.tickets.answer(ticket, "Done", by=_holder(office, "secretary", matter.code))
    if matter.end in ("resolved", "unresolved"):
        resident, resolved = office.act_as(f"resident-{number}"), matter.end == "resolved"
        office.tickets.evaluate(ticket, resolved=resolved, satisfied=matter.satisfied, by=resident)


def _holder(office: Office, post: str, unit: str) -> Actor:
    return office.act_as(office.chart().holders(post, office.unit(unit))[0], post=post, unit=unit)


def year(office: Office) -> Year:
    """Read the year from the ledger."""
    ledger, now = office.ledger, to_micros(office.now())
    return Year(
        figures=ledger.rates(under=DISTRICT),
        fair=ledger.rates(under=DISTRICT, exclude=LEFT_OUT, over="handled"),
        compounds=rates((facts for facts in ledger.facts(under=DISTRICT, flow=TICKET) if _is_compounds(facts)), now),
        towns=ledger.league("settled", level=("subdistrict", "town"), under=DISTRICT, exclude=LEFT_OUT),
        departments=ledger.league("on_time", "body", flow="share", least=20),
        overdue=office.worklist(under=DISTRICT, overdue=True, limit=1000).items,
    )


def _is_compounds(facts: CaseFacts) -> bool:
    return (facts.category or "").startswith("compound/")


def show(office: Office, told: Year) -> str:
    """The year as tables, each name from the register."""
    chart = office.chart()
    lines = [
        f"all:             {told.figures} · settled {told.figures.settled}",
        f"comparable:      {told.fair} · settled {told.fair.settled}",
        f"                 {told.fair.settled.counted.en}",
        f"compounds' own:  {told.compounds} · settled {told.compounds.settled}",
    ]
    for heading, ranked in (("settled | 办结", told.towns), ("on time | 按时", told.departments)):
        places = [
            (one.rank or "–", "–" if one.group is None else chart.name(UnitId(one.group)), one.rate) for one in ranked
        ]
        lines.append(table(("rank | 名次", "unit | 单位", heading), places))
    rows = [
        (item.case.title, f"{item.overdue_since:%Y-%m-%d}", f"{int(item.lateness or 0)}×", _with(office, item))
        for item in told.overdue[:10]
    ]
    lines.append(table(("matter | 事项", "overdue since | 逾期自", "times | 倍数", "with | 承办"), rows))
    return "\n".join(lines)


def _with(office: Office, item: Listed) -> str:
    chart = office.chart()
    return ", ".join(dict.fromkeys(chart.name(one.people[0].unit or "").zh for one in item.withs if one.people))


def main() -> None:
    """Play the year in a store of its own, and read it."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock(BEGIN)
        with civicflow.open(f"sqlite:///{Path(folder) / 'year.db'}", clock=clock, ids=sequential_ids()) as office:
            office.register.load(REGISTER)
            play(office, clock, tuple(draw([area.code for area in communities(office)])))
            print(show(office, year(office)))
            print(office.ledger.verify())


if __name__ == "__main__":
    main()
