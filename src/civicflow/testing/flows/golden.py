"""A guard that changed without a new revision changes how running cases are decided, and no digest tells.

So the text of every function in a flow's table is kept beside the tests, under its name and revision, where a review sees
it; a function that differs fails until it is given another revision, or the kept text is corrected on purpose.
"""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import CodeType, FunctionType
from typing import Any, Final

import attrs

from civicflow.workflows.engine.flow import ELSE, Flow, Guard, Named

_SKIPPED: Final = frozenset(
    (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    )
)


def functions(flows: Iterable[Flow]) -> dict[str, str]:
    """The text of every function in some flows' tables, by name and revision.

    A text is the function's own, in one line without comments, and after it those of the functions that it calls by name
    in its own module, each under that name.

    Raises:
        ValueError: two functions of one name and revision differ.
    """
    found: dict[str, str] = {}
    for flow in flows:
        for named in _named(flow):
            text = " ; ".join(_texts(named.test if isinstance(named, Guard) else named.of))
            if found.setdefault(named.describe(), text) != text:
                msg = f"two functions are called {named.describe()}; give one of them another name or revision"
                raise ValueError(msg)
    return found


def written(texts: Mapping[str, str]) -> str:
    """The lines to keep: ``name@revision: text``, sorted."""
    return "".join(f"{name}: {text}\n" for name, text in sorted(texts.items()))


def _named(flow: Flow) -> Iterator[Guard | Named]:
    for step in flow.steps:
        yield from step.guards
        for branch in step.to:
            if branch.when is not ELSE:
                yield branch.when
        for effect in (*step.does, *(effect for branch in step.to for effect in branch.does)):
            yield from (value for value in _values(effect) if isinstance(value, Named))


def _values(effect: Any) -> Iterator[Any]:
    if attrs.has(type(effect)):
        yield from (getattr(effect, field.name) for field in attrs.fields(type(effect)))


def _texts(function: Callable[..., Any]) -> Iterator[str]:
    """The function, and what it calls in its module, each once."""
    seen: dict[str, None] = {}
    waiting = [("", function)]
    while waiting:
        name, one = waiting.pop(0)
        if not isinstance(one, FunctionType):
            yield f"{name}={getattr(one, '__qualname__', repr(one))}"
            continue
        yield f"{name}={_source(one)}" if name else _source(one)
        for called in sorted(_called(one.__code__)):
            there = one.__globals__.get(called) or _enclosed(one).get(called)
            if isinstance(there, FunctionType) and there.__module__ == one.__module__ and called not in seen:
                seen[called] = None
                waiting.append((called, there))


def _called(code: CodeType) -> set[str]:
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    return {*code.co_names, *code.co_freevars, *(name for one in inner for name in _called(one))}


def _enclosed(function: FunctionType) -> dict[str, Any]:
    cells = function.__closure__ or ()
    return dict(zip(function.__code__.co_freevars, (cell.cell_contents for cell in cells), strict=True))


def _source(function: FunctionType) -> str:
    """The function's own text: of a lambda only the lambda, wherever it stands."""
    if function.__name__ != "<lambda>":
        return _in_one_line(_undocumented(textwrap.dedent(inspect.getsource(function))))
    text, lambdas = _lambdas(inspect.getsourcefile(function) or "")
    code = function.__code__
    near = [node for node in lambdas if node.lineno <= code.co_firstlineno <= (node.end_lineno or node.lineno)]
    node = next((node for node in near if _holds(node, code)), near[0])
    return _in_one_line(f"({ast.get_source_segment(text, node)})")[2:-2]


def _undocumented(text: str) -> str:
    """A function's text without its docstring: words about it decide nothing."""
    first = ast.parse(text).body[0].body[0]  # type: ignore[attr-defined]  # the text is a function's
    if not (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    ):
        return text
    lines = text.splitlines(keepends=True)
    return "".join(lines[: first.lineno - 1] + lines[first.end_lineno :])


@cache
def _lambdas(file: str) -> tuple[str, tuple[ast.Lambda, ...]]:
    text = "".join(linecache.getlines(file))
    return text, tuple(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Lambda))


def _holds(node: ast.Lambda, code: CodeType) -> bool:
    """Whether a lambda is the one that this code was made of: every instruction that has a place lies within its body."""
    start, end = (node.body.lineno, node.body.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    places = [(line, column) for line, _, column, last in code.co_positions() if line and column is not None and last]
    return all(start <= place <= end for place in places)


def _in_one_line(source: str) -> str:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return " ".join(token.string for token in tokens if token.type not in _SKIPPED and token.string.strip())
