"""Committing: a decision becomes one batch, all of it or nothing, and whoever observes hears of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

from civicflow.calendars import to_micros
from civicflow.ledger.chain import ZERO
from civicflow.office.codec import facts_of, private_of, write_of
from civicflow.office.loading import Loaded
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.hookspecs import Committed
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Commit, Expect, Filed, Key, Message, Storage
from civicflow.workflows.engine.decide import Accepted, Move
from civicflow.workflows.engine.possible import asked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import World


class Committer:
    """Writes decisions to one storage."""

    __slots__ = ("_around", "_filed", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage, self._around = storage, around
        self._filed: set[str] = set()

    def commit(self, decided: Accepted, loaded: Loaded, key: Key | None = None) -> Commit:
        """Write a decision and everything that follows from it.

        Raises:
            Conflict: what it rests on is no longer so; nothing was written.
        """
        world = loaded.world
        flows = {case.flow for move in decided.moves for case in move.cases} - self._filed
        committed = self._storage.commit(
            Batch(
                writes=tuple([write_of(move, _head(loaded, move)) for move in decided.moves]),
                expects=_expects(decided),
                private=tuple([part for move in decided.moves for part in private_of(move, decided.salt)]),
                awaits=tuple(_awaits(decided, world)),
                messages=tuple(self._messages(decided, world)),
                key=key,
                filed=tuple([Filed(f.digest, f.body) for f in (world.flows.rules(ref).flow for ref in sorted(flows))]),
            )
        )
        if not committed.repeated:
            self._filed |= flows
            self._tell(decided, committed)
        return committed

    def _tell(self, decided: Accepted, committed: Commit) -> None:
        observers = self._around.observers
        if observers.listening:
            entries = tuple([entry for move in decided.moves for entry in move.entries])
            facts = {case.id: facts_of(case) for move in decided.moves for case in move.cases}
            observers.committed(Committed(position=committed.position, entries=entries, facts=facts))

    def _messages(self, decided: Accepted, world: World) -> Iterator[Message]:
        now = to_micros(world.recorded)
        for number, notice in enumerate(decided.notices):
            for channel in self._around.channels:
                yield Message(
                    dedupe=f"{notice.case}:{notice.version}:{number}:{notice.to}:{channel}",
                    case=notice.case,
                    recipient=notice.to,
                    channel=channel,
                    topic=notice.topic,
                    body=encode_notice(notice.text, at=world.recorded),
                    not_before=now,
                )


def _head(loaded: Loaded, move: Move) -> bytes:
    stored = loaded.cases.get(move.matter)
    return ZERO if stored is None else stored.head


def _expects(decided: Accepted) -> tuple[Expect, ...]:
    versions = [Expect(matter, version=version) for matter, version in decided.read.items()]
    rounds = [Expect(matter, round=number) for matter, number in decided.rounds.items()]
    return (*versions, *rounds)


def _awaits(decided: Accepted, world: World) -> Iterator[Awaits]:
    """Who is asked now, for every case that moved; a parent whose tally alone changed asks whom it asked before."""
    moved: list[Case] = []
    for move in decided.moves:
        own = {entry.case for entry in move.entries}
        moved += [case for case in move.cases if case.id in own or not case.is_root]
    addresses = asked(world, moved)
    for case in moved:
        until = None if case.due is None else to_micros(case.due)
        yield Awaits(case.id, tuple([Await(case.id, address, until) for address in addresses[case.id]]))
