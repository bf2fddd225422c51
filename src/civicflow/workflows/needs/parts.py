"""The parts of a project, and what of them is left to be taken up. Exact: whole numbers, and money with two decimals.

Rules
-----
- A part is one thing, or so many of one, or an amount of money. One thing is taken whole; of many, and of money, anybody takes a share.
- What is left of a part is what nobody has taken up who still is at it or has done it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import InvalidInput
from civicflow.ids import UnitId
from civicflow.money import Money, positive
from civicflow.workflows.engine.children import Opening, opening, whole
from civicflow.workflows.engine.flow import Guard
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation

_SYMBOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")

# Our own, because the context of the thread belongs to the host: more digits than money has.
_EXACT: Final = Context(prec=60, traps=[Inexact])

GIVEN_BACK: Final = frozenset({"declined", "dropped"})
"""The states of a share that no longer takes anything of its project."""


def _symbol(_: object, __: object, value: str) -> None:
    if not _SYMBOL.fullmatch(value):
        msg = f"a part is called by a symbol of letters, digits and hyphens; got {value!r}"
        raise InvalidInput(msg)


def _counted(_: object, attribute: attrs.Attribute[int | None], value: int | None) -> None:
    if value is not None and (type(value) is not int or value < 1):
        msg = f"{attribute.name} is a whole number from 1; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Part:
    """A part of a project that can be taken up.

    Attributes:
        name: its symbol, one in a project.
        text: what it is, public.
        quantity: how many there are; one where left out.
        amount: how much money it is, in place of a quantity.

    Raises:
        InvalidInput: it has both a quantity and an amount, or one that is not more than zero.
    """

    name: str = attrs.field(validator=_symbol)
    text: str = ""
    quantity: int | None = attrs.field(default=None, validator=_counted)
    amount: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))

    def __attrs_post_init__(self) -> None:
        if self.quantity is not None and self.amount is not None:
            msg = f"a part is counted or an amount of money, one of the two; {self.name!r} has {self.quantity} and {self.amount}"
            raise InvalidInput(msg)

    @property
    def total(self) -> Decimal:
        """The whole of it, in pieces or in its currency."""
        return self.amount.amount if self.amount is not None else Decimal(self.quantity or 1)


WHOLE: Final = Part(name="whole")
"""The one part of a project of which nobody named any."""


@attrs.frozen(kw_only=True)
class TakeUp:
    """What a body takes up of a project (认领).

    Attributes:
        part: the part; everything that is left of all parts where left out.
        quantity: how many of it; all that are left where left out.
        amount: how much money of it; all that is left where left out.
        within: by when the body promises to have done it; None where it does not say.
    """

    part: str = ""
    quantity: int | None = attrs.field(default=None, validator=_counted)
    amount: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))


@attrs.frozen(kw_only=True)
class HandOut(TakeUp):
    """What the secretary hands to a body of what nobody took up (派单).

    Attributes:
        to: the body.
        because: why this body, public.
    """

    to: UnitId
    because: str = ""


def parts_of(project: Case) -> dict[str, Part]:
    """The parts of a project, by their symbols."""
    return {kept["name"]: _part(kept) for kept in project.data["parts"]}


def _part(kept: Mapping[str, Any]) -> Part:
    amount = kept["amount"]
    money = None if amount is None else Money(amount["amount"], amount["currency"])
    return Part(name=kept["name"], text=kept["text"], quantity=kept["quantity"], amount=money)


def taken(share: Case) -> dict[str, Decimal]:
    """What a share takes of its project, by part, in pieces or in its currency."""
    return {name: Decimal(kept) for name, kept in share.data["taken"].items()}


def left(project: Case, shares: Iterable[Case]) -> dict[str, Decimal]:
    """What of a project is left to be taken up, by part, in pieces or in its currency; a part that is gone is not named.

    Args:
        project: the project.
        shares: all shares of it.
    """
    rest = {name: part.total for name, part in parts_of(project).items()}
    for share in shares:
        if share.state not in GIVEN_BACK:
            rest = without(rest, taken(share))
    return rest


def without(there: Mapping[str, Decimal], gone: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What is left of some parts without what somebody took; a part of which nothing is left is not named.

    >>> without({"lamps": Decimal(4), "paint": Decimal(1)}, {"lamps": Decimal(3), "paint": Decimal(1)})
    {'lamps': Decimal('1')}
    """
    rest = {name: _EXACT.subtract(n, gone.get(name, Decimal(0))) for name, n in there.items()}
    return {name: n for name, n in rest.items() if n}


def asked(given: TakeUp, there: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What somebody who takes up asks for, by part, of what is left; nothing where they ask for what is not there."""
    if not given.part:
        return dict(there)
    if given.part not in there:
        return {}
    if given.amount is not None:
        return {given.part: given.amount.amount}
    return {given.part: there[given.part] if given.quantity is None else Decimal(given.quantity)}


def share_of(situation: Situation, body: UnitId) -> list[Opening]:
    """The share that takes what the actor asks for."""
    what = {name: str(n) for name, n in asked(situation.data, _there(situation)).items()}
    return [attrs.evolve(opening(situation, body), data={"taken": what})]


def _there(situation: Situation) -> dict[str, Decimal]:
    return left(situation.case, whole(situation))


def _fits(situation: Situation) -> bool:
    given, parts = situation.data, parts_of(situation.case)
    if not given.part:
        return given.quantity is None and given.amount is None
    part = parts.get(given.part)
    if part is None or (given.quantity is not None and given.amount is not None):
        return False
    if given.amount is not None:
        return part.amount is not None and part.amount.currency == given.amount.currency
    return given.quantity is None or part.amount is None


def _is_left(situation: Situation) -> bool:
    there = _there(situation)
    wanted = asked(situation.data, there)
    return bool(wanted) and all(there[name] >= n for name, n in wanted.items())


FITS = Guard(
    "fits",
    _fits,
    "name a part of the project, and of it a number of pieces or an amount in its currency | 请指定项目中的一个分项，并按其计量单位或币种填写数量或金额",
    asks_data=True,
)
IS_LEFT = Guard(
    "is-left",
    _is_left,
    "that much is no longer left to be taken up | 剩余可认领的部分不足",
    asks_data=True,
)
TAKES_THE_LAST = Guard(
    "takes-the-last",
    lambda s: not without(there := _there(s), asked(s.data, there)),
    "something is still left | 仍有未认领部分",
    asks_data=True,
)


def named_once(_: object, __: object, value: Iterable[Part]) -> None:
    """An attrs validator: each part has a symbol of its own.

    Raises:
        InvalidInput: if two have the same.
    """
    names = [part.name for part in value]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"each part of a project has a symbol of its own; {', '.join(twice)} stands twice"
        raise InvalidInput(msg)
