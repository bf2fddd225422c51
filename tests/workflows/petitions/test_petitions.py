"""Petitions, rule by rule; each class quotes the rule that it holds."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from civicflow import Actor, Case, InvalidInput, Refused
from civicflow.workflows.petitions.figures import Change, petitioned, visits
from civicflow.workflows.petitions.petition import REGULATIONS, petition

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Refusal


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


def officer(town: Town, person: str = "o1", unit: str = "station") -> Actor:
    """An officer of an office."""
    return town.office.act_as(person, post="officer", unit=unit)


def lodged(town: Town, title: str = "pay of the bridge's builders", **more: Any) -> Case:
    """A petition in the community."""
    asked: dict[str, Any] = {
        "unit": "community",
        "commission": "commission",
        "by": town.resident,
        "names": ("张建国",),
        "phone": "139 0000 1234",
        "category": "labour/pay",
    }
    return town.office.petitions.lodge(title, **{**asked, **more})


def accepted(town: Town, case: Case | None = None, **more: Any) -> Case:
    """A petition that an officer is responsible for."""
    found = case or lodged(town)
    area = town.office.chart().code(found.unit or "")
    asked = {"body": "station", "officer": "o1", "by": town.secretary(area), "previous": ()}
    return town.office.petitions.accept(found, **{**asked, **more})


def answered(town: Town, **more: Any) -> Case:
    """A petition with an opinion."""
    return town.office.petitions.answer(accepted(town, **more), "it will be paid", solved=True, by=officer(town))


def days(town: Town, n: int) -> list[tuple[str, str | None]]:
    """So many days pass, a tick each; who was told what."""
    told: list[tuple[str, str | None]] = []
    for _ in range(n):
        town.clock.advance(days=1)
        town.office.tick()
        told += town.told()
    return told


class TestLodging:
    """Anybody petitions, alone or with others, by name or anonymously."""

    @pytest.mark.parametrize("channel", ["reception", "yard-meeting", "hotline", "sweep", "letter", "online"])
    def test_by_every_channel(self, county: Town, channel: str) -> None:
        """The clerk and the secretary of the unit are told and asked."""
        case = lodged(county, channel=channel)
        assert case.data["channel"] == channel
        assert county.asked(case) == {"clerk-community", "secretary-community"}

    def test_by_no_other(self, county: Town) -> None:
        """The error names those that there are."""
        with pytest.raises(InvalidInput, match=r"channel is one of 'reception', .*; got 'pigeon'"):
            lodged(county, channel="pigeon")

    @pytest.mark.parametrize(
        ("petitioners", "representatives", "channel"),
        [(5, 5, "reception"), (40, 5, "yard-meeting"), (40, 0, "letter")],
    )
    def test_of_many_five_come(self, county: Town, petitioners: int, representatives: int, channel: str) -> None:
        """Of many who come themselves five at most come as representatives (art. 20); who writes sends nobody."""
        case = lodged(county, petitioners=petitioners, representatives=representatives, channel=channel)
        assert case.data["petitioners"] == petitioners

    @pytest.mark.parametrize(("petitioners", "representatives"), [(40, 6), (40, 0), (2, 3)])
    def test_not_more_not_nobody_not_others(self, county: Town, petitioners: int, representatives: int) -> None:
        """Representatives are of those who petition."""
        said = refusal(lambda: lodged(county, petitioners=petitioners, representatives=representatives))
        assert said.rules == ("representatives",)

    def test_anonymously(self, county: Town) -> None:
        """Nobody is known, so nobody is told; names beside it are a mistake."""
        case = lodged(county, anonymous=True, names=(), phone="")
        assert case.requester is None
        county.told()
        accepted(county, case)
        assert county.told() == [("entrusted", "o1"), ("entrusted", "o2")]
        assert refusal(lambda: lodged(county, anonymous=True)).rules == ("names-nobody",)

    def test_not_elsewhere(self, county: Town) -> None:
        """A petition is lodged where its matter is, or above."""
        said = refusal(lambda: lodged(county, unit="neighbour", origin="community"))
        assert said.rules == ("lodged-at-or-above",)

    def test_who_they_are_stands_in_private_parts_alone(self, county: Town) -> None:
        """In no entry, and in no record."""
        case = accepted(county)
        public = str([entry.data for entry in county.office.ledger.entries(case)]) + str(case.data)
        assert "张建国" not in public
        assert "1234" not in public


class TestAccepting:
    """Within 15 days it is accepted, or declined, and the petitioner learns so (art. 22, 23)."""

    def test_one_officer_is_responsible(self, county: Town) -> None:
        """Beside whom another one of the same office may do nothing."""
        case = accepted(county)
        assert ("accepted", "resident-1") in county.told()
        said = refusal(lambda: county.office.petitions.answer(case, "no", solved=False, by=officer(county, "o2")))
        assert said.rules == ("officer-in-charge",)
        county.office.petitions.hand_over(case, body="station", officer="o2", by=county.secretary())
        assert county.office.petitions.call(case, way="in-hand", by=officer(county, "o2")).state == "handling"

    def test_the_officer_is_there_or_above(self, county: Town) -> None:
        """Somebody of another line is not."""
        case = lodged(county, unit="neighbour")
        assert refusal(lambda: accepted(county, case)).rules == ("officer-here",)
        assert accepted(county, case, body="health", officer="officer-health").state == "handling"

    def test_declined_it_says_where_to_turn(self, county: Town) -> None:
        """With its reason."""
        case = lodged(county)
        said = refusal(lambda: county.office.petitions.decline(case, " ", instead="court", by=county.secretary()))
        assert said.rules == ("has-reason",)
        ended = county.office.petitions.decline(case, "a court has it", instead="court", by=county.secretary())
        assert (ended.outcome, ended.data["instead"]) == ("declined", "court")

    def test_after_15_days_the_commission_hears_of_it(self, county: Town) -> None:
        """Reminded before; accepted late all the same."""
        case = lodged(county)
        told = days(county, 16)
        assert county.now(case).state == "supervised"
        assert {("reminder", "secretary-community"), ("overdue", "c1")} <= set(told)
        assert accepted(county, case).state == "handling"


class TestSettling:
    """It is settled within 60 days; the head grants up to 30 days more, once (art. 34)."""

    def test_after_60_days_it_is_overdue(self, county: Town) -> None:
        """The commission hears of it, again and again; it can still be answered."""
        case = accepted(county)
        assert county.now(case).due is not None
        told = days(county, 61)
        assert county.now(case).state == "overdue"
        assert ("overdue", "c1") in told
        assert ("pressed", "c1") in days(county, 12)
        assert county.office.petitions.answer(case, "paid", solved=True, by=officer(county)).state == "answered"

    def test_the_commission_instructs(self, county: Town) -> None:
        """Whoever is responsible reads it, and the petitioner learns that it was done; nobody else instructs."""
        case = accepted(county)
        county.told()
        with pytest.raises(Refused):
            county.office.petitions.instruct(case, "soon", by=county.secretary())
        county.office.petitions.instruct(case, "soon", by=officer(county, "c1", "commission"))
        assert {("instructed", "o1"), ("instructed", "resident-1")} <= set(county.told())

    def test_it_is_extended_once(self, county: Town) -> None:
        """By 30 days at most, with the reason; the petitioner learns it."""
        case = accepted(county)
        by = county.secretary()
        for within in ("31 days", "2 workdays"):
            said = refusal(partial(county.office.petitions.extend, case, "far", within=within, by=by))
            assert said.rules == ("at-most-30-days",)
        county.told()
        county.office.petitions.extend(case, "witnesses are away", within="30 days", by=by)
        assert ("extended", "resident-1") in county.told()
        days(county, 85)
        assert county.now(case).state == "handling"
        said = refusal(lambda: county.office.petitions.extend(case, "again", within="1 day", by=by))
        assert said.rules == ("not-extended",)
        days(county, 7)
        assert county.now(case).state == "overdue"

    def test_the_limits_are_a_setting(self, county: Town) -> None:
        """A place brings its own in a version of its own; new petitions keep them."""
        quick = petition(
            attrs.evolve(
                REGULATIONS, settled="20 days", extended=5, reminders=("10 days", "15 days", "20 days", "15 days")
            ),
            version=2,
        )
        county.office.flows.add(quick)
        case = accepted(county)
        days(county, 21)
        assert county.now(case).state == "overdue"


class TestReview:
    """Who does not agree asks the level above within 30 days (art. 35), and then once more the level above that (art. 36)."""

    def test_two_levels_look_at_it_again(self, county: Town) -> None:
        """Each upholds the opinion; then the matter is closed."""
        case = answered(county)
        petitions = county.office.petitions
        petitions.request_review(case, "too little", by=county.resident)
        assert county.asked(case) >= {"secretary-subdistrict"}
        with pytest.raises(Refused):
            petitions.review(case, "right", upheld=True, by=county.secretary())
        petitions.review(case, "right", upheld=True, by=county.secretary("subdistrict"))
        petitions.request_re_examination(case, by=county.resident)
        ended = petitions.re_examine(case, "right", upheld=True, by=county.secretary("district"))
        assert ended.outcome == "closed"

    @pytest.mark.parametrize("at", ["review", "re-examination"])
    def test_what_is_not_upheld_is_handled_again(self, county: Town, at: str) -> None:
        """At the level that said so; it is not handled any more."""
        petitions = county.office.petitions
        case = petitions.request_review(answered(county), by=county.resident)
        if at == "review":
            back = petitions.review(case, "wrong", upheld=False, by=county.secretary("subdistrict"))
        else:
            petitions.review(case, "right", upheld=True, by=county.secretary("subdistrict"))
            petitions.request_re_examination(case, by=county.resident)
            back = petitions.re_examine(case, "wrong", upheld=False, by=county.secretary("district"))
        assert (back.state, back.handled) == ("handling", None)

    def test_after_30_days_nobody_asks_any_more(self, county: Town) -> None:
        """It waits for the return visit."""
        case = answered(county)
        days(county, 31)
        assert county.now(case).state == "to-visit"
        said = refusal(lambda: county.office.petitions.request_review(case, by=county.resident))
        assert said.rules == ("state",)

    def test_a_review_that_is_late_is_pressed(self, county: Town) -> None:
        """After 30 days the commission hears of it."""
        case = county.office.petitions.request_review(answered(county), by=county.resident)
        assert ("pressed", "c1") in days(county, 32)
        assert county.now(case).state == "reviewing"


class TestReturnVisit:
    """What is settled is visited once more; if it is found not settled, it is handled again."""

    def test_it_stays_settled(self, county: Town) -> None:
        """What the petitioner said before stands where nothing else is said."""
        case = answered(county)
        county.office.petitions.evaluate(case, resolved=True, satisfied=4, by=county.resident)
        ended = county.office.petitions.return_visit(case, settled=True, by=officer(county))
        assert (ended.outcome, ended.data["satisfied"]) == ("settled", 4)

    def test_it_does_not(self, county: Town) -> None:
        """So it is handled again, by whoever is responsible."""
        case = county.office.petitions.evaluate(answered(county), resolved=True, by=county.resident)
        back = county.office.petitions.return_visit(case, settled=False, satisfied=1, by=officer(county))
        assert (back.state, back.data["satisfied"], back.handled) == ("handling", 1, None)

    def test_unresolved_it_waits_for_a_review_or_the_visit(self, county: Town) -> None:
        """A petitioner who is not content is not settled by saying so."""
        case = county.office.petitions.evaluate(answered(county), resolved=False, satisfied=1, by=county.resident)
        assert case.state == "answered"

    def test_whoever_petitions_learns_each_change(self, county: Town) -> None:
        """Each step that somebody else takes tells them."""
        case = accepted(county)
        petitions = county.office.petitions
        petitions.call(case, by=officer(county))
        petitions.answer(case, "paid", solved=True, by=officer(county))
        petitions.request_review(case, by=county.resident)
        petitions.review(case, "right", upheld=True, by=county.secretary("subdistrict"))
        petitions.evaluate(case, resolved=True, by=county.resident)
        petitions.return_visit(case, settled=True, by=officer(county))
        told = [topic for topic, person in county.told() if person == "resident-1"]
        assert told == ["accepted", "called", "answered", "review", "visited"]


class TestRepeats:
    """A petition repeats where the same people have petitioned on the same matter within a year before."""

    def test_exact_keys_are_taken_without_asking(self, county: Town) -> None:
        """The same telephone, and the same words but for what every petition says."""
        first = lodged(county)
        again = lodged(
            county, "关于 pay of the bridge's builders 的问题", names=("老张",), by=county.office.act_as("resident-2")
        )
        other = lodged(county, "pay of the bridge's painters")
        likes = county.office.petitions.likes(again)
        pairs = [tuple(sorted((one.id, again.id))) for one in (first, other)]
        assert [(one.pair, one.likeness.is_exact) for one in likes] == list(zip(pairs, (True, False), strict=True))
        case = accepted(county, again, previous=None)
        assert (case.data["repeats"], case.links["previous"]) == (first.id, (first.id,))
        assert other.id not in case.links["previous"]

    def test_what_is_like_is_suggested_with_its_reasons_and_confirmed(self, county: Town) -> None:
        """Another telephone, the name in traditional characters; the clerk says that it is the same."""
        first = lodged(county, "三号楼路灯不亮")
        by = county.office.act_as("resident-2")
        again = lodged(county, "关于3号楼路灯不亮的问题", names=("張建國",), phone="138", by=by)
        (found,) = county.office.petitions.likes(again)
        assert [text.zh for text in found.likeness.reasons][:2] == ["姓名相同，仅写法不同", "人员编号不同"]
        assert accepted(county, again, previous=[first]).data["repeats"] == first.id

    def test_it_is_counted_and_not_refused(self, county: Town) -> None:
        """It goes its way as any other."""
        first = accepted(county)
        again = accepted(county, lodged(county, "once more"), previous=[first])
        assert (again.state, again.data["repeats"]) == ("handling", first.id)
        assert again.links["previous"] == (first.id,)
        figures = petitioned([first, again])
        assert (figures.repeats.n, figures.repeats.of, figures.skips.n) == (1, 2, 0)

    def test_after_a_year_it_is_none(self, county: Town) -> None:
        """The earlier one is tied to it all the same."""
        first = lodged(county)
        county.clock.advance(days=366)
        again = lodged(county, "once more")
        assert county.office.petitions.likes(again) == ()
        case = accepted(county, again, previous=[first])
        assert (case.data["repeats"], case.links["previous"]) == ("", (first.id,))

    def test_a_later_one_is_not_repeated(self, county: Town) -> None:
        """Which may be confirmed all the same, so that both are found together."""
        case = lodged(county)
        county.clock.advance(days=1)
        later = lodged(county, "once more")
        assert county.office.petitions.likes(case) == ()
        assert accepted(county, case, previous=[later]).data["repeats"] == ""

    def test_only_another_petition_is_repeated(self, county: Town) -> None:
        """Not itself, not a ticket, not twice the same, not what is not there."""
        first, case, ticket = lodged(county), lodged(county, "once more"), county.ordered()
        for previous in ([case], [ticket], [first, first], ["no-such-case"]):
            said = refusal(partial(accepted, county, case, previous=previous))
            assert said.rules == ("earlier-petitions",)


class TestSkips:
    """It skips a level where it is lodged above, and the level below was not asked, or is still within its limit."""

    def higher(self, town: Town, **more: Any) -> Case:
        """The community's matter, lodged at the subdistrict."""
        return lodged(town, "once more", unit="subdistrict", origin="community", **more)

    def test_the_level_below_was_not_asked(self, county: Town) -> None:
        """Which is counted with its reason."""
        case = accepted(county, self.higher(county), body="street-office", officer="o5")
        assert (case.data["skip"], case.data["repeats"]) == ("not-asked", "")

    def test_it_was_asked_and_still_has_time(self, county: Town) -> None:
        """That is a repeat, too."""
        first = accepted(county)
        case = accepted(county, self.higher(county), body="street-office", officer="o5", previous=[first])
        assert (case.data["skip"], case.data["repeats"]) == ("within-limit", first.id)
        assert petitioned([first, case]).repeats_or_skips.n == 1

    @pytest.mark.parametrize("how", ["answered", "overdue"])
    def test_it_has_answered_or_let_its_time_pass(self, county: Town, how: str) -> None:
        """Then going up is no skip."""
        first = answered(county) if how == "answered" else accepted(county)
        if how == "overdue":
            days(county, 61)
        case = accepted(county, self.higher(county), body="street-office", officer="o5", previous=[first])
        assert case.data["skip"] == ""

    def test_to_have_asked_there_before_is_not_to_have_asked_below(self, county: Town) -> None:
        """A petition that was lodged above twice skips the level twice."""
        above = {"body": "street-office", "officer": "o5"}
        first = accepted(county, self.higher(county), **above)
        again = accepted(county, lodged(county, unit="subdistrict", origin="community"), previous=[first], **above)
        assert (again.data["skip"], again.data["repeats"]) == ("not-asked", first.id)

    def test_two_levels_may_be_skipped_at_once(self, county: Town) -> None:
        """From the community to the district, though the subdistrict was asked by nobody."""
        case = lodged(county, unit="district", origin="community")
        assert accepted(county, case, body="district-office", officer="o9").data["skip"] == "not-asked"

    def test_where_it_belongs_it_skips_nothing(self, county: Town) -> None:
        """Said or not."""
        assert accepted(county, lodged(county, origin="community")).data["skip"] == ""
        assert accepted(county).data["skip"] == ""


class TestFigures:
    """Exact, each with what was counted."""

    def test_satisfied_counts_who_said_anything(self, county: Town) -> None:
        """4 and 5 of 5 are satisfied."""
        cases = []
        for n, said in enumerate((5, 4, 3, None)):
            case = accepted(county, lodged(county, f"pay {n}"), urgent=n > 1)
            county.office.petitions.answer(case, "paid", solved=n != 3, by=officer(county))
            county.office.petitions.evaluate(case, resolved=True, satisfied=said, by=county.resident)
            cases.append(county.office.petitions.return_visit(case, settled=True, by=officer(county)))
        figures = petitioned([*cases, lodged(county, "not accepted yet"), county.ordered()])
        assert (figures.satisfied.n, figures.satisfied.of) == (2, 3)
        assert (figures.settled.n, figures.settled.of, figures.lodged) == (4, 4, 5)
        assert (figures.urgent_solved.n, figures.urgent_solved.of) == (1, 2)

    def test_the_four_visits_are_counted(self, county: Town) -> None:
        """Those of petitions alone, a sweep where it found one."""
        case = county.office.petitions.call(accepted(county, lodged(county, channel="sweep")), by=officer(county))
        county.office.petitions.call(case, way="in-hand", by=officer(county))
        county.ordered()
        found = visits(entry for _, entry in county.office.ledger.feed())
        assert found == {"sweep": 1, "scheduled": 1, "in-hand": 1, "return": 0}

    @pytest.mark.parametrize(
        ("before", "now", "share", "text"),
        [
            (84, 42, Fraction(-1, 2), "−50.0% (84 → 42)"),
            (3, 4, Fraction(1, 3), "+33.3% (3 → 4)"),
            (2, 2, Fraction(0), "+0.0% (2 → 2)"),
            (0, 4, None, "– (0 → 4)"),
        ],
    )
    def test_a_change_is_a_share_of_what_there_was(
        self, before: int, now: int, share: Fraction | None, text: str
    ) -> None:
        """None where there was nothing."""
        assert Change(before, now).share == share
        assert str(Change(before, now)) == text
