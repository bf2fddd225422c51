"""Where a matter is: a point on the map, an address in words, a unit.

Points are in degrees of WGS 84, as Open311 (GeoReport v2, ``lat`` and ``long``), GeoJSON (RFC 7946) and satellites have
them. Maps made in China show GCJ-02, and one provider's BD-09: some hundred metres off. Converting those is the host's,
which knows what its map gave it; nothing here can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.ids import UnitId

DIGITS: Final = 7
"""Decimals of a degree: the last one is about a centimetre."""

_LONG: Final = 28
"""Digits: more than a degree is ever written with, and as many as a Decimal counts with."""

_BOUNDS: Final = {"latitude": 90, "longitude": 180}


def _degrees(value: object) -> Decimal:
    """An exact number of degrees in its shortest spelling; what cannot be one is left for the check."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return cast("Decimal", value)
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return cast("Decimal", value)
    # What is no degree by far is left alone: spelled out, 1E+999999999 would fill the memory.
    usual = exact.is_finite() and abs(exact.adjusted()) < _LONG and len(exact.as_tuple().digits) < _LONG
    return Decimal(f"{exact.normalize() + 0:f}") if usual else exact


@attrs.frozen(weakref_slot=False)
class Point:
    """A point on the map, in degrees of WGS 84.

    >>> Point("34.8029", "113.308")
    Point(latitude=Decimal('34.8029'), longitude=Decimal('113.308'))

    Attributes:
        latitude: from -90 (south) to 90 (north), exact, with seven decimals at most (about a centimetre).
        longitude: from -180 (west) to 180 (east), exact, with seven decimals at most.

    Raises:
        InvalidInput: if either is a float, out of range or finer than that; both faults at once.
    """

    latitude: Decimal = attrs.field(converter=_degrees)
    longitude: Decimal = attrs.field(converter=_degrees)

    def __attrs_post_init__(self) -> None:
        faults = [
            Fault(reason=reason, value=repr(getattr(self, name)), path=name)
            for name, bound in _BOUNDS.items()
            if (reason := _wrong(getattr(self, name), bound))
        ]
        if faults:
            msg = "a point is given in degrees of WGS 84, latitude first"
            raise InvalidInput(msg, faults)

    @classmethod
    def rounded(cls, latitude: float | Decimal | str, longitude: float | Decimal | str) -> Point:
        """The point nearest to what a device or a browser gave, which may be a float or finer than we keep.

        >>> Point.rounded(42.359400000000001, -71.05870000000000)
        Point(latitude=Decimal('42.3594'), longitude=Decimal('-71.0587'))

        Raises:
            InvalidInput: if it is no number, or out of range.
        """
        return cls(_rounded(latitude), _rounded(longitude))

    @property
    def e7(self) -> tuple[int, int]:
        """Latitude and longitude in ten-millionths of a degree, as facts hold them.

        >>> Point("-0.5", "180").e7
        (-5000000, 1800000000)
        """
        return int(self.latitude.scaleb(DIGITS)), int(self.longitude.scaleb(DIGITS))

    def __str__(self) -> str:
        return f"{self.latitude:f}, {self.longitude:f}"


def _wrong(value: object, bound: int) -> str:
    if not isinstance(value, Decimal):
        exact = "is a float; give text or a Decimal, or take Point.rounded" if isinstance(value, float) else ""
        return exact or "is no number of degrees; give text or a Decimal"
    if not value.is_finite() or value.copy_abs() > bound:
        return f"lies between -{bound} and {bound}"
    if -cast("int", value.as_tuple().exponent) > DIGITS:
        return f"has {DIGITS} decimals at most, about a centimetre; take Point.rounded"
    return ""


def _rounded(value: float | Decimal | str) -> Decimal | str:
    try:
        return round(Decimal(str(value)), DIGITS)
    except (InvalidOperation, ValueError):
        return str(value)  # for the check to refuse


def _point(value: object) -> Point | None:
    if value is None or isinstance(value, Point):
        return value
    if isinstance(value, Mapping):
        return Point(**_fields(value, Point))
    msg = f"the point of a place is a Point or a mapping of its fields; got {value!r}"
    raise InvalidInput(msg)


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    msg = f"the address of a place is text; got {value!r}"
    raise InvalidInput(msg)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Place:
    """Where a matter is: never where whoever raised it lives, since it is public and stays.

    What leads to a person's home belongs into ``contact`` or ``details``, which are private and can be erased.

    Attributes:
        point: on the map, or None.
        address: in words, for instance a street and a number, or empty.
        unit: the area in which it lies, where that is finer than the case's own (a residents' group, a compound).

    Raises:
        InvalidInput: if it holds nothing, or what it holds is of another kind.
    """

    point: Point | None = attrs.field(default=None, converter=_point)
    address: str = attrs.field(default="", converter=_words)
    unit: UnitId | None = None

    def __attrs_post_init__(self) -> None:
        if self.point is None and not self.address and self.unit is None:
            msg = "a place has a point, an address or a unit; this one has none of them: leave it out"
            raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Box:
    """A part of the map between two parallels and two meridians, as a map on a screen shows it; its edges belong to it.

    >>> Box(south="42.35", west="-71.07", north="42.36", east="-71.05").northeast
    Point(latitude=Decimal('42.36'), longitude=Decimal('-71.05'))

    Attributes:
        south, north: latitudes, in degrees as a `Point` has them.
        west, east: longitudes. A box over the 180th meridian is asked for as two.

    Raises:
        InvalidInput: if a corner is no point, south lies above north, or west beyond east.
    """

    south: Decimal = attrs.field(converter=_degrees)
    west: Decimal = attrs.field(converter=_degrees)
    north: Decimal = attrs.field(converter=_degrees)
    east: Decimal = attrs.field(converter=_degrees)

    def __attrs_post_init__(self) -> None:
        southwest, northeast = self.southwest, self.northeast
        if southwest.latitude > northeast.latitude or southwest.longitude > northeast.longitude:
            msg = f"a box reaches from south-west to north-east; got {southwest} and {northeast}"
            raise InvalidInput(msg)

    @property
    def southwest(self) -> Point:
        """The lower left corner."""
        return Point(self.south, self.west)

    @property
    def northeast(self) -> Point:
        """The upper right corner."""
        return Point(self.north, self.east)


def place(value: object) -> Place | None:
    """A place as it is given: a `Place`, a mapping of its fields (a form's, or a ledger's), or None.

    >>> place({"point": {"latitude": "42.3594", "longitude": "-71.0587"}}).point
    Point(latitude=Decimal('42.3594'), longitude=Decimal('-71.0587'))

    Raises:
        InvalidInput: if it is none.
    """
    if value is None or isinstance(value, Place):
        return value
    if isinstance(value, Mapping):
        return Place(**_fields(value, Place))
    msg = f"a place is a Place or a mapping of its fields; got {value!r}"
    raise InvalidInput(msg)


def _fields(value: Mapping[Any, Any], cls: type[Any]) -> Mapping[str, Any]:
    known = {field.name: field.default for field in attrs.fields(cls)}
    unknown = [name for name in value if name not in known]
    missing = [name for name, default in known.items() if default is attrs.NOTHING and name not in value]
    if unknown or missing:
        msg = f"a {cls.__name__.lower()} has {', '.join(known)}; got {', '.join(map(str, value)) or 'nothing'}"
        raise InvalidInput(msg)
    return value
