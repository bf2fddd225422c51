"""Schemes of levels as they are practised in some places, and one for places elsewhere.

The Chinese ones follow what these places publish about their levels; names are those of the glossary. Use one by its
name in a register file (``scheme: chengdu``), or write your own levels there.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from civicflow.errors import NotFound
from civicflow.hierarchy.scheme import Level, LevelScheme, near

_PROVINCE = "Province | 省"
_CITY = "City | 市"
_PREFECTURE = "City (Prefecture) | 市(州)"
_DISTRICT = "District | 区"
_COUNTY = "County | 县"
_SUBDISTRICT = "Subdistrict | 街道"
_TOWN = "Town | 镇"
_TOWNSHIP = "Township | 乡"
_COMMUNITY = "Community | 社区"
_VILLAGE = "Village | 村"
_GROUP = "Residents' Group | 居民小组"
_GRID = "Grid | 网格"
_COMPOUND = "Compound | 小区/院落"
_BUILDING = "Building | 楼栋"
_SEATS = ("subdistrict", "town", "township")

CHENGDU = LevelScheme(
    "chengdu",
    (
        Level("city", _CITY),
        Level("district", _DISTRICT, ("city",), top=True),
        Level("county", _COUNTY, ("city",), top=True),
        Level("subdistrict", _SUBDISTRICT, ("district", "county"), top=True),
        Level("town", _TOWN, ("district", "county"), top=True),
        Level("township", _TOWNSHIP, ("district", "county"), top=True),
        Level("community", _COMMUNITY, _SEATS),
        Level("village", _VILLAGE, _SEATS),
        Level("residents-group", _GROUP, ("community", "village")),
        Level("grid", _GRID, ("community", "village")),
        Level("compound", _COMPOUND, ("residents-group", "grid", "community", "village")),
    ),
)
"""街道/乡镇 – 社区/村 – 小组/网格 – 基本单元, the city and its districts optional above."""

SHANGJIE = LevelScheme(
    "shangjie",
    (
        Level("district", _DISTRICT),
        Level("subdistrict", _SUBDISTRICT, ("district",)),
        Level("town", _TOWN, ("district",)),
        Level("community", _COMMUNITY, ("subdistrict", "town")),
        Level("village", _VILLAGE, ("subdistrict", "town")),
        Level("joint-area", "Joint Area | 联合片区", ("subdistrict", "town", "community", "village")),
        Level("compound", "Compound | 楼院", ("community", "village", "joint-area")),
        Level("building", _BUILDING, ("compound",)),
    ),
)
"""区 – 街道/镇 – 社区/村 – 楼院, with joint areas (联合片区) between where they exist."""

LESHAN = LevelScheme(
    "leshan",
    (
        Level("district", _DISTRICT),
        Level("subdistrict", _SUBDISTRICT, ("district",)),
        Level("town", _TOWN, ("district",)),
        Level("township", _TOWNSHIP, ("district",)),
        Level("community", _COMMUNITY, _SEATS),
        Level("village", _VILLAGE, _SEATS),
        Level("compound", _COMPOUND, ("community", "village")),
        Level("building", _BUILDING, ("compound",)),
    ),
)
"""区 – 街 – 社 – 院 – 楼."""

SICHUAN = LevelScheme(
    "sichuan",
    (
        Level("province", _PROVINCE),
        Level("city", _PREFECTURE, ("province",), top=True),
        Level("county", _COUNTY, ("city",), top=True),
        Level("district", _DISTRICT, ("city",), top=True),
        Level("subdistrict", _SUBDISTRICT, ("county", "district")),
        Level("town", _TOWN, ("county", "district")),
        Level("township", _TOWNSHIP, ("county", "district")),
        Level("community", _COMMUNITY, _SEATS),
        Level("village", _VILLAGE, _SEATS),
        Level("residents-group", "Group | 组", ("community", "village")),
    ),
)
"""省 – 市(州) – 县 – 街道/乡镇 – 社区/村 – 组; a county may keep a register of its own."""

GENERIC = LevelScheme(
    "generic",
    (
        Level("city", _CITY),
        Level("district", _DISTRICT, ("city",)),
        Level("neighbourhood", "Neighbourhood | 街区", ("district", "city")),
    ),
)
"""City – district – neighbourhood, for places elsewhere; small cities skip the district."""

PRESETS: Mapping[str, LevelScheme] = MappingProxyType(
    {scheme.name: scheme for scheme in (CHENGDU, SHANGJIE, LESHAN, SICHUAN, GENERIC)}
)
"""The schemes above by name."""


def preset(name: str) -> LevelScheme:
    """The scheme of that name.

    >>> preset("leshan").may_hang("building", "compound")
    True

    Raises:
        NotFound: if there is none.
    """
    try:
        return PRESETS[name]
    except KeyError:
        msg = f"no level scheme {name!r}{near(name, PRESETS)}; there are {', '.join(PRESETS)}, or write the levels out"
        raise NotFound(msg) from None
