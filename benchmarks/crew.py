"""Worker processes that stand ready: each prepares its share, waits for the word, works, and says that it is done."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Self

from measuring import Contender, Work

Part = Callable[[int], Contender]
"""What one worker does: given its number (from 0), a contender in its own process."""

_FORK = get_context("fork")  # what was prepared before is there, and paid for, in every worker


class Crew:
    """So many workers, which take the same part at the same time."""

    def __init__(self, size: int, parts: Mapping[str, Part]) -> None:
        self.size = size
        self._pipes: list[Connection] = []
        self._ends = ExitStack()
        for number in range(size):
            ours, theirs = _FORK.Pipe()
            worker = _FORK.Process(target=_serve, args=(theirs, number, parts), daemon=True)
            worker.start()
            theirs.close()
            self._ends.callback(worker.join)
            self._ends.callback(worker.terminate)  # a peer's threads would go on
            self._pipes.append(ours)

    def contender(self, name: str, before: Callable[[], object] = lambda: None) -> Contender:
        """So many runs by each worker, all at once; what comes before is not timed."""

        def contender(runs: int) -> Work:
            before()
            self._all((name, runs))
            return lambda: self._all("go")

        return contender

    def _all(self, word: Any) -> None:
        for pipe in self._pipes:
            pipe.send(word)
        failed = [said for said in [pipe.recv() for pipe in self._pipes] if said]
        assert not failed, failed[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()


def _serve(pipe: Connection, number: int, parts: Mapping[str, Part]) -> None:
    ready: dict[str, Contender] = {}
    work: Work = bool
    while True:
        word = pipe.recv()
        try:
            if word == "go":
                work()
            else:
                name, runs = word
                if name not in ready:
                    ready[name] = parts[name](number)
                work = ready[name](runs)
        except BaseException:  # noqa: BLE001 - told to whoever waits, who stops
            pipe.send(traceback.format_exc())
        else:
            pipe.send("")
