"""What follows from a fault is counted under it; what is left without both is sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.document import Document
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.presets import GENERIC

HEAD = "code,name,level,parent\n"


def part(text: str) -> tuple[Document, list[Fault]]:
    """The sound part of a table, and its faults."""
    faults: list[Fault] = []
    return read(text, source="f", format="csv", register="r", scheme=GENERIC, on_fault=faults.append), faults


CELLS = st.tuples(
    st.sampled_from(["a", "b", "c", "d", ""]),
    st.sampled_from(["甲", "x |", ""]),
    st.sampled_from(["city", "district", "neighbourhood", "distrct"]),
    st.sampled_from(["", "a", "b", "c", "z"]),
)


class TestTheSoundPart:
    """Explicitly partial."""

    @given(st.lists(CELLS, max_size=8), st.booleans())
    def test_what_is_left_is_sound(self, rows: list[tuple[str, ...]], prefixed: bool) -> None:  # noqa: FBT001 - drawn
        """Law: without what is at fault and what rests on it there is no fault; every row is left, at fault, or counted."""
        text = HEAD + "".join(",".join(row) + "\n" for row in rows)
        left, faults = part(text)
        assert list(left.faults()) == []
        assert left.partial == bool(faults)
        with_faults = {fault.line for fault in faults}
        fallen = len(rows) - len(left.areas)
        loops = (
            sum("stands under itself" in fault.reason for fault in faults) * 8
        )  # more rows than the one that is named
        assert len(with_faults) <= fallen <= len(with_faults) + sum(fault.consequences for fault in faults) + loops

    def test_many_that_name_one_missing_thing_have_one_fault(self) -> None:
        """It is reported where it is named first; the others, and what rests on them, are counted."""
        left, faults = part(HEAD + "a,甲,city,\nb,乙,district,z\nc,丙,district,z\nd,丁,neighbourhood,c\n")
        assert [(fault.line, fault.path, fault.consequences) for fault in faults] == [(3, "parent", 2)]
        assert [area.code for area in left.areas] == ["a"]

    def test_a_record_without_a_code_is_what_is_missing_if_only_it_can_be(self) -> None:
        """By its level and its parent's code; of two that could be, neither is accused."""
        rows = "1,甲,city,\n,乙,district,1\n1101,丙,neighbourhood,11\n1102,丁,neighbourhood,11\n"
        assert [(fault.line, fault.path, fault.consequences) for fault in part(HEAD + rows)[1]] == [(3, "code", 2)]
        two = part(HEAD + rows + ",戊,district,1\n")[1]
        assert [(fault.line, fault.path, fault.consequences) for fault in two] == [
            (3, "code", 0),
            (4, "parent", 1),
            (6, "code", 0),
        ]

    def test_a_table_without_its_columns_has_no_sound_part(self) -> None:
        """What says what the cells are cannot be left out; nor can what a file calls itself by."""
        with pytest.raises(InvalidInput, match="the column is missing"):
            part("code,name\n")
        told: list[Fault] = []
        with pytest.raises(InvalidInput, match="the register is missing"):
            read('{"scheme": "generic", "areas": []}', source="f", format="json", on_fault=told.append)
        assert told == []

    def test_bodies_fall_with_their_areas(self) -> None:
        """In YAML and JSON alike; a body falls with a post of it that is at fault."""
        faults: list[Fault] = []
        text = """{"register": "r", "scheme": "generic",
        "areas": [{"code": "a", "name": "甲", "level": "cty"}, {"code": "c", "name": "丙", "level": "city"}],
        "bodies": [{"code": "b", "name": "会", "kind": "council", "area": "a"},
                   {"code": "d", "name": "组", "kind": "council", "parent": "b"},
                   {"code": "e", "name": "站", "kind": "station", "area": "c", "posts": {"clerk": {"seats": "many"}}},
                   {"code": "f", "name": "会", "kind": "council", "area": "c"},
                   {"code": "g", "name": "部", "kind": "station", "area": "c",
                    "posts": {"clerk": {"holders": {"person": "p", "on_behalf_of": "d"}}}}],
        "affiliations": [{"kind": "guides", "source": "f", "target": "b"}, {"kind": "guides", "source": "f", "target": "c"}]}"""
        left = read(text, source="f", format="json", on_fault=faults.append)
        assert [(fault.line, fault.consequences) for fault in faults] == [(2, 4), (5, 0)]
        assert ([area.code for area in left.areas], [body.code for body in left.bodies]) == (["c"], ["f"])
        assert [tie.target for tie in left.affiliations] == ["c"]
        assert list(left.faults()) == []


class TestMessages:
    """What a reader sees of very many faults."""

    def test_consequences_are_told_in_both_languages(self) -> None:
        """How many, after the fault itself."""
        fault = Fault(reason="the name is missing", source="f", line=3, path="name", consequences=2)
        assert str(fault) == "f:3: name: the name is missing; 2 more records rest on this"
        assert fault.say("zh").endswith("；另有2条记录受此影响")
        assert str(Fault(reason="x", consequences=1)) == "x; 1 more record rests on this"

    def test_a_message_ends_somewhere(self) -> None:
        """A thousand faults are written out; all of them are in the error."""
        with pytest.raises(InvalidInput) as caught:
            read(HEAD + "a,,city,\n" * 1_200, source="f", format="csv", register="r", scheme=GENERIC)
        assert len(caught.value.faults) == 1_200
        assert str(caught.value).count("\n") == 1_001
        assert str(caught.value).endswith("and 200 more; all of them are in `faults`")

    def test_near_codes_are_found_among_very_many(self) -> None:
        """Those that begin alike are compared."""
        rows = "".join(f"{n:06},甲,city,\n" for n in range(6_000))
        _, faults = part(f"{HEAD}{rows}x,乙,district,001234x\n")
        assert "did you mean '001234'?" in faults[0].reason
        _, faults = part(f'{HEAD}a,甲,city,\nb,"乙"丙,city,\nc,丙,district,\n')
        assert [fault.line for fault in faults] == [3, 4]  # what comes after a row that is no CSV is looked at, too
