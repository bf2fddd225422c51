"""The command line, thin: what an operator or a scheduled job calls on a store.

``verify`` needs no plugin but the storage's own, so that it works when everything else is broken.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from civicflow.errors import CivicflowError, NotFound
from civicflow.ledger.signing import Signer, hmac_signer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="civicflow", description="Work on a civicflow store.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, says in (
        ("verify", _verify, "say whether everything still is as it was recorded; exit 1 if not"),
        ("tick", _tick, "take every step whose time limit has passed"),
        ("seal", _seal, "seal what is not sealed yet, and print the head to publish"),
        ("relay", _relay, "send what lies in the outbox"),
    ):
        command = commands.add_parser(name, help=says, description=says)
        command.add_argument("store", help="the store's URL, for instance sqlite:///office.db")
        command.set_defaults(run=run)
        if name in ("verify", "seal"):
            command.add_argument(
                "--key-file", type=Path, help="a file that holds the key (HMAC) with which heads are signed"
            )
        if name == "relay":
            command.add_argument(
                "--notify", action="append", default=[], metavar="URL", help="a notifier; may be repeated"
            )
    _flow_commands(commands)
    return parser


def _flow_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    says = "work on the definition of a flow"
    flow = commands.add_parser("flow", help=says, description=says).add_subparsers(required=True, metavar="COMMAND")
    says = "say what is wrong with a flow, and explore every story that it can tell; exit 1 if something is wrong"
    check = flow.add_parser("check", help=says, description=says)
    check.add_argument("flow", help="module:NAME of a flow in Python, or the name of one that is shipped")
    check.add_argument("--beside", action="append", default=[], metavar="MODULE:NAME", help="the flow of its children")
    check.add_argument("--scenes", metavar="MODULE:NAME", help="the scenes in which it is explored")
    check.add_argument("--language", choices=("en", "zh"), default="en", help="in which language it is said")
    check.add_argument("--strict", action="store_true", help="exit 1 for doubts, and for what never happens, too")
    check.set_defaults(run=_flow_check)


def _flow_check(arguments: argparse.Namespace) -> int:
    from civicflow.workflows.checking import check
    from civicflow.workflows.shipped import SHIPPED

    shipped = {flow.name: flow for flow in SHIPPED}
    flow = shipped.get(arguments.flow) or _named(arguments.flow)
    beside = [*SHIPPED, *map(_named, arguments.beside)]
    checked = check(flow, beside, None if arguments.scenes is None else _named(arguments.scenes))
    print(checked.say(arguments.language))
    return 0 if checked.is_flawless or (checked and not arguments.strict) else 1


def _named(name: str) -> Any:
    """What a module calls so.

    Raises:
        NotFound: if there is no such module, or nothing of that name in it.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        msg = f"a flow is named as module:NAME, or is a shipped one; got {name!r}"
        raise NotFound(msg)
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        msg = f"{name!r} cannot be loaded: {error}"
        raise NotFound(msg) from error


def _signer(arguments: argparse.Namespace) -> Signer | None:
    return None if arguments.key_file is None else hmac_signer(arguments.key_file.read_bytes().strip())


def _verify(arguments: argparse.Namespace) -> int:
    from civicflow.ledger.verification import verify
    from civicflow.office.proving import replay
    from civicflow.plugins.backends import open_storage
    from civicflow.plugins.storage.evidence import StoredEvidence

    storage = open_storage(arguments.store)
    try:
        found = verify(StoredEvidence(storage), replay=replay, verifier=_signer(arguments))
    finally:
        storage.close()
    print(found)
    return 0 if found else 1


def _tick(arguments: argparse.Namespace) -> int:
    from civicflow.office.opening import open_office

    with open_office(arguments.store) as office:
        print(office.tick())
    return 0


def _seal(arguments: argparse.Namespace) -> int:
    from civicflow.office.opening import open_office

    with open_office(arguments.store, signer=_signer(arguments)) as office:
        head = office.seal().head
    print(f"head {head.number} of {head.at:%Y-%m-%d %H:%M:%S} UTC, {head.size} entries: {head.hash.hex()}")
    return 0


def _relay(arguments: argparse.Namespace) -> int:
    from civicflow.office.opening import open_office

    with open_office(arguments.store, notify=arguments.notify) as office:
        report = office.relay()
    print(report)
    return 1 if report.failures else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 damage or failures found, 2 it could not run."""
    parsed = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except (CivicflowError, OSError) as error:
        print(f"civicflow: {error}", file=sys.stderr)
        return 2
