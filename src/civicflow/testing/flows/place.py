"""A place for a flow to run in: three levels of areas, bodies with every post that the flow names, and people in them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import Actor, AnyOf, Anyone, Holder, Requester, Who
from civicflow.office.office import Office
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.engine.records import Case

LEVELS: Final = ("city", "district", "neighbourhood")
HERE: Final = LEVELS[-1]
"""The area whose matter a case is."""

BODIES: Final = ("first-body", "second-body")
"""The bodies that may be asked to take a share."""

_ELSEWHERE: Final = "elsewhere"
"""An area that no case comes to: whoever is there is meant as a body and never as an area's."""

_KNOWN: Final = frozenset(("unit", "above", "body", "actor"))
"""Anchors that the engine itself knows; any other is a body that a case names when it begins."""


@attrs.frozen
class Place:
    """Who is where.

    Attributes:
        flows: the flow under test, and those that it needs.
    """

    flows: tuple[Flow, ...]

    @property
    def holders(self) -> frozenset[tuple[str, str]]:
        """Every post that the flows name, each with the anchor of its unit."""
        steps = (step for flow in self.flows for step in flow.steps)
        return frozenset(holder for step in steps for holder in _holders(step.by))

    @property
    def anchors(self) -> tuple[str, ...]:
        """The anchors that a case has to name when it begins, each a body of its own here."""
        return tuple(sorted({at for _, at in self.holders} - _KNOWN))

    def register(self) -> str:
        """The register, as a JSON file says it."""
        areas = [
            {"code": level, "name": f"{level} | {level}", "level": level, **({"parent": LEVELS[n - 1]} if n else {})}
            for n, level in enumerate(LEVELS)
        ]
        areas.append({"code": _ELSEWHERE, "name": "elsewhere | 他处", "level": LEVELS[0]})
        document = {"register": "place", "scheme": "generic", "since": "2020-01-01", "areas": areas}
        return json.dumps({**document, "bodies": list(self._bodies())})

    def _bodies(self) -> Iterator[dict[str, Any]]:
        for level in LEVELS:
            yield _body(_office_of(level), level, self._posts("unit", "above"))
        for body in BODIES:
            yield _body(body, _ELSEWHERE, self._posts("body", "actor"))
        for anchor in self.anchors:
            yield _body(anchor, HERE, self._posts(anchor))

    def _posts(self, *anchors: str) -> list[str]:
        return sorted({post for post, at in self.holders if at in anchors})

    def actors(self, office: Office) -> tuple[Actor, ...]:
        """Everybody who might try something: two residents, and everybody who holds a post, in it."""
        residents = (office.act_as("resident-1"), office.act_as("resident-2"))
        held = ((post, body["code"]) for body in self._bodies() for post in body["posts"])
        return (*residents, *(office.act_as(person_of(post, body), post=post, unit=body) for post, body in held))


def is_meant(actor: Actor, who: Who, case: Case, office: Office) -> bool:
    """Whether a flow means an actor, told from the names of this place's people and not by the rule under test."""
    if isinstance(who, AnyOf):
        return any(is_meant(actor, one, case, office) for one in who.whos)
    if isinstance(who, Holder):
        bodies = _stand_for(who.at, actor, case, office)
        return actor.post == who.post and actor.person in {person_of(who.post, body) for body in bodies}
    if isinstance(who, Requester):
        return actor.person == case.requester
    return isinstance(who, Anyone)


def _stand_for(anchor: str, actor: Actor, case: Case, office: Office) -> tuple[str, ...]:
    """The codes of the bodies whose people an anchor means: of an area, all that are attached to it."""
    chart = office.chart()
    named = {"unit": case.unit, "body": case.body, "actor": actor.unit}
    if anchor == "above":
        unit = None if case.unit is None else chart.parent(case.unit)
    else:
        unit = named.get(anchor, case.anchors.get(anchor))
    if unit is None:
        return ()
    code = chart.code(unit)
    return tuple(body.code for body in chart.bodies(unit)) if code in LEVELS else (code,)


def _office_of(area: str) -> str:
    return f"office-of-{area}"


def person_of(post: str, body: str) -> str:
    """Who holds a post of a body here, for instance ``secretary-of-office-of-city``."""
    return f"{post}-of-{body}"


def _body(code: str, area: str, posts: Iterable[str]) -> dict[str, Any]:
    held = {post: person_of(post, code) for post in posts}
    return {"code": code, "name": f"{code} | {code}", "kind": "department", "area": area, "posts": held}


def _holders(who: Who) -> Iterator[tuple[str, str]]:
    if isinstance(who, AnyOf):
        for one in who.whos:
            yield from _holders(one)
    elif isinstance(who, Holder):
        yield who.post, who.at
