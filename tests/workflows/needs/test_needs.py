"""Needs and projects, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Case, InvalidInput, Money, NotFound, Refused
from civicflow.workflows.likeness import groups
from civicflow.workflows.needs.parts import Part

if TYPE_CHECKING:
    from tests.conftest import Town
    from tests.workflows.needs.conftest import People


def rules(command: Callable[..., object], *args: Any, **kwargs: Any) -> tuple[str, ...]:
    """The rules that a command is refused by."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal.rules


LAMPS = (Part(name="lamps", text="lamps along the lane", quantity=10), Part(name="paint", amount=Money("3000")))


class TestCollecting:
    """Anyone voices a need of their own. A contact, secretary or clerk enters one for whoever told them; it is that person's."""

    def test_anyone_voices(self, town: Town, people: People) -> None:
        """It is theirs; the secretary is told, and asked with the contact and the clerk."""
        need = people.heard(contact="door 3", site="point", channel="contact-point")
        assert (need.state, need.requester, need.data["channel"]) == ("voiced", "resident-1", "contact-point")
        assert need.data["site"] == town.office.chart().site("point").id
        assert town.told() == [("need", "secretary-community")]
        assert {"secretary-community", "clerk-community", "contact-1"} <= town.asked(need)

    def test_the_contact_enters_what_was_heard_on_a_visit(self, town: Town, people: People) -> None:
        """The need is the resident's, who is told; it names the visit, and came by it."""
        needs = town.office.needs
        visit = needs.visit("Group 3", unit="group", households=12, note="door 3 is ill", by=people.contact)
        need = needs.collect("no lamp", unit="group", of="resident-9", visit=visit, by=people.contact)
        assert (visit.outcome, visit.data["households"]) == ("made", 12)
        assert (need.requester, need.links["visit"], need.data["channel"]) == ("resident-9", (visit.id,), "visit")
        assert town.told() == [("collected", "resident-9")]

    def test_a_visit_that_nobody_entered_is_none(self, town: Town, people: People) -> None:
        """What is named has to be a visit, not just any case."""
        other = people.heard()
        collect = town.office.needs.collect
        assert rules(collect, "t", unit="group", of="r", visit=other, by=people.contact) == ("heard-there",)
        assert rules(collect, "t", unit="group", of="r", visit="V", by=people.contact) == ("heard-there",)

    def test_whoever_holds_no_post_enters_none_for_others(self, town: Town) -> None:
        """Nor a visit; an officer of a department neither."""
        needs = town.office.needs
        assert rules(needs.collect, "t", unit="community", of="r", by=town.resident) == ("authority",)
        assert rules(needs.visit, "t", unit="community", by=town.officer("health")) == ("authority",)

    @pytest.mark.parametrize("households", [0, -1, True, "3"])
    def test_a_visit_reaches_somebody(self, town: Town, people: People, households: Any) -> None:
        """One household or more."""
        with pytest.raises(InvalidInput, match="one household or more"):
            town.office.needs.visit("t", unit="group", households=households, by=people.contact)

    def test_an_unknown_contact_point_is_named(self, people: People) -> None:
        """By its code, with what comes near."""
        with pytest.raises(NotFound):
            people.heard(site="pint")


class TestAnswering:
    """It is answered, or put on a list with like ones. Whoever raised it may take it back at any time."""

    def test_it_is_answered(self, town: Town, people: People) -> None:
        """The raiser is told, and reads the text."""
        need = people.heard()
        town.told()
        town.office.needs.answer(need, "a lamp comes in May", by=people.contact)
        said = town.office.needs.outcome(need)
        assert (said.need.outcome, said.text, said.project) == ("answered", "a lamp comes in May", None)
        assert town.told() == [("answered", "resident-1")]

    def test_it_is_taken_back(self, town: Town, people: People) -> None:
        """By the raiser alone, also when it is listed; the project's end no longer touches it."""
        need = people.heard()
        project = people.listed(need)
        assert rules(town.office.needs.withdraw, need, by=town.secretary()) == ("authority",)
        town.office.needs.withdraw(need, by=town.resident)
        town.office.needs.decline(project, "no money", by=town.secretary())
        assert town.now(need).outcome == "withdrawn"

    def test_nobody_answers(self, town: Town, people: People) -> None:
        """After two working days a reminder, after five under supervision; and there it is answered still."""
        need = people.heard()
        town.told()
        town.clock.advance(days=3)
        town.office.tick()
        assert town.told() == [("reminder", "secretary-community")]
        town.clock.advance(days=6)
        town.office.tick()
        assert (town.now(need).state, town.told()) == ("supervised", [("overdue", "secretary-subdistrict")])
        assert town.office.needs.answer(need, "late", by=town.secretary()).outcome == "answered"

    def test_what_is_no_need_has_no_outcome(self, town: Town, people: People) -> None:
        """A project is told to be one."""
        with pytest.raises(NotFound, match="is a listed-project, no need"):
            town.office.needs.outcome(people.listed())


class TestListing:
    """The secretary or a clerk puts a project on the list, of needs raised there or below that wait."""

    def test_like_needs_become_one_project(self, town: Town, people: People) -> None:
        """Each follows it, and each raiser is told; a need of the group below is among them."""
        mine, other = people.heard(), people.heard(by="resident-2", unit="group")
        town.told()
        project = people.listed(mine, other)
        assert project.state == "listed"
        assert [town.now(need).state for need in (mine, other)] == ["listed", "listed"]
        assert town.told() == [("listed", "resident-1"), ("listed", "resident-2")]
        assert town.office.needs.outcome(mine).says.en == "open to be taken up"

    def test_who_may_not(self, town: Town, people: People) -> None:
        """A contact collects, and lists nothing; the neighbour's secretary neither."""
        need = people.heard()
        assert rules(people.listed, need, by=people.contact) == ("authority",)
        assert rules(people.listed, need, by=town.secretary("neighbour")) == ("authority",)

    def test_what_cannot_be_listed(self, town: Town, people: People) -> None:
        """Nothing, one twice, one of elsewhere, one that follows another project, what is no need."""
        need, elsewhere, ticket = people.heard(), people.heard(unit="neighbour"), town.ordered()
        taken = people.heard()
        people.listed(taken)
        for needs in ((), (need, need), (need, elsewhere), (need, taken), (need, ticket), ("none",)):
            by = {"unit": "community", "by": town.secretary()}
            assert rules(town.office.needs.list_project, "t", needs=needs, **by) == ("needs-wait",)
        assert town.now(need).state == "voiced"

    def test_more_are_added_and_released(self, town: Town, people: People) -> None:
        """Added as long as it is open; released, it waits again and can be listed elsewhere; only what is there is released."""
        needs, project, late = town.office.needs, people.listed(), people.heard(by="resident-2")
        needs.add(project, [late], by=town.secretary())
        assert town.now(late).state == "listed"
        town.told()
        needs.release(project, late, "it is a hole, no lamp", by=town.secretary())
        assert town.now(late).state == "voiced"
        assert town.told() == [("need", "secretary-community"), ("released", "resident-2")]
        assert rules(needs.release, project, late, "again", by=town.secretary()) == ("is-ours",)
        people.listed(late)
        needs.decline(project, "no money", by=town.secretary())
        assert town.now(late).state == "listed"

    def test_one_that_comes_back_is_told_once(self, town: Town, people: People) -> None:
        """Released and added again, it follows the project once."""
        needs, need = town.office.needs, people.heard()
        project = people.listed(need, people.heard())
        needs.release(project, need, "it is a hole", by=town.secretary())
        needs.add(project, [need], by=town.secretary())
        town.told()
        needs.decline(project, "no money", by=town.secretary())
        assert town.told() == [("declined", "resident-1")] * 2
        assert town.steps(need) == ["voice", "enlist", "release", "enlist", "decline"]

    def test_a_mistake_is_dissolved(self, town: Town, people: People) -> None:
        """Its needs wait again, and shares are no longer needed."""
        need = people.heard()
        project = people.listed(need)
        town.office.needs.take_up(project, by=town.officer("health"))
        town.office.needs.dissolve(project, "listed twice", by=town.secretary())
        assert (town.now(need).state, town.now(project).outcome) == ("voiced", "dissolved")
        assert town.share(project, "health").state == "dropped"

    def test_likeness_is_suggested_and_a_person_decides(self, town: Town, people: People) -> None:
        """Those with one exact key first, whatever they are called; then by words, with reasons; what was rejected is gone."""
        first = people.heard("the lamp at gate 3 is dark", about="lamp:17")
        same = people.heard("3号门路灯不亮", about="lamp:17")
        near = people.heard("the lamp at gate 3 is dark again")
        people.heard("a smell in the yard", category="air")
        waiting = town.office.find(flow="need", open=True, under="community").cases
        found = town.office.needs.suggest(waiting)
        assert [set(one.pair) for one in found[:2]] == [{first.id, same.id}, {first.id, near.id}]
        assert found[0].likeness.is_exact
        assert not found[1].likeness.is_exact
        assert all(reason.zh for one in found for reason in one.likeness.reasons)
        again = town.office.needs.suggest(waiting, rejected=[found[1].pair])
        assert found[1].pair not in {one.pair for one in again}
        (group,) = groups(one.pair for one in again)
        people.listed(*map(town.now, group))
        assert {town.now(need).state for need in (first, same)} == {"listed"}


class TestTakingUp:
    """Any body takes up the whole of what is left, a part, or so much of one. Two never take the same."""

    def test_the_whole(self, town: Town, people: People) -> None:
        """One body takes all of it: nothing is left, and a second one is told so."""
        project = people.listed(parts=LAMPS)
        assert town.office.needs.take_up(project, by=town.officer("health")).state == "taken-up"
        assert town.office.needs.left(project) == {}
        assert rules(town.office.needs.take_up, project, by=town.officer("emergency")) == ("state",)

    def test_by_pieces_and_by_amount(self, town: Town, people: People) -> None:
        """What is left goes down exactly; when the last is taken, the project is."""
        needs, project = town.office.needs, people.listed(parts=LAMPS)
        needs.take_up(project, part="lamps", quantity=4, by=town.officer("health"))
        needs.take_up(project, part="paint", amount=Money("999.99"), by=town.officer("emergency"))
        assert needs.left(project) == {"lamps": Decimal(6), "paint": Decimal("2000.01")}
        needs.take_up(project, part="paint", by=town.officer("traffic-police"))
        assert needs.left(project) == {"lamps": Decimal(6)}
        assert needs.take_up(project, part="lamps", quantity=6, by=town.officer("health")).state == "taken-up"

    @pytest.mark.parametrize(
        ("given", "rule"),
        [
            ({"part": "lamps", "quantity": 11}, ("is-left",)),
            ({"part": "paint", "amount": Money("3000.01")}, ("is-left",)),
            ({"part": "paint", "amount": Money(1, "EUR")}, ("fits",)),
            ({"part": "paint", "quantity": 1}, ("fits",)),
            ({"part": "lamps", "amount": Money(1)}, ("fits",)),
            ({"part": "lamps", "amount": Money(1), "quantity": 1}, ("fits",)),
            ({"quantity": 1}, ("fits",)),
            ({"part": "sand"}, ("fits", "is-left")),
        ],
    )
    def test_what_is_not_there_is_not_taken(
        self, town: Town, people: People, given: dict[str, Any], rule: tuple[str, ...]
    ) -> None:
        """More than is left, another currency, the wrong measure, no such part."""
        project = people.listed(parts=LAMPS)
        assert rules(town.office.needs.take_up, project, by=town.officer("health"), **given) == rule
        assert town.office.needs.left(project) == {"lamps": Decimal(10), "paint": Decimal(3000)}

    def test_a_resident_takes_up_nothing(self, town: Town, people: People) -> None:
        """Only an officer does, for their own body."""
        assert rules(town.office.needs.take_up, people.listed(), by=town.resident) == ("authority",)

    def test_the_taker_says_by_when(self, town: Town, people: People) -> None:
        """The share carries the promise; without one it has ten working days."""
        project = people.listed(parts=LAMPS)
        town.office.needs.take_up(project, part="paint", within="3 workdays", by=town.officer("health"))
        promise = datetime(2026, 3, 5, 15, 59, 59, 999999, tzinfo=UTC)  # the last instant of Thursday in Beijing
        assert town.share(project, "health").promise == promise


class TestWhatIsReturned:
    """What a body returns is open to all again."""

    def handed_out(self, town: Town, people: People) -> Case:
        """A project of which one body took 4 lamps, the rest was handed to another, and nobody else came."""
        project = people.listed(parts=(LAMPS[0],))
        town.office.needs.take_up(project, part="lamps", quantity=4, by=town.officer("health"))
        town.clock.advance(days=29)
        town.office.tick()
        assert town.now(project).state == "unclaimed"
        return town.office.needs.dispatch(project, to="emergency", because="it has a ladder", by=town.secretary())

    def test_it_is_open_again(self, town: Town, people: People) -> None:
        """Six lamps are left, and who is at four goes on; another body takes the six."""
        needs, project = town.office.needs, self.handed_out(town, people)
        assert project.state == "taken-up"
        needs.give_back(project, "no ladder", by=town.officer("emergency"))
        assert (town.now(project).state, needs.left(project)) == ("listed", {"lamps": Decimal(6)})
        assert needs.take_up(project, by=town.officer("traffic-police")).state == "taken-up"
        for body in ("health", "traffic-police"):
            needs.complete(project, by=town.officer(body))
        assert town.now(project).state == "done"

    def test_the_secretary_is_told_when_nobody_is_at_it(self, town: Town, people: People) -> None:
        """Six lamps are left when the four are done: the secretary is told, once."""
        project = people.listed(parts=(LAMPS[0],))
        town.office.needs.take_up(project, part="lamps", quantity=4, by=town.officer("health"))
        town.told()
        town.office.needs.complete(project, by=town.officer("health"))
        assert town.told() == [("idle", "secretary-community")]
        assert town.now(project).state == "listed"
        assert town.office.needs.left(project) == {"lamps": Decimal(6)}


class TestNotTakenUp:
    """What nobody took up within its time is handed to a body by the secretary, or is declined with the reason."""

    def test_before_its_time_nothing_is_handed_out(self, town: Town, people: People) -> None:
        """It is open to whoever wants it, and the secretary is not asked."""
        project = people.listed()
        assert rules(town.office.needs.dispatch, project, to="health", by=town.secretary()) == ("state",)
        assert "dispatch" not in {p.step for p in town.office.what_can(town.secretary(), project).steps}

    def test_its_time_passes(self, town: Town, people: People) -> None:
        """The secretary is told, reminded, then it is under supervision; then it is handed out still, and accepted."""
        project = people.listed()
        town.told()
        town.clock.advance(days=29)
        town.office.tick()
        assert (town.now(project).state, town.told()) == ("unclaimed", [("unclaimed", "secretary-community")])
        town.clock.advance(days=5)
        town.office.tick()
        assert town.now(project).state == "supervised"
        assert ("overdue", "secretary-subdistrict") in town.told()
        town.office.needs.dispatch(project, to="health", within="5 workdays", by=town.secretary())
        town.office.needs.accept(project, by=town.officer("health"))
        town.office.needs.complete(project, by=town.officer("health"))
        assert town.now(project).state == "done"

    def test_it_is_declined_with_the_reason(self, town: Town, people: People) -> None:
        """Each raiser reads why; whoever was at a share is no longer needed."""
        mine, other = people.heard(), people.heard(by="resident-2")
        project = people.listed(mine, other, parts=LAMPS)
        town.office.needs.take_up(project, part="paint", by=town.officer("health"))
        town.told()
        town.office.needs.decline(project, "the lane will be built over", by=town.secretary())
        for need in (mine, other):
            said = town.office.needs.outcome(need)
            assert (said.need.outcome, said.text) == ("declined", "the lane will be built over")
        assert town.told() == [("declined", "resident-1"), ("declined", "resident-2")]
        assert town.share(project, "health").state == "dropped"


class TestOrdering:
    """Where it is no project but one order, a four-part ticket begins in the same commit; its end comes before the report."""

    def test_needs_become_one_order(self, town: Town, people: People) -> None:
        """The ticket is tied both ways and the secretary's; both raisers read what came of it."""
        needs, tickets, secretary = town.office.needs, town.office.tickets, town.secretary()
        mine, other = people.heard(), people.heard(by="resident-2")
        project = needs.order(people.listed(mine, other), by=secretary)
        (ticket,) = map(town.now, project.links["order"])
        assert (ticket.title, ticket.data["category"], ticket.requester) == ("lamps", "", "secretary-community")
        assert ticket.links["origin"] == (project.id,)
        assert rules(needs.report, project, "done", by=secretary) == ("order-ended",)
        assert rules(needs.decline, project, "no", by=secretary) == ("order-ended",)
        tickets.dispatch(ticket, to=["health"], by=secretary)
        town.done(ticket, "health")
        tickets.answer(ticket, "a lamp burns", by=secretary)
        assert rules(needs.report, project, "done", by=secretary) == ("order-ended",)
        tickets.evaluate(ticket, resolved=True, by=secretary)
        needs.report(project, "a lamp burns", by=secretary)
        assert [needs.outcome(need).text for need in (mine, other)] == ["a lamp burns"] * 2

    def test_not_while_somebody_is_at_it(self, town: Town, people: People) -> None:
        """What somebody took up is no order beside that."""
        project = people.listed(parts=LAMPS)
        town.office.needs.take_up(project, part="lamps", by=town.officer("health"))
        assert rules(town.office.needs.order, project, by=town.secretary()) == ("nobody-at-it",)


class TestReporting:
    """When everything was done the secretary reports what came of it; that is told to whoever raised each need, in the same commit."""

    def test_everybody_reads_the_outcome_of_their_own(self, town: Town, people: People) -> None:
        """The need is met, and says by whom and how; it is one commit."""
        mine, other = people.heard(), people.heard(by="resident-2")
        project = people.listed(mine, other)
        town.office.needs.take_up(project, by=town.officer("health"))
        assert town.office.needs.outcome(mine).takers == (town.office.unit("health"),)
        town.office.needs.complete(project, by=town.officer("health"))
        assert town.office.needs.outcome(mine).says.en == "done, to be reported"
        town.told()
        reported = town.office.needs.report(project, "ten lamps burn", by=town.secretary())
        assert reported.outcome == "met"
        for need in (mine, other):
            said = town.office.needs.outcome(need)
            assert (said.need.outcome, said.text, said.says.en) == ("met", "ten lamps burn", "met by a project")
            last = town.office.ledger.entries(need)[-1]
            assert last.cause == town.office.ledger.entries(project)[-1].ref
        assert town.told() == [("met", "resident-1"), ("met", "resident-2")]

    def test_not_while_somebody_is_at_it(self, town: Town, people: People) -> None:
        """A project that nobody took up in full is reported when nobody is at a share any more."""
        project = people.listed(parts=LAMPS)
        town.office.needs.take_up(project, part="lamps", by=town.officer("health"))
        town.clock.advance(days=29)
        town.office.tick()
        assert rules(town.office.needs.report, project, "half", by=town.secretary()) == ("nobody-at-it",)
        town.office.needs.complete(project, by=town.officer("health"))
        assert (
            town.office.needs.report(project, "the lamps burn, the paint waits", by=town.secretary()).outcome == "met"
        )

    def test_who_has_no_share_has_nothing_to_complete(self, town: Town, people: People) -> None:
        """And is told so."""
        assert rules(town.office.needs.complete, people.listed(), by=town.officer("health")) == ("share",)
        assert rules(town.office.needs.complete, people.listed(), by=town.resident) == ("share",)

    def test_hundreds_of_needs_cost_an_entry_each(self, town: Town, people: People) -> None:
        """Two hundred needs: two entries each in all, beside the first; every raiser is told once of the end."""
        with town.office.together() as office:
            needs = [
                office.needs.voice("dark", unit="community", by=office.act_as(f"resident-{n}")) for n in range(200)
            ]
        project = people.listed(*needs)
        town.office.needs.take_up(project, by=town.officer("health"))
        town.office.needs.complete(project, by=town.officer("health"))
        town.told()
        before = town.position()
        town.office.needs.report(project, "done", by=town.secretary())
        assert town.position() == before + 201
        assert sorted(town.told()) == sorted(("met", f"resident-{n}") for n in range(200))
        assert [town.steps(need) for need in needs[::50]] == [["voice", "enlist", "meet"]] * 4
