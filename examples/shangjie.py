"""Shangjie district of Zhengzhou: one order that sixteen organisations accept, and one that somebody lets lie.

The tree is real (see ``registers/shangjie.yaml``), the persons are not. Each command carries a key and is given at an
instant of its own, so that the scenes may be played again, from the beginning or after a crash: what was done is not
done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs

from civicflow import Actor, Case, Office, Refusal, Refused
from civicflow.calendars import instant, working_days
from civicflow.testing import FrozenClock

REGISTER = Path(__file__).parent / "registers" / "shangjie.yaml"
DISTRICT = "410106"
COMMUNITY = "410106001005"  # Sanwan Street, 三湾街社区
ZONE = "Asia/Shanghai"


@attrs.frozen
class Hall:
    """The first scene.

    Attributes:
        ticket: the order for a hall, as it ended.
        refusal: what an officer was told who tried to dispatch it.
    """

    ticket: Case
    refusal: Refusal


def secretary(office: Office) -> Actor:
    """The secretary of the community, who dispatches."""
    return office.act_as("secretary-1", post="secretary", unit=COMMUNITY)


def officer(office: Office, body: str) -> Actor:
    """The officer of a partner organisation."""
    return office.act_as(office.chart().holders("officer", office.unit(body))[0], post="officer", unit=body)


def partners(office: Office) -> Sequence[str]:
    """The codes of the partner organisations: the district's bodies that have an officer."""
    chart = office.chart()
    bodies = chart.bodies(chart.resolve(DISTRICT))
    return [body.code for body in bodies if chart.holders("officer", body.id)]


def order_a_hall(office: Office, clock: FrozenClock, *, lead: str = "emergency") -> Hall:
    """A resident orders a hall to practise safety; every partner organisation accepts its share and does it."""
    resident, branch, bodies = office.act_as("resident-1"), secretary(office), partners(office)

    clock.set(instant("2026-01-12T09:00", ZONE))
    ticket = office.tickets.order(
        "A hall to practise first aid and fire escape",
        unit=COMMUNITY,
        category="safety",
        contact="Mrs Li, compound 3, after six",
        by=resident,
        key="hall",
    )

    clock.set(instant("2026-01-12T10:30", ZONE))
    refusal = _refused(office, ticket, to=bodies, by=officer(office, lead))
    office.tickets.dispatch(ticket, to=bodies, lead=lead, within=working_days(5), by=branch, key="hall:dispatch")

    clock.set(instant("2026-01-12T15:00", ZONE))
    for body in bodies:
        office.tickets.accept(ticket, by=officer(office, body), key=f"hall:accept:{body}")

    clock.set(instant("2026-01-15T17:00", ZONE))
    # The lead comes last: with its share the ticket is handled, and what is still open is no longer needed.
    for body in sorted(bodies, key=lambda body: body == lead):
        office.tickets.complete(ticket, by=officer(office, body), note="our part is done", key=f"hall:complete:{body}")

    clock.set(instant("2026-01-16T09:00", ZONE))
    office.tickets.answer(ticket, "The hall is open on Saturdays", by=branch, key="hall:answer")

    clock.set(instant("2026-01-17T11:00", ZONE))
    office.tickets.evaluate(ticket, resolved=True, satisfied=5, by=resident, key="hall:evaluate")
    return Hall(office.case(ticket), refusal)


def let_a_share_lie(office: Office, clock: FrozenClock, *, body: str = "urban-management") -> Case:
    """A department lets its share lie: the clock reminds it, then puts it under supervision; it is done too late."""
    resident, branch = office.act_as("resident-2"), secretary(office)

    clock.set(instant("2026-01-19T09:00", ZONE))
    ticket = office.tickets.order(
        "The lamp at the gate of the compound is dark", unit=COMMUNITY, category="lighting", by=resident, key="lamp"
    )
    clock.set(instant("2026-01-19T10:00", ZONE))
    office.tickets.dispatch(ticket, to=[body], within=working_days(3), by=branch, key="lamp:dispatch")

    for morning in ("2026-01-21T09:00", "2026-01-22T09:00", "2026-01-23T09:00"):
        clock.set(instant(morning, ZONE))
        office.tick()

    clock.set(instant("2026-01-26T16:00", ZONE))
    office.tickets.complete(ticket, by=officer(office, body), note="a new lamp", key="lamp:complete")
    clock.set(instant("2026-01-27T09:00", ZONE))
    office.tickets.answer(ticket, "The lamp burns again; we are sorry for the delay", by=branch, key="lamp:answer")
    clock.set(instant("2026-01-27T20:00", ZONE))
    office.tickets.evaluate(ticket, resolved=True, satisfied=2, by=resident, key="lamp:evaluate")
    return office.case(ticket)


def show_the_lamp(office: Office, lamp: Case) -> None:
    """The officer shows the new lamp; the secretary writes down, for colleagues alone, what the resident said."""
    by = officer(office, "urban-management")
    office.attach(lamp, b"GIF89a", name="new-lamp.gif", type="image/gif", by=by, public=True, key="lamp:photo")
    office.note(lamp, "Called her: it burns, and she is content.", by=secretary(office), key="lamp:note")


def _refused(office: Office, ticket: Case, *, to: Sequence[str], by: Actor) -> Refusal:
    """What somebody is told who may not dispatch; a refusal stores nothing."""
    try:
        office.tickets.dispatch(ticket, to=to, by=by)
    except Refused as refused:
        return refused.refusal
    message = "an officer dispatched a ticket, which is the secretary's to do"
    raise AssertionError(message)
