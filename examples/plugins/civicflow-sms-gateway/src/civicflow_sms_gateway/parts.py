"""How many short messages a text is, which is what the city pays for.

A short message has 140 octets. One that is longer goes out in parts, each of which gives six octets to a header that says
where it belongs (3GPP TS 23.040, 9.2.3.24.1).

- Chinese is sent in UCS-2, two octets a unit: 70 units alone, 67 in each part. A character outside the basic plane, most
  emoji for instance, is two units, which stay together.
- What stands in the GSM 7-bit alphabet alone can be packed: 160 characters alone, 153 in each part (3GPP TS 23.038, 6.2.1).
  Those of its extension table are two, an escape and a letter, which stay together.
- Mainland gateways count every text as the first, letters and digits too, and the signature with its brackets
  (国内短信：70字，长短信每条67字).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

Alphabet = Literal["ucs2", "gsm"]

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED: Final = frozenset("\f^{}\\[~]|€")

DOTS: Final = "..."
"""What stands for words that were left out."""

_ALONE: Final = {"ucs2": 70, "gsm": 160}
_IN_PARTS: Final = {"ucs2": 67, "gsm": 153}


def alphabet(text: str) -> Alphabet:
    """The shortest alphabet in which a text can be sent.

    >>> alphabet("lamp at 5 Main St. [urgent]"), alphabet("路灯坏了")
    ('gsm', 'ucs2')
    """
    return "gsm" if set(text) <= GSM_BASIC | GSM_EXTENDED else "ucs2"


def split(text: str, by: Alphabet = "ucs2") -> tuple[str, ...]:
    """The parts of a text, as phones put them together again; one, however short it is.

    >>> [len(part) for part in split("长" * 160)]
    [67, 67, 26]

    Args:
        text: what the recipient reads, the signature included.
        by: the alphabet in which it is sent; ``gsm`` only for a text that `alphabet` says so of.
    """
    weight = _gsm if by == "gsm" else _ucs2
    if sum(map(weight, text)) <= _ALONE[by]:
        return (text,)
    return tuple(_cut(text, weight, _IN_PARTS[by]))


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """As much of a text as fits, with three dots where something is left out; the text itself where all of it does.

    Dots and no ellipsis, which is not in the GSM alphabet and would make every letter of an English text twice as dear.

    >>> shortened("the lamp is broken", lambda words: len(words) <= 11)
    'the lamp...'

    Args:
        text: the words of a notice.
        fits: whether what is made of the words is short enough; true of any beginning of words of which it is true.
    """
    if fits(text):
        return text
    fit, too_long = 0, len(text)
    while too_long - fit > 1:
        middle = (fit + too_long) // 2
        if fits(text[:middle] + DOTS):
            fit = middle
        else:
            too_long = middle
    return text[:fit] + DOTS


def _ucs2(character: str) -> int:
    return 1 if ord(character) < 0x10000 else 2


def _gsm(character: str) -> int:
    return 2 if character in GSM_EXTENDED else 1


def _cut(text: str, weight: Callable[[str], int], most: int) -> Iterator[str]:
    begin, load = 0, 0
    for place, character in enumerate(text):
        load += weight(character)
        if load > most:
            yield text[begin:place]
            begin, load = place, weight(character)
    yield text[begin:]
