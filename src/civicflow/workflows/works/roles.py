"""Who is who in a work, and how a state that waits for them is pressed."""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, Actor, AnyOf, Holder, Who, addressees
from civicflow.hierarchy.chart import Chart
from civicflow.ids import PersonId
from civicflow.money import Money
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.flow import STAY, Guard, Limit, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Notice, Situation
from civicflow.workflows.engine.telling import each_told
from civicflow.workflows.pressing import SUPERVISOR

SECRETARY: Final = Holder("secretary", "unit")
"""The office: who calls for quotes, keeps the papers, and enters what somebody hands in in writing."""

PAYER: Final = AnyOf(SECRETARY, Holder("treasurer", "unit"))

BIDDER: Final = Holder("officer", "actor")
"""A body of the register quotes by its own officer; others in writing, through the office."""

CONTRACTOR: Final = Holder("officer", "body")
"""The body to which the work was awarded, where it is one of the register."""


def money_of(kept: Any) -> Money:
    """Money as a case keeps it."""
    return Money(kept["amount"], kept["currency"])


def waiting(remind: str = "3 workdays", press: str = "10 workdays") -> tuple[Limit, Limit]:
    """The limits of a state that waits for somebody: reminded after the first, pressed after each second one until they act."""
    return Limit(remind, "remind"), Limit(press, "press", again=True)


def presses(*of: str, who: Who, text: Text | str) -> Step:
    """The clock presses whoever is to act, and tells the level above."""
    does = each_told(who, SUPERVISOR, topic="overdue", text=text)
    return Step("press", "press | 督办", of, STAY, BY_CLOCK, does=does)


@attrs.frozen
class GiveUp:
    """Why nothing comes of it.

    Attributes:
        reason: public.
    """

    reason: str


@attrs.frozen
class TellBidders:
    """Tell every bidder that is a body of the register.

    Attributes:
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
    """

    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        """Note the notices."""
        chart, case = situation.world.chart, situation.case
        for quote in case.data.get("quotes", ()):
            for to in addressees(CONTRACTOR, {"body": quote["bidder"]}, chart):
                change.notices.append(
                    Notice(
                        case=case.id,
                        version=situation.version,
                        to=to,
                        topic=self.topic,
                        template=self.text,
                        title=case.title or case.id,
                    )
                )


def entangled(case: Case, chart: Chart, bidder: str, decider: Who) -> tuple[PersonId, ...]:
    """Who holds a post with a bidder and decides as well: a conflict of interest (利益冲突), as far as the register knows.

    Args:
        case: in which it is decided; whoever sits at one of its anchors decides.
        chart: the organisation of the day.
        bidder: a body of the register; of any other name nothing can be told.
        decider: who else decides.
    """
    if bidder not in chart:
        return ()
    anchors, asked = anchors_of(case, chart), frozenset(case.anchors.values())
    people = {person for post in chart.posts(bidder) for person in chart.holders(post.name, bidder)}

    def decides(person: PersonId) -> bool:
        seats = [post for _, post in chart.appointments(person)]
        return any(
            seat.unit in asked or decider.allows(Actor(person, seat.name, seat.unit), anchors, chart) for seat in seats
        )

    return tuple(sorted(person for person in people if decides(person)))


def _built(situation: Situation) -> bool:
    """Whether the actor had a hand in the building: holds a post with the contractor, or entered what is inspected."""
    case, chart, person = situation.case, situation.world.chart, situation.actor.person
    contractor = case.data["award"]["bidder"]
    works_there = contractor in chart and any(post.unit == contractor for _, post in chart.appointments(person or ""))
    return works_there or person in case.data.get("reporters", ())


NOT_THE_BUILDER: Final = Guard(
    "not-the-builder",
    lambda s: not _built(s),
    "nobody inspects what they built or reported themselves | 施工或报告完工的人员不得自行验收",
)
