"""A document of a place's own: a covenant (公约), a handbook (手册), standing orders; it has versions, each in force from a day.

Source: Leshan: compounds decide on their own rules; the residents' handbook of Bainuoyuan is made by owners' delegates, building
heads and Party members. That the versions are kept, with the decision of each, is ours; so are the time limits.

Rules
-----
- A text is drafted, rule by rule or as a file, and may be drafted anew until it is adopted. It is known by its digest.
- It is adopted by a decision, which is named, and which was about this text and no other. The secretary of the unit enters
  that, or another matter does by rule, in the commit in which it is decided.
- A version is in force from a day on: not before the day of the decision, and after the first day of the version before
  it, which it supersedes on that day. So no day has two.
- What was in force on a day that has passed stays so: a version begins today or later, and a repeal leaves today as it is.
  Only a document's first version may tell of days before, of which nothing was told: a book that exists is taken over.
- A repeal names its decision and the last day. Until then the document is in force; then the clock ends it.
- A draft that nobody adopts is reminded of, and lapses; what is in force stays so whether or not it is drafted anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.ledger.canonical import plain
from civicflow.workflows.documents.versions import digest_of, history_of
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import reminds

KEEPER: Final = Holder("secretary")


@attrs.frozen(kw_only=True)
class Redraft:
    """A text.

    Attributes:
        rules: by topic in a word, what is said of it, public: ``{"parking": "one space a flat"}``.
        attachment: the digest of a file that says more; empty for none.
    """

    rules: Mapping[str, str] = attrs.field(factory=dict)
    attachment: str = ""


@attrs.frozen(kw_only=True)
class Draft(Redraft):
    """A document that begins.

    Attributes:
        title: its public name.
        kind: ``covenant``, ``handbook``, ``rules``, or another word of the place's own.
    """

    title: str = attrs.field(validator=said)
    kind: str = attrs.field(validator=said)


@attrs.frozen(kw_only=True)
class Adopt:
    """A decision that adopts the text that is drafted.

    Attributes:
        text: the digest of the text that was decided on.
        decision: which decision: an entry's or a case's id, or the digest of minutes.
        start: from which day on it is in force.
        decided: the day of the decision; None for today.
    """

    text: str
    decision: str = attrs.field(validator=said)
    start: date
    decided: date | None = None


@attrs.frozen(kw_only=True)
class Repeal:
    """A decision that ends a document.

    Attributes:
        decision: which decision: an entry's or a case's id, or the digest of minutes.
        last: the last day on which it is in force.
    """

    decision: str = attrs.field(validator=said)
    last: date


def _today(situation: Situation) -> date:
    return situation.world.calendar.local_date(situation.world.recorded)


def _decided(situation: Situation) -> date:
    return situation.data.decided or situation.world.calendar.local_date(situation.happened)


def _drafted(situation: Situation) -> dict[str, Any]:
    return {"text": digest_of(situation.data.rules, situation.data.attachment)}


def _adopted(situation: Situation) -> dict[str, Any]:
    kept, given = situation.case.data, situation.data
    versions = kept.get("versions", ())
    version = {
        "number": len(versions) + 1,
        "start": given.start,
        "decided": _decided(situation),
        "decision": given.decision,
        **{field: kept[field] for field in ("text", "rules", "attachment")},
    }
    return {"versions": [*versions, plain(version, path="version")], "text": "", "rules": {}, "attachment": ""}


def _supersedes(situation: Situation) -> bool:
    versions = history_of(situation.case).versions
    return not versions or versions[-1].start < situation.data.start


SAYS_SOMETHING: Final = Guard(
    "says-something",
    lambda s: (
        bool(s.data.rules or s.data.attachment)
        and all(topic.strip() and text.strip() for topic, text in s.data.rules.items())
    ),
    "a text has rules, each with its topic and its words, or a file | 文本须有条款（含主题和内容）或附件",
    asks_data=True,
)
DRAFTED_SO: Final = Guard(
    "drafted-so",
    lambda s: s.data.text == s.case.data["text"] != "",
    "the decision was about another text than the one that is drafted | 决定所针对的文本与现有草案不一致",
    asks_data=True,
)
DECIDED_BEFORE: Final = Guard(
    "decided-before",
    lambda s: _decided(s) <= min(s.data.start, _today(s)),
    "a version is decided before it is entered and in force | 版本须先作出决定，方可登记和施行",
    asks_data=True,
)
SUPERSEDES: Final = Guard(
    "supersedes",
    _supersedes,
    "a version begins on a later day than the one before it | 新版本的施行日期须晚于前一版本",
    asks_data=True,
)
PAST_STANDS: Final = Guard(
    "past-stands",
    lambda s: not s.case.data.get("versions") or s.data.start >= _today(s),
    "what was in force on a day that has passed stays so; let it begin today or later"
    " | 已过日期的施行版本不得变更，请从今日或以后施行",
    asks_data=True,
)
NOT_BEFORE_TODAY: Final = Guard(
    "not-before-today",
    lambda s: s.data.last >= _today(s),
    "what was in force on a day that has passed stays so; the last day is today or later"
    " | 已过日期的施行版本不得变更，最后施行日应为今日或以后",
    asks_data=True,
)

_TEXT: Final = (Keep(("rules", "attachment")), Compute(Named("drafted", _drafted)))

DOCUMENT: Final = Flow(
    "document",
    1,
    "document | 自治文件",
    (
        State("drafted", "drafted | 起草中", (Limit("20 workdays", "remind"), Limit("60 workdays", "lapse"))),
        State("in-force", "in force | 施行中", standing=True),
        State(
            "expiring",
            "in force until its last day | 即将废止",
            (Limit(Kept("last", "at the end of its last day | 最后施行日结束时"), "expire"),),
        ),
        State("repealed", "repealed | 已废止", final="repealed"),
        State("lapsed", "never adopted | 逾期未通过", final="lapsed"),
    ),
    (
        Step(
            "draft",
            "draft | 起草",
            NEW,
            "drafted",
            KEEPER,
            Draft,
            (SAYS_SOMETHING,),
            (Keep(("title", "kind")), *_TEXT),
        ),
        Step(
            "redraft",
            "draft anew | 重新起草",
            ("drafted", "in-force"),
            STAY,
            KEEPER,
            Redraft,
            (SAYS_SOMETHING,),
            _TEXT,
            asks=False,
        ),
        Step(
            "adopt",
            "adopt | 通过",
            ("drafted", "in-force"),
            "in-force",
            AnyOf(KEEPER, BY_RULE),
            Adopt,
            (DRAFTED_SO, DECIDED_BEFORE, SUPERSEDES, PAST_STANDS),
            (
                Compute(Named("adopted", _adopted)),
                TellRequester("adopted", "a version of “{title}” was adopted | “{title}”已通过新版本"),
            ),
        ),
        Step(
            "repeal",
            "repeal | 废止",
            "in-force",
            "expiring",
            AnyOf(KEEPER, BY_RULE),
            Repeal,
            (NOT_BEFORE_TODAY,),
            (
                Keep(("last",)),
                Compute(Named("repealed-by", lambda s: {"repealed_by": s.data.decision})),
                TellRequester("repealed", "“{title}” was repealed | “{title}”已决定废止"),
            ),
            asks=False,
        ),
        Step("expire", "expire | 废止生效", "expiring", "repealed", BY_CLOCK),
        reminds("drafted", who=KEEPER, text="“{title}” is drafted and not adopted | “{title}”已起草，尚未通过"),
        Step(
            "lapse",
            "never adopted | 逾期未通过",
            "drafted",
            "lapsed",
            BY_CLOCK,
            does=(TellRequester("lapsed", "“{title}” was never adopted | “{title}”逾期未通过"),),
        ),
    ),
)
