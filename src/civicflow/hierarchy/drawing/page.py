"""A picture as a page to look things up in: one file that folds and searches, in both languages, and fetches nothing.

It holds a script of its own for the search and forbids everything else (Content Security Policy); without the script it still
folds and reads.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from typing import Final

from civicflow.hierarchy.drawing.hypertext import STYLE, TAGS, both, switch
from civicflow.hierarchy.drawing.outline import MARKS, SIGNS
from civicflow.hierarchy.drawing.picture import Picture, Twig
from civicflow.texts import Catalogue, Language, Text

_OPEN: Final = 1
"""So many levels are unfolded at first; of a change, all."""

_WORDS: Final = Catalogue(
    {
        "find": "Find a name or a code | 查找名称或代码",
        "found": "found | 个结果",
        "unfold": "Unfold all | 全部展开",
        "fold": "Fold all | 全部收起",
        "legend": "What became otherwise | 变化",
    }
)

_STYLE: Final = """
.tools{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin:1rem 0}
.tools input{font:inherit;padding:.25rem .5rem;min-width:16rem}.tools button{font:inherit;padding:.25rem .75rem}
ul.tree,ul.tree ul{list-style:none;margin:0;padding-left:1.25rem;border-left:1px solid var(--line)}
ul.tree{padding-left:0;border:0}
summary{cursor:pointer}.leaf{padding-left:1rem}
.kind,.note,.post,.more{font-size:.9em}.post,.note{margin-left:.75rem}.more{margin:0;padding-left:1rem;font-style:italic}
.body>.leaf .name::before,.body>details>summary .name::before{content:"· "}
.sign{font-family:ui-monospace,monospace;font-weight:700;border:1px solid var(--line);border-radius:.25rem;padding:0 .3em}
.gone>.leaf .name{text-decoration:line-through}
.hit>.leaf,.hit>details>summary{outline:2px solid var(--link)}
[hidden]{display:none!important}
@media print{.tools,.switch{display:none}}
"""

_SCRIPT: Final = """
"use strict";
const find = document.getElementById("find"), told = document.getElementById("told");
const items = [...document.querySelectorAll("ul.tree li")], folds = [...document.querySelectorAll("ul.tree details")];
const first = folds.map(fold => fold.open);
const search = () => {
  const wanted = find.value.trim().toLocaleLowerCase();
  let hits = 0;
  for (const item of items) {
    const hit = wanted !== "" && item.dataset.find.toLocaleLowerCase().includes(wanted);
    item.classList.toggle("hit", hit);
    item.hidden = wanted !== "";
    hits += hit;
  }
  if (wanted === "") folds.forEach((fold, i) => { fold.open = first[i]; });
  for (const hit of document.querySelectorAll("ul.tree li.hit")) {
    for (let at = hit; at; at = at.parentElement.closest("ul.tree li")) {
      at.hidden = false;
      if (at !== hit) at.querySelector("details").open = true;
    }
    for (const below of hit.querySelectorAll("li")) below.hidden = false;
  }
  told.hidden = wanted === "";
  document.getElementById("hits").textContent = hits;
};
find.addEventListener("input", search);
document.getElementById("unfold").addEventListener("click", () => folds.forEach(fold => { fold.open = true; }));
document.getElementById("fold").addEventListener("click", () => folds.forEach(fold => { fold.open = false; }));
document.getElementById("tools").hidden = false;
"""


def page(picture: Picture, language: Language = "en") -> str:
    """The picture as one HTML page.

    Args:
        picture: what to show.
        language: which the page shows first; the reader switches.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return "\n".join(_lines(picture, picture.title.say(language), language)) + "\n"


def _lines(picture: Picture, title: str, language: Language) -> Iterator[str]:
    digest = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    yield "<!DOCTYPE html>"
    yield f'<html lang="{TAGS[language]}">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield f'<link rel="icon" href="data:,"><title>{escape(title)}</title>'
    yield f"<style>{STYLE}{_STYLE}</style></head>"
    yield "<body><header>"
    yield from switch(language)
    yield f"<h1>{both(picture.title)}</h1></header><main>"
    yield f'<div class="tools" id="tools" hidden><label>{both(_WORDS["find"])} <input type="search" id="find"></label>'
    yield f'<button type="button" id="unfold">{both(_WORDS["unfold"])}</button>'
    yield f'<button type="button" id="fold">{both(_WORDS["fold"])}</button>'
    yield f'<span role="status"><span id="told" hidden><span id="hits">0</span> {both(_WORDS["found"])}</span></span></div>'
    if picture.is_change:
        signs = " ".join(
            f'<span class="sign">{escape(SIGNS[mark])}</span> {both(MARKS[mark])}'
            for mark in ("new", "gone", "moved", "changed")
        )
        yield f"<p>{both(_WORDS['legend'])}: {signs}</p>"
    yield from _tree(picture)
    yield f"</main><script>{_SCRIPT}</script></body></html>"


def _tree(picture: Picture) -> Iterator[str]:
    """The units as nested lists: each that has others under it folds."""
    twigs = picture.twigs
    parents = {twig.above for twig in twigs}
    yield '<ul class="tree">'
    open_lists: list[Twig] = []
    for twig in twigs:
        while open_lists and open_lists[-1].depth >= twig.depth:
            yield _end(picture, open_lists.pop())
        classes = " ".join(filter(None, ("body" if twig.is_body else "", twig.mark)))
        words = escape(f"{twig.code} {twig.name.en} {twig.name.zh}")
        item = f'<li data-find="{words}"' + (f' class="{classes}"' if classes else "") + ">"
        if twig.unit in parents:
            unfolded = " open" if picture.is_change or twig.depth < _OPEN else ""
            yield f"{item}<details{unfolded}><summary>{_told(twig)}</summary><ul>"
            open_lists.append(twig)
        else:
            yield f'{item}<div class="leaf">{_told(twig)}</div>{_more(picture, twig)}</li>'
    while open_lists:
        yield _end(picture, open_lists.pop())
    yield "</ul>"


def _end(picture: Picture, twig: Twig) -> str:
    return f"</ul>{_more(picture, twig)}</details></li>"


def _more(picture: Picture, twig: Twig) -> str:
    return f'<p class="more">… {both(picture.more(twig))}</p>' if twig.hidden else ""


def _told(twig: Twig) -> str:
    sign = (
        f'<span class="sign" title="{escape(str(MARKS[twig.mark]))}">{escape(SIGNS[twig.mark])}</span> '
        if twig.mark
        else ""
    )
    posts = "".join(f'<span class="post">{_one(text)}</span>' for text in twig.posts)
    notes = "".join(f'<span class="note">{_one(text)}</span>' for text in twig.notes)
    return f'{sign}<span class="name">{_one(twig.name)}</span> <code>{escape(twig.code)}</code> <span class="kind">{_one(twig.kind)}</span>{posts}{notes}'


def _one(text: Text) -> str:
    """A text, once where both languages write it alike."""
    return escape(text.en) if text.en == text.zh else both(text)
