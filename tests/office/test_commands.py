"""Commands: keys, repeated words, conflicts; what happens after a commit, and what may fail without undoing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from civicflow import Conflict, IdempotencyMismatch, InvalidInput, Money, NotFound, Plugins, Refused, StorageError
from civicflow import open as open_office
from civicflow.errors import UnsupportedQuery
from civicflow.office.commands import ATTEMPTS
from civicflow.plugins.backends import open_storage
from civicflow.plugins.hookspecs import Committed, hookimpl
from civicflow.plugins.storage.contract import Batch, Commit, Query, Storage
from civicflow.testing import FrozenClock

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Pigeons, Town


class Meddled:
    """A storage in which somebody else is always faster."""

    def __init__(self, inner: Storage) -> None:
        self.inner = inner
        self.meddle: list[Callable[[], object]] = []
        self.commits = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def commit(self, batch: Batch) -> Commit:
        """Let somebody else commit first."""
        if batch.writes:
            self.commits += 1
            if self.meddle:
                self.meddle.pop()()
        return self.inner.commit(batch)


class TestKeys:
    """The same key with the same command acts once; with another command it is an error."""

    def test_the_same_command_is_given_the_same_case(self, open_town: OpenTown, storage: Storage) -> None:
        """Also in another office on the same store, and later."""
        town = open_town(storage)
        first = town.ordered(key="lamp")
        town.clock.advance(days=1)
        again = open_town(storage, clock=town.clock, seed=b"other ", load=False)
        assert again.ordered(key="lamp").id == first.id
        assert again.matters() == [first.id]

    def test_it_means_the_case_as_it_is_now(self, town: Town) -> None:
        """A retried order whose ticket has moved on is answered with the ticket."""
        ticket = town.ordered(key="lamp")
        town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        assert town.ordered(key="lamp").state == "dispatched"

    @pytest.mark.parametrize(
        "other", [{"title": "a lane"}, {"unit": "neighbour"}, {"category": "roads"}, {"by": "resident-2"}]
    )
    def test_another_command_under_it_is_an_error(self, town: Town, other: dict[str, str]) -> None:
        """Another title, place, category or actor; nothing is entered."""
        town.ordered(key="lamp")
        before = town.position()
        given: dict[str, Any] = {"key": "lamp", **other}
        if "by" in other:
            given["by"] = town.office.act_as(other["by"])
        with pytest.raises(IdempotencyMismatch, match="'lamp'"):
            town.ordered(**given)
        assert town.position() == before

    def test_another_step_or_case_under_it_is_an_error(self, town: Town) -> None:
        """A key names one command for ever."""
        one, two = town.dispatched("health", title="one"), town.dispatched("health", title="two")
        town.office.tickets.accept(one, by=town.officer("health"), key="k")
        commands: list[Callable[[], object]] = [
            lambda: town.office.tickets.accept(two, by=town.officer("health"), key="k"),
            lambda: town.office.tickets.complete(one, by=town.officer("health"), key="k"),
        ]
        for command in commands:
            with pytest.raises(IdempotencyMismatch):
                command()

    def test_a_refusal_stores_nothing(self, town: Town) -> None:
        """The key is free for when it is lawful."""
        ticket = town.ordered()
        with pytest.raises(Refused):
            town.office.tickets.answer(ticket, "x", by=town.resident, key="answer")
        assert town.office.tickets.answer(ticket, "x", by=town.secretary(), key="answer").state == "answered"

    def test_a_vote_s_key(self, town: Town) -> None:
        """A retried ballot is the same ballot, even after the vote was closed."""
        voting = town.voted(town.before_the_council(town.fund()), 0, close=False)
        ballot = town.office.councils.vote(voting, "yes", by=town.delegate("d1"), key="d1")
        town.office.councils.close_vote(voting, by=town.chair, key="close")
        assert town.office.councils.vote(voting, "yes", by=town.delegate("d1"), key="d1").id == ballot.id
        assert town.office.councils.close_vote(voting, by=town.chair, key="close").state == "refused"


class TestRepetition:
    """A command that was taken already, by the same actor with the same data, is answered and enters nothing."""

    def test_the_same_words_again(self, town: Town) -> None:
        """Whatever happened since."""
        ticket = town.dispatched("health")
        town.done(ticket, "health")
        before = town.position()
        assert town.office.tickets.accept(ticket, by=town.officer("health")).state == "done"
        assert town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary()).state == "handled"
        assert town.position() == before

    def test_other_words_are_refused(self, town: Town) -> None:
        """Another answer to the same question is no repetition."""
        ticket = town.answered()
        with pytest.raises(Refused):
            town.office.tickets.answer(ticket, "something else", by=town.secretary())

    def test_other_private_words_are_refused(self, town: Town) -> None:
        """What lies beside the entry is compared, too."""
        ticket = town.answered()
        evaluate = town.office.tickets.evaluate
        evaluate(ticket, resolved=True, comment="fine", by=town.resident)
        assert evaluate(ticket, resolved=True, comment="fine", by=town.resident).state == "closed"
        with pytest.raises(Refused):
            evaluate(ticket, resolved=True, comment="not fine", by=town.resident)

    def test_malformed_words_of_an_impossible_step_are_refused(self, town: Town) -> None:
        """The refusal stands; what is malformed was never taken."""
        with pytest.raises(Refused):
            town.office.take(town.ordered(), "settle", None, by=town.secretary())


class TestConflicts:
    """A command means the case now: it is decided again when somebody else was faster, at most five times."""

    def opened(self, open_town: OpenTown) -> tuple[Town, Any, Meddled]:
        """A town, and another office on its store whose storage can be meddled with."""
        town = open_town()
        meddled = Meddled(town.storage)
        office = open_office(meddled, clock=town.clock, plugins=Plugins())
        return town, office, meddled

    def test_it_is_decided_again_on_what_is_there(self, open_town: OpenTown) -> None:
        """Between loading and committing the other share was accepted: ours is too."""
        town, office, meddled = self.opened(open_town)
        ticket = town.dispatched("health", "emergency")
        meddled.meddle = [lambda: town.office.tickets.accept(ticket, by=town.officer("emergency"))]
        office.tickets.accept(ticket, by=town.officer("health"))
        assert town.steps(ticket) == ["order", "dispatch", "accept", "accept"]
        assert meddled.commits == 2

    def test_what_is_no_longer_lawful_is_refused(self, open_town: OpenTown) -> None:
        """Between loading and committing it was withdrawn."""
        town, office, meddled = self.opened(open_town)
        ticket = town.ordered()
        meddled.meddle = [lambda: town.office.tickets.withdraw(ticket, by=town.resident)]
        with pytest.raises(Refused, match="withdrawn"):
            office.tickets.dispatch(ticket, to=["health"], by=town.secretary())

    def test_after_five_times_it_is_given_back(self, open_town: OpenTown) -> None:
        """Whoever is always too late is told so."""
        town, office, meddled = self.opened(open_town)
        fund = town.fund()
        deposit = town.office.funds.deposit
        meddled.meddle = [lambda: deposit(fund, Money("1"), by=town.secretary())] * (ATTEMPTS + 1)
        with pytest.raises(Conflict) as caught:
            office.funds.deposit(fund, Money("2"), by=town.secretary())
        assert caught.value.matter == fund.id
        assert meddled.commits == ATTEMPTS == 5

    def test_what_was_read_is_expected_too(self, open_town: OpenTown) -> None:
        """A master that is answered between loading and committing takes no duplicate any more."""
        town, office, meddled = self.opened(open_town)
        master, other = town.ordered("a lamp"), town.ordered("the same")
        meddled.meddle = [lambda: town.office.tickets.answer(master, "done", by=town.secretary())]
        with pytest.raises(Refused) as caught:
            office.tickets.merge(other, into=master, by=town.secretary())
        assert caught.value.refusal.rules == ("open-master",)
        town.check(other)

    def test_the_clock_s_loss_is_counted(self, open_town: OpenTown) -> None:
        """Somebody answers while the clock asks: the clock lost, and asks again on the next tick."""
        town, office, meddled = self.opened(open_town)
        ticket = town.ordered()
        town.clock.advance(days=3)
        meddled.meddle = [lambda: town.office.tickets.answer(ticket, "done", by=town.secretary())]
        assert office.tick().lost == 1
        assert "remind" not in town.steps(ticket)

    def test_what_was_seen_is_meant(self, town: Town) -> None:
        """A form that was long open does nothing to a case that has moved on since."""
        ticket = town.ordered()
        dispatch = town.office.tickets.dispatch
        dispatch(ticket, to=["health"], by=town.secretary(), seen=ticket.version)
        before = town.position()
        with pytest.raises(Conflict) as caught:
            dispatch(ticket, to=["emergency"], by=town.secretary(), seen=ticket.version)
        assert (caught.value.expected, caught.value.actual) == (1, 2)
        assert town.position() == before

    def test_what_was_seen_is_not_decided_again(self, open_town: OpenTown) -> None:
        """Not even once: the other one's step is what the form did not show."""
        town, office, meddled = self.opened(open_town)
        ticket = town.dispatched("health", "emergency")
        share = town.share(ticket, "health")
        meddled.meddle = [lambda: town.office.tickets.accept(ticket, by=town.officer("emergency"))]
        with pytest.raises(Conflict):
            office.take(share, "accept", by=town.officer("health"), seen=ticket.version)
        assert town.now(share).state == "offered"

    def test_damaged_records_do_not_make_it_ask_for_ever(self, open_town: OpenTown, tmp_path: Any) -> None:
        """A tally that counts a child that is not there ends in an error that says what to do."""
        import sqlite3  # only here is a store damaged by hand

        file = tmp_path / "town.db"
        town = open_town(open_storage(f"sqlite:///{file}"))
        ticket = town.dispatched("health", "emergency", lead="emergency")
        with sqlite3.connect(file) as damaged:
            damaged.execute("DELETE FROM cases WHERE case_id = ?", (f"{ticket.id}/health@2",))
        damaged.close()
        with pytest.raises(StorageError, match="run verify"):
            town.done(ticket, "emergency")


class TestAfterACommit:
    """Observers hear of every commit; nothing that they or notifiers do undoes it."""

    def test_observers_are_called_after_the_commit(self, open_town: OpenTown) -> None:
        """With its entries and the facts of every case that changed; a repeated command calls nobody."""
        heard: list[Committed] = []

        class Observer:
            @hookimpl
            def civicflow_committed(self, event: Committed) -> None:
                heard.append(event)
                for entry in event.entries:  # it is durable by now
                    assert town.office.ledger.entries(entry.case)

        plugins = Plugins()
        plugins.register(Observer(), name="observer")
        town = open_town(load=False, plugins=plugins)
        town.load_register()
        ticket = town.dispatched("health")
        assert [[entry.step for entry in event.entries] for event in heard] == [["begin"], ["order"], ["dispatch"]]
        assert {facts.state for facts in heard[-1].facts.values()} == {"dispatched", "offered"}
        assert [event.position for event in heard] == [1, 2, 3]
        town.done(ticket, "health")
        assert [entry.step for entry in heard[-1].entries] == ["complete", "finish"]
        count = len(heard)
        town.office.tickets.accept(ticket, by=town.officer("health"))
        town.office.tick()
        assert len(heard) == count
        town.clock.advance(days=2)
        town.office.tick()
        assert [entry.step for entry in heard[-1].entries] == ["remind"]

    def test_an_observer_that_fails_undoes_nothing(self, open_town: OpenTown, caplog: pytest.LogCaptureFixture) -> None:
        """The step stands, and the failure is logged."""

        class Broken:
            @hookimpl
            def civicflow_committed(self, event: Committed) -> None:
                raise RuntimeError("no network")

        plugins = Plugins()
        plugins.register(Broken(), name="broken")
        town = open_town(plugins=plugins)
        assert town.now(town.ordered()).state == "ordered"
        assert "broken" in caplog.text

    def test_a_failing_notifier_undoes_nothing(self, open_town: OpenTown, pigeons: Callable[..., Pigeons]) -> None:
        """It is named in the report; another channel delivers all the same."""
        broken, sound = pigeons("broken", error=OSError("no network")), pigeons("sound")
        town = open_town(notify=(broken, sound))
        ticket = town.ordered()
        report = town.office.relay()
        assert (report.delivered, report.retried) == (1, 1)
        assert [failure.channel for failure in report.failures] == ["broken"]
        assert [(notice.topic, notice.case) for notice in sound.carried] == [("ordered", ticket.id)]
        assert town.now(ticket).state == "ordered"

    def test_without_notifiers_nothing_is_put_by(self) -> None:
        """No channel, no outbox row that nobody would ever take."""
        storage = open_storage("memory://")
        with open_office(storage, clock=FrozenClock(), plugins=Plugins()) as office:
            office.begin("four-part-ticket", "order", {"title": "x"}, by=office.act_as("r"), unit=None)
            assert storage.claim(worker="w", now=2**60, lease=1) == ()

    def test_two_notifiers_of_one_name_are_an_error(self, pigeons: Callable[..., Pigeons]) -> None:
        """A channel has one carrier."""
        with pytest.raises(InvalidInput, match="two notifiers are called 'pigeons'"):
            open_office("memory://", notify=[pigeons(), pigeons()], plugins=Plugins())


class TestAsking:
    """What would be refused, who is asked, what there is: without changing anything."""

    def test_ask_gives_the_refusal_or_nothing(self, town: Town) -> None:
        """The same refusal as the command's, and the ledger stays as it is."""
        ticket = town.ordered()
        before = town.position()
        unit = town.office.unit("health")
        assert town.office.ask(ticket, "dispatch", {"to": [unit]}, by=town.secretary()) is None
        refusal = town.office.ask(ticket, "dispatch", {"to": [unit]}, by=town.resident)
        assert refusal is not None
        assert refusal.rules == ("authority",)
        assert town.position() == before

    def test_who_is_asked_of_a_share_or_of_all(self, town: Town) -> None:
        """In a root everybody whom it or one of its shares waits for."""
        ticket = town.dispatched("health", "emergency")
        assert town.asked(ticket) == {"officer-health", "officer-emergency"}
        assert town.asked(town.share(ticket, "health")) == {"officer-health"}
        town.office.tickets.accept(ticket, by=town.officer("health"))
        assert town.asked(ticket) == {"officer-health", "officer-emergency"}
        town.done(ticket, "emergency")
        assert town.asked(town.share(ticket, "emergency")) == set()

    def test_a_post_is_asked_whoever_holds_it(self, town: Town) -> None:
        """The address stays valid when the post changes hands."""
        voting = town.voted(town.before_the_council(town.fund()), 0, close=False)
        town.elect("d2", "x2")
        assert "x2" in town.asked(voting)
        assert "d2" not in town.asked(voting)
        address = f"post:delegate@{town.office.unit('council')}"
        assert [case.case for case in town.storage.find(Query(asked=(address,))).items] == [voting.id]

    def test_find_by_facts(self, town: Town) -> None:
        """A page at a time, in the order asked for; an unknown field is an error."""
        ids = [town.ordered(f"lamp {number}").id for number in range(5)]
        page = town.office.find(limit=3, order=("-title",), state="ordered", flow="four-part-ticket")
        rest = town.office.find(limit=3, order=("-title",), after=page.next, state="ordered", flow="four-part-ticket")
        assert [case.title for case in (*page.cases, *rest.cases)] == [f"lamp {number}" for number in (4, 3, 2, 1, 0)]
        assert {case.id for case in (*page.cases, *rest.cases)} == set(ids)
        assert rest.next == ""
        with pytest.raises(UnsupportedQuery):
            town.office.find(colour="red")

    def test_what_is_not_there_is_not_found(self, town: Town) -> None:
        """Each looks for what there is, and the message says so."""
        commands: list[Callable[[], object]] = [
            lambda: town.office.case("T-0"),
            lambda: town.office.shares("T-0"),
            lambda: town.office.what_can(town.resident, "T-0"),
            lambda: town.office.ask("T-0", "order", by=town.resident),
            lambda: town.office.councils.vote("P-0", "yes", by=town.resident),
            lambda: town.office.begin("ballot", "cast", {"choice": "yes"}, by=town.resident, unit=None, parent="P-0"),
            lambda: town.office.begin("nothing", "x", None, by=town.resident, unit=None),
            lambda: town.office.act_as("x", post="officer", unit="nowhere"),
        ]
        for command in commands:
            with pytest.raises(NotFound):
                command()

    def test_a_text_that_is_no_text_is_not_entered(self, town: Town) -> None:
        """A lone surrogate cannot be encoded, wherever it stands; nothing is entered."""
        ticket = town.ordered()
        before = town.position()
        commands: list[Callable[[], object]] = [
            lambda: town.ordered("\ud800"),
            lambda: town.ordered("x", contact="\ud800"),
            lambda: town.office.tickets.withdraw(ticket, why="\ud800", by=town.resident),
        ]
        for command in commands:
            with pytest.raises(InvalidInput):
                command()
        assert town.position() == before


class TestErasing:
    """Personal data is erased for good; the entries stay and still verify."""

    def test_private_parts_go_and_the_ledger_holds(self, open_town: OpenTown, storage: Storage) -> None:
        """The entry says who erased, when and why; a second time there is nothing left to erase."""
        town = open_town(storage)
        ticket = town.ordered(contact="door 3")
        order = town.office.ledger.entries(ticket)[0]
        assert town.office.ledger.private(order) == {"contact": "door 3"}
        assert town.office.erase(ticket, by=town.secretary(), why="the resident asked for it") == 1
        assert town.office.ledger.private(order) == {}
        assert town.office.ledger.entries(ticket)[-1].why == "the resident asked for it"
        assert town.office.ledger.verify().ok
        assert town.office.erase(ticket, by=town.secretary(), why="again") == 0
        town.check(ticket)
        assert town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary()).state == "dispatched"


class TestCorrecting:
    """A correction is a new entry that names the wrong one; figures use the corrected value."""

    def test_figures_use_the_corrected_value_and_can_show_what_was_entered(
        self, open_town: OpenTown, storage: Storage
    ) -> None:
        """Nothing is edited: the wrong entry stands, the ledger verifies, and both figures can be had."""
        town = open_town(storage)
        ticket = town.ordered(category="nosie")
        order = town.office.ledger.entries(ticket)[0]
        corrected = town.office.correct(order, {"category": "noise"}, by=town.secretary(), why="misspelt")
        assert corrected.data["category"] == "noise"
        entries = town.office.ledger.entries(ticket)
        assert (entries[-1].step, entries[-1].corrects, entries[0]) == ("correct", order.ref, order)
        assert set(town.office.ledger.rates_by("category")) == {"noise"}
        assert set(town.office.ledger.rates_by("category", as_recorded=True)) == {"nosie"}
        assert town.office.ledger.verify().ok
        town.check(ticket)
        assert town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary()).state == "dispatched"

    def test_whoever_entered_it_may_and_a_stranger_may_not(self, town: Town) -> None:
        """The refusal says who could; nothing is changed."""
        ticket = town.ordered(category="noise")
        order = town.office.ledger.entries(ticket)[0]
        assert (
            town.office.correct(order, {"category": "dust"}, by=order.by, why="it is dust").data["category"] == "dust"
        )
        before = town.position()
        with pytest.raises(Refused, match="secretary") as refused:
            town.office.correct(order, {"category": "x"}, by=town.officer("health"), why="no")
        assert refused.value.refusal.rules == ("authority",)
        assert town.position() == before

    def test_who_entered_it_is_read_from_the_ledger(self, town: Town) -> None:
        """An entry that was made up, or made over to somebody else, opens no door."""
        order = town.office.ledger.entries(town.ordered(category="noise"))[0]
        health = town.officer("health")
        with pytest.raises(Refused):
            town.office.correct(attrs.evolve(order, by=health), {"category": "x"}, by=health, why="no")
        with pytest.raises(NotFound, match="no entry"):
            town.office.correct(attrs.evolve(order, version=9), {"category": "x"}, by=order.by, why="no")

    def test_only_what_the_entry_kept_can_be_corrected(self, town: Town) -> None:
        """The error says which fields those are."""
        ticket = town.ordered()
        order = town.office.ledger.entries(ticket)[0]
        for right in ({"unit": "elsewhere"}, {}):
            with pytest.raises(InvalidInput, match="keeps category, channel, title"):
                town.office.correct(order, right, by=town.secretary(), why="no")

    def test_what_a_rule_worked_out_is_not_corrected(self, town: Town) -> None:
        """A count of votes, say: nobody gave it. What was corrected may be corrected again."""
        proposal = town.resolved(town.fund())
        (counted,) = [e for e in town.office.ledger.entries(proposal) if e.step == "group.count"]
        with pytest.raises(InvalidInput, match=r"keeps nothing, which can be corrected; got group"):
            town.office.correct(counted, {"group": {"yes": 3}}, by=town.secretary(), why="one more")
        order = town.office.ledger.entries(town.ordered(category="nosie"))[0]
        town.office.correct(order, {"category": "nois"}, by=town.secretary(), why="misspelt")
        again = town.office.ledger.entries(order.case)[-1]
        right = town.office.correct(again, {"category": "noise"}, by=town.secretary(), why="misspelt")
        assert right.data["category"] == "noise"

    def test_an_answer_is_corrected_after_the_ticket_has_ended(self, town: Town) -> None:
        """Figures may be wrong long after; the case stays ended."""
        answer = town.answered()
        requester = town.office.act_as(str(town.now(answer).requester))
        town.office.tickets.evaluate(answer, resolved=True, satisfied=1, by=requester)
        said = town.office.ledger.entries(answer)[-1]
        town.office.correct(said, {"satisfied": 5}, by=said.by, why="I mixed up the ends of the scale")
        assert town.office.ledger.rates().satisfied.n == 1
        assert town.office.ledger.rates(as_recorded=True).satisfied.n == 0
        town.check(answer)
