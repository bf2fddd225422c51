"""Calls, applications, sheets and grants, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from civicflow import InvalidInput, Money, Refused
from civicflow.workflows.funds.books import books
from civicflow.workflows.funds.fund import available, earmarked, paid, reserved
from civicflow.workflows.granting import EqualShares, Greedy, Milestone, Ties
from civicflow.workflows.granting.application import Apply
from civicflow.workflows.granting.call import pot, spent
from civicflow.workflows.granting.choosing import mean_points, selection
from civicflow.workflows.granting.grant import paid_out, unpaid

if TYPE_CHECKING:
    from tests.workflows.granting.conftest import Calls


def rules(command: Callable[[], object]) -> tuple[str, ...]:
    """By which rules a command is refused."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal.rules


class TestAnnouncing:
    """In the same commit a fund reserves the whole pot; without it nothing is announced."""

    def test_the_pot_is_reserved(self, calls: Calls) -> None:
        """For the call, and no longer available."""
        call = calls.call()
        fund = calls.town.now(calls.fund)
        assert (reserved(fund, call.id), available(fund)) == (Money("100"), Money("0"))

    def test_without_the_money_nothing_is_announced(self, calls: Calls) -> None:
        """More than there is, another currency, a day that has passed, a fund that is not there."""
        assert rules(lambda: calls.call(pot=Money("100.01"))) == ("pot-covered",)
        assert rules(lambda: calls.call(pot=Money("1", "EUR"))) == ("pot-covered",)
        assert rules(lambda: calls.call(closes=calls.today() - timedelta(days=1))) == ("closes-ahead",)
        for fund in ("nothing", "F-0000000000000000", f"{calls.fund}/share"):
            assert rules(lambda fund=fund: calls.call(fund=fund)) == ("pot-covered",)  # type: ignore[misc]  # bound now
        assert calls.town.office.find(flow="call").cases == ()

    def test_of_an_earmark_where_the_call_names_one(self, calls: Calls) -> None:
        """What is not granted, and what is recovered of a grant, is for the earmark's purpose again."""
        by = calls.town.secretary()
        calls.town.office.funds.earmark(calls.fund, Money("90"), "lanes", by=by)
        assert rules(lambda: calls.call(pot=Money("90"))) == ("pot-covered",)
        call = calls.call(pot=Money("90"), purpose="lanes")
        application = calls.apply(call, "gate", "60")
        calls.judging(call)
        calls.judged(call, ("v1", {application.id: 1}))
        assert earmarked(calls.town.now(calls.fund), "lanes") == Money("30")
        grant = calls.grants.grant(application)
        assert grant is not None
        calls.grants.stop(grant, "no group any more", by=by)
        now = calls.town.now(calls.fund)
        assert (earmarked(now, "lanes"), available(now)) == (Money("90"), Money("10"))

    def test_the_rule_stands_in_the_call(self, calls: Calls) -> None:
        """Whole, so that anybody works the result out again from the entries."""
        call = calls.call(EqualShares(satisfaction="cost", completion="add1", ties=Ties("lot", "2026-3")))
        assert call.data["rule"]["ties"] == {"by": "lot", "seed": "2026-3"}
        assert call.data["rule"]["completion"] == "add1"


class TestApplying:
    """While the call is open, in their own name, once for each call; no more than a project may cost."""

    def test_what_is_too_dear_is_refused(self, calls: Calls) -> None:
        """By the sum of its milestones."""
        call = calls.call(most=Money("50"))
        assert rules(lambda: calls.apply(call, "gate", "30", "20.01")) == ("fits-the-call",)
        assert calls.apply(call, "gate", "30", "20").data["title"] == "project of gate"

    def test_it_belongs_to_its_call(self, calls: Calls) -> None:
        """By itself there is none."""
        given = Apply(title="project", group="gate", milestones=(Milestone("part 1", Money("10"), calls.today()),))
        with pytest.raises(InvalidInput, match="a case of grant-application belongs to another"):
            calls.town.office.begin("grant-application", "apply", given, by=calls.person("gate"), unit="community")

    def test_one_each_and_in_time(self, calls: Calls) -> None:
        """A second one is refused, and so is one after the last day."""
        call = calls.call()
        calls.apply(call, "gate", "30", admit=False)
        with pytest.raises((Refused, InvalidInput)):
            calls.apply(call, "gate", "31", admit=False)
        calls.passes(6)
        assert rules(lambda: calls.apply(call, "lane", "30")) == ("state",)

    def test_nobody_is_passed_over_by_silence(self, calls: Calls) -> None:
        """Judging does not begin while an application waits."""
        call = calls.call()
        waiting = calls.apply(call, "gate", "30", admit=False)
        calls.town.clock.advance(days=6)
        calls.town.office.tick()
        by = calls.town.secretary()
        assert rules(lambda: calls.grants.begin_judging(call, by=by)) == ("all-decided",)
        calls.grants.turn_down(waiting, "it is not in the community", by=by)
        assert calls.grants.begin_judging(call, by=by).outcome == "void"
        assert available(calls.town.now(calls.fund)) == Money("100")

    def test_papers_that_never_come(self, calls: Calls) -> None:
        """Reminded, then the application lapses, and the applicant is told each time."""
        case = calls.apply(calls.call(), "gate", "30", admit=False)
        case = calls.grants.ask_for_papers(case, "no drawing", by=calls.town.secretary())
        calls.town.told()
        calls.passes(4)
        assert ("papers", "gate") in calls.town.told()
        calls.passes(4)
        assert calls.town.now(case).outcome == "lapsed"
        assert ("lapsed", "gate") in calls.town.told()


class TestSelecting:
    """The rule selects; grants begin in the same commit, each applicant is told why, what is left is released."""

    def test_within_the_pot(self, calls: Calls) -> None:
        """Sixty and thirty of a hundred; the one that is too dear learns how much was missing."""
        call = calls.call()
        gate, lane, lamp = (calls.apply(call, g, a) for g, a in (("gate", "60"), ("lane", "50"), ("lamp", "30")))
        calls.judging(call)
        votes = [("v1", {gate.id: 1, lane.id: 1}), ("v2", {gate.id: 1, lane.id: 1}), ("v3", {gate.id: 1, lamp.id: 1})]
        done = calls.judged(call, *votes)
        assert (done.outcome, spent(done), pot(done)) == ("selected", Money("90"), Money("100"))
        assert [calls.town.now(case).outcome for case in (gate, lane, lamp)] == ["granted", "unfunded", "granted"]
        assert done.data["result"][lane.id]["missing"] == {"amount": "10.00", "currency": "CNY"}
        assert "10.00" in calls.town.now(lane).data["reason"]
        assert "尚缺" in calls.town.now(lane).data["reason"]
        fund = calls.town.now(calls.fund)
        assert (reserved(fund, call.id), available(fund)) == (Money("90"), Money("10"))
        assert calls.grants.grant(lane) is None
        assert {("selected", "gate"), ("selected", "lane"), ("selected", "lamp")} <= set(calls.town.told())

    def test_whoever_withdrew_takes_no_part(self, calls: Calls) -> None:
        """Even with most votes."""
        call = calls.call()
        gate, lane = calls.apply(call, "gate", "60"), calls.apply(call, "lane", "50")
        calls.judging(call)
        calls.grants.vote(call, [gate.id], by=calls.person("v1"))
        calls.grants.withdraw(gate, by=calls.person("gate"))
        done = calls.judged(call, ("v2", {lane.id: 1}))
        assert list(done.data["result"]) == [lane.id]

    def test_the_result_is_worked_out_again(self, calls: Calls) -> None:
        """From the applications and sheets of the ledger alone, by Equal Shares."""
        call = calls.call(EqualShares(satisfaction="cost", completion="none", ties=Ties("applied")))
        made = [calls.apply(call, group, "30") for group in ("gate", "lane", "lamp", "tree")]
        calls.judging(call)
        before = [calls.town.now(case) for case in made]
        sheets = [(f"v{n}", {case.id: 1 for case in (made[:3] if n < 6 else made[3:])}) for n in range(9)]
        done = calls.judged(call, *sheets)
        again = selection(done, before, calls.town.ballots(done, 1))
        assert {id: one["won"] for id, one in done.data["result"].items()} == {
            one.project.id: one.won for one in again.verdicts
        }
        assert made[3].id in again.winners

    def test_a_vote_without_a_voter_is_void(self, calls: Calls) -> None:
        """Nothing is selected, everybody is told, the pot is released."""
        call = calls.call()
        gate = calls.apply(call, "gate", "60")
        calls.judging(call)
        assert calls.judged(call).outcome == "void"
        assert calls.town.now(gate).outcome == "called-off"
        assert available(calls.town.now(calls.fund)) == Money("100")

    def test_a_call_that_is_cancelled(self, calls: Calls) -> None:
        """With its reason, before the selection."""
        call = calls.call()
        gate = calls.apply(call, "gate", "60")
        calls.judging(call)
        calls.grants.cancel(call, "the lane is dug up", by=calls.town.secretary())
        assert calls.town.now(gate).data["reason"] == "the lane is dug up"
        assert available(calls.town.now(calls.fund)) == Money("100")


class TestThePanel:
    """Its members score, and nobody else; who has an interest in a project does not score it, and scores all others."""

    def test_interests_are_excluded(self, calls: Calls) -> None:
        """Who applies, who is close to the group, and who stands back."""
        call = calls.call(panel=("gate", "p1", "p2"), points=10)
        gate, lane = calls.apply(call, "gate", "60"), calls.apply(call, "lane", "50", related=("p1",))
        call = calls.judging(call)
        vote = calls.grants.vote
        assert rules(lambda: vote(call, {gate.id: 9, lane.id: 2}, by=calls.person("gate"))) == ("no-interest",)
        assert rules(lambda: vote(call, {}, by=calls.person("gate"))) == ("scores-all",)
        assert rules(lambda: vote(call, {lane.id: 11}, by=calls.person("gate"))) == ("within",)
        assert "on-the-panel" in rules(lambda: vote(call, {lane.id: 1}, by=calls.person("v1")))
        assert rules(lambda: calls.grants.recuse(call, gate, member="p2", by=calls.person("p1"))) == ("speaks-for-it",)
        assert rules(lambda: calls.grants.recuse(call, gate, by=calls.person("v1"))) == ("in-the-panel",)
        sheets = [("gate", {lane.id: 2}), ("p1", {gate.id: 8}), ("p2", {gate.id: 7, lane.id: 3})]
        done = calls.judged(call, *sheets)
        cast = calls.town.ballots(done, 1)
        assert mean_points(done, gate.id, cast) == Fraction(15, 2)
        assert mean_points(done, lane.id, cast) == Fraction(5, 2)

    def test_what_was_scored_before_standing_back_does_not_count(self, calls: Calls) -> None:
        """The secretary has a member stand back; the others' mean decides, exactly."""
        call = calls.call(Greedy("points", "stop", Ties("cheaper")), panel=("p1", "p2", "p3"), points=10)
        gate, lane = calls.apply(call, "gate", "60"), calls.apply(call, "lane", "50")
        call = calls.judging(call)
        for person, points in (("p1", (10, 5)), ("p2", (3, 5)), ("p3", (4, 5))):
            calls.grants.vote(call, dict(zip((gate.id, lane.id), points, strict=True)), by=calls.person(person))
        calls.grants.recuse(call, gate, member="p1", by=calls.town.secretary())
        done = calls.judged(call)
        assert mean_points(done, gate.id, calls.town.ballots(done, 1)) == Fraction(7, 2)
        assert [calls.town.now(case).outcome for case in (gate, lane)] == ["unfunded", "granted"]

    def test_half_of_it_is_not_enough(self, calls: Calls) -> None:
        """More than half has to score."""
        call = calls.call(panel=("p1", "p2"), points=10)
        gate = calls.apply(call, "gate", "60")
        calls.judging(call)
        assert calls.judged(call, ("p1", {gate.id: 5})).outcome == "void"


class TestGrants:
    """By each milestone the group reports with evidence; what is accepted is paid in the same commit, and never twice."""

    def test_instalments_follow_milestones(self, calls: Calls) -> None:
        """Sixty and twenty; the fund pays the group, of what the call reserved."""
        grant = calls.granted("60", "20")
        by = calls.town.secretary()
        calls.report(grant)
        grant = calls.grants.accept(grant, by=by)
        assert (grant.state, paid_out(grant), unpaid(grant)) == ("running", Money("60"), Money("20"))
        assert paid_out(calls.grants.accept(grant, by=by)) == Money("60")  # the same again is the same command
        calls.report(grant)
        grant = calls.grants.accept(grant, by=by)
        assert (grant.outcome, grant.data["participants"]) == ("completed", 40)
        told = books(calls.town.office.ledger.entries(calls.fund))
        assert told.agrees(calls.town.now(calls.fund))
        assert told.paid() == {(grant.data["call"], "gate"): Money("80")}
        assert reserved(calls.town.now(calls.fund)) == Money("0")

    def test_without_evidence_nothing_is_reported(self, calls: Calls) -> None:
        """Words alone are none."""
        grant = calls.granted("60")
        with pytest.raises(InvalidInput, match="evidence"):
            calls.report(grant, evidence=("  ",))

    def test_a_report_sent_back_has_another_day(self, calls: Calls) -> None:
        """Not one that has passed."""
        grant = calls.report(calls.granted("60"))
        send_back, by = calls.grants.send_back, calls.town.secretary()
        past, later = calls.today() - timedelta(days=1), calls.today() + timedelta(days=60)
        assert rules(lambda: send_back(grant, "dark", due=past, by=by)) == ("due-ahead",)
        assert send_back(grant, "dark", due=later, by=by).data["due"] == str(later)

    def test_a_late_report_is_pressed_for(self, calls: Calls) -> None:
        """The group, the secretary and the level above are told; it may still report."""
        grant = calls.granted("60")
        calls.town.told()
        calls.passes(35)
        assert calls.town.now(grant).state == "overdue"
        told = set(calls.town.told())
        assert {("overdue", who) for who in ("gate", "secretary-community", "secretary-subdistrict")} <= told
        calls.passes(20)
        assert ("overdue", "gate") in calls.town.told()
        assert calls.report(grant).state == "reported"

    def test_a_stop_releases_what_was_not_paid(self, calls: Calls) -> None:
        """And names what is to be recovered, no more than was paid."""
        grant = calls.granted("60", "20")
        calls.report(grant)
        by = calls.town.secretary()
        calls.grants.accept(grant, by=by)
        stop = calls.grants.stop
        assert rules(lambda: stop(grant, "torn down", recover=Money("60.01"), by=by)) == ("recoverable",)
        grant = stop(grant, "torn down", recover=Money("45"), by=by)
        fund = calls.town.now(calls.fund)
        assert (grant.state, available(fund), paid(fund)) == ("recovering", Money("40"), Money("60"))
        calls.town.told()
        calls.passes(20)
        assert {("return", "gate"), ("return", "secretary-subdistrict")} <= set(calls.town.told())
        assert calls.grants.enter_return(grant, by=by).outcome == "stopped"
        assert available(calls.town.now(calls.fund)) == Money("85")

    def test_what_comes_back_of_an_earmarked_pot_is_earmarked(self, calls: Calls) -> None:
        """For the same purpose."""
        by = calls.town.secretary()
        calls.town.office.funds.earmark(calls.fund, Money("100"), "lanes", by=by)
        call = calls.call(purpose="lanes")
        application = calls.apply(call, "gate", "60", "20")
        calls.judging(call)
        calls.judged(call, ("v1", {application.id: 1}))
        grant = calls.grants.grant(application)
        assert grant is not None
        calls.report(grant)
        calls.grants.accept(grant, by=by)
        calls.grants.stop(grant, "torn down", recover=Money("45"), by=by)
        calls.grants.enter_return(grant, by=by)
        now = calls.town.now(calls.fund)
        assert (earmarked(now, "lanes"), available(now), paid(now)) == (Money("85"), Money("0"), Money("60"))

    def test_only_the_level_above_writes_off(self, calls: Calls) -> None:
        """What does not come back."""
        grant = calls.granted("60", "20")
        calls.report(grant)
        by = calls.town.secretary()
        calls.grants.accept(grant, by=by)
        calls.grants.stop(grant, "torn down", recover=Money("5"), by=by)
        assert rules(lambda: calls.grants.write_off(grant, "moved away", by=by)) == ("authority",)
        above = calls.town.secretary("subdistrict")
        assert calls.grants.write_off(grant, "moved away", by=above).outcome == "written-off"

    def test_a_group_gives_up(self, calls: Calls) -> None:
        """What was not paid is available again."""
        grant = calls.granted("60", "20")
        assert calls.grants.give_up(grant, "the wall fell", by=calls.person("gate")).outcome == "given-up"
        assert available(calls.town.now(calls.fund)) == Money("100")
