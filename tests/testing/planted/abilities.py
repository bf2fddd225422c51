"""Abilities that are claimed and not there."""

from __future__ import annotations

from tests.testing.planted.sound import Sound, caught

from civicflow.plugins.storage.abilities import Finding
from civicflow.texts import Text


@caught("test_a_commit_wakes_whoever_waits")
class WakesNobody(Sound):
    """It promises to wake whoever waits for work, and lets them wait until their time is up."""

    capabilities = Sound.capabilities | {"notify"}

    def wait(self, timeout: int) -> bool:
        return False


@caught("test_a_sound_place_has_no_error")
class CriesWolf(Sound):
    """Examined, it finds errors where there are none."""

    capabilities = Sound.capabilities | {"examine"}

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        return (Finding(rule="integrity", level="error", text=Text.of("it is damaged | 已损坏")),)


@caught("test_examining_changes_nothing")
class RepairsWhatItExamines(Sound):
    """Whoever only looks changes what is there."""

    capabilities = Sound.capabilities | {"examine"}

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        self.rows.entries.clear()
        return super().examine(quick=quick)
