"""An object keeps a Protocol when every call that the contract allows is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from civicflow.plugins.backends import open_notifier, open_storage
from civicflow.plugins.notify.contract import Notifier
from civicflow.plugins.protocols import shortcomings
from civicflow.plugins.storage.contract import Storage


class Contract(Protocol):
    """A small contract."""

    api_version: int

    def put(self, key: str, *, limit: int = 1) -> None:
        """By position or name, and by name only."""


class Good:
    """Keeps it."""

    api_version = 1

    def put(self, key: str, extra: int = 0, *, limit: int = 1) -> None:
        """Takes more than it must."""


def test_our_own_backends_keep_their_contracts(tmp_path: Path) -> None:
    """What is demanded of strangers holds for us."""
    storage = open_storage("memory://")
    assert shortcomings(storage, Storage) == ()
    storage.close()
    office = open_storage(f"sqlite:///{tmp_path}/office.db")
    assert shortcomings(office, Storage) == ()
    office.close()
    file = open_notifier(f"file://{tmp_path}/notices.jsonl")
    assert shortcomings(file, Notifier) == ()
    file.close()
    assert shortcomings(open_notifier("console://"), Notifier) == ()


def test_more_than_the_contract_is_welcome() -> None:
    """Further parameters with defaults do no harm, nor does taking anything."""

    class Open:
        api_version = 1

        def put(self, *args: object, **kwargs: object) -> None:
            """Takes all."""

    assert shortcomings(Good(), Contract) == ()
    assert shortcomings(Open(), Contract) == ()


def test_every_fault_is_told_at_once() -> None:
    """An empty object lacks everything, and is told so in one go."""
    assert shortcomings(object(), Contract) == ("it has no attribute api_version", "it has no method put()")


async def _waits(key: str, *, limit: int = 1) -> None: ...


def _renames(name: str, *, limit: int = 1) -> None: ...


def _lacks(key: str) -> None: ...


def _hides(key: str, limit: int = 1, /) -> None: ...


def _demands(key: str, *, limit: int) -> None: ...


def _asks_more(key: str, zone: str, *, limit: int = 1) -> None: ...


@pytest.mark.parametrize(
    ("method", "fault"),
    [
        (_waits, "put() is async, the contract is not"),
        (_renames, "put() does not take 'key' as the contract has it"),
        (_lacks, "put() does not take 'limit' as the contract has it"),
        (_hides, "put() does not take 'limit' as the contract has it"),
        (_demands, "put() demands 'limit', which the contract leaves out at will"),
        (_asks_more, "put() demands 'zone', which the contract does not know"),
    ],
)
def test_a_call_that_would_fail_is_named(method: Callable[..., object], fault: str) -> None:
    """What would fail some day is told on the first."""
    candidate = Good()
    candidate.put = method  # type: ignore[method-assign,assignment]
    assert fault in shortcomings(candidate, Contract)


def test_what_cannot_be_known_is_believed() -> None:
    """A method written in C may have no signature to compare."""
    candidate = Good()
    candidate.put = {}.update  # type: ignore[method-assign,assignment]
    assert shortcomings(candidate, Contract) == ()
