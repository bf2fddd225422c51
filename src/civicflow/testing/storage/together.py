"""Several at once: threads that start at one moment, and processes that are forked off."""

from __future__ import annotations

import multiprocessing
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import pytest

_TURN: Final = 0.000_05
"""Seconds after which another thread has its turn: in the middle of everything, as on a busy server."""


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """Run all at once in threads; the first error is raised here. What they return comes in the order of the works."""
    results: list[object] = [None] * len(works)
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(number: int, work: Callable[[], object]) -> None:
        try:
            start.wait()
            results[number] = work()
        except BaseException as error:  # noqa: BLE001  raised in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number, work)) for number, work in enumerate(works)]
    turn = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(turn)
    if errors:
        raise errors[0]
    return results


def beside(works: Sequence[Callable[[int], object]], *, rounds: int, most: int) -> None:
    """Do each work again and again beside the others, until every one was done often enough.

    Args:
        works: each is given the number of its round, from 0.
        rounds: how often every work is done, at least.
        most: how often none is done more, should another one never come to its end.
    """
    done = [0] * len(works)
    failed: list[int] = []

    def run(place: int) -> None:
        try:
            while min(done) < rounds and done[place] < most and not failed:
                works[place](done[place])
                done[place] += 1
        except BaseException:
            failed.append(place)
            raise

    together([partial(run, place) for place in range(len(works))])


def forking() -> Any:
    """The way to fork processes off, or a skip where the system has none."""
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system cannot fork")
    return multiprocessing.get_context("fork")
