"""What PostgreSQL's errors mean to whoever runs the office. Codes: PostgreSQL, Appendix A."""

from __future__ import annotations

from typing import Final

import psycopg

from civicflow.errors import CivicflowError, InvalidInput, StorageError

AGAIN: Final = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the transaction was taken back whole and may be run again."""

_MEANING: Final = {
    "23505": "the tables contradict each other; verify the ledger",
    "25006": "the server takes no writes; connect to the primary",
    "28": "the server refuses this role; check user, password and pg_hba.conf",
    "3D000": "there is no such database; create it first",
    "3F000": "the tables are missing; call migrate()",
    "40": "somebody else was faster; run the transaction again",
    "42501": "this role lacks a right; let the owner of the schema open it once, and grant the tables",
    "42P01": "the tables are missing; call migrate()",
    "42883": "a function is missing; call migrate()",
    "53100": "the disk is full; make room, nothing was half written",
    "53300": "the server has no connection left; lower connections= or raise max_connections",
    "54": "the batch is too large for one statement; commit it in parts",
    "55P03": "another transaction holds the row for longer than lock_timeout",
    "57014": "the call was cancelled, or took longer than statement_timeout",
    "XX": "the database is damaged; restore a backup",
}
_PASSING: Final = ("08", "40", "53200", "53300", "55P03", "57")
"""What may be over when the call is made again; for a full disk somebody has to make room."""

_UNKNOWN_OUTCOME: Final = (
    "the connection broke, so it is not known whether the call took effect; repeat it with the same key"
)


def explained(error: BaseException, label: str) -> CivicflowError | None:
    """Our error for one of psycopg's, or None where it is not psycopg's.

    Args:
        error: what was raised.
        label: names the place.
    """
    if isinstance(error, UnicodeEncodeError) or (isinstance(error, psycopg.DataError) and not error.sqlstate):
        return InvalidInput(f"a text holds NUL or a lone surrogate, or an integer has more than 64 bits: {error}")
    if not isinstance(error, psycopg.Error):
        return None
    code = error.sqlstate or ""
    said = " ".join(str(error).split())
    if not code:
        lost = isinstance(error, psycopg.OperationalError)
        meaning = _UNKNOWN_OUTCOME if lost else "the driver refused"
        return StorageError(f"{label}: {meaning} ({said})", retryable=lost)
    meaning = _MEANING.get(code) or _MEANING.get(code[:2]) or "PostgreSQL refused"
    return StorageError(f"{label}: {meaning} ({code}: {said})", retryable=code.startswith(_PASSING))


def unreachable(error: psycopg.Error, label: str) -> StorageError:
    """The server could not be reached, or did not let us in."""
    said = " ".join(str(error).split())
    return StorageError(f"{label}: the server cannot be reached, or refuses us ({said})", retryable=True)
