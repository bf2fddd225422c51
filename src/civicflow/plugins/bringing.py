"""What plugins bring to an office: flows, calendars, rules of routing. Of each plugin all is taken, or nothing.

Nothing is if the call fails, if something in it is of another kind, or if a name in it is taken: of two plugins that bring
one thing the first keeps it, and the second is told by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from civicflow.calendars import WorkingCalendar
from civicflow.calendars.china import NAME as CHINA
from civicflow.errors import CivicflowError
from civicflow.plugins.discovery import Source, in_a_line

if TYPE_CHECKING:
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.routing import Routing

G = TypeVar("G")


class Alien(TypeError):
    """A hook gave something of another kind than it should."""


@attrs.frozen(kw_only=True)
class Goods(Generic[G]):
    """A kind of thing that a hook brings.

    Attributes:
        hook: the hook's name.
        word: of one of them, in messages.
        named: each thing in what a hook gave, by the name that nobody else may bear; raises `Alien` for what is none.
    """

    hook: str
    word: str
    named: Callable[[Any], Iterator[tuple[str, G]]]

    def of(
        self,
        source: Source,
        bring: Callable[[], object],
        taken: Mapping[str, Source],
        take: Callable[[list[G]], None] | None = None,
    ) -> dict[str, G]:
        """What one plugin brings, by name.

        Args:
            source: where the plugin comes from.
            bring: its implementation of the hook.
            taken: who brought what before it.
            take: takes its things into use; what it raises is the plugin's failure.

        Raises:
            PluginError: nothing is taken, see above.
        """
        try:
            found = list(self.named(bring()))
        except Alien as error:
            fault = f"{self.hook} {error}"
            raise source.error(fault) from None
        except Exception as error:
            fault = f"{self.hook} failed: {in_a_line(error)}"
            raise source.error(fault) from error
        ours: dict[str, G] = {}
        for name, thing in found:
            if name in taken or name in ours:
                fault = f"brings the {self.word} {name}, which {taken.get(name, source)} has brought already; rename one of them"
                raise source.error(fault)
            ours[name] = thing
        if take is not None:
            try:
                take(list(ours.values()))
            except CivicflowError as error:
                fault = f"brings a {self.word} that cannot be used: {in_a_line(error)}"
                raise source.error(fault) from error
        return ours


def _flows(brought: object) -> Iterator[tuple[str, Flow]]:
    from civicflow.workflows.engine.flow import Flow

    for flow in _each(brought, "Flow"):
        if not isinstance(flow, Flow):
            raise _alien(flow, "Flow")
        yield f"{flow.name}@{flow.version}", flow


def _calendars(brought: object) -> Iterator[tuple[str, WorkingCalendar]]:
    for calendar in _each(brought, "WorkingCalendar"):
        if not isinstance(calendar, WorkingCalendar):
            raise _alien(calendar, "WorkingCalendar")
        if calendar.name == CHINA:
            fault = f"brings a calendar {CHINA}, which is China's own; give it another name"
            raise Alien(fault)
        yield calendar.name, calendar


def _routings(brought: object) -> Iterator[tuple[str, Routing]]:
    from civicflow.workflows.routing import Routing

    if not isinstance(brought, Mapping):
        fault = f"gives an object of type {type(brought).__name__}; give a mapping of names to objects of Routing"
        raise Alien(fault)
    for name, routing in brought.items():
        if not isinstance(routing, Routing):
            raise _alien(routing, "Routing")
        if not isinstance(name, str) or not is_name(name):
            fault = (
                f"brings rules of the name {name!r}; a name is a word without dot and slash, which a file's path has"
            )
            raise Alien(fault)
        yield name, routing


def is_name(text: str) -> bool:
    """Whether a text names what a plugin brings, and not a file: it has neither dot nor slash.

    >>> is_name("shangjie"), is_name("shangjie.yaml"), is_name("rules/shangjie")
    (True, False, False)
    """
    return bool(text.strip()) and not set(text) & set("./\\")


def _each(brought: object, wanted: str) -> Iterable[object]:
    if not isinstance(brought, Iterable):
        fault = f"gives an object of type {type(brought).__name__}; give a list of objects of {wanted}"
        raise Alien(fault)
    return brought


def _alien(thing: object, wanted: str) -> Alien:
    return Alien(f"brings an object of type {type(thing).__name__}; bring objects of {wanted} only")


FLOWS: Final = Goods(hook="civicflow_flows", word="flow", named=_flows)
CALENDARS: Final = Goods(hook="civicflow_calendars", word="calendar", named=_calendars)
ROUTINGS: Final = Goods(hook="civicflow_routings", word="routing", named=_routings)
