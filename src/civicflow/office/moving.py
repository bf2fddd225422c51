"""Moving house: everything of one store is copied to another, of whatever kind, and verified where it arrives.

A run looks at the source as it is at one moment and walks once through all of it, portion by portion, from where the run
before was interrupted to the end and from the beginning to there. Where the target holds the same already, nothing is
written; so after a whole walk the target is what the source was at that moment, however often it was begun anew, and a
second run brings what came since.

The target is closed until then: no office is opened on half a copy. It is opened when the copy is whole, the source did
not move on meanwhile, and the ledger verifies; or shows no other damage than the source itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import attrs

from civicflow.errors import InvalidInput, StorageError
from civicflow.ids import NewBytes
from civicflow.ledger.heads import Head
from civicflow.ledger.signing import Verifier
from civicflow.ledger.verification import Verification, verify
from civicflow.office.attachments import digest_in
from civicflow.office.proving import replay
from civicflow.plugins.backends import open_blobs, open_existing, open_storage
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.evidence import StoredEvidence
from civicflow.plugins.storage.moving import TABLES, Key, Mark, Moment, Movable, Portion, Table
from civicflow.texts import Catalogue, Text

_LENT: Final = list(TABLES["outbox"].columns).index("worker")
_STATUS: Final = list(TABLES["outbox"].columns).index("status")
_TEXTS: Final = Catalogue(
    {
        "entries": "entries of the ledger | 台账记录",
        "heads": "heads | 封签",
        "filed": "documents | 存档文件",
        "keys": "keys of commands | 命令键",
        "cases": "cases | 事项",
        "private": "private parts | 非公开部分",
        "awaits": "who is asked | 待办",
        "parties": "whom matters concern | 当事方",
        "outbox": "messages of the outbox | 发件箱消息",
        "series": "series of numbers | 编号序列",
        "verify": "verifying what arrived | 正在核对",
        "rows": "{kind}: {done} of {whole} | {kind}：{done}／{whole}",
        "arrived": "moved: {rows} rows, of which this run brought {changed}; the target may be opened"
        " | 迁移完成：共{rows}行，本次写入{changed}行；目标库可以启用",
        "closed": "copied: {rows} rows, of which this run brought {changed}; the target stays closed"
        " | 已复制：共{rows}行，本次写入{changed}行；目标库保持关闭",
        "more": "another run is to come, once nobody works at the source | 待来源库停止工作后再复制一次",
        "left": "the source moved on meanwhile: {left} entries are not there yet; stop whoever works there and copy again"
        " | 其间来源库有新内容：尚有{left}条记录未复制；请停止来源库上的工作后再复制一次",
        "lent": "{lent} messages were lent to a relay at the source; they go out from the target when their lease ends, unless"
        " another run brings that they were delivered | 来源库有{lent}条消息正由转发程序领取；领取期满后将由目标库发出，"
        "除非再次复制时得知已送达",
        "damaged": "what arrived does not verify, and the source does: copy to another place"
        " | 到达的内容未通过核对，而来源库通过；请复制到别处",
        "brought": "the damage was there before: the source has the same | 损坏原已存在：来源库同样如此",
    }
)


@attrs.frozen(kw_only=True)
class Progress:
    """How far a run is.

    Attributes:
        table: what is copied at the moment (see `civicflow.plugins.storage.moving.TABLES`); ``verify`` while the target is
            verified.
        done: how many rows of the table were looked at; 0 for ``verify``.
        whole: how many it has; 0 for ``verify``.
    """

    table: str
    done: int = 0
    whole: int = 0

    @property
    def text(self) -> Text:
        """It in words."""
        kind = _TEXTS[self.table]
        if not self.whole:
            return kind
        return _TEXTS["rows"].fill(kind=kind, done=f"{self.done:,}", whole=f"{self.whole:,}")


@attrs.frozen(kw_only=True)
class Moved:
    """What came of a run.

    Attributes:
        rows: how many rows the source held, by table (see `civicflow.plugins.storage.moving.TABLES`).
        changed: how many of them this run wrote or deleted at the target; the others were there.
        left: how many entries came to the source while it was copied.
        lent: how many messages a relay of the source was delivering.
        arrived: whether the target may be opened.
        verification: what was found at the target; None where it was not looked at, since more is to come.
        brought: whether the source has the damage that was found, too.
    """

    rows: Mapping[str, int]
    changed: int
    left: int
    lent: int
    arrived: bool
    verification: Verification | None = None
    brought: bool = False

    def __bool__(self) -> bool:
        return self.arrived and not self.brought

    @property
    def text(self) -> Text:
        """What came of it, a line for each thing to know."""
        told = {"rows": f"{sum(self.rows.values()):,}", "changed": f"{self.changed:,}"}
        lines = [_TEXTS["arrived" if self.arrived else "closed"].fill(**told)]
        if self.left:
            lines.append(_TEXTS["left"].fill(left=f"{self.left:,}"))
        elif self.verification is None:
            lines.append(_TEXTS["more"])
        if self.lent:
            lines.append(_TEXTS["lent"].fill(lent=f"{self.lent:,}"))
        if self.verification is not None:
            lines.append(self.verification.text)
            lines += [fault.text for fault in self.verification.faults]
            if not self.verification:
                lines.append(_TEXTS["brought" if self.brought else "damaged"])
        return Text("\n  ".join(line.en for line in lines), "\n  ".join(line.zh for line in lines))

    def __str__(self) -> str:
        return self.text.en


def copy(
    source: str | Storage,
    target: str | Storage,
    *,
    progress: Callable[[Progress], object] = bool,
    more: bool = False,
    blobs: str | Blobs | None = None,
    published: Iterable[Head] = (),
    verifier: Verifier | None = None,
    portion: int = 2000,
    new_bytes: NewBytes = os.urandom,
) -> Moved:
    """Copy everything that a store holds to another place, and verify it there. An interrupted copy goes on where it was.

    Entries arrive byte for byte, at their positions, with their hashes, so that seals and published heads hold there;
    records, deadlines, private parts, keys, series and the outbox with what was tried and what is lent arrive as they are.
    The bytes of attachments do not lie in a store: take the blob store along, or open it from both.

    Others may work at the source meanwhile. What they add is brought by another run; the last run must find everything at
    rest, and whoever works on at the source afterwards works for nothing.

    Args:
        source: a URL, or an open storage. Its tables are brought to this version, nothing else is changed.
        target: a URL, or an open storage: an empty place, or one to which this source was copied before and no office was
            opened since.
        progress: is told how far the run is, after each portion.
        more: whether another run is to come: then the target is not verified and stays closed.
        blobs: where the bytes of attachments lie, to verify them, too: a URL, or an open blob store.
        published: heads as they were published, for the verification.
        verifier: checks signatures, for the verification.
        portion: how many rows are taken in by one transaction; what an interrupted run has to do again.
        new_bytes: a source of random bytes, of which each run makes a token.

    Returns:
        What came of it; true if the target may be opened and nothing is wrong.

    Raises:
        InvalidInput: a URL is malformed, or the target holds an office already.
        PluginError: no backend is installed for a scheme.
        StorageError: a store cannot be opened, read or written, or cannot be moved; the target is no copy of this source; or
            another run goes on with it.
    """
    with ExitStack() as stack:
        here = stack.enter_context(_opened(source, open_existing))
        here.migrate()
        there = stack.enter_context(_opened(target, open_storage))
        store = stack.enter_context(closing(open_blobs(blobs))) if isinstance(blobs, str) else blobs
        heads = tuple(published)

        def look(storage: Storage) -> Verification:
            evidence, digest_of = StoredEvidence(storage), None if store is None else partial(digest_in, store)
            return verify(evidence, replay=replay, verifier=verifier, published=heads, digest_of=digest_of)

        giving, taking = _movable(here, source), _movable(there, target)
        mark = Mark(source=_label(source), run=new_bytes(8).hex())
        dense_after = StoredEvidence(here).dense_after
        run = _Run(giving, taking, mark, dense_after=dense_after, portion=portion, progress=progress)
        run.walk()
        left = run.left()
        found: Verification | None = None
        if not (more or left):
            progress(Progress(table="verify"))
            found = look(there)
            theirs = found or look(here)
            if found.faults == theirs.faults:
                run.arrive()
        return Moved(
            rows=run.rows,
            changed=run.changed,
            left=left,
            lent=run.lent,
            arrived=run.mark.arrived,
            verification=found,
            brought=found is not None and not found and run.mark.arrived,
        )


class _Run:
    """One walk through the source, as it is at one moment."""

    def __init__(
        self,
        giving: Movable,
        taking: Movable,
        fresh: Mark,
        *,
        dense_after: int | None,
        portion: int,
        progress: Callable[[Progress], object],
    ) -> None:
        self._giving, self._taking, self._portion, self._progress = giving, taking, portion, progress
        self._dense_after = dense_after
        self._start = taking.mark()
        if self._start is not None and self._start.arrived:
            raise InvalidInput("the target holds an office already, which arrived there; copy to a place that is empty")
        self.mark = fresh if self._start is None else attrs.evolve(self._start, run=fresh.run)
        self._last = self.changed = self.lent = 0
        self.rows: dict[str, int] = {}
        self._done = dict.fromkeys(TABLES, 0)

    def walk(self) -> None:
        """Let the target become what the source is now."""
        with self._giving.moment() as moment:
            self._check_origin(moment)
            self._taking.take_in(None, self.mark, was=self._start)
            self.rows = {name: moment.count(name) for name in TABLES}
            for table, after, upto in _stretches(self.mark):
                self._walk(moment, table, after, upto)

    def _check_origin(self, moment: Moment) -> None:
        """What was copied first lies in the source, too."""
        with self._taking.moment() as theirs:
            first = theirs.rows("entries", limit=1)
        if self._start is not None and first and first[0] != next(iter(moment.rows("entries", limit=1)), None):
            msg = f"the target was begun as a copy of {self._start.source}, whose ledger begins otherwise"
            raise StorageError(f"{msg}; go on with that one, or copy to a place that is empty")

    def _walk(self, moment: Moment, table: Table, after: Key | None, upto: Key | None) -> None:
        more = True
        while more:
            rows = tuple(moment.rows(table.name, after=after, upto=upto, limit=self._portion))
            more = len(rows) == self._portion
            end = table.key_of(rows[-1]) if more else upto
            self._bring(Portion(table=table.name, after=after, upto=end, rows=rows))
            after = end

    def _bring(self, portion: Portion) -> None:
        name, rows = portion.table, portion.rows
        if name == "entries":
            self._last = max([self._last, *(row[0] for row in rows if isinstance(row[0], int))])
        gaps = self._last if self._dense_after is None else self._dense_after
        mark = attrs.evolve(self.mark, table=name, upto=portion.upto, gaps_through=max(gaps, self.mark.gaps_through))
        self.changed += self._taking.take_in(portion, mark, was=self.mark)
        self.mark = mark
        if name == "outbox":
            self.lent += sum(row[_STATUS] == 0 and row[_LENT] is not None for row in rows)
        self._done[name] += len(rows)
        if self.rows[name]:
            self._progress(Progress(table=name, done=self._done[name], whole=self.rows[name]))

    def left(self) -> int:
        """How many entries came to the source since."""
        with self._giving.moment() as moment:
            return moment.count("entries") - self.rows["entries"]

    def arrive(self) -> None:
        """Let the target be opened."""
        mark = attrs.evolve(self.mark, table="", upto=None, arrived=True)
        self._taking.take_in(None, mark, was=self.mark)
        self.mark = mark


def _stretches(mark: Mark) -> Iterator[tuple[Table, Key | None, Key | None]]:
    """All tables from where a copy stands to their end, and from their beginning to there."""
    tables = list(TABLES.values())
    if not mark.table:
        yield from ((table, None, None) for table in tables)
        return
    here = list(TABLES).index(mark.table)
    if mark.upto is not None:
        yield tables[here], mark.upto, None
    yield from ((table, None, None) for table in tables[here + 1 :] + tables[:here])
    yield tables[here], None, mark.upto


@contextmanager
def _opened(place: str | Storage, opener: Callable[[str], Storage]) -> Iterator[Storage]:
    """The storage at a URL, closed at the end; one that is open already stays so."""
    if not isinstance(place, str):
        yield place
        return
    with closing(opener(place)) as storage:
        yield storage


def _movable(storage: Storage, place: str | Storage) -> Movable:
    if "move" in storage.capabilities and isinstance(storage, Movable):
        return storage
    raise StorageError(f"{_label(place)} cannot be moved: its storage has not the capability 'move'")


def _label(place: str | Storage) -> str:
    """A place for people to read, without what may be secret."""
    if not isinstance(place, str):
        return type(place).__name__
    parts = urlsplit(place)
    schema = dict(parse_qsl(parts.query)).get("schema", "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{schema and f'?schema={schema}'}"
