"""A page that builds a package shows the package's own files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = {"build-a-storage": "civicflow-jsonlines/src/civicflow_jsonlines"}
"""By page, where the names of its blocks begin."""
_BLOCK: Final = re.compile(r"<!-- (\S+) -->\n\n```[a-z]+\n(.*?\n)```\n", re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_each_named_block_is_the_file_of_its_name(page: str) -> None:
    """Word for word, so that whoever copies a page has what is tested."""
    text = (ROOT / "docs" / "howto" / f"{page}.md").read_text(encoding="utf-8")
    folder = ROOT / "examples" / "plugins" / PAGES[page]
    blocks = _BLOCK.findall(text)
    assert len(blocks) == text.count("<!-- ") >= 5
    for name, block in blocks:
        assert block == (folder / name).read_text(encoding="utf-8"), (
            f"{page}.md shows another {name} than the package has"
        )
