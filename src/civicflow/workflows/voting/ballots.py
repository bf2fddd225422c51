"""Ballots: one each, a matter of its own that the voter's own step brings about, so a thousand may vote at once.

Rules
-----
- Only those vote who are on the roll that the opening froze, each in their own name or for whoever entrusted them with
  their vote; whoever is recused does not.
- A ballot is never changed. A second one of the same voter is refused, unless the rule says which of several counts.
- In a secret vote the choice is sealed: it is kept beside the entry, which says that somebody voted, not what.
- Paper: a teller records what a signed paper says; in a secret vote only that a paper was given to somebody.

Source: OpenSlides' votes, where the same ballot twice is an error, and Shanghai's property rules, where a proxy is written and
votes as the principal said. Ours: the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, AnyOf, Holder
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation

Choice = Literal["yes", "no", "abstain"]
CHOICES: Final = ("yes", "no", "abstain")

SEALED: Final = "sealed"
"""What a ballot shows of a secret choice."""

PAPER: Final = "paper"
"""What a ballot shows of a paper that lies in the urn."""

TELLER: Final = AnyOf(Holder("secretary", "unit"), Holder("teller", "electorate"))
"""Who enters what is on paper."""

_NTH: Final = "~"
"""Between a voter and the number of their ballot, where there may be several."""


def _is_choice(_: object, __: object, value: str) -> None:
    if value not in CHOICES:
        msg = f"a vote is one of {', '.join(CHOICES)}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class CastVote:
    """One member's vote.

    Attributes:
        choice: ``yes``, ``no`` or ``abstain``.
    """

    choice: Choice = attrs.field(validator=_is_choice)


@attrs.frozen
class Seal:
    """A secret choice.

    Attributes:
        choice: ``yes``, ``no``, an option, or ``abstain``; kept beside the entry, and erased after the count.
    """

    choice: str = private()


def held_by(case: Case) -> Mapping[str, Any]:
    """The frozen roll of the vote that a case is in now, and what is kept beside it."""
    held: Mapping[str, Any] = case.data[case.state.partition(".")[0]]
    return held


def _held(situation: Situation) -> Mapping[str, Any]:
    return held_by(situation.parent)


def nth(voter: str, number: int) -> str:
    """How the key of a voter's ballot is spelled.

    >>> nth("d1", 1), nth("d1", 2)
    ('d1', 'd1~2')
    """
    return voter if number == 1 else f"{voter}{_NTH}{number}"


def voter_of(held: Mapping[str, Any], key: str) -> tuple[str, int]:
    """Whose ballot it is, and the how many-th of theirs; an empty voter where the roll holds none.

    >>> voter_of({"roll": ["d1"]}, "d1~2"), voter_of({"roll": ["d1"]}, "d2")
    (('d1', 2), ('', 1))
    """
    if key in held["roll"]:
        return key, 1
    voter, _, number = key.rpartition(_NTH)
    if voter in held["roll"] and number.isdecimal() and nth(voter, int(number)) == key and int(number) > 1:
        return voter, int(number)
    return "", 1


def _in_name(situation: Situation) -> bool:
    """The voter themself, or whoever they entrusted; who is not on the roll is for `ON_THE_ROLL` to refuse."""
    held, actor = _held(situation), situation.actor.person
    voter, _ = voter_of(held, situation.case.key)
    if not voter:
        return situation.case.key == actor
    return actor in (voter, held.get("proxies", {}).get(voter, {}).get("to"))


def _as_bound(situation: Situation) -> bool:
    held = _held(situation)
    voter, _ = voter_of(held, situation.case.key)
    proxy = held.get("proxies", {}).get(voter)
    told = "" if proxy is None or situation.actor.person == voter else proxy["choice"]
    return told in ("", situation.data.choice)


def _is_option(situation: Situation) -> bool:
    return situation.data.choice in (*_held(situation).get("options", ("yes", "no")), "abstain")


ON_THE_ROLL: Final = Guard(
    "on-the-roll",
    lambda s: bool(voter_of(_held(s), s.case.key)[0]),
    "only those who held a seat when voting opened may vote | 表决开始时在任的成员方可投票",
)
IN_NAME: Final = Guard(
    "in-own-name",
    _in_name,
    "everybody votes in their own name, or for who entrusted them | 须以本人名义或受托投票",
)
NOT_RECUSED: Final = Guard(
    "not-recused",
    lambda s: voter_of(_held(s), s.case.key)[0] not in _held(s).get("recused", ()),
    "whoever is recused does not vote on this matter | 已回避，不参加本事项表决",
)
ONE_EACH: Final = Guard(
    "one-each",
    lambda s: voter_of(_held(s), s.case.key)[1] == 1 or "duplicate" in _held(s),
    "everybody has one ballot | 每人一票",
)
AS_BOUND: Final = Guard(
    "as-bound",
    _as_bound,
    "the authority says another vote | 与委托书载明的意见不一致",
    asks_data=True,
)
AN_OPTION: Final = Guard(
    "an-option",
    _is_option,
    "that is none of the options | 不属于可选项",
    asks_data=True,
)
ON_PAPER: Final = Guard("on-paper", lambda s: bool(_held(s).get("paper")), "no papers are taken | 本次不接受纸质票")

_EACH: Final = (ON_THE_ROLL, NOT_RECUSED, ONE_EACH)
# The seats are asked, yet the roll decides: whoever left a seat since may vote, their successor may not.
_VOTER: Final = AnyOf(Holder("delegate", "electorate"), ANYONE)
_CAST: Final = State("cast", "cast | 已投", final="cast")

BALLOT: Final = Flow(
    "ballot",
    1,
    "ballot | 表决票",
    (_CAST,),
    (
        Step(
            "cast",
            "vote | 投票",
            NEW,
            "cast",
            _VOTER,
            CastVote,
            guards=(*_EACH, IN_NAME, AS_BOUND),
            does=(Keep(("choice",)),),
        ),
        Step(
            "record",
            "record a signed paper | 登记纸质票",
            NEW,
            "cast",
            TELLER,
            CastVote,
            guards=(*_EACH, ON_PAPER),
            does=(Keep(("choice",)),),
            asks=False,
        ),
    ),
    anchors=("electorate",),
)
"""An open one: for or against."""

SECRET_BALLOT: Final = Flow(
    "secret-ballot",
    1,
    "secret ballot | 无记名选票",
    (_CAST,),
    (
        Step(
            "seal",
            "vote in secret | 无记名投票",
            NEW,
            "cast",
            _VOTER,
            Seal,
            guards=(*_EACH, IN_NAME, AN_OPTION),
            does=(Compute(Named("sealed-choice", lambda _: {"choice": SEALED})),),
        ),
        Step(
            "mark",
            "mark who was given a paper | 登记领票",
            NEW,
            "cast",
            TELLER,
            guards=_EACH,
            does=(Compute(Named("choice-on-paper", lambda _: {"choice": PAPER})),),
            asks=False,
        ),
    ),
    anchors=("electorate",),
)
"""A secret one: sealed, or on a paper that lies in an urn."""


def counted(held: Mapping[str, Any], ballots: Iterable[Case]) -> dict[str, str]:
    """What each voter's ballot says, the one that counts of each, by voter.

    Args:
        held: the roll and what is kept beside it.
        ballots: every ballot of its round.
    """
    if "duplicate" not in held:  # everybody has one ballot, which bears their name
        return {ballot.key: ballot.data["choice"] for ballot in ballots}
    last = held["duplicate"] == "last-wins"
    roll = {"roll": frozenset(held["roll"])}
    found: dict[str, tuple[int, str]] = {}
    for ballot in ballots:
        voter, number = voter_of(roll, ballot.key)
        before = found.get(voter)
        if before is None or (number > before[0]) == last:
            found[voter] = (number, ballot.data["choice"])
    return {voter: choice for voter, (_, choice) in found.items()}
