"""A flow as a page to read: states, roles, limits, ends, and what happens when somebody is late; in both languages.

The page is one file. It fetches nothing, runs no script, and switches its language by style alone, so it can be put into a
folder, a mail or an archive. Each state is a link, so that one may walk through the flow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Final

import attrs

from civicflow.hierarchy.authority import for_people
from civicflow.hierarchy.drawing.hypertext import LANGUAGES, STYLE, TAGS, both, switch
from civicflow.texts import Catalogue, Language, Text
from civicflow.workflows.drawing.table import HEADINGS, Row, rows
from civicflow.workflows.drawing.wording import WORDS, Wording, stage_text, stages
from civicflow.workflows.engine.flow import NEW, Flow, State

_WORDS: Final = Catalogue(
    {
        "title": "{flow}, version {version} | {flow}，第{version}版",
        "rules": "Rules | 规则",
        "drawing": "As drawn | 流程图",
        "states": "States | 状态",
        "roles": "Who may do what by when | 谁可在何时办理何事",
        "ends": "How it ends | 如何终结",
        "outcome": "Outcome | 结果",
        "state": "State | 状态",
        "late": "When nobody acts in time | 逾期未办时",
        "joins": "By its shares | 由分项带动",
        "spans": "Time over several states | 跨状态时限",
        "over": "Runs in | 计时状态",
        "paused": "Stands still in | 中止状态",
        "begin": "Where it begins | 起始",
        "waits": "waits for somebody | 等待办理",
        "standing": "stands, and waits for nobody | 常设，不等待任何人",
        "follows": "follows another matter | 随另一事项",
        "final": "ends here: {outcome} | 终结：{outcome}",
        "digest": "Rules {digest} | 规则摘要 {digest}",
        "nothing": "nothing | 无",
    }
)

_STYLE: Final = """
.states{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr))}
.state{border:1px solid var(--line);border-radius:.5rem;padding:.25rem 1rem 1rem;background:var(--soft)}
.state.final{border-style:double;border-width:4px}.state:target{outline:3px solid var(--link)}
.kind{margin:0;font-style:italic}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top}
.drawing svg{max-width:100%;height:auto;background:#fff}
@media print{.switch{display:none}.state{break-inside:avoid}}
"""


def page(
    flow: Flow,
    language: Language = "en",
    *,
    beside: Iterable[Flow] = (),
    rules: Text | None = None,
    drawing: Mapping[Language, str] | None = None,
) -> str:
    """The flow as one HTML page.

    Args:
        flow: what to describe.
        language: which the page shows first; the reader switches.
        beside: the flows of its children; what a join waits for is then called by its text.
        rules: the rules in prose, for instance those at the top of the flow's module.
        drawing: for each language an SVG of the flow, for instance what Mermaid draws; the page does without.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    Text.same("").say(language)
    wording = Wording(flow, {other.name: other for other in beside})
    return "\n".join(_Page(flow, language, wording, rules, drawing or {}).lines()) + "\n"


@attrs.frozen
class _Page:
    """One page in the making."""

    flow: Flow
    language: Language
    wording: Wording
    rules: Text | None
    drawing: Mapping[Language, str]

    def lines(self) -> Iterator[str]:
        title = _WORDS.say("title", flow=self.flow.text, version=self.flow.version)
        yield "<!DOCTYPE html>"
        yield f'<html lang="{TAGS[self.language]}">'
        yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f'<link rel="icon" href="data:,"><title>{escape(title.say(self.language))}</title>'
        yield f"<style>{STYLE}{_STYLE}</style></head>"
        yield "<body><header>"
        yield from switch(self.language)
        yield f"<h1>{both(title)}</h1>"
        yield f"<p>{both(_WORDS.say('digest', digest=self.flow.digest[:16]))}</p></header><main>"
        if self.rules is not None:
            yield from _section("rules", _prose(self.rules))
        if self.drawing:
            yield from _section("drawing", self._drawn())
        yield from _section("states", self._states())
        if self.flow.spans:
            yield from _section("spans", self._spans())
        yield from _section("roles", self._roles())
        yield from _section("ends", self._ends())
        yield "</main></body></html>"

    def _drawn(self) -> Iterator[str]:
        for language, svg in self.drawing.items():
            yield f'<div class="drawing {language}" lang="{TAGS[language]}">{svg}</div>'

    # -- states ------------------------------------------------------------------------------------------------------

    def _states(self) -> Iterator[str]:
        by_state = _by_state(self.wording)
        yield f"<h3>{both(_WORDS['begin'])}</h3>"
        yield from self._steps(by_state.get(NEW, ()), opened=True)
        for stage, states in stages(self.flow).items():
            if stage:
                yield f"<h3>{both(stage_text(stage))}</h3>"
            yield '<div class="states">'
            for state in states:
                yield from self._state(state, by_state.get(state.name, ()))
            yield "</div>"

    def _state(self, state: State, found: Iterable[Row]) -> Iterator[str]:
        final = " final" if state.final else ""
        yield f'<article class="state{final}" id="{_anchor(state.name)}">'
        yield f"<h4>{both(state.text)} <code>{escape(state.name)}</code></h4>"
        yield f'<p class="kind">{both(_kind(state))}</p>'
        yield from self._steps(found)
        ladder = self.wording.ladder(state.name)
        if ladder.en:
            yield f"<p><strong>{both(_WORDS['late'])}:</strong> {both(ladder)}</p>"
        if state.joins:
            yield f"<p><strong>{both(_WORDS['joins'])}:</strong></p><ul>"
            for join in state.joins:
                step = next(step for step in self.flow.steps if step.name == join.then)
                when = self.wording.when(step, state.name)
                yield f"<li>{both(_listed([*when, step.text]))}</li>"
            yield "</ul>"
        yield "</article>"

    def _steps(self, found: Iterable[Row], *, opened: bool = False) -> Iterator[str]:
        lines = [self._step(row) for row in found]
        if opened:
            lines += [f"<li>{both(WORDS['by-parent'])}: {self._link(name)}</li>" for name in self.flow.opened_in]
        if lines:
            yield f"<ul>{''.join(lines)}</ul>"

    def _step(self, row: Row) -> str:
        to = ", ".join(dict.fromkeys(self._link(branch.to) for branch in row.step.to if branch.to)) or both(
            WORDS["stay"]
        )
        return f"<li>{both(row.step.text)} ({both(row.who)}) → {to}</li>"

    def _link(self, state: str) -> str:
        return f'<a href="#{_anchor(state)}">{both(self.wording.state(state))}</a>'

    # -- tables ------------------------------------------------------------------------------------------------------

    def _spans(self) -> Iterator[str]:
        head = (_WORDS["spans"], _WORDS["over"], _WORDS["paused"], _WORDS["late"])
        body = []
        for span in self.flow.spans:
            ladder = self.wording.ladder_of(span)
            cells = [both(span.text)]
            for names in (span.over, span.paused):
                cells.append(", ".join(map(self._link, names)) or both(_WORDS["nothing"]))
            body.append([*cells, both(ladder)])
        yield from _table(head, body)

    def _roles(self) -> Iterator[str]:
        """By role, people first: what each may do, from where to where, by when, and what refuses it."""
        order = ("who", "step", "from", "to", "when", "refused")
        found = sorted(rows(self.wording), key=lambda row: (not for_people(row.step.by), row.who.en))
        yield from _table([HEADINGS[name] for name in order], [self._role(row) for row in found])

    def _role(self, row: Row) -> list[str]:
        sources = [self._link(name) if name != NEW else both(self.wording.state(NEW)) for name in row.sources]
        return [
            both(row.who),
            f"{both(row.step.text)} <code>{escape(row.step.name)}</code>",
            ", ".join(sources),
            _each(row.targets),
            both(row.when) if row.when.en else "–",
            _each(row.refused) or "–",
        ]

    def _ends(self) -> Iterator[str]:
        finals = [state for state in self.flow.states if state.final]
        body = [[self._link(state.name), f"<code>{escape(state.final)}</code>"] for state in finals]
        yield from _table((_WORDS["state"], _WORDS["outcome"]), body)


def _by_state(wording: Wording) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows(wording):
        for state in row.sources:
            found.setdefault(state, []).append(row)
    return found


def _kind(state: State) -> Text:
    if state.final:
        return _WORDS.say("final", outcome=state.final)
    return _WORDS["standing" if state.standing else "follows" if state.follows else "waits"]


def _section(name: str, lines: Iterable[str]) -> Iterator[str]:
    yield f'<section aria-labelledby="{name}"><h2 id="{name}">{both(_WORDS[name])}</h2>'
    yield from lines
    yield "</section>"


def _prose(rules: Text) -> Iterator[str]:
    for language in LANGUAGES:
        paragraphs = (part.strip() for part in rules.say(language).split("\n\n"))
        told = "".join(f"<p>{escape(part)}</p>" for part in paragraphs if part)
        yield f'<div class="{language}" lang="{TAGS[language]}">{told}</div>'


def _table(head: Iterable[Text], body: Iterable[Iterable[str]]) -> Iterator[str]:
    names = "".join(f'<th scope="col">{both(text)}</th>' for text in head)
    yield f'<div class="wide" tabindex="0"><table><thead><tr>{names}</tr></thead><tbody>'
    for cells in body:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    yield "</tbody></table></div>"


def _each(texts: Iterable[Text]) -> str:
    return "<br>".join(map(both, texts))


def _listed(texts: Iterable[Text]) -> Text:
    items = tuple(texts)
    return Text(": ".join(text.en for text in items), "：".join(text.zh for text in items))


def _anchor(state: str) -> str:
    return f"state-{escape(state)}"
