"""The stages of a proposal before and between its votes, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import Conflict, InvalidInput, Money, Refused, Source
from civicflow.workflows.councils.prior_review import MajorMatters
from civicflow.workflows.proposing import TEXT, digest_of

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Case, Refusal


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


@pytest.fixture
def draft(town: Town) -> Case:
    """A draft that nobody has endorsed."""
    return town.proposed(town.fund())


@pytest.fixture
def deliberated(town: Town, draft: Case) -> Case:
    """A text that the group deliberates."""
    town.office.councils.endorse(draft, by=town.delegate("r2"))
    return town.office.councils.hand_in(draft, by=town.delegate("r1"))


class TestText:
    """A text is known by its digest; amending makes another version."""

    @given(st.dictionaries(st.sampled_from([*TEXT, "answer", "group"]), st.text(max_size=3)))
    def test_the_digest_is_of_the_text_alone(self, data: dict[str, str]) -> None:
        """What else a case keeps changes nothing; each field of the text does."""
        text = {field: data.get(field) for field in TEXT}
        assert digest_of(data) == digest_of(text)
        for field in TEXT:
            assert digest_of({**text, field: "another text"}) != digest_of(text)

    def test_versions_count_on(self, town: Town, draft: Case) -> None:
        """The case holds the version in force, the entries hold all of them and why."""
        amended = town.office.councils.amend(draft, "it is for two cars", title="a wider gate", by=town.delegate("r1"))
        assert (draft.data["version"], amended.data["version"], amended.title) == (1, 2, "a wider gate")
        assert draft.data["text"] != amended.data["text"]
        assert amended.data["text"] == digest_of(amended.data)
        entries = town.office.ledger.entries(draft)
        assert [(e.data["title"], e.data.get("reason")) for e in entries] == [
            ("a gate", None),
            ("a wider gate", "it is for two cars"),
        ]

    def test_an_amended_text_adds_up_too(self, town: Town, draft: Case) -> None:
        """Another budget needs other sources; both together are one version."""
        councils, author = town.office.councils, town.delegate("r1")
        assert refusal(lambda: councils.amend(draft, "dearer", budget=Money("120"), by=author)).rules == ("every-yuan",)
        other = town.fund("200")
        amended = councils.amend(
            draft, "dearer", budget=Money("120"), sources=[Source(other.id, Money("120"))], by=author
        )
        assert amended.links["funds"] == (other.id,)

    def test_an_amendment_says_why(self, town: Town, draft: Case) -> None:
        """A reason that is empty is none."""
        with pytest.raises(InvalidInput, match="reason"):
            town.office.councils.amend(draft, " ", title="b", by=town.delegate("r1"))

    def test_two_who_amend_at_once_do_not_overwrite_each_other(
        self, town: Town, deliberated: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever read the text before the other one changed it is told so."""
        councils = town.office.councils
        stale = town.now(deliberated)
        councils.amend(deliberated, "wider", purpose="for two cars", by=town.delegate("r2"))
        monkeypatch.setattr(type(town.office), "case", lambda *_, **__: stale)
        with pytest.raises(Conflict):
            councils.amend(deliberated, "cheaper", title="a small gate", by=town.delegate("r3"))


class TestDrafting:
    """A draft is handed in by its author, once enough other members have endorsed the text as it stands."""

    def test_not_without_another_member(self, town: Town, draft: Case) -> None:
        """How many are wanted is said."""
        said = refusal(lambda: town.office.councils.hand_in(draft, by=town.delegate("r1")))
        assert said.rules == ("endorsed-by-1",)

    @pytest.mark.parametrize("person", ["r1", "r2"])
    def test_its_author_does_not_endorse_it_and_nobody_twice(self, town: Town, draft: Case, person: str) -> None:
        """Each member counts once."""
        town.office.councils.endorse(draft, by=town.delegate("r2"))
        said = refusal(lambda: town.office.councils.endorse(draft, by=town.delegate(person)))
        assert said.rules == ("another-member",)

    def test_an_amended_draft_is_endorsed_anew(self, town: Town, draft: Case) -> None:
        """Whoever endorsed meant another text."""
        councils = town.office.councils
        councils.endorse(draft, by=town.delegate("r2"))
        councils.amend(draft, "wider", title="a wider gate", by=town.delegate("r1"))
        assert refusal(lambda: councils.hand_in(draft, by=town.delegate("r1"))).rules == ("endorsed-by-1",)
        councils.endorse(draft, by=town.delegate("r2"))
        assert councils.hand_in(draft, by=town.delegate("r1")).state == "deliberation.discussed"

    def test_another_member_does_not_amend_a_draft(self, town: Town, draft: Case) -> None:
        """It is its author's."""
        said = refusal(lambda: town.office.councils.amend(draft, "x", title="b", by=town.delegate("r2")))
        assert said.rules == ("authority",)

    def test_left_alone_it_lapses(self, town: Town, draft: Case) -> None:
        """Its author is reminded before."""
        town.clock.advance(days=100)
        town.office.tick()
        assert (town.steps(draft)[1:], town.now(draft).outcome) == (["draft.remind", "draft.lapse"], "lapsed")


class TestDeliberation:
    """Any member amends until the text is settled."""

    def test_any_member_amends(self, town: Town, deliberated: Case) -> None:
        """Its author is told."""
        amended = town.office.councils.amend(deliberated, "safer", purpose="for fire engines", by=town.delegate("r3"))
        assert (amended.state, amended.data["purpose"]) == ("deliberation.discussed", "for fire engines")

    def test_what_is_settled_is_not_amended(self, town: Town, deliberated: Case) -> None:
        """It is voted on as it stands."""
        settled = town.office.councils.settle(deliberated, by=town.delegate("r3"))
        assert settled.state == "group.called"
        assert refusal(lambda: town.office.councils.amend(settled, "x", title="b", by=town.delegate("r1"))).rules == (
            "state",
        )

    def test_left_alone_it_lapses(self, town: Town, deliberated: Case) -> None:
        """The members are reminded before."""
        town.clock.advance(days=70)
        town.office.tick()
        assert town.steps(deliberated)[-2:] == ["deliberation.remind", "deliberation.lapse"]


class TestPriorReview:
    """A major matter first passes deliberation by the branch committee."""

    def handed_in(self, town: Town, **more: Any) -> Case:
        """A major text, handed in."""
        draft = town.proposed(town.fund(), **{"kinds": ["own-rules"], **more})
        town.office.councils.endorse(draft, by=town.delegate("r2"))
        return town.office.councils.hand_in(draft, by=town.delegate("r1"))

    def test_it_goes_to_the_branch_committee_first(self, town: Town) -> None:
        """And is deliberated once it passed."""
        proposal = self.handed_in(town)
        assert (proposal.state, town.asked(proposal)) == ("review.awaited", {"secretary-community"})
        passed = town.office.councils.review(proposal, by=town.secretary())
        assert (passed.state, passed.data["reviewed"]) == ("deliberation.discussed", passed.data["text"])
        assert town.office.councils.settle(proposal, by=town.delegate("r1")).state == "group.called"

    def test_what_becomes_major_is_refused_without_it(self, town: Town, deliberated: Case) -> None:
        """The refusal names the branch committee; it is sent there, and whoever amends it afterwards sends it again."""
        councils, delegate = town.office.councils, town.delegate("r1")
        councils.amend(deliberated, "it is about our own rules", kinds=["own-rules"], by=delegate)
        for _ in range(2):
            said = refusal(lambda: councils.settle(deliberated, by=delegate))
            assert [reason.text.en for reason in said.reasons] == [
                "a major matter first passes prior review by the branch committee"
            ]
            assert "须先经党支部委员会前置审议" in said.text.zh
            councils.refer(deliberated, by=delegate)
            councils.review(deliberated, by=town.secretary())
            councils.amend(deliberated, "once more", purpose=town.now(deliberated).data["purpose"] + "!", by=delegate)
        councils.refer(deliberated, by=delegate)
        councils.review(deliberated, by=town.secretary())
        assert councils.settle(deliberated, by=delegate).state == "group.called"

    def test_an_ordinary_matter_is_not_referred(self, town: Town, deliberated: Case) -> None:
        """It is no business of the committee's."""
        assert (
            refusal(lambda: town.office.councils.refer(deliberated, by=town.delegate("r1")))
            .rules[0]
            .startswith("major")
        )

    @pytest.mark.parametrize(("amount", "state"), [("49999.99", "deliberation.discussed"), ("50000", "review.awaited")])
    def test_an_amount_makes_it_major_itself_included(self, town: Town, amount: str, state: str) -> None:
        """To the fen."""
        fund = town.fund("60000")
        sources = [Source(fund.id, Money(amount))]
        assert self.handed_in(town, kinds=(), budget=Money(amount), sources=sources).state == state

    def test_returned_with_a_reason(self, town: Town) -> None:
        """To its author, who drafts it anew."""
        proposal = self.handed_in(town)
        with pytest.raises(InvalidInput, match="reason"):
            town.office.councils.return_from_review(proposal, " ", by=town.secretary())
        back = town.office.councils.return_from_review(proposal, "hear the owners first", by=town.secretary())
        assert back.state == "draft.drafted"

    def test_silence_passes_nothing(self, town: Town) -> None:
        """It is supervised, and lapses."""
        proposal = self.handed_in(town)
        town.clock.advance(days=60)
        town.office.tick()
        assert town.steps(proposal)[-4:] == ["review.remind", "review.escalate", "review.remind", "review.lapse"]
        assert town.now(proposal).outcome == "lapsed"

    def test_a_rule_that_says_nothing(self) -> None:
        """Neither kinds nor an amount."""
        with pytest.raises(InvalidInput, match="got neither"):
            MajorMatters()


class TestSubmitting:
    """The chair admits what is submitted, returns it, or rejects it with a reason."""

    def submitted(self, town: Town) -> Case:
        """A resolution before the chair."""
        proposal = town.resolved(town.fund())
        town.clock.advance(days=8)
        town.office.tick()
        return town.office.councils.submit(proposal, by=town.delegate("r1"))

    def test_returned_it_is_drafted_and_voted_on_anew(self, town: Town) -> None:
        """The group votes again; the votes of the first time do not count."""
        proposal, councils = self.submitted(town), town.office.councils
        back = councils.send_back(proposal, "no plan of the fire lane", by=town.chair)
        assert back.state == "draft.drafted"
        councils.amend(proposal, "with the plan", purpose="see the plan", by=town.delegate("r1"))
        town.settled(proposal)
        councils.open_vote(proposal, by=town.delegate("r1"))
        councils.vote(proposal, "no", by=town.delegate("r1"))
        assert councils.close_vote(proposal, by=town.delegate("r1")).outcome == "refused-by-group"

    def test_rejected_it_ends_with_its_reason(self, town: Town) -> None:
        """What is not for the council to decide."""
        proposal = town.office.councils.reject(self.submitted(town), "the lane is the district's", by=town.chair)
        assert (proposal.outcome, proposal.data["reason"]) == ("rejected", "the lane is the district's")

    def test_a_reason_is_wanted(self, town: Town) -> None:
        """Neither is done without a word."""
        proposal = self.submitted(town)
        for command in (town.office.councils.send_back, town.office.councils.reject):
            with pytest.raises(InvalidInput, match="reason"):
                command(proposal, " ", by=town.chair)

    def test_what_the_chair_leaves_lying_is_put_under_supervision(self, town: Town) -> None:
        """And is admitted from there all the same."""
        proposal = self.submitted(town)
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(proposal).state == "presentation.supervised"
        assert town.office.councils.admit(proposal, by=town.chair).state == "presentation.awaited"

    def test_the_group_does_not_admit_itself(self, town: Town) -> None:
        """The chair does, or the secretary."""
        proposal = self.submitted(town)
        assert refusal(lambda: town.office.councils.admit(proposal, by=town.delegate("r1"))).rules == ("authority",)


class TestWithdrawing:
    """Whoever drafted it may withdraw it before a vote on it has been opened, and between votes."""

    def test_on_notice_its_objections_are_dropped(self, town: Town) -> None:
        """Nothing stays open."""
        proposal = town.resolved(town.fund())
        town.office.councils.object(proposal, "too narrow", by=town.resident)
        ended = town.office.councils.withdraw(proposal, "we think it over", by=town.delegate("r1"))
        assert (ended.outcome, [o.state for o in town.office.councils.objections(proposal)]) == (
            "withdrawn",
            ["dropped"],
        )
        town.check(proposal)

    def test_not_while_the_group_votes(self, town: Town, draft: Case) -> None:
        """Nor by anybody else."""
        town.settled(draft)
        councils = town.office.councils
        assert refusal(lambda: councils.withdraw(draft, "x", by=town.delegate("r2"))).rules == ("authority",)
        councils.open_vote(draft, by=town.delegate("r1"))
        assert refusal(lambda: councils.withdraw(draft, "x", by=town.delegate("r1"))).rules == ("state",)
