"""Compounds in Leshan decide on their own affairs: a handbook in versions, and three parties that decide together.

Which parking rule was in force on which day? What did branch, committee and the third party say, and what had first to be
reviewed?

REAL: that the handbook of Bainuoyuan is made by owners' delegates, building heads and Party members of the compound; that in a
compound with a property company the branch, the owners' committee and the company decide together, in one without the branch, the
self-management committee and residents; that major matters first pass prior review by the branch committee. SYNTHETIC: which
compound has a company, the second compound, what rules and matters say, their days, their decisions, the persons.

``python examples/covenants.py`` tells it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Money, Office, Refused, Text
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from civicflow.workflows.documents.versions import History
from tables import table

ZONE: Final = "Asia/Shanghai"
REGISTER: Final = """
register: bainuoyuan
scheme: leshan
since: 2018-01-01
areas:
  - {code: shizhong, name: "Shizhong District | 市中区", level: district}
  - {code: subdistrict, name: "Subdistrict | 街道", level: subdistrict, parent: shizhong}
  - {code: community, name: "Community | 社区", level: community, parent: subdistrict}
  - {code: bainuoyuan, name: "Bainuoyuan", level: compound, parent: community}
  - {code: mill, name: "Old Mill | 老磨坊小区", level: compound, parent: community}
bodies:
  - {code: branch, name: "Compound branch | 小区党支部", kind: party-organisation, area: bainuoyuan, posts: {secretary: gu}}
  - {code: owners, name: "Owners' committee | 业委会", kind: owners-committee, area: bainuoyuan, posts: {chair: he}}
  - {code: company, name: "Property company | 物业公司", kind: property-company, area: bainuoyuan, posts: {manager: ma}}
  - {code: mill-branch, name: "Compound branch | 小区党支部", kind: party-organisation, area: mill, posts: {secretary: ni}}
  - {code: mill-committee, name: "Self-management committee | 自管会", kind: self-management-committee, area: mill, posts: {chair: ou}}
  - {code: mill-residents, name: "Residents | 居民", kind: council, area: mill, posts: {delegate: {seats: 3, holders: [pu, qi, ren]}}}
"""


@attrs.frozen(kw_only=True)
class Decided:
    """A version as the compound decided it.

    Attributes:
        decision: which decision.
        decided: its day, on which it is entered.
        start: from which day on it is in force.
        rules: what it says.
    """

    decision: str
    decided: date
    start: date
    rules: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Parties:
    """The three parties of a compound, each with who speaks for it.

    Attributes:
        bodies: by party, its body.
        speakers: by party, the person and the post.
    """

    bodies: Mapping[str, str]
    speakers: Mapping[str, tuple[str, str]]

    def speaker(self, office: Office, party: str) -> Actor:
        """Who speaks for a party."""
        person, post = self.speakers[party]
        return office.act_as(person, post=post, unit=self.bodies[party])


PARTIES: Final[Mapping[str, Parties]] = {
    "bainuoyuan": Parties(
        bodies={"branch": "branch", "committee": "owners", "partner": "company"},
        speakers={"branch": ("gu", "secretary"), "committee": ("he", "chair"), "partner": ("ma", "manager")},
    ),
    "mill": Parties(
        bodies={"branch": "mill-branch", "committee": "mill-committee", "partner": "mill-residents"},
        speakers={"branch": ("ni", "secretary"), "committee": ("ou", "chair"), "partner": ("pu", "delegate")},
    ),
}
"""With a property company, and without."""


VOICES: Final = ("branch", "committee", "partner")
NOTHING: Final = Money(0)


@attrs.frozen(kw_only=True)
class Matter:
    """A matter that a compound's committee brings.

    Attributes:
        compound: whose.
        title: what it is.
        kinds: what kind of matter, in the list of major ones.
        budget: what it costs.
        against: who of the three is against it.
        silent: who of them says nothing.
        rules: the compound's rules that it adopts; None for none.
    """

    compound: str
    title: str
    kinds: Sequence[str] = ()
    budget: Money = NOTHING
    against: Sequence[str] = ()
    silent: Sequence[str] = ()
    rules: Mapping[str, str] | None = None


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of it, as the ledger holds it.

    Attributes:
        compound: the compound's name.
        title: what it was.
        refused: what whoever asked the parties without prior review was told; empty where nothing was refused.
        reviewed: whether the branch committee passed it.
        voices: by party, what it said.
        outcome: how it ended.
        days: how many days after it was brought.
    """

    compound: Text
    title: str
    refused: str
    reviewed: bool
    voices: Mapping[str, str]
    outcome: str
    days: int


HANDBOOK: Final = (
    Decided(
        decision="delegates, building heads and Party members, first meeting",
        decided=date(2019, 3, 4),
        start=date(2019, 4, 1),
        rules={"parking": "one space a flat | 每户一位", "dogs": "on a lead | 牵绳"},
    ),
    Decided(
        decision="delegates, building heads and Party members, second meeting",
        decided=date(2020, 9, 7),
        start=date(2020, 10, 1),
        rules={"parking": "guests for two hours | 访客限时两小时", "dogs": "on a lead | 牵绳"},
    ),
)

MATTERS: Final = (
    Matter(compound="bainuoyuan", title="a lamp at the gate | 大门路灯", budget=Money(800)),
    Matter(compound="bainuoyuan", title="a new surface for the lane | 重铺车道", budget=Money(60_000)),
    Matter(
        compound="bainuoyuan",
        title="the handbook, third version | 居民手册第三版",
        kinds=["own-rules"],
        rules={"parking": "guests for one hour | 访客限时一小时", "dogs": "on a lead | 牵绳"},
    ),
    Matter(compound="mill", title="a fee for the gatekeeper | 门卫费", kinds=["charges"], against=["partner"]),
    Matter(compound="mill", title="benches under the tree | 树下座椅", budget=Money(1_500)),
    Matter(compound="mill", title="a wall newspaper | 黑板报", silent=["partner"]),
)


def live_through(office: Office, clock: FrozenClock, versions: Sequence[Decided] = HANDBOOK) -> History:
    """Each version is drafted the day before its decision, and entered on the day of it."""
    clock.set(instant("2019-01-01T09:00", ZONE))
    office.register.read(REGISTER, source="bainuoyuan.yaml", format="yaml")
    secretary = office.act_as("gu", post="secretary", unit="bainuoyuan")
    handbook = ""
    for version in versions:
        clock.set(instant(f"{version.decided - timedelta(days=1)}T19:00", ZONE))
        if handbook:
            office.documents.redraft(handbook, rules=version.rules, by=secretary)
        else:
            handbook = office.documents.draft(
                "Residents' handbook | 居民手册", kind="handbook", unit="bainuoyuan", rules=version.rules, by=secretary
            ).id
        clock.set(instant(f"{version.decided}T20:00", ZONE))
        office.documents.adopt(handbook, decision=version.decision, start=version.start, by=secretary)
    return office.documents.history(handbook)


def decide_together(
    office: Office, clock: FrozenClock, matters: Sequence[Matter] = MATTERS, start: date = date(2021, 3, 1)
) -> list[Outcome]:
    """Each committee brings its matters a week apart and asks the parties at once; what is major goes to prior review first."""
    told = []
    for number, matter in enumerate(matters):
        clock.set(instant(f"{start + timedelta(days=7 * number)}T09:00", ZONE))
        parties = PARTIES[matter.compound]
        committee = parties.speaker(office, "committee")
        case = office.assemblies.bring(
            matter.title,
            unit=matter.compound,
            **parties.bodies,
            kinds=matter.kinds,
            budget=matter.budget,
            document="" if matter.rules is None else _drafted(office, matter.compound, matter.rules),
            after_days=30,
            by=committee,
        )
        refused = ""
        try:
            office.assemblies.ask(case, by=committee)
        except Refused as refusal:
            refused = refusal.refusal.say()
            clock.advance(days=1)
            office.assemblies.refer(case, by=committee)
            office.assemblies.review(case, by=parties.speaker(office, "branch"))
            office.assemblies.ask(case, by=committee)
        for party in (party for party in parties.bodies if party not in matter.silent):
            clock.advance(days=1)
            by = parties.speaker(office, party)
            if party in matter.against:
                office.assemblies.decline(case, party, "not now | 暂不", by=by)
            else:
                office.assemblies.agree(case, party, by=by)
        told.append((case.id, refused))
    for _ in range(12):  # who is silent is reminded, supervised, and recorded so
        clock.advance(days=7)
        office.tick()
    return [_outcome(office, office.case(case), refused) for case, refused in told]


def _drafted(office: Office, compound: str, rules: Mapping[str, str]) -> Case:
    """The compound's handbook, drafted anew."""
    (handbook,) = office.find(flow="document", under=compound).cases
    return office.documents.redraft(handbook, rules=rules, by=PARTIES[compound].speaker(office, "branch"))


def _outcome(office: Office, case: Case, refused: str) -> Outcome:
    entries = list(office.ledger.entries(case))
    return Outcome(
        compound=office.chart().name(case.unit or ""),
        title=str(case.data["title"]),
        refused=refused,
        reviewed=any(entry.step == "review.pass" for entry in entries),
        voices=case.data.get("voices", {}),
        outcome=case.outcome,
        days=(entries[-1].recorded - entries[0].recorded).days,
    )


def spans(history: History, topic: str, first: date, last: date) -> list[tuple[date, date, str, str]]:
    """From when to when which rule of a topic held, and by which decision: asked day by day.

    Args:
        history: the versions.
        topic: of the rule.
        first: the first day that is asked about.
        last: the last one.
    """
    found: list[tuple[date, date, str, str]] = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        rule = history.rule(topic, day)
        said = ("", "") if rule is None else (rule.text, rule.version.decision)
        if found and found[-1][2:] == said:
            found[-1] = (found[-1][0], day, *said)
        else:
            found.append((day, day, *said))
    return found


def main() -> None:
    """Tell which rule held when, and who decided what."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'compounds.db'}", clock=clock) as office:
            live_through(office, clock)
            outcomes = decide_together(office, clock)
            (handbook,) = office.find(flow="document", under="bainuoyuan").cases
            history = office.documents.history(handbook)
    rows = spans(history, "parking", date(2019, 1, 1), date(2021, 12, 31))
    headings = ["from | 自", "to | 至", "parking | 停车", "decision | 决定"]
    print(table(headings, [(str(a), str(b), text or "–", by or "–") for a, b, text, by in rows]))
    print()
    told = [
        (
            one.compound,
            one.title,
            "yes" if one.reviewed else "–",
            *map(one.voices.get, VOICES),
            one.outcome,
            str(one.days),
        )
        for one in outcomes
    ]
    parties = ["branch | 党支部", "committee | 业委会（自管会）", "company, residents | 物业（居民）"]
    print(
        table(
            ["compound | 小区", "matter | 议题", "reviewed | 前置审议", *parties, "outcome | 结果", "days | 天"], told
        )
    )
    print()
    print(next(one.refused for one in outcomes if one.refused))


if __name__ == "__main__":
    main()
