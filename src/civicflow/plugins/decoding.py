"""Files that people write (registers, flows), read as text before anybody looks at what they say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from civicflow.errors import InvalidInput

F = TypeVar("F", bound=str)


def decoded(file: Path, what: str, formats: Mapping[str, F]) -> tuple[str, F]:
    """The text of a file in UTF-8, with or without a mark at its beginning, and its format, told by its ending.

    Args:
        file: where it lies.
        what: what it is, for messages, for instance ``register``.
        formats: by ending.

    Raises:
        InvalidInput: it cannot be read, is not UTF-8, or ends in something else.
    """
    format = formats.get(file.suffix.lower())
    if format is None:
        msg = f"a {what} file ends in {', '.join(formats)}; got {file.name!r}"
        raise InvalidInput(msg)
    try:
        return file.read_bytes().decode("utf-8-sig"), format
    except OSError as error:
        msg = f"the {what} file {str(file)!r} cannot be read: {error.strerror or error}"
        raise InvalidInput(msg) from error
    except UnicodeDecodeError as error:
        msg = f"the {what} file {str(file)!r} is not UTF-8 (byte {error.start}); save it as UTF-8"
        raise InvalidInput(msg) from error
