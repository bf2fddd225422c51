"""Findings put together: each thing is looked at by itself, so that what cannot be read does not hide the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Finding, Level
from civicflow.texts import Catalogue, Text

_UNREADABLE: Final = Text.of("it cannot be told: {said} | 无法查明：{said}")


def looked(looks: Mapping[str, Callable[[], Finding]]) -> tuple[Finding, ...]:
    """The findings, one for each rule; a look that fails is a finding of its own."""
    return tuple(_looked(rule, look) for rule, look in looks.items())


def _looked(rule: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (StorageError, OSError) as error:
        return Finding(rule=rule, level="error", text=_UNREADABLE.fill(said=error))


def found(texts: Catalogue, rule: str, level: Level, **gaps: object) -> Finding:
    """A finding whose text stands in a catalogue under ``RULE.LEVEL``."""
    return Finding(rule=rule, level=level, text=texts[f"{rule}.{level}"].fill(**gaps))
