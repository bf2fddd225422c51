"""Levels: which may hang under which."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.presets import CHENGDU, LESHAN, PRESETS, SHANGJIE, SICHUAN, preset
from civicflow.hierarchy.scheme import Level, LevelScheme, scheme_faults


def level(name: str, *under: str, top: bool = False) -> Level:
    """A level with texts that do not matter."""
    return Level(name, f"{name} | 级{name}", under, top)


class TestSoundness:
    """A scheme that could not carry a tree is refused, with all its faults."""

    def test_every_fault_is_named(self) -> None:
        """A duplicate, an unknown level with a hint and the missing top come together."""
        with pytest.raises(InvalidInput) as caught:
            LevelScheme("x", (level("city", "town"), level("town", "citty"), level("town", "city")))
        reasons = " / ".join(str(fault) for fault in caught.value.faults)
        assert "levels[2].name: the level stands twice; it is levels[1] already" in reasons
        assert "levels[1].under[0]: the scheme has no such level; did you mean 'city'?" in reasons

    def test_a_cycle_is_spelt_out(self) -> None:
        """The cycle is shown as it runs, wherever the walk began."""
        faults = list(scheme_faults((level("top"), level("d", "a"), level("a", "b"), level("b", "c"), level("c", "a"))))
        assert [fault.value for fault in faults] == ["a under b under c under a"]

    def test_a_scheme_needs_a_top(self) -> None:
        """Without a level that may stand at the top no area could be the first."""
        assert [f.reason for f in scheme_faults(())] == ["no level may stand at the top; give one an empty `under`"]

    @given(st.lists(st.tuples(st.sampled_from("abcde"), st.sets(st.sampled_from("abcde"))), max_size=6))
    def test_what_is_accepted_can_be_climbed(self, drawn: list[tuple[str, set[str]]]) -> None:
        """Law: from each level of an accepted scheme every way up ends at a top, and names are unique."""
        levels = tuple(level(name, *sorted(under)) for name, under in drawn)
        if any(True for _ in scheme_faults(levels)):
            with pytest.raises(InvalidInput):
                LevelScheme("x", levels)
            return
        scheme = LevelScheme("x", levels)
        assert len(set(scheme.names)) == len(scheme.names)
        for name in scheme.names:
            reached = {name}
            for _ in scheme.names:
                reached |= {above for one in reached for above in scheme.level(one).under}
            assert any(scheme.may_hang(one, None) for one in reached)
            assert name not in {a for one in reached - {name} for a in scheme.level(one).under} or reached == {name}


class TestPresets:
    """The schemes of the places are those that the places publish."""

    def test_each_place_runs_from_its_top_to_its_last_level(self) -> None:
        """区–街–社–院–楼 hang one under another; a preset is found by name and survives its builtins."""
        chain = ["district", "subdistrict", "community", "compound", "building"]
        for scheme in (LESHAN, SHANGJIE):
            assert all(scheme.may_hang(low, high) for high, low in pairwise(chain))
        for name, scheme in PRESETS.items():
            assert preset(name) is scheme
            assert LevelScheme.from_builtins(json.loads(json.dumps(scheme.to_builtins()))) == scheme

    def test_levels_may_be_skipped_where_the_place_skips_them(self) -> None:
        """A subdistrict of Chengdu may stand at the top; a joint area may come between; a group hangs under both."""
        assert CHENGDU.may_hang("subdistrict", None)
        assert not LESHAN.may_hang("subdistrict", None)
        assert SHANGJIE.may_hang("compound", "joint-area")
        assert SHANGJIE.may_hang("compound", "community")
        assert not SHANGJIE.may_hang("compound", "subdistrict")
        assert SICHUAN.may_hang("county", None)

    def test_an_unknown_name_says_what_there_is(self) -> None:
        """Both a preset and a level that do not exist come with the nearest name."""
        with pytest.raises(NotFound, match="did you mean 'chengdu'"):
            preset("chengdoo")
        with pytest.raises(NotFound, match="no level 'comunity'; did you mean 'community'"):
            LESHAN.may_hang("comunity", None)
