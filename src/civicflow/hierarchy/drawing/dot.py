"""A picture as a graph for Graphviz (the DOT language)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from civicflow.hierarchy.drawing.escaping import for_dot
from civicflow.hierarchy.drawing.picture import Mark, Picture, Twig
from civicflow.texts import Language

_LOOKS: Final[Mapping[Mark, str]] = MappingProxyType(
    {
        "": "",
        "new": ', fillcolor="#d7f5dd", color="#1a7f37"',
        "gone": ', fillcolor="#fde2e1", color="#b3261e", style="rounded,filled,dashed"',
        "moved": ', fillcolor="#dbe9ff", color="#0b57d0"',
        "changed": ', fillcolor="#fff3cd", color="#9a6700"',
    }
)


def dot(picture: Picture, language: Language = "en") -> str:
    """The picture as a DOT graph, from left to right; draw it with ``dot -Tsvg``.

    Nodes bear the ids of units; a body is an ellipse. What became otherwise has a colour, what came to whom a dotted arrow.

    Args:
        picture: what to draw.
        language: of names and words.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return "".join(f"{line}\n" for line in _lines(picture, language))


def _lines(picture: Picture, language: Language) -> Iterator[str]:
    yield 'digraph "tree" {'
    yield f'  graph [label="{for_dot(picture.title.say(language))}", labelloc=t, rankdir=LR]'
    yield '  node [shape=box, style="rounded,filled", fillcolor=white]'
    for twig in picture.twigs:
        shape = ", shape=ellipse" if twig.is_body else ""
        yield f'  "{for_dot(twig.unit)}" [label="{_label(picture, twig, language)}"{shape}{_LOOKS[twig.mark]}]'
    for twig in picture.twigs:
        if twig.above is not None:
            yield f'  "{for_dot(twig.above)}" -> "{for_dot(twig.unit)}"'
    for original, result in picture.passages:
        yield f'  "{for_dot(original)}" -> "{for_dot(result)}" [style=dotted, constraint=false]'
    yield "}"


def _label(picture: Picture, twig: Twig, language: Language) -> str:
    said = [twig.name.say(language), twig.code, *(text.say(language) for text in (*twig.posts, *twig.notes))]
    if twig.hidden:
        said.append(picture.more(twig).say(language))
    return "\\n".join(map(for_dot, said))
