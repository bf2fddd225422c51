"""Scenes: what exploration is told beside the flow. Without one it makes do with values by type and nothing beside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from civicflow.ids import CaseId
from civicflow.texts import Text, bilingual

MAIN: Final = CaseId("main")
"""The case whose flow is explored."""


@attrs.frozen(kw_only=True)
class Incident:
    """One step that a scene has happen: in the prelude, on the way, or at most once in a story, at whatever moment.

    Attributes:
        case: the case; it begins with its first incident. A mass child of which nothing more happens may be called ``main`` as its parent.
        flow: the flow of its first incident, else empty.
        step: its name.
        by: who takes it, as the town calls them: ``resident``, or ``POST@UNIT``; ``rule``; or ``clock``, for which time goes on to
            the case's next deadline.
        data: what they give.
        unit: the area in which the case begins: ``low``, ``middle`` or ``top``.
        brood: for a mass child that begins: what kind.
        parent: for a mass child that begins: the case whose it is; left out, of the explored one.
    """

    case: str
    step: str
    by: str
    flow: str = ""
    data: Any = None
    unit: str = "low"
    brood: str = ""
    parent: str = MAIN


@attrs.frozen(kw_only=True)
class Scene:
    """What a flow is explored with.

    Attributes:
        name: what the scene is about, for reports.
        data: for each step what may be given, wrong values too; steps left out get values by the types of their fields.
        prelude: incidents before the case begins, in order.
        way: incidents on the explored case itself, ``main``, from its first step on: its stories begin where they end. A long flow is
            explored so in several scenes, each with a stretch of it.
        incidents: each happens at most once in a story, at whatever moment.
        opened: what a case keeps that a parent opens, where its flow leaves that to the parent.
        parent: the case that a mass child is born of, and the kind of brood.
        child: under which name it is born; empty for the name of whoever brings it about.
        requester: who raised the explored case where a rule begins it: ``requester``; nobody where left out.
        living: how many rounds back mass children live on by themselves, so that situations differ by their states; 0 where they are
            only counted, as ballots are.
        by_rule: steps that a rule takes at whatever moment, in place of a flow that is not there.
        vacant: posts that nobody holds, as ``POST@UNIT``.
        shared: posts that two hold, the second called ``POST@UNIT#2``; of two who may do the same the first is tried.
        unit: the area in which the explored case begins: ``low``, ``middle`` or ``top``.
        begins: the instant on which its stories, and the prelude before them, begin; the town's dawn where left out.
        most_children: how many children that still count a slot may have.
        most_depth: how many acts a story may have.
        most_states: how many different situations are followed.
    """

    name: Text = attrs.field(default=Text("alone", "单独"), converter=bilingual)
    data: Mapping[str, tuple[Any, ...]] = attrs.field(factory=dict)
    prelude: tuple[Incident, ...] = ()
    way: tuple[Incident, ...] = ()
    incidents: tuple[Incident, ...] = ()
    opened: Mapping[str, Any] = attrs.field(factory=dict)
    parent: tuple[str, str] | None = None
    child: str = "main"
    requester: str = ""
    living: int = 0
    by_rule: tuple[str, ...] = ()
    vacant: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    unit: str = "low"
    begins: datetime | None = None
    most_children: int = 2
    most_depth: int = 60
    most_states: int = 5_000
