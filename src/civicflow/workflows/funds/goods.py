"""Goods given in kind (实物捐赠): received with quantity and value, kept in store, handed out by lists, traced from giver to household.

Rules
-----
- What is given in kind is counted in its own unit and told at a value for each; no money is booked for it.
- It is handed out by lists: each names its households and how many each gets. No more goes out than is in store. Who received
  is private; how many went out by which list is public.
- What comes back is entered against its list, with its reason, and is in store again; what was spoiled or lost is written off by
  the secretary alone, with its reason. Nothing is edited.
- What lies in store for 30 days without anything handed out is reminded of; after 60 the level above supervises. Each list gives
  new time. Once the store is empty ten working days remain in which something may come back; then the account of it closes.

Source: Leshan, Shizhong district: over 500 winter parcels worth more than 190,000 yuan were given in kind. Ours: lists, days, and who writes off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, Holder
from civicflow.ledger.entries import Entry
from civicflow.money import Money, positive
from civicflow.workflows.engine.effects import Compute, Keep, Stamp
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import TellRequester
from civicflow.workflows.engine.validators import at_least, said
from civicflow.workflows.funds.fund import TREASURER
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits
from civicflow.workflows.reasons import HAS_REASON


@attrs.frozen(kw_only=True)
class Receive:
    """What is given.

    Attributes:
        title: the public headline.
        giver: who gives it, public.
        item: what it is.
        quantity: how many, one or more.
        measure: of what one is one: a parcel, a bag, a kilogram.
        value: what one is worth, as the giver states it or by its invoice.
        purpose: for whom or what it is alone; empty for whoever needs it.
    """

    title: str
    giver: str = attrs.field(validator=said)
    item: str = attrs.field(validator=said)
    quantity: int = attrs.field(validator=at_least(1))
    measure: str = attrs.field(validator=said)
    value: Money = attrs.field(validator=positive)
    purpose: str = ""


def _check(value: Mapping[str, int]) -> None:
    wrong = [name for name, many in value.items() if not name.strip() or type(many) is not int or many < 1]
    if wrong or not value:
        msg = f"a list names its households, each with a whole number from 1 on; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class HandOut:
    """What is handed out by one list.

    Attributes:
        household_list: the list's public name, for instance that of a grid.
        receivers: private: by household, how many it gets.
    """

    household_list: str = attrs.field(validator=said)
    receivers: Mapping[str, int] = private()

    def __attrs_post_init__(self) -> None:
        _check(self.receivers)


@attrs.frozen(kw_only=True)
class BringBack:
    """What came back.

    Attributes:
        household_list: by which it had gone out.
        receivers: private: by household, how many came back.
        reason: public.
    """

    household_list: str
    receivers: Mapping[str, int] = private()
    reason: str

    def __attrs_post_init__(self) -> None:
        _check(self.receivers)


@attrs.frozen(kw_only=True)
class WriteOff:
    """What was spoiled or lost.

    Attributes:
        quantity: one or more.
        reason: public.
    """

    quantity: int = attrs.field(validator=at_least(1))
    reason: str


def left(goods: Case) -> int:
    """How many are in store."""
    return int(goods.data["left"])


def handed_out(goods: Case) -> Mapping[str, int]:
    """How many went out, by list, less what came back."""
    return dict(goods.data["lists"])


def worth(goods: Case, quantity: int) -> Money:
    """What so many of them are worth."""
    return Money(Decimal(goods.data["each"]) * quantity, goods.data["currency"])


def _many(situation: Situation) -> int:
    asked = situation.data
    return int(asked.quantity) if isinstance(asked, WriteOff) else sum(asked.receivers.values())


def _stored(situation: Situation) -> dict[str, Any]:
    asked = situation.data
    each, currency = str(asked.value.amount), asked.value.currency
    return {"left": asked.quantity, "lists": {}, "written_off": 0, "each": each, "currency": currency}


def _gone(situation: Situation) -> dict[str, Any]:
    lists = Counter(handed_out(situation.case))
    lists[situation.data.household_list] += _many(situation)
    return {"left": left(situation.case) - _many(situation), "lists": dict(lists)}


def _back(situation: Situation) -> dict[str, Any]:
    lists = Counter(handed_out(situation.case))
    lists[situation.data.household_list] -= _many(situation)
    return {"left": left(situation.case) + _many(situation), "lists": {name: n for name, n in lists.items() if n}}


def _lost(situation: Situation) -> dict[str, Any]:
    many = _many(situation)
    return {"left": left(situation.case) - many, "written_off": situation.case.data["written_off"] + many}


IN_STORE: Final = Guard(
    "in-store",
    lambda s: _many(s) <= left(s.case),
    "there are not that many in store | 库存不足",
    asks_data=True,
)
THE_LAST: Final = Guard(
    "the-last",
    lambda s: _many(s) == left(s.case),
    "there are more in store | 仍有库存",
    asks_data=True,
)
WENT_OUT: Final = Guard(
    "went-out",
    lambda s: _many(s) <= handed_out(s.case).get(s.data.household_list, 0),
    "not that many went out by this list | 该名单发放数量不足",
    asks_data=True,
)
_EMPTY_OR_NOT: Final = (Branch(THE_LAST, "handed-out"), Branch(ELSE, "stored"))

GOODS: Final = Flow(
    "goods",
    1,
    "goods in kind | 实物捐赠",
    (
        State("stored", "in store | 在库", waits("30 days", "60 days")),
        SUPERVISED,
        State("handed-out", "handed out | 已发完", (Limit("10 workdays", "settle"),)),
        State("settled", "settled | 已结清", final="settled"),
    ),
    (
        Step(
            "receive",
            "receive | 接收入库",
            NEW,
            "stored",
            TREASURER,
            Receive,
            does=(
                Keep(("title", "giver", "item", "quantity", "measure", "purpose")),
                Compute(Named("stored", _stored)),
            ),
        ),
        Step(
            "hand-out",
            "hand out by a list | 按名单发放",
            ("stored", SUPERVISED.name),
            _EMPTY_OR_NOT,
            TREASURER,
            HandOut,
            (IN_STORE,),
            (Compute(Named("gone", _gone)),),
        ),
        Step(
            "bring-back",
            "enter what came back | 登记退回",
            ("stored", SUPERVISED.name, "handed-out"),
            "stored",
            TREASURER,
            BringBack,
            (HAS_REASON, WENT_OUT),
            (Compute(Named("back", _back)),),
            asks=False,
        ),
        Step(
            "write-off",
            "write off | 核销",
            ("stored", SUPERVISED.name),
            _EMPTY_OR_NOT,
            Holder("secretary", "unit"),
            WriteOff,
            (HAS_REASON, IN_STORE),
            (Compute(Named("lost", _lost)),),
            asks=False,
        ),
        Step(
            "settle",
            "settle | 结清",
            "handed-out",
            "settled",
            BY_CLOCK,
            does=(Stamp(), TellRequester("settled", "“{title}” was handed out whole | “{title}”已全部发放")),
        ),
        reminds(
            "stored",
            SUPERVISED.name,
            who=TREASURER,
            text="“{title}” lies in store; hand it out | “{title}”仍在库，请发放",
        ),
        escalates("stored", text="“{title}” has lain in store for long | “{title}”长期在库未发放"),
    ),
)


@attrs.frozen(kw_only=True)
class Trace:
    """Where goods went, from their entries alone.

    Attributes:
        giver: who gave them.
        received: how many.
        households: by household, how many it got by all lists; those that gave everything back are left out.
        written_off: how many were spoiled or lost.
        erased: how many went to households whose names were erased since.
    """

    giver: str
    received: int
    households: Mapping[str, int]
    written_off: int = 0
    erased: int = 0

    @property
    def left(self) -> int:
        """How many are in store."""
        return self.received - sum(self.households.values()) - self.written_off - self.erased


def traced(told: Iterable[tuple[Entry, Mapping[str, Any]]]) -> Trace:
    """Follow goods from their giver to each household.

    Args:
        told: every entry of the case in order, each with its private part, which is empty where it was erased.
    """
    giver, received, lost, nameless, before = "", 0, 0, 0, 0
    got: Counter[str] = Counter()
    for entry, hidden in told:
        now = entry.delta.get("data", {}).get("left", before)
        match entry.step:
            case "receive":
                giver, received = entry.data["giver"], entry.data["quantity"]
            case "write-off":
                lost += entry.data["quantity"]
            case "hand-out" if hidden:
                got.update(hidden["receivers"])
            case "bring-back" if hidden:
                got.subtract(hidden["receivers"])
            case "hand-out" | "bring-back":
                nameless += before - now
        before = now
    households = {name: many for name, many in sorted(got.items()) if many}
    return Trace(giver=giver, received=received, households=households, written_off=lost, erased=nameless)
