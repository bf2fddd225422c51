"""Committing: a decision becomes one batch, all of it or nothing, and whoever observes hears of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from civicflow.calendars import to_micros
from civicflow.drafts import maker
from civicflow.ledger.chain import ZERO
from civicflow.office.codec import facts_of, private_of, write_of
from civicflow.office.loading import Loaded
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.hookspecs import Committed
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.notify.preferences import Route
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Commit, Expect, Filed, Key, Message, Party, Storage
from civicflow.workflows.engine.decide import Accepted, Move
from civicflow.workflows.engine.parties import parties_of
from civicflow.workflows.engine.possible import asked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Notice, World

_new_batch: Final = maker(Batch)
_new_await: Final = maker(Await)
_new_awaits: Final = maker(Awaits)


class Committer:
    """Writes decisions to one storage."""

    __slots__ = ("_around", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage, self._around = storage, around

    def commit(self, decided: Accepted, loaded: Loaded, key: Key | None = None) -> Commit:
        """Write a decision and everything that follows from it.

        Raises:
            Conflict: what it rests on is no longer so; nothing was written.
        """
        world = loaded.world
        moves = decided.moves
        flows = self._around.unfiled(case.flow for move in moves for case in move.cases)
        committed = self._storage.commit(
            _new_batch(
                tuple([write_of(move, _head(loaded, move)) for move in moves]),
                _expects(decided) if decided.read or decided.rounds else (),
                tuple([part for move in moves if move.private for part in private_of(move, decided.salt)]),
                (),  # erases nothing
                tuple(_awaits(decided, world)),
                _parties(moves),
                (),  # moves no deadline without an entry
                tuple(self._messages(decided, world)) if decided.notices else (),
                key,
                (),  # seals nothing
                tuple([Filed(f.digest, f.body) for f in map(world.flows.flow, sorted(flows))]) if flows else (),
            )
        )
        if not committed.repeated:
            if flows:
                self._around.note_filed(flows)
            if self._around.observers.listening:
                self._tell(moves, committed)
        return committed

    def amend(self, decided: Accepted, loaded: Loaded, key: Key | None = None) -> Commit:
        """Write an entry beside the flow, with its private part, and delete the private parts that it erases.

        The flow need not be in use here: whose case stands where it did is asked whom it asked.

        Raises:
            Conflict: the matter has moved on.
        """
        (move,) = decided.moves
        committed = self._storage.commit(
            Batch(
                writes=(write_of(move, _head(loaded, move)),),
                private=tuple(private_of(move, decided.salt)),
                erase=decided.erased,
                parties=_parties(decided.moves),
                key=key,
            )
        )
        if not committed.repeated and self._around.observers.listening:
            self._tell((move,), committed)
        return committed

    def _tell(self, moves: tuple[Move, ...], committed: Commit) -> None:
        entries = tuple([entry for move in moves for entry in move.entries])
        facts = {case.id: facts_of(case) for move in moves for case in move.cases}
        self._around.observers.committed(Committed(position=committed.position, entries=entries, facts=facts))

    def _messages(self, decided: Accepted, world: World) -> Iterator[Message]:
        for number, notice in enumerate(decided.notices):
            for route in self._routes(notice, world.recorded):
                yield Message(
                    dedupe=f"{notice.case}:{notice.version}:{number}:{notice.to}:{route.channel}",
                    case=notice.case,
                    recipient=notice.to,
                    channel=route.channel,
                    topic=notice.topic,
                    body=encode_notice(
                        notice.text, at=world.recorded, language=route.language, fallback=route.fallback
                    ),
                    not_before=to_micros(route.not_before),
                )

    def _routes(self, notice: Notice, at: datetime) -> Iterable[Route]:
        """By every channel at once, unless somebody says otherwise."""
        around = self._around
        if around.preferences is None:
            return [Route(channel=channel, not_before=at) for channel in around.channels]
        return around.preferences.routes(notice.to, notice.topic, around.channels, at=at)


def _head(loaded: Loaded, move: Move) -> bytes:
    stored = loaded.cases.get(move.matter)
    return ZERO if stored is None else stored.head


def _expects(decided: Accepted) -> tuple[Expect, ...]:
    versions = [Expect(matter, version=version) for matter, version in decided.read.items()]
    rounds = [Expect(matter, round=number) for matter, number in decided.rounds.items()]
    return (*versions, *rounds)


def _parties(moves: tuple[Move, ...]) -> tuple[Party, ...]:
    """Whom the matters concern from now on; most steps name nobody new."""
    named = {(move.matter, party): None for move in moves for entry in move.entries for party in parties_of(entry)}
    return tuple([Party(matter, party) for matter, party in named]) if named else ()


def _awaits(decided: Accepted, world: World) -> list[Awaits]:
    """Who is asked now, for every case that moved; a parent whose tally alone changed asks whom it asked before."""
    moved: list[Case] = []
    for move in decided.moves:
        own = {entry.case for entry in move.entries}
        moved += [case for case in move.cases if case.id in own or not case.is_root]
    addresses = asked(world, moved)
    return [_asking(case, addresses[case.id]) for case in moved]


def _asking(case: Case, addresses: tuple[str, ...]) -> Awaits:
    if not addresses:
        return _new_awaits(case.id, ())
    due = case.due
    until = None if due is None else to_micros(due)
    return _new_awaits(case.id, tuple([_new_await(case.id, address, until) for address in addresses]))
