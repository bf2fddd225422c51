"""Comparing quotes (比价、评分): the lowest price, or the best score by named criteria. Exact, and never by a float.

Rules
-----
- Without criteria the lowest price is best. With criteria the highest sum of points is, and of equal sums the lower price.
- The price has its own points: the lowest price gets all of them, any other one as many as the lowest is a share of it.
- A quote is sealed by its digest over bidder, amount and a secret, so that nobody, the office neither, can read the amount
  before it is opened, and nobody can open another amount than the one that was handed in.

Source: Government Procurement Law of China, article 40 (inquiry: the lowest quote of equal quality and service). The points of a
price are those of the Ministry of Finance's order no. 87, article 55; of equal scores its article 57 puts the lower quote
first. Whether they bind so small a work is for the place to know. Ours: sealing by a digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.ledger.canonical import encode, plain
from civicflow.money import Money

LEAST_SECRET: Final = 16
"""So many characters a secret has at least: amounts are few enough to be tried out, so the secret has to be what hides them."""

_SEALED: Final = re.compile(r"[0-9a-f]{64}")


def seal_quote(bidder: str, amount: Money, secret: str) -> str:
    """What a bidder hands in of a quote before it is opened: SHA-256, hexadecimal.

    >>> seal_quote("c", Money(1), "0123456789abcdef") == seal_quote("d", Money(1), "0123456789abcdef")
    False

    Args:
        bidder: whose quote it is, as it is handed in: the body's id, or a name.
        amount: what they ask for.
        secret: known to the bidder alone until the quote is opened, at least 16 characters, not used before.

    Raises:
        InvalidInput: if the secret is shorter.
    """
    if len(secret) < LEAST_SECRET:
        msg = f"a secret that seals a quote has at least {LEAST_SECRET} characters; got {len(secret)}"
        raise InvalidInput(msg)
    return hashlib.sha256(encode(plain([bidder, amount, secret]))).hexdigest()


def is_sealed(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    """An attrs validator: a sealed quote, or empty for an envelope of paper.

    Raises:
        InvalidInput: if it is something else.
    """
    if value and not _SEALED.fullmatch(value):
        msg = f"{attribute.name} is 64 hexadecimal digits as civicflow.workflows.works.seal_quote makes them, or empty; got {value!r}"
        raise InvalidInput(msg)


def points(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    """An attrs validator: whole points.

    Raises:
        InvalidInput: if they are none, or negative.
    """
    if type(value) is not int or value < 0:
        msg = f"{attribute.name} is a whole number of points from 0; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class Criterion:
    """Something by which quotes are compared beside their price.

    Attributes:
        name: for instance ``warranty``, public.
        points: how many it gives at most.
    """

    name: str
    points: int = attrs.field(validator=points)


@attrs.frozen
class Points:
    """What a quote gets for a criterion.

    Attributes:
        bidder: whose quote.
        criterion: by name.
        points: how many.
    """

    bidder: str
    criterion: str
    points: int = attrs.field(validator=points)


def price_points(amount: Money, lowest: Money, most: int) -> Fraction:
    """The points of a price.

    >>> price_points(Money("36000"), Money("34500"), 60)
    Fraction(115, 2)
    """
    return Fraction(most) * Fraction(lowest.amount) / Fraction(amount.amount)


def scores(amounts: Mapping[str, Money], price: int, given: Iterable[Points] = ()) -> dict[str, Fraction]:
    """The sum of points of each quote.

    >>> scores({"a": Money(100), "b": Money(125)}, 60, [Points("a", "warranty", 10), Points("b", "warranty", 25)])
    {'a': Fraction(70, 1), 'b': Fraction(73, 1)}

    Args:
        amounts: by bidder.
        price: how many points the price gives at most.
        given: the points of the other criteria.
    """
    if not amounts:
        return {}
    lowest = min(amounts.values())
    sums = {bidder: price_points(amount, lowest, price) for bidder, amount in amounts.items()}
    for one in given:
        if one.bidder in sums:
            sums[one.bidder] += one.points
    return sums


def best(amounts: Mapping[str, Money], price: int, given: Iterable[Points] = ()) -> tuple[str, ...]:
    """The bidders of the best quotes: one, or several that are alike in score and price.

    >>> best({"a": Money(100), "b": Money(125), "c": Money(100)}, 100)
    ('a', 'c')
    """
    sums = scores(amounts, price, given)
    ranks = {bidder: (-sums[bidder], amounts[bidder].amount) for bidder in amounts}
    return tuple(bidder for bidder in amounts if ranks[bidder] == min(ranks.values()))


def complete(bidders: Iterable[str], criteria: Iterable[Mapping[str, Any]], given: Iterable[Points]) -> bool:
    """Whether each quote has points for each criterion, once, and no more than the criterion gives.

    >>> complete(["a"], [{"name": "warranty", "points": 40}], [Points("a", "warranty", 41)])
    False
    """
    most = {criterion["name"]: criterion["points"] for criterion in criteria}
    found = [(one.bidder, one.criterion) for one in given]
    wanted = {(bidder, name) for bidder in bidders for name in most}
    return len(found) == len(set(found)) and set(found) == wanted and all(p.points <= most[p.criterion] for p in given)
