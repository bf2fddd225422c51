"""What is wrong with a flow, found when it is defined and not when a case is stuck in it.

`faults` says what must not be: a flow with one is not taken into use. `doubts` says what may be meant so, and is worth a
look. Each names its place, has a symbol to program against, and is said in English and in Chinese. What only follows
from an unknown name is not reported beside it.

The decisive question is *left alone* (see `alone`): clock and joins alone must bring every state to an end, or the state
says ``again``, or it stands (waits for nobody), or it follows another matter.
"""

from __future__ import annotations

from collections.abc import Mapping

from civicflow.errors import Fault
from civicflow.workflows.engine.checks.alone import left_alone
from civicflow.workflows.engine.checks.calls import called, uncarried
from civicflow.workflows.engine.checks.fields import unfilled, unguarded
from civicflow.workflows.engine.checks.names import unknown
from civicflow.workflows.engine.checks.schedules import unkept
from civicflow.workflows.engine.checks.shape import misshapen, uncertain
from civicflow.workflows.engine.checks.shares import family, left_behind
from civicflow.workflows.engine.checks.translation import untranslated
from civicflow.workflows.engine.flow import Flow

__all__ = ["doubts", "faults"]


def faults(flow: Flow, beside: Mapping[str, Flow] | None = None) -> tuple[Fault, ...]:
    """Every fault of a definition.

    Args:
        flow: the definition.
        beside: the flows in use by name, those of its children among them; None where they are not known, and what needs
            them is not looked at.
    """
    named = (*unknown(flow), *(() if beside is None else family(flow, beside)))
    if named:
        return (*named, *untranslated(flow))
    found = (
        *misshapen(flow),
        *called(flow),
        *unfilled(flow),
        *unkept(flow),
        *left_behind(flow, beside),
        *untranslated(flow),
    )
    broken = frozenset(fault.path for fault in found)
    return (*found, *(fault for fault in left_alone(flow, beside) if fault.path not in broken))


def doubts(flow: Flow, beside: Mapping[str, Flow] | None = None) -> tuple[Fault, ...]:
    """What a definition may mean so, and is worth a look.

    Args:
        flow: the definition.
        beside: the flows in use by name; None where they are not known.
    """
    return (*unguarded(flow), *uncertain(flow), *(() if beside is None else uncarried(flow, beside)))
