"""Who has to be at a sitting (人员构成): the rule 1+6+X as a value. Pure.

Source: Zhengzhou, Shangjie district, all 59 communities and 284 compounds: the branch secretary leads (1); six standing kinds
are there (6); those affected and the departments are invited as the matter asks (X).

A kind that does not exist in a place is excused by rule where the composition says so, and is named in the minutes: a compound
without a property company sits with five kinds. That it is only the property company that may be excused is ours, a default.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.ids import PersonId
from civicflow.texts import Catalogue, Text

KINDS: Final[Mapping[str, Text]] = {
    "committees": Text("the two committees", "社区“两委”"),
    "supervisory-committee": Text("supervisory committee", "监委会"),
    "property-company": Text("property company", "物业企业"),
    "legal-adviser": Text("legal adviser", "法律顾问"),
    "partners": Text("partner organisations", "联建单位"),
    "delegates": Text("residents' delegates", "居民代表"),
}
"""The six standing kinds by name; ``delegates`` are those who hold the post at the council."""

DELEGATES: Final = "delegates"

SENTENCES: Final = Catalogue(
    {
        "there": "there: {kinds} | 到会：{kinds}",
        "nobody": "none of the kinds is there | 各方均未到会",
        "missing": "not there: {kinds} | 未到会：{kinds}",
        "excused": "excused, does not exist here: {kinds} | 依规免到（本地未设）：{kinds}",
    }
)


@attrs.frozen
class Seat:
    """Who stands for a kind at a sitting.

    Attributes:
        kind: one of `KINDS` other than the delegates, whose seats the register knows.
        person: who stands for it.
    """

    kind: str
    person: PersonId


def seats(given: Iterable[Seat | Mapping[str, Any]]) -> tuple[Seat, ...]:
    """Seats, also as a ledger's entry spells them."""
    return tuple(Seat(**one) if isinstance(one, Mapping) else one for one in given)


@attrs.frozen
class Attendance:
    """Which kinds are at a sitting.

    Attributes:
        there: those of whom somebody is there.
        missing: those who exist and of whom nobody is there.
        excused: those who do not exist in the place and need not.
    """

    there: tuple[str, ...]
    missing: tuple[str, ...]
    excused: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether the sitting is composed as the rule asks."""
        return not self.missing

    @property
    def text(self) -> Text:
        """The sentence for the minutes, which names the kinds that are excused.

        >>> Attendance(("delegates",), (), ("property-company",)).text.en
        "there: residents' delegates; excused, does not exist here: property company"
        """
        said = [_said("there", self.there) if self.there else SENTENCES["nobody"]]
        said += [_said(name, kinds) for name in ("missing", "excused") if (kinds := getattr(self, name))]
        return Text("; ".join(text.en for text in said), "；".join(text.zh for text in said))


def _said(name: str, kinds: Iterable[str]) -> Text:
    return SENTENCES.say(name, kinds=named(kinds))


def named(kinds: Iterable[str]) -> Text:
    """Some kinds in words.

    >>> named(["delegates", "partners"])
    Text(en="residents' delegates, partner organisations", zh='居民代表、联建单位')
    """
    texts = [KINDS[kind] for kind in kinds]
    return Text(", ".join(text.en for text in texts), "、".join(text.zh for text in texts))


def _known(_: object, attribute: attrs.Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    unknown = [kind for kind in value if kind not in KINDS]
    if unknown or len(set(value)) != len(value):
        msg = f"{attribute.name} are different ones of {', '.join(KINDS)}; got {', '.join(value)}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Composition:
    """Who has to be there beside whoever leads.

    Attributes:
        kinds: the standing kinds.
        excusable: those of them that need not exist in a place.

    Raises:
        InvalidInput: for a kind that there is not, or one named twice, or excusable and not standing.
    """

    kinds: tuple[str, ...] = attrs.field(default=tuple(KINDS), validator=_known)
    excusable: tuple[str, ...] = attrs.field(default=("property-company",), validator=_known)

    def __attrs_post_init__(self) -> None:
        if not set(self.excusable) <= set(self.kinds):
            msg = f"what is excusable is one of the standing kinds {', '.join(self.kinds)}; got {', '.join(self.excusable)}"
            raise InvalidInput(msg)

    def lacking(self, exist: Collection[str]) -> tuple[str, ...]:
        """The kinds that do not exist in a place and have to.

        >>> Composition().lacking(["committees", "supervisory-committee", "partners", "delegates"])
        ('legal-adviser',)
        """
        return tuple(kind for kind in self.kinds if kind not in exist and kind not in self.excusable)

    def of(self, exist: Collection[str], there: Collection[str]) -> Attendance:
        """What the rule says of those who are there.

        Args:
            exist: the kinds that exist in the place.
            there: the kinds of whom somebody is there.

        >>> five = [kind for kind in KINDS if kind != "property-company"]
        >>> Composition().of(five, five).excused
        ('property-company',)
        """
        expected = [kind for kind in self.kinds if kind in exist or kind not in self.excusable]
        return Attendance(
            tuple(kind for kind in expected if kind in there),
            tuple(kind for kind in expected if kind not in there),
            tuple(kind for kind in self.kinds if kind not in expected),
        )


ONE_SIX_X: Final = Composition()
"""1+6+X: the branch secretary, the six standing kinds, and whoever else is invited."""
