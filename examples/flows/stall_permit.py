"""stall permit | 摆摊许可: each step as a method.

Written from stall-permit@1 by `civicflow flow facade`; write it anew when the flow changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from civicflow.hierarchy.authority import Actor
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case


class StallPermit:
    """stall permit | 摆摊许可.

    Every command means the case as it is now, and may raise `civicflow.Refused`. With ``key`` it acts once when it is
    repeated; with ``seen``, the version that a form showed, a case that has moved on since is a `civicflow.Conflict`.
    """

    __slots__ = ("_office",)

    def __init__(self, office: Desk) -> None:
        self._office = office

    def apply(
        self,
        *,
        title: str,
        days: int,
        unit: str,
        by: Actor,
        phone: str = "",
        key: str = "",
    ) -> Case:
        """“apply | 申请”: taken by anyone."""
        return self._office.begin(
            "stall-permit",
            "apply",
            {
                "title": title,
                "days": days,
                "phone": phone,
            },
            by=by,
            unit=unit,
            key=key,
        )

    def take(
        self,
        case: CaseRef,
        *,
        by: Actor,
        why: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """“take up | 受理”: taken by clerk of the unit in charge."""
        return self._office.take(
            case,
            "take",
            by=by,
            why=why,
            key=key,
            seen=seen,
        )

    def ask_for_papers(
        self,
        case: CaseRef,
        *,
        by: Actor,
        why: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """“ask for papers | 要求补正”: taken by clerk of the unit in charge."""
        return self._office.take(
            case,
            "ask-for-papers",
            by=by,
            why=why,
            key=key,
            seen=seen,
        )

    def supply(
        self,
        case: CaseRef,
        *,
        papers: Sequence[str],
        by: Actor,
        why: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """“supply papers | 补正”: taken by whoever raised it."""
        return self._office.take(
            case,
            "supply",
            {
                "papers": papers,
            },
            by=by,
            why=why,
            key=key,
            seen=seen,
        )

    def grant(
        self,
        case: CaseRef,
        *,
        fee: int,
        by: Actor,
        why: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """“grant | 准予”: taken by secretary of the unit in charge."""
        return self._office.take(
            case,
            "grant",
            {
                "fee": fee,
            },
            by=by,
            why=why,
            key=key,
            seen=seen,
        )

    def refuse(
        self,
        case: CaseRef,
        *,
        by: Actor,
        why: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """“refuse | 不予”: taken by secretary of the unit in charge."""
        return self._office.take(
            case,
            "refuse",
            by=by,
            why=why,
            key=key,
            seen=seen,
        )
