"""Calls that are made again where PostgreSQL took them back for another's sake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

import psycopg

from civicflow.errors import CivicflowError
from civicflow.plugins.storage.postgresql.committing import KEY_RACE
from civicflow.plugins.storage.postgresql.faults import AGAIN, explained
from civicflow.plugins.storage.postgresql.session import Session

P = ParamSpec("P")
R = TypeVar("R")

_ATTEMPTS: Final = 8
"""How often a call is made."""


def attempt(
    session: Session, label: str, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Do some work, again where PostgreSQL took it back for another's sake; its errors become ours."""
    left = _ATTEMPTS
    while True:
        left -= 1
        try:
            return work(session, *args, **kwargs)
        except CivicflowError:
            raise
        except Exception as error:
            if left and isinstance(error, psycopg.Error) and _is_passing(error, session):
                continue
            known = explained(error, label)
            if known is None:
                raise
            raise known from error


def _is_passing(error: psycopg.Error, session: Session) -> bool:
    """Whether the call may succeed when it is made again.

    A deadlock inside a transaction does not pass: what others wait for is held until that transaction ends.
    """
    is_open = session.connection.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE
    return error.sqlstate == KEY_RACE or (error.sqlstate in AGAIN and not is_open)
