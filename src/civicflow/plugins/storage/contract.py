"""What a storage must do: the smallest interface that keeps the library's promises. Bytes, text and integers only.

A storage knows no case, flow or register: it keeps rows and checks versions. Whoever brings one subclasses
`civicflow.testing.StorageContract` and has the whole suite.

What holds for every method:

- A storage may be used by several threads at once. Time is a parameter (microseconds since 1970 UTC), never the
  database's clock.
- `Storage.commit` is all or nothing, and atomic against every other commit. What is returned was made durable.
- Reads see one committed snapshot each, and a commit is seen by every read that begins after it returned.
- Texts hold any Unicode except NUL, and are compared by code point.
- Every method of a closed storage raises `StorageError`; `close` itself may be called again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol, runtime_checkable

import attrs

from civicflow.ledger.facts import CaseFacts

API_VERSION: Final = 1
"""The version of this contract. A storage names the version it was written for as its own ``api_version``."""

Scalar = str | int | None
"""What an index field may hold; integers lie within 64 bits."""

FIELDS: Final[Mapping[str, type[str | int]]] = CaseFacts.columns()
"""The declared fields of a record, by which `find` filters and orders; each is text or an integer, or None."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class NewEntry:
    """One entry to append to its matter's chain."""

    case: str
    version: int
    hash: bytes
    body: bytes


@attrs.frozen(kw_only=True)
class StoredEntry:
    """One entry as it lies in the store.

    Attributes:
        position: its place in the feed, rising from 1 in the order in which the feed shows entries; dense where the
            storage promises ``dense_feed``.
        matter: the matter whose chain it belongs to.
        version: its number in that chain, dense from 1.
        hash: SHA-256 over the previous hash and `body`.
        body: the sealed bytes, exactly as they were committed.
    """

    position: int
    matter: str
    version: int
    hash: bytes
    body: bytes


@attrs.frozen(kw_only=True, weakref_slot=False)
class Record:
    """The present state of one case, to be put in place of the former one.

    Attributes:
        case: its id.
        matter: the id of its root; equal to `case` for the root itself.
        version: the matter's version that this state belongs to.
        head: the hash of the matter's last entry, on the root's record; empty on a child's.
        round: the root's round, which mass children expect; 0 on a child's.
        due: the instant of its next deadline in microseconds, or None.
        body: the state itself, opaque to the storage.
        facts: the values of `FIELDS`, in their order.
    """

    case: str
    matter: str
    version: int
    head: bytes = b""
    round: int = 0
    due: int | None = None
    body: bytes
    facts: tuple[Scalar, ...]


@attrs.frozen(kw_only=True, weakref_slot=False)
class Write:
    """The new entries of one matter and the records that they changed.

    Attributes:
        matter: the root's id.
        expected: the version on which the decision rested; 0 creates the matter.
        entries: versions ``expected + 1`` and on, without a gap; may be empty only for `Batch.rearm`.
        records: the records to put; the root's is among them whenever `entries` is not empty.
    """

    matter: str
    expected: int
    entries: tuple[NewEntry, ...]
    records: tuple[Record, ...]


@attrs.frozen
class Expect:
    """Something that was read and must not have changed: a matter's version, or its round, or both.

    ``version=0`` expects that the matter does not exist.
    """

    matter: str
    version: int | None = None
    round: int | None = None


@attrs.frozen
class Private:
    """A private part beside an entry; the entry holds SHA-256 over salt and body."""

    matter: str
    version: int
    salt: bytes
    body: bytes


@attrs.frozen(weakref_slot=False)
class Await:
    """A case waits for whoever is at an address, until an instant in microseconds (or None).

    Addresses are ``person:ID`` or ``post:NAME@UNIT``.
    """

    case: str
    address: str
    until: int | None


@attrs.frozen(weakref_slot=False)
class Awaits:
    """Who is asked now, in place of everybody who was asked before in this case. May be empty."""

    case: str
    asked: tuple[Await, ...]


@attrs.frozen(weakref_slot=False)
class Party:
    """A matter concerns somebody from now on; who once took part stays a party, and being put again changes nothing.

    Addresses are ``person:ID`` or ``unit:ID``.
    """

    matter: str
    address: str


@attrs.frozen
class Rearm:
    """A deadline moved without an entry, since a question came too early."""

    case: str
    due: int | None


@attrs.frozen(kw_only=True, weakref_slot=False)
class Message:
    """One row of the outbox: one message for one recipient on one channel.

    Attributes:
        dedupe: the message's own name; a second one of the same name is not put.
        case: the case it speaks of.
        recipient: an address (see `Await`).
        channel: the name of the notifier that shall deliver it.
        topic: what it is about, for preferences.
        body: what to say, opaque to the storage.
        not_before: the earliest instant of delivery in microseconds.
    """

    dedupe: str
    case: str
    recipient: str
    channel: str
    topic: str
    body: bytes
    not_before: int


@attrs.frozen
class Key:
    """An idempotency key, the digest of the command it stands for, and the answer to give again."""

    key: str
    digest: bytes
    answer: bytes


@attrs.frozen
class NewHead:
    """A sealed head of the log tree: number (dense from 1), hash, sealed bytes, signature (or empty)."""

    number: int
    hash: bytes
    body: bytes
    signature: bytes = b""


@attrs.frozen
class Filed:
    """A document kept under its content hash, for instance a flow's definition. Filing it again changes nothing."""

    digest: str
    body: bytes


@attrs.frozen(kw_only=True, weakref_slot=False)
class Batch:
    """Everything that one commit changes.

    Attributes:
        writes: at most one for each matter.
        expects: what else the decision read.
        private: private parts of the new entries.
        erase: (matter, version) of the private parts to delete for good.
        awaits: who is asked now, for each case that changed.
        parties: whom matters concern from now on; each matter stands in `writes`.
        rearm: deadlines moved without an entry; each case's matter stands in `expects` or `writes`.
        messages: rows for the outbox.
        key: the command's idempotency key.
        heads: new heads of the log tree.
        filed: documents to keep.
    """

    writes: tuple[Write, ...] = ()
    expects: tuple[Expect, ...] = ()
    private: tuple[Private, ...] = ()
    erase: tuple[tuple[str, int], ...] = ()
    awaits: tuple[Awaits, ...] = ()
    parties: tuple[Party, ...] = ()
    rearm: tuple[Rearm, ...] = ()
    messages: tuple[Message, ...] = ()
    key: Key | None = None
    heads: tuple[NewHead, ...] = ()
    filed: tuple[Filed, ...] = ()


@attrs.frozen
class Commit:
    """What came of a commit.

    Attributes:
        position: that of its last entry; without entries, the feed's last position.
        repeated: the key had been used for the same command before; nothing was written.
        answer: the answer stored with the key, at first or now; empty without a key.
    """

    position: int
    repeated: bool = False
    answer: bytes = b""


@attrs.frozen(kw_only=True, weakref_slot=False)
class StoredCase:
    """A record as it lies in the store; see `Record`.

    Attributes:
        facts: the values of `FIELDS`; a storage may leave them out (empty) of what it reads by id.
    """

    case: str
    matter: str
    version: int
    head: bytes
    round: int
    due: int | None
    body: bytes
    facts: tuple[Scalar, ...] = ()


Op = Literal["eq", "in", "range", "prefix"]


@attrs.frozen
class Filter:
    """One condition on a declared field.

    Attributes:
        field: a name of `FIELDS`, or ``case``, ``matter`` or ``due``.
        op: ``eq`` (None matches None), ``in`` (a tuple of values), ``range`` (a pair, low inclusive and high
            exclusive, either may be None for open; a None in the field never matches), ``prefix`` (text only).
        value: as `op` says.
    """

    field: str
    op: Op
    value: Scalar | tuple[Scalar, ...]


@attrs.frozen(kw_only=True)
class Query:
    """Which records to find: those for which everything that is given holds.

    The three lists of addresses and units may be long, a hundred thousand and more: a storage passes each as one value.
    An empty one finds nothing.

    Attributes:
        where: conditions that must all hold.
        within: only records whose ``unit`` or ``body`` is one of these; None leaves it open.
        parties: only records whose matter concerns one of these addresses (see `Party`); None leaves it open.
        asked: only records of cases in which one of these addresses is asked now (see `Await`); None leaves it open.
        order: fields, each with ``-`` in front to descend; ties are broken by ``case``. None counts as less than
            every value: first when ascending, last when descending.
        limit: how many at most.
        after: the opaque cursor of the page before, or empty.
    """

    where: tuple[Filter, ...] = ()
    within: tuple[str, ...] | None = None
    parties: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    order: tuple[str, ...] = ()
    limit: int = 100
    after: str = ""


@attrs.frozen
class Page:
    """Some of the records found, and the cursor of the next page (empty on the last)."""

    items: tuple[StoredCase, ...]
    next: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Snapshot:
    """What one `load` saw, all of it at one moment.

    Attributes:
        cases: the records found among the ids asked for.
        found: for each query of ``reads``, every record that matches (its limit and cursor are not looked at).
        key: the stored key asked for, if it was used before.
    """

    cases: Mapping[str, StoredCase]
    found: tuple[tuple[StoredCase, ...], ...] = ()
    key: Key | None = None


@attrs.frozen(kw_only=True, weakref_slot=False)
class Claim:
    """A row of the outbox lent to one worker until its lease ends.

    Attributes:
        token: what `Storage.settle` checks.
        attempts: how often the row has been claimed, this time included.
        last_error: what the last attempt said, or empty.
    """

    token: str
    message: Message
    attempts: int
    last_error: str = ""


@attrs.frozen
class Done:
    """The message was delivered."""


@attrs.frozen
class Retry:
    """Try again, not before an instant in microseconds."""

    at: int
    error: str


@attrs.frozen
class Dead:
    """Never try again by itself; the row stays to be looked at."""

    error: str


Outcome = Done | Retry | Dead


@runtime_checkable
class Storage(Protocol):
    """A durable place for a civicflow office."""

    api_version: int
    capabilities: frozenset[str]
    """What else it can do: ``durable`` (survives its process), ``multi_process``, ``hosted`` (commits
    are part of a transaction that its host ends), ``dense_feed`` (positions have no
    gap at all, so that a missing one proves a deletion; else they only rise), and the abilities of
    `civicflow.plugins.storage.abilities`: ``notify``, ``examine``, ``backup``, and ``move`` (see `civicflow.plugins.storage.moving`)."""

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing.

        The key is looked at first: the same key with the same digest writes nothing and gives the first answer.

        Raises:
            IdempotencyMismatch: the key was used with another digest.
            Conflict: a matter, an expectation or a head is no longer what the decision rested on.
            InvalidInput: the batch itself is malformed (a gap in versions, a missing root record, NUL in a text).
        """
        ...

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Read records by id, the results of queries and a key, all in one snapshot. Unknown ids are left out.

        Every decision begins with it, and looks at no facts: records read by id may come without them.
        """
        ...

    def together(self) -> AbstractContextManager[Storage]:
        """A storage whose commits are one: all of them become durable when the block ends, or none if an error leaves it.

        An import of thousands of commits waits for the disk once. Inside the block:

        - Every method works as outside and sees what was committed inside; only `feed` may leave it out until the end.
        - Nobody else sees any of it before the end.
        - A call that raises (a `Conflict`, say) is taken back alone: whoever made it may decide again. Where the place
          itself fails (a full disk, a lost connection), nothing of the group stands, and whatever follows raises
          `StorageError`, the end of the block too.
        - Whoever else writes may have to wait for the end, so a group should take seconds and not minutes. Of those who
          wait for each other in a circle, one gets a `StorageError` that is ``retryable``.
        - The thread that opened the group writes through it alone: through the storage itself it would wait for itself, so
          that is a `StorageError`.
        - A group in a group is taken back alone when an error leaves it.

        The storage that is given lives as long as the block; it has no abilities. Threads may share it, processes may not.

        Raises:
            StorageError: the place cannot be reached, or another writer holds it for longer than one waits (``retryable``).
        """
        ...

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter whose version is greater than ``after``, by version."""
        ...

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """Entries of all matters whose position is greater than ``after``, in commit order.

        A reader that goes on from the last position it saw never misses an entry that was committed late.
        """
        ...

    def find(self, query: Query) -> Page:
        """Records by their declared fields, by whom they concern, and by who is asked.

        Cursors hold while others write: a record that did not change is seen exactly once.

        Raises:
            UnsupportedQuery: an unknown field or filter, or a cursor that is not this query's.
        """
        ...

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline is at or before ``now``, as (case, due), the earliest first."""
        ...

    def asked(self, *, case: str = "", matter: str = "") -> tuple[Await, ...]:
        """Who is asked: in one case, or in all cases of a matter; what waits for an address is found by `Query.asked`.

        Exactly one of the two is given. Ordered by case, then address.
        """
        ...

    def parties(self, matter: str) -> tuple[str, ...]:
        """The addresses of all whom a matter concerns or ever concerned, sorted."""
        ...

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry, or None where there is none (any more)."""
        ...

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts ordered by (matter, version), a page after that key."""
        ...

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree whose number is greater than ``after``, by number."""
        ...

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        ...

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        ...

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now, for ``lease`` microseconds.

        Order is kept for each (case, recipient, channel): only the oldest row that is not done or dead is lent, and
        none while it is lent to somebody else or waits for its retry.

        The ripest come first. A row whose loan lapsed, since nobody settled it before its lease ended, is lent alone: it
        may be what killed its worker, and takes no other row with it. While another row is the ripest, it is left out.
        """
        ...

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim.

        Raises:
            LeaseLost: the lease ended and somebody else claimed the row, or it was settled.
        """
        ...

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for ``lease`` microseconds from ``now``.

        Raises:
            LeaseLost: as for `settle`.
        """
        ...

    def waiting(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that are neither delivered nor given up, the oldest first; their token is empty.

        Those that are lent, wait for their retry or for their instant are among them.
        """
        ...

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up, the oldest first, with their last error; their token is empty."""
        ...

    def redrive(self, dedupe: str, *, now: int) -> bool:
        """Put a row that was given up on its way again, as if it had just been put.

        It goes to the end of its (case, recipient, channel), may go out from ``now``, which is its ``not_before``, and
        counts its claims from nought. A token that was given out before stays void.

        Returns:
            Whether a row of this name had been given up; nothing else is changed.
        """
        ...

    def draw(self, series: str) -> int:
        """The next number of a series, which begins at 1 with the first one drawn.

        No number is given twice: not to several at once, not to other processes, not after the place was opened again. It
        is drawn by itself and beside every commit, so a number that was drawn and then not used is a gap. Where it is drawn
        inside a transaction (the host's, a group's), it is taken back with that, and others who draw from this series may have to wait
        until it ends.

        Args:
            series: any name but an empty one; names are told apart like all texts.

        Raises:
            InvalidInput: the name is empty, or no text that can be stored.
        """
        ...

    def migrate(self) -> None:
        """Bring the store to this version's schema; doing it again, or at once elsewhere, changes nothing."""
        ...

    def schema_version(self) -> int:
        """The version of the schema in the store; 0 before the first `migrate`."""
        ...

    def close(self) -> None:
        """Release everything. A second call does nothing."""
        ...
