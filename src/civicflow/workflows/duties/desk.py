"""`office.duties` and `office.supervision`: problem lists, duties and what supervises them, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import Actor
from civicflow.workflows.accountability import Decide, Dismiss, Refer
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.duties.duty import DUTY, Assign, Problem, Report, SendBack, Stage
from civicflow.workflows.duties.problem_list import PROBLEM_LIST, OpenList
from civicflow.workflows.duties.rectification import Rectified
from civicflow.workflows.duties.supervision import SUPERVISION, Finding, Order, Supervise, Way
from civicflow.workflows.duties.topic import TOPIC, PutUp
from civicflow.workflows.engine.records import Case


class Duties:
    """Problem lists and the duties that come of them.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open_list(
        self,
        title: str,
        *,
        within: TimeLimit | str,
        supervisor: str,
        unit: str,
        by: Actor,
        size: int = 10,
        key: str = "",
    ) -> Case:
        """Open a problem list for residents' topics.

        Args:
            title: the public headline.
            within: for how long topics are put up, counted from now.
            supervisor: the body that supervises what comes of it, by code, alias or id.
            unit: the area whose matter it is.
            by: the secretary of the unit.
            size: how many subjects come on it; ties with the last one come on it, too.
            key: makes a retried command the same one.
        """
        data = OpenList(title=title, within=time_limit(within), size=size)
        anchors = {"supervisor": self._desk.unit(supervisor)}
        return self._desk.begin(PROBLEM_LIST.name, "open", data, by=by, unit=unit, anchors=anchors, key=key)

    def put_up(self, problem_list: CaseRef, subject: str, *, by: Actor, details: str = "", key: str = "") -> Case:
        """Put up a topic, once for each list; returns the topic."""
        now = self._desk.case(problem_list)
        return self._desk.begin(
            TOPIC.name,
            "put-up",
            PutUp(subject=subject, details=details),
            by=by,
            unit=now.unit,
            anchors=now.anchors,
            parent=now.id,
            brood="topic",
            child=by.person or "",
            key=key,
        )

    def close_list(self, problem_list: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close a list before its time; topics are counted at once, and the duties begin."""
        return self._desk.take(problem_list, "close", by=by, key=key)

    def on_list(self, problem_list: CaseRef) -> tuple[Case, ...]:
        """The duties that a list began, the subject named most first."""
        return tuple(map(self._desk.case, self._desk.case(problem_list).links.get("duties", ())))

    def begin(
        self, title: str, *, supervisor: str, unit: str, by: Actor, named: int = 0, category: str = "", key: str = ""
    ) -> Case:
        """Put a problem on the duty list that no list of topics began."""
        data = Problem(title=title, named=named, category=category)
        anchors = {"supervisor": self._desk.unit(supervisor)}
        return self._desk.begin(DUTY.name, "list", data, by=by, unit=unit, anchors=anchors, key=key)

    def assign(
        self,
        duty: CaseRef,
        *,
        to: str,
        until: date,
        by: Actor,
        stages: Sequence[Stage] = (),
        key: str = "",
    ) -> Case:
        """Name the body that bears a duty, and the day by whose end it is done, in stages where it is.

        Args:
            duty: the duty.
            to: the body, by code, alias or id.
            until: the day by whose end all of it is done.
            by: the secretary of the unit.
            stages: each with its day and its places.
            key: makes a retried command act once.
        """
        data = Assign(to=self._desk.unit(to), until=until, stages=stages)
        return self._desk.take(duty, "assign", data, by=by, key=key)

    def stages(self, duty: CaseRef) -> tuple[Case, ...]:
        """The stages of a duty, in the order of their days."""
        return self._desk.shares(duty)

    def report(self, stage: CaseRef, places: Iterable[str] = (), *, by: Actor, key: str = "") -> Case:
        """Report where the part of a stage is done; with nothing left it is done."""
        return self._desk.take(stage, "report", Report(places), by=by, key=key)

    def accept(self, duty: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept a duty whose stages are all done."""
        return self._desk.take(duty, "accept", by=by, key=key)

    def send_back(self, duty: CaseRef, reason: str, *, until: date, by: Actor, key: str = "") -> Case:
        """Send a duty back, with what is to be done yet and the day by whose end it is."""
        return self._desk.take(duty, "send-back", SendBack(reason, until), by=by, key=key)


class Supervision:
    """Supervision beside matters of whatever flow."""

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(
        self,
        title: str,
        of: CaseRef,
        way: Way,
        *,
        supervisor: str,
        by: Actor,
        among: Iterable[str] = (),
        draws: int = 0,
        seed: str = "",
        key: str = "",
    ) -> Case:
        """Begin to supervise a matter; the bearer is told, unless the visit is undercover.

        Args:
            title: the public headline.
            of: the matter.
            way: ``special-inspection``, ``spot-check``, ``open-visit``, ``undercover-visit`` or ``sitting-in``.
            supervisor: the body that supervises, by code, alias or id.
            by: an officer of it.
            among: for a spot check: the places from which lots are drawn.
            draws: for a spot check: how many.
            seed: for a spot check: from which they are drawn (`civicflow.workflows.lots`).
            key: makes a retried command the same one.
        """
        matter = self._desk.case(of)
        data = Supervise(title=title, of=matter.id, way=way, among=among, draws=draws, seed=seed)
        anchors = {"supervisor": self._desk.unit(supervisor)}
        return self._desk.begin(SUPERVISION.name, "begin", data, by=by, unit=matter.unit, anchors=anchors, key=key)

    def record(
        self, supervision: CaseRef, found: str, *, sound: bool, by: Actor, where: str = "", key: str = ""
    ) -> Case:
        """Record what was found."""
        return self._desk.take(supervision, "record", Finding(sound=sound, found=found, where=where), by=by, key=key)

    def order(self, supervision: CaseRef, what: str, *, until: date, by: Actor, key: str = "") -> Case:
        """Order the bearer to put something right by the end of a day; `rectifications` hold it."""
        return self._desk.take(supervision, "order", Order(what, until), by=by, key=key)

    def rectifications(self, supervision: CaseRef) -> tuple[Case, ...]:
        """What was ordered to be put right, in order."""
        return self._in("rectifications", supervision)

    def report(self, rectification: CaseRef, note: str, *, by: Actor, key: str = "") -> Case:
        """The bearer reports that something was put right."""
        return self._desk.take(rectification, "report", Rectified(note), by=by, key=key)

    def accept(self, rectification: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept what was put right."""
        return self._desk.take(rectification, "accept", by=by, key=key)

    def send_back(self, rectification: CaseRef, reason: str, *, until: date, by: Actor, key: str = "") -> Case:
        """Send it back, with another day."""
        return self._desk.take(rectification, "send-back", SendBack(reason, until), by=by, key=key)

    def refer(self, supervision: CaseRef, *, to: str, ground: str, by: Actor, person: str = "", key: str = "") -> Case:
        """Refer who failed or shirked to a body of the discipline line; `accounts` hold it."""
        data = Refer(to=self._desk.unit(to), ground=ground, person=person)
        return self._desk.take(supervision, "refer", data, by=by, key=key)

    def accounts(self, supervision: CaseRef) -> tuple[Case, ...]:
        """What was referred, in order."""
        return self._in("accountability", supervision)

    def decide(self, account: CaseRef, measure: str, *, by: Actor, key: str = "") -> Case:
        """Hold somebody to account, with a measure."""
        return self._desk.take(account, "decide", Decide(measure), by=by, key=key)

    def dismiss(self, account: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Hold nobody to account, with a reason."""
        return self._desk.take(account, "dismiss", Dismiss(reason), by=by, key=key)

    def end(self, supervision: CaseRef, *, by: Actor, key: str = "") -> Case:
        """End it, when everything is put right."""
        return self._desk.take(supervision, "end", by=by, key=key)

    def _in(self, slot: str, supervision: CaseRef) -> tuple[Case, ...]:
        return tuple(share for share in self._desk.shares(supervision) if share.slot == slot)
