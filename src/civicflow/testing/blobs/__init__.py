"""The suite that every blob store passes, ours included.

A subclass says how a place is opened and how a new one is named; everything else is inherited. Each test, and each
example of the property tests, has a place of its own, so a store may keep what it was given.
"""

from __future__ import annotations

from civicflow.testing.blobs.base import BlobSuite
from civicflow.testing.blobs.deleting import DeletingSuite
from civicflow.testing.blobs.keeping import KeepingSuite
from civicflow.testing.blobs.listing import ListingSuite
from civicflow.testing.blobs.sequences import BlobSequenceSuite

__all__ = ["BlobContract"]


class BlobContract(KeepingSuite, DeletingSuite, ListingSuite, BlobSequenceSuite, BlobSuite):
    """Subclass it in a test module; pytest collects the subclass.

    Define `open_blobs` and `fresh`. What a store cannot do (`Blobs.capabilities`) is skipped with its reason.
    """
