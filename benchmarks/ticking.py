"""A tick whose cost grows with what is due: the same tickets ring alone in a store, and among very many open ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import attrs
from durable import folders
from errand import NOW
from measuring import QUICK, Contender, Goal, Pace, Table, Work, compared, race

import civicflow
from civicflow import Actor, Office
from civicflow.ids import CaseId
from civicflow.plugins.manager import Plugins
from civicflow.testing import FrozenClock

OPEN, DUE = 100_000, 1_000
ALONE = "what is due, with nothing else open"
REGISTER = """{"register": "town", "scheme": "generic", "since": "2020-01-01",
 "areas": [{"code": "city", "name": "City", "level": "city"}],
 "bodies": [{"code": "party", "name": "Party", "kind": "party-organisation", "area": "city",
             "posts": {"secretary": "secretary-1"}}]}"""


@attrs.define
class Town:
    """An office, its clock, and the tickets that rang in the last round."""

    office: Office
    clock: FrozenClock
    rung: list[CaseId] = attrs.Factory(list)

    @property
    def secretary(self) -> Actor:
        return self.office.act_as("secretary-1", post="secretary", unit="party")

    def order(self, tickets: int) -> list[CaseId]:
        """So many tickets, in commits of a thousand."""
        ordered: list[CaseId] = []
        resident = self.office.act_as("resident-1")
        while len(ordered) < tickets:
            with self.office.together() as office:
                for _ in range(min(1_000, tickets - len(ordered))):
                    ordered.append(office.tickets.order("a lamp", unit="city", by=resident).id)
        return ordered

    def put_on_hold(self, tickets: list[CaseId]) -> None:
        """They stay open, and no clock of theirs rings in our time."""
        for first in range(0, len(tickets), 1_000):
            with self.office.together() as office:
                for ticket in tickets[first : first + 1_000]:
                    office.tickets.hold(ticket, "winter", within="9999 days", by=self.secretary)


def measure(pace: Pace, store: Path) -> list[Table]:
    fresh = folders(store, "tick")
    many = OPEN // 50 if pace is QUICK else OPEN
    among = f"civicflow: the same among {many:,} open cases"
    contenders = {ALONE: _ringing(_opened(fresh)), among: _ringing(_crowded(fresh, many))}
    timed = race(contenders, pace, most=DUE)
    head = ("Office.tick on SQLite, CPU time", "rings/s", "us", "ratio", "goal", "")
    note = f"Up to {DUE:,} tickets are due in a round; the others are open, and nothing of theirs is due."
    return [Table("A tick among many open cases", head, compared(timed, ALONE, {among: Goal(0.8)}), note)]


def _opened(fresh: Iterator[Path]) -> Town:
    clock = FrozenClock(NOW)
    office = civicflow.open(f"sqlite:///{next(fresh) / 'ours.db'}", clock=clock, plugins=Plugins())
    office.register.read(REGISTER, source="town.json", format="json")
    return Town(office, clock)


def _crowded(fresh: Iterator[Path], many: int) -> Town:
    town = _opened(fresh)
    town.put_on_hold(town.order(many))
    town.office.tick()  # seals what was entered
    return town


def _ringing(town: Town) -> Contender:
    def contender(runs: int) -> Work:
        town.put_on_hold(town.rung)
        town.rung = town.order(runs)
        town.office.tick()
        due = town.office.case(town.rung[0]).due
        assert due is not None
        town.clock.set(due + timedelta(seconds=1))  # the first reminder, before anything climbs

        def work() -> None:
            assert town.office.tick(limit=runs + 1).rung == runs

        return work

    return contender
