"""Register files: what they say, and every fault in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import attrs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.document import Document, ListedArea, ListedHolder
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.naming import ENDINGS
from civicflow.hierarchy.presets import SHANGJIE
from civicflow.hierarchy.register import Register
from civicflow.ids import IdSource
from civicflow.texts import Text

HEAD = "register: town\nscheme: shangjie\n"


def faults(text: str) -> list[str]:
    """The faults of a YAML text, as a clerk reads them."""
    with pytest.raises(InvalidInput) as caught:
        read(text, source="f", format="yaml")
    return [str(fault) for fault in caught.value.faults]


def loaded(text: str) -> Document:
    """The document that a YAML text says."""
    return read(text, source="f", format="yaml")


class TestYaml:
    """One file says everything about one place."""

    def test_all_that_can_be_said(self) -> None:
        """Own levels, own kinds, posts in each of their spellings."""
        document = loaded("""
register: town
since: 2020-01-01
scheme:
  levels:
    town: Town | 镇
    village: {text: Village | 村, under: [town], top: true}
kinds: {stall-guild: Guild of stalls | 摊贩会, wardens: {text: Wardens | 院委会, answers: true}}
elsewhere: [north]
areas:
  - {code: 0101, name: Rivertown | 河镇, level: town, aliases: 河}
  - {code: v, name: 村, level: village, parent: 0101, since: 2021-01-01, until: 2022-01-01}
  - {code: w, name: 寨, level: village, parent: north}
bodies:
  - code: guild
    name: 会
    kind: stall-guild
    area: 0101
    posts:
      head: p1
      member: [p2, {person: p3, kind: concurrent, since: 2020-05-01}]
      usher: {title: Usher | 司仪, seats: 3, holders: {person: p4, kind: acting}}
      clerk:
  - {code: branch, name: 支部, kind: party-organisation, parent: guild, posts: }
""")
        assert document.scheme.name == "town"
        assert document.scheme.may_hang("village", None)
        assert document.areas[0] == ListedArea(code="0101", name="Rivertown | 河镇", level="town", aliases=("河",))
        assert document.areas[1].until == date(2022, 1, 1)
        guild, branch = document.bodies
        assert [(post.name, post.seats, len(post.holders)) for post in guild.posts] == [
            ("head", 1, 1),
            ("member", 2, 2),
            ("usher", 3, 1),
            ("clerk", 1, 0),
        ]
        assert guild.posts[1].holders[1] == ListedHolder(person="p3", kind="concurrent", since=date(2020, 5, 1))
        assert guild.posts[2].title == Text("Usher", "司仪")
        assert branch.posts == ()
        assert document.kinds[0].text.zh == "摊贩会"
        assert [(kind.name, kind.answers) for kind in document.kinds] == [("stall-guild", False), ("wardens", True)]

    def test_json_says_the_same(self, example: Callable[[str], str]) -> None:
        """A register in JSON is the register in YAML."""
        text = example("beiyuan")
        same = json.dumps(yaml.load(text, yaml.BaseLoader), ensure_ascii=False, indent=1)
        assert read("\ufeff" + same, source="x", format="json") == read(text, source="x", format="yaml")


class TestFaults:
    """All faults of a file come together, each with its place, and none twice."""

    def test_every_kind_of_fault_in_one_file(self) -> None:
        """Unknown keys, missing fields, wrong types, references, levels, dates: nothing stops at the first."""
        found = faults(
            HEAD
            + """since: 20200101
areaz: 1
areas:
  - {code: d, name: 区, level: district}
  - {code: s, name: 街, level: subdistrict, parent: d, colour: red, since: 2021-02-30}
  - {name: 社, level: community, parent: s}
  - {code: d, name: 区, level: district}
  - {code: c, name: 社, level: comunity, parent: d}
  - {code: b, name: 楼, level: building, parent: d}
  - {code: e, name: 社, level: community}
  - {code: g, name: 社, level: community, parent: dd}
  - {code: h, name: 社, level: community, parent: s, since: 2021-01-01, until: 2021-01-01}
  - {code: j, name: Only English |, level: community, parent: s}
  - just a word
bodies:
  - {code: x, name: 会, kind: counsil, area: c}
  - {code: y, name: 会, kind: council, area: x, parent: d}
  - {code: z, name: 会, kind: council}
  - {code: w, name: 会, kind: council, area: nowhere, posts: {a@b: p, chair: {seats: none, holders: {persn: p}}}}
  - {code: v, name: 会, kind: council, area: d, posts: {chair: {seats: 1, holders: [p, q]}, member: [p, p]}}
"""
        )
        assert found == [
            "f:3:8: since: a day is written as in 2020-01-31 (got '20200101')",
            "f:4:1: areaz: there is no such key here; did you mean 'areas'? (got 'areaz')",
            "f:7:55: areas[1].colour: there is no such key here; there are code, name, level, parent, aliases, identifiers, since, until (got 'colour')",
            "f:7:75: areas[1].since: a day is written as in 2020-01-31 (got '2021-02-30')",
            "f:8:5: areas[2].code: the code is missing",
            "f:9:12: areas[3].code: the code stands on line 6 already; give one another (got 'd')",
            "f:10:31: areas[4].level: the scheme 'shangjie' has no such level; did you mean 'community'? (got 'comunity')",
            "f:11:49: areas[5].parent: in the scheme 'shangjie' a building hangs under compound, not under a district (got 'd')",
            "f:12:31: areas[6].level: this level needs a parent, a subdistrict or town (got 'community')",
            "f:13:50: areas[7].parent: there is no such area; did you mean 'd'? (got 'dd')",
            "f:14:79: areas[8].until: until is the first day on which it no longer holds, after since 2021-01-01 (got '2021-01-01')",
            "f:15:21: areas[9].name: a text needs both languages, as in 'returned | 已退单'; got 'Only English |'",
            "f:16:5: areas[10]: names with values were expected, not a single value",
            "f:18:30: bodies[0].kind: there is no such kind of body; did you mean 'council'? (got 'counsil')",
            "f:19:45: bodies[1].area: this is a body, not an area (got 'x')",
            "f:19:56: bodies[1].parent: this is an area, not a body (got 'd')",
            "f:20:12: bodies[2].code: a body needs an area, or a parent body whose area it shares (got 'z')",
            "f:21:62: bodies[3].posts.a@b: the name of a post has no '@' (got 'a@b')",
            "f:21:85: bodies[3].posts.chair.seats: a whole number from 1 was expected (got 'none')",
            "f:21:100: bodies[3].posts.chair.holders.person: the person is missing",
            "f:21:101: bodies[3].posts.chair.holders.persn: there is no such key here; did you mean 'person'? (got 'persn')",
            "f:22:83: bodies[4].posts.chair.holders: 2 hold this post at once, which has one seat; add seats or an end (got 'chair')",
            "f:22:104: bodies[4].posts.member[1]: this person holds member already; name everyone once at a time (got 'p')",
        ]

    def test_what_follows_from_a_fault_is_not_repeated(self) -> None:
        """Children of an area that could not be read are not blamed, nor the edges of a reported cycle."""
        found = faults(
            HEAD
            + """areas:
  - {code: d, name: 区, level: district, colour: red}
  - {code: s, name: 街, level: subdistrict, parent: d}
  - {code: a, name: 街, level: subdistrict, parent: b}
  - {code: b, name: 街, level: subdistrict, parent: a}
"""
        )
        assert [fault.split(": ", 1)[1] for fault in found] == [
            "areas[0].colour: there is no such key here; there are code, name, level, parent, aliases, identifiers, since, until (got 'colour')",
            "areas[2].parent: this stands under itself; give one of them another parent (got 'a under b under a')",
        ]

    def test_the_head_is_asked_for(self) -> None:
        """Without a register's name or levels the rest is read all the same."""
        assert faults("areas: {}\nsince: [1]\nkinds: x\nelsewhere: {}") == [
            "f:1:1: register: the register is missing",
            "f:1:1: scheme: the scheme is missing; name a preset, one of chengdu, shangjie, leshan, sichuan, generic",
            "f:1:8: areas: a list was expected, not names with values",
            "f:2:8: since: a text was expected, not a list",
            "f:3:8: kinds: names with values were expected, not a single value",
            "f:4:12: elsewhere: a list of texts was expected, not names with values",
        ]
        assert "names with values were expected, not a list" in faults("[]")[0]

    def test_a_kind_says_its_text_and_whether_it_answers(self) -> None:
        """Whatever else stands there is a fault with its place; bodies of that kind are not to blame."""
        found = faults(HEAD + "areas: [{code: d, name: 区, level: district}]\nbodies: [{code: b, name: 会, kind: k, area: d}]\nkinds: {k: {answers: often, rank: 1}}")  # fmt: skip
        assert [fault.partition(": ")[2].partition(":")[0] for fault in found] == [
            "kinds.k.text",
            "kinds.k.answers",
            "kinds.k.rank",
        ]

    def test_a_preset_is_found_by_its_name(self) -> None:
        """And one that comes near is offered."""
        assert "did you mean 'leshan'?" in faults("register: x\nscheme: leshn")[0]

    def test_levels_written_out_are_checked(self) -> None:
        """Faults of own levels carry their line, those of the whole scheme the scheme's."""
        found = faults(
            "register: x\nscheme: {levels: {a: {under: b, top: maybe}, b: Only, c: [], a: A | 甲, d: {text: D | 丁, tob: 1}}}"
        )
        assert [fault.split(": ", 1)[1] for fault in found] == [
            "scheme.levels.a.text: the text is missing",
            "scheme.levels.a.top: true or false was expected (got 'maybe')",
            "scheme.levels.b: a text needs both languages, as in 'returned | 已退单'; got 'Only'",
            "scheme.levels.c: names with values were expected, not a list",
            "scheme.levels.a: this stands on line 2 already (got 'a')",
            "scheme.levels.d.tob: there is no such key here; did you mean 'top'? (got 'tob')",
        ]
        assert "the levels are missing" in faults("register: x\nscheme: {name: y}")[0]
        assert "scheme.levels[0].under[0]" in faults("register: x\nscheme: {levels: {a: {text: A | 甲, under: b}}}")[0]

    def test_a_post_stands_once_in_its_body(self) -> None:
        """Documents made in Python are held to the same rules."""
        document = loaded(HEAD + "areas: [{code: d, name: 区, level: district}]\nbodies: [{code: b, name: 会, kind: own, area: d}]\nkinds: {own: Own | 自}")  # fmt: skip
        assert not list(document.faults())
        document.check()
        post = loaded(HEAD + "areas: [{code: d, name: 区, level: district}]\nbodies: [{code: b, name: 会, kind: council, area: d, posts: {chair: p}}]").bodies[0].posts[0]  # fmt: skip
        twice = attrs.evolve(document, bodies=(attrs.evolve(document.bodies[0], posts=(post, post)),))
        with pytest.raises(InvalidInput, match="the body has this post already"):
            twice.check()
        same = attrs.evolve(document, areas=(document.areas[0], attrs.evolve(document.areas[0], places={})))
        assert "the code stands on line 3 already" in next(iter(same.faults())).reason

    def test_appointments_and_texts_of_a_wrong_type(self) -> None:
        """A kind that does not exist is named with those that do; a list is no text."""
        found = faults(
            HEAD
            + """areas: [{code: d, name: [x], level: district}]
bodies:
  - {code: b, name: 会, kind: council, area: d, posts: {chair: {holders: [{person: p, kind: actng}, {person: , kind: [x]}]}, clerk: [[]]}}
"""
        )
        assert [fault.split(": ", 2)[2] for fault in found] == [
            "a text was expected, not a list",
            "there is no such kind of appointment; did you mean 'acting'? (got 'actng')",
            "a text was expected, not nothing",
            "a text was expected, not a list",
            "a text was expected, not a list",
        ]

    @given(st.text("ab:{}[],-\n ", max_size=30))
    def test_any_text_is_a_document_or_faults(self, text: str) -> None:
        """Law: reading never fails in another way."""
        with pytest.raises(InvalidInput) as caught:
            read(text, source="f", format="yaml")
        assert caught.value.faults


class TestCsv:
    """Areas as administrative codes are published."""

    def test_parents_by_column_and_by_prefix(self, ids: IdSource) -> None:
        """Rows come in any order, with a byte order mark, and a parent is the longest prefix if asked."""
        text = '\ufeffcode,name,level,since\r\n410106001,济源路街道,subdistrict,2021-01-01\r\n\r\n410106,"上街区",district,\r\n'
        document = read(
            text, source="f.csv", format="csv", register="sj", scheme="shangjie", since=date(2020, 1, 1), parents_by_prefix=True
        )  # fmt: skip
        assert [(area.code, area.parent) for area in document.areas] == [("410106001", "410106"), ("410106", None)]
        chart = Register().apply(Register().diff(document, date(2022, 1, 1), ids), 1).chart(date(2020, 6, 1))
        assert {chart.code(id) for id in chart.units} == {"410106"}
        text = "code,name,level,parent\nb,街,subdistrict,a\na,区,district,\n"
        assert read(text, source="f", format="csv", register="r", scheme=SHANGJIE).areas[0].parent == "a"

    def test_levels_are_told_by_the_ends_of_names(self) -> None:
        """The longest ending counts; a level that is given goes before it; a name without one is a fault of its line."""
        text = "code,name,kind\n1,上街区,area\n11,济源路街道,street\n111,三湾街社区居委会,village\n112,营坡顶村民委员会,village\n"
        document = read(
            text, source="f", format="csv", register="sj", scheme="shangjie", parents_by_prefix=True, endings=ENDINGS
        )
        assert [area.level for area in document.areas] == ["district", "subdistrict", "community", "village"]
        text = "code,name,level,parent\na,上街区,,\nb,济源路街道,town,a\n,聂寨,,b\nd,聂寨,,b\n"
        with pytest.raises(InvalidInput) as caught:
            read(text, source="f", format="csv", register="sj", scheme="shangjie", endings=ENDINGS)
        reason = "no ending tells the level of this name; add one, or a column `level`"
        assert [str(fault) for fault in caught.value.faults] == [
            "f:4: code: the code is missing",
            f"f:4: level: {reason} (got '聂寨')",
            f"f:5: level: {reason} (got '聂寨')",
        ]
        with pytest.raises(InvalidInput, match="endings= are for CSV"):
            read("{}", source="f", format="json", endings=ENDINGS)

    def test_faults_name_line_and_column(self) -> None:
        """A quoted name may run over lines: the line is the one on which the row begins."""
        text = 'code,name,level,parent,since\na,"区\nx",district,,\n,街,subdistrict,a,2020-13-01\nc,街,,a,\nd,x\ne,| x,district,,\nf,社,comm,zz,\n'
        with pytest.raises(InvalidInput) as caught:
            read(text, source="f", format="csv", register="r", scheme=SHANGJIE)
        assert [str(fault).split(";", maxsplit=1)[0] for fault in caught.value.faults] == [
            "f:4: code: the code is missing",
            "f:4: since: a day is written as in 2020-01-31 (got '2020-13-01')",
            "f:5: level: the level is missing",
            "f:6: the row has 2 cells, its header 5",
            "f:7: name: a text needs both languages, as in 'returned | 已退单'",
            "f:8: level: the scheme 'shangjie' has no such level",
            "f:8: parent: there is no such area",
        ]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "code: the column is missing"),
            ("code,nmae,level,parent\n", "nmae: there is no such column; did you mean 'name'?"),
            ("code,name,level,parent,code\n", "code: the column stands twice"),
            ("code,name,level\n", "parent: the column is missing"),
            ('code,name,level,parent\na,"b', "this is not CSV"),
        ],
    )
    def test_a_table_without_its_columns_is_not_read(self, text: str, reason: str) -> None:
        """The header is judged alone: its rows would only repeat the fault."""
        with pytest.raises(InvalidInput) as caught:
            read(text, source="f", format="csv", register="r", scheme=SHANGJIE)
        assert reason in str(caught.value.faults[0])

    def test_what_the_file_cannot_say_is_an_argument(self) -> None:
        """CSV needs its register and levels; the other formats say them themselves."""
        with pytest.raises(InvalidInput, match="give register= and scheme="):
            read("", source="f", format="csv")
        with pytest.raises(InvalidInput, match="are for CSV"):
            read("", source="f", format="json", register="x")
        with pytest.raises(NotFound):
            read("", source="f", format="csv", register="x", scheme="y")
