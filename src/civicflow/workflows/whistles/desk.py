"""`office.whistles`: call, whistle, report in words. Each method is one step of the tables in `whistle` and `report_in`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from civicflow.calendars import TimeLimit
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.money import Money
from civicflow.workflows.desk import CaseRef, Desk, located, share_meant
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.places import Place
from civicflow.workflows.whistles.report_in import Complete, Log, Rating, ReportIn, Why
from civicflow.workflows.whistles.whistle import WHISTLE, Call, Kind, Whistle, WhistleAtOnce

_REPORTS: Final = ("report",)


class Whistles:
    """Calls, whistles, and the departments that report in.

    Every command takes the whistle or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``, which
    makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- the matter --------------------------------------------------------------------------------------------------

    def call(
        self,
        title: str,
        *,
        unit: str,
        by: Actor,
        kind: Kind = "beyond",
        category: str = "",
        place: Place | None = None,
        tried: str = "",
        details: str = "",
        key: str = "",
    ) -> Case:
        """Call for help with a matter that a community cannot settle (呼叫); the unit one level up answers.

        Args:
            title: the public headline.
            unit: the community that calls, by code, alias or id.
            by: its secretary.
            kind: ``beyond`` what the subdistrict can settle alone, joint ``enforcement``, or an ``emergency``.
            category: in your own vocabulary, levels apart by ``/``.
            place: where it is, public.
            tried: what the community has done itself, public.
            details: what else whoever comes needs to know; private.
            key: makes a retried call the same matter.
        """
        data = Call(
            title=title, kind=kind, category=category, place=located(self._desk, place), tried=tried, details=details
        )
        return self._desk.begin(WHISTLE.name, "call", data, by=by, unit=unit, key=key)

    def whistle_at_once(
        self,
        title: str,
        *,
        unit: str,
        to: Sequence[str],
        by: Actor,
        within: TimeLimit | str | None = None,
        because: str = "",
        kind: Kind = "beyond",
        category: str = "",
        place: Place | None = None,
        tried: str = "",
        details: str = "",
        key: str = "",
    ) -> Case:
        """Start at the whistle (直接吹哨), for a matter of one's own; the subdistrict is then the caller, too.

        Args:
            title: the public headline.
            unit: the subdistrict, by code, alias or id.
            to: the departments, by code, alias or id.
            by: the subdistrict's secretary.
            within: as for `whistle`.
            because: as for `whistle`.
            kind: as for `call`.
            category: as for `call`.
            place: as for `call`.
            tried: as for `call`.
            details: as for `call`.
            key: makes a retried whistle the same matter.
        """
        data = WhistleAtOnce(
            title=title,
            kind=kind,
            category=category,
            place=located(self._desk, place),
            tried=tried,
            details=details,
            to=tuple(map(self._desk.unit, to)),
            within=within,
            because=because,
        )
        return self._desk.begin(WHISTLE.name, "whistle-at-once", data, by=by, unit=unit, key=key)

    def whistle(
        self,
        matter: CaseRef,
        *,
        to: Sequence[str],
        by: Actor,
        within: TimeLimit | str | None = None,
        because: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """Whistle for departments (吹哨): those that are needed, or more of them while others are at it.

        Args:
            matter: the matter or its id.
            to: the departments, by code, alias or id.
            by: the secretary of the unit whose turn it is.
            within: by when they have to be there, counted from now, for instance ``"2 hours"``; else as the flow says.
            because: why these, and what each has to do, public.
            key: makes a retried whistle act once.
            seen: the version that the form showed; a matter that has moved on since is a `Conflict`.
        """
        now = self._desk.case(matter)
        step = "whistle-for-more" if now.state == "whistled" else "whistle"
        data = Whistle(to=tuple(map(self._desk.unit, to)), within=within, because=because)
        # A key stands for the whistle, in whichever state that was: repeated later it must not mean the next one.
        return self._desk.take(now, step, data, by=by, key=key, seen=seen, command="whistle")

    def evaluate(
        self,
        matter: CaseRef,
        *,
        resolved: bool,
        by: Actor,
        satisfied: int | None = None,
        comment: str = "",
        key: str = "",
    ) -> Case:
        """Say whether it is settled, and how satisfied the caller is; what is not settled goes on.

        Args:
            matter: the matter or its id.
            resolved: False lets it be whistled for again; after that it goes one level up each time.
            by: the secretary of the community that called.
            satisfied: 1 (not at all) to 5 (fully), or nothing.
            comment: private.
            key: makes a retried word act once.
        """
        data = Evaluate(resolved=resolved, satisfied=satisfied, comment=comment)
        return self._desk.take(matter, "evaluate", data, by=by, key=key)

    def hand_up(self, matter: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Hand the matter one level up before its time (上报), with a reason."""
        return self._desk.take(matter, "hand-up", Why(reason), by=by, key=key)

    def withdraw(self, matter: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take the call back (撤回); departments that are still at it are no longer needed."""
        return self._desk.take(matter, "withdraw", by=by, why=why, key=key)

    # -- the departments ---------------------------------------------------------------------------------------------

    def report_in(
        self, matter: CaseRef, *, by: Actor, note: str = "", happened: datetime | None = None, key: str = ""
    ) -> Case:
        """Report in on site (报到): the report-in given, or the one that the actor's department has in the matter given.

        Args:
            matter: the report-in, or the matter.
            by: an officer of the department.
            note: with whom and with what, public.
            happened: when they came, if that is entered later.
            key: makes a retried report act once.
        """
        report = share_meant(self._desk, matter, "report-in", by, _REPORTS)
        return self._desk.take(report, "report-in", ReportIn(note), by=by, happened=happened, key=key)

    def log(self, matter: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Write into the joint log: a department into its report-in, whoever whistled or called into the matter."""
        case = self._desk.case(matter)
        reports = self.reports(case, body=by.unit) if case.is_root and by.unit is not None else ()
        to: CaseRef = reports[-1] if reports else case
        return self._desk.take(to, "log", Log(text), by=by, key=key)

    def complete(
        self, matter: CaseRef, *, by: Actor, note: str = "", spent: Money | None = None, key: str = ""
    ) -> Case:
        """Say that the department's part is done, what it did, and what that cost."""
        data = Complete(note, spent)
        return self._desk.take(
            share_meant(self._desk, matter, "complete", by, _REPORTS), "complete", data, by=by, key=key
        )

    def reports(self, matter: CaseRef, *, body: str | None = None) -> tuple[Case, ...]:
        """The report-ins of a matter, all of them or those of one department, in the order in which they were opened."""
        found = self._desk.shares(matter, body=None if body is None else self._desk.unit(body))
        return tuple(case for case in found if case.slot in _REPORTS)

    def rate(
        self, matter: CaseRef, score: int, reason: str, *, by: Actor, body: str | None = None, key: str = ""
    ) -> Case:
        """Rate a department from 1 to 5, with a reason; who came too late gets 3 at most.

        Args:
            matter: the matter, or the report-in as `reports` gives it.
            score: from 1 (poor) to 5 (excellent).
            reason: read by the department, public.
            by: the secretary of the unit that whistled; of the one above where that did not rate in time.
            body: of a matter, which department: its newest report-in.
            key: makes a retried rating act once.
        """
        now = self._report_of(matter, body)
        above = now.state == "unrated" and not self._acts_for(now, by)
        return self._desk.take(
            now, "rate-above" if above else "rate", Rating(score, reason), by=by, key=key, command="rate"
        )

    def go_on_without(self, matter: CaseRef, reason: str, *, by: Actor, body: str | None = None, key: str = "") -> Case:
        """No longer wait for a department that did not come (不再等候); it is rated 1. Which one is said as in `rate`."""
        return self._desk.take(self._report_of(matter, body), "go-on-without", Why(reason), by=by, key=key)

    def release(self, matter: CaseRef, reason: str, *, by: Actor, body: str | None = None, key: str = "") -> Case:
        """Release a department that is not needed after all (解除); it is not rated. Which one is said as in `rate`."""
        return self._desk.take(self._report_of(matter, body), "release", Why(reason), by=by, key=key)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _report_of(self, matter: CaseRef, body: str | None) -> Case:
        """The report-in given, or the newest one that a department, or the only department, has in the matter given."""
        given = self._desk.case(matter)
        if given.slot in _REPORTS:
            return given
        reports = self.reports(given, body=body)
        if not reports or (body is None and len({report.body for report in reports}) > 1):
            there = ", ".join(sorted({report.key for report in self.reports(given)})) or "none yet"
            msg = f"say which department by `body=`; whistled for in {given.id}: {there}"
            raise InvalidInput(msg)
        return reports[-1]

    def _acts_for(self, report: Case, by: Actor) -> bool:
        """Whether the actor's post is one of the report-in's own unit."""
        chart = self._desk.chart()
        return by.unit is not None and by.unit in chart and chart.area_of(by.unit) == report.unit
