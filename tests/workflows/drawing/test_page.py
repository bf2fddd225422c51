"""The page of a flow is one file that fetches nothing, and holds every state, role, limit and end in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK
from civicflow.texts import Text
from civicflow.workflows.drawing import page
from civicflow.workflows.drawing.table import rows
from civicflow.workflows.drawing.wording import Wording
from civicflow.workflows.engine.flow import NEW, Flow, Limit, State, Step
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

_VOID = frozenset(("meta", "link", "input", "br"))


class Reader(HTMLParser):
    """Reads a page; every element must be closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.said: dict[str, list[str]] = {"en": [], "zh": []}
        self.languages: list[str | None] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """One element begins."""
        given = dict(attributes)
        self.tags.add(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        self.links += [value or "" for name, value in attributes if name in ("href", "src", "action", "srcset")]
        assert not any(name.startswith("on") for name in given)
        if tag not in _VOID:
            self.open.append(tag)
            self.languages.append(given.get("class"))

    def handle_endtag(self, tag: str) -> None:
        """And ends."""
        assert self.open.pop() == tag
        self.languages.pop()

    def handle_data(self, data: str) -> None:
        """What is said in a language."""
        for language in ("en", "zh"):
            if language in self.languages:
                self.said[language].append(data)


def read(text: str) -> Reader:
    """A page as read."""
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_it_holds_everything_in_both_languages(flow: Flow) -> None:
    """Each state, step, role, limit, reason and outcome of the table."""
    found = read(page(flow, beside=SHIPPED))
    wording = Wording(flow, {other.name: other for other in SHIPPED})
    texts = [state.text for state in flow.states]
    for row in rows(wording):
        texts += [row.step.text, row.who, *row.refused, *row.targets, *([row.when] if row.when.en else [])]
    texts += [wording.ladder(state.name) for state in flow.states if wording.ladder(state.name).en]
    for text in texts:
        assert text.en in found.said["en"]
        assert text.zh in found.said["zh"]
    assert all(state.final in page(flow) for state in flow.states if state.final)


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_it_fetches_nothing_and_no_link_leads_nowhere(flow: Flow) -> None:
    """Every link is one within the page; there is no script."""
    found = read(page(flow, beside=SHIPPED))
    assert len(set(found.ids)) == len(found.ids)
    assert {link for link in found.links if not link.startswith("#")} == {"data:,"}
    assert {link.removeprefix("#") for link in found.links if link.startswith("#")} <= set(found.ids)
    assert "script" not in found.tags
    assert "url(" not in page(flow)


def test_texts_stay_texts() -> None:
    """Whatever a flow's author writes is shown and not run."""
    hostile = Flow(
        "hostile",
        1,
        "<script>alert(1)</script> | <b>粗</b>",
        (State("odd", "<i>odd</i> & | 怪&", (Limit("1 day", "end"),)), State("done", "done | 完", final="done")),
        (Step("begin", "begin | 始", NEW, "odd", ANYONE), Step("end", "end | 终", "odd", "done", BY_CLOCK)),
    )
    found = read(page(hostile, rules=Text("a <u>rule</u>", "<u>规则</u>")))
    assert not {"script", "i", "b", "u"} & found.tags
    assert "a <u>rule</u>" in found.said["en"]


def test_a_drawing_is_taken_in_where_it_is_given() -> None:
    """One for each language; without it the page does without."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title></svg>'
    assert svg in page(SHARE, drawing={"en": svg})
    assert "As drawn" not in page(SHARE)


def test_it_says_first_what_it_was_asked_for() -> None:
    """The reader may switch."""
    assert '<html lang="zh-Hans">' in page(SHARE, "zh")
    assert re.search(r'id="in-zh" checked', page(SHARE, "zh"))
    with pytest.raises(InvalidInput, match="'en' or 'zh'"):
        page(SHARE, "fr")  # type: ignore[arg-type]


def test_it_is_the_same_each_time() -> None:
    """So that a change of the page is a change of the flow."""
    assert page(FOUR_PART_TICKET, beside=SHIPPED) == page(attrs.evolve(FOUR_PART_TICKET), beside=SHIPPED)


class TestInABrowser:
    """As a reader sees it, in a real Chromium."""

    @pytest.fixture
    def opened(self, browser: Any, tmp_path: Path) -> Iterator[Any]:
        """The ticket's page, opened from a file; whatever it says to the console or asks of a network is an error."""
        path = tmp_path / "flow.html"
        path.write_text(page(FOUR_PART_TICKET, beside=SHIPPED), encoding="utf-8")
        context = browser.new_context()
        shown = context.new_page()
        heard: list[str] = []
        shown.on("console", lambda message: heard.append(message.text))
        shown.on("pageerror", lambda error: heard.append(str(error)))
        shown.on("request", lambda request: heard.append(request.url) if not _is_local(request.url) else None)
        shown.goto(path.as_uri())
        yield shown
        context.close()
        assert heard == []

    def test_one_language_is_shown_at_a_time(self, opened: Any) -> None:
        """And the other at a click."""
        assert opened.locator("h1").inner_text() == "four-part ticket, version 1"
        opened.get_by_label("中文").check()
        assert opened.locator("h1").inner_text() == "四联单，第1版"
        assert not opened.get_by_text("under supervision", exact=True).first.is_visible()

    def test_one_walks_from_state_to_state(self, opened: Any) -> None:
        """A link leads to the state that a step leads to."""
        opened.locator("#state-ordered a", has_text="dispatched").first.click()
        assert opened.url.endswith("#state-dispatched")
        assert opened.locator("#state-dispatched").is_visible()

    def test_nobody_is_shut_out(self, opened: Any) -> None:
        """Axe finds nothing to complain of, in either language."""
        from axe_playwright_python.sync_playwright import Axe

        for language in ("English", "中文"):
            opened.get_by_label(language).check()
            found = Axe().run(opened)
            assert found.violations_count == 0, found.generate_report()


def _is_local(url: str) -> bool:
    return url.startswith(("file:", "data:"))
