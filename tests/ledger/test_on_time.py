"""Who was late: a promise is judged when the matter was handled, or when the promise passed while the matter was open."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import is_on_time

INSTANTS = st.integers(0, 20)


def _facts(promise: int | None, *, handled: int | None = None, closed: int | None = None) -> CaseFacts:
    return CaseFacts(flow="share", state="any", opened=0, promise=promise, handled=handled, closed=closed)


@given(promise=INSTANTS, closed=INSTANTS, at=INSTANTS)
def test_what_ended_unhandled_before_its_promise_is_never_late(promise: int, closed: int, at: int) -> None:
    """A share that was no longer needed, or an order that was withdrawn, in time makes nobody late however long after."""
    verdict = is_on_time(_facts(promise, closed=closed), at)
    assert verdict is (False if promise < min(closed, at) else None)


@given(promise=INSTANTS, handled=INSTANTS, at=INSTANTS)
def test_what_was_handled_is_judged_by_when(promise: int, handled: int, at: int) -> None:
    """From the moment of its handling a case is on time or late for ever, whatever the moment of asking."""
    verdict = is_on_time(_facts(promise, handled=handled, closed=handled), at)
    if handled <= at:
        assert verdict is (handled <= promise)


@given(at=INSTANTS, handled=st.none() | INSTANTS)
def test_without_a_promise_nobody_is_late(at: int, handled: int | None) -> None:
    """Where nothing was promised there is no verdict."""
    assert is_on_time(_facts(None, handled=handled), at) is None
