"""What is allowed now, by whom, until when: asked before anyone tries, and readable in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Town


def test_one_s_own_steps_come_first(town: Town) -> None:
    """The secretary may dispatch and more; the resident may withdraw, and sees who may do the rest."""
    ticket = town.ordered()
    secretary = town.office.what_can(town.secretary(), ticket)
    assert set(secretary.allowed) == {"dispatch", "coordinate", "answer", "merge", "hold"}
    assert [possible.allowed for possible in secretary.steps] == sorted(
        (possible.allowed for possible in secretary.steps), reverse=True
    )
    resident = town.office.what_can(town.resident, ticket)
    assert resident.allowed == ("withdraw",)
    dispatch = next(possible for possible in resident.steps if possible.step == "dispatch")
    assert [text.en for text in dispatch.needed] == ["the secretary of Community"]
    assert dispatch.until == town.now(ticket).due


def test_the_system_s_steps_are_nobody_s_to_take(town: Town) -> None:
    """Neither the clock's nor a join's nor a rule's are listed."""
    ticket = town.dispatched("health")
    steps = {possible.step for possible in town.office.what_can(town.secretary(), ticket).steps}
    assert not steps & {"remind", "urge", "escalate", "finish", "come-back", "absorb", "drop"}


def test_what_has_to_be_given_is_named(town: Town) -> None:
    """What may be left out bears an equals sign; what depends on it cannot be told yet."""
    possible = {p.step: p for p in town.office.what_can(town.secretary(), town.ordered()).steps}
    assert possible["dispatch"].data == ("to", "lead=", "within=", "note=", "rule=", "because=")
    assert possible["dispatch"].depends
    assert not possible["hold"].depends
    assert possible["withdraw"].data == ()


def test_a_rule_that_says_no_is_said_beforehand(town: Town) -> None:
    """What would be refused whoever asked carries the reason."""
    ticket = town.ordered()
    resume = next(p for p in town.office.what_can(town.secretary(), ticket).steps if p.step == "resume")
    assert not resume.allowed
    assert [text.zh for text in resume.objections] == ["并未挂账"]


def test_what_is_on_hold_waits(town: Town) -> None:
    """Only what may be done meanwhile is allowed."""
    ticket = town.ordered()
    town.office.tickets.hold(ticket, "winter", within="3 days", by=town.secretary())
    assert town.office.what_can(town.secretary(), ticket).allowed == ("resume",)
    assert town.office.what_can(town.resident, ticket).allowed == ("withdraw",)


def test_voters_may_vote(town: Town) -> None:
    """Whoever is on the roll may bring a ballot about; a stranger may not, and is told why."""
    voting = town.voted(town.before_the_council(town.fund()), 0, close=False)
    assert "cast" in town.office.what_can(town.delegate("d2"), voting).allowed
    assert "cast" not in town.office.what_can(town.delegate("r1"), voting).allowed
    assert "close_vote" not in town.office.what_can(town.delegate("d2"), voting).allowed


def test_it_is_read_in_both_languages(town: Town) -> None:
    """Each line says who may do what, and what the clock does by itself."""
    ticket = town.dispatched("health")
    possibilities = town.office.what_can(town.secretary(), ticket)
    assert bool(possibilities)
    english, chinese = possibilities.say(), possibilities.say("zh")
    assert str(possibilities) == english
    assert "you may: dispatch(to, lead=, within=, note=, rule=, because=) “dispatch” [2026-03-30 23:59]" in english
    assert "others may: accept() “accept” [2026-03-03 23:59]: the officer of health" in english
    assert "您可以: dispatch" in chinese
    assert "部门经办人" in chinese


def test_what_has_ended_allows_nothing(town: Town) -> None:
    """There is nothing left to do."""
    ticket = town.ordered()
    town.office.tickets.withdraw(ticket, by=town.resident)
    possibilities = town.office.what_can(town.resident, ticket)
    assert not possibilities
    assert possibilities.steps == ()
