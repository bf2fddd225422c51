"""The roll: who may vote, frozen when voting opens; who of them is present, recused, or votes by proxy.

Rules
-----
- Opening freezes the roll: whoever holds a seat then may vote, and every base of the rule is counted then. Whoever comes or
  goes later changes neither.
- Who is recused is said before voting opens, by themself or by whoever opens it, with the reason.
- A proxy is given while the vote is open, by who is on the roll, to one person, as the rule's policies allow; whoever gave it may still
  vote themself. One ballot each counts, whoever casts it.
- Where the rule counts those present, the opener names the sitting; who is noted as present there when voting opens is.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import ANYONE, AnyOf, Who
from civicflow.ledger.canonical import plain
from civicflow.texts import Text, bilingual
from civicflow.workflows.decisions.policies import Policies, Proxies
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import STAY, Guard, Named, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Notice, Situation
from civicflow.workflows.reasons import HAS_REASON

SITTING: Final = "sitting"
"""The name of the tie to the sitting at which a vote is taken."""


@attrs.frozen
class OpenVote:
    """The opening of a vote at a sitting.

    Attributes:
        sitting: the sitting's id.
    """

    sitting: str


@attrs.frozen
class RecuseSelf:
    """Whoever says so does not vote on this matter.

    Attributes:
        reason: why, public.
    """

    reason: str


@attrs.frozen
class Recuse:
    """Somebody else does not vote on this matter.

    Attributes:
        person: who.
        reason: why, public.
    """

    person: str
    reason: str


@attrs.frozen
class Entrust:
    """A proxy.

    Attributes:
        to: who votes for whoever gives it.
        choice: how, where the authority binds; else empty.
        authority: the words or the number of the written authority.
    """

    to: str
    choice: str = ""
    authority: str = private(default="")


def _here(case: Case) -> str:
    """The name of the vote that a case is in."""
    return case.state.partition(".")[0]


@attrs.frozen
class TellRoll:
    """Tell everybody on the roll that was just frozen, but for who is recused, and who is told of it anyway.

    Attributes:
        stage: the vote's name.
        topic: what it is about.
        text: what is said; ``{title}`` is the case's headline.
    """

    stage: str
    topic: str
    text: Text = attrs.field(converter=bilingual)

    def apply(self, situation: Situation, change: Change) -> None:
        """Note a notice for each."""
        held = change.data[self.stage]
        title = situation.root.title or situation.case.id
        told = {notice.to for notice in change.notices if notice.topic == self.topic}
        for person in held["roll"]:
            to = f"person:{person}"
            if person not in held.get("recused", ()) and to not in told:
                change.notices.append(
                    Notice(
                        case=situation.case.id,
                        version=situation.version,
                        to=to,
                        topic=self.topic,
                        template=self.text,
                        title=title,
                    )
                )


def sits(at: str) -> Guard:
    """What holds of the sitting that the opener names."""

    def test(situation: Situation) -> bool:
        found = situation.read(SITTING)
        return bool(found) and all(
            matter.root.flow_name == "sitting"
            and matter.root.state == "open"
            and matter.root.anchors.get("council") == situation.case.anchors[at]
            for matter in found
        )

    return Guard(
        f"{at}-sits", test, "name the sitting of this body that is open | 请指明该机构正在召开的会议", asks_data=True
    )


@attrs.frozen
class FreezeRoll:
    """Freeze the roll: who holds a post at a body now, and how many seats it has; or as a function makes it.

    Attributes:
        stage: the vote's name; the case keeps its roll and count under it.
        post: whose post.
        at: the anchor that is the body.
        roll: makes the roll of the situation: ``roll`` (persons), ``seats`` (a number), and, where a rule asks for other
            measures, ``weights`` (an amount for each person, by measure) and ``totals`` (of all seats, by measure).
        policies: of the rule, as far as ballots ask for them.
        secret: whether choices are sealed.
        paper: whether paper ballots are taken.
        sitting: whether the opener names a sitting.
        options: whether the case names options, under ``options`` and ``standing``.
    """

    stage: str
    post: str
    at: str
    roll: Named | None = None
    policies: Policies | None = None
    secret: bool = False
    paper: bool = False
    sitting: bool = False
    options: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        """Note all of it."""
        chart, case = situation.world.chart, situation.case
        before = case.data.get(self.stage, {})
        if self.roll is None:
            body = case.anchors[self.at]
            held: dict[str, Any] = {
                "roll": list(chart.holders(self.post, body)),
                "seats": chart.seats(body, self.post),
            }
        else:
            held = dict(self.roll.of(situation))
        recused = [person for person in before.get("recused", ()) if person in held["roll"]]
        if recused:
            held["recused"] = recused
        held.update({name: before[name] for name in ("again", "second", "first") if name in before})
        held.update({name: True for name in ("secret", "paper") if getattr(self, name)})
        if self.policies is not None and self.policies.duplicate != "once":
            held["duplicate"] = self.policies.duplicate
        if self.sitting:
            present = {person for matter in situation.read(SITTING) for person in matter.root.data["present"]}
            held["present"] = [person for person in held["roll"] if person in present]
        if self.options:
            held["options"] = before.get("run-off") or list(case.data["options"])
            if case.data.get("standing"):
                held["standing"] = case.data["standing"]
        change.data[self.stage] = plain(held, path=self.stage)


def recusing(stage: str, voter: Who, opener: Who) -> tuple[Step, Step]:
    """The steps by which somebody is recused before voting opens: by themself, or by whoever opens the vote."""

    def without(situation: Situation, person: str) -> dict[str, Any]:
        held = situation.case.data.get(stage, {})
        return {stage: {**held, "recused": sorted({*held.get("recused", ()), person})}}

    def oneself(situation: Situation) -> dict[str, Any]:
        return without(situation, str(situation.actor.person))

    def another(situation: Situation) -> dict[str, Any]:
        return without(situation, situation.data.person)

    return (
        Step(
            "recuse",
            "recuse oneself | 主动回避",
            "called",
            STAY,
            AnyOf(voter, ANYONE),
            RecuseSelf,
            guards=(HAS_REASON,),
            does=(Compute(Named(f"recused-from-{stage}", oneself)),),
            asks=False,
        ),
        Step(
            "recuse-other",
            "have somebody recused | 决定回避",
            "called",
            STAY,
            opener,
            Recuse,
            guards=(HAS_REASON,),
            does=(Compute(Named(f"has-recused-from-{stage}", another)),),
            asks=False,
        ),
    )


def entrusting(stage: str, voter: Who, proxies: Proxies) -> Step:
    """The step by which somebody on the roll gives a proxy."""

    def entrusted(situation: Situation) -> dict[str, Any]:
        held, data = situation.case.data[stage], situation.data
        proxy = {"to": data.to, "choice": data.choice if proxies.bound else ""}
        return {stage: {**held, "proxies": {**held.get("proxies", {}), str(situation.actor.person): proxy}}}

    def few(situation: Situation) -> bool:
        given = situation.case.data[_here(situation.case)].get("proxies", {})
        others = [who for who, proxy in given.items() if proxy["to"] == situation.data.to]
        return proxies.most is None or len({*others} - {situation.actor.person}) < proxies.most

    guards = [
        Guard(
            "of-the-roll",
            lambda s: s.actor.person in s.case.data[_here(s.case)]["roll"] and s.data.to != s.actor.person,
            "only who may vote entrusts somebody else | 仅有表决权人可委托他人",
            asks_data=True,
        ),
        Guard(
            f"at-most-{proxies.most}",
            few,
            "that person votes for as many others as the rule allows | 该受托人受托人数已达上限",
            asks_data=True,
        ),
    ]
    if proxies.written:
        guards.append(
            Guard(
                "in-writing",
                lambda s: bool(s.data.authority.strip()),
                "a proxy is written: give its words or number | 委托须为书面：请填写委托书内容或编号",
                asks_data=True,
            )
        )
    if proxies.bound:
        guards.append(
            Guard(
                "says-how",
                lambda s: bool(s.data.choice.strip()),
                "the authority says how to vote | 委托书须载明表决意见",
                asks_data=True,
            )
        )
    return Step(
        "entrust",
        "give a proxy | 委托投票",
        "voting",
        STAY,
        AnyOf(voter, ANYONE),
        Entrust,
        guards=tuple(guards),
        does=(Compute(Named(f"entrusted-in-{stage}", entrusted)),),
        asks=False,
    )
