"""A duty (履职事项): a problem with a named bearer and a date, possibly in stages; the supervisor accepts it.

Source: Sichuan, Yuechi: each problem of the list gets a duty-bearer and a date; solar lamps for 148 villages in stages by
the end of 2022.

Rules
-----
- The secretary of the unit names the body that bears it and the day by whose end it is done, within two working days, else
  it is put under supervision. It may be done in stages, each with its own day and the places where its part is to be done;
  the days follow each other, and none lies after the whole's.
- The supervising body bears no duty itself.
- The bearer reports where it is done; a stage with nothing left is done. A stage whose day has passed is late: the secretary
  and the supervisor are told, and the bearer is reminded every five working days until it is done.
- While it is borne the secretary is reminded every twenty working days to look after it.
- When all stages are done the supervisor accepts it, or sends it back with what is to be done and another day.
- The limits, and that the supervisor accepts, are ours, a default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

import attrs

from civicflow.calendars import day
from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, BY_RULE, AnyOf, Holder
from civicflow.ids import UnitId
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.children import Afresh, Opening, Spawn
from civicflow.workflows.engine.effects import Compute, Keep, Stamp
from civicflow.workflows.engine.fields import distinct
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.joins import Every
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

SECRETARY: Final = Holder("secretary", "unit")
SUPERVISOR: Final = Holder("officer", "supervisor")
BEARER: Final = Holder("officer", "body")


@attrs.frozen(kw_only=True)
class Problem:
    """A problem of the list.

    Attributes:
        title: the public headline.
        named: by how many residents it was named.
        category: in the integrator's own vocabulary.
    """

    title: str
    named: int = 0
    category: str = ""


@attrs.frozen(kw_only=True)
class Stage:
    """One stage of a duty.

    Attributes:
        until: the day by whose end its part is done.
        places: where, by code or name; none where the part is not told by places.
    """

    until: date = attrs.field(converter=day)
    places: tuple[str, ...] = attrs.field(default=(), converter=distinct)


def _stage(value: Stage | Mapping[str, Any]) -> Stage:
    return value if isinstance(value, Stage) else Stage(**value)


def _stages(stages: Iterable[Stage | Mapping[str, Any]]) -> tuple[Stage, ...]:
    return tuple(map(_stage, stages))


@attrs.frozen(kw_only=True)
class Assign:
    """Whose duty it is, and by when.

    Attributes:
        to: the body that bears it.
        until: the day by whose end all of it is done.
        stages: its stages in order; none where it is done in one.
    """

    to: UnitId
    until: date = attrs.field(converter=day)
    stages: tuple[Stage, ...] = attrs.field(default=(), converter=_stages)


@attrs.frozen
class Report:
    """What was done of a stage.

    Attributes:
        places: where, by code or name.
    """

    places: tuple[str, ...] = attrs.field(default=(), converter=distinct)


@attrs.frozen
class SendBack:
    """What is to be done yet, and by when.

    Attributes:
        reason: public.
        until: the day by whose end it is done.
    """

    reason: str
    until: date = attrs.field(converter=day)


def _reported(situation: Situation) -> dict[str, Any]:
    done = {*situation.case.data.get("done", ()), *situation.data.places}
    return {"done": sorted(done)}


def _all_done(situation: Situation) -> bool:
    return set(situation.case.data["places"]) <= {*situation.case.data.get("done", ()), *situation.data.places}


ALL_DONE: Final = Guard("all-done", _all_done, "some places are not done yet | 尚有地点未完成", asks_data=True)
ITS_PLACES: Final = Guard(
    "its-places",
    lambda s: set(s.data.places) <= set(s.case.data["places"]),
    "only places of this stage are reported with it | 只能报告本阶段的地点",
    asks_data=True,
)

DUTY_STAGE: Final = Flow(
    "duty-stage",
    1,
    "stage of a duty | 履职阶段",
    (
        State(
            "under-way",
            "under way | 履职中",
            (Limit(Kept("until", "at the end of its day | 到期日结束时"), "be-late"),),
        ),
        State("late", "late | 逾期", (Limit("5 workdays", "remind", again=True),)),
        State("done", "done | 已完成", final="done"),
    ),
    (
        Step(
            "report",
            "report what is done | 报告完成情况",
            ("under-way", "late"),
            (Branch(ALL_DONE, "done", (Stamp(),)), Branch(ELSE, STAY)),
            BEARER,
            Report,
            (ITS_PLACES,),
            (Compute(Named("report", _reported)),),
        ),
        Step(
            "be-late",
            "be late | 逾期",
            "under-way",
            "late",
            BY_CLOCK,
            does=each_told(
                BEARER, SECRETARY, SUPERVISOR, topic="late", text="a stage of “{title}” is late | “{title}”有阶段逾期"
            ),
        ),
        reminds("late", who=BEARER, text="a stage of “{title}” is still late | “{title}”仍有阶段逾期"),
    ),
    opened_in=("under-way",),
    anchors=("supervisor",),
)


def _opened(situation: Situation) -> list[Opening]:
    given, title = situation.data, situation.case.title
    stages = given.stages or (Stage(until=given.until),)
    return [
        Opening(
            f"stage-{number}",
            body=given.to,
            data={"title": title, "until": plain(stage.until), "places": list(stage.places)},
        )
        for number, stage in enumerate(stages, 1)
    ]


def _again(situation: Situation) -> list[Opening]:
    case, given = situation.case, situation.data
    data = {"title": case.title, "until": plain(given.until), "places": []}
    return [Opening("again", body=UnitId(case.data["to"]), data=data)]


NOT_THE_SUPERVISOR: Final = Guard(
    "not-the-supervisor",
    lambda s: s.data.to != s.case.anchors["supervisor"],
    "nobody supervises himself; the supervising body bears no duty | 不得自己监督自己，监督单位不承担履职事项",
    asks_data=True,
)
IN_ORDER: Final = Guard(
    "in-order",
    lambda s: (
        all(one.until < other.until for one, other in pairwise(s.data.stages))
        and all(stage.until <= s.data.until for stage in s.data.stages)
    ),
    "the days of the stages follow each other, and none lies after the whole's | 各阶段日期须依次递增，且不晚于总期限",
    asks_data=True,
)
ONCE: Final = Guard(
    "each-place-once",
    lambda s: (
        len({place for stage in s.data.stages for place in stage.places})
        == sum(len(stage.places) for stage in s.data.stages)
    ),
    "a place stands in two stages; name it in one | 同一地点列入了两个阶段，请只列一次",
    asks_data=True,
)

DUTY: Final = Flow(
    "duty",
    1,
    "duty | 履职事项",
    (
        State("listed", "listed | 已列入", waits()),
        SUPERVISED,
        State(
            "borne",
            "borne | 履职中",
            (Limit("20 workdays", "look-after", again=True),),
            (Join(("stages",), Every(), "fulfil"),),
        ),
        State(
            "fulfilled",
            "to be accepted | 待验收",
            (Limit("3 workdays", "ask-again"), Limit("10 workdays", "ask-again", again=True)),
        ),
        State("accepted", "accepted | 已验收", final="accepted"),
    ),
    (
        Step(
            "list",
            "take into the list | 列入清单",
            NEW,
            "listed",
            AnyOf(SECRETARY, BY_RULE),
            Problem,
            does=(Keep(("title", "named", "category")),),
        ),
        Step(
            "assign",
            "name bearer and date | 明确责任和期限",
            ("listed", "supervised"),
            "borne",
            SECRETARY,
            Assign,
            (NOT_THE_SUPERVISOR, IN_ORDER, ONCE),
            (
                Keep(("to", "until")),
                Spawn("stages", Named("stages", _opened), "under-way"),
                Tell(SUPERVISOR, "assigned", "“{title}” has a bearer and a date | “{title}”已明确责任和期限"),
                TellRequester("assigned", "“{title}” has a bearer and a date | “{title}”已明确责任和期限"),
            ),
        ),
        Step(
            "fulfil",
            "all stages are done | 各阶段均完成",
            "borne",
            "fulfilled",
            BY_JOIN,
            does=(Stamp(), Tell(SUPERVISOR, "fulfilled", "“{title}” is to be accepted | “{title}”待验收")),
        ),
        Step(
            "accept",
            "accept | 验收",
            "fulfilled",
            "accepted",
            SUPERVISOR,
            does=(TellRequester("accepted", "“{title}” is done | “{title}”已办结"),),
        ),
        Step(
            "send-back",
            "send back | 退回整改",
            "fulfilled",
            "borne",
            SUPERVISOR,
            SendBack,
            does=(
                Keep(("until", "reason")),
                Stamp(clear=True),
                Afresh(("stages",)),
                Spawn("stages", Named("again", _again), "under-way"),
                Tell(SECRETARY, "sent-back", "“{title}” was sent back | “{title}”已退回整改"),
            ),
            asks=False,
        ),
        reminds("listed", SUPERVISED.name, who=SECRETARY, text="“{title}” has no bearer yet | “{title}”尚未明确责任"),
        escalates("listed", text="“{title}” has no bearer yet | “{title}”逾期未明确责任"),
        Step(
            "look-after",
            "look after | 跟进",
            "borne",
            STAY,
            BY_CLOCK,
            does=(Tell(SECRETARY, "look-after", "how does “{title}” go on? | 请跟进“{title}”的进展"),),
        ),
        Step(
            "ask-again",
            "ask again | 催验",
            "fulfilled",
            STAY,
            BY_CLOCK,
            does=(Tell(SUPERVISOR, "reminder", "“{title}” waits to be accepted | “{title}”待验收"),),
        ),
    ),
    slots={"stages": DUTY_STAGE.name},
    anchors=("supervisor",),
)
