"""A picture as a Mermaid flowchart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from civicflow.hierarchy.drawing.escaping import for_mermaid
from civicflow.hierarchy.drawing.picture import Picture, Twig
from civicflow.texts import Language

_CLASSES: Final = (
    "classDef new fill:#d7f5dd,stroke:#1a7f37,color:#0b2e13",
    "classDef gone fill:#fde2e1,stroke:#b3261e,color:#410e0b,stroke-dasharray:4 3",
    "classDef moved fill:#dbe9ff,stroke:#0b57d0,color:#041e49",
    "classDef changed fill:#fff3cd,stroke:#9a6700,color:#3b2300",
)


def mermaid(picture: Picture, language: Language = "en") -> str:
    """The picture as a Mermaid flowchart, from left to right: what became otherwise has a colour, what came to whom a dotted arrow.

    Mermaid draws up to 500 edges unless it is told otherwise: take a part of a big tree, or fewer levels.

    Args:
        picture: what to draw.
        language: of names and words.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return "".join(f"{line}\n" for line in _lines(picture, language))


def _lines(picture: Picture, language: Language) -> Iterator[str]:
    names = {twig.unit: f"u{i}" for i, twig in enumerate(picture.twigs)}
    yield "flowchart LR"
    yield f"    accTitle: {for_mermaid(picture.title.say(language))}"
    for twig in picture.twigs:
        ends = ("([", "])") if twig.is_body else ("[", "]")
        yield f'    {names[twig.unit]}{ends[0]}"{_label(picture, twig, language)}"{ends[1]}'
    for twig in picture.twigs:
        if twig.above is not None:
            yield f"    {names[twig.above]} --> {names[twig.unit]}"
    for original, result in picture.passages:
        yield f"    {names[original]} -.-> {names[result]}"
    if picture.is_change:
        yield from (f"    {line}" for line in _CLASSES)
        yield from (f"    class {names[twig.unit]} {twig.mark}" for twig in picture.twigs if twig.mark)


def _label(picture: Picture, twig: Twig, language: Language) -> str:
    said = [twig.name.say(language), twig.code, *(text.say(language) for text in (*twig.posts, *twig.notes))]
    if twig.hidden:
        said.append(picture.more(twig).say(language))
    return "<br/>".join(map(for_mermaid, said))
