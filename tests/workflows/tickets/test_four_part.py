"""The four-part ticket, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, ParamSpec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, NotFound, Refused
from civicflow.calendars import days
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Refusal


P = ParamSpec("P")


def refusal(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


class TestOrderAndDispatch:
    """Anyone orders. The secretary of the unit's branch dispatches to one body or to many, of which one may lead."""

    def test_anyone_orders(self, town: Town) -> None:
        """A resident orders; the branch's secretary is told and asked."""
        ticket = town.ordered()
        assert (ticket.state, ticket.requester) == ("ordered", "resident-1")
        assert town.told() == [("ordered", "secretary-community")]
        assert town.asked(ticket) == {"secretary-community"}

    def test_only_the_secretary_dispatches(self, town: Town) -> None:
        """An officer may not; the refusal names the post and its unit in both languages."""
        ticket = town.ordered()
        said = refusal(lambda: town.office.tickets.dispatch(ticket, to=["health"], by=town.officer("health")))
        assert said.rules == ("authority",)
        assert [text.en for text in said.needed] == ["the secretary of Community"]
        assert [text.zh for text in said.needed] == ["社区书记"]
        assert town.steps(ticket) == ["order"]

    def test_a_secretary_of_elsewhere_does_not_dispatch(self, town: Town) -> None:
        """The neighbour's secretary holds the post, but not there."""
        ticket = town.ordered()
        with pytest.raises(Refused):
            town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary("neighbour"))

    def test_who_claims_a_post_that_they_do_not_hold_is_refused(self, town: Town) -> None:
        """What an actor says of themselves is compared with the register."""
        ticket = town.ordered()
        impostor = town.office.act_as("resident-1", post="secretary", unit="community")
        with pytest.raises(Refused, match="secretary of Community"):
            town.office.tickets.dispatch(ticket, to=["health"], by=impostor)

    def test_one_leads_the_others_assist(self, town: Town) -> None:
        """The lead's share fills the slot ``lead``, the others' the slot ``assist``."""
        ticket = town.dispatched("health", "emergency", lead="emergency")
        assert {share.key: share.slot for share in town.office.shares(ticket)} == {
            "emergency": "lead",
            "health": "assist",
        }
        assert town.asked(ticket) == {"officer-emergency", "officer-health"}

    def test_without_a_lead_all_lead_jointly(self, town: Town) -> None:
        """Where no lead is named, all lead jointly."""
        ticket = town.dispatched("health", "emergency")
        assert {share.slot for share in town.office.shares(ticket)} == {"lead"}

    @pytest.mark.parametrize(
        ("to", "lead", "rule"),
        [
            ([], None, "names-bodies"),
            (["health", "health"], None, "names-bodies"),
            (["health"], "emergency", "lead-among-them"),
        ],
    )
    def test_what_is_dispatched_to_whom_makes_sense(
        self, town: Town, to: list[str], lead: str | None, rule: str
    ) -> None:
        """At least one body, each once, and the lead is one of them; every reason is given."""
        ticket = town.ordered()
        said = refusal(lambda: town.office.tickets.dispatch(ticket, to=to, lead=lead, by=town.secretary()))
        assert rule in said.rules
        assert not said.needed

    def test_a_body_that_is_at_it_is_not_asked_again(self, town: Town) -> None:
        """While a body has an open share, the ticket is dispatched to others only."""
        ticket = town.dispatched("health")
        said = refusal(lambda: town.office.tickets.dispatch(ticket, to=["health", "emergency"], by=town.secretary()))
        assert said.rules == ("not-asked-already",)
        again = town.office.tickets.dispatch(ticket, to=["emergency"], by=town.secretary())
        assert again.tally == {"lead": {"offered": 2}}

    def test_the_promise_is_counted_from_now(self, town: Town) -> None:
        """Three working days from Monday end on Thursday; ticket and shares carry the promise."""
        ticket = town.dispatched("health", within="3 workdays")
        promise = datetime(2026, 3, 5, 15, 59, 59, 999999, tzinfo=UTC)  # the last instant of Thursday in Beijing
        assert (ticket.promise, town.share(ticket, "health").promise) == (promise, promise)

    def test_a_partner_takes_up_an_order(self, town: Town) -> None:
        """A partner may also take up an order that nobody dispatched to it."""
        ticket = town.office.tickets.take_up(town.ordered(), by=town.officer("health"))
        assert (ticket.state, town.share(ticket, "health").state) == ("dispatched", "accepted")

    def test_a_resident_does_not_take_up(self, town: Town) -> None:
        """Only an officer takes up, for their own body."""
        assert refusal(lambda: town.office.tickets.take_up(town.ordered(), by=town.resident)).rules == ("authority",)


class TestShares:
    """When every leading share is completed the ticket is handled; assisting shares still open are no longer needed."""

    def test_the_lead_s_completion_handles_the_ticket(self, town: Town) -> None:
        """Assisting shares that are still open are dropped, and nobody is asked for them any more."""
        ticket = town.dispatched("health", "emergency", lead="emergency")
        town.done(ticket, "emergency")
        handled = town.now(ticket)
        assert (handled.state, handled.handled) == ("handled", town.clock())
        assert town.share(ticket, "health").state == "dropped"
        assert town.asked(ticket) == {"secretary-community"}
        said = refusal(lambda: town.office.tickets.accept(ticket, by=town.officer("health")))
        assert said.rules == ("state",)

    def test_an_assistant_s_completion_does_not(self, town: Town) -> None:
        """The ticket waits for its lead."""
        ticket = town.dispatched("health", "emergency", lead="emergency")
        town.done(ticket, "health")
        assert town.now(ticket).state == "dispatched"

    def test_joint_leads_all_complete(self, town: Town) -> None:
        """The last of all leading shares handles the ticket."""
        ticket = town.dispatched("health", "emergency")
        town.done(ticket, "health")
        assert town.now(ticket).state == "dispatched"
        town.done(ticket, "emergency")
        assert town.now(ticket).state == "handled"

    def test_a_join_is_an_entry_of_its_own_with_its_cause(self, town: Town) -> None:
        """The system's step names the step that brought it about."""
        ticket = town.dispatched("health")
        town.done(ticket, "health")
        *_, done, join = town.office.ledger.entries(ticket)
        assert (join.step, join.by.kind, join.cause) == ("finish", "join", done.ref)

    @pytest.mark.parametrize("first", ["health", "emergency"])
    def test_a_mixed_ending_goes_back_to_the_dispatcher(self, town: Town, first: str) -> None:
        """When all leading shares have ended but some were returned, the ticket goes back, whichever came last."""
        ticket = town.dispatched("health", "emergency")
        for body in sorted(("health", "emergency"), key=lambda b: b != first):
            if body == "health":
                town.office.tickets.decline(ticket, "not ours", by=town.officer(body))
            else:
                town.done(ticket, body)
        assert town.now(ticket).state == "returned"
        assert town.asked(ticket) == {"secretary-community"}

    def test_a_returned_share_comes_with_a_reason(self, town: Town) -> None:
        """The reason is in the entry, and the dispatcher is told."""
        ticket = town.dispatched("health")
        town.told()
        town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        decline, back = town.office.ledger.entries(ticket)[-2:]
        assert (decline.data, back.step) == ({"reason": "not ours"}, "come-back")
        assert ("declined", "secretary-community") in town.told()

    @pytest.mark.parametrize("ended", ["declined", "done"])
    def test_once_dispatched_anew_only_what_is_open_counts(self, town: Town, ended: str) -> None:
        """What a body returned before does not send the ticket back again when the next one has done its work."""
        ticket = town.dispatched("health", "traffic-police")
        town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        if ended == "declined":
            town.office.tickets.decline(ticket, "not ours", by=town.officer("traffic-police"))
        else:
            town.done(ticket, "traffic-police")
        town.office.tickets.dispatch(ticket, to=["emergency"], by=town.secretary())
        town.done(ticket, "emergency")
        assert town.now(ticket).state == "handled"
        town.check(ticket)

    def test_once_is_enough(self, town: Town) -> None:
        """What comes back again goes one level up each time, whose secretary says whose it is; at the top it stays."""
        ticket = town.dispatched("health")
        for area in ("community", "subdistrict", "district"):
            town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
            back = town.now(ticket)
            assert (back.state, town.office.chart().code(back.unit or "")) == ("returned", area)
            town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary(area), because="it is yours")
            assert town.now(ticket).unit == town.office.unit(area)
        town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        assert town.asked(ticket) == {"secretary-district"}
        assert [reason for reason in town.steps(ticket) if reason == "come-back"] == ["come-back"] * 4
        town.check(ticket)

    def test_a_replacement_while_others_are_at_it(self, town: Town) -> None:
        """A returned share that was dispatched to somebody else at once does not send the ticket back later."""
        ticket = town.dispatched("health", "emergency")
        town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        town.office.tickets.dispatch(ticket, to=["traffic-police"], by=town.secretary())
        town.done(ticket, "emergency")
        assert town.now(ticket).state == "dispatched"
        town.done(ticket, "traffic-police")
        assert town.now(ticket).state == "handled"

    def test_a_second_dispatch_opens_another_share(self, town: Town) -> None:
        """``health@2`` stays as it ended; ``health@5`` is another one, and commands mean the newest."""
        ticket = town.dispatched("health")
        town.office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        town.office.tickets.accept(ticket, by=town.officer("health"))
        states = {share.id.rpartition("/")[2]: share.state for share in town.office.shares(ticket)}
        assert states == {"health@2": "declined", "health@5": "accepted"}

    def test_whose_body_has_no_share_is_told_so(self, town: Town) -> None:
        """Neither a resident nor another department accepts."""
        ticket = town.dispatched("health")
        for by in (town.officer("emergency"), town.resident):
            assert refusal(town.office.tickets.accept, ticket, by=by).rules == ("share",)

    def test_a_given_share_is_meant_as_it_is(self, town: Town) -> None:
        """A share's own id does as well, and somebody else's post does not."""
        share = town.share(town.dispatched("health"), "health")
        assert refusal(lambda: town.office.tickets.accept(share, by=town.officer("emergency"))).rules == ("authority",)
        assert town.office.tickets.accept(share.id, by=town.officer("health")).state == "accepted"

    def test_an_overdue_share_is_supervised_and_still_done(self, town: Town) -> None:
        """A share that nobody heeds is reminded of, then put under supervision, and reminded until something happens."""
        ticket = town.dispatched("health")
        town.told()
        for _ in range(9):
            town.clock.advance(days=1)
            town.office.tick()
        assert town.share(ticket, "health").state == "supervised"
        told = town.told()
        assert told.count(("reminder", "officer-health")) >= 2
        assert ("overdue", "secretary-subdistrict") in told
        town.office.tickets.complete(ticket, by=town.officer("health"))
        assert town.now(ticket).state == "handled"

    def test_what_was_promised_is_when_a_share_is_late(self, town: Town) -> None:
        """Accepted, it is completed within the time promised; where nothing was promised, within ten working days."""
        for within, late in (("1 workday", 2), (None, 15)):
            ticket = town.dispatched("health", within=within, title=f"within {within}")
            town.office.tickets.accept(ticket, by=town.officer("health"))
            town.clock.advance(days=late - 1)
            town.office.tick()
            assert town.share(ticket, "health").state == "accepted"
            town.clock.advance(days=1)
            town.office.tick()
            assert town.share(ticket, "health").state == "supervised"


class TestEvaluation:
    """Whoever ordered says whether it is resolved and whether they are satisfied: two different answers."""

    def test_resolved_closes(self, town: Town) -> None:
        """Resolved and satisfied are kept apart: one may be resolved and dissatisfied."""
        ticket = town.office.tickets.evaluate(town.answered(), resolved=True, satisfied=1, by=town.resident)
        assert (ticket.state, ticket.outcome, ticket.closed) == ("closed", "resolved", town.clock())
        assert (ticket.data["resolved"], ticket.data["satisfied"]) == (True, 1)

    def test_only_whoever_ordered_evaluates(self, town: Town) -> None:
        """Neither the secretary nor another resident does."""
        ticket = town.answered()
        for by in (town.secretary(), town.office.act_as("resident-2")):
            said = refusal(town.office.tickets.evaluate, ticket, resolved=True, by=by)
            assert [text.zh for text in said.needed] == ["提出人"]

    def test_unresolved_re_opens_it_once_then_climbs_then_says_so(self, town: Town) -> None:
        """Unresolved re-opens it once; after that it goes one level up each time; at the top it ends as unresolved."""
        ticket = town.answered()
        areas = []
        while not town.now(ticket).outcome:
            areas.append(town.now(ticket).unit)
            town.office.tickets.evaluate(ticket, resolved=False, by=town.resident)
            now = town.now(ticket)
            if not now.outcome:
                assert now.handled is None
                area = town.office.chart().code(now.unit or "")
                town.office.tickets.answer(ticket, "once more", by=town.secretary(area))
        chart = town.office.chart()
        assert [chart.code(area or "") for area in areas] == ["community", "community", "subdistrict", "district"]
        assert (town.now(ticket).state, town.now(ticket).outcome) == ("unresolved", "unresolved")
        assert [step.target for step in town.office.ledger.entries(ticket) if step.step == "evaluate"] == [
            "reopened",
            "ordered",
            "ordered",
            "unresolved",
        ]

    def test_a_re_opened_ticket_is_dispatched_again(self, town: Town) -> None:
        """Shares of the first time do not count the second time."""
        ticket = town.answered()
        town.office.tickets.evaluate(ticket, resolved=False, by=town.resident)
        town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        assert town.now(ticket).state == "dispatched"
        town.office.tickets.decline(ticket, "no more to do", by=town.officer("health"))
        assert town.now(ticket).state == "returned"

    @pytest.mark.parametrize("satisfied", [0, 6, -1])
    def test_satisfaction_is_from_1_to_5(self, town: Town, satisfied: int) -> None:
        """Any other number is refused with the reason."""
        ticket = town.answered()
        said = refusal(
            lambda: town.office.tickets.evaluate(ticket, resolved=True, satisfied=satisfied, by=town.resident)
        )
        assert said.rules == ("satisfied-1-to-5",)

    @pytest.mark.parametrize(("resolved", "satisfied"), [("no", None), (1, None), (True, True), (True, "5")])
    def test_answers_are_of_their_type(self, resolved: Any, satisfied: Any) -> None:
        """``"no"`` is not taken for a yes."""
        with pytest.raises(InvalidInput, match="got"):
            Evaluate(resolved=resolved, satisfied=satisfied)

    def test_a_comment_is_private(self, town: Town) -> None:
        """It lies beside the entry, not in it."""
        ticket = town.answered()
        town.office.tickets.evaluate(ticket, resolved=True, comment="Mr Wang was rude", by=town.resident)
        entry = town.office.ledger.entries(ticket)[-1]
        assert "comment" not in entry.data
        assert town.office.ledger.private(entry) == {"comment": "Mr Wang was rude"}

    def test_a_ticket_that_is_never_evaluated_closes_after_seven_days(self, town: Town) -> None:
        """It says that nobody evaluated it, which is no answer to either question."""
        ticket = town.answered()
        town.clock.advance(days=7)
        town.office.tick()
        assert town.now(ticket).state == "answered"
        town.clock.advance(days=1)
        town.office.tick()
        assert town.now(ticket).outcome == "unevaluated"
        assert "resolved" not in town.now(ticket).data


class TestDuplicates:
    """A duplicate is merged into its master (并单). One answer goes to all; each requester evaluates for themselves."""

    def pair(self, town: Town) -> tuple[Any, Any]:
        """A master and its duplicate."""
        master = town.ordered("a lamp")
        other = town.ordered("the same lamp", by=town.office.act_as("resident-2"))
        town.office.tickets.merge(other, into=master, by=town.secretary())
        return master, other

    def test_one_answer_goes_to_all(self, town: Town) -> None:
        """Both are answered in one commit, the second by rule, with its cause; both requesters are asked."""
        master, other = self.pair(town)
        before = town.position()
        town.office.tickets.answer(master, "repaired", by=town.secretary())
        first, second = (entry for _, entry in town.office.ledger.feed(after=before))
        assert (second.case, second.step, second.by.kind, second.cause) == (other.id, "answer-alike", "rule", first.ref)
        assert second.data == {"text": "repaired"}
        assert (town.asked(master), town.asked(other)) == ({"resident-1"}, {"resident-2"})

    def test_each_requester_evaluates_for_themselves(self, town: Town) -> None:
        """One is content, the other's ticket is re-opened."""
        master, other = self.pair(town)
        town.office.tickets.answer(master, "repaired", by=town.secretary())
        town.office.tickets.evaluate(master, resolved=True, by=town.resident)
        town.office.tickets.evaluate(other, resolved=False, by=town.office.act_as("resident-2"))
        assert (town.now(master).state, town.now(other).state) == ("closed", "reopened")

    def test_duplicates_of_a_withdrawn_master_are_open_again(self, town: Town) -> None:
        """When the master ends without an answer its duplicates are open again, and the dispatcher is told."""
        master, other = self.pair(town)
        town.told()
        town.office.tickets.withdraw(master, by=town.resident)
        assert (town.now(master).state, town.now(other).state) == ("withdrawn", "ordered")
        assert ("ordered", "secretary-community") in town.told()
        town.check(other)

    def test_a_withdrawn_duplicate_stays_withdrawn(self, town: Town) -> None:
        """The answer passes it by."""
        master, other = self.pair(town)
        town.office.tickets.withdraw(other, by=town.office.act_as("resident-2"))
        town.office.tickets.answer(master, "repaired", by=town.secretary())
        assert town.now(other).state == "withdrawn"

    def test_a_held_master_takes_duplicates(self, town: Town) -> None:
        """What cannot be solved now is still one matter."""
        master = town.ordered()
        town.office.tickets.hold(master, "winter", within=days(20), by=town.secretary())
        other = town.ordered("the same")
        assert town.office.tickets.merge(other, into=master, by=town.secretary()).state == "merged"

    def test_a_master_is_another_open_unanswered_ticket(self, town: Town) -> None:
        """Not itself, not merged, not answered, not ended, not recorded from elsewhere, and no proposal or share."""
        merge, by = town.office.tickets.merge, town.secretary()
        ticket = town.ordered("new")
        _, merged = self.pair(town)
        ended = town.ordered("taken back")
        town.office.tickets.withdraw(ended, by=town.resident)
        elsewhere = town.office.tickets.record("old", unit="community", by=by, origin="12345", opened=town.clock())
        others = [ticket, merged, town.answered("done"), ended, elsewhere, town.fund()]
        for master in others:
            said = refusal(merge, ticket, into=master, by=by)
            assert "open-master" in said.rules, master.state

    def test_only_tickets_of_one_unit_are_merged(self, town: Town) -> None:
        """The neighbour's ticket has another dispatcher."""
        other = town.ordered(unit="neighbour")
        said = refusal(lambda: town.office.tickets.merge(other, into=town.ordered(), by=town.secretary("neighbour")))
        assert said.rules == ("same-unit",)

    def test_a_master_is_not_merged_itself(self, town: Town) -> None:
        """Its duplicates would wait for an answer that never comes; the refusal says what to do."""
        master, _ = self.pair(town)
        said = refusal(lambda: town.office.tickets.merge(master, into=town.ordered("third"), by=town.secretary()))
        assert said.rules == ("no-duplicates",)

    def test_who_answers_for_others_is_the_system_alone(self, town: Town) -> None:
        """Nobody takes the duplicate's steps by hand."""
        _, other = self.pair(town)
        for step, data in (("answer-alike", {"text": "x"}), ("open-again", {"text": "x"})):
            said = refusal(town.office.take, other, step, data, by=town.secretary())
            assert "authority" in said.rules


class TestHolds:
    """What cannot be solved now is put on hold (挂账) until a date, openly, and the clocks stop."""

    def test_the_clocks_stop_and_go_on(self, town: Town) -> None:
        """A working day that was left when the hold began is left when it ends."""
        ticket = town.ordered()
        before = {clock.limit: clock.due for clock in ticket.clocks}
        held = town.office.tickets.hold(ticket, "winter", within=days(14), by=town.secretary())
        assert held.due == held.holds[0].until
        town.clock.advance(days=10)
        town.office.tick()
        assert town.steps(ticket) == ["order", "hold"]
        resumed = town.office.tickets.resume(ticket, by=town.secretary())
        assert not resumed.holds
        # From Monday to the Thursday of the week after: one and three working days are counted from there.
        assert [clock.due - before[clock.limit] for clock in resumed.clocks] == [timedelta(days=10), timedelta(days=12)]

    def test_a_hold_ends_by_itself(self, town: Town) -> None:
        """At its end the clock resumes, on the instant that was said, and the requester is told."""
        ticket = town.ordered()
        held = town.office.tickets.hold(ticket, "winter", within=days(3), by=town.secretary())
        town.told()
        town.clock.advance(days=5)
        town.office.tick()
        resume = town.office.ledger.entries(ticket)[2]
        assert (resume.step, resume.by.kind, resume.happened) == ("resume", "clock", held.holds[0].until)

    def test_while_it_is_held_nothing_else_is_done(self, town: Town) -> None:
        """A dispatch has to wait, and is told until when; withdrawing is possible, and ends the hold."""
        ticket = town.ordered()
        town.office.tickets.hold(ticket, "winter", within=days(3), by=town.secretary())
        said = refusal(lambda: town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary()))
        assert (said.rules, said.until) == (("held",), town.now(ticket).holds[0].until)
        assert "dispatch" not in said.possible
        withdrawn = town.office.tickets.withdraw(ticket, by=town.resident)
        assert (withdrawn.state, withdrawn.holds, withdrawn.due) == ("withdrawn", (), None)

    def test_what_is_not_held_is_not_resumed(self, town: Town) -> None:
        """There is nothing to resume."""
        said = refusal(lambda: town.office.tickets.resume(town.ordered(), by=town.secretary()))
        assert said.rules == ("is-held",)


class TestClocks:
    """A state that waits for somebody reminds, then goes one level up, then is supervised."""

    def test_an_order_that_nobody_dispatches_climbs_to_the_top(self, town: Town) -> None:
        """Reminded, handed up twice, then supervised and reminded for ever; each step on its own instant."""
        ticket = town.ordered()
        for _ in range(21):
            town.clock.advance(days=1)
            town.office.tick()
        assert town.steps(ticket)[:6] == ["order", "remind", "escalate", "remind", "escalate", "remind"]
        assert town.now(ticket).state == "supervised"
        assert town.office.chart().code(town.now(ticket).unit or "") == "district"
        town.clock.advance(days=60)
        town.office.tick()
        assert town.now(ticket).due is not None
        assert town.office.tickets.answer(ticket, "late", by=town.secretary("district")).state == "answered"

    def test_a_handled_ticket_that_nobody_answers_climbs(self, town: Town) -> None:
        """The answer is handed up as it stands: it stays handled, the level above has to answer."""
        ticket = town.dispatched("health")
        town.done(ticket, "health")
        town.clock.advance(days=4)
        town.office.tick()
        assert town.now(ticket).state == "handled"
        assert town.asked(ticket) == {"secretary-subdistrict"}

    def test_a_dispatched_ticket_past_its_promise_is_pressed(self, town: Town) -> None:
        """The dispatcher and the level above are told, and again later."""
        ticket = town.dispatched("health", within="1 workday")
        town.told()
        town.clock.advance(days=2)
        town.office.tick()
        assert {("overdue", "secretary-community"), ("overdue", "secretary-subdistrict")} <= set(town.told())
        assert town.now(ticket).state == "dispatched"
        town.clock.advance(days=60)
        town.office.tick()
        assert town.steps(ticket).count("urge") == 2


class TestWithdrawal:
    """Whoever ordered takes the order back; shares still open are no longer needed."""

    def test_open_shares_are_dropped(self, town: Town) -> None:
        """A share that is done stays done."""
        ticket = town.dispatched("health", "emergency")
        town.done(ticket, "health")
        town.office.tickets.withdraw(ticket, why="it burns again", by=town.resident)
        assert {share.key: share.state for share in town.office.shares(ticket)} == {
            "health": "done",
            "emergency": "dropped",
        }
        assert town.office.ledger.entries(ticket)[-1].why == "it burns again"
        assert town.asked(ticket) == set()
        town.check(ticket)

    def test_only_whoever_ordered_withdraws(self, town: Town) -> None:
        """The secretary cannot make a ticket disappear."""
        said = refusal(lambda: town.office.tickets.withdraw(town.ordered(), by=town.secretary()))
        assert said.rules == ("authority",)


class TestRecords:
    """A matter that happened elsewhere is recorded with its own times; nothing is invented to fit."""

    def test_its_own_times_stand(self, town: Town) -> None:
        """Opened, promised and closed are what the other system says, in UTC whatever zone they were said in."""
        beijing = timezone(timedelta(hours=8))
        opened, promise = datetime(2026, 1, 5, 9, tzinfo=beijing), datetime(2026, 1, 9, 18, tzinfo=beijing)
        ticket = town.office.tickets.record(
            "a pothole",
            unit="community",
            by=town.secretary(),
            origin="12345 no. 7",
            opened=opened,
            promise=promise,
            requester="resident-9",
            details="written there",
        )
        assert (ticket.opened, ticket.promise, ticket.requester) == (opened, promise, "resident-9")
        assert (ticket.opened or opened).tzinfo is UTC
        closed = datetime(2026, 1, 8, 12, tzinfo=beijing)
        settled = town.office.tickets.settle(ticket, "Resolved", closed=closed, by=town.secretary())
        assert (settled.state, settled.handled, settled.closed) == ("settled", closed, closed)
        assert town.office.ledger.rates().on_time.n == 1
        town.check(ticket)

    def test_what_is_not_known_is_not_invented(self, town: Town) -> None:
        """Neither a promise nor a requester; it asks nobody, and no clock runs."""
        ticket = town.office.tickets.record(
            "old", unit="community", by=town.secretary(), origin="x", opened=town.clock()
        )
        assert (ticket.promise, ticket.due) == (None, None)
        assert town.asked(ticket) == set()

    def test_nothing_happens_in_the_future_or_nowhere(self, town: Town) -> None:
        """An instant that has not come, or has no zone, is no instant of a step."""
        record = town.office.tickets.record
        for opened in (town.clock() + timedelta(seconds=1), datetime(2026, 1, 5)):
            with pytest.raises(InvalidInput):
                record("old", unit="community", by=town.secretary(), origin="x", opened=opened)

    def test_only_the_office_records(self, town: Town) -> None:
        """The secretary or a clerk does, a resident does not; both posts are named."""
        clerk = town.office.act_as("clerk-community", post="clerk", unit="community")
        assert town.office.tickets.record("a", unit="community", by=clerk, origin="x", opened=town.clock()).id
        said = refusal(
            lambda: town.office.tickets.record("a", unit="community", by=town.resident, origin="x", opened=town.clock())
        )
        assert [text.en for text in said.needed] == ["the secretary of Community", "the clerk of Community"]


class TestRefusals:
    """A refusal says what is possible now, to people."""

    def test_the_system_s_own_steps_are_not_offered(self, town: Town) -> None:
        """What the clock, a join or a rule does is nobody's to take."""
        said = refusal(lambda: town.office.tickets.answer(town.dispatched("health"), "x", by=town.secretary()))
        assert said.rules == ("state",)
        assert set(said.possible) == {"dispatch", "withdraw", "exclude"}

    def test_an_unknown_step_or_case_is_no_refusal(self, town: Town) -> None:
        """They are mistakes of the program, and the message names what there is."""
        ticket = town.ordered()
        with pytest.raises(NotFound, match="dispatch"):
            town.office.take(ticket, "dispach", by=town.secretary())
        for missing in ("T-0", f"{ticket.id}/health@9"):
            for command in (town.office.take, town.office.ask):
                with pytest.raises(NotFound, match="no case"):
                    command(missing, "accept", by=town.officer("health"))

    @given(data=st.data())
    def test_every_reason_speaks_both_languages(self, data: st.DataObject) -> None:
        """Each text of the table does."""
        state = data.draw(st.sampled_from(FOUR_PART_TICKET.states))
        step = data.draw(st.sampled_from(FOUR_PART_TICKET.steps))
        for text in (state.text, step.text, *(guard.reason for guard in step.guards)):
            assert text.en
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
