"""Rules that stand somewhere, each with its citation. The laws were read in a copy of April 2025: check for amendments.

过半数 is more than half; 以上 includes the number and 超过 excludes it (Civil Code art. 1259).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.workflows.decisions.policies import Policies, Proxies
from civicflow.workflows.decisions.requirements import AllOf, AtLeast, AtMost, EitherOf, Majority, Quorum
from civicflow.workflows.decisions.rules import Rule, Second, in_force
from civicflow.workflows.decisions.shares import AREA, SHARES, Measure

TWO_THIRDS_OF_ALL_SEATS: Final = Majority(
    2, 3, "seats", citation="Chengdu, residents' councils: two thirds or more of all members"
)
MORE_THAN_HALF_OF_ALL_SEATS: Final = Majority(1, 2, "seats", strict=True)
"""An absolute majority."""

SIMPLE_MAJORITY: Final = Majority(1, 2, "yes-no", strict=True)
"""More for than against."""

TWO_THIRDS_OF_VOTES: Final = Majority(2, 3, "yes-no")
"""A qualified majority: at least two thirds of the votes for or against (Robert's Rules: "a two-thirds vote")."""


def consensus(objections: int = 0) -> Rule:
    """Somebody is for it, and no more than so many against; who abstains stands aside.

    >>> consensus(1).text.en
    'at least 1 in favour; at most 1 against'

    Args:
        objections: how many it bears.
    """
    name = f"consensus-{objections}" if objections else "consensus"
    return Rule(name=name, requires=AllOf(AtLeast(1), AtMost(objections)))


HOUSEHOLDS: Final = Measure("households", "households | 户数")
GROUPS: Final = Measure("groups", "residents' groups | 居民小组数")

# -- Organic Law of Urban Residents' Committees --------------------------------------------------------------------------

_PRESENT: Final = Majority(1, 2, "present", strict=True)

RESIDENTS_MEETING: Final = Rule(
    name="residents-meeting",
    requires=_PRESENT,
    quorum=Quorum(1, 2, "entitled", strict=True),
    citation=(
        "Organic Law of Urban Residents' Committees art. 9: more than half of all residents of 18 years, of the households' "
        "delegates or of the groups' delegates, whichever meet, have to attend; more than half of those present decide"
    ),
)
RESIDENTS_CALL: Final = EitherOf(
    Majority(1, 5, "entitled"),
    Majority(1, 5, "entitled", measure=HOUSEHOLDS),
    Majority(1, 3, "entitled", measure=GROUPS),
)
"""Who may demand a residents' meeting: a fifth of the residents, of the households, or a third of the groups (art. 10)."""

RESIDENTS_COMMITTEE: Final = Rule(
    name="residents-committee",
    requires=MORE_THAN_HALF_OF_ALL_SEATS,
    citation="Organic Law of Urban Residents' Committees art. 11: the committee decides by the majority of its members",
)

# -- Organic Law of Villagers' Committees --------------------------------------------------------------------------------

VILLAGERS_MEETING: Final = Rule(
    name="villagers-meeting",
    requires=_PRESENT,
    quorum=Quorum(1, 2, "entitled", strict=True),
    citation="Organic Law of Villagers' Committees art. 22: more than half of the villagers of 18 years; more than half of those present",
)
VILLAGE_HOUSEHOLDS_MEETING: Final = Rule(
    name="village-households-meeting",
    requires=_PRESENT,
    quorum=Quorum(2, 3, "entitled"),
    citation="Organic Law of Villagers' Committees art. 22: two thirds of the households' delegates; more than half of those present",
)
VILLAGERS_DELEGATES: Final = Rule(
    name="villagers-delegates",
    requires=_PRESENT,
    quorum=Quorum(2, 3, "entitled"),
    citation="Organic Law of Villagers' Committees art. 26: two thirds of the members; more than half of those present",
)
VILLAGERS_GROUP: Final = Rule(
    name="villagers-group",
    requires=_PRESENT,
    quorum=Quorum(2, 3, "entitled"),
    citation="Organic Law of Villagers' Committees art. 28: two thirds of the group's villagers or households; more than half of those present",
)
VILLAGERS_REELECTION: Final = Rule(
    name="villagers-re-election",
    requires=Majority(1, 3, "cast"),
    citation="Organic Law of Villagers' Committees art. 15: who has the most ballots, yet no fewer than a third of those cast",
)
VILLAGERS_ELECTION: Final = Rule(
    name="villagers-election",
    requires=Majority(1, 2, "cast", strict=True),
    quorum=Quorum(1, 2, "entitled", "cast", strict=True),
    second=Second(when=None, rule=VILLAGERS_REELECTION),
    citation=(
        "Organic Law of Villagers' Committees art. 15: valid if more than half of those registered vote; elected by more than "
        "half of the ballots cast"
    ),
)
VILLAGERS_RECALL: Final = Rule(
    name="villagers-recall",
    requires=Majority(1, 2, "cast", strict=True),
    quorum=Quorum(1, 2, "entitled", "cast", strict=True),
    citation=(
        "Organic Law of Villagers' Committees art. 16: more than half of those registered vote, and more than half of those "
        "who vote are for it"
    ),
)

# -- owners --------------------------------------------------------------------------------------------------------------

_CODE: Final = date(2021, 1, 1)
_REGULATION: Final = date(2007, 10, 1)
_LAST: Final = date(2020, 12, 31)
_WRITTEN: Final = Policies(proxies=Proxies(most=None, written=True))


def _owners(
    name: str, majority: Majority, quorum: Quorum, citation: str, since: date, until: date | None = None
) -> Rule:
    """A double majority: the same shares of heads and of exclusive area."""
    return Rule(
        name=name,
        requires=AllOf(majority, attrs.evolve(majority, measure=AREA)),
        quorum=AllOf(quorum, attrs.evolve(quorum, measure=AREA)),
        policies=_WRITTEN,
        citation=citation,
        since=since,
        until=until,
    )


_TAKE_PART: Final = Quorum(2, 3, "entitled", "cast")
_TOOK_PART: Final = Quorum(1, 2, "entitled", "cast", strict=True)
_ART_278: Final = "Civil Code art. 278: two thirds by area and by heads take part"
_ART_12: Final = "Property Management Regulation (2018 text) art. 12: more than half by area and by heads take part"

OWNERS_ORDINARY: Final = (
    _owners(
        "property-regulation-12-ordinary",
        Majority(1, 2, "entitled", strict=True),
        _TOOK_PART,
        f"{_ART_12}; more than half of all, by both, agree",
        _REGULATION,
        _LAST,
    ),
    _owners(
        "civil-code-278-ordinary",
        Majority(1, 2, "cast", strict=True),
        _TAKE_PART,
        f"{_ART_278}; more than half of those taking part, by both, agree",
        _CODE,
    ),
)
OWNERS_MAJOR: Final = (
    _owners(
        "property-regulation-12-major",
        Majority(2, 3, "entitled"),
        _TOOK_PART,
        f"{_ART_12}; two thirds of all, by both, agree",
        _REGULATION,
        _LAST,
    ),
    _owners(
        "civil-code-278-major",
        Majority(3, 4, "cast"),
        _TAKE_PART,
        f"{_ART_278}; three quarters (inclusive) of those taking part, by both, agree",
        _CODE,
    ),
)

OwnersMatter = Literal[
    "procedure",
    "covenant",
    "committee",
    "company",
    "use-maintenance-funds",
    "raise-maintenance-funds",
    "rebuild",
    "change-common-parts",
    "other",
]
"""What owners decide together, as art. 278 lists it."""

_MAJOR: Final[Mapping[str, frozenset[str]]] = {
    "civil-code": frozenset({"raise-maintenance-funds", "rebuild", "change-common-parts"}),
    "regulation": frozenset({"use-maintenance-funds", "raise-maintenance-funds", "rebuild"}),
}


def owners_rule(matter: OwnersMatter, on: date) -> Rule:
    """The rule by which owners decide a matter on a day.

    Using maintenance funds is ordinary under the Civil Code; only raising them is major. Before 2021 both were.

    >>> owners_rule("use-maintenance-funds", date(2026, 3, 1)).name
    'civil-code-278-ordinary'
    >>> owners_rule("use-maintenance-funds", date(2019, 3, 1)).name
    'property-regulation-12-major'

    Args:
        matter: what is decided.
        on: the day of the vote.

    Raises:
        InvalidInput: for a matter that the law does not list.
        NotFound: for a day before any of these rules was in force.
    """
    if matter not in get_args(OwnersMatter):
        msg = f"owners decide on one of {', '.join(get_args(OwnersMatter))}; got {matter!r}"
        raise InvalidInput(msg)
    major = _MAJOR["civil-code" if on >= _CODE else "regulation"]
    return in_force(OWNERS_MAJOR if matter in major else OWNERS_ORDINARY, on)


FRENCH_ARTICLE_25: Final = Rule(
    name="loi-1965-25",
    requires=Majority(1, 2, "entitled", strict=True, measure=SHARES),
    policies=_WRITTEN,
    citation="French co-ownership law of 10 July 1965, art. 25: the majority of the votes of all co-owners",
)
FRENCH_ARTICLE_26: Final = Rule(
    name="loi-1965-26",
    requires=AllOf(Majority(1, 2, "entitled", strict=True), Majority(2, 3, "entitled", measure=SHARES)),
    policies=_WRITTEN,
    second=Second(
        when=AllOf(Majority(1, 2, "present"), Majority(1, 3, "entitled", measure=SHARES)),
        rule=FRENCH_ARTICLE_25,
    ),
    citation=(
        "French co-ownership law of 10 July 1965, art. 26: the majority of the members, who hold two thirds of the votes; "
        "art. 26-1 (ordinance 2019-1101): where half of the members present, represented or voting by letter, who hold a third "
        "of all votes, were for it, the same meeting votes again at once by the majority of all votes"
    ),
    since=date(2020, 6, 1),
)
