"""Requests for services, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from civicflow import InvalidInput, Money, Refused, Text
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Service

if TYPE_CHECKING:
    from tests.workflows.services.conftest import Desk

    from civicflow import Refusal


def refusal(command: Callable[..., object], *args: Any, **kwargs: Any) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command(*args, **kwargs)
    return caught.value.refusal


class TestApplying:
    """Anyone applies. The request goes to the desk that is competent on that day; why stands in its entry."""

    def test_it_goes_to_the_desk(self, desk: Desk) -> None:
        """The centre is asked and told; owner, reason and what was handed in are kept."""
        request = desk.applied(contact="door 3", channel="desk")
        assert (request.state, request.requester) == ("received", "resident-1")
        assert (request.body, request.anchors["owner"]) == (desk.office.unit("centre"), desk.office.unit("health"))
        assert request.title == "stall permit | 摆摊许可"
        assert request.data["because"].startswith("health delegated it to Centre (District Order 3)")
        assert ("request", "officer-centre") in desk.town.told()
        assert {actor.person for actor in desk.office.asked(request)} == {"officer-centre"}

    def test_each_language_reads_its_own_name_of_the_service(self, desk: Desk) -> None:
        """A headline in both is not said twice in each."""
        desk.accepted()
        desk.office.relay()
        said = [notice.text for notice in desk.carried if notice.topic == "accepted"]
        assert said == [Text("“stall permit” was accepted", "“摆摊许可”已受理")]

    def test_somebody_enters_it_for_the_applicant(self, desk: Desk) -> None:
        """At the desk; it is the applicant's, who is told."""
        request = desk.applied("id", by=desk.clerk, of="resident-9")
        assert (request.requester, request.state) == ("resident-9", "lacking")
        assert ("lacking", "resident-9") in desk.town.told()

    def test_by_another_way_than_those_offered(self, desk: Desk) -> None:
        """It is refused, with the ways, and nothing is entered."""
        before = desk.town.position()
        said = refusal(desk.applied, service="meals", channel="letter")
        assert (said.rules, said.reasons[0].text.en) == (("channel",), "one applies for it by desk, app")
        assert desk.town.position() == before
        assert desk.applied(service="meals", channel="app").data["provider"] == desk.office.unit("traffic-police")


class TestMissing:
    """What documents are missing is told all at once; what is missing has to come within 15 days, or the request lapses."""

    def test_the_rest_may_come_later(self, desk: Desk) -> None:
        """The applicant is told; the desk is not asked before everything is there."""
        request = desk.applied("photo")
        assert (request.state, request.data["missing"]) == ("lacking", ["id", "lease"])
        services, by = desk.office.services, desk.town.resident
        assert services.supply(request, ["id"], by=by).state == "lacking"
        done = services.supply(request, ["lease"], by=by)
        assert (done.state, done.data["missing"], done.data["documents"]) == ("received", [], ["photo", "id", "lease"])

    def test_or_it_is_refused_at_once(self, desk: Desk) -> None:
        """With all that is missing, in both languages."""
        before = desk.town.position()
        said = refusal(desk.applied, "photo", incomplete=False)
        assert said.rules == ("documents",)
        assert said.reasons[0].text.en == "missing are identity card, lease"
        assert said.reasons[0].text.zh == "缺少身份证、租赁合同"
        assert desk.town.position() == before

    def test_the_officer_tells_once(self, desk: Desk) -> None:
        """All of it; a second time is refused, and nothing at all, too."""
        services, request = desk.office.services, desk.applied()
        assert refusal(services.ask_for_documents, request, [], by=desk.clerk).rules == ("names-some",)
        assert services.ask_for_documents(request, ["lease"], by=desk.clerk).state == "lacking"
        services.supply(request, ["lease"], by=desk.town.resident)
        assert refusal(services.ask_for_documents, request, ["id"], by=desk.clerk).rules == ("told-once",)

    def test_what_never_comes(self, desk: Desk) -> None:
        """A reminder after ten days, and an end after fifteen."""
        request = desk.applied("id")
        desk.town.told()
        desk.clock.advance(days=11)
        desk.office.tick()
        assert desk.town.told() == [("reminder", "resident-1")]
        desk.clock.advance(days=5)
        desk.office.tick()
        assert desk.office.case(request).outcome == "lapsed"

    def test_nobody_says_anything(self, desk: Desk) -> None:
        """After five working days the request counts as accepted, and its promise runs from there (Article 32)."""
        request = desk.applied()
        desk.clock.advance(days=8)
        desk.office.tick()
        now = desk.office.case(request)
        assert (now.state, desk.office.ledger.entries(request)[-1].by.kind) == ("accepted", "clock")
        assert now.promise == datetime(2026, 3, 16, 15, 59, 59, 999999, tzinfo=UTC)


class TestDeciding:
    """From acceptance the promised time runs; it is granted, or refused with the legal ground and where one may object."""

    def test_application_and_pick_up(self, desk: Desk) -> None:
        """Accepted, granted, handed over, evaluated: handled in time, by the promise of the catalogue."""
        services, request = desk.office.services, desk.accepted()
        assert request.promise == datetime(2026, 3, 9, 15, 59, 59, 999999, tzinfo=UTC)
        assert services.grant(request, result="permit 17", by=desk.clerk).state == "ready"
        assert services.hand_over(request, by=desk.clerk).state == "served"
        done = services.evaluate(request, resolved=True, satisfied=5, by=desk.town.resident)
        assert (done.outcome, done.data["result"]) == ("granted", "permit 17")
        rates = desk.office.ledger.rates(flow="service-request")
        assert (rates.on_time.n, rates.on_time.of) == (1, 1)

    def test_a_refusal_says_ground_reason_and_remedy(self, desk: Desk) -> None:
        """None of them may be empty; the applicant is told, and may evaluate."""
        services, request = desk.office.services, desk.accepted()
        why = {"ground": "Order 3, § 2", "reason": "the lane is too narrow", "remedy": "reconsideration within 60 days"}
        for name in why:
            with pytest.raises(InvalidInput, match=f"{name} is never empty"):
                services.refuse(request, **{**why, name: " "}, by=desk.clerk)
        desk.town.told()
        refused = services.refuse(request, **why, by=desk.clerk)
        assert {name: refused.data[name] for name in why} == why
        assert desk.town.told() == [("refused", "resident-1")]
        assert services.evaluate(request, resolved=False, satisfied=1, by=desk.town.resident).outcome == "refused"

    def test_late_is_supervised_and_decided_still(self, desk: Desk) -> None:
        """Owner, level above and desk are told."""
        request = desk.accepted()
        desk.town.told()
        desk.clock.advance(days=8)
        desk.office.tick()
        assert desk.office.case(request).state == "supervised"
        assert {person for _, person in desk.town.told()} >= {
            "officer-health",
            "officer-centre",
            "secretary-subdistrict",
        }
        assert desk.office.services.grant(request, by=desk.clerk).state == "ready"

    def test_only_the_competent_body_decides(self, desk: Desk) -> None:
        """Neither the owner while it is delegated, nor the applicant."""
        services, request = desk.office.services, desk.accepted()
        assert refusal(services.grant, request, by=desk.town.officer("health")).rules == ("authority",)
        assert refusal(services.grant, request, by=desk.town.resident).rules == ("authority",)

    @pytest.mark.parametrize("paid", [None, Money(4), Money(6), Money(5, "EUR")])
    def test_the_fee_is_paid_exactly(self, desk: Desk, paid: Money | None) -> None:
        """On handing over: neither more nor less; and what is free of charge costs nothing."""
        services, hand_over = desk.office.services, desk.office.services.hand_over
        meals = desk.applied(service="meals", area="neighbour", channel="desk")
        services.accept(meals, by=desk.clerk)
        services.grant(meals, by=desk.clerk)
        assert refusal(hand_over, meals, paid=paid, by=desk.clerk).rules == ("is-paid",)
        assert hand_over(meals, paid=Money(5), by=desk.clerk).data["paid"] == {"amount": "5.00", "currency": "CNY"}
        free = services.grant(desk.accepted(), by=desk.clerk)
        assert refusal(hand_over, free, paid=Money(5), by=desk.clerk).rules == ("is-paid",)

    def test_whoever_does_not_come_is_reminded(self, desk: Desk) -> None:
        """Every ten working days; and who does not evaluate has not."""
        services, request = desk.office.services, desk.accepted()
        services.grant(request, by=desk.clerk)
        desk.town.told()
        desk.clock.advance(days=15)
        desk.office.tick()
        assert desk.town.told() == [("reminder", "resident-1")]
        services.hand_over(request, how="post", by=desk.clerk)
        desk.clock.advance(days=11)
        desk.office.tick()
        now = desk.office.case(request)
        assert (now.outcome, now.evaluated) == ("granted", None)

    def test_the_applicant_withdraws(self, desk: Desk) -> None:
        """And nobody else."""
        services, request = desk.office.services, desk.accepted()
        assert refusal(services.withdraw, request, by=desk.clerk).rules == ("authority",)
        assert services.withdraw(request, by=desk.town.resident).outcome == "withdrawn"


class TestDelegationEnds:
    """What is still open goes to the owner on that day, or wherever the catalogue of the day leads; its times run on."""

    def test_on_its_last_day(self, desk: Desk) -> None:
        """The clock hands it to the owner at the end of the day, by an entry that says so."""
        desk.clock.set(datetime(2026, 5, 29, 2, tzinfo=UTC))
        request = desk.accepted()
        desk.town.told()
        desk.clock.set(datetime(2026, 5, 31, 15, tzinfo=UTC))
        desk.office.tick()
        assert desk.office.case(request).body == desk.office.unit("centre")
        desk.clock.set(datetime(2026, 5, 31, 17, tzinfo=UTC))
        desk.office.tick()
        now = desk.office.case(request)
        assert (now.body, now.state, now.promise) == (desk.office.unit("health"), "accepted", request.promise)
        assert now.data["because"].startswith("the delegation ended")
        assert {("request", "officer-health"), ("rerouted", "resident-1")} <= set(desk.town.told())
        assert desk.office.services.grant(request, by=desk.town.officer("health")).state == "ready"

    def test_withdrawn_before_its_time(self, desk: Desk) -> None:
        """By the new catalogue: each open request has an entry that says why, and where it was stays in the ledger."""
        waiting, lacking, ready = desk.accepted(), desk.applied("id"), desk.accepted()
        desk.office.services.grant(ready, by=desk.clerk)
        stall = desk.office.services.catalogue["stall"]
        office = desk.open(Catalogue([attrs.evolve(stall, delegations=())]))
        found = office.find(flow="service-request", open=True).cases
        assert refusal(office.services.reroute, found, by=desk.clerk).rules == ("authority",)
        by = desk.town.officer("health")
        rerouted = office.services.reroute(found, by=by)
        assert {case.id for case in rerouted.moved} == {waiting.id, lacking.id}
        now = office.case(waiting)
        assert (now.body, now.promise, now.due) == (office.unit("health"), waiting.promise, waiting.due)
        last = office.ledger.entries(waiting)[-1]
        assert (last.step, last.data["because"]) == ("reroute", "health owns it | 部门为主管部门")
        assert office.ledger.entries(waiting)[0].data["desk"] == office.unit("centre")
        assert office.case(ready).body == office.unit("centre")
        assert office.services.reroute(office.find(flow="service-request", open=True).cases, by=by).moved == ()

    def test_delegated_anew(self, desk: Desk) -> None:
        """What was the owner's goes down to the desk, for as long as the delegation holds."""
        stall = desk.office.services.catalogue["stall"]
        office = desk.open(Catalogue([attrs.evolve(stall, delegations=())]))
        request = office.services.apply("stall", area="community", documents=["id", "lease"], by=desk.town.resident)
        assert request.body == office.unit("health")
        until = date(2026, 3, 4)
        office = desk.open(Catalogue([attrs.evolve(stall, delegations=[Delegation(to="centre", until=until)])]))
        (moved,) = office.services.reroute([request], by=desk.town.officer("health")).moved
        assert moved.body == office.unit("centre")
        desk.clock.set(datetime(2026, 3, 4, 1, tzinfo=UTC))
        office.tick()
        assert office.case(request).body == office.unit("health")

    def test_a_service_that_is_gone_is_told(self, desk: Desk) -> None:
        """Its requests stay where they are, with the reason."""
        request = desk.accepted()
        office = desk.open(Catalogue([Service(name="other", text="other | 其他", owner="health")]))
        rerouted = office.services.reroute([request], by=desk.town.officer("health"))
        assert (rerouted.moved, [case.id for case, _ in rerouted.left]) == ((), [request.id])
        assert "no service 'stall'" in rerouted.left[0][1]

    def test_to_where_it_is_it_is_not_handed(self, desk: Desk) -> None:
        """That would be no change."""
        request, by = desk.accepted(), desk.town.officer("health")
        given = {"desk": request.body, "because": "again", "last_day": None}
        assert refusal(desk.office.take, request, "reroute", given, by=by).rules == ("another",)
