"""What a rule says beside its shares: of those who abstain, are recused, act for others, come late, vote twice; of ties.

Whether vacant seats count is no policy of its own: the base says it, ``seats`` (they do) or ``filled`` (they do not).
"""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import attrs

from civicflow.errors import InvalidInput

Abstention = Literal["stays", "leaves"]
"""Whoever abstains ``stays`` in the base, where it is as good as a no, or ``leaves`` it. ``yes-no`` never holds them."""

Recusal = Literal["stays", "leaves", "leaves-quorum"]
"""Whoever is recused votes not, and ``stays`` in the base, ``leaves`` it, or leaves the base and the quorum's, too."""

Late = Literal["reject", "evidence"]
"""A ballot after the close is refused, or kept beside the count, which it does not change."""

Duplicate = Literal["once", "first-wins", "last-wins"]
"""A second ballot of the same voter is an error; or is kept and does not count; or counts in place of the first."""

Tie = Literal["fails", "chair", "lot", "run-off", "status-quo"]
"""As many for as against: it fails; the chair casts a vote; a lot is drawn, whose seed is recorded; the vote is taken anew;
things stay as they are."""

Early = Literal["opener", "none", "decided", "all-voted"]
"""Before its time voting is ended by whoever opened it, as at a sitting; by nobody; once the ballots that are left cannot
change the result; once all have voted."""


def _known(allowed: Any) -> Any:
    """A validator: one of the words of a literal type."""

    def check(_: object, attribute: attrs.Attribute[str], value: str) -> None:
        if value not in get_args(allowed):
            msg = f"{attribute.name} is one of {', '.join(get_args(allowed))}; got {value!r}"
            raise InvalidInput(msg)

    return check


@attrs.frozen
class Proxies:
    """Whether somebody may vote for somebody else.

    Attributes:
        most: for how many one person may vote beside their own vote; 0 for none at all, None for any number.
        written: only by a written authority, whose file or words are recorded.
        bound: the authority says how to vote, and no other vote is taken (Shanghai's residential property rules).

    Raises:
        InvalidInput: for fewer than none.
    """

    most: int | None = 0
    written: bool = True
    bound: bool = False

    def __attrs_post_init__(self) -> None:
        if self.most is not None and self.most < 0:
            msg = f"one person votes for 0 or more others; got {self.most}"
            raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Policies:
    """The policies of a rule; each default is the plainest.

    Attributes:
        abstention, recusal: who stays in the base.
        proxies: who may vote for others.
        late: what becomes of ballots after the close.
        duplicate: what becomes of a second ballot.
        tie: what becomes of as many for as against.
        early: when voting may end before its time.

    Raises:
        InvalidInput: for a word that no policy is; for an early close where votes may still change, since nothing is
            decided while any ballot may be taken back.
    """

    abstention: Abstention = attrs.field(default="stays", validator=_known(Abstention))
    recusal: Recusal = attrs.field(default="stays", validator=_known(Recusal))
    proxies: Proxies = Proxies()
    late: Late = attrs.field(default="reject", validator=_known(Late))
    duplicate: Duplicate = attrs.field(default="once", validator=_known(Duplicate))
    tie: Tie = attrs.field(default="fails", validator=_known(Tie))
    early: Early = attrs.field(default="opener", validator=_known(Early))

    def __attrs_post_init__(self) -> None:
        if self.duplicate == "last-wins" and self.early != "none":
            msg = (
                f"where the last ballot of a voter counts, nothing is decided before the end; got early={self.early!r}"
            )
            raise InvalidInput(msg)


PLAIN: Final = Policies()
"""Who abstains or is recused stays in the base; one vote each, in person, in time; a tie fails; whoever opened it may
close it."""
