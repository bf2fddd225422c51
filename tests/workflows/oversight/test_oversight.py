"""Inquiries, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import InvalidInput, Refused
from civicflow.workflows.suspending import is_suspended

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Actor, Case, Refusal

COMMUNITY = "community"


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


BODIES = (
    ("board", COMMUNITY, "supervisory-board", {"supervisor": {"seats": 2, "holders": ["s1", "s2"]}}),
    ("discipline-group", "group", "discipline-committee", {"integrity-monitor": "integrity-monitor-group"}),
    (f"discipline-{COMMUNITY}", COMMUNITY, "discipline-committee", {"inspector": f"inspector-{COMMUNITY}"}),
    ("discipline-subdistrict", "subdistrict", "discipline-committee", {"inspector": "inspector-subdistrict"}),
)
"""The supervisory board, and the discipline line of three levels."""


def register(town: Town) -> dict[str, Any]:
    """The town's register, with those who oversee."""
    found = town.register
    for code, area, kind, posts in BODIES:
        name = f"{code} | 监督"
        found["bodies"].append({"code": code, "name": name, "kind": kind, "area": area, "posts": posts})
    return found


def appointed(town: Town, person: str, post: str, body: str) -> None:
    """Somebody takes a post, beside whoever holds it."""
    changed = register(town)
    posts = next(one for one in changed["bodies"] if one["code"] == body)["posts"]
    held = posts.get(post, {"holders": []})["holders"]
    posts[post] = {"seats": len(held) + 2, "holders": [*held, person]}
    town.load(changed)


def supervisor(town: Town) -> Actor:
    """A member of the supervisory board."""
    return town.office.act_as("s1", post="supervisor", unit="board")


def inspector(town: Town, area: str) -> Actor:
    """The officer of the discipline line on the level of an area."""
    post = "integrity-monitor" if area == "group" else "inspector"
    return town.office.act_as(f"{post}-{area}", post=post, unit=f"discipline-{area}")


@pytest.fixture
def town(town: Town) -> Town:
    """The town with those who oversee."""
    town.load(register(town))
    return town


@pytest.fixture
def proposal(town: Town) -> Case:
    """A proposal that waits for the council's vote."""
    return town.before_the_council(town.fund(), board="board")


@pytest.fixture
def inquiry(town: Town, proposal: Case) -> Case:
    """What the board asks the group about it."""
    return asked(town, proposal)


def asked(town: Town, proposal: Case) -> Case:
    """The board asks the group about a proposal."""
    return town.office.oversight.ask(
        "who quoted", "Who gave the figures?", of=proposal, to="group-council", by=supervisor(town)
    )


class TestAsking:
    """A supervisor of the board or an officer of the discipline line asks about a matter that has not ended."""

    def test_the_board_reads_every_entry_from_the_first_day(self, town: Town) -> None:
        """It is named where the matter begins, and a neighbour's is not among those who read it."""
        proposal = town.proposed(town.fund(), board="board")
        assert town.office.case(proposal, by=supervisor(town)).state == "draft.drafted"
        with pytest.raises(Refused):
            town.office.case(proposal, by=town.secretary("neighbour"))

    def test_it_begins_where_the_body_that_is_asked_is(self, town: Town, inquiry: Case) -> None:
        """On the level of the group; who is asked is told, and so is the officer of that level."""
        assert (inquiry.state, inquiry.unit, inquiry.body) == (
            "asked",
            town.office.unit("group"),
            town.office.unit("group-council"),
        )
        assert {"r1", "r2", "r3"} <= town.asked(inquiry)

    def test_not_about_what_has_ended(self, town: Town) -> None:
        """Nor about what is no matter."""
        proposal = town.proposed(town.fund(), board="board")
        town.office.councils.withdraw(proposal, "too dear", by=town.delegate("r1"))
        assert refusal(lambda: asked(town, proposal)).rules == ("goes-on",)

    def test_a_resident_does_not_ask_by_it(self, town: Town, proposal: Case) -> None:
        """The posts are named."""
        said = refusal(lambda: town.office.oversight.ask("t", "q", of=proposal, to="group-council", by=town.resident))
        assert said.rules == ("authority",)
        assert "the supervisor of board" in [text.en for text in said.needed]

    def test_an_empty_question_is_none(self, town: Town, proposal: Case) -> None:
        """What is asked has to be said."""
        with pytest.raises(InvalidInput, match="question"):
            town.office.oversight.ask("t", " ", of=proposal, to="group-council", by=supervisor(town))


class TestNotOneself:
    """Nobody supervises himself."""

    def test_whoever_raised_it(self, town: Town) -> None:
        """A supervisor who ordered a ticket does not ask about it."""
        ticket = town.ordered(by=town.office.act_as("s1"))
        said = refusal(
            lambda: town.office.oversight.ask("t", "q", of=ticket, to="health", by=supervisor(town), board="board")
        )
        assert said.rules == ("not-oneself",)
        assert "不得自己监督自己" in said.text.zh

    @pytest.mark.parametrize("post", ["delegate@council", "delegate@group-council", "treasurer@party-community"])
    def test_whoever_has_a_part_in_it(self, town: Town, post: str) -> None:
        """A delegate of either council, and whoever keeps the community's money."""
        name, _, body = post.partition("@")
        proposal = town.proposed(town.fund(), board="board")
        appointed(town, "s1", name, body)
        assert refusal(lambda: asked(town, proposal)).rules == ("not-oneself",)


class TestAnswering:
    """The body that is asked answers within five working days, else the inquiry goes one level up the line."""

    def test_an_answer_that_nobody_takes_further_settles_it(self, town: Town, inquiry: Case) -> None:
        """After five working days."""
        town.office.oversight.answer(inquiry, "three firms", by=town.delegate("r2"))
        assert town.now(inquiry).state == "answered"
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(inquiry).outcome == "settled"

    def test_unanswered_it_climbs_three_levels(self, town: Town, inquiry: Case) -> None:
        """Monitor, committee, working committee; there it stays until there is an answer."""
        levels, now = [town.office.chart().code(inquiry.unit or "")], inquiry
        for _ in range(3):
            town.clock.advance(days=8)
            town.office.tick()
            now = town.now(inquiry)
            levels.append(town.office.chart().code(now.unit or ""))
        assert (levels, now.state) == (["group", "community", "subdistrict", "subdistrict"], "pressed")
        town.clock.advance(days=60)
        town.office.tick()
        assert town.now(inquiry).state == "pressed"
        assert town.office.oversight.answer(inquiry, "at last", by=town.delegate("r1")).state == "answered"

    def test_an_answer_that_does_not_do_goes_up(self, town: Town, inquiry: Case) -> None:
        """By whoever asked, with the reason."""
        town.office.oversight.answer(inquiry, "some firms", by=town.delegate("r2"))
        up = town.office.oversight.insist(inquiry, "which ones?", by=supervisor(town))
        assert (up.state, up.unit) == ("asked", town.office.unit("community"))

    def test_another_body_does_not_answer(self, town: Town, inquiry: Case) -> None:
        """Only whoever was asked."""
        assert refusal(lambda: town.office.oversight.answer(inquiry, "x", by=town.delegate("d1"))).rules == (
            "authority",
        )


class TestSuspending:
    """No vote, no award, no payment, and the clocks stand; only that level, or one above, lets it go on."""

    def suspended(self, town: Town, inquiry: Case, within: str = "30 days") -> Case:
        """The matter, suspended by the officer of the level that the inquiry has reached."""
        by = inspector(town, town.office.chart().code(inquiry.unit or ""))
        return town.office.oversight.suspend(inquiry, "figures missing", within=within, by=by)

    def test_nothing_is_done_while_it_is_suspended(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """No vote is opened, and none is cast in one that was open; withdrawing waits, too."""
        town.office.councils.open_vote(proposal, by=town.chair)
        self.suspended(town, inquiry)
        assert is_suspended(town.now(proposal))
        councils = town.office.councils
        for command in (
            lambda: councils.vote(proposal, "yes", by=town.delegate("d1")),
            lambda: councils.close_vote(proposal, by=town.chair),
        ):
            said = refusal(command)
            assert said.rules == ("held",)

    def test_its_clocks_stand(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """A vote that runs for seven days still has its last three after a suspension of twenty."""
        town.office.councils.open_vote(proposal, by=town.chair)
        town.clock.advance(days=4)
        self.suspended(town, inquiry)
        town.clock.advance(days=20)
        town.office.tick()
        assert town.now(proposal).state == "council.voting"
        town.office.oversight.release(inquiry, "all is well", by=inspector(town, "group"))
        town.clock.advance(days=2)
        town.office.tick()
        assert town.now(proposal).state == "council.voting"
        town.clock.advance(days=2)
        town.office.tick()
        assert town.now(proposal).outcome == "refused"

    def test_it_goes_on_by_itself_when_its_time_is_over(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """Nothing is stopped by silence; the inquiry ends with it."""
        self.suspended(town, inquiry, within="10 days")
        town.clock.advance(days=11)
        town.office.tick()
        assert not is_suspended(town.now(proposal))
        assert town.now(inquiry).outcome == "lapsed"
        assert town.steps(proposal)[-2:] == ["suspend", "resume"]

    def test_only_the_level_that_it_has_reached_lets_it_go_on(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """The monitor hands it up to the committee, which hands it up to the working committee: three levels."""
        oversight = town.office.oversight
        self.suspended(town, inquiry)
        for below, above in (("group", "community"), ("community", "subdistrict")):
            oversight.hand_up(inquiry, by=inspector(town, below))
            assert refusal(partial(oversight.release, inquiry, "x", by=inspector(town, below))).rules == ("authority",)
            assert town.now(inquiry).unit == town.office.unit(above)
        top = inspector(town, "subdistrict")
        assert refusal(lambda: oversight.hand_up(inquiry, by=top)).rules == ("line-above",)
        assert oversight.release(inquiry, "all is well", by=top).outcome == "released"
        assert not is_suspended(town.now(proposal))

    def test_whoever_has_come_to_have_a_part_in_it_does_not_let_it_go_on(
        self, town: Town, proposal: Case, inquiry: Case
    ) -> None:
        """An officer who was elected into the council meanwhile leaves it to the level above."""
        self.suspended(town, inquiry)
        appointed(town, "integrity-monitor-group", "delegate", "council")
        release = partial(town.office.oversight.release, inquiry, "x", by=inspector(town, "group"))
        assert refusal(release).rules == ("not-oneself",)
        town.office.oversight.hand_up(inquiry, by=inspector(town, "group"))
        assert town.office.oversight.release(inquiry, "x", by=inspector(town, "community")).outcome == "released"

    def test_an_answer_does_not_end_it(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """Whoever suspended weighs the answer first."""
        self.suspended(town, inquiry)
        assert town.office.oversight.answer(inquiry, "three firms", by=town.delegate("r2")).state == "suspending"
        assert is_suspended(town.now(proposal))

    def test_not_twice_at_once(self, town: Town, proposal: Case, inquiry: Case) -> None:
        """Another inquiry waits until the first one lets it go on."""
        self.suspended(town, inquiry)
        other = asked(town, proposal)
        assert refusal(partial(self.suspended, town, other)).rules == ("not-yet-still",)

    def test_what_knows_no_suspension_is_not_suspended(self, town: Town) -> None:
        """A ticket goes on: its flow says nothing of being suspended."""
        ticket = town.ordered()
        inquiry = town.office.oversight.ask(
            "t", "q", of=ticket, to="health", unit="community", by=supervisor(town), board="board"
        )
        said = refusal(lambda: self.suspended(town, inquiry))
        assert said.rules == ("may-stand-still",)

    def test_objections_are_answered_meanwhile(self, town: Town) -> None:
        """The notice is cleared, and the clock of the next stage stands until it goes on."""
        proposal = town.resolved(town.fund(), board="board")
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        town.clock.advance(days=8)
        town.office.tick()
        inquiry = asked(town, proposal)
        self.suspended(town, inquiry)
        (objection,) = town.office.councils.objections(proposal)
        town.office.councils.answer_objection(objection, "as the norm says", by=town.secretary())
        assert town.now(proposal).state == "presentation.due"
        town.clock.advance(days=29)
        town.office.tick()
        assert town.now(proposal).state == "presentation.due"
        town.check(proposal)
