"""Two editions of a map: what seems to have happened between them, proposed and never done unasked.

Lists of areas say what there is, not who came after whom. `propose_changes` reads two of them and proposes the acts that would
make the later of the earlier one, each with a confidence and its reasons; together they are all of the difference. Nothing is
changed by proposing: who answers for the register accepts what is right (`civicflow.hierarchy.accepting`).

Rules
-----
- Of one unit that goes on as one other: another level is a **conversion**, whatever else is otherwise; another parent than
  the one that its own parent went to is a **transfer**; another stem of its name a **renaming**; another code a **recoding**; and
  another way to write the same name a **respelling**.
- Several that come to one unit are a **merger**, one that goes on in several is a **split**.
- What is new and came of nobody is **established**, what is gone and went to nobody **dissolved**. That nothing tells to whom a unit
  went is no proof that it went to nobody; so no dissolution is ever proposed with confidence.
- Who comes from where is judged by the rules of `civicflow.hierarchy.matching`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.document import Document, ListedArea
from civicflow.hierarchy.editions import Edition
from civicflow.hierarchy.matching import Heir, Matching, Parts, said, trusted
from civicflow.hierarchy.naming import stem
from civicflow.texts import Catalogue, Language, Text, listing

Kind = Literal["convert", "transfer", "rename", "recode", "respell", "merge", "split", "establish", "dissolve"]
"""What is proposed: 改, 划转, 更名, 换码, 更正写法, 合, 分, 建, 撤."""

_SENTENCES: Final = Catalogue(
    {
        "convert": "convert {originals} to {results} | {originals}改设为{results}",
        "transfer": "transfer {originals}, now {results} | {originals}划转为{results}",
        "rename": "rename {originals} to {results} | {originals}更名为{results}",
        "recode": "give {originals} another code, {results} | {originals}换码为{results}",
        "respell": "write {originals} as {results} | {originals}改写作{results}",
        "merge": "merge {originals} into {results} | {originals}并入{results}",
        "split": "split {originals} into {results} | {originals}分设为{results}",
        "establish": "establish {results} | 设立{results}",
        "dissolve": "dissolve {originals} | 撤销{originals}",
        "line": "{act} ({percent}%) | {act}（{percent}%）",
    }
)


@attrs.frozen(kw_only=True)
class ProposedChange:
    """One act that seems to have happened.

    Attributes:
        kind: what kind of act.
        originals: the units before, as the earlier edition lists them; empty where one is established.
        results: the units after, as the later edition lists them, the main one first; empty where one is dissolved.
        survives: whether the first result was there before and goes on, so that a merger or a split leaves it its id.
        confidence: how sure it is, exactly, from 0 to 1: a judgement in figures, no frequency.
        reasons: why, in sentences.
        keeper: the name of the register file whose areas are meant; empty for all.
        rests_on: the codes of what other proposals bring about and this one needs: its new parent, the unit to go into.
    """

    kind: Kind
    originals: tuple[ListedArea, ...] = ()
    results: tuple[ListedArea, ...] = ()
    survives: bool = False
    confidence: Fraction
    reasons: tuple[Text, ...]
    keeper: str = ""
    rests_on: tuple[str, ...] = ()

    @property
    def made(self) -> tuple[ListedArea, ...]:
        """The units that have their code, name, level and parent by this proposal."""
        return self.results[1:] if self.survives else self.results

    @property
    def text(self) -> Text:
        """The proposal in a sentence, with its confidence in whole percent, rounded down."""
        act = _SENTENCES.say(
            self.kind, originals=listing(map(_called, self.originals)), results=listing(map(_called, self.results))
        )
        return _SENTENCES.say("line", act=act, percent=int(100 * self.confidence))

    def say(self, language: Language = "en") -> str:
        """The sentence and its reasons in one language, a line each."""
        return "\n  ".join([self.text.say(language), *(reason.say(language) for reason in self.reasons)])

    def __str__(self) -> str:
        return self.say()


def propose_changes(
    before: Edition | Chart | Document, after: Edition | Chart | Document, *, keeper: str = ""
) -> tuple[ProposedChange, ...]:
    r"""What seems to have happened between two editions of a map; an edition against itself proposes nothing.

    Args:
        before: the earlier edition: a register file that was read (`civicflow.hierarchy.importing.read`), or a chart.
        after: the later one.
        keeper: of a chart, only the areas that the register file of this name keeps; where left out, those of the file that the
            document was read from, or all where there is none.

    Returns:
        From the top of the map down, by code. The order of rows in the editions plays no part.

    Raises:
        InvalidInput: in one edition a code stands for two areas, or areas stand under themselves.

    >>> from civicflow.hierarchy.importing import read
    >>> def edition(text):
    ...     return read(text, source="map.csv", format="csv", register="map", scheme="leshan", parents_by_prefix=True)
    >>> old = edition("code,name,level\n1,市中区,district\n102,通江镇,town\n102001,高墩子村,village\n")
    >>> new = edition("code,name,level\n1,市中区,district\n102,通江镇,town\n102101,高墩子社区,community\n")
    >>> (only,) = propose_changes(old, new)
    >>> print(only.text.en)
    convert 102001 高墩子村 to 102101 高墩子社区 (94%)
    """
    whose = keeper or next((one.register for one in (before, after) if isinstance(one, Document)), "")
    found = tuple(_Proposing(Edition.of(before, whose), Edition.of(after, whose)).proposals())
    made = {area.code for one in found for area in one.made}
    return tuple(attrs.evolve(one, keeper=whose, rests_on=tuple(sorted(made & set(_needs(one))))) for one in found)


def _needs(proposal: ProposedChange) -> Iterator[str]:
    yield from (area.parent for area in proposal.made if area.parent is not None)
    if proposal.kind == "merge" and proposal.survives:
        yield proposal.results[0].code


@attrs.frozen
class _Proposing:
    """Puts a matching into acts."""

    before: Edition
    after: Edition
    matching: Matching = attrs.field(init=False)

    @matching.default
    def _matched(self) -> Matching:
        return Matching(self.before, self.after)

    def proposals(self) -> Iterator[ProposedChange]:
        for depth in range(max(len(self.before.depths), len(self.after.depths))):
            yield from sorted(self._at(depth), key=_place)

    def _at(self, depth: int) -> Iterator[ProposedChange]:
        known = self.matching
        for u in self.before.at(depth):
            if u in known.splits:
                yield self._split(known.splits[u])
            if u in known.heirs:
                yield from self._goes_on(known.heirs[u])
        for v in self.after.at(depth):
            yield from self._merged(v, known.mergers.get(v, []))
        gone, fresh = known.gone(depth), known.fresh(depth)
        for u in gone:
            yield ProposedChange(
                kind="dissolve",
                originals=(self.before.areas[u],),
                confidence=trusted("gone"),
                reasons=(said("gone"),),
            )
        silent = {to for u in gone for to in known.came_to(self.before.areas[u].parent)}
        for v in fresh:
            rule = "unexplained" if self.after.areas[v].parent in silent else "new"
            yield ProposedChange(
                kind="establish", results=(self.after.areas[v],), confidence=trusted(rule), reasons=(said(rule),)
            )

    def _goes_on(self, heir: Heir) -> Iterator[ProposedChange]:
        one, other = self.before.areas[heir.before], self.after.areas[heir.after]
        kind = self._kind(one, other)
        if kind is not None:
            yield ProposedChange(
                kind=kind, originals=(one,), results=(other,), confidence=heir.confidence, reasons=heir.reasons
            )

    def _kind(self, one: ListedArea, other: ListedArea) -> Kind | None:
        if one.level != other.level:
            return "convert"
        above = self.matching.came_to(one.parent)
        if other.parent not in above:
            return "transfer"
        if stem(one.name) != stem(other.name):
            return "rename"
        if one.code != other.code:
            return "recode"
        if other.parent != above[0]:
            return "transfer"
        return "respell" if one.name != other.name else None

    def _merged(self, v: str, members: list[Heir]) -> Iterator[ProposedChange]:
        """Into a new unit, all of them by one act; into one that goes on, each by its own."""
        survives = self.matching.goes_on(v)
        for group in [[one] for one in members] if survives else [members]:
            if group:
                yield ProposedChange(
                    kind="merge",
                    originals=tuple(self.before.areas[one.before] for one in sorted(group, key=lambda one: one.before)),
                    results=(self.after.areas[v],),
                    survives=survives,
                    confidence=min(one.confidence for one in group),
                    reasons=tuple(dict.fromkeys(reason for one in group for reason in one.reasons)),
                )

    def _split(self, parts: Parts) -> ProposedChange:
        return ProposedChange(
            kind="split",
            originals=(self.before.areas[parts.before],),
            results=tuple(self.after.areas[v] for v in parts.after),
            survives=parts.before in self.matching.heirs,
            confidence=parts.confidence,
            reasons=parts.reasons,
        )


def _place(proposal: ProposedChange) -> tuple[str, str, str]:
    after, before = proposal.results[:1], proposal.originals[:1]
    return (after or before)[0].code, (before or after)[0].code, proposal.kind


def _called(area: ListedArea) -> Text:
    return Text(f"{area.code} {area.name.en}", f"{area.code} {area.name.zh}")
