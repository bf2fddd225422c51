"""Write the pages of the shipped flows from their tables; with ``--check``, say whether the pages still are what is drawn."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

from civicflow.workflows.drawing import mermaid, table
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.shipped import BY_NAME, SHIPPED, module_of

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference" / "flows"

NOTICE = "<!-- Drawn from the flow's table by tools/draw_flows.py: change the table, then run that. -->\n"

INDEX = """# Flows

What every office has. Each page is drawn from the table that decides, so it cannot say anything else; `make check`
fails when it does. Your own flows draw themselves the same way:
{py:func}`~civicflow.workflows.drawing.mermaid` and {py:func}`~civicflow.workflows.drawing.table`.

How to read a drawing:

- An edge is a step, with who may take it. Who is said relative to the case: *unit in charge* is the area whose matter it
  is, *body asked* the body of a share, *unit above* the unit one level up.
- What happens by itself says when: the clock after a time limit, the shares once their joint rule holds.
- Conditions stand in brackets. Of several branches the first whose condition holds is taken.
- A step that leaves the case where it is, a reminder for instance, stands in the note of its state. So does a step that is
  possible nearly everywhere: it stands beside the state that it leads to.

In the tables, *by when* is how long a case waits for somebody and what happens then; – means that nothing presses.
Time limits are defaults; a city sets its own in a version of its own.

## What a flow costs

Lines of code of the module with a flow's table, its data and its functions, and of the façade of its folder; without docstrings,
comments and blank lines. None has storage code, a clock or a list of its own: an import contract keeps them out.

SIZES

```{toctree}
:maxdepth: 1

PAGES
```
"""


def lines_of(path: Path) -> int:
    """The lines of code of a module, without docstrings, comments and blank lines."""
    source = path.read_text(encoding="utf-8")
    told = {
        number
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(source.splitlines(), 1)
    return sum(number not in told and bool(line.strip()) and not line.strip().startswith("#") for number, line in lines)


def sizes() -> str:
    """A line for each flow."""
    rows = ["| flow | states | steps | lines | façade |", "|---|---:|---:|---:|---:|"]
    for name, flow in BY_NAME.items():
        module = ROOT.joinpath("src", *module_of(name).split(".")).with_suffix(".py")
        desk = module.with_name("desk.py")
        facade = str(lines_of(desk)) if desk.exists() and desk.parent.name != "workflows" else "–"
        rows.append(f"| [{name}]({name}.md) | {len(flow.states)} | {len(flow.steps)} | {lines_of(module)} | {facade} |")
    return "\n".join(rows)


def page(flow: Flow) -> str:
    """One flow: its rules, the drawing, the table; then both in Chinese."""
    module = module_of(flow.name)
    rules = cleandoc(import_module(module).__doc__ or "")
    parts = [
        f"{NOTICE}\n# {flow.text.en[0].upper()}{flow.text.en[1:]} · {flow.text.zh}\n",
        f"`{flow.name}`, version {flow.version}, defined in {{py:mod}}`{module}`.\n",
        f"{rules}\n",
    ]
    for language, heading in (("en", "As drawn"), ("zh", "图与表")):
        drawing = mermaid(flow, language, beside=SHIPPED)  # type: ignore[arg-type]  # literals in a tuple are texts
        rows = table(flow, language, beside=SHIPPED)  # type: ignore[arg-type]
        parts += [f"## {heading}\n", f"```mermaid\n{drawing}```\n", rows]
    return "\n".join(parts)


def pages() -> dict[Path, str]:
    """Every page by its path."""
    made = {FOLDER / f"{name}.md": page(flow) for name, flow in BY_NAME.items()}
    made[FOLDER / "index.md"] = NOTICE + "\n" + INDEX.replace("PAGES", "\n".join(BY_NAME)).replace("SIZES", sizes())
    return made


def faults() -> list[str]:
    """What is missing, differs, or is left over."""
    made = pages()
    found: list[str] = []
    for path in sorted({*made, *FOLDER.glob("*.md")}):
        name = path.relative_to(ROOT)
        if path not in made:
            found.append(f"{name}: no shipped flow is called so; remove it")
        elif not path.exists() or path.read_text(encoding="utf-8") != made[path]:
            found.append(f"{name}: is not what the flow's table says; run python tools/draw_flows.py")
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or check them; 1 if a check fails."""
    if "--check" in arguments:
        found = faults()
        print("\n".join(found) or "drawings: as the tables say")
        return 1 if found else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
