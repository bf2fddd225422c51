"""`office.documents`: a place's own documents in words. Each method is one step of the table `DOCUMENT`, or reads it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from civicflow.hierarchy.authority import Actor
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.documents.document import DOCUMENT, Adopt, Draft, Redraft, Repeal
from civicflow.workflows.documents.versions import History, history_of
from civicflow.workflows.engine.records import Case


class Documents:
    """Covenants, handbooks and other rules of a place's own.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def draft(
        self,
        title: str,
        *,
        kind: str,
        unit: str,
        by: Actor,
        rules: Mapping[str, str] | None = None,
        attachment: str = "",
        key: str = "",
    ) -> Case:
        """Draft a document.

        Args:
            title: its public name.
            kind: ``covenant``, ``handbook``, ``rules``, or another word of the place's own.
            unit: whose document it is, by code, alias or id.
            by: the unit's secretary.
            rules: by topic, what is said of it, public.
            attachment: the digest of a file that says more.
            key: makes a retried command act once.
        """
        data = Draft(title=title, kind=kind, rules=rules or {}, attachment=attachment)
        return self._desk.begin(DOCUMENT.name, "draft", data, by=by, unit=unit, key=key)

    def redraft(
        self,
        document: CaseRef,
        *,
        by: Actor,
        rules: Mapping[str, str] | None = None,
        attachment: str = "",
        key: str = "",
    ) -> Case:
        """Draft its text anew, whole: before it is adopted, or as a new version of what is in force."""
        return self._desk.take(document, "redraft", Redraft(rules=rules or {}, attachment=attachment), by=by, key=key)

    def adopt(
        self,
        document: CaseRef,
        *,
        decision: str,
        start: date,
        by: Actor,
        decided: date | None = None,
        text: str | None = None,
        key: str = "",
    ) -> Case:
        """Enter the decision that adopts the text that is drafted.

        Args:
            document: the document.
            decision: which decision: an entry's or a case's id, or the digest of minutes.
            start: from which day on the version is in force.
            by: the unit's secretary.
            decided: the day of the decision; left out, today.
            text: the digest of the text that was decided on; left out, of the one that is drafted now.
            key: makes a retried command act once.
        """
        meant = self._desk.case(document).data["text"] if text is None else text
        data = Adopt(text=meant, decision=decision, start=start, decided=decided)
        return self._desk.take(document, "adopt", data, by=by, key=key)

    def repeal(self, document: CaseRef, *, decision: str, last: date, by: Actor, key: str = "") -> Case:
        """Enter the decision that repeals a document, with the last day on which it is in force."""
        return self._desk.take(document, "repeal", Repeal(decision=decision, last=last), by=by, key=key)

    def history(self, document: CaseRef) -> History:
        """Its versions: which was in force on a day, what it said, and who had decided it."""
        return history_of(self._desk.case(document))
