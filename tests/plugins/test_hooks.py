"""Each hook does what its docstring says; a test fails when a hook has no test or no documentation."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest

import civicflow
from civicflow.calendars import TimeLimit, WorkingCalendar, from_days
from civicflow.errors import InvalidInput, PluginError
from civicflow.hierarchy.authority import BY_CLOCK, CLOCK, REQUESTER
from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry
from civicflow.ledger.facts import CaseFacts
from civicflow.plugins.hookspecs import (
    HOOKS,
    BringsCalendars,
    BringsFlows,
    BringsRoutings,
    Committed,
    ObservesCommits,
    hookimpl,
)
from civicflow.plugins.manager import Plugins
from civicflow.workflows.engine.flow import NEW, Flow, Limit, State, Step
from civicflow.workflows.routing import Routing, Rule

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


class Shelf:
    """Brings calendars and rules of routing as they were given to it."""

    def __init__(self, calendars: Any = (), routings: Any = None) -> None:
        self._calendars, self._routings = calendars, {} if routings is None else routings

    @hookimpl
    def civicflow_calendars(self) -> Iterable[WorkingCalendar]:
        """The calendars."""
        return cast("Iterable[WorkingCalendar]", self._calendars)

    @hookimpl
    def civicflow_routings(self) -> Mapping[str, Routing]:
        """The rules."""
        return cast("Mapping[str, Routing]", self._routings)


def _calendar(name: str) -> WorkingCalendar:
    return from_days(name, "Asia/Shanghai", holidays=["2026-05-15"], version="2026")


_LAMPS = Routing((Rule(name="lamps", why="lamps | 路灯", to=("lamps-office",), categories=("roads/lamps",)),))


def _shelved(calendars: Any = (), routings: Any = None, *, strict: bool = False) -> Plugins:
    plugins = Plugins(strict=strict)
    plugins.register(Shelf(calendars, routings), name="shelf", distribution="shelf-city")
    return plugins


class TestCalendars:
    """An office counts by one calendar: it takes one that a plugin brings, by its name, or none of them."""

    def test_hook_civicflow_calendars(self) -> None:
        """The calendar of that name decides which days count; without a name it is China's, whoever is installed."""
        plugins = _shelved([_calendar("shangjie"), _calendar("beiyuan")])
        typed: BringsCalendars = Shelf()
        plugins.register(typed, name="empty")
        assert plugins.calendars().keys() == {"shangjie", "beiyuan"}
        with civicflow.open("memory://", calendar="shangjie", plugins=plugins) as office:
            assert not office._given.calendar.is_working(date(2026, 5, 15))
        for name in (None, "CN"):
            with civicflow.open("memory://", calendar=name, plugins=plugins) as office:
                assert office._given.calendar.is_working(date(2026, 5, 15))

    def test_nobody_brings_it(self) -> None:
        """A misspelt name tells those that there are, and what is wrong with the plugins that might bring it."""
        plugins = _shelved([_calendar("shangjie"), 5])
        with pytest.raises(PluginError, match=r"no plugin brings the calendar 'shangje', known are CN") as raised:
            civicflow.open("memory://", calendar="shangje", plugins=plugins)
        assert str(raised.value).endswith(
            "civicflow_calendars brings an object of type int; bring objects of WorkingCalendar only"
        )

    @pytest.mark.parametrize(
        ("calendars", "cause"),
        [
            (5, "civicflow_calendars gives an object of type int; give a list of objects of WorkingCalendar"),
            ([_calendar("CN")], "civicflow_calendars brings a calendar CN, which is China's own; give it another name"),
            (
                [_calendar("a"), _calendar("a")],
                "brings the calendar a, which 'shelf' of shelf-city has brought already",
            ),
        ],
    )
    def test_all_or_none(self, calendars: Any, cause: str) -> None:
        """What is wrong is recorded with the distribution, logged, and raised if strict."""
        plugins = _shelved(calendars)
        assert plugins.calendars() == {}
        assert cause in plugins.states[0].error
        with pytest.raises(PluginError, match=re.escape(cause)):
            _shelved(calendars, strict=True).calendars()


class TestRoutings:
    """An office has one set of rules: it takes one that a plugin brings, by its name, or none of them."""

    def test_hook_civicflow_routings(self) -> None:
        """The rules of that name hand matters on."""
        plugins = _shelved(routings={"shangjie": _LAMPS})
        typed: BringsRoutings = Shelf()
        plugins.register(typed, name="empty")
        with civicflow.open("memory://", routing="shangjie", plugins=plugins) as office:
            assert office._given.routing == _LAMPS
        with civicflow.open("memory://", plugins=plugins) as office:
            assert office._given.routing is None

    def test_a_name_is_no_file(self) -> None:
        """What has an ending or a folder is a path; a name that nobody brings is told."""
        plugins = _shelved(routings={"shangjie": _LAMPS})
        with pytest.raises(InvalidInput, match="cannot be read"):
            civicflow.open("memory://", routing="absent/shangjie.yaml", plugins=plugins)
        with pytest.raises(PluginError, match=r"no plugin brings the routing 'shangje', known are shangjie"):
            civicflow.open("memory://", routing="shangje", plugins=plugins)

    @pytest.mark.parametrize(
        ("routings", "cause"),
        [
            (
                [_LAMPS],
                "civicflow_routings gives an object of type list; give a mapping of names to objects of Routing",
            ),
            ({"a": "a.yaml"}, "civicflow_routings brings an object of type str; bring objects of Routing only"),
            ({"a.yaml": _LAMPS}, "brings rules of the name 'a.yaml'; a name is a word without dot and slash"),
        ],
    )
    def test_all_or_none(self, routings: Any, cause: str) -> None:
        """What is wrong is recorded with the distribution."""
        plugins = _shelved(routings=routings)
        assert plugins.routings() == {}
        assert cause in plugins.states[0].error

    def test_one_failure_is_not_forgotten_for_another_success(self) -> None:
        """A plugin whose rules fail is failed, though its calendars are taken."""
        plugins = _shelved([_calendar("shangjie")], routings=[])
        assert plugins.routings() == {}
        assert plugins.calendars().keys() == {"shangjie"}
        assert (plugins.states[0].status, plugins.states[0].hooks) == (
            "failed",
            ("civicflow_calendars", "civicflow_routings"),
        )


class TestEveryHook:
    """No hook without a meaning, a test and a page."""

    @pytest.mark.parametrize("hook", HOOKS)
    def test_is_tested(self, hook: str) -> None:
        """There is a test by the hook's name."""
        tests = {name for kind in (TestCommitted, TestFlows, TestCalendars, TestRoutings) for name in vars(kind)}
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
