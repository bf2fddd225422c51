"""An office in a log: the state is a storage in memory, to which the lines of the log lead."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final

import msgspec

from civicflow.errors import CivicflowError, StorageError
from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.groups import Groups, undone
from civicflow.plugins.storage.memory import open_storage
from civicflow_jsonlines.address import Address
from civicflow_jsonlines.examining import examined
from civicflow_jsonlines.group import Group
from civicflow_jsonlines.index import Indexed, drop_index, read_index, write_index
from civicflow_jsonlines.log import Log
from civicflow_jsonlines.passing import Passing
from civicflow_jsonlines.redacting import redacted
from civicflow_jsonlines.works import Committing, Work, Works, decode, do_again, encode

_ALL: Final = 2**62
_FORKED: Final = threading.Lock()


class JsonLinesStorage(Passing):
    """One handle on a log. Handles and processes beside it see what it commits, and it sees what they commit."""

    capabilities = frozenset({"durable", "multi_process", "dense_feed", "examine"})

    def __init__(self, address: Address) -> None:
        self._address = address
        self._index = address.path.with_name(f"{address.path.name}.index")
        self._is_closed = False
        self._start()

    def _start(self) -> None:
        """Open the log for this process, with a state and locks of its own."""
        self._turn, self._state, self._groups = threading.RLock(), threading.RLock(), Groups()
        self._log, self._memory = Log(self._address), open_storage("memory://")
        self._length = self._unindexed = 0
        try:
            with self._writing_now():
                self._take_index()
                self._catch_up()
                self._give_index()
        except BaseException:
            self._log.close()
            raise
        self._process = os.getpid()

    # -- the two doors ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Storage]:
        self._check()
        with self._state:
            self._check_open()
            self._catch_up()
            yield self._memory

    def _do(self, work: Work) -> Any:
        self._check()
        self._groups.check()
        with self._writing_now():
            self._catch_up()
            answer, came = work.do(self._memory)
            if came is not None:
                try:
                    self._keep((came,), self._memory)
                except BaseException:
                    self._forget()  # the state was ahead of the log
                    raise
        return answer

    @contextmanager
    def together(self) -> Iterator[Storage]:
        """A storage whose commits are one line of the log, written when the block ends."""
        self._check()
        process = self._process
        with self._groups.entered(), self._writing(), ExitStack() as ending:
            with self._state:
                self._catch_up()
            with self._memory.together() as memory:
                group = Group(memory)
                try:
                    yield group
                finally:
                    group.close()
                if process != os.getpid():
                    raise undone()
                ending.enter_context(self._state)  # until the state has become the group's
                self._check_open()
                if group.works:
                    self._keep(tuple(group.works), memory)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """While it is this thread's turn, of all in all processes."""
        with self._turn:
            self._check_open()
            with self._log.turn(check=self._check_open):
                yield

    @contextmanager
    def _writing_now(self) -> Iterator[None]:
        """While it is this thread's turn, and nobody reads by this handle."""
        with self._writing(), self._state:
            self._check_open()
            yield

    # -- the log and the state -------------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Do what others have written since."""
        if not self._log.is_the_same():
            self._log.open_again()
            self._memory = open_storage("memory://")
        if not self._log.has_more():
            return
        lines = self._log.read_on()
        try:
            for works in lines.works:
                self._do_again(works)
        except BaseException:
            self._forget()
            raise

    def _do_again(self, line: bytes) -> None:
        try:
            as_before = all(do_again(work, self._memory) for work in decode(line))
        except (msgspec.MsgspecError, CivicflowError) as error:
            raise self._otherwise() from error
        if not as_before:
            raise self._otherwise()
        self._length, self._unindexed = len(line), self._unindexed + 1

    def _otherwise(self) -> StorageError:
        said = "its lines are whole, and do not lead to what came of them when they were written"
        return StorageError(f"{self._address.path}: {said}; open it with the release of civicflow that wrote it")

    def _keep(self, works: Works, memory: Storage) -> None:
        """Bring works to the disk; nothing is done if this raises."""
        if any(isinstance(work, Committing) and work.batch.erase for work in works):
            self._erase(works, memory)
            return
        if self._log.has_more():
            self._log.cut()
        line = encode(works)
        self._log.append(line)
        self._length, self._unindexed = len(line), self._unindexed + 1

    def _erase(self, works: Works, memory: Storage) -> None:
        """Write the log anew, without what was erased; the index goes first, since it holds it, too."""
        log = [decode(line) for line in self._log.from_the_start().works]
        messages = [claim.message for claim in (*memory.waiting(limit=_ALL), *memory.dead(limit=_ALL))]
        new = [encode(line) for line in redacted([*log, works], memory.private_parts(limit=_ALL), messages)]
        drop_index(self._index)
        self._log.write_anew(new)
        self._length, self._unindexed = len(new[-1]), len(new)

    def _forget(self) -> None:
        """Read the log from its start when it is needed again."""
        self._memory = open_storage("memory://")
        self._log.rewind()

    # -- the index -------------------------------------------------------------------------------------------------------

    def _take_index(self) -> None:
        """Begin where the index was made, if the log has that very line there."""
        indexed = read_index(self._index)
        if indexed is not None and self._log.has_line(indexed.size, indexed.length, indexed.checksum):
            self._memory = indexed.memory
            self._log.rewind(indexed.size, indexed.checksum)
            self._length, self._unindexed = indexed.length, 0

    def _give_index(self) -> None:
        """Write the index, if it is worth it; where it cannot be written, the next opening takes longer."""
        if self._unindexed >= max(self._address.index, 1):
            indexed = Indexed(self._log.size, self._length, self._log.checksum, self._memory)
            with suppress(OSError):
                write_index(self._index, indexed)
                self._unindexed = 0

    # -- beside the contract's reads and writes --------------------------------------------------------------------------

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Look at every line again, at the settings, and at what is left of a crash."""
        with self._reading():
            return examined(self._log, self._address, quick=quick)

    def close(self) -> None:
        """Let go of the log, when the calls that are under way have ended."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._process != os.getpid():
            self._log.close()
            return
        with self._turn, self._state:
            with suppress(StorageError):
                self._groups.check()  # in the middle of a group nothing is to be kept
                with self._log.turn(timeout=0):
                    self._catch_up()
                    self._give_index()
            self._log.close()

    def _check(self) -> None:
        """Nobody works with a closed handle; a forked process opens the log for itself."""
        self._check_open()
        if self._process != os.getpid():
            with _FORKED:
                if self._process != os.getpid():
                    self._log.close()
                    self._start()

    def _check_open(self) -> None:
        if self._is_closed:
            raise StorageError("this storage was closed; open it again")
