"""What the ledger says, in tables. Every figure is read from the office; none is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from zoneinfo import ZoneInfo

import boston
from civicflow import Actor, Case, Office, Text
from civicflow.calendars import to_micros
from civicflow.ledger.entries import Entry
from civicflow.ledger.figures import Rates, rates
from civicflow.workflows.engine.flow import BESIDE
from civicflow.workflows.funds.fund import available, reserved
from tables import table

FIGURES = (
    "cases | 事项",
    "on time | 按时办理",
    "resolved | 已解决",
    "satisfied | 满意",
    "open | 未办结",
    "overdue | 逾期",
)
ROLES = {"lead": Text("lead", "主办"), "assist": Text("assist", "协办")}
NOBODY = "–"


def figures(first: str, groups: Iterable[tuple[object, Rates]]) -> str:
    """A table of rates, each with its denominator.

    Args:
        first: the heading of the first column, in both languages.
        groups: what each line is about, and its rates.
    """
    return table(
        (first, *FIGURES),
        ((name, r.cases, r.on_time, r.resolved, r.satisfied, r.open, r.overdue) for name, r in groups),
    )


def named(office: Office, groups: Mapping[str | None, Rates]) -> Sequence[tuple[object, Rates]]:
    """Groups of units by their names, the units of the map in order of their codes."""
    chart = office.chart()
    known = [(chart.code(unit), chart.name(unit), found) for unit, found in groups.items() if unit is not None]
    return [(name, found) for _, name, found in sorted(known, key=itemgetter(0))]


def largest(groups: Mapping[str | None, Rates], count: int) -> Sequence[tuple[object, Rates]]:
    """The groups with the most cases."""
    ordered = sorted(groups.items(), key=lambda group: (-group[1].cases, group[0] or ""))
    return [(name or NOBODY, found) for name, found in ordered[:count]]


def state(office: Office, case: Case) -> Text:
    """Where a case stands, as its own rules name it."""
    return office.flows.rules(case.flow).states[case.state].text


def shares(office: Office, ticket: Case) -> str:
    """Who has a share of a ticket, and where it stands."""
    chart = office.chart()
    return table(
        ("body | 单位", "share | 承办", "state | 状态"),
        ((chart.name(share.body or ""), ROLES[share.slot], state(office, share)) for share in office.shares(ticket)),
    )


def history(office: Office, case: Case, zone: str) -> str:
    """Every entry of a matter, by the clock of its place."""
    return table(
        ("when | 时间", "step | 动作", "by | 操作主体"),
        (
            (_local(entry.recorded, zone), _step(office, entry), actor(office, entry.by))
            for entry in office.ledger.entries(case)
        ),
    )


def added(office: Office, case: Case) -> str:
    """What was added beside a case: attachments with their size in bytes, and notes; private words are not shown."""
    private = Text("private", "非公开")
    files = [(a.name if a.public else private, a.type, a.size) for a in office.attachments(case)]
    notes = [(n.text if n.public else private, "note | 备注", len(n.text.encode())) for n in office.notes(case)]
    return table(("added | 附加", "type | 类型", "bytes | 字节"), [*files, *notes])


def votes(office: Office, proposals: Iterable[Case]) -> str:
    """How each vote came out, in the words of the minutes, and what became of the proposal."""
    return "\n".join(
        f"  {proposal.data['title']}\n"
        f"    group | 院落议事会:   {proposal.data['group']['minutes']}\n"
        f"    council | 社区议事会: {proposal.data['council']['minutes']}\n"
        f"    objections | 异议:    {_objections(office, proposal)}\n"
        f"    outcome | 结果:       {state(office, proposal)}"
        for proposal in proposals
    )


def money(funds: Iterable[Case]) -> str:
    """What each fund holds."""
    return table(
        ("fund | 资金账户", "reserved | 已预留", "available | 可用"),
        ((fund.data["title"], reserved(fund), available(fund)) for fund in funds),
    )


def verdicts(office: Office, requests: Iterable[boston.Request]) -> str:
    """Of what was closed and had a target: how much was on time, as the file says and as the ledger judges."""
    closed = [request for request in requests if request.closed and request.target]
    facts = [facts for facts in office.ledger.facts(under=boston.CITY) if facts.closed and facts.promise]
    ours = rates(facts, max(to_micros(request.closed) for request in closed if request.closed)).on_time
    return table(
        ("closed, with a target | 已办结且有时限", "on time | 按时", "of | 共"),
        (
            (Text("as the file says", "文件所载"), sum(request.on_time for request in closed), len(closed)),
            (Text("as the ledger judges", "台账判定"), ours.n, ours.of),
        ),
    )


def actor(office: Office, who: Actor) -> Text:
    """An actor by post and unit; persons are never named."""
    if who.kind != "person":
        return {"clock": Text("the clock", "时钟"), "join": Text("the shares together", "各承办合并判定")}.get(
            who.kind, Text("a rule", "规则")
        )
    if who.post is None or who.unit is None:
        return Text("a resident", "居民")
    chart = office.chart()
    title, unit = chart.title(who.unit, who.post), chart.name(who.unit)
    return Text(f"{title.en}, {unit.en}", f"{unit.zh}{title.zh}")


def _step(office: Office, entry: Entry) -> Text:
    steps = office.flows.rules(entry.flow).flow.steps
    return BESIDE.get(entry.step) or next(step.text for step in steps if step.name == entry.step)


def _objections(office: Office, proposal: Case) -> str:
    found = [f"“{raised.data['text']}” {state(office, raised)}" for raised in office.councils.objections(proposal)]
    return "; ".join(found) or NOBODY


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
