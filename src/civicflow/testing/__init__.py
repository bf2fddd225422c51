"""For authors of plugins and applications: contract suites, fakes and strategies. Install ``civicflow[testing]``.

Whoever brings a storage subclasses `StorageContract` and has every test that our own storages pass::

    class TestMyStorage(StorageContract):
        def open_storage(self, place):
            return my_package.open_storage(place)

        def fresh(self):
            return f"mine://localhost/test_{next(self.numbers)}"

`BlobContract` is the same for a blob store.

The fakes keep the contracts of what they stand for: a clock that stands still, ids that count, bytes that repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicflow.testing.clocks import FrozenClock
from civicflow.testing.sources import counting_bytes, sequential_ids

if TYPE_CHECKING:
    from civicflow.testing.blobs import BlobContract as BlobContract
    from civicflow.testing.storage import StorageContract as StorageContract

__all__ = ["BlobContract", "FrozenClock", "StorageContract", "counting_bytes", "sequential_ids"]


def __getattr__(name: str) -> object:
    # The suites need hypothesis and pytest, the fakes do not.
    if name == "BlobContract":
        from civicflow.testing.blobs import BlobContract as blob_suite  # noqa: N813

        return blob_suite
    if name == "StorageContract":
        from civicflow.testing.storage import StorageContract as suite  # noqa: N813

        return suite
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
