"""The account of a work (决算): what each source gave, what was paid of it, and what goes back. Exact to the fen.

Rules
-----
- What was not paid goes back to the sources in proportion to what each gave; left-over fen go to the largest remainders.
- Every payment is taken from the sources so that, if it were the last one, the rest would be just that. So the account comes
  out whatever the number of payments, and no source ever gives more than it gave.

Ours: that the saving goes back in proportion. The source tells that 34,500 yuan were paid instead of 36,000, half from the
community's earmarked fund, half raised by residents.
"""

from __future__ import annotations

from collections.abc import Sequence

from civicflow.money import Money, total
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.funds.fund import Release, covers
from civicflow.workflows.funds.splitting import in_proportion
from civicflow.workflows.works.roles import money_of


def from_each(amount: Money, gave: Sequence[Money], paid: Sequence[Money]) -> tuple[Money, ...]:
    """What a payment takes from each source.

    >>> from_each(Money("0.03"), [Money("0.05"), Money("0.05")], [Money(0), Money(0)])
    (Money('0.01', 'CNY'), Money('0.02', 'CNY'))
    >>> from_each(Money("0.07"), [Money("0.05"), Money("0.05")], [Money("0.01"), Money("0.02")])
    (Money('0.04', 'CNY'), Money('0.03', 'CNY'))

    Args:
        amount: what is paid now; with what was paid before no more than the sources gave.
        gave: what each source gave, in order.
        paid: what was paid of each before.

    Returns:
        By source, none negative; together the amount.
    """
    rest = total(gave, amount.currency) - total(paid, amount.currency) - amount
    back = in_proportion(rest, gave)
    parts = [g - p - b for g, p, b in zip(gave, paid, back, strict=True)]
    # Largest remainders are not monotone: where a payment is some fen, a source may have to wait until the next one.
    nothing = Money(0, amount.currency)
    while min(parts) < nothing:
        debt, rich = parts.index(min(parts)), parts.index(max(parts))
        parts[rich] += parts[debt]
        parts[debt] = nothing
    return tuple(parts)


def sources_of(case: Case) -> tuple[tuple[str, Money], ...]:
    """The funds that give to a work, and what each gives, in order."""
    return tuple((source["fund"], money_of(source["amount"])) for source in case.data["sources"])


def paid_of(case: Case) -> tuple[Money, ...]:
    """What was paid of each source so far, in their order."""
    currency = case.data["budget"]["currency"]
    parts = [part for payment in case.data.get("payments", ()) for part in payment["of"]]
    return tuple(
        total([money_of(part["amount"]) for part in parts if part["fund"] == fund], currency)
        for fund, _ in sources_of(case)
    )


def holds(situation: Situation, parts: Sequence[Money]) -> bool:
    """Whether each fund that was read is open and has reserved for the case what is to be taken of it.

    Args:
        situation: in which the funds were read under the name ``funds``.
        parts: by source, in order.
    """
    case = situation.case
    funds: dict[str, Case] = {matter.root.id: matter.root for matter in situation.read("funds")}
    return all(
        not part.amount or (fund in funds and covers(funds[fund], Release(part, case.id)))
        for (fund, _), part in zip(sources_of(case), parts, strict=True)
    )
