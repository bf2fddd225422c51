"""The pages say what there is: every public name, every decision, every flow; and no link leads nowhere."""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import civicflow
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.shipped import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "api" not in path.relative_to(DOCS).parts)
READMES = sorted(ROOT.glob("*.md"))
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))

_FENCE = re.compile(r"^(```+)(.*?)^\1$", re.MULTILINE | re.DOTALL)
_TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,3} (.+)$", re.MULTILINE)


def name(path: Path) -> str:
    """A page as a failing test calls it."""
    return path.relative_to(ROOT).as_posix()


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """What can be linked to within a page."""
    return {
        re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-") for heading in _HEADING.findall(prose(path))
    }


def listed(path: Path) -> Iterator[Path]:
    """The pages that the tables of contents in a page name."""
    for tree in _TOCTREE.findall(path.read_text(encoding="utf-8")):
        is_glob = ":glob:" in tree
        for line in (line.strip() for line in tree.splitlines()):
            if not line or line.startswith(":"):
                continue
            found = sorted(path.parent.glob(f"{line}.md")) if is_glob else [path.parent / f"{line}.md"]
            yield from (page for page in found if page != path)


class TestReference:
    """What is public is written down."""

    @pytest.mark.parametrize("public", sorted(civicflow.__all__))
    def test_every_public_name_has_its_meaning(self, public: str) -> None:
        """The glossary says what a name of `civicflow` means and leads to where it is described."""
        text = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
        found = re.search(rf"\{{py:\w+\}}`{public} <([\w.]+)>`", text)
        assert found is not None, f"{public} is missing in docs/reference/glossary.md"
        module, _, own = found[1].rpartition(".")
        thing = getattr(civicflow, public)
        assert (thing.__module__, thing.__qualname__) == (module, own)

    def test_every_error_is_explained(self) -> None:
        """Each class of the tree of errors stands on the page that says who must act."""
        text = (DOCS / "reference" / "errors.md").read_text(encoding="utf-8")
        from civicflow import errors

        for error in vars(errors).values():
            if isinstance(error, type) and issubclass(error, errors.CivicflowError):
                assert f"civicflow.errors.{error.__name__}`" in text


class TestFlows:
    """What the pages draw is what decides."""

    @pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
    def test_every_shipped_flow_has_a_page(self, flow: Flow) -> None:
        """A page a flow, with both languages."""
        text = (DOCS / "reference" / "flows" / f"{flow.name}.md").read_text(encoding="utf-8")
        assert text.count("```mermaid\n") == 2
        assert flow.text.zh in text

    def test_no_page_differs_from_its_table(self) -> None:
        """`make check` says the same; here it fails before."""
        assert runpy.run_path(str(ROOT / "tools" / "draw_flows.py"))["faults"]() == []


class TestDecisions:
    """Decisions are numbered without a gap and written in one form."""

    def test_they_are_numbered_without_a_gap(self) -> None:
        """No two share a number."""
        assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))

    @pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
    def test_they_have_one_form(self, path: Path) -> None:
        """Each says its number, whether it is in force, and context, decision, consequences."""
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert re.search(r"^Status: (in force|superseded by \[)", text, re.MULTILINE)
        wanted = ["Context", "Decision", "Consequences"]
        assert [heading for heading in re.findall(r"^## (.+)$", text, re.MULTILINE) if heading in wanted] == wanted

    def test_each_is_in_the_index(self) -> None:
        """The index lists all of them."""
        assert set(DECISIONS) <= set(listed(DOCS / "adr" / "index.md"))


class TestLinks:
    """Whoever follows a link arrives."""

    @pytest.mark.parametrize("path", [*PAGES, *READMES], ids=name)
    def test_links_between_pages_resolve(self, path: Path) -> None:
        """Each relative link names a file of the project, and each anchor a heading in it."""
        for target in _LINK.findall(prose(path)):
            if re.match(r"[a-z]+:", target):
                continue
            where, _, anchor = target.partition("#")
            file = (path.parent / where).resolve() if where else path
            assert file.exists(), f"{name(path)} links to {target}"
            if anchor:
                assert anchor in anchors(file), f"{name(path)} links to {target}"

    def test_every_page_can_be_reached(self) -> None:
        """From the first page every other one is found through the tables of contents."""
        reached, frontier = set[Path](), [DOCS / "index.md"]
        while frontier:
            page = frontier.pop()
            if page not in reached and page.exists():
                reached.add(page)
                frontier.extend(listed(page))
        assert {name(page) for page in PAGES} == {name(page) for page in reached}
