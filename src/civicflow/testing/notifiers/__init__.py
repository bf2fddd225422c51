"""The suite that every notifier passes, ours included.

A subclass says how a notifier is opened on a counterpart (a server of the test's own, a file), what arrived there, and
how the counterpart is made to refuse; everything else is inherited.
"""

from __future__ import annotations

from civicflow.testing.notifiers.base import Arrived, NotifierSuite, Refusing
from civicflow.testing.notifiers.failing import FailingSuite
from civicflow.testing.notifiers.relaying import RelayingSuite
from civicflow.testing.notifiers.sending import SendingSuite

__all__ = ["Arrived", "NotifierContract", "Refusing"]


class NotifierContract(SendingSuite, FailingSuite, RelayingSuite, NotifierSuite):
    """Subclass it in a test module; pytest collects the subclass.

    Define `open_notifier` and `arrived`, and `refuse` where the counterpart can refuse. What a channel cannot do is
    skipped with its reason.
    """
