"""Text into nodes with places."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import CivicflowError, InvalidInput
from civicflow.markup import AnyNode, Bounds, Listing, Record, Scalar, parse_json, parse_yaml

Parse = Callable[[str, str, Bounds], AnyNode]

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


def plain(node: AnyNode) -> Any:
    """A node without its places."""
    if isinstance(node, Record):
        return {key.text: plain(value) for key, value in node.pairs}
    return [plain(item) for item in node.items] if isinstance(node, Listing) else (None if node.null else node.text)


def spelt(value: Any) -> Any:
    """A value whose scalars are the characters that JSON writes."""
    if isinstance(value, dict):
        return {key: spelt(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [spelt(item) for item in value]
    return value if value is None or isinstance(value, str) else json.dumps(value)


class TestJson:
    """The small reader reads what `json` reads."""

    @given(value=values, indent=st.none() | st.integers(0, 2), ascii_only=st.booleans())
    def test_it_agrees_with_the_standard_library(self, value: Any, indent: int | None, *, ascii_only: bool) -> None:
        """Law: whatever `json` wrote is read with its characters, and every node knows its line."""
        text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
        node = parse_json(text, "x.json")
        assert plain(node) == spelt(value)
        assert (node.line, node.column) == (1, 1)

    @given(st.text('{}[]",:0a\n \\', max_size=12))
    def test_it_refuses_what_json_refuses(self, text: str) -> None:
        """Law: a text that `json` cannot read is an error with a place, and no other text is."""
        try:
            json.loads(text)
        except json.JSONDecodeError:
            with pytest.raises(InvalidInput) as caught:
                parse_json(text, "x.json")
            assert caught.value.faults[0].line >= 1
        else:
            parse_json(text, "x.json")

    def test_places_count_lines_and_columns_from_one(self) -> None:
        """A node stands where its first character stands."""
        node = parse_json('{\n  "a": [1,\n "b"]}', "x.json")
        assert isinstance(node, Record)
        listing = node.pairs[0][1]
        assert isinstance(listing, Listing)
        assert [(item.line, item.column) for item in listing.items] == [(2, 9), (3, 2)]

    @pytest.mark.parametrize("text", ["{a: 1}", '{"a" 1}', '{"a": 1 "b": 2}', "[1 2]", "1 2", '{"a": 1,}'])
    def test_a_slip_is_named(self, text: str) -> None:
        """A missing quote, colon or comma, and what stands after the end, say what was expected."""
        with pytest.raises(InvalidInput, match=r"expected|after the end"):
            parse_json(text, "x.json")

    def test_nesting_has_an_end(self) -> None:
        """A bomb of brackets is a fault, not a crash."""
        with pytest.raises(InvalidInput, match="nested deeper than 32 levels"):
            parse_json("[" * 10_000, "x.json")


class TestYaml:
    """YAML without what nobody here needs."""

    @given(values)
    def test_it_reads_what_yaml_writes(self, value: Any) -> None:
        """Law: what PyYAML wrote is read with the same texts."""
        strings = json.loads(json.dumps(spelt(value)).encode().decode("ascii"))
        text = yaml.safe_dump(strings, allow_unicode=False, default_style='"')
        node = parse_yaml(text.replace('!!null "null"', "null").replace('!!null "null"', "null"), "x.yaml")
        assert plain(node) == strings

    def test_scalars_keep_their_characters(self) -> None:
        """A leading zero, a date, a word for no: nothing is guessed, and only a bare null is nothing."""
        node = parse_yaml('a: 0101\nb: 2020-01-01\nc: no\nd: ~\ne: "~"\nf:\n', "x.yaml")
        assert plain(node) == {"a": "0101", "b": "2020-01-01", "c": "no", "d": None, "e": "~", "f": None}
        assert parse_yaml("# nothing\n", "x.yaml") == Record((), 1, 1)

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        [
            ("a: &x 1\nb: *x\n", 1, "anchors and aliases are not read"),
            ("a: 1\nb: *x\n", 2, "anchors and aliases are not read"),
            ("a: 1\nb: !!python/none x\n", 2, "tags are not read"),
            ("a: 1\n---\nb: 1\n", 2, "a second document"),
            ("? [a]\n: 1\n", 1, "a key is one word"),
            ("a: [1\nb: 2\n", 2, "this is not YAML"),
            ("a: \x00\n", 0, "this is not YAML"),
            ("[" * 40, 1, "nested deeper"),
        ],
    )
    def test_the_rest_is_refused_with_its_line(self, text: str, line: int, reason: str) -> None:
        """Bombs, tags and broken text are one fault each."""
        with pytest.raises(InvalidInput, match=reason) as caught:
            parse_yaml(text, "x.yaml")
        assert caught.value.faults[0].line == line

    def test_without_pyyaml_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever lacks the library reads what to install."""
        real = builtins.__import__

        def without(name: str, *rest: Any) -> Any:
            if name == "yaml":
                raise ImportError(name)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(CivicflowError, match=r"civicflow\[yaml\]"):
            parse_yaml("a: 1", "x.yaml")

    def test_without_the_c_library_it_reads_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """PyYAML may be built without libyaml."""
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
        assert plain(parse_yaml("a: [1, {b: c}]", "x.yaml")) == {"a": ["1", {"b": "c"}]}
        assert isinstance(parse_yaml("x", "x.yaml"), Scalar)


SMALL = Bounds(size=1_000, depth=4, nodes=20, instead="write less | 请精简")


class TestBounds:
    """What is too large is refused before it costs anything, and the message says limit and remedy."""

    @pytest.mark.parametrize("parse", [parse_yaml, parse_json])
    def test_size_is_counted_in_bytes(self, parse: Parse) -> None:
        """Not in characters: Chinese has three bytes for each."""
        assert parse(f'"{"字" * 332}"', "x", SMALL) == Scalar("字" * 332, 1, 1)
        with pytest.raises(InvalidInput, match=r"read up to 1,000 bytes; write less \(got '1,001 bytes'\)") as caught:
            parse(f'"{"字" * 333}"', "x", SMALL)
        assert caught.value.faults[0].say("zh").endswith("不得超过1,000字节；请精简 (got '1,001 bytes')")

    @pytest.mark.parametrize("parse", [parse_yaml, parse_json])
    def test_nodes_are_counted(self, parse: Parse) -> None:
        """Twenty are read, the list itself among them; one more is a fault with its line."""
        parse(f"[{', '.join('1' * 19)}]", "x", SMALL)
        with pytest.raises(InvalidInput, match="more than 20 values; write less") as caught:
            parse("[" + ",\n".join("1" * 20) + "]", "x", SMALL)
        assert caught.value.faults[0].line == 20

    @pytest.mark.parametrize("parse", [parse_yaml, parse_json])
    def test_depth_is_counted(self, parse: Parse) -> None:
        """Four levels are read."""
        parse("[[[[1]]]]", "x", SMALL)
        with pytest.raises(InvalidInput, match="deeper than 4 levels"):
            parse("[[[[[1]]]]]", "x", SMALL)

    def test_a_billion_laughs_are_not_expanded(self) -> None:
        """Nine levels of nine aliases each: the first anchor ends it."""
        lines = ['a0: &a0 "lol"'] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
        with pytest.raises(InvalidInput, match="anchors and aliases are not read") as caught:
            parse_yaml("\n".join(lines), "x.yaml")
        assert (caught.value.faults[0].line, caught.value.faults[0].rule) == (1, "anchor")

    def test_ten_megabytes_of_yaml_are_not_begun(self) -> None:
        """The message says what to write instead."""
        with pytest.raises(InvalidInput, match="as CSV or JSON"):
            parse_yaml("- 12345678\n" * 1_000_000, "x.yaml")
