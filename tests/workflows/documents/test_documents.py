"""A place's own documents, rule by rule; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from civicflow import InvalidInput, Refused
from civicflow.workflows.documents.document import Draft
from civicflow.workflows.documents.versions import History, RuleInForce, digest_of

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case, Refusal

ONE = {"parking": "one space a flat | 每户一位", "dogs": "on a lead | 牵绳"}
TWO = {"parking": "two spaces a flat | 每户两位"}


def refusal(command: Callable[[], object]) -> Refusal:
    """What a command is refused with."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """A town on every built-in storage."""
    return open_town()


def today(town: Town) -> date:
    """By the calendar of the place."""
    return town.office.now().date()


def drafted(town: Town, **other: Any) -> Case:
    """A handbook that is drafted."""
    given = {"kind": "handbook", "unit": "community", "rules": ONE, "by": town.secretary()}
    return town.office.documents.draft("Handbook | 手册", **{**given, **other})


def adopted(town: Town, document: Case, days: int = 0, **other: Any) -> Case:
    """Its text is adopted, to be in force so many days from today."""
    given = {"decision": "minutes", "start": today(town) + timedelta(days), "by": town.secretary()}
    return town.office.documents.adopt(document, **{**given, **other})


def redrafted(town: Town, document: Case) -> Case:
    """Another text."""
    return town.office.documents.redraft(document, rules=TWO, by=town.secretary())


def told(town: Town, document: Case) -> History:
    """Its versions."""
    return town.office.documents.history(document)


class TestDrafting:
    """A text is drafted, rule by rule or as a file, and may be drafted anew until it is adopted."""

    def test_a_draft_is_not_in_force(self, town: Town) -> None:
        """No version, whatever the day."""
        document = redrafted(town, drafted(town))
        assert document.state == "drafted"
        assert document.data["text"] == digest_of(TWO)
        assert told(town, document) == History()
        assert told(town, document).on(date(2040, 1, 1)) is None

    @pytest.mark.parametrize("rules", [{}, {"parking": " "}, {"": "one space"}])
    def test_a_text_says_something(self, town: Town, rules: dict[str, str]) -> None:
        """It has rules, each with its topic and its words, or a file."""
        assert refusal(lambda: drafted(town, rules=rules)).rules == ("says-something",)
        assert drafted(town, rules={}, attachment="ab" * 32).state == "drafted"

    def test_it_has_a_name_and_a_kind(self) -> None:
        """A blank one is none."""
        with pytest.raises(InvalidInput, match="kind is read by those whom it concerns"):
            Draft(title="Handbook", kind=" ", rules=ONE)

    def test_it_is_the_secretary_s(self, town: Town) -> None:
        """Not anybody's."""
        assert refusal(lambda: drafted(town, by=town.resident)).rules == ("authority",)

    def test_a_draft_that_nobody_adopts_lapses(self, town: Town) -> None:
        """After a reminder; what is in force stays so, drafted anew or not."""
        document = drafted(town)
        kept = redrafted(town, adopted(town, drafted(town)))
        town.clock.advance(days=31)
        town.office.tick()
        assert [entry.step for entry in town.office.ledger.entries(document)] == ["draft", "remind"]
        town.clock.advance(days=120)
        town.office.tick()
        assert (town.now(document.id).outcome, town.now(kept.id).state) == ("lapsed", "in-force")


class TestAdopting:
    """It is adopted by a decision, which is named, and which was about this text and no other."""

    def test_the_version_names_the_decision(self, town: Town) -> None:
        """What was said, by which decision of which day, from when on."""
        day = today(town)
        document = adopted(town, drafted(town), 5, decision="assembly 3", decided=day - timedelta(4))
        assert document.state == "in-force"
        (version,) = told(town, document).versions
        assert (version.number, version.decision, version.decided) == (1, "assembly 3", day - timedelta(4))
        assert (version.start, version.text, dict(version.rules)) == (day + timedelta(5), digest_of(ONE), ONE)
        assert told(town, document).on(day + timedelta(4)) is None

    def test_a_decision_about_another_text_does_not_adopt_this_one(self, town: Town) -> None:
        """Somebody drafted it anew in between; or nothing is drafted."""
        document = redrafted(town, drafted(town))
        assert refusal(lambda: adopted(town, document, text=digest_of(ONE))).rules == ("drafted-so",)
        document = adopted(town, document, text=digest_of(TWO))
        assert refusal(lambda: adopted(town, document, 9)).rules == ("drafted-so",)
        assert refusal(lambda: adopted(town, document, 9, text=digest_of(TWO))).rules == ("drafted-so",)

    def test_not_before_the_decision(self, town: Town) -> None:
        """A version is decided before it is entered, and before it is in force."""
        document, day = drafted(town), today(town)
        for decided, days in ((day + timedelta(1), 5), (day, -1)):
            refused = refusal(lambda decided=decided, days=days: adopted(town, document, days, decided=decided))  # type: ignore[misc]  # mypy cannot infer such a lambda
            assert refused.rules == ("decided-before",)
        assert adopted(town, document, decided=day).state == "in-force"


class TestOneVersionADay:
    """A version supersedes the one before it on its first day, so no day has two; days that have passed stay as they were."""

    def test_which_parking_rule_on_a_day(self, town: Town) -> None:
        """Each day's answer names its version; none is an answer."""
        document, day = adopted(town, drafted(town)), today(town)
        document = adopted(town, redrafted(town, document), 10, decision="minutes 2")
        history = told(town, document)
        answers = [history.rule("parking", day + timedelta(days)) for days in (-1, 0, 9, 10)]
        one, two = history.versions
        before, after = RuleInForce(ONE["parking"], one), RuleInForce(TWO["parking"], two)
        assert answers == [None, before, before, after]
        assert history.rule("dogs", day) == RuleInForce(ONE["dogs"], one)
        assert history.rule("dogs", day + timedelta(10)) is None

    def test_a_version_begins_after_the_one_before(self, town: Town) -> None:
        """Neither on the same day nor between it and today."""
        document = redrafted(town, adopted(town, drafted(town), 10))
        for days in (10, 5):
            assert refusal(lambda days=days: adopted(town, document, days)).rules == ("supersedes",)  # type: ignore[misc]  # mypy cannot infer such a lambda
        assert len(told(town, adopted(town, document, 11)).versions) == 2

    def test_what_was_in_force_stays_so(self, town: Town) -> None:
        """A second version does not begin yesterday, whenever it was decided."""
        document = redrafted(town, adopted(town, drafted(town)))
        town.clock.advance(days=5)
        day = today(town) - timedelta(1)
        refused = refusal(lambda: adopted(town, document, -1, decided=day))
        assert refused.rules == ("past-stands",)
        assert "let it begin today or later" in str(refused)

    def test_a_book_that_exists_is_taken_over(self, town: Town) -> None:
        """Its first version may tell of days of which nothing was told."""
        document = adopted(town, drafted(town), -900, decided=date(2020, 6, 1))
        version = told(town, document).on(today(town) - timedelta(400))
        assert version is not None
        assert version.decided == date(2020, 6, 1)


class TestRepealing:
    """A repeal names its decision and the last day; until then the document is in force; then the clock ends it."""

    def test_the_last_day(self, town: Town) -> None:
        """In force to its end, and not after it."""
        document, day = adopted(town, drafted(town)), today(town)
        last = day + timedelta(3)
        document = town.office.documents.repeal(document, decision="minutes 4", last=last, by=town.secretary())
        town.office.tick()
        assert town.now(document.id).state == "expiring"
        history = told(town, document)
        assert (history.on(last), history.on(last + timedelta(1))) == (history.versions[0], None)
        assert history.repealed_by == "minutes 4"
        town.clock.advance(days=4)
        town.office.tick()
        assert town.now(document.id).outcome == "repealed"
        assert told(town, document) == history

    def test_not_for_a_day_that_has_passed(self, town: Town) -> None:
        """Today at the earliest."""
        document, yesterday = adopted(town, drafted(town)), today(town) - timedelta(1)
        repeal = town.office.documents.repeal
        refused = refusal(lambda: repeal(document, decision="m", last=yesterday, by=town.secretary()))
        assert refused.rules == ("not-before-today",)
