"""`eventsourcing` with its own modules for SQLite and PostgreSQL: load, trigger, save, as its documentation does it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from errand import POSTS, STATES, STEPS, TITLE
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

_LEADS = {step: (source, target) for step, source, target in zip(STEPS, STATES, STATES[1:], strict=False)}


class Errand(Aggregate):
    """The peer's case: six events, of which the first creates it."""

    @event("Filed")
    def __init__(self, title: str) -> None:
        self.title = title
        self.state = "filed"

    @event("Moved")
    def move(self, step: str, to: str, data: dict) -> None:
        self.state = to

    def take(self, step: str, post: str | None, data: dict) -> None:
        source, target = _LEADS[step]
        if self.state != source or post != POSTS[step]:
            raise AssertionError(step)
        self.move(step, target, data)


class Errands(Application):
    """One file of them."""

    def file(self, title: str) -> UUID:
        errand = Errand(title)
        self.save(errand)
        return errand.id

    def take(self, id_: UUID, step: str, post: str | None, data: dict) -> None:
        errand = self.repository.get(id_)
        errand.take(step, post, data)
        self.save(errand)


def open_at(place: Path) -> Errands:
    """An application on a file; it keeps to WAL and synchronous=FULL by itself."""
    return Errands(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(place)})


def open_on(host: Path, schema: str, *, create: bool = False) -> Errands:
    """An application on a PostgreSQL server, in a schema of its own; one makes the tables, since several at once fail."""
    return Errands(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": "postgres",
            "POSTGRES_HOST": str(host),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "none",
            "POSTGRES_SCHEMA": schema,
            "CREATE_TABLE": "y" if create else "n",
        }
    )


def live(errands: Errands) -> None:
    """One lifecycle."""
    id_ = errands.file(TITLE)
    for step in STEPS:
        errands.take(id_, step, POSTS[step], _data(step))


def save_all(errands: Errands) -> None:
    """One lifecycle of a case that is kept in memory: six commits and no load."""
    errand = Errand(TITLE)
    errands.save(errand)
    for step in STEPS:
        errand.take(step, POSTS[step], _data(step))
        errands.save(errand)


def _data(step: str) -> dict:
    return {"resolved": True, "satisfied": 5} if step == "evaluate" else {}
