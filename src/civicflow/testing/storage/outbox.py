"""The outbox: leases, order for each case, recipient and channel, retries, and rows that were given up."""

from __future__ import annotations

import attrs
import pytest

from civicflow.errors import Conflict, LeaseLost
from civicflow.plugins.storage.contract import Batch, Claim, Dead, Done, Retry, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, message, put, write

_LEASE = 60_000_000


def _claim(storage: Storage, now: int = NOON, *, worker: str = "w", limit: int = 10) -> tuple[Claim, ...]:
    return storage.claim(worker=worker, now=now, lease=_LEASE, limit=limit)


def _names(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.message.dedupe for claim in claims]


class OutboxSuite(StorageSuite):
    """A row is lent to one worker at a time, and in order."""

    concern = "outbox"

    def test_a_message_goes_out_with_the_commit_that_put_it(self) -> None:
        """As it was put, counted as its first attempt."""
        with self.storage() as storage:
            assert _claim(storage) == ()
            storage.commit(Batch(writes=(write("T-1"),), messages=(message("m"),)))
            (claim,) = _claim(storage)
            assert (claim.message, claim.attempts, claim.last_error) == (message("m"), 1, "")
            assert claim.token
            storage.settle(claim, Done(), now=NOON)
            assert _claim(storage, NOON + 10 * _LEASE) == ()

    def test_a_conflict_sends_nothing(self) -> None:
        """Effects follow only what was committed."""
        with self.storage() as storage:
            put(storage, "T-1")
            with pytest.raises(Conflict):
                storage.commit(Batch(writes=(write("T-1"),), messages=(message("m"),)))
            assert _claim(storage) == ()

    def test_a_name_is_put_once(self) -> None:
        """In one batch, in a later one, and after it was delivered or given up."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("a"), message("a", recipient="person:P-2"), message("b"))))
            storage.commit(Batch(messages=(message("a"),)))
            (claim,) = _claim(storage)
            assert claim.message == message("a")
            storage.settle(claim, Done(), now=NOON)
            (claim,) = _claim(storage)
            storage.settle(claim, Dead("no such number"), now=NOON)
            storage.commit(Batch(messages=(message("a"), message("b"))))
            assert _claim(storage) == ()

    def test_quiet_hours_hold_a_row_until_their_end(self) -> None:
        """Due at the very instant, and then the earliest first."""
        with self.storage() as storage:
            later, sooner = message("later", at=NOON + 2), message("sooner", case="T-2", at=NOON + 1)
            storage.commit(Batch(messages=(later, sooner)))
            assert _claim(storage, NOON) == ()
            assert _names(_claim(storage, NOON + 1)) == ["sooner"]
            assert _names(_claim(storage, NOON + 2)) == ["later"]

    def test_order_is_kept_for_each_case_recipient_and_channel(self) -> None:
        """Only the oldest of a lane goes out; other lanes do not wait for it."""
        with self.storage() as storage:
            storage.commit(
                Batch(
                    messages=(
                        message("1"),
                        message("2"),
                        message("other case", case="T-2"),
                        message("other recipient", recipient="person:P-2"),
                        message("other channel", channel="mail"),
                        message("3"),
                    )
                )
            )
            claims = _claim(storage)
            assert _names(claims) == ["1", "other case", "other recipient", "other channel"]
            assert _claim(storage) == ()
            storage.settle(claims[0], Done(), now=NOON)
            assert _names(_claim(storage)) == ["2"]

    def test_whatever_holds_the_oldest_holds_its_lane(self) -> None:
        """Quiet hours, a lease and a retry all do; giving it up lets the next one go."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("1", at=NOON + 1), message("2", at=NOON))))
            assert _claim(storage, NOON) == ()
            (claim,) = _claim(storage, NOON + 1)
            storage.settle(claim, Retry(NOON + 100, "busy"), now=NOON + 1)
            assert _claim(storage, NOON + 99) == ()
            (claim,) = _claim(storage, NOON + 100)
            assert (claim.message.dedupe, claim.attempts, claim.last_error) == ("1", 2, "busy")
            storage.settle(claim, Dead("gone"), now=NOON + 100)
            assert _names(_claim(storage, NOON + 100)) == ["2"]

    def test_a_limit_takes_the_ripest(self) -> None:
        """The rest stays for the next worker."""
        with self.storage() as storage:
            rows = [message(str(number), case=f"T-{number}", at=NOON - number) for number in range(4)]
            storage.commit(Batch(messages=tuple(rows)))
            assert sorted(_names(_claim(storage, limit=2))) == ["2", "3"]
            assert sorted(_names(_claim(storage, worker="v"))) == ["0", "1"]

    def test_a_lease_that_ended_lends_the_row_again(self) -> None:
        """The first worker's settlement is then not taken."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m"),)))
            (first,) = _claim(storage, worker="first")
            assert _claim(storage, NOON + _LEASE - 1, worker="second") == ()
            (second,) = _claim(storage, NOON + _LEASE, worker="second")
            assert (second.message, second.attempts) == (first.message, 2)
            for outcome in (Done(), Retry(NOON, ""), Dead("")):
                with pytest.raises(LeaseLost):
                    storage.settle(first, outcome, now=NOON + _LEASE)
            with pytest.raises(LeaseLost):
                storage.extend(first, now=NOON + _LEASE, lease=1)
            storage.settle(second, Done(), now=NOON + _LEASE)

    def test_what_lapsed_is_lent_alone(self) -> None:
        """It may be what its worker died of: no other row is in the next worker's hands, and none waits for it."""
        with self.storage() as storage:
            storage.commit(Batch(messages=tuple(message(name, case=name) for name in ("T-1", "T-2", "T-3"))))
            assert len(_claim(storage)) == 3
            storage.commit(Batch(messages=tuple(message(name, case=name, at=NOON + 1) for name in ("T-4", "T-5"))))
            assert _names(_claim(storage, NOON + 1)) == ["T-4", "T-5"]
            storage.commit(Batch(messages=(message("T-6", case="T-6", at=NOON + _LEASE),)))
            alone = [_names(_claim(storage, NOON + _LEASE)) for _ in range(3)]
            assert sorted(alone) == [["T-1"], ["T-2"], ["T-3"]]
            assert _names(_claim(storage, NOON + _LEASE)) == ["T-6"]

    def test_what_lapsed_is_left_out_of_what_is_lent_together(self) -> None:
        """While another is the ripest, whoever claims several gets those that never killed anybody."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("lapsed", case="T-1"),)))
            _claim(storage)
            storage.commit(Batch(messages=tuple(message(name, case=name, at=NOON + 1) for name in ("T-2", "T-3"))))
            assert _names(_claim(storage, NOON + _LEASE)) == ["T-2", "T-3"]
            assert _names(_claim(storage, NOON + _LEASE)) == ["lapsed"]

    def test_a_settled_loan_did_not_lapse(self) -> None:
        """What waited for its retry is lent with others, however long ago that was."""
        with self.storage() as storage:
            storage.commit(Batch(messages=tuple(message(name, case=name) for name in ("T-1", "T-2"))))
            for claim in _claim(storage):
                storage.settle(claim, Retry(NOON + 1, "busy"), now=NOON)
            assert _names(_claim(storage, NOON + 10 * _LEASE)) == ["T-1", "T-2"]

    def test_a_late_settlement_is_taken_while_nobody_else_has_the_row(self) -> None:
        """The message was delivered; sending it again would help nobody."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m"),)))
            (claim,) = _claim(storage)
            storage.settle(claim, Done(), now=NOON + 2 * _LEASE)
            assert _claim(storage, NOON + 3 * _LEASE) == ()

    def test_a_claim_is_settled_once(self) -> None:
        """After any outcome, the token is void; a made-up one always was."""
        with self.storage() as storage:
            for outcome in (Done(), Retry(NOON + 1, "later"), Dead("never")):
                name = type(outcome).__name__
                storage.commit(Batch(messages=(message(name, case=name),)))
                (claim,) = _claim(storage)
                storage.settle(claim, outcome, now=NOON)
                with pytest.raises(LeaseLost):
                    storage.settle(claim, Done(), now=NOON)
                with pytest.raises(LeaseLost):
                    storage.extend(claim, now=NOON, lease=1)
                for token in ("", "nonsense", "1", "1.x", "99.1"):
                    with pytest.raises(LeaseLost):
                        storage.settle(attrs.evolve(claim, token=token), Done(), now=NOON)

    def test_a_claim_can_be_kept_for_longer(self) -> None:
        """The lease then counts from the instant of the extension."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m"),)))
            (claim,) = _claim(storage)
            storage.extend(claim, now=NOON + _LEASE - 1, lease=_LEASE)
            assert _claim(storage, NOON + 2 * _LEASE - 2) == ()
            storage.settle(claim, Done(), now=NOON + 2 * _LEASE - 2)

    def test_what_was_given_up_can_be_looked_at(self) -> None:
        """The oldest first, with its last error and without a token."""
        with self.storage() as storage:
            storage.commit(Batch(messages=tuple(message(name, case=name) for name in ("T-1", "T-2", "T-3"))))
            for claim in reversed(_claim(storage)):
                storage.settle(claim, Dead(f"error {claim.message.dedupe}"), now=NOON)
            dead = storage.dead()
            assert [(claim.message.dedupe, claim.last_error, claim.token) for claim in dead] == [
                ("T-1", "error T-1", ""),
                ("T-2", "error T-2", ""),
                ("T-3", "error T-3", ""),
            ]
            assert {claim.attempts for claim in dead} == {1}
            assert storage.dead(limit=1) == dead[:1]

    def test_what_is_on_its_way_can_be_looked_at(self) -> None:
        """Lent, waiting for its retry, or waiting for its instant; the oldest first, and nothing is lent by looking."""
        with self.storage() as storage:
            names = ("done", "lent", "retry", "dead", "late")
            messages = [message(name, case=name, at=NOON + (name == "late")) for name in names]
            storage.commit(Batch(messages=tuple(messages)))
            claims = {claim.message.dedupe: claim for claim in _claim(storage)}
            storage.settle(claims["done"], Done(), now=NOON)
            storage.settle(claims["retry"], Retry(NOON + 5, "busy"), now=NOON)
            storage.settle(claims["dead"], Dead("no such number"), now=NOON)
            waiting = storage.waiting()
            assert [(claim.message.dedupe, claim.attempts, claim.last_error, claim.token) for claim in waiting] == [
                ("lent", 1, "", ""),
                ("retry", 1, "busy", ""),
                ("late", 0, "", ""),
            ]
            assert waiting[2].message == messages[4]
            assert storage.waiting(limit=1) == waiting[:1]
            storage.settle(claims["lent"], Done(), now=NOON)

    def test_what_was_given_up_is_put_on_its_way_again(self) -> None:
        """As new: from now on, its attempts counted from nought, its last error forgotten, its name and words the same."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m"),)))
            (claim,) = _claim(storage)
            storage.settle(claim, Dead("no such number"), now=NOON)
            assert storage.redrive("m", now=NOON + 5)
            assert (storage.dead(), _claim(storage, NOON + 4)) == ((), ())
            (again,) = _claim(storage, NOON + 5)
            assert again.message == attrs.evolve(claim.message, not_before=NOON + 5)
            assert (again.attempts, again.last_error) == (1, "")
            storage.commit(Batch(messages=(message("m"),)))
            storage.settle(again, Done(), now=NOON + 5)
            assert (_claim(storage, NOON + 10), storage.waiting()) == ((), ())

    def test_only_what_was_given_up_is_redriven(self) -> None:
        """Not what is on its way, was delivered, or never was; nor the same again."""
        with self.storage() as storage:
            storage.commit(Batch(messages=tuple(message(name, case=name) for name in ("done", "dead", "lent", "open"))))
            claims = {claim.message.dedupe: claim for claim in _claim(storage, limit=3)}
            storage.settle(claims["done"], Done(), now=NOON)
            storage.settle(claims["dead"], Dead("gone"), now=NOON)
            for name in ("done", "lent", "open", "never"):
                assert not storage.redrive(name, now=NOON + 1)
            assert storage.redrive("dead", now=NOON + 1)
            assert not storage.redrive("dead", now=NOON + 1)
            assert [claim.message.dedupe for claim in storage.waiting()] == ["lent", "open", "dead"]

    def test_what_is_redriven_goes_to_the_end_of_its_lane(self) -> None:
        """What came after it and is under way is not overtaken, nor sent at the same time."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("1"), message("2"), message("3"))))
            (claim,) = _claim(storage)
            storage.settle(claim, Dead("gone"), now=NOON)
            (second,) = _claim(storage)
            assert storage.redrive("1", now=NOON)
            assert _claim(storage) == ()
            storage.settle(second, Done(), now=NOON)
            for name in ("3", "1"):
                (claim,) = _claim(storage)
                assert claim.message.dedupe == name
                storage.settle(claim, Done(), now=NOON)

    def test_a_claim_from_before_is_void(self) -> None:
        """Whoever had the row before it was given up cannot settle what is on its way again."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m"),)))
            (first,) = _claim(storage)
            (second,) = _claim(storage, NOON + _LEASE)
            storage.settle(second, Dead("gone"), now=NOON + _LEASE)
            assert storage.redrive("m", now=NOON + _LEASE)
            (third,) = _claim(storage, NOON + _LEASE)
            for old in (first, second):
                with pytest.raises(LeaseLost):
                    storage.settle(old, Done(), now=NOON + _LEASE)
            storage.settle(third, Done(), now=NOON + _LEASE)
