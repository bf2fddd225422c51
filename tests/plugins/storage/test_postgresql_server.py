"""PostgreSQL beyond the contract: the feed under slow writers, races, wake-ups, crashes, migrations, and its errors."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import psycopg
import pytest

from civicflow.errors import Conflict, InvalidInput, LeaseLost, StorageError
from civicflow.plugins.storage.abilities import Waking
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Expect, Filed, Key, Query, Rearm, Retry
from civicflow.plugins.storage.postgresql import PostgresStorage, hosted, locks, open_storage
from civicflow.plugins.storage.postgresql.address import Address
from civicflow.plugins.storage.postgresql.faults import explained
from civicflow.plugins.storage.postgresql.session import Session
from civicflow.testing.storage.builders import NOON, child, everything, head, message, put, write

if TYPE_CHECKING:
    from postgresql_server import Server

_SECOND = 1_000_000  # microseconds


def _schema(place: str) -> str:
    return Address.of(place).schema


def _matters(storage: Any) -> list[str]:
    return [entry.matter for entry in storage.feed()]


def _together(works: list[Callable[[], object]]) -> list[BaseException | None]:
    """Run all at once; returns what each raised."""
    errors: list[BaseException | None] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        start.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001  handed back
            errors[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


class TestFeed:
    """A reader that goes on from the last position it saw misses nothing, whoever commits late."""

    def test_a_slow_writer_holds_back_what_came_after_it(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """And nobody else's commit waits for it."""
        slow = connect()
        put(hosted(slow, schema=_schema(place)), "slow")
        put(storage, "quick")
        assert storage.load(["quick"]).cases
        assert storage.feed() == ()
        slow.commit()
        assert [(entry.position, entry.matter) for entry in storage.feed()] == [(1, "slow"), (2, "quick")]

    def test_a_writer_that_is_taken_back_leaves_a_gap_in_the_numbers(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Positions only rise here; the capability ``dense_feed`` is not promised."""
        slow = connect()
        put(hosted(slow, schema=_schema(place)), "slow")
        put(storage, "quick")
        slow.rollback()
        assert [(entry.position, entry.matter) for entry in storage.feed()] == [(2, "quick")]
        assert "dense_feed" not in storage.capabilities

    def test_an_old_transaction_that_draws_late_does_not_go_ahead(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Transactions may draw positions in another order than that of their numbers."""
        old, young = connect(), connect()
        old.execute("SELECT pg_current_xact_id()")
        put(hosted(young, schema=_schema(place)), "young")
        put(hosted(old, schema=_schema(place)), "old")
        old.commit()
        assert storage.feed() == ()
        young.commit()
        assert _matters(storage) == ["young", "old"]

    def test_the_host_sees_its_entries_in_the_feed_when_it_commits(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """The present state it sees at once."""
        host = connect()
        theirs = hosted(host, schema=_schema(place))
        put(theirs, "T-1")
        assert theirs.load(["T-1"]).cases["T-1"].version == 1
        assert theirs.feed() == ()
        assert theirs.commit(Batch()).position == 0
        host.commit()
        assert _matters(theirs) == ["T-1"]
        assert theirs.commit(Batch()).position == 1

    def test_tables_from_another_server_are_shown_whole(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """There, transactions had higher numbers, and sequences were not copied."""
        for number in range(3):
            put(storage, f"T-{number}")
        schema = _schema(place)
        admin = connect(autocommit=True)
        admin.execute(f"UPDATE {schema}.entries SET barrier = 10 ^ 12")
        admin.execute(f"SELECT setval('{schema}.feed_barrier', 1000000000000), setval('{schema}.feed_position', 1)")
        assert storage.feed() == ()
        again = open_storage(place)
        try:
            assert _matters(again) == ["T-0", "T-1", "T-2"]
            assert put(again, "T-3") == 4
            assert _matters(again) == ["T-0", "T-1", "T-2", "T-3"]
        finally:
            again.close()

    def test_a_commit_under_way_is_not_taken_for_a_move(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Whoever opens beside it holds its feed back, too."""
        slow = connect()
        put(hosted(slow, schema=_schema(place)), "slow")
        put(storage, "quick")
        again = open_storage(place)
        assert again.feed() == ()
        slow.commit()
        assert _matters(again) == ["slow", "quick"]
        again.close()


class TestRaces:
    """Rows are locked in one order, and what was only read is held."""

    def test_matters_written_in_any_order_never_block_each_other(self, storage: PostgresStorage) -> None:
        """Each of the racers ends, with a commit or a conflict."""
        names = ["A", "B", "C", "D"]
        storage.commit(Batch(writes=tuple(write(name) for name in names)))

        def racing(order: list[str]) -> Callable[[], None]:
            def run() -> None:
                for _ in range(15):
                    cases = storage.load(order).cases
                    writes = tuple(write(name, cases[name].version) for name in order[:3])
                    try:
                        storage.commit(Batch(writes=writes, expects=(Expect(order[3], cases[order[3]].version),)))
                    except Conflict:
                        continue

            return run

        orders = [names, names[::-1], ["B", "D", "A", "C"], ["C", "A", "D", "B"]]
        assert _together([racing(order) for order in orders]) == [None] * 4
        for name in names:
            assert len(storage.history(name)) == storage.load([name]).cases[name].version

    def test_what_was_expected_to_be_missing_is_not_created_meanwhile(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Whoever creates it waits until the expectation has served."""
        host = connect()
        hosted(host, schema=_schema(place)).commit(Batch(writes=(write("T-1"),), expects=(Expect("F-1", version=0),)))
        done = threading.Event()

        def creating() -> None:
            put(storage, "F-1")
            done.set()

        thread = threading.Thread(target=creating)
        thread.start()
        _until_somebody_waits(connect)
        assert not done.is_set()
        host.commit()
        thread.join()
        assert done.is_set()
        assert set(storage.load(["T-1", "F-1"]).cases) == {"T-1", "F-1"}

    def test_what_was_created_meanwhile_is_no_longer_missing(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """The creator was first; the expectation waits for it and fails."""
        host = connect()
        put(hosted(host, schema=_schema(place)), "F-1")
        raised: list[Conflict] = []

        def expecting() -> None:
            with pytest.raises(Conflict) as conflict:
                storage.commit(Batch(writes=(write("T-1"),), expects=(Expect("F-1", version=0),)))
            raised.append(conflict.value)

        thread = threading.Thread(target=expecting)
        thread.start()
        _until_somebody_waits(connect)
        host.commit()
        thread.join()
        assert (raised[0].matter, raised[0].expected, raised[0].actual) == ("F-1", 0, 1)
        assert storage.load(["T-1"]).cases == {}

    def test_a_matter_created_twice_at_once_conflicts_and_takes_the_rest_back(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Even where the other matter of the batch was written already."""
        put(storage, "A")
        host = connect()
        put(hosted(host, schema=_schema(place)), "T-1")
        raised: list[Conflict] = []

        def creating() -> None:
            with pytest.raises(Conflict) as conflict:
                storage.commit(Batch(writes=(write("A", 1), write("T-1"))))
            raised.append(conflict.value)

        thread = threading.Thread(target=creating)
        thread.start()
        _until_somebody_waits(connect)
        host.commit()
        thread.join()
        assert (raised[0].matter, raised[0].expected, raised[0].actual) == ("T-1", 0, 1)
        assert storage.load(["A"]).cases["A"].version == 1

    @pytest.mark.parametrize("matter", ["T-1", "T-2"])
    def test_one_command_sent_twice_at_once_acts_once(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any], matter: str
    ) -> None:
        """The later one is told the answer of the first, whether they meet at the matter or at the key."""
        key = Key("k", b"digest", b"answer")
        host = connect()
        hosted(host, schema=_schema(place)).commit(Batch(writes=(write("T-1"),), key=key))
        results: list[Any] = []
        thread = threading.Thread(
            target=lambda: results.append(
                storage.commit(Batch(writes=(write(matter),), key=attrs.evolve(key, answer=b"another")))
            )
        )
        thread.start()
        _until_somebody_waits(connect)
        host.commit()
        thread.join()
        assert (results[0].repeated, results[0].answer) == (True, b"answer")
        assert _matters(storage) == ["T-1"]

    def test_two_that_seal_at_once_make_one_head(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """The loser conflicts."""
        host = connect()
        hosted(host, schema=_schema(place)).commit(Batch(heads=(head(1),)))
        raised: list[Conflict] = []

        def sealing() -> None:
            with pytest.raises(Conflict) as conflict:
                storage.commit(Batch(heads=(head(1),), filed=(Filed("d", b""),)))
            raised.append(conflict.value)

        thread = threading.Thread(target=sealing)
        thread.start()
        _until_somebody_waits(connect)
        host.commit()
        thread.join()
        assert (raised[0].expected, raised[0].actual) == (0, 1)
        assert storage.filed("d") is None

    def test_a_deadlock_is_run_again(self, storage: PostgresStorage) -> None:
        """Names of messages that two batches put in opposite order; PostgreSQL ends one of them, the pool repeats it."""
        names = [f"m{number}" for number in range(40)]

        def putting(order: list[str]) -> Callable[[], object]:
            return lambda: storage.commit(Batch(messages=tuple(message(name, case=name) for name in order)))

        for _ in range(3):
            assert _together([putting(names), putting(names[::-1])]) == [None, None]
        assert len(storage.claim(worker="w", now=NOON, lease=1, limit=100)) == 40

    def test_one_deadline_that_several_move_at_once_is_no_deadlock(
        self, server: Server, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Each takes the row for itself from the beginning, as several clocks do that were asked too early."""
        put(storage, "T-1", due=NOON)
        broken = (server.folder / "log").read_text().count("deadlock detected")
        host = connect()
        hosted(host, schema=_schema(place)).commit(Batch(expects=(Expect("T-1", 1),)))
        moving = partial(storage.commit, Batch(expects=(Expect("T-1", 1),), rearm=(Rearm("T-1", NOON + 1),)))
        threads = [threading.Thread(target=moving) for _ in range(2)]
        for thread in threads:
            thread.start()
        _until_somebody_waits(connect, 2)
        host.commit()
        for thread in threads:
            thread.join()
        assert storage.due(NOON + 1) == (("T-1", NOON + 1),)
        assert (server.folder / "log").read_text().count("deadlock detected") == broken

    def test_the_asked_of_a_case_are_replaced_by_one_at_a_time(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Also where the batch does not write the case's matter: what two asked is never mixed."""
        put(storage, "T-1", 0, child("T-1/a@1", 1))
        host = connect()
        hosted(host, schema=_schema(place)).commit(
            Batch(writes=(write("T-1", 1),), awaits=(Awaits("T-1/a@1", (Await("T-1/a@1", "person:P", None),)),))
        )
        second = (Await("T-1/a@1", "person:Q", None),)
        thread = threading.Thread(target=lambda: storage.commit(Batch(awaits=(Awaits("T-1/a@1", second),))))
        thread.start()
        _until_somebody_waits(connect)
        host.commit()
        thread.join()
        assert storage.asked(case="T-1/a@1") == second

    def test_a_row_that_another_claims_is_passed_over(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """Nobody waits for it, and the next of its lane does not overtake it."""
        rows = (message("1"), message("2"), message("other", case="T-2"))
        storage.commit(Batch(messages=rows))
        other = connect()
        other.execute(f"SELECT FROM {_schema(place)}.outbox WHERE dedupe = '1' FOR UPDATE")
        assert [c.message.dedupe for c in storage.claim(worker="w", now=NOON, lease=1)] == ["other"]
        other.rollback()
        assert [c.message.dedupe for c in storage.claim(worker="w", now=NOON, lease=1)] == ["1"]


def _until_somebody_waits(connect: Callable[..., Any], waiting: int = 1) -> None:
    admin = connect(autocommit=True)
    while admin.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0] < waiting:
        pass


class TestWaking:
    """Whoever waits is woken by a commit, in another process too."""

    def test_a_commit_elsewhere_wakes(self, storage: PostgresStorage, place: str) -> None:
        """A thread's first call returns at once, since it cannot know what it missed."""
        assert isinstance(storage, Waking)
        assert "notify" in storage.capabilities
        assert storage.wait(0)
        assert not storage.wait(0)
        other = open_storage(place)
        timer = threading.Timer(0.2, lambda: put(other, "T-1"))
        timer.start()
        assert storage.wait(60 * _SECOND)
        timer.join()
        assert _matters(storage) == ["T-1"]
        other.close()

    def test_what_was_committed_between_two_calls_is_not_missed(self, storage: PostgresStorage) -> None:
        """Although nobody waited then, so that nothing was announced."""
        storage.wait(0)
        storage.commit(Batch(messages=(message("m"),)))
        assert storage.wait(60 * _SECOND)
        assert not storage.wait(0)

    def test_a_commit_that_was_under_way_is_reported_when_it_ends(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """It looked for listeners before anybody waited."""
        storage.wait(0)
        host = connect()
        put(hosted(host, schema=_schema(place)), "T-1")
        assert storage.wait(0)
        assert not storage.wait(_SECOND // 10)
        timer = threading.Timer(0.2, host.commit)
        timer.start()
        assert storage.wait(60 * _SECOND)
        timer.join()
        assert _matters(storage) == ["T-1"]

    def test_a_storage_that_is_closed_wakes_whoever_waits(self, storage: PostgresStorage) -> None:
        """With an error."""
        storage.wait(0)
        threading.Timer(0.2, storage.close).start()
        with pytest.raises(StorageError, match="closed"):
            storage.wait(60 * _SECOND)
        with pytest.raises(StorageError, match="closed"):
            storage.wait(0)

    def test_many_waiters_leave_the_pool_alone(self, server: Server) -> None:
        """They have connections of their own."""
        storage = open_storage(server.url(connections=1, timeout=0))

        def waiting() -> None:
            storage.wait(0)
            storage.wait(60 * _SECOND)

        threads = [threading.Thread(target=waiting) for _ in range(3)]
        for thread in threads:
            thread.start()
        version = 0
        while any(thread.is_alive() for thread in threads):
            put(storage, "T-1", version)
            version += 1
        storage.close()


class TestPlaces:
    """Several places in one database, and how each is brought up to date."""

    def test_a_schema_may_have_any_sensible_name(self, server: Server) -> None:
        """Quoted wherever it stands."""
        for name in ("Nord-Süd", "select", "广场街道"):
            storage = open_storage(server.url(name))
            put(storage, "T-1", 0, child("T-1/a@1", 1), due=NOON)
            assert [case.case for case in storage.find(Query()).items] == ["T-1", "T-1/a@1"]
            storage.close()

    def test_many_that_open_a_new_place_at_once_share_it(self, place: str) -> None:
        """One of them makes the tables."""
        opened: list[PostgresStorage] = []
        assert _together([lambda: opened.append(open_storage(place))] * 6) == [None] * 6
        for number, storage in enumerate(opened):
            put(storage, f"T-{number}")
        assert len(opened[0].feed()) == 6
        for storage in opened:
            storage.close()

    def test_a_newer_schema_is_not_touched(self, storage: PostgresStorage, place: str, connect: Any) -> None:
        """The message says what to do."""
        connect(autocommit=True).execute(f"UPDATE {_schema(place)}.meta SET value = 99")
        with pytest.raises(StorageError, match=r"version 99 of a newer civicflow.*upgrade"):
            open_storage(place)

    def test_facts_that_the_contract_gained_are_added(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """And a commit function that is missing, as after an upgrade."""
        put(storage, "T-1", title="old")
        admin = connect(autocommit=True)
        admin.execute(f"ALTER TABLE {_schema(place)}.cases DROP COLUMN title")
        found = admin.execute(
            "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = %s",
            (_schema(place),),
        ).fetchall()
        admin.execute(f"DROP FUNCTION {found[0][0]}")
        again = open_storage(place)
        put(again, "T-2", title="new")
        assert [len(case.facts) for case in again.find(Query()).items] == [len(again.find(Query()).items[0].facts)] * 2
        again.close()

    def test_the_version_is_0_before_the_first_migration(
        self, place: str, connect: Callable[..., Any], storage: PostgresStorage
    ) -> None:
        """As of a schema that somebody made."""
        assert storage.schema_version() == 1
        connect(autocommit=True).execute(f"DROP SCHEMA {_schema(place)} CASCADE")
        assert storage.schema_version() == 0
        with pytest.raises(StorageError, match="migrate"):
            storage.feed()
        with pytest.raises(StorageError, match="migrate"):
            put(storage, "T-1")
        storage.migrate()
        assert put(storage, "T-1") == 1

    def test_a_database_must_keep_unicode(self, server: Server, connect: Callable[..., Any]) -> None:
        """Else a name would come back as something else."""
        connect(autocommit=True).execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0")
        with pytest.raises(StorageError, match="UTF8"):
            open_storage(server.url().replace("/postgres?", "/latin?"))

    def test_a_role_without_rights_is_told(self, server: Server, connect: Callable[..., Any]) -> None:
        """Which is not to be retried."""
        connect(autocommit=True).execute("CREATE ROLE clerk LOGIN")
        with pytest.raises(StorageError, match="lacks a right") as refused:
            open_storage(server.url().replace("user=postgres", "user=clerk"))
        assert not refused.value.retryable


def _read_until_it_is_noticed(storage: PostgresStorage) -> None:
    """A child of a server that was killed may go on answering for a moment."""
    for _ in range(1_000):
        storage.feed()
        time.sleep(0.01)


class TestServer:
    """A server that goes away and comes back."""

    def test_a_killed_server_loses_nothing_that_was_acknowledged(
        self, server: Server, storage: PostgresStorage
    ) -> None:
        """Calls fail meanwhile and can be repeated; afterwards the same handle goes on."""
        put(storage, "T-1", due=NOON)
        before = everything(storage)
        server.kill()
        with pytest.raises(StorageError, match=r"reached|terminating") as gone:
            _read_until_it_is_noticed(storage)
        assert gone.value.retryable
        server.start()
        assert everything(storage) == before
        assert storage.load(["T-1"]).cases["T-1"].version == 1
        put(storage, "T-1", 1)
        assert [entry.version for entry in storage.history("T-1")] == [1, 2]

    def test_a_connection_that_breaks_in_a_call_leaves_its_outcome_open(
        self, storage: PostgresStorage, connect: Callable[..., Any]
    ) -> None:
        """The message says how to find out."""
        admin = connect(autocommit=True)

        def breaking(session: Session) -> None:
            (pid,) = session.rows("SELECT pg_backend_pid()")[0]
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
            session.rows("SELECT 1")

        with pytest.raises(StorageError) as broken:
            storage._pool.write(breaking)
        assert broken.value.retryable
        assert storage.feed() == ()

    def test_a_connection_that_died_idle_is_replaced(
        self, storage: PostgresStorage, connect: Callable[..., Any]
    ) -> None:
        """Nobody notices."""
        (pid,) = storage._pool.write(lambda session: session.rows("SELECT pg_backend_pid()"))[0]
        admin = connect(autocommit=True)
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
        assert put(storage, "T-1") == 1

    def test_connections_are_shared_in_turn(self, server: Server) -> None:
        """However many threads there are; one that waits too long is told."""
        storage = open_storage(server.url(connections=2))
        assert _together([lambda n=n: put(storage, f"T-{n}") for n in range(8)]) == [None] * 8  # type: ignore[misc]
        storage.close()
        storage = open_storage(server.url(connections=1, timeout=0))
        with pytest.raises(StorageError, match="connections=") as busy:
            storage._pool.write(lambda _session: storage.feed())
        assert busy.value.retryable
        assert storage.feed() == ()
        storage.close()

    def test_a_connection_in_use_is_closed_when_its_call_ends(self, storage: PostgresStorage) -> None:
        """Nobody waits for it."""

        def closing(session: Session) -> Any:
            storage.close()
            assert session.rows("SELECT 1") == [(1,)]
            return session.connection

        assert storage._pool.write(closing).closed

    def test_a_transaction_that_an_error_left_open_is_ended(self, storage: PostgresStorage) -> None:
        """Its connection is not used again."""

        def failing(session: Session) -> None:
            session.change("BEGIN")
            raise KeyError("mine")

        with pytest.raises(KeyError):
            storage._pool.write(failing)
        assert put(storage, "T-1") == 1

    def test_a_place_that_is_nowhere_is_named(self, server: Server) -> None:
        """Without a password."""
        url = (
            server.url().replace("postgresql:///", "postgresql://postgres:secret@/").replace("/postgres?", "/nowhere?")
        )
        with pytest.raises(StorageError, match="nowhere") as missing:
            open_storage(url.replace("&user=postgres", ""))
        assert "secret" not in str(missing.value)


class TestFaults:
    """PostgreSQL's errors become ours, which say who must act."""

    def test_texts_that_it_cannot_hold_are_the_callers_fault(self, storage: PostgresStorage) -> None:
        """In reads too; what a worker's error said is made to fit instead."""
        for text in ("a\0b", "\ud800"):
            with pytest.raises(InvalidInput):
                storage.load([text])
            with pytest.raises(InvalidInput):
                storage.history(text)
        storage.commit(Batch(messages=(message("m"),)))
        (claim,) = storage.claim(worker="w\0", now=NOON, lease=1)
        storage.settle(claim, Retry(NOON + 1, "no\0\ud800"), now=NOON)
        (claim,) = storage.claim(worker="w", now=NOON + 1, lease=1)
        assert claim.last_error == "no\ufffd\\ud800"
        with pytest.raises(LeaseLost):
            storage.extend(attrs.evolve(claim, token="9" * 18 + ".1"), now=NOON, lease=1)

    def test_a_lock_that_lasts_too_long_can_be_retried(
        self, server: Server, place: str, storage: PostgresStorage, connect: Callable[..., Any]
    ) -> None:
        """Settings of libpq and of the server pass through the URL."""
        put(storage, "T-1")
        impatient = open_storage(place + "&options=-clock_timeout%3D50")
        other = connect()
        other.execute(f"SELECT FROM {_schema(place)}.cases FOR UPDATE")
        with pytest.raises(StorageError, match="lock_timeout") as locked:
            put(impatient, "T-1", 1)
        assert locked.value.retryable
        other.rollback()
        assert put(impatient, "T-1", 1) == 2
        impatient.close()

    def test_entries_that_contradict_the_records_are_not_written_over(
        self, storage: PostgresStorage, place: str, connect: Callable[..., Any]
    ) -> None:
        """A version that is in the ledger already is never put twice."""
        put(storage, "T-1", 0)
        put(storage, "T-1", 1)
        connect(autocommit=True).execute(f"UPDATE {_schema(place)}.cases SET version = 1")
        with pytest.raises(StorageError, match="verify"):
            put(storage, "T-1", 1)
        assert len(storage.feed()) == 2

    def test_a_deadline_that_nothing_holds_takes_the_batch_back(self, storage: PostgresStorage) -> None:
        """The case is named."""
        put(storage, "T-1", due=NOON)
        with pytest.raises(InvalidInput, match="T-1"):
            storage.commit(Batch(writes=(write("T-2"),), rearm=(Rearm("T-1", None),)))
        assert storage.due(NOON) == (("T-1", NOON),)
        assert _matters(storage) == ["T-1"]

    def test_who_was_asked_twice_in_one_batch_is_asked_as_said_last(self, storage: PostgresStorage) -> None:
        """Each replaces the former."""
        asked = [Awaits("T-1", (Await("T-1", f"person:{name}", None),)) for name in ("P", "Q")]
        storage.commit(Batch(awaits=tuple(asked)))
        assert storage.asked(case="T-1") == asked[1].asked

    def test_what_is_no_error_of_psycopg_is_left_as_it_is(self) -> None:
        """A bug is no storage error; an error of the driver's own is."""
        assert explained(KeyError("mine"), "label") is None
        assert not getattr(explained(psycopg.InterfaceError("driver"), "label"), "retryable", True)


class TestAddress:
    """What a URL says."""

    @pytest.mark.parametrize(
        "url",
        [
            "postgresql://db/town?schema=",
            "postgresql://db/town?schema=pg_catalog",
            "postgresql://db/town?schema=a'b",
            "postgresql://db/town?schema=a%25s",
            f"postgresql://db/town?schema={'区' * 22}",
            "postgresql://db/town?connections=0",
            "postgresql://db/town?timeout=-1",
            "postgresql://db/town#part",
            "mysql://db/town",
        ],
    )
    def test_what_is_malformed_is_refused(self, url: str) -> None:
        """Before anything is reached."""
        with pytest.raises(InvalidInput):
            open_storage(url)

    def test_settings_of_libpq_pass_through(self) -> None:
        """And ours do not; the password is not shown."""
        address = Address.of("postgres://desk:s%40t@db:5433/town?connections=3&timeout=5&application_name=a%20b")
        assert address.conninfo == "postgresql://desk:s%40t@db:5433/town?application_name=a%20b"
        assert (address.label, address.connections, address.timeout) == ("db:5433/town (schema civicflow)", 3, 5)
        assert "s%40t" not in repr(address)

    def test_sessions_meet_by_schema(self) -> None:
        """Each lock has its own number."""
        assert len({locks.number(lock, schema) for lock in ("migrate", "draw", "wait") for schema in "ab"}) == 6
        assert locks.channel("a") != locks.channel("b")


class TestForks:
    """A process that is forked off may use the handle that it inherits."""

    pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

    def test_parent_and_child_both_go_on(self, storage: PostgresStorage) -> None:
        """Neither uses a connection of the other."""
        put(storage, "T-1")
        assert _forked(lambda: put(storage, "T-2")) == 0
        put(storage, "T-3")
        assert _matters(storage) == ["T-1", "T-2", "T-3"]

    def test_closing_in_the_child_leaves_the_parents_connections(self, storage: PostgresStorage) -> None:
        """They are not its own."""
        put(storage, "T-1")
        assert _forked(storage.close) == 0
        assert put(storage, "T-2") == 2

    def test_a_closed_storage_stays_closed_in_the_child(self, storage: PostgresStorage) -> None:
        """Forking opens nothing again."""
        storage.close()

        def child_work() -> None:
            with pytest.raises(StorageError):
                storage.feed()

        assert _forked(child_work) == 0


def _forked(work: Callable[[], object]) -> int:
    """Do some work in a forked process; returns its exit code."""
    process = os.fork()
    if not process:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
