"""Races: commits that meet. Every thread has a handle of its own, as every worker of an office has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final

from civicflow.errors import CivicflowError, Conflict, IdempotencyMismatch
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Commit,
    Expect,
    Filed,
    Key,
    Storage,
)
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, by, head, message, put, write
from civicflow.testing.storage.together import together

_RACERS: Final = 5
_ROUNDS: Final = 8


def _tried(storage: Storage, batch: Batch) -> Commit | CivicflowError:
    try:
        return storage.commit(batch)
    except (Conflict, IdempotencyMismatch) as error:
        return error


def _at_once(handles: Sequence[Storage], batches: Sequence[Batch]) -> list[object]:
    """Commit each batch through a handle, all at one moment; what came of each."""
    return together([partial(_tried, handle, batch) for handle, batch in zip(handles, batches, strict=True)])


def _won(results: Sequence[object]) -> list[Commit]:
    return [one for one in results if isinstance(one, Commit) and not one.repeated]


class RaceSuite(StorageSuite):
    """Whoever comes first, what came of it is what one after the other could have given."""

    concern = "races"

    def _in_one_place(self, check: Callable[[list[Storage], int], None]) -> None:
        """Some rounds of a race in one place, each with another number for its matters."""
        place = self.fresh()
        with ExitStack() as stack:
            handles = [stack.enter_context(self.opened(place)) for _ in range(_RACERS)]
            for number in range(_ROUNDS):
                check(handles, number)

    def test_one_key_at_once_is_one_command(self) -> None:
        """One writes; the others are given its answer."""

        def check(handles: list[Storage], number: int) -> None:
            batches = [
                Batch(writes=(write(f"T-{number}-{racer}"),), key=Key(f"k-{number}", b"digest", b"%d" % racer))
                for racer in range(_RACERS)
            ]
            results = _at_once(handles, batches)
            (first,) = _won(results)
            assert [one.answer for one in results if isinstance(one, Commit)] == [first.answer] * _RACERS
            assert len(handles[0].feed()) == number + 1

        self._in_one_place(check)

    def test_one_key_for_two_commands_at_once_is_one_of_them(self) -> None:
        """The other one is told of the mismatch."""

        def check(handles: list[Storage], number: int) -> None:
            batches = [
                Batch(writes=(write(f"T-{number}-{racer}"),), key=Key(f"k-{number}", b"%d" % racer, b""))
                for racer in range(_RACERS)
            ]
            results = _at_once(handles, batches)
            assert len(_won(results)) == 1
            assert sum(isinstance(one, IdempotencyMismatch) for one in results) == _RACERS - 1
            assert len(handles[0].feed()) == number + 1

        self._in_one_place(check)

    def test_two_decisions_that_read_each_other_are_not_both_kept(self) -> None:
        """Each expects what the other one writes: nobody overdraws a fund by looking away for a moment."""

        def check(handles: list[Storage], number: int) -> None:
            names = [f"F-{number}-{racer}" for racer in range(_RACERS)]
            handles[0].commit(Batch(writes=tuple(write(name) for name in names)))
            batches = [
                Batch(
                    writes=(write(name, 1),),
                    expects=tuple(Expect(other, version=1) for other in names if other != name),
                )
                for name in names
            ]
            assert len(_won(_at_once(handles, batches))) == 1
            assert sorted(case.version for case in handles[0].load(names).cases.values()) == [1] * (_RACERS - 1) + [2]

        self._in_one_place(check)

    def test_no_ballot_comes_after_the_round_was_closed(self) -> None:
        """A ballot expects the round, the closing moves it: what the closer finds then is all that there will be."""

        def check(handles: list[Storage], number: int) -> None:
            vote, brood = f"V-{number}", f"V-{number}#1"
            put(handles[0], vote, 0, round_=1)

            def ballot(racer: int) -> object:
                row = write(f"B-{number}-{racer}", brood=brood)
                return _tried(handles[racer], Batch(writes=(row,), expects=(Expect(vote, round=1),)))

            def closing() -> object:
                put(handles[0], vote, 1, round_=2)
                return len(handles[0].load([], [by("brood", brood)]).found[0])

            counted, *ended = together([closing, *(partial(ballot, racer) for racer in range(1, _RACERS))])
            kept = len(handles[0].load([], [by("brood", brood)]).found[0])
            assert counted == kept == len(_won(ended)), "a ballot was kept that the closing could not count"

        self._in_one_place(check)

    def test_two_who_create_one_matter_do_not_both(self) -> None:
        """Version 0 is fought over like every other; an expectation of nothing is one, too."""

        def check(handles: list[Storage], number: int) -> None:
            name = f"T-{number}"
            wanting = Batch(writes=(write(f"W-{number}"),), expects=(Expect(name, version=0),))
            results = _at_once(handles, [wanting, *[Batch(writes=(write(name),))] * (_RACERS - 1)])
            assert len(_won(results[1:])) == 1
            losers = [one for one in results[1:] if isinstance(one, Conflict)]
            assert [one.actual for one in losers] == [1] * (_RACERS - 2)
            assert len(handles[0].history(name)) == 1

        self._in_one_place(check)

    def test_matters_written_in_any_order_block_nobody_for_ever(self) -> None:
        """Batches that name the same matters in opposite orders all end, by a commit or by a conflict."""
        names = [f"T-{number}" for number in range(4)]

        def working(storage: Storage, racer: int) -> int:
            kept = 0
            while kept < _ROUNDS:
                order = names if racer % 2 else names[::-1]
                versions = storage.load(names).cases
                writes = tuple(write(name, versions[name].version if name in versions else 0) for name in order)
                kept += isinstance(_tried(storage, Batch(writes=writes)), Commit)
            return kept

        place = self.fresh()
        with ExitStack() as stack:
            handles = [stack.enter_context(self.opened(place)) for _ in range(3)]
            together([partial(working, handle, racer) for racer, handle in enumerate(handles)])
            assert {case.version for case in handles[0].load(names).cases.values()} == {3 * _ROUNDS}

    def test_what_may_be_put_twice_may_be_put_twice_at_once(self) -> None:
        """A message of one name, a document of one digest, the asked of one case: nobody fails for them."""

        def check(handles: list[Storage], number: int) -> None:
            case = f"T-{number}"
            addresses = ("person:P-1", "person:P-2")
            batches = [
                Batch(
                    writes=(write(f"{case}-{racer}"),),
                    messages=(message(f"m-{number}", case=case),),
                    filed=(Filed(f"d-{number}", b"document"),),
                    awaits=(Awaits(case, tuple(Await(case, address, racer) for address in addresses)),),
                )
                for racer in range(_RACERS)
            ]
            assert len(_won(_at_once(handles, batches))) == _RACERS
            asked = handles[0].asked(case=case)
            assert [one.address for one in asked] == [*addresses]
            assert len({one.until for one in asked}) == 1, "the asked of two commits were mixed"
            claims = handles[0].claim(worker="w", now=NOON, lease=1, limit=100)
            assert [claim.message.dedupe for claim in claims] == [f"m-{number}"]

        self._in_one_place(check)

    def test_of_two_who_seal_at_once_one_does(self) -> None:
        """The next head is one."""

        def check(handles: list[Storage], number: int) -> None:
            results = _at_once(handles, [Batch(heads=(head(number + 1),))] * _RACERS)
            assert len(_won(results)) == 1
            assert [one.actual for one in results if isinstance(one, Conflict)] == [number + 1] * (_RACERS - 1)

        self._in_one_place(check)
