"""A worker beside the application: every minute the clock and the outbox, and the outbox at once when somebody rings.

Huey keeps its queue in a file, so no broker has to run. The queue is an alarm clock and holds nothing that could be lost:
what is due stands in civicflow's store, and what is to be sent stands in its outbox. Run one worker or several:

    WORKER_STORE=sqlite:///town.db WORKER_NOTIFY=console:// WORKER_QUEUE=/srv/queue.db \
    PYTHONPATH=examples huey_consumer embedding.worker.huey
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Final

from huey import SqliteHuey, crontab

import civicflow
from civicflow import Office

_log = logging.getLogger(__name__)

_PAGE: Final = 100

# The file holds pickles: whoever may write it may run code here. Keep it where only the worker and the application write.
huey = SqliteHuey("civicflow", filename=os.environ.get("WORKER_QUEUE", "queue.db"), results=False)


@cache
def office() -> Office:
    """The worker's office, opened by its first task; its threads share it."""
    return civicflow.open(os.environ["WORKER_STORE"], notify=os.environ.get("WORKER_NOTIFY", "console://").split())


@huey.periodic_task(crontab(minute="*"))
def keep_time() -> None:
    """Take the steps whose time limit has passed, seal, then send; whatever the last worker left behind, too."""
    ticked = office().tick()
    for case, why in ticked.failed:
        _log.error("the time limit of %s could not be answered and stays due: %s", case, why)
    for publication in ticked.unpublished:
        _log.error("a head was not published and comes again: %s", publication.error)
    send_notices()


@huey.task()
def relay() -> None:
    """Send what lies in the outbox. The application rings after a step: ``relay()`` puts this into the queue."""
    send_notices()


def send_notices() -> None:
    """Send until nothing more may go out now."""
    while (report := office().relay(limit=_PAGE)).claimed:
        for failure in report.failures:
            _log.warning("%s by %s failed: %s", failure.dedupe, failure.channel, failure.error)
        if report.claimed < _PAGE:
            return
