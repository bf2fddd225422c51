"""One tree of errors."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from civicflow import errors
from civicflow.errors import (
    CivicflowError,
    Conflict,
    Fault,
    IdempotencyMismatch,
    InternalError,
    InvalidInput,
    LeaseLost,
    NotFound,
    PluginError,
    Refused,
    StorageError,
    UnsupportedQuery,
)
from civicflow.refusals import Reason, Refusal
from civicflow.texts import Text

REFUSAL = Refusal(case="T-1", step="close", reasons=(Reason(rule="state", text=Text("not open", "未办理")),))
FAULT = Fault(reason="no such level; use one of area, body", value="arae", source="city.yaml", line=3, column=7)
EVERY = (
    CivicflowError("x"),
    InvalidInput("two things are wrong", [FAULT, Fault(reason="is empty", path="bodies[3].area")]),
    Refused(REFUSAL),
    Conflict("T-1", 4, 5),
    IdempotencyMismatch("k-1"),
    NotFound("no unit '4101'; near: '410101'"),
    StorageError("the disk is full", retryable=True),
    LeaseLost("claim 7 went to another worker"),
    UnsupportedQuery("no field 'colour'"),
    PluginError("it does not load", plugin="sms", distribution="civic-sms 1.0"),
    InternalError("x"),
)


def test_every_error_has_one_root_and_is_tried_here() -> None:
    """Whoever catches `CivicflowError` catches all of them, and the tests below try each."""
    found = {value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)}
    assert found == {type(error) for error in EVERY}
    assert all(issubclass(error, CivicflowError) for error in found)


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_an_error_comes_home_from_another_process(error: CivicflowError) -> None:
    """Pickled or copied, an error keeps its class, its message and what it carries."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert vars(again) == vars(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InvalidInput("x"), ValueError),
        (NotFound("x"), LookupError),
        (UnsupportedQuery("x"), ValueError),
        (UnsupportedQuery("x"), StorageError),
        (IdempotencyMismatch("x"), Conflict),
        (LeaseLost("x"), StorageError),
    ],
)
def test_an_error_is_also_what_python_calls_it(error: Exception, kind: type[Exception]) -> None:
    """Code that knows only the built-in kinds, or only our branches, catches the right ones."""
    assert isinstance(error, kind)


class TestFaults:
    """A bad input reports everything that is wrong with it."""

    def test_a_fault_says_where_what_and_why(self) -> None:
        """File, line and column, then the value as it was read."""
        assert str(FAULT) == "city.yaml:3:7: no such level; use one of area, body (got 'arae')"

    def test_what_is_not_known_is_left_out(self) -> None:
        """No line, no value and no file leave no empty places."""
        assert str(Fault(reason="is empty")) == "is empty"
        assert str(Fault(reason="is empty", path="a[1]")) == "a[1]: is empty"
        assert str(Fault(reason="is empty", source="a.csv", line=2, path="name")) == "a.csv:2: name: is empty"

    def test_all_faults_stand_in_the_message(self) -> None:
        """The message lists each fault on a line of its own, and `faults` holds them as values."""
        error = InvalidInput("the file has 2 faults", iter([FAULT, FAULT]))
        assert error.faults == (FAULT, FAULT)
        assert str(error).splitlines() == ["the file has 2 faults", f"  {FAULT}", f"  {FAULT}"]
        assert InvalidInput("x").faults == ()


def test_a_conflict_says_both_versions_and_the_remedy() -> None:
    """The message holds fact, value and remedy."""
    assert str(Conflict("T-1", 4, 5)) == "T-1 is at 5, the decision rested on 4; load it and decide again"


def test_a_key_that_was_used_is_named() -> None:
    """The caller learns which key to change."""
    error = IdempotencyMismatch("k-1")
    assert error.key == "k-1"
    assert "'k-1'" in str(error)


def test_not_found_reads_as_a_sentence() -> None:
    """It is a `KeyError`, whose message Python would show in quotes."""
    assert str(NotFound("no unit '4101'")) == "no unit '4101'"
    assert not str(NotFound())


def test_a_refusal_is_carried_as_a_value() -> None:
    """`Refused` says the sentence and keeps the refusal to program against."""
    error = Refused(REFUSAL)
    assert error.refusal is REFUSAL
    assert str(error) == "close refused: not open | 未办理"


def test_storage_errors_last_unless_said_otherwise() -> None:
    """Nobody retries for ever what cannot heal."""
    assert not StorageError("x").retryable
    assert StorageError("x", retryable=True).retryable


def test_a_fault_is_said_in_both_languages_where_it_has_both() -> None:
    """Place and value stand beside the reason in either; one that was written in one language is said in that."""
    text = Text("is a dead end", "是死路")
    fault = Fault(reason=text.en, text=text, rule="dead-end", source="f@1", path="open", value="x")
    assert str(fault) == fault.say("en") == "f@1: open: is a dead end (got 'x')"
    assert fault.say("zh") == "f@1: open: 是死路 (got 'x')"
    assert Fault(reason="is missing").say("zh") == "is missing"
