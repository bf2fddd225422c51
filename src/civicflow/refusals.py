"""A refusal is a value: which rule said no, what would have been needed, and what is possible now.

`office` raises it as `Refused`; `ask` and `what_can` return it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from civicflow.catalogue import CATALOGUE
from civicflow.texts import Language, Text, listing


@attrs.frozen(kw_only=True)
class Reason:
    """One rule that said no.

    Attributes:
        rule: a symbol to program against, for instance ``state``, ``authority`` or a guard's name.
        text: the sentence that a clerk or resident reads.
    """

    rule: str
    text: Text


@attrs.frozen(kw_only=True)
class Refusal:
    """Why a step was not taken. Nothing was changed.

    Attributes:
        case: the id of the case, or empty where none exists yet.
        step: the step that was asked for.
        reasons: every rule that said no, in the order in which they were asked.
        needed: who could have taken the step (posts with their units).
        possible: the steps that people may take now, by name, each with its text.
        until: the instant on which the case's clock acts by itself, if it has one, in the zone of the place.
    """

    case: str
    step: str
    reasons: tuple[Reason, ...]
    needed: tuple[Text, ...] = ()
    possible: Mapping[str, Text] = attrs.field(factory=dict)
    until: datetime | None = None

    @property
    def rules(self) -> tuple[str, ...]:
        """The symbols of the rules that said no."""
        return tuple(reason.rule for reason in self.reasons)

    @property
    def text(self) -> Text:
        """One sentence for each rule, then who could act and what is possible now."""
        parts = [reason.text for reason in self.reasons]
        if self.needed:
            parts.append(CATALOGUE.say("refusal.needed", who=listing(self.needed)))
        if self.possible:
            parts.append(CATALOGUE.say("refusal.possible", steps=listing(self.possible.values())))
        if self.until is not None:
            parts.append(CATALOGUE.say("refusal.until", at=f"{self.until:%Y-%m-%d %H:%M} {self.until.tzname()}"))
        return Text("; ".join(p.en for p in parts), "；".join(p.zh for p in parts))

    def say(self, language: Language = "en") -> str:
        """The refusal in one language, for a screen."""
        return self.text.say(language)

    def __str__(self) -> str:
        return f"{self.step} refused: {self.text}"
