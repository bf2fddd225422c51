"""What a notice looks like where there is a subject and a body."""

from __future__ import annotations

from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.contract import Notice
from civicflow.plugins.notify.rendering import TEMPLATES, Rendering, render
from civicflow.texts import Language, Text

SAID = Text("the limit has passed", "已超期")


def _notice(text: Text = SAID, language: Language | None = None, topic: str = "late") -> Notice:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    return Notice(dedupe="n", case="T-1", recipient="person:P-1", topic=topic, text=text, at=at, language=language)


@pytest.mark.parametrize(
    ("language", "rendering"),
    [
        ("en", Rendering("the limit has passed", "the limit has passed\n\nMatter: T-1")),
        ("zh", Rendering("已超期", "已超期\n\n事项编号：T-1")),
        (
            None,
            Rendering(
                "已超期 | the limit has passed",
                "已超期\n\n事项编号：T-1\n\nthe limit has passed\n\nMatter: T-1",
            ),
        ),
    ],
)
def test_in_the_language_asked_for(language: Language | None, rendering: Rendering) -> None:
    """One, or both below each other."""
    assert render(_notice(language=language), "smtp") == rendering


@given(st.text(), st.text(), st.sampled_from([None, "en", "zh"]))
def test_a_subject_is_one_printable_line(en: str, zh: str, language: Language | None) -> None:
    """Whatever was written into a case."""
    subject = render(_notice(Text(en, zh), language), "smtp").subject
    assert subject.isprintable()
    assert len(subject) <= 120


def test_the_most_exact_template_counts() -> None:
    """Of the channel and the topic, of the topic, of the channel, of all."""
    mine = TEMPLATES | {
        "smtp.late.subject": "A | 甲",
        "late.subject": "B | 乙",
        "smtp.subject": "C | 丙",
        "sms.body": "{text} ({case}) | {text}（{case}）",
    }
    subjects = [
        render(_notice(language="en", topic=topic), channel, mine).subject
        for channel, topic in (("smtp", "late"), ("sms", "late"), ("smtp", "returned"), ("sms", "returned"))
    ]
    assert subjects == ["A", "B", "C", "the limit has passed"]
    assert render(_notice(language="zh"), "sms", mine).body == "已超期（T-1）"


def test_a_gap_that_nobody_fills_is_told() -> None:
    """With its name."""
    with pytest.raises(InvalidInput, match="mailbox"):
        render(_notice(), "smtp", TEMPLATES | {"body": "{mailbox} | {mailbox}"})


def test_braces_in_what_residents_write_stay_braces() -> None:
    """A text is no template."""
    assert render(_notice(Text.same("{case} {secret}"), "en"), "smtp").subject == "{case} {secret}"
