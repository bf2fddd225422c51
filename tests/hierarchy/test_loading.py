"""Loading a file again: from when, the same thing, what became otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from civicflow.errors import InvalidInput
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.ids import IdSource

MARCH, JUNE, SEPTEMBER = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


class Town:
    """A register that files are loaded into."""

    def __init__(self, ids: IdSource) -> None:
        self.ids, self.register = ids, Register()

    def load(
        self, areas: str, on: date, *, bodies: str = "", head: str = "since: 2020-01-01", name: str = "t"
    ) -> list[str]:
        """Load a file of that name; returns the acts of its changes."""
        text = f"register: {name}\nscheme: generic\n{head}\nareas: [{areas}]\nbodies: [{bodies}]\n"
        changes = self.register.diff(read(text, source="f", format="yaml"), on, self.ids)
        self.register = self.register.apply(changes, self.register.version + 1)
        return [change.act for change in changes]

    def history(self, code: str) -> list[tuple[str, str, str]]:
        """The rows that bear a code: name, since, until."""
        rows = [row for rows in self.register.rows.values() for row in rows if getattr(row, "code", "") == code]
        return [(row.name.zh, str(row.since), str(row.until)) for row in rows]  # type: ignore[union-attr]


@pytest.fixture
def town(ids: IdSource) -> Town:
    """A register without anything."""
    return Town(ids)


class TestFromWhen:
    """What is new begins on its own day, the file's on its first load, or the day of loading."""

    def test_the_files_since_is_for_its_first_load(self, town: Town) -> None:
        """What a later edition adds begins on the day it is loaded, unless it says otherwise."""
        assert town.load("{code: a, name: 甲, level: city}", MARCH) == ["adopt", "establish"]
        extra = "{code: a, name: 甲, level: city}, {code: b, name: 乙, level: city}, {code: c, name: 丙, level: city, since: 2022-01-01}"
        assert town.load(extra, JUNE) == ["establish", "establish"]
        assert town.history("a") == [("甲", "2020-01-01", "None")]
        assert town.history("b") == [("乙", "2026-06-01", "None")]
        assert town.history("c") == [("丙", "2022-01-01", "None")]
        assert town.load(extra, SEPTEMBER) == []

    def test_a_file_for_a_later_day_speaks_from_then(self, town: Town) -> None:
        """Loaded ahead, it plans; what is missing ends on its day, not today."""
        town.load("{code: a, name: 甲, level: city}", MARCH)
        assert town.load("{code: b, name: 乙, level: city}", MARCH, head="since: 2026-06-01") == [
            "establish",
            "dissolve",
        ]
        assert town.history("a") == [("甲", "2020-01-01", "2026-06-01")]
        assert town.history("b") == [("乙", "2026-06-01", "None")]

    def test_no_date_at_all_is_the_day_of_loading(self, town: Town) -> None:
        """Without any since a file begins when it is loaded, and an end must come after."""
        town.load("{code: a, name: 甲, level: city}", MARCH, head="")
        assert town.history("a") == [("甲", "2026-03-01", "None")]
        with pytest.raises(InvalidInput, match="after its beginning on 2026-06-01"):
            town.load("{code: z, name: 甲, level: city, until: 2026-04-01}", JUNE, head="")

    def test_posts_and_holders_follow_their_body(self, town: Town) -> None:
        """A new body's posts begin and end with it; a new holder of an old post begins on the day."""
        area = "{code: a, name: 甲, level: city}"
        body = "{code: b, name: 会, kind: council, area: a, since: 2021-01-01, until: 2027-01-01, posts: {chair: %s}}"
        town.load(area, MARCH, bodies=body % "p1")
        assert town.load(area, JUNE, bodies=body % "p2") == ["appoint", "relieve"]
        chair = town.register.chart(MARCH).resolve("b")
        assert town.register.chart(date(2021, 1, 1)).holders("chair", chair) == ("p1",)
        assert town.register.chart(JUNE).holders("chair", chair) == ("p2",)
        assert town.register.chart(date(2027, 1, 1)).posts(chair) == ()


class TestOtherwise:
    """What became otherwise does so on the day, or on a since that is later than the row."""

    def test_a_rename_closes_a_row_and_opens_the_next(self, town: Town) -> None:
        """The id stays; the since of founding re-dates nothing."""
        town.load("{code: a, name: 甲, level: city, since: 2020-01-01}", MARCH)
        assert town.load("{code: a, name: 乙, level: city, since: 2020-01-01}", JUNE) == ["adjust"]
        assert town.history("a") == [("甲", "2020-01-01", "2026-06-01"), ("乙", "2026-06-01", "None")]

    def test_a_later_since_dates_the_change(self, town: Town) -> None:
        """In the past of loading it is back-dated, also afterwards; in the future it is planned, and can be dropped."""
        town.load("{code: a, name: 甲, level: city}", MARCH)
        town.load("{code: a, name: 乙, level: city, since: 2026-04-01}", JUNE)
        assert town.history("a") == [("甲", "2020-01-01", "2026-04-01"), ("乙", "2026-04-01", "None")]
        town.load("{code: a, name: 乙, level: city, since: 2026-02-01}", JUNE)
        assert town.history("a") == [("甲", "2020-01-01", "2026-02-01"), ("乙", "2026-02-01", "None")]
        town.load("{code: a, name: 丙, level: city, since: 2026-09-01}", JUNE)
        assert town.history("a")[1:] == [("乙", "2026-02-01", "2026-09-01"), ("丙", "2026-09-01", "None")]
        town.load("{code: a, name: 乙, level: city}", JUNE)
        assert town.history("a") == [("甲", "2020-01-01", "2026-02-01"), ("乙", "2026-02-01", "None")]

    def test_an_earlier_since_carries_the_first_row_back(self, town: Town) -> None:
        """Whatever was renamed later, the beginning is the first row's; with a rename at once both hold."""
        town.load("{code: a, name: 甲, level: city}", MARCH)
        town.load("{code: a, name: 乙, level: city, since: 2019-01-01}", JUNE)
        assert town.history("a") == [("甲", "2019-01-01", "2026-06-01"), ("乙", "2026-06-01", "None")]

    def test_an_end_may_come_go_and_move(self, town: Town) -> None:
        """An end to come is set, moved and lifted; a past thing may be kept in the file for ever."""
        town.load("{code: a, name: 甲, level: city}", MARCH)
        assert town.load("{code: a, name: 甲, level: city, until: 2026-09-01}", MARCH) == ["dissolve"]
        assert town.load("{code: a, name: 甲, level: city, until: 2026-10-01}", MARCH) == ["adjust"]
        assert town.load("{code: a, name: 甲, level: city}", MARCH) == ["adjust"]
        assert town.history("a") == [("甲", "2020-01-01", "None")]
        assert town.load("{code: a, name: 甲, level: city, until: 2026-04-01}", JUNE) == ["dissolve"]
        assert town.load("{code: a, name: 甲, level: city, until: 2026-04-01}", SEPTEMBER) == []
        assert town.load("{code: a, name: 乙, level: city, until: 2026-04-01}", SEPTEMBER) == ["adjust"]
        assert town.history("a") == [("乙", "2020-01-01", "2026-04-01")]


class TestTheSameThing:
    """A code on a day names one thing; a code that comes back names a new one."""

    def test_a_code_comes_back_for_somebody_else(self, town: Town) -> None:
        """A re-used code is a new id from the day; claiming the years of the old bearer is a fault with its line."""
        town.load("{code: a, name: 甲, level: city}, {code: b, name: 乙, level: city}", MARCH)
        town.load("{code: b, name: 乙, level: city}", JUNE)
        both = "{code: b, name: 乙, level: city},\n  {code: a, name: 新, level: city%s}"
        with pytest.raises(InvalidInput, match=r"f:5:3: areas\[1\]: .*the code is until 2026-06-01 borne by U-1 甲"):
            town.load(both % ", since: 2021-01-01", SEPTEMBER)
        town.load(both % "", SEPTEMBER)
        assert town.history("a") == [("甲", "2020-01-01", "2026-06-01"), ("新", "2026-09-01", "None")]


class TestOtherRegisters:
    """Rows that another file keeps are never touched, and may be built upon."""

    def test_another_file_is_left_alone(self, town: Town) -> None:
        """Codes may be alike in two files; loading one says nothing about the other."""
        town.load("{code: a, name: 甲, level: city}", MARCH)
        assert town.load("{code: a, name: 另, level: city}", MARCH, name="u") == ["adopt", "establish"]
        assert town.load("", JUNE) == ["dissolve"]
        assert town.history("a") == [("甲", "2020-01-01", "2026-06-01"), ("另", "2020-01-01", "None")]

    def test_a_file_builds_upon_another(self, town: Town) -> None:
        """A code that is declared as kept elsewhere is found there; its level, its life and its absence are checked."""
        city = "{code: a, name: 甲, level: city}, {code: n, name: 街, level: neighbourhood, parent: a}"
        with pytest.raises(InvalidInput, match="no other register has it"):
            town.load("", MARCH, name="u", head="elsewhere: [a]")
        town.load(city, MARCH)
        low = "{code: d, name: 区, level: district, parent: %s}"
        with pytest.raises(InvalidInput, match=r"f:4:53: .*a district does not hang under a neighbourhood"):
            town.load(low % "n", MARCH, name="u", head="elsewhere: n")
        with pytest.raises(InvalidInput, match="which does not exist on 2019-01-01"):
            town.load(low % "a".replace("a", "a, since: 2019-01-01"), MARCH, name="u", head="elsewhere: a")
        town.load(low % "a", MARCH, name="u", head="elsewhere: a")
        with pytest.raises(
            InvalidInput, match=r"d 区 \(register 'u'\) hangs under the area a 甲, which does not exist"
        ):
            town.load("", JUNE)
        town.load("{code: a, name: 另, level: city}", MARCH, name="v")
        with pytest.raises(InvalidInput, match="several registers have it"):
            town.load(low % "a", MARCH, name="u", head="elsewhere: a")

    def test_what_was_planned_can_be_brought_forward(self, town: Town) -> None:
        """A thing that was to begin later keeps its id when it begins earlier."""
        a = "{code: a, name: 甲, level: city}"
        town.load(a + ", {code: p, name: 新, level: city, since: 2026-09-01}", MARCH)
        town.load(a + ", {code: p, name: 新, level: city, since: 2026-06-01}", MARCH)
        assert town.history("p") == [("新", "2026-06-01", "None")]
        assert [id for id in town.register.rows if id.startswith("U")] == ["U-1", "U-2"]

    def test_kinds_and_levels_are_adopted_when_they_change(self, town: Town) -> None:
        """A file's own kinds are known to the chart; adopting them again changes nothing."""
        area = "{code: a, name: 甲, level: city}"
        body = "{code: b, name: 会, kind: guild, area: a}"
        head = "kinds: {guild: Guild | 行会}"
        assert town.load(area, MARCH, bodies=body, head=head) == ["adopt", "establish", "establish"]
        assert town.load(area, MARCH, bodies=body, head=head) == []
        chart = town.register.chart(MARCH)
        assert chart.kind(chart.resolve("b")).text.zh == "行会"
        assert town.load(area, MARCH, bodies=body, head="kinds: {guild: Guild | 同业会}") == ["adopt"]


class TestExamples:
    """The registers under examples/ say what their headers promise."""

    def test_shangjie_is_the_real_district(self, town: Town, example: Callable[[str], str]) -> None:
        """71 areas, a secretary in each, 16 partners with an officer; the community of the four-part ticket."""
        document = read(example("shangjie"), source="shangjie.yaml", format="yaml")
        register = Register().apply(Register().diff(document, MARCH, town.ids), 1)
        chart = register.chart(MARCH)
        levels = [area.level for area in document.areas]
        assert {level: levels.count(level) for level in levels} == {
            "district": 1,
            "subdistrict": 5,
            "town": 1,
            "community": 42,
            "village": 22,
        }
        areas = [id for root in chart.roots for id in chart.under(root) if chart.area_of(id) == id]
        assert all(len(chart.holders("secretary", area)) == 1 for area in areas)
        sanwan = chart.resolve("410106001005")
        assert chart.holders("secretary", sanwan) == ("secretary-1",)
        assert chart.holds("officer-1", "officer", chart.resolve("emergency"))
        assert len(chart.holders("officer", chart.resolve("410106"))) == 16
        assert {chart.code(chart.resolve(code)) for code in ("health", "traffic-police")} == {
            "health",
            "traffic-police",
        }
        assert chart.code(chart.above(chart.resolve("party-410106001005")) or "") == "party-410106001"
        assert register.diff(document, JUNE, town.ids) == ()

    def test_beiyuan_has_its_two_councils(self, town: Town, example: Callable[[str], str]) -> None:
        """5 delegates in the group, 37 seats filled in the community, a chair among them."""
        document = read(example("beiyuan"), source="beiyuan.yaml", format="yaml")
        chart = Register().apply(Register().diff(document, MARCH, town.ids), 1).chart(MARCH)
        group, community = chart.resolve("council-beiyuan"), chart.resolve("council-jinyang-1")
        assert (chart.seats(group, "delegate"), len(chart.holders("delegate", group))) == (5, 5)
        assert (chart.seats(community, "delegate"), len(chart.holders("delegate", community))) == (37, 37)
        assert set(chart.holders("chair", community)) <= set(chart.holders("delegate", community))
        assert len(chart.holders("secretary", chart.resolve("jinyang"))) == 1
