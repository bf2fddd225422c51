"""Effects that tell somebody: one notice for each address, in the same commit.

The fields of an effect are part of the flow's digest, so everything that it does is in them.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import Holder, Requester, Who, addressees
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Notice, Situation


@attrs.frozen
class Tell:
    """Tell somebody, a fixed role or whoever may act.

    Attributes:
        who: whom, relative to the case.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
    """

    who: Who
    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        chart = situation.world.chart
        title = change.data.get("title") or situation.root.title or situation.case.id
        for to in addressees(self.who, anchors_of(_after(situation, change), chart), chart):
            change.notices.append(
                Notice(
                    case=situation.case.id,
                    version=situation.version,
                    to=to,
                    topic=self.topic,
                    template=self.text,
                    title=title,
                )
            )


@attrs.frozen
class TellEach:
    """Tell the holder of a post at each unit that a field of what the actor gave names, or each person that it names.

    Whoever the step tells of the topic already is not told twice.

    Attributes:
        field: the name of the field: one id, or several.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
        post: whose post; empty where the field names persons.
    """

    field: str
    topic: str
    text: Text = attrs.field(converter=bilingual)
    post: str = ""

    def apply(self, situation: Situation, change: Change) -> None:
        given = getattr(situation.data, self.field)
        named = (given,) if isinstance(given, str) else (given or ())
        title = change.data.get("title") or situation.root.title or situation.case.id
        who: Who = Holder(self.post, "unit") if self.post else Requester()
        told = {notice.to for notice in change.notices if notice.topic == self.topic}
        for one in named:
            for to in addressees(who, {"unit": one, "requester": one}, situation.world.chart):
                if to in told:
                    continue
                told.add(to)
                change.notices.append(
                    Notice(
                        case=situation.case.id,
                        version=situation.version,
                        to=to,
                        topic=self.topic,
                        template=self.text,
                        title=title,
                    )
                )


def _after(situation: Situation, change: Change) -> Case:
    fields = {name: change.set[name] for name in ("unit", "body", "requester", "anchors") if name in change.set}
    return attrs.evolve(situation.case, **fields) if fields else situation.case


@attrs.frozen
class TellRequester:
    """Tell whoever raised the matter."""

    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        Tell(Requester(), self.topic, self.text).apply(situation, change)


def each_told(*whos: Who, topic: str, text: Text | str) -> tuple[Tell, ...]:
    """Tell several the same.

    >>> from civicflow.hierarchy.authority import Holder
    >>> len(each_told(Holder("officer", "body"), Holder("secretary", "above"), topic="late", text="late | 逾期"))
    2

    Args:
        whos: whom, in order.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
    """
    return tuple(Tell(who, topic, bilingual(text)) for who in whos)
