"""How a schema of PostgreSQL is: the server's settings, its tables, and what holds the feed back."""

from __future__ import annotations

from typing import Any, Final

from civicflow.plugins.storage.abilities import Finding, Level
from civicflow.plugins.storage.findings import found, looked
from civicflow.plugins.storage.postgresql import committing, schema
from civicflow.plugins.storage.postgresql.pool import Pool
from civicflow.plugins.storage.postgresql.session import Session
from civicflow.texts import Catalogue, Text

_LEAST: Final = 15
"""The oldest major version of the server on which the statements hold."""
_LONG: Final = 60
"""Seconds after which a transaction that holds the feed back was probably forgotten."""
_SYNCHRONOUS: Final = frozenset({"on", "local", "remote_write", "remote_apply"})
"""Values of synchronous_commit under which a commit is on this server's disk before it returns."""
_TEXTS: Final = Catalogue(
    {
        "server.ok": "PostgreSQL {version} | PostgreSQL {version}",
        "server.error": "PostgreSQL {version} is older than {least}; upgrade the server"
        " | PostgreSQL {version}低于{least}；请升级服务器",
        "encoding.ok": "the database is encoded in {encoding} | 数据库编码为{encoding}",
        "encoding.error": "the database is encoded in {encoding}; move it to one with ENCODING 'UTF8'"
        " | 数据库编码为{encoding}；请迁移到ENCODING 'UTF8'的数据库",
        "fsync.ok": "fsync and full_page_writes are on | fsync与full_page_writes均已开启",
        "fsync.error": "fsync={fsync}, full_page_writes={pages}: a power cut may damage the database; set both to on"
        " | fsync={fsync}，full_page_writes={pages}：断电可能损坏数据库；请均设为on",
        "synchronous.ok": "synchronous_commit={value}: what was committed outlives a crash of the server"
        " | synchronous_commit={value}：已提交的内容在服务器崩溃后不丢失",
        "synchronous.warning": "synchronous_commit={value}: a crash of the server may take the last commits; set it to on"
        " | synchronous_commit={value}：服务器崩溃可能丢失最近的提交；请设为on",
        "schema.ok": "the tables have version {version} | 数据表版本为{version}",
        "schema.error": "the tables have version {version}, this civicflow has {ours}; use the newer of the two, and let the"
        " owner of the schema open the office once | 数据表版本为{version}，本程序为{ours}；请使用较新的版本，"
        "并由模式所有者打开一次办公台",
        "function.ok": "the commit function of this release is there | 本版本的提交函数存在",
        "function.error": "the commit function {name} is missing; let the owner of the schema open the office once"
        " | 缺少提交函数{name}；请由模式所有者打开一次办公台",
        "feed.ok": "no old transaction holds the feed back | 没有长事务阻滞记录流",
        "feed.warning": "{who} holds the feed back, and with it seals and whoever reads it ({held} entries wait); end it:"
        " SELECT pg_terminate_backend(PID) | {who}阻滞记录流，封签与读取者随之等待（{held}条记录待显示）；请结束该事务："
        "SELECT pg_terminate_backend(PID)",
        "prepared.ok": "no prepared transaction | 没有预备事务",
        "prepared.warning": "{count} prepared transactions hold the feed back, the oldest for {age} s ({gid}); end each with"
        " COMMIT PREPARED or ROLLBACK PREPARED | {count}个预备事务阻滞记录流，最早的已有{age}秒（{gid}）；"
        "请以COMMIT PREPARED或ROLLBACK PREPARED结束",
    }
)
_WHO: Final = Text.of(
    "the transaction of {role} (process {pid}, {program}), open for {age} s,"
    " | 角色{role}的事务（进程{pid}，{program}）已持续{age}秒，"
)
_HIDDEN: Final = Text.of(
    "a transaction that this role may not see (grant it pg_read_all_stats) | 本角色无权查看的事务（请授予pg_read_all_stats）"
)
_SETTINGS: Final = """
    SELECT current_setting('server_version_num')::bigint, current_setting('server_version'),
        current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes'),
        current_setting('synchronous_commit')
    """
# Only what has a number of its own can hold anything back, in whatever database of the server it runs.
_OLDEST: Final = """
    SELECT usename::text, pid, coalesce(nullif(application_name, ''), '-'),
        extract(epoch FROM clock_timestamp() - xact_start)::bigint
    FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
    ORDER BY age(backend_xid) DESC LIMIT 1
    """
_HELD: Final = f"SELECT count(*) FROM {{s}}.entries WHERE position > {committing.LAST}"  # noqa: S608  our own words
_PREPARED: Final = """
    SELECT gid, extract(epoch FROM clock_timestamp() - prepared)::bigint FROM pg_prepared_xacts
    ORDER BY age(transaction) DESC
    """


def examine(pool: Pool) -> tuple[Finding, ...]:
    """Look at each thing by itself; the first look shows whether the server can be reached at all."""
    number, name, encoding, fsync, pages, synchronous = pool.read(_rows, _SETTINGS)[0]
    return looked(
        {
            "server": lambda: _server(number // 10_000, name),
            "encoding": lambda: _encoding(encoding),
            "fsync": lambda: _fsync(fsync, pages),
            "synchronous": lambda: _synchronous(synchronous),
            "schema": lambda: _schema(pool.read(schema.version)),
            "function": lambda: _function(there=pool.read(schema.has_function)),
            "feed": lambda: _feed(pool.read(_rows, _OLDEST), pool.read(_rows, _HELD)[0][0]),
            "prepared": lambda: _prepared(pool.read(_rows, _PREPARED)),
        }
    )


def _rows(session: Session, statement: str) -> list[tuple[Any, ...]]:
    return session.rows(statement)


def _server(major: int, version: str) -> Finding:
    return found(_TEXTS, "server", "ok" if major >= _LEAST else "error", version=version, least=_LEAST)


def _encoding(encoding: str) -> Finding:
    return found(_TEXTS, "encoding", "ok" if encoding == "UTF8" else "error", encoding=encoding)


def _fsync(fsync: str, pages: str) -> Finding:
    return found(_TEXTS, "fsync", "ok" if fsync == pages == "on" else "error", fsync=fsync, pages=pages)


def _synchronous(value: str) -> Finding:
    return found(_TEXTS, "synchronous", "ok" if value in _SYNCHRONOUS else "warning", value=value)


def _schema(version: int) -> Finding:
    level: Level = "ok" if version == schema.VERSION else "error"
    return found(_TEXTS, "schema", level, version=version, ours=schema.VERSION)


def _function(*, there: bool) -> Finding:
    return found(_TEXTS, "function", "ok" if there else "error", name=committing.NAME)


def _feed(oldest: list[tuple[Any, ...]], held: int) -> Finding:
    role, pid, program, age = oldest[0] if oldest else ("", 0, "", 0)
    who = _WHO.fill(role=role, pid=pid, program=program, age=age) if oldest else _HIDDEN
    is_held = age >= _LONG or (held > 0 and not oldest)
    return found(_TEXTS, "feed", "warning" if is_held else "ok", who=who, held=held)


def _prepared(waiting: list[tuple[Any, ...]]) -> Finding:
    gid, age = waiting[0] if waiting else ("", 0)
    return found(_TEXTS, "prepared", "warning" if waiting else "ok", count=len(waiting), gid=gid, age=age)
