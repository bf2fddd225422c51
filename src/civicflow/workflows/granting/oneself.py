"""One each: an application, or a sheet, is made in one's own name, and a call keeps one of each name."""

from __future__ import annotations

from typing import Final

from civicflow.workflows.engine.flow import Guard

ONESELF: Final = Guard(
    "oneself",
    lambda s: s.case.key == s.actor.person,
    "everybody applies, votes and scores in their own name | 须以本人名义申请、投票或评分",
)
