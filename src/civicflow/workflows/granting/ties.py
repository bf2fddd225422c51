"""Which of several that are alike comes first: by a rule that is named beforehand, never by a hidden coin.

Rules
-----
- A tie is broken by what the call says: who applied first, who asks for less, who has more support, or a lot.
- A lot is drawn from a seed that is kept with the selection (`civicflow.workflows.lots`), so that anybody can draw again.
- What is alike even then goes to whoever applied first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Text
from civicflow.workflows.engine.validators import one_of
from civicflow.workflows.granting.pot import Project, fen
from civicflow.workflows.lots import draw

Way = Literal["applied", "cheaper", "support", "lot"]
WAYS: tuple[Way, ...] = ("applied", "cheaper", "support", "lot")

_TEXTS = {
    "applied": Text("whoever applied first", "先申请者优先"),
    "cheaper": Text("whoever asks for less", "申请金额少者优先"),
    "support": Text("whoever has more support", "得分高者优先"),
    "lot": Text("by a lot drawn from the seed {seed}", "按种子{seed}抽签"),
}


@attrs.frozen
class Ties:
    """How ties are broken.

    Attributes:
        by: ``applied``, ``cheaper``, ``support`` or ``lot``.
        seed: from which lots are drawn; for a lot only, public.

    Raises:
        InvalidInput: if a lot has no seed, or something else has one.
    """

    by: Way = attrs.field(validator=one_of(*WAYS))
    seed: str = ""

    def __attrs_post_init__(self) -> None:
        if bool(self.seed.strip()) != (self.by == "lot"):
            msg = f"a lot is drawn from a public seed, and nothing else is; got by={self.by!r} with seed={self.seed!r}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The rule in words."""
        return _TEXTS[self.by].fill(seed=self.seed)

    def order(self, projects: Sequence[Project], support: Mapping[str, int]) -> dict[str, int]:
        """The place of each project among equals, by id: the lower one comes first.

        Args:
            projects: as they applied.
            support: the points that each got.
        """
        if self.by == "lot":
            drawn = draw(self.seed, [project.id for project in projects], len(projects))
            return {id: place for place, id in enumerate(drawn)}
        keys = {
            "applied": lambda _: 0,
            "cheaper": lambda project: fen(project.cost),
            "support": lambda project: -support[project.id],
        }
        ordered = sorted(projects, key=keys[self.by])
        return {project.id: place for place, project in enumerate(ordered)}
