"""The scenes in which a document is explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.workflows.documents.document import Adopt, Draft, Redraft, Repeal
from civicflow.workflows.documents.versions import digest_of
from civicflow.workflows.engine.exploring.scene import Scene

_RULES: Final = {"parking": "one space a flat"}
_TEXT: Final = digest_of(_RULES)
_PAST, _LATER, _LATEST = date(2025, 1, 1), date(2026, 12, 1), date(2027, 12, 1)


def _adopt(**other: Any) -> Adopt:
    return Adopt(**{"text": _TEXT, "decision": "minutes 1", "start": _LATER, **other})


DOCUMENTS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "document": (
        Scene(
            data={
                "draft": (
                    Draft(title="Handbook", kind="handbook", rules=_RULES),
                    Draft(title="Handbook", kind="handbook", attachment="ab"),
                    Draft(title="Handbook", kind="handbook"),
                    Draft(title="Handbook", kind="handbook", rules={"parking": " "}),
                ),
                "redraft": (Redraft(rules=_RULES), Redraft(), Redraft(rules={" ": "one space a flat"})),
                "adopt": (
                    _adopt(),
                    _adopt(start=_LATEST),
                    _adopt(text="ab"),
                    _adopt(text=""),
                    _adopt(start=_PAST, decided=_PAST),
                    _adopt(start=_PAST),
                    _adopt(start=_LATEST, decided=_LATER),
                ),
                "repeal": (Repeal(decision="minutes 2", last=_LATEST), Repeal(decision="minutes 2", last=_PAST)),
            },
            by_rule=("draft", "redraft", "adopt", "repeal"),
            most_depth=5,
        ),
    ),
}
