"""The parts of the four-part ticket: what an actor gives with each of its steps."""

from __future__ import annotations

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.ids import UnitId
from civicflow.workflows.engine.fields import private, unit_ids
from civicflow.workflows.places import Place, place


@attrs.frozen(kw_only=True)
class Order:
    """What a resident asks for (点单).

    Attributes:
        title: the public headline.
        category: in the integrator's own vocabulary, levels apart by ``/``, for instance ``roads/lamps``.
        channel: how it came in, for instance ``hotline``.
        place: where the matter is, public; not where whoever ordered lives.
        details: private: what else the office needs to know.
        contact: private: how to reach whoever ordered.
    """

    title: str
    category: str = ""
    channel: str = ""
    place: Place | None = attrs.field(default=None, converter=place)
    details: str = private(default="")
    contact: str = private(default="")


@attrs.frozen(kw_only=True)
class Dispatch:
    """To whom a ticket is handed (下单).

    Attributes:
        to: the bodies.
        lead: the one of them that leads; None where all lead jointly.
        within: the time promised, counted from now; None where nothing is promised.
        note: read by the bodies.
        rule: the symbol of the rule that named them; empty where a person did.
        because: why these bodies, public.
    """

    to: tuple[UnitId, ...] = attrs.field(converter=unit_ids)
    lead: UnitId | None = None
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))
    note: str = ""
    rule: str = ""
    because: str = ""


@attrs.frozen
class Answer:
    """What whoever ordered is told.

    Attributes:
        text: the answer, public.
    """

    text: str


@attrs.frozen
class Merge:
    """Into which ticket a duplicate goes (并单).

    Attributes:
        master: the other ticket's id.
    """

    master: str


@attrs.frozen
class Absorb:
    """A duplicate that the master answers for."""

    duplicate: str


@attrs.frozen(kw_only=True)
class HoldBack:
    """Why a ticket cannot be solved now (挂账), and when it is looked at again.

    Attributes:
        within: until when it waits at the longest, counted from now.
        reason: public.
    """

    within: TimeLimit = attrs.field(converter=time_limit)
    reason: str


@attrs.frozen(kw_only=True)
class Record:
    """A matter that another system handles.

    Attributes:
        title: the public headline.
        origin: where it is handled and under which number.
        promise: by when that system promised to handle it, or None.
        category: in the integrator's own vocabulary.
        place: where the matter is, public.
        requester: the pseudonymous person who raised it there, or empty.
        details: private: what was written there.
    """

    title: str
    origin: str
    promise: object = None
    category: str = ""
    place: Place | None = attrs.field(default=None, converter=place)
    details: str = private(default="")


@attrs.frozen
class Settle:
    """How a matter ended elsewhere.

    Attributes:
        result: in the other system's own words, for instance ``Resolved``.
        details: private: what else was written there.
    """

    result: str
    details: str = private(default="")
