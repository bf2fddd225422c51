"""What a notice says, as the bytes that lie in the outbox beside its address, channel and topic."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from civicflow.calendars.instants import check_aware
from civicflow.drafts import maker
from civicflow.errors import Fault, InvalidInput
from civicflow.ledger import canonical
from civicflow.plugins.notify.contract import Notice
from civicflow.plugins.storage.contract import Message
from civicflow.texts import Language, Text

_new_notice: Final = maker(Notice)


def encode_notice(
    text: Text, *, at: datetime, language: Language | None = None, fallback: tuple[str, ...] = ()
) -> bytes:
    """The body of an outbox message. It may be read by operators: it refers to persons by their case, never by name.

    >>> from datetime import UTC
    >>> encode_notice(Text("returned", "已退单"), at=datetime(2026, 5, 1, tzinfo=UTC)).decode()
    '{"at":"2026-05-01T00:00:00Z","en":"returned","zh":"已退单"}'

    Args:
        text: what to say, in both languages.
        at: when it is said; its age is counted from here.
        language: the one the recipient asked for; None for both.
        fallback: the channels to try when this one gave the notice up.

    Raises:
        InvalidInput: if the instant has no zone or a text holds a NUL character.
    """
    said = {"at": check_aware(at), "en": text.en, "zh": text.zh}
    if language is not None:
        said["language"] = language
    if fallback:
        said["fallback"] = list(fallback)
    return canonical.encode(canonical.plain(said, path="notice"))


def decode_notice(message: Message) -> Notice:
    """The notice that an outbox message carries.

    Raises:
        InvalidInput: if its body was not made by `encode_notice`; every fault of it at once.
    """
    said = canonical.decode(message.body)
    if not isinstance(said, dict):
        said = {}
    text, at, language = _text(said), _instant(said.get("at")), said.get("language")
    if text is not None and at is not None and language in (None, "en", "zh"):
        return _new_notice(message.dedupe, message.case, message.recipient, message.topic, text, at, language)
    faults = [] if text is not None else [Fault(reason="a text in both languages is missing", path="en, zh")]
    if language not in (None, "en", "zh"):
        faults.append(Fault(reason="a language is 'en' or 'zh'", value=str(language), path="language"))
    if at is None:
        faults.append(Fault(reason="an instant with its zone is missing", path="at"))
    msg = f"the body of message {message.dedupe!r} is no notice"
    raise InvalidInput(msg, faults)


def next_channel(message: Message, *, at: int) -> Message | None:
    """The message for the next fallback channel of one that is given up; None where there is none.

    It has the name that the notice has on that channel, so that it is put once, however often this is done and however
    many channels gave the notice up.

    Args:
        message: whose body was made by `encode_notice`.
        at: now, in microseconds, before which it does not go out.
    """
    try:
        said = canonical.decode(message.body)
    except InvalidInput:
        return None
    channels = said.pop("fallback", None) if isinstance(said, dict) else None
    if not isinstance(channels, list) or not channels or not all(isinstance(channel, str) for channel in channels):
        return None
    channel, *others = channels
    body = canonical.encode({**said, "fallback": others} if others else said)
    dedupe = f"{message.dedupe.removesuffix(f':{message.channel}')}:{channel}"
    return attrs.evolve(message, dedupe=dedupe, channel=channel, body=body, not_before=at)


def _text(said: dict[str, object]) -> Text | None:
    en, zh = said.get("en"), said.get("zh")
    return Text(en, zh) if isinstance(en, str) and isinstance(zh, str) else None


def _instant(text: object) -> datetime | None:
    try:
        return check_aware(datetime.fromisoformat(text)) if isinstance(text, str) else None
    except (ValueError, InvalidInput):
        return None
