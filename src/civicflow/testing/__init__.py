"""For authors of plugins and applications: contract suites, fakes and strategies. Install ``civicflow[testing]``.

Whoever brings a storage subclasses `StorageContract` and has every test that our own storages pass::

    class TestMyStorage(StorageContract):
        def open_storage(self, place):
            return my_package.open_storage(place)

        def fresh(self):
            return f"mine://localhost/test_{next(self.numbers)}"

`BlobContract` is the same for a blob store, `NotifierContract` for a notifier.

Whoever writes a flow subclasses `FlowContract` and has random walks, replay, authority and drawings tested::

    class TestStallPermit(FlowContract):
        flow = STALL_PERMIT

The fakes keep the contracts of what they stand for: a clock that stands still, ids that count, bytes that repeat.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from civicflow.testing.clocks import FrozenClock
from civicflow.testing.sources import counting_bytes, sequential_ids

if TYPE_CHECKING:
    from civicflow.testing.blobs import BlobContract as BlobContract
    from civicflow.testing.flows import FlowContract as FlowContract
    from civicflow.testing.notifiers import NotifierContract as NotifierContract
    from civicflow.testing.storage import StorageContract as StorageContract

__all__ = [
    "BlobContract",
    "FlowContract",
    "FrozenClock",
    "NotifierContract",
    "StorageContract",
    "counting_bytes",
    "sequential_ids",
]

_SUITES = {
    "BlobContract": "civicflow.testing.blobs",
    "FlowContract": "civicflow.testing.flows",
    "NotifierContract": "civicflow.testing.notifiers",
    "StorageContract": "civicflow.testing.storage",
}


def __getattr__(name: str) -> object:
    # The suites need hypothesis and pytest, the fakes do not.
    if name in _SUITES:
        return getattr(import_module(_SUITES[name]), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
