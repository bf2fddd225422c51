"""Several at once: threads that start at one moment, and processes that are forked off."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest


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
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def forking() -> Any:
    """The way to fork processes off, or a skip where the system has none."""
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system cannot fork")
    return multiprocessing.get_context("fork")
