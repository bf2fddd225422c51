"""A visit (走访): somebody of the area went from door to door, and what was said there is collected.

Rules
-----
- Whoever is the contact, the secretary or a clerk of the area or of the one above enters a visit, with how many households it reached.
- It has happened when it is entered; nothing waits. The needs that were heard name it, so that it is known what came of it.

Source: Zhengzhou, Shangjie district, where a hundred days of visits collected what residents need. Ours: what is entered of a visit.
"""

from __future__ import annotations

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import AnyOf, Holder
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import NEW, Flow, State, Step
from civicflow.workflows.needs.contacts import POST

COLLECTOR = AnyOf(*(Holder(post, at) for at in ("unit", "above") for post in (POST, "secretary", "clerk")))


def _reached(_: object, __: object, value: int) -> None:
    if type(value) is not int or value < 1:
        msg = f"a visit reaches one household or more; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Visit:
    """One round from door to door.

    Attributes:
        title: the public headline.
        households: how many were reached, one or more.
        note: private: what nobody but the area's own people needs to know.
    """

    title: str
    households: int = attrs.field(default=1, validator=_reached)
    note: str = private(default="")


VISIT = Flow(
    "visit",
    1,
    "visit | 走访",
    (State("made", "made | 已走访", final="made"),),
    (
        Step(
            "enter",
            "enter a visit | 登记走访",
            NEW,
            "made",
            COLLECTOR,
            Visit,
            does=(Keep(("title", "households")),),
        ),
    ),
)
