"""Submitting and presenting (提交与路演) as a stage: a group brings its resolution before the council that decides.

Source: Chengdu: each group presents ("roadshow") its project, the source of its own funds and the owners' opinions to the
community council. Ours: that the chair admits what is complete, returns what is not, rejects with a reason what is not for the
council to decide; and the time limits.

Rules
-----
- A member of the group submits the resolution; the council's chair admits it, returns it to be drafted anew, or rejects it, the
  latter two with a reason.
- What is admitted is presented by the group; only then is it voted on.
- What nobody submits or presents is reminded of, and lapses; what the chair leaves lying is put under supervision.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, Who
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Limit, State, Step
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits


@attrs.frozen
class Present:
    """How a group presents its proposal ("roadshow").

    Attributes:
        opinions: what the owners said, public.
        own_funds: where the group's own part of the money comes from, public.
    """

    opinions: str = ""
    own_funds: str = ""


@attrs.frozen
class TurnDown:
    """Why a resolution is returned or rejected.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


_LYING: Final = ("submitted", SUPERVISED.name)


def presentation(*, group: Who, chair: Who) -> Flow:
    """Bringing a resolution before the council; outcomes ``presented``, ``returned``, ``rejected`` and ``lapsed``.

    Args:
        group: who submits and presents.
        chair: who admits, returns and rejects.
    """
    return Flow(
        "presentation",
        1,
        "presentation | 提交与路演",
        (
            State("due", "to be submitted | 待提交", (Limit("5 workdays", "prompt"), Limit("20 workdays", "lapse"))),
            State("submitted", "submitted | 已提交", waits("3 workdays", "5 workdays")),
            SUPERVISED,
            State(
                "awaited", "to be presented | 待路演", (Limit("5 workdays", "prompt"), Limit("20 workdays", "lapse"))
            ),
            State("presented", "presented | 已路演", final="presented"),
            State("returned", "returned | 已退回", final="returned"),
            State("rejected", "rejected | 不予受理", final="rejected"),
            State("lapsed", "never presented | 未路演", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "due", BY_RULE),
            Step(
                "submit",
                "submit | 提交",
                "due",
                "submitted",
                group,
                does=(Tell(chair, "submitted", "“{title}” was submitted | “{title}”已提交"),),
            ),
            Step(
                "admit",
                "admit | 受理",
                _LYING,
                "awaited",
                chair,
                does=(TellRequester("admitted", "“{title}” is to be presented | “{title}”待路演"),),
            ),
            Step(
                "return",
                "return | 退回",
                _LYING,
                "returned",
                chair,
                TurnDown,
                does=(TellRequester("returned", "“{title}” was returned | “{title}”已退回"),),
                asks=False,
            ),
            Step(
                "reject",
                "reject | 不予受理",
                _LYING,
                "rejected",
                chair,
                TurnDown,
                does=(Keep(("reason",)), TellRequester("rejected", "“{title}” was rejected | “{title}”不予受理")),
                asks=False,
            ),
            Step(
                "present",
                "present | 路演",
                "awaited",
                "presented",
                group,
                Present,
                does=(Keep(("opinions", "own_funds")),),
            ),
            reminds(*_LYING, who=chair, text="“{title}” waits to be admitted | “{title}”待受理"),
            escalates("submitted", text="“{title}” lies unadmitted | “{title}”逾期未受理"),
            Step(
                "prompt",
                "remind the group | 提醒",
                ("due", "awaited"),
                STAY,
                BY_CLOCK,
                does=(
                    Tell(group, "reminder", "“{title}” is to be brought before the council | “{title}”待提交议事会"),
                ),
            ),
            Step("lapse", "nobody presented it | 逾期未路演", ("due", "awaited"), "lapsed", BY_CLOCK),
        ),
    )
