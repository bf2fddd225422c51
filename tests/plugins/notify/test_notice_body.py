"""What lies in the outbox comes out as it was put in."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.body import decode_notice, encode_notice
from civicflow.plugins.notify.contract import Notice
from civicflow.plugins.storage.contract import Message
from civicflow.texts import Language, Text

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=OFFSETS)
LANGUAGES: st.SearchStrategy[Language | None] = st.sampled_from([None, "en", "zh"])


def _message(body: bytes) -> Message:
    return Message(
        dedupe="n1", case="T-1", recipient="person:P-1", channel="sms", topic="late", body=body, not_before=0
    )


@given(WORDS, WORDS, INSTANTS, LANGUAGES)
def test_round_trip(en: str, zh: str, at: datetime, language: Language | None) -> None:
    """Texts, instant and language come back; the instant in UTC, with its microseconds."""
    body = encode_notice(Text(en, zh), at=at, language=language)
    assert decode_notice(_message(body)) == Notice(
        dedupe="n1", case="T-1", recipient="person:P-1", topic="late", text=Text(en, zh), at=at, language=language
    )
    assert decode_notice(_message(body)).at.tzinfo is UTC


@given(WORDS, WORDS, INSTANTS)
def test_one_notice_has_one_spelling(en: str, zh: str, at: datetime) -> None:
    """The same notice is the same bytes, from whatever zone its instant came."""
    assert encode_notice(Text(en, zh), at=at) == encode_notice(Text(en, zh), at=at.astimezone(UTC))


@pytest.mark.parametrize(
    ("text", "at", "fault"),
    [
        (Text("a", "b"), datetime(2026, 5, 1), "zone"),
        (Text("a\0", "b"), datetime(2026, 5, 1, tzinfo=UTC), "NUL"),
    ],
)
def test_refuses_what_could_not_be_stored(text: Text, at: datetime, fault: str) -> None:
    """A naive instant and NUL characters are refused before they reach the outbox."""
    with pytest.raises(InvalidInput, match=fault):
        encode_notice(text, at=at)


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (b"\xff", 0),
        (b"[]", 2),
        (b"{}", 2),
        (b'{"en":"a","zh":1,"at":"2026-05-01T00:00:00Z"}', 1),
        (b'{"en":"a","zh":"b","at":"2026-05-01T00:00:00"}', 1),
        (b'{"en":"a","zh":"b","at":"tomorrow"}', 1),
        (b'{"en":"a","zh":"b","at":5}', 1),
        (b'{"en":1,"at":2,"language":"fr"}', 3),
        (b'{"en":"a","zh":"b","at":"2026-05-01T00:00:00Z","language":["en"]}', 1),
    ],
)
def test_tells_every_fault_of_a_body(body: bytes, faults: int) -> None:
    """What is no notice is refused with all that is wrong with it."""
    with pytest.raises(InvalidInput) as raised:
        decode_notice(_message(body))
    assert len(raised.value.faults) == faults


JSON = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(), st.lists, max_leaves=3)
PARTS = st.fixed_dictionaries({}, optional=dict.fromkeys(("en", "zh", "at", "language"), JSON | INSTANTS.map(str)))


@given(st.binary() | PARTS.map(lambda parts: json.dumps(parts).encode()))
def test_no_body_breaks_the_relay(body: bytes) -> None:
    """Whatever lies in an outbox is a notice or `InvalidInput`, nothing else."""
    with suppress(InvalidInput):
        assert decode_notice(_message(body)).at.tzinfo is UTC


def test_words_in_the_language_asked_for() -> None:
    """Both languages, unless the recipient asked for one."""

    def words(language: Language | None) -> str:
        return decode_notice(
            _message(encode_notice(Text("late", "超期"), at=datetime(2026, 5, 1, tzinfo=UTC), language=language))
        ).words

    assert [words(None), words("en"), words("zh")] == ["late | 超期", "late", "超期"]
