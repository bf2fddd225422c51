"""A reason that somebody has to give (说明理由): blanks are none."""

from __future__ import annotations

from typing import Final

from civicflow.workflows.engine.flow import Guard

HAS_REASON: Final = Guard(
    "has-reason", lambda s: bool(s.data.reason.strip()), "give the reason | 请说明理由", asks_data=True
)
"""What the actor gave has a ``reason`` that says something."""
