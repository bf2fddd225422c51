"""A community with two compounds, and the four who mediate there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow.plugins.backends import open_storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town


def settle_in(town: Town, *, holders: Sequence[str] = ("m1", "m2"), vacant: str = "") -> Town:
    """Bring compounds, a residents' committee, a police station and two mediators to the town.

    Args:
        town: the town.
        holders: the two mediators of the community.
        vacant: a post that nobody holds.
    """
    register = town.register
    register["areas"] += [
        {"code": yard, "name": f"{yard} | 楼院", "level": "compound", "parent": "community"}
        for yard in ("east", "west")
    ]
    posts: dict[str, tuple[str, str, dict[str, Any]]] = {
        "party-east": ("party-organisation", "east", {"secretary": "secretary-east", "grid-leader": "grid-east"}),
        "party-west": ("party-organisation", "west", {"secretary": "secretary-west"}),
        "committee": ("residents-committee", "community", {"director": "director"}),
        "police": ("station", "community", {"police-officer": "police"}),
        "mediators": ("committee", "community", {"mediator": {"seats": 2, "holders": list(holders)}}),
        "district-mediators": ("committee", "district", {"mediator": "m9"}),
    }
    for code, (kind, area, held) in posts.items():
        filled = {post: {"holders": []} if post == vacant else holder for post, holder in held.items()}
        register["bodies"].append({"code": code, "name": f"{code} | 机构", "kind": kind, "area": area, "posts": filled})
    town.load(register)
    return town


@pytest.fixture
def settled() -> Callable[..., Town]:
    """Brings what mediation needs to a town."""
    return settle_in


@pytest.fixture
def yards(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """The town with its compounds, in an SQLite file."""
    storage = open_storage(f"sqlite:///{tmp_path}/yards.db?synchronous=off")
    yield settle_in(open_town(storage))
    storage.close()
