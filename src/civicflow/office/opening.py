"""Opening an office: the storage by URL, and everything that the domain is given from outside (time, ids, chance)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from civicflow.calendars import WorkingCalendar, china
from civicflow.calendars.china import NAME as CHINA
from civicflow.errors import InvalidInput, PluginError
from civicflow.ids import IdSource, NewBytes, random_ids
from civicflow.office.given import Given
from civicflow.office.office import Office
from civicflow.plugins.backends import host_storage, open_blobs, open_notifier, open_publisher, open_storage
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.bringing import is_name
from civicflow.plugins.manager import Plugins
from civicflow.plugins.notify.contract import Notifier
from civicflow.plugins.publish.contract import Publisher
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.moving import check_arrived

if TYPE_CHECKING:
    from civicflow.ledger.signing import Signer
    from civicflow.office.surroundings import Clock
    from civicflow.plugins.notify.preferences import Choosing
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.numbers import Numbers
    from civicflow.workflows.routing import Routing
    from civicflow.workflows.services.catalogue import Catalogue

T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the office is where time comes in; `clock=` replaces it


def open_office(
    storage: str | Storage | None = None,
    *,
    connection: object = None,
    notify: Sequence[str | Notifier] = (),
    preferences: Choosing | str | Path | None = None,
    blobs: str | Blobs | None = None,
    clock: Clock = _now,
    calendar: WorkingCalendar | str | None = None,
    ids: IdSource | None = None,
    new_bytes: NewBytes = os.urandom,
    flows: Iterable[Flow | str | Path] = (),
    plugins: Plugins | None = None,
    signer: Signer | None = None,
    publish: Sequence[str | Publisher] = (),
    numbers: Numbers | None = None,
    routing: Routing | str | Path | None = None,
    services: Catalogue | str | Path | None = None,
) -> Office:
    """Open an office on a storage.

    Args:
        storage: a URL, whose scheme names the backend (``memory://``, ``sqlite:///file.db``,
            ``postgresql://host/db``), or an open storage.
        connection: in place of a storage: a connection of yours (sqlite3 or psycopg), so that a row of yours and a step
            of ours are committed together, by you.
        notify: where notices go: URLs (``console://``, ``file:///notices.jsonl``, ``smtp://…``, ``webhook+https://…``), or
            notifiers.
        preferences: by which of these channels each recipient is told, in which language and when not: a value, or the
            path of its file (YAML or JSON); by all of them, in both languages and at once where left out.
        blobs: where the bytes of attachments are kept: a URL (``folder:///srv/attachments``), or an open blob store.
        clock: tells the time; the system's clock where left out. It must be aware of its zone.
        calendar: in which time limits are counted, or the name of one that a plugin brings; China's (``CN``) where left
            out.
        ids: makes new ids; random ones where left out.
        new_bytes: a source of random bytes, for salts and ids.
        flows: further flows to take into use: as values, or as the paths of files (YAML or JSON).
        plugins: the installed plugins where left out, as far as the environment lets them in (see
            `civicflow.plugins.admission`); ``Plugins()`` for none.
        signer: signs the heads that seal the ledger, for instance `civicflow.ledger.signing.ed25519_signer`.
        publish: where these heads are published: URLs (``file:///mnt/county/heads.jsonl``), or publishers. Not from a
            connection of yours: before you commit, a head may still be taken back.
        numbers: how new cases are given a human number, for instance ``Numbers(level="district")``; none where left out.
        routing: the rules by which tickets are handed to bodies, the path of their file, or the name (without a dot) of
            those that a plugin brings; none where left out.
        services: what one-stop desks offer, or the path of its file (YAML, JSON or CSV); nothing where left out.

    Raises:
        PluginError: no backend is installed for a scheme, the message names the extra to install; no plugin brings the
            calendar or the routing of that name; or a plugin cannot be loaded, where the environment asks for strictness.
        StorageError: the store cannot be opened, or is half of a copy (see `civicflow.copy`).
        InvalidInput: neither or both of storage and connection are given, two notifiers or publishers share a
            name, or an office on a connection is to publish.
    """
    if plugins is None:
        plugins = Plugins.of_environment()
        plugins.load()
    given = Given(
        clock=clock,
        calendar=_calendar(calendar, plugins),
        ids=random_ids(new_bytes) if ids is None else ids,
        new_bytes=new_bytes,
        notifiers=_notifiers(notify),
        preferences=_preferences(preferences),
        blobs=open_blobs(blobs) if isinstance(blobs, str) else blobs,
        plugins=plugins,
        flows=_flows(flows),
        signer=signer,
        publishers=_publishers(publish, connection),
        numbers=numbers,
        routing=_routing(routing, plugins),
        services=_services(services),
        worker=f"pid-{os.getpid()}",
    )
    office = Office(_storage(storage, connection), given)
    if given.flows or plugins.strict:
        _ = office.flows  # what a caller brings is checked now; a plugin's flows at the first step, unless it is strict
    return office


def _calendar(given: WorkingCalendar | str | None, plugins: Plugins) -> WorkingCalendar:
    if given is None or given == CHINA:
        return china()
    return (
        _chosen(given, "calendar", {CHINA: china(), **plugins.calendars()}, plugins)
        if isinstance(given, str)
        else given
    )


def _preferences(given: Choosing | str | Path | None) -> Choosing | None:
    if not isinstance(given, str | Path):
        return given
    from civicflow.plugins.notify.files import read_preferences_file

    return read_preferences_file(given)


def _routing(given: Routing | str | Path | None, plugins: Plugins) -> Routing | None:
    if not isinstance(given, str | Path):
        return given
    if isinstance(given, str) and is_name(given):
        return _chosen(given, "routing", plugins.routings(), plugins)
    from civicflow.office.flow_files import read_routing_file

    return read_routing_file(given)


def _chosen(name: str, word: str, brought: Mapping[str, T], plugins: Plugins) -> T:
    """What a plugin brings under a name.

    Raises:
        PluginError: none does; what is wrong with those that are installed is told.
    """
    if name not in brought:
        known = ", ".join(sorted(brought)) or "none"
        broken = "".join(f"; {state.error}" for state in plugins.states if state.error)
        msg = (
            f"no plugin brings the {word} {name!r}, known are {known}; install and load the one that brings it{broken}"
        )
        raise PluginError(msg)
    return brought[name]


def _services(given: Catalogue | str | Path | None) -> Catalogue | None:
    if not isinstance(given, str | Path):
        return given
    from civicflow.office.flow_files import read_services_file

    return read_services_file(given)


def _flows(flows: Iterable[Flow | str | Path]) -> tuple[Flow, ...]:
    given = tuple(flows)
    if not given:
        return ()  # the engine is loaded by the first thing that is asked of an office
    from civicflow.office.flow_files import taken_in

    return taken_in(given)


def _storage(storage: str | Storage | None, connection: object) -> Storage:
    if (storage is None) == (connection is None):
        msg = "an office is opened on a storage or on a connection of yours; give one of the two"
        raise InvalidInput(msg)
    if storage is None:
        return host_storage(connection)
    opened = open_storage(storage) if isinstance(storage, str) else storage
    try:
        check_arrived(opened)
    except BaseException:
        if isinstance(storage, str):
            opened.close()
        raise
    return opened


def _notifiers(notify: Sequence[str | Notifier]) -> dict[str, Notifier]:
    opened: dict[str, Notifier] = {}
    for notifier in (open_notifier(n) if isinstance(n, str) else n for n in notify):
        if notifier.name in opened:
            msg = f"two notifiers are called {notifier.name!r}; give each channel a name of its own"
            raise InvalidInput(msg)
        opened[notifier.name] = notifier
    return opened


def _publishers(publish: Sequence[str | Publisher], connection: object) -> tuple[Publisher, ...]:
    if publish and connection is not None:
        msg = (
            "an office on a connection of yours cannot know when a head is committed for good; publish from another one"
        )
        raise InvalidInput(msg + ", opened by URL, or by `civicflow seal`")
    opened: dict[str, Publisher] = {}
    for publisher in (open_publisher(p) if isinstance(p, str) else p for p in publish):
        if publisher.name in opened:
            msg = f"two publishers are called {publisher.name!r}; give each place a name of its own"
            raise InvalidInput(msg)
        opened[publisher.name] = publisher
    return tuple(opened.values())
