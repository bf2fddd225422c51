"""The parts of a mediation: what an actor gives with each of its steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

import attrs

from civicflow.ids import PersonId, UnitId
from civicflow.workflows.engine.fields import private, texts
from civicflow.workflows.engine.validators import at_least, one_of

Way = Literal["door", "case-officer", "tracked"]
"""How a dispute is mediated: at the door (上门), by one responsible officer (包案), tracked until resolved (跟踪化解)."""

Venue = Literal["door", "office"]
"""Where a session is held: where the parties live, or at the community's."""

Form = Literal["written", "oral"]
"""The form of an agreement; an oral one is written down by the mediator and signed by nobody."""

Where = Literal["court", "arbitration", "administration"]
"""Where the parties are referred to who do not agree."""

FOUR: Final = ("director", "police-officer", "mediator", "grid-leader")
"""The posts of the four: the community's head (director of its residents' committee), police officer, mediator, grid leader."""


@attrs.frozen(kw_only=True)
class Apply:
    """A dispute (纠纷).

    Attributes:
        title: the public headline; names nobody.
        category: in the integrator's own vocabulary, for instance ``neighbours/noise``.
        parties: how many parties there are, at least two.
        across: why it cannot begin in one compound, for instance because the parties live in two; empty where it can.
        names: private: who the parties are.
        details: private: what it is about.
        contact: private: how to reach them.
    """

    title: str
    category: str = ""
    parties: int = attrs.field(default=2, validator=at_least(2))
    across: str = ""
    names: tuple[str, ...] = private(default=(), converter=texts)
    details: str = private(default="")
    contact: str = private(default="")


@attrs.frozen(kw_only=True)
class TakeOn:
    """Who is responsible for a dispute, and how it is mediated (受理、包案).

    Attributes:
        body: the body whose mediator takes it.
        officer: the one mediator of that body who is responsible.
        way: how it is mediated.
        large: whether it is a large one, which belongs in the community.
    """

    body: UnitId
    officer: PersonId
    way: Way = attrs.field(default="case-officer", validator=one_of(*get_args(Way)))
    large: bool = False


@attrs.frozen
class Seat:
    """One of the four at a session.

    Attributes:
        post: which of `FOUR`.
        unit: where the post is held by whoever was there; None where nobody was.
        excused: why nobody was, public.
    """

    post: str
    unit: UnitId | None = None
    excused: str = ""


def _seats(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    return tuple(seats)


@attrs.frozen(kw_only=True)
class Session:
    """A session of mediation.

    Attributes:
        seats: the four, each there or excused.
        volunteers: how many others helped ("+A"): volunteers, neighbours, a legal adviser.
        venue: where it was held.
        notes: private: what was said, and by whom.
        helpers: private: who the others were.
    """

    seats: tuple[Seat, ...] = attrs.field(converter=_seats)
    volunteers: int = attrs.field(default=0, validator=at_least(0))
    venue: Venue = attrs.field(default="office", validator=one_of(*get_args(Venue)))
    notes: str = private(default="")
    helpers: tuple[str, ...] = private(default=(), converter=texts)


@attrs.frozen(kw_only=True)
class Agree:
    """An agreement (调解协议), or a new version of one.

    Attributes:
        form: written or oral.
        document: the name of the attachment that is the agreement, where there is one.
        terms: private: its text, where it is not an attachment.
        signatures: private: who signed, each party once.
    """

    form: Form = attrs.field(default="written", validator=one_of(*get_args(Form)))
    document: str = ""
    terms: str = private(default="")
    signatures: tuple[str, ...] = private(default=(), converter=texts)


@attrs.frozen
class HandUp:
    """Why a dispute goes one level up.

    Attributes:
        reason: public.
    """

    reason: str


@attrs.frozen(kw_only=True)
class Refer:
    """Where the parties are sent that did not agree, or whose dispute is none for mediation.

    Attributes:
        to: which other way.
        reason: public.
    """

    to: Where = attrs.field(validator=one_of(*get_args(Where)))
    reason: str


@attrs.frozen(kw_only=True)
class Visit:
    """A visit after the agreement (回访).

    Attributes:
        kept: whether the agreement is kept.
        notes: private: what was found.
    """

    kept: bool
    notes: str = private(default="")
