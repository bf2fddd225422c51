"""What became of each plugin, for operators: ``civicflow plugins --json`` lists these."""

from __future__ import annotations

from typing import Literal

import attrs

from civicflow.plugins.admission import Admission
from civicflow.plugins.discovery import Source

Status = Literal["loaded", "available", "blocked", "failed", "missing"]
"""``loaded`` its hooks are called; ``available`` installed, and not imported: a backend until its scheme is asked for, a plugin
until somebody loads it; ``blocked`` by the allow or block list (`civicflow.plugins.admission`); ``failed`` see its error;
``missing`` on the allow list, but nothing of the name is installed."""


@attrs.frozen(kw_only=True)
class PluginState:
    """One plugin and what became of it.

    Attributes:
        group: the entry point group: ``civicflow``, ``civicflow.storage``, ``civicflow.notifiers``,
            ``civicflow.blobs`` or ``civicflow.publishers``.
        name: the entry point's name; for a backend the URL scheme.
        distribution: who brings it, or empty for what the host registered itself.
        version: the distribution's version, or empty.
        entry_point: what it points to, ``module:object``, or empty.
        status: see `Status`.
        hooks: the hooks that it implements.
        error: one line: what failed, or which list blocks it.
    """

    group: str
    name: str
    distribution: str
    version: str
    entry_point: str = ""
    status: Status
    hooks: tuple[str, ...] = ()
    error: str = ""

    @classmethod
    def of(cls, source: Source, status: Status, *, hooks: tuple[str, ...] = (), error: str = "") -> PluginState:
        """The state of the plugin that comes from a source."""
        return cls(
            group=source.group,
            name=source.name,
            distribution=source.distribution,
            version=source.version,
            entry_point=source.value,
            status=status,
            hooks=hooks,
            error=error,
        )


def state_of(source: Source, admission: Admission) -> PluginState:
    """What can be told of a plugin without importing it: that it is available, or which list blocks it."""
    objection = admission.objection(source)
    if objection:
        return PluginState.of(source, "blocked", error=str(source.error(objection)))
    return PluginState.of(source, "available")
