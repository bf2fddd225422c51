"""A council (议事会) as a case of its body: its rules, its venue, its covenant, who sits on it, and its fixed day.

Source: Zhengzhou, Shangjie district: each council of 59 communities and 284 compounds has rules, a venue and a covenant (1+1+1).
Chengdu, Jinyang, Beiyuan compound: the council of a residents' group meets on the 10th of every month.

Rules
-----
- The secretary of the area sets it up, or the level above. Rules and covenant name the day from which they hold, and the
  document where the office keeps it; a version of such a document has to be in force then. What is missing may be laid down later, but without all
  three there is no sitting (see `sitting`).
- Which of the standing kinds of the composition exist in the place is said here (see `composition`).
- Points for the next sitting wait here, whoever put them down: the secretary, a delegate, an informal sitting, or a sitting that
  did not come to them.
- Its fixed day is a rule without an end, rolled over holidays. A day on which the council sat was held, another one was missed;
  the secretary and the level above are told.
- It is dissolved by the level above, with a reason, when it does not sit and no point waits.

Ours: that points wait at the council, that a missed day is told one level up, and that nothing that waits is lost with a council.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import Recurrence, TimeLimit, day, recurring, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.workflows.councils.agenda import Item, items, kept
from civicflow.workflows.councils.composition import KINDS
from civicflow.workflows.documents.versions import history_of
from civicflow.workflows.engine.effects import Compute, Count, Keep
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, each_told
from civicflow.workflows.engine.validators import said

SECRETARY: Final = Holder("secretary", "unit")
ABOVE: Final = Holder("secretary", "above")
DELEGATE: Final = Holder("delegate", "council")
IN_CHARGE: Final = AnyOf(SECRETARY, ABOVE)


_THREE_DAYS: Final = TimeLimit.of("3 days")


@attrs.frozen
class Instrument:
    """The rules of a council, or the covenant of its residents.

    Attributes:
        title: what it is called, public.
        since: the day from which it holds.
        document: the id of the document, where the office keeps it; empty where it is kept on paper.
    """

    title: str = attrs.field(validator=said)
    since: date = attrs.field(converter=day)
    document: str = ""


def _instrument(given: Instrument | Mapping[str, Any] | None) -> Instrument | None:
    return Instrument(**given) if isinstance(given, Mapping) else given


def _kinds(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class Lay:
    """What a council has. What is left out stays as it is.

    Attributes:
        rules: its rules of procedure.
        venue: where it sits, in words.
        covenant: the residents' covenant.
        kinds: which of the standing kinds exist in the place.
        every: its fixed days, without an end.
        notice: how long before a sitting it is convened.
    """

    rules: Instrument | None = attrs.field(default=None, converter=_instrument)
    venue: str | None = None
    covenant: Instrument | None = attrs.field(default=None, converter=_instrument)
    kinds: tuple[str, ...] | None = attrs.field(default=None, converter=attrs.converters.optional(_kinds))
    every: Recurrence | None = attrs.field(default=None, converter=attrs.converters.optional(recurring))
    notice: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of the documents that it names."""
        return tuple(one.document for one in (self.rules, self.covenant) if one is not None and one.document)


@attrs.frozen(kw_only=True)
class SetUpCouncil(Lay):
    """A council that is set up.

    Attributes:
        title: what it is called, public.
        kinds: which of the standing kinds exist in the place.
        every: its fixed days, without an end.
        notice: how long before a sitting it is convened; three days where nothing else is said.
    """

    title: str = attrs.field(validator=said)
    kinds: tuple[str, ...] = attrs.field(default=tuple(KINDS), converter=_kinds)
    every: Recurrence = attrs.field(converter=recurring)
    notice: TimeLimit = attrs.field(default=_THREE_DAYS, converter=time_limit)


@attrs.frozen
class PutDown:
    """Points for the next sitting.

    Attributes:
        items: the points.
    """

    items: tuple[Item, ...] = attrs.field(converter=items)


@attrs.frozen
class On:
    """A day of a sitting.

    Attributes:
        on: the day.
    """

    on: date = attrs.field(converter=day)


@attrs.frozen
class Dissolve:
    """Why a council is dissolved.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


# -- conditions --------------------------------------------------------------------------------------------------------


def in_force(matter: Matter, kind: str, on: date) -> bool:
    """Whether a matter is a document of that kind of which a version is in force on a day."""
    root = matter.root
    return root.flow_name == "document" and root.data.get("kind") == kind and history_of(root).on(on) is not None


def _documents_hold(situation: Situation) -> bool:
    """Each document that is named is known, in force from the day that is said or today, and what it is named as."""
    read: dict[str, Matter] = {matter.root.id: matter for matter in situation.read("documents")}
    today = situation.world.calendar.local_date(situation.happened)
    named = {"rules": situation.data.rules, "covenant": situation.data.covenant}
    return all(
        one.document in read and in_force(read[one.document], kind, max(one.since, today))
        for kind, one in named.items()
        if one is not None and one.document
    )


DOCUMENTS_HOLD: Final = Guard(
    "documents-hold",
    _documents_hold,
    "rules and covenant name documents of their kind that are in force | 议事规则、公约所引文件须为现行有效的相应文件",
    asks_data=True,
)
STANDING_KINDS: Final = Guard(
    "standing-kinds",
    lambda s: s.data.kinds is None or (set(s.data.kinds) <= set(KINDS) and len(set(s.data.kinds)) == len(s.data.kinds)),
    f"the kinds are different ones of {', '.join(KINDS)}"
    f" | 人员构成须为以下各方，且不重复：{'、'.join(text.zh for text in KINDS.values())}",
    asks_data=True,
)
DAYS_GO_ON: Final = Guard(
    "days-go-on",
    lambda s: s.data.every is None or s.data.every.is_endless,
    "the fixed days of a council go on without an end; leave COUNT and UNTIL out"
    " | 议事会固定日不设终点，请勿写COUNT或UNTIL",
    asks_data=True,
)
LAYS_SOMETHING: Final = Guard(
    "lays-something",
    lambda s: any(value not in (None, "") for value in attrs.asdict(s.data, recurse=False).values()),
    "say at least one thing that the council has from now on | 至少明确一项内容",
    asks_data=True,
)
BRINGS_POINTS: Final = Guard(
    "brings-points", lambda s: bool(s.data.items), "bring at least one point | 至少提出一项议题", asks_data=True
)
SAT_THAT_DAY: Final = Guard(
    "sat-that-day",
    lambda s: s.world.calendar.local_date(s.happened).isoformat() in s.case.data["sat"],
    "the council did not sit on its fixed day | 议事会未在固定日召开",
)
NOT_SITTING: Final = Guard(
    "not-sitting", lambda s: not s.case.data["sitting"], "a sitting is convened; it ends first | 已召集会议，须先结束"
)
NOTHING_WAITS: Final = Guard(
    "nothing-waits",
    lambda s: not s.case.data["agenda"],
    "points wait for its next sitting; a sitting takes them first | 尚有议题待下次会议，须先处理",
)

# -- what is kept ------------------------------------------------------------------------------------------------------

_LAID: Final = ("rules", "venue", "covenant", "kinds", "every", "notice")


def _with_points(situation: Situation) -> dict[str, Any]:
    return {"agenda": [*situation.case.data["agenda"], *kept(situation.data.items)]}


def _risen(situation: Situation) -> dict[str, Any]:
    return {"sitting": "", **_with_points(situation)}


def _sat(situation: Situation) -> dict[str, Any]:
    return {"sat": [*situation.case.data["sat"], situation.data.on.isoformat()]}


def waiting(council: Case) -> tuple[Item, ...]:
    """The points that wait for a council's next sitting."""
    return items(council.data["agenda"])


_DAY_IS_OVER: Final = Compute(Named("day-is-over", lambda _: {"sat": []}))

COUNCIL: Final = Flow(
    "council",
    1,
    "council | 议事会",
    (
        State(
            "standing",
            "standing | 运行中",
            (Limit(Kept("every", "at the end of each of its days | 每逢固定日结束时"), "meeting-day", again=True),),
        ),
        State("dissolved", "dissolved | 已撤销", final="dissolved"),
    ),
    (
        Step(
            "set-up",
            "set up | 设立",
            NEW,
            "standing",
            IN_CHARGE,
            SetUpCouncil,
            (STANDING_KINDS, DAYS_GO_ON, DOCUMENTS_HOLD),
            (
                Keep(("title", *_LAID)),
                Compute(Named("nothing-yet", lambda _: {"agenda": [], "sitting": "", "sat": []})),
                Tell(DELEGATE, "set-up", "“{title}” is set up | “{title}”已设立"),
            ),
            reads=(Linked("documents", "documents"),),
        ),
        Step(
            "lay-down",
            "lay down | 明确规则、场所、公约与构成",
            "standing",
            STAY,
            IN_CHARGE,
            Lay,
            (LAYS_SOMETHING, STANDING_KINDS, DAYS_GO_ON, DOCUMENTS_HOLD),
            (
                Keep((), _LAID),
                Tell(DELEGATE, "laid-down", "“{title}” has something new | “{title}”有新规定"),
            ),
            asks=False,
            reads=(Linked("documents", "documents"),),
        ),
        Step(
            "put-down",
            "put points down for the next sitting | 提出议题",
            "standing",
            STAY,
            AnyOf(SECRETARY, DELEGATE, BY_RULE),
            PutDown,
            (BRINGS_POINTS,),
            (
                Compute(Named("with-points", _with_points)),
                Tell(SECRETARY, "point", "a point waits for the next sitting of “{title}” | “{title}”有新议题"),
            ),
            asks=False,
        ),
        # What a sitting does with its council it brings about itself (see `sitting`); nobody takes these steps alone.
        Step(
            "convene",
            "a sitting is convened | 会议已召集",
            "standing",
            STAY,
            BY_RULE,
            On,
            (NOT_SITTING,),
            (Compute(Named("convened", lambda s: {"sitting": s.data.on.isoformat(), "agenda": []})),),
        ),
        Step("sit", "it sits | 会议召开", "standing", STAY, BY_RULE, On, does=(Compute(Named("day-it-sat", _sat)),)),
        Step(
            "rise",
            "the sitting is over | 会议结束",
            "standing",
            STAY,
            BY_RULE,
            PutDown,
            does=(Compute(Named("risen", _risen)),),
        ),
        Step(
            "meeting-day",
            "its fixed day is over | 固定日结束",
            "standing",
            (
                Branch(SAT_THAT_DAY, STAY, (Count("held"), _DAY_IS_OVER)),
                Branch(
                    ELSE,
                    STAY,
                    (
                        Count("missed"),
                        _DAY_IS_OVER,
                        *each_told(
                            SECRETARY,
                            ABOVE,
                            topic="missed",
                            text="“{title}” missed its fixed day | “{title}”未按固定日召开",
                        ),
                    ),
                ),
            ),
            BY_CLOCK,
        ),
        Step(
            "dissolve",
            "dissolve | 撤销",
            "standing",
            "dissolved",
            ABOVE,
            Dissolve,
            (NOT_SITTING, NOTHING_WAITS),
            (Keep(("reason",)), Tell(DELEGATE, "dissolved", "“{title}” is dissolved | “{title}”已撤销")),
            asks=False,
        ),
    ),
    anchors=("council",),
)
"""One council; its body is the anchor ``council``."""
