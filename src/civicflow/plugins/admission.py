"""Which plugins are let in: what an operator says for every process of a machine, and a host for its own.

Three variables of the environment, read whenever an office is opened without ``plugins=``, and by the command line:

- ``CIVICFLOW_PLUGINS``: load only these, and report what is not installed; set and empty: none.
- ``CIVICFLOW_DISABLE_PLUGINS``: never load these. It goes before the first, and holds for backends too: a blocked
  distribution is not imported for a URL's scheme either, and does not contend for it with another one.
- ``CIVICFLOW_STRICT_PLUGINS``: ``1`` to raise what would only be recorded; ``0``, empty or unset to go on without it.

A plugin is named by its entry point or by its distribution, several with commas or spaces between. Names are compared as
package indexes do: without regard to case, and ``-``, ``_`` and ``.`` are one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from civicflow.errors import InvalidInput

if TYPE_CHECKING:
    from civicflow.plugins.discovery import Source

ALLOW: Final = "CIVICFLOW_PLUGINS"
BLOCK: Final = "CIVICFLOW_DISABLE_PLUGINS"
STRICT: Final = "CIVICFLOW_STRICT_PLUGINS"

_YES: Final = frozenset({"1", "true", "yes", "on"})
_NO: Final = frozenset({"", "0", "false", "no", "off"})


def plain(name: str) -> str:
    """A name as names are compared.

    >>> plain("Civicflow_City.Hooks")
    'civicflow-city-hooks'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(given: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[\s,]+", given))) if isinstance(given, str) else tuple(given)


def _names_or_none(given: str | Iterable[str] | None) -> tuple[str, ...] | None:
    return None if given is None else _names(given)


@attrs.frozen(kw_only=True)
class Admission:
    """The two lists.

    Attributes:
        allow: the only ones that are let in, by entry point or distribution; None for all.
        block: who is never let in; it goes before ``allow``.
    """

    allow: tuple[str, ...] | None = attrs.field(default=None, converter=_names_or_none)
    block: tuple[str, ...] = attrs.field(default=(), converter=_names)

    def objection(self, source: Source) -> str:
        """By which list a plugin is kept out; empty where it is let in."""
        names = {plain(name) for name in (source.name, source.distribution) if name}
        if names & set(map(plain, self.block)):
            return f"is on the block list ({BLOCK}, or block=)"
        if self.allow is not None and not names & set(map(plain, self.allow)):
            return f"is not on the allow list ({ALLOW}, or allow=)"
        return ""

    def missing(self, here: Iterable[str]) -> tuple[str, ...]:
        """Whom the allow list names and nobody has installed, in its order."""
        known = set(map(plain, here))
        return tuple(dict.fromkeys(name for name in self.allow or () if plain(name) not in known))


def admission_of(environ: Mapping[str, str] = os.environ) -> Admission:
    """The lists of an environment, this process's own where left out."""
    return Admission(allow=environ.get(ALLOW), block=environ.get(BLOCK, ""))


def is_strict(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether an environment asks that a broken plugin raises.

    Raises:
        InvalidInput: it says neither yes nor no.
    """
    said = environ.get(STRICT, "").strip().lower()
    if said not in _YES | _NO:
        msg = f"{STRICT} is 1 (a broken plugin stops the office) or 0 (it is left out); got {said!r}"
        raise InvalidInput(msg)
    return said in _YES
