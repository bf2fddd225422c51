"""The scenes in which the work order and its stages are explored, a stretch of its way in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.ids import PersonId, UnitId
from civicflow.ledger.canonical import plain
from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.funds.fund import Deposit, OpenFund, Release, Reserve
from civicflow.workflows.proposing import TEXT, Source, digest_of
from civicflow.workflows.works.building import Defects, Milestone, Plan, PutOff, Report, Vary
from civicflow.workflows.works.commissioning import Commission
from civicflow.workflows.works.comparing import Points, seal_quote
from civicflow.workflows.works.decision import Execute
from civicflow.workflows.works.inspecting import Inspect
from civicflow.workflows.works.quoting import Award, Call, ExcludeBidder, GoOn, HandIn, IncludeBidder, Open
from civicflow.workflows.works.roles import GiveUp

_ALL, _ASKED, _SECRET = Money(110), Money(100), "a secret long enough"
_SEALED: Final = seal_quote("office-a", _ASKED, _SECRET)
_SOURCES: Final = (Source("fund", _ALL),)
_GATE: Final = Commission(title="a gate", budget=_ALL, sources=_SOURCES)
DECISION: Final = digest_of({field: plain(getattr(_GATE, field)) for field in TEXT})
_WITNESS: Final = PersonId("delegate@group")
_REASONS: Final = (GiveUp("why"), GiveUp(" "))
_LATER: Final = date(2026, 12, 31)

FUND: Final = (
    Incident(case="fund", flow="fund", step="open", by="secretary@low", data=OpenFund(title="Fund", source="budget")),
    Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(_ALL)),
)


def _step(name: str, data: Any = None, by: str = "secretary@low") -> Incident:
    return Incident(case="main", step=name, by=by, data=data)


def _none(*steps: str) -> dict[str, tuple[Any, ...]]:
    """Steps that nobody takes in a scene."""
    return dict.fromkeys(steps, ())


_BEGUN: Final = (Incident(case="main", flow="work-order", step="commission", by="secretary@low", data=_GATE),)
_CALLED: Final = (*_BEGUN, _step("quoting.call", Call(closing=date(2026, 3, 6))))
_CLOSED: Final = (
    *_CALLED,
    _step("quoting.quote", HandIn(sealed=_SEALED), "officer@office-a"),
    _step("quoting.quote", HandIn(bidder="c")),
    _step("quoting.quote", HandIn(bidder="group")),
    _step("quoting.close", by="clock"),
)
_OPENED: Final = (
    *_CLOSED,
    _step("quoting.open", Open(amount=_ASKED, secret=_SECRET), "officer@office-a"),
    _step("quoting.open", Open(bidder="c", amount=Money(200), witness=_WITNESS)),
    _step("quoting.open", Open(bidder="group", amount=Money(90), witness=_WITNESS)),
)
_AWARDED: Final = (*_OPENED, _step("quoting.award", Award(bidder="office-a", reason="no conflict", decision=DECISION)))
_STANDS: Final = (*_AWARDED, _step("announcement.end", by="clock"))


def _plan(first: int, last: int, retained: int, decision: str = DECISION, until: str = "2026-03-31") -> Plan:
    return Plan(
        milestones=(
            Milestone(name="gate", until=until, amount=Money(first)),
            Milestone(name="paint", until="2026-04-30", amount=Money(last)),
        ),
        retained=Money(retained),
        decision=decision,
    )


_PLANNED: Final = (*_STANDS, _step("building.plan", _plan(47, 50, 3)))
_DONE: Final = Report("done", ("photo",))
_PAID: Final = (
    _step("building.report", _DONE, "officer@office-a"),
    _step("building.pass", by="delegate@group"),
    _step("building.pay", Execute(DECISION)),
)
_BUILT: Final = (*_PLANNED, *_PAID, *_PAID)
_ACCEPTED: Final = (
    *_BUILT,
    _step("inspecting.inspect", Inspect(), "delegate@group"),
    _step("inspecting.inspect", Inspect(), "resident"),
)
_EXECUTED: Final = (Execute(DECISION), Execute("another"))


def taken_away(amount: int) -> tuple[Incident, ...]:
    """Somebody releases what was reserved for the work."""
    return (Incident(case="fund", step="release", by="rule", data=Release(Money(amount), "main")),)


WORKS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "work-order": (
        Scene(
            name="commissioning | 立项",
            data={
                "commission": (
                    _GATE,
                    Commission(title="a gate", budget=_ALL, sources=_SOURCES, matter="decided", decided=DECISION),
                    Commission(title="a gate", budget=_ALL, sources=_SOURCES, matter="decided", decided="another"),
                    Commission(title="a gate", budget=_ALL, sources=_SOURCES, matter="unknown"),
                    Commission(title="a gate", budget=Money(111), sources=_SOURCES),
                    Commission(title="a gate", budget=Money(111), sources=(Source("fund", Money(111)),)),
                    Commission(title="a gate", budget=_ALL, sources=(Source("none", _ALL),)),
                    Commission(title="a gate", budget=_ALL, sources=(Source("fund", _ALL, "lamps"),)),
                ),
                **_none("call", "give-up", "quoting.call", "quoting.give-up"),
            },
            prelude=(
                *FUND,
                Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(_ALL, purpose="gates")),
                Incident(case="fund", step="reserve", by="rule", data=Reserve(_ALL, "decided", "gates")),
            ),
            by_rule=("commission",),
        ),
        Scene(
            name="handing in | 报价",
            data={
                "quoting.call": (
                    Call(closing=date(2026, 3, 6), invited=(UnitId("office-a"),)),
                    Call(closing=date(2026, 3, 20)),
                    Call(closing=date(2026, 3, 3)),
                ),
                "quoting.quote": (
                    HandIn(sealed=_SEALED),
                    HandIn(),
                    HandIn(bidder="c"),
                    HandIn(bidder="group"),
                ),
                "quoting.go-on": (GoOn("nobody else builds gates"), GoOn(" ")),
                "quoting.give-up": _REASONS,
                **_none("quoting.open", "quoting.exclude", "quoting.include", "settling.settle"),
            },
            prelude=FUND,
            way=_BEGUN,
        ),
        Scene(
            name="opening | 开启",
            data={
                "quoting.open": (
                    Open(amount=_ASKED, secret=_SECRET),
                    Open(amount=Money(99), secret=_SECRET),
                    Open(bidder="c", amount=Money(200), witness=_WITNESS),
                    Open(bidder="c", amount=Money(200), secret=_SECRET, witness=_WITNESS),
                    Open(bidder="c", amount=Money(200, "EUR"), witness=_WITNESS),
                    Open(bidder="c", amount=Money(200), witness=PersonId("secretary@low")),
                    Open(bidder="nobody", amount=Money(1), witness=_WITNESS),
                ),
                **_none("quoting.call", "quoting.go-on", "quoting.give-up", "quoting.award", "quoting.ask-for-more"),
                **_none("quoting.exclude", "quoting.include"),
            },
            prelude=FUND,
            way=_CLOSED,
        ),
        Scene(
            name="comparing | 比选",
            data={
                "quoting.exclude": (
                    ExcludeBidder(bidder="group", excluded="conflict-of-interest"),
                    ExcludeBidder(bidder="office-a", excluded="conflict-of-interest"),
                    ExcludeBidder(bidder="office-a", excluded=" "),
                    ExcludeBidder(bidder="nobody", excluded="conflict-of-interest"),
                ),
                "quoting.include": (IncludeBidder(bidder="group"),),
                "quoting.go-on": (GoOn("nobody else builds gates"),),
                "quoting.award": (
                    Award(bidder="office-a", decision=DECISION),
                    Award(bidder="office-a", reason="no conflict", decision=DECISION),
                    Award(bidder="office-a", reason="no conflict", decision="another"),
                    Award(bidder="office-a", reason="x", points=(Points("c", "looks", 1),), decision=DECISION),
                    Award(bidder="group", decision=DECISION),
                    Award(bidder="c", reason="they are nice", decision=DECISION),
                    Award(bidder="nobody", reason="x", decision=DECISION),
                ),
                "quoting.call": (Call(closing=date(2026, 3, 20)),),
                "quoting.give-up": _REASONS[:1],
                **_none("quoting.quote", "announcement.object", "building.plan", "building.end", "settling.settle"),
            },
            prelude=FUND,
            way=_OPENED,
        ),
        Scene(
            name="the award hangs | 比选结果公示",
            data={**_none("building.plan", "building.end"), "settling.settle": (Execute(DECISION),)},
            prelude=FUND,
            way=_AWARDED,
            most_children=1,
        ),
        Scene(
            name="building | 建设",
            data={
                "building.plan": (
                    _plan(47, 50, 3),
                    _plan(47, 51, 3),
                    _plan(46, 50, 4),
                    _plan(47, 50, 3, "another"),
                    _plan(47, 50, 3, until="2026-05-31"),
                ),
                "building.report": (_DONE, Report("done", ())),
                "building.send-back": (
                    Defects(("rust",), _LATER),
                    Defects((), _LATER),
                    Defects(("rust",), date(2026, 3, 2)),
                ),
                "building.pay": _EXECUTED,
                "building.put-off": (PutOff(_LATER, "rain"), PutOff(date(2026, 3, 2), "rain"), PutOff(_LATER, " ")),
                "building.end": _REASONS,
                **_none("building.vary", "inspecting.inspect", "settling.settle"),
            },
            prelude=FUND,
            way=_STANDS,
            incidents=taken_away(100),
        ),
        Scene(
            name="a change | 合同变更",
            data={
                "building.vary": (
                    Vary("paint", Money(60), "two coats"),
                    Vary("paint", Money(60), " "),
                    Vary("paint", Money(61), "two coats"),
                    Vary("paint", Money(50, "EUR"), "two coats"),
                    Vary("roof", Money(1), "rain"),
                ),
                **_none("building.report", "building.put-off", "building.end"),
            },
            prelude=FUND,
            way=_PLANNED,
            most_depth=3,
        ),
        Scene(
            name="acceptance | 验收",
            data={
                "inspecting.inspect": (Inspect(), Inspect(("rust",))),
                "inspecting.mend": (_DONE, Report("done", (" ",))),
                "inspecting.reject": _REASONS,
                **_none("settling.settle"),
            },
            prelude=FUND,
            way=_BUILT,
        ),
        Scene(
            name="the account | 决算",
            data={
                "settling.settle": _EXECUTED,
                "evaluation.evaluate": (Evaluate(resolved=True, satisfied=5), Evaluate(resolved=False, satisfied=6)),
            },
            prelude=FUND,
            way=_ACCEPTED,
            incidents=taken_away(9),
        ),
    ),
}
