"""How like two records are: field by field, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from civicflow.hierarchy.naming import spelled
from civicflow.texts import Catalogue, Text
from civicflow.workflows.likeness.names import _WORD, names_alike
from civicflow.workflows.likeness.records import Likeness, Record, What, Who
from civicflow.workflows.likeness.titles import categories_alike, titles_alike

_SENTENCES: Final = Catalogue(
    {
        "key": "the {key} is the same | {key}相同",
        "name": "the name is the same | 姓名相同",
        "name.written": "the name is the same, written differently | 姓名相同，仅写法不同",
        "name.alias": "one is called so by an alias of the other | 系对方别名",
        "name.family": "the family name is the same; the other part was not given | 姓氏相同，一方未留全名",
        "name.partly": "the family name and part of the given name are the same | 姓氏及名字部分相同",
        "name.other": "the names differ | 姓名不同",
        "door": "the door is the same | 住址相同",
        "door.other": "the doors differ | 住址不同",
        "key.other": "the {key} differs | {key}不同",
        "title": "the titles are the same | 标题相同",
        "title.written": "the titles are the same, written differently | 标题相同，仅写法不同",
        "title.partly": "{percent} % of the titles is the same | 标题重合度{percent}%",
        "category": "the category is the same | 类别相同",
        "category.partly": "the category is partly the same | 类别部分相同",
        "category.other": "the categories differ | 类别不同",
        "place": "the place is the same | 地点相同",
        "place.other": "the places differ | 地点不同",
    }
)


_DOUBT: Final = Fraction(1, 4)
"""Speaks against every likeness to begin with, so that little evidence is not taken for much."""


_Field = tuple[int, Fraction, Text]
"""The weight of a field, how far both agree in it, 0 to 1, and that in words."""


def _weighed(fields: Iterable[_Field]) -> Likeness:
    found = tuple(fields)
    speaks = sum((weight * agrees for weight, agrees, _ in found), Fraction(0))
    return Likeness(speaks / (sum(weight for weight, _, _ in found) + _DOUBT), tuple(text for _, _, text in found))


def _exact(here: frozenset[str], there: frozenset[str]) -> Likeness | None:
    # The value of a key may be a telephone: whoever reads the reason sees which kind it is, and looks it up where they may.
    kinds = sorted(_kinds_of(here & there))
    return (
        Likeness(Fraction(1), tuple(_SENTENCES.say("key", key=_KINDS.get(kind) or Text.same(kind)) for kind in kinds))
        if kinds
        else None
    )


def _kinds_of(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key.partition(":")[0] for key in keys)


_KINDS: Final = MappingProxyType(
    {
        name: Text.of(text)
        for name, text in {
            "phone": "telephone | 电话",
            "person": "person's id | 人员编号",
            "number": "number | 编号",
            "door": "door | 住址",
            "words": "title, category and place | 标题、类别与地点",
        }.items()
    }
)


def who_alike(one: Who, other: Who) -> Likeness:
    """Whether two were raised by the same person; without a name or a key that both have, nothing tells."""
    exact = _exact(one.keys, other.keys)
    if exact is not None:
        return exact
    return _weighed(_persons(one, other)) if one.names and other.names else Likeness(Fraction(0))


def _persons(one: Who, other: Who) -> Iterator[_Field]:
    best = max(names_alike(mine, yours) for mine in one.names for yours in other.names)
    first = names_alike(one.names[0], other.names[0])
    yield 3, best, _SENTENCES[_of_names(best, first, same=one.names[0] == other.names[0])]
    for kind in sorted(_kinds_of(one.keys) & _kinds_of(other.keys)):
        yield 1, Fraction(0), _SENTENCES.say("key.other", key=_KINDS.get(kind) or Text.same(kind))
    if one.door and other.door:
        same = _plain(one.door) == _plain(other.door)
        yield 2, Fraction(same), _SENTENCES["door" if same else "door.other"]


def _of_names(best: Fraction, first: Fraction, *, same: bool) -> str:
    if best == 1:
        return "name" if same else "name.alias" if first < 1 else "name.written"
    return "name.other" if not best else "name.family" if best == Fraction(1, 2) else "name.partly"


def _plain(words: str) -> str:
    return "".join(_WORD.findall(spelled(words)))


def what_alike(one: What, other: What) -> Likeness:
    """Whether two are about the same matter; without a pair of characters that both titles have, they are not."""
    exact = _exact(one.keys, other.keys)
    if exact is not None:
        return exact
    score = titles_alike(one.title, other.title)
    return _weighed(_matters(one, other, score)) if score else Likeness(Fraction(0))


def _matters(one: What, other: What, title: Fraction) -> Iterator[_Field]:
    same, percent = one.title == other.title, round(100 * title)
    name = ("title" if same else "title.written") if title == 1 else "title.partly"
    yield 3, title, _SENTENCES[name] if title == 1 else _SENTENCES.say(name, percent=percent)
    if one.category and other.category:
        agrees = categories_alike(one.category, other.category)
        yield 1, agrees, _SENTENCES[f"category{'' if agrees == 1 else '.partly' if agrees else '.other'}"]
    if one.place and other.place:
        here = one.place == other.place
        yield 1, Fraction(here), _SENTENCES["place" if here else "place.other"]


def alike(one: Record, other: Record) -> Likeness:
    """How like two records are: as the weaker of who raised them and what they are about.

    >>> one = Record(id="1", who=Who(names="张建国", keys=["phone:139"]), what=What(title="路灯不亮"))
    >>> other = Record(id="2", who=Who(names="老张", keys=["phone:139"]), what=What(title="关于路灯不亮的问题"))
    >>> alike(one, other).score
    Fraction(12, 13)
    """
    nothing = Likeness(Fraction(0))
    found: list[Likeness] = []
    if one.who is not None or other.who is not None:
        found.append(who_alike(one.who, other.who) if one.who is not None and other.who is not None else nothing)
    if one.what is not None or other.what is not None:
        found.append(what_alike(one.what, other.what) if one.what is not None and other.what is not None else nothing)
    if not found or one.pool != other.pool:
        return nothing
    return Likeness(min(each.score for each in found), tuple(text for each in found for text in each.reasons))
