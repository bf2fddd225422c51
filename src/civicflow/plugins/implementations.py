"""Which hooks a plugin implements, and whether as the hooks are meant.

pluggy accepts a hook that does not exist, an async function that nobody awaits, a wrapper around other plugins, and a
default value that its versions treat differently. All of these are refused here, all faults of a plugin at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from inspect import Parameter
from typing import TYPE_CHECKING, Any

from civicflow.plugins.hookspecs import API_VERSION, HOOKS, PROJECT

if TYPE_CHECKING:
    import pluggy


def examine(manager: pluggy.PluginManager, plugin: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the hooks that a plugin implements, and everything that is wrong with it."""
    if inspect.isclass(plugin):
        return (), (f"{plugin.__name__} is a class; register an object of it, or a module",)
    spoken = getattr(plugin, "api_version", 1)
    if spoken != API_VERSION:
        newer = isinstance(spoken, int) and spoken > API_VERSION
        helps = "; update civicflow" if newer else ""
        return (), (f"is written for version {spoken} of the hooks, this civicflow has version {API_VERSION}{helps}",)
    marked = _marked(manager, plugin)
    faults = [*_unmarked(plugin, marked)]
    for name, (hook, wraps) in marked.items():
        faults += _faults(getattr(plugin, name), name, hook, wraps=wraps)
    if not marked and not faults:
        faults.append(f"implements no hook; mark its functions with @hookimpl, the hooks are {', '.join(HOOKS)}")
    return tuple(sorted(hook for hook, _ in marked.values())), tuple(faults)


def _marked(manager: pluggy.PluginManager, plugin: object) -> dict[str, tuple[str, bool]]:
    """Each implementation by the name of its function: which hook it means, and whether it would wrap the others."""
    marked = {}
    for name in dir(plugin):
        options: Any = manager.parse_hookimpl_opts(plugin, name)
        if options is not None:
            wraps = bool(options.get("wrapper") or options.get("hookwrapper"))
            marked[name] = (options.get("specname") or name, wraps)
    return marked


def _unmarked(plugin: object, marked: dict[str, tuple[str, bool]]) -> Iterator[str]:
    for name in dir(plugin):
        if name.startswith(f"{PROJECT}_") and name not in marked:
            static = inspect.getattr_static(plugin, name)
            if inspect.isfunction(static) or isinstance(static, (staticmethod, classmethod)):
                yield f"{name}() is not marked with @hookimpl, so it would never be called"


def _faults(function: Callable[..., Any], name: str, hook: str, *, wraps: bool) -> Iterator[str]:
    if hook not in HOOKS:
        yield f"there is no hook {hook}; the hooks are {', '.join(HOOKS)}"
        return
    if wraps:
        yield f"{name}() is a wrapper; plugins are called apart from each other and cannot wrap one another"
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        yield f"{name}() is async and would never be awaited; hand the work to a loop of your own"
    if hook == "civicflow_committed" and inspect.isgeneratorfunction(function):
        yield f"{name}() is a generator and would never run"
    found = inspect.signature(function).parameters.values()
    wanted = list(inspect.signature(getattr(HOOKS[hook], hook)).parameters)[1:]
    plain = all(parameter.kind is Parameter.POSITIONAL_OR_KEYWORD for parameter in found)
    if not plain or [parameter.name for parameter in found] != wanted:
        yield f"{name}{_spelled(found)} should be {name}({', '.join(wanted)})"
    for parameter in found:
        if parameter.default is not Parameter.empty:
            yield f"{name}() gives {parameter.name!r} a default value, which pluggy may take for the argument; remove it"


def _spelled(found: Any) -> str:
    """Parameters as they stand in the source, without defaults and annotations."""
    bare = [parameter.replace(default=Parameter.empty, annotation=Parameter.empty) for parameter in found]
    return str(inspect.Signature(bare))
