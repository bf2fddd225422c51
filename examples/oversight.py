"""A council's works under oversight: suspended three levels up, and settled all the same (成都双流公兴街道；晋阳北苑).

Reported are the supervisory board beside the council and the discipline line of three levels (Shuangliu, Gongxing), and the works and
sums of Beiyuan, whose second attempt goes on here, as one case, to its settled account. Who asks what, and every day, is made up.

``python examples/oversight.py`` tells it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import beiyuan
import civicflow
import works
from civicflow import Actor, Case, Money, Office, Refused
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from tables import table

ZONE: Final = beiyuan.ZONE


@attrs.frozen(kw_only=True)
class Course:
    """What came of it, from the ledger.

    Attributes:
        levels: the areas through whose levels the first inquiry went, in order.
        refused: by what was tried while the proposal stood still, the rules that said no.
        seen: how many entries of the proposal a member of the board may read, of how many.
        stood: how many days it stood still.
        deadline: when the award was to be made, before and after the suspension.
        back: what came back to each source.
        outcome: how it ended.
    """

    levels: tuple[str, ...]
    refused: dict[str, tuple[str, ...]]
    seen: tuple[int, int]
    stood: int
    deadline: tuple[datetime, datetime]
    back: tuple[Money, ...]
    outcome: str


def live_through(office: Office, clock: FrozenClock) -> Course:
    """The proposal, its award suspended from above and its first payment from below.

    Args:
        office: an office without a register.
        clock: the office's; it is set on.
    """
    clock.set(instant("2026-03-01T09:00", ZONE))
    office.register.load(beiyuan.REGISTER)
    funds = beiyuan.open_funds(office, clock)
    proposal = beiyuan.attempt(office, clock, funds, beiyuan.SECOND)
    works.compare(office, clock, proposal, works.OFFERS)
    refused: dict[str, tuple[str, ...]] = {}

    inquiry = office.oversight.ask(
        "Who is the cheapest bidder? | 最低报价者是谁？",
        "Is anybody of the council related to them?",
        of=proposal,
        to=beiyuan.GROUP,
        by=office.act_as("resident-7", post="supervisor", unit="board-jinyang-1"),
    )
    levels = [_area(office, inquiry)]
    for _ in range(2):  # nobody answers in five working days, and again
        clock.advance(days=9)
        office.tick()
        levels.append(_area(office, office.case(inquiry)))
    top = office.act_as("inspector-jinyang", post="inspector", unit="line-jinyang")
    before = _due(office, proposal)
    office.oversight.suspend(inquiry, "no answer | 未答复", within="60 days", by=top)
    refused["award"] = _tried(lambda: office.works.award(proposal, "nobody", by=works.secretary(office)))
    clock.advance(days=10)
    office.tick()
    group = beiyuan.delegates(office, beiyuan.GROUP)
    office.oversight.answer(inquiry, "nobody is | 均无关联", by=group[2])
    office.oversight.release(inquiry, "the register shows no tie | 未见关联", by=top)
    after = _due(office, proposal)

    works.award(office, clock, proposal, works.OFFERS, on=f"{clock():%Y-%m-%d}")
    works.build(
        office, clock, proposal, meanwhile=lambda n: _from_below(office, clock, proposal, refused) if not n else None
    )
    works.accept(office, clock, proposal)
    return _course(office, proposal, levels, refused, (before, after))


def _from_below(office: Office, clock: FrozenClock, proposal: Case, refused: dict[str, tuple[str, ...]]) -> None:
    """The group's integrity monitor stops the first payment for a day."""
    monitor: Actor = office.act_as("resident-6", post="integrity-monitor", unit=beiyuan.GROUP)
    question = "Is the gate as wide as was decided?"
    asked = office.oversight.ask("How wide? | 有多宽？", question, of=proposal, to=beiyuan.GROUP, by=monitor)
    office.oversight.suspend(asked, "to be measured | 待测量", within="5 days", by=monitor)
    refused["payment"] = _tried(lambda: office.works.pay(proposal, by=works.secretary(office)))
    clock.advance(days=1)
    office.oversight.release(asked, "four metres | 四米", by=monitor)


def _tried(command: Callable[[], object]) -> tuple[str, ...]:
    """The rules by which a command is refused."""
    try:
        command()
    except Refused as error:
        return error.refusal.rules
    return ()


def _area(office: Office, case: Case) -> str:
    return office.chart().code(str(case.unit))


def _due(office: Office, proposal: Case) -> datetime:
    """The next deadline that runs, or stands still, in the proposal's own state."""
    return min(clock.due for clock in office.case(proposal).clocks)


def _course(
    office: Office,
    proposal: Case,
    levels: list[str],
    refused: dict[str, tuple[str, ...]],
    deadline: tuple[datetime, datetime],
) -> Course:
    entries = list(office.ledger.entries(proposal))
    spans = zip(
        [e.happened for e in entries if e.step == "suspend"],
        [e.happened for e in entries if e.step == "resume"],
        strict=True,
    )
    member = office.act_as("resident-8", post="supervisor", unit="board-jinyang-1")
    now = office.case(proposal, by=member)
    return Course(
        levels=tuple(levels),
        refused=refused,
        seen=(now.version, len(entries)),
        stood=sum((until - since).days for since, until in spans),
        deadline=deadline,
        back=tuple(works.figures(office, now).back.values()),
        outcome=now.outcome,
    )


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'oversight.db'}", clock=clock) as office:
            course = live_through(office, clock)
    print(
        table(
            ["tried while it stood still | 中止期间", "refused by | 拒绝依据"],
            [[*map(str, one)] for one in course.refused.items()],
        )
    )
    print(f"levels: {' → '.join(course.levels)}; it stood still for {course.stood} days")
    print(f"back to each source: {', '.join(map(str, course.back))}; it ended as {course.outcome}")


if __name__ == "__main__":
    main()
