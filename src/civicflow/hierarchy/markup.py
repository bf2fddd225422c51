"""Text into nodes that know their place: YAML through PyYAML's events, JSON through its own small reader.

Both give the same three nodes. A scalar keeps the characters that were written, so that a code such as ``0101`` or a date
is never turned into something else by a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs

from civicflow.errors import CivicflowError, Fault, InvalidInput

YAML_LIMIT = 4 * 1024 * 1024
"""Characters of YAML that are read; PyYAML needs about 0.2 ms for each row."""

_DEPTH = 32
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


def _stop(source: str, line: int, column: int, reason: str, value: str = "") -> InvalidInput:
    fault = Fault(reason=reason, value=value, source=source, line=line, column=column)
    return InvalidInput(f"{source} cannot be read; nothing was loaded", [fault])


def parse_yaml(text: str, source: str) -> AnyNode:
    """The one document of a YAML text. Anchors and tags are not read: a register needs none, and they can be bombs.

    Raises:
        InvalidInput: if it is not such a document.
        CivicflowError: if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError:
        msg = "reading YAML needs PyYAML, which is not installed; run pip install 'civicflow[yaml]', or write JSON"
        raise CivicflowError(msg) from None
    if len(text) > YAML_LIMIT:
        reason = f"YAML is read up to {YAML_LIMIT:,} characters; write a file of this size as CSV or JSON"
        raise _stop(source, 0, 0, reason, f"{len(text):,} characters")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Events(yaml.parse(text, Loader=loader), yaml, source).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _stop(source, line, column, f"this is not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise _stop(source, 0, 0, f"this is not YAML: {error}") from None


class _Events:
    """Builds nodes from a stream of YAML events."""

    def __init__(self, events: Any, yaml: Any, source: str) -> None:
        self.events, self.yaml, self.source = events, yaml, source

    def document(self) -> AnyNode:
        yaml = self.yaml
        node: AnyNode | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent) and node is not None:
                raise self._stop(event, "there is a second document; write each into a file of its own")
            if isinstance(event, yaml.NodeEvent):
                node = self._node(event, 0)
        return node if node is not None else Record((), 1, 1)

    def _stop(self, event: Any, reason: str, value: str = "") -> InvalidInput:
        return _stop(self.source, event.start_mark.line + 1, event.start_mark.column + 1, reason, value)

    def _node(self, event: Any, depth: int) -> AnyNode:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, self.yaml.AliasEvent) or event.anchor is not None:
            raise self._stop(event, "anchors and aliases are not read; write it out", event.anchor)
        if event.tag is not None:
            raise self._stop(event, "tags are not read; leave it out", event.tag)
        if isinstance(event, self.yaml.ScalarEvent):
            return Scalar(event.value, line, column, event.implicit[0] and event.value in _NULLS)
        if depth >= _DEPTH:
            raise self._stop(event, f"this is nested deeper than {_DEPTH} levels")
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
                raise self._stop(event, "a key is one word")
            yield key, self._node(next(self.events), depth)


def parse_json(text: str, source: str) -> AnyNode:
    """A JSON text (RFC 8259) as nodes with their places, which `json` does not give.

    Raises:
        InvalidInput: if it is not JSON.
    """
    return _Json(text, source).document()


class _Json:
    """A reader of one JSON text."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source, self.at = text, source, 0
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
        return _stop(self.source, *self._place(), f"this is not JSON: {reason}", value)

    def _skip(self) -> str:
        found = _SPACE.match(self.text, self.at)
        assert found is not None  # the pattern matches nothing at all, too
        self.at = found.end()
        return self.text[self.at : self.at + 1]

    def _node(self, depth: int) -> AnyNode:
        char = self._skip()
        if char in ("{", "[") and depth >= _DEPTH:
            raise self._stop(f"it is nested deeper than {_DEPTH} levels")
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
