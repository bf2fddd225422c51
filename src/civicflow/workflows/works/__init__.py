"""Works: what was decided and has its money is quoted for, awarded, built, accepted, settled and evaluated.

Each stage is a function that gives a flow for `civicflow.workflows.engine.compose.compose`; `work_order` is one way to put them
together.
"""

from civicflow.workflows.works.accounts import from_each
from civicflow.workflows.works.building import Milestone, building, shared_out
from civicflow.workflows.works.commissioning import commissioning
from civicflow.workflows.works.comparing import Criterion, Points, seal_quote
from civicflow.workflows.works.evaluation import evaluating
from civicflow.workflows.works.inspecting import inspecting
from civicflow.workflows.works.quoting import quoting
from civicflow.workflows.works.settling import settling

__all__ = [
    "Criterion",
    "Milestone",
    "Points",
    "building",
    "commissioning",
    "evaluating",
    "from_each",
    "inspecting",
    "quoting",
    "seal_quote",
    "settling",
    "shared_out",
]
