"""What an office is given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from civicflow.calendars import WorkingCalendar
from civicflow.ids import IdSource, NewBytes
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.manager import Plugins
from civicflow.plugins.notify.contract import Notifier
from civicflow.plugins.publish.contract import Publisher

if TYPE_CHECKING:
    from civicflow.ledger.signing import Signer
    from civicflow.office.surroundings import Clock
    from civicflow.plugins.notify.preferences import Choosing
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.numbers import Numbers
    from civicflow.workflows.routing import Routing
    from civicflow.workflows.services.catalogue import Catalogue


@attrs.frozen(kw_only=True)
class Given:
    """What an office is given from outside: everything that the domain itself must not reach for.

    Attributes:
        clock: tells the time.
        calendar: in which time limits are counted.
        ids: makes new ids.
        new_bytes: a source of random bytes, for salts.
        notifiers: by channel.
        preferences: who says how recipients are told, or None: by every channel, at once.
        blobs: keeps the bytes of attachments, or None.
        plugins: observers and bringers of flows.
        flows: further flows to take into use.
        signer: signs the heads of the log tree, or None.
        publishers: where its heads are published.
        numbers: how new cases are numbered, or None.
        routing: the rules by which matters are handed to bodies, or None.
        services: what one-stop desks offer, and who is competent, or None.
        worker: who claims messages, for operators to read.
    """

    clock: Clock
    calendar: WorkingCalendar
    ids: IdSource
    new_bytes: NewBytes
    notifiers: Mapping[str, Notifier]
    preferences: Choosing | None
    blobs: Blobs | None
    plugins: Plugins
    flows: tuple[Flow, ...]
    signer: Signer | None
    publishers: tuple[Publisher, ...]
    numbers: Numbers | None
    routing: Routing | None
    services: Catalogue | None
    worker: str
