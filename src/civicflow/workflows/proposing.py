"""The text of a proposal: what is asked for, what it costs, where every yuan comes from; its versions and its digest.

Rules
-----
- A text names its budget, and sources that add up to it: each another open fund in the budget's currency.
- Amending makes another version; the entries hold all of them, with who amended and why. The case holds the one in force.
- A text is known by its **digest**. Endorsing, prior review and the council's decision each keep the digest of the text they were
  about, and so stand for that text alone; what is built and paid is bound to the text that was decided.

Source: Chengdu, Beiyuan compound: three works, 36,000 yuan, half from the community's earmarked fund, half raised by residents.
Ours: versions and digests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from civicflow.ledger.canonical import encode, plain
from civicflow.money import Money, positive, total
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import Guard, Named
from civicflow.workflows.engine.matters import Linked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.validators import said


@attrs.frozen
class Source:
    """A part of a budget and where it comes from.

    Attributes:
        fund: the fund's id.
        amount: what it gives.
        purpose: the earmark of the fund on which it draws; empty for what is available.
    """

    fund: str
    amount: Money = attrs.field(validator=positive)
    purpose: str = ""


def _sources(sources: Iterable[Source]) -> tuple[Source, ...]:
    return tuple(sources)


@attrs.frozen(kw_only=True)
class Propose:
    """A proposal's text.

    Attributes:
        title: the public headline.
        budget: what it costs.
        sources: where every yuan of it comes from.
        purpose: what is to be done, public.
        kinds: what kind of matter it is, in the place's own list of major matters; empty for an ordinary one.
    """

    title: str = attrs.field(validator=said)
    budget: Money
    sources: tuple[Source, ...] = attrs.field(converter=_sources)
    purpose: str = ""
    kinds: tuple[str, ...] = attrs.field(default=(), converter=texts)

    @property
    def funds(self) -> tuple[str, ...]:
        """The ids of the funds."""
        return tuple(source.fund for source in self.sources)


@attrs.frozen(kw_only=True)
class Amend(Propose):
    """Another version of the text, whole.

    Attributes:
        reason: why, public.
    """

    reason: str = attrs.field(validator=said)


TEXT: Final = ("title", "purpose", "budget", "sources", "kinds")
"""The fields that a text consists of."""


def digest_of(text: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a text as a case keeps it.

    Args:
        text: the case's data; what is not of the text does not count.
    """
    return hashlib.sha256(encode({field: text.get(field) for field in TEXT})).hexdigest()


def text_of(case: Case) -> Propose:
    """The text in force of a proposal."""
    kept = case.data
    return Propose(
        title=kept["title"],
        purpose=kept["purpose"],
        budget=Money(**kept["budget"]),
        sources=[
            Source(source["fund"], Money(**source["amount"]), source.get("purpose", "")) for source in kept["sources"]
        ],
        kinds=kept["kinds"],
    )


def by_fund(text: Propose) -> dict[str, Source]:
    """What each fund gives, by the fund's id, as a text says."""
    return {source.fund: source for source in text.sources}


def _adds_up(situation: Situation) -> bool:
    given: Propose = situation.data
    currencies = {source.amount.currency for source in given.sources} | {given.budget.currency}
    return len(currencies) == 1 and total([s.amount for s in given.sources], given.budget.currency) == given.budget


def _known(situation: Situation) -> bool:
    given: Propose = situation.data
    read = [matter.root for matter in situation.read("sources")]
    open_funds = {fund.id for fund in read if fund.flow_name == "fund" and not fund.outcome}
    return (
        len(set(given.funds)) == len(given.funds)
        and open_funds == set(given.funds)
        and {fund.data["currency"] for fund in read} <= {given.budget.currency}
    )


EVERY_YUAN: Final = Guard(
    "every-yuan",
    _adds_up,
    "the sources have to add up to the budget | 资金来源合计须等于预算",
    asks_data=True,
)
KNOWN_FUNDS: Final = Guard(
    "known-funds",
    _known,
    "each source has to be another open fund in the budget's currency | 每项资金来源须为不同的启用账户，且币种与预算一致",
    asks_data=True,
)


def _version(situation: Situation) -> dict[str, Any]:
    given = {field: plain(getattr(situation.data, field), path=field) for field in TEXT}
    return {"version": situation.case.data.get("version", 0) + 1, "text": digest_of(given)}


@attrs.frozen
class TieToFunds:
    """Tie the case to the funds of the text in force, and to no others."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note it in the change."""
        change.links["funds"] = list(situation.data.funds)


AS_IT_STANDS: Final = Compute(Named("decided", lambda s: {"decision": s.case.data["text"]}))
"""What a decision does that is about the text: the case keeps the digest of what was decided."""

IS_WHOLE: Final = (EVERY_YUAN, KNOWN_FUNDS)
READS_FUNDS: Final = (Linked("sources", "funds"),)
KEEPS_TEXT: Final = (Keep(TEXT), Compute(Named("version", _version)), TieToFunds())
"""What every step does that brings a text or another version of it."""
