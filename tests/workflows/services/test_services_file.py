"""A catalogue from a file: every fault at once, with its place; what was written reads back as the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import civicflow
from civicflow import InvalidInput, Money
from civicflow.calendars import TimeLimit
from civicflow.workflows.files.services import read_services, write_services
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Document, Service

if TYPE_CHECKING:
    from civicflow.errors import Fault

YAML = """
services:
  - name: stall
    text: stall permit | 摆摊许可
    owner: health
    documents: {id: identity card | 身份证, photo: {text: photo | 照片, optional: true}}
    within: 5 workdays
    delegations:
      - {to: kind station, until: 2026-06-01, basis: District Order 3}
      - {to: hall, areas: [community]}
  - {name: meals, text: meals | 助餐, owner: emergency, kind: livelihood, fee: 5.00 CNY, channels: [desk, app]}
"""
CSV = """name,text,owner,kind,documents,within,fee,channels,to,areas,since,until,basis
stall,stall permit | 摆摊许可,health,,id: identity card | 身份证; photo?: photo | 照片,5 workdays,,,kind station,,,2026-06-01,District Order 3
meals,meals | 助餐,emergency,livelihood,,,5.00 CNY,desk; app,,,,,
stall,,,,,,,,hall,community,,,
"""
STALL = Service(
    name="stall",
    text="stall permit | 摆摊许可",
    owner="health",
    documents=[
        Document(name="id", text="identity card | 身份证"),
        Document(name="photo", text="photo | 照片", optional=True),
    ],
    within=TimeLimit(5, "workdays"),
    delegations=[
        Delegation(to="kind station", until=date(2026, 6, 1), basis="District Order 3"),
        Delegation(to="hall", areas="community"),
    ],
)
MEALS = Service(
    name="meals", text="meals | 助餐", owner="emergency", kind="livelihood", fee=Money(5), channels=["desk", "app"]
)


@pytest.mark.parametrize(("text", "format"), [(YAML, "yaml"), (CSV, "csv")])
def test_rows_and_records_say_the_same(text: str, format: str) -> None:
    """The same catalogue, in either form."""
    assert read_services(text, source="s", format=format) == Catalogue((STALL, MEALS))  # type: ignore[arg-type]  # one of both


def test_an_office_reads_it(tmp_path: Path) -> None:
    """By its path, whatever its ending says; another ending is named."""
    for name, text in (("s.yaml", YAML), ("s.csv", CSV)):
        tmp_path.joinpath(name).write_text(text, encoding="utf-8")
        with civicflow.open("memory://", services=tmp_path / name) as office:
            assert [service.name for service in office.services.catalogue.services] == ["stall", "meals"]
    with pytest.raises(InvalidInput, match="ends in"):
        civicflow.open("memory://", services=tmp_path / "s.txt")


def faults(text: str, format: str) -> list[Fault]:
    """What is wrong with a file."""
    with pytest.raises(InvalidInput, match="nothing was loaded") as caught:
        read_services(text, source="s", format=format)  # type: ignore[arg-type]  # one of both
    assert all(fault.text and fault.text.zh for fault in caught.value.faults)
    return list(caught.value.faults)


def test_every_fault_of_records_at_once() -> None:
    """With line, path and value."""
    found = faults(
        """
services:
  - {name: two words, text: stall | 摊, owner: health}
  - {name: b, text: no Chinese, owner: health, fee: much, colour: red}
  - {name: c, text: c | 丙, owner: health, delegations: [{to: hall, since: 2026-02-30}, {since: 2026-03-01, to: a, until: 2026-03-01}]}
""",
        "yaml",
    )
    assert [(fault.line, fault.path, fault.value) for fault in found] == [
        (3, "services[0].name", "two words"),
        (4, "services[1].colour", "colour"),
        (4, "services[1].text", "no Chinese"),
        (4, "services[1].fee", "much"),
        (5, "services[2].delegations[0].since", "2026-02-30"),
        (5, "services[2].delegations[1]", ""),
    ]


def test_every_fault_of_rows_at_once() -> None:
    """Columns that are unknown, cells that say nothing that fits, rows that are too long, a service without an owner."""
    found = faults(
        "name,text,owner,fee,shade\nb,only English,health,much,\nc,c | 丙,,,\nd,d | 丁,health,,,,\n",
        "csv",
    )
    assert {(fault.line, fault.path, fault.value) for fault in found} == {
        (1, "shade", "shade"),
        (2, "services[0].text", "only English"),
        (2, "services[0].fee", "much"),
        (3, "services[1].owner", ""),
        (4, "", ""),
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty; begin with a row that names the columns"),
        ("name;text;owner\na;a | 甲;b\n", "there is no such key"),
        ('name,text\n"a', "not CSV"),
        ("name,text,owner\na,a | 甲,b\na,b | 乙,b\n", "a stands twice"),
        ("name,text,owner,to\na,a | 甲,b,\na,,,\n", "is missing"),
    ],
    ids=["empty", "semicolons", "no table", "twice", "a row that says nothing"],
)
def test_tables_that_are_none(text: str, says: str) -> None:
    """And services that come twice."""
    with pytest.raises(InvalidInput) as caught:
        read_services(text, source="s", format="csv")
    assert says in str(caught.value)


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,5}", fullmatch=True)
TEXTS = st.sampled_from(["stall | 摊", "a: b, c | 甲：乙", "x # y | 丙"])
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 1))
DELEGATIONS = st.builds(
    Delegation,
    to=st.sampled_from(["hall", "kind station"]),
    areas=st.lists(NAMES, max_size=2),
    since=DAYS,
    until=st.none() | st.dates(date(2026, 7, 1), date(2026, 12, 1)),
    basis=st.sampled_from(["", "Order 3"]),
)
SERVICES = st.builds(
    Service,
    name=NAMES,
    text=TEXTS,
    owner=NAMES,
    kind=st.sampled_from(["approval", "livelihood"]),
    documents=st.lists(
        st.builds(Document, name=NAMES, text=TEXTS, optional=st.booleans()), max_size=3, unique_by=lambda one: one.name
    ),
    within=st.builds(TimeLimit, st.integers(1, 90), st.sampled_from(["workdays", "days", "hours"])),
    fee=st.none() | st.integers(1, 10_000).map(lambda cents: Money(f"{cents // 100}.{cents % 100:02}")),
    provider=st.sampled_from(["", "hub"]),
    channels=st.lists(st.sampled_from(["desk", "app"]), unique=True),
    delegations=st.lists(DELEGATIONS, max_size=2),
)


@given(
    services=st.lists(SERVICES, max_size=3, unique_by=lambda one: one.name), format=st.sampled_from(["yaml", "json"])
)
def test_what_was_written_reads_back(services: list[Service], format: str) -> None:
    """As the same, in both forms."""
    catalogue = Catalogue(services)
    written = write_services(catalogue, format=format)  # type: ignore[arg-type]  # one of both
    assert read_services(written, source="s", format=format) == catalogue  # type: ignore[arg-type]  # one of both
