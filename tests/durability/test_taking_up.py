"""Fifty take up one share at once: one of them has it, on every built-in storage."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from civicflow import Actor, Case, Conflict, Refused
from civicflow.plugins.backends import open_storage
from civicflow.workflows.needs.parts import Part, taken

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

TAKERS: Final = 50
BODIES: Final = [f"partner-{number}" for number in range(TAKERS)]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place that was never opened."""
    match request.param:
        case "memory":
            return "memory://"
        case "sqlite":
            return f"sqlite:///{tmp_path}/town.db"
    return str(request.getfixturevalue("server").url())


@pytest.fixture
def crowded(open_town: OpenTown, url: str) -> Iterator[Town]:
    """A town with fifty partner organisations."""
    town = open_town(open_storage(url))
    register = town.register
    register["bodies"] += [
        {"code": body, "name": f"{body} | 单位", "kind": "partner", "area": "community", "posts": {"officer": body}}
        for body in BODIES
    ]
    town.load(register)
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.000_02)  # seconds; threads take turns in the middle of everything
    yield town
    sys.setswitchinterval(before)


def _all_at_once(town: Town, project: Case, *, quantity: int | None) -> list[str]:
    """Each partner tries to take up so much, all together; who was told that they have it."""
    gate, needs = threading.Barrier(TAKERS), town.office.needs

    def take(by: Actor) -> bool:
        gate.wait()
        try:
            needs.take_up(project, part="lamps", quantity=quantity, by=by)
        except (Refused, Conflict):
            return False
        return True

    with ThreadPoolExecutor(TAKERS) as threads:
        won = list(threads.map(take, [town.office.act_as(body, post="officer", unit=body) for body in BODIES]))
    return [body for body, has in zip(BODIES, won, strict=True) if has]


def _listed(town: Town, quantity: int) -> Case:
    need = town.office.needs.voice("dark", unit="community", by=town.resident)
    return town.office.needs.list_project(
        "lamps", needs=[need], unit="community", by=town.secretary(), parts=[Part(name="lamps", quantity=quantity)]
    )


def test_one_of_fifty_has_the_share(crowded: Town) -> None:
    """One is told that it has it, and has it; everybody else is told that they do not."""
    project = _listed(crowded, 1)
    won = _all_at_once(crowded, project, quantity=None)
    (share,) = crowded.office.shares(project)
    assert won == [crowded.office.chart().code(str(share.body))]
    assert crowded.now(project).state == "taken-up"
    crowded.check(project)
    assert crowded.office.ledger.verify().ok


def test_never_more_than_there_is(crowded: Town) -> None:
    """Twenty lamps, two for each who comes in time: whoever was told so has two, and at most ten were."""
    project = _listed(crowded, 20)
    won = _all_at_once(crowded, project, quantity=2)
    shares = crowded.office.shares(project)
    assert sorted(won) == sorted(crowded.office.chart().code(str(share.body)) for share in shares)
    assert 1 <= len(won) <= 10
    assert sum(taken(share)["lamps"] for share in shares) == 2 * len(won)
    assert crowded.office.needs.left(project).get("lamps", 0) == 20 - 2 * len(won)
    crowded.check(project)
