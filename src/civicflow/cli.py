"""The command line, thin: what an operator or a scheduled job calls on a store.

Each command opens a store that is there already; a misspelt URL is an error and no new store. Only ``tick`` needs flows
and loads plugins, and ``plugins`` to say what is wrong with them; the others work when every plugin is broken. Exit codes: 0 done, 1 damage or failures were found, 2 it
could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import attrs

from civicflow.errors import CivicflowError, Fault, InvalidInput, NotFound
from civicflow.texts import Language, Text

if TYPE_CHECKING:
    from fractions import Fraction

    from civicflow.hierarchy.document import Document
    from civicflow.ledger.signing import Signer, Verifier
    from civicflow.office.moving import Progress
    from civicflow.office.office import Office
    from civicflow.office.outbox import Letter
    from civicflow.plugins.publish.publishing import Publication
    from civicflow.workflows.engine.flow import Flow

Options = argparse.Namespace


@attrs.frozen(kw_only=True)
class Answer:
    """What a command found.

    Attributes:
        code: the exit code.
        text: for people.
        said: for programs, as ``--json`` prints it.
    """

    code: int
    text: Text
    said: Mapping[str, Any]


# -- commands ----------------------------------------------------------------------------------------------------------


def _verify(options: Options) -> Answer:
    from civicflow.plugins.publish.file import read_heads

    verifier = _verifier(options)
    published = [head for path in options.published for head in read_heads(path, verifier=verifier)]
    with _office(options, as_it_is=True) as office:
        found = office.ledger.verify(published=published, verifier=verifier)
    said = {
        "ok": found.ok,
        "entries": found.entries,
        "matters": found.matters,
        "heads": found.heads,
        "sealed_through": found.sealed_through,
        "sealed_at": _instant(found.sealed_at),
        "published_through": found.published_through,
        "signed": found.signed,
        "unsealed": found.unsealed,
        "attachments": found.attachments,
        "unseen": found.unseen,
        "faults": [
            {"table": fault.table, "key": fault.key, "rule": fault.rule, "text": str(fault.text)}
            for fault in found.faults
        ],
    }
    return Answer(code=0 if found else 1, text=_lines(found.text, (fault.text for fault in found.faults)), said=said)


def _tick(options: Options) -> Answer:
    with _office(options) as office:
        done = office.tick(limit=options.limit)
    text = Text(
        f"{done.rung} time limits passed, {done.early} were asked too early, {done.lost} were taken by others",
        f"处理到期时限{done.rung}个，过早询问{done.early}个，已由他处处理{done.lost}个",
    )
    failed = [Text.same(f"{case}: {why}") for case, why in done.failed]
    said = {
        "rung": done.rung,
        "early": done.early,
        "lost": done.lost,
        "failed": [{"case": case, "error": why} for case, why in done.failed],
        "unpublished": _publications(done.unpublished),
    }
    faults = [*failed, *_unpublished(done.unpublished)]
    return Answer(code=1 if faults else 0, text=_lines(text, faults), said=said)


def _seal(options: Options) -> Answer:
    with _office(options) as office:
        sealed = office.seal()
    head = sealed.head
    text = Text(
        f"head {head.number} of {head.at:%Y-%m-%d %H:%M:%S} UTC, {head.size} entries: {head.hash.hex()}",
        f"第{head.number}号封签（{head.at:%Y-%m-%d %H:%M:%S} UTC），{head.size}条记录：{head.hash.hex()}",
    )
    said = {
        "number": head.number,
        "size": head.size,
        "at": _instant(head.at),
        "root": head.root.hex(),
        "hash": head.hash.hex(),
        "publications": _publications(sealed.publications),
    }
    return Answer(code=1 if sealed.unpublished else 0, text=_lines(text, _unpublished(sealed.unpublished)), said=said)


def _relay(options: Options) -> Answer:
    with _office(options) as office:
        report = office.relay(limit=options.limit)
    text = Text(
        f"{report.delivered} delivered, {report.retried} to be tried again, {report.dead} given up, {report.lost} lost,"
        f" {report.held} held until quiet hours end",
        f"已送达{report.delivered}条，待重试{report.retried}条，已放弃{report.dead}条，已被他处领取{report.lost}条，"
        f"免打扰暂缓{report.held}条",
    )
    failures = [Text.same(f"{f.channel} {f.dedupe}: {f.distribution} {f.error}") for f in report.failures]
    said = {
        "delivered": report.delivered,
        "retried": report.retried,
        "dead": report.dead,
        "held": report.held,
        "rerouted": report.rerouted,
        "lost": report.lost,
        "failures": [attrs.asdict(failure) for failure in report.failures],
    }
    return Answer(code=1 if failures else 0, text=_lines(text, failures), said=said)


def _outbox(options: Options) -> Answer:
    dead = options.dead or options.redrive
    with _office(options, as_it_is=True) as office:
        look = office.outbox.dead if dead else office.outbox.waiting
        letters = look(channel=options.channel, keys=options.key, limit=options.limit)
        redriven = office.outbox.redrive(*letters) if options.redrive and letters else ()
    said = {
        "state": "dead" if dead else "waiting",
        "redriven": list(redriven),
        "letters": [
            {
                **attrs.asdict(letter, filter=lambda field, _: field.name not in {"text", "not_before"}),
                "en": None if letter.text is None else letter.text.en,
                "zh": None if letter.text is None else letter.text.zh,
                "not_before": _instant(letter.not_before),
            }
            for letter in letters
        ],
    }
    if options.redrive:
        text = Text(f"{len(redriven)} on their way again", f"已重新投递{len(redriven)}条")
    elif dead:
        text = Text(f"{len(letters)} given up", f"已放弃{len(letters)}条")
    else:
        text = Text(f"{len(letters)} on their way", f"待发{len(letters)}条")
    return Answer(
        code=1 if dead and len(redriven) < len(letters) else 0, text=_lines(text, map(_letter, letters)), said=said
    )


def _letter(letter: Letter) -> Text:
    """A notice on one line: its key, when it goes out, and what came of it; what it says is for the recipient."""
    head = f"{letter.key} [{letter.topic}] {letter.not_before:%Y-%m-%d %H:%M} UTC"
    tail = f": {letter.last_error}" if letter.last_error else ""
    return Text(f"{head}, attempts {letter.attempts}{tail}", f"{head}，已尝试{letter.attempts}次{tail}")


def _doctor(options: Options) -> Answer:
    with _office(options, as_it_is=True) as office:
        health = office.examine(quick=options.quick)
    lines = [Text(f"{f.level:7} {f.rule}: {f.text.en}", f"{f.level:7} {f.rule}：{f.text.zh}") for f in health.findings]
    said = {
        "level": health.level,
        "at": _instant(health.at),
        "findings": [{"rule": f.rule, "level": f.level, "en": f.text.en, "zh": f.text.zh} for f in health.findings],
    }
    return Answer(code=0 if health else 1, text=_lines(health.text, lines), said=said)


def _backup(options: Options) -> Answer:
    with _office(options, as_it_is=True) as office:
        office.backup(options.path)
    path = str(options.path)
    return Answer(code=0, text=Text(f"copied to {path}", f"已备份到{path}"), said={"path": path})


def _copy(options: Options) -> Answer:
    from civicflow.office.moving import copy
    from civicflow.plugins.publish.file import read_heads

    verifier = _verifier(options)
    moved = copy(
        options.source,
        options.target,
        progress=_Telling(options.language),
        more=options.more,
        blobs=options.blobs,
        published=[head for path in options.published for head in read_heads(path, verifier=verifier)],
        verifier=verifier,
    )
    said = {
        "arrived": moved.arrived,
        "rows": dict(moved.rows),
        "changed": moved.changed,
        "left": moved.left,
        "lent": moved.lent,
        "brought": moved.brought,
        "verified": None if moved.verification is None else moved.verification.ok,
    }
    return Answer(code=0 if moved or (options.more and not moved.left) else 1, text=moved.text, said=said)


class _Telling:
    """Tells on the error stream how far a copy is, at each tenth of a table."""

    def __init__(self, language: Language) -> None:
        self._language: Language = language
        self._told = ("", 0)

    def __call__(self, progress: Progress) -> None:
        now = (progress.table, 10 * progress.done // (progress.whole or 1))
        if now != self._told:
            self._told = now
            _print(progress.text.say(self._language), sys.stderr)


def _plugins(options: Options) -> Answer:
    import logging

    from civicflow.plugins.backends import backend_states
    from civicflow.plugins.manager import Plugins, installed

    plugins = Plugins.of_environment(strict=False)
    if options.plugins:
        logging.getLogger("civicflow.plugins").addHandler(logging.NullHandler())  # what fails is in the answer
        plugins.load()
        plugins.flows(), plugins.calendars(), plugins.routings()
    states = (*(plugins.states if options.plugins else installed()), *backend_states())
    lines = [
        Text.same(f"{s.status:9} {s.group} {s.name} {s.distribution} {s.version} {s.error}".rstrip()) for s in states
    ]
    broken = any(state.status in {"failed", "missing"} for state in states)
    text = Text(f"{len(states)} plugins and backends", f"插件与后端共{len(states)}个")
    return Answer(
        code=1 if broken else 0, text=_lines(text, lines), said={"plugins": [attrs.asdict(state) for state in states]}
    )


def _plugin_new(options: Options) -> Answer:
    from civicflow.plugins.projects import begin_project

    project = begin_project(options.directory, kind=options.kind, name=options.name)
    where = str(options.directory)
    text = Text(
        f"{project.distribution} was written to {where}, with {len(project.files)} files. Install it and run its tests:",
        f"已在{where}创建{project.distribution}，共{len(project.files)}个文件。请安装并运行其测试：",
    )
    commands = [f"pip install -e '{where}[test]'", f"python -m pytest {where}"]
    said = {
        "directory": where,
        "distribution": project.distribution,
        "package": project.package,
        "scheme": project.scheme,
        "files": [str(path) for path in project.files],
    }
    return Answer(code=0, text=_lines(text, map(Text.same, commands)), said=said)


def _flow_check(options: Options) -> Answer:
    from civicflow.workflows.checking import check
    from civicflow.workflows.shipped import SHIPPED

    given = _flows(options.beside)
    beside = [*SHIPPED, *given]
    try:
        flow = _flow(options.flow, given)
    except InvalidInput as error:
        if not error.faults:
            raise
        return Answer(
            code=1, text=Text(error.say("en"), error.say("zh")), said={"flow": options.flow, **_faults(error)}
        )
    found = check(flow, beside, None if options.scenes is None else _named(options.scenes))
    passed = found.is_flawless or (bool(found) and not options.strict)
    never = [*(finding for one in found.explored for finding in one.findings), *found.unseen]
    said = {
        "flow": found.flow,
        "ok": bool(found),
        "faults": [_fault(fault) for fault in found.faults],
        "doubts": [_fault(doubt) for doubt in found.doubts],
        "findings": [{"rule": finding.rule, "en": finding.text.en, "zh": finding.text.zh} for finding in never],
    }
    return Answer(code=0 if passed else 1, text=Text(found.say("en"), found.say("zh")), said=said)


def _faults(error: InvalidInput) -> dict[str, Any]:
    return {"ok": False, "faults": [_fault(fault) for fault in error.faults]}


def _fault(fault: Fault) -> dict[str, Any]:
    """A fault for programs."""
    told = attrs.asdict(fault, filter=lambda field, value: field.name not in ("reason", "text") and bool(value))
    return {**told, "en": fault.say("en"), "zh": fault.say("zh")}


def _flow_draw(options: Options) -> Answer:
    from civicflow.workflows.drawing import dot, mermaid, page, table

    flow = _flow(options.flow, _flows(options.beside))
    draw = {"mermaid": mermaid, "dot": dot, "page": page, "table": table}[options.form]
    text = Text(draw(flow, "en").rstrip("\n"), draw(flow, "zh").rstrip("\n"))
    return Answer(code=0, text=text, said={"flow": flow.ref, "en": text.en, "zh": text.zh})


def _flow_compare(options: Options) -> Answer:
    from civicflow.workflows.files import difference

    given = _flows(options.beside)
    before, after = _flow(options.before, given), _flow(options.after, given)
    found = difference(before, after)
    text = Text("\n".join(one.en for one in found), "\n".join(one.zh for one in found))
    said = {"before": before.ref, "after": after.ref, "differences": [{"en": one.en, "zh": one.zh} for one in found]}
    return Answer(code=1 if found else 0, text=text, said=said)


def _flow_facade(options: Options) -> Answer:
    from civicflow.workflows.files import write_facade

    flow = _flow(options.flow, _flows(options.beside))
    module = write_facade(flow)
    return Answer(code=0, text=Text.same(module.rstrip("\n")), said={"flow": flow.ref, "module": module})


def _flow_schema(_: Options) -> Answer:
    from civicflow.workflows.files import flow_schema

    schema = flow_schema()
    return Answer(code=0, text=Text.same(json.dumps(schema, ensure_ascii=False, indent=2)), said=schema)


def _register_propose(options: Options) -> Answer:
    from civicflow.hierarchy.proposing import propose_changes

    earlier, later = (_edition(path, options.scheme) for path in (options.earlier, options.later))
    every = propose_changes(earlier, later)
    found = [one for one in every if one.confidence > options.above]
    text = Text(f"proposals: {len(every)}", f"共{len(every)}项建议")
    if options.above:
        more = f"{float(options.above):.0%}"
        text = Text(
            f"{text.en}, trusted more than {more}: {len(found)}", f"{text.zh}，其中{len(found)}项可信度高于{more}"
        )
    said = {
        "proposals": [
            {
                "kind": one.kind,
                "originals": [area.code for area in one.originals],
                "results": [area.code for area in one.results],
                "survives": one.survives,
                "confidence": str(one.confidence),
                "rests_on": list(one.rests_on),
                "reasons": [{"en": reason.en, "zh": reason.zh} for reason in one.reasons],
            }
            for one in found
        ]
    }
    lines = [Text(one.say("en").replace("\n", "\n  "), one.say("zh").replace("\n", "\n  ")) for one in found]
    return Answer(code=0, text=_lines(text, lines), said=said)


def _register_draw(options: Options) -> Answer:
    from civicflow.hierarchy.drawing import dot, mermaid, outline, page

    bodies = not options.areas
    with _office(options, as_it_is=True) as office:
        if options.since is None:
            shown = office.register.picture(options.root, on=options.on, depth=options.depth, bodies=bodies)
        else:
            shown = office.register.picture_of_change(options.since, options.root, on=options.on, bodies=bodies)
    draw = {"text": outline, "mermaid": mermaid, "dot": dot, "page": page}[options.form]
    text = Text(draw(shown, "en").rstrip("\n"), draw(shown, "zh").rstrip("\n"))
    return Answer(code=0, text=text, said={"units": len(shown.twigs), "en": text.en, "zh": text.zh})


def _edition(path: Path, scheme: str) -> Document:
    """The areas of a file: a register, or a table whose names tell the levels and whose codes tell the parents."""
    from civicflow.hierarchy.importing import read
    from civicflow.hierarchy.naming import ENDINGS
    from civicflow.office.registry import FORMATS
    from civicflow.plugins.decoding import decoded

    text, format = decoded(path, "register", FORMATS)
    if format != "csv":
        return read(text, source=path.name, format=format)
    return read(
        text,
        source=path.name,
        format=format,
        register=path.name,
        scheme=scheme,
        parents_by_prefix=True,
        endings=ENDINGS,
    )


def _flows(names: Iterable[str]) -> list[Flow]:
    """Flows by name; an overlay may be laid over one that comes before it."""
    flows: list[Flow] = []
    for name in names:
        flows.append(_flow(name, flows))
    return flows


def _flow(name: str, beside: Iterable[Flow]) -> Flow:
    """The flow of a file, one that is shipped, or what a module calls so."""
    from civicflow.office.flow_files import FORMATS, read_file
    from civicflow.workflows.engine.flow import Flow
    from civicflow.workflows.shipped import SHIPPED

    if Path(name).suffix.lower() in FORMATS:
        return read_file(name, bases=beside)
    flow = next((flow for flow in SHIPPED if flow.name == name), None) or _named(name)
    if not isinstance(flow, Flow):
        msg = f"{name!r} is no flow but a {type(flow).__name__}"
        raise NotFound(msg)
    return flow


def _named(name: str) -> Any:
    """What a module calls so.

    Raises:
        NotFound: if there is no such module, or nothing of that name in it.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        msg = f"a flow is a .yaml or .json file, module:NAME of Python, or the name of a shipped one; got {name!r}"
        raise NotFound(msg)
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        msg = f"{name!r} cannot be loaded: {error}"
        raise NotFound(msg) from error


# -- opening -----------------------------------------------------------------------------------------------------------


def _office(options: Options, *, as_it_is: bool = False) -> Office:
    """The office that the options describe, on a store that is there."""
    from civicflow.office.opening import open_office
    from civicflow.plugins.backends import open_existing
    from civicflow.plugins.manager import Plugins

    plugins = Plugins.of_environment() if options.plugins else Plugins()
    if options.plugins:
        plugins.load()
    signer = _signer(options)
    storage = open_existing(options.store)
    if not as_it_is:
        storage.close()
    try:
        return open_office(
            storage if as_it_is else options.store,
            notify=getattr(options, "notify", ()),
            preferences=getattr(options, "preferences", None),
            publish=getattr(options, "publish", ()),
            blobs=getattr(options, "blobs", None),
            calendar=getattr(options, "calendar", None),
            signer=signer,
            plugins=plugins,
        )
    except BaseException:
        storage.close()
        raise


def _signer(options: Options) -> Signer | None:
    from civicflow.ledger.signing import ed25519_signer, hmac_signer

    if getattr(options, "private_key", None) is not None:
        return ed25519_signer(options.private_key.read_bytes())
    if getattr(options, "key_file", None) is not None:
        return hmac_signer(options.key_file.read_bytes().strip())
    return None


def _verifier(options: Options) -> Verifier | None:
    from civicflow.ledger.signing import ed25519_verifier

    return _signer(options) if options.public_key is None else ed25519_verifier(options.public_key.read_bytes())


# -- words -------------------------------------------------------------------------------------------------------------


def _lines(first: Text, more: Iterable[Text]) -> Text:
    lines = list(more)
    return Text("\n  ".join([first.en, *(t.en for t in lines)]), "\n  ".join([first.zh, *(t.zh for t in lines)]))


def _unpublished(publications: Iterable[Publication]) -> list[Text]:
    return [
        Text(f"not published to {p.publisher}: {p.error}", f"未能公布到{p.publisher}：{p.error}") for p in publications
    ]


def _publications(publications: Iterable[Publication]) -> list[dict[str, Any]]:
    return [attrs.asdict(publication) for publication in publications]


def _instant(at: Any) -> str | None:
    from civicflow.ledger.canonical import plain

    return None if at is None else str(plain(at))


def _share(text: str) -> Fraction:
    """A number from 0 to 1, exactly."""
    from fractions import Fraction

    try:
        share = Fraction(text)
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        msg = f"a share is a number from 0 to 1, such as 0.8 or 4/5; got {text!r}"
        raise argparse.ArgumentTypeError(msg)
    return share


# -- the parser --------------------------------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class Command:
    """One command.

    Attributes:
        run: does it.
        says: what it does, in a sentence or two.
        example: a line that does something useful.
        takes: the names of its options, see `OPTIONS`.
        plugins: whether plugins are loaded unless they are left out; otherwise they are not unless asked for.
        store: whether it works on a store; what does not loads no plugins unless asked for.
    """

    run: Callable[[Options], Answer]
    says: str
    example: str
    takes: tuple[str, ...] = ()
    plugins: bool = False
    store: bool = True


COMMANDS: Final[Mapping[str, Command]] = {
    "verify": Command(
        run=_verify,
        says="Say whether everything still is as it was recorded, and how far back that is sealed and published.",
        example="civicflow verify sqlite:///town.db --published heads.jsonl --public-key public.pem",
        takes=("--published", "--public-key", "--key-file", "--blobs"),
    ),
    "tick": Command(
        run=_tick,
        says="Take every step whose time limit has passed, then seal. Notices go to the channels named here; relay sends them.",
        example="civicflow tick sqlite:///town.db --notify file:///var/spool/notices.jsonl --private-key private.pem"
        " --publish file:///mnt/county/heads.jsonl",
        takes=("--notify", "--preferences", "--private-key", "--key-file", "--publish", "--calendar", "--limit"),
        plugins=True,
    ),
    "seal": Command(
        run=_seal,
        says="Seal what is not sealed yet, publish the head, and print it.",
        example="civicflow seal sqlite:///town.db --private-key private.pem --publish file:///mnt/county/heads.jsonl",
        takes=("--private-key", "--key-file", "--publish"),
    ),
    "relay": Command(
        run=_relay,
        says="Send what lies in the outbox.",
        example="civicflow relay sqlite:///town.db --notify file:///var/spool/notices.jsonl",
        takes=("--notify", "--preferences", "--limit"),
    ),
    "outbox": Command(
        run=_outbox,
        says="List the notices on their way, or those that were given up (exit with 1 if there are any), and put these on their way"
        " again. Nothing is sent; relay sends.",
        example="civicflow outbox sqlite:///town.db --dead --channel smtp --redrive",
        takes=("--dead", "--redrive", "--channel", "--key", "--limit"),
    ),
    "doctor": Command(
        run=_doctor,
        says="Say how the office is: storage, plugins, clock, overdue limits, stuck cases, outbox, seals, published heads."
        " Nothing is changed.",
        example="civicflow doctor sqlite:///town.db --publish file:///mnt/county/heads.jsonl --plugins",
        takes=("--publish", "--blobs", "--quick"),
    ),
    "backup": Command(
        run=_backup,
        says="Copy the whole store to a new file, as of one moment, while everybody works on.",
        example="civicflow backup sqlite:///town.db /mnt/backup/town-2026-03-02.db",
        takes=("PATH",),
    ),
    "copy": Command(
        run=_copy,
        says="Copy a whole store to an empty place of whatever kind, and verify it there. Interrupted, the same command goes on;"
        " run again, it brings what came since. How far it is is told on the error stream.",
        example="civicflow copy sqlite:////srv/town.db postgresql://desk@db.example/town",
        takes=("SOURCE", "TARGET", "--more", "--published", "--public-key", "--key-file", "--blobs"),
        store=False,
    ),
    "plugins": Command(
        run=_plugins,
        says="List the plugins and backends that are installed, and what is wrong with them: each plugin is loaded, apart from all"
        " others. Backends are imported when their URL is opened, not here.",
        example="civicflow plugins --json",
        plugins=True,
        store=False,
    ),
    "plugin new": Command(
        run=_plugin_new,
        says="Write a project that brings a storage or a notifier: it can be installed, and passes the suite of its kind as it stands."
        " Nothing is overwritten.",
        example="civicflow plugin new village-archive --kind storage --name village-archive",
        takes=("DIRECTORY", "--kind", "--name"),
        store=False,
    ),
    "register draw": Command(
        run=_register_draw,
        says="Draw the tree of a day, or what became otherwise since another: as text, Mermaid or dot, or as one HTML page that folds"
        " and searches. Posts are counted, persons never named.",
        example="civicflow register draw sqlite:///town.db --picture page --since 2026-01-01 --language zh >town.html",
        takes=("--picture", "--root", "--on", "--since", "--depth", "--areas"),
    ),
    "register propose": Command(
        run=_register_propose,
        says="Say what seems to have happened between two editions of a map, how sure that is, and why. Nothing is changed."
        " Of a table (CSV) the codes tell the parents and the ends of Chinese names the levels, where no column does.",
        example="civicflow register propose 2019.csv 2020.csv --scheme leshan --above 0.8 --language zh",
        takes=("EARLIER", "LATER", "--scheme", "--above"),
        store=False,
    ),
    "flow check": Command(
        run=_flow_check,
        says="Say what is wrong with a flow, and explore every story that it can tell.",
        example="civicflow flow check stall-permit.yaml --scenes city.scenes:STALL_PERMIT",
        takes=("FLOW", "--beside", "--scenes", "--strict"),
        store=False,
    ),
    "flow draw": Command(
        run=_flow_draw,
        says="Draw a flow: as Mermaid, dot, a table in Markdown, or one HTML page for people.",
        example="civicflow flow draw stall-permit.yaml --as page --language zh >stall-permit.html",
        takes=("FLOW", "--beside", "--as"),
        store=False,
    ),
    "flow compare": Command(
        run=_flow_compare,
        says="Say in sentences what differs between two flows; exit with 1 if anything does.",
        example="civicflow flow compare four-part-ticket city.yaml",
        takes=("BEFORE", "AFTER", "--beside"),
        store=False,
    ),
    "flow facade": Command(
        run=_flow_facade,
        says="Write a Python module with a typed method for each step of a flow.",
        example="civicflow flow facade stall-permit.yaml >stall_permit.py",
        takes=("FLOW", "--beside"),
        store=False,
    ),
    "flow schema": Command(
        run=_flow_schema,
        says="Print the JSON Schema of flow files, for editors.",
        example="civicflow flow schema >flow.schema.json",
        store=False,
    ),
}

OPTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "FLOW": {"help": "a YAML or JSON file, module:NAME of a flow in Python, or the name of one that is shipped"},
    "--beside": {
        "action": "append",
        "default": [],
        "metavar": "FLOW",
        "help": "a flow of its children, or one that it is laid over; may be repeated",
    },
    "BEFORE": {"help": "the flow that there was, as a file, module:NAME or the name of a shipped one"},
    "AFTER": {"help": "the flow that there is"},
    "--as": {
        "dest": "form",
        "choices": ("mermaid", "dot", "page", "table"),
        "default": "mermaid",
        "help": "the form (mermaid)",
    },
    "--picture": {
        "dest": "form",
        "choices": ("text", "mermaid", "dot", "page"),
        "default": "text",
        "help": "the form (text)",
    },
    "--root": {"metavar": "UNIT", "help": "the unit with which it begins, by code or alias; every tree where left out"},
    "--on": {"type": date.fromisoformat, "metavar": "DAY", "help": "the day, as 2026-03-02; today where left out"},
    "--since": {"type": date.fromisoformat, "metavar": "DAY", "help": "show what became otherwise since this day"},
    "--depth": {"type": int, "metavar": "N", "help": "how many levels below the first; all where left out"},
    "--areas": {"action": "store_true", "help": "areas only, without the bodies attached to them"},
    "EARLIER": {"type": Path, "help": "the earlier edition: a register (YAML, JSON), or a table of areas (CSV)"},
    "LATER": {"type": Path, "help": "the later edition"},
    "--scheme": {"default": "sichuan", "metavar": "NAME", "help": "of tables, the preset of levels (sichuan)"},
    "--above": {
        "type": _share,
        "default": "0",
        "metavar": "SHARE",
        "help": "only what is trusted more than this, from 0 to 1 (0)",
    },
    "--scenes": {"metavar": "MODULE:NAME", "help": "the scenes in which it is explored"},
    "--strict": {"action": "store_true", "help": "exit with 1 for doubts, and for what never happens, too"},
    "SOURCE": {"help": "the URL of the store that is copied"},
    "TARGET": {"help": "the URL of an empty place, or of one to which this store was being copied"},
    "--more": {
        "action": "store_true",
        "help": "another run is to come: leave the target closed, and do not verify it yet",
    },
    "PATH": {"type": Path, "help": "the new file; nothing is overwritten"},
    "DIRECTORY": {"type": Path, "help": "where the project is written; made if it is not there"},
    "--kind": {"choices": ("storage", "notifier"), "required": True, "help": "what the project brings"},
    "--name": {
        "required": True,
        "metavar": "NAME",
        "help": "becomes the scheme NAME://, the distribution civicflow-NAME and the package civicflow_NAME",
    },
    "--published": {
        "type": Path,
        "action": "append",
        "default": [],
        "metavar": "FILE",
        "help": "a file of published heads; may be repeated",
    },
    "--public-key": {
        "type": Path,
        "metavar": "FILE",
        "help": "the key (Ed25519, PEM) by which signatures are checked",
    },
    "--private-key": {"type": Path, "metavar": "FILE", "help": "the key (Ed25519, PEM) with which heads are signed"},
    "--key-file": {
        "type": Path,
        "metavar": "FILE",
        "help": "a secret (HMAC) with which heads are signed and checked; spaces around it do not count",
    },
    "--notify": {"action": "append", "default": [], "metavar": "URL", "help": "a notifier; may be repeated"},
    "--preferences": {"type": Path, "metavar": "FILE", "help": "what recipients chose (YAML or JSON)"},
    "--dead": {"action": "store_true", "help": "those that were given up, in place of those on their way"},
    "--redrive": {"action": "store_true", "help": "put those that were given up, and are listed, on their way again"},
    "--channel": {"default": "", "metavar": "NAME", "help": "only those of one channel"},
    "--key": {
        "action": "append",
        "default": [],
        "metavar": "KEY",
        "help": "only the one of this name; may be repeated",
    },
    "--publish": {"action": "append", "default": [], "metavar": "URL", "help": "a publisher of heads; may be repeated"},
    "--blobs": {"metavar": "URL", "help": "the blob store that keeps attachments"},
    "--calendar": {"metavar": "NAME", "help": "the calendar of a plugin by which time limits are counted (CN)"},
    "--limit": {"type": int, "default": 1000, "metavar": "N", "help": "how many at most in one call (1000)"},
    "--quick": {"action": "store_true", "help": "leave out what reads every open case, every file or every byte"},
}


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, made of `COMMANDS` and `OPTIONS`."""
    top = argparse.ArgumentParser(
        prog="civicflow",
        description="Work on a civicflow store.",
        epilog="Exit codes: 0 done, 1 damage or failures were found, 2 it could not run.",
    )
    groups = {"": top.add_subparsers(required=True, metavar="COMMAND")}
    for name, command in COMMANDS.items():
        group, _, word = name.rpartition(" ")
        if group not in groups:
            family = groups[""].add_parser(group, help=f"more commands: civicflow {group} --help")
            groups[group] = family.add_subparsers(required=True, metavar="COMMAND")
        sub = groups[group].add_parser(
            word, help=command.says, description=command.says, epilog=f"Example: {command.example}"
        )
        if command.store:
            sub.add_argument("store", metavar="STORE", help="the store's URL, for instance sqlite:///town.db")
        for option in command.takes:
            sub.add_argument(option.lower() if option.isupper() else option, **OPTIONS[option])
        _add_common(sub, command)
        sub.set_defaults(run=command.run)
    return top


def _add_common(sub: argparse.ArgumentParser, command: Command) -> None:
    if command.plugins:
        sub.add_argument(
            "--no-plugins",
            dest="plugins",
            action="store_false",
            help="do without the installed plugins and what they bring",
        )
    elif command.store and command.run not in {_verify, _backup, _outbox}:
        sub.add_argument("--plugins", action="store_true", help="load the installed plugins, too")
    else:
        sub.set_defaults(plugins=False)
    sub.add_argument("--language", choices=("en", "zh"), default="en", help="in which language to answer (en)")
    sub.add_argument("--json", action="store_true", help="answer in one line of JSON, for programs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 damage or failures were found, 2 it could not run."""
    options = parser().parse_args(arguments)
    run: Callable[[Options], Answer] = options.run
    try:
        answer = run(options)
    except (CivicflowError, OSError) as error:
        told = error.say(options.language) if isinstance(error, InvalidInput) else str(error)
        if options.json:
            _print(json.dumps({"error": told}, ensure_ascii=False), sys.stdout)
        _print(f"civicflow: {told}", sys.stderr)
        return 2
    language: Language = options.language
    said = json.dumps(answer.said, ensure_ascii=False) if options.json else answer.text.say(language)
    _print(said, sys.stdout)
    return answer.code


def _print(text: str, stream: TextIO) -> None:
    """Print what the stream can show of a text; a reader that went away (``| head``) changes no exit code."""
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:
        # What is buffered would be tried again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
