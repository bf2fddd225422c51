"""A town in which works are built: on an SQLite file, with firms that quote and one in which a delegate works."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Actor, Case, Money, Refused, Source
from civicflow.plugins.backends import open_storage
from civicflow.workflows.works import Milestone, seal_quote

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Office
    from civicflow.workflows.works.desk import Works

SECRETS = {"smiths": "a secret of the smiths", "fencers": "a secret of the fencers"}
FIRMS = [
    {
        "code": firm,
        "name": f"{firm} | 公司",
        "kind": "social-enterprise",
        "area": "district",
        "posts": {"officer": person},
    }
    for firm, person in (("smiths", "smith"), ("fencers", "fencer"), ("cousins", "r3"))
]
CLOSING = date(2026, 3, 6)


def refused(command: Callable[[], object], *rules: str) -> None:
    """A command is refused by these rules, and by no others."""
    with pytest.raises(Refused) as error:
        command()
    assert error.value.refusal.rules == rules


class Site:
    """The town with a work in it, and how far it has come."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.funds = [self.fund("budget"), self.fund("residents")]
        self.work = self.begun()

    @property
    def office(self) -> Office:
        """The office, which may have been opened again."""
        return self.town.office

    @property
    def works(self) -> Works:
        """What is tested."""
        return self.office.works

    @property
    def secretary(self) -> Actor:
        """The office: the secretary of the community."""
        return self.town.secretary()

    @property
    def above(self) -> Actor:
        """The secretary one level up."""
        return self.town.secretary("subdistrict")

    @property
    def delegate(self) -> Actor:
        """One of the group's delegates."""
        return self.town.delegate("r1")

    def fund(self, source: str, amount: str = "18000") -> Case:
        """A fund that holds half of the budget."""
        fund = self.office.funds.open(source, unit="community", source=source, by=self.secretary)
        self.office.funds.deposit(fund, Money(amount), by=self.secretary)
        return self.office.case(fund)

    def begun(self, **more: Any) -> Case:
        """A work order for 36,000, half and half."""
        asked: dict[str, Any] = {
            "group": "group-council",
            "unit": "community",
            "budget": Money("36000"),
            "sources": [Source(fund.id, Money("18000")) for fund in self.funds],
            "by": self.secretary,
            "requester": "resident-1",
        }
        return self.works.begin("a gate", **{**asked, **more})

    @property
    def now(self) -> Case:
        """The work as it is now."""
        return self.office.case(self.work)

    def officer(self, firm: str) -> Actor:
        """Who acts for a firm."""
        return self.office.act_as({"smiths": "smith", "fencers": "fencer"}[firm], post="officer", unit=firm)

    def later(self, days: int) -> None:
        """Days pass, and somebody ticks on each."""
        for _ in range(days):
            self.town.clock.advance(days=1)
            self.office.tick()

    # -- how far it comes --------------------------------------------------------------------------------------------

    def called(self, **more: Any) -> Case:
        """Quotes are called for."""
        return self.works.call(self.work, closing=CLOSING, by=self.secretary, **more)

    def quoted(self, **amounts: str) -> Case:
        """Quotes are handed in: of the firms sealed by themselves, of others on paper."""
        for bidder, amount in amounts.items():
            if bidder in SECRETS:
                self.works.quote(self.work, Money(amount), secret=SECRETS[bidder], by=self.officer(bidder))
            else:
                self.works.quote(self.work, bidder=bidder, by=self.secretary)
        return self.now

    def opened(self, *, calling: dict[str, Any] | None = None, **amounts: str) -> Case:
        """Quotes are called for, handed in and opened."""
        asked = amounts or {"smiths": "34500", "fencers": "35800", "luo": "37200"}
        self.called(**(calling or {}))
        self.quoted(**asked)
        self.later(5)
        for bidder, amount in asked.items():
            if bidder in SECRETS:
                self.works.open_quote(self.work, Money(amount), secret=SECRETS[bidder], by=self.officer(bidder))
            else:
                self.works.open_quote(self.work, Money(amount), bidder=bidder, witness="r1", by=self.secretary)
        return self.now

    def awarded(self) -> Case:
        """The smiths get it for 34,500, and the award hung for three days."""
        self.opened()
        self.works.award(self.work, "smiths", by=self.secretary)
        self.later(4)
        return self.now

    def planned(self) -> Case:
        """Two milestones and what is retained."""
        self.awarded()
        return self.works.plan(self.work, milestones(), retained=Money("1035"), by=self.secretary)

    def paid(self) -> Case:
        """The milestone in work is reported, passed and paid."""
        self.works.report(self.work, "done", evidence=("photo.jpg",), by=self.officer("smiths"))
        self.works.pass_milestone(self.work, by=self.delegate)
        return self.works.pay(self.work, by=self.secretary)

    def built(self) -> Case:
        """Both milestones are paid."""
        self.planned()
        self.paid()
        return self.paid()

    def accepted(self) -> Case:
        """A delegate and a resident accept the whole."""
        self.built()
        self.works.inspect(self.work, by=self.delegate)
        return self.works.inspect(self.work, by=self.town.resident)


def milestones(first: str = "16732.50", last: str = "16732.50") -> list[Milestone]:
    """A gate and its paint."""
    return [
        Milestone(name="gate", until="2026-03-31", amount=Money(first)),
        Milestone(name="paint", until="2026-04-30", amount=Money(last)),
    ]


def sealed(firm: str, amount: str, site: Site) -> str:
    """The digest that a firm makes at home."""
    return seal_quote(site.office.unit(firm), Money(amount), SECRETS[firm])


def settled_in(town: Town) -> Site:
    """A site in a town to which the firms come."""
    register = town.register
    register["bodies"] += FIRMS
    town.load(register)
    return Site(town)


@pytest.fixture
def site(open_town: OpenTown, tmp_path: Path) -> Site:
    """A site on an SQLite file, on the morning of Monday 2 March 2026."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    return settled_in(open_town(storage, load=False))
