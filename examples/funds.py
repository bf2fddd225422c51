"""Community funds: five forms of fund, a pledge paid in parts, winter parcels in kind, and works that two departments pay.

Every figure is worked out from the ledger. From reports are that Chengdu's community funds have five forms and several sources, that
money of departments overlaps there, and that Leshan (乐山市市中区) gave over 500 winter parcels worth more than 190,000 yuan in kind, which has
no exact figure: 512 parcels of 375 yuan are made up. So are which five forms, the amounts, the givers, the households and the
works, from a seed where there are many.

``python examples/funds.py`` tells it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Money, Office
from civicflow.calendars import instant
from civicflow.hierarchy.authority import ANYONE
from civicflow.money import total
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.funds.doubles import Work, doubles, pair_of
from civicflow.workflows.funds.fund import Pay, Release, Reserve, covers, reserved
from civicflow.workflows.funds.goods import Trace, worth
from civicflow.workflows.funds.pledge import outstanding, paid_in
from civicflow.workflows.funds.splitting import split
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
COMMUNITY: Final = "510104001"
PARCELS: Final = 512
FORMS: Final[Mapping[str, tuple[str, Mapping[str, int]]]] = {
    "budget": ("Community guarantee fund | 社区保障资金", {"budget": 120_000}),
    "residents": ("Residents' own fund | 居民自筹资金", {"residents": 18_600}),
    "donors": ("Community micro-fund | 社区微基金", {"donors": 30_000, "residents": 5_000}),
    "enterprise": ("Returned profit | 社会企业反哺资金", {"social-enterprise": 22_500}),
    "partners": ("Partners' fund | 共建单位资金", {"partner-school": 8_000, "partner-hospital": 12_000}),
}
"""The five forms of fund: what each is called, and what each source pays in at the beginning."""


# -- what draws on the funds ---------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Plan:
    """An expense.

    Attributes:
        title: its public name.
        fund: of which it is paid.
        amount: the most that it costs.
        purpose: the earmark on which it draws; empty for none.
    """

    title: str
    fund: str
    amount: Money
    purpose: str = ""


@attrs.frozen
class Bill:
    """What it cost in the end.

    Attributes:
        amount: no more than was planned.
        to: who is paid.
    """

    amount: Money
    to: str


def _rest(situation: Situation) -> Money:
    (fund,) = situation.read("fund")
    bill: Bill = situation.data
    return reserved(fund.root, situation.case.id) - bill.amount


def _released(situation: Situation) -> Release | None:
    rest = _rest(situation)
    return Release(rest, situation.case.id) if rest.amount else None


def _reserve(situation: Situation) -> Reserve:
    return Reserve(situation.data.amount, situation.case.id, situation.data.purpose)


def _pay(situation: Situation) -> Pay:
    return Pay(situation.data.amount, situation.case.id, situation.data.to, situation.case.title)


EXPENSE: Final = Flow(
    "expense",
    1,
    "expense | 支出",
    (State("planned", "planned | 已立项", standing=True), State("paid", "paid | 已支付", final="paid")),
    (
        Step(
            "plan",
            "plan | 立项",
            NEW,
            "planned",
            ANYONE,
            Plan,
            (
                Guard(
                    "money-there",
                    lambda s: [covers(fund.root, _reserve(s)) for fund in s.read("fund")] == [True],
                    "the fund does not hold that much for it | 资金余额不足",
                    asks_data=True,
                ),
            ),
            (
                Keep(("title",)),
                Link("fund", "fund"),
                CarryTo("fund", "reserve", Named("reserved", lambda s, _: _reserve(s))),
            ),
            reads=(Linked("fund", "fund"),),
        ),
        Step(
            "pay",
            "pay | 支付",
            "planned",
            "paid",
            ANYONE,
            Bill,
            (
                Guard(
                    "as-planned",
                    lambda s: not _rest(s).amount < 0,
                    "it costs more than was planned | 超出预算",
                    asks_data=True,
                ),
            ),
            (
                CarryTo("fund", "pay", Named("paid", lambda s, _: _pay(s))),
                CarryTo("fund", "release", Named("released", lambda s, _: _released(s))),
            ),
            reads=(Linked("fund"),),
        ),
    ),
)
"""A flow of one's own that draws on a fund: what is planned is reserved, what was not needed goes back."""


# -- works of the departments ------------------------------------------------------------------------------------------

_WORKS: Final = (
    "路灯更换",
    "单元门维修",
    "健身器材安装",
    "化粪池清掏",
    "屋顶防水",
    "停车棚改造",
    "围墙粉刷",
    "雨污管网疏通",
    "休闲座椅添置",
    "监控探头加装",
)
_PLACES: Final = tuple(f"{COMMUNITY}{number:03}" for number in range(1, 11))
_PAYERS: Final = ("housing", "civil-affairs", "water", "culture")
_DOUBLE: Final = "-again"
_AGAIN: Final = ("关于{title}的项目", "{title}工程", "{title}（二期资金）", "小区{title}", "{title}")


def works(seed: int = 2023, planted: int = 20) -> tuple[Work, ...]:
    """A hundred works of four departments, and some of them entered by another department too, in its own words."""
    made = [_work(seed, number) for number in range(100)]
    for number in range(planted):
        first = made[number * 5]
        other = _PAYERS[(_PAYERS.index(first.department) + 1) % len(_PAYERS)]
        by_key = number % 4 == 0
        made.append(
            attrs.evolve(
                first,
                id=f"{first.id}{_DOUBLE}",
                department=other,
                title="民生实事" if by_key else _AGAIN[number % len(_AGAIN)].format(title=first.title),
                begins=first.begins + timedelta(days=10),
                ends=first.ends + timedelta(days=30),
                keys=first.keys if by_key else frozenset(),
            )
        )
    return tuple(made)


def _work(seed: int, number: int) -> Work:
    begins = date(2023, 1, 1) + timedelta(days=drawn(seed, number, "day", below=300))
    house, kind = 1 + drawn(seed, number, "house", below=9), number % 5 + 5 * (number // len(_PLACES) % 2)
    return Work(
        id=f"work-{number:03}",
        title=f"{house}号楼{_WORKS[kind]}",
        place=_PLACES[number // len(_PLACES)],
        department=_PAYERS[drawn(seed, number, "department", below=len(_PAYERS))],
        begins=begins,
        ends=begins + timedelta(days=20 + drawn(seed, number, "days", below=40)),
        amount=Money(2_000 + 100 * drawn(seed, number, "amount", below=80)),
        keys=frozenset({f"contract:2023-{number:03}"}),
    )


# -- a winter ------------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Winter:
    """What the ledger says afterwards.

    Attributes:
        funds: by form, the fund.
        agree: whether the books, added up from the entries alone, tell the same as every fund.
        given: what all sources gave.
        sources: by source, what was paid of its money, and what of it is still there.
        pledged: what came of the pledge, and what lapsed.
        parcels: where the parcels went.
        value: what the parcels that were handed out are worth.
        booked: how many entries of all funds name the parcels' giver.
        confirmed: the pairs of works that are one.
        false_warnings: how many suggestions were rejected.
        saved: what is not paid twice.
    """

    funds: Mapping[str, Case]
    agree: bool
    given: Money
    sources: Mapping[str, tuple[Money, Money]]
    pledged: tuple[Money, Money]
    parcels: Trace
    value: Money
    booked: int
    confirmed: frozenset[tuple[str, str]]
    false_warnings: int
    saved: Money


def register() -> str:
    """A street and a community, each with its Party organisation; the community has a treasurer."""

    def party(area: str, **posts: str) -> dict[str, object]:
        name = f"Party Committee of {area} | {area}党委"
        return {"code": f"party-{area}", "name": name, "kind": "party-organisation", "area": area, "posts": posts}

    areas = [
        {"code": "510104", "name": "Street | 街道", "level": "subdistrict"},
        {"code": COMMUNITY, "name": "Community | 社区", "level": "community", "parent": "510104"},
    ]
    bodies = [
        party("510104", secretary="secretary-street"),
        party(COMMUNITY, secretary="secretary", treasurer="treasurer"),
    ]
    return json.dumps(
        {"register": "funds", "scheme": "chengdu", "since": "2022-01-01", "areas": areas, "bodies": bodies}
    )


def live_through(office: Office, clock: FrozenClock, given: Iterable[Work]) -> Winter:
    """The winter: money comes and goes, parcels are handed out, doubles are found.

    Args:
        office: an office without a register, which has `EXPENSE`.
        clock: the office's; it is set on.
        given: the works of the departments.
    """
    clock.set(instant("2023-11-01T09:00", ZONE))
    office.register.read(register(), source="funds", format="json")
    secretary = office.act_as("secretary", post="secretary", unit=COMMUNITY)
    with office.together() as desk:
        funds = {form: _opened(desk, form, secretary) for form in FORMS}
        _spent(desk, funds, secretary)
        parcels = _parcels(desk, secretary)
        decided = _decided(desk, tuple(given), secretary)
        pledge = _pledged(desk, clock, funds["donors"], secretary)
    return _figures(office, funds, pledge, parcels, decided)


def _opened(office: Office, form: str, by: Actor) -> Case:
    title, sources = FORMS[form]
    fund = office.funds.open(title, unit=COMMUNITY, source=next(iter(sources)), by=by)
    for source, amount in sources.items():
        fund = office.funds.deposit(fund, Money(amount), source=source, by=by, key=f"{form}:{source}")
    return fund


def _spent(office: Office, funds: Mapping[str, Case], by: Actor) -> None:
    """A gate that two funds pay, half each; a reading room of money that was earmarked for it; and a saving that goes back."""
    for form, amount in split(Money("36000.01"), {"budget": Fraction(1, 2), "residents": Fraction(1, 2)}).items():
        plan = Plan(title="a gate | 小区大门", fund=funds[form].id, amount=amount)
        gate = office.begin("expense", "plan", plan, by=by, unit=COMMUNITY)
        office.take(gate, "pay", Bill(amount - Money(750), "Anju Doors | 安居门业"), by=by)
    office.funds.earmark(funds["donors"], Money(8_000), "reading-room", by=by)
    plan = Plan(title="shelves | 书架", fund=funds["donors"].id, amount=Money(6_000), purpose="reading-room")
    shelves = office.begin("expense", "plan", plan, by=by, unit=COMMUNITY)
    office.take(shelves, "pay", Bill(Money("5320.50"), "Joiners | 木工坊"), by=by)
    office.funds.give_back(
        funds["partners"], Money(2_000), source="partner-school", reason="not needed | 结余退还", by=by
    )


def _parcels(office: Office, by: Actor) -> Case:
    """Eight grids, 64 households each; one parcel comes back and goes to another household."""
    parcels = office.funds.receive(
        "Winter parcels | 暖冬礼包",
        unit=COMMUNITY,
        giver="Enterprises of Leshan | 乐山爱心企业",
        item="winter parcel | 暖冬礼包",
        quantity=PARCELS,
        measure="parcel | 份",
        value=Money(375),
        by=by,
    )
    for grid in range(8):
        households = {f"household-{grid}-{number:02}": 1 for number in range(PARCELS // 8)}
        office.funds.hand_out(parcels, households, household_list=f"grid-{grid}", by=by)
    moved = {"household-7-00": 1}
    office.funds.bring_back(parcels, moved, household_list="grid-7", reason="moved away | 已搬离", by=by)
    office.funds.hand_out(parcels, {"household-7-99": 1}, household_list="grid-7", by=by)
    return parcels


def _decided(office: Office, given: tuple[Work, ...], by: Actor) -> list[Case]:
    """Each suggestion is looked into on the site, and confirmed or rejected."""
    by_id = {work.id: work for work in given}
    cases = []
    for found in doubles(given):
        one, other = by_id[found.one], by_id[found.other]
        least = min(one.amount, other.amount)
        case = office.funds.suspect_suggested(found, one.title, unit=COMMUNITY, amount=least, by=by)
        if found.other == f"{found.one}{_DOUBLE}":  # whoever looks at the site sees that it is one
            case = office.funds.confirm(case, payer=one.department, reason="one site | 同一现场", by=by)
        else:
            case = office.funds.reject(case, reason="two sites | 两处现场", by=by)
        cases.append(case)
    return cases


def _pledged(office: Office, clock: FrozenClock, fund: Case, by: Actor) -> Case:
    """Ten thousand yuan are promised; six come in two parts, the rest lapses."""
    pledge = office.funds.pledge(fund, Money(10_000), source="donors", by=office.act_as("shop-owner"))
    for day in ("2023-11-20T10:00", "2023-12-15T10:00"):
        clock.set(instant(day, ZONE))
        office.tick()
        pledge = office.funds.pay_in(pledge, Money(3_000), by=by)
    clock.set(instant("2024-03-01T10:00", ZONE))
    office.tick()
    return pledge


def _figures(office: Office, funds: Mapping[str, Case], pledge: Case, parcels: Case, decided: Iterable[Case]) -> Winter:
    books = {form: office.funds.books(fund) for form, fund in funds.items()}
    uses = [use for book in books.values() for use in book.uses()]
    sources = {
        source: (
            total(use.amount for use in uses if use.source == source and use.account == "paid"),
            total(use.amount for use in uses if use.source == source and use.account != "paid"),
        )
        for source in sorted({use.source for use in uses})
    }
    now, goods, trace = office.case(pledge), office.case(parcels), office.funds.trace(parcels)
    confirmed = [case for case in decided if case.outcome == "confirmed"]
    entries = [entry for fund in funds.values() for entry in office.ledger.entries(fund)]
    return Winter(
        funds={form: office.case(fund) for form, fund in funds.items()},
        agree=all(book.agrees(office.case(funds[form])) for form, book in books.items()),
        given=total(use.amount for use in uses),
        sources=sources,
        pledged=(paid_in(now), outstanding(now)),
        parcels=trace,
        value=worth(goods, sum(trace.households.values())),
        booked=sum(entry.data.get("source") == trace.giver for entry in entries),
        confirmed=frozenset(map(pair_of, confirmed)),
        false_warnings=sum(case.outcome == "rejected" for case in decided),
        saved=total(Money(case.data["amount"]["amount"]) for case in confirmed),
    )


def report(winter: Winter) -> str:
    """The winter in figures."""
    rows = [(source, *amounts) for source, amounts in winter.sources.items()]
    lines = [
        table(("source | 来源", "paid out | 已使用", "still there | 结余"), rows),
        f"given in all {winter.given}; the books agree with every fund: {winter.agree}",
        f"pledge: {winter.pledged[0]} came, {winter.pledged[1]} lapsed",
        f"parcels: {winter.parcels.received} of {winter.parcels.giver} to {len(winter.parcels.households)} households",
        f"worth {winter.value}; {winter.booked} entries of the funds book them",
        f"double funding: {len(winter.confirmed)} confirmed, {winter.false_warnings} false warnings, {winter.saved} not paid twice",
    ]
    return "\n".join(lines)


def run(folder: Path) -> Winter:
    """The winter in a fresh store in a folder."""
    clock = FrozenClock()
    store = f"sqlite:///{folder / 'funds.db'}?synchronous=off"
    with civicflow.open(store, clock=clock, flows=(EXPENSE,)) as office:
        winter = live_through(office, clock, works())
        assert office.ledger.verify().ok
        return winter


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        print(report(run(Path(folder))))
