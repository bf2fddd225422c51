"""The town of every test with a one-stop centre, and a catalogue that delegates to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import civicflow
from civicflow import Actor, Case, Money, Office
from civicflow.testing import FrozenClock
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Document, Service

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

DOCUMENTS: Final = (
    Document(name="id", text="identity card | 身份证"),
    Document(name="lease", text="lease | 租赁合同"),
    Document(name="photo", text="photo | 照片", optional=True),
)
STALL: Final = Service(
    name="stall",
    text="stall permit | 摆摊许可",
    owner="health",
    documents=DOCUMENTS,
    within="5 workdays",
    delegations=[Delegation(to="kind station", until=date(2026, 6, 1), basis="District Order 3")],
)
MEALS: Final = Service(
    name="meals",
    text="meals for the aged | 老年助餐",
    owner="emergency",
    kind="livelihood",
    fee=Money(5),
    provider="traffic-police",
    channels=["desk", "app"],
    delegations=[
        Delegation(to="hall", areas="community", since=date(2026, 3, 10)),
        Delegation(to="centre", areas="neighbour"),
    ],
)
CATALOGUE: Final = Catalogue((STALL, MEALS))


def with_desks(register: dict[str, Any]) -> dict[str, Any]:
    """A register with a one-stop centre in the subdistrict, and a hall that the community's branch runs."""
    register["bodies"].append(
        {
            "code": "centre",
            "name": "Centre | 便民服务中心",
            "kind": "station",
            "area": "subdistrict",
            "posts": {"officer": "officer-centre"},
        }
    )
    register["sites"] = [
        {
            "code": "hall",
            "name": "Hall | 大厅",
            "kind": "service-desk",
            "area": "community",
            "run_by": "party-community",
        }
    ]
    return register


class Desk:
    """A town on a file whose office is opened again with another catalogue."""

    def __init__(self, open_town: OpenTown, url: str, pigeons: Callable[[], Any]) -> None:
        self.url, self.clock, self.pigeons = url, FrozenClock(), pigeons
        self.town: Town = open_town(civicflow.plugins.backends.open_storage(url), clock=self.clock)
        self.town.load(with_desks(self.town.register))
        self.opened: list[Office] = []
        self.office = self.open(CATALOGUE)

    def open(self, catalogue: Catalogue) -> Office:
        """The office, with this catalogue from now on."""
        birds = self.pigeons()
        self.carried = birds.carried
        self.office = civicflow.open(self.url, clock=self.clock, services=catalogue, notify=[birds])
        self.opened.append(self.office)
        return self.office

    @property
    def clerk(self) -> Actor:
        """The officer of the centre."""
        return self.town.officer("centre")

    def applied(self, *documents: str, service: str = "stall", area: str = "community", **more: Any) -> Case:
        """A request, complete unless documents are named."""
        given = documents or ("id", "lease")
        asked = {"by": self.town.resident, "documents": given if service == "stall" else (), **more}
        return self.office.services.apply(service, area=area, **asked)

    def accepted(self, **more: Any) -> Case:
        """A request that the centre accepted."""
        return self.office.services.accept(self.applied(**more), by=self.clerk)

    def close(self) -> None:
        """What it was given verifies."""
        assert self.office.ledger.verify().ok
        for matter in self.town.matters():
            self.town.check(matter)
        for office in self.opened:
            office.close()


@pytest.fixture
def desk(open_town: OpenTown, tmp_path: Path, pigeons: Callable[[], Any]) -> Iterator[Desk]:
    """The one-stop desk, on a file."""
    opened = Desk(open_town, f"sqlite:///{tmp_path}/town.db?synchronous=off", pigeons)
    yield opened
    opened.close()
