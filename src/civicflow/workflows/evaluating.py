"""The two answers of whoever raised a matter (评单): whether it is resolved, and whether they are satisfied.

Rules
-----
- They are two different answers: what was done may be all that could be, and still please nobody.
- Satisfaction is a whole number from 1 (not at all) to 5 (fully), or left open.

Source: the hotlines ask for both (是否解决、是否满意), and publish a rate of each. The five steps are ours.
"""

from __future__ import annotations

import attrs

from civicflow.errors import InvalidInput
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import Guard


def _is_yes_or_no(_: object, attribute: attrs.Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        msg = f"{attribute.name} is True or False; got {value!r}"
        raise InvalidInput(msg)


def _is_whole(_: object, attribute: attrs.Attribute[int | None], value: object) -> None:
    if value is not None and type(value) is not int:
        msg = f"{attribute.name} is a whole number or nothing; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Evaluate:
    """The two answers of whoever ordered (评单).

    Attributes:
        resolved: whether the matter is resolved.
        satisfied: from 1 (not at all) to 5 (fully), or None.
        comment: private.
    """

    resolved: bool = attrs.field(validator=_is_yes_or_no)
    satisfied: int | None = attrs.field(default=None, validator=_is_whole)
    comment: str = private(default="")


RESOLVED = Guard("resolved", lambda s: bool(s.data.resolved), "it was not resolved | 问题未解决", asks_data=True)
FULL_RANGE = Guard(
    "satisfied-1-to-5",
    lambda s: s.data.satisfied is None or 1 <= s.data.satisfied <= 5,
    "satisfaction is a whole number from 1 to 5 | 满意度为1至5的整数",
    asks_data=True,
)
