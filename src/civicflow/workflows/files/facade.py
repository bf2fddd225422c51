"""A flow as a Python module: a class with a typed method for each step, so that editors and type checkers know them.

What a step asks for becomes the method's parameters where a file says it, and one parameter of its data class where it is
Python. The module is written for whoever uses the flow, is theirs, and needs nothing but civicflow.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, BY_RULE
from civicflow.workflows.drawing.wording import Wording
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.files.data import KINDS, DataType, Given, class_name

_ENGINE: Final = frozenset({BY_CLOCK, BY_JOIN, BY_RULE})
_TAKEN: Final = frozenset({"self", "case", "by", "unit", "key", "why", "seen", "requester", "happened"})

_HOMES: Final = {
    "Decimal": "decimal",
    "Literal": "typing",
    "Money": "civicflow.money",
    "PersonId": "civicflow.ids",
    "Place": "civicflow.workflows.places",
    "Sequence": "collections.abc",
    "Recurrence": "civicflow.calendars",
    "TimeLimit": "civicflow.calendars",
    "date": "datetime",
    "datetime": "datetime",
}


@attrs.frozen
class Parameter:
    """One parameter of a method.

    Attributes:
        name: what it is called.
        annotation: its type.
        default: what it is when left out; empty where it is required.
        given: the expression that is handed on.
    """

    name: str
    annotation: str
    default: str = ""
    given: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.annotation}" + (f" = {self.default}" if self.default else "")


def write_facade(flow: Flow) -> str:
    """The module, as text.

    Args:
        flow: a sound flow.

    >>> from civicflow.workflows.tickets.share import SHARE
    >>> [line.strip() for line in write_facade(SHARE).splitlines() if "def decline" in line]
    ['def decline(']
    """
    steps = [step for step in flow.steps if step.by not in _ENGINE]
    body = "".join(_method(flow, step) for step in steps)
    written = (
        f"Written from {flow.name}@{flow.version} by `civicflow flow facade`; write it anew when the flow changes."
    )
    return f'''"""{flow.text}: each step as a method.

{written}
"""

from __future__ import annotations

{_imports(body, steps)}


class {class_name(flow.name)}:
    """{flow.text}.

    Every command means the case as it is now, and may raise `civicflow.Refused`. With ``key`` it acts once when it is
    repeated; with ``seen``, the version that a form showed, a case that has moved on since is a `civicflow.Conflict`.
    """

    __slots__ = ("_office",)

    def __init__(self, office: Desk) -> None:
        self._office = office
{body}'''


def _imports(body: str, steps: Iterable[Step]) -> str:
    """The imports that the methods need, as a formatter sorts them."""
    homes = {
        **{name: home for name, home in _HOMES.items() if re.search(rf"\b{name}\b", _annotations(body))},
        "Actor": "civicflow.hierarchy.authority",
        "Case": "civicflow.workflows.engine.records",
        "Desk": "civicflow.workflows.desk",
    }
    if "case: CaseRef" in body:
        homes["CaseRef"] = "civicflow.workflows.desk"
    homes |= {step.data.__name__: step.data.__module__ for step in steps if step.data and not _is_said(step.data)}
    by_home: dict[str, list[str]] = {}
    for name, home in homes.items():
        by_home.setdefault(home, []).append(name)
    groups: tuple[list[str], list[str], list[str]] = ([], [], [])
    for home in sorted(by_home):
        names = sorted(by_home[home], key=lambda name: (name.upper() != name, name))
        line = f"from {home} import {', '.join(names)}"
        if len(line) > _WIDTH:
            line = f"from {home} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
        standard = home in {"collections.abc", "datetime", "decimal", "typing"}
        groups[0 if standard else 1 if home.partition(".")[0] == "civicflow" else 2].append(line)
    return "\n\n".join("\n".join(group) for group in groups if group)


_WIDTH: Final = 88
"""Of a line, as most formatters leave it alone."""


def _annotations(body: str) -> str:
    """What stands behind the colons of parameters."""
    return "\n".join(re.findall(r"^        \w+: (.+),$", body, re.MULTILINE))


def _method(flow: Flow, step: Step) -> str:
    begins = step.of == (NEW,)
    data = _parameters(step)
    anchors = [Parameter(_free(name), "str", given=name) for name in flow.anchors] if begins else []
    parameters = [
        *(p for p in data if not p.default),
        *anchors,
        *([Parameter("unit", "str")] if begins else []),
        Parameter("by", "Actor"),
        *(p for p in data if p.default),
        *([] if begins else [Parameter("why", "str", '""')]),
        Parameter("key", "str", '""'),
        *([] if begins else [Parameter("seen", "int | None", "None")]),
    ]
    head = ["self", *([] if begins else ["case: CaseRef"]), "*", *map(str, parameters)]
    call = (
        [f'"{flow.name}"', f'"{step.name}"', *_handed(step, data), "by=by", "unit=unit", "key=key"]
        if begins
        else ["case", f'"{step.name}"', *_handed(step, data), "by=by", "why=why", "key=key", "seen=seen"]
    )
    if anchors:
        call.append("anchors={" + ", ".join(f'"{a.given}": self._office.unit({a.name})' for a in anchors) + "}")
    return (
        f"\n    def {_free(step.name)}(\n"
        + "".join(f"        {line},\n" for line in head)
        + f'    ) -> Case:\n        """“{step.text}”: taken by {Wording(flow).who(step.by).en}."""\n'
        + f"        return self._office.{'begin' if begins else 'take'}(\n"
        + "".join(f"            {line},\n" for line in call)
        + "        )\n"
    )


def _handed(step: Step, data: Iterable[Parameter]) -> list[str]:
    """What the step is given."""
    if step.data is None:
        return ["None"] if step.of == (NEW,) else []
    if not _is_said(step.data):
        return ["data"]
    pairs = "".join(f'                "{name}": {p.given},\n' for name, p in zip(step.data.types, data, strict=True))
    return ["{\n" + pairs + "            }"]


def _parameters(step: Step) -> list[Parameter]:
    """The parameters that say what the step asks for."""
    if step.data is None:
        return []
    if not _is_said(step.data):
        optional = all(field.default is not attrs.NOTHING for field in attrs.fields(step.data))
        return [Parameter("data", *((f"{step.data.__name__} | None", "None") if optional else (step.data.__name__,)))]
    return [_parameter(name, wanted) for name, wanted in step.data.types.items()]


def _is_said(data: type[Any]) -> bool:
    return issubclass(data, Given)


def _parameter(name: str, wanted: DataType) -> Parameter:
    called = _free(name)
    one, given = KINDS[wanted.kind].annotation, called
    if wanted.one_of:
        one = f"Literal[{', '.join(_quoted(word) for word in wanted.one_of)}]"
    elif wanted.kind == "unit":
        one, given = "str", f"self._office.unit({called})"
    elif wanted.kind == "case":
        one = "str"
    elif wanted.kind == "time limit":
        one = "TimeLimit | str"
    if wanted.many:
        given = f"[self._office.unit(one) for one in {called}]" if wanted.kind == "unit" else called
        return Parameter(called, f"Sequence[{one}]", "()" if wanted.optional else "", given)
    if not wanted.optional:
        return Parameter(called, one, "", given)
    if wanted.default is None:
        given = f"None if {called} is None else {given}" if given != called else called
        return Parameter(called, f"{one} | None", "None", given)
    return Parameter(called, one, '""', given)


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _free(name: str) -> str:
    """A name as Python can say it, and as no other parameter is called."""
    spelt = re.sub(r"\W", "_", name)
    return f"{spelt}_" if keyword.iskeyword(spelt) or spelt in _TAKEN else spelt
