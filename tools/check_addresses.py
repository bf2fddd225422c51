"""Say whether a file names a package registry's host or a home folder: neither is true on anybody else's machine."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FORBIDDEN = {
    "names a package registry's host; whoever installs has an index of their own": re.compile(
        r"(?:py(?:pi|thonhosted)|npmjs|anaconda|crates|rubygems)[.](?:org|com|io)|deb[.]debian[.]org|proxy[.]golang[.]org"
        r"|(?:extra-)?index[-]url\s*[=:]?\s*\S*://",
    ),
    "names a folder of one machine; write it relative to the project or ask for it": re.compile(
        r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work(?:space)?)/(?=\w|[.])|[A-Z]:\\Users\\",
    ),
}


def project_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file of the project: what git knows, and what is new and not ignored."""
    listing = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, check=True, capture_output=True).stdout.decode().split("\0")
    yield from (path for name in names if name and (path := root / name).is_file())


def faults(path: Path, root: Path = ROOT) -> Iterator[str]:
    """The lines of one file that hold an address; a file that is not text holds none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return
    for number, line in enumerate(lines, 1):
        for reason, pattern in FORBIDDEN.items():
            if pattern.search(line):
                yield f"{path.relative_to(root)}:{number}: {reason}: {line.strip()[:120]}"


def main() -> int:
    """Print the faults; 1 if there is one."""
    found = [fault for path in project_files() for fault in faults(path)]
    print("\n".join(found) or "addresses: none")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
