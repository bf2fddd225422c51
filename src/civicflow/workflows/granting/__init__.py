"""Granting (项目资助): a pot calls for projects, and selects within what there is; every result says why."""

from civicflow.workflows.granting.equal_shares import EqualShares as EqualShares
from civicflow.workflows.granting.greedy import Greedy as Greedy
from civicflow.workflows.granting.milestones import Milestone as Milestone
from civicflow.workflows.granting.pot import Project as Project
from civicflow.workflows.granting.pot import Selection as Selection
from civicflow.workflows.granting.pot import Verdict as Verdict
from civicflow.workflows.granting.ties import Ties as Ties

SelectionRule = Greedy | EqualShares
"""Whatever a call may select by."""
