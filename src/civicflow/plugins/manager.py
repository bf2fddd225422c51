"""The plugins of an office: found, checked, registered and called, each apart from all others.

pluggy keeps the register: names, marks, the order of calls. What it leaves open is closed here: the parameters of an
implementation are compared with the hook's when it registers; hooks that do not exist, default values and wrappers are
refused; one plugin's failure is recorded with its distribution and stops neither the office nor the other plugins.
pluggy is imported with the first plugin, so an office without any starts without it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeVar

from civicflow.errors import PluginError
from civicflow.plugins.admission import ALLOW, BLOCK, Admission, admission_of, is_strict
from civicflow.plugins.bringing import CALENDARS, FLOWS, ROUTINGS, Goods
from civicflow.plugins.discovery import HOOKS as GROUP
from civicflow.plugins.discovery import Found, Source, find, in_a_line
from civicflow.plugins.hookspecs import HOOKS, PROJECT, Committed
from civicflow.plugins.implementations import examine
from civicflow.plugins.remedies import remedy
from civicflow.plugins.states import PluginState, Status, state_of

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import pluggy

    from civicflow.calendars import WorkingCalendar
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.routing import Routing

G = TypeVar("G")

_LOG: Final = logging.getLogger("civicflow.plugins")

Call = tuple[Source, Callable[..., Any]]
"""One implementation of a hook, and where it comes from."""


class Plugins:
    """The plugins of one office.

    Args:
        strict: raise what would only be recorded: a plugin that cannot be loaded, or flows that cannot be had. What an
            observer raises after a commit is never raised, since the step has been taken.
        allow: load only these, by the name of the entry point or the distribution; None for all.
        block: never load these; it goes before ``allow``. Neither list concerns what the host registers itself.

    The environment is not asked: `of_environment` does.
    """

    def __init__(self, *, strict: bool = False, allow: Iterable[str] | None = None, block: Iterable[str] = ()) -> None:
        self._strict = strict
        self._admission = Admission(allow=allow, block=block)
        self._manager: pluggy.PluginManager | None = None
        self._states: dict[Source, PluginState] = {}
        self._failing: dict[Source, dict[str, PluginError]] = {}
        self._sources: dict[str, Source] = {}
        self._observers: tuple[Call, ...] = ()

    @classmethod
    def of_environment(cls, environ: Mapping[str, str] = os.environ, *, strict: bool | None = None) -> Plugins:
        """Plugins as the operator of the machine wants them: see `civicflow.plugins.admission`. None is loaded yet.

        Args:
            environ: the variables; those of this process where left out.
            strict: as the environment says where left out.

        Raises:
            InvalidInput: a variable says neither yes nor no.
        """
        said = admission_of(environ)
        return cls(strict=is_strict(environ) if strict is None else strict, allow=said.allow, block=said.block)

    @property
    def states(self) -> tuple[PluginState, ...]:
        """What became of each plugin, in the order in which they were met."""
        return tuple(self._states.values())

    @property
    def listening(self) -> bool:
        """Whether any plugin observes commits."""
        return bool(self._observers)

    def load(self, entry_points: Iterable[EntryPoint] | None = None) -> None:
        """Load and register the plugins that installed distributions bring; those already met are not loaded again.

        Args:
            entry_points: which to look at; None for every one of the group ``civicflow`` that is installed.

        Raises:
            PluginError: only if strict, after all were tried: every failure, one a line.
        """
        found = find(GROUP) if entry_points is None else Found(tuple(map(Source.of, entry_points)))
        errors = [error for _, error in found.unreadable]
        for source, error in found.unreadable:
            self._note(source, "failed", error=str(error))
        unmet = dict.fromkeys(source for source in found.sources if source not in self._states)
        new = sorted(unmet, key=lambda source: source.name)
        for name, namesakes in groupby(new, key=lambda source: source.name):
            errors += self._load_name(name, tuple(namesakes))
        errors += self._missing(found.sources)
        self._tell(errors)

    def register(self, plugin: object, *, name: str = "", distribution: str = "") -> None:
        """Register a plugin that the host made itself.

        Args:
            plugin: a module or an object with implementations marked by `hookimpl`.
            name: what to call it; its own name if empty.
            distribution: who answers for it, as errors shall name it.

        Raises:
            PluginError: if it does not keep the hooks' contract or the name is taken; nothing of it is registered then.
        """
        name = name or str(getattr(plugin, "__name__", type(plugin).__qualname__))
        source = Source(group=GROUP, name=name, distribution=distribution)
        self._register(source, plugin)

    def committed(self, event: Committed) -> tuple[PluginError, ...]:
        """Tell every observer what was committed.

        Returns:
            The failures, which are logged already. Nothing is raised.
        """
        failures: list[PluginError] = []
        for source, observe in self._observers:
            try:
                observe(event=event)
            except Exception as error:  # noqa: BLE001 - a stranger's code, after the commit; the step stands
                failure = source.error(f"civicflow_committed failed at position {event.position}: {in_a_line(error)}")
                failure.__cause__ = error
                _LOG.error("%s", failure, exc_info=error)
                failures.append(failure)
        return tuple(failures)

    @property
    def strict(self) -> bool:
        """Whether what fails is raised, not only recorded."""
        return self._strict

    def flows(self, take: Callable[[list[Flow]], None] | None = None) -> tuple[Flow, ...]:
        """The flows that all plugins bring, each plugin's all or none; a failure is logged and recorded in its state.

        Args:
            take: takes one plugin's flows into use; what it raises is that plugin's failure.

        Raises:
            PluginError: only if strict, after all were asked: every failure, one a line.
        """
        return tuple(self._brought(FLOWS, take).values())

    def calendars(self) -> Mapping[str, WorkingCalendar]:
        """The calendars that all plugins bring, by name; otherwise as `flows`.

        Raises:
            PluginError: as `flows`.
        """
        return self._brought(CALENDARS)

    def routings(self) -> Mapping[str, Routing]:
        """The rules of routing that all plugins bring, by name; otherwise as `flows`.

        Raises:
            PluginError: as `flows`.
        """
        return self._brought(ROUTINGS)

    def _brought(self, goods: Goods[G], take: Callable[[list[G]], None] | None = None) -> dict[str, G]:
        bringers: dict[str, Source] = {}
        things: dict[str, G] = {}
        errors: list[PluginError] = []
        for source, bring in self._calls(goods.hook):
            failing = self._failing.setdefault(source, {})
            try:
                ours = goods.of(source, bring, bringers, take)
            except PluginError as error:
                failing[goods.hook] = error
                errors.append(error)
            else:
                failing.pop(goods.hook, None)
                bringers |= dict.fromkeys(ours, source)
                things |= ours
            said = "; ".join(map(str, failing.values()))
            self._note(source, "failed" if failing else "loaded", hooks=self._states[source].hooks, error=said)
        self._tell(errors)
        return things

    def _tell(self, errors: Sequence[PluginError]) -> None:
        """Raise what failed if strict, and log it otherwise: one line each."""
        if self._strict and errors:
            raise _together(errors)
        for error in errors:
            _LOG.error("%s", error)

    def _load_name(self, name: str, sources: tuple[Source, ...]) -> Iterator[PluginError]:
        """Load what bears a name, and yield what failed."""
        let_in = []
        for source in sources:
            if objection := self._admission.objection(source):
                self._note(source, "blocked", error=str(source.error(objection)))
            else:
                let_in.append(source)
        if len(let_in) > 1:
            both = " and ".join(f"{source.label} ({source.value})" for source in let_in)
            one = next((source.distribution for source in let_in if source.distribution), name)
            fault = f"{both} both bring a plugin {name!r}; uninstall one of them, or block it: {BLOCK}={one}"
            error = PluginError(fault, plugin=name)
            for source in let_in:
                self._note(source, "failed", error=fault)
            yield error
            return
        for source in let_in:
            try:
                self._register(source, source.load(), helps=f"; {remedy(source)}")
            except PluginError as error:
                self._note(source, "failed", error=str(error))
                yield error

    def _missing(self, sources: Iterable[Source]) -> Iterator[PluginError]:
        """What the allow list names and nobody has installed: an office would silently do without it."""
        here = {name for source in sources for name in (source.name, source.distribution)}
        for name in sorted(self._admission.missing(here | self._sources.keys())):
            source = Source(group=GROUP, name=name)
            fault = f"plugin {name!r} is on the allow list and is not installed; install it, or take it off ({ALLOW}, or allow=)"
            error = PluginError(fault, plugin=name)
            self._note(source, "missing", error=str(error))
            yield error

    def _register(self, source: Source, plugin: object, *, helps: str = "") -> None:
        manager = self._pluggy()
        if source.name in self._sources:
            fault = f"the name is taken by {self._sources[source.name]}; give it another{helps}"
            raise source.error(fault)
        try:
            known, (hooks, faults) = manager.get_name(plugin), examine(manager, plugin)
            if known is not None:
                faults = (f"is registered already, as {self._sources[known]}; register it once",)
            if not faults:
                manager.register(plugin, source.name)
        except Exception as error:
            fault = f"cannot be registered: {in_a_line(error)}{helps}"
            raise source.error(fault) from error
        if faults:
            raise source.error("; ".join(faults) + helps)
        self._sources[source.name] = source
        self._observers = tuple(self._calls("civicflow_committed"))
        self._note(source, "loaded", hooks=hooks)

    def _pluggy(self) -> pluggy.PluginManager:
        if self._manager is None:
            import pluggy

            mark = pluggy.HookspecMarker(PROJECT)
            self._manager = pluggy.PluginManager(PROJECT)
            for hook, protocol in HOOKS.items():
                mark(getattr(protocol, hook))
                self._manager.add_hookspecs(protocol)
        return self._manager

    def _calls(self, hook: str) -> Iterator[Call]:
        if self._manager is not None:
            for implementation in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
                yield self._sources[implementation.plugin_name], implementation.function

    def _note(self, source: Source, status: Status, *, hooks: tuple[str, ...] = (), error: str = "") -> None:
        self._states[source] = PluginState.of(source, status, hooks=hooks, error=error)


def installed() -> tuple[PluginState, ...]:
    """Every plugin with hooks that a distribution announces, and what blocks it; nothing of theirs is imported."""
    found, admission = find(GROUP), admission_of()
    states = [state_of(source, admission) for source in found.sources]
    return (*states, *(PluginState.of(source, "failed", error=str(error)) for source, error in found.unreadable))


def _together(errors: Sequence[PluginError]) -> PluginError:
    """One error for all: the only one itself, or all of them, one a line."""
    return errors[0] if len(errors) == 1 else PluginError("\n".join(map(str, errors)))
