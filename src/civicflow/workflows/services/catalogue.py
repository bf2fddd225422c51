"""What a one-stop desk offers, and who is competent on a day (服务事项目录).

Rules
-----
- Each service is owned by one department. Who owns it is competent, unless it is delegated (下放、委托) on that day, seen from the area
  where the applicant lives: then the desk is.
- A delegation names a desk: a body by its code, a site by its code (whoever runs it is competent), or the nearest body of a kind, in that
  area, else one level up. It may hold in some areas alone, and from one day until another.
- Of several delegations that hold, the first decides. One whose desk is not there does not hold, and that is told.
- What a service asks for is told all at once: every document that is missing, and what it costs.

Source: Leshan, Shizhong district: 168 approvals and 30+ livelihood services delegated to 5 neighbourhood centres. Chengdu: an app of 147
services of 37 departments, some free (bought by government), some at a low fee. That all missing documents are told at once: Administrative
Licensing Law (行政许可法), Article 32. Ours: that the first delegation decides, and how a desk is named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Final, Literal

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import Fault, InvalidInput, NotFound
from civicflow.hierarchy.chart import Chart
from civicflow.ids import UnitId
from civicflow.money import Money, positive
from civicflow.texts import Catalogue as Sentences
from civicflow.texts import Text, bilingual
from civicflow.workflows.routing import Target

SENTENCES: Final = Sentences(
    {
        "owner": "{owner} owns it | {owner}为主管部门",
        "delegated": "{owner} delegated it to {desk} | {owner}已下放至{desk}",
        "basis": "{why} ({basis}) | {why}（{basis}）",
        "no-owner": "there is no body of this code | 没有此代码的单位",
        "no-desk": "there is neither a body nor a site of this code that somebody runs | 没有此代码的单位或有运营单位的场所",
        "no-kind": "no body of this kind is in the register | 名录中没有此类单位",
        "no-area": "there is no area of this code | 没有此代码的区域",
    }
)

TWENTY_DAYS: Final = TimeLimit(20, "workdays")
"""What the law gives where nothing else is promised (Article 42)."""

Kind = Literal["approval", "livelihood"]
"""An approval (审批事项) or a service for everyday life (民生服务)."""

_SYMBOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


def _symbol(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    if not _SYMBOL.fullmatch(value):
        msg = f"{attribute.name} is a symbol of letters, digits and hyphens; got {value!r}"
        raise InvalidInput(msg)


def _words(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@attrs.frozen(kw_only=True)
class Document:
    """A document that is asked for (申请材料).

    Attributes:
        name: its symbol.
        text: what an applicant reads.
        optional: one may do without.
    """

    name: str = attrs.field(validator=_symbol)
    text: Text = attrs.field(converter=bilingual)
    optional: bool = False


def _target(given: str | Target) -> Target:
    return Target.of(given)


@attrs.frozen(kw_only=True)
class Delegation:
    """A service that its owner handed down to a desk for some time.

    Attributes:
        to: the desk.
        areas: in which it holds, by code, each with what lies in it; empty for all.
        since: the first day on which it holds; None for ever before.
        until: the first day on which it no longer holds; None is open.
        basis: the legal act, public.
    """

    to: Target = attrs.field(converter=_target)
    areas: tuple[str, ...] = attrs.field(default=(), converter=_words)
    since: date | None = None
    until: date | None = None
    basis: str = ""

    def __attrs_post_init__(self) -> None:
        if self.since and self.until and self.until <= self.since:
            msg = f"until is the first day on which a delegation no longer holds, after {self.since}; got {self.until}"
            raise InvalidInput(msg)

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.since is None or on >= self.since) and (self.until is None or on < self.until)

    def desk(self, area: UnitId, chart: Chart) -> UnitId | None:
        """The body that is competent by it, seen from an area; None where there is none, or it does not hold there."""
        if self.areas and not any(set(self.areas) & _names(one, chart) for one in (area, *chart.ancestors(area))):
            return None
        return found(self.to, area, chart)


def _names(area: UnitId, chart: Chart) -> set[str]:
    return {chart.code(area), *chart.unit(area).aliases}


def found(desk: Target, area: UnitId, chart: Chart) -> UnitId | None:
    """The body of a desk, seen from an area: itself, or whoever runs the site; None where there is none."""
    body = desk.found(area, chart)
    if body is not None or desk.kind:
        return body
    return next((site.run_by for site in chart.sites if site.code == desk.code), None)


def _documents(given: Iterable[Document]) -> tuple[Document, ...]:
    return tuple(given)


def _delegations(given: Iterable[Delegation]) -> tuple[Delegation, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class Service:
    """One service (服务事项; Open311: service).

    Attributes:
        name: its symbol.
        text: what residents read.
        owner: the code of the department that owns it.
        kind: an approval, or a service for everyday life.
        documents: what is asked for.
        within: the time promised from acceptance (承诺时限).
        fee: what the applicant pays; None where it is free of charge.
        provider: the code of whoever does it, bought by government or as a social enterprise; empty where the desk does.
        channels: how one may apply, for instance ``desk`` and ``app``; empty for any way.
        delegations: the first that holds decides.
    """

    name: str = attrs.field(validator=_symbol)
    text: Text = attrs.field(converter=bilingual)
    owner: str
    kind: Kind = attrs.field(default="approval", validator=attrs.validators.in_(("approval", "livelihood")))
    documents: tuple[Document, ...] = attrs.field(default=(), converter=_documents)
    within: TimeLimit = attrs.field(default=TWENTY_DAYS, converter=time_limit)
    fee: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))
    provider: str = ""
    channels: tuple[str, ...] = attrs.field(default=(), converter=_words)
    delegations: tuple[Delegation, ...] = attrs.field(default=(), converter=_delegations)

    def __attrs_post_init__(self) -> None:
        twice = [name for name, n in Counter(document.name for document in self.documents).items() if n > 1]
        if twice:
            msg = (
                f"each document of a service has a symbol of its own; in {self.name!r} {', '.join(twice)} stands twice"
            )
            raise InvalidInput(msg)

    def missing(self, given: Iterable[str]) -> tuple[Document, ...]:
        """Every document that is asked for and not given, in order.

        Args:
            given: the symbols of the documents that are there.

        Raises:
            InvalidInput: a document is given that this service does not ask for.
        """
        there = set(given)
        unknown = sorted(there - {document.name for document in self.documents})
        if unknown:
            asked = ", ".join(document.name for document in self.documents) or "none"
            msg = f"{self.name} does not ask for {', '.join(unknown)}; it asks for {asked}"
            raise InvalidInput(msg)
        return tuple(one for one in self.documents if not one.optional and one.name not in there)


@attrs.frozen(kw_only=True)
class Competent:
    """Who is competent for a service on a day.

    Attributes:
        body: the desk or the owner.
        owner: the department that owns it.
        last_day: the last day on which the delegation holds; None where it is open, or the owner is competent.
        why: in a sentence.
    """

    body: UnitId
    owner: UnitId
    last_day: date | None
    why: Text


def _services(given: Iterable[Service]) -> tuple[Service, ...]:
    return tuple(given)


@attrs.frozen
class Catalogue:
    """The services of a place.

    Attributes:
        services: in the order of their file.
    """

    services: tuple[Service, ...] = attrs.field(default=(), converter=_services)

    def __attrs_post_init__(self) -> None:
        twice = [name for name, n in Counter(service.name for service in self.services).items() if n > 1]
        if twice:
            msg = f"each service has a symbol of its own; {', '.join(twice)} stands twice"
            raise InvalidInput(msg)

    @cached_property
    def _by_name(self) -> Mapping[str, Service]:
        return {service.name: service for service in self.services}

    def __getitem__(self, name: str) -> Service:
        """A service by its symbol.

        Raises:
            NotFound: there is none.
        """
        service = self._by_name.get(name)
        if service is None:
            msg = f"the catalogue has no service {name!r}; it has {len(self.services)}, look them up in `services`"
            raise NotFound(msg)
        return service

    def competent(self, name: str, area: UnitId, chart: Chart, on: date) -> Competent:
        """Who is competent for a service, seen from an area, on a day.

        Args:
            name: the symbol of the service.
            area: the id of the area where the applicant lives.
            chart: the organisation of that day.
            on: the day.

        Raises:
            NotFound: there is no such service, or no such area on that day, or its owner is not in the register.
        """
        service = self[name]
        chart.area(area)
        owner = found(Target(code=service.owner), area, chart)
        if owner is None:
            msg = f"the owner of {name} is not in the register: {service.owner!r}; correct the catalogue"
            raise NotFound(msg)
        for delegation in service.delegations:
            desk = delegation.desk(area, chart) if delegation.holds(on) else None
            if desk is not None:
                why = SENTENCES.say("delegated", owner=chart.name(owner), desk=chart.name(desk))
                if delegation.basis:
                    why = SENTENCES.say("basis", why=why, basis=delegation.basis)
                last = None if delegation.until is None else delegation.until - timedelta(days=1)
                return Competent(body=desk, owner=owner, last_day=last, why=why)
        return Competent(body=owner, owner=owner, last_day=None, why=SENTENCES.say("owner", owner=chart.name(owner)))

    def at(self, desk: UnitId, area: UnitId, chart: Chart, on: date) -> tuple[Service, ...]:
        """What a desk is competent for on a day, seen from an area, in the order of the catalogue."""
        return tuple(one for one in self.services if self.competent(one.name, area, chart, on).body == desk)

    def faults(self, chart: Chart) -> Iterator[Fault]:
        """What of the catalogue means nothing on a chart: owners, providers, desks, kinds and areas that are not there."""
        kinds = {body.kind for body in chart.bodies_in()}
        bodies = {name for body in chart.bodies_in() for name in (body.code, *body.aliases)}
        run = {site.code for site in chart.sites if site.run_by is not None}
        codes = {chart.code(unit) for unit in chart.units} | {a for u in chart.units for a in chart.unit(u).aliases}
        for service in self.services:
            for field in ("owner", "provider"):
                code = getattr(service, field)
                if code and code not in bodies:
                    yield _fault(service, field, "no-owner", code)
            for number, delegation in enumerate(service.delegations):
                where = f"delegations[{number}]"
                if delegation.to.kind and delegation.to.kind not in kinds:
                    yield _fault(service, f"{where}.to", "no-kind", delegation.to.kind)
                elif delegation.to.code and delegation.to.code not in bodies | run:
                    yield _fault(service, f"{where}.to", "no-desk", delegation.to.code)
                unknown = (code for code in delegation.areas if code not in codes)
                yield from (_fault(service, f"{where}.areas", "no-area", code) for code in unknown)


def _fault(service: Service, field: str, word: str, value: str) -> Fault:
    text = SENTENCES[word]
    return Fault(reason=text.en, text=text, value=value, path=f"{service.name}.{field}", rule=word)
