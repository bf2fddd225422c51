"""Two languages, side by side.

Every text that a clerk or a resident may see (a state, a step, a refusal, a notice) is a `Text`: English and Chinese
together, so that neither can be forgotten. In tables it is written as one line, ``"returned | 已退单"``.

Sentences with gaps live in a `Catalogue` under a dotted name; a gap may be filled by another `Text`, and each language
then takes its own half.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import attrs

from civicflow.errors import InvalidInput, NotFound

Language = Literal["en", "zh"]
"""``en`` English, ``zh`` Chinese as written in mainland China."""

_GAP: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@attrs.frozen
class Text:
    """One meaning in English and in Chinese.

    >>> Text.of("returned | 已退单").zh
    '已退单'
    """

    en: str
    zh: str

    @classmethod
    def of(cls, text: Text | str) -> Text:
        """Read ``"English | 中文"``; a `Text` is returned as it is.

        Raises:
            InvalidInput: if one of the two languages is missing.
        """
        if isinstance(text, Text):
            return text
        en, bar, zh = str(text).partition("|")
        if not bar or not en.strip() or not zh.strip():
            msg = f"a text needs both languages, as in 'returned | 已退单'; got {text!r}"
            raise InvalidInput(msg)
        return cls(en.strip(), zh.strip())

    @classmethod
    def same(cls, text: str) -> Text:
        """A proper name or a number, which both languages write alike."""
        return cls(text, text)

    def fill(self, **gaps: object) -> Text:
        """Fill the gaps ``{name}`` of both languages; a gap given as a `Text` is filled by its half.

        >>> Text.of("needs {post} | 需要{post}").fill(post=Text("a secretary", "书记"))
        Text(en='needs a secretary', zh='需要书记')

        Raises:
            InvalidInput: if a gap is not given.
        """
        return Text(
            _fill(self.en, {k: v.en if isinstance(v, Text) else v for k, v in gaps.items()}),
            _fill(self.zh, {k: v.zh if isinstance(v, Text) else v for k, v in gaps.items()}),
        )

    def say(self, language: Language = "en") -> str:
        """The half in one language.

        Raises:
            InvalidInput: if the language is neither ``en`` nor ``zh``.
        """
        if language not in {"en", "zh"}:
            msg = f"a text is said in 'en' or 'zh'; got {language!r}"
            raise InvalidInput(msg)
        return self.en if language == "en" else self.zh

    def __str__(self) -> str:
        return f"{self.en} | {self.zh}"


def _fill(sentence: str, gaps: Mapping[str, object]) -> str:
    # Not str.format: a sentence may come from a file of somebody else's, and {post.__class__} must stay a word.
    def filled(gap: re.Match[str]) -> str:
        if gap[1] not in gaps:
            msg = f"the gap {gap[0]} of {sentence!r} is not given; fill it or correct its name"
            raise InvalidInput(msg)
        return str(gaps[gap[1]])

    return _GAP.sub(filled, sentence)


def bilingual(text: Text | str) -> Text:
    """`Text.of` as a function, for the fields of tables."""
    return Text.of(text)


def listing(texts: Iterable[Text]) -> Text:
    """Join texts as each language lists things.

    >>> listing([Text("a", "甲"), Text("b", "乙")])
    Text(en='a, b', zh='甲、乙')
    """
    items = tuple(texts)
    return Text(", ".join(t.en for t in items), "、".join(t.zh for t in items))


class Catalogue(Mapping[str, Text]):
    """Texts by dotted name, for instance ``refusal.state``.

    Integrators override a wording by laying their own catalogue over ours: ``CATALOGUE | {...}``.
    """

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, Text | str]) -> None:
        self._texts = {name: Text.of(text) for name, text in texts.items()}

    def __getitem__(self, name: str) -> Text:
        try:
            return self._texts[name]
        except KeyError:
            msg = f"the catalogue has no text {name!r}; add it in both languages"
            raise NotFound(msg) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __or__(self, other: Mapping[str, Text | str]) -> Catalogue:
        """This catalogue with ``other`` laid over it."""
        return Catalogue({**self._texts, **other})

    def say(self, name: str, **gaps: object) -> Text:
        """The text of that name with its gaps filled.

        Raises:
            NotFound: if there is no such text.
        """
        return self[name].fill(**gaps)
