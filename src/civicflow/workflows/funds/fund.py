"""A fund: money of its sources in double-entry books. Its entries are the books.

Rules
-----
- Every entry moves money between accounts (`posting`), and what it moves sums to zero. So every yuan can be followed from its source
  to its use.
- What is available was paid in and is neither earmarked, reserved nor paid out. No account but a source's ever goes below zero.
- What is earmarked is used for its purpose alone; a reservation names the purpose, or draws on what is available.
- A matter reserves by rule, in the same commit in which it is approved; two that reserve from one fund at once never overdraw it.
  What is reserved for a matter is paid for that matter alone, or released: then it is available, or earmarked, again.
- A saving is given back to the source that gave it. Nothing is edited: what was entered wrongly is reversed by an entry of its own,
  with its reason.
- A fund closes empty.

Source: Chengdu's community funds come from several sources (budget, residents, donors, social enterprises that return profit), and
every yuan is to be followed from source to use. Double entry, earmarks and reserving are how we do it.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_RULE, AnyOf, Holder
from civicflow.ledger.canonical import plain
from civicflow.money import Money, currency_code, positive, total
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.validators import said
from civicflow.workflows.funds.posting import (
    AVAILABLE,
    PAID,
    Post,
    balance,
    balances,
    earmark_of,
    moved,
    reserve_of,
    source_of,
)

TREASURER: Final = AnyOf(Holder("secretary", "unit"), Holder("treasurer", "unit"))


@attrs.frozen(kw_only=True)
class OpenFund:
    """A fund that begins, empty.

    Attributes:
        title: its public name.
        source: where its money comes from where nothing else is said, for instance ``budget`` or ``residents``.
        currency: ISO 4217.
    """

    title: str
    source: str = attrs.field(validator=said)
    currency: str = attrs.field(default="CNY", validator=currency_code)


@attrs.frozen
class Deposit:
    """Money paid in.

    Attributes:
        amount: more than zero.
        note: from whom or for what, public.
        source: who gives it; empty for the fund's own source.
        purpose: what it may be used for alone; empty for whatever the fund is for.
    """

    amount: Money = attrs.field(validator=positive)
    note: str = ""
    source: str = ""
    purpose: str = ""


@attrs.frozen
class Earmark:
    """Money that may be used for one purpose alone from now on.

    Attributes:
        amount: more than zero.
        purpose: public.
    """

    amount: Money = attrs.field(validator=positive)
    purpose: str = attrs.field(validator=said)


@attrs.frozen
class Reserve:
    """Money set aside for a matter.

    Attributes:
        amount: more than zero.
        matter: the id of the case for which it is.
        purpose: the earmark on which it draws; empty for what is available.
    """

    amount: Money = attrs.field(validator=positive)
    matter: str
    purpose: str = ""


@attrs.frozen
class Pay:
    """Money paid out of what is reserved for a matter.

    Attributes:
        amount: more than zero.
        matter: the id of the case for which it is.
        to: who is paid: a body's id, or a name, public.
        note: what for, public.
    """

    amount: Money = attrs.field(validator=positive)
    matter: str
    to: str
    note: str = ""


@attrs.frozen
class Release:
    """Money that is reserved for a matter and not needed; it is available, or earmarked, again.

    Attributes:
        amount: more than zero.
        matter: the id of the case for which it was.
    """

    amount: Money = attrs.field(validator=positive)
    matter: str


@attrs.frozen(kw_only=True)
class GiveBack:
    """Money that a source gets back: a saving, or what was paid in by mistake.

    Attributes:
        amount: more than zero, and no more than the source gave.
        source: who gets it; empty for the fund's own source.
        reason: public.
    """

    amount: Money = attrs.field(validator=positive)
    source: str = ""
    reason: str = attrs.field(validator=said)


def available(fund: Case) -> Money:
    """What may still be reserved or earmarked of a fund."""
    return balance(fund, AVAILABLE)


def reserved(fund: Case, matter: str | None = None) -> Money:
    """What is set aside, for one matter or for all of them."""
    if matter is not None:
        return balance(fund, reserve_of(matter))
    found = balances(fund)
    return total((found[account] for account in found if account.startswith(reserve_of(""))), fund.data["currency"])


def earmarked(fund: Case, purpose: str) -> Money:
    """What may be used for one purpose alone."""
    return balance(fund, earmark_of(purpose))


def purpose_of(fund: Case, matter: str) -> str:
    """The earmark on which the reservation for a matter draws, or drew last; empty for what is available."""
    return str(fund.data.get("purposes", {}).get(matter, ""))


def paid(fund: Case) -> Money:
    """What was paid out."""
    return balance(fund, PAID)


def given(fund: Case, source: str) -> Money:
    """What a source gave, less what it got back."""
    return -balance(fund, source_of(source))


def covers(fund: Case, asked: Reserve | Pay | Release) -> bool:
    """Whether a fund would take a step by rule: for the guards of matters that draw on it, which read it in the same snapshot.

    Args:
        fund: as it stands.
        asked: what it would be asked.
    """
    if fund.flow_name != FUND.name or fund.outcome or asked.amount.currency != fund.data["currency"]:
        return False
    if not isinstance(asked, Reserve):
        return reserved(fund, asked.matter) >= asked.amount
    return balance(fund, earmark_of(asked.purpose)) >= asked.amount and _is_of_one_purpose(fund, asked)


def _is_of_one_purpose(fund: Case, asked: Reserve) -> bool:
    return not reserved(fund, asked.matter).amount or purpose_of(fund, asked.matter) == asked.purpose


def _named(situation: Situation) -> str:
    return str(situation.data.source or situation.case.data["source"])


def _paid_in(situation: Situation) -> dict[str, Money]:
    asked = situation.data
    return moved(asked.amount, debit=source_of(_named(situation)), credit=earmark_of(asked.purpose))


def _earmarked(situation: Situation) -> dict[str, Money]:
    return moved(situation.data.amount, debit=AVAILABLE, credit=earmark_of(situation.data.purpose))


def _set_aside(situation: Situation) -> dict[str, Money]:
    asked = situation.data
    return moved(asked.amount, debit=earmark_of(asked.purpose), credit=reserve_of(asked.matter))


def _paid_out(situation: Situation) -> dict[str, Money]:
    return moved(situation.data.amount, debit=reserve_of(situation.data.matter), credit=PAID)


def _released(situation: Situation) -> dict[str, Money]:
    asked = situation.data
    back = earmark_of(purpose_of(situation.case, asked.matter))
    return moved(asked.amount, debit=reserve_of(asked.matter), credit=back)


def _given_back(situation: Situation) -> dict[str, Money]:
    return moved(situation.data.amount, debit=AVAILABLE, credit=source_of(_named(situation)))


def _purpose(situation: Situation) -> dict[str, Any]:
    """By matter, the earmark on which its reservation draws: what is released goes back there."""
    asked, fund = situation.data, situation.case
    if asked.purpose == purpose_of(fund, asked.matter):
        return {}
    return {"purposes": plain({**fund.data.get("purposes", {}), asked.matter: asked.purpose})}


def _same_currency(situation: Situation) -> bool:
    return bool(situation.data.amount.currency == situation.case.data["currency"])


def _holds(situation: Situation, account: str) -> bool:
    # Another currency is for `SAME_CURRENCY` to refuse; every guard is asked, and amounts of two cannot be compared.
    return not _same_currency(situation) or balance(situation.case, account) >= situation.data.amount


SAME_CURRENCY: Final = Guard(
    "same-currency",
    _same_currency,
    "the amount is in another currency than the fund | 币种与资金账户不一致",
    asks_data=True,
)
ENOUGH: Final = Guard(
    "enough",
    lambda s: _holds(s, earmark_of(getattr(s.data, "purpose", ""))),
    "the fund does not hold that much for it | 资金余额不足",
    asks_data=True,
    revision=2,
)
ENOUGH_AVAILABLE: Final = Guard(
    "enough-available",
    lambda s: _holds(s, AVAILABLE),
    "the fund does not hold that much without a purpose | 未指定用途的余额不足",
    asks_data=True,
)
ENOUGH_RESERVED: Final = Guard(
    "enough-reserved",
    lambda s: _holds(s, reserve_of(s.data.matter)),
    "the fund has not reserved that much for this matter | 该事项的预留款不足",
    asks_data=True,
)
ONE_PURPOSE: Final = Guard(
    "one-purpose",
    lambda s: _is_of_one_purpose(s.case, s.data),
    "what is reserved for this matter is of another purpose | 该事项已按另一用途预留资金",
    asks_data=True,
)
GAVE_IT: Final = Guard(
    "gave-it",
    lambda s: not _same_currency(s) or given(s.case, _named(s)) >= s.data.amount,
    "this source has not given that much | 该来源未提供足额资金",
    asks_data=True,
)
EMPTY: Final = Guard(
    "empty",
    lambda s: (
        not any(amount.amount for name, amount in balances(s.case).items() if not name.startswith(("source:", PAID)))
    ),
    "the fund still holds money | 资金账户仍有余额",
    revision=2,
)

FUND: Final = Flow(
    "fund",
    1,
    "fund | 资金账户",
    (
        State("open", "open | 启用", standing=True),
        State("closed", "closed | 已销户", final="closed"),
    ),
    (
        Step("open", "open | 设立", NEW, "open", TREASURER, OpenFund, does=(Keep(("title", "source", "currency")),)),
        Step(
            "deposit",
            "pay in | 存入",
            "open",
            STAY,
            AnyOf(TREASURER, BY_RULE),
            Deposit,
            guards=(SAME_CURRENCY,),
            does=(Post(Named("paid-in", _paid_in)),),
        ),
        Step(
            "earmark",
            "earmark | 指定用途",
            "open",
            STAY,
            TREASURER,
            Earmark,
            guards=(SAME_CURRENCY, ENOUGH_AVAILABLE),
            does=(Post(Named("earmarked", _earmarked)),),
        ),
        Step(
            "reserve",
            "reserve | 预留",
            "open",
            STAY,
            BY_RULE,
            Reserve,
            guards=(SAME_CURRENCY, ENOUGH, ONE_PURPOSE),
            does=(Post(Named("set-aside", _set_aside)), Compute(Named("purpose", _purpose, 2))),
        ),
        Step(
            "pay",
            "pay out | 支付",
            "open",
            STAY,
            BY_RULE,
            Pay,
            guards=(SAME_CURRENCY, ENOUGH_RESERVED),
            does=(Post(Named("paid-out", _paid_out)),),
        ),
        Step(
            "release",
            "release | 释放预留",
            "open",
            STAY,
            BY_RULE,
            Release,
            guards=(SAME_CURRENCY, ENOUGH_RESERVED),
            does=(Post(Named("released", _released)),),
        ),
        Step(
            "give-back",
            "give back | 退还",
            "open",
            STAY,
            TREASURER,
            GiveBack,
            guards=(SAME_CURRENCY, ENOUGH_AVAILABLE, GAVE_IT),
            does=(Post(Named("given-back", _given_back)),),
        ),
        Step("close", "close | 销户", "open", "closed", TREASURER, guards=(EMPTY,)),
    ),
)
