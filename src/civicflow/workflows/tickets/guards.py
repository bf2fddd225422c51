"""Conditions that the ticket flows share, each with the sentence it refuses with."""

from __future__ import annotations

from civicflow.workflows.engine.children import whole
from civicflow.workflows.engine.flow import Guard
from civicflow.workflows.engine.situation import Situation


def _asked_already(situation: Situation) -> bool:
    if not situation.case.tally:
        return False
    asked = {share.body for share in whole(situation) if not share.outcome}
    return any(body in asked for body in situation.data.to)


# Only a ticket that will still be answered or withdrawn moves its duplicates on; any other would leave them waiting.
_ANSWERABLE = frozenset({"ordered", "dispatched", "coordinating", "reopened", "returned", "handled", "supervised"})

FIRST_TIME = Guard(
    "first-time",
    lambda s: not s.case.data.get("reopened"),
    "it has been re-opened once already | 已经重办过一次",
)
NAMES_BODIES = Guard(
    "names-bodies",
    lambda s: bool(s.data.to) and len(set(s.data.to)) == len(s.data.to),
    "name at least one body, and each body once | 至少指定一个承办单位，且不得重复",
    asks_data=True,
)
LEAD_AMONG_THEM = Guard(
    "lead-among-them",
    lambda s: s.data.lead is None or s.data.lead in s.data.to,
    "the lead has to be one of the bodies named | 主办单位须在所派单位之中",
    asks_data=True,
)
NOT_ASKED_ALREADY = Guard(
    "not-asked-already",
    lambda s: not _asked_already(s),
    "one of the bodies has an open share of this ticket already | 其中有单位已在办理此工单",
    asks_data=True,
)
RETURNED_FIRST = Guard(
    "returned-first",
    lambda s: not s.case.data.get("returned"),
    "it has come back before | 此前已退过单",
)
OTHER_OPEN_MASTER = Guard(
    "open-master",
    lambda s: (
        all(m.root.id != s.case.id and m.root.flow_name == s.case.flow_name for m in s.read("master"))
        and any(m.root.state in _ANSWERABLE for m in s.read("master"))
    ),
    "the master has to be another open ticket that is neither merged nor answered | 主单须为另一件未答复且未被并入的工单",
    asks_data=True,
)
SAME_UNIT = Guard(
    "same-unit",
    lambda s: all(m.root.unit == s.case.unit for m in s.read("master")),
    "only tickets of one unit can be merged | 只能合并同一辖区的工单",
    asks_data=True,
)
NO_DUPLICATES = Guard(
    "no-duplicates",
    lambda s: all(m.root.state != "merged" for m in s.read("duplicates")),
    "other tickets were merged into this one; merge the master into this one instead | 已有工单并入此单，请将对方并入此单",
)
IN_TIME = Guard(
    "in-time",
    lambda s: s.case.due is None or s.happened <= s.case.due,
    "its time has passed; an extension is asked for before | 时限已过，延期须事先申请",
)
ASKED_ONCE = Guard(
    "asked-once",
    lambda s: not s.case.data.get("extensions"),
    "an extension was asked for once already | 已申请过一次延期",
)
IS_HELD = Guard("is-held", lambda s: bool(s.case.holds), "it is not on hold | 并未挂账")
