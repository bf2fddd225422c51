"""Bainuoyuan, a compound in Leshan, and its residents' handbook: which parking rule was in force on which day?

REAL: that the handbook is made by owners' delegates, building heads and Party members of the compound. SYNTHETIC: what it says, its
days, its decisions, the persons.

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
from civicflow import Office
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
bodies:
  - {code: branch, name: "Compound branch | 小区党支部", kind: party-organisation, area: bainuoyuan, posts: {secretary: gu}}
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
    """Tell which rule held when."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'bainuoyuan.db'}", clock=clock) as office:
            history = live_through(office, clock)
    rows = spans(history, "parking", date(2019, 1, 1), date(2020, 12, 31))
    headings = ["from | 自", "to | 至", "parking | 停车", "decision | 决定"]
    print(table(headings, [(str(a), str(b), text or "–", by or "–") for a, b, text, by in rows]))


if __name__ == "__main__":
    main()
