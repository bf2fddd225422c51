"""What an operator can do about a plugin that cannot be used, in half a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from civicflow.plugins.admission import BLOCK, plain

if TYPE_CHECKING:
    from civicflow.plugins.discovery import Source

_NAME: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EXTRA: Final = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")
_HOOKS: Final = "civicflow"


def remedy(source: Source, error: BaseException | None = None) -> str:
    """What helps: installing the extra whose module is missing, otherwise doing without the plugin.

    Args:
        source: where the plugin comes from.
        error: what it raised, where it raised something.
    """
    if isinstance(error, ModuleNotFoundError) and (extra := _extra(source, error)):
        return f"install what it needs: pip install '{source.distribution}[{extra}]'"
    if not source.distribution:
        return "correct it, or register it no longer"
    if source.group != _HOOKS:
        return f"update {source.distribution}, or open another URL"
    return f"update or uninstall {source.distribution}, or go on without it: {BLOCK}={source.name}"


def _extra(source: Source, error: ModuleNotFoundError) -> str:
    """The extras that bring a missing module: those its distribution declares it in, else those of its entry point."""
    package = (error.name or "").partition(".")[0]
    if package == source.package:
        return ""  # its own module is missing, which no extra brings
    missing = plain(package)
    declared = [
        extra[1]
        for needed in _requirements(source.distribution)
        if (name := _NAME.match(needed)) and plain(name[1]) == missing and (extra := _EXTRA.search(needed))
    ]
    named = source.value.partition("[")[2].partition("]")[0].replace(" ", "")
    return ",".join(dict.fromkeys(declared)) or named


def _requirements(distribution: str) -> list[str]:
    from importlib import metadata

    try:
        return metadata.requires(distribution) or []
    except Exception:  # noqa: BLE001 - unreadable metadata is no reason to lose the error that is being told
        return []
