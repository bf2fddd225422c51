"""Texts in two languages."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.texts import Catalogue, Language, Text, listing

halves = st.text(st.characters(exclude_characters="|{}", exclude_categories=["C", "Z"]), min_size=1)
texts = st.builds(Text, halves, halves)


@given(texts)
def test_a_text_is_read_as_it_is_written(text: Text) -> None:
    """`str` and `Text.of` undo each other."""
    assert Text.of(str(text)) == text
    assert Text.of(text) is text


@pytest.mark.parametrize("half", ["", "returned", "returned |", "| 已退单", " | ", None, 5])
def test_neither_language_can_be_forgotten(half: str) -> None:
    """A text with one language is refused, and the message shows it."""
    with pytest.raises(InvalidInput, match="needs both languages") as caught:
        Text.of(half)
    assert repr(half) in str(caught.value)


@given(texts)
def test_each_language_is_said_by_its_name(text: Text) -> None:
    """``en`` and ``zh`` give the two halves."""
    assert (text.say("en"), text.say("zh"), text.say()) == (text.en, text.zh, text.en)


def test_a_language_we_do_not_speak_is_an_error() -> None:
    """Nobody who asks for French is answered in Chinese."""
    with pytest.raises(InvalidInput, match="'fr'"):
        Text.same("1").say(cast("Language", "fr"))


def test_a_name_is_the_same_in_both_languages() -> None:
    """Numbers and proper names are written once."""
    assert Text.same("T-1") == Text("T-1", "T-1")


@given(texts, texts, st.integers())
def test_gaps_are_filled_by_the_half_of_the_language(sentence: Text, who: Text, n: int) -> None:
    """A `Text` fills each language with its own half; anything else fills both alike."""
    template = Text(sentence.en + "{who} {n}", "{n}{who}" + sentence.zh)
    assert template.fill(who=who, n=n) == Text(f"{sentence.en}{who.en} {n}", f"{n}{who.zh}{sentence.zh}")


@given(st.text())
def test_what_fills_a_gap_is_never_read_as_a_sentence(value: str) -> None:
    """Braces in a value stay as they are, so a resident's words cannot reach into ours."""
    assert Text("{x}", "{x}").fill(x=value) == Text(value, value)


@pytest.mark.parametrize("sentence", ["{x.__class__}", "{x[0]}", "{0}", "{", "}", "{}", "{x!r}", "{x:>9}"])
def test_a_sentence_computes_nothing(sentence: str) -> None:
    """Only ``{name}`` is a gap; a sentence from somebody's file reaches no attribute and cannot fail to format."""
    assert Text(sentence, sentence).fill(x="value") == Text(sentence, sentence)


def test_a_gap_that_is_not_given_is_named() -> None:
    """The error names the gap and the sentence."""
    with pytest.raises(InvalidInput, match=r"\{post\}.*'需要\{post\}'"):
        Text("needs one", "需要{post}").fill(who="x")


@given(st.lists(texts))
def test_each_language_lists_in_its_own_way(items: list[Text]) -> None:
    """English joins by a comma, Chinese by an enumeration comma; nothing is an empty text."""
    assert listing(iter(items)) == Text(", ".join(t.en for t in items), "、".join(t.zh for t in items))


class TestCatalogue:
    """Texts by dotted name."""

    def test_a_missing_text_is_named(self) -> None:
        """Asking for a text that is not there says which, whether by name or filled."""
        catalogue = Catalogue({"a": "b | 乙"})
        with pytest.raises(NotFound, match=r"no text 'refusal\.x'"):
            catalogue["refusal.x"]
        with pytest.raises(NotFound, match=r"no text 'refusal\.x'"):
            catalogue.say("refusal.x")

    def test_it_is_a_mapping(self) -> None:
        """``in``, ``get``, ``len`` and iteration answer as for a dict."""
        catalogue = Catalogue({"a": "b | 乙"})
        assert "a" in catalogue
        assert "x" not in catalogue
        assert catalogue.get("x") is None
        assert dict(catalogue) == {"a": Text("b", "乙")}
        assert len(catalogue) == 1

    def test_a_wording_is_laid_over(self) -> None:
        """An integrator's text wins, the others stay, and the original is not changed."""
        ours = Catalogue({"a": "one | 一", "b": "two | 二"})
        theirs = ours | {"b": "deux {n} | 两{n}"}
        assert theirs.say("b", n=2) == Text("deux 2", "两2")
        assert theirs["a"] == ours["a"]
        assert ours["b"] == Text("two", "二")

    def test_a_half_text_is_refused_at_once(self) -> None:
        """A catalogue holds no text in one language."""
        with pytest.raises(InvalidInput, match="both languages"):
            Catalogue({"a": "only English"})
