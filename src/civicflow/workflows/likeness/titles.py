"""Titles and categories, compared by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from civicflow.hierarchy.naming import spelled
from civicflow.workflows.likeness.names import _TRADITIONAL, _WORD

_EMPTY_WORDS: Final = re.compile(
    "关于|反映|投诉|举报|请求|要求|希望|咨询|建议|尽快|解决|处理|问题|情况|诉求|事宜|一事|的|了|吗|呢|吧|请|\\b(?:the|a|an|of|please)\\b"
)


_NUMERALS: Final = MappingProxyType({letter: n for n, letter in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2})


_TENS: Final = re.compile("([一二三四五六七八九])?十([一二三四五六七八九])?")


def words_of(title: str) -> str:
    """A title as it is compared: without what every petition says, marks and blanks, with numbers in figures.

    >>> words_of("关于三号楼的问题！"), words_of("3号楼"), words_of("关于……的问题")
    ('3号楼', '3号楼', '关于的问题')
    """
    text = _EMPTY_WORDS.sub(" ", spelled(title).translate(_TRADITIONAL))
    text = _TENS.sub(lambda m: str(10 * _NUMERALS[m[1] or "一"] + (_NUMERALS[m[2]] if m[2] else 0)), text)
    text = "".join(_WORD.findall("".join(str(_NUMERALS.get(letter, letter)) for letter in text)))
    return text or "".join(_WORD.findall(spelled(title)))


@lru_cache(maxsize=65_536)
def pairs_of(title: str) -> Mapping[str, int]:
    """The pairs of neighbouring characters of a title, each with how often it stands there; of one character itself.

    >>> pairs_of("关于三号楼的问题") == pairs_of("3号楼")
    True
    """
    text = words_of(title)
    return MappingProxyType(Counter(text[i : i + 2] for i in range(max(len(text) - 1, 1))) if text else {})


def titles_alike(one: str, other: str) -> Fraction:
    """Dice's coefficient of the pairs of two titles, 0 to 1.

    >>> titles_alike("关于路灯不亮的问题", "路灯不亮"), titles_alike("路灯不亮", "水管漏水")
    (Fraction(1, 1), Fraction(0, 1))
    """
    here, there = pairs_of(one), pairs_of(other)
    total = sum(here.values()) + sum(there.values())
    return Fraction(2 * sum(min(n, there.get(pair, 0)) for pair, n in here.items()), total) if total else Fraction(0)


def categories_alike(one: str, other: str) -> Fraction:
    """How much of the longer of two categories is shared from its top.

    >>> categories_alike("roads/lamps", "roads/holes"), categories_alike("roads", "water")
    (Fraction(1, 2), Fraction(0, 1))
    """
    here, there = spelled(one).split("/"), spelled(other).split("/")
    same = 0
    for mine, yours in zip(here, there, strict=False):
        if mine != yours:
            break
        same += 1
    return Fraction(same, max(len(here), len(there)))
