"""One of many: the storage, the notifier, the blob store or the publisher that a URL's scheme names.

A distribution brings a backend by an entry point in the group ``civicflow.storage``, ``civicflow.notifiers``,
``civicflow.blobs`` or ``civicflow.publishers``, whose name is the scheme and whose object is ``open(url) -> backend``.
It is imported when its scheme is asked for, not before. A scheme may go on after a plus, as in ``webhook+https://``: whoever
brings ``webhook`` then opens it, unless somebody brings the whole of it.

The schemes of civicflow's own backends are ours: they resolve from a table, without looking at what is installed, so
that no distribution can put itself between an office and its ledger by being installed. One that announces such a
scheme is passed over and listed as failed by `backend_states`; every other scheme goes on working. Two distributions
for one other scheme are an error that names both, and neither is imported. A distribution on the block list of the
environment is imported for no scheme (`civicflow.plugins.admission`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar, cast

import attrs

from civicflow.errors import CivicflowError, InvalidInput, PluginError
from civicflow.plugins.admission import BLOCK, Admission, admission_of
from civicflow.plugins.blobs.contract import API_VERSION as BLOBS_API
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.discovery import BLOBS, NOTIFIERS, PUBLISHERS, STORAGE, Found, Source, find, in_a_line, own
from civicflow.plugins.notify.contract import API_VERSION as NOTIFIER_API
from civicflow.plugins.notify.contract import Notifier
from civicflow.plugins.protocols import shortcomings
from civicflow.plugins.publish.contract import API_VERSION as PUBLISHER_API
from civicflow.plugins.publish.contract import Publisher
from civicflow.plugins.remedies import remedy
from civicflow.plugins.states import PluginState, state_of
from civicflow.plugins.storage.contract import API_VERSION as STORAGE_API
from civicflow.plugins.storage.contract import Storage

B = TypeVar("B")

_EXTRAS: Final[Mapping[str, str]] = {"apprise": "apprise", "postgresql": "postgresql", "postgres": "postgresql"}
"""Schemes of ours that need an extra, by its name."""


_AS_IT_IS: Final[Mapping[str, str]] = {
    "postgres": "civicflow.plugins.storage.postgresql:open_existing",
    "postgresql": "civicflow.plugins.storage.postgresql:open_existing",
    "sqlite": "civicflow.plugins.storage.sqlite:open_existing",
}
"""By scheme, what opens a store without making or migrating it."""

_HOSTED: Final[Mapping[str, str]] = {
    "sqlite3": "civicflow.plugins.storage.sqlite:hosted",
    "psycopg": "civicflow.plugins.storage.postgresql:hosted",
    "psycopg.connection": "civicflow.plugins.storage.postgresql:hosted",
}
"""By the module of a host's connection, what makes a storage of it."""


@attrs.frozen(kw_only=True)
class _Kind(Generic[B]):
    """A kind of backend: its word in messages, its group, our own schemes, and its contract."""

    word: str
    group: str
    ours: Mapping[str, str]
    contract: Callable[..., B]
    api_version: int


_STORAGE: Final = _Kind[Storage](
    word="storage",
    group=STORAGE,
    ours={
        "memory": "civicflow.plugins.storage.memory:open_storage",
        "postgres": "civicflow.plugins.storage.postgresql:open_storage",
        "postgresql": "civicflow.plugins.storage.postgresql:open_storage",
        "sqlite": "civicflow.plugins.storage.sqlite:open_storage",
    },
    contract=Storage,
    api_version=STORAGE_API,
)
_NOTIFIER: Final = _Kind[Notifier](
    word="notifier",
    group=NOTIFIERS,
    ours={
        "apprise": "civicflow.plugins.notify.apprise:open_notifier",
        "console": "civicflow.plugins.notify.console:open_notifier",
        "file": "civicflow.plugins.notify.file:open_notifier",
        "smtp": "civicflow.plugins.notify.smtp:open_notifier",
        "smtps": "civicflow.plugins.notify.smtp:open_notifier",
        "webhook": "civicflow.plugins.notify.webhook:open_notifier",
    },
    contract=Notifier,
    api_version=NOTIFIER_API,
)
_PUBLISHER: Final = _Kind[Publisher](
    word="publisher",
    group=PUBLISHERS,
    ours={"file": "civicflow.plugins.publish.file:open_publisher"},
    contract=Publisher,
    api_version=PUBLISHER_API,
)
_BLOBS: Final = _Kind[Blobs](
    word="blob store",
    group=BLOBS,
    ours={
        "folder": "civicflow.plugins.blobs.folder:open_blobs",
        "memory": "civicflow.plugins.blobs.memory:open_blobs",
    },
    contract=Blobs,
    api_version=BLOBS_API,
)


def open_storage(url: str) -> Storage:
    """The storage at a URL, for instance ``memory://`` or ``sqlite:///office.db``.

    Args:
        url: ``SCHEME://…``; what follows the scheme is the backend's own.

    Raises:
        InvalidInput: if it is no URL.
        PluginError: if no distribution, or more than one, brings the scheme, or what it brings cannot be used.
        StorageError: as the storage itself says.
    """
    return _open(_STORAGE, url)


def open_existing(url: str) -> Storage:
    """The storage at a URL as it is: nothing is made, nothing is migrated, and a place without an office is an error.

    So that a misspelt URL does not become an empty store that is in the best of health. A storage of another
    distribution is opened as `open_storage` does.

    Raises:
        InvalidInput: if it is no URL.
        PluginError: as for `open_storage`.
        StorageError: there is no office at this place, or as the storage itself says.
    """
    scheme = _scheme(_STORAGE, url)
    if scheme not in _AS_IT_IS:
        return open_storage(url)
    ours = Source(group=STORAGE, name=scheme, value=_AS_IT_IS[scheme], distribution="civicflow")
    return cast("Callable[[str], Storage]", _loaded(ours))(url)


def host_storage(connection: object) -> Storage:
    """A storage on a connection that the host owns: its commits become part of the host's own transaction.

    Args:
        connection: a `sqlite3.Connection` or a ``psycopg.Connection``.

    Raises:
        InvalidInput: if it is a connection of another kind.
    """
    opener = next((_HOSTED[base.__module__] for base in type(connection).__mro__ if base.__module__ in _HOSTED), None)
    if opener is None:
        msg = f"a host's connection is a sqlite3.Connection or a psycopg.Connection; got {type(connection).__name__}"
        raise InvalidInput(msg)
    hosted = Source(group=STORAGE, name="hosted", value=opener, distribution="civicflow").load()
    return cast("Callable[[object], Storage]", hosted)(connection)


def open_notifier(url: str) -> Notifier:
    """The notifier at a URL, for instance ``console://`` or ``file:///var/spool/notices.jsonl``.

    Args:
        url: ``SCHEME://…``; what follows the scheme is the notifier's own.

    Raises:
        InvalidInput: if it is no URL.
        PluginError: if no distribution, or more than one, brings the scheme, or what it brings cannot be used.
    """
    return _open(_NOTIFIER, url)


def open_publisher(url: str) -> Publisher:
    """The publisher of heads at a URL, for instance ``file:///mnt/county/heads.jsonl``.

    Args:
        url: ``SCHEME://…``; what follows the scheme is the publisher's own.

    Raises:
        InvalidInput: if it is no URL, or the publisher says so.
        PluginError: if no distribution, or more than one, brings the scheme, or what it brings cannot be used.
    """
    return _open(_PUBLISHER, url)


def open_blobs(url: str) -> Blobs:
    """The blob store at a URL, for instance ``folder:///srv/attachments`` or ``memory://``.

    Args:
        url: ``SCHEME://…``; what follows the scheme is the store's own.

    Raises:
        InvalidInput: if it is no URL.
        PluginError: if no distribution, or more than one, brings the scheme, or what it brings cannot be used.
        StorageError: as the store itself says.
    """
    return _open(_BLOBS, url)


def backend_states() -> tuple[PluginState, ...]:
    """Every backend that is installed, with what is wrong with it as far as can be told without importing it."""
    return (*_states(_STORAGE), *_states(_NOTIFIER), *_states(_BLOBS), *_states(_PUBLISHER))


def _open(kind: _Kind[B], url: str) -> B:
    scheme = _family(_scheme(kind, url), kind.ours)
    if scheme in kind.ours:  # our own pass the contract suite on every run and need no second look at each start
        ours = Source(group=kind.group, name=scheme, value=kind.ours[scheme], distribution="civicflow")
        opener = _loaded(ours)
        return cast("Callable[[str], B]", opener)(url)
    source = _resolve(kind, scheme, find(kind.group))
    return _checked(kind, source, _call(source, url))


def _loaded(ours: Source) -> object:
    try:
        return ours.load()
    except PluginError as error:
        if ours.name in _EXTRAS and isinstance(error.__cause__, ImportError):
            remedy = f"install it with: pip install 'civicflow[{_EXTRAS[ours.name]}]'"
            fault = f"needs what is not installed ({error.__cause__}); {remedy}"
            raise ours.error(fault) from error.__cause__
        raise


def _scheme(kind: _Kind[Any], url: str) -> str:
    scheme, separator, _ = url.partition("://")
    if not separator or not scheme or not scheme.isascii():
        msg = f"a {kind.word} is named by a URL such as {next(iter(kind.ours))}://; got {scheme!r} without a scheme"
        raise InvalidInput(msg)
    return scheme.lower()


def _family(scheme: str, known: Container[str]) -> str:
    """Who brings a scheme: itself, or the one in front of its plus, as in ``webhook+https``, if that is known."""
    family = scheme.partition("+")[0]
    return family if scheme not in known and family in known else scheme


def _resolve(kind: _Kind[Any], scheme: str, found: Found) -> Source:
    scheme = _family(scheme, {source.name.lower() for source in found.sources})
    named = [source for source in found.sources if source.name.lower() == scheme]
    blocked = Admission(block=admission_of().block)
    candidates = [source for source in named if not blocked.objection(source)]
    if named and not candidates:
        fault = f"{blocked.objection(named[0])}; take it off, or open another URL"
        raise named[0].error(fault)
    match candidates:
        case [source]:
            return source
        case []:
            raise _unknown(kind, scheme, found)
    raise PluginError(_quarrel(kind, scheme, candidates), plugin=scheme)


def _quarrel(kind: _Kind[Any], scheme: str, candidates: Iterable[Source]) -> str:
    both = " and ".join(f"{source.label} ({source.value})" for source in candidates)
    return f"{both} both bring the {kind.word} {scheme}://; uninstall one of them, or block it: {BLOCK}"


def _unknown(kind: _Kind[Any], scheme: str, found: Found) -> PluginError:
    known = ", ".join(sorted({*kind.ours, *(source.name for source in found.sources)}))
    remedy = f"install the distribution that brings it (entry point group {kind.group})"
    notes = "".join(f"; {error}" for _, error in found.unreadable)
    return PluginError(f"there is no {kind.word} {scheme}://, known are {known}; {remedy}{notes}", plugin=scheme)


def _call(source: Source, url: str) -> object:
    opener = source.load()
    if not callable(opener):
        fault = f"is of type {type(opener).__name__}; it should be a callable open(url)"
        raise source.error(fault)
    if faults := shortcomings(_Opening(opener), _Opener):
        fault = f"should be a callable open(url): {'; '.join(faults)}"
        raise source.error(fault)
    try:
        return opener(url)
    except CivicflowError:
        raise
    except Exception as error:
        helps = f"; {remedy(source, error)}" if isinstance(error, ImportError) else ""
        fault = f"cannot open its URL: {_discreet(in_a_line(error), url)}{helps}"
        raise source.error(fault) from error


class _Opener:
    """The shape of what an entry point of a backend names."""

    def open(self, url: str, /) -> object:
        """Open what the URL names."""


class _Opening:
    """An entry point's object in the place where `_Opener` has its method."""

    def __init__(self, opener: Callable[..., object]) -> None:
        self.open = opener


def _checked(kind: _Kind[B], source: Source, backend: object) -> B:
    spoken = getattr(backend, "api_version", kind.api_version)
    if spoken != kind.api_version:
        older = isinstance(spoken, int) and spoken < kind.api_version
        remedy = f"update {source.distribution}" if older else "update civicflow"
        fault = (
            f"speaks version {spoken} of the {kind.word} contract, this civicflow version {kind.api_version}; {remedy}"
        )
    else:
        fault = "; ".join(shortcomings(backend, cast("type", kind.contract)))
        fault = fault and f"returned an object of type {type(backend).__name__}, which is no {kind.word}: {fault}"
    if fault:
        _give_back(backend)
        raise source.error(fault)
    return cast("B", backend)


def _give_back(backend: object) -> None:
    """Close what was opened and cannot be used, as well as it goes."""
    close = getattr(backend, "close", None)
    if callable(close):
        with suppress(Exception):  # its contract is broken already; that error is the one to be read
            close()


def _discreet(text: str, url: str) -> str:
    """A message without the password of the URL."""
    authority = url.partition("://")[2].partition("/")[0]
    password = authority.rpartition("@")[0].partition(":")[2]
    return text.replace(password, "***") if password else text


def _states(kind: _Kind[Any]) -> list[PluginState]:
    found = find(kind.group)
    ours = [own(kind.group, scheme, value) for scheme, value in sorted(kind.ours.items())]
    theirs = [source for source in found.sources if source.distribution != "civicflow" or source.name not in kind.ours]
    states = [PluginState.of(source, "available") for source in ours]
    blocked = Admission(block=admission_of().block)
    let_in = [source for source in theirs if not blocked.objection(source)]
    for source in theirs:
        scheme = source.name.lower()
        rivals = [other for other in (*ours, *let_in) if other.name.lower() == scheme]
        if source in let_in and len(rivals) > 1:
            states.append(PluginState.of(source, "failed", error=_quarrel(kind, scheme, rivals)))
        else:
            states.append(state_of(source, blocked))
    states += [PluginState.of(source, "failed", error=str(error)) for source, error in found.unreadable]
    return states
