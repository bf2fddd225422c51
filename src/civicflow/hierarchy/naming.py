"""What the names of places tell: their stem, their level, and the names that are made of several others.

Rules
-----
- A name is a stem and an ending that says what the unit is: 通江街道 and 通江镇 share the stem 通江. How a committee is written
  (村委会, 村民委员会) is no part of the stem, nor is a second 村.
- Variants of one character, as the First Table of Verified Variant Characters (第一批异体字整理表, 1955) pairs them, are one: 迴 is 回.
- A new name may be composed: of a character of each of two (石板冲 and 杨家河 become 石杨), or of their number and what they have in
  common (龙星 and 七星 become 双星).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Final

from civicflow.texts import Text

ENDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "省": "province",
        "市": "city",
        "县": "county",
        "自治县": "county",
        "旗": "county",
        "自治旗": "county",
        "区": "district",
        "街道": "subdistrict",
        "街道办事处": "subdistrict",
        "镇": "town",
        "乡": "township",
        "民族乡": "township",
        "苏木": "township",
        "社区": "community",
        "社区居委会": "community",
        "社区居民委员会": "community",
        "居委会": "community",
        "居民委员会": "community",
        "居委员会": "community",
        "社区委员会": "community",
        "社区管委会": "community",
        "社区管理委员会": "community",
        "村": "village",
        "村委会": "village",
        "村民委员会": "village",
        "村委员会": "village",
        "村民小组": "village",
        "牧委会": "village",
        "村牧委会": "village",
        "牧民委员会": "village",
        "嘎查": "village",
        "嘎查委会": "village",
        "嘎查委员会": "village",
        "嘎查村委会": "village",
        "嘎查村民委员会": "village",
    }
)
"""The ends of Chinese names and the levels that they tell, as statistical lists write them. A heading for groups directly under
a town (镇直辖村民小组) stands among the villages in these lists. Farms, parks and the like are of no level of their own: say of which
they are, ``ENDINGS | {"林场": "town"}``."""

_WORDS: Final = frozenset(
    {
        "province", "city", "county", "district", "borough", "ward", "subdistrict", "town", "township", "community",
        "neighbourhood", "neighborhood", "village",
    }
)  # fmt: skip
_VARIANTS: Final = str.maketrans(
    "迴廻峯邨巖羣谿僊涼沖竈窰窯砦隄菴栢濬湧煙畧筍緜籐遊隣埜皷崑崙陞昇週嶽桿恆晉棲碁菓鴈覇",
    "回回峰村岩群溪仙凉冲灶窑窑寨堤庵柏浚涌烟略笋绵藤游邻野鼓昆仑升升周岳杆恒晋栖棋果雁霸",
)
_NUMERALS: Final = {"双": 2, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_LONGEST: Final = 3
"""Longer names are not composed of single characters."""

_PARTS: Final = frozenset("东西南北中上下前后内外新老大小一二三四五六七八九十甲乙丙丁")
_SEATS: Final = frozenset("场街铺集市店")


def spelled(text: str) -> str:
    """A text as it is compared: full-width letters, letter case, and variants of one character are one.

    >>> spelled("迴龙村３组"), spelled("Old Town")
    ('回龙村3组', 'old town')
    """
    return unicodedata.normalize("NFKC", text).translate(_VARIANTS).casefold()


def ending(name: str, endings: Iterable[str] = ENDINGS) -> str:
    """The longest ending that a name has and that leaves something of it; empty where it has none.

    >>> ending("太平新村民委员会"), ending("通江街道"), ending("Riverside")
    ('村民委员会', '街道', '')
    """
    return max((end for end in endings if name.endswith(end) and name != end), key=len, default="")


def stem(name: Text | str) -> str:
    """What tells a place from others of its kind, however the rest of its name is written.

    >>> stem("流村村委会"), stem("流村委会"), stem("迴龙村委会"), stem("Old Town District")
    ('流', '流', '回龙', 'old')
    """
    words = spelled(name if isinstance(name, str) else name.zh).split()
    while len(words) > 1 and words[-1] in _WORDS:
        words.pop()
    whole = " ".join(words)
    bare = whole.removesuffix(ending(whole))
    return bare[:-1] if len(bare) > 1 and bare.endswith("村") else bare


def contains(one: str, other: str) -> bool:
    """Whether one of two different stems is the beginning of the other, and long enough to tell something."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > 1 and shorter != longer and longer.startswith(shorter)


def is_part(part: str, whole: str) -> bool:
    """Whether a stem names a part of another one: 和平东 is a part of 和平.

    >>> is_part("和平东", "和平"), is_part("新和平", "和平"), is_part("和平桥", "和平")
    (True, True, False)
    """
    return len(whole) > 1 and any(
        rest in _PARTS for rest in (part.removeprefix(whole), part.removesuffix(whole)) if rest != part
    )


def is_seat(seat: str, of: str) -> bool:
    """Whether a stem names the market of another one: 裕农场 is the market of 裕农."""
    return seat[:-1] == of and seat[-1:] in _SEATS


def composed(name: str, stems: Sequence[str]) -> tuple[tuple[int, ...], int] | None:
    """Which of several stems a name is composed of, by index, and how well: 2 of their first characters in order, 1 of others.

    A name that could be composed in several ways tells nothing.

    >>> composed("石杨", ["杨家河", "石板冲", "铁牛"])
    ((0, 1), 2)
    >>> composed("双星", ["龙星", "七星"])
    ((0, 1), 1)
    >>> composed("石杨", ["杨家河", "石板冲", "石门"]) is None
    True
    """
    if not 1 < len(name) <= _LONGEST:
        return None
    near = [i for i, one in enumerate(stems) if set(one) & set(name)]
    first = [i for i in near if stems[i][0] in name]
    by_first = [found for found in combinations(first, len(name)) if sorted(stems[i][0] for i in found) == sorted(name)]
    pairs = [pair for pair in combinations(near, 2) if not by_first and _gives(name, *(stems[i] for i in pair))]
    common = tuple(i for i in near if name[1:] in stems[i])
    if by_first:
        return (by_first[0], 2) if len(by_first) == 1 else None
    if len(pairs) == 1:
        return pairs[0], 1
    return (common, 1) if _NUMERALS.get(name[0]) == len(common) else None


def _gives(name: str, one: str, other: str) -> bool:
    """Whether every character of a name is in one of two stems, and each gives one that the other does not have."""
    here, there = set(name) & set(one), set(name) & set(other)
    return here | there == set(name) and bool(here - there) and bool(there - here)
