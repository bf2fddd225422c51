"""The errors by which a notifier says whether to try again."""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from civicflow.errors import CivicflowError, PluginError
from civicflow.plugins.notify.contract import PermanentFailure, TemporaryFailure


def test_are_plugin_errors() -> None:
    """One branch of the one tree."""
    assert issubclass(TemporaryFailure, PluginError)
    assert issubclass(PermanentFailure, PluginError)
    assert issubclass(PluginError, CivicflowError)


def test_a_wait_is_a_timedelta() -> None:
    """A bare number of seconds is refused where it is written."""
    assert TemporaryFailure("busy").retry_after is None
    assert TemporaryFailure("busy", retry_after=timedelta(seconds=3)).retry_after == timedelta(seconds=3)
    with pytest.raises(TypeError):
        TemporaryFailure("busy", retry_after=3)  # type: ignore[arg-type]


def test_survive_another_process() -> None:
    """A worker process may hand them to its parent."""
    copy = pickle.loads(pickle.dumps(TemporaryFailure("busy", retry_after=timedelta(seconds=3))))
    assert (str(copy), copy.retry_after) == ("busy", timedelta(seconds=3))
