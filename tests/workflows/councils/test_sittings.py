"""Councils, their sittings and their informal ones, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec

import attrs
import pytest

from civicflow import Case, InvalidInput, Refused
from civicflow.calendars import Recurrence
from civicflow.plugins.backends import open_storage
from civicflow.workflows.councils.agenda import Item
from civicflow.workflows.councils.composition import KINDS, Composition
from civicflow.workflows.councils.council import Instrument, waiting
from civicflow.workflows.councils.sitting import sitting
from civicflow.workflows.decisions import Quorum

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Actor, Refusal

P = ParamSpec("P")
TENTH: Final = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
RULES, COVENANT = Instrument("Rules", date(2026, 1, 1)), Instrument("Covenant", date(2026, 1, 1))
HAS: Final[dict[str, Any]] = {"rules": RULES, "venue": "the yard", "covenant": COVENANT}
SEATS: Final = {kind: f"of-{kind}" for kind in KINDS if kind != "delegates"}
DELEGATES: Final = ("d1", "d2", "d3", "d4", "d5", "d6")
FOUR: Final = (*SEATS.values(), *DELEGATES[:4])
THREE: Final = (*SEATS.values(), *DELEGATES[:3])


def refusal(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town on an SQLite file, on the morning of Monday 2 March 2026."""
    return open_town(open_storage(f"sqlite:///{tmp_path}/town.db"))


def set_up(town: Town, **more: Any) -> Case:
    """The community's council: six kinds, the 10th of every month."""
    asked: dict[str, Any] = {"council": "council", "unit": "community", "every": TENTH, "by": town.secretary(), **HAS}
    return town.office.sittings.set_up("Council", **{**asked, **more})


def adopted(town: Town, kind: str) -> Case:
    """A document in force from today."""
    documents, by = town.office.documents, town.secretary()
    drafted = documents.draft(kind, kind=kind, rules={"order": "by hand"}, unit="community", by=by)
    return documents.adopt(drafted, decision="minutes 1", start=date(2026, 3, 2), by=by)


def convene(town: Town, council: Case, **more: Any) -> Case:
    """A sitting on its fixed day about a gate."""
    asked: dict[str, Any] = {"by": town.secretary(), "seats": SEATS, "points": ["a gate"]}
    return town.office.sittings.convene(council, **{**asked, **more})


def to_its_day(town: Town) -> None:
    """The morning of the 10th of March."""
    town.clock.advance(days=8)
    town.office.tick()


def opened(town: Town, council: Case, present: Iterable[str] = FOUR, **more: Any) -> Case:
    """A sitting that is open."""
    case = convene(town, council, **more)
    to_its_day(town)
    return town.office.sittings.open(case, present, by=town.secretary())


def delegate(town: Town, person: str) -> Actor:
    """A delegate of the community council."""
    return town.office.act_as(person, post="delegate", unit="council")


def points(council: Case) -> list[str]:
    """The headlines of what waits."""
    return [item.title for item in waiting(council)]


class TestOneOneOne:
    """No sitting without rules, venue and covenant: whoever convenes is told all that is missing at once."""

    @pytest.mark.parametrize("lacking", list(HAS))
    def test_one_is_missing(self, town: Town, lacking: str) -> None:
        """Each of the three, by itself; laid down, there is a sitting."""
        council = set_up(town, **{lacking: None})
        assert refusal(convene, town, council).rules == (f"has-{lacking}",)
        town.office.sittings.lay_down(council, **{lacking: HAS[lacking]}, by=town.secretary())
        assert convene(town, council).state == "convened"

    def test_all_that_is_missing_is_named_at_once(self, town: Town) -> None:
        """In both languages, and nothing is begun."""
        council = set_up(town, rules=None, venue=None, covenant=None)
        before = town.position()
        said = refusal(convene, town, council)
        assert said.rules == ("has-rules", "has-venue", "has-covenant")
        assert all(word in said.say("zh") for word in ("议事规则", "议事场所", "居民公约"))
        assert town.position() == before

    def test_what_holds_later_does_not_hold_yet(self, town: Town) -> None:
        """Rules and a covenant from the 11th do not carry the sitting of the 10th."""
        later = Instrument("to come", date(2026, 3, 11))
        council = set_up(town, rules=later, covenant=later)
        assert refusal(convene, town, council).rules == ("rules-hold", "covenant-holds")
        assert convene(town, council, on=date(2026, 3, 11)).state == "convened"

    def test_a_document_is_in_force_and_of_its_kind(self, town: Town) -> None:
        """Neither a draft nor a covenant is one of rules; repealed by the 9th, it does not carry the sitting of the 10th."""
        documents, by, lay = town.office.documents, town.secretary(), town.office.sittings.lay_down
        rules = documents.draft("r", kind="rules", rules={"order": "by hand"}, unit="community", by=by)
        covenant = adopted(town, "covenant")
        kept: dict[str, Any] = {"rules": Instrument("r", date(2026, 1, 1), rules.id)}
        wrong: dict[str, Any] = {"rules": Instrument("r", date(2026, 1, 1), covenant.id)}
        assert refusal(set_up, town, **kept).rules == ("documents-hold",)
        assert refusal(set_up, town, **wrong).rules == ("documents-hold",)
        documents.adopt(rules, decision="minutes 1", start=date(2026, 3, 2), by=by)
        council = set_up(town, **kept)
        town.office.sittings.cancel(convene(town, council), "flooded", by=by)
        documents.repeal(rules, decision="minutes 2", last=date(2026, 3, 9), by=by)
        assert refusal(convene, town, council).rules == ("documents-still-hold",)
        assert convene(town, council, on=date(2026, 3, 9)).state == "convened"
        late: dict[str, Any] = {"rules": Instrument("r", date(2026, 3, 10), rules.id)}
        assert refusal(lay, council, by=by, **late).rules == ("documents-hold",)

    def test_whoever_names_other_documents_is_refused(self, town: Town) -> None:
        """The documents are those of the council, all of them, also where the table is used by hand."""
        rules = adopted(town, "rules")
        council = set_up(town, rules=Instrument("r", date(2026, 1, 1), rules.id))
        given: dict[str, Any] = {"council": council.id, "on": "2026-03-10", "items": ["a gate"]}
        given["seats"] = [{"kind": kind, "person": person} for kind, person in SEATS.items()]
        asked: dict[str, Any] = {"by": town.secretary(), "unit": "community", "anchors": council.anchors}
        said = refusal(town.office.begin, "sitting", "convene", given, **asked)
        assert said.rules == ("documents-still-hold",)


class TestConvening:
    """The branch secretary or the chair convenes, so long before as the council says, or with a reason; one at a time."""

    def test_on_its_fixed_day(self, town: Town) -> None:
        """The delegates, each kind, those affected and the departments are told."""
        council = set_up(town)
        case = convene(town, council, affected=["r2"], departments=["health"])
        assert (case.data["on"], case.data["where"]) == ("2026-03-10", "the yard")
        told = {who for topic, who in town.told() if topic == "convened"}
        assert told == {*DELEGATES, *SEATS.values(), "r2", "officer-health"}

    def test_the_chair_may_and_a_delegate_may_not(self, town: Town) -> None:
        """And the refusal names whose post it takes."""
        council = set_up(town)
        said = refusal(convene, town, council, by=delegate(town, "d2"))
        assert said.rules == ("authority",)
        chair = town.office.act_as("d1", post="chair", unit="council")
        assert convene(town, council, by=chair).state == "convened"

    def test_notice_is_given_or_the_haste_has_a_reason(self, town: Town) -> None:
        """Three days before: the 4th is too late, the 5th is not; urgent is any day that has not passed."""
        council = set_up(town)
        late = refusal(convene, town, council, on=date(2026, 3, 4))
        assert late.rules == ("notice-given",)
        assert refusal(convene, town, council, on=date(2026, 3, 1), urgent="a leak").rules == ("notice-given",)
        case = convene(town, council, on=date(2026, 3, 5))
        town.office.sittings.cancel(case, "flooded", by=town.secretary())
        assert convene(town, council, on=date(2026, 3, 2), urgent="a leak").data["urgent"] == "a leak"

    def test_each_kind_that_exists_is_invited_and_no_other(self, town: Town) -> None:
        """The delegates by their seats."""
        council = set_up(town)
        few = {kind: who for kind, who in SEATS.items() if kind != "partners"}
        assert refusal(convene, town, council, seats=few).rules == ("every-kind-invited",)
        assert refusal(convene, town, council, seats={**SEATS, "delegates": "d1"}).rules == ("every-kind-invited",)

    def test_only_the_property_company_need_not_exist(self, town: Town) -> None:
        """A council without a legal adviser does not sit."""
        council = set_up(town, kinds=[kind for kind in KINDS if kind != "legal-adviser"])
        seats = {kind: who for kind, who in SEATS.items() if kind != "legal-adviser"}
        (rule,) = refusal(convene, town, council, seats=seats).rules
        assert rule.startswith("lacks-no-kind")

    def test_one_at_a_time_and_not_for_nothing(self, town: Town) -> None:
        """What waited at the council is on the agenda, before what is given."""
        council = set_up(town)
        assert refusal(convene, town, council, points=[]).rules == ("has-points",)
        town.office.sittings.put_down(council, "a lamp", by=delegate(town, "d3"))
        case = convene(town, council)
        assert [(one["no"], one["title"]) for one in case.data["agenda"]] == [(1, "a lamp"), (2, "a gate")]
        assert points(town.now(council)) == []
        assert refusal(convene, town, council).rules == ("one-at-a-time",)

    def test_of_its_own_council(self, town: Town) -> None:
        """Neither of something else, nor under another body."""
        council, office = set_up(town), town.office
        given = {"council": council.id, "on": "2026-03-10", "items": ["a gate"], "seats": []}
        anchors = {"council": office.unit("group-council")}
        asked: dict[str, Any] = {"by": town.secretary(), "unit": "community", "anchors": anchors}
        assert "of-a-council" in refusal(office.begin, "sitting", "convene", given, **asked).rules
        assert refusal(office.begin, "sitting", "convene", {**given, "council": "no"}, **asked).rules == (
            "of-a-council",
        )


class TestOpening:
    """It is opened on its day, if somebody of each kind and more than half of the delegates are there."""

    def test_four_of_six_delegates_are_a_quorum_and_three_are_not(self, town: Town) -> None:
        """The seventh seat is vacant; more than half of the filled ones is four."""
        case = convene(town, set_up(town))
        to_its_day(town)
        (rule,) = refusal(town.office.sittings.open, case, THREE, by=town.secretary()).rules
        assert rule.startswith("quorate")
        case = town.office.sittings.open(case, FOUR, by=town.secretary())
        assert case.state == "open"
        assert set(case.data["present"]) == {"secretary-community", *FOUR}
        assert "4 of 6 filled seats" in case.data["quorum"]

    def test_a_kind_that_exists_has_to_be_there(self, town: Town) -> None:
        """Without the legal adviser it is not opened."""
        case = convene(town, set_up(town))
        to_its_day(town)
        without = [who for who in FOUR if who != SEATS["legal-adviser"]]
        (rule,) = refusal(town.office.sittings.open, case, without, by=town.secretary()).rules
        assert rule.startswith("composed")

    def test_without_a_property_company_five_kinds_sit(self, town: Town) -> None:
        """The minutes name the excused kind in both languages."""
        five = {kind: who for kind, who in SEATS.items() if kind != "property-company"}
        council = set_up(town, kinds=[*five, "delegates"])
        case = opened(town, council, (*five.values(), *DELEGATES), seats=five)
        assert case.data["excused"] == ["property-company"]
        assert "excused, does not exist here: property company" in case.data["attendance"]
        assert "依规免到（本地未设）：物业企业" in case.data["attendance"]

    def test_only_the_branch_secretary_leads(self, town: Town) -> None:
        """Neither the chair nor whoever is one level up."""
        case = convene(town, set_up(town))
        to_its_day(town)
        for by in (town.office.act_as("d1", post="chair", unit="council"), town.secretary("subdistrict")):
            assert refusal(town.office.sittings.open, case, FOUR, by=by).rules == ("authority",)

    def test_not_before_its_day(self, town: Town) -> None:
        """Nor is it adjourned before."""
        case = convene(town, set_up(town))
        assert refusal(town.office.sittings.open, case, FOUR, by=town.secretary()).rules == ("on-the-day",)
        assert refusal(town.office.sittings.adjourn, case, THREE, by=town.secretary()).rules == ("on-the-day",)

    def test_for_want_of_a_quorum_it_is_adjourned(self, town: Town) -> None:
        """Its points wait again; where there is a quorum nobody adjourns."""
        council = set_up(town)
        case = convene(town, council)
        to_its_day(town)
        assert "lacks-something" in refusal(town.office.sittings.adjourn, case, FOUR, by=town.secretary()).rules[0]
        case = town.office.sittings.adjourn(case, THREE, by=town.secretary())
        assert (case.outcome, points(town.now(council))) == ("adjourned", ["a gate"])
        assert "3 of 6 filled seats" in case.data["quorum"]
        assert ("adjourned", "d5") in town.told()


class TestPoints:
    """Each point gets an outcome, and none disappears."""

    def test_each_outcome(self, town: Town) -> None:
        """Resolved, handed to its vote, a ticket, postponed, taken off; the postponed one waits again."""
        council, by, sittings = set_up(town), town.secretary(), town.office.sittings
        about = Item("a fund", council.id)
        case = opened(town, council, points=["a gate", about, "a lamp", "a tree", "a dog"])
        sittings.deal(case, 1, "resolved", text="a new gate", by=by)
        sittings.deal(case, 2, "vote", by=by)
        sittings.deal(case, 3, "ticket", category="lamps", by=by)
        sittings.deal(case, 4, "postponed", by=by)
        assert refusal(sittings.close, case, by=by).rules == ("all-dealt-with",)
        sittings.deal(case, 5, "dropped", text="it was found", by=by)
        case = sittings.close(case, by=by)
        assert [one["outcome"] for one in case.data["agenda"]] == ["resolved", "vote", "ticket", "postponed", "dropped"]
        (ticket,) = sittings.tickets(case)
        assert (ticket.title, ticket.data["category"], ticket.flow_name) == ("a lamp", "lamps", "four-part-ticket")
        assert points(town.now(council)) == ["a tree"]
        town.check(case)
        town.check(council)

    def test_what_an_outcome_needs(self, town: Town) -> None:
        """A number that waits; a matter for a vote; words for a resolution and for what is taken off."""
        council, by, sittings = set_up(town), town.secretary(), town.office.sittings
        case = opened(town, council)
        assert refusal(sittings.deal, case, 2, "postponed", by=by).rules == ("on-the-agenda",)
        assert refusal(sittings.deal, case, 1, "vote", by=by).rules == ("has-a-matter",)
        for outcome in ("resolved", "dropped"):
            assert refusal(sittings.deal, case, 1, outcome, text=" ", by=by).rules == ("says-what",)
        sittings.deal(case, 1, "postponed", by=by)
        assert refusal(sittings.deal, case, 1, "postponed", by=by).rules == ("on-the-agenda",)
        with pytest.raises(InvalidInput, match="resolved, vote, ticket, postponed, dropped"):
            sittings.deal(case, 1, "forgotten", by=by)

    def test_called_off_not_held_or_broken_off_they_wait_again(self, town: Town) -> None:
        """However the sitting ended."""
        council, by, sittings = set_up(town), town.secretary(), town.office.sittings
        sittings.cancel(convene(town, council), "flooded", by=by)
        assert points(town.now(council)) == ["a gate"]
        never = convene(town, council, points=[])
        town.clock.advance(days=9)
        town.office.tick()
        assert town.now(never).outcome == "not-held"
        assert points(town.now(council)) == ["a gate"]
        told = {who for topic, who in town.told() if topic == "not-held"}
        assert {"secretary-community", "secretary-subdistrict", "d6"} <= told
        left = convene(town, council, on=town.office.now().date(), urgent="again", points=["a lamp"])
        sittings.open(left, FOUR, by=by)
        sittings.deal(left, 1, "resolved", text="x", by=by)
        for _ in range(4):
            town.clock.advance(days=1)
            town.office.tick()
        left = town.now(left)
        assert (left.state, [one["outcome"] for one in left.data["agenda"]]) == ("closed", ["resolved", "postponed"])
        assert points(town.now(council)) == ["a lamp"]


class TestMinutes:
    """A delegate, or the chair, who was there confirms the minutes; else they stand unconfirmed."""

    def closed(self, town: Town) -> Case:
        """A sitting that is closed."""
        case = opened(town, set_up(town))
        town.office.sittings.deal(case, 1, "resolved", text="a new gate", by=town.secretary())
        return town.office.sittings.close(case, by=town.secretary())

    def test_whoever_was_there_confirms(self, town: Town) -> None:
        """The fourth delegate was there, the fifth was not."""
        case = self.closed(town)
        said = refusal(town.office.sittings.confirm, case, by=delegate(town, "d5"))
        assert said.rules == ("was-there",)
        assert town.office.sittings.confirm(case, by=delegate(town, "d4")).outcome == "confirmed"

    def test_nobody_does(self, town: Town) -> None:
        """They are reminded, then the minutes stand unconfirmed, and the level above is told."""
        case = self.closed(town)
        for _ in range(22):
            town.clock.advance(days=1)
            town.office.tick()
        assert town.now(case).outcome == "unconfirmed"
        assert {("reminder", "d1"), ("unconfirmed", "secretary-subdistrict")} <= set(town.told())


class TestFixedDay:
    """A day on which the council sat was held, another one was missed; the secretary and the level above are told."""

    def test_held_and_missed(self, town: Town) -> None:
        """March is held, April is missed."""
        council = set_up(town)
        opened(town, council)
        town.clock.advance(days=1)
        town.office.tick()
        assert (town.now(council).data.get("held"), town.now(council).data.get("missed")) == (1, None)
        town.clock.advance(days=31)
        town.office.tick()
        council = town.now(council)
        assert (council.data["held"], council.data["missed"]) == (1, 1)
        assert {("missed", "secretary-community"), ("missed", "secretary-subdistrict")} <= set(town.told())

    def test_a_sitting_on_another_day_is_not_the_fixed_one(self, town: Town) -> None:
        """It sat on the 2nd, and missed the 10th."""
        council = set_up(town)
        case = convene(town, council, on=date(2026, 3, 2), urgent="a leak")
        town.office.sittings.open(case, FOUR, by=town.secretary())
        town.clock.advance(days=9)
        town.office.tick()
        assert town.now(council).data["missed"] == 1

    def test_over_a_holiday_it_is_rolled(self, town: Town) -> None:
        """10 May 2026 is a Sunday: the fixed day is the 11th, whichever day of the rolled month is asked."""
        council = set_up(town)
        town.clock.advance(days=60)
        town.office.tick()
        assert town.office.sittings.next_day(council) == date(2026, 5, 11)

    def test_other_days_from_now_on(self, town: Town) -> None:
        """The clock moves with them."""
        council = set_up(town)
        later = attrs.evolve(TENTH, rule="FREQ=MONTHLY;BYMONTHDAY=20")
        town.office.sittings.lay_down(council, every=later, by=town.secretary())
        assert town.office.sittings.next_day(council) == date(2026, 3, 20)


class TestCouncil:
    """The secretary of the area sets it up, or the level above, which dissolves it when nothing waits."""

    def test_who_sets_it_up(self, town: Town) -> None:
        """Not the chair; the level above may."""
        chair = town.office.act_as("d1", post="chair", unit="council")
        assert refusal(set_up, town, by=chair).rules == ("authority",)
        assert set_up(town, by=town.secretary("subdistrict")).state == "standing"

    def test_what_is_said_of_it(self, town: Town) -> None:
        """Known kinds, each once; days without an end; something at all."""
        council, lay = set_up(town), town.office.sittings.lay_down
        by = town.secretary()
        ends = attrs.evolve(TENTH, rule="FREQ=MONTHLY;COUNT=3")
        assert refusal(lay, council, kinds=["mayor"], by=by).rules == ("standing-kinds",)
        assert refusal(lay, council, kinds=["partners", "partners"], by=by).rules == ("standing-kinds",)
        assert refusal(lay, council, every=ends, by=by).rules == ("days-go-on",)
        assert refusal(lay, council, by=by).rules == ("lays-something",)
        assert refusal(town.office.sittings.put_down, council, by=by).rules == ("brings-points",)
        assert lay(council, notice="1 day", by=by).data["venue"] == "the yard"

    def test_it_is_dissolved_when_nothing_waits(self, town: Town) -> None:
        """Nor while a sitting is convened."""
        council, above, sittings = set_up(town), town.secretary("subdistrict"), town.office.sittings
        case = convene(town, council)
        assert refusal(sittings.dissolve, council, "merged", by=above).rules == ("not-sitting",)
        sittings.cancel(case, "flooded", by=town.secretary())
        assert refusal(sittings.dissolve, council, "merged", by=above).rules == ("nothing-waits",)
        case = opened(town, council, points=[])
        sittings.deal(case, 1, "dropped", text="settled among neighbours", by=town.secretary())
        sittings.close(case, by=town.secretary())
        assert refusal(sittings.dissolve, council, "merged", by=town.secretary()).rules == ("authority",)
        assert sittings.dissolve(council, "merged", by=above).outcome == "dissolved"
        assert "of-a-council" in refusal(convene, town, council, on=date(2026, 4, 10)).rules


class TestInformal:
    """No quorum; each matter raised becomes a ticket or a point of the next sitting; none disappears."""

    def test_a_ticket_and_a_point(self, town: Town) -> None:
        """In the same commit; whoever raised it is told of the ticket as of their own."""
        council, sittings, by = set_up(town), town.office.sittings, delegate(town, "d2")
        talk = sittings.open_informal("Under the tree", council=council, form="stool-talk", by=by)
        sittings.bring_up(talk, "a lamp", becomes="ticket", category="lamps", raised_by="r3", by=by)
        talk = sittings.bring_up(talk, "a gate", becomes="agenda", by=town.secretary())
        (ticket,) = sittings.tickets(talk)
        assert (ticket.title, ticket.requester, ticket.data["category"]) == ("a lamp", "r3", "lamps")
        assert points(town.now(council)) == ["a gate"]
        assert town.now(talk).data["raised"] == 2
        assert sittings.close_informal(talk, by=by).outcome == "held"
        town.check(talk)

    def test_who_opens_and_who_enters(self, town: Town) -> None:
        """A delegate or the secretary; then whoever opened it, or the secretary, and nobody else."""
        council, sittings = set_up(town), town.office.sittings
        asked: dict[str, Any] = {"council": council, "form": "yard-meeting"}
        assert refusal(sittings.open_informal, "t", by=town.office.act_as("r1"), **asked).rules == ("authority",)
        talk = sittings.open_informal("t", by=delegate(town, "d2"), **asked)
        raised: dict[str, Any] = {"becomes": "ticket", "by": delegate(town, "d3")}
        assert refusal(sittings.bring_up, talk, "a lamp", **raised).rules == ("authority",)
        with pytest.raises(InvalidInput, match="ticket, agenda"):
            sittings.bring_up(talk, "a lamp", becomes="nothing", by=delegate(town, "d2"))
        with pytest.raises(InvalidInput, match="stool-talk, yard-meeting"):
            sittings.open_informal("t", council=council, form="party", by=delegate(town, "d2"))

    def test_a_day_later_it_is_over(self, town: Town) -> None:
        """By itself."""
        council, sittings = set_up(town), town.office.sittings
        talk = sittings.open_informal("t", council=council, form="weekend", by=town.secretary())
        town.clock.advance(days=2)
        town.office.tick()
        assert town.now(talk).outcome == "held"

    def test_of_a_council_that_stands(self, town: Town) -> None:
        """Dissolved meanwhile, it takes no point; a ticket is still begun."""
        council, sittings = set_up(town), town.office.sittings
        talk = sittings.open_informal("t", council=council, form="wedding-and-funeral", by=town.secretary())
        sittings.dissolve(council, "merged", by=town.secretary("subdistrict"))
        said = refusal(sittings.bring_up, talk, "a gate", becomes="agenda", by=town.secretary())
        assert said.rules == ("council-stands",)
        sittings.bring_up(talk, "a gate", becomes="ticket", by=town.secretary())
        again: dict[str, Any] = {"council": council, "form": "weekend", "by": town.secretary()}
        assert refusal(sittings.open_informal, "t", **again).rules == ("near-a-council",)


class TestOtherRules:
    """Composition and quorum are values: a city has its own."""

    def test_a_city_asks_for_two_kinds_and_two_thirds_of_all_seats(self, open_town: OpenTown) -> None:
        """Five of seven seats; the kinds that it does not ask for may stay away."""
        own = sitting(
            composition=Composition(kinds=("committees", "delegates"), excusable=()),
            quorum=Quorum(2, 3, "seats"),
            version=2,
        )
        town = open_town(open_storage("memory://"), flows=(own,))
        case = convene(town, set_up(town))
        assert case.flow.startswith("sitting@2")
        to_its_day(town)
        there = (SEATS["committees"], *DELEGATES)
        (rule,) = refusal(town.office.sittings.open, case, there[:5], by=town.secretary()).rules
        assert rule == "quorate: at least 2/3 of seats present"
        assert town.office.sittings.open(case, there[:6], by=town.secretary()).state == "open"
