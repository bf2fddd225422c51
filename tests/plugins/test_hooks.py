"""Each hook does what its docstring says; a test fails when a hook has no test or no documentation."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from civicflow.calendars import TimeLimit
from civicflow.errors import PluginError
from civicflow.hierarchy.authority import BY_CLOCK, CLOCK, REQUESTER
from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry
from civicflow.ledger.facts import CaseFacts
from civicflow.plugins.hookspecs import HOOKS, BringsFlows, Committed, ObservesCommits, hookimpl
from civicflow.plugins.manager import Plugins
from civicflow.workflows.engine.flow import NEW, Flow, Limit, State, Step

AT = datetime(2026, 5, 1, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "hooks.md"


def _committed(position: int = 7) -> Committed:
    entries = [
        Entry(
            case=CaseId(case),
            version=version,
            flow="ticket@1#00",
            step="order",
            source="",
            target="ordered",
            by=CLOCK,
            happened=AT,
            recorded=AT,
        )
        for version, case in enumerate(("T-1", "T-1/health@1", "T-2"), 1)
    ]
    facts = {CaseId("T-1"): CaseFacts(flow="ticket", state="ordered")}
    return Committed(position=position, entries=tuple(entries), facts=facts)


def _flow(name: str, version: int = 1) -> Flow:
    return Flow(
        name,
        version,
        "Permit | 许可",
        (
            State("filed", "filed | 已申请", (Limit(TimeLimit(5, "days"), "lapse"),)),
            State("lapsed", "lapsed | 已失效", final="lapsed"),
        ),
        (
            Step("file", "file | 申请", NEW, "filed", REQUESTER),
            Step("lapse", "lapse | 失效", "filed", "lapsed", BY_CLOCK),
        ),
    )


class Diary:
    """An observer that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[Committed] = []

    @hookimpl
    def civicflow_committed(self, event: Committed) -> None:
        """Write it down."""
        self.heard.append(event)


class Sulking:
    """An observer that fails."""

    @hookimpl
    def civicflow_committed(self, event: Committed) -> None:
        """Fail."""
        msg = "the search index\nis down"
        raise OSError(msg)


class Bringer:
    """Brings the flows that it was given, or fails."""

    def __init__(self, *flows: Any, fails: bool = False) -> None:
        self._flows, self.fails = flows, fails

    @hookimpl
    def civicflow_flows(self) -> Iterable[Flow]:
        """The flows."""
        yield from self._flows
        if self.fails:
            msg = "the file of flows is gone"
            raise OSError(msg)


class TestCommitted:
    """Observers hear of every commit; what they do with it is their own affair."""

    def test_hook_civicflow_committed(self) -> None:
        """Each observer is called once with the event."""
        first, second, plugins, event = Diary(), Diary(), Plugins(), _committed()
        typed: ObservesCommits = first  # the Protocol is the hook's type
        plugins.register(typed, name="first")
        plugins.register(second, name="second")
        assert plugins.committed(event) == ()
        assert first.heard == second.heard == [event]
        assert event.matters == ("T-1", "T-2")

    @pytest.mark.parametrize("strict", [False, True])
    def test_one_failure_stops_nobody(self, caplog: pytest.LogCaptureFixture, *, strict: bool) -> None:
        """An exception is named with its distribution, logged, returned, and kept from the office and the others."""
        before, after, plugins = Diary(), Diary(), Plugins(strict=strict)
        plugins.register(before, name="before")
        plugins.register(Sulking(), name="sulking", distribution="search-index")
        plugins.register(after, name="after")
        with caplog.at_level(logging.ERROR, "civicflow.plugins"):
            (failure,) = plugins.committed(_committed(9))
        assert len(before.heard) == len(after.heard) == 1
        assert failure.plugin == "sulking"
        assert failure.distribution == "search-index"
        assert str(failure).endswith("civicflow_committed failed at position 9: OSError: the search index is down")
        (record,) = caplog.records
        assert record.getMessage() == str(failure)
        assert record.exc_info is not None
        assert isinstance(failure.__cause__, OSError)

    def test_what_ends_the_process_is_no_failure(self) -> None:
        """Ctrl-C reaches the host."""

        class Interrupted:
            @hookimpl
            def civicflow_committed(self, event: Committed) -> None:
                raise KeyboardInterrupt

        plugins = Plugins()
        plugins.register(Interrupted())
        with pytest.raises(KeyboardInterrupt):
            plugins.committed(_committed())

    def test_nobody_listens(self) -> None:
        """Without plugins nothing happens."""
        assert Plugins().committed(_committed()) == ()


class TestFlows:
    """Plugins bring flows, each all of its own or none."""

    def test_hook_civicflow_flows(self) -> None:
        """The flows of all plugins come together."""
        plugins = Plugins()
        typed: BringsFlows = Bringer(_flow("permit"), _flow("permit", 2))
        plugins.register(typed, name="permits")
        plugins.register(Bringer(_flow("stall")), name="stalls")
        assert {flow.ref.partition("#")[0] for flow in plugins.flows()} == {"permit@1", "permit@2", "stall@1"}
        assert Plugins().flows() == ()

    @pytest.mark.parametrize(
        ("broken", "cause"),
        [
            (Bringer(_flow("permit"), fails=True), "civicflow_flows failed: OSError: the file of flows is gone"),
            (Bringer(_flow("permit"), "permit"), "brings an object of type str; bring objects of Flow only"),
            (
                Bringer(_flow("permit"), _flow("permit")),
                "brings the flow permit@1, which 'broken' of gone-city has brought",
            ),
        ],
    )
    def test_all_or_none(self, broken: Bringer, cause: str) -> None:
        """Of a plugin that fails half-way nothing is taken; it is recorded, and the others' flows are there."""
        plugins = Plugins()
        plugins.register(Bringer(_flow("stall")), name="stalls")
        plugins.register(broken, name="broken", distribution="gone-city")
        assert [flow.name for flow in plugins.flows()] == ["stall"]
        (state,) = (state for state in plugins.states if state.status == "failed")
        assert (state.name, state.hooks) == ("broken", ("civicflow_flows",))
        assert cause in state.error

    def test_of_two_of_one_name_neither_overlays_the_other(self) -> None:
        """Two plugins that bring one flow are an error that names both; one of them stands."""
        plugins = Plugins(strict=True)
        plugins.register(Bringer(_flow("permit")), name="east", distribution="east-city")
        plugins.register(Bringer(_flow("permit")), name="west", distribution="west-city")
        with pytest.raises(PluginError, match=r"permit@1") as raised:
            plugins.flows()
        assert "east-city" in str(raised.value)
        assert "west-city" in str(raised.value)

    def test_a_recovered_plugin_is_heard_again(self) -> None:
        """A failure is not for ever: the state says what the last call gave."""
        plugins, bringer = Plugins(), Bringer(_flow("permit"), fails=True)
        plugins.register(bringer, name="permits")
        assert plugins.flows() == ()
        bringer.fails = False
        assert [flow.name for flow in plugins.flows()] == ["permit"]
        assert [state.status for state in plugins.states] == ["loaded"]


class TestEveryHook:
    """No hook without a meaning, a test and a page."""

    @pytest.mark.parametrize("hook", HOOKS)
    def test_is_tested(self, hook: str) -> None:
        """There is a test by the hook's name."""
        tests = {name for kind in (TestCommitted, TestFlows) for name in vars(kind)}
        assert f"test_hook_{hook}" in tests

    @pytest.mark.parametrize("hook", HOOKS)
    def test_is_documented(self, hook: str) -> None:
        """The page has a heading for it, and its docstring says what it means."""
        assert f"\n## `{hook}`\n" in PAGE.read_text(encoding="utf-8")
        assert len(inspect.getdoc(getattr(HOOKS[hook], hook)) or "") > 100

    def test_no_page_for_a_hook_that_is_gone(self) -> None:
        """The page names no hook that does not exist."""
        headings = {line[4:-1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("## `")}
        assert headings == set(HOOKS)
