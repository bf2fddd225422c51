"""Every form of a picture holds all of it, in both languages; whatever a name says, it stays a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pydot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import New
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.drawing import Picture, change_of, dot, mermaid, outline, page, tree_of
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area
from civicflow.ids import IdSource, UnitId
from civicflow.testing import sequential_ids
from civicflow.texts import Language, Text

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
START, DAY = date(2020, 1, 1), date(2020, 6, 30)
HOSTILE: Final = '<script>alert("x")</script> & `a` ]:;{}# \\" \'/ --> end'
NAMES: Final = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


def register_of(*names: str) -> Register:
    """A district with so many communities, called so; its code and name are the first."""
    top, *others = names
    rows = [Area(id=UnitId("u"), code=top, name=Text(top, f"中{top}"), level=top, since=START)]
    rows += [
        Area(id=UnitId(f"u{i}"), code=f"{i}{name}", name=Text.same(name), level="x", parent=UnitId("u"), since=START)
        for i, name in enumerate(others)
    ]
    return Register().apply([Change(act="establish", on=START, rows=tuple(rows))], 1)


def merged(register: Register) -> Picture:
    """What becomes otherwise when the first two communities are merged."""
    both = [UnitId("u0"), UnitId("u1")]
    act = acts.merge(register, both, New(code="new", name="New | 新"), on=DAY, ids=sequential_ids())
    return change_of(register.apply([act], 2), START, DAY)


@pytest.fixture
def shangjie(example: Callable[[str], str], ids: IdSource) -> Register:
    """Shangjie district with its bodies and their posts."""
    document = read(example("shangjie"), source="shangjie.yaml", format="yaml")
    return Register().apply(Register().diff(document, START, ids), 1)


@pytest.mark.parametrize("draw", [outline, mermaid, dot, page])
def test_each_language_is_one_of_two(draw: Callable[..., str]) -> None:
    """And the same picture is the same bytes."""
    picture = merged(register_of("a", "b", "c", "d"))
    for language in LANGUAGES:
        assert draw(picture, language) == draw(picture, language)
    with pytest.raises(InvalidInput, match="'en' or 'zh'"):
        draw(picture, "fr")


class TestOutline:
    """Indented text."""

    def test_a_change_has_signs(self) -> None:
        """And a tree has none."""
        picture = merged(register_of("a", "b", "c", "d"))
        assert outline(picture).splitlines() == [
            "What became otherwise from 2020-01-01 to 2020-06-30",
            "  a (a, a)",
            "    … and 1 more, unchanged",
            "-   b (0b, x): came to New",
            "-   c (1c, x): came to New",
            "+   New (new, x): came of b, c",
        ]
        tree = tree_of(register_of("a", "b").chart(DAY), depth=0)
        assert outline(tree, "zh").splitlines() == ["2020-06-30组织图", "中a (a, a)", "  … 另有1个"]

    @given(st.lists(NAMES, min_size=4, max_size=5, unique=True))
    def test_a_unit_is_a_line(self, names: list[str]) -> None:
        """Whatever it is called."""
        picture = tree_of(register_of(*names).chart(DAY))
        assert len(outline(picture).split("\n")) == len(names) + 2


class TestMermaid:
    """A flowchart: its grammar as far as we use it, what Mermaid's own parser took when this was written."""

    _LABEL = r"(?:[^\"#:;<>{}`\\\n]|#\d+;|<br/>)*"
    _LINES = (
        re.compile(rf"accTitle: {_LABEL}"),
        re.compile(rf'(?P<node>u\d+)(?:\["{_LABEL}"\]|\(\["{_LABEL}"\]\))'),
        re.compile(r"(?P<source>u\d+) (?:-->|-\.->) (?P<target>u\d+)"),
        re.compile(r"classDef (?:new|gone|moved|changed) [a-z0-9#:, -]+"),
        re.compile(r"class (?P<marked>u\d+) (?:new|gone|moved|changed)"),
    )

    def _parsed(self, text: str) -> dict[str, list[str]]:
        first, *lines = text.splitlines()
        assert first == "flowchart LR"
        found: dict[str, list[str]] = {"node": [], "source": [], "target": [], "marked": []}
        for line in (line.strip() for line in lines):
            match = next((m for pattern in self._LINES if (m := pattern.fullmatch(line))), None)
            assert match is not None, line
            for role, name in match.groupdict().items():
                found[role].append(name)
        return found

    @given(st.lists(NAMES, min_size=4, max_size=5, unique=True))
    def test_names_stay_labels(self, names: list[str]) -> None:
        """Every unit is a node, every edge leads from a node to a node."""
        for picture in (tree_of(register_of(*names).chart(DAY)), merged(register_of(*names))):
            found = self._parsed(mermaid(picture))
            assert len(set(found["node"])) == len(found["node"]) == len(picture.twigs)
            assert {*found["source"], *found["target"], *found["marked"]} <= set(found["node"])

    def test_a_whole_district(self, shangjie: Register) -> None:
        """With its bodies."""
        picture = tree_of(shangjie.chart(DAY))
        for language in LANGUAGES:
            assert len(self._parsed(mermaid(picture, language))["node"]) == len(picture.twigs)

    @pytest.mark.slow
    def test_mermaid_draws_it(self) -> None:
        """Mermaid's own parser takes it, hostile names and all."""
        import mermaidx

        drawn = mermaidx.render(mermaid(merged(register_of(HOSTILE, "b", "c", HOSTILE)))).svg()
        assert "came to New" in drawn
        assert "<script>alert" not in drawn


class TestDot:
    """A graph that another reader's parser reads."""

    @settings(max_examples=5)  # the other reader takes its time
    @given(st.lists(NAMES, min_size=4, max_size=5, unique=True))
    def test_names_stay_labels(self, names: list[str]) -> None:
        """Every unit is a node; an edge from each to what is above it, and one for each passage."""
        for picture in (tree_of(register_of(*names).chart(DAY)), merged(register_of(*names))):
            graphs = pydot.graph_from_dot_data(dot(picture))
            assert graphs is not None
            nodes = {node.get_name().strip('"') for node in graphs[0].get_nodes()} - {"node", "graph"}
            assert nodes == {twig.unit for twig in picture.twigs}
            above = sum(twig.above is not None for twig in picture.twigs)
            assert len(graphs[0].get_edges()) == above + len(picture.passages)


class Reader(HTMLParser):
    """Reads a page; every element must be closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.found: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """One element begins."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("href", "src", "action", "srcset")]
        self.found += [value or "" for name, value in attributes if name == "data-find"]
        assert not any(name.startswith("on") for name, _ in attributes)
        if tag not in {"meta", "link", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """And ends."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """What is said."""
        self.said.append(data)


def parsed(text: str) -> Reader:
    """A page as read."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


class TestPage:
    """One file that folds and searches and fetches nothing."""

    @given(st.lists(NAMES, min_size=4, max_size=5, unique=True))
    def test_names_stay_texts(self, names: list[str]) -> None:
        """Every unit is an item that is found by its code and both names."""
        for picture in (tree_of(register_of(*names).chart(DAY)), merged(register_of(*names))):
            found = parsed(page(picture))
            assert found.found == [f"{twig.code} {twig.name.en} {twig.name.zh}" for twig in picture.twigs]
            assert found.tags.count("script") == 1
            assert found.links == ["data:,"]

    def test_a_hostile_name_is_shown_and_not_run(self) -> None:
        """In an item, in a note, in the title of nothing."""
        found = parsed(page(merged(register_of("a", HOSTILE, "c", "d"))))
        assert found.tags.count("script") == 1
        assert any(HOSTILE in said for said in found.said)

    def test_everything_is_in_both_languages(self, shangjie: Register) -> None:
        """Levels, kinds of bodies, posts; a name that both write alike is written once."""
        picture = tree_of(shangjie.chart(DAY))
        said = parsed(page(picture)).said
        for twig in picture.twigs:
            for text in (twig.name, twig.kind, *twig.posts, *twig.notes):
                assert {text.en, text.zh} <= set(said)

    def test_nothing_can_be_fetched(self) -> None:
        """The page forbids it by itself, and holds no address."""
        text = page(merged(register_of("a", "b", "c")))
        assert "default-src 'none'" in text
        assert "http:" not in text
        assert "https:" not in text


class TestInABrowser:
    """As a reader sees it, in a real Chromium."""

    @pytest.fixture
    def show(self, browser: Any, tmp_path: Path) -> Iterator[Callable[[Picture], Any]]:
        """Opens a picture's page from a file; whatever it says to the console or asks of a network is an error."""
        context = browser.new_context()
        heard: list[str] = []

        def shown(picture: Picture) -> Any:
            path = tmp_path / "tree.html"
            path.write_text(page(picture), encoding="utf-8")
            opened = context.new_page()
            opened.on("console", lambda message: heard.append(message.text))
            opened.on("pageerror", lambda error: heard.append(str(error)))
            opened.on("dialog", lambda dialog: heard.append(dialog.message))
            opened.on(
                "request",
                lambda request: None if request.url.startswith(("file:", "data:")) else heard.append(request.url),
            )
            opened.goto(path.as_uri())
            return opened

        yield shown
        context.close()
        assert heard == []

    def test_it_folds_and_unfolds(self, shangjie: Register, show: Callable[[Picture], Any]) -> None:
        """A community is hidden until its subdistrict is opened."""
        opened = show(tree_of(shangjie.chart(DAY)))
        community = opened.locator("li[data-find^='410106001005 '] .name").first
        assert not community.is_visible()
        opened.locator("summary", has_text="济源路街道").first.click()
        assert community.is_visible()
        opened.locator("#fold").click()
        assert not community.is_visible()
        opened.locator("#unfold").click()
        assert community.is_visible()

    def test_it_finds_by_name_and_code_in_both_languages(
        self, shangjie: Register, show: Callable[[Picture], Any]
    ) -> None:
        """What is found is shown with what stands above it; an empty search shows all as it was."""
        opened = show(tree_of(shangjie.chart(DAY)))
        opened.locator("#find").fill("三湾街社区")
        assert opened.locator("li[data-find^='410106001005 '] .name").first.is_visible()
        assert not opened.locator("li[data-find^='410106002 '] .name").first.is_visible()
        opened.locator("#find").fill("410106100")
        assert int(opened.locator("#hits").inner_text()) > 1
        opened.locator("#find").fill("nobody is called so")
        assert opened.locator("#hits").inner_text() == "0"
        opened.locator("#find").fill("")
        assert opened.locator("li[data-find^='410106002 '] .name").first.is_visible()
        assert not opened.locator("li[data-find^='410106001005 '] .name").first.is_visible()

    def test_a_change_is_unfolded_and_one_language_is_shown(self, show: Callable[[Picture], Any]) -> None:
        """What became otherwise is seen at once, in English or in Chinese; hostile names do nothing."""
        opened = show(merged(register_of("a", HOSTILE, "c", "d")))
        assert opened.get_by_text("came to New").first.is_visible()
        opened.get_by_label("中文").check()
        assert not opened.get_by_text("came to New").first.is_visible()
        assert opened.get_by_text("归入新").first.is_visible()

    def test_nobody_is_shut_out(self, shangjie: Register, show: Callable[[Picture], Any]) -> None:
        """Axe finds nothing to complain of, in either language, of a tree or of a change."""
        from axe_playwright_python.sync_playwright import Axe

        for picture in (tree_of(shangjie.chart(DAY), "410106001"), merged(register_of("a", "b", "c", "d"))):
            opened = show(picture)
            for language in ("English", "中文"):
                opened.get_by_label(language).check()
                found = Axe().run(opened)
                assert found.violations_count == 0, found.generate_report()
