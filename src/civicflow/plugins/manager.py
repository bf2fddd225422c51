"""The plugins of an office: found, checked, registered and called, each apart from all others.

pluggy keeps the register: names, marks, the order of calls. What it leaves open is closed here: the parameters of an
implementation are compared with the hook's when it registers; hooks that do not exist, default values and wrappers are
refused; one plugin's failure is recorded with its distribution and stops neither the office nor the other plugins.
pluggy is imported with the first plugin, so an office without any starts without it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from civicflow.errors import CivicflowError, PluginError
from civicflow.plugins.discovery import HOOKS as GROUP
from civicflow.plugins.discovery import Found, Source, find, in_a_line
from civicflow.plugins.hookspecs import HOOKS, PROJECT, Committed
from civicflow.plugins.implementations import examine
from civicflow.plugins.states import PluginState, Status

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    import pluggy

    from civicflow.workflows.engine.flow import Flow

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
    """

    def __init__(
        self, *, strict: bool = False, allow: Collection[str] | None = None, block: Collection[str] = ()
    ) -> None:
        self._strict = strict
        self._allow = None if allow is None else frozenset(allow)
        self._block = frozenset(block)
        self._manager: pluggy.PluginManager | None = None
        self._states: dict[Source, PluginState] = {}
        self._sources: dict[str, Source] = {}
        self._observers: tuple[Call, ...] = ()

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
        if self._strict and errors:
            raise _together(errors)

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
        """The flows that all plugins bring, each plugin's all or none; a failure is recorded in its state.

        Args:
            take: takes one plugin's flows into use; what it raises is that plugin's failure.

        Raises:
            PluginError: only if strict, after all were asked: every failure, one a line.
        """
        bringers: dict[tuple[str, int], Source] = {}
        flows: list[Flow] = []
        errors: list[PluginError] = []
        for source, bring in self._calls("civicflow_flows"):
            try:
                brought = _brought(source, bring, bringers, take)
            except PluginError as error:
                self._note(source, "failed", hooks=self._states[source].hooks, error=str(error))
                errors.append(error)
            else:
                self._note(source, "loaded", hooks=self._states[source].hooks)
                bringers |= {(flow.name, flow.version): source for flow in brought}
                flows += brought
        if self._strict and errors:
            raise _together(errors)
        return tuple(flows)

    def _load_name(self, name: str, sources: tuple[Source, ...]) -> Iterator[PluginError]:
        """Load what bears a name, and yield what failed."""
        let_in = []
        for source in sources:
            if self._may_load(source):
                let_in.append(source)
            else:
                self._note(source, "blocked")
        if len(let_in) > 1:
            both = " and ".join(f"{source.label} ({source.value})" for source in let_in)
            for source in let_in:
                yield self._fail(source, f"{both} both bring a plugin {name!r}; block or uninstall one of them")
            return
        for source in let_in:
            try:
                self._register(source, source.load())
            except PluginError as error:
                self._note(source, "failed", error=str(error))
                yield error

    def _may_load(self, source: Source) -> bool:
        names = {source.name, source.distribution} - {""}
        return not names & self._block and (self._allow is None or bool(names & self._allow))

    def _missing(self, sources: Iterable[Source]) -> Iterator[PluginError]:
        """What the allow list names and nobody has installed: an office would silently do without it."""
        here = {name for source in sources for name in (source.name, source.distribution)}
        for name in sorted((self._allow or frozenset()) - here - self._sources.keys()):
            source = Source(group=GROUP, name=name)
            error = PluginError(f"plugin {name!r} is on the allow list and is not installed; install it", plugin=name)
            self._note(source, "missing", error=str(error))
            yield error

    def _register(self, source: Source, plugin: object) -> None:
        manager = self._pluggy()
        if source.name in self._sources:
            fault = f"the name is taken by {self._sources[source.name]}; give it another"
            raise source.error(fault)
        try:
            known, (hooks, faults) = manager.get_name(plugin), examine(manager, plugin)
            if known is not None:
                faults = (f"is registered already, as {self._sources[known]}; register it once",)
            if not faults:
                manager.register(plugin, source.name)
        except Exception as error:
            fault = f"cannot be registered: {in_a_line(error)}"
            raise source.error(fault) from error
        if faults:
            raise source.error("; ".join(faults))
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

    def _fail(self, source: Source, cause: str) -> PluginError:
        error = source.error(cause)
        self._note(source, "failed", error=str(error))
        return error

    def _note(self, source: Source, status: Status, *, hooks: tuple[str, ...] = (), error: str = "") -> None:
        self._states[source] = PluginState.of(source, status, hooks=hooks, error=error)


def _brought(
    source: Source,
    bring: Callable[[], Iterable[object]],
    taken: dict[tuple[str, int], Source],
    take: Callable[[list[Flow]], None] | None,
) -> list[Flow]:
    """One plugin's flows, taken into use.

    Raises:
        PluginError: if it fails, brings what is no flow, or one whose name and version are taken, or one that is not sound.
    """
    try:
        found = list(bring())
    except Exception as error:
        fault = f"civicflow_flows failed: {in_a_line(error)}"
        raise source.error(fault) from error
    from civicflow.workflows.engine.flow import Flow

    ours: dict[tuple[str, int], Flow] = {}
    for flow in found:
        if not isinstance(flow, Flow):
            fault = f"civicflow_flows brings an object of type {type(flow).__name__}; bring objects of Flow only"
            raise source.error(fault)
        key = (flow.name, flow.version)
        if key in taken or key in ours:
            rival = taken.get(key, source)
            fault = f"brings the flow {flow.name}@{flow.version}, which {rival} has brought already; rename one of them"
            raise source.error(fault)
        ours[key] = flow
    flows = list(ours.values())
    if take is not None:
        try:
            take(flows)
        except CivicflowError as error:
            fault = f"brings a flow that cannot be used: {in_a_line(error)}"
            raise source.error(fault) from error
    return flows


def installed() -> tuple[PluginState, ...]:
    """Every plugin with hooks that a distribution announces; nothing of theirs is imported."""
    found = find(GROUP)
    states = [PluginState.of(source, "available") for source in found.sources]
    return (*states, *(PluginState.of(source, "failed", error=str(error)) for source, error in found.unreadable))


def _together(errors: list[PluginError]) -> PluginError:
    """One error for all: the only one itself, or all of them, one a line."""
    return errors[0] if len(errors) == 1 else PluginError("\n".join(map(str, errors)))
