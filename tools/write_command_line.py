"""Write the page of the command line from its parser; with ``--check``, say whether the page still says the same."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from civicflow.cli import COMMANDS, parser

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "command-line.md"

HEAD = """<!-- Written from the parser by tools/write_command_line.py: change the parser, then run that. -->

# The command line

`civicflow COMMAND STORE` does to a store what a scheduled job or an operator needs; `python -m civicflow` is the same. How to
let it run: [](../howto/operate.md).

Every command with a `STORE` works on one that is there. A misspelt URL is an error and makes no new one. The secrets of a connection belong
into the environment (`PGPASSWORD`, `PGPASSFILE`), not into a URL that every user of the machine can see among the processes.

| exit code | meaning |
|---|---|
| 0 | done, and nothing is wrong |
| 1 | done, and something is: damage (`verify`), a target that stays closed (`copy`), an error (`doctor`), a case whose question failed (`tick`), a notice that did not get through (`relay`), a head that was not published (`tick`, `seal`), a broken plugin (`plugins`), a flow that is not sound (`flow check`) |
| 2 | it could not run: the arguments are wrong, the store is not there, a key cannot be read |

Only `tick` needs flows, and so loads the plugins that are installed; `plugins` loads them to say what is wrong with them. Every
other command leaves them alone, so that it works when a plugin is broken. Which plugins are let in says the
[environment](hooks.md#which-plugins-are-let-in). Time limits are counted in China's working calendar, or in the one that a plugin
brings (`--calendar`); an office that is opened with a calendar or flows of its own needs a program of its own that calls
`office.tick()`.
"""


def written() -> str:
    """The whole page."""
    return "\n".join([HEAD, *("\n".join(_section(name, command)) for name, command in _commands("", parser()))])


def _commands(name: str, of: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command that does something, by its words."""
    groups = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    if not groups:
        yield name, of
    for group in groups:
        for word, command in group.choices.items():
            yield from _commands(f"{name} {word}".strip(), command)


def _section(name: str, command: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## `civicflow {name}`\n"
    yield f"{COMMANDS[name].says}\n"
    yield f"```sh\n{COMMANDS[name].example}\n```\n"
    yield "| argument | meaning |"
    yield "|---|---|"
    for action in command._actions:  # noqa: SLF001 - argparse has no other way to ask
        if not isinstance(action, argparse._HelpAction):  # noqa: SLF001
            yield f"| `{_spelt(action)}` | {action.help} |"
    yield ""


def _spelt(action: argparse.Action) -> str:
    if not action.option_strings:
        return action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    value = "" if action.nargs == 0 else f" {'|'.join(action.choices) if action.choices else action.metavar}"
    return action.option_strings[0] + value


def main() -> int:
    """Write the page, or compare it."""
    text = written()
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("command line: the page is not what the parser says; run tools/write_command_line.py")
        return 1
    print("command line: as the parser says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
