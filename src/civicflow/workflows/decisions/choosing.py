"""Choosing one among several options: by plurality, with a least share, with a run-off; what a tie does is always said.

The option with the most votes leads. It is chosen if it has the share that the rule asks for, else the leading two go to a
run-off, or nothing is chosen. Whoever ties with the second goes to the run-off, too, so that no coin decides who does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Catalogue, Text, listing
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.policies import PLAIN, Policies, Tie
from civicflow.workflows.decisions.requirements import Requirement
from civicflow.workflows.decisions.shares import Amount, shown

SENTENCES: Final = Catalogue(
    {
        "chosen": "chosen: {option}, {votes} of {cast} ballots cast{said} | 选定{option}：已投{cast}票中得{votes}票{said}",
        "short": "none chosen: {option} leads with {votes} of {cast} ballots cast{said} | 未选定：{option}得{votes}票（已投{cast}票）领先{said}",
        "tied": "none chosen, a tie: {options} with {votes} of {cast} ballots cast each | 未选定，票数相等：{options}各得{votes}票（已投{cast}票）",
        "no-quorum": "none chosen, there was no quorum: {said} | 未选定，未达法定人数：{said}",
        "nobody": "none chosen: nobody voted for any option | 未选定：无人投票给任何选项",
        "run-off": "{said}; a run-off follows between {options} | {said}；下列选项进入第二轮：{options}",
        "standing": "chosen by a tie: {option}, which stands as it is | 票数相等，维持现状：{option}",
        "plurality": "the most votes | 得票最多",
        "plurality.least": "the most votes, and {least} | 得票最多，且{least}",
    }
)


@attrs.frozen
class Poll:
    """How a choice among options came out.

    Attributes:
        votes: ballots by option; an option that nobody chose stands with 0.
        count: abstentions, seats and everything else; its ``yes`` and ``no`` are not read.
        standing: the option that holds now, or empty.
        again: whether this is a run-off.
    """

    votes: Mapping[str, Amount]
    count: Count
    standing: str = ""
    again: bool = False

    def for_option(self, option: str) -> Count:
        """The count as if it had been about one option: every other vote is against it."""
        yes = self.votes[option]
        return attrs.evolve(self.count, yes=yes, no=sum(self.votes.values()) - yes)


@attrs.frozen
class Chosen:
    """What a rule says of a choice.

    Attributes:
        option: what is chosen, or empty.
        votes: by option, the most first.
        tied: the options that lead with as many votes, where there are several.
        run_off: the options that go to a run-off, or none.
        missing: how many votes the leading one lacked.
        text: the sentence for the minutes.
    """

    option: str
    votes: tuple[tuple[str, Amount], ...]
    text: Text
    tied: tuple[str, ...] = ()
    run_off: tuple[str, ...] = ()
    missing: Amount = 0

    @property
    def reached(self) -> bool:
        """Whether something is chosen."""
        return bool(self.option)


@attrs.frozen(kw_only=True)
class Plurality:
    """The most votes choose.

    Attributes:
        name: the rule's symbol.
        tie: what a tie does; there is no default. ``run-off`` votes again among those that tie, once; ``status-quo`` chooses
            the option that holds now, if it is among them.
        least: what the leading option has to reach beside, every other vote counted as against it; or None.
        quorum: who has to take part, or None.
        run_off: whether the leading two go to a second vote where the first one lacks its share; in it the most votes choose.
        policies: of abstention, recusal and so on; their ``tie`` is this rule's.
        citation: where it stands.

    Raises:
        InvalidInput: for a tie policy that there is not, or one that the policies contradict.
    """

    name: str
    tie: Tie
    least: Requirement | None = None
    quorum: Requirement | None = None
    run_off: bool = False
    policies: Policies = PLAIN
    citation: str = ""

    def __attrs_post_init__(self) -> None:
        attrs.evolve(self.policies, tie=self.tie)
        if self.policies.tie not in {PLAIN.tie, self.tie}:
            msg = f"a rule has one policy for ties; got {self.tie!r} and {self.policies.tie!r}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The rule in words.

        >>> from civicflow.workflows.decisions.requirements import Majority
        >>> Plurality(name="name", tie="lot", least=Majority(1, 3, "cast")).text.en
        'the most votes, and at least 1/3 of ballots cast'
        """
        if self.least is None:
            return SENTENCES["plurality"]
        return SENTENCES.say("plurality.least", least=self.least.text)

    def of(self, poll: Poll) -> Chosen:
        """What the rule says of a choice.

        >>> rule = Plurality(name="name", tie="lot")
        >>> rule.of(Poll({"oak": 3, "elm": 1}, Count(0, 0, 0, 5, 5))).text.en
        'chosen: oak, 3 of 4 ballots cast'

        Raises:
            InvalidInput: for a choice without options.
        """
        if not poll.votes:
            msg = "a choice has options; got none"
            raise InvalidInput(msg)
        votes = tuple(sorted(poll.votes.items(), key=lambda item: (-item[1], item[0])))
        option, most = votes[0]
        cast = poll.for_option(option)
        if self.quorum is not None and not (said := self.quorum.of(cast, self.policies)).reached:
            return Chosen("", votes, SENTENCES.say("no-quorum", said=said.text), missing=said.missing)
        if not most:
            return Chosen("", votes, SENTENCES["nobody"], missing=1)
        tied = tuple(name for name, number in votes if number == most)
        if len(tied) > 1:
            return self._tied(poll, votes, tied, cast)
        return self._led(poll, votes, cast)

    def _led(self, poll: Poll, votes: tuple[tuple[str, Amount], ...], cast: Count) -> Chosen:
        option, most = votes[0]
        least = None if self.least is None or poll.again else self.least.of(cast, self.policies)
        beside = Text("", "") if least is None else Text(f"; {least.text.en}", f"；{least.text.zh}")
        gaps = {"option": option, "votes": shown(most), "cast": shown(cast.of("cast")), "said": beside}
        if least is None or least.reached:
            return Chosen(option, votes, SENTENCES.say("chosen", **gaps))
        short = Chosen("", votes, SENTENCES.say("short", **gaps), missing=least.missing)
        if not self.run_off or len(votes) < 2:  # nothing to choose between
            return short
        second = votes[1][1]
        return _to_run_off(short, tuple(name for name, number in votes if number >= second and number))

    def _tied(self, poll: Poll, votes: tuple[tuple[str, Amount], ...], tied: tuple[str, ...], cast: Count) -> Chosen:
        gaps = {"options": listing(map(Text.same, tied)), "votes": shown(votes[0][1]), "cast": shown(cast.of("cast"))}
        even = Chosen("", votes, SENTENCES.say("tied", **gaps), tied=tied, missing=1)
        if self.tie == "status-quo" and poll.standing in tied:
            said = SENTENCES.say("standing", option=poll.standing)
            return attrs.evolve(even, option=poll.standing, text=said, missing=0)
        if self.tie == "run-off" and not poll.again:
            return _to_run_off(even, tied)
        return even


def _to_run_off(said: Chosen, options: tuple[str, ...]) -> Chosen:
    if len(options) < 2:  # nothing to choose between
        return said
    sentence = SENTENCES.say("run-off", said=said.text, options=listing(map(Text.same, options)))
    return attrs.evolve(said, text=sentence, run_off=options)
