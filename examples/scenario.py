"""The whole story of the demo in one call: three cities, one office.

Every command carries a key and has an instant of its own, and the clock is set, never read. So the story may be played
again from its beginning at any time, also after a crash in its middle: what was done is not done twice, what was not
done follows, and the ledger is the same in the end.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

import beiyuan
import boston
import shangjie
from civicflow import Case, Office
from civicflow.calendars import instant
from civicflow.testing import FrozenClock

BEGIN = instant("2026-01-05T09:00", shangjie.ZONE)
END = instant("2026-06-09T09:00", shangjie.ZONE)


@attrs.frozen(kw_only=True)
class Story:
    """What came of it.

    Attributes:
        hall: Sanwan Street's hall, and what an officer was told who tried to dispatch it.
        lamp: the ticket that a department let lie.
        funds: the earmarked fund and the residents' own.
        proposals: Beiyuan's two attempts.
        requests: Boston's requests.
    """

    hall: shangjie.Hall
    lamp: Case
    funds: tuple[Case, ...]
    proposals: tuple[Case, ...]
    requests: Sequence[Case]


def run(office: Office, clock: FrozenClock, *, requests: Sequence[boston.Request] | None = None) -> Story:
    """Play all scenes and give what came of them.

    Args:
        office: an office that was opened with this clock.
        clock: is set to the instant of each command.
        requests: Boston's requests; all of the file where left out.
    """
    clock.set(BEGIN)
    for register in (shangjie.REGISTER, beiyuan.REGISTER, boston.REGISTER):
        office.register.load(register)

    hall = shangjie.order_a_hall(office, clock)
    lamp = shangjie.let_a_share_lie(office, clock)
    funds = beiyuan.open_funds(office, clock)
    proposals = tuple(beiyuan.attempt(office, clock, funds, plan) for plan in (beiyuan.FIRST, beiyuan.SECOND))
    recorded = boston.bring_in(office, clock, boston.read() if requests is None else requests)

    clock.set(END)
    office.tick()
    office.seal()
    return Story(
        hall=hall,
        lamp=lamp,
        funds=tuple(office.case(fund) for fund in funds),
        proposals=tuple(office.case(proposal) for proposal in proposals),
        requests=recorded,
    )


def send_notices(office: Office, clock: FrozenClock) -> int:
    """Send what lies in the outbox, also what a crashed run had in its hands; how many were sent."""
    sent = 0
    for _ in range(2):
        while (report := office.relay()).claimed:
            sent += report.delivered
        clock.advance(minutes=10)  # a crashed run's lease is over by then
    return sent
