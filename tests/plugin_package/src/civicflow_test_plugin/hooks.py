"""An observer of commits, and a flow."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
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
    """The flow that lies in this package."""
    from civicflow.workflows.files import read_flow

    name = "bulletin-note.yaml"
    yield read_flow(files(__package__).joinpath(name).read_text(encoding="utf-8"), source=name)
