"""A need (诉求): what a resident lacks, told at a contact point or on a visit; its raiser learns what became of it.

Rules
-----
- Anyone voices a need of their own. A contact, the secretary or a clerk of the area or of the one above enters one for whoever told
  them; it stays that person's need.
- It is answered, or it is put on a list with like ones (see `project`). From then on it follows the project: what becomes of the
  project is told to each raiser, in the same commit.
- A need that turns out to be no like one is released from its project and waits again. Whoever raised it may take it back at any time.
- Who does not answer is reminded, then the need is put under supervision (see `civicflow.workflows.pressing`). The limits are ours, a
  default: a city sets its own.

Source: Chengdu, Hemei and Yudong communities: needs are collected, entered in a ledger, and become projects on a list. That
whoever raised a need learns what became of it is the system's row; how a need follows its project is ours.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import ANYONE, BY_RULE, REQUESTER, Holder
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.fields import private, texts
from civicflow.workflows.engine.flow import NEW, Flow, Guard, State, Step
from civicflow.workflows.engine.matters import Link, Linked
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.needs.visit import COLLECTOR, VISIT
from civicflow.workflows.places import Place, place
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

SECRETARY = Holder("secretary", "unit")


@attrs.frozen(kw_only=True)
class Voice:
    """A need, as it was told.

    Attributes:
        title: the public headline.
        category: in the integrator's own vocabulary, levels apart by ``/``: what makes needs alike.
        channel: how it came in, for instance ``contact-point`` or ``visit``.
        about: an exact key of what it is about, ``KIND:VALUE``, for instance ``lamp:410106-17``, or empty.
        site: the id of the contact point, or empty.
        visit: the id of the visit on which it was heard, or none.
        place: where the matter is, public; not where whoever told it lives.
        details: private: what else one needs to know.
        contact: private: how to reach whoever told it.
    """

    title: str
    category: str = ""
    channel: str = ""
    about: str = ""
    site: str = ""
    visit: tuple[str, ...] = attrs.field(default=(), converter=texts)
    place: Place | None = attrs.field(default=None, converter=place)
    details: str = private(default="")
    contact: str = private(default="")


@attrs.frozen
class Reply:
    """What whoever raised a need is told.

    Attributes:
        text: public.
    """

    text: str


@attrs.frozen
class Enlist:
    """The project that a need follows from now on.

    Attributes:
        project: its id.
    """

    project: str


HEARD_THERE = Guard(
    "heard-there",
    lambda s: [m.root.flow_name for m in s.read("visit")] == [VISIT.name] * len(s.data.visit),
    "the visit has to be one that was entered | 走访须已登记",
    asks_data=True,
)

WAITING = ("voiced", SUPERVISED.name)
_TOLD = Keep(("title", "category"), given=("about", "channel", "site", "place"))

NEED = Flow(
    "need",
    1,
    "need | 诉求",
    (
        State("voiced", "voiced | 待回应", waits("2 workdays", "5 workdays")),
        SUPERVISED,
        State("listed", "on the list with like ones | 已列入清单", follows=True),
        State("answered", "answered | 已答复", final="answered"),
        State("met", "met by a project | 已由项目解决", final="met"),
        State("declined", "its project was declined, with the reason | 项目不予实施（已说明理由）", final="declined"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
    ),
    (
        Step(
            "voice",
            "voice a need | 反映诉求",
            NEW,
            "voiced",
            ANYONE,
            Voice,
            guards=(HEARD_THERE,),
            does=(_TOLD, Link("visit", "visit"), Tell(SECRETARY, "need", "new need: “{title}” | 新诉求：“{title}”")),
            reads=(Linked("visit", "visit"),),
        ),
        Step(
            "collect",
            "collect a need | 收集诉求",
            NEW,
            "voiced",
            COLLECTOR,
            Voice,
            guards=(HEARD_THERE,),
            does=(
                _TOLD,
                Link("visit", "visit"),
                TellRequester("collected", "“{title}” was entered for you | “{title}”已为您登记"),
            ),
            reads=(Linked("visit", "visit"),),
        ),
        Step(
            "answer",
            "answer | 答复",
            WAITING,
            "answered",
            COLLECTOR,
            Reply,
            does=(Keep(("text",)), Stamp(), TellRequester("answered", "“{title}” was answered | “{title}”已答复")),
        ),
        Step(
            "enlist",
            "put on the list with like ones | 归并列入清单",
            WAITING,
            "listed",
            BY_RULE,
            Enlist,
            does=(
                Link("project", "project"),
                TellRequester("listed", "“{title}” is on the list of projects | “{title}”已列入项目清单"),
            ),
        ),
        Step(
            "release",
            "released from its project | 移出项目",
            "listed",
            "voiced",
            BY_RULE,
            Reply,
            does=(
                Tell(SECRETARY, "need", "waits again: “{title}” | 恢复待回应：“{title}”"),
                TellRequester("released", "“{title}” is looked at by itself again | “{title}”已移出项目，单独处理"),
            ),
        ),
        Step(
            "meet",
            "met by its project | 由项目解决",
            "listed",
            "met",
            BY_RULE,
            Reply,
            does=(Keep(("text",)), Stamp(), TellRequester("met", "“{title}” was met | “{title}”已解决")),
        ),
        Step(
            "decline",
            "its project was declined | 项目不予实施",
            "listed",
            "declined",
            BY_RULE,
            Reply,
            does=(
                Keep(("text",)),
                Stamp(),
                TellRequester("declined", "“{title}” cannot be met; read why | “{title}”暂不能解决，请查看理由"),
            ),
        ),
        Step("withdraw", "withdraw | 撤回", (*WAITING, "listed"), "withdrawn", REQUESTER, asks=False),
        reminds(*WAITING, who=SECRETARY, text="“{title}” is waiting for you | “{title}”待您回应"),
        escalates("voiced", text="nobody answered “{title}” | “{title}”逾期未回应"),
    ),
)
