"""The office inside Django's transaction: what it writes and what the ORM writes are kept together, or neither is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.dispatch import Signal

import civicflow
from civicflow import Office, Plugins
from civicflow.plugins.hookspecs import Committed, hookimpl

committed = Signal()
"""Sent when Django's transaction was committed, with ``event``, once for each step in it: what may tell somebody else."""


@contextmanager
def together() -> Iterator[Office]:
    """A transaction of Django with an office in it. Any error that leaves the block takes both back."""
    with transaction.atomic():
        yield _office()


class _AfterCommit:
    """Passes on what was committed, but not before it is.

    civicflow tells its observers when a step is in the transaction, which Django may still take back.
    """

    @hookimpl
    def civicflow_committed(self, event: Committed) -> None:
        transaction.on_commit(partial(committed.send_robust, sender=Office, event=event), robust=True)


class _Kept(threading.local):
    """The office of this thread, and the connection that it stands on."""

    connection: Any = None
    office: Office | None = None


_kept = _Kept()


def _office() -> Office:
    # Django opens a connection for each thread, and another one when the former was closed.
    if _kept.office is None or _kept.connection is not connection.connection:
        plugins = Plugins()  # none that are installed: they would hear too early
        plugins.register(_AfterCommit(), name="after-commit")
        opened = civicflow.open(connection=connection.connection, notify=settings.CIVICFLOW_NOTIFY, plugins=plugins)
        _kept.connection, _kept.office = connection.connection, opened
    return _kept.office
