"""Notes: what is written down beside a case; private, unless somebody says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from civicflow import IdempotencyMismatch, InvalidInput, NotFound, Refused
from civicflow.hierarchy.authority import ANYONE
from civicflow.ledger.attachments import ATTACH
from civicflow.ledger.private import ERASE
from civicflow.workflows.engine.amending import CORRECT
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.flow import BESIDE, NEW, Flow, State, Step
from civicflow.workflows.engine.migrating import MIGRATE
from civicflow.workflows.engine.notes import NOTE

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow.plugins.storage.contract import Storage


class TestNote:
    """An entry that leaves the case in its state."""

    def test_it_is_private(self, open_town: OpenTown, storage: Storage) -> None:
        """Nothing of it stands in the entry; who wrote it and when does."""
        town = open_town(storage)
        ticket = town.ordered()
        made = town.office.note(ticket, "Called; nobody was at home.", by=town.secretary(), why="for the shift")
        entry = town.office.ledger.entries(ticket)[-1]
        assert (entry.step, entry.data, entry.why) == ("note", {}, "for the shift")
        assert town.office.ledger.private(entry) == {"text": "Called; nobody was at home."}
        assert town.office.notes(ticket) == (made,)
        assert (made.ref, made.by, made.at, made.public) == (entry.ref, town.secretary(), entry.recorded, False)
        assert town.office.case(ticket).state == "ordered"
        assert town.office.ledger.verify()

    def test_a_public_one_stays(self, town: Town) -> None:
        """Erasing the matter takes the private ones and leaves tombstones."""
        ticket = town.ordered()
        town.office.note(ticket, "The road is closed until Friday.", by=town.secretary(), public=True)
        private = town.office.note(ticket, "Door 3", by=town.secretary())
        assert not private.erased
        town.office.erase(ticket, by=town.secretary(), why="asked for")
        assert [(one.text, one.public, one.erased) for one in town.office.notes(ticket)] == [
            ("The road is closed until Friday.", True, False),
            ("", False, True),
        ]
        assert town.office.ledger.verify()

    def test_each_share_has_its_own(self, town: Town) -> None:
        """The ticket's are all of them; also of cases that ended."""
        ticket = town.dispatched("health")
        share = town.share(ticket, "health")
        town.office.tickets.withdraw(ticket, by=town.resident)
        first = town.office.note(ticket, "one", by=town.secretary())
        second = town.office.note(share, "two", by=town.officer("health"))
        assert town.office.notes(ticket) == (first, second)
        assert town.office.notes(share) == (second,)
        assert town.office.case(ticket).outcome == "withdrawn"

    @pytest.mark.parametrize("text", ["", "  ", "a\0b", "\ud800"])
    def test_it_says_something(self, town: Town, text: str) -> None:
        """What says nothing, or what no entry can hold, is refused and leaves nothing."""
        ticket = town.ordered()
        with pytest.raises(InvalidInput):
            town.office.note(ticket, text, by=town.secretary())
        assert town.office.notes(ticket) == ()

    def test_who_may_not_read_the_matter_may_not_write_either(self, town: Town) -> None:
        """The supervisor above may; a neighbour may not, and nothing is entered."""
        ticket = town.ordered()
        town.office.note(ticket, "x", by=town.secretary("subdistrict"))
        with pytest.raises(Refused) as raised:
            town.office.note(ticket, "x", by=town.secretary("neighbour"))
        assert (raised.value.refusal.rules, raised.value.refusal.step) == (("reading",), "note")
        assert len(town.office.notes(ticket)) == 1

    def test_there_must_be_such_a_case(self, town: Town) -> None:
        """The message says where to look."""
        with pytest.raises(NotFound, match="look it up with find"):
            town.office.note("T-none", "x", by=town.secretary())

    def test_its_key_makes_it_act_once(self, town: Town) -> None:
        """The text of a private note is not compared, as of any private field; another actor is another command."""
        ticket = town.ordered()
        first = town.office.note(ticket, "x", by=town.secretary(), key="k")
        assert town.office.note(ticket, "x", by=town.secretary(), key="k") == first
        with pytest.raises(IdempotencyMismatch):
            town.office.note(ticket, "x", by=town.resident, key="k")
        public = town.office.note(ticket, "x", by=town.secretary(), key="p", public=True)
        with pytest.raises(IdempotencyMismatch):
            town.office.note(ticket, "y", by=town.secretary(), key="p", public=True)
        assert town.office.notes(ticket) == (first, public)


def test_no_flow_has_a_step_of_such_a_name() -> None:
    """Or verify could not tell what was erased or attached."""
    assert {ATTACH, CORRECT, ERASE, MIGRATE, NOTE} == set(BESIDE)
    for name in sorted(BESIDE):
        flow = Flow(
            "x",
            1,
            "x | 某",
            (State("a", "a | 甲", final="done"),),
            (Step(name, "x | 某", NEW, "a", ANYONE),),
        )
        fault, *_ = faults(flow)
        assert "kept for entries beside the flow" in fault.reason
