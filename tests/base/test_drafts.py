"""Drafts: records that are made quickly are no different from records that are made as usual."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from civicflow.drafts import maker
from civicflow.ledger.entries import Entry
from civicflow.plugins.storage.contract import Batch, NewEntry, Record, StoredCase, Write
from civicflow.workflows.engine.decide import Accepted, Act, Move
from civicflow.workflows.engine.records import Case, Clock, Matter
from civicflow.workflows.engine.situation import Situation, World

_MADE = (Accepted, Act, Batch, Case, Clock, Entry, Matter, Move, NewEntry, Record, Situation, StoredCase, World, Write)


@pytest.mark.parametrize("cls", _MADE, ids=lambda cls: cls.__name__)
class TestMaker:
    """A maker gives what the class itself would give."""

    def test_it_makes_the_record_itself(self, cls: type[Any]) -> None:
        """Of that very class, equal, field by field in the order of the declaration."""
        names = [field.name for field in attrs.fields(cls)]
        made, usual = maker(cls)(*names), cls(**dict(zip(names, names, strict=True)))
        assert type(made) is cls
        assert made == usual
        assert [getattr(made, name) for name in names] == names

    def test_what_it_makes_is_frozen(self, cls: type[Any]) -> None:
        """Nobody can change it afterwards."""
        fields = attrs.fields(cls)
        made = maker(cls)(*fields)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(made, fields[0].name, None)


@attrs.frozen(kw_only=True, weakref_slot=False)
class _Row:
    first: int = 1
    second: int
    third: int = 3


def test_only_what_follows_the_last_mandatory_field_may_be_left_out() -> None:
    """Values are given by position, so a default before a mandatory field cannot stand in."""
    row = maker(_Row)
    assert row(0, 2) == _Row(first=0, second=2)
    with pytest.raises(TypeError):
        row(0)
