"""Text into nodes that know their place: YAML through PyYAML's events, JSON through its own small reader.

Both give the same three nodes. A scalar keeps the characters that were written, so that a code such as ``0101`` or a date
is never turned into something else by a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import attrs

from civicflow.errors import CivicflowError, Fault, InvalidInput
from civicflow.texts import Catalogue, Text

_MIB: Final = 1024 * 1024


@attrs.frozen(kw_only=True)
class Bounds:
    """How much of a text is read: what is larger is refused before it costs anything.

    Attributes:
        size: bytes in UTF-8.
        depth: lists and records inside each other.
        nodes: lists, records and values in all.
        instead: what to do with a larger one, in both languages.
    """

    size: int
    depth: int = 32
    nodes: int
    instead: str


YAML_BOUNDS: Final = Bounds(
    size=4 * _MIB, nodes=1_000_000, instead="write it as CSV or JSON, or in several files | 请改用CSV或JSON，或拆分文件"
)
"""PyYAML needs about 0.2 ms for each row of a register."""

JSON_BOUNDS: Final = Bounds(
    size=512 * _MIB, nodes=32_000_000, instead="write it as CSV, or in several files | 请改用CSV，或拆分文件"
)
"""All places of China fit in."""

SENTENCES: Final = Catalogue(
    {
        "too-large": "{format} is read up to {limit} bytes; {instead} | {format}文件不得超过{limit}字节；{instead}",
        "too-many": "it holds more than {limit} values; {instead} | 所含的值超过{limit}个；{instead}",
        "too-deep": "this is nested deeper than {limit} levels; lay it out flatter | 嵌套超过{limit}层，请减少层次",
        "not-yaml": "this is not YAML: {problem} | 不是有效的YAML：{problem}",
        "not-json": "this is not JSON: {problem} | 不是有效的JSON：{problem}",
        "second-document": "there is a second document; write each into a file of its own | 文件含有第二个文档，请各自成文件",
        "anchor": "anchors and aliases are not read; write it out | 不支持锚点和别名，请直接写出内容",
        "tag": "tags are not read; leave it out | 不支持标签，请删去",
        "key": "a key is one word | 键须为一个词",
    }
)
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_SPACE = re.compile(r"[ \t\r\n]*")
_WORD = re.compile(r"[^\s,:\[\]{}\"]+")
_JSON_WORD = re.compile(r"null|true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


@attrs.frozen
class Scalar:
    """A word, a number, a date or nothing, as it was written."""

    text: str
    line: int
    column: int
    null: bool = False


@attrs.frozen
class Listing:
    """A list of nodes."""

    items: tuple[AnyNode, ...]
    line: int
    column: int


@attrs.frozen
class Record:
    """Pairs of a key and a node, in the order in which they were written."""

    pairs: tuple[tuple[Scalar, AnyNode], ...]
    line: int
    column: int


AnyNode = Scalar | Listing | Record


def _stop(source: str, line: int, column: int, rule: str, value: str = "", **gaps: object) -> InvalidInput:
    text = SENTENCES.say(rule, **gaps)
    fault = Fault(reason=text.en, value=value, source=source, line=line, column=column, rule=rule, text=text)
    return InvalidInput(
        Text(f"{source} cannot be read; nothing was loaded", f"{source}无法读取，未载入任何内容"), [fault]
    )


def _check_size(text: str, source: str, format: str, bounds: Bounds) -> None:
    # Each character is one byte at least, so that a text far too large is not even encoded.
    size = len(text) if len(text) > bounds.size else len(text.encode("utf-8", "surrogatepass"))
    if size > bounds.size:
        gaps = {"format": format, "limit": f"{bounds.size:,}", "instead": Text.of(bounds.instead)}
        raise _stop(source, 0, 0, "too-large", f"{size:,} bytes", **gaps)


class _Count:
    """Counts nodes up to a bound."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self.n = bounds, 0

    def fault(self, depth: int, *, opens: bool) -> tuple[str, dict[str, Any]] | None:
        """Why one more node is one too many, or None."""
        self.n += 1
        if self.n > self.bounds.nodes:
            return "too-many", {"limit": f"{self.bounds.nodes:,}", "instead": Text.of(self.bounds.instead)}
        if opens and depth >= self.bounds.depth:
            return "too-deep", {"limit": self.bounds.depth}
        return None


def parse_yaml(text: str, source: str, bounds: Bounds = YAML_BOUNDS) -> AnyNode:
    """The one document of a YAML text. Anchors and tags are not read: nobody here needs them, and they can be bombs.

    Args:
        text: the whole file.
        source: its name, for messages.
        bounds: how much of it is read.

    Raises:
        InvalidInput: if it is not such a document.
        CivicflowError: if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        msg = "reading YAML needs PyYAML, which is not installed; run pip install 'civicflow[yaml]', or write JSON"
        raise CivicflowError(msg) from None
    _check_size(text, source, "YAML", bounds)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Events(yaml.parse(text, Loader=loader), yaml, source, bounds).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _stop(source, line, column, "not-yaml", problem=error.problem or error.context) from None
    except yaml.YAMLError as error:
        raise _stop(source, 0, 0, "not-yaml", problem=error) from None
    except UnicodeEncodeError as error:
        raise _stop(source, 0, 0, "not-yaml", problem=f"{error.object[error.start]!r} is no character") from None


class _Events:
    """Builds nodes from a stream of YAML events."""

    def __init__(self, events: Any, yaml: Any, source: str, bounds: Bounds) -> None:
        self.events, self.yaml, self.source, self.count = events, yaml, source, _Count(bounds)

    def document(self) -> AnyNode:
        yaml = self.yaml
        node: AnyNode | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and node is not None:
                raise self._stop(event, "second-document")
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event, 0)
        return node if node is not None else Record((), 1, 1)

    def _stop(self, event: Any, rule: str, value: str = "", **gaps: object) -> InvalidInput:
        return _stop(self.source, event.start_mark.line + 1, event.start_mark.column + 1, rule, value, **gaps)

    def _node(self, event: Any, depth: int) -> AnyNode:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, self.yaml.AliasEvent) or event.anchor is not None:
            raise self._stop(event, "anchor", event.anchor)
        if event.tag is not None:
            raise self._stop(event, "tag", event.tag)
        is_scalar = isinstance(event, self.yaml.ScalarEvent)
        wrong = self.count.fault(depth, opens=not is_scalar)
        if wrong is not None:
            raise self._stop(event, wrong[0], **wrong[1])
        if is_scalar:
            return Scalar(event.value, line, column, event.implicit[0] and event.value in _NULLS)
        if isinstance(event, self.yaml.SequenceStartEvent):
            return Listing(tuple(self._items(depth + 1)), line, column)
        return Record(tuple(self._pairs(depth + 1)), line, column)

    def _items(self, depth: int) -> Iterator[AnyNode]:
        for event in self.events:
            if isinstance(event, self.yaml.SequenceEndEvent):
                return
            yield self._node(event, depth)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, AnyNode]]:
        for event in self.events:
            if isinstance(event, self.yaml.MappingEndEvent):
                return
            key = self._node(event, depth)
            if not isinstance(key, Scalar):
                raise self._stop(event, "key")
            yield key, self._node(next(self.events), depth)


def parse_json(text: str, source: str, bounds: Bounds = JSON_BOUNDS) -> AnyNode:
    """A JSON text (RFC 8259) as nodes with their places, which `json` does not give.

    Args:
        text: the whole file.
        source: its name, for messages.
        bounds: how much of it is read.

    Raises:
        InvalidInput: if it is not JSON.
    """
    _check_size(text, source, "JSON", bounds)
    return _Json(text, source, bounds).document()


class _Json:
    """A reader of one JSON text."""

    def __init__(self, text: str, source: str, bounds: Bounds) -> None:
        self.text, self.source, self.at, self.count = text, source, 0, _Count(bounds)
        self.line, self.line_at, self.counted = 1, 0, 0

    def document(self) -> AnyNode:
        node = self._node(0)
        self._skip()
        if self.at < len(self.text):
            raise self._stop("this stands after the end of the value")
        return node

    def _place(self) -> tuple[int, int]:
        passed = self.text.count("\n", self.counted, self.at)
        if passed:
            self.line += passed
            self.line_at = self.text.rindex("\n", self.counted, self.at) + 1
        self.counted = self.at
        return self.line, self.at - self.line_at + 1

    def _stop(self, reason: str) -> InvalidInput:
        word = _WORD.match(self.text, self.at)
        value = word.group()[:40] if word else self.text[self.at : self.at + 1]
        return _stop(self.source, *self._place(), "not-json", value, problem=reason)

    def _skip(self) -> str:
        found = _SPACE.match(self.text, self.at)
        assert found is not None  # the pattern matches nothing at all, too
        self.at = found.end()
        return self.text[self.at : self.at + 1]

    def _node(self, depth: int) -> AnyNode:
        char = self._skip()
        wrong = self.count.fault(depth, opens=char in ("{", "["))
        if wrong is not None:
            raise _stop(self.source, *self._place(), wrong[0], **wrong[1])
        if char == "{":
            return self._record(depth)
        if char == "[":
            return self._listing(depth)
        if char == '"':
            return self._string()
        line, column = self._place()
        word = _JSON_WORD.match(self.text, self.at)
        if word is None:
            raise self._stop("a value was expected")
        self.at = word.end()
        return Scalar(word.group(), line, column, word.group() == "null")

    def _string(self) -> Scalar:
        line, column = self._place()
        try:
            value, self.at = json.decoder.scanstring(self.text, self.at + 1)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            self.at = min(error.pos, len(self.text))
            raise self._stop(error.msg) from None
        return Scalar(value, line, column)

    def _listing(self, depth: int) -> Listing:
        line, column = self._place()
        items: list[AnyNode] = []
        self.at += 1
        if self._skip() != "]":
            items.append(self._node(depth + 1))
            while self._more("]"):
                items.append(self._node(depth + 1))
        self.at += 1
        return Listing(tuple(items), line, column)

    def _record(self, depth: int) -> Record:
        line, column = self._place()
        pairs: list[tuple[Scalar, AnyNode]] = []
        self.at += 1
        if self._skip() != "}":
            pairs.append(self._pair(depth))
            while self._more("}"):
                pairs.append(self._pair(depth))
        self.at += 1
        return Record(tuple(pairs), line, column)

    def _pair(self, depth: int) -> tuple[Scalar, AnyNode]:
        if self._skip() != '"':
            raise self._stop("a key in double quotes was expected")
        key = self._string()
        if self._skip() != ":":
            raise self._stop("a colon was expected")
        self.at += 1
        return key, self._node(depth + 1)

    def _more(self, end: str) -> bool:
        char = self._skip()
        if char == ",":
            self.at += 1
            return True
        if char != end:
            raise self._stop(f"a comma or {end!r} was expected")
        return False


def format_json(value: Any) -> str:
    """Builtins as JSON, as people write it."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def format_yaml(value: Any) -> str:
    """Builtins as YAML, as people write it: short parts on one line, no aliases.

    Raises:
        CivicflowError: if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        msg = "writing YAML needs PyYAML, which is not installed; run pip install 'civicflow[yaml]', or write JSON"
        raise CivicflowError(msg) from None

    class Plain(yaml.SafeDumper):
        """Writes what is the same twice, twice."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    return str(yaml.dump(value, Dumper=Plain, sort_keys=False, allow_unicode=True, width=110, default_flow_style=None))
