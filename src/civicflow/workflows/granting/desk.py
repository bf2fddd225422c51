"""`office.grants`: calls, applications and grants in words. Each method is one step of one of their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from civicflow.calendars import TimeLimit
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId, PersonId
from civicflow.money import Money
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.granting import SelectionRule
from civicflow.workflows.granting.application import APPLICATION, Apply, Ask, Supply
from civicflow.workflows.granting.call import CALL, Announce, Cancel, Recuse
from civicflow.workflows.granting.grant import Postpone, ReportMilestone, StopGrant, Why
from civicflow.workflows.granting.milestones import Milestone
from civicflow.workflows.granting.sheet import SHEET, CastSheet


class Grants:
    """Calls for projects and what becomes of them.

    Every command takes the case or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``, which makes a
    retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- a call ------------------------------------------------------------------------------------------------------

    def announce(
        self,
        title: str,
        *,
        unit: str,
        pot: Money,
        fund: CaseRef,
        closes: date,
        rule: SelectionRule,
        judging: TimeLimit | str,
        by: Actor,
        who: str = "",
        points: int = 1,
        panel: Sequence[str] = (),
        most: Money | None = None,
        purpose: str = "",
        key: str = "",
    ) -> Case:
        """Announce a pot (发布征集); the fund reserves it in the same commit.

        Args:
            title: the public headline.
            unit: whose call it is, by code, alias or id.
            pot: what there is.
            fund: the fund that pays.
            closes: the last day on which one may apply.
            rule: how it is selected: `Greedy` or `EqualShares`.
            judging: how long judging lasts, for instance ``"10 days"``.
            by: the secretary of the unit.
            who: who may apply, in words.
            points: the most that a voter gives a project; 1 for approving.
            panel: the members of the panel; nobody where residents vote.
            most: what a project may cost at most; None for the whole pot.
            purpose: the earmark of the fund on which the pot draws; empty for what is available.
            key: makes a retried call the same one.
        """
        data = Announce(
            title=title,
            pot=pot,
            fund=CaseId(fund if isinstance(fund, str) else fund.id),
            purpose=purpose,
            closes=closes,
            who=who,
            rule=rule,
            judging=judging,
            points=points,
            panel=panel,
            most=most,
        )
        return self._desk.begin(CALL.name, "announce", data, by=by, unit=unit, key=key)

    def begin_judging(self, call: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Begin judging (开始评审), once every application is decided on; void where nobody takes part."""
        return self._desk.take(call, "begin-judging", by=by, key=key)

    def recuse(self, call: CaseRef, application: CaseRef, *, by: Actor, member: str = "", key: str = "") -> Case:
        """Leave a project to the other members of the panel (回避).

        Args:
            call: the call.
            application: the project.
            by: the member, or the secretary of the unit.
            member: who stands back; whoever acts where left out.
            key: makes a retried command act once.
        """
        id = application if isinstance(application, str) else application.id
        data = Recuse(PersonId(member or by.person or ""), CaseId(id))
        return self._desk.take(call, "recuse", data, by=by, key=key)

    def vote(self, call: CaseRef, points: Mapping[CaseId, int] | Sequence[str], *, by: Actor, key: str = "") -> Case:
        """Vote or score, once (投票、评分); returns the sheet.

        Args:
            call: the call.
            points: by the id of the application; ids alone are approved with one point each.
            by: a member of the panel, where there is one; else any resident.
            key: makes a retried command act once.
        """
        given = {str(id): n for id, n in points.items()} if isinstance(points, Mapping) else dict.fromkeys(points, 1)
        return self._born(call, SHEET.name, "cast", "sheet", CastSheet(given), by, key)

    def cancel(self, call: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Cancel before the selection (取消); every applicant is told, and the pot is released."""
        return self._desk.take(call, "cancel", Cancel(reason), by=by, key=key)

    # -- an application ----------------------------------------------------------------------------------------------

    def apply(
        self,
        call: CaseRef,
        title: str,
        *,
        group: str,
        milestones: Sequence[Milestone],
        by: Actor,
        purpose: str = "",
        related: Sequence[str] = (),
        contact: str = "",
        key: str = "",
    ) -> Case:
        """Apply (申请).

        Args:
            call: the call, while it is open.
            title: the project's public headline.
            group: who asks and is paid, by name.
            milestones: what is paid for what, in order.
            by: who applies in the group's name, and reports later.
            purpose: what is to be done.
            related: members of the panel who are close to the group.
            contact: private: how the group is reached.
            key: makes a retried application the same one.
        """
        data = Apply(title=title, group=group, purpose=purpose, milestones=milestones, related=related, contact=contact)
        return self._born(call, APPLICATION.name, "apply", "application", data, by, key)

    def ask_for_papers(self, application: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Ask for what is missing (要求补正)."""
        return self._desk.take(application, "ask-for-papers", Ask(reason), by=by, key=key)

    def supply(self, application: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Supply what was missing (补正)."""
        return self._desk.take(application, "supply", Supply(text), by=by, key=key)

    def admit(self, application: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Admit an application to the selection (确认资格)."""
        return self._desk.take(application, "admit", by=by, key=key)

    def turn_down(self, application: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Turn an application down that may not take part (不予受理)."""
        return self._desk.take(application, "turn-down", Ask(reason), by=by, key=key)

    def withdraw(self, application: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Withdraw one's application before the selection (撤回)."""
        return self._desk.take(application, "withdraw", by=by, key=key)

    # -- a grant -----------------------------------------------------------------------------------------------------

    def grant(self, application: CaseRef) -> Case | None:
        """The grant that an application became; None where it has none."""
        links = self._desk.case(application).links.get("grants", ())
        return self._desk.case(links[0]) if links else None

    def report(
        self,
        grant: CaseRef,
        text: str,
        *,
        evidence: Sequence[str],
        by: Actor,
        participants: int = 0,
        key: str = "",
    ) -> Case:
        """Report on the milestone that is due (报告).

        Args:
            grant: the grant.
            text: what was done.
            evidence: what shows it; at least one.
            by: whoever applied.
            participants: how many took part.
            key: makes a retried report act once.
        """
        data = ReportMilestone(text=text, evidence=evidence, participants=participants)
        return self._desk.take(grant, "report", data, by=by, key=key)

    def accept(self, grant: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept the report and pay its milestone in the same commit (验收并支付)."""
        return self._desk.take(grant, "accept", by=by, key=key)

    def send_back(self, grant: CaseRef, reason: str, *, due: date, by: Actor, key: str = "") -> Case:
        """Send a report back, with another day (退回补充)."""
        return self._desk.take(grant, "send-back", Postpone(due, reason), by=by, key=key)

    def put_off(self, grant: CaseRef, reason: str, *, due: date, by: Actor, key: str = "") -> Case:
        """Put the milestone that is due off to another day (延期)."""
        return self._desk.take(grant, "put-off", Postpone(due, reason), by=by, key=key)

    def stop(self, grant: CaseRef, reason: str, *, by: Actor, recover: Money | None = None, key: str = "") -> Case:
        """Stop a grant; what was not paid is released, and ``recover`` is to be returned (终止、追回)."""
        return self._desk.take(grant, "stop", StopGrant(reason, recover), by=by, key=key)

    def give_up(self, grant: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Give a grant up; what was not paid is released (放弃)."""
        return self._desk.take(grant, "give-up", Why(reason), by=by, key=key)

    def enter_return(self, grant: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Enter that what was to be recovered has come; it is paid into the fund (登记退回)."""
        return self._desk.take(grant, "enter-return", by=by, key=key)

    def write_off(self, grant: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Write off what does not come back; the secretary one level up (核销)."""
        return self._desk.take(grant, "write-off", Why(reason), by=by, key=key)

    def _born(self, call: CaseRef, flow: str, step: str, brood: str, data: object, by: Actor, key: str) -> Case:
        """A mass child of a call, in the name of whoever acts."""
        now = self._desk.case(call)
        return self._desk.begin(
            flow, step, data, by=by, unit=now.unit, parent=now.id, brood=brood, child=by.person or "", key=key
        )
