"""The shapes that a file is made of. Each reads a node, writes the value back, and describes itself to editors.

Since reading, writing and the schema come from one table, none of them can know a key that the others do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Protocol

import attrs

from civicflow.errors import Fault
from civicflow.markup import AnyNode, Listing, Record, Scalar
from civicflow.texts import Text
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.sentences import SENTENCES, fault, hint

NAME: Final = r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*"
FIELD: Final = r"[a-z][a-z0-9_]*"

_NO_TEXT: Final = re.compile("[\ud800-\udfff\0]")
_GAP: Final = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")


class Spoilt(Exception):
    """What was read is not right, and it was noted why."""


@attrs.define(eq=False, kw_only=True)
class Reading:
    """One file while it is read: every fault is noted, and reading goes on.

    Attributes:
        source: the file's name.
        known: the functions that it may name.
        names: what it may call by name, by kind: its states, steps, slots, spans, broods.
        texts: what is said under a topic.
        roles: what it calls those who act.
        fields: the fields that the step at hand asks for, by name; None where that is not known.
        kept: the types of what cases keep, by name; see `civicflow.workflows.files.rules`.
        sure: whether everything that cases keep is known.
        found: the faults.
    """

    source: str
    known: Known
    names: dict[str, set[str]] = attrs.field(factory=dict)
    texts: dict[str, Text] = attrs.field(factory=dict)
    roles: dict[str, Any] = attrs.field(factory=dict)
    fields: Mapping[str, Any] | None = None
    kept: dict[str, Any] = attrs.field(factory=dict)
    sure: bool = True
    found: list[Fault] = attrs.field(factory=list)

    def note(self, node: AnyNode, path: str, rule: str, value: str = "", **gaps: object) -> Spoilt:
        """Note a fault; raise what this returns, unless reading can go on with what there is."""
        self.found.append(
            fault(rule, value=value, path=path, source=self.source, line=node.line, column=node.column, **gaps)
        )
        return Spoilt()

    def expected(self, node: AnyNode, path: str, wanted: Text | str) -> Spoilt:
        """Note that something else was expected."""
        text = wanted if isinstance(wanted, Text) else SENTENCES[wanted]
        value = node.text if isinstance(node, Scalar) else ""
        return self.note(node, path, "expected", value, wanted=text, given=called(node))


def called(node: AnyNode) -> Text:
    """What a node is, in words."""
    if isinstance(node, Scalar):
        return SENTENCES["a.nothing" if is_nothing(node) else "a.value"]
    return SENTENCES["a.list" if isinstance(node, Listing) else "a.record"]


def is_nothing(node: AnyNode) -> bool:
    """Whether nothing was written."""
    return isinstance(node, Scalar) and (node.null or not node.text.strip())


def joined(path: str, key: str) -> str:
    """A place within a place."""
    return f"{path}.{key}" if path else key


class Shape(Protocol):
    """One form that a value may have in a file."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Any:
        """The value.

        Raises:
            Spoilt: after every fault in it was noted.
        """
        ...

    def write(self, value: Any) -> Any:
        """The value as builtins, as short as it can be said."""
        ...

    def schema(self) -> dict[str, Any]:
        """The form as JSON Schema says it."""
        ...


@attrs.frozen
class Word:
    """A text of one line that means something to the flow: a name, say.

    Attributes:
        wanted: the key of the sentence that says what is expected.
        pattern: what it must match as a whole.
    """

    wanted: str = "a.text"
    pattern: str = ""

    def read(self, node: AnyNode, path: str, at: Reading) -> str:
        """The text without the blanks around it."""
        if not isinstance(node, Scalar) or is_nothing(node):
            raise at.expected(node, path, self.wanted)
        text = node.text.strip()
        wrong = _NO_TEXT.search(text)
        if wrong is not None:
            raise at.note(node, path, "character", this=ascii(wrong.group()))
        if self.pattern and re.fullmatch(self.pattern, text) is None:
            raise at.expected(node, path, self.wanted)
        return text

    def write(self, value: str) -> str:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", "minLength": 1, **pattern}


@attrs.frozen
class Called:
    """The name of something that stands elsewhere in the file.

    Attributes:
        kind: what it names: ``state``, ``step``, ``slot`` …
        also: words that mean something else here, with what they stand for.
    """

    kind: str
    also: Mapping[str, str] = attrs.field(factory=dict)

    def read(self, node: AnyNode, path: str, at: Reading) -> str:
        """The name, if there is such a thing."""
        name = Word("a.name").read(node, path, at)
        if name in self.also:
            return self.also[name]
        names = at.names.get(self.kind, set())
        if name not in names:
            what = {"kind": SENTENCES[f"kind.{self.kind}"], "hint": hint(name, {*names, *self.also})}
            raise at.note(node, path, "unknown-name", name, **what)
        return name

    def write(self, value: str) -> str:
        """The name, or the word that stands for it."""
        return {meant: word for word, meant in self.also.items()}.get(value, value)

    def schema(self) -> dict[str, Any]:
        """A string; which names there are, only the reader knows."""
        return {"type": "string", "minLength": 1}


@attrs.frozen
class Field:
    """The name of a field that the step asks for."""

    def read(self, node: AnyNode, path: str, at: Reading) -> str:
        """The name, if the step asks for it."""
        name = Word("a.field", FIELD).read(node, path, at)
        if at.fields is None:
            return name
        if not at.fields:
            raise at.note(node, path, "no-data", name)
        if name not in at.fields:
            raise at.note(node, path, "no-field", name, hint=hint(name, at.fields))
        return name

    def write(self, value: str) -> str:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """A string."""
        return Word(pattern=FIELD).schema()


@attrs.frozen
class Both:
    """A text in both languages.

    Attributes:
        gaps: which gaps something fills.
    """

    gaps: frozenset[str] = frozenset()

    def read(self, node: AnyNode, path: str, at: Reading) -> Text:
        """Both halves."""
        text = Word().read(node, path, at)
        en, _, zh = text.partition("|")
        if not en.strip() or not zh.strip():
            raise at.note(node, path, "translation", text)
        for gap in _GAP.findall(text) if self.gaps else ():
            if gap not in self.gaps:
                raise at.note(node, path, "gap", text, this=gap, usable=", ".join(sorted(self.gaps)))
        return Text.of(text)

    def write(self, value: Text) -> str:
        """On one line, with a bar between them."""
        return str(value)

    def schema(self) -> dict[str, Any]:
        """A string with a bar in it."""
        return {"title": "text", "type": "string", "pattern": r"\S\s*\|\s*\S"}


@attrs.frozen
class Flag:
    """True or false."""

    def read(self, node: AnyNode, path: str, at: Reading) -> bool:
        """The truth of it."""
        if isinstance(node, Scalar) and node.text in ("true", "false"):
            return node.text == "true"
        raise at.expected(node, path, "a.flag")

    def write(self, value: bool) -> bool:  # noqa: FBT001 - the value is the flag
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@attrs.frozen
class Whole:
    """A whole number.

    Attributes:
        least: the smallest that is allowed.
    """

    least: int = 1

    def read(self, node: AnyNode, path: str, at: Reading) -> int:
        """The number."""
        if isinstance(node, Scalar) and re.fullmatch("0|[1-9][0-9]{0,8}", node.text) and int(node.text) >= self.least:
            return int(node.text)
        raise at.expected(node, path, "a.whole")

    def write(self, value: int) -> int:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": 999_999_999}


@attrs.frozen
class Many:
    """One of something, or a list of them.

    Attributes:
        one: the shape of each.
        alone: a single one may be written without brackets.
    """

    one: Shape
    alone: bool = True

    def read(self, node: AnyNode, path: str, at: Reading) -> tuple[Any, ...]:
        """All of them, in order."""
        if isinstance(node, Listing):
            reads = [partial(self.one.read, item, f"{path}[{i}]", at) for i, item in enumerate(node.items)]
            return tuple(collected(reads))
        if not self.alone or is_nothing(node):
            raise at.expected(node, path, "a.list")
        return (self.one.read(node, path, at),)

    def write(self, value: tuple[Any, ...]) -> Any:
        """A list, unless there is one alone."""
        items = [self.one.write(item) for item in value]
        return items[0] if self.alone and len(items) == 1 and not isinstance(items[0], list) else items

    def schema(self) -> dict[str, Any]:
        """One or an array."""
        each = self.one.schema()
        listed = {"type": "array", "items": each}
        return {"anyOf": [each, listed]} if self.alone else listed


@attrs.frozen
class Key:
    """What may stand under a key.

    Attributes:
        shape: its form.
        says: what it means, in both languages.
        required: it has to be there.
    """

    shape: Shape
    says: str
    required: bool = False


@attrs.frozen
class Fields:
    """A record with keys that are known.

    Attributes:
        keys: by name, in the order in which they are read.
        title: what it is called in the schema.
    """

    keys: Mapping[str, Key]
    title: str = ""

    def read(self, node: AnyNode, path: str, at: Reading, *, complete: bool = True) -> dict[str, Any]:
        """What was given, by key. What is not ``complete`` may lack what is required."""
        given, spoilt = self.gather(node, path, at, complete=complete)
        if spoilt:
            raise Spoilt
        return given

    def gather(self, node: AnyNode, path: str, at: Reading, *, complete: bool = True) -> tuple[dict[str, Any], bool]:
        """What could be read, and whether anything else was noted as a fault."""
        pairs: dict[str, tuple[Scalar, AnyNode]] = {}
        before = len(at.found)
        for key, value in pairs_of(node, path, at):
            if key.text in self.keys:
                pairs[key.text] = (key, value)
            else:
                at.note(key, joined(path, key.text), "unknown-key", key.text, hint=hint(key.text, self.keys))
        given: dict[str, Any] = {}
        for name, known in self.keys.items():
            if name in pairs:
                try:
                    given[name] = known.shape.read(pairs[name][1], joined(path, name), at)
                except Spoilt:
                    continue
            elif known.required and complete and len(at.found) == before:
                at.note(node, joined(path, name), "missing", key=name)
        return given, len(at.found) > before

    def write(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """What is given, each in its form."""
        return {name: self.keys[name].shape.write(item) for name, item in value.items()}

    def schema(self, *, complete: bool = True) -> dict[str, Any]:
        """An object that has no other keys."""
        required = [name for name, key in self.keys.items() if key.required and complete]
        properties = {name: {"description": key.says, **key.shape.schema()} for name, key in self.keys.items()}
        named = {"title": self.title if complete else f"change-of-{self.title}"} if self.title else {}
        needed = {"required": required} if required else {}
        return {**named, "type": "object", "properties": properties, "additionalProperties": False, **needed}


@attrs.frozen
class Table:
    """A record whose keys are names of the author's own.

    Attributes:
        each: the shape of what stands under a name.
        pattern: what the names look like.
    """

    each: Shape
    pattern: str = NAME

    def read(self, node: AnyNode, path: str, at: Reading) -> dict[str, Any]:
        """What stands under each name."""
        before, given = len(at.found), {}
        for key, value in named_pairs(node, path, at, self.pattern):
            try:
                given[key.text] = self.each.read(value, joined(path, key.text), at)
            except Spoilt:
                continue
        if len(at.found) > before:
            raise Spoilt
        return given

    def write(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Each under its name."""
        return {name: self.each.write(item) for name, item in value.items()}

    def schema(self) -> dict[str, Any]:
        """An object whose keys match the pattern."""
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{self.pattern})$"},
            "additionalProperties": self.each.schema(),
        }


def pairs_of(node: AnyNode, path: str, at: Reading) -> Iterator[tuple[Scalar, AnyNode]]:
    """The pairs of a record; a key that comes again is noted and left out."""
    if is_nothing(node):
        return
    if not isinstance(node, Record):
        raise at.expected(node, path, "a.record")
    first: dict[str, Scalar] = {}
    for key, value in node.pairs:
        known = first.setdefault(key.text, key)
        if known is key:
            yield key, value
        else:
            at.note(key, joined(path, key.text), "twice", key.text, first=known.line)


def named_pairs(node: AnyNode, path: str, at: Reading, pattern: str = NAME) -> Iterator[tuple[Scalar, AnyNode]]:
    """The pairs of a record whose keys are names; a key that is none is noted and left out."""
    for key, value in pairs_of(node, path, at):
        if re.fullmatch(pattern, key.text):
            yield key, value
        else:
            at.expected(key, path, "a.field" if pattern == FIELD else "a.name")


def collected(reads: Iterable[Callable[[], Any]]) -> list[Any]:
    """The results of all reads; every one is tried before the first failure is raised."""
    given, spoilt = [], False
    for read in reads:
        try:
            given.append(read())
        except Spoilt:
            spoilt = True
    if spoilt:
        raise Spoilt
    return given
