"""Coordination meetings, rule by rule on a durable store; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import pytest

from civicflow import InvalidInput, NotFound, Refused
from civicflow.plugins.backends import open_storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal

P = ParamSpec("P")
RAISED_BY = "resident-1"
PROVIDERS = ("health", "emergency")


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Iterator[Town]:
    """The town, on an SQLite file."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    yield open_town(storage)
    storage.close()


def refusal(command: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


def today(town: Town) -> date:
    """The day in town."""
    return town.office.now().date()


def coordinating(town: Town) -> Case:
    """A ticket that was put to a meeting."""
    return town.office.coordination.coordinate(town.ordered("lines"), "three providers", by=town.secretary())


def invited(town: Town, ticket: Case | None = None, **more: Any) -> Case:
    """A ticket to whose meeting everybody is invited for today."""
    ticket = ticket or coordinating(town)
    given: dict[str, Any] = {
        "on": today(town),
        "bodies": PROVIDERS,
        "delegates": ["resident-2"],
        "by": town.secretary(),
    }
    town.office.coordination.invite(ticket, **{**given, **more})
    return ticket


def with_options(town: Town) -> Case:
    """A ticket with two options on the table."""
    ticket = invited(town)
    for name, by in (("bury", town.officer("health")), ("hang", town.resident)):
        town.office.coordination.put_option(ticket, name, f"{name} the lines", by=by)
    return ticket


def minuted(town: Town, ticket: Case, **more: Any) -> Case:
    """The plan of a meeting."""
    given: dict[str, Any] = {
        "option": "bury",
        "shares": {"health": "dig", "emergency": "lay"},
        "within": {"emergency": "3 workdays"},
        "fell": {"hang": "falls in the wind"},
        "people": [RAISED_BY, "resident-2"],
        "by": town.secretary("subdistrict"),
    }
    return town.office.coordination.minute(ticket, **{**given, **more})


class TestConvened:
    """The community convenes, the subdistrict coordinates; where the community does not invite, the subdistrict may."""

    def test_the_ticket_waits_for_its_meeting(self, town: Town) -> None:
        """The meeting is the subdistrict's matter; the community is asked to invite."""
        ticket = coordinating(town)
        meeting = town.office.coordination.meeting(ticket)
        assert (ticket.state, meeting.state) == ("coordinating", "called")
        assert meeting.unit == town.office.unit("community")
        assert town.asked(meeting) == {"secretary-community", "secretary-subdistrict"}
        assert ("coordinating", RAISED_BY) in town.told()

    def test_who_dispatches_puts_a_ticket_to_a_meeting(self, town: Town) -> None:
        """Nobody else; and not while bodies have open shares."""
        ticket = town.ordered()
        coordinate = town.office.coordination.coordinate
        assert refusal(coordinate, ticket, "why", by=town.resident).rules == ("authority",)
        town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        assert refusal(coordinate, ticket, "why", by=town.secretary()).rules == ("state",)
        with pytest.raises(NotFound, match="no coordination meeting"):
            town.office.coordination.meeting(ticket)

    def test_everybody_is_invited_and_always_who_raised_it(self, town: Town) -> None:
        """Providers, delegates, and whoever raised the matter, whom nobody named."""
        ticket = coordinating(town)
        town.told()
        invited(town, ticket)
        told = town.told()
        assert {who for topic, who in told if topic == "invited"} == {
            *("officer-health", "officer-emergency", "resident-2", RAISED_BY, "secretary-subdistrict")
        }

    def test_the_subdistrict_may_invite(self, town: Town) -> None:
        """A provider may not."""
        ticket = coordinating(town)
        assert refusal(lambda: invited(town, ticket, by=town.officer("health"))).rules == ("authority",)
        invited(town, ticket, by=town.secretary("subdistrict"))

    @pytest.mark.parametrize(
        ("more", "rule"),
        [
            ({"bodies": []}, "invites-bodies"),
            ({"bodies": ["health", "health"]}, "invites-bodies"),
            ({"ago": 1}, "ahead"),
        ],
    )
    def test_an_invitation_makes_sense(self, town: Town, more: dict[str, Any], rule: str) -> None:
        """At least one provider, each once, on a day that has not passed."""
        ticket = coordinating(town)
        if "ago" in more:
            more = {"on": today(town) - timedelta(days=more["ago"])}
        assert refusal(lambda: invited(town, ticket, **more)).rules == (rule,)

    def test_a_day_may_come_as_text(self, town: Town) -> None:
        """As JSON gives it; what is no day is malformed."""
        ticket = coordinating(town)
        assert town.office.coordination.meeting(invited(town, ticket, on="2026-03-02")).data["on"] == "2026-03-02"
        with pytest.raises(InvalidInput, match="a day is written as 2026-01-31; got"):
            invited(town, ticket, on="soon")


class TestOptions:
    """Whoever was invited puts options on the table; they stay there in later sittings."""

    def test_only_who_was_invited(self, town: Town) -> None:
        """A resident who was not, a provider that was not, and somebody who claims a post do not."""
        ticket = invited(town)
        put = town.office.coordination.put_option
        impostor = town.office.act_as("resident-3", post="officer", unit="health")
        for by in (town.office.act_as("resident-3"), town.officer("traffic-police"), impostor):
            assert "invited" in refusal(put, ticket, "bury", by=by).rules
        for number, by in enumerate(
            (town.resident, town.office.act_as("resident-2"), town.officer("health"), town.secretary("subdistrict"))
        ):
            put(ticket, f"option {number}", by=by)
        assert len(town.office.coordination.meeting(ticket).data["options"]) == 4

    def test_each_has_a_name_of_its_own(self, town: Town) -> None:
        """So that the minutes say which one it is."""
        ticket = with_options(town)
        assert refusal(town.office.coordination.put_option, ticket, "bury", by=town.resident).rules == ("new-option",)
        with pytest.raises(InvalidInput, match="name"):
            town.office.coordination.put_option(ticket, " ", by=town.resident)

    def test_they_stay_on_the_table(self, town: Town) -> None:
        """After a sitting that came to no plan."""
        ticket = with_options(town)
        town.office.coordination.adjourn(ticket, "the costs", people=[RAISED_BY], by=town.secretary("subdistrict"))
        invited(town, ticket)
        assert minuted(town, ticket).outcome == "planned"


class TestOnePlan:
    """The coordinating unit minutes one plan: one of the options. Why each of the others fell stays in the ledger."""

    def test_the_plan_and_what_fell(self, town: Town) -> None:
        """In the case and in its entry."""
        ticket = with_options(town)
        meeting = minuted(town, ticket, because="nothing falls")
        plan = meeting.data["plan"]
        assert (plan["option"], plan["because"]) == ("bury", "nothing falls")
        assert plan["fell"] == [{"option": "hang", "reason": "falls in the wind"}]
        entry = next(entry for entry in town.office.ledger.entries(meeting) if entry.step == "minute")
        assert entry.data["fell"] == [{"option": "hang", "reason": "falls in the wind"}]
        assert [option["name"] for option in meeting.data["options"]] == ["bury", "hang"]

    @pytest.mark.parametrize(
        ("more", "rules"),
        [
            ({"option": "fly"}, ("one-plan", "others-fell")),
            ({"fell": {}}, ("others-fell",)),
            ({"fell": {"hang": "x", "bury": "y"}}, ("others-fell",)),
            ({"shares": {}, "within": {}}, ("shared-out",)),
            ({"shares": {"traffic-police": "look"}, "within": {}}, ("shared-out",)),
            ({"bodies": ["emergency"]}, ("shared-out",)),
            ({"lead": "traffic-police"}, ("lead-shares",)),
        ],
    )
    def test_minutes_make_sense(self, town: Town, more: dict[str, Any], rules: tuple[str, ...]) -> None:
        """One of the options, every other one with its reason, shared out among those who are there."""
        ticket = with_options(town)
        assert refusal(lambda: minuted(town, ticket, **more)).rules == rules
        assert town.now(ticket).state == "coordinating"

    def test_a_provider_takes_one_share_and_only_who_has_one_promises(self, town: Town) -> None:
        """Whoever enters the minutes as data names each once; a time without a share is malformed."""
        ticket, unit = with_options(town), town.office.unit
        meeting = town.office.coordination.meeting(ticket)
        given = {
            "option": "bury",
            "fell": [{"option": "hang", "reason": "dear"}],
            "shares": [{"body": unit("health"), "task": task} for task in ("dig", "lay")],
            "bodies": [unit("health")],
            "people": [RAISED_BY],
        }
        said = refusal(lambda: town.office.take(meeting, "minute", given, by=town.secretary("subdistrict")))
        assert said.rules == ("shared-out",)
        with pytest.raises(InvalidInput, match="only a provider with a share"):
            minuted(town, ticket, within={"traffic-police": "3 days"})

    def test_only_who_coordinates_minutes_and_not_before_the_day(self, town: Town) -> None:
        """The community convenes, it does not minute."""
        ticket = with_options(town)
        assert refusal(lambda: minuted(town, ticket, by=town.secretary())).rules == ("authority",)
        invited(town, ticket, on=today(town) + timedelta(days=3))
        assert refusal(lambda: minuted(town, ticket)).rules == ("on-its-day",)

    def test_there_is_no_second_plan(self, town: Town) -> None:
        """The meeting has ended."""
        ticket = with_options(town)
        minuted(town, ticket)
        said = refusal(lambda: minuted(town, ticket, option="hang", fell={"bury": "dear"}))
        assert said.rules == ("state",)


class TestShares:
    """The plan is shared out: each provider takes its share, and nothing is dispatched twice."""

    def test_they_are_shares_of_the_ticket(self, town: Town) -> None:
        """Accepted already, with task and time; in the same commit as the minutes."""
        ticket = with_options(town)
        meeting = minuted(town, ticket)
        now = town.now(ticket)
        assert (now.state, now.tally["lead"]) == ("dispatched", {"accepted": 2})
        assert now.version == meeting.version + 1
        shares = {share.key: share for share in town.office.shares(ticket) if share.slot == "lead"}
        assert {key: share.data["task"] for key, share in shares.items()} == {"health": "dig", "emergency": "lay"}
        assert shares["health"].promise is None
        assert shares["emergency"].promise is not None
        assert shares["emergency"].promise.date() == today(town) + timedelta(days=3)
        assert town.asked(shares["health"]) == {"officer-health"}

    def test_with_a_lead_the_others_assist(self, town: Town) -> None:
        """As in a dispatch; the ticket goes on to its evaluation."""
        ticket = with_options(town)
        minuted(town, ticket, lead="health")
        assert {s.key: s.slot for s in town.office.shares(ticket) if s.slot != "meeting"} == {
            "health": "lead",
            "emergency": "assist",
        }
        town.office.tickets.complete(ticket, by=town.officer("health"))
        assert town.now(ticket).state == "handled"
        town.office.tickets.answer(ticket, "the lines lie in the ground", by=town.secretary())
        assert town.office.tickets.evaluate(ticket, resolved=True, by=town.resident).outcome == "resolved"

    def test_nothing_is_dispatched_twice(self, town: Town) -> None:
        """A provider with a share of the plan is not asked again while it is at it."""
        ticket = with_options(town)
        minuted(town, ticket)
        dispatch = town.office.tickets.dispatch
        assert refusal(lambda: dispatch(ticket, to=["health"], by=town.secretary())).rules == ("not-asked-already",)

    def test_departments_of_a_whistle_report_in_for_their_share(self, town: Town) -> None:
        """A whistle holds a meeting in the same way; the subdistrict coordinates, whoever called convenes."""
        office = town.office
        matter = office.whistles.call("lines", unit="community", by=town.secretary(), category="wires")
        office.coordination.coordinate(matter, "three providers", by=town.secretary("subdistrict"))
        assert office.coordination.meeting(matter).unit == office.unit("community")
        office.coordination.invite(matter, on=today(town), bodies=PROVIDERS, by=town.secretary())
        office.coordination.put_option(matter, "bury", by=town.secretary())
        minuted(town, matter, fell={}, people=["secretary-community"])
        reports = [share for share in office.shares(matter) if share.slot == "report"]
        assert {report.state for report in reports} == {"whistled"}
        assert {report.key: report.data["task"] for report in reports} == {"health": "dig", "emergency": "lay"}
        assert {report.data["category"] for report in reports} == {"wires"}
        assert all(report.promise is not None for report in reports)

    def test_a_meeting_is_nobodys_share(self, town: Town) -> None:
        """Who convenes has no share of the ticket by that, nor a report-in, and writes into the log of the matter itself."""
        ticket = coordinating(town)
        assert refusal(lambda: town.office.tickets.complete(ticket, by=town.secretary())).rules == ("share",)
        office = town.office
        matter = office.whistles.call("lines", unit="community", by=town.secretary())
        office.coordination.coordinate(matter, "three providers", by=town.secretary("subdistrict"))
        assert office.whistles.reports(matter) == ()
        office.coordination.end_without(matter, "it is one department's", by=town.secretary("subdistrict"))
        office.whistles.whistle(matter, to=["health"], by=town.secretary("subdistrict"))
        assert office.whistles.log(matter, "doors are open", by=town.secretary()).is_root


class TestRaiserTakesPart:
    """Whoever raised the matter may not be left out, and is told each sitting's outcome."""

    def test_no_plan_without_them(self, town: Town) -> None:
        """However many others are there."""
        ticket = with_options(town)
        assert refusal(lambda: minuted(town, ticket, people=["resident-2"])).rules == ("raiser-takes-part",)

    def test_they_may_let_it_go_ahead(self, town: Town) -> None:
        """Nobody says so for them; and it holds for one sitting."""
        ticket = with_options(town)
        waive = town.office.coordination.waive
        assert refusal(lambda: waive(ticket, by=town.secretary())).rules == ("authority",)
        waive(ticket, by=town.resident)
        invited(town, ticket)
        assert refusal(lambda: minuted(town, ticket, people=[])).rules == ("raiser-takes-part",)
        waive(ticket, by=town.resident)
        assert minuted(town, ticket, people=[]).outcome == "planned"

    def test_staying_away_holds_it_up_once(self, town: Town) -> None:
        """Who did not come to an earlier sitting holds up no other; who waived did not stay away."""
        ticket = with_options(town)
        by = town.secretary("subdistrict")
        town.office.coordination.waive(ticket, by=town.resident)
        town.office.coordination.adjourn(ticket, "costs", by=by)
        invited(town, ticket)
        assert refusal(lambda: minuted(town, ticket, people=[])).rules == ("raiser-takes-part",)
        town.office.coordination.adjourn(ticket, "they did not come", by=by)
        invited(town, ticket)
        assert minuted(town, ticket, people=[]).outcome == "planned"

    @pytest.mark.parametrize("how", ["planned", "adjourned", "unplanned", "missed"])
    def test_they_are_told_each_outcome(self, town: Town, how: str) -> None:
        """Whichever it is."""
        ticket, by = with_options(town), town.secretary("subdistrict")
        town.told()
        match how:
            case "planned":
                minuted(town, ticket)
            case "adjourned":
                town.office.coordination.adjourn(ticket, "costs", by=by)
            case "unplanned":
                town.office.coordination.end_without(ticket, "no agreement", by=by)
            case _:
                town.clock.advance(days=1)
                town.office.tick()
        assert (how, RAISED_BY) in town.told()

    def test_nobody_is_told_twice(self, town: Town) -> None:
        """Who raised it and is there hears of the plan once, as everybody does who takes part."""
        ticket = with_options(town)
        town.told()
        minuted(town, ticket)
        told = [who for topic, who in town.told() if topic == "planned"]
        assert sorted(map(str, told)) == [
            "officer-emergency",
            "officer-health",
            RAISED_BY,
            "resident-2",
            "secretary-community",
        ]

    def test_where_nobody_is_known_nobody_is_missed(self, town: Town) -> None:
        """A matter that a clerk entered without knowing who raised it."""
        office = town.office
        unknown = office.begin(
            "four-part-ticket", "order", {"title": "lines"}, by=town.secretary(), unit="community", requester=""
        )
        office.coordination.coordinate(unknown, "three providers", by=town.secretary())
        office.coordination.invite(unknown, on=today(town), bodies=PROVIDERS, by=town.secretary())
        office.coordination.put_option(unknown, "bury", by=town.secretary())
        assert minuted(town, unknown, fell={}, people=[]).outcome == "planned"


class TestNotInTime:
    """A meeting that does not happen in time goes one level up; one that ends without a plan goes back to the dispatcher."""

    def test_nobody_invites(self, town: Town) -> None:
        """Reminded of, then the subdistrict convenes and the district coordinates; with nobody left the ticket is back."""
        ticket = coordinating(town)
        town.told()
        town.clock.advance(days=3)
        town.office.tick()
        assert ("reminder", "secretary-community") in town.told()
        town.clock.advance(days=5)
        town.office.tick()
        assert town.office.coordination.meeting(ticket).unit == town.office.unit("subdistrict")
        assert ("escalated", "secretary-subdistrict") in town.told()
        assert town.asked(town.office.coordination.meeting(ticket)) == {"secretary-subdistrict", "secretary-district"}
        town.clock.advance(days=8)
        town.office.tick()
        assert town.office.coordination.meeting(ticket).outcome == "not-held"
        assert town.now(ticket).state == "returned"

    def test_a_sitting_of_which_nothing_is_entered(self, town: Town) -> None:
        """Another one is due; the second time the meeting goes up, the third time it ends."""
        ticket, meeting = invited(town), town.office.coordination.meeting
        for unit in ("community", "subdistrict"):
            town.clock.advance(days=1)
            town.office.tick()
            assert (meeting(ticket).state, meeting(ticket).unit) == ("called", town.office.unit(unit))
            invited(town, ticket, by=town.secretary("subdistrict"))
        town.clock.advance(days=1)
        town.office.tick()
        assert meeting(ticket).outcome == "not-held"

    def test_the_top_has_nobody_who_would_coordinate(self, town: Town) -> None:
        """It dispatches; a whistle of its own neither, but one that was called for below has whoever called to convene."""
        office, by = town.office, town.secretary("district")
        ticket = town.ordered("lines", unit="district")
        assert refusal(office.coordination.coordinate, ticket, "why", by=by).rules == ("has-coordinator",)
        call = office.whistles.call("lines", unit="community", by=town.secretary())
        office.whistles.hand_up(call, "the district's lines", by=town.secretary("subdistrict"))
        office.coordination.coordinate(call, "three providers", by=by)
        assert office.coordination.meeting(call).unit == office.unit("subdistrict")
        assert town.asked(office.coordination.meeting(call)) == {"secretary-subdistrict", "secretary-district"}

    def test_without_a_plan_it_is_back(self, town: Town) -> None:
        """The dispatcher may dispatch, or hold another meeting, which counts alone; it has come back once by that."""
        ticket, by = invited(town), town.secretary("subdistrict")
        office = town.office
        office.coordination.end_without(ticket, "no agreement", by=by)
        assert (town.now(ticket).state, town.now(ticket).unit) == ("returned", office.unit("community"))
        assert town.asked(ticket) == {"secretary-community"}
        office.coordination.coordinate(ticket, "once more", by=town.secretary())
        office.coordination.end_without(ticket, "no agreement", by=by)
        assert town.now(ticket).state == "returned"
        office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        office.tickets.decline(ticket, "not ours", by=town.officer("health"))
        assert (town.now(ticket).state, town.now(ticket).unit) == ("returned", office.unit("subdistrict"))

    def test_a_withdrawn_ticket_needs_no_meeting(self, town: Town) -> None:
        """It is dropped."""
        ticket = invited(town)
        town.office.tickets.withdraw(ticket, by=town.resident)
        assert town.office.coordination.meeting(ticket).outcome == "dropped"
