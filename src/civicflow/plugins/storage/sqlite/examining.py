"""How an SQLite file is: its pages, its settings, and the room that is left to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Finding, Level
from civicflow.plugins.storage.findings import found, looked
from civicflow.plugins.storage.sqlite import schema
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.pool import WAL_LIMIT, Pool
from civicflow.texts import Catalogue

_MOST: Final = 20
"""Faults of a file that are named; there may be thousands."""
_SYNCHRONOUS: Final[tuple[Level, ...]] = ("error", "warning", "ok")
"""What to make of ``off``, ``normal`` and ``full``, by SQLite's numbers for them."""
_TEXTS: Final = Catalogue(
    {
        "integrity.ok": "every page of the file is sound | 文件的每一页均完好",
        "integrity.error": "the file is damaged ({said}); restore a backup, or copy what is left with .recover"
        " | 文件已损坏（{said}）；请恢复备份，或用 .recover 命令抢救其余内容",
        "journal.ok": "the journal mode is {mode} | 日志模式为{mode}",
        "synchronous.ok": "synchronous=full: what was committed outlives a power cut | synchronous=full：已提交的内容断电不丢失",
        "synchronous.warning": "synchronous=normal: a power cut may take the last commits; open it with synchronous=full"
        " | synchronous=normal：断电可能丢失最近的提交；请改用 synchronous=full",
        "synchronous.error": "synchronous=off: a power cut may damage the file; open it with synchronous=full"
        " | synchronous=off：断电可能损坏文件；请改用 synchronous=full",
        "wal.ok": "the write-ahead log has {size} | 预写日志大小为{size}",
        "wal.warning": "the write-ahead log has {size}, more than {most}: something has been reading the file for long and"
        " keeps it from being taken over; end that program | 预写日志大小为{size}，超过{most}：有程序长时间读取文件，"
        "致使日志不能回写；请结束该程序",
        "disk.ok": "{free} are free on the disk, the file has {size} | 磁盘剩余{free}，文件大小为{size}",
        "disk.warning": "{free} are free on the disk, less than the file has ({size}): a backup beside it does not fit; make"
        " room | 磁盘剩余{free}，少于文件大小（{size}），同一磁盘放不下备份；请腾出空间",
        "disk.error": "{free} are free on the disk; the next commits will fail: make room"
        " | 磁盘仅剩{free}，随后的提交将会失败；请腾出空间",
        "schema.ok": "the tables have version {version} | 数据表版本为{version}",
        "schema.error": "the tables have version {version}, this civicflow has {ours}; use the newer of the two"
        " | 数据表版本为{version}，本程序为{ours}；请使用较新的版本",
    }
)
_SCARCE: Final = 16 * 2**20
"""Bytes that should always be free: some thousands of commits."""


def examine(pool: Pool, address: Address, *, quick: bool) -> tuple[Finding, ...]:
    """Look at each thing by itself, so that a damaged file does not hide the rest."""
    pool.check_open()
    looks: dict[str, Callable[[], Finding]] = {
        "integrity": lambda: _integrity(pool, "quick_check" if quick else "integrity_check"),
        "journal": lambda: found(_TEXTS, "journal", "ok", mode=pool.read(_setting, "journal_mode")),
        "synchronous": lambda: found(_TEXTS, "synchronous", _SYNCHRONOUS[min(pool.read(_setting, "synchronous"), 2)]),
        "wal": lambda: _wal(_size(f"{address.path}-wal")),
        "disk": lambda: _disk(_size(address.path), shutil.disk_usage(Path(address.path).resolve().parent).free),
        "schema": lambda: _schema(pool.read(schema.version)),
    }
    return looked(looks)


def _integrity(pool: Pool, pragma: str) -> Finding:
    try:
        faults = pool.read(_faults, pragma)
    except StorageError as error:
        faults = [str(error)]
    return found(_TEXTS, "integrity", "error" if faults else "ok", said="; ".join(faults))


def _wal(size: int) -> Finding:
    return found(_TEXTS, "wal", "ok" if size <= WAL_LIMIT else "warning", size=_mega(size), most=_mega(WAL_LIMIT))


def _disk(size: int, free: int) -> Finding:
    level: Level = "error" if free < _SCARCE else "warning" if free < size else "ok"
    return found(_TEXTS, "disk", level, free=_mega(free), size=_mega(size))


def _schema(version: int) -> Finding:
    return found(_TEXTS, "schema", "ok" if version == schema.VERSION else "error", version=version, ours=schema.VERSION)


def _faults(cursor: sqlite3.Cursor, pragma: str) -> list[str]:
    found = [" ".join(str(row[0]).split()) for row in cursor.execute(f"PRAGMA {pragma}({_MOST})")]
    return [] if found == ["ok"] else found


def _setting(cursor: sqlite3.Cursor, pragma: str) -> Any:
    return cursor.execute(f"PRAGMA {pragma}").fetchone()[0]


def _size(path: str) -> int:
    file = Path(path)
    return file.stat().st_size if file.exists() else 0


def _mega(size: int) -> str:
    """Bytes for people to read.

    >>> _mega(12_345_678)
    '12.3 MB'
    """
    return f"{size // 10**6}.{size // 10**5 % 10} MB"
