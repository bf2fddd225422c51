"""Two editions of a map: what is proposed is all of the difference, is right where it is sure, and is never done unasked."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.accepting import TRUSTED, accepted
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.document import Document, ListedArea
from civicflow.hierarchy.editions import Edition
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.naming import ENDINGS, composed, contains, ending, is_part, is_seat, stem
from civicflow.hierarchy.proposing import Kind, ProposedChange, propose_changes
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area, Body
from civicflow.ids import UnitId
from civicflow.testing import sequential_ids

DATA: Final = Path(__file__).parents[2] / "examples" / "data"
LABELS: Final = Path(__file__).parent / "labels" / "leshan-shizhong-2019-2020.csv"
BEFORE, ON = date(2019, 10, 31), date(2020, 6, 30)
KINDS: Final[Mapping[Kind, str]] = {
    "convert": "converted",
    "transfer": "transferred",
    "rename": "renamed",
    "recode": "recoded",
    "respell": "continued",
    "merge": "merged",
    "split": "split",
    "dissolve": "dissolved",
}
"""What the labels call a proposal."""


def leshan(edition: str) -> Document:
    """Shizhong district of Leshan, as a statistical list has it."""
    text = (DATA / f"leshan-shizhong-{edition}.csv").read_text(encoding="utf-8")
    return read(
        text,
        source=edition,
        format="csv",
        register="shizhong",
        scheme="leshan",
        since=BEFORE,
        parents_by_prefix=True,
        endings=ENDINGS,
    )


def registered(edition: Edition) -> Register:
    """A register that says what an edition says, from the day before it was re-drawn."""
    rows = tuple(
        Area(
            id=UnitId(f"id-{area.code}"),
            code=area.code,
            name=area.name,
            level=area.level,
            parent=None if area.parent is None else UnitId(f"id-{area.parent}"),
            since=BEFORE,
            register="shizhong",
        )
        for area in edition.areas.values()
    )
    return Register().apply([Change(act="establish", on=BEFORE, register="shizhong", rows=rows)], 1)


def done(register: Register, proposals: Sequence[ProposedChange], above: Fraction) -> tuple[Register, int]:
    """The register after what is trusted more than a bar, and how much of it was left."""
    acceptance = accepted(proposals, register, on=ON, ids=sequential_ids(), above=above)
    assert all(left.reason.en and left.reason.zh for left in acceptance.left)
    after = register.apply(acceptance.changes, register.version + 1) if acceptance.changes else register
    return after, len(acceptance.left)


# -- Leshan, against a reader's labels ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proposals() -> tuple[ProposedChange, ...]:
    """What is proposed for Leshan from 2019 to 2020."""
    return propose_changes(leshan("2019-10"), leshan("2020-06"))


class TestLeshan:
    """A real re-drawing: 32 subdistricts, towns and townships became 17; a reader has labelled 76 successions."""

    def test_what_is_sure_is_right_and_most_is_found(self, proposals: tuple[ProposedChange, ...]) -> None:
        """Above a confidence of 0.8 at least 95 in 100 are as labelled, successor and kind; at least 70 in 100 are found."""
        labels = {
            row["code"]: (row["new_code"], row["kind"])
            for row in csv.DictReader(LABELS.read_text(encoding="utf-8").splitlines())
        }
        sure = {
            (original.code, proposal.results[0].code if proposal.results else "", KINDS[proposal.kind])
            for proposal in proposals
            if proposal.confidence > Fraction(8, 10)
            for original in proposal.originals
            if original.code in labels
        }
        right = {(code, *label) for code, label in labels.items()} & sure
        wanted = [code for code, (new, _) in labels.items() if new]
        precision, recall = Fraction(len(right), len(sure)), Fraction(len(right), len(wanted))
        report = [f"precision {len(right)}/{len(sure)}, recall {len(right)}/{len(wanted)}"]
        report += [f"wrong: {found}, labelled {labels[found[0]]}" for found in sorted(sure - right)]
        report += [f"not sure: {code}, {labels[code]}" for code in sorted(set(wanted) - {code for code, *_ in sure})]
        assert len(labels) == 76
        assert precision >= Fraction(95, 100), "\n".join(report)
        assert recall >= Fraction(7, 10), "\n".join(report)

    def test_all_of_it_makes_the_later_edition(self, proposals: tuple[ProposedChange, ...]) -> None:
        """Accepted down to the last guess, the register says what the later list says; and nothing is left to propose."""
        register = registered(Edition.of(leshan("2019-10")))
        after, left = done(register, proposals, Fraction(0))
        later = Edition.of(leshan("2020-06"))
        assert left == 0
        assert Edition.of(after.chart(ON)) == later
        assert propose_changes(after.chart(ON), later) == ()
        assert Edition.of(after.chart(BEFORE)) == Edition.of(leshan("2019-10"))

    def test_what_was_not_accepted_is_proposed_again(self, proposals: tuple[ProposedChange, ...]) -> None:
        """After what is sure was done, what remains is exactly what was not sure."""
        register = registered(Edition.of(leshan("2019-10")))
        after, _ = done(register, proposals, TRUSTED)
        again = propose_changes(after.chart(ON), leshan("2020-06"))
        guesses = {(one.kind, one.results) for one in proposals if one.confidence <= TRUSTED and one.results}
        assert guesses
        assert {(one.kind, one.results) for one in again if one.results} == guesses

    def test_the_order_of_rows_does_not_matter(self, proposals: tuple[ProposedChange, ...]) -> None:
        """Lists are published in any order."""
        documents = map(leshan, ("2019-10", "2020-06"))
        before, after = (attrs.evolve(document, areas=document.areas[::-1]) for document in documents)
        assert propose_changes(before, after) == proposals

    def test_a_proposal_reads_in_both_languages(self, proposals: tuple[ProposedChange, ...]) -> None:
        """The act, how sure it is, and why."""
        town = next(one for one in proposals if one.results and one.results[0].name.zh == "平兴镇")
        assert town.say("en").splitlines() == [
            "merge 511102114 临江镇, 511102208 平兴乡 into 511102116 平兴镇 (93%)",
            "  of what was below 临江镇, 4 are found again there, 0 elsewhere, 1 nowhere",
            "  2 units came to 平兴镇, which is new",
            "  the name is the same but for its ending or spelling",
            "  of what was below 平兴乡, 4 are found again there, 0 elsewhere, 2 nowhere",
        ]
        assert town.say("zh").splitlines()[0] == "511102114 临江镇、511102208 平兴乡并入511102116 平兴镇（93%）"
        for one in proposals:
            assert 0 < one.confidence < 1
            assert one.reasons
            assert "{" not in one.say("en") + one.say("zh")


# -- laws --------------------------------------------------------------------------------------------------------------

_NAMES: Final = [
    a + b + end for a in "甲乙丙" for b in ("", "丁", "东") for end in ("村", "社区", "场社区", "镇", "村民委员会")
]


@st.composite
def maps(draw: st.DrawFn) -> Edition:
    """Any tree of a few areas, with names that many bear and codes that are soon used again."""
    codes = draw(st.lists(st.integers(10, 24).map(str), unique=True, max_size=12))
    areas = []
    for i, code in enumerate(codes):
        parent = draw(st.none() | st.sampled_from(codes[:i])) if i else None
        name, level = draw(st.sampled_from(_NAMES)), draw(st.sampled_from("ab"))
        areas.append(ListedArea(code=code, name=name, level=level, parent=parent))
    return Edition(areas)


class TestLaws:
    """Whatever the two editions are."""

    @given(maps())
    def test_an_edition_against_itself_proposes_nothing(self, edition: Edition) -> None:
        """Nothing is otherwise."""
        assert propose_changes(edition, edition) == ()
        assert propose_changes(registered(edition).chart(BEFORE), edition) == ()

    @given(maps(), maps(), st.data())
    def test_the_order_of_rows_does_not_matter(self, before: Edition, after: Edition, data: st.DataObject) -> None:
        """Rows come in any order."""
        one, other = (data.draw(st.permutations(list(edition.areas.values()))) for edition in (before, after))
        assert propose_changes(Edition(one), Edition(other)) == propose_changes(before, after)

    @given(maps(), maps())
    def test_all_proposals_together_are_all_of_the_difference(self, before: Edition, after: Edition) -> None:
        """Accepted all, they make the later edition of the earlier one, and the earlier day keeps the earlier one."""
        register = registered(before)
        end, left = done(register, propose_changes(before, after), Fraction(0))
        assert left == 0
        assert Edition.of(end.chart(ON)) == after
        assert Edition.of(end.chart(BEFORE)) == before

    @given(maps(), maps(), st.fractions(0, 1), st.data())
    def test_any_part_of_them_fits_the_register(
        self, before: Edition, after: Edition, above: Fraction, data: st.DataObject
    ) -> None:
        """Whatever bar is set and whatever is picked, what is done is sound and what is left says why."""
        register = registered(before)
        offered = propose_changes(before, after)
        done(register, offered, above)
        picked = [one for one in data.draw(st.permutations(offered)) if data.draw(st.booleans())]
        done(register, picked, Fraction(0))


# -- one thing that happened -------------------------------------------------------------------------------------------

_CHARACTERS: Final = [chr(code) for code in range(0x6C80, 0x6CD0)]
"""Characters of names that are no ending, no number and no mark of a part."""


@attrs.frozen
class Happened:
    """A map, one thing that happened to it, and the map afterwards."""

    before: Edition
    after: Edition
    kind: Kind
    originals: set[str]
    results: set[str]


def town(code: str, name: str) -> ListedArea:
    """A town of the county."""
    return ListedArea(code=code, name=f"{name}镇", level="town", parent="1")


def village(parent: str, number: int, name: str, end: str = "村委会") -> ListedArea:
    """A village or community, its code beginning with its parent's."""
    return ListedArea(code=f"{parent}{200 + number}", name=name + end, level=ENDINGS[end], parent=parent)


def moved(areas: Sequence[ListedArea], parent: str, number: int = 0) -> list[ListedArea]:
    """The same under another parent, with codes of their own there."""
    return [attrs.evolve(area, code=f"{parent}{200 + number + i}", parent=parent) for i, area in enumerate(areas)]


@attrs.frozen
class Place:
    """Two towns to which something happens, the villages of each, and names that nobody bears yet."""

    a: ListedArea
    b: ListedArea
    in_a: list[ListedArea]
    in_b: list[ListedArea]
    names: tuple[str, ...]

    @property
    def village(self) -> ListedArea:
        """The village to which something happens."""
        return self.in_a[0]

    def with_villages(self, *new: ListedArea, gone: int = 1) -> list[ListedArea]:
        """Both towns with their villages, but for the first of one town; and the new ones."""
        return [self.a, self.b, *self.in_a[gone:], *self.in_b, *new]

    def with_towns(self, *new: ListedArea) -> list[ListedArea]:
        """The one town is gone, the other stays; and the new ones."""
        return [self.b, *self.in_b, *new]


Happening = Callable[[Place], tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]]
"""What happened: its kind, the originals, the results, and both towns with all that is in them afterwards."""


def town_renamed(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A town has another name, and every code in it is otherwise."""
    new = town("1900", at.names[0])
    return "rename", [at.a], [new], at.with_towns(new, *moved(at.in_a, "1900"))


def town_converted(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A town became a subdistrict, and every code in it is otherwise."""
    new = attrs.evolve(at.a, code="1900", name=at.a.name.zh[:-1] + "街道", level="subdistrict")
    return "convert", [at.a], [new], at.with_towns(new, *moved(at.in_a, "1900"))


def towns_merged(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """Two towns became a new one."""
    new = town("1900", at.names[0])
    return "merge", [at.a, at.b], [new], [new, *moved([*at.in_a, *at.in_b], "1900")]


def town_taken_in(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """One town went into another."""
    return "merge", [at.a], [at.b], at.with_towns(*moved(at.in_a, at.b.code, 50))


def town_split(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A town became two new ones."""
    one, other = town("1900", at.names[0]), town("1901", at.names[1])
    after = at.with_towns(one, other, *moved(at.in_a[::2], "1900"), *moved(at.in_a[1::2], "1901"))
    return "split", [at.a], [one, other], after


def renamed(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village has another name and keeps its code."""
    new = attrs.evolve(at.village, name=f"{at.names[0]}村委会")
    return "rename", [at.village], [new], at.with_villages(new)


def recoded(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village has another code."""
    (new,) = moved([at.village], at.a.code, 90)
    return "recode", [at.village], [new], at.with_villages(new)


def respelt(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village's committee is written otherwise."""
    new = attrs.evolve(at.village, name=at.village.name.zh.replace("村委会", "村民委员会"))
    return "respell", [at.village], [new], at.with_villages(new)


def converted(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village became a community, with another code."""
    new = village(at.a.code, 90, at.village.name.zh[:2], "社区居委会")
    return "convert", [at.village], [new], at.with_villages(new)


def transferred(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village went to the other town, with a code of that town."""
    (new,) = moved([at.village], at.b.code, 90)
    return "transfer", [at.village], [new], at.with_villages(new)


def transferred_with_its_code(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village went to the other town and kept its code."""
    new = attrs.evolve(at.village, parent=at.b.code)
    return "transfer", [at.village], [new], at.with_villages(new)


def divided(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """A village became two, called after it."""
    new = [village(at.a.code, 90 + n, at.village.name.zh[:2] + part) for n, part in enumerate("东西")]
    return "split", [at.village], new, at.with_villages(*new)


def united(at: Place) -> tuple[Kind, list[ListedArea], list[ListedArea], list[ListedArea]]:
    """Two villages became one, called after both."""
    new = village(at.a.code, 90, at.in_a[0].name.zh[0] + at.in_a[1].name.zh[0])
    return "merge", at.in_a[:2], [new], at.with_villages(new, gone=2)


_HAPPENINGS: Final[tuple[Happening, ...]] = (
    town_renamed, town_converted, towns_merged, town_taken_in, town_split,
    renamed, recoded, respelt, converted, transferred, transferred_with_its_code, divided, united,
)  # fmt: skip


@st.composite
def happenings(draw: st.DrawFn) -> Happened:
    """A county of some towns with some villages each, no two of one name, to which one thing happens."""
    letters = draw(st.permutations(_CHARACTERS))
    names = [one + other for one, other in zip(letters[::2], letters[1::2], strict=True)]
    county = ListedArea(code="1", name=f"{names.pop()}县", level="county")
    towns = [town(f"1{100 + i}", names.pop()) for i in range(draw(st.integers(2, 4)))]
    inside = {one.code: [village(one.code, i, names.pop()) for i in range(draw(st.integers(2, 5)))] for one in towns}
    a, b, *others = draw(st.permutations(towns))
    rest = [county, *others, *(one for other in others for one in inside[other.code])]
    place = Place(a, b, inside[a.code], inside[b.code], tuple(names))
    kind, originals, results, after = draw(st.sampled_from(_HAPPENINGS))(place)
    return Happened(
        Edition([*rest, a, b, *place.in_a, *place.in_b]),
        Edition([*rest, *after]),
        kind,
        {area.code for area in originals},
        {area.code for area in results},
    )


class TestOneThingThatHappened:
    """In a map whose names are told apart, one act is seen for what it is."""

    @given(happenings())
    def test_it_is_proposed_with_certainty_and_done(self, one: Happened) -> None:
        """Its kind, its units, with all that follows from it; what is accepted by the usual bar makes the later map."""
        offered = propose_changes(one.before, one.after)
        seen = [
            found
            for found in offered
            if found.kind == one.kind
            and {area.code for area in found.originals} == one.originals
            and {area.code for area in found.results} == one.results
        ]
        assert len(seen) == 1, [found.say() for found in offered]
        assert seen[0].confidence > TRUSTED
        end, left = done(registered(one.before), offered, TRUSTED)
        assert left == 0
        assert Edition.of(end.chart(ON)) == one.after

    @given(happenings())
    def test_who_goes_on_keeps_its_id(self, one: Happened) -> None:
        """A village that moves along with its town, or alone, is the same unit: its matters need not be carried over."""
        register = registered(one.before)
        end, _ = done(register, propose_changes(one.before, one.after), TRUSTED)
        then, now = register.chart(BEFORE), end.chart(ON)
        ended = {f"id-{code}" for code in one.originals} if one.kind in {"merge", "split"} else set()
        assert {id for id in then.units if id not in now} == ended


# -- single rules ------------------------------------------------------------------------------------------------------


def edition(text: str) -> Edition:
    """An edition of lines ``code name parent``; the level is told by the name."""
    areas = []
    for line in text.strip().splitlines():
        code, name, *above = line.split()
        areas.append(ListedArea(code=code, name=name, level=ENDINGS[ending(name)], parent=above[0] if above else None))
    return Edition(areas)


def told(before: str, after: str) -> dict[tuple[str, ...], tuple[str, tuple[str, ...], int]]:
    """By the codes of the originals: the kind, the codes of the results, the percentage."""
    return {
        tuple(area.code for area in one.originals): (
            one.kind,
            tuple(area.code for area in one.results),
            int(one.confidence * 100),
        )
        for one in propose_changes(edition(before), edition(after))
    }


COUNTY = "1 甲县\n11 乙镇 1\n12 丙镇 1\n"


class TestRules:
    """Each rule by an example."""

    def test_homonyms_are_told_apart_by_where_their_town_went(self) -> None:
        """Two villages of one name stay each with its own; one whose town is silent is not guessed."""
        before = COUNTY + "111 和平村 11\n121 和平村 12"
        assert told(before, COUNTY + "115 和平村 11\n125 和平村 12") == {
            ("111",): ("recode", ("115",), 98),
            ("121",): ("recode", ("125",), 98),
        }
        after = COUNTY + "13 丁镇 1\n135 和平村 13\n14 戊镇 1\n145 和平村 14"
        found = told(before, after)
        assert found["111",][0] == found["121",][0] == "dissolve"

    def test_a_single_character_tells_little(self) -> None:
        """Under its own town it will do, elsewhere it is not sure."""
        before = COUNTY + "111 流村委会 11"
        assert told(before, COUNTY + "115 流村村委会 11")["111",] == ("recode", ("115",), 98)
        assert told(before, COUNTY + "125 流村委会 12")["111",] == ("transfer", ("125",), 70)

    def test_a_name_that_others_bear_too_is_less_sure(self) -> None:
        """A namesake elsewhere may be another one."""
        before = COUNTY + "111 和平村 11\n121 和平村 12"
        assert told(before, COUNTY + "112 和平村 11\n13 丁镇 1\n135 和平村 13")["121",] == ("transfer", ("135",), 70)

    def test_what_is_far_from_where_it_was_is_less_sure(self) -> None:
        """A namesake in the same county went to another town; one in another county may be somebody else."""
        before = COUNTY + "2 己县\n21 庚镇 2\n111 和平村 11"
        counties = COUNTY + "2 己县\n21 庚镇 2\n"
        assert told(before, counties + "125 和平村 12")["111",] == ("transfer", ("125",), 92)
        assert told(before, counties + "215 和平村 21")["111",] == ("transfer", ("215",), 75)
        assert told(before, counties + "215 和平社区 21")["111",] == ("convert", ("215",), 65)

    def test_a_market_and_its_village_become_one_community(self) -> None:
        """Named after both, in the same town."""
        before = COUNTY + "111 裕农场社区 11\n112 裕农村 11"
        assert told(before, COUNTY + "115 裕农社区 11") == {("111", "112"): ("merge", ("115",), 75)}
        kept = told(COUNTY + "111 裕农场社区 11\n112 裕农社区 11", COUNTY + "115 裕农社区 11")
        assert kept["112",][0] == "recode"

    def test_a_code_that_goes_on_where_others_are_gone_is_not_sure(self) -> None:
        """A merger may keep the code of one."""
        alone = told(COUNTY + "111 东风村 11", COUNTY + "111 红旗村 11")
        assert alone == {("111",): ("rename", ("111",), 88)}
        crowded = told(COUNTY + "111 东风村 11\n112 幸福村 11", COUNTY + "111 红旗村 11")
        assert crowded["111",] == ("rename", ("111",), 70)
        assert crowded["112",][0] == "dissolve"
        alike = told(COUNTY + "111 康乐街社区 11\n112 幸福村 11", COUNTY + "111 康乐社区 11")
        assert alike["111",] == ("rename", ("111",), 92)

    def test_a_shorter_name_is_a_guess(self) -> None:
        """It is proposed, for somebody to decide."""
        assert told(COUNTY + "111 车子山社区 11", COUNTY + "115 车子社区 11") == {("111",): ("rename", ("115",), 65)}

    def test_what_is_gone_is_never_surely_dissolved(self) -> None:
        """That nothing tells to whom it went is no proof that it went to nobody."""
        found = told(COUNTY + "111 东风村 11", COUNTY)
        assert found == {("111",): ("dissolve", (), 40)}

    def test_a_town_that_gives_all_that_a_new_one_has_is_split(self) -> None:
        """It goes on beside its part."""
        before = COUNTY + "111 东风村 11\n112 红旗村 11\n113 幸福村 11"
        after = COUNTY + "13 丁镇 1\n111 东风村 11\n112 红旗村 11\n131 幸福村 13"
        found = told(before, after)
        assert found["11",][:2] == ("split", ("11", "13"))
        assert found["113",][:2] == ("recode", ("131",))

    def test_a_new_town_of_parts_of_several_is_established(self) -> None:
        """And what came to it was transferred."""
        before = COUNTY + "111 东风村 11\n112 红旗村 11\n121 幸福村 12\n122 跃进村 12"
        after = COUNTY + "13 丁镇 1\n111 东风村 11\n121 幸福村 12\n131 红旗村 13\n132 跃进村 13"
        found = told(before, after)
        assert found[()][:2] == ("establish", ("13",))
        assert found["112",][:2] == ("transfer", ("131",))

    def test_a_town_that_is_the_lesser_part_of_a_new_one(self) -> None:
        """It goes into it, and is not called after it."""
        before = COUNTY + "13 丁镇 1\n131 东风村 13\n111 红旗村 11\n112 幸福村 11\n121 跃进村 12\n122 前进村 12"
        after = COUNTY + "14 戊镇 1\n141 东风村 14\n142 红旗村 14\n143 跃进村 14\n112 幸福村 11\n122 前进村 12"
        assert told(before, after)["13",][:2] == ("merge", ("14",))

    def test_a_town_whose_villages_scatter_goes_nowhere_surely(self) -> None:
        """Without a majority nobody is its successor."""
        before = COUNTY + "13 丁镇 1\n131 东风村 13\n132 红旗村 13"
        found = told(before, COUNTY + "111 东风村 11\n121 红旗村 12")
        assert found["13",][0] == "dissolve"
        assert found["131",][:2] == ("transfer", ("111",))


class TestNames:
    """What the names of places tell."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("太平新村民委员会", "太平新村委会"),
            ("迴龙村委会", "回龙村委会"),
            ("流村委会", "流村村委会"),
            ("全福镇", "全福街道"),
            ("Old Town District", "old town ward"),
        ],
    )
    def test_one_place_has_one_stem(self, one: str, other: str) -> None:
        """However the rest of the name is written."""
        assert stem(one) == stem(other)

    @pytest.mark.parametrize(
        ("one", "other"), [("斑竹村委会", "斑竹湾社区居委会"), ("石桥村", "石桥冲村"), ("村", "镇")]
    )
    def test_two_places_have_two(self, one: str, other: str) -> None:
        """A name that goes on is another name; an ending alone is a name."""
        assert stem(one) != stem(other)

    def test_composed_names(self) -> None:
        """Of first characters, of any characters, of a number; and only where it can be but one way."""
        assert composed("石杨", ["石板冲", "铁牛", "杨家河"]) == ((0, 2), 2)
        assert composed("双江", ["双红", "勤业", "顺江"]) == ((0, 2), 1)
        assert composed("双星", ["龙星", "双水", "七星"]) == ((0, 2), 1)
        assert composed("三星", ["龙星", "七星"]) is None
        assert composed("石杨", ["石板冲", "石门", "杨家河"]) is None
        assert composed("石", ["石板冲"]) is None
        assert composed("严龙", ["龙滩尾", "顺江"]) is None

    def test_parts_seats_and_shorter_forms(self) -> None:
        """Marks of a part, markets, and beginnings of names."""
        assert is_part("和平一", "和平")
        assert not is_part("和平桥", "和平")
        assert is_seat("裕农场", "裕农")
        assert not is_seat("裕农", "裕农")
        assert contains("车子山", "车子")
        assert not contains("石桥", "石")


class TestEditions:
    """An edition is one map; two of one code, or a loop, are no map."""

    def test_a_code_stands_for_one_area(self) -> None:
        """All that stand for several are named; the register that is meant can be named."""
        area = Area(id=UnitId("a"), code="1", name="甲县", level="county", since=BEFORE, register="one")
        twin = attrs.evolve(area, id=UnitId("b"), register="two")
        register = Register().apply([Change(act="establish", on=BEFORE, rows=(area, twin))], 1)
        with pytest.raises(InvalidInput, match="a code stands for one area") as caught:
            Edition.of(register.chart(ON))
        assert [fault.value for fault in caught.value.faults] == ["1"]
        assert list(Edition.of(register.chart(ON), "two").areas) == ["1"]
        offered = propose_changes(register.chart(ON), edition("1 乙县"), keeper="two")
        found = accepted(offered, register, on=ON, ids=sequential_ids())
        assert [(change.act, row.id) for change in found.changes for row in change.rows] == [("rename", "b")]

    def test_nothing_stands_under_itself(self) -> None:
        """A document made by hand is not checked by a reader."""
        areas = (
            ListedArea(code="1", name="甲", level="x", parent="2"),
            ListedArea(code="2", name="乙", level="x", parent="1"),
        )
        document = attrs.evolve(leshan("2019-10"), areas=areas)
        with pytest.raises(InvalidInput, match="stand under themselves: 1, 2"):
            Edition.of(document)


class TestAcceptance:
    """What cannot be done as things are is left, and says why."""

    def test_what_rests_on_what_was_not_accepted(self) -> None:
        """A parent, a unit to go into, a code that is not given up, a unit that is not there."""
        before = edition(COUNTY + "13 丁镇 1\n131 东风村 13\n132 红旗村 13\n111 幸福村 11")
        after = edition(COUNTY + "14 戊镇 1\n141 东风村 14\n142 红旗村 14\n131 幸福村 11")
        offered = propose_changes(before, after)
        by_kind = {one.originals[0].code: one for one in offered}
        register = registered(before)

        def why(*codes: str) -> list[str]:
            picked = [*(by_kind[code] for code in codes)]
            found = accepted([*picked, *rest(picked)], register, on=ON, ids=sequential_ids(), above=Fraction(6, 10))
            return [left.reason.en for left in found.left]

        def rest(picked: list[ProposedChange]) -> list[ProposedChange]:
            return [attrs.evolve(one, confidence=Fraction(1, 10)) for one in offered if one not in picked]

        assert why("13", "131", "132", "111") == []
        assert why("131") == ["it would be under 14, about which nothing is accepted yet"]
        assert why("111") == ["东风村 still bears the code 131"]
        gone = attrs.evolve(by_kind["13"], originals=(ListedArea(code="99", name="x", level="town"),))
        left = accepted([gone], register, on=ON, ids=sequential_ids(), above=Fraction(0)).left
        assert [one.reason.en for one in left] == ["99 is not in the register on 2020-06-30"]

    def test_a_unit_under_which_something_hangs_is_not_dissolved(self) -> None:
        """A committee that is attached to it is somebody's to decide about."""
        before, after = edition(COUNTY + "111 东风村 11"), edition(COUNTY)
        committee = Body(
            id=UnitId("c"), code="c", name="村委会", kind="villagers-committee", area=UnitId("id-111"), since=BEFORE
        )
        register = registered(before).apply([Change(act="establish", on=BEFORE, rows=(committee,))], 2)
        offered = propose_changes(before, after)
        found = accepted(offered, register, on=ON, ids=sequential_ids(), above=Fraction(0))
        assert found.changes == ()
        assert [str(left.reason) for left in found.left] == ["units that still hang under it: 1 | 其下仍有1个单位"]

    def test_what_is_given_twice_is_done_once_and_a_bar_is_a_share(self) -> None:
        """Whoever picks by hand may pick twice; a percentage is no share."""
        before, after = edition(COUNTY + "111 东风村 11"), edition(COUNTY + "115 东风村 11")
        offered = propose_changes(before, after)
        found = accepted([*offered, *offered], registered(before), on=ON, ids=sequential_ids())
        assert [change.act for change in found.changes] == ["recode"]
        with pytest.raises(InvalidInput, match="a share from 0 to 1, such as Fraction\\(8, 10\\); got 80"):
            accepted(offered, registered(before), on=ON, ids=sequential_ids(), above=Fraction(80))

    def test_the_document_is_cited(self) -> None:
        """Each act carries its legal basis."""
        before, after = edition(COUNTY + "111 东风村 11"), edition(COUNTY + "115 东风社区 11")
        found = accepted(
            propose_changes(before, after), registered(before), on=ON, ids=sequential_ids(), basis="No. 26 of 2020"
        )
        assert [(change.act, change.basis) for change in found.changes] == [("convert", "No. 26 of 2020")]
