"""`office.oversight`: inquiries into matters, in words. Each method is one step of the table `INQUIRY`."""

from __future__ import annotations

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import Actor
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.oversight.inquiry import INQUIRY, Ask, Insist, Release, Reply, Stop


class Oversight:
    """Inquiries, and the matters that they suspend.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(
        self,
        title: str,
        question: str,
        *,
        of: CaseRef,
        to: str,
        by: Actor,
        board: str = "",
        unit: str = "",
        key: str = "",
    ) -> Case:
        """Ask about a matter that has not ended.

        Args:
            title: the public headline.
            question: public.
            of: the matter.
            to: the body that has to answer, by code, alias or id.
            by: a supervisor of the board, or the officer of the discipline line on that level.
            board: the supervisory board, by code, alias or id; left out, the one that the matter names.
            unit: the area on whose level of the discipline line the inquiry begins; left out, that of the body that is asked.
            key: makes a retried command the same one.

        Raises:
            InvalidInput: the matter names no supervisory board, and none was given.
        """
        matter, body = self._desk.case(of), self._desk.unit(to)
        meant = self._desk.unit(board) if board else matter.anchors.get("board")
        anchors = {} if meant is None else {"board": meant}
        area = self._desk.unit(unit) if unit else self._desk.chart().area_of(body)
        data = Ask(title=title, of=matter.id, to=body, question=question)
        return self._desk.begin(INQUIRY.name, "ask", data, by=by, unit=area, anchors=anchors, key=key)

    def answer(self, inquiry: CaseRef, answer: str, *, by: Actor, key: str = "") -> Case:
        """Answer for the body that was asked."""
        return self._desk.take(inquiry, "answer", Reply(answer), by=by, key=key)

    def insist(self, inquiry: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Say why the answer does not do; the inquiry goes one level up."""
        return self._desk.take(inquiry, "insist", Insist(reason), by=by, key=key)

    def settle(self, inquiry: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Be satisfied with the answer."""
        return self._desk.take(inquiry, "settle", by=by, key=key)

    def suspend(self, inquiry: CaseRef, reason: str, *, within: TimeLimit | str, by: Actor, key: str = "") -> Case:
        """Have the matter stand still, for ``within`` at the most."""
        return self._desk.take(inquiry, "suspend", Stop(reason=reason, within=time_limit(within)), by=by, key=key)

    def hand_up(self, inquiry: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Leave a suspended matter to the level above."""
        return self._desk.take(inquiry, "hand-up", by=by, key=key)

    def release(self, inquiry: CaseRef, finding: str, *, by: Actor, key: str = "") -> Case:
        """Let a suspended matter go on."""
        return self._desk.take(inquiry, "release", Release(finding), by=by, key=key)

    def withdraw(self, inquiry: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Take the question back."""
        return self._desk.take(inquiry, "withdraw", by=by, key=key)
