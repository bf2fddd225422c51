"""A name for a compound in Leshan (四川省乐山市): residents choose one of five, in secret, on screen and on paper.

Reported is that there were five names and that Jiading Courtyard (嘉定院子) was chosen. The other four, how many residents vote and
for what are made from a seed; the rule (more than half, else a run-off between the leading two) is ours. Every figure is worked
out from the ledger.

``python examples/naming.py`` tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import attrs

import civicflow
from civicflow import Actor, Case, Office
from civicflow.calendars import instant
from civicflow.testing import FrozenClock
from seeds import drawn
from tables import table

ZONE: Final = "Asia/Shanghai"
CHOSEN: Final = "嘉定院子"
NAMES: Final = (CHOSEN, "三江苑", "海棠里", "竹公溪院", "凌云雅居")
RESIDENTS: Final = 320
REGISTER: Final = """
register: naming
scheme: sichuan
areas:
  - {code: shizhong, name: "Shizhong District | 市中区", level: district}
  - {code: street, name: "Subdistrict | 街道", level: subdistrict, parent: shizhong}
  - {code: jiading, name: "The compound's community | 小区所在社区", level: community, parent: street}
bodies:
  - code: party-jiading
    name: "Community Party Committee | 社区党委"
    kind: party-organisation
    area: jiading
    posts: {secretary: li}
  - code: tellers
    name: "Tellers | 计票小组"
    kind: station
    area: jiading
    posts: {teller: {seats: 2, holders: [zhao, qian]}}
"""


@attrs.frozen
class Voter:
    """One resident.

    Attributes:
        person: who.
        likes: the names in the order in which they like them; empty for who does not vote.
        paper: whether they vote on paper.
    """

    person: str
    likes: tuple[str, ...]
    paper: bool = False

    def choice(self, options: tuple[str, ...]) -> str:
        """The name of those that are left which they like best."""
        return next(name for name in self.likes if name in options)


def residents(seed: int = 2023, many: int = RESIDENTS) -> tuple[Voter, ...]:
    """The residents, made from a seed: a quarter do not vote, a sixth vote on paper, and the first name is liked most."""
    made = []
    for number in range(many):
        person = f"resident-{number + 1:03}"
        if drawn(seed, person, "stays away", below=4) == 0:
            made.append(Voter(person, ()))
            continue
        favour = NAMES[max(0, drawn(seed, person, "favour", below=8) - 3)]
        others = sorted(
            (name for name in NAMES if name != favour), key=lambda name: drawn(seed, person, name, below=1000)
        )
        made.append(Voter(person, (favour, *others), paper=drawn(seed, person, "paper", below=6) == 0))
    return tuple(made)


@attrs.frozen
class Round:
    """One round of the vote, as the ledger holds it.

    Attributes:
        votes: by name, the most first.
        took_part: how many residents have a ballot.
        on_paper: how many of these on paper.
        minutes: the sentence.
    """

    votes: Mapping[str, int]
    took_part: int
    on_paper: int
    minutes: str


@attrs.frozen
class Named:
    """What came of it.

    Attributes:
        rounds: the first vote, and the run-off if there was one.
        name: the name that was chosen, or empty.
        shredded: how many sealed ballots were erased afterwards.
    """

    rounds: tuple[Round, ...]
    name: str
    shredded: int


def live_through(office: Office, clock: FrozenClock, given: tuple[Voter, ...]) -> Named:
    """The choice, from the call to the result."""
    office.register.read(REGISTER, source="naming.yaml", format="yaml")
    secretary = office.act_as("li", post="secretary", unit="jiading")
    tellers = [office.act_as(person, post="teller", unit="tellers") for person in ("zhao", "qian")]
    clock.set(instant("2026-03-02T09:00", ZONE))
    called = office.votes.call_choice(
        "A name for the compound | 小区命名",
        NAMES,
        voters=[voter.person for voter in given],
        unit="jiading",
        by=secretary,
        key="naming",
    )
    rounds: list[Round] = []
    shredded = 0
    while not office.case(called).outcome:
        number = len(rounds) + 1
        office.votes.open(called, by=secretary, key=f"open:{number}")
        papers = _cast(office, called, given, secretary)
        clock.advance(days=8)
        office.tick()
        _tell(office, called, papers, tellers, number)
        rounds.append(_round(office, called))
        shredded += office.votes.shred(called, by=secretary, why="told and minuted")
        if office.case(called).state == "vote.tied":
            office.votes.draw(called, seed="5", source="a die before the tellers", by=secretary, key="draw")
    return Named(tuple(rounds), str(office.case(called).data["vote"]["option"]), shredded)


def _cast(office: Office, called: Case, given: tuple[Voter, ...], secretary: Actor) -> dict[str, int]:
    """Residents vote; what lies in the urn, as the papers say it."""
    options = tuple(office.case(called).data["vote"]["options"])
    urn = dict.fromkeys(options, 0)
    with office.together() as one:
        for voter in given:
            if voter.likes and voter.paper:
                one.votes.record(called, voter.person, by=secretary)
                urn[voter.choice(options)] += 1
            elif voter.likes:
                one.votes.cast(called, voter.choice(options), by=one.act_as(voter.person))
    return urn


def _tell(office: Office, called: Case, urn: Mapping[str, int], tellers: list[Actor], number: int) -> None:
    """Each teller counts screen and urn."""
    for teller in tellers:
        sealed = office.votes.unseal(called).numbers
        told = {name: sealed.get(name, 0) + papers for name, papers in urn.items()}
        office.votes.tell(called, told, by=teller, key=f"tell:{number}:{teller.person}")


def _round(office: Office, called: Case) -> Round:
    """The round that was told last, from the ledger."""
    now = office.case(called)
    held = now.data["vote"]
    ballots = office.find(brood=f"{now.id}#{now.round - 1}", limit=1000).cases
    return Round(
        votes=dict(held["votes"]),
        took_part=len(ballots),
        on_paper=sum(ballot.data["choice"] == "paper" for ballot in ballots),
        minutes=held["minutes"],
    )


def main() -> None:
    """Tell it."""
    with TemporaryDirectory() as folder:
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{Path(folder) / 'naming.db'}", clock=clock) as office:
            named = live_through(office, clock, residents())
    for one in named.rounds:
        print(table(["name | 名称", "votes | 得票"], one.votes.items()))
        print(f"{one.took_part} of {RESIDENTS} residents voted, {one.on_paper} on paper")
        print(one.minutes)
    print(named.name)


if __name__ == "__main__":
    main()
