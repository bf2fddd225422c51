"""What a notice looks like on a channel that has a subject and a body: templates in both languages, yours laid over ours.

A template is found by the most exact name that there is: of the channel and the topic, of the topic, of the channel, of
all. So ``late.subject`` is the subject of whatever tells of a time limit, and ``sms.body`` what a short message says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import attrs

from civicflow.plugins.notify.contract import Notice
from civicflow.texts import Catalogue, Text

Part = Literal["subject", "body"]

_LONGEST: Final = 120
"""Characters of a subject: what is longer is cut off by whoever shows it."""

TEMPLATES: Final = Catalogue(
    {
        "subject": "{text} | {text}",
        "body": Text("{text}\n\nMatter: {case}", "{text}\n\n事项编号：{case}"),
    }
)
"""Ours. Gaps: ``{text}`` what is said, ``{case}``, ``{topic}`` and ``{recipient}``."""


@attrs.frozen
class Rendering:
    """A notice on a channel.

    Attributes:
        subject: one line, not too long.
        body: plain text of one or more lines.
    """

    subject: str
    body: str


def render(notice: Notice, channel: str, templates: Mapping[str, Text] = TEMPLATES) -> Rendering:
    """A notice in the language that the recipient chose, or in both: the subject on one line, the bodies below each other.

    Args:
        notice: what to say.
        channel: the name of the notifier.
        templates: `TEMPLATES`, or these with yours over them: ``TEMPLATES | {"late.subject": "Time limit | 时限"}``.

    Raises:
        InvalidInput: if a template has a gap that is not known.
        NotFound: if there is neither a template of its own nor one of all.
    """
    subject = _filled(notice, channel, "subject", templates)
    body = _filled(notice, channel, "body", templates)
    line = _said(notice, subject, " | ")
    line = " ".join("".join(char if char.isprintable() else " " for char in line).split())
    return Rendering(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…", _said(notice, body, "\n\n"))


def _filled(notice: Notice, channel: str, part: Part, templates: Mapping[str, Text]) -> Text:
    names = (f"{channel}.{notice.topic}.{part}", f"{notice.topic}.{part}", f"{channel}.{part}")
    template = templates[next((name for name in names if name in templates), part)]
    return template.fill(text=notice.text, case=notice.case, topic=notice.topic, recipient=notice.recipient)


def _said(notice: Notice, text: Text, between: str) -> str:
    if notice.language is not None:
        return text.say(notice.language)
    return text.en if text.en == text.zh else f"{text.zh}{between}{text.en}"
