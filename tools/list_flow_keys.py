"""Write docs/reference/flow-files.md from the tables that read flow files; ``--check`` says whether it is as they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from civicflow.workflows.files.data import KINDS
from civicflow.workflows.files.effects import READS, VERBS, Verb
from civicflow.workflows.files.shapes import Fields
from civicflow.workflows.files.states import SPAN, STATE
from civicflow.workflows.files.steps import STEP
from civicflow.workflows.files.timing import JOIN, KEPT, LIMIT, RECURRENCE
from civicflow.workflows.files.who import BUILT_IN
from civicflow.workflows.files.whole import FLOW, OVERLAY, REMOVE

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "flow-files.md"

HEAD = """# Flow files

Every key and word of a flow file. This page is written from the tables that read such files. How to use them:
[](../howto/your-own-flow.md). A text is English and Chinese on one line, with a bar between them.
"""


def page() -> str:
    """The page."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for title, fields in (
        ("A flow", FLOW),
        ("An overlay", OVERLAY),
        ("What an overlay removes", REMOVE),
        ("A state", STATE),
        ("A step", STEP),
        ("A span", SPAN),
        ("A time limit", LIMIT),
        ("Recurring days", RECURRENCE),
        ("A schedule that each case keeps", KEPT),
        ("A join", JOIN),
    ):
        yield f"## {title}\n"
        yield _keys(fields)
    yield "## Who\n"
    yield f"{', '.join(f'`{word}`' for word in BUILT_IN)}, `POST of ANCHOR`, a role of the file, or a list of them.\n"
    yield "## Types\n"
    yield "With `list of` in front for several, `?` behind for what may be left out; `one of [a, b]` for a choice.\n"
    yield _table("type", {word: str(kind.says) for word, kind in KINDS.items()})
    yield "## Rules\n"
    words = "at most, at least, more than, less than, between … and …, is, is not, one of, none of, is given, is empty"
    yield f"{', '.join(f'`{word}`' for word in words.split(', '))}; with `empty or` in front where nothing will do too.\n"
    yield "## Effects\n"
    yield _verbs(VERBS)
    yield "## Reads\n"
    yield _verbs(READS)


def _keys(fields: Fields) -> str:
    return _table(
        "key", {f"{name}`{' (required)' if key.required else ''}": key.says for name, key in fields.keys.items()}
    )


def _verbs(verbs: Mapping[str, Verb]) -> str:
    rows = {}
    for word, verb in verbs.items():
        keys = ", ".join(f"`{name}`" for name in verb.fields.keys)
        rows[word] = f"{verb.says}{f' ({keys})' if keys else ''}"
    return _table("word", rows)


def _table(head: str, rows: Mapping[str, str]) -> str:
    lines = [f"| {head} | meaning | 含义 |", "| --- | --- | --- |"]
    for word, says in rows.items():
        en, _, zh = says.partition("|")
        shown = f"`{word}" if "`" in word else f"`{word}`"
        lines.append(f"| {shown} | {en.strip()} | {zh.strip()} |")
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    if "--check" in arguments:
        same = PAGE.read_text(encoding="utf-8") == page()
        print("flow files: as read" if same else f"{PAGE.name} differs; run python tools/list_flow_keys.py")
        return 0 if same else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
