"""How a log is, for whoever operates the office: its lines, its settings, its size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.findings import found, looked
from civicflow.texts import Catalogue
from civicflow_jsonlines.address import Address
from civicflow_jsonlines.log import Log

_LARGE: Final = 512 * 2**20
"""Bytes of a log that is better kept in a database: all of it is held in memory, by every process."""

_TEXTS: Final = Catalogue(
    {
        "lines.ok": "{count} lines are whole | 共{count}行，均完好",
        "lines.warning": "{count} lines are whole, and one that a crash has torn follows them; the next commit cuts it away"
        " | 共{count}行完好，其后有一行因崩溃而残缺；下次提交时会将其截去",
        "lines.error": "{said} | {said}",
        "sync.ok": "sync=on: what was committed outlives a power cut | sync=on：已提交的内容断电不丢失",
        "sync.error": "sync=off: a power cut may take the last commits; open it with sync=on"
        " | sync=off：断电可能丢失最近的提交；请改用 sync=on",
        "size.ok": "the log has {size} | 日志大小为{size}",
        "size.warning": "the log has {size}, and every process holds all of it in memory; move the office to a database"
        " | 日志大小为{size}，每个进程都在内存中保存全部内容；请将业务迁移到数据库",
    }
)


def examined(log: Log, address: Address, *, quick: bool) -> tuple[Finding, ...]:
    """Look at each thing by itself; in a hurry, the lines are not read again."""
    looks: dict[str, Callable[[], Finding]] = {
        "sync": lambda: found(_TEXTS, "sync", "ok" if address.sync else "error"),
        "size": lambda: found(_TEXTS, "size", "ok" if log.size < _LARGE else "warning", size=_mega(log.size)),
    }
    if not quick:
        looks["lines"] = lambda: _read_again(log)
    return looked(looks)


def _read_again(log: Log) -> Finding:
    try:
        lines = log.from_the_start()
    except StorageError as error:
        return found(_TEXTS, "lines", "error", said=error)
    return found(_TEXTS, "lines", "warning" if lines.torn else "ok", count=len(lines.works))


def _mega(size: int) -> str:
    """Bytes for people to read.

    >>> _mega(12_345_678)
    '12.3 MB'
    """
    return f"{size // 10**6}.{size // 10**5 % 10} MB"
