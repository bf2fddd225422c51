"""The classes that are made for what a step asks for are what a hand-written class would be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, get_type_hints

import attrs
import pytest

from civicflow import InvalidInput, Money, Place
from civicflow.calendars import Recurrence, TimeLimit
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.workflows.engine.fields import is_private
from civicflow.workflows.files.data import KINDS, DataType, made

DAILY: Final = Recurrence(rule="FREQ=DAILY", first=date(2026, 3, 2))
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)

FITS: Final[dict[str, list[tuple[Any, Any]]]] = {
    "text": [("路灯", "路灯"), ("", "")],
    "integer": [(7, 7), (-(2**53) + 1, -(2**53) + 1)],
    "decimal": [("0.10", Decimal("0.10")), (3, Decimal(3)), (Decimal("1.5"), Decimal("1.5"))],
    "yes or no": [(True, True), (False, False)],
    "date": [("2026-03-02", date(2026, 3, 2)), (date(2026, 3, 2), date(2026, 3, 2))],
    "instant": [("2026-03-02T12:00:00+00:00", NOON), (NOON, NOON)],
    "time limit": [
        ("3 workdays", TimeLimit.of("3 workdays")),
        ({"n": 3, "unit": "workdays"}, TimeLimit.of("3 workdays")),
    ],
    "recurrence": [
        (DAILY, DAILY),
        ({"rule": "FREQ=DAILY", "first": "2026-03-02"}, DAILY),
    ],
    "money": [("5.00 CNY", Money("5.00")), ({"amount": "5.00", "currency": "CNY"}, Money("5.00"))],
    "unit": [("u-1", UnitId("u-1"))],
    "person": [("p-1", PersonId("p-1"))],
    "case": [("c-1", CaseId("c-1"))],
    "place": [({"address": "1 High Street"}, Place(address="1 High Street"))],
}
DOES_NOT: Final[dict[str, list[Any]]] = {
    "text": [1, None, "\0", "\ud800", b"x"],
    "integer": [1.0, "1", True, 2**53],
    "decimal": [0.1, "NaN", "Infinity", "x", True],
    "yes or no": [1, "yes", None],
    "date": [NOON, "2026-02-30", "20260302", 5],
    "instant": [datetime(2026, 3, 2), "2026-03-02T12:00:00", "soon", date(2026, 3, 2)],
    "time limit": ["3 fortnights", 3, {"n": 3}],
    "recurrence": ["every day", {"rule": "FREQ=DAILY"}, {"rule": "FREQ=HOURLY", "first": "2026-03-02"}],
    "money": [5.0, "five", {"currency": "CNY"}],
    "unit": ["", 5],
    "person": ["", None],
    "case": ["", 5],
    "place": [5, "somewhere"],
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_takes_its_forms_and_no_other(kind: str) -> None:
    """Of Python and of JSON; a list of them one by one."""
    one, many = made("One", {"x": DataType(kind=kind)}), made("Many", {"x": DataType(kind=kind, many=True)})
    for value, taken in FITS[kind]:
        assert one(x=value).x == taken
        assert type(one(x=value).x) is type(taken)
        assert many(x=[value, value]).x == (taken, taken)
    for value in DOES_NOT[kind]:
        for data, given in ((one, value), (many, [FITS[kind][0][0], value])):
            with pytest.raises(InvalidInput) as caught:
                data(x=given)
            assert caught.value.faults[0].path == "x"
    with pytest.raises(InvalidInput):
        many(x="xyz")


def test_it_is_a_class_as_one_writes_it() -> None:
    """Frozen, with real types, defaults for what may be left out, and private parts told apart."""
    types = {
        "to": DataType(kind="unit", many=True),
        "way": DataType(kind="text", one_of=("door", "desk")),
        "fee": DataType(kind="money", optional=True),
        "phone": DataType(kind="text", optional=True, private=True),
    }
    data = made("Visit", types)
    hints = get_type_hints(data)
    assert hints["to"] == tuple[UnitId, ...]
    assert hints["way"] == Literal["door", "desk"]
    assert hints["fee"] == Money | None
    given = data(to=["u"], way="door")
    assert (given.fee, given.phone) == (None, "")
    assert [field.name for field in attrs.fields(data) if is_private(field)] == ["phone"]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        given.way = "desk"
    with pytest.raises(InvalidInput, match="does not fit") as caught:
        data(to="u", way="roof", fee=5.0)
    assert [fault.path for fault in caught.value.faults] == ["to", "way", "fee"]
    assert all("应为" in fault.say("zh") for fault in caught.value.faults)
