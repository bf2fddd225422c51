"""Voices of parties, one each, as a stage: asked, heard, decided.

Rules
-----
- Each party has one voice and speaks once, for or against, against with a reason.
- It is decided as soon as what is said decides it; nobody need wait for a voice that changes nothing.
- A party that is silent is reminded, then put under supervision; in the end it is recorded as silent. Silence agrees to nothing.
- A decision may adopt the version of a document, in the commit in which it is made: the text that was asked about, no other.

Ours: the limits, a default, and that a rule in place of unanimity counts all parties, the silent ones too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Who
from civicflow.workflows.decisions.closing import settled
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.requirements import Majority
from civicflow.workflows.decisions.rules import rule_of
from civicflow.workflows.documents.document import Adopt
from civicflow.workflows.documents.versions import history_of
from civicflow.workflows.engine.effects import Compute, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Linked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

AGREED, AGAINST, SILENT = "agreed", "against", "silent"

ALL_OF_THEM: Final = Majority(1, 1, "filled")
"""Every party agrees."""


@attrs.frozen
class Party:
    """Who has one voice.

    Attributes:
        name: the anchor of the case that is the party.
        who: who speaks for it.
        text: what a reader calls it.
    """

    name: str
    who: Who
    text: str


@attrs.frozen
class Decline:
    """Why a party is against it.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


def _said(situation: Situation) -> dict[str, str]:
    return dict(situation.case.data.get("voices", {}))


def _start(situation: Situation) -> Any:
    today = situation.world.calendar.local_date(situation.world.recorded)
    return today + timedelta(days=situation.case.data["after_days"])


def _fits(situation: Situation, document: Case) -> bool:
    versions = history_of(document).versions
    return (
        document.flow_name == "document"
        and document.state in {"drafted", "in-force"}
        and document.data["text"] == situation.case.data["document_text"]
        and (not versions or versions[-1].start < _start(situation))
    )


FITS: Final = Guard(
    "document-fits",
    lambda s: all(_fits(s, matter.root) for matter in s.read("document")),
    "the document is not drafted as the parties were asked about it, or a later version is decided"
    " | 文件草案与征询文本不一致，或已有更晚施行的版本",
)
ADOPTS: Final = CarryTo(
    "document",
    "adopt",
    Named(
        "adopt",
        lambda s, _: Adopt(text=s.case.data["document_text"], decision=s.case.id, start=_start(s)),
    ),
)


def voices(*parties: Party, rule: Majority = ALL_OF_THEM, within: str = "20 workdays") -> Flow:
    """Hearing parties as a stage; outcomes ``agreed`` and ``failed``. It keeps ``voices``: by party what it said.

    Args:
        parties: who has a voice.
        rule: what share of all parties has to agree.
        within: after how long under supervision who is silent is recorded so.

    Raises:
        InvalidInput: if the rule does not count all parties.
    """
    if rule.base not in {"seats", "filled", "entitled"}:
        msg = f"silence agrees to nothing, so a rule counts all parties: 'seats', 'filled' or 'entitled'; got {rule.base!r}"
        raise InvalidInput(msg)
    whole, everybody = rule_of(rule), AnyOf(*(party.who for party in parties))

    def decided(said: dict[str, str]) -> bool | None:
        found = list(said.values())
        yes, no = found.count(AGREED), found.count(AGAINST)
        return settled(whole, Count(yes, no, 0, len(parties), len(parties)), len(parties) - yes - no)

    def after(party: str, answer: str, result: bool) -> Guard:  # noqa: FBT001  # an outcome, read at the branch
        name = f"{party} {answer}: {'carried' if result else 'lost'} by {whole.name}"
        return Guard(
            name, lambda s: decided({**_said(s), party: answer}) is result, "other voices decide it | 尚待其他方表态"
        )

    def once(party: str) -> Guard:
        return Guard(
            f"{party}-once",
            lambda s: party not in _said(s),
            "this party has spoken; each has one voice | 该方已表态，每方一票",
        )

    def keeps(party: str, answer: str) -> Compute:
        return Compute(Named(f"{party}-{answer}", lambda s: {"voices": {**_said(s), party: answer}}))

    def against(party: str) -> tuple[Branch, ...]:
        if decided({party: AGAINST}) is False:
            return (Branch(ELSE, "failed", failed),)
        return (Branch(after(party, AGAINST, result=False), "failed", failed), Branch(ELSE, STAY))

    waiting = ("asked", SUPERVISED.name)
    agreed = (
        ADOPTS,
        Stamp(),
        TellRequester("agreed", "“{title}” is agreed | “{title}”已议定"),
        Tell(everybody, "agreed", "“{title}” is agreed | “{title}”已议定"),
    )
    failed = (Stamp(), TellRequester("failed", "“{title}” is not agreed | “{title}”未议定"))
    steps = []
    for party in parties:
        en, _, zh = party.text.partition(" | ")
        steps += [
            Step(
                f"agree-{party.name}",
                f"{en} agrees | {zh}同意",
                waiting,
                (Branch(after(party.name, AGREED, result=True), "agreed", agreed), Branch(ELSE, STAY)),
                party.who,
                guards=(once(party.name), FITS),
                does=(keeps(party.name, AGREED),),
                reads=(Linked("document"),),
            ),
            Step(
                f"decline-{party.name}",
                f"{en} is against it | {zh}不同意",
                waiting,
                against(party.name),
                party.who,
                Decline,
                (once(party.name),),
                (keeps(party.name, AGAINST),),
                asks=False,
            ),
        ]

    def silent(situation: Situation) -> dict[str, Any]:
        return {"voices": {**{party.name: SILENT for party in parties}, **_said(situation)}}

    return Flow(
        "voices",
        1,
        "voices | 各方表态",
        (
            State("asked", "the parties are asked | 征询各方", waits("3 workdays", "5 workdays")),
            attrs.evolve(SUPERVISED, limits=(Limit("5 workdays", "remind"), Limit(within, "close"))),
            State("agreed", "agreed | 已议定", final="agreed"),
            State("failed", "not agreed | 未议定", final="failed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "asked", BY_RULE),
            *steps,
            reminds(*waiting, who=everybody, text="“{title}” waits for your voice | “{title}”待表态"),
            escalates("asked", text="a party is silent on “{title}” | “{title}”有一方未表态"),
            Step(
                "close",
                "record who is silent | 记录未表态",
                SUPERVISED.name,
                "failed",
                BY_CLOCK,
                does=(Compute(Named("silent", silent)), *failed),
            ),
        ),
        anchors=tuple(party.name for party in parties),
    )
