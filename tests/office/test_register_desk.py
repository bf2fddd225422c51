"""Loading the register: the same file again is no change, a bad one loads nothing, and every office sees the new one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import InvalidInput
from civicflow.plugins.storage.contract import Storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

SMALL: dict[str, Any] = {
    "register": "small",
    "scheme": "chengdu",
    "since": "2020-01-01",
    "areas": [{"code": "place", "name": "Place | 地", "level": "district"}],
}


def test_the_same_file_again_enters_nothing(open_town: OpenTown, storage: Storage) -> None:
    """Neither in this office nor in another one on the store."""
    town = open_town(storage)
    before = town.position()
    town.load_register()
    again = open_town(storage, clock=town.clock, seed=b"other ", load=True)
    assert again.position() == town.position() == before


def test_a_file_with_faults_loads_nothing(town: Town, tmp_path: Path) -> None:
    """Every fault is named with its place."""
    before = town.position()
    file = tmp_path / "wrong.json"
    areas = [{"code": "a", "name": "A | 甲", "level": "planet"}, {"code": "b", "name": "B | 乙", "level": "galaxy"}]
    file.write_text(json.dumps({**SMALL, "areas": areas}), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        town.office.register.load(file)
    assert len(caught.value.faults) >= 2
    assert all(fault.source == "wrong.json" for fault in caught.value.faults)
    assert town.position() == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("missing.yaml", None, "cannot be read"), ("town.xlsx", b"x", "ends in"), ("town.json", b"\xff\xfe", "not UTF-8")],
)
def test_what_cannot_be_read_is_said(town: Town, tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    """A missing file, an unknown ending, bytes that are no UTF-8."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        town.office.register.load(tmp_path / name)


def test_what_is_kept_is_written_as_a_file(town: Town, tmp_path: Path) -> None:
    """Loaded again it is no change; a day can be named."""
    file = tmp_path / "small.json"
    file.write_text(json.dumps(SMALL), encoding="utf-8")
    town.office.register.load(file)
    again = tmp_path / "again.yaml"
    again.write_text("".join(town.office.register.write("small", format="yaml")), encoding="utf-8")
    assert town.office.register.load(again) == ()
    lines = list(town.office.register.write("small", format="csv", on=date(2021, 1, 1)))
    assert lines == ["code,name,level,parent,since\n", "place,Place | 地,district,,2020-01-01\n"]


def test_another_file_leaves_the_first_alone(town: Town) -> None:
    """A file is compared with what was loaded under its own name."""
    changes = town.office.register.read(json.dumps(SMALL), source="small.json", format="json")
    assert [change.act for change in changes] == ["adopt", "establish"]
    chart = town.office.register.chart()
    assert chart.name(chart.resolve("place")).en == "Place"
    assert chart.name(chart.resolve("community")).en == "Community"


def test_a_second_office_sees_the_new_register(open_town: OpenTown, storage: Storage) -> None:
    """In its next command, without being told; each entry names the register it was lawful by."""
    town = open_town(storage)
    other = open_town(storage, clock=town.clock, seed=b"other ", load=False)
    assert other.ordered().unit == town.office.unit("community")
    town.elect("d2", "x2")
    assert "x2" in other.office.chart().holders("delegate", other.office.unit("council"))
    ticket = other.ordered("later")
    assert other.office.ledger.entries(ticket)[0].register == 2


def test_the_register_has_a_history(town: Town) -> None:
    """An old day is read by the map of then."""
    town.clock.advance(days=10)
    town.elect("d2")
    council = town.office.unit("council")
    desk = town.office.register
    assert "d2" in desk.chart(date(2026, 3, 5)).holders("delegate", council)
    assert "d2" not in desk.chart().holders("delegate", council)
    assert desk.history.version == 2


def test_it_holds_from_a_day_on(town: Town) -> None:
    """A file may be loaded before the day on which it holds."""
    town.office.register.read(
        json.dumps({k: v for k, v in SMALL.items() if k != "since"}),
        source="small.json",
        format="json",
        on=date(2026, 4, 1),
    )
    assert town.office.register.chart(date(2026, 4, 1)).resolve("place")
    with pytest.raises(LookupError):
        town.office.register.chart(date(2026, 3, 31)).resolve("place")


def test_a_vacant_post_is_said_to_be_vacant(town: Town) -> None:
    """Whoever is refused learns that the seat is empty."""
    register = town.register
    register["bodies"][2]["posts"].pop("secretary")
    town.load(register)
    refusal = town.office.ask(town.ordered(), "answer", {"text": "x"}, by=town.resident)
    assert refusal is not None
    assert [text.en for text in refusal.needed] == ["the secretary of Community (vacant)"]
