"""Which version of a document was in force on a day, what it said, and who had decided it.

>>> from datetime import date
>>> first = Version(
...     number=1,
...     start=date(2022, 1, 1),
...     decided=date(2021, 12, 1),
...     decision="minutes 9",
...     text="",
...     rules={"dogs": "on a lead"},
... )
>>> History((first,)).rule("dogs", date(2022, 5, 1)).text
'on a lead'
>>> History((first,)).rule("dogs", date(2021, 12, 31)) is None
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

import attrs

from civicflow.ledger.canonical import encode
from civicflow.workflows.engine.records import Case


def digest_of(rules: Mapping[str, str], attachment: str = "") -> str:
    """SHA-256 (hex) of a text: a decision is about it alone.

    Args:
        rules: by topic, what is said of it.
        attachment: the digest of a file that says more.
    """
    return hashlib.sha256(encode({"rules": dict(rules), "attachment": attachment})).hexdigest()


@attrs.frozen(kw_only=True)
class Version:
    """A version that was adopted.

    Attributes:
        number: from 1 on.
        start: the first day on which it is in force, where the document is not repealed before.
        decided: the day of the decision.
        decision: the decision that adopted it: an entry's or a case's id, or the digest of minutes.
        text: the digest of what was decided.
        rules: by topic, what it says.
        attachment: the digest of a file that says more; empty for none.
    """

    number: int
    start: date
    decided: date
    decision: str
    text: str
    rules: Mapping[str, str]
    attachment: str = ""


@attrs.frozen
class RuleInForce:
    """What a document said of a topic on a day.

    Attributes:
        text: the rule.
        version: the version that was in force.
    """

    text: str
    version: Version


@attrs.frozen
class History:
    """The versions of a document.

    Attributes:
        versions: in the order of their first days, each later than the one before.
        last: the last day on which any is in force, where the document was repealed.
        repealed_by: the decision that repealed it; empty where none did.
    """

    versions: tuple[Version, ...] = ()
    last: date | None = None
    repealed_by: str = ""

    def on(self, day: date) -> Version | None:
        """The version in force on a day: the latest one that had begun; None before the first, and after a repeal.

        Args:
            day: by the calendar of the place.
        """
        if self.last is not None and day > self.last:
            return None
        return next((version for version in reversed(self.versions) if version.start <= day), None)

    def rule(self, topic: str, day: date) -> RuleInForce | None:
        """What was said of a topic on a day, and by which decision; None where nothing was.

        Args:
            topic: as the version calls it, for instance ``parking``.
            day: by the calendar of the place.
        """
        version = self.on(day)
        if version is None or topic not in version.rules:
            return None
        return RuleInForce(version.rules[topic], version)


def history_of(document: Case) -> History:
    """The versions of a document, as its case keeps them."""
    kept = document.data
    last = kept.get("last")
    return History(
        tuple(
            Version(**{**one, "start": date.fromisoformat(one["start"]), "decided": date.fromisoformat(one["decided"])})
            for one in kept.get("versions", ())
        ),
        None if last is None else date.fromisoformat(last),
        kept.get("repealed_by", ""),
    )
