"""An office publishes its heads: each at least once, after it is durable, and no failure undoes a seal."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import civicflow
from civicflow import InvalidInput, Office, Plugins
from civicflow.ledger.heads import Head
from civicflow.ledger.signing import hmac_signer
from civicflow.plugins.backends import open_storage
from civicflow.plugins.publish.file import read_heads
from civicflow.plugins.storage.contract import Storage
from civicflow.testing import FrozenClock

_SIGNER = hmac_signer(b"the office's key")


class Board:
    """A notice board that keeps what was put up; it fails so many times first."""

    api_version = 1

    def __init__(self, name: str = "board", *, remembers: bool = True, fails: int = 0) -> None:
        self.name, self.remembers, self.fails = name, remembers, fails
        self.heads: list[Head] = []
        self.closed = 0

    def last(self) -> int | None:
        """The newest head, or that it cannot tell."""
        if not self.remembers:
            return None
        return self.heads[-1].number if self.heads else 0

    def publish(self, head: Head, signature: bytes) -> None:
        """Put it up, or fail."""
        if self.fails:
            self.fails -= 1
            raise OSError("no nails left")
        assert _SIGNER.verify(head.sealed, signature)
        self.heads.append(head)

    def close(self) -> None:
        """Count."""
        self.closed += 1

    @property
    def numbers(self) -> list[int]:
        """What hangs there."""
        return [head.number for head in self.heads]


class _Kept:
    """A storage that stays open when an office on it is closed."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def __getattr__(self, name: str) -> object:
        return getattr(self._storage, name)

    def close(self) -> None:
        """Not yet."""


def _office(storage: Storage | str, *publish: Board | str) -> Office:
    kept = storage if isinstance(storage, str) else _Kept(storage)
    return civicflow.open(
        kept,  # type: ignore[arg-type]  # every other method is the storage's own
        clock=FrozenClock(),
        plugins=Plugins(),
        signer=_SIGNER,
        publish=publish,
    )


def _work(office: Office, number: int) -> None:
    office.begin("four-part-ticket", "order", {"title": f"lamp {number}"}, by=office.act_as("r"), unit=None)


def test_a_head_is_published_when_it_is_sealed(storage: Storage) -> None:
    """By `seal` and by `tick`, signed; without new entries nothing is published again."""
    board = Board()
    with _office(storage, board) as office:
        _work(office, 1)
        sealed = office.seal()
        assert [(p.publisher, p.through, p.error) for p in sealed.publications] == [("board", 1, "")]
        assert board.heads == [sealed.head]
        _work(office, 2)
        assert office.tick().unpublished == ()
        office.seal()
        assert board.numbers == [1, 2]
        assert office.ledger.verify(published=board.heads).published_through == 2
    assert board.closed == 1


def test_a_failing_publisher_undoes_nothing(storage: Storage) -> None:
    """It is named, holds up no other, and is given what it missed at the next seal."""
    torn, board = Board("torn", fails=2), Board()
    with _office(storage, torn, board) as office:
        _work(office, 1)
        (failure,) = office.seal().unpublished
        assert (failure.publisher, failure.through) == ("torn", 0)
        assert "OSError: no nails left" in failure.error
        _work(office, 2)
        assert [p.publisher for p in office.tick().unpublished] == ["torn"]
        assert (torn.numbers, board.numbers) == ([], [1, 2])
        assert office.seal().unpublished == ()
        assert torn.numbers == [1, 2]
        assert office.ledger.verify()


def test_what_died_between_seal_and_publication_is_published_by_the_next(storage: Storage) -> None:
    """Whoever can tell what they have are given the rest, also heads of another process."""
    board = Board()
    with _office(storage) as office:
        for number in range(3):
            _work(office, number)
            office.seal()
    with _office(storage, board) as office:
        office.seal()
    assert board.numbers == [1, 2, 3]


def test_who_cannot_tell_is_given_what_is_sealed_from_now_on(storage: Storage) -> None:
    """A job that runs each minute does not publish the same head each minute; what failed comes again."""
    board = Board(remembers=False, fails=1)
    with _office(storage) as office:
        _work(office, 1)
        office.seal()
    with _office(storage, board) as office:
        office.seal()
        assert board.numbers == []
        _work(office, 2)
        assert office.seal().unpublished
        office.seal()
        office.seal()
    assert board.numbers == [2]


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["work", "seal", "fail", "reopen", "elsewhere"]), max_size=25))
def test_each_head_is_published_at_least_once_and_in_order(doings: list[str]) -> None:
    """Whatever fails and whoever seals, the next seal leaves no gap."""
    storage, board = open_storage("memory://"), Board()
    office, elsewhere = _office(storage, board), _office(storage)
    for number, doing in enumerate(doings):
        match doing:
            case "work":
                _work(office, number)
            case "seal":
                office.seal()
            case "fail":
                board.fails = 1
                office.seal()
            case "reopen":
                office = _office(storage, board)
            case _:
                elsewhere.seal()
    board.fails = 0
    newest = office.seal().head.number
    assert board.numbers == list(range(1, newest + 1))
    storage.close()


def test_heads_that_the_store_lost_are_reported(tmp_path: Path) -> None:
    """A backup that was restored, or a store that was cut short, is not published over."""
    path, heads = tmp_path / "town.db", tmp_path / "heads.jsonl"
    url = f"sqlite:///{path}?synchronous=off"
    with _office(url, heads.as_uri()) as office:
        _work(office, 1)
        office.seal()
        office.backup(tmp_path / "backup.db")
        _work(office, 2)
        office.seal()
    with _office(f"sqlite:///{tmp_path}/backup.db?synchronous=off", heads.as_uri()) as restored:
        (failure,) = restored.seal().unpublished
        assert "head 2 was published, and the store has only 1" in failure.error
        assert [damage.rule for damage in restored.ledger.verify(published=read_heads(heads)).faults] == ["head.lost"]


class TestForgeries:
    """What only a published head finds."""

    def test_a_store_rewritten_with_its_heads(self, tmp_path: Path) -> None:
        """Another store of the same town, sealed with the same key, is not the one whose heads were published."""
        heads = tmp_path / "heads.jsonl"
        with _office("memory://", heads.as_uri()) as office:
            _work(office, 1)
            office.seal()
            published = read_heads(heads, verifier=_SIGNER)
            assert office.ledger.verify(published=published).published_through == 1
        with _office("memory://") as forged:
            _work(forged, 2)
            forged.seal()
            assert forged.ledger.verify()
            found = forged.ledger.verify(published=published)
            assert [damage.rule for damage in found.faults] == ["head.published"]

    def test_another_key(self, tmp_path: Path) -> None:
        """An office without the key verifies by one that is given."""
        url = f"sqlite:///{tmp_path}/town.db?synchronous=off"
        with _office(url) as office:
            office.seal()
        with civicflow.open(url, clock=FrozenClock(), plugins=Plugins()) as office:
            assert office.ledger.verify().signed == 0
            assert office.ledger.verify(verifier=_SIGNER).signed == 1
            wrong = office.ledger.verify(verifier=hmac_signer(b"another, forged key"))
            assert [damage.rule for damage in wrong.faults] == ["head.signature"]


def test_each_of_several_files_has_every_head(tmp_path: Path) -> None:
    """The county keeps one, and those who watch it another; the report says which is which."""
    urls = [(tmp_path / name).as_uri() for name in ("county.jsonl", "watchers.jsonl")]
    with _office("memory://", *urls) as office:
        sealed = office.seal()
    assert [one.publisher for one in sealed.publications] == urls
    assert (tmp_path / "county.jsonl").read_bytes() == (tmp_path / "watchers.jsonl").read_bytes() != b""


class TestOpening:
    """What is refused at once."""

    def test_two_of_one_name(self) -> None:
        """A report could not tell which of them failed."""
        with pytest.raises(InvalidInput, match="two publishers are called 'board'"):
            _office("memory://", Board(), Board())

    def test_a_connection_of_the_host(self) -> None:
        """A head that the host may still take back must not be published."""
        connection = sqlite3.connect(":memory:")
        with pytest.raises(InvalidInput, match="cannot know when a head is committed"):
            civicflow.open(connection=connection, plugins=Plugins(), publish=[Board()])
        connection.close()
