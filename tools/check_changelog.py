"""Say whether the change is told: a fragment in changelog.d, or the section of the version that is being released."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def kinds(project: dict[str, Any]) -> list[str]:
    """The kinds of change, as towncrier is told them."""
    return [kind["directory"] for kind in project["tool"]["towncrier"]["type"]]


def faults(root: Path = ROOT) -> Iterator[str]:
    """Everything that is wrong with the fragments under `root`, one sentence each."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    name = re.compile(rf"\+[a-z0-9-]+\.({'|'.join(kinds(project))})\.md")
    fragments = sorted(path for path in (root / "changelog.d").iterdir() if path.name != "README.md")
    for path in fragments:
        if not name.fullmatch(path.name):
            yield f"changelog.d/{path.name}: a fragment is named +what-changed.KIND.md; KIND is one of {kinds(project)}"
        elif not path.read_text(encoding="utf-8").strip():
            yield f"changelog.d/{path.name}: is empty; write one sentence for the user of the library"
    released = f"## {project['project']['version']} (" in (root / "CHANGELOG.md").read_text(encoding="utf-8")
    if not fragments and not released:
        yield "changelog.d holds no fragment; say in one sentence what changes for a user (see changelog.d/README.md)"


def main() -> int:
    """Print the faults; 1 if there is one."""
    found = list(faults())
    print("\n".join(found) or "changelog: told")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
