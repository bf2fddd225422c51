"""Supervision (监督检查): it runs beside a matter of whatever flow, and never stands in its way.

Source: Sichuan, Yuechi: the supervisor follows by special inspection (专项检查), random spot check (随机抽查), open and
undercover visit (明察暗访), and by sitting in (列席).

Rules
-----
- An officer of the supervising body begins it, on a matter with a bearer. Nobody supervises himself: the bearer is another
  body, in which whoever begins it holds no post.
- It is announced to the bearer, unless the visit is undercover: then the bearer is neither told nor a party to it, until
  something is to be put right.
- A spot check draws its places by `civicflow.workflows.lots`, from a seed that is kept with the names, so that anybody can draw again.
- Findings are recorded. What is wrong is ordered to be put right by a day (`rectification`); who fails or shirks is referred
  to the discipline line (`civicflow.workflows.accountability`). It ends when everything is put right.
- Whoever supervises is reminded every ten working days. That, and how lots are drawn, is ours.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal, get_args

import attrs

from civicflow.calendars import day
from civicflow.errors import InvalidInput
from civicflow.ids import UnitId
from civicflow.ledger.canonical import plain
from civicflow.workflows.accountability import ACCOUNTABILITY, NOT_ITSELF, REFERS, Refer
from civicflow.workflows.duties.duty import BEARER, SUPERVISOR
from civicflow.workflows.duties.rectification import RECTIFICATION
from civicflow.workflows.engine.children import Opening, Spawn
from civicflow.workflows.engine.effects import Compute, Count, Keep
from civicflow.workflows.engine.fields import distinct
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Link, Linked
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.lots import draw
from civicflow.workflows.pressing import reminds

Way = Literal["special-inspection", "spot-check", "open-visit", "undercover-visit", "sitting-in"]
"""How it is supervised (专项检查、随机抽查、明察、暗访、列席)."""


def _way(_: object, __: object, value: object) -> None:
    if value not in get_args(Way):
        msg = f"one supervises by {', '.join(get_args(Way))}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Supervise:
    """What is supervised, and how.

    Attributes:
        title: the public headline.
        of: the id of the matter.
        way: how.
        among: for a spot check: the places from which lots are drawn, by code or name.
        draws: for a spot check: how many.
        seed: for a spot check: from which they are drawn, public.
    """

    title: str
    of: str
    way: Way = attrs.field(validator=_way)
    among: tuple[str, ...] = attrs.field(default=(), converter=distinct)
    draws: int = 0
    seed: str = ""


@attrs.frozen(kw_only=True)
class Finding:
    """What was found.

    Attributes:
        sound: whether all was as it has to be.
        found: what, public.
        where: at which place, by code or name.
    """

    sound: bool
    found: str
    where: str = ""


@attrs.frozen
class Order:
    """What is to be put right, and by when.

    Attributes:
        what: public.
        until: the day by whose end it is.
    """

    what: str
    until: date = attrs.field(converter=day)


def bearer_of(matter: Case) -> UnitId | None:
    """The body that bears a matter: who a duty was given to, who has to act on a share, or the matter's own bearer."""
    found = matter.data.get("to") or matter.body or matter.anchors.get("bearer")
    return UnitId(found) if isinstance(found, str) else None


def _bearer(situation: Situation) -> UnitId | None:
    return next((bearer_of(matter.root) for matter in situation.read("of")), None)


def _others(situation: Situation) -> bool:
    bearer, person = _bearer(situation), situation.actor.person
    if bearer == situation.case.anchors["supervisor"]:
        return False
    held = situation.world.chart.appointments(person) if person is not None else ()
    return all(post.unit != bearer for _, post in held)


def _is_drawable(situation: Situation) -> bool:
    given = situation.data
    if given.way != "spot-check":
        return not (given.among or given.draws or given.seed)
    return bool(given.seed.strip()) and 1 <= given.draws <= len(given.among)


def _drawn(situation: Situation) -> dict[str, Any]:
    given = situation.data
    if given.way != "spot-check":
        return {}
    drawn = draw(given.seed, given.among, given.draws)
    return {"seed": given.seed, "among": list(given.among), "drawn": list(drawn)}


@attrs.frozen
class ToBearer:
    """Make the bearer of the supervised matter a party: from now on it is the body that has to act."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note it in the change."""
        change.set["body"] = _bearer(situation)


HAS_BEARER: Final = Guard(
    "has-bearer",
    lambda s: _bearer(s) is not None,
    "what is supervised is a matter with a bearer; name it by its id once it has one | 监督对象须为已明确责任单位的事项",
    asks_data=True,
)
OTHERS: Final = Guard(
    "others",
    _others,
    "nobody supervises himself: the bearer is another body, in which you hold no post | 不得自己监督自己：责任单位须为他方，且您不在其中任职",
    asks_data=True,
)
DRAWABLE: Final = Guard(
    "drawable",
    _is_drawable,
    "a spot check names places, how many are drawn, and the seed; nothing else draws lots"
    " | 随机抽查须列明地点、抽取数量和随机种子，其他方式不抽签",
    asks_data=True,
    revision=2,
)
ANNOUNCED: Final = Guard(
    "announced",
    lambda s: s.data.way != "undercover-visit",
    "an undercover visit is not announced | 暗访不事先告知",
    asks_data=True,
)
ALL_PUT_RIGHT: Final = Guard(
    "all-put-right",
    lambda s: not s.has_open("rectifications"),
    "something is not put right yet | 尚有问题未整改到位",
    ended=("rectifications",),
)


def _rectification(situation: Situation) -> list[Opening]:
    given = situation.data
    return [Opening("rectification", body=_bearer(situation), data={"title": given.what, "until": plain(given.until)})]


SUPERVISION: Final = Flow(
    "supervision",
    1,
    "supervision | 监督检查",
    (
        State("under-way", "under way | 检查中", (Limit("10 workdays", "remind", again=True),)),
        State("ended", "ended | 已结束", final="ended"),
    ),
    (
        Step(
            "begin",
            "begin | 开始检查",
            NEW,
            (
                Branch(
                    ANNOUNCED,
                    "under-way",
                    (ToBearer(), Tell(BEARER, "announced", "you are supervised: “{title}” | “{title}”将接受监督检查")),
                ),
                Branch(ELSE, "under-way"),
            ),
            SUPERVISOR,
            Supervise,
            (HAS_BEARER, OTHERS, DRAWABLE),
            (Keep(("title", "way")), Compute(Named("lots", _drawn)), Link("of", "of")),
            reads=(Linked("of", "of"),),
        ),
        Step(
            "record",
            "record a finding | 登记发现",
            "under-way",
            STAY,
            SUPERVISOR,
            Finding,
            does=(Count("findings"),),
        ),
        Step(
            "order",
            "order to put right | 责令整改",
            "under-way",
            STAY,
            SUPERVISOR,
            Order,
            does=(
                ToBearer(),
                Spawn("rectifications", Named("rectification", _rectification), "ordered"),
                Tell(BEARER, "ordered", "something is to be put right: “{title}” | “{title}”责令整改"),
            ),
            reads=(Linked("of"),),
            asks=False,
        ),
        Step(
            "refer",
            "refer for accountability | 移送问责",
            "under-way",
            STAY,
            SUPERVISOR,
            Refer,
            (NOT_ITSELF,),
            REFERS,
            asks=False,
        ),
        Step(
            "end",
            "end | 结束检查",
            "under-way",
            "ended",
            SUPERVISOR,
            guards=(ALL_PUT_RIGHT,),
            does=(TellRequester("ended", "“{title}” ended | “{title}”已结束"),),
        ),
        reminds("under-way", who=SUPERVISOR, text="“{title}” is under way | “{title}”仍在检查中"),
    ),
    slots={"rectifications": RECTIFICATION.name, "accountability": ACCOUNTABILITY.name},
    anchors=("supervisor",),
)
