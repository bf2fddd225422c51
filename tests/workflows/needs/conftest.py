"""The town of every test, with a contact in its community and a point at which needs are collected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Actor, Case
from civicflow.plugins.backends import open_storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town


def with_contacts(register: dict[str, Any]) -> dict[str, Any]:
    """A register in which the community has a contact in person, and its group a contact point."""
    party = next(body for body in register["bodies"] if body["code"] == "party-community")
    party["posts"]["contact"] = "contact-1"
    register["sites"] = [
        {
            "code": "point",
            "name": "Point | 联络点",
            "kind": "contact-point",
            "area": "group",
            "hours": ["Mo-Fr 09:00-17:00"],
        }
    ]
    return register


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """The town, on a file."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    opened = open_town(storage)
    opened.load(with_contacts(opened.register))
    yield opened
    assert opened.office.ledger.verify().ok
    for matter in opened.matters():
        opened.check(matter)


class People:
    """Who acts in these tests."""

    def __init__(self, town: Town) -> None:
        self.town = town

    @property
    def contact(self) -> Actor:
        """The community's contact."""
        return self.town.office.act_as("contact-1", post="contact", unit="community")

    def heard(self, title: str = "a dark lane", by: str = "resident-1", **more: Any) -> Case:
        """A need that somebody voiced."""
        return self.town.office.needs.voice(
            title, **{"unit": "community", "by": self.town.office.act_as(by), "category": "roads/lamps", **more}
        )

    def listed(self, *needs: Case, **more: Any) -> Case:
        """A project of these needs, or of one that is voiced for it."""
        return self.town.office.needs.list_project(
            "lamps",
            **{"needs": needs or (self.heard(),), "unit": "community", "by": self.town.secretary(), **more},
        )


@pytest.fixture
def people(town: Town) -> People:
    """Who acts."""
    return People(town)
