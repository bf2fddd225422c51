"""Errors as problem details, in the language that was asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import (
    Conflict,
    IdempotencyMismatch,
    InvalidInput,
    NotFound,
    PluginError,
    Reason,
    Refusal,
    Refused,
    StorageError,
    Text,
)
from civicflow.errors import CivicflowError, Fault, InternalError, LeaseLost, UnsupportedQuery
from embedding.problems import BROKEN, language_of, problem_of

_REASON = Text("only the secretary may | 仅限书记", "仅限书记")


def _refused(rule: str) -> Refused:
    until = datetime(2026, 1, 5, 9, tzinfo=UTC)
    reasons = (Reason(rule=rule, text=_REASON),)
    return Refused(Refusal(case="T-1", step="dispatch", reasons=reasons, possible={"accept": _REASON}, until=until))


class TestStatus:
    """Who must act decides."""

    @pytest.mark.parametrize(
        ("error", "status", "kind"),
        [
            pytest.param(_refused("authority"), 403, "refused", id="not theirs to take"),
            pytest.param(_refused("reading"), 403, "refused", id="not theirs to read"),
            pytest.param(_refused("state"), 409, "refused", id="not possible now"),
            (Conflict("T-1", 2, 3), 409, "conflict"),
            (IdempotencyMismatch("k"), 422, "key-reused"),
            (InvalidInput("no"), 422, "invalid"),
            (NotFound("no"), 404, "not-found"),
            (UnsupportedQuery("no"), 400, "unanswerable"),
            (StorageError("no", retryable=True), 503, "busy"),
            (StorageError("no"), 500, "broken"),
            (LeaseLost("no"), 500, "broken"),
            (PluginError("no"), 500, "broken"),
            (InternalError("no"), 500, "broken"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, CivicflowError) else str(value),
    )
    def test_each_branch_of_the_tree_has_its_answer(self, error: CivicflowError, status: int, kind: str) -> None:
        """With a title in both languages and a type that ends in its symbol (RFC 9457, 3.1)."""
        problem = problem_of(error)
        english, chinese = problem.body("en"), problem.body("zh")
        for body in (english, chinese):
            assert body["status"] == status
            assert body["type"].endswith(f"/{kind}")
            assert body["detail"]
        assert english["title"].isascii()
        assert not chinese["title"].isascii()

    def test_a_refusal_says_which_rule_and_what_is_possible(self) -> None:
        """In one language, and the instant as RFC 3339 has it."""
        body = problem_of(_refused("state")).body("zh")
        assert body["rules"] == ["state"]
        assert body["possible"] == {"accept": "仅限书记"}
        assert body["until"] == "2026-01-05T09:00:00+00:00"

    def test_every_fault_is_told(self) -> None:
        """In the language asked for, as far as it is said in both."""
        faults = [Fault(reason="one", path="a", text=Text("one", "一")), Fault(reason="two", path="b")]
        body = problem_of(InvalidInput("no", faults)).body("zh")
        assert body["faults"] == [{"path": "a", "reason": "一"}, {"path": "b", "reason": "two"}]

    def test_what_is_broken_gives_nothing_away(self) -> None:
        """What the store said may name a machine."""
        assert problem_of(StorageError("db.internal refuses")) is BROKEN
        assert "db.internal" not in str(BROKEN.body("en"))

    def test_whoever_meets_a_busy_store_is_told_when_to_come_again(self) -> None:
        """RFC 9110, 10.2.3."""
        assert problem_of(StorageError("busy", retryable=True)).headers == {"Retry-After": "1"}


class TestLanguage:
    """RFC 9110, 12.5.4."""

    @pytest.mark.parametrize(
        ("accepted", "language"),
        [
            ("", "en"),
            ("fr", "en"),
            ("zh", "zh"),
            ("zh-Hant-TW", "zh"),
            ("ZH-cn;q=0.5, en;q=0.4", "zh"),
            ("en;q=0.9, zh;q=0.9", "en"),
            ("en;q=0, *", "zh"),
            ("fr, *;q=0.1, zh;q=0", "en"),
            ("zh;q=nonsense, en;q=0.1", "en"),
            ("zh;q=nan, en;q=0.1", "en"),
            ("zh;q=7, en;q=0.1", "en"),
            ("zh;level=1", "zh"),
        ],
    )
    def test_the_heavier_one_is_given(self, accepted: str, language: str) -> None:
        """A star stands for what is not named, a weight of 0 for what is not wanted, and in a tie the default holds."""
        assert language_of(accepted) == language

    @given(english=st.integers(0, 1000), chinese=st.integers(0, 1000), default=st.sampled_from(["en", "zh"]))
    def test_weights_are_compared(self, english: int, chinese: int, default: str) -> None:
        """With three decimal places, in any order, beside any other language."""
        parts = [f"en-GB;q={english / 1000:.3f}", "fr;q=1.000", f"zh-CN;q={chinese / 1000:.3f}"]
        expected = default if english == chinese else "en" if english > chinese else "zh"
        for header in (",".join(parts), ", ".join(reversed(parts))):
            assert language_of(header, "zh" if default == "zh" else "en") == expected

    @given(st.text(max_size=60))
    def test_nonsense_is_no_accident(self, header: str) -> None:
        """Whatever comes in, one of the two languages comes out."""
        assert language_of(header) in {"en", "zh"}
