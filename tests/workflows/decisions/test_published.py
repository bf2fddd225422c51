"""Every vector that the sources publish, each with where it stands; where a source's own figure is not exact, it is said so."""

from __future__ import annotations

from datetime import date
from typing import Any

import attrs
import pytest

from civicflow import InvalidInput, NotFound
from civicflow.workflows.decisions import (
    AREA,
    FRENCH_ARTICLE_26,
    HEADS,
    OWNERS_MAJOR,
    RESIDENTS_COMMITTEE,
    RESIDENTS_MEETING,
    SHARES,
    SIMPLE_MAJORITY,
    TWO_THIRDS_OF_VOTES,
    VILLAGERS_DELEGATES,
    VILLAGERS_ELECTION,
    VILLAGERS_MEETING,
    VILLAGERS_RECALL,
    AtLeast,
    Base,
    Count,
    Majority,
    Policies,
    Quorum,
    Rule,
    in_force,
    owners_rule,
    settled,
)
from civicflow.workflows.decisions.presets import (
    GROUPS,
    HOUSEHOLDS,
    RESIDENTS_CALL,
    VILLAGE_HOUSEHOLDS_MEETING,
    VILLAGERS_GROUP,
    VILLAGERS_REELECTION,
)


class TestThirtySeven:
    """Of 37 members; Chengdu asks for two thirds or more of all, so that 24 fail and 25 pass."""

    @pytest.mark.parametrize(
        ("needed", "rule", "count"),
        [
            (25, Majority(2, 3, "seats"), Count(0, 0, 0, 37, 37)),
            (25, Majority(2, 3, "seats"), Count(0, 0, 0, 37, 35)),
            (24, Majority(2, 3, "filled"), Count(0, 0, 0, 37, 35)),
            (23, Majority(2, 3, "seats"), Count(0, 0, 0, 37, 37, recused=3)),
            (19, Majority(1, 2, "seats", strict=True), Count(0, 0, 0, 37, 37)),
            (17, Majority(2, 3, "present"), Count(0, 0, 0, 37, 37, present=25)),
        ],
    )
    def test_two_thirds_of_whom(self, needed: int, rule: Majority, count: Count) -> None:
        """37, 35 without the vacant, 34 without the recused, 25 present."""
        policies = Policies(recusal="leaves")
        assert rule.of(count, policies).needed == needed
        assert not rule.of(attrs.evolve(count, yes=needed - 1), policies).reached
        assert rule.of(attrs.evolve(count, yes=needed), policies).reached


def threshold_quorum(num: int, den: int) -> Rule:
    """cw3's ThresholdQuorum with a quorum of 40 %: ballots with an opinion decide, all ballots are the quorum."""
    return Rule(
        name="cw3",
        requires=Majority(num, den, "cast"),
        quorum=Quorum(2, 5, "entitled", "cast"),
        policies=Policies(abstention="leaves"),
    )


def weights(yes: int, no: int, abstain: int, total: int) -> Count:
    """A vote by weight; cw3's vetoes are against."""
    return Count(yes, no, abstain, total, total)


def open_still(rule: Rule, count: Count) -> bool | None:
    """What cw3 says before the expiration: passed, rejected, or neither."""
    return settled(rule, count, count.of("entitled") - count.of("cast"))


class TestCw3:
    """CosmWasm cw-plus, packages/cw3/src/proposal.rs: its tests."""

    @pytest.mark.parametrize(
        ("weight", "num", "needed"),
        [(3, 333, 1), (3, 334, 2), (30, 334, 11), (420, 999, 420), (34, 500, 17), (48, 250, 12), (15, 500, 8)]
        + [(x, 500, x // 2 + x % 2) for x in (1, 2, 3, 10, 17, 456, 2020, 7697987, 18446744073709552, 2**64 - 1)]
        + [(x, 1000, x) for x in (1, 2, 3, 10, 17, 456, 2020, 7697987, 18446744073709552, 2**64 - 1)],
    )
    def test_votes_needed_rounds_up(self, weight: int, num: int, needed: int) -> None:
        """`votes_needed_rounds_properly`."""
        assert Majority(num, 1000, "entitled").needed(weight) == needed

    def test_absolute_count(self) -> None:
        """`proposal_passed_absolute_count`, `proposal_rejected_absolute_count`. It leaves vetoes out of what rejects."""
        rule = Rule(name="ten", requires=AtLeast(10))
        assert not rule.of(weights(7, 4, 0, 30)).reached
        assert rule.of(weights(10, 4, 0, 30)).reached
        assert open_still(rule, weights(10, 4, 0, 30)) is True
        assert open_still(rule, weights(0, 7 + 4, 0, 30)) is None
        assert open_still(rule, weights(0, 21 + 4, 0, 30)) is False

    @pytest.mark.parametrize(("total", "passes"), [(15, True), (17, False), (14, True)])
    def test_absolute_percentage(self, total: int, passes: bool) -> None:  # noqa: FBT001  # a table's column
        """`proposal_passed_absolute_percentage`: 7 yes, 4 no, 2 abstaining; half of the total without who abstains."""
        rule = Rule(name="half", requires=Majority(1, 2, "entitled"), policies=Policies(abstention="leaves"))
        assert rule.of(weights(7, 4, 2, total)).reached == passes
        assert (open_still(rule, weights(7, 4, 2, total)) is True) == passes

    @pytest.mark.parametrize(("total", "rejected"), [(15, True), (17, True), (20, False)])
    def test_rejected_absolute_percentage(self, total: int, rejected: bool) -> None:  # noqa: FBT001  # a table's column
        """`proposal_rejected_absolute_percentage`: 4 yes, 7 no, 2 abstaining, 60 %. Its comments say 0.4 of 15 for 0.4 of 13."""
        rule = Rule(name="60", requires=Majority(3, 5, "entitled"), policies=Policies(abstention="leaves"))
        assert (open_still(rule, weights(4, 7, 2, total)) is False) == rejected

    @pytest.mark.parametrize(
        ("count", "passes"),
        [
            (weights(7, 4, 2, 30), True),
            (weights(7, 4, 2, 33), False),
            (weights(6, 6, 5, 40), True),
            (weights(6, 7, 2, 20), False),
        ],
    )
    def test_quorum_after_the_end(self, count: Count, passes: bool) -> None:  # noqa: FBT001  # a table's column
        """`proposal_passed_quorum`, expired: 40 % of 33 is 13.2, more than 13; six of twelve are half."""
        assert threshold_quorum(1, 2).of(count).reached == passes

    @pytest.mark.parametrize(
        ("count", "passes"),
        [
            (weights(7, 4, 2, 30), False),
            (weights(6, 6, 5, 40), False),
            (weights(7, 4, 2, 14), True),
            (weights(6, 6, 5, 17), True),
            (weights(7, 4, 2, 16), True),
        ],
    )
    def test_quorum_before_the_end(self, count: Count, passes: bool) -> None:  # noqa: FBT001  # a table's column
        """`proposal_passed_quorum`, open: whoever has not voted might vote against."""
        assert (open_still(threshold_quorum(1, 2), count) is True) == passes

    def test_all_abstaining(self) -> None:
        """An empty base carries nothing here; cw3's own `votes_needed` of nothing is nothing, so that 0 of 0 pass there."""
        assert not threshold_quorum(1, 2).of(weights(0, 0, 20, 40)).reached


class TestDaoDao:
    """DAO DAO, packages/dao-voting/src/voting.rs: its tests."""

    @pytest.mark.parametrize(
        ("votes", "options", "num", "den", "at_least", "more"),
        [
            (7, 15, 1, 2, False, False),
            (7, 14, 1, 2, True, False),
            (4, 9, 1, 2, False, False),
            (1, 3, 333, 1000, True, True),
            (1, 3, 334, 1000, False, False),
            (2, 3, 334, 1000, True, True),
            (11, 30, 333, 1000, True, True),
            (15, 30, 1, 2, True, False),
            (1, 1, 1, 1000, True, True),
            (0, 1, 999, 1000, False, False),
            (0, 1, 1, 1000, False, False),
        ],
    )
    def test_comparisons(self, votes: int, options: int, num: int, den: int, at_least: bool, more: bool) -> None:  # noqa: FBT001
        """`vote_comparisons`, `more_votes_tests`: a threshold of 50 % is no majority."""
        count = Count(votes, options - votes, 0, options, options)
        assert Majority(num, den, "yes-no").of(count).reached == at_least
        assert Majority(num, den, "yes-no", strict=True).of(count).reached == more

    def test_seven_thirteenths(self) -> None:
        """Its `Greater` holds for 7 of 13 and 7/13, because it rounds 7 × 7/13 down to 6.999…; exactly it does not hold."""
        count = Count(7, 6, 0, 13, 13)
        assert Majority(7, 13, "yes-no").of(count).reached
        assert not Majority(7, 13, "yes-no", strict=True).of(count).reached

    def test_tricky_vote_counts(self) -> None:
        """Half is half for every size up to 50,000: at least, not more than."""
        for half in range(1, 50_000, 7):
            assert Majority(1, 2, "yes-no").needed(2 * half) == half
            assert Majority(1, 2, "yes-no", strict=True).needed(2 * half) == half + 1

    def test_all_abstain_never_passes(self) -> None:
        """`does_vote_count_pass`; its `compare_vote_count` alone lets 0 of 0 pass."""
        assert not Majority(1, 2, "yes-no").of(Count(0, 0, 9, 9, 9)).reached


class TestLiquidFeedback:
    """LiquidFeedback, core.sql: ``pos*den > num*(pos+neg)``, or >= where it is not strict; ``positive``, ``non_negative``."""

    @pytest.mark.parametrize("strict", [False, True])
    def test_direct_majority(self, strict: bool) -> None:  # noqa: FBT001  # a table's column
        """Against its own cross-multiplied words, but for 0 >= 0, which passes there and must not."""
        for yes in range(20):
            for no in range(20):
                words = yes * 3 > 2 * (yes + no) if strict else yes * 3 >= 2 * (yes + no)
                rule = Majority(2, 3, "yes-no", strict=strict)
                assert rule.of(Count(yes, no, 5, 60, 60)).reached == (words and yes > 0)

    def test_absolute_minima(self) -> None:
        """Positive: so many for it; non-negative: so many voters who are not against it."""
        rule = Rule(name="lf", requires=SIMPLE_MAJORITY, minima=(AtLeast(5), AtLeast(12, "not-no")))
        assert rule.of(Count(5, 4, 7, 60, 60)).reached
        assert not rule.of(Count(4, 3, 9, 60, 60)).reached
        assert not rule.of(Count(5, 4, 6, 60, 60)).reached


class TestPhpFig:
    """PHP-FIG bylaw 001: a third of the voting members vote; abstentions count for the quorum only; late votes are invalid."""

    RULE = Rule(
        name="php-fig",
        requires=SIMPLE_MAJORITY,
        quorum=Quorum(1, 3, "entitled", "cast"),
        policies=Policies(late="reject", early="all-voted"),
        citation="PHP-FIG bylaw 001",
    )

    @pytest.mark.parametrize(
        ("count", "carried", "quorate"),
        [
            (Count(6, 5, 1, 36, 36), True, True),
            (Count(6, 5, 0, 36, 36), False, False),
            (Count(1, 0, 11, 36, 36), True, True),
            (Count(6, 6, 0, 36, 36), False, True),
        ],
    )
    def test_votes(self, count: Count, carried: bool, quorate: bool) -> None:  # noqa: FBT001  # a table's column
        """Of 36 members twelve are a quorum."""
        assert (self.RULE.of(count).reached, self.RULE.of(count).quorate) == (carried, quorate)


class TestOpenSlides:
    """OpenSlides client, poll.service.ts: what 100 % is."""

    COUNT = Count(10, 5, 3, 40, 38, blank=2, invalid=4, entitled=35, present=30)

    @pytest.mark.parametrize(
        ("base", "size"),
        [("yes-no", 15), ("yes-no-abstain", 18), ("valid", 20), ("cast", 24), ("entitled", 35), ("present", 30)],
    )
    def test_bases(self, base: Base, size: int) -> None:
        """YN, YNA, valid, cast, entitled (a snapshot), entitled and present."""
        assert self.COUNT.of(base) == size

    def test_the_older_majorities(self) -> None:
        """simple_majority, two-thirds_majority, three-quarters_majority of its older clients, there by floats."""
        count = Count(30, 10, 0, 40, 40)
        assert SIMPLE_MAJORITY.of(count).reached
        assert TWO_THIRDS_OF_VOTES.of(count).reached
        assert Majority(3, 4, "yes-no").of(count).reached


class TestRobertsRules:
    """Robert's Rules: more than half of the votes cast without blanks and abstentions; illegal votes of members count."""

    MAJORITY = Rule(
        name="majority", requires=Majority(1, 2, "cast", strict=True), policies=Policies(abstention="leaves")
    )

    def test_illegal_votes_are_in_the_base(self) -> None:
        """Of 100 votes, five of them illegal, 50 are no majority, though they are of the 95 legal ones; blanks are not there."""
        assert not self.MAJORITY.of(Count(50, 45, 7, 200, 200, blank=9, invalid=5)).reached
        assert self.MAJORITY.of(Count(51, 44, 7, 200, 200, blank=9, invalid=5)).reached
        assert SIMPLE_MAJORITY.of(Count(50, 45, 7, 200, 200, blank=9, invalid=5)).reached

    def test_of_members_present_an_abstention_is_as_good_as_a_no(self) -> None:
        """A majority of the entire membership likewise."""
        count = Count(50, 10, 41, 101, 101, present=101)
        assert not Majority(1, 2, "present", strict=True).of(count).reached
        assert not Majority(1, 2, "seats", strict=True).of(count).reached
        assert SIMPLE_MAJORITY.of(count).reached

    def test_a_majority_is_not_fifty_one_percent(self) -> None:
        """501 of 1,000 are a majority; two thirds are at least two thirds."""
        assert SIMPLE_MAJORITY.of(Count(501, 499, 0, 1000, 1000)).reached
        assert 501 * 100 < 51 * 1000
        assert TWO_THIRDS_OF_VOTES.of(Count(20, 10, 0, 30, 30)).reached


class TestResidentsCommitteesLaw:
    """Organic Law of Urban Residents' Committees, art. 9 to 11."""

    def test_meeting(self) -> None:
        """More than half attend; more than half of those present decide, so that who abstains is as good as against."""
        assert not RESIDENTS_MEETING.of(Count(50, 0, 0, 100, 100, present=50)).quorate
        assert RESIDENTS_MEETING.of(Count(26, 0, 25, 100, 100, present=51)).reached
        assert not RESIDENTS_MEETING.of(Count(25, 0, 26, 100, 100, present=51)).reached

    def test_who_may_demand_one(self) -> None:
        """A fifth of the residents, or of the households, or a third of the groups; each is enough."""
        none = Count(0, 0, 0, 1000, 1000)

        def signed(people: int, households: int, groups: int) -> bool:
            others = {
                HOUSEHOLDS.name: Count(households, 0, 0, 300, 300),
                GROUPS.name: Count(groups, 0, 0, 10, 10),
            }
            return RESIDENTS_CALL.of(attrs.evolve(none, yes=people, others=others)).reached

        assert [signed(200, 0, 0), signed(0, 60, 0), signed(0, 0, 4)] == [True] * 3
        assert not signed(199, 59, 3)

    @pytest.mark.parametrize("members", range(5, 10))
    def test_committee(self, members: int) -> None:
        """Five to nine members, by majority."""
        least = members // 2 + 1
        assert RESIDENTS_COMMITTEE.of(Count(least, 0, 0, members, members)).reached
        assert not RESIDENTS_COMMITTEE.of(Count(least - 1, 0, 0, members, members)).reached


class TestVillagersCommitteesLaw:
    """Organic Law of Villagers' Committees, art. 15, 16, 22, 26, 28."""

    @pytest.mark.parametrize(
        ("rule", "quorum"),
        [
            (VILLAGERS_MEETING, 151),
            (VILLAGE_HOUSEHOLDS_MEETING, 200),
            (VILLAGERS_DELEGATES, 200),
            (VILLAGERS_GROUP, 200),
        ],
        ids=lambda given: getattr(given, "name", None),
    )
    def test_meetings(self, rule: Rule, quorum: int) -> None:
        """Of 300: more than half, or two thirds; in each more than half of those present decide."""
        least = quorum // 2 + 1
        assert rule.of(Count(least, 0, 0, 300, 300, present=quorum)).reached
        assert not rule.of(Count(least - 1, 0, 0, 300, 300, present=quorum)).reached
        assert not rule.of(Count(quorum - 1, 0, 0, 300, 300, present=quorum - 1)).quorate

    def test_election(self) -> None:
        """More than half of the registered vote, more than half of the voters elect; else again, where a third is enough."""
        assert VILLAGERS_ELECTION.of(Count(251, 200, 0, 1000, 1000, invalid=50)).reached
        assert not VILLAGERS_ELECTION.of(Count(250, 201, 0, 1000, 1000, invalid=49)).quorate
        assert VILLAGERS_ELECTION.of(Count(250, 201, 0, 1000, 1000, invalid=50)).again
        assert VILLAGERS_REELECTION.of(Count(100, 200, 0, 1000, 1000)).reached
        assert not VILLAGERS_REELECTION.of(Count(99, 200, 0, 1000, 1000)).reached

    def test_recall(self) -> None:
        """The same shares, and no second vote."""
        assert VILLAGERS_RECALL.of(Count(251, 250, 0, 1000, 1000)).reached
        failed = VILLAGERS_RECALL.of(Count(250, 251, 0, 1000, 1000))
        assert (failed.reached, failed.again) == (False, False)


def owners(yes: tuple[int, str], no: tuple[int, str], total: tuple[int, str] = (90, "9000")) -> Count:
    """A vote of owners: heads and area."""
    area = Count(yes[1], no[1], 0, total[1], total[1])
    return Count(yes[0], no[0], 0, total[0], total[0], others={AREA.name: area})


class TestOwners:
    """Civil Code art. 278: two thirds by area and heads take part; more than half, or three quarters (inclusive), by both agree."""

    DAY = date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("count", "ordinary", "major"),
        [
            (owners((45, "4500"), (15, "1500")), True, True),
            (owners((45, "4499.99"), (15, "1500.01")), True, False),
            (owners((44, "4500"), (16, "1500")), True, False),
            (owners((31, "3000.01"), (29, "2999.99")), True, False),
            (owners((31, "3000"), (29, "3000")), False, False),
            (owners((30, "4000"), (30, "2000")), False, False),
            (owners((59, "6000"), (0, "0")), False, False),
            (owners((60, "5999.99"), (0, "0")), False, False),
        ],
    )
    def test_both_measures(self, count: Count, ordinary: bool, major: bool) -> None:  # noqa: FBT001  # a table's column
        """Sixty of ninety heads and 6,000 of 9,000 m² are two thirds; one head or 0.01 m² less are none."""
        assert owners_rule("company", self.DAY).of(count).reached == ordinary
        assert owners_rule("raise-maintenance-funds", self.DAY).of(count).reached == major

    def test_using_funds_is_ordinary_and_raising_them_major(self) -> None:
        """Items 5 and 6."""
        assert owners_rule("use-maintenance-funds", self.DAY).name == "civil-code-278-ordinary"
        for matter in ("raise-maintenance-funds", "rebuild", "change-common-parts"):
            assert owners_rule(matter, self.DAY).name == "civil-code-278-major"

    def test_before_2021(self) -> None:
        """Property Management Regulation art. 12: more than half take part, two thirds of all agree, use of funds included."""
        rule = owners_rule("use-maintenance-funds", date(2020, 12, 31))
        assert rule.name == "property-regulation-12-major"
        assert rule.of(owners((60, "6000"), (0, "0"))).reached
        assert not rule.of(owners((59, "6000"), (1, "0"))).reached
        assert not owners_rule("company", date(2020, 12, 31)).of(owners((45, "4500.01"), (9, "900"))).reached
        assert owners_rule("company", date(2020, 12, 31)).of(owners((46, "4500.01"), (9, "900"))).reached

    def test_every_day_has_one_rule_or_none(self) -> None:
        """They follow each other without a gap."""
        with pytest.raises(NotFound, match="none of these rules"):
            owners_rule("company", date(2007, 9, 30))
        with pytest.raises(InvalidInput, match="more than one"):
            in_force([OWNERS_MAJOR[1], attrs.evolve(OWNERS_MAJOR[1], name="other")], self.DAY)
        with pytest.raises(InvalidInput, match="owners decide on one of"):
            owners_rule("paint", self.DAY)  # type: ignore[arg-type]


class TestFrenchLaw:
    """Law of 10 July 1965, art. 26: the majority of the members, who hold two thirds of the votes; art. 26-1: a second vote."""

    def result(self, members: int, votes: int, present: int = 60) -> Any:
        """Of 100 members who hold 10,000 votes."""
        votes_ = Count(votes, 0, 0, 10_000, 10_000)
        return FRENCH_ARTICLE_26.of(Count(members, 0, 0, 100, 100, present=present, others={SHARES.name: votes_}))

    def test_both(self) -> None:
        """51 members, 6,667 votes."""
        assert self.result(51, 6667).reached
        assert not self.result(50, 6667).reached
        assert not self.result(51, 6666).reached

    def test_the_second_vote(self) -> None:
        """Half of those present, who hold a third of all votes; it is decided by the majority of all votes."""
        assert self.result(30, 3334).again
        assert not self.result(29, 3334).again
        assert not self.result(30, 3333).again
        second = FRENCH_ARTICLE_26.second
        assert second is not None
        for votes, reached in ((5001, True), (5000, False)):
            count = Count(30, 0, 0, 100, 100, others={SHARES.name: Count(votes, 0, 0, 10_000, 10_000)})
            assert second.rule.of(count).reached == reached
        assert HEADS.whole
