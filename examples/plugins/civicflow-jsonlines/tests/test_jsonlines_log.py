"""The log: what a crash, a full disk or a careless hand does to it, and what becomes of the office."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, StorageError
from civicflow.plugins.backends import open_storage as open_any
from civicflow.plugins.storage.contract import Batch, Dead, Done, Key, Outcome, Private, Retry, Storage
from civicflow.testing.storage.builders import NOON, everything, head, message, put, write
from civicflow_jsonlines import JsonLinesStorage, open_storage
from civicflow_jsonlines.lines import HEADER, START, Damaged, read, sealed

NAME: Final = b"Lin Yuzhen, 3 Mulberry Lane"


def seen(storage: Storage) -> object:
    """All that reading shows, the outbox and a key too."""
    return (
        everything(storage),
        [(claim.message, claim.attempts, claim.last_error) for claim in storage.waiting(limit=99)],
        storage.dead(limit=99),
        storage.load([], key="k").key,
    )


def settle(storage: Storage) -> None:
    """Deliver, put back and give up what waits."""
    outcomes: tuple[Outcome, ...] = (Done(), Retry(NOON + 9, "busy"), Dead("gone"))
    for claim, outcome in zip(storage.claim(worker="w", now=NOON, lease=9), outcomes, strict=False):
        storage.settle(claim, outcome, now=NOON)


def group(storage: Storage) -> None:
    """Two commits and a number in one."""
    with storage.together() as together:
        put(together, f"G-{len(storage.feed())}")
        put(together, f"H-{len(storage.feed())}")
        together.draw("tickets")


def private(storage: Storage) -> None:
    """A matter with a private part."""
    name = f"P-{len(storage.feed())}"
    storage.commit(Batch(writes=(write(name),), private=(Private(name, 1, b"salt", NAME),)))


def erase(storage: Storage) -> None:
    """Erase every private part."""
    parts = storage.private_parts()
    storage.commit(Batch(erase=tuple((part.matter, part.version) for part in parts)))


def erase_in_a_group(storage: Storage) -> None:
    """Erase them beside other commits, a part of the same group among them."""
    with storage.together() as together:
        private(together)
        erase(together)
        put(together, f"E-{len(storage.feed())}")


def messages(storage: Storage) -> None:
    """Three messages, each in a lane of its own."""
    number = len(storage.waiting(limit=99))
    rows = tuple(message(f"m {number} {lane}", case=f"T-{lane}") for lane in range(3))
    storage.commit(Batch(messages=rows))


def redrive(storage: Storage) -> None:
    """Put what was given up on its way again."""
    for claim in storage.dead(limit=99):
        storage.redrive(claim.message.dedupe, now=NOON + 1)


DEEDS: Final[tuple[Callable[[Storage], object], ...]] = (
    lambda storage: put(storage, "T-1", len(storage.history("T-1")), due=NOON, unit="U-1"),
    lambda storage: storage.commit(Batch(key=Key("k", b"digest", b"answer"))),
    lambda storage: storage.commit(Batch(heads=(head(len(storage.heads()) + 1),))),
    messages,
    settle,
    redrive,
    group,
    private,
    erase,
    erase_in_a_group,
)
ANEW: Final = (erase, erase_in_a_group)
"""After which the log is written anew, if there was anything to erase."""


@contextmanager
def opened(path: Path, settings: str = "sync=off") -> Iterator[JsonLinesStorage]:
    """The office of a file."""
    storage = open_storage(f"jsonlines:///{path}?{settings}")
    try:
        yield storage
    finally:
        storage.close()


def written(path: Path, deeds: list[int]) -> dict[int, object]:
    """Do some deeds; what was seen when the log had so many bytes."""
    with opened(path) as storage:
        states = {path.stat().st_size: seen(storage)}
        for number in deeds:
            DEEDS[number](storage)
            if DEEDS[number] in ANEW:
                states = {}  # its lines lie elsewhere
            states[path.stat().st_size] = seen(storage)
    return states


# -- crashes -----------------------------------------------------------------------------------------------------------


@given(deeds=st.lists(st.integers(0, len(DEEDS) - 1), max_size=8), data=st.data())
def test_whatever_is_cut_off_only_the_unfinished_commit_is_lost(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[int], data: st.DataObject
) -> None:
    """Cut at any byte, the log leads to what was seen after its last whole line; and the office goes on from there."""
    path = tmp_path_factory.mktemp("log") / "office.jsonl"
    states = written(path, deeds)
    size = data.draw(st.integers(0, path.stat().st_size))
    os.truncate(path, size)
    before = max((end for end in states if end <= size), default=None)
    with opened(path) as storage:
        if before is not None:
            assert seen(storage) == states[before]
        position = put(storage, "T-new")
    with opened(path) as storage:
        assert storage.feed()[-1].position == position
        assert [one.rule for one in storage.examine() if one.level == "error"] == ["sync"]


def test_of_a_line_every_byte_is_needed(tmp_path: Path) -> None:
    """A commit that lacks its last byte was never made; those before it were, wherever the cut lies."""
    path = tmp_path / "office.jsonl"
    states = written(path, [0, 3, 0])
    *_, before, size = sorted(states)
    data = path.read_bytes()
    for cut in range(before, size):
        path.write_bytes(data[:cut])
        with opened(path) as storage:
            assert seen(storage) == states[before]


@given(works=st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b"").replace(b"\0", b"")), max_size=5))
def test_lines_are_read_as_far_as_they_are_whole(works: list[bytes]) -> None:
    """Of whatever was sealed; in every place, and whatever block was never written."""
    data, ends, checksum = b"", [0], START
    for one in works:
        line, checksum = sealed(one, checksum)
        data += line
        ends.append(len(data))
    for cut in range(len(data) + 1):
        lines = read(data[:cut], START)
        whole = sum(end <= cut for end in ends) - 1
        assert (lines.works, lines.size, lines.torn) == (tuple(works[:whole]), ends[whole], cut != ends[whole])
    if works:
        *_, last, end = ends
        torn = data[:last] + b"\0" * (end - last - 1) + b"\n"
        assert read(torn, START).works == tuple(works[:-1])


@given(place=st.integers(0), change=st.integers(1, 255))
def test_a_byte_that_changed_is_damage_and_not_a_crash(place: int, change: int) -> None:
    """Unless it is the last line feed, or has become a NUL in the last line: that is how a crash looks."""
    one, checksum = sealed(b'[{"work":"draw","series":"x","number":1}]', START)
    data = bytearray(one + sealed(b"[]", checksum)[0])
    place %= len(data) - 1
    data[place] ^= change
    if place > len(one) and data[place] == 0:
        assert read(bytes(data), START).torn
        return
    with pytest.raises(Damaged):
        read(bytes(data), START)


def test_what_is_damaged_is_left_as_it_is(tmp_path: Path) -> None:
    """Nobody opens it, the message says where, and not a byte of it is changed."""
    path = tmp_path / "office.jsonl"
    first, _, *_ = sorted(written(path, [0, 0, 0]))
    data = path.read_bytes()
    path.write_bytes(data[: first + 50] + b"!" + data[first + 51 :])
    spoilt = path.read_bytes()
    with pytest.raises(StorageError, match=f"damaged in the line at byte {first}; restore"), opened(path):
        pass
    assert path.read_bytes() == spoilt


def test_damage_behind_what_was_read_is_found_by_whoever_examines(tmp_path: Path) -> None:
    """An open office goes on with what it has in memory, and its operator is told."""
    path = tmp_path / "office.jsonl"
    written(path, [0, 0])
    with opened(path) as storage:
        data = path.read_bytes()
        with path.open("r+b") as file:
            file.seek(len(HEADER) + 40)
            file.write(b"!")
        (lines,) = (one for one in storage.examine() if one.rule == "lines")
        assert (lines.level, "damaged" in lines.text.en) == ("error", True)
        assert "lines" not in {one.rule for one in storage.examine(quick=True)}
        path.write_bytes(data[:-2])
        with pytest.raises(StorageError, match="shorter"):
            storage.feed()


@pytest.mark.parametrize("content", [b"[]\n", b'{"format":"other"}\n', b"SQLite format 3\0", b'{"crc32":"00000000"'])
def test_another_file_is_no_office(tmp_path: Path, content: bytes) -> None:
    """It is neither taken for one nor changed."""
    path = tmp_path / "office.jsonl"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="no office in JSON lines"), opened(path):
        pass
    assert path.read_bytes() == content


def test_a_writer_that_is_killed_loses_nothing_that_it_was_told(tmp_path: Path) -> None:
    """With the disk waited for, in a process of its own, again and again."""
    path = tmp_path / "office.jsonl"
    program = (
        "import sys; from civicflow_jsonlines import open_storage; from civicflow.testing.storage.builders import put\n"
        f"storage = open_storage('jsonlines:///{path}')\n"
        "version = len(storage.history('T-1', limit=10**6))\n"
        "while True: put(storage, 'T-1', version); version += 1; print(version, flush=True)\n"
    )
    told = 0
    for _ in range(2):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(20):
                told = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
        with opened(path) as storage:
            assert told <= storage.load(["T-1"]).cases["T-1"].version == len(storage.history("T-1"))


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file may be longer, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_takes_nothing_by_half(tmp_path: Path) -> None:
    """The commit fails, and a group as a whole; afterwards the office is as before, here and for others."""
    path = tmp_path / "office.jsonl"
    with opened(path) as storage, opened(path) as other:
        put(storage, "T-1")
        before, size = seen(storage), path.stat().st_size
        with full_at(size + 40):
            for deed in (DEEDS[0], group, private):
                with pytest.raises(StorageError, match="is there room"):
                    deed(storage)
                assert seen(storage) == seen(other) == before
            assert path.stat().st_size == size
        put(storage, "T-1", 1)
        assert len(other.feed()) == 2


def test_a_full_disk_leaves_what_was_to_be_erased(tmp_path: Path) -> None:
    """The old log stays whole; erased again, it is gone."""
    path = tmp_path / "office.jsonl"
    with opened(path) as storage:
        private(storage)
        before, size = seen(storage), path.stat().st_size
        with full_at(size // 2), pytest.raises(StorageError, match="is there room"):
            erase(storage)
        assert seen(storage) == before
        erase(storage)
        assert storage.private_parts() == ()
    with opened(path) as storage:
        assert storage.private_parts() == ()


# -- erasures ----------------------------------------------------------------------------------------------------------


@given(deeds=st.lists(st.integers(0, len(DEEDS) - 1), max_size=8))
def test_a_log_that_was_written_anew_says_the_same(tmp_path_factory: pytest.TempPathFactory, deeds: list[int]) -> None:
    """After an erasure, whoever reads it from the start sees what was seen before, but for what was erased."""
    path = tmp_path_factory.mktemp("log") / "office.jsonl"
    written(path, deeds)
    with opened(path) as storage, opened(path) as other:
        erase(storage)
        after = seen(storage)
        assert seen(other) == after
        put(storage, "T-new")
        put(other, "T-new", 1)
    with opened(path) as storage:
        assert [entry.version for entry in storage.history("T-new")] == [1, 2]
        assert storage.private_parts() == ()


def test_what_no_read_shows_any_more_leaves_the_file_with_an_erasure(tmp_path: Path) -> None:
    """Former states and delivered messages, too; what waits, and the last state, stay."""
    path = tmp_path / "office.jsonl"
    with opened(path) as storage:
        private(storage)
        put(storage, "T-1", title="the former title")
        put(storage, "T-1", 1, title="the last title")
        storage.commit(Batch(messages=(message("delivered", case="a"), message("on its way", case="b"))))
        (claim, _) = storage.claim(worker="w", now=NOON, lease=9)
        storage.settle(claim, Done(), now=NOON)
        erase(storage)
    text = path.read_text(encoding="utf-8")
    assert ("the former title" in text, "the last title" in text) == (False, True)


def test_what_a_crash_left_of_an_erasure_is_removed(tmp_path: Path) -> None:
    """The log that was being written is not the office, and holds what should be gone."""
    path = tmp_path / "office.jsonl"
    written(path, [0])
    part = tmp_path / "office.jsonl.part"
    part.write_bytes(NAME)
    with opened(path) as storage:
        assert len(storage.feed()) == 1
        assert not part.exists()


def test_a_log_keeps_its_permissions_and_a_new_one_is_its_owners(tmp_path: Path) -> None:
    """What residents say in private lies in it."""
    path = tmp_path / "office.jsonl"
    with opened(path, "sync=off&index=1") as storage:
        private(storage)
        assert path.stat().st_mode & 0o777 == 0o600
        path.chmod(0o640)
        erase(storage)
        assert path.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "office.jsonl.index").stat().st_mode & 0o777 == 0o600


# -- the index ---------------------------------------------------------------------------------------------------------


@given(deeds=st.lists(st.integers(0, len(DEEDS) - 1), min_size=1, max_size=8), data=st.data())
def test_the_index_is_only_a_cache(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[int], data: st.DataObject
) -> None:
    """Whole, gone, cut, changed, or of an earlier day: the office is the same."""
    path = tmp_path_factory.mktemp("log") / "office.jsonl"
    index = path.with_name("office.jsonl.index")
    kept, states = [b""], list[object]()
    for number in deeds:
        with opened(path, "sync=off&index=1") as storage:
            DEEDS[number](storage)
            states.append(seen(storage))
        if index.exists():
            kept.append(index.read_bytes())
    one = data.draw(st.sampled_from(kept))
    index.write_bytes(data.draw(st.sampled_from([one, one[: len(one) // 2], one[:-1] + b"?", one + b"?"])))
    with opened(path) as storage:
        assert seen(storage) == states[-1]
    index.unlink()
    with opened(path) as storage:
        assert seen(storage) == states[-1]


def test_the_index_spares_reading_the_log(tmp_path: Path) -> None:
    """What lies before it is not looked at when the office is opened; whoever examines it looks at all."""
    path = tmp_path / "office.jsonl"
    with opened(path, "sync=off&index=2") as storage:
        put(storage, "T-1")
        put(storage, "T-1", 1)
        now = seen(storage)
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"draw"', b'"DRAW"').replace(b"ordered", b"ORDERED", 1))
    with opened(path) as storage:
        assert seen(storage) == now
        assert "lines" in {one.rule for one in storage.examine() if one.level == "error"}


# -- several at once ---------------------------------------------------------------------------------------------------


def test_whoever_waits_for_too_long_is_told_to_try_again(tmp_path: Path) -> None:
    """A group elsewhere has the turn; those who read go on, and see nothing of it."""
    path = tmp_path / "office.jsonl"
    with opened(path) as storage, opened(path, "sync=off&timeout=0") as other:
        with storage.together() as together:
            put(together, "T-1")
            with pytest.raises(StorageError, match="held the log for 0 seconds") as caught:
                put(other, "T-2")
            assert caught.value.retryable
            assert other.feed() == ()
        put(other, "T-2")
        assert [entry.matter for entry in storage.feed()] == ["T-1", "T-2"]


def test_a_group_is_not_kept_by_a_process_that_was_forked_off(tmp_path: Path) -> None:
    """Leaving the block there ends nothing: the parent still has the turn, and keeps it."""
    path = tmp_path / "office.jsonl"
    with opened(path) as storage:
        child = -1
        try:
            with storage.together() as together:
                put(together, "T-1")
                child = os.fork()  # both leave the block
        except StorageError:
            os._exit(0 if child == 0 else 1)
        if child == 0:
            os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert len(storage.feed()) == 1


# -- its address -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "jsonlines://",
        "jsonlines:///",
        "jsonlines://host/office.jsonl",
        "jsonlines:///o.jsonl?sync=maybe",
        "jsonlines:///o.jsonl?timeout=-1",
        "jsonlines:///o.jsonl?index=many",
        "jsonlines:///o.jsonl?fast=1",
        "jsonlines:///o.jsonl#top",
    ],
)
def test_a_url_that_says_something_else_is_refused(url: str) -> None:
    """The message says how it is written."""
    with pytest.raises(InvalidInput, match=r"jsonlines:///relative|there are sync"):
        open_storage(url)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """It is not made: a misspelt path is no new office."""
    with pytest.raises(StorageError, match="does the folder exist"), opened(tmp_path / "nowhere" / "office.jsonl"):
        pass


def test_it_is_found_by_its_scheme(tmp_path: Path) -> None:
    """As an office finds it."""
    storage = open_any(f"jsonlines:///{tmp_path}/town%20hall.jsonl?sync=off")
    put(storage, "T-1")
    storage.close()
    assert (tmp_path / "town hall.jsonl").read_bytes().startswith(HEADER)
