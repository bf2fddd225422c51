"""Everything that can be told of a flow before it is used: its faults, its doubts, and what exploring it finds."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from civicflow.errors import Fault
from civicflow.texts import Catalogue, Language
from civicflow.workflows.engine.checks import doubts, faults
from civicflow.workflows.engine.exploring import Explored, Finding, Scene, explore, unseen
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.scenes import SCENES

_WORDS = Catalogue(
    {
        "fault": "fault: {said} | 错误：{said}",
        "doubt": "doubt: {said} | 存疑：{said}",
        "unseen": "never: {said} | 从未发生：{said}",
        "sound": "{flow} is sound | {flow}定义无误",
        "not-sound": "{flow} is not sound; it was not explored | {flow}定义有误，未作推演",
    }
)


@attrs.frozen(kw_only=True)
class Checked:
    """What is known of a flow. It is true where nothing is wrong with it; doubts and what never happens are told beside.

    Attributes:
        flow: its name and version, ``name@version``.
        faults: what must not be; with any of them it was not explored.
        doubts: what may be meant so.
        explored: what each scene found.
        unseen: what happened in no scene.
    """

    flow: str
    faults: tuple[Fault, ...]
    doubts: tuple[Fault, ...]
    explored: tuple[Explored, ...] = ()
    unseen: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return not self.faults and all(self.explored)

    @property
    def is_flawless(self) -> bool:
        """Whether there is neither anything wrong nor any doubt, and everything happened in some scene."""
        return bool(self) and not self.doubts and not self.unseen

    def say(self, language: Language = "en") -> str:
        """All of it, for a screen."""
        lines = [_WORDS.say("not-sound" if self.faults else "sound", flow=self.flow).say(language)]
        for word, found in (("fault", self.faults), ("doubt", self.doubts)):
            lines += [_WORDS.say(word, said=one.say(language)).say(language) for one in found]
        lines += [one.say(language) for one in self.explored]
        lines += [_WORDS.say("unseen", said=one.text).say(language) for one in self.unseen]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.say()


def check(flow: Flow, beside: Iterable[Flow] = (), scenes: Iterable[Scene] | None = None) -> Checked:
    """Check a flow, and explore it where it is sound.

    Args:
        flow: the definition.
        beside: the flows of its children, and of whatever its scenes bring in.
        scenes: in which it is explored; those of the shipped flow of its name where left out, else one alone.
    """
    family = {one.name: one for one in beside} | {flow.name: flow}
    found = faults(flow, family)
    doubtful = doubts(flow, family)
    name = f"{flow.name}@{flow.version}"
    if found:
        return Checked(flow=name, faults=found, doubts=doubtful)
    chosen = SCENES.get(flow.name, (Scene(),)) if scenes is None else tuple(scenes)
    explored = tuple(explore(flow, family.values(), scene=scene) for scene in chosen)
    return Checked(flow=name, faults=found, doubts=doubtful, explored=explored, unseen=unseen(flow, explored))
