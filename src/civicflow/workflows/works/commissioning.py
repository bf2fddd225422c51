"""Commissioning a work (立项): how a flow begins that builds what was decided elsewhere, with its money or not at all.

Rules
-----
- What is reserved for the case that decided it goes over to the new one in the same commit, so that no second one draws on it.
  Where nothing is reserved yet, the amounts are reserved now, in all funds at once.
- Whoever names the decision is held to it: title, budget and sources are as they were.

Ours: the source begins with the council and goes on without a break.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_RULE, AnyOf, Holder, Who
from civicflow.ledger.canonical import plain
from civicflow.money import Money
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import NEW, Guard, Named, Step
from civicflow.workflows.engine.matters import CarryTo
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.funds.fund import Release, Reserve, covers
from civicflow.workflows.proposing import IS_WHOLE, KEEPS_TEXT, READS_FUNDS, TEXT, Propose, digest_of
from civicflow.workflows.works.roles import SECRETARY

BEGINNER: Final = AnyOf(SECRETARY, BY_RULE)
"""Who begins a work: the secretary of the unit, or a rule where another flow decided it."""


@attrs.frozen(kw_only=True)
class Commission(Propose):
    """A work that was decided.

    Attributes:
        matter: the case that decided it, for which the money is reserved; empty where none is reserved yet.
        decided: the digest of the text that was decided there; empty where the order itself is the decision.
    """

    matter: str = ""
    decided: str = ""


def _text(situation: Situation) -> dict[str, Any]:
    return {field: plain(getattr(situation.data, field), path=field) for field in TEXT}


def _purpose(fund: Case, matter: str) -> str:
    """The earmark on which a matter's reservation draws; empty where it draws on none."""
    return str(fund.data.get("purposes", {}).get(matter, ""))


def _is_there(situation: Situation) -> bool:
    given, funds = situation.data, {matter.root.id: matter.root for matter in situation.read("sources")}

    def asked(amount: Money) -> Reserve | Release:
        return Release(amount, given.matter) if given.matter else Reserve(amount, situation.case.id)

    # A fund that is not there is for `KNOWN_FUNDS` to refuse.
    return all(covers(funds[one.fund], asked(one.amount)) for one in given.sources if one.fund in funds)


def _over(situation: Situation, fund: Matter) -> Release | None:
    amount = _gives(situation, fund)
    return Release(amount, situation.data.matter) if situation.data.matter and amount else None


def _reserve(situation: Situation, fund: Matter) -> Reserve | None:
    amount = _gives(situation, fund)
    purpose = _purpose(fund.root, situation.data.matter)
    return Reserve(amount, situation.case.id, purpose) if amount else None


def _gives(situation: Situation, fund: Matter) -> Money | None:
    return next((source.amount for source in situation.data.sources if source.fund == fund.root.id), None)


MONEY_FIRST: Final = Guard(
    "money-first",
    _is_there,
    "a fund has not reserved so much for that case, or does not hold so much"
    " | 有资金账户未为该事项预留足额款项，或余额不足",
    asks_data=True,
)
WHAT_WAS_DECIDED: Final = Guard(
    "what-was-decided",
    lambda s: not s.data.decided or s.data.decided == digest_of(_text(s)),
    "the order is not what was decided: take title, budget and sources as they were | 与决议内容不一致：请照决议填写标题、预算和资金来源",
    asks_data=True,
)


def commissioning(to: str, *, by: Who = BEGINNER, at: str = "group", post: str = "delegate") -> Step:
    """The step with which a flow of the stages of works begins.

    Args:
        to: the stage that comes first.
        by: who begins it.
        at: the anchor of the body that asked for the work.
        post: whose holders there are told.
    """
    return Step(
        "commission",
        "begin a work order | 立项",
        NEW,
        to,
        by,
        Commission,
        (*IS_WHOLE, MONEY_FIRST, WHAT_WAS_DECIDED),
        (
            *KEEPS_TEXT,
            Compute(Named("decide", lambda s: {"decision": digest_of(_text(s))})),
            CarryTo("sources", "release", Named("take-over", _over)),
            CarryTo("sources", "reserve", Named("reserve-own", _reserve)),
            Tell(Holder(post, at), "commissioned", "a work begins: “{title}” | 工程立项：“{title}”"),
            TellRequester("commissioned", "the work “{title}” begins | “{title}”已立项"),
        ),
        reads=READS_FUNDS,
    )
