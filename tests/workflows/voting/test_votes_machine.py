"""Random votes, on the built-in storages: what is promised of them holds whatever anybody does at whatever moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow.ids import PersonId
from civicflow.testing import FlowContract
from civicflow.testing.flows.golden import functions, written
from civicflow.testing.flows.place import person_of
from civicflow.workflows.voting.ballots import BALLOT, SECRET_BALLOT, counted
from civicflow.workflows.voting.choice import CHOICE, Call
from civicflow.workflows.voting.resolution import RESOLUTION
from civicflow.workflows.voting.rolls import Entrust, Recuse
from civicflow.workflows.voting.tallies import Tally

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow import Actor, Case, Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"
DELEGATES = ("d1", "d2", "d3", "d4", "d5", "d6")
VOTERS = ("v1", "v2", "v3", "v4")


class TestResolution(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = RESOLUTION
    golden = GOLDEN / "resolution.txt"
    beside = (BALLOT,)

    def samples(self, office: Office) -> Samples:
        """Somebody who may be recused or entrusted."""
        who = st.sampled_from([person_of("delegate", "council"), "resident-1"])
        return {
            "vote.recuse-other": who.map(lambda one: Recuse(one, "a cousin")),
            "vote.entrust": who.map(lambda one: Entrust(to=one, choice="yes", authority="a letter")),
        }


class TestChoice(FlowContract):
    """The same of a choice."""

    flow = CHOICE
    golden = GOLDEN / "choice.txt"
    beside = (SECRET_BALLOT,)

    def samples(self, office: Office) -> Samples:
        """A choice of two, by two residents."""
        voters = ("resident-1", "resident-2")
        tallies = st.sampled_from([Tally({"oak": 1}), Tally({"oak": 1, "elm": 1}), Tally({})])
        call = Call(title="a name", options=("oak", "elm"), voters=voters)
        return {"call": st.just(call), "vote.tell": tallies, "vote.confirm": tallies}


@pytest.mark.parametrize("flow", [BALLOT, SECRET_BALLOT], ids=lambda flow: flow.name)
def test_their_functions_are_those_that_were_reviewed(flow: Any) -> None:
    """They are born of a vote."""
    assert written(functions((flow,))) == (GOLDEN / f"{flow.name}.txt").read_text(encoding="utf-8")


class Votes(TownMachine):
    """A resolution and a choice that people open, vote in, entrust, tell and forget."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, str] = {}
        self.rolls: dict[tuple[str, int], list[str]] = {}

    @initialize(opened=st.booleans())
    def begin(self, opened: bool) -> None:  # noqa: FBT001  # drawn by name
        """Both are called, or open."""
        town, votes = self.town, self.town.office.votes
        register = town.register
        seats = {"teller": {"seats": 2, "holders": ["t1", "t2"]}}
        register["bodies"].append(
            {"code": "tellers", "name": "Tellers | 计票人", "kind": "station", "area": "community", "posts": seats}
        )
        town.load(register)
        called = votes.call_choice("n", ("oak", "elm", "ash"), voters=VOTERS, unit="community", by=town.secretary())
        put = votes.put("a rule", council="council", unit="community", by=town.chair)
        self.asked = {"choice": called.id, "resolution": put.id}
        if opened:
            votes.open(called, by=town.secretary())
            votes.open(put, by=town.chair)

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        act_as = self.town.office.act_as
        tellers = [act_as(person, post="teller", unit="tellers") for person in ("t1", "t2")]
        return [
            self.town.chair,
            self.town.secretary(),
            *tellers,
            *map(self.town.delegate, DELEGATES),
            *map(act_as, VOTERS),
            self.town.resident,
        ]

    def voter(self, name: str) -> Actor:
        """Who is on the roll, acting."""
        return self.town.delegate(name) if name[0] == "d" else self.town.office.act_as(name)

    @rule(
        which=st.sampled_from(["choice", "resolution"]),
        choices=st.lists(st.sampled_from(["yes", "no", "abstain", "oak", "elm", "ash"]), min_size=4, max_size=6),
    )
    def several_vote(self, which: str, choices: list[str]) -> None:
        """Those on the roll vote, whether they may or not."""
        votes, asked = self.town.office.votes, self.asked[which]
        offered = ("oak", "elm", "ash", "abstain") if which == "choice" else ("yes", "no", "abstain")
        for voter, wanted in zip(VOTERS if which == "choice" else DELEGATES, choices, strict=False):
            by = self.voter(voter)
            choice = wanted if wanted in offered else offered[len(wanted) % 3]
            step = "seal" if which == "choice" else "cast"
            self.attempt(partial(votes.cast, asked, choice, by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data(), which=st.sampled_from(["choice", "resolution"]), number=st.integers(1, 3))
    def somebody_votes(self, data: st.DataObject, which: str, number: int) -> None:
        """Anybody tries to vote, for anybody."""
        by, voter = data.draw(st.sampled_from(self.people())), data.draw(st.sampled_from([*VOTERS, *DELEGATES, ""]))
        choice, step = ("oak", "seal") if which == "choice" else ("no", "cast")
        votes, asked = self.town.office.votes, self.asked[which]
        self.attempt(lambda: votes.cast(asked, choice, voter=voter, number=number, by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data(), which=st.sampled_from(["choice", "resolution"]))
    def somebody_acts(self, data: st.DataObject, which: str) -> None:
        """Somebody takes a step that they may take, with whatever comes to mind."""
        office, asked = self.town.office, self.asked[which]
        possible = [
            (by, p.step)
            for by in self.people()
            for p in office.what_can(by, asked).steps
            if p.allowed and p.case == asked and p.step.startswith("vote.")
        ]
        if not possible:
            return
        by, step = data.draw(st.sampled_from(possible))
        persons, words = st.sampled_from([*DELEGATES, *VOTERS]).map(PersonId), st.sampled_from([" ", "a letter"])
        numbers = st.fixed_dictionaries({name: st.integers(0, 2) for name in ("oak", "elm", "blank")})
        tallies = numbers.map(lambda votes: {"votes": [{"choice": c, "number": n} for c, n in votes.items()]})
        offered: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "recuse": {"reason": words},
            "recuse-other": {"person": persons, "reason": words},
            "entrust": {"to": persons, "choice": st.sampled_from(["yes", "no", ""]), "authority": words},
            "decide": {"choice": st.sampled_from(["yes", "no", "abstain"])},
            "draw": {"seed": words, "source": words},
        }
        word = step.rpartition(".")[2]
        given = data.draw(st.fixed_dictionaries(offered[word])) if word in offered else None
        if word in ("tell", "confirm"):
            told = self.town.now(asked).data["vote"].get("told")
            again = None if told is None else {"votes": [{"choice": c, "number": n} for c, n in told]}
            given = data.draw(tallies if again is None else st.sampled_from([again, again, None]) | tallies)
            given = again if given is None else given
        self.attempt(lambda: office.take(asked, step, given, by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: a vote needs many hands."""
        self.somebody_acts(data=data, which=data.draw(st.sampled_from(["choice", "resolution"])))

    def holds(self) -> None:
        """A roll stays as it was frozen, ballots are of who is on it, and each result follows from them."""
        self.check_everything()
        for which, asked in self.asked.items():
            case = self.town.now(asked)
            held = case.data.get("vote")
            if held is None or "roll" not in held:
                continue
            opened = case.round if case.state == "vote.voting" else case.round - 1
            assert held["roll"] == self.rolls.setdefault((asked, opened), held["roll"])
            ballots = self.town.ballots(case, opened)
            said = counted(held, ballots)
            assert set(said) <= set(held["roll"]) - set(held.get("recused", ()))
            if "minutes" not in held or case.state in ("vote.voting", "vote.counting"):
                continue
            if which == "resolution":
                self.the_resolution_is_right(case, held, said)
            else:
                self.the_choice_is_right(case, held, said)

    @staticmethod
    def the_resolution_is_right(case: Case, held: Any, said: dict[str, str]) -> None:
        """More than half of those entitled took part, more than half of these are for it; or the chair said so."""
        votes = Counter(said.values())
        assert [held[choice] for choice in ("yes", "no", "abstain")] == [votes[c] for c in ("yes", "no", "abstain")]
        entitled = len(held["roll"]) - len(held.get("recused", ()))
        carried = 2 * len(said) > entitled and 2 * votes["yes"] > len(said)
        even = votes["yes"] == votes["no"] > 0
        if case.state == "carried":
            assert carried or (even and "the chair decided" in held["minutes"])
        assert not carried or case.state == "carried"

    @staticmethod
    def the_choice_is_right(case: Case, held: Any, said: dict[str, str]) -> None:
        """No more was told than was sealed; what is chosen leads."""
        told = dict(held["tally"])
        assert sum(told.values()) <= len(said)
        if case.state == "chosen":
            options = {option: told.get(option, 0) for option in held["options"]}
            assert options[held["option"]] == max(options.values()) > 0

    def teardown(self) -> None:
        """Left alone, every vote ends."""
        for _ in range(8):
            self.town.clock.advance(days=60)
            self.town.office.tick()
        for asked in self.asked.values():
            assert self.town.now(asked).outcome
        super().teardown()


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a vote promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Votes", (Votes,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (5 if on_disk else 2)),
    )
