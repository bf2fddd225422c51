"""What a scheme asks beyond its levels: what each area of a level must have, and which posts nobody holds at once.

Both are data of the scheme, as the levels are, since places differ. A requirement never refuses anything: what is not
there is listed (`civicflow.hierarchy.vacancies`). An incompatibility refuses the change that would bring it about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.units import Body, Post
from civicflow.texts import Text, bilingual

Within = Literal["body", "area", "anywhere"]
"""How near two posts must be for a rule to hold: in one body, in bodies of one area, or wherever they are."""

WITHIN: tuple[Within, ...] = get_args(Within)


@attrs.frozen
class PostPattern:
    """Some posts, by the kind of their body and their name; ``*`` stands for any.

    >>> str(PostPattern.of("owners-committee/*"))
    'owners-committee/*'

    Attributes:
        kind: the name of a kind of body, or ``*``.
        post: the name of a post, or ``*``.
    """

    kind: str
    post: str

    @classmethod
    def of(cls, text: PostPattern | str) -> PostPattern:
        """Read ``KIND/POST``.

        Raises:
            InvalidInput: if it is not written so.
        """
        if isinstance(text, PostPattern):
            return text
        kind, slash, post = text.partition("/")
        if not (kind and slash and post) or (kind, post) == ("*", "*"):
            msg = f"posts are named KIND/POST, as in owners-committee/chair or */mediator; got {text!r}"
            raise InvalidInput(msg)
        return cls(kind, post)

    def matches(self, post: Post, body: Body) -> bool:
        """Whether a post of a body is one of them."""
        return self.kind in ("*", body.kind) and self.post in ("*", post.name)

    def __str__(self) -> str:
        return f"{self.kind}/{self.post}"


def _pair(posts: tuple[PostPattern | str, ...]) -> tuple[PostPattern, ...]:
    return tuple(map(PostPattern.of, posts))


def _two(_: object, __: object, value: tuple[PostPattern, ...]) -> None:
    if len(value) != 2:
        msg = f"two posts are incompatible with each other; got {len(value)}: {', '.join(map(str, value))}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Incompatible:
    """Two posts that nobody may hold at once.

    Attributes:
        posts: the two, as `PostPattern` reads them.
        why: the reason, as whoever is refused reads it; with its norm where there is one.
        within: how near the two must be.
        since: the first day on which the rule holds; None where it holds for the whole history.
    """

    posts: tuple[PostPattern, ...] = attrs.field(converter=_pair, validator=_two)
    why: Text = attrs.field(converter=bilingual)
    within: Within = attrs.field(default="area", validator=attrs.validators.in_(WITHIN))
    since: date | None = None

    def forbids(self, one: tuple[Post, Body], other: tuple[Post, Body]) -> bool:
        """Whether two posts, each with its body, are such a pair, however near they are."""
        first, second = self.posts
        return (first.matches(*one) and second.matches(*other)) or (first.matches(*other) and second.matches(*one))

    def to_builtins(self) -> dict[str, Any]:
        """The rule as JSON-safe values, without what is the default."""
        data: dict[str, Any] = {"posts": [str(post) for post in self.posts], "why": [self.why.en, self.why.zh]}
        if self.within != "area":
            data["within"] = self.within
        if self.since is not None:
            data["since"] = self.since.isoformat()
        return data

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> Incompatible:
        """The rule that `to_builtins` wrote."""
        since = date.fromisoformat(data["since"]) if "since" in data else None
        return cls(posts=tuple(data["posts"]), why=Text(*data["why"]), within=data.get("within", "area"), since=since)


@attrs.frozen(kw_only=True)
class Requirement:
    """What every area of a level must have: a body, a post that somebody holds, or a site.

    Attributes:
        level: the level of the areas that must have it.
        body: kinds of bodies, any of which will do; where a post is asked for, the kinds in which it counts, all where empty.
        post: the name of a post that is to be there and held; empty where the body is all that is asked for.
        site: a kind of site that is to stand in the area or below it, for instance ``contact-point``; alone.
        unless: a kind of body whose areas need it not (no self-management committee where there is a property company).
    """

    level: str
    body: tuple[str, ...] = ()
    post: str = ""
    site: str = ""
    unless: str = ""

    def __attrs_post_init__(self) -> None:
        if bool(self.body or self.post) == bool(self.site):
            got = ", ".join(filter(None, (*self.body, self.post, self.site))) or "neither"
            msg = f"a requirement of the level {self.level!r} names a body or a post, or else a site; got {got}"
            raise InvalidInput(msg)

    def to_builtins(self) -> dict[str, Any]:
        """The requirement as JSON-safe values, without what is empty."""
        data = {
            "level": self.level,
            "body": list(self.body),
            "post": self.post,
            "site": self.site,
            "unless": self.unless,
        }
        return {name: value for name, value in data.items() if value}

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> Requirement:
        """The requirement that `to_builtins` wrote."""
        return cls(**{**data, "body": tuple(data.get("body", ()))})
