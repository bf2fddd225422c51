"""What pages for people have in common: two languages of which style alone shows one, and how they look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from civicflow.texts import Catalogue, Language, Text

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
TAGS: Final[Mapping[Language, str]] = MappingProxyType({"en": "en", "zh": "zh-Hans"})

_WORDS: Final = Catalogue({"language": "Language | 语言"})

STYLE: Final = """
:root{color-scheme:light dark;--line:#8a8f98;--soft:#f2f4f7;--ink:#1b1f24;--paper:#fff;--link:#0b57d0}
@media (prefers-color-scheme:dark){:root{--line:#6b7280;--soft:#1f2430;--ink:#e8eaed;--paper:#14171c;--link:#8ab4f8}}
body{margin:0 auto;max-width:72rem;padding:1rem;font:1rem/1.5 system-ui,"Noto Sans CJK SC","PingFang SC",sans-serif;
 color:var(--ink);background:var(--paper)}
a{color:var(--link)}h1,h2,h3{line-height:1.25}
.switch{border:0;padding:0;margin:0}.switch label{margin-right:1rem}
body:has(#in-en:checked) .zh,body:has(#in-zh:checked) .en{display:none}
"""
"""Light or dark as the reader likes it; one language at a time."""


def both(text: Text) -> str:
    """A text in both languages, of which the style shows one."""
    return "".join(
        f'<span class="{language}" lang="{TAGS[language]}">{escape(text.say(language))}</span>'
        for language in LANGUAGES
    )


def switch(first: Language) -> Iterator[str]:
    """By which the reader chooses the language."""
    yield f'<fieldset class="switch"><legend>{both(_WORDS["language"])}</legend>'
    for language, name in (("en", "English"), ("zh", "中文")):
        checked = " checked" if language == first else ""
        tag = "zh-Hans" if language == "zh" else language
        yield f'<label lang="{tag}"><input type="radio" name="language" id="in-{language}"{checked}> {name}</label>'
    yield "</fieldset>"
