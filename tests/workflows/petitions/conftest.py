"""A county with a commission and offices that take petitions on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow.plugins.backends import open_storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town


def settle_in(town: Town) -> Town:
    """Bring a commission, and an office of each level whose officers take petitions on, to the town."""
    register = town.register
    posts: dict[str, tuple[str, str, Any]] = {
        "commission": ("discipline-committee", "district", "c1"),
        "district-office": ("government", "district", "o9"),
        "street-office": ("subdistrict-office", "subdistrict", "o5"),
        "station": ("station", "community", {"seats": 2, "holders": ["o1", "o2"]}),
    }
    for code, (kind, area, officer) in posts.items():
        body = {"code": code, "name": f"{code} | 机构", "kind": kind, "area": area, "posts": {"officer": officer}}
        register["bodies"].append(body)
    town.load(register)
    return town


@pytest.fixture
def settled() -> Callable[..., Town]:
    """Brings what petitions need to a town."""
    return settle_in


@pytest.fixture
def county(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """The town with its commission, in an SQLite file."""
    storage = open_storage(f"sqlite:///{tmp_path}/county.db?synchronous=off")
    yield settle_in(open_town(storage))
    storage.close()
