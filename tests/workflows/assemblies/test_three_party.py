"""Three-party decisions, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import InvalidInput, Money, Refused
from civicflow.workflows.assemblies.three_party import PARTIES, Bring, three_party
from civicflow.workflows.assemblies.voices import voices
from civicflow.workflows.decisions.requirements import Majority

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Actor, Case, Flow, Refusal

COMPOUND: list[dict[str, Any]] = [
    {"code": "branch", "name": "Branch | 党支部", "kind": "party-organisation", "posts": {"secretary": "b1"}},
    {"code": "owners", "name": "Owners' committee | 业委会", "kind": "owners-committee", "posts": {"chair": "o1"}},
    {"code": "firm", "name": "Property company | 物业", "kind": "property-company", "posts": {"manager": "f1"}},
]
SAYS = {
    "branch": ("b1", "secretary", "branch"),
    "committee": ("o1", "chair", "owners"),
    "partner": ("f1", "manager", "firm"),
}
RULES = {"parking": "one space a flat"}


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


def settle(town: Town) -> Town:
    """The compound's three bodies."""
    register = town.register
    register["bodies"] += [{**body, "area": "group"} for body in COMPOUND]
    town.load(register)
    return town


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town with a compound, on every built-in storage."""
    return settle(open_town())


def speaker(town: Town, party: str) -> Actor:
    """Who speaks for a party."""
    person, post, unit = SAYS[party]
    return town.office.act_as(person, post=post, unit=unit)


def brought(town: Town, **other: Any) -> Case:
    """A matter that the owners' committee brings."""
    given = {"unit": "group", "branch": "branch", "committee": "owners", "partner": "firm"}
    by = speaker(town, "committee")
    return town.office.assemblies.bring("Gate | 大门", **{**given, "by": by, **other})


def asked(town: Town, **other: Any) -> Case:
    """A matter on which the parties are asked."""
    return town.office.assemblies.ask(brought(town, **other), by=speaker(town, "committee"))


def agree(town: Town, matter: Case, *parties: str) -> Case:
    """They agree, one after the other."""
    for party in parties:
        matter = town.office.assemblies.agree(matter, party, by=speaker(town, party))
    return matter


class TestParties:
    """The parties are three bodies: the compound's own committee, and a branch and a partner of the compound or of an area above it."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"partner": "branch"},
            {"unit": "community"},
            {"unit": "neighbour"},
            {"branch": "party-neighbour"},
            {"committee": "council"},
        ],
    )
    def test_others_decide_nothing_here(self, town: Town, wrong: dict[str, str]) -> None:
        """Neither one body twice, nor about another area, nor another area's committee."""
        by = speaker(town, "partner" if "committee" in wrong else "committee")
        assert refusal(lambda: brought(town, by=by, **wrong)).rules == ("three-bodies",)

    def test_the_branch_may_be_the_community_s(self, town: Town) -> None:
        """A compound without a branch of its own."""
        assert asked(town, branch="party-community").state == "voices.asked"


class TestPriorReview:
    """A major matter is put to the parties only as the branch committee has reviewed it: the refusal names the committee."""

    @pytest.mark.parametrize("major", [{"kinds": ("charges",)}, {"budget": Money(50_000)}])
    def test_a_major_matter_first_passes_it(self, town: Town, major: dict[str, Any]) -> None:
        """By its kind or by its amount."""
        assemblies, by = town.office.assemblies, speaker(town, "committee")
        matter = brought(town, **major)
        refused = refusal(lambda: assemblies.ask(matter, by=by))
        assert "a major matter first passes prior review by the branch committee" in str(refused)
        assert "重大事项须先经党支部委员会前置审议" in str(refused)
        matter = assemblies.review(assemblies.refer(matter, by=by), by=speaker(town, "branch"))
        assert assemblies.ask(matter, by=by).state == "voices.asked"

    def test_an_ordinary_one_does_not(self, town: Town) -> None:
        """And is not sent there."""
        matter = brought(town, kinds=("a-lamp",), budget=Money("49999.99"))
        assert refusal(lambda: town.office.assemblies.refer(matter, by=speaker(town, "committee"))).rules
        assert asked(town).state == "voices.asked"

    def test_amended_it_is_reviewed_anew(self, town: Town) -> None:
        """The committee passed another text."""
        assemblies, by = town.office.assemblies, speaker(town, "committee")
        matter = assemblies.refer(brought(town, kinds=("charges",)), by=by)
        matter = assemblies.review(matter, by=speaker(town, "branch"))
        matter = assemblies.amend(matter, "Gate, painted | 大门刷漆", kinds=("charges",), by=by)
        refused = refusal(lambda: assemblies.ask(matter, by=by))
        assert "prior review" in str(refused)

    def test_returned_it_is_tabled_again(self, town: Town) -> None:
        """With a reason, and not reviewed."""
        assemblies, by = town.office.assemblies, speaker(town, "committee")
        matter = assemblies.refer(brought(town, kinds=("charges",)), by=by)
        matter = assemblies.review(matter, returned="too dear", by=speaker(town, "branch"))
        assert (matter.state, matter.data.get("reviewed")) == ("table.tabled", None)

    def test_silence_does_not_pass_it(self, town: Town) -> None:
        """It lapses in the end."""
        matter = town.office.assemblies.refer(brought(town, kinds=("charges",)), by=speaker(town, "committee"))
        for _ in range(20):
            town.clock.advance(days=5)
            town.office.tick()
        assert town.now(matter.id).outcome == "lapsed"


class TestVoices:
    """Each party has one voice; it is decided as soon as what is said decides it; silence agrees to nothing."""

    def test_all_agree(self, town: Town) -> None:
        """In any order."""
        matter = agree(town, asked(town), "partner", "branch")
        assert matter.state == "voices.asked"
        assert agree(town, matter, "committee").outcome == "agreed"

    def test_one_against_it_decides(self, town: Town) -> None:
        """With a reason."""
        matter = agree(town, asked(town), "branch")
        matter = town.office.assemblies.decline(matter, "partner", "no staff", by=speaker(town, "partner"))
        assert (matter.outcome, matter.data["voices"]) == ("failed", {"branch": "agreed", "partner": "against"})

    def test_one_voice_each(self, town: Town) -> None:
        """Neither twice, nor for another."""
        matter = agree(town, asked(town), "branch")
        assert refusal(lambda: agree(town, matter, "branch")).rules == ("branch-once",)
        by = speaker(town, "branch")
        assert refusal(lambda: town.office.assemblies.agree(matter, "partner", by=by)).rules == ("authority",)

    def test_who_is_silent_is_recorded_so(self, town: Town) -> None:
        """Reminded, supervised, and at last it is not agreed."""
        matter = agree(town, asked(town), "branch", "committee")
        seen = set()
        for _ in range(20):
            town.clock.advance(days=5)
            town.office.tick()
            seen.add(town.now(matter.id).state)
        now = town.now(matter.id)
        assert seen == {"voices.asked", "voices.supervised", "failed"}
        assert now.data["voices"] == {"branch": "agreed", "committee": "agreed", "partner": "silent"}

    def test_two_of_three_where_a_place_says_so(self, open_town: OpenTown) -> None:
        """Another version of the flow, by another rule; the second voice decides, and one against does not."""
        two: Flow = three_party(version=2, rule=Majority(2, 3, "filled"))
        town = settle(open_town(flows=(two,)))
        matter = town.office.assemblies.decline(asked(town), "branch", "no", by=speaker(town, "branch"))
        assert matter.state == "voices.asked"
        assert agree(town, matter, "committee", "partner").outcome == "agreed"

    def test_a_rule_counts_all_parties(self) -> None:
        """Silence would decide otherwise."""
        with pytest.raises(InvalidInput, match="got 'yes-no'"):
            voices(*PARTIES, rule=Majority(1, 2, "yes-no", strict=True))

    def test_who_brought_it_withdraws_it(self, town: Town) -> None:
        """Nobody else."""
        matter = asked(town)
        withdraw = town.office.assemblies.withdraw
        assert refusal(lambda: withdraw(matter, by=speaker(town, "partner"))).rules == ("authority",)
        assert withdraw(matter, by=speaker(town, "committee")).outcome == "withdrawn"


class TestAdoptingADocument:
    """A decision may adopt the version of a document, in the commit in which it is made: the text that was asked about."""

    def handbook(self, town: Town, unit: str = "group") -> Case:
        """One that is drafted."""
        by = speaker(town, "branch") if unit == "group" else town.secretary(unit)
        return town.office.documents.draft("Handbook | 手册", kind="handbook", unit=unit, rules=RULES, by=by)

    def test_it_is_in_force_from_the_day_that_was_said(self, town: Town) -> None:
        """The decision is the matter."""
        handbook = self.handbook(town)
        matter = agree(town, asked(town, document=handbook, after_days=3), "branch", "committee", "partner")
        rule = town.office.documents.history(handbook).rule("parking", town.office.now().date() + timedelta(3))
        assert matter.outcome == "agreed"
        assert rule is not None
        assert (rule.text, rule.version.decision) == (RULES["parking"], matter.id)

    def test_another_text_is_not_adopted(self, town: Town) -> None:
        """It was drafted anew while they were asked."""
        handbook = self.handbook(town)
        matter = asked(town, document=handbook)
        town.office.documents.redraft(handbook, rules={"parking": "none"}, by=speaker(town, "branch"))
        assert refusal(lambda: agree(town, matter, "branch")).rules == ("document-fits",)

    def test_the_compound_s_own_alone(self, town: Town) -> None:
        """Not the community's, nor one that is not there."""
        other = self.handbook(town, "community")
        assert refusal(lambda: brought(town, document=other)).rules == ("of-the-compound",)
        anchors = {name: brought(town).anchors[name] for name in ("branch", "committee", "partner")}
        bring = partial(town.office.begin, "three-party-decision", "bring", unit="group", anchors=anchors)
        none = Bring(title="t", document="D-0000000000000000", document_text="ab")
        said = refusal(lambda: bring(none, by=speaker(town, "committee")))
        assert said.rules == ("of-the-compound",)
