"""How an office is: what an operator wants to know at three in the morning, each thing looked at by itself.

A check is a function in the table at the end; it looks, changes nothing, and says what it found and what to do. A check
that fails is a finding too, so that one broken thing does not hide the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import attrs

from civicflow.calendars import from_micros, to_micros
from civicflow.errors import CivicflowError, NotFound
from civicflow.ledger.entries import read as read_entry
from civicflow.ledger.heads import read as read_head
from civicflow.office.given import Given
from civicflow.office.lists import is_stuck
from civicflow.office.open_cases import open_cases
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.backends import backend_states
from civicflow.plugins.discovery import in_a_line
from civicflow.plugins.manager import installed
from civicflow.plugins.states import PluginState
from civicflow.plugins.storage.abilities import Examinable, Finding, Level
from civicflow.plugins.storage.contract import FIELDS, Claim, Filter, Query, Storage
from civicflow.plugins.storage.findings import found
from civicflow.texts import Catalogue, Text, listing
from civicflow.workflows.engine.records import Case

LATE: Final = timedelta(minutes=15)
"""How late jobs that run every minute or so may be before somebody should look."""
LOST: Final = timedelta(days=1)
"""How late they may be before what the office promises no longer holds."""
_SOON: Final = timedelta(minutes=1)
"""How far clocks of several machines may be apart."""
_MOST: Final = 1000
"""Rows that are counted; beyond them there are "1000 or more"."""
_NAMED: Final = 5
"""Things that a finding names."""

_TEXTS: Final = Catalogue(
    {
        "storage.ok": "{kind}: {promises} | {kind}：{promises}",
        "storage.warning": "{kind} is not durable: everything ends with its process; open sqlite:/// or postgresql://"
        " | {kind}不能持久保存：进程结束后一切丢失；请改用sqlite:///或postgresql://",
        "plugins.ok": "{loaded} loaded, {left} installed and left out"
        " | 已加载{loaded}个插件，另有{left}个已安装但未加载",
        "plugins.error": "{count} plugins or backends cannot be used: {said}; update, block or uninstall them"
        " | 有{count}个插件或后端不能使用：{said}；请更新、停用或卸载",
        "clock.ok": "nothing was recorded after the clock's {now} | 没有晚于当前时钟（{now}）的记录",
        "clock.error": "{what} is from {at}, and the clock says {now}: this clock, or that of a machine that wrote, is wrong;"
        " set it, and keep it by NTP | {what}的时间为{at}，而当前时钟为{now}：本机或写入方的时钟有误；请校准并启用网络对时",
        "due.ok": "no time limit waits for a tick | 没有等待处理的时限",
        "due.waiting": "{count} time limits wait for the next tick, the oldest since {since}"
        " | 有{count}个时限等待下次处理，最早自{since}",
        "due.overdue": "{count} time limits passed and nobody took their steps, the oldest since {since} ({case}): run"
        " civicflow tick every minute; what stays is named by it | 有{count}个时限已过而无人处理，最早自{since}（{case}）："
        "请每分钟运行civicflow tick；仍未处理的由其列出",
        "stuck.ok": "every open case goes on, or waits for somebody | 每个未办结事项都能继续或有人办理",
        "stuck.error": "{count} open cases will never go on by themselves, since every step was refused: {said}; somebody has"
        " to decide what becomes of them | 有{count}个未办结事项因各动作均不予办理而无法自行继续：{said}；需人工决定",
        "flows.ok": "the rules of every open case are in use here | 所有未办结事项的规则均在使用",
        "flows.error": "{count} open cases keep rules that are not in use here: {said}; open the office with the plugin or the"
        " flows that bring them | 有{count}个未办结事项的规则未在此使用：{said}；请加载提供这些流程的插件或流程文件",
        "outbox.ok": "{count} messages wait, none for long | 待发消息{count}条，均未久候",
        "outbox.late": "{count} messages wait, the oldest since {since} ({said}): run civicflow relay every minute with the"
        " notifiers of these channels | 待发消息{count}条，最早自{since}（{said}）：请每分钟运行civicflow relay并配置相应渠道",
        "dead.ok": "no message was given up | 没有放弃发送的消息",
        "dead.warning": "{count} messages were given up: {said}; mend the channel, then send them again: civicflow outbox"
        " --dead --redrive"
        " | 有{count}条消息已放弃发送：{said}；请修复渠道后重新投递：civicflow outbox --dead --redrive",
        "seals.ok": "head {number} of {at} covers {size} entries, {unsealed} came after it"
        " | 第{number}号封签（{at}）覆盖{size}条记录，其后有{unsealed}条",
        "seals.warning": "{unsealed} entries are not sealed, the last head is number {number} of {at}: run civicflow tick, or"
        " civicflow seal | 有{unsealed}条记录尚未封签，最近的是第{number}号封签（{at}）：请运行civicflow tick或civicflow seal",
        "seals.never.ok": "nothing was sealed yet, {unsealed} entries wait | 尚未封签，待封签记录{unsealed}条",
        "seals.never.warning": "{unsealed} entries are not sealed, and nothing ever was: run civicflow tick, or civicflow seal"
        " | 有{unsealed}条记录，从未封签：请运行civicflow tick或civicflow seal",
        "published.ok": "{said} | {said}",
        "published.none": "no publisher was named, so it cannot be told which heads stand elsewhere; a head proves the past"
        " only there | 未指定公布渠道，无法得知哪些封签已在别处公布；封签只有公布后才能证明既往",
        "published.warning": "{said}; run civicflow seal with --publish, and see what it says"
        " | {said}；请以--publish运行civicflow seal并查看结果",
        "published.error": "{said}: heads are lost, perhaps by a restored backup; verify the store by what was published"
        " | {said}：封签有丢失，可能恢复过备份；请以已公布的封签核验",
        "attachments.none": "no blob store was named, so attachments were not looked at | 未指定附件库，未检查附件",
        "attachments.ok": "every file of the blob store belongs to an entry | 附件库中的文件均有对应记录",
        "attachments.warning": "{count} files of the blob store belong to no entry, as a crash while attaching leaves them: office"
        ".sweep_attachments() deletes them | 附件库中有{count}个文件没有对应记录（附件上传中断所致）："
        "可用office.sweep_attachments()清除",
    }
)
_FAILED: Final = Text.of("it cannot be told: {said} | 无法查明：{said}")
_WORST: Final[Mapping[Level, int]] = {"ok": 0, "warning": 1, "error": 2}
_HEALTHY: Final[Mapping[Level, Text]] = {
    "ok": Text("all is well", "一切正常"),
    "warning": Text("somebody should look", "请有人查看"),
    "error": Text("what was promised does not hold", "有承诺未能保证"),
}


@attrs.frozen(kw_only=True)
class Health:
    """How an office is. It is true unless a finding is an error.

    Attributes:
        at: when it was looked at (UTC).
        findings: one for each thing that was looked at, also where all is well; each rule stands once.
    """

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level:
        """The worst of all findings."""
        return max((finding.level for finding in self.findings), key=_WORST.__getitem__, default="ok")

    def __bool__(self) -> bool:
        return self.level != "error"

    @property
    def text(self) -> Text:
        """In a few words."""
        return _HEALTHY[self.level]

    def __str__(self) -> str:
        lines = (f"  {finding.level:7} {finding.rule}: {finding.text.en}" for finding in self.findings)
        return "\n".join([self.text.en, *lines])


@attrs.frozen
class _Sight:
    """What checks look at."""

    storage: Storage
    given: Given
    around: Surroundings
    now: datetime
    quick: bool

    def ago(self, age: timedelta) -> int:
        return to_micros(self.now - age)


def examine(storage: Storage, given: Given, around: Surroundings, *, quick: bool) -> Health:
    """Look at everything; see `Office.examine`."""
    sight = _Sight(storage, given, around, around.now(), quick)
    checks = {rule: check for rule, check in _CHECKS.items() if not (quick and rule in _LONG)}
    findings = [_looked(rule, check, sight) for rule, check in checks.items()]
    return Health(at=sight.now, findings=(*findings, *_of_the_storage(sight)))


def _looked(rule: str, check: Check, sight: _Sight) -> Finding:
    try:
        return check(sight)
    except (CivicflowError, OSError) as error:
        return _unknown(rule, error)


def _unknown(rule: str, error: Exception) -> Finding:
    return Finding(rule=rule, level="error", text=_FAILED.fill(said=in_a_line(error)))


def _of_the_storage(sight: _Sight) -> Iterable[Finding]:
    """What the storage says of itself, under its own rules."""
    if not isinstance(sight.storage, Examinable):
        return ()
    try:
        return [attrs.evolve(f, rule=f"storage.{f.rule}") for f in sight.storage.examine(quick=sight.quick)]
    except (CivicflowError, OSError) as error:
        return [_unknown("storage.examine", error)]


# -- checks ------------------------------------------------------------------------------------------------------------


def _storage(sight: _Sight) -> Finding:
    kind = f"{type(sight.storage).__module__}.{type(sight.storage).__qualname__}"
    promises = sorted(sight.storage.capabilities)
    level: Level = "ok" if "durable" in promises else "warning"
    return found(_TEXTS, "storage", level, kind=kind, promises=listing(map(Text.same, promises)))


def _plugins(sight: _Sight) -> Finding:
    met = {(state.group, state.name, state.distribution): state for state in sight.given.plugins.states}
    states = {**{(s.group, s.name, s.distribution): s for s in installed()}, **met}
    broken = [state for state in (*states.values(), *backend_states()) if state.status in {"failed", "missing"}]
    if broken:
        return found(_TEXTS, "plugins", "error", count=len(broken), said="; ".join(map(_blame, broken)))
    count = Counter(state.status == "loaded" for state in states.values())
    return found(_TEXTS, "plugins", "ok", loaded=count[True], left=count[False])


def _blame(state: PluginState) -> str:
    return state.error or state.name


def _clock(sight: _Sight) -> Finding:
    """Instants in the store that have not come yet: of the newest head, and of what cases say that happened."""
    latest = sight.now + _SOON
    head = sight.storage.last_head()
    if head is not None and (at := read_head(head.body).at) > latest:
        return _wrong_clock(sight, Text("the newest head", "最新封签"), at)
    for field in ("opened", "closed"):
        where = (Filter(field, "range", (to_micros(latest), None)),)
        for case in sight.storage.find(Query(where=where, order=(f"-{field}",), limit=1)).items:
            facts = dict(zip(FIELDS, case.facts, strict=True))
            instant = facts[field]
            assert isinstance(instant, int)
            return _wrong_clock(sight, Text(f"the case {case.case}", f"事项{case.case}"), from_micros(instant))
    return found(_TEXTS, "clock", "ok", now=_said(sight.now))


def _wrong_clock(sight: _Sight, what: Text, at: datetime) -> Finding:
    return found(_TEXTS, "clock", "error", what=what, at=_said(at), now=_said(sight.now))


def _due(sight: _Sight) -> Finding:
    due = sight.storage.due(to_micros(sight.now), limit=_MOST)
    if not due:
        return found(_TEXTS, "due", "ok")
    case, since = due[0]
    level = _lateness(sight, since)
    text = _TEXTS["due.waiting" if level == "ok" else "due.overdue"]
    return Finding(
        rule="due", level=level, text=text.fill(count=_count(due), since=_said(from_micros(since)), case=case)
    )


def _stuck(sight: _Sight) -> Finding:
    idle = (case for case in open_cases(sight.storage, Filter("due", "eq", None)) if _has_rules(sight, case))
    stuck = list(islice((case for case in idle if is_stuck(case, sight.around.flows)), _MOST))
    level: Level = "error" if stuck else "ok"
    said = _some(f"{case.id} ({case.state})" for case in stuck)
    return found(_TEXTS, "stuck", level, count=_count(stuck), said=said)


def _flows(sight: _Sight) -> Finding:
    foreign: Counter[str] = Counter()
    for case in open_cases(sight.storage):
        if not _has_rules(sight, case):
            foreign[case.flow.partition("#")[0]] += 1
    level: Level = "error" if foreign else "ok"
    said = _some(f"{flow} ({count})" for flow, count in foreign.most_common())
    return found(_TEXTS, "flows", level, count=foreign.total(), said=said)


def _has_rules(sight: _Sight, case: Case) -> bool:
    try:
        sight.around.flows.rules(case.flow)
    except NotFound:
        return False
    return True


def _outbox(sight: _Sight) -> Finding:
    waiting = sight.storage.waiting(limit=_MOST)
    since = min((claim.message.not_before for claim in waiting), default=to_micros(sight.now))
    level = _lateness(sight, since)
    if level == "ok":
        return found(_TEXTS, "outbox", "ok", count=_count(waiting))
    text = _TEXTS["outbox.late"].fill(count=_count(waiting), since=_said(from_micros(since)), said=_by_channel(waiting))
    return Finding(rule="outbox", level=level, text=text)


def _dead(sight: _Sight) -> Finding:
    dead = sight.storage.dead(limit=_MOST)
    level: Level = "warning" if dead else "ok"
    return found(_TEXTS, "dead", level, count=_count(dead), said=_by_channel(dead))


def _seals(sight: _Sight) -> Finding:
    stored = sight.storage.last_head()
    head = None if stored is None else read_head(stored.body)
    unsealed = sight.storage.feed(after=0 if head is None else head.position, limit=_MOST)
    is_late = bool(unsealed) and read_entry(unsealed[0].body).recorded < sight.now - LATE
    level: Level = "warning" if is_late else "ok"
    if head is None:
        text = _TEXTS[f"seals.never.{level}"].fill(unsealed=_count(unsealed))
        return Finding(rule="seals", level=level, text=text)
    said = {"number": head.number, "at": _said(head.at), "size": head.size, "unsealed": _count(unsealed)}
    return found(_TEXTS, "seals", level, **said)


_BEHIND: Final = Text.of(
    "{name} has heads through {last}, the store {newest} | {name}已公布至第{last}号，库中至第{newest}号"
)
_BLIND: Final = Text.of("{name} cannot tell what it has | {name}无法得知已公布的封签")


def _published(sight: _Sight) -> Finding:
    """How far each publisher is; one that fails is behind."""
    if not sight.given.publishers:
        return Finding(rule="published", level="ok", text=_TEXTS["published.none"])
    stored = sight.storage.last_head()
    newest = 0 if stored is None else stored.number
    level: Level = "ok"
    said: list[Text] = []
    for publisher in sight.given.publishers:
        try:
            last = publisher.last()
        except Exception as error:  # noqa: BLE001 - a stranger's code; the others are looked at all the same
            said.append(Text.same(f"{publisher.name}: {in_a_line(error)}"))
            level = max(level, "warning", key=_WORST.__getitem__)
            continue
        text = _BLIND if last is None else _BEHIND
        said.append(text.fill(name=publisher.name, last=last, newest=newest))
        if last is not None and last != newest:
            level = max(level, "error" if last > newest else "warning", key=_WORST.__getitem__)
    return found(_TEXTS, "published", level, said=listing(said))


def _attachments(sight: _Sight) -> Finding:
    from civicflow.office.attachments import Files

    files = Files(sight.storage, sight.around, sight.given.blobs)
    if not files.there:
        return Finding(rule="attachments", level="ok", text=_TEXTS["attachments.none"])
    orphans = list(islice(files.orphans(LOST), _MOST))
    return found(_TEXTS, "attachments", "warning" if orphans else "ok", count=_count(orphans))


# -- words -------------------------------------------------------------------------------------------------------------


def _lateness(sight: _Sight, since: int) -> Level:
    return "error" if since < sight.ago(LOST) else "warning" if since < sight.ago(LATE) else "ok"


def _count(rows: Iterable[object]) -> Text:
    count = sum(1 for _ in rows)
    return Text(f"{count} or more", f"{count}以上") if count >= _MOST else Text.same(str(count))


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_NAMED]) + (" …" if len(listed) > _NAMED else "")


def _by_channel(claims: Iterable[Claim]) -> str:
    """How many on each channel, with the last error of each."""
    channels: dict[str, list[Claim]] = {}
    for claim in claims:
        channels.setdefault(claim.message.channel, []).append(claim)
    return "; ".join(f"{channel} {len(rows)}{_last_error(rows)}" for channel, rows in sorted(channels.items()))


def _last_error(rows: list[Claim]) -> str:
    said = next((row.last_error for row in reversed(rows) if row.last_error), "")
    return f" (last: {said})" if said else ""


def _said(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


Check = Callable[[_Sight], Finding]

_CHECKS: Final[Mapping[str, Check]] = {
    "storage": _storage,
    "plugins": _plugins,
    "clock": _clock,
    "flows": _flows,
    "due": _due,
    "stuck": _stuck,
    "outbox": _outbox,
    "dead": _dead,
    "seals": _seals,
    "published": _published,
    "attachments": _attachments,
}
_LONG: Final = frozenset({"flows", "stuck", "attachments"})
"""What reads every open case or every file."""
