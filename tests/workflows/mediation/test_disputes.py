"""The mediation of disputes, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import Actor, Case, InvalidInput, Refused
from civicflow.workflows.mediation.parts import FOUR, Seat, Session

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Refusal

AWAY: Mapping[str, str] = {"director": "in a meeting", "police-officer": "on duty", "grid-leader": "on leave"}


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


def secretary(town: Town, area: str = "east") -> Actor:
    """The secretary of a compound or another area."""
    return town.office.act_as(f"secretary-{area}", post="secretary", unit=area)


def mediator(town: Town, person: str = "m1", unit: str = "mediators") -> Actor:
    """One of the mediators."""
    return town.office.act_as(person, post="mediator", unit=unit)


def raised(town: Town, **more: Any) -> Case:
    """A dispute in the eastern compound."""
    asked: dict[str, Any] = {"unit": "east", "by": town.resident, "names": ("Li", "Wang"), "details": "noise at night"}
    return town.office.mediation.apply("Noise at night", **{**asked, **more})


def taken_on(town: Town, officer: str = "m1", **more: Any) -> Case:
    """A dispute that a mediator is responsible for."""
    return town.office.mediation.take_on(raised(town), by=secretary(town), body="mediators", officer=officer, **more)


def met(town: Town, **more: Any) -> Case:
    """A dispute on which a session was held."""
    return town.office.mediation.meet(taken_on(town, **more), by=mediator(town), volunteers=2)


def agreed(town: Town, **more: Any) -> Case:
    """A dispute with a signed agreement."""
    return town.office.mediation.agree(
        met(town, **more), by=mediator(town), terms="quiet after ten", signatures=("Li", "Wang")
    )


class TestWhereItBegins:
    """A dispute begins in the lowest area that it fits: a compound, or the community where it spans several."""

    def test_in_the_compound(self, yards: Town) -> None:
        """Its secretary is told and asked."""
        dispute = raised(yards)
        assert (dispute.state, dispute.requester) == ("raised", "resident-1")
        assert yards.told() == [("dispute", "secretary-east")]
        assert yards.asked(dispute) == {"secretary-east"}

    @pytest.mark.parametrize("unit", ["community", "subdistrict", "district"])
    def test_not_above_it(self, yards: Town, unit: str) -> None:
        """So that small ones stay in the compound; the refusal says how it would be possible."""
        said = refusal(lambda: raised(yards, unit=unit))
        assert said.rules == ("begins-low",)
        assert "从楼院起调" in said.say("zh")

    def test_in_the_community_where_it_spans_several(self, yards: Town) -> None:
        """The reason is kept."""
        dispute = raised(yards, unit="community", across="one party lives in each compound")
        assert dispute.data["across"] == "one party lives in each compound"

    def test_in_a_community_without_compounds(self, yards: Town) -> None:
        """Nothing lies below it."""
        assert raised(yards, unit="neighbour").state == "raised"


class TestWhoIsResponsible:
    """The secretary there hands it to one mediator, who is responsible for it until it ends (包案)."""

    def test_one_mediator_is(self, yards: Town) -> None:
        """Beside whom the other one of the same body may do nothing."""
        dispute = taken_on(yards, "m1")
        assert dispute.data["officer"] == "m1"
        for by in (mediator(yards, "m2"), mediator(yards, "m9", "district-mediators")):
            with pytest.raises(Refused):
                yards.office.mediation.meet(dispute, by=by)
        said = refusal(lambda: yards.office.mediation.meet(dispute, by=mediator(yards, "m2")))
        assert said.rules == ("mediator-in-charge",)
        said = refusal(lambda: yards.office.mediation.refer(dispute, "no", to="court", by=mediator(yards, "m2")))
        assert said.rules == ("secretary-or-in-charge",)
        assert yards.office.mediation.meet(dispute, by=mediator(yards, "m1")).state == "mediating"

    def test_where_a_body_has_several_one_is_named(self, yards: Town) -> None:
        """Or nobody would be responsible."""
        said = refusal(lambda: yards.office.mediation.take_on(raised(yards), by=secretary(yards)))
        assert said.rules == ("mediator-here",)
        assert yards.office.mediation.take_on(raised(yards), by=secretary(yards), officer="m2").data["officer"] == "m2"

    def test_whoever_holds_no_such_post_is_not(self, yards: Town) -> None:
        """Nor a mediator of elsewhere."""
        tried: tuple[dict[str, Any], ...] = (
            {"officer": "police"},
            {"body": "police", "officer": "police"},
            {"body": "health", "officer": "m1"},
        )
        for how in tried:
            said = refusal(partial(yards.office.mediation.take_on, raised(yards), by=secretary(yards), **how))
            assert said.rules == ("mediator-here",)

    def test_the_secretary_may_name_another_one(self, yards: Town) -> None:
        """Who then goes on."""
        dispute = met(yards)
        yards.office.mediation.take_on(dispute, by=secretary(yards), body="mediators", officer="m2")
        agreement = yards.office.mediation.agree(dispute, by=mediator(yards, "m2"), form="oral", terms="quiet")
        assert agreement.state == "agreed"

    def test_whoever_takes_over_the_post_takes_over_the_cases(self, yards: Town, settled: Callable[..., Town]) -> None:
        """The responsible mediator leaves the post: they may do nothing more, the others of the body may go on."""
        dispute = taken_on(yards, "m1")
        settled(yards, holders=["m2", "m3"])
        said = refusal(lambda: yards.office.mediation.meet(dispute, by=mediator(yards, "m1")))
        assert said.rules == ("authority",)
        assert yards.office.mediation.meet(dispute, by=mediator(yards, "m3")).data["met"]

    def test_only_the_secretary_of_the_unit_takes_on(self, yards: Town) -> None:
        """The one of the other compound may not."""
        said = refusal(lambda: yards.office.mediation.take_on(raised(yards), by=secretary(yards, "west"), officer="m1"))
        assert said.rules == ("authority",)


class TestOneLevelAtATime:
    """It climbs one level at a time, each time for a reason, and is taken on anew there; no step skips a level."""

    def test_it_climbs_through_every_level(self, yards: Town) -> None:
        """From the compound to the district, by the secretary of each; above it there is nothing."""
        dispute = raised(yards)
        seen = [dispute.unit]
        for area in ("east", "community", "subdistrict"):
            dispute = yards.office.mediation.hand_up(dispute, "beyond us", by=secretary(yards, area))
            assert (dispute.state, dispute.body) == ("raised", None)
            seen.append(dispute.unit)
        assert seen == [yards.office.unit(code) for code in ("east", "community", "subdistrict", "district")]
        said = refusal(lambda: yards.office.mediation.hand_up(dispute, "x", by=secretary(yards, "district")))
        assert said.rules == ("can-climb",)

    def test_whoever_was_responsible_below_is_no_more(self, yards: Town) -> None:
        """So they cannot send it further before somebody there has looked at it."""
        dispute = yards.office.mediation.hand_up(taken_on(yards), "large", by=mediator(yards))
        assert yards.told()[-2:] == [("handed-up", "secretary-community"), ("handed-up", "resident-1")]
        said = refusal(lambda: yards.office.mediation.hand_up(dispute, "larger still", by=mediator(yards)))
        assert said.rules == ("authority",)

    def test_not_without_a_reason(self, yards: Town) -> None:
        """Blanks are none."""
        said = refusal(lambda: yards.office.mediation.hand_up(raised(yards), "  ", by=secretary(yards)))
        assert said.rules == ("has-reason",)

    def test_a_large_one_is_taken_on_in_the_community(self, yards: Town) -> None:
        """A large dispute is taken on in the community at the lowest."""
        dispute = raised(yards)
        said = refusal(lambda: yards.office.mediation.take_on(dispute, by=secretary(yards), officer="m1", large=True))
        assert said.rules == ("large-in-community",)
        yards.office.mediation.hand_up(dispute, "large", by=secretary(yards))
        by = secretary(yards, "community")
        assert yards.office.mediation.take_on(dispute, by=by, officer="m1", large=True).data["large"] is True
        spans = raised(yards, unit="community", across="both compounds")
        assert yards.office.mediation.take_on(spans, by=by, officer="m1", large=True).state == "mediating"
        alone = raised(yards, unit="neighbour")
        by = secretary(yards, "neighbour")
        nearest = yards.office.mediation.take_on(alone, by=by, large=True)
        assert nearest.body == yards.office.unit("district-mediators")


class TestFourAndWhoeverHelps:
    """In each session the four are there by their post in the register, or are excused with a reason."""

    def test_the_four_are_found_in_the_register(self, yards: Town) -> None:
        """The grid leader in the compound, the others in the community; the entry says who came, and how many helped."""
        dispute = met(yards)
        seats = yards.office.mediation.seats(dispute)
        chart = yards.office.chart()
        assert {seat.post: chart.code(seat.unit or "") for seat in seats} == {
            "director": "committee",
            "police-officer": "police",
            "mediator": "mediators",
            "grid-leader": "party-east",
        }
        entry = yards.office.ledger.entries(dispute)[-1]
        assert [seat["post"] for seat in entry.data["seats"]] == list(FOUR)
        assert entry.data["volunteers"] == 2

    def test_a_post_that_nobody_holds_needs_an_excuse(self, yards: Town, settled: Callable[..., Town]) -> None:
        """Like somebody who does not come."""
        dispute = taken_on(yards)
        settled(yards, vacant="director")
        said = refusal(lambda: yards.office.mediation.meet(dispute, by=mediator(yards)))
        assert said.rules == ("four-there",)
        held = yards.office.mediation.meet(dispute, by=mediator(yards), excused={"director": "vacant"})
        assert held.data["met"]

    def test_three_may_be_excused_and_the_mediator_may_not(self, yards: Town) -> None:
        """Without the mediator it is no session."""
        dispute = taken_on(yards)
        said = refusal(
            lambda: yards.office.mediation.meet(dispute, by=mediator(yards), excused={**AWAY, "mediator": "ill"})
        )
        assert said.rules == ("mediator-there",)
        assert yards.office.mediation.meet(dispute, by=mediator(yards), excused=AWAY).data["met"]

    @pytest.mark.parametrize("wrong", ["missing", "twice", "elsewhere", "unheld", "silent"])
    def test_nobody_is_left_out_or_invented(self, yards: Town, wrong: str) -> None:
        """Each of the four once; where the post is held, at the dispute's unit or above."""
        dispute = taken_on(yards)
        unit = yards.office.unit
        head, police, itself, grid = (
            {"post": seat.post, "unit": seat.unit} for seat in yards.office.mediation.seats(dispute)
        )
        seats: dict[str, list[dict[str, Any]]] = {
            "missing": [head, police, itself],
            "twice": [head, head, itself, grid],
            "elsewhere": [head, police, itself, {"post": "grid-leader", "unit": unit("party-west")}],
            "unheld": [head, police, itself, {"post": "grid-leader", "unit": unit("committee")}],
            "silent": [head, police, itself, {"post": "grid-leader"}],
        }
        data = Session(seats=tuple(Seat(**seat) for seat in seats[wrong]))
        said = yards.office.ask(dispute, "meet", data, by=mediator(yards))
        assert said is not None
        assert said.rules == ("four-there",)

    def test_at_the_door_where_that_is_the_way(self, yards: Town) -> None:
        """Where the way is the door, sessions are held at the door."""
        dispute = taken_on(yards, way="door")
        said = refusal(lambda: yards.office.mediation.meet(dispute, by=mediator(yards)))
        assert said.rules == ("at-the-door",)
        assert yards.office.mediation.meet(dispute, by=mediator(yards), venue="door").data["met"]


class TestAgreement:
    """An agreement follows a session; a written one is signed by each party, an oral one is written down."""

    def test_not_without_a_session(self, yards: Town) -> None:
        """What nobody talked about was not mediated."""
        said = refusal(
            lambda: yards.office.mediation.agree(taken_on(yards), by=mediator(yards), form="oral", terms="quiet")
        )
        assert said.rules == ("session-held",)

    @pytest.mark.parametrize("signatures", [(), ("Li",), ("Li", " Li "), ("Li", ""), ("Li", "Wang", "Sun")])
    def test_each_party_signs_once(self, yards: Town, signatures: tuple[str, ...]) -> None:
        """Two parties, two signatures."""
        dispute = met(yards)
        said = refusal(
            lambda: yards.office.mediation.agree(dispute, by=mediator(yards), terms="x", signatures=signatures)
        )
        assert said.rules == ("signed",)

    def test_it_has_a_text_or_an_attachment(self, yards: Town) -> None:
        """Either will do."""
        dispute = met(yards)
        by = mediator(yards)
        said = refusal(lambda: yards.office.mediation.agree(dispute, by=by, signatures=("Li", "Wang")))
        assert said.rules == ("has-text",)
        held = yards.office.mediation.agree(dispute, by=by, document="agreement.pdf", signatures=("Li", "Wang"))
        assert held.data["agreement"] == {"form": "written", "document": "agreement.pdf"}

    def test_each_version_stays(self, yards: Town) -> None:
        """A new one is a new version; all of them stay."""
        dispute = agreed(yards)
        yards.office.mediation.agree(dispute, by=mediator(yards), form="oral", terms="quiet after nine")
        versions = [entry for entry in yards.office.ledger.entries(dispute) if entry.step == "agree"]
        assert [yards.office.ledger.private(entry)["terms"] for entry in versions] == [
            "quiet after ten",
            "quiet after nine",
        ]

    def test_who_the_parties_are_stands_in_private_parts_alone(self, yards: Town) -> None:
        """In no entry, and in no record."""
        dispute = agreed(yards)
        public = str([entry.data for entry in yards.office.ledger.entries(dispute)]) + str(dispute.data)
        assert "Li" not in public
        assert "Wang" not in public
        assert yards.office.ledger.private(yards.office.ledger.entries(dispute)[0])["names"] == ["Li", "Wang"]


class TestVisits:
    """Then the mediator visits: once, three times where the dispute is tracked."""

    @pytest.mark.parametrize(("way", "visits"), [("door", 1), ("case-officer", 1), ("tracked", 3)])
    def test_the_last_visit_settles_it(self, yards: Town, way: str, visits: int) -> None:
        """Not one before."""
        dispute = taken_on(yards, way=way)
        yards.office.mediation.meet(dispute, by=mediator(yards), venue="door")
        yards.office.mediation.agree(dispute, by=mediator(yards), form="oral", terms="quiet")
        for number in range(1, visits + 1):
            now = yards.office.mediation.visit(dispute, kept=True, by=mediator(yards))
            assert now.outcome == ("agreed" if number == visits else "")

    def test_broken_it_is_mediated_again(self, yards: Town) -> None:
        """And is not handled; the visits of a new agreement begin anew."""
        dispute = agreed(yards, way="tracked")
        yards.office.mediation.visit(dispute, kept=True, by=mediator(yards))
        now = yards.office.mediation.visit(dispute, kept=False, by=mediator(yards))
        assert (now.state, now.handled) == ("mediating", None)
        yards.office.mediation.agree(dispute, by=mediator(yards), form="oral", terms="quiet")
        for _ in range(2):
            assert not yards.office.mediation.visit(dispute, kept=True, by=mediator(yards)).outcome
        assert yards.office.mediation.visit(dispute, kept=True, by=mediator(yards)).outcome == "agreed"

    def test_whoever_applied_may_say_that_it_is_not_resolved(self, yards: Town) -> None:
        """Which takes it back; that it is resolved leaves it to the visits."""
        dispute = agreed(yards)
        yards.office.mediation.evaluate(dispute, resolved=True, satisfied=5, by=yards.resident)
        assert yards.now(dispute).state == "agreed"
        now = yards.office.mediation.evaluate(dispute, resolved=False, satisfied=2, by=yards.resident)
        assert (now.state, now.data["satisfied"]) == ("mediating", 2)

    def test_a_visit_that_nobody_makes_is_called_for(self, yards: Town) -> None:
        """After 7 days the mediator is told, after 14 the level above, too, again and again; a visit starts the clock again."""
        dispute = agreed(yards, way="tracked")
        yards.told()
        yards.clock.advance(days=6)
        yards.office.mediation.visit(dispute, kept=True, by=mediator(yards))
        yards.told()
        yards.clock.advance(days=6)
        yards.office.tick()
        assert yards.told() == []
        yards.clock.advance(days=2)
        yards.office.tick()
        assert [topic for topic, _ in yards.told()] == ["visit", "visit"]  # either mediator of the body reads it
        yards.clock.advance(days=7)
        yards.office.tick()
        assert ("visit-late", "secretary-community") in yards.told()


class TestTime:
    """The limits remind first and then put the dispute under supervision; a month is what mediation generally takes."""

    def test_nobody_takes_it_on(self, yards: Town) -> None:
        """Reminded after one working day, under supervision after two."""
        dispute = raised(yards)
        told = []
        for _ in range(3):
            yards.clock.advance(days=1)
            yards.office.tick()
            told += yards.told()
        assert yards.now(dispute).state == "supervised"
        assert ("reminder", "secretary-east") in told
        assert ("overdue", "secretary-community") in told
        taken = yards.office.mediation.take_on(dispute, by=secretary(yards), officer="m1")
        assert taken.state == "mediating"

    def test_after_a_month_it_is_supervised(self, yards: Town) -> None:
        """However often they met."""
        dispute = taken_on(yards)
        for _ in range(3):
            yards.clock.advance(days=9)
            yards.office.tick()
            assert yards.office.mediation.meet(dispute, by=mediator(yards)).state == "mediating"
        yards.clock.advance(days=4)
        yards.office.tick()
        assert yards.now(dispute).state == "supervised"
        assert yards.office.mediation.meet(dispute, by=mediator(yards)).state == "mediating"


class TestHowItEnds:
    """Agreed and kept; or not agreed and referred; or withdrawn. Whoever applied learns each change."""

    def test_referred(self, yards: Town) -> None:
        """The parties learn where they may go."""
        dispute = met(yards)
        ended = yards.office.mediation.refer(dispute, "they do not agree", to="court", by=mediator(yards))
        assert (ended.outcome, ended.data["to"]) == ("referred", "court")
        assert ended.handled is not None

    def test_withdrawn(self, yards: Town) -> None:
        """By whoever applied, and nobody else."""
        dispute = taken_on(yards)
        with pytest.raises(Refused):
            yards.office.mediation.withdraw(dispute, by=secretary(yards))
        assert yards.office.mediation.withdraw(dispute, by=yards.resident).outcome == "withdrawn"

    def test_whoever_applied_learns_each_change(self, yards: Town) -> None:
        """Each step that somebody else takes tells them."""
        dispute = agreed(yards)
        yards.office.mediation.visit(dispute, kept=True, by=mediator(yards))
        told = [topic for topic, person in yards.told() if person == "resident-1"]
        assert told == ["taken-on", "session", "agreed", "visited"]

    @pytest.mark.parametrize(
        "wrong",
        [{"parties": 1}, {"parties": "2"}],
    )
    def test_a_dispute_has_two_parties(self, yards: Town, wrong: dict[str, Any]) -> None:
        """One is none."""
        with pytest.raises(InvalidInput, match="parties is a whole number from 2 on"):
            raised(yards, **wrong)
        with pytest.raises(InvalidInput, match="way is one of 'door', 'case-officer', 'tracked'; got 'phone'"):
            taken_on(yards, way="phone")
