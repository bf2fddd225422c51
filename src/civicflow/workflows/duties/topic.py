"""A topic that a resident puts up (点题): what they are least satisfied with.

Source: Sichuan, Yuechi: residents put up the topics; the ten matters that they are least satisfied with become the list.

Rules
-----
- Anybody puts up one topic a list, by its subject in a word or two, as long as the list is open. What they say beside is
  private.
- When the list is made they are told whether their subject is on it.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import ANYONE, BY_RULE
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import NEW, Flow, Guard, State, Step
from civicflow.workflows.engine.telling import TellRequester


@attrs.frozen(kw_only=True)
class PutUp:
    """A topic.

    Attributes:
        subject: what it is about, public; topics of one subject are counted together.
        details: private: what else is to be said.
    """

    subject: str
    details: str = private(default="")


@attrs.frozen
class Counted:
    """How a topic came out.

    Attributes:
        named: by how many residents its subject was named.
    """

    named: int


def subject_of(text: str) -> str:
    """A subject as it is counted: without blanks around it, capitals and small letters alike.

    >>> subject_of(" Solar Lamps ")
    'solar lamps'
    """
    return " ".join(text.split()).casefold()


HAS_SUBJECT: Final = Guard(
    "has-subject",
    lambda s: bool(subject_of(s.data.subject)),
    "a topic has a subject; name it in a word or two | 请用一两个词写明问题",
    asks_data=True,
)

TOPIC: Final = Flow(
    "topic",
    1,
    "topic of a resident | 群众点题",
    (
        State("put-up", "put up | 已点题", follows=True),
        State("listed", "on the list | 已列入清单", final="listed"),
        State("left-out", "not on the list | 未列入清单", final="left-out"),
    ),
    (
        Step("put-up", "put up | 点题", NEW, "put-up", ANYONE, PutUp, (HAS_SUBJECT,), (Keep(("subject",)),)),
        Step(
            "list",
            "take into the list | 列入清单",
            "put-up",
            "listed",
            BY_RULE,
            Counted,
            does=(Keep(("named",)), TellRequester("listed", "your topic is on the list | 您点的问题已列入清单")),
        ),
        Step(
            "leave-out",
            "leave out of the list | 不列入清单",
            "put-up",
            "left-out",
            BY_RULE,
            Counted,
            does=(
                Keep(("named",)),
                TellRequester("left-out", "your topic is not among those named most | 您点的问题未进入前列"),
            ),
        ),
    ),
    anchors=("supervisor",),
)
