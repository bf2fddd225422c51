"""Whether a count of people can be true: so many people in so many households.

Source: a report on Yuechi has 5,200 people of 100 households evacuated, which is 52 a household, and passes unnoticed. The
bounds are ours: a household is at least one person, and at most ten (the census of 2020 counts 2.62 on average).
"""

from __future__ import annotations

from typing import Final

from civicflow.texts import Catalogue, Text

MOST: Final = 10
"""How many people a household has at the most, before somebody has to look again."""

_SENTENCES: Final = Catalogue(
    {
        "many": "{people} people of {households} households are up to {each} a household, and at most {most} are plausible;"
        " correct the count, or confirm it with a reason"
        " | {households}户{people}人，户均约{each}人，超过合理上限{most}人，请更正，或说明理由予以确认",
        "few": "{people} people of {households} households are less than one a household;"
        " correct the count, or confirm it with a reason"
        " | {households}户{people}人，户均不足1人，请更正，或说明理由予以确认",
    }
)


def doubt(households: int, people: int, *, most: int = MOST) -> Text | None:
    """Why a count cannot well be true, with its value and what to do; None where nothing speaks against it.

    >>> doubt(97, 351)
    >>> doubt(100, 5200).zh
    '100户5200人，户均约52人，超过合理上限10人，请更正，或说明理由予以确认'

    Args:
        households: how many households.
        people: how many people of them.
        most: how many people a household has at the most.
    """
    if people > households * most:
        each = people if not households else -(-people // households)
        return _SENTENCES.say("many", people=people, households=households, each=each, most=most)
    if people < households:
        return _SENTENCES.say("few", people=people, households=households)
    return None
