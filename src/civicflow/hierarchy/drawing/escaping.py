"""Texts that stay texts in the languages of diagrams: what ends a label, or begins markup in it, is written otherwise."""

from __future__ import annotations

import re
from typing import Final

_MARKUP: Final = re.compile(r"""["#:;<>{}`\\]""")


def for_mermaid(text: str) -> str:
    """A label of Mermaid: what is markup is spelled by its number, as Mermaid knows it.

    >>> for_mermaid('<b>a "b"')
    '#60;b#62;a #34;b#34;'
    """
    return _MARKUP.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))


def for_dot(text: str) -> str:
    r"""What stands within the quotes of DOT.

    >>> for_dot('a "b" c')
    'a \\"b\\" c'
    """
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
