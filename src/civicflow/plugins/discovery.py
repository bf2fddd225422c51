"""What installed distributions bring, by their entry points; and how one of them is loaded and blamed.

Nothing here runs at import. `importlib.metadata` alone costs more than the rest of civicflow's start, so it is loaded
only when a distribution announces something: the files are looked through first, for the name of the group.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import attrs

from civicflow.errors import PluginError
from civicflow.plugins.remedies import remedy

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

HOOKS: Final = "civicflow"
STORAGE: Final = "civicflow.storage"
NOTIFIERS: Final = "civicflow.notifiers"
BLOBS: Final = "civicflow.blobs"
PUBLISHERS: Final = "civicflow.publishers"
_METADATA: Final = (".dist-info", ".egg-info")
GROUPS: Final = (HOOKS, STORAGE, NOTIFIERS, BLOBS, PUBLISHERS)
"""The groups of entry points that civicflow reads."""


@attrs.frozen(kw_only=True)
class Source:
    """Where a plugin comes from.

    Attributes:
        group: one of `GROUPS`.
        name: the entry point's name; for a backend the URL scheme.
        value: what it points to, ``module:object``; empty for a plugin that the host registered itself.
        distribution: the name of the distribution, or empty where nothing is known of it.
        version: its version, or empty.
    """

    group: str
    name: str
    value: str = ""
    distribution: str = ""
    version: str = ""

    @classmethod
    def of(cls, entry: EntryPoint) -> Source:
        """The source that an entry point describes."""
        name, version = _label(entry.dist) if entry.dist is not None else ("", "")
        return cls(group=entry.group, name=entry.name, value=entry.value, distribution=name, version=version)

    @property
    def label(self) -> str:
        """The distribution with its version, as errors name it."""
        return " ".join(filter(None, (self.distribution, self.version))) or "the host"

    @property
    def package(self) -> str:
        """The package that it points into."""
        return self.value.partition("[")[0].partition(":")[0].partition(".")[0].strip()

    def __str__(self) -> str:
        where = f" ({self.group}: {self.value})" if self.value else ""
        return f"{self.name!r} of {self.label}{where}"

    def error(self, cause: str) -> PluginError:
        """One readable line that says who is to blame for what."""
        return PluginError(f"plugin {self}: {cause}", plugin=self.name, distribution=self.label)

    def load(self) -> object:
        """Import what the source points to.

        Raises:
            PluginError: whatever went wrong, ``sys.exit()`` and the panic of a module in Rust included, with what helps.
        """
        module, _, path = self.value.partition("[")[0].partition(":")
        try:
            found: object = importlib.import_module(module.strip())
            for attribute in filter(None, path.strip().split(".")):
                found = getattr(found, attribute)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            fault = f"cannot be loaded: {in_a_line(error)}; {remedy(self, error)}"
            raise self.error(fault) from error
        return found


@attrs.frozen
class Found:
    """The sources of a group, ordered by name and distribution, and distributions whose announcement is unreadable."""

    sources: tuple[Source, ...] = ()
    unreadable: tuple[tuple[Source, PluginError], ...] = ()


def find(group: str) -> Found:
    """What the installed distributions announce in a group. Nothing of theirs is imported."""
    if not _announced(group):
        return Found()
    from importlib import metadata

    unreadable: tuple[tuple[Source, PluginError], ...] = ()
    try:
        entries = list(metadata.entry_points(group=group))
    except Exception:  # noqa: BLE001 - one malformed file anywhere on the path makes this call fail for everybody
        entries, unreadable = _one_by_one(group)
    return Found(tuple(sorted(map(Source.of, entries), key=_place)), unreadable)


def module_of(plugin: object) -> str:
    """The name of the module whose code an object runs."""
    return plugin.__name__ if inspect.ismodule(plugin) else type(plugin).__module__


def distribution_of(module: str) -> str:
    """The distribution, with its version, that a module comes from; the module itself where none is known."""
    package = module.partition(".")[0]
    if package == "civicflow":
        return own().label
    for group in GROUPS:
        for source in find(group).sources:
            if source.package == package:
                return source.label
    return module


def own(group: str = HOOKS, name: str = "civicflow", value: str = "") -> Source:
    """A source that civicflow itself brings; it needs no metadata, which may be stale or missing in a source tree."""
    from importlib import metadata

    try:
        version = metadata.version("civicflow")
    except metadata.PackageNotFoundError:
        version = ""
    return Source(group=group, name=name, value=value, distribution="civicflow", version=version)


def in_a_line(error: BaseException) -> str:
    """An exception's type and message in one line that any store can hold: without NUL and lone surrogates.

    >>> in_a_line(OSError(" no route   to host "))
    'OSError: no route to host'
    """
    try:
        message = " ".join(str(error).replace("\0", " ").split())
    except Exception:  # noqa: BLE001 - a stranger's __str__ may do anything
        message = "its message cannot be read"
    line = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return line.encode("utf-8", "backslashreplace").decode()[:1000]


def _place(source: Source) -> tuple[str, str, str]:
    return source.name, source.distribution, source.value


def _label(distribution: Distribution) -> tuple[str, str]:
    """Name and version; a half-removed distribution has entry points but no METADATA."""
    try:
        return str(distribution.metadata["Name"] or "?"), str(distribution.metadata["Version"] or "?")
    except Exception:  # noqa: BLE001 - the errors differ from version to version of Python
        return "?", "?"


def _one_by_one(group: str) -> tuple[list[EntryPoint], tuple[tuple[Source, PluginError], ...]]:
    from importlib import metadata

    entries: dict[str, list[EntryPoint]] = {}
    errors: list[tuple[Source, PluginError]] = []
    for distribution in metadata.distributions():
        name, version = _label(distribution)
        try:
            # The first of two distributions of one name is the one that Python imports.
            entries.setdefault(name, [entry for entry in distribution.entry_points if entry.group == group])
        except Exception as error:  # noqa: BLE001 - as above
            entries.setdefault(name, [])
            source = Source(group=group, name="entry_points.txt", distribution=name, version=version)
            errors.append((source, source.error(f"cannot be read: {in_a_line(error)}")))
    return [entry for found in entries.values() for entry in found], tuple(errors)


def _announced(group: str) -> bool:
    """Whether some distribution may have entry points in a group; True where looking at files cannot tell."""
    others = any(hasattr(f, "find_distributions") for f in sys.meta_path if getattr(f, "__name__", "") != "PathFinder")
    header = f"[{group}]".encode()
    return others or any(header in text for folder in sys.path for text in _announcements(folder or os.curdir, header))


def _announcements(folder: str, header: bytes) -> Iterator[bytes]:
    """The bytes of each entry_points.txt in a folder of the path; the header itself for what is no folder (a zip)."""
    try:
        children = [child.path for child in os.scandir(folder) if child.name.lower().endswith(_METADATA)]
    except OSError as error:
        children = []
        if not isinstance(error, FileNotFoundError):
            yield header
    for child in (*children, f"{folder}/EGG-INFO"):
        try:
            with open(f"{child}/entry_points.txt", "rb") as file:  # noqa: PTH123 - pathlib is slow to import
                yield file.read()
        except OSError:
            continue
