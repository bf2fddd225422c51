"""The suite that every storage passes, ours included.

A subclass says how a place is opened and how a new one is named; everything else is inherited. Each test, and each
example of the property tests, has a place of its own, so a storage may keep what it was given.
"""

from __future__ import annotations

from civicflow.testing.storage.atomicity import AtomicitySuite
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.commits import CommitSuite
from civicflow.testing.storage.deadlines import DeadlineSuite
from civicflow.testing.storage.durability import DurabilitySuite
from civicflow.testing.storage.evidence import EvidenceSuite
from civicflow.testing.storage.examining import ExaminingSuite
from civicflow.testing.storage.feeds import FeedSuite
from civicflow.testing.storage.finding import FindingSuite
from civicflow.testing.storage.groups import GroupSuite
from civicflow.testing.storage.handles import HandleSuite
from civicflow.testing.storage.isolation import IsolationSuite
from civicflow.testing.storage.keys import KeySuite
from civicflow.testing.storage.lanes import LaneSuite
from civicflow.testing.storage.moving import MovingSuite
from civicflow.testing.storage.offices import OfficeSuite
from civicflow.testing.storage.openings import OpeningSuite
from civicflow.testing.storage.outbox import OutboxSuite
from civicflow.testing.storage.parties import PartySuite
from civicflow.testing.storage.races import RaceSuite
from civicflow.testing.storage.readers import ReaderSuite
from civicflow.testing.storage.reading import ReadingSuite
from civicflow.testing.storage.sequences import SequenceSuite
from civicflow.testing.storage.series import SeriesSuite
from civicflow.testing.storage.times import TimeSuite
from civicflow.testing.storage.values import ValueSuite
from civicflow.testing.storage.waking import WakingSuite
from civicflow.testing.storage.workers import WorkerSuite

__all__ = ["StorageContract"]


class StorageContract(
    CommitSuite,
    AtomicitySuite,
    GroupSuite,
    KeySuite,
    ReadingSuite,
    IsolationSuite,
    FeedSuite,
    FindingSuite,
    PartySuite,
    SequenceSuite,
    DeadlineSuite,
    EvidenceSuite,
    SeriesSuite,
    OutboxSuite,
    LaneSuite,
    WakingSuite,
    ExaminingSuite,
    MovingSuite,
    ValueSuite,
    TimeSuite,
    HandleSuite,
    OpeningSuite,
    DurabilitySuite,
    WorkerSuite,
    RaceSuite,
    OfficeSuite,
    ReaderSuite,
    StorageSuite,
):
    """Subclass it in a test module; pytest collects the subclass.

    Define `open_storage` and `fresh`. What a storage cannot do (`Storage.capabilities`) is skipped with its reason.
    """
