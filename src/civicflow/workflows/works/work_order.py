"""The work order (工程事项): a work that is decided and has its money, until it stands, is paid, and is evaluated.

Rules
-----
- The secretary begins it for a body that asked for the work, or a rule does where another flow decided it. It begins with its
  money or not at all (`commissioning`).
- Then, stage by stage: quotes and award; the award hangs for three days and may be objected to; building by milestones;
  acceptance; the account; evaluation. Each stage is a function of its own and stands in other flows, too.
- Whatever becomes of it, the money that was not spent goes back before it ends.

Source: Chengdu, Jinyang, Beiyuan compound: three works (gate, fire lane, anti-climb spikes), 36,000 yuan, half and half; five sittings
compared and chose; 34,500 were paid. Ours: the order as a matter of its own, and the notice of the award.
"""

from __future__ import annotations

from typing import Final

from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.notice import notice
from civicflow.workflows.works.building import building
from civicflow.workflows.works.commissioning import commissioning
from civicflow.workflows.works.evaluation import evaluating
from civicflow.workflows.works.inspecting import inspecting
from civicflow.workflows.works.quoting import quoting
from civicflow.workflows.works.settling import settling

GROUP: Final = "group"
"""The anchor of the body that asked for the work."""

WORK_ORDER: Final[Flow] = compose(
    "work-order",
    1,
    "work order | 工程事项",
    {
        "quoting": Stage(
            quoting(at=GROUP), {"awarded": "announcement", "too-dear": "settling", "no-quotes": "settling"}
        ),
        "announcement": Stage(notice(within="3 days"), {"cleared": "building", "upheld": "settling"}),
        "building": Stage(building(at=GROUP), {"built": "inspecting", "ended": "settling"}),
        "inspecting": Stage(inspecting(at=GROUP), {"accepted": "settling", "rejected": "settling"}),
        "settling": Stage(settling(), {"settled": "evaluation", "returned": "not-built"}),
        "evaluation": Stage(evaluating(at=GROUP), {"evaluated": "evaluated", "unevaluated": "unevaluated"}),
    },
    ends={
        "evaluated": "settled and evaluated | 已决算并评价",
        "unevaluated": "settled, but nobody evaluated it | 已决算但无人评价",
        "not-built": "not built, the money went back | 未实施，资金已退回",
    },
    begins=(commissioning("quoting", at=GROUP),),
)
