"""Whose number is which: a directory that the city keeps outside civicflow, since the ledger keeps no numbers.

A table of two columns, which is read again when the file has changed::

    recipient,number
    person:3f9a,13800000000
    post:secretary@410106001005,+86 371 6800 0000
"""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from civicflow.errors import Fault, InvalidInput

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")


class Numbers(Protocol):
    """Anything that knows numbers: this module's table, or a call to the city's own directory."""

    def number_of(self, recipient: str) -> str | None:
        """The number of a recipient in E.164, for instance ``+8613800000000``; None where none is known."""
        ...


def e164(number: str) -> str | None:
    """A number as ITU-T E.164 has it; None for what is none.

    >>> e164("138 0000 0000"), e164("0086-371-68000000"), e164("110")
    ('+8613800000000', '+8637168000000', None)
    """
    plain = re.sub(r"[ ().-]", "", number)
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    if _MOBILE.fullmatch(plain):
        plain = f"+86{plain}"
    return plain if _E164.fullmatch(plain) else None


def read_numbers(text: str, *, source: str) -> Mapping[str, str]:
    """The numbers of a table, by recipient.

    Raises:
        InvalidInput: with every line that is wrong. No number is told, since the error may be logged.
    """
    rows, faults = csv.DictReader(text.splitlines()), []
    numbers: dict[str, str] = {}
    if rows.fieldnames != ["recipient", "number"]:
        msg = f"{source}: the first line is recipient,number; got {','.join(rows.fieldnames or [])!r}"
        raise InvalidInput(msg)
    for row in rows:
        recipient, number = row["recipient"] or "", e164(row["number"] or "")
        if not recipient.startswith(("person:", "post:")):
            faults.append(
                Fault(reason="is no recipient; write person:ID or post:NAME@UNIT", value=recipient, line=rows.line_num)
            )
        elif recipient in numbers:
            faults.append(Fault(reason="stands twice", value=recipient, line=rows.line_num))
        elif number is None:
            faults.append(Fault(reason="has no number that is one", value=recipient, line=rows.line_num))
        else:
            numbers[recipient] = number
    if faults:
        msg = f"{source}: the directory of numbers cannot be used"
        raise InvalidInput(msg, faults)
    return numbers


class Directory:
    """The table in a file.

    Args:
        path: of the file.

    Raises:
        InvalidInput: as `read_numbers`, or the file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._stamp, self._numbers = self._read()

    def number_of(self, recipient: str) -> str | None:
        """The number of a recipient, as the file has it now.

        Raises:
            InvalidInput: the file was changed into one that cannot be used.
        """
        with self._lock:
            if self._stamp != self._stamp_now():
                self._stamp, self._numbers = self._read()
            return self._numbers.get(recipient)

    def _read(self) -> tuple[tuple[int, int], Mapping[str, str]]:
        stamp = self._stamp_now()
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(self._path, error) from error
        return stamp, read_numbers(text, source=self._path.name)

    def _stamp_now(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise _unreadable(self._path, error) from error
        return found.st_mtime_ns, found.st_size


def _unreadable(path: Path, error: Exception) -> InvalidInput:
    why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return InvalidInput(f"the directory of numbers {path.name!r} cannot be read: {why}; save it as CSV in UTF-8")
