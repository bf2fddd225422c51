"""Places: exact points in range, in one spelling; and what is public and what is not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.ledger.canonical import encode, plain
from civicflow.workflows.places import DIGITS, Box, Place, Point, place

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow.plugins.storage.contract import Storage

LATITUDES = st.decimals(-90, 90, places=DIGITS)
LONGITUDES = st.decimals(-180, 180, places=DIGITS)
POINTS = st.builds(Point, LATITUDES, LONGITUDES)


class TestPoint:
    """Degrees of WGS 84, exact, latitude first."""

    @given(POINTS)
    def test_it_is_the_same_after_the_ledger(self, point: Point) -> None:
        """As text, to the last digit."""
        assert place(plain(Place(point=point))) == Place(point=point)

    @given(LATITUDES, LONGITUDES)
    def test_one_point_has_one_spelling(self, latitude: Decimal, longitude: Decimal) -> None:
        """However many zeros were written, with an exponent or without one: the bytes are the same, and people read digits."""
        one = Point(str(latitude), str(longitude))
        other = Point(latitude.scaleb(3).normalize().scaleb(-3), longitude.normalize())
        assert one == other
        assert encode(plain(one)) == encode(plain(other))
        assert not {"E", "e"} & set(str(one))

    @given(POINTS)
    def test_its_facts_are_exact(self, point: Point) -> None:
        """Ten-millionths of a degree, in integers."""
        latitude, longitude = point.e7
        assert Decimal(latitude) == point.latitude * 10**DIGITS
        assert Decimal(longitude) == point.longitude * 10**DIGITS

    @given(st.floats(-90, 90), st.floats(-180, 180))
    def test_rounded_is_the_nearest(self, latitude: float, longitude: float) -> None:
        """What a device gave is at most half of the last digit away."""
        point = Point.rounded(latitude, longitude)
        half = Decimal("5e-8")
        assert abs(point.latitude - Decimal(str(latitude))) <= half
        assert abs(point.longitude - Decimal(str(longitude))) <= half

    @pytest.mark.parametrize(
        ("latitude", "longitude", "reasons"),
        [
            ("90.0000001", "0", ["between -90 and 90"]),
            ("-91", "180.0000001", ["between -90 and 90", "between -180 and 180"]),
            ("0.00000001", "0", ["7 decimals"]),
            (1.5, "0", ["is a float"]),
            ("north", None, ["no number", "no number"]),
            ("NaN", "Infinity", ["between", "between"]),
            (True, "0", ["no number"]),
            ("1E+999999999", "1E-999999999", ["between", "7 decimals"]),
            ("1." + "0" * 30 + "1", "0", ["7 decimals"]),
            ("", "0", ["no number"]),
        ],
    )
    def test_what_is_none_is_refused(self, latitude: Any, longitude: Any, reasons: list[str]) -> None:
        """With both faults at once, each with its value."""
        with pytest.raises(InvalidInput, match="WGS 84") as raised:
            Point(latitude, longitude)
        assert len(raised.value.faults) == len(reasons)
        for fault, reason in zip(raised.value.faults, reasons, strict=True):
            assert reason in fault.reason

    @pytest.mark.parametrize("value", ["east", float("nan"), 200.0])
    def test_what_cannot_be_rounded_is_refused(self, value: Any) -> None:
        """It is no place on earth."""
        with pytest.raises(InvalidInput, match="WGS 84"):
            Point.rounded(value, 0)


class TestPlace:
    """A point, an address, a unit."""

    def test_it_holds_something(self) -> None:
        """An empty one says nothing."""
        with pytest.raises(InvalidInput, match="leave it out"):
            Place()

    @pytest.mark.parametrize(
        "given", [{"address": 3}, {"point": "34.8, 113.3"}, {"street": "x"}, {"point": {"latitude": "1"}}, {}, "x", 3]
    )
    def test_what_is_none_is_refused(self, given: Any) -> None:
        """Whoever gives a mapping gives its fields."""
        with pytest.raises(InvalidInput, match=r"place|point"):
            place(given)

    def test_nothing_is_nothing(self) -> None:
        """Most matters are given without one."""
        assert place(None) is None


WHERE = Place(point=Point("34.8029", "113.308"), address="3 Mulberry Lane", unit="group")  # type: ignore[arg-type]  # a code


class TestBox:
    """A part of the map."""

    @pytest.mark.parametrize(
        ("south", "west", "north", "east"), [("1", "0", "0", "1"), ("0", "1", "1", "0"), ("0", "0", "91", "1")]
    )
    def test_it_reaches_from_south_west_to_north_east(self, south: Any, west: Any, north: Any, east: Any) -> None:
        """Both corners are points."""
        with pytest.raises(InvalidInput, match=r"south-west|WGS 84"):
            Box(south=south, west=west, north=north, east=east)

    def test_it_finds_what_lies_in_it(self, open_town: OpenTown, storage: Storage) -> None:
        """The same cases as a slow look at each point: to the last digit, its edges included; none without a point."""
        town = open_town(storage)
        edges = ("0", "0.0000001", "1", "1.0000001", "-0.0000001")
        points = [Point(latitude, longitude) for latitude in edges for longitude in edges]
        for number, point in enumerate(points):
            town.ordered(title=str(number), place=Place(point=point))
        town.ordered(place=Place(address="somewhere"))
        for box in (
            Box(south="0", west="0", north="1", east="1"),
            Box(south="0.0000001", west="-0.0000001", north="1.0000001", east="0"),
            Box(south="1", west="1", north="1", east="1"),
        ):
            wanted = {
                str(number)
                for number, point in enumerate(points)
                if box.south <= point.latitude <= box.north and box.west <= point.longitude <= box.east
            }
            assert {case.title for case in town.office.find(box=box).cases} == wanted
            assert wanted


class TestTickets:
    """A ticket says where its matter is."""

    def test_it_is_in_entry_case_and_facts(self, open_town: OpenTown, storage: Storage) -> None:
        """Public, its unit by id, and it is found by its point; the ledger verifies."""
        town = open_town(storage)
        ticket = town.ordered(place=WHERE)
        group = town.office.unit("group")
        kept = {"point": {"latitude": "34.8029", "longitude": "113.308"}, "address": "3 Mulberry Lane", "unit": group}
        assert town.office.ledger.entries(ticket)[0].data["place"] == kept
        assert place(town.office.case(ticket).data["place"]) == Place(
            point=WHERE.point, address="3 Mulberry Lane", unit=group
        )
        (facts,) = town.office.ledger.facts(flow="four-part-ticket")
        assert (facts.latitude, facts.longitude) == (348_029_000, 1_133_080_000)
        assert town.office.find(latitude=348_029_000).cases == (town.office.case(ticket),)
        assert town.office.ledger.verify()

    def test_without_one_nothing_is_entered(self, town: Town) -> None:
        """Not even that there is none."""
        ticket = town.ordered()
        assert "place" not in ticket.data
        (facts,) = town.office.ledger.facts(flow="four-part-ticket")
        assert (facts.latitude, facts.longitude) == (None, None)

    def test_without_a_point_it_is_not_on_the_map(self, town: Town) -> None:
        """An address alone has no latitude."""
        town.ordered(place=Place(address="behind the market"))
        (facts,) = town.office.ledger.facts(flow="four-part-ticket")
        assert facts.latitude is None

    def test_a_form_s_mapping_will_do(self, town: Town) -> None:
        """Where the step is taken by its name."""
        data = {"title": "A lamp", "place": {"point": {"latitude": "34.80", "longitude": "113.30"}}}
        ticket = town.office.begin("four-part-ticket", "order", data, by=town.resident, unit="community")
        assert ticket.data["place"]["point"] == {"latitude": "34.8", "longitude": "113.3"}

    def test_it_can_be_corrected(self, town: Town) -> None:
        """Figures and maps show the corrected point; what is no place is refused, and nothing is entered."""
        ticket = town.ordered(place=WHERE)
        order = town.office.ledger.entries(ticket)[0]
        right = Place(point=Point("34.8030", "113.308"))
        town.office.correct(order, {"place": right}, by=town.secretary(), why="the other side")
        assert town.office.find(latitude=348_030_000).cases[0].id == ticket.id
        before = town.position()
        with pytest.raises(InvalidInput, match="place"):
            town.office.correct(order, {"place": "somewhere"}, by=town.secretary(), why="x")
        assert town.position() == before
