"""An evacuation (转移撤离) of a standing hazard: people are taken out and counted, and come home again.

Source: Sichuan, Yuechi: people are evacuated and counted at each hazard.

Rules
-----
- It is ordered by the secretary of the hazard's unit, or one level up. The duty-bearer's officer or monitor calls the roll
  and reports households and people.
- A count that cannot well be true is doubted, in words that say what is wrong with it. It stands only once the secretary has
  confirmed it with a reason, or it was corrected.
- Nobody is forgotten outside: until they are home, the secretary is reminded every week. Until the roll is called, whoever
  has to call it is reminded every two hours.
- All but the first sentence is ours, a default.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK
from civicflow.workflows.engine.effects import Compute, Keep, Stamp
from civicflow.workflows.engine.flow import ELSE, STAY, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.hazards.plausibility import doubt
from civicflow.workflows.pressing import reminds
from civicflow.workflows.reasons import HAS_REASON
from civicflow.workflows.routines.occasion import ABOVE, BEARER, SECRETARY


def count(_: object, attribute: attrs.Attribute[int], value: object) -> None:
    """A validator: the field is a whole number that is not negative."""
    if type(value) is not int or value < 0:
        msg = f"{attribute.name} is a whole number, 0 or more; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class Count:
    """A roll-call.

    Attributes:
        households: how many households were taken out.
        people: how many people of them.
    """

    households: int = attrs.field(validator=count)
    people: int = attrs.field(validator=count)


@attrs.frozen
class Confirm:
    """Why a doubted count is true all the same.

    Attributes:
        reason: public.
    """

    reason: str


def _doubted(situation: Situation) -> dict[str, Any]:
    found = doubt(situation.data.households, situation.data.people)
    return {"doubt": "" if found is None else str(found)}


PLAUSIBLE: Final = Guard(
    "count-plausible",
    lambda s: doubt(s.data.households, s.data.people) is None,
    "so many people do not live in so many households | 户数与人数不合常理",
    asks_data=True,
)

EVACUATION: Final = Flow(
    "evacuation",
    1,
    "evacuation | 转移撤离",
    (
        State("ordered", "ordered | 已下令", (Limit("2 hours", "remind", again=True),)),
        State("doubted", "count doubted | 人数存疑", (Limit("2 hours", "press", again=True),)),
        State("counted", "counted | 已清点", (Limit("7 days", "press", again=True),)),
        State("home", "home again | 已返回", final="home"),
    ),
    (
        Step(
            "count",
            "call the roll | 清点人数",
            ("ordered", "doubted"),
            (Branch(PLAUSIBLE, "counted", (Stamp(),)), Branch(ELSE, "doubted")),
            BEARER,
            Count,
            does=(
                Keep(("households", "people")),
                Compute(Named("doubt", _doubted)),
                Tell(SECRETARY, "counted", "the roll was called at “{title}” | “{title}”已清点人数"),
            ),
        ),
        Step(
            "confirm",
            "confirm the count | 确认人数",
            "doubted",
            "counted",
            SECRETARY,
            Confirm,
            (HAS_REASON,),
            (Keep(("reason",)), Stamp()),
            asks=False,
        ),
        Step(
            "bring-home",
            "bring home | 组织返回",
            "counted",
            "home",
            SECRETARY,
            does=(
                TellRequester("home", "the people of “{title}” are home | “{title}”群众已返回"),
                Tell(ABOVE, "home", "the people of “{title}” are home | “{title}”群众已返回"),
            ),
        ),
        reminds("ordered", who=BEARER, text="call the roll at “{title}” | 请清点“{title}”撤离人数"),
        Step(
            "press",
            "press | 提示",
            ("doubted", "counted"),
            STAY,
            BY_CLOCK,
            does=(
                Tell(SECRETARY, "reminder", "the evacuation of “{title}” waits for you | “{title}”的撤离事项待您处理"),
            ),
        ),
    ),
    opened_in=("ordered",),
    anchors=("bearer",),
    outlives=True,
)
