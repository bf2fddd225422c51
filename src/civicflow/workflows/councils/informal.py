"""An informal sitting (恳谈会、院坝会): stool talk, yard meeting, weekend face-to-face, wedding-and-funeral council.

Source: Zhengzhou, Shangjie district: beside the sittings there are informal ones without a quorum, and what is raised at them
becomes a ticket or a point of an agenda.

Rules
-----
- The secretary of the area or a delegate of its council opens it. There is no quorum, no composition, no notice.
- Whoever opened it, or the secretary, enters each matter as it is raised, and says at once what it becomes: a ticket, or a point
  of the council's next sitting. Either is brought about in the same commit, so that none disappears. Whoever raised it is told
  of the ticket's course as of one of their own.
- It is over when it is closed, or a day later by itself.

Ours: the day, and that the two ways are taken at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, REQUESTER, AnyOf
from civicflow.ids import PersonId
from civicflow.texts import Text
from civicflow.workflows.councils.agenda import Item
from civicflow.workflows.councils.council import DELEGATE, SECRETARY, PutDown
from civicflow.workflows.engine.effects import Count, Keep
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked, Raise, Raising
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.engine.validators import said
from civicflow.workflows.tickets.parts import Order

FORMS: Final[Mapping[str, Text]] = {
    "stool-talk": Text("stool talk", "板凳会"),
    "yard-meeting": Text("yard meeting", "院坝会"),
    "weekend": Text("weekend face-to-face", "周末面对面"),
    "wedding-and-funeral": Text("wedding-and-funeral council", "红白理事会"),
}
"""The forms by name."""

BECOMES: Final = ("ticket", "agenda")


def _form(_: object, __: object, value: str) -> None:
    if value not in FORMS:
        msg = f"an informal sitting is one of {', '.join(FORMS)}; got {value!r}"
        raise InvalidInput(msg)


def _becomes(_: object, __: object, value: str) -> None:
    if value not in BECOMES:
        msg = f"what is raised becomes one of {', '.join(BECOMES)}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class OpenInformal:
    """An informal sitting that begins.

    Attributes:
        title: the public headline.
        form: one of `FORMS`.
        council: the id of the case of the council whose agenda takes what does not become a ticket.
        where: in words.
    """

    title: str = attrs.field(validator=said)
    form: str = attrs.field(validator=_form)
    council: str
    where: str = ""


@attrs.frozen(kw_only=True)
class BringUp:
    """A matter that somebody raises.

    Attributes:
        title: its headline, public.
        becomes: ``ticket`` or ``agenda``.
        category: of the ticket.
        raised_by: who raised it; nobody where they are not known.
    """

    title: str = attrs.field(validator=said)
    becomes: str = attrs.field(validator=_becomes)
    category: str = ""
    raised_by: PersonId | None = None


NEAR_A_COUNCIL: Final = Guard(
    "near-a-council",
    lambda s: any(
        m.root.flow_name == "council"
        and not m.root.outcome
        and (m.root.unit, m.root.anchors["council"]) == (s.case.unit, s.case.anchors["council"])
        for m in s.read("council")
    ),
    "an informal sitting hands points to a council that stands, of its area; give the id of its case"
    " | 恳谈会须对应本辖区运行中的议事会，请给出该议事会事项标识",
    asks_data=True,
)
COUNCIL_STANDS: Final = Guard(
    "council-stands",
    lambda s: s.data.becomes != "agenda" or any(not m.root.outcome for m in s.read("council")),
    "its council is dissolved; let the matter become a ticket | 议事会已撤销，请转为工单",
    asks_data=True,
)
TO_A_TICKET: Final = Guard(
    "to-a-ticket", lambda s: s.data.becomes == "ticket", "it becomes a point of the agenda | 转为议题", asks_data=True
)


def _order(situation: Situation) -> Raising:
    given = situation.data
    return Raising(
        data=Order(title=given.title, category=given.category or "council"), requester=given.raised_by or PersonId("")
    )


def _as_point(situation: Situation, _: Matter) -> PutDown:
    return PutDown((Item(situation.data.title),))


INFORMAL_SITTING: Final = Flow(
    "informal-sitting",
    1,
    "informal sitting | 恳谈会",
    (
        State("open", "open | 进行中", (Limit("1 day", "close"),)),
        State("held", "held | 已召开", final="held"),
    ),
    (
        Step(
            "open",
            "open | 开始",
            NEW,
            "open",
            AnyOf(SECRETARY, DELEGATE),
            OpenInformal,
            (NEAR_A_COUNCIL,),
            (Keep(("title", "form", "where")), Link("council", "council")),
            reads=(Linked("council", "council"),),
        ),
        Step(
            "bring-up",
            "enter a matter that is raised | 登记所提事项",
            "open",
            (
                Branch(
                    TO_A_TICKET,
                    STAY,
                    (Raise("four-part-ticket", "order", Named("matter-as-ticket", _order), tie="tickets"),),
                ),
                Branch(ELSE, STAY, (CarryTo("council", "put-down", Named("matter-as-point", _as_point)),)),
            ),
            AnyOf(REQUESTER, SECRETARY),
            BringUp,
            (COUNCIL_STANDS,),
            (Count("raised"),),
            asks=False,
            reads=(Linked("council"),),
        ),
        Step(
            "close",
            "close | 结束",
            "open",
            "held",
            AnyOf(REQUESTER, SECRETARY, BY_CLOCK),
            does=(Tell(SECRETARY, "held", "“{title}” was held | “{title}”已召开"),),
        ),
    ),
    anchors=("council",),
)
