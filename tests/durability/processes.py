"""Processes that are forked off warm, what they leave behind, and how they are killed.

A crew's processes begin in about the time of a fork, since everything is imported already. They share no handle with the
test: whoever works opens the place by its URL after the fork. What they leave on a `Trail` outlives them. They work as
far as they are given `Rations`, so that a test knows how much there is to do, and never waits by sleeping.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from civicflow.testing.storage.together import forking

_PATIENCE: Final = 300
"""Seconds without a word after which a crew counts as stuck, and its test fails instead of waiting for ever."""


class Trail:
    """Lines that processes leave in a file. A line that was written stays, whatever becomes of its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._beats, self._beat = os.pipe()
        os.set_blocking(self._beat, False)

    def leave(self, *words: object) -> None:
        """Write one line, and say that there is one."""
        os.write(self._file, ("\t".join(map(str, words)) + "\n").encode())
        with suppress(BlockingIOError):  # nobody hears any more, and the line is there all the same
            os.write(self._beat, b".")

    def lines(self) -> list[list[str]]:
        """All that was left so far, in order, as words."""
        return [line.split("\t") for line in self._path.read_text().splitlines()]

    def heard(self, count: int, seconds: float) -> int:
        """Wait for so many beats, at most so long; how many came."""
        ready, _, _ = select.select([self._beats], [], [], seconds)
        return len(os.read(self._beats, count)) if ready else 0

    def forget(self) -> None:
        """Hear no more of what was left so far."""
        while self.heard(select.PIPE_BUF, 0):
            pass

    def close(self) -> None:
        """Let go of the file and the pipe; the lines stay."""
        for descriptor in (self._file, self._beats, self._beat):
            os.close(descriptor)


class Rations:
    """How much a crew may still do: each piece of work takes one, and whoever finds none waits until one is given."""

    def __init__(self) -> None:
        self._taking, self._giving = os.pipe()

    def give(self, count: int) -> None:
        """Let the crew do so many pieces more."""
        os.write(self._giving, b"." * count)

    def end(self) -> None:
        """Give no more: whoever waits for one, or comes for one when they are used up, goes home."""
        if self._giving >= 0:
            os.close(self._giving)
            self._giving = -1

    def take(self) -> bool:
        """Wait for one; False when there will be none."""
        return bool(os.read(self._taking, 1))

    def ended(self) -> bool:
        """Whether there will be none any more; asked by somebody who takes none."""
        return bool(select.select([self._taking], [], [], 0)[0])

    def close(self) -> None:
        """Let go of the pipe."""
        self.end()
        os.close(self._taking)


class Crew:
    """Processes at work. At the end of the block none is left."""

    def __init__(self) -> None:
        self.context: Final = forking()
        self._working: list[BaseProcess] = []
        self._rations: list[Rations] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in tuple(self._working):
            self.kill(process)
        for rations in self._rations:
            rations.close()

    def rations(self) -> Rations:
        """Rations for some of the processes that are started from now on."""
        self._rations.append(Rations())
        return self._rations[-1]

    def start(self, work: Callable[..., object], *given: Any) -> BaseProcess:
        """Fork a process off that does some work; its error's traceback goes to the test's output."""
        process: BaseProcess = self.context.Process(target=self._run, args=(work, *given))
        process.start()
        self._working.append(process)
        return process

    def _run(self, work: Callable[..., object], *given: Any) -> None:
        for rations in self._rations:
            rations.end()  # a copy of the giver's end would keep it open when the giver lets go
        work(*given)

    def kill(self, process: BaseProcess) -> None:
        """End one as ``kill -9`` does: nothing of it runs on, no ``finally`` and no rollback."""
        process.kill()
        process.join()
        self._working.remove(process)

    def wait(self, trail: Trail, count: int) -> None:
        """Wait until so many more lines were left on a trail."""
        end = time.monotonic() + _PATIENCE
        while count:
            heard = trail.heard(count, 1)
            count -= heard
            self.check()
            if heard:
                end = time.monotonic() + _PATIENCE
            assert time.monotonic() < end, f"nothing was left on the trail for {_PATIENCE} seconds: the crew is stuck"

    def check(self) -> None:
        """None that works failed."""
        failed = [process.exitcode for process in self._working if process.exitcode]
        assert not failed, f"processes ended with {failed}; what they said is in the output"

    def done(self) -> None:
        """Wait until all went home by themselves."""
        for process in tuple(self._working):
            self.ended(process)

    def ended(self, process: BaseProcess) -> None:
        """Wait until one went home by itself; none of the others may have failed meanwhile."""
        end = time.monotonic() + _PATIENCE
        while process.exitcode is None and time.monotonic() < end:
            process.join(1)
            self.check()
        assert process.exitcode == 0, f"a process did not come to its end within {_PATIENCE} seconds"
        self._working.remove(process)
