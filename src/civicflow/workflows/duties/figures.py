"""How far the duties of a list are: how many are accepted, and in how many places the parts of their stages are done."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from civicflow.workflows.duties.duty import DUTY, DUTY_STAGE
from civicflow.workflows.engine.records import Case


@attrs.frozen(kw_only=True)
class Progress:
    """Duties and stages, counted.

    Attributes:
        duties: how many duties there are.
        accepted: how many of them the supervisor accepted.
        places: in how many places parts are to be done.
        done: in how many of them they are.
        late: how many stages are late now.
    """

    duties: int = 0
    accepted: int = 0
    places: int = 0
    done: int = 0
    late: int = 0


def progress(cases: Iterable[Case]) -> Progress:
    """Count duties and their stages; cases of other flows are left out.

    Args:
        cases: duties, and their stages as `office.duties.stages` gives them.
    """
    every = list(cases)
    duties = [case for case in every if case.flow_name == DUTY.name]
    stages = [case for case in every if case.flow_name == DUTY_STAGE.name]
    return Progress(
        duties=len(duties),
        accepted=sum(case.outcome == "accepted" for case in duties),
        places=sum(len(stage.data["places"]) for stage in stages),
        done=sum(len(stage.data.get("done", ())) for stage in stages),
        late=sum(stage.state == "late" for stage in stages),
    )
