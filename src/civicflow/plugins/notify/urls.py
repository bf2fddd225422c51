"""URLs of notifiers: where a channel is, and its options; what is wrong with one is said without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.plugins.notify.directory import Directory

if TYPE_CHECKING:
    from ssl import SSLContext


@attrs.frozen(kw_only=True)
class Place:
    """A URL, taken apart.

    Attributes:
        scheme: in small letters.
        host: without brackets; in small letters.
        port: or None.
        user: or empty.
        password: or empty; in no ``repr``.
        target: path and query, as they are sent.
        options: ours, by name.
    """

    scheme: str
    host: str
    port: int | None
    user: str
    password: str = attrs.field(repr=False)
    target: str = attrs.field(repr=False)
    options: Mapping[str, str] = attrs.field(repr=lambda options: str(sorted(options)))


def place_of(url: str, *, example: str, options: tuple[str, ...], behind: str = "?") -> Place:
    """Take a notifier's URL apart.

    >>> place_of("smtp://mail.example:25/?from=desk@example.org", example="…", options=("from",)).options
    {'from': 'desk@example.org'}

    Args:
        url: the whole of it.
        example: one that is right, for messages.
        options: the names of those that there are.
        behind: the mark behind which they stand: ``?``, or ``#`` where the query belongs to somebody else.

    Raises:
        InvalidInput: with every fault; no password and no option's value is in it.
    """
    from urllib.parse import parse_qsl, unquote, urlsplit

    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidInput(f"this is no URL of a notifier; write it as in {example}") from None
    said = parts.query if behind == "?" else parts.fragment
    pairs = parse_qsl(said, keep_blank_values=True)
    faults = [_unknown(name, options) for name, _ in pairs if name not in options]
    twice = {name for name, _ in pairs if [other for other, _ in pairs].count(name) > 1}
    faults += [Fault(reason="this option is given twice; give it once", path=name) for name in sorted(twice)]
    if not host:
        faults.append(Fault(reason="the host is missing", path="host"))
    if faults:
        raise InvalidInput(f"the URL of a notifier {parts.scheme}:// is not right; write it as in {example}", faults)
    return Place(
        scheme=parts.scheme,
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query and behind != "?" else ""),
        options=dict(pairs),
    )


def directory_at(path: str) -> Directory:
    """The address book in a file.

    Raises:
        InvalidInput: with every fault of the file.
    """
    from civicflow.plugins.notify.files import read_addresses_file

    return read_addresses_file(path)


def name_of(options: Mapping[str, str], usual: str) -> str:
    """The channel's name: what the URL says, or what is usual.

    Raises:
        InvalidInput: if it would break a line of a log, or a notice's key.
    """
    name = options.get("name", usual)
    if not name or not name.isprintable() or any(char.isspace() or char == ":" for char in name):
        raise InvalidInput(f"a channel's name is one word without blanks and colons; got {name!r}")
    return name


def seconds_of(options: Mapping[str, str], usual: float) -> float:
    """How long to wait for the other side at most.

    Raises:
        InvalidInput: if it is no positive number.
    """
    said = options.get("timeout", str(usual))
    try:
        seconds = float(said)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 60:
        raise InvalidInput(
            f"a timeout is a number of seconds up to 60, so that a lease does not end meanwhile; got {said!r}"
        )
    return seconds


def trusting(path: str) -> SSLContext | None:
    """What trusts the certificates of a file; None, which trusts those of the machine, where none is named.

    Raises:
        InvalidInput: it cannot be read, or holds none.
    """
    import ssl

    try:
        return ssl.create_default_context(cafile=path) if path else None
    except OSError as error:
        raise InvalidInput(f"the certificates {path!r} cannot be read: {error.strerror or error}") from None


def _unknown(name: str, options: tuple[str, ...]) -> Fault:
    near = get_close_matches(name, options, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; there is {', '.join(options)}"
    return Fault(reason=f"there is no such option{hint}", path=name)
