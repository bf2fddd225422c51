"""Flows are written as files, and files are described to editors, by the tables that read them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from civicflow import cli
from civicflow.errors import InvalidInput
from civicflow.markup import AnyNode, Listing, Record, parse_yaml
from civicflow.workflows.files import flow_schema, read_flow, write_flow
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

ROOT = Path(__file__).parents[3]
SCHEMA = Draft202012Validator(flow_schema())
EXAMPLES = sorted((ROOT / "examples" / "flows").glob("*.yaml"))

words = st.sampled_from(["one | 一", "two: {of} # it | 二、“二”", "no | 否", "- x | - 叉"])
who = st.recursive(
    st.sampled_from(["requester", "anyone", "clerk of unit", "secretary of above"]),
    lambda inner: st.lists(inner, min_size=1, max_size=2),
    max_leaves=3,
)
times = st.sampled_from(
    [
        "1 workday",
        "30 days",
        "0 hours",
        {"rule": "FREQ=MONTHLY;BYMONTHDAY=10", "first": "2026-01-01", "without": "2026-02-10"},
        {"kept": "day", "text": "on its day | 按其日期"},
    ]
)
types = st.sampled_from(
    [
        "text",
        "text?",
        "integer",
        "list of unit?",
        "money?",
        "one of a, b",
        "yes or no",
        "date",
        "time limit",
        "recurrence",
        "place?",
    ]
) | st.just({"type": "text", "one of": ["x y", "z"], "private": True})
rules = st.sampled_from(
    [
        {"n": "at most 5", "else": "too many | 太多"},
        {"n": "between 1 and 9", "case.count": "less than 3", "name": "few", "else": "no | 否"},
        {"n": "empty or one of 1, 2", "else": "no | 否"},
        "can climb",
    ]
)
effects = st.lists(
    st.sampled_from(
        [
            "climb",
            {"keep": ["n"]},
            {"keep": {"given": "n"}},
            {"count": "count"},
            {"stamp": {"of": "evaluated", "clear": True}},
            {"tell": {"who": "clerk of unit", "topic": "t", "text": "late: “{title}” | 超期：“{title}”"}},
            {"tell requester": {"topic": "t", "text": "a: b | 甲：乙"}},
            "turn",
        ]
    ),
    max_size=3,
)


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Sound flows of a few states in a row, as a file says them."""
    names = [f"s{i}" for i in range(draw(st.integers(1, 4)))]
    states: dict[str, Any] = {}
    steps: dict[str, Any] = {
        "begin": {
            "text": draw(words),
            "from": "new",
            "to": names[0],
            "by": draw(who),
            "data": {"n": "integer", "x": draw(types), "day": "date"},
            "does": [{"keep": ["n", "day"]}, {"count": "count"}],
        }
    }
    for here, there in zip(names, [*names[1:], "done"], strict=True):
        states[here] = {"text": draw(words), "within": draw(times), "then": f"on-{here}"}
        steps[f"on-{here}"] = {"text": draw(words), "from": here, "to": there, "by": "clock"}
        step: dict[str, Any] = {
            "text": draw(words),
            "from": here,
            "by": draw(who),
            "data": {"n": "integer", "y": draw(types)},
        }
        branch = {"when": draw(rules), "to": there, "does": draw(effects)}
        step["to"] = draw(st.sampled_from(["stay", there])) if draw(st.booleans()) else [branch, {"otherwise": there}]
        step |= {"rules": draw(st.lists(rules, max_size=2)), "does": draw(effects), "asks": draw(st.booleans())}
        steps[f"do-{here}"] = step
    states["done"] = {"final": draw(words), "outcome": draw(st.sampled_from(["done", "over"]))}
    span = {"text": draw(words), "over": [names[0]], "within": "90 days", "then": f"on-{names[0]}"}
    spans = {"all": span} if draw(st.booleans()) else {}
    return {
        "flow": "drawn",
        "version": draw(st.integers(1, 9)),
        "text": draw(words),
        "spans": spans,
        "states": states,
        "steps": steps,
    }


@given(files(), st.sampled_from(["yaml", "json"]))
def test_what_is_written_is_read_back_the_same(file: dict[str, Any], format: Any) -> None:
    """Law: read, written, read: one digest; and the schema agrees with the reader."""
    SCHEMA.validate(file)
    flow = read_flow(json.dumps(file), source="f.json", format="json")
    text = write_flow(flow, format=format)
    assert read_flow(text, source="g", format=format).digest == flow.digest
    assert read_flow(text, source="g", format=format).steps[0].data is not None


@pytest.mark.parametrize("format", ["yaml", "json"])
def test_a_flow_of_python_is_written_where_all_it_does_has_a_name(format: Any) -> None:
    """The share, with its guards by name; what cannot be said is told, all of it."""
    assert read_flow(write_flow(SHARE, format=format), source="s", format=format).digest == SHARE.digest
    with pytest.raises(InvalidInput, match="cannot be said in a file") as caught:
        write_flow(FOUR_PART_TICKET)
    assert {fault.path for fault in caught.value.faults} >= {"promise", "resolved", "satisfied"}


def builtins(node: AnyNode) -> Any:
    """A node as the library for schemas takes it: numbers and truths are told by their looks."""
    if isinstance(node, Record):
        return {key.text: builtins(value) for key, value in node.pairs}
    if isinstance(node, Listing):
        return [builtins(item) for item in node.items]
    if node.null or node.text in ("true", "false"):
        return None if node.null else node.text == "true"
    return int(node.text) if node.text.isdecimal() else node.text


class TestSchema:
    """Editors check what the reader checks, as far as a schema can see it."""

    def test_it_is_a_schema(self) -> None:
        """Of the dialect that it names."""
        Draft202012Validator.check_schema(flow_schema())

    @pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
    def test_every_example_is_valid(self, path: Path) -> None:
        """And is read."""
        text = path.read_text(encoding="utf-8")
        SCHEMA.validate(builtins(parse_yaml(text, path.name)))
        read_flow(text, source=path.name)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("version: 1", "version: one"),
            ("text: filed | 已申请", "text: filed"),
            ("within: 2 workdays", "within: 2 fortnights"),
            ("again: true", "agian: true"),
            ("again: true", "again: often"),
            ("list of text", "list of txt"),
            ("between 0 and 500", "about 500"),
            ("by: clerk, asks", "asks"),
            ("{keep: fee}", "{kepe: fee}"),
        ],
    )
    def test_slips_are_seen(self, before: str, after: str) -> None:
        """Misspelt keys, types and words are."""
        text = EXAMPLES[0].read_text(encoding="utf-8")
        assert before in text
        file = builtins(parse_yaml(text.replace(before, after, 1), "f"))
        assert not SCHEMA.is_valid(file)

    def test_the_command_prints_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        """For an editor's settings."""
        assert cli.main(["flow", "schema"]) == 0
        assert json.loads(capsys.readouterr().out) == flow_schema()

    def test_the_page_lists_every_key(self) -> None:
        """It is written from the same tables; `make check` says the same."""
        page = runpy.run_path(str(ROOT / "tools" / "list_flow_keys.py"))
        assert page["PAGE"].read_text(encoding="utf-8") == page["page"]()
