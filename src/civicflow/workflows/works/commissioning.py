"""Commissioning a work (立项): how a flow begins that builds what was decided elsewhere, with its money or not at all.

Rules
-----
- What is reserved for the case that decided it goes over to the new one in the same commit, so that no second one draws on it.
  Where nothing is reserved yet, the amounts are reserved now, in all funds at once; each draws on what is available, or on the
  earmark that its source names.
- Whoever names the decision is held to it: title, budget and sources are as they were.

Ours: the source begins with the council and goes on without a break.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_RULE, AnyOf, Holder, Who
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import NEW, Guard, Named, Step
from civicflow.workflows.engine.matters import CarryTo
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.funds.fund import Release, Reserve, covers, purpose_of
from civicflow.workflows.proposing import IS_WHOLE, KEEPS_TEXT, READS_FUNDS, TEXT, Propose, Source, by_fund, digest_of
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


def _is_there(situation: Situation) -> bool:
    given, funds = situation.data, {matter.root.id: matter.root for matter in situation.read("sources")}

    def asked(source: Source) -> Reserve | Release:
        if given.matter:
            return Release(source.amount, given.matter)
        return Reserve(source.amount, situation.case.id, source.purpose)

    # A fund that is not there is for `KNOWN_FUNDS` to refuse.
    return all(covers(funds[one.fund], asked(one)) for one in given.sources if one.fund in funds)


def _over(situation: Situation, fund: Matter) -> Release | None:
    source = _gives(situation, fund)
    return Release(source.amount, situation.data.matter) if situation.data.matter and source else None


def _reserve(situation: Situation, fund: Matter) -> Reserve | None:
    source, matter = _gives(situation, fund), situation.data.matter
    if source is None:
        return None
    purpose = purpose_of(fund.root, matter) if matter else source.purpose
    return Reserve(source.amount, situation.case.id, purpose)


def _gives(situation: Situation, fund: Matter) -> Source | None:
    return by_fund(situation.data).get(fund.root.id)


MONEY_FIRST: Final = Guard(
    "money-first",
    _is_there,
    "a fund has not reserved so much for that case, or does not hold so much for the purpose that its source names"
    " | 有资金账户未为该事项预留足额款项，或所列用途的余额不足",
    asks_data=True,
    revision=2,
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
            CarryTo("sources", "reserve", Named("reserve-own", _reserve, 2)),
            Tell(Holder(post, at), "commissioned", "a work begins: “{title}” | 工程立项：“{title}”"),
            TellRequester("commissioned", "the work “{title}” begins | “{title}”已立项"),
        ),
        reads=READS_FUNDS,
    )
