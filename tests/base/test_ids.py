"""Ids spell where a case hangs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.ids import CaseId, child_id, matter_of, parent_of, random_ids

roots = st.from_regex(r"[A-Z]-[0-9a-f]{4}", fullmatch=True).map(CaseId)
keys = st.text(st.characters(exclude_characters="/@#:", exclude_categories=["Cs"]), min_size=1)
openings = st.lists(st.tuples(keys, st.integers(1, 999)))


def _descend(root: CaseId, steps: list[tuple[str, int]]) -> list[CaseId]:
    line = [root]
    for key, version in steps:
        line.append(child_id(line[-1], key, version))
    return line


@given(roots, openings)
def test_a_child_knows_its_parent_and_its_matter(root: CaseId, steps: list[tuple[str, int]]) -> None:
    """However deep a case hangs, its id spells the way up to the root."""
    line = _descend(root, steps)
    assert [parent_of(case) for case in line] == [None, *line[:-1]]
    assert all(str(matter_of(case)) == root for case in line)


@given(roots, keys, st.integers(1, 999), st.integers(1, 999))
def test_another_entry_opens_another_child(root: CaseId, key: str, one: int, other: int) -> None:
    """A second dispatch to the same body never takes the first one's id."""
    assert (child_id(root, key, one) == child_id(root, key, other)) is (one == other)


@pytest.mark.parametrize("key", ["", "a/b", "a@2", "a#1", "a:b"])
def test_a_key_that_would_spell_another_path_is_refused(key: str) -> None:
    """What paths are made of cannot stand in a key, and neither can nothing."""
    with pytest.raises(InvalidInput, match="a key in a path"):
        child_id(CaseId("T-1"), key, 2)


def test_random_ids_are_made_of_the_bytes_given() -> None:
    """The source of chance is an argument; an id is a letter and sixteen hexadecimal digits."""
    asked: list[int] = []

    def new_bytes(n: int) -> bytes:
        asked.append(n)
        return bytes(range(n))

    new = random_ids(new_bytes)
    assert (new("ticket"), new("proposal")) == ("T-0001020304050607", "P-0001020304050607")
    assert asked == [8, 8]
