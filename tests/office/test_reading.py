"""Reading rights at the office: whoever may not read is refused, and what concerns whom follows a matter's course."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from civicflow import NotFound, Refused
from civicflow.plugins.storage.contract import Batch, Commit
from civicflow.plugins.storage.memory import MemoryStorage
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.workflows.engine.attachments import Attachment

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestLooking:
    """With ``by=``, a matter is shown to those who may read it."""

    def test_whoever_may_not_is_refused_everything_of_a_matter(self, town: Town) -> None:
        """The case, its shares, its entries and their private parts, by one rule that says who could."""
        ticket = town.dispatched("health")
        office, stranger = town.office, town.secretary("neighbour")
        entry = office.ledger.entries(ticket)[0]
        for look in (
            lambda: office.case(ticket, by=stranger),
            lambda: office.case(town.share(ticket, "health"), by=stranger),
            lambda: office.shares(ticket, by=stranger),
            lambda: office.ledger.entries(ticket, by=stranger),
            lambda: office.ledger.private(entry, by=stranger),
        ):
            with pytest.raises(Refused) as refused:
                look()
            refusal = refused.value.refusal
            assert (refusal.step, refusal.rules) == ("read", ("reading",))
            assert "whoever raised it" in {text.en for text in refusal.needed}
            assert "a post of Community, or above it" in {text.en for text in refusal.needed}
            assert "社区及其上级的任职人员" in refusal.say("zh")

    def test_notes_and_attachments_are_a_matter_s_too(self, town: Town) -> None:
        """Refused to whoever may not read it, shown to whoever may."""
        ticket = town.ordered()
        office, stranger, reader = town.office, town.secretary("neighbour"), town.secretary()
        office.note(ticket, "she will call back", by=reader)
        attachment = Attachment(
            case=ticket.id, version=1, name="a", type="a/b", size=1, digest="0" * 64, public=False, by=reader, at=NOON
        )
        for look in (
            lambda: office.notes(ticket, by=stranger),
            lambda: office.attachments(ticket, by=stranger),
            lambda: office.open_attachment(attachment, by=stranger),
        ):
            with pytest.raises(Refused):
                look()
        assert [note.text for note in office.notes(ticket, by=reader)] == ["she will call back"]
        assert office.attachments(ticket, by=reader) == ()

    def test_whoever_may_sees_what_the_host_sees(self, town: Town) -> None:
        """Who raised it, the community, the department of a share, and the districts above."""
        ticket = town.dispatched("health")
        office = town.office
        entry = office.ledger.entries(ticket)[0]
        for reader in (
            town.resident,
            town.secretary(),
            town.officer("health"),
            town.secretary("subdistrict"),
            town.secretary("district"),
        ):
            assert office.may_read(reader, ticket)
            assert office.case(ticket, by=reader) == office.case(ticket)
            assert office.shares(ticket, by=reader) == office.shares(ticket)
            assert office.ledger.entries(ticket, by=reader) == office.ledger.entries(ticket)
            assert office.ledger.private(entry, by=reader) == office.ledger.private(entry)

    def test_a_case_that_is_not_there_is_not_found(self, town: Town) -> None:
        """Rather than refused."""
        for look in (town.office.case, town.office.shares):
            with pytest.raises(NotFound):
                look("T-0", by=town.resident)
        with pytest.raises(NotFound):
            town.office.may_read(town.resident, "T-0")

    def test_whoever_is_asked_may_read(self, town: Town) -> None:
        """In tickets, shares, proposals and votes: nobody is asked to act on what they may not see."""
        ticket = town.dispatched("health", "emergency")
        voting = town.voted(town.before_the_council(town.fund()), 1, close=False)
        town.answered()
        cases: list[Case | str] = [ticket, town.share(ticket, "health"), voting, *town.matters()]
        for case in cases:
            for actor in town.office.asked(case):
                assert town.office.may_read(actor, case), (actor, case)


class TestParties:
    """Who once took part stays a party."""

    def test_a_ticket_that_climbed_stays_readable_below(self, town: Town) -> None:
        """The community and its neighbour stand under one subdistrict; only the community took part."""
        ticket: Case = town.ordered()
        secretary = town.secretary()
        town.office.tickets.answer(ticket, "done", by=secretary)
        for _ in range(2):
            town.office.tickets.evaluate(ticket, resolved=False, by=town.resident)
            if town.now(ticket).unit != town.office.unit("community"):
                break
            town.office.tickets.answer(ticket, "done again", by=secretary)
        assert town.now(ticket).unit == town.office.unit("subdistrict")
        assert town.office.may_read(secretary, ticket)
        assert not town.office.may_read(town.secretary("neighbour"), ticket)
        assert town.office.find(by=secretary, unit=str(town.office.unit("subdistrict"))).cases == (town.now(ticket),)

    def test_a_share_makes_its_body_a_party_of_the_whole_ticket(self, town: Town) -> None:
        """It reads the ticket that its share belongs to; another department does not."""
        ticket = town.dispatched("health")
        health, other = town.officer("health"), town.officer("emergency")
        assert {case.id for case in town.office.find(by=health).cases} == {ticket.id, town.share(ticket, "health").id}
        assert town.office.find(by=other).cases == ()

    def test_a_post_that_changed_hands_takes_its_reading_along(self, town: Town) -> None:
        """By the chart of today."""
        ticket = town.ordered()
        old, new = (town.office.act_as(p, post="secretary", unit="community") for p in ("secretary-community", "new"))
        assert (town.office.may_read(old, ticket), town.office.may_read(new, ticket)) == (True, False)
        register = town.register
        register["bodies"][2]["posts"]["secretary"] = "new"
        town.clock.advance(days=1)
        town.load(register)
        assert (town.office.may_read(old, ticket), town.office.may_read(new, ticket)) == (False, True)

    def test_only_steps_that_name_somebody_put_parties(self, open_town: OpenTown) -> None:
        """The others do not pay for them."""
        put: list[int] = []

        class Counting(MemoryStorage):
            def commit(self, batch: Batch) -> Commit:
                put.append(len(batch.parties))
                return super().commit(batch)

        town = open_town(Counting(Rows()))
        ticket = town.ordered()
        assert put[-1] == 2  # the resident and the community
        town.office.tickets.dispatch(ticket, to=("health",), by=town.secretary())
        assert put[-1] == 1
        del put[:]
        town.done(ticket, "health")
        town.office.tickets.answer(ticket, "done", by=town.secretary())
        town.office.tickets.evaluate(ticket, resolved=True, by=town.resident)
        assert not any(put)

    def test_the_ledger_proves_them(self, town: Town) -> None:
        """A party that somebody added, or took away, is damage that names the matter."""
        ticket = town.dispatched("health")
        town.voted(town.before_the_council(town.fund()), 4)
        assert town.office.ledger.verify()
        rows = town.storage._door.rows  # type: ignore[attr-defined]
        rows.parties[ticket.id].add("person:spy")
        rows.parties[ticket.id].remove("person:resident-1")
        found = town.office.ledger.verify()
        assert [(fault.table, fault.key, fault.rule) for fault in found.faults] == [
            ("parties", ticket.id, "party.missing"),
            ("parties", ticket.id, "party.unknown"),
        ]
        assert "no entry names person:spy" in str(found)
        assert "相关方" in found.faults[0].text.zh
