"""Random steps by random actors at random moments, on every built-in storage: what holds for a flow always holds.

An accepted command is in the ledger, and nothing else is; a refused one changed nothing and says what was missing; the
chain holds, replay is the record, the tally is what the children are, and no matter waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from civicflow import Actor, Case, Money, Refused, Source
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.engine.flow import NEW
from civicflow.workflows.funds.fund import available, reserved
from civicflow.workflows.voting.ballots import Choice

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

CHOICES: tuple[Choice, ...] = ("yes", "yes", "yes", "yes", "yes", "no", "abstain")
ACTS = (
    *("open", "vote", "vote", "close", "object", "reserve", "fee", "present", "send-back", "reject", "withdraw"),
    *("endorse", "hand-in", "amend", "settle", "submit", "admit"),
)
AREAS = ("district", "subdistrict", "community")
BODIES = ("health", "emergency", "traffic-police")
PAUSES = st.sampled_from(
    [{"minutes": 1}, {"minutes": 1}, {"hours": 5}, {"hours": 5}, {"days": 1}, {"days": 4}, {"days": 8}]
)


def at_a_meeting(step: str, data: st.DataObject, body: str, day: date) -> Any:
    """Something to give with a step that has to do with a coordination meeting; None with any other."""
    match step:
        case "coordinate" | "adjourn" | "end-without":
            return {"reason": "the lines cross"}
        case "invite":
            return {"on": day, "bodies": [body]}
        case "put-option":
            return {"name": data.draw(st.sampled_from(["bury", "hang"]))}
        case "minute":
            shares = [{"body": body, "task": "dig"}]
            return {"option": "bury", "shares": shares, "bodies": [body], "people": ["resident-1"]}
    return None


class TownMachine(RuleBasedStateMachine):
    """A town whose office may be closed and opened again at any moment."""

    open_town: Callable[..., Town]
    reopened: Callable[[Storage | None], Storage]

    def __init__(self) -> None:
        super().__init__()
        self.town = self.open_town(self.reopened(None))
        self.opened = 0

    def attempt(self, command: Callable[[], Case], *, by: Actor, step: str) -> Case | None:
        """Give a command, and look at what it did to the ledger."""
        before = self.town.position()
        try:
            case = command()
        except Refused as refused:
            assert self.town.position() == before
            self.explains(refused)
            return None
        new = list(self.town.office.ledger.feed(after=before))
        assert [position for position, _ in new] == list(range(before + 1, before + 1 + len(new)))
        if not new:  # it was taken before, by the same actor with the same data
            assert any((e.step, e.by) == (step, by) for e in self.town.office.ledger.entries(case.id.partition("/")[0]))
            return case
        asked, *followed = [entry for _, entry in new]
        for entry in (asked, *followed):
            event(f"{entry.step}: {entry.source} to {entry.target}")
        assert (asked.step, asked.by, asked.case) == (step, by, case.id)
        assert all(entry.by.kind != "person" for entry in followed)
        return case

    @staticmethod
    def explains(refused: Refused) -> None:
        """A refusal says which rule said no in both languages, and whose post would have been needed."""
        refusal = refused.refusal
        assert refusal.reasons
        for text in (refusal.text, *(reason.text for reason in refusal.reasons), *refusal.needed):
            assert text.en
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
        assert bool(refusal.needed) == ("authority" in refusal.rules)

    @rule(pause=PAUSES)
    def time_passes(self, pause: dict[str, int]) -> None:
        """Time passes, and the office's clock ticks."""
        self.town.clock.advance(**pause)
        before = self.town.position()
        ticked = self.town.office.tick()
        new = [entry for _, entry in self.town.office.ledger.feed(after=before)]
        for entry in new:
            event(f"{entry.step}: {entry.source} to {entry.target}")
        assert bool(ticked.rung) == bool(new)
        assert all(entry.by.kind != "person" for entry in new)

    @rule()
    def the_office_opens_again(self) -> None:
        """The process ends, and another one opens the store."""
        self.opened += 1
        clock, seed = self.town.clock, f"office {self.opened} ".encode()
        self.town = self.open_town(self.reopened(self.town.storage), clock=clock, seed=seed, load=False)

    def check_everything(self) -> None:
        """What holds for every matter at every moment."""
        for matter in self.town.matters():
            self.town.check(matter)

    def teardown(self) -> None:
        """In the end the whole ledger verifies, sealed and not."""
        assert self.town.office.ledger.verify().ok, str(self.town.office.ledger.verify())
        self.town.office.seal()
        assert self.town.office.ledger.verify().ok, str(self.town.office.ledger.verify())


class Tickets(TownMachine):
    """Up to four tickets that residents, secretaries and departments push about."""

    def __init__(self) -> None:
        super().__init__()
        self.tickets: list[str] = []

    def invariant_holds(self) -> None:
        """Nothing waits for nothing, whatever happened."""
        self.check_everything()

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        town = self.town
        residents = [town.office.act_as(person) for person in ("resident-1", "resident-2")]
        return [*residents, *map(town.secretary, AREAS), *map(town.officer, BODIES)]

    def given(self, step: str, data: st.DataObject, ticket: str) -> Any:  # noqa: PLR0911  # one answer for each step
        """Something to give with a step."""
        unit = self.town.office.unit
        match step:
            case "dispatch":
                to = data.draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=3, unique=True))
                lead = data.draw(st.none() | st.sampled_from(to))
                within = data.draw(st.sampled_from([None, "1 workday", "3 days"]))
                return {"to": [unit(b) for b in to], "lead": lead and unit(lead), "within": within}
            case "evaluate":
                return {
                    "resolved": data.draw(st.booleans()),
                    "satisfied": data.draw(st.sampled_from([None, 0, 1, 5, 6])),
                }
            case "merge":
                return {"master": data.draw(st.sampled_from(self.tickets))}
            case "hold":
                return {"within": data.draw(st.sampled_from(["2 days", "0 days", "20 workdays"])), "reason": "winter"}
            case "ask-extension" | "extend":
                within = data.draw(st.sampled_from(["1 workday", "20 days", "0 hours"]))
                return {"within": within, **({"reason": "the part is on order"} if step == "ask-extension" else {})}
            case "exclude":
                return {"excluded": data.draw(st.sampled_from(["out-of-scope", "unreachable", " "]))}
            case "decline":
                return {"reason": "not ours"}
            case "answer" | "answer-alike" | "open-again":
                return {"text": "done"}
            case "absorb":
                return {"duplicate": ticket}
        return at_a_meeting(step, data, unit(BODIES[0]), self.town.office.now().date())

    @precondition(lambda self: len(self.tickets) < 4)
    @rule(who=st.sampled_from(["resident-1", "resident-2"]), contact=st.sampled_from(["", "door 3"]))
    def order(self, who: str, contact: str) -> None:
        """A resident orders."""
        by = self.town.office.act_as(who)
        office = self.town.office
        case = self.attempt(
            lambda: office.tickets.order("a lamp", unit="community", by=by, contact=contact), by=by, step="order"
        )
        assert case is not None
        self.tickets.append(case.id)
        self.invariant_holds()

    @initialize(begun=st.lists(st.sampled_from(["ordered", "dispatched", "answered"]), min_size=1, max_size=3))
    def begin(self, begun: list[str]) -> None:
        """Some tickets are being handled already."""
        for number, how in enumerate(begun):
            title = f"lamp {number}"
            if how == "dispatched":
                ticket = self.town.dispatched("health", "emergency", within="3 workdays", title=title)
            else:
                ticket = self.town.answered(title) if how == "answered" else self.town.ordered(title)
            self.tickets.append(ticket.id)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_who_may_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step that they may take, as `what_can` says."""
        office = self.town.office
        ticket = data.draw(st.sampled_from(self.tickets))
        possible = [
            (by, str(p.case), p.step)
            for by in self.people()
            for p in office.what_can(by, ticket).steps
            if p.allowed and (p.step != "withdraw" or not giving_up)
        ]
        if possible:
            by, case, step = data.draw(st.sampled_from(possible))
            given = self.given(step, data, ticket)
            self.attempt(lambda: office.take(case, step, given, by=by), by=by, step=step)
            self.invariant_holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_who_may_acts(data=data, giving_up=1)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def what_can_is_what_is(self, data: st.DataObject) -> None:
        """What is said to be allowed would be taken, unless it depends on what is given; what is not, would not."""
        office, before = self.town.office, self.town.position()
        ticket = data.draw(st.sampled_from(self.tickets))
        for by in self.people():
            for possible in office.what_can(by, ticket).steps:
                given = self.given(possible.step, data, ticket)
                refusal = office.ask(possible.case, possible.step, given, by=by)
                if not possible.allowed:
                    assert refusal is not None
                    assert possible.needed == refusal.needed
                elif not possible.depends:
                    assert refusal is None
        assert self.town.position() == before

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        """Anybody tries any step of any flow, for a reason or for none."""
        office = self.town.office
        ticket = data.draw(st.sampled_from(self.tickets))
        by = data.draw(st.sampled_from(self.people()))
        case = data.draw(st.sampled_from(sorted(self.town.cases(ticket))))
        flow = office.flows.rules(self.town.now(case).flow).flow
        step = data.draw(st.sampled_from([s.name for s in flow.steps if NEW not in s.of]))
        given = self.given(step, data, ticket)
        why = data.draw(st.sampled_from(["", "because"]))
        self.attempt(lambda: office.take(case, step, given, by=by, why=why), by=by, step=step)
        self.invariant_holds()

    def teardown(self) -> None:
        """Left alone, every ticket ends, or somebody is reminded of it again and again."""
        for _ in range(8):
            self.town.clock.advance(days=60)
            self.town.office.tick()
        for ticket in self.tickets:
            self.town.check(ticket)
            assert self.town.now(ticket).state not in {"ordered", "returned", "handled", "answered", "reopened"}
        super().teardown()


class Proposals(TownMachine):
    """Up to five proposals that want money of two funds, while delegates come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.funds: list[str] = []
        self.proposals: list[str] = []
        self.paid_in = [Money(0), Money(0)]
        self.rolls: dict[tuple[str, str, int], list[str]] = {}

    @initialize()
    def open_funds(self) -> None:
        """Two funds, with enough for one proposal each, and proposals that have come half way."""
        for number in range(2):
            self.funds.append(self.town.fund("100").id)
            self.paid_in[number] += Money("100")
        for fund in self.funds:
            self.proposals.append(self.town.before_the_council(self.town.now(fund), "60").id)
        self.proposals.append(self.town.resolved(self.town.now(self.funds[0]), "60").id)

    def holds(self) -> None:
        """Money is neither lost nor made, a roll stays as it was frozen, and every ballot is counted."""
        self.check_everything()
        spent = [Money(0), Money(0)]
        for proposal in map(self.town.now, self.proposals):
            if proposal.state.startswith("quoting"):
                for source in proposal.data["sources"]:
                    number = self.funds.index(source["fund"])
                    spent[number] += Money(source["amount"]["amount"])
            for stage in ("group", "council"):
                self.the_count_is_right(proposal, stage)
        for number, fund in enumerate(map(self.town.now, self.funds)):
            assert available(fund) >= Money(0)
            assert reserved(fund) == spent[number]
            assert available(fund) + reserved(fund) == self.paid_in[number]

    def the_count_is_right(self, proposal: Case, stage: str) -> None:
        """Of what was voted in a stage."""
        held = proposal.data.get(stage)
        if held is None:
            return
        turns = [step for step in self.town.steps(proposal) if step.endswith((".open", ".close"))]
        opened = len(turns) - turns[::-1].index(f"{stage}.open")
        roll = self.rolls.setdefault((proposal.id, stage, opened), held["roll"])
        assert held["roll"] == roll
        ballots = self.town.ballots(proposal, opened)
        voters = [ballot.key for ballot in ballots]
        assert len(set(voters)) == len(voters)
        assert set(voters) <= set(roll)
        if "carried" in held:
            counted = {choice: held[choice] for choice in ("yes", "no", "abstain")}
            assert counted == {c: sum(b.data["choice"] == c for b in ballots) for c in counted}
            share = (1, 2) if stage == "group" else (2, 3)
            exact = held["yes"] * share[1] - held["seats"] * share[0]
            assert held["carried"] == (exact > 0 if stage == "group" else exact >= 0)

    def anybody(self, data: st.DataObject) -> Actor:
        """Somebody who might try something."""
        town = self.town
        people = [
            *(town.delegate(person) for person in ("r1", "r2", "r3", "d1", "d2", "d3", "d4", "d5", "d6")),
            town.office.act_as("x7", post="delegate", unit="council"),
            town.chair,
            town.secretary(),
            town.resident,
        ]
        return data.draw(st.sampled_from(people))

    @precondition(lambda self: len(self.proposals) < 5)
    @rule(amounts=st.sampled_from([("60", ""), ("60", "60"), ("", "100"), ("100", "1")]))
    def propose(self, amounts: tuple[str, str]) -> None:
        """The group proposes something that costs money."""
        sources = [Source(f, Money(a)) for f, a in zip(self.funds, amounts, strict=True) if a]
        budget = Money(0)
        for source in sources:
            budget += source.amount
        by = self.town.delegate("r1")
        case = self.attempt(
            lambda: self.town.proposed(self.town.now(self.funds[0]), budget=budget, sources=sources, by=by),
            by=by,
            step="propose",
        )
        if case is not None:
            self.proposals.append(case.id)
        self.holds()

    @rule(data=st.data())
    def the_vote_is_held(self, data: st.DataObject) -> None:
        """A whole vote at once, so that proposals come further than single steps would bring them."""
        proposal = self.town.now(data.draw(st.sampled_from(self.proposals)))
        stage, _, state = proposal.state.partition(".")
        if stage not in ("group", "council") or state not in ("called", "voting"):
            return
        opener = self.town.delegate("r1") if stage == "group" else self.town.secretary()
        councils = self.town.office.councils
        if state == "called" and not self.attempt(
            lambda: councils.open_vote(proposal, by=opener), by=opener, step=f"{stage}.open"
        ):
            return
        for person in self.town.now(proposal).data[stage]["roll"]:
            by, choice = self.town.delegate(person), data.draw(st.sampled_from(CHOICES))
            self.attempt(partial(councils.vote, proposal, choice, by=by), by=by, step="cast")
        self.attempt(lambda: councils.close_vote(proposal, by=opener), by=opener, step=f"{stage}.close")
        self.holds()

    @rule(data=st.data())
    def another_vote_is_held(self, data: st.DataObject) -> None:
        """The same, in the same words: votes are held more often than anything else happens."""
        self.the_vote_is_held(data=data)

    @rule(data=st.data())
    def the_draft_goes_on(self, data: st.DataObject) -> None:
        """A draft is endorsed, handed in and settled at once; a resolution is submitted, admitted and presented."""
        proposal, councils, town = data.draw(st.sampled_from(self.proposals)), self.town.office.councils, self.town
        author, other = town.delegate("r1"), town.delegate("r3")
        stage = town.now(proposal).state.partition(".")[0]
        ways: dict[str, list[tuple[str, Actor, Callable[..., Case]]]] = {
            "draft": [
                ("draft.endorse", other, councils.endorse),
                ("draft.hand-in", author, councils.hand_in),
                ("deliberation.settle", other, councils.settle),
            ],
            "presentation": [
                ("presentation.submit", author, councils.submit),
                ("presentation.admit", town.secretary(), councils.admit),
                ("presentation.present", author, councils.present),
            ],
        }
        for step, by, command in ways.get(stage, ()):
            self.attempt(partial(command, proposal, by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data(), act=st.sampled_from(ACTS))
    def somebody_acts(self, data: st.DataObject, act: str) -> None:
        """Somebody does something, whether they may or not."""
        proposal, by, councils = (
            data.draw(st.sampled_from(self.proposals)),
            self.anybody(data),
            self.town.office.councils,
        )
        state = self.town.now(proposal).state
        stage, is_draft = "group" if state.startswith("group") else "council", state.startswith("draft")
        choice = data.draw(st.sampled_from(CHOICES))
        number = data.draw(st.integers(0, 1))
        commands: dict[str, tuple[str, Callable[[], Case]]] = {
            "open": (f"{stage}.open", lambda: councils.open_vote(proposal, by=by)),
            "vote": ("cast", lambda: councils.vote(proposal, choice, by=by)),
            "close": (f"{stage}.close", lambda: councils.close_vote(proposal, by=by)),
            "object": ("notice.object", lambda: councils.object(proposal, "too narrow", by=by)),
            "endorse": ("draft.endorse", lambda: councils.endorse(proposal, by=by)),
            "hand-in": ("draft.hand-in", lambda: councils.hand_in(proposal, by=by)),
            "amend": (
                f"{'draft' if is_draft else 'deliberation'}.amend",
                lambda: councils.amend(proposal, "better", purpose=data.draw(st.text(max_size=1)), by=by),
            ),
            "settle": ("deliberation.settle", lambda: councils.settle(proposal, by=by)),
            "submit": ("presentation.submit", lambda: councils.submit(proposal, by=by)),
            "admit": ("presentation.admit", lambda: councils.admit(proposal, by=by)),
            "send-back": ("presentation.return", lambda: councils.send_back(proposal, "no plan", by=by)),
            "reject": ("presentation.reject", lambda: councils.reject(proposal, "not ours", by=by)),
            "withdraw": ("withdraw", lambda: councils.withdraw(proposal, "too dear", by=by)),
            "present": ("presentation.present", lambda: councils.present(proposal, by=by)),
            "reserve": ("funding.reserve", lambda: councils.reserve(proposal, by=by)),
            "fee": ("deposit", lambda: self.town.office.funds.deposit(self.funds[number], Money("10"), by=by)),
        }
        step, command = commands[act]
        if self.attempt(command, by=by, step=step) is not None and act == "fee":
            self.paid_in[number] += Money("10")
        self.holds()

    @rule(data=st.data(), uphold=st.sampled_from([False, False, False, True]))
    def an_objection_is_answered(self, data: st.DataObject, uphold: bool) -> None:  # noqa: FBT001  # drawn by name
        """An objection is answered or upheld, by whoever tries."""
        councils = self.town.office.councils
        objections = [o for p in self.proposals for o in councils.objections(p) if not o.outcome]
        if not objections:
            return
        objection, by = data.draw(st.sampled_from(objections)), self.anybody(data)
        step = "uphold" if uphold else "answer"
        self.attempt(
            lambda: councils.answer_objection(objection, "as the norm says", by=by, uphold=uphold), by=by, step=step
        )
        self.holds()

    @rule(away=st.sampled_from(["d2", "r2"]), instead=st.sampled_from(["", "x7"]))
    def delegates_come_and_go(self, away: str, instead: str) -> None:
        """An election changes who holds the seats; votes that are open do not notice."""
        self.town.elect(away, instead)
        self.holds()

    def teardown(self) -> None:
        """Left alone, every proposal ends, but for objections and calls for quotes that somebody is pressed for again and again."""
        for _ in range(8):
            self.town.clock.advance(days=60)
            self.town.office.tick()
        for proposal in self.proposals:
            self.town.check(proposal)
            now = self.town.now(proposal)
            assert now.outcome or now.state in ("notice.contested", "quoting.due")
        super().teardown()


@pytest.mark.parametrize("machine", [Tickets, Proposals])
def test_whatever_happens_the_rules_hold(
    machine: type[Tickets | Proposals],
    open_town: OpenTown,
    reopened: Callable[[Storage | None], Storage],
    request: pytest.FixtureRequest,
) -> None:
    """Random steps by random actors at random moments never break what holds for every matter."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type(machine.__name__, (machine,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // 2 if on_disk else profile.max_examples * 2),
    )
