"""The problem list (问题清单): residents put up topics, those named most become duties.

Source: Sichuan, Yuechi: the ten matters that residents are least satisfied with.

Rules
-----
- The secretary of the unit opens it, for so long, and names the body that supervises what comes of it.
- Closed by the secretary or when its time is over, the topics are counted by their subjects. The subjects named most come on
  it, ten or as many as was said when it was opened; whoever is named as often as the last one of them comes on it, too.
- Each of them begins a duty, which says how many residents named it; each resident is told.
- How ties are treated is ours; so is that each resident names one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, AnyOf, Holder
from civicflow.workflows.duties.duty import DUTY, Problem
from civicflow.workflows.duties.topic import TOPIC, Counted, subject_of
from civicflow.workflows.engine.effects import Compute, Keep, Turn
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Brood, CarryTo, Raise, Raising
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester

SECRETARY: Final = Holder("secretary", "unit")


def _some(_: object, attribute: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < 1:
        msg = f"{attribute.name} is a whole number, 1 or more; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class OpenList:
    """A list that residents put up topics for.

    Attributes:
        title: the public headline.
        within: for how long topics are put up, counted from now.
        size: how many subjects come on it.
    """

    title: str
    within: TimeLimit = attrs.field(converter=time_limit)
    size: int = attrs.field(default=10, validator=_some)


def named_most(subjects: Iterable[str], size: int) -> tuple[tuple[str, int], ...]:
    """The subjects named most and how often, the most frequent first, alike ones by name; ties with the last are all in.

    >>> named_most(["lamps", "roads", "lamps", "water", "roads", "dust"], 2)
    (('lamps', 2), ('roads', 2))
    >>> named_most(["lamps", "roads", "lamps", "water"], 2)
    (('lamps', 2), ('roads', 1), ('water', 1))
    """
    counted = sorted(Counter(map(subject_of, subjects)).items(), key=lambda one: (-one[1], one[0]))
    least = counted[min(size, len(counted)) - 1][1] if counted else 0
    return tuple(one for one in counted if one[1] >= least)


@lru_cache(maxsize=8)
def _counts(subjects: tuple[str, ...], size: int) -> tuple[dict[str, int], dict[str, int]]:
    """How often each subject was named, and those that come on the list. Every topic asks it of the same ones."""
    return dict(Counter(map(subject_of, subjects))), dict(named_most(subjects, size))


def _how_often(situation: Situation) -> tuple[dict[str, int], dict[str, int]]:
    subjects = tuple(str(matter.root.data["subject"]) for matter in situation.read("topics"))
    return _counts(subjects, situation.case.data["size"])


def _counted(situation: Situation) -> dict[str, Any]:
    _, on_it = _how_often(situation)
    listed = [{"subject": subject, "named": named} for subject, named in on_it.items()]
    return {"topics": len(situation.read("topics")), "listed": listed}


def _problems(situation: Situation) -> list[Raising]:
    _, on_it = _how_often(situation)
    anchors = dict(situation.case.anchors)
    return [Raising(data=Problem(title=subject, named=named), anchors=anchors) for subject, named in on_it.items()]


def _listed(situation: Situation, topic: Matter) -> Counted | None:
    _, on_it = _how_often(situation)
    named = on_it.get(subject_of(topic.root.data["subject"]))
    return None if named is None else Counted(named)


def _left_out(situation: Situation, topic: Matter) -> Counted | None:
    named, on_it = _how_often(situation)
    subject = subject_of(topic.root.data["subject"])
    return None if subject in on_it else Counted(named[subject])


TOPICS_THERE: Final = Guard("topics-there", lambda s: bool(s.read("topics")), "nobody put up a topic | 无人点题")

PROBLEM_LIST: Final = Flow(
    "problem-list",
    1,
    "problem list | 问题清单",
    (
        State(
            "open",
            "open for topics | 点题中",
            (Limit(Kept("within", "when the time for topics is over | 点题期满"), "close"),),
            broods=("topic",),
        ),
        State("counting", "counting | 统计中", (Limit("0 hours", "count"),)),
        State("made", "list made | 清单已形成", final="made"),
        State("empty", "no topic was put up | 无人点题", final="empty"),
    ),
    (
        Step(
            "open",
            "open the list | 开始点题",
            NEW,
            "open",
            SECRETARY,
            OpenList,
            does=(
                Keep(("title", "within", "size")),
                Tell(Holder("officer", "supervisor"), "opened", "“{title}” is open for topics | “{title}”开始点题"),
            ),
        ),
        Step("close", "close | 结束点题", "open", "counting", AnyOf(SECRETARY, BY_CLOCK), does=(Turn(),), asks=False),
        Step(
            "count",
            "count and list | 统计列单",
            "counting",
            (
                Branch(
                    TOPICS_THERE,
                    "made",
                    (
                        Compute(Named("count-topics", _counted)),
                        Raise(DUTY.name, "list", Named("problems", _problems), tie="duties", back="list"),
                        CarryTo("topics", "list", Named("topics-listed", _listed)),
                        CarryTo("topics", "leave-out", Named("topics-left-out", _left_out)),
                    ),
                ),
                Branch(ELSE, "empty"),
            ),
            BY_CLOCK,
            does=(TellRequester("made", "“{title}” was counted | “{title}”已统计"),),
            reads=(Brood("topics", back=1),),
        ),
    ),
    broods={"topic": TOPIC.name},
    anchors=("supervisor",),
)
