"""Many at once: the hooks that plugins implement.

A plugin is a module or an object that an entry point in the group ``civicflow`` names. It marks its implementations::

    from civicflow.plugins.hookspecs import Committed, hookimpl


    @hookimpl
    def civicflow_committed(event: Committed) -> None: ...

and may say ``api_version = 1``, the version of the hooks that it was written for. Parameters are named as here, all of
them are taken, and none has a default. The Protocols are for type checkers: annotate a plugin object as one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import attrs

from civicflow.ids import CaseId, MatterId, matter_of

if TYPE_CHECKING:
    from civicflow.calendars import WorkingCalendar
    from civicflow.ledger.entries import Entry
    from civicflow.ledger.facts import CaseFacts
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.routing import Routing

API_VERSION: Final = 1
"""The version of the hooks. A plugin that names none was written for the first."""

PROJECT: Final = "civicflow"
"""The prefix of every hook's name, which no other function of a plugin may bear."""

F = TypeVar("F", bound=Callable[..., Any])


@attrs.frozen(kw_only=True)
class Committed:
    """What one commit made durable.

    Attributes:
        position: the feed's last position after it; an observer that was down reads on from the last one it saw.
        entries: the new entries, by matter and version. Private parts are not among them.
        facts: the row of facts of every case that changed, as it is now.
    """

    position: int
    entries: tuple[Entry, ...]
    facts: Mapping[CaseId, CaseFacts]

    @property
    def matters(self) -> tuple[MatterId, ...]:
        """The matters that changed, each once, in the order of their entries."""
        return tuple(dict.fromkeys(matter_of(entry.case) for entry in self.entries))


class ObservesCommits(Protocol):
    """A plugin that hears of every commit."""

    def civicflow_committed(self, event: Committed) -> None:
        """Something was committed: entries are durable, and the messages they cause lie in the outbox.

        Called once for each commit, in the thread and process that made it, before the command returns to its caller;
        so be quick, and hand long work on. A command that was repeated under its idempotency key commits nothing. A
        process that dies between the commit and this call calls nobody: whoever must miss nothing reads the feed, and
        takes this as the hint that there is something new.

        An exception is kept from the office and from all other plugins: it is logged with the plugin's distribution,
        and neither undoes the step nor stops the others. In which order plugins are called is not promised.

        Args:
            event: what was committed.
        """
        ...


class BringsFlows(Protocol):
    """A plugin that brings flows."""

    def civicflow_flows(self) -> Iterable[Flow]:
        """Flows to be offered by the office beside its own, for instance a city's permits.

        Called when an office is opened, in no promised order. A plugin's flows are taken all or none: none if the call
        fails, if something in it is no flow, or if another plugin has brought a flow of that name and version.
        """
        ...


class BringsCalendars(Protocol):
    """A plugin that brings working calendars."""

    def civicflow_calendars(self) -> Iterable[WorkingCalendar]:
        """Calendars by which an office may count its time limits, for instance a city's with its local days off.

        An office counts by one calendar, so that no installation moves anybody's deadline: it takes one of these where
        it is opened with the calendar's name, ``civicflow.open(store, calendar="shangjie")``. Called then, and not
        before. A plugin's calendars are taken all or none: none if the call fails, if something in it is no calendar, or
        if another plugin has brought one of that name. ``CN`` is China's.
        """
        ...


class BringsRoutings(Protocol):
    """A plugin that brings rules by which matters are handed to bodies."""

    def civicflow_routings(self) -> Mapping[str, Routing]:
        """Rules of routing with the categories of a place, by the name by which an office asks for them.

        An office has one set of rules, whose order decides: it takes one of these where it is opened with its name,
        ``civicflow.open(store, routing="shangjie")``. Called then, and not before. A name has no dot and no slash, since
        what has is the path of a file. A plugin's rules are taken all or none: none if the call fails, if something in
        it is no `Routing`, or if another plugin has brought rules of that name.
        """
        ...


HOOKS: Final[Mapping[str, type]] = {
    "civicflow_committed": ObservesCommits,
    "civicflow_flows": BringsFlows,
    "civicflow_calendars": BringsCalendars,
    "civicflow_routings": BringsRoutings,
}
"""Every hook by name, and the Protocol that says what it means."""


def hookimpl(function: F) -> F:
    """Mark a function or a method as the implementation of the hook whose name it bears."""
    import pluggy

    return pluggy.HookimplMarker(PROJECT)(function)
