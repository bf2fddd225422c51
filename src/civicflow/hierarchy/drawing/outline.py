"""A picture as indented text, for a terminal or a mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from civicflow.hierarchy.drawing.picture import Mark, Picture, Twig
from civicflow.texts import Catalogue, Language, Text

MARKS: Final = Catalogue(
    {"new": "new | 新设", "gone": "gone | 不复存在", "moved": "moved | 划转", "changed": "changed | 变更"}
)
"""What became of a unit, in words."""

SIGNS: Final[Mapping[Mark, str]] = MappingProxyType({"": " ", "new": "+", "gone": "-", "moved": ">", "changed": "~"})
"""The same in a sign, for who sees no colours."""


def outline(picture: Picture, language: Language = "en") -> str:
    """The picture as text, a line for each unit; what became otherwise has a sign before it: ``+ - > ~``.

    Args:
        picture: what to draw.
        language: of names and words.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    signed = picture.is_change
    return "".join(f"{line}\n" for line in [picture.title.say(language), *_lines(picture, language, signed=signed)])


def _lines(picture: Picture, language: Language, *, signed: bool) -> Iterator[str]:
    for twig in picture.twigs:
        sign = f"{SIGNS[twig.mark]} " if signed else ""
        yield f"{sign}{'  ' * twig.depth}{_told(twig, language)}".rstrip()
        if twig.hidden:
            yield f"{'  ' if signed else ''}{'  ' * (twig.depth + 1)}… {picture.more(twig).say(language)}"


def _told(twig: Twig, language: Language) -> str:
    def one_line(text: Text) -> str:
        return " ".join(text.say(language).split())

    told = f"{'· ' if twig.is_body else ''}{one_line(twig.name)} ({' '.join(twig.code.split())}, {one_line(twig.kind)})"
    more = [one_line(text) for text in (*twig.posts, *twig.notes)]
    return f"{told}: {'; '.join(more)}" if more else told
