"""Parts are counted as gateways bill and cut as phones put them together."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow_sms_gateway.parts import DOTS, GSM_BASIC, GSM_EXTENDED, alphabet, shortened, split

CHINESE = st.text(st.sampled_from("路灯坏了，请尽快修理。A1😀"), max_size=300)
LATIN = st.text(st.sampled_from(sorted(GSM_BASIC | GSM_EXTENDED)), max_size=500)


def units(text: str) -> int:
    """How many units of UTF-16 a text has: for the characters that exist the same as of UCS-2."""
    return len(text.encode("utf-16-be")) // 2


def septets(text: str) -> int:
    """How many septets a text has in the GSM alphabet."""
    return sum(2 if character in GSM_EXTENDED else 1 for character in text)


class TestUcs2:
    """70 units alone, 67 in each part."""

    @given(CHINESE)
    def test_nothing_is_lost_and_nothing_too_long(self, text: str) -> None:
        """The parts are the text; each is as full as it can be, and no character is torn."""
        parts = split(text)
        assert "".join(parts) == text
        if units(text) <= 70:
            assert parts == (text,)
        else:
            assert all(units(part) <= 67 for part in parts)
            assert all(units(part) + units(then[0]) > 67 for part, then in pairwise(parts))

    @pytest.mark.parametrize(("length", "parts"), [(0, 1), (70, 1), (71, 2), (134, 2), (135, 3), (160, 3), (201, 3)])
    def test_as_mainland_gateways_bill(self, length: int, parts: int) -> None:
        """160 characters are 67, 67 and 26."""
        assert len(split("长" * length)) == parts
        assert len(split("l" * length)) == parts  # letters count as characters do

    def test_an_emoji_is_two_units_and_stays_whole(self) -> None:
        """Where it does not fit any more it begins the next part."""
        assert [units(part) for part in split("长" * 66 + "😀" + "长" * 10)] == [66, 12]


class TestGsm:
    """160 septets alone, 153 in each part."""

    @given(LATIN)
    def test_nothing_is_lost_and_nothing_too_long(self, text: str) -> None:
        """The parts are the text; an escape and its letter stay together."""
        assert alphabet(text) == "gsm"
        parts = split(text, "gsm")
        assert "".join(parts) == text
        if septets(text) <= 160:
            assert parts == (text,)
        else:
            assert all(septets(part) <= 153 for part in parts)
            assert all(septets(part) + septets(then[0]) > 153 for part, then in pairwise(parts))

    def test_the_tables(self) -> None:
        """The default alphabet has 127 characters beside the escape, its extension 10 (3GPP TS 23.038, 6.2.1)."""
        assert (len(GSM_BASIC), len(GSM_EXTENDED)) == (127, 10)
        assert not GSM_BASIC & GSM_EXTENDED
        assert alphabet("€5 for a lamp") == "gsm"
        assert alphabet("`") == alphabet("ç") == "ucs2"

    @pytest.mark.parametrize(("length", "parts"), [(160, 1), (161, 2), (306, 2), (307, 3), (350, 3)])
    def test_as_it_is_billed_abroad(self, length: int, parts: int) -> None:
        """350 characters are 153, 153 and 44."""
        assert len(split("l" * length, "gsm")) == parts


class TestShortened:
    """Words are left out at the end, as few as possible."""

    @given(CHINESE, st.integers(1, 3))
    def test_as_much_as_fits(self, text: str, most: int) -> None:
        """What fits is left alone; of what does not, one character more would not fit."""

        def fits(words: str) -> bool:
            return len(split(f"【上街区12345】{words}")) <= most

        said = shortened(text, fits)
        assert fits(said)
        if fits(text):
            assert said == text
        else:
            kept = said.removesuffix(DOTS)
            assert text.startswith(kept)
            assert not fits(text[: len(kept) + 1] + DOTS)
