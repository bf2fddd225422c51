"""What is written is read again as what it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.document import Document, ListedArea
from civicflow.hierarchy.exporting import document_of, write
from civicflow.hierarchy.importing import _FIELDS, Format, read
from civicflow.hierarchy.presets import GENERIC
from civicflow.hierarchy.register import Register
from civicflow.ids import IdSource
from civicflow.texts import Text

DAY = date(2026, 3, 1)
HALVES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1)
NAMES = HALVES.map(Text.same) | st.builds(Text, HALVES, HALVES)


@st.composite
def cities(draw: st.DrawFn) -> Document:
    """Cities and districts of any names."""
    called = draw(st.lists(HALVES, unique=True, max_size=6))
    areas = []
    for n, code in enumerate(called):
        parent = called[0] if n else None
        since = draw(st.none() | st.dates())
        level = "district" if n else "city"
        codes = draw(st.dictionaries(st.sampled_from(["nbs", "mca"]), HALVES))
        areas.append(
            ListedArea(code=code, name=draw(NAMES), level=level, parent=parent, since=since, identifiers=codes)
        )
    return Document(register="town", scheme=GENERIC, areas=tuple(areas), source="f")


class TestWriting:
    """In each of the three formats."""

    @given(cities())
    def test_a_document_is_read_again_as_it_was(self, document: Document) -> None:
        """Law: for any codes and names, whatever a format takes for its own signs."""
        formats: tuple[Format, ...] = ("json", "yaml")
        for format in formats:
            assert read(write(document, format), source="f", format=format) == document
        again = read(write(document, "csv"), source="f", format="csv", register="town", scheme=GENERIC)
        assert again == document

    @pytest.mark.parametrize("name", ["shangjie", "beiyuan", "leshan"])
    @pytest.mark.parametrize("format", ["json", "yaml"])
    def test_a_register_is_written_and_changes_nothing(
        self, name: str, format: Literal["json", "yaml"], ids: IdSource, example: Callable[[str], str]
    ) -> None:
        """Of real registers: bodies, posts, holders, own kinds; loaded again, and loaded by another office, it is the same."""
        document = read(example(name), source=f"{name}.yaml", format="yaml")
        register = Register().apply(Register().diff(document, DAY, ids), 1)
        written = document_of(register, document.register, DAY)
        again = read(write(written, format), source=document.register, format=format)
        assert again == written
        assert register.diff(again, DAY, ids) == ()
        other = Register().apply(Register().diff(again, DAY, ids), 1)
        assert other.chart(DAY).outline() == register.chart(DAY).outline()

    def test_what_a_file_builds_upon_and_its_own_rules_are_written(self, ids: IdSource) -> None:
        """Codes that another file keeps, levels and kinds of its own, requirements, ties, who is sent by whom."""
        north = read(
            "register: north\nscheme: generic\nsince: 2020-01-01\nareas: [{code: n, name: 北, level: city}]",
            source="north",
            format="yaml",
        )
        south = read(
            """
register: south
scheme:
  levels: {district: {text: District | 区, under: [city], top: true}, city: City | 市}
  requires: {district: [{body: council, post: chair, unless: guild}, {site: reading-room}]}
  incompatible: [{posts: [council/chair, "*/clerk"], why: "not both | 不得兼任", within: anywhere, since: 2021-01-01}]
kinds: {guild: {text: Guild | 行会, answers: true}}
elsewhere: [n]
areas: [{code: s, name: 南, level: district, parent: n, aliases: [南区], identifiers: {nbs: "5111"}, until: 2030-01-01}]
bodies:
  - {code: c, name: 会, kind: council, area: s, until: 2030-01-01, posts: {chair: {holders: {person: p, on_behalf_of: g}}}}
  - {code: g, name: 行, kind: guild, area: s, until: 2030-01-01}
sites:
  - {code: r, name: 书屋, kind: reading-room, area: s, run_by: c, services: [books], hours: "Mo-Fr 09:00-17:00", walk: {s: 5, n: 20}, until: 2030-01-01}
  - {code: q, name: 书角, kind: reading-room, area: s, parent: r, until: 2030-01-01}
affiliations:
  - {kind: guides, source: g, target: c, reference: 2020-1, until: 2030-01-01}
""",
            source="south",
            format="yaml",
        )
        register = Register().apply(Register().diff(north, DAY, ids), 1)
        register = register.apply(register.diff(south, DAY, ids), 2)
        written = document_of(register, "south", DAY)
        assert written.elsewhere == ("n",)
        text = "".join(write(written, "yaml"))
        assert {
            key for keys in _FIELDS.values() for key in keys if f'"{key}": ' not in text and f"{key}:" not in text
        } == {
            "like"  # which is another way to write levels
        }
        again = read(text, source="south", format="yaml")
        assert again == written
        assert register.diff(again, DAY, ids) == ()
        with pytest.raises(InvalidInput, match="6 records say more"):
            write(attrs.evolve(written, elsewhere=()), "csv")
        with pytest.raises(InvalidInput, match="nothing was loaded under the name 'east'; there is north, south"):
            document_of(register, "east", DAY)

    def test_yaml_is_written_as_far_as_it_is_read(self) -> None:
        """Beyond, the error says why and what to write instead."""
        areas = tuple(ListedArea(code=f"{n:012}", name="甲" * 60, level="city") for n in range(25_000))
        document = Document(register="r", scheme=GENERIC, areas=areas)
        with pytest.raises(InvalidInput, match=r"up to 4,194,304 bytes, because PyYAML .*; write JSON or CSV"):
            write(document, "yaml")
        assert sum(1 for _ in write(document, "json")) > len(areas)
