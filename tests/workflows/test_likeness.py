"""Record linkage: exact keys first, then scores with their reasons; what holds for every two records."""

from __future__ import annotations

import string
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.workflows.likeness import (
    ENOUGH,
    Index,
    Record,
    What,
    Who,
    alike,
    exact_key,
    groups,
    names_alike,
    suggest,
    titles_alike,
    what_alike,
    who_alike,
)

FAMILY, GIVEN = "张王李赵", ("建国", "建军", "秀英", "伟", "伟国")
NAMES = st.one_of(
    st.builds(lambda f, g: f + g, st.sampled_from(FAMILY), st.sampled_from(GIVEN)),
    st.builds(lambda f, a: f + a, st.sampled_from(FAMILY), st.sampled_from(("大爷", "某", "姐"))),
    st.sampled_from(("老张", "張建國", "建国 张", "Zhang Wei", "WEI, Zhang", "欧阳修", "歐陽 修")),
)
DOORS = st.sampled_from(("", "3栋2单元", "３栋２单元", "4栋"))
PHONES = st.sampled_from(("phone:139", "phone:138", "person:p1"))
TITLES = st.sampled_from(
    ("路灯不亮", "关于路灯不亮的问题", "3号楼水管漏水", "三号楼水管漏水了", "井盖", "低保", "a dark lamp", "")
)
CATEGORIES, PLACES = st.sampled_from(("", "roads", "roads/lamps", "water")), st.sampled_from(("", "east", "west"))
WHO = st.builds(
    lambda names, keys, door: Who(names=names, keys=keys, door=door),
    st.lists(NAMES, max_size=2),
    st.frozensets(PHONES, max_size=1),
    DOORS,
)
WHAT = st.builds(lambda t, c, p: What(title=t, category=c, place=p), TITLES, CATEGORIES, PLACES)
RECORDS = st.builds(
    lambda id, who, what, pool: Record(id=id, who=who, what=what, pool=pool),
    st.text(string.ascii_lowercase, min_size=1, max_size=3),
    st.none() | WHO,
    st.none() | WHAT,
    st.sampled_from(("", "2026")),
)
MANY = st.lists(RECORDS, max_size=12, unique_by=lambda record: record.id)


class TestLaws:
    """What holds for every two records."""

    @given(one=RECORDS, other=RECORDS)
    def test_it_is_symmetric(self, one: Record, other: Record) -> None:
        """In its score and in its reasons."""
        assert alike(one, other) == alike(other, one)

    @given(one=RECORDS, other=RECORDS)
    def test_a_score_is_an_exact_fraction_from_0_to_1(self, one: Record, other: Record) -> None:
        """No float anywhere, and each reason in both languages."""
        found = alike(one, other)
        assert isinstance(found.score, Fraction)
        assert 0 <= found.score <= 1
        assert all(text.en and text.zh for text in found.reasons)

    @given(one=WHO, other=WHO, key=PHONES)
    def test_an_exact_key_is_likeness_1(self, one: Who, other: Who, key: str) -> None:
        """However the rest was written."""
        same = (attrs.evolve(who, keys=who.keys | {key}) for who in (one, other))
        assert who_alike(*same).is_exact
        assert what_alike(What(keys=[key]), What(title="x", keys=[key])).is_exact

    @given(one=WHO, other=WHO)
    def test_without_an_exact_key_something_is_left_to_be_judged(self, one: Who, other: Who) -> None:
        """A score alone never reaches 1."""
        assert who_alike(one, other).is_exact == bool(one.keys & other.keys)

    @given(one=WHO, other=WHO, door=st.text("甲乙1", min_size=1, max_size=3), key=PHONES, name=NAMES)
    def test_agreement_of_the_persons_never_lowers_a_score(
        self, one: Who, other: Who, door: str, key: str, name: str
    ) -> None:
        """A door, a name, or a key that both have, where there was none or another one."""
        before = who_alike(one, other).score
        ways: tuple[Callable[[Who], Who], ...] = (
            lambda who: attrs.evolve(who, door=door),
            lambda who: attrs.evolve(who, names=(*who.names, name)),
            lambda who: attrs.evolve(who, keys=who.keys | {key}),
        )
        for more in ways:
            assert who_alike(more(one), more(other)).score >= before

    @given(one=WHAT, other=WHAT, title=TITLES)
    def test_agreement_in_the_matter_never_lowers_a_score(self, one: What, other: What, title: str) -> None:
        """A place, a category, or a title that both have."""
        before = what_alike(one, other).score
        for more in ({"place": "north"}, {"category": "schools"}, {"title": title or "x"}):
            assert what_alike(attrs.evolve(one, **more), attrs.evolve(other, **more)).score >= before


class TestBlocking:
    """Only those are compared that share something, and nothing is lost by it."""

    @given(records=MANY)
    def test_it_finds_what_comparing_all_with_all_finds(self, records: list[Record]) -> None:
        """Every pair that is like by `ENOUGH`."""
        pairs = {
            tuple(sorted((one.id, other.id)))
            for one, other in combinations(records, 2)
            if alike(one, other).score >= ENOUGH
        }
        assert {found.pair for found in suggest(records)} == pairs

    @given(records=MANY, data=st.data())
    def test_the_order_is_the_same_however_they_came(self, records: list[Record], data: st.DataObject) -> None:
        """The likest first, then by id."""
        found = suggest(data.draw(st.permutations(records)))
        assert found == suggest(records)
        assert list(found) == sorted(found, key=lambda each: (-each.likeness.score, each.pair))

    @given(records=MANY)
    def test_an_index_finds_for_one_what_is_found_for_all(self, records: list[Record]) -> None:
        """Whether it was put in or not."""
        index = Index(records)
        for record in records:
            assert index.like(record) == tuple(each for each in suggest(records) if record.id in each.pair)

    @given(records=MANY)
    def test_what_was_rejected_is_not_suggested_again(self, records: list[Record]) -> None:
        """Nor is anything else left out."""
        first, *rest = [found.pair for found in suggest(records)] or [("", "")]
        assert [found.pair for found in suggest(records, rejected=[first[::-1]])] == rest

    def test_the_work_grows_with_the_likes_and_not_with_the_square(self) -> None:
        """Of 10,000 persons, each is compared with those who share part of the name, not with all."""
        letters = [chr(0x4E10 + n) for n in range(100)]
        records = [
            Record(id=f"{one}{other}", who=Who(names=f"张{one}{other}"), what=What(title="路灯"))
            for one in letters
            for other in letters
        ]
        index = Index(records)
        assert max(len(index.near(record)) for record in records[::97]) < 400


class TestNames:
    """One name in the spellings that a desk sees."""

    @pytest.mark.parametrize(
        "other",
        ["張建國", "张 建 国", "张建国先生", "張　建国 同志", "建国 张", "张·建国", "张建国"],
    )
    def test_one_name_written_differently_is_one(self, other: str) -> None:
        """Traditional forms, spaces, forms of address, the family name last."""
        assert names_alike("张建国", other) == 1

    @pytest.mark.parametrize("called", ["张大爷", "老张", "张某某", "张师傅", "張先生"])
    def test_a_form_of_address_leaves_the_family_name(self, called: str) -> None:
        """Which is half of a likeness, and no more."""
        assert names_alike("张建国", called) == names_alike(called, called) == Fraction(1, 2)
        assert names_alike("李建国", called) == 0

    def test_in_latin_letters_the_order_is_either(self) -> None:
        """With hyphens, commas, capital letters."""
        assert names_alike("ZHANG, Jian-guo", "Jian Guo Zhang") == names_alike("Zhang Wei", "Wei ZHANG") == 1
        assert names_alike("Zhang Wei", "Zhang Min") == 0

    def test_pinyin_is_the_same_by_an_alias_alone(self) -> None:
        """Several persons are called so."""
        written, known = Who(names="Zhang Wei"), Who(names=("张伟", "Zhang Wei"))
        assert who_alike(written, Who(names="张伟")).score == 0
        found = who_alike(known, written)
        assert found.score >= ENOUGH
        assert found.reasons[0].en == "one is called so by an alias of the other"

    def test_a_compound_family_name_is_whole(self) -> None:
        """欧阳修 is no 欧."""
        assert names_alike("欧阳修", "歐陽先生") == Fraction(1, 2)
        assert names_alike("欧阳修", "欧阳") == Fraction(1, 2)

    def test_a_family_at_one_door_is_not_one_person(self) -> None:
        """A door supports a name; it decides nothing."""
        home = "3栋2单元501"
        assert who_alike(Who(names="张建国", door=home), Who(names="王秀英", door=home)).score < ENOUGH
        assert who_alike(Who(names="张建国", door=home), Who(names="张大爷", door=home)).score >= ENOUGH
        assert who_alike(Who(names="张建国"), Who(names="张大爷")).score < ENOUGH


class TestTitles:
    """One matter in different words."""

    def test_what_every_petition_says_does_not_count(self) -> None:
        """Nor do numerals, full-width letters, marks."""
        assert titles_alike("关于十二号楼水管漏水的问题", "请尽快解决１２号楼水管漏水！") == 1
        assert titles_alike("关于……的问题", "关于……的问题") == 1
        assert titles_alike("", "") == 0

    def test_reasons_say_what_speaks_for_and_against(self) -> None:
        """A clerk reads them beside the two records."""
        one = Record(
            id="1",
            who=Who(names="张建国", keys=["phone:139"]),
            what=What(title="三号楼路灯不亮", category="roads/lamps", place="east"),
        )
        other = Record(
            id="2",
            who=Who(names="張建國", keys=["phone:138"]),
            what=What(title="3号楼路灯坏了", category="roads/holes", place="west"),
        )
        (found,) = suggest([one, other])
        assert [text.en for text in found.likeness.reasons] == [
            "the name is the same, written differently",
            "the telephone differs",
            "73 % of the titles is the same",
            "the category is partly the same",
            "the places differ",
        ]
        assert [text.zh for text in found.likeness.reasons][:2] == ["姓名相同，仅写法不同", "电话不同"]
        assert "139" not in str(found.likeness.reasons)


def test_a_telephone_is_its_digits() -> None:
    """With or without China's prefix, in any width; an empty one is no key."""
    written = {exact_key(f"phone:{number}") for number in ("+86 139 0000-1234", "00861390000１２３４", "13900001234")}
    assert written == {"phone:13900001234"}
    assert Who(keys=["phone:", "phone: -"]).keys == frozenset()


@given(pairs=st.lists(st.tuples(st.integers(0, 9).map(str), st.integers(0, 9).map(str)), max_size=12))
def test_groups_are_what_hangs_together(pairs: list[tuple[str, str]]) -> None:
    """Each record in one group; two in one group exactly where a chain of confirmed pairs leads from one to the other."""
    found = groups(pairs)
    home = {one: number for number, group in enumerate(found) for one in group}
    assert sum(map(len, found)) == len(home) == len({one for pair in pairs for one in pair})
    assert all(home[one] == home[other] for one, other in pairs)
    assert list(found) == sorted(map(tuple, map(sorted, found)))
    for group in found:
        reached = {group[0]}
        while grown := {x for pair in pairs if reached & set(pair) for x in pair} - reached:
            reached |= grown
        assert reached == set(group)
