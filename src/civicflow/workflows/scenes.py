"""The scenes in which the shipped flows are explored: what may be given with their steps, and what stands beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from civicflow.workflows.assemblies.scenes import ASSEMBLIES
from civicflow.workflows.coordination.scenes import MEETINGS
from civicflow.workflows.councils.scenes import COUNCILS
from civicflow.workflows.councils.sitting_scenes import SITTINGS
from civicflow.workflows.documents.scenes import DOCUMENTS
from civicflow.workflows.duties.scenes import DUTIES
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.funds.scenes import FUNDS
from civicflow.workflows.granting.scenes import GRANTING
from civicflow.workflows.hazards.scenes import HAZARDS
from civicflow.workflows.mediation.scenes import MEDIATION
from civicflow.workflows.needs.scenes import NEEDS
from civicflow.workflows.oversight.scenes import OVERSIGHT
from civicflow.workflows.petitions.scenes import PETITIONS
from civicflow.workflows.registering import Load
from civicflow.workflows.routines.scenes import ROUTINES
from civicflow.workflows.services.scenes import SERVICES
from civicflow.workflows.tickets.scenes import TICKETS
from civicflow.workflows.voting.scenes import VOTES
from civicflow.workflows.whistles.scenes import WHISTLES
from civicflow.workflows.works.scenes import WORKS

SCENES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "register": (
        Scene(
            data={name: (Load(register="r", source="r", changes=()),) for name in ("begin", "load", "redraw")},
            by_rule=("load", "redraw"),
        ),
    ),
    **MEETINGS,
    **TICKETS,
    **WHISTLES,
    **NEEDS,
    **SERVICES,
    **DOCUMENTS,
    **ASSEMBLIES,
    **FUNDS,
    **COUNCILS,
    **VOTES,
    **SITTINGS,
    **GRANTING,
    **OVERSIGHT,
    **MEDIATION,
    **ROUTINES,
    **DUTIES,
    **HAZARDS,
    **PETITIONS,
    **WORKS,
}
"""By the flow's name."""
