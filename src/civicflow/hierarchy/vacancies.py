"""What is missing: posts that nobody holds, and what a level requires and an area does not have (空缺).

Rules
-----
- A post is vacant as far as it has more seats than holders. Who acts in it for the time being (代理) fills no seat, and is named.
- What a scheme requires of a level (`civicflow.hierarchy.rules.Requirement`) is missing where there is no such body, no such post
  that somebody holds, or no such site in the area or below it. Several register files may use the scheme of one name; what
  any of them requires holds for all areas of that scheme.
- Each gap is listed once: a required post that is there and vacant is one vacancy, with the requirement that makes it matter.
- An organisation that is a member of a joint conference and has no delegate there is a vacancy of the conference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.kinds import SITE_KINDS, TITLES
from civicflow.hierarchy.rules import Requirement
from civicflow.hierarchy.ties import CONFERENCE
from civicflow.hierarchy.units import Area, Body, Post
from civicflow.ids import PersonId, UnitId
from civicflow.texts import Catalogue, Text, listing

_SENTENCES: Final = Catalogue(
    {
        "vacant": "{unit}: {free} of {seats} seats as {post} vacant | {unit}{post}空缺{free}席（共{seats}席）",
        "acting": "{vacant} ({acting} acting) | {vacant}（{acting}代理）",
        "post": "{area} has no {post} | {area}未设{post}",
        "body": "{area} has no {bodies} | {area}未设{bodies}",
        "or": "{one} or {other} | {one}或{other}",
        "delegate": "{organisation} has no delegate in {unit} | {organisation}在{unit}没有代表",
    }
)


@attrs.frozen(kw_only=True)
class Vacancy:
    """Something that ought to be there and is not.

    Attributes:
        unit: the body whose post is vacant; the area where it has no such body or post.
        area: the area in which it is missing; None for a body that stands in none.
        text: what is missing, as a clerk reads it.
        post: the post that is vacant, None where there is none.
        free: how many of its seats nobody holds; 1 for anything else.
        acting: who acts in it for the time being.
        requirement: what the scheme asks for there, None where the post is merely vacant.
        organisation: the member of a joint conference that has no delegate there.
    """

    unit: UnitId
    area: UnitId | None
    text: Text
    post: Post | None = None
    free: int = 1
    acting: tuple[PersonId, ...] = ()
    requirement: Requirement | None = None
    organisation: UnitId | None = None

    def __str__(self) -> str:
        return self.text.en


def vacancies(chart: Chart, under: str | None = None) -> tuple[Vacancy, ...]:
    """What is missing on the chart's day, by code of the area and of the body.

    Args:
        chart: the organisation as of the day.
        under: the id of an area or a body; only what is missing in it and below. Everywhere where left out.
    """
    bodies = chart.bodies_in(under)
    found = [*_required(chart, under), *_vacant(chart, bodies)]
    found += [gap for body in bodies if body.kind == CONFERENCE for gap in _without_delegate(chart, body)]
    once: dict[tuple[UnitId, str, UnitId | None], Vacancy] = {}
    for gap in found:  # what is required comes first, so that the vacancy says so
        what = gap.text.en if gap.post is None else gap.post.id
        once.setdefault((gap.unit, what, gap.organisation), gap)
    return tuple(sorted(once.values(), key=lambda gap: _place(chart, gap)))


def _place(chart: Chart, gap: Vacancy) -> tuple[str, str, str]:
    return chart.code(gap.area) if gap.area is not None else "", chart.code(gap.unit), gap.text.en


def _required(chart: Chart, under: str | None) -> Iterator[Vacancy]:
    asked: defaultdict[str, dict[Requirement, None]] = defaultdict(dict)
    for scheme in chart.schemes:
        asked[scheme.name].update(dict.fromkeys(scheme.requires))
    levels = {rule.level for rules in asked.values() for rule in rules}
    units = (chart.units if under is None else chart.under(under)) if levels else ()
    for area in (unit.id for unit in map(chart.unit, units) if isinstance(unit, Area) and unit.level in levels):
        own = chart.scheme(area)
        for rule in () if own is None else asked[own.name]:
            if rule.level == chart.area(area).level and not (rule.unless and chart.bodies(area, rule.unless)):
                yield from _unmet(chart, area, rule)


def _unmet(chart: Chart, area: UnitId, rule: Requirement) -> Iterator[Vacancy]:
    if rule.site:
        inside = chart.under(area)
        if not any(site.kind == rule.site and site.area in inside for site in chart.sites):
            kind = SITE_KINDS.get(rule.site) or chart.kind_named(rule.site).text
            text = _SENTENCES.say("body", area=chart.name(area), bodies=kind)
            yield Vacancy(unit=area, area=area, text=text, requirement=rule)
        return
    bodies = [body for body in chart.bodies(area) if not rule.body or body.kind in rule.body]
    if not rule.post:
        if not bodies:
            text = _SENTENCES.say(
                "body", area=chart.name(area), bodies=_or(chart.kind_named(kind).text for kind in rule.body)
            )
            yield Vacancy(unit=area, area=area, text=text, requirement=rule)
        return
    posts = [post for body in bodies for post in chart.posts(body.id) if post.name == rule.post]
    if not posts:
        text = _SENTENCES.say("post", area=chart.name(area), post=TITLES.get(rule.post) or Text.same(rule.post))
        yield Vacancy(unit=area, area=area, text=text, requirement=rule)
    elif all(_free(chart, post) == post.seats for post in posts):
        yield attrs.evolve(_gap(chart, posts[0]), requirement=rule)


def _vacant(chart: Chart, bodies: Iterable[Body]) -> Iterator[Vacancy]:
    for body in bodies:
        for post in chart.posts(body.id):
            if _free(chart, post) > 0:
                yield _gap(chart, post)


def _free(chart: Chart, post: Post) -> int:
    return post.seats - sum(appointment.kind != "acting" for appointment in chart.appointed(post.id))


def _gap(chart: Chart, post: Post) -> Vacancy:
    free = _free(chart, post)
    acting = tuple(one.person for one in chart.appointed(post.id) if one.kind == "acting")
    text = _SENTENCES.say("vacant", unit=chart.name(post.unit), post=post.title, free=free, seats=post.seats)
    if acting:
        text = _SENTENCES.say("acting", vacant=text, acting=listing(map(Text.same, acting)))
    return Vacancy(unit=post.unit, area=chart.area_of(post.unit), text=text, post=post, free=free, acting=acting)


def _without_delegate(chart: Chart, conference: Body) -> Iterator[Vacancy]:
    sent = {one.on_behalf_of for post in chart.posts(conference.id) for one in chart.appointed(post.id)}
    for tie in chart.ties_to(conference.id, "member-of"):
        member = tie.source
        if member is not None and member not in sent:
            text = _SENTENCES.say("delegate", organisation=chart.name(member), unit=conference.name)
            area = chart.area_of(conference.id)
            yield Vacancy(unit=conference.id, area=area, text=text, organisation=member)


def _or(texts: Iterable[Text]) -> Text:
    first, *rest = texts
    for other in rest:
        first = _SENTENCES.say("or", one=first, other=other)
    return first
