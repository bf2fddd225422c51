"""The parts of a petition: what an actor gives with each of its steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.workflows.engine.fields import private, public, texts
from civicflow.workflows.engine.validators import at_least, one_of

Channel = Literal["reception", "yard-meeting", "hotline", "sweep", "letter", "online"]
"""How a petition came in: monthly reception day (接访日), quarterly yard meeting (院坝会), hotline around the clock (热线), found on a sweep
(走访摸排), by letter, online."""

IN_PERSON: Final = frozenset({"reception", "yard-meeting"})
"""The channels by which petitioners come themselves."""

Way = Literal["scheduled", "in-hand"]
"""A visit while it is being handled: scheduled with the petitioner (约访), or with the case in hand (带案下访)."""


def _ids(ids: Iterable[str]) -> tuple[CaseId, ...]:
    return tuple(CaseId(one) for one in ids)


@attrs.frozen(kw_only=True)
class Lodge:
    """A petition (信访事项).

    Attributes:
        title: the public headline; names nobody.
        category: in the integrator's own vocabulary, for instance ``land/compensation``.
        channel: how it came in.
        origin: where the matter is, at the lowest level that is responsible; None where it is lodged there.
        petitioners: how many people petition.
        representatives: how many of them came, where they came themselves.
        anonymous: whether nobody is known.
        names: private: who petitions, as they wrote it; aliases of the first one behind it.
        phone: private: how to reach them.
        door: private: where they live.
        details: private: what it is about.
    """

    title: str
    category: str = ""
    channel: Channel = attrs.field(default="reception", validator=one_of(*get_args(Channel)))
    origin: UnitId | None = None
    petitioners: int = attrs.field(default=1, validator=at_least(1))
    representatives: int = attrs.field(default=1, validator=at_least(0))
    anonymous: bool = public(default=False)
    names: tuple[str, ...] = private(default=(), converter=texts)
    phone: str = private(default="")
    door: str = private(default="")
    details: str = private(default="")


@attrs.frozen(kw_only=True)
class Accept:
    """Who is responsible for a petition (受理、包案), and what it repeats.

    Attributes:
        body: the body whose officer takes it.
        officer: the one officer of that body who is responsible.
        urgent: whether it is urgent and hard for whoever petitions (急难愁盼).
        previous: the earlier petitions that somebody confirmed to be of the same people on the same matter.
    """

    body: UnitId
    officer: PersonId
    urgent: bool = False
    previous: tuple[CaseId, ...] = attrs.field(default=(), converter=_ids)


@attrs.frozen(kw_only=True)
class HandOver:
    """Who is responsible from now on.

    Attributes:
        body: the body whose officer takes it.
        officer: the one officer of that body.
    """

    body: UnitId
    officer: PersonId


@attrs.frozen(kw_only=True)
class Decline:
    """Why a petition is not accepted (不予受理).

    Attributes:
        reason: public.
        instead: where the petitioner may turn, public, for instance to court.
    """

    reason: str
    instead: str


@attrs.frozen(kw_only=True)
class Prolong:
    """More time (延期).

    Attributes:
        within: how much, counted from when the time would have passed.
        reason: told to the petitioner.
    """

    within: TimeLimit = attrs.field(converter=time_limit)
    reason: str


@attrs.frozen(kw_only=True)
class Call:
    """A visit while a petition is handled.

    Attributes:
        way: scheduled, or with the case in hand.
        notes: private: what was said.
    """

    way: Way = attrs.field(default="scheduled", validator=one_of(*get_args(Way)))
    notes: str = private(default="")


@attrs.frozen(kw_only=True)
class Answer:
    """The written opinion on a petition (处理意见).

    Attributes:
        text: public.
        solved: whether what was asked for was done.
    """

    text: str
    solved: bool


@attrs.frozen
class Instruct:
    """What the commission tells those responsible (督办意见).

    Attributes:
        text: public.
    """

    text: str


@attrs.frozen
class Ask:
    """Why the petitioner wants the opinion looked at again.

    Attributes:
        reason: public.
    """

    reason: str = ""


@attrs.frozen(kw_only=True)
class Opinion:
    """What the level above says of an opinion below (复查意见、复核意见).

    Attributes:
        upheld: whether the opinion stands.
        text: public.
    """

    upheld: bool
    text: str


@attrs.frozen(kw_only=True)
class ReturnVisit:
    """A visit after settlement (回访).

    Attributes:
        settled: whether it stays settled.
        satisfied: what the petitioner said, from 1 (not at all) to 5 (fully), or None.
        notes: private: what was found.
    """

    settled: bool
    satisfied: int | None = None
    notes: str = private(default="")
