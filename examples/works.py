"""The three works of Beiyuan compound in Chengdu (成都市晋阳街道北苑), after the vote: from 36,000 yuan to 34,500.

Every figure is worked out from the ledger. Reported are the three works (gate, fire lane, anti-climb spikes), 36,000 yuan, half from the
community's earmarked fund and half raised by residents, five sittings of comparing, and that 34,500 were paid. Ours are the
bidders, what they ask for, the milestones, the days and the persons, and that what was saved goes back in proportion.

``python examples/works.py`` tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

import beiyuan
import civicflow
from civicflow import Actor, Case, Money, Office, Source
from civicflow.calendars import instant
from civicflow.money import total
from civicflow.testing import FrozenClock
from civicflow.workflows.works import seal_quote, shared_out
from tables import table

ZONE: Final = beiyuan.ZONE
UNIT: Final = beiyuan.COMMUNITY
GROUP: Final = beiyuan.GROUP
BUDGET: Final = beiyuan.HALF + beiyuan.HALF


@attrs.frozen
class Offer:
    """What a bidder asks for.

    Attributes:
        bidder: their name; none of them is a body of the register.
        amount: for all three works.
        secret: with which they sealed it; empty for an envelope of paper.
    """

    bidder: str
    amount: Money
    secret: str = ""


OFFERS: Final = (
    Offer("Jinsha Fencing | 金沙护栏", Money("35800"), "a secret of the fencers"),
    Offer("Qingyang Metalwork | 青羊铁艺", Money("34500"), "a secret of the smiths"),
    Offer("Brothers Luo | 罗氏兄弟", Money("37200")),
)
WORKS: Final = (
    ("The gate | 大门", "2026-07-31", Fraction(1, 2)),
    ("The fire lane | 消防通道", "2026-08-31", Fraction(3, 10)),
    ("The anti-climb spikes | 防攀爬刺", "2026-09-15", Fraction(1, 5)),
)
RETAINED: Final = Fraction(3, 100)


@attrs.frozen(kw_only=True)
class Account:
    """What came of the works, from the ledger.

    Attributes:
        budget: what was decided.
        award: for how much they were awarded.
        quotes: what each bidder asked for, by name.
        paid: what left the funds for them, by payment, in order.
        gave: by kind of fund, what was reserved.
        back: by kind of fund, what came back.
        sittings: on how many days quotes were called for, opened, compared and awarded.
        answers: how many evaluated, and how many of them say that it does what it was to do.
    """

    budget: Money
    award: Money
    quotes: Mapping[str, Money]
    paid: Mapping[str, Money]
    gave: Mapping[str, Money]
    back: Mapping[str, Money]
    sittings: int
    answers: tuple[int, int]

    @property
    def saved(self) -> Money:
        """What came back in all."""
        return total(self.back.values())


def secretary(office: Office) -> Actor:
    """The secretary of the community."""
    return office.act_as("secretary-jinyang-1", post="secretary", unit=UNIT)


def live_through(office: Office, clock: FrozenClock, offers: tuple[Offer, ...] = OFFERS) -> Account:
    """The works, from the order to the account.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
        offers: what the bidders ask for.
    """
    office.register.load(beiyuan.REGISTER)
    funds = beiyuan.open_funds(office, clock)
    _at(clock, "2026-06-02T09:00")
    work = office.works.begin(
        "A gate, a fire lane and anti-climb spikes | 大门、消防通道、防攀爬刺",
        group=GROUP,
        unit=UNIT,
        budget=BUDGET,
        sources=[Source(fund.id, beiyuan.HALF) for fund in funds],
        by=secretary(office),
        requester="resident-9",
    )
    compare(office, clock, work, offers)
    award(office, clock, work, offers)
    build(office, clock, work)
    accept(office, clock, work)
    return figures(office, work)


def _at(clock: FrozenClock, when: str) -> None:
    clock.set(instant(when, ZONE))


def compare(office: Office, clock: FrozenClock, work: Case, offers: tuple[Offer, ...]) -> None:
    """Four sittings: calling, two on which quotes come in, opening them."""
    by, (witness, *_) = secretary(office), beiyuan.delegates(office, GROUP)
    _at(clock, "2026-06-08T19:00")
    office.works.call(work, closing=date(2026, 6, 15), wanted="all three works, with two years' warranty", by=by)
    for number, offer in enumerate(offers):
        _at(clock, f"2026-06-{10 + number // 2 * 2}T19:00")
        # Bidders seal at home and hand in the digest: the office cannot know what it hides.
        sealed = seal_quote(offer.bidder, offer.amount, offer.secret) if offer.secret else ""
        office.works.quote(work, sealed=sealed, bidder=offer.bidder, by=by)
    _at(clock, "2026-06-16T00:30")
    office.tick()
    _at(clock, "2026-06-16T19:00")
    for offer in offers:
        seen = "" if offer.secret else str(witness.person)
        office.works.open_quote(work, offer.amount, secret=offer.secret, witness=seen, bidder=offer.bidder, by=by)


def award(office: Office, clock: FrozenClock, work: Case, offers: tuple[Offer, ...], *, on: str = "2026-06-18") -> None:
    """The fifth sitting, on some day: the lowest quote is awarded, and the award hangs for three days."""
    _at(clock, f"{on}T19:00")
    best = min(offers, key=lambda offer: offer.amount.amount)
    office.works.award(work, best.bidder, by=secretary(office))
    clock.advance(days=4)
    office.tick()


def build(office: Office, clock: FrozenClock, work: Case, *, meanwhile: Callable[[int], None] = lambda _: None) -> None:
    """Three milestones, each reported, inspected and paid; the fire lane is sent back once.

    Args:
        office: the office.
        clock: its clock.
        work: the case.
        meanwhile: what happens before a milestone is paid, by its number.
    """
    by, (delegate, *_) = secretary(office), beiyuan.delegates(office, GROUP)
    sum_ = _money(office.case(work).data["award"]["amount"])
    retained, payable = sum_.shared([RETAINED, 1 - RETAINED])
    office.works.plan(work, shared_out(payable, WORKS), retained=retained, by=by)
    for number, (name, until, _) in enumerate(WORKS):
        _at(clock, f"{until}T10:00")
        office.works.report(work, f"{name}: done", evidence=(f"photo-{number}.jpg",), by=by)
        if number == 1:
            office.works.send_milestone_back(work, ("a pole stands in the lane",), until=date(2026, 9, 4), by=delegate)
            _at(clock, "2026-09-04T10:00")
            office.works.report(work, "the pole is gone", evidence=("photo-lane.jpg",), by=by)
        office.works.pass_milestone(work, by=delegate)
        meanwhile(number)
        clock.advance(hours=2)
        office.works.pay(work, by=by)


def accept(office: Office, clock: FrozenClock, work: Case) -> None:
    """A delegate and a resident accept the whole; the account is settled; residents evaluate."""
    delegate, *others = beiyuan.delegates(office, GROUP)
    _at(clock, "2026-09-18T19:00")
    office.works.inspect(work, by=delegate)
    office.works.inspect(work, by=office.act_as("resident-9"))
    _at(clock, "2026-09-21T10:00")
    office.works.settle(work, by=secretary(office))
    for number, resident in enumerate([*others, office.act_as("resident-9"), office.act_as("resident-10")]):
        office.works.evaluate(work, resolved=number != 4, satisfied=5 - number % 3, by=resident)
    _at(clock, "2026-10-20T09:00")
    office.tick()


def _money(kept: Any) -> Money:
    return Money(kept["amount"], kept["currency"])


def figures(office: Office, work: Case) -> Account:
    """The figures, from the entries of the work and of its funds."""
    now = office.case(work)
    paid: dict[str, Money] = {}
    gave: dict[str, Money] = {}
    back: dict[str, Money] = {}
    for fund in (office.case(fund) for fund in now.links["funds"]):
        source = str(fund.data["source"])
        for entry in office.ledger.entries(fund):
            if entry.data.get("matter") != now.id:
                continue
            amount = _money(entry.data["amount"])
            if entry.step == "reserve":
                gave[source] = gave.get(source, Money(0)) + amount
            elif entry.step == "release":
                back[source] = back.get(source, Money(0)) + amount
            elif entry.step == "pay":
                note = str(entry.data["note"])
                paid[note] = paid.get(note, Money(0)) + amount
    entries = office.ledger.entries(work)
    comparing = {"quoting.call", "quoting.quote", "quoting.open", "quoting.award"}
    evaluation = now.data["evaluation"]
    return Account(
        budget=_money(now.data["budget"]),
        award=_money(now.data["award"]["amount"]),
        quotes={str(quote["bidder"]): _money(quote["amount"]) for quote in now.data["quotes"]},
        paid=paid,
        gave=gave,
        back=back,
        sittings=len({entry.happened.date() for entry in entries if entry.step in comparing}),
        answers=(evaluation["answers"], evaluation["resolved"]),
    )


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'works.db'}", clock=clock) as office:
            account = live_through(office, clock)
    print(table(["bidder | 报价单位", "asks for | 报价"], [[*one] for one in account.quotes.items()]))
    print()
    print(table(["paid for | 付款事项", "amount | 金额"], [[*one] for one in account.paid.items()]))
    print()
    rows = [[source, gave, gave - account.back[source], account.back[source]] for source, gave in account.gave.items()]
    print(table(["source | 来源", "gave | 出资", "spent | 支出", "back | 退回"], rows))
    print(f"\n{account.budget} decided, {account.award} awarded, {account.saved} saved; {account.sittings} sittings")


if __name__ == "__main__":
    main()
