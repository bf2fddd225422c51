"""Two processes reserve from one fund in one SQLite file: every yuan once, and none too many."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from tests.conftest import Town
from tests.workflows.funds.test_funds import WORK, begun, move

from civicflow import Conflict, Money, Refused
from civicflow.plugins.backends import open_storage
from civicflow.workflows.funds.books import books
from civicflow.workflows.funds.fund import available, reserved

YUAN = 24


def draw(url: str, matter: str, seed: bytes, ready: Barrier) -> None:
    """Reserve yuan by yuan, until the fund is empty."""
    town = Town(open_storage(url), flows=(WORK,), seed=seed, load=False)
    case = town.now(matter)
    ready.wait()
    while True:
        try:
            move(town, case, "reserve", "1")
        except Conflict:  # the other one was quicker, again and again
            continue
        except Refused as refused:
            if refused.refusal.rules != ("covered",):
                raise
            break
    town.office.close()


def test_a_fund_is_never_overdrawn(tmp_path: Path) -> None:
    """Neither gets a yuan that the other has; together they get all."""
    url = f"sqlite:///{tmp_path}/town.db?synchronous=off"
    town = Town(open_storage(url), flows=(WORK,), seed=b"first")
    fund = town.fund(str(YUAN))
    matters = [begun(town, fund).id for _ in range(2)]
    spawn = get_context("spawn")
    ready = spawn.Barrier(2)
    both = [spawn.Process(target=draw, args=(url, m, m.encode(), ready)) for m in matters]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]
    now = town.now(fund)
    assert (available(now), reserved(now)) == (Money(0), Money(YUAN))
    assert sum((reserved(now, matter) for matter in matters), Money(0)) == Money(YUAN)
    entries = town.office.ledger.entries(now)
    assert sum(entry.step == "reserve" for entry in entries) == YUAN
    assert books(entries).agrees(now)
    assert town.office.ledger.verify().ok
    town.office.close()
