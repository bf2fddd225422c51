"""Refusals are values that a clerk can read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from civicflow.refusals import Reason, Refusal
from civicflow.texts import Text

STATE = Reason(rule="state", text=Text("the ticket is closed", "工单已办结"))
FEE = Reason(rule="fee", text=Text("the fee is above 500 yuan", "收费超过500元"))


def test_one_reason_is_one_sentence() -> None:
    """Without more to say, the refusal is its reason in each language."""
    refusal = Refusal(case="T-1", step="accept", reasons=(STATE,))
    assert refusal.say() == "the ticket is closed"
    assert refusal.say("zh") == "工单已办结"
    assert str(refusal) == "accept refused: the ticket is closed | 工单已办结"


def test_a_refusal_says_why_who_could_what_is_possible_and_when_the_clock_acts() -> None:
    """Every rule that said no, then the posts, the steps and the instant by the place's clock."""
    refusal = Refusal(
        case="T-1",
        step="accept",
        reasons=(STATE, FEE),
        needed=(Text("the officer of Health", "卫健委经办人"), Text("its head", "负责人")),
        possible={"reopen": Text("re-open", "重办"), "evaluate": Text("evaluate", "评单")},
        until=datetime(2026, 5, 1, 8, tzinfo=timezone(timedelta(hours=8))),
    )
    assert refusal.rules == ("state", "fee")
    assert refusal.text.en == (
        "the ticket is closed; the fee is above 500 yuan; it can be done by the officer of Health, its head; "
        "possible now: re-open, evaluate; the clock acts at 2026-05-01 08:00 UTC+08:00"
    )
    assert refusal.text.zh == (
        "工单已办结；收费超过500元；可由卫健委经办人、负责人办理；目前可以：重办、评单；时限至2026-05-01 08:00 UTC+08:00"
    )


@given(st.lists(st.sampled_from([STATE, FEE]), min_size=1), st.booleans())
def test_every_reason_is_said_in_both_languages(reasons: list[Reason], clocked: bool) -> None:  # noqa: FBT001
    """No rule that said no is left out, in either language."""
    until = datetime(2026, 5, 1, tzinfo=UTC) if clocked else None
    text = Refusal(case="", step="order", reasons=tuple(reasons), until=until).text
    assert text.en.startswith("; ".join(r.text.en for r in reasons))
    assert text.zh.startswith("；".join(r.text.zh for r in reasons))
    assert ("UTC" in text.en) is ("UTC" in text.zh) is clocked
