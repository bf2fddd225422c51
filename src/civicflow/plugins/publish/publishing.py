"""From the store to the publishers: each is given, in order, the heads that it has not yet.

Nothing here undoes a seal: a publisher that fails is reported, holds up no other, and is given the same heads again at
the next seal.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Final

import attrs

from civicflow.ledger.heads import read
from civicflow.plugins.discovery import distribution_of, in_a_line, module_of
from civicflow.plugins.publish.contract import Publisher
from civicflow.plugins.storage.contract import Storage

MOST: Final = 1000
"""Heads that one publisher is given in one call; a store that was sealed for years before goes on at the next."""


@attrs.frozen(kw_only=True)
class Publication:
    """How far one publisher is.

    Attributes:
        publisher: its name.
        through: the number of the newest head that stands there; 0 for none, or where it could not be asked.
        error: what failed, in one line that names the distribution whose code it was; empty where nothing did.
    """

    publisher: str
    through: int
    error: str = ""


class Publishing:
    """The publishers of one office; several threads may seal at once.

    Args:
        publishers: whom to give heads.
        known: the number of the newest head when the office was opened; who cannot tell what they have are given later
            ones only.
    """

    def __init__(self, publishers: Iterable[Publisher], known: int) -> None:
        self._publishers = tuple(publishers)
        self._reached = dict.fromkeys((publisher.name for publisher in self._publishers), known)
        self._lock = threading.Lock()

    def publish(self, storage: Storage) -> tuple[Publication, ...]:
        """Give each publisher what it has not yet. Whatever a publisher raises is in the answer, never raised.

        Raises:
            StorageError: the store cannot be read.
        """
        if not self._publishers:
            return ()
        with self._lock:
            return tuple(self._publish(publisher, storage) for publisher in self._publishers)

    def _publish(self, publisher: Publisher, storage: Storage) -> Publication:
        through = 0
        try:
            told = publisher.last()
            through = self._reached[publisher.name] if told is None else told
        except Exception as failure:  # noqa: BLE001 - a stranger's code; the seal stands and the others go on
            return _failed(publisher, through, failure)
        newest = storage.last_head()
        if newest is not None and newest.number < through:
            return _ahead(publisher, through, newest.number)
        for head in storage.heads(after=through, limit=MOST):
            try:
                publisher.publish(read(head.body), head.signature)
            except Exception as failure:  # noqa: BLE001 - as above
                return _failed(publisher, through, failure)
            through = self._reached[publisher.name] = head.number
        return Publication(publisher=publisher.name, through=through)


def _failed(publisher: Publisher, through: int, failure: Exception) -> Publication:
    error = f"{distribution_of(module_of(publisher))}: {in_a_line(failure)}"
    return Publication(publisher=publisher.name, through=through, error=error)


def _ahead(publisher: Publisher, through: int, newest: int) -> Publication:
    error = (
        f"head {through} was published, and the store has only {newest}: heads are lost, perhaps by a restored backup;"
        " verify the store by what was published, and publish to a new place from here on"
    )
    return Publication(publisher=publisher.name, through=through, error=error)
