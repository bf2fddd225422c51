"""One tree of errors, whose branches say who must act.

============================ ==========================================================================
`InvalidInput`               the caller: the input is malformed; every fault found is in `faults`
`Refused`                    the actor: a rule of the domain said no; the `refusal` is a value (see `refusals`)
`Conflict`                   whoever retries: somebody else was faster
`NotFound`                   the caller: there is no such thing
`StorageError`               the operator: the store does not answer or cannot be read
`PluginError`                the plugin's author: named with its distribution
`InternalError`              us: please report it
============================ ==========================================================================

A message says the fact, the value and the remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from civicflow.refusals import Refusal
    from civicflow.texts import Language, Text


_TOLD = 1_000
"""So many faults are written out in a message."""


class CivicflowError(Exception):
    """The root of every error that civicflow raises on purpose."""


@attrs.frozen(kw_only=True)
class Fault:
    """One thing that is wrong with an input, and where.

    Attributes:
        reason: what is wrong and what would be right.
        value: the offending value as it was read, or empty.
        source: the file or the name of the definition.
        line: counted from 1; 0 where the source has no lines.
        column: counted from 1 for YAML and JSON; for CSV the name of the column stands in `path` instead.
        path: the place inside a structure, for instance ``bodies[3].area``.
        rule: a symbol to program against, for instance ``dead-end``; empty where none was given.
        text: the reason in both languages, where it is said in both; `reason` is its English.
        consequences: how many other records of the file cannot stand because of this; they are not reported themselves.
    """

    reason: str
    value: str = ""
    source: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    rule: str = ""
    text: Text | None = None
    consequences: int = 0

    def say(self, language: Language = "en") -> str:
        """The fault in one language, as far as it is said in both."""
        reason = self.reason if self.text is None else self.text.say(language)
        where = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        value = f" (got {self.value!r})" if self.value else ""
        return ": ".join(part for part in (where, self.path, reason + value + self._counted(language)) if part)

    def _counted(self, language: Language) -> str:
        n = self.consequences
        if not n:
            return ""
        records = "record rests" if n == 1 else "records rest"
        return f"; {n} more {records} on this" if language == "en" else f"；另有{n}条记录受此影响"

    def __str__(self) -> str:
        return self.say()


class InvalidInput(CivicflowError, ValueError):
    """The input is malformed; `faults` holds everything that was found, never only the first.

    Attributes:
        message: what was refused, without the faults.
        faults: each thing that is wrong.
    """

    def __init__(self, message: str | Text, faults: Iterable[Fault] = ()) -> None:
        self.message = message
        self.faults = tuple(faults)
        super().__init__(self.say())

    def say(self, language: Language = "en") -> str:
        """All of it in one language, as far as it is said in both."""
        head = self.message if isinstance(self.message, str) else self.message.say(language)
        lines = [head, *(f"  {fault.say(language)}" for fault in self.faults[:_TOLD])]
        more = len(self.faults) - _TOLD
        if more > 0:
            told = f"and {more} more; all of them are in `faults`"
            lines.append(f"  {told if language == 'en' else f'另有{more}处，全部见`faults`'}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[object, ...]]:
        return type(self), (self.message, self.faults)


class Refused(CivicflowError):
    """A rule of the domain said no. `refusal` says which, and what would be possible now."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(str(refusal))


class Conflict(CivicflowError):
    """Somebody else changed what this decision rested on; nothing was written.

    Attributes:
        matter: the id of what was changed meanwhile.
        expected: the version (or round) that the decision rested on.
        actual: the version (or round) found.
    """

    def __init__(self, matter: str, expected: int | None, actual: int | None) -> None:
        self.matter, self.expected, self.actual = matter, expected, actual
        super().__init__(f"{matter} is at {actual}, the decision rested on {expected}; load it and decide again")

    def __reduce__(self) -> tuple[type[Conflict], tuple[object, ...]]:
        # An error made in another process is pickled on its way home.
        return type(self), (self.matter, self.expected, self.actual)


class IdempotencyMismatch(Conflict):
    """The same key came with another command; a key names one command for ever."""

    def __init__(self, key: str) -> None:
        CivicflowError.__init__(self, f"key {key!r} was used for another command; give this command a key of its own")
        self.matter, self.expected, self.actual, self.key = "", None, None, key

    def __reduce__(self) -> tuple[type[Conflict], tuple[object, ...]]:
        return type(self), (self.key,)


class NotFound(CivicflowError, KeyError):
    """There is no such thing; the message names what was looked for and what comes near.

    It is a `KeyError`, so that ``in`` and ``get`` of a mapping that raises it answer as they should.
    """

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class StorageError(CivicflowError):
    """The store does not answer, is damaged, or was closed.

    Attributes:
        retryable: whether the same call may succeed later without anyone acting.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        self.retryable = retryable
        super().__init__(message)


class LeaseLost(StorageError):
    """A claim was settled after its lease had gone to somebody else; the settlement was not taken."""


class UnsupportedQuery(StorageError, ValueError):
    """A query names a field or a filter that the contract does not have."""


class PluginError(CivicflowError):
    """A plugin could not be loaded or does not keep its contract.

    Attributes:
        plugin: the entry point's name.
        distribution: the installed distribution with its version, or empty.
    """

    def __init__(self, message: str, *, plugin: str = "", distribution: str = "") -> None:
        self.plugin, self.distribution = plugin, distribution
        super().__init__(message)


class InternalError(CivicflowError):
    """This should never happen. If you meet it, please report it with its message."""
