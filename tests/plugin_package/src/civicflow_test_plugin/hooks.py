"""An observer of commits, and a flow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from civicflow.plugins.hookspecs import Committed, hookimpl

if TYPE_CHECKING:
    from civicflow.workflows.engine.flow import Flow

api_version = 1

SEEN: list[Committed] = []
"""Every commit that was told."""


@hookimpl
def civicflow_committed(event: Committed) -> None:
    """Remember the commit."""
    SEEN.append(event)


@hookimpl
def civicflow_flows() -> Iterable[Flow]:
    """A bulletin board: a resident posts a note, and it comes down by itself after a month."""
    from civicflow.calendars import TimeLimit
    from civicflow.hierarchy.authority import BY_CLOCK, REQUESTER
    from civicflow.workflows.engine.flow import NEW, Flow, Limit, State, Step

    yield Flow(
        "bulletin-note",
        1,
        "Note on the board | 公示栏便条",
        (
            State("posted", "on the board | 张贴中", (Limit(TimeLimit(30, "days"), "expire"),)),
            State("removed", "taken down | 已撤下", final="withdrawn"),
            State("expired", "expired | 已到期", final="expired"),
        ),
        (
            Step("post", "post | 张贴", NEW, "posted", REQUESTER),
            Step("remove", "take down | 撤下", "posted", "removed", REQUESTER),
            Step("expire", "expire | 到期", "posted", "expired", BY_CLOCK),
        ),
    )
