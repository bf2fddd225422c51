"""A catalogue of services from a file.

In YAML and JSON each service is a record: ``{name: stall, text: stall permit | 摆摊许可, owner: urban-management, …}``. In CSV it is a row
with the same keys as columns; several documents, channels and areas stand in one cell with ``;`` between them, a document as
``id: identity card | 身份证`` (``id?`` where one may do without); a further row of the same ``name`` with no ``text`` is a further delegation.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.markup import AnyNode, Listing, Record, Scalar, format_json, format_yaml, parse_json, parse_yaml
from civicflow.money import Money
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.sentences import SENTENCES, fault, hint
from civicflow.workflows.files.shapes import Both, Fields, Flag, Key, Many, Reading, Spoilt, Table, Word, joined
from civicflow.workflows.files.timing import Day, OneOf, Within
from civicflow.workflows.files.whole import BOUNDS
from civicflow.workflows.services.catalogue import Catalogue, Delegation, Document, Service

Format = Literal["yaml", "json", "csv"]

ENDINGS: Final[Mapping[str, Format]] = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".csv": "csv"}
"""How a file is written, by the ending of its name."""

_NAME: Final = r"[A-Za-z][A-Za-z0-9-]*"


@attrs.frozen
class MoneyForm:
    """An amount, as in ``500.00 CNY``; in yuan where no currency is named."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Money:
        """The amount."""
        text = Word().read(node, path, at)
        try:
            return Money(*text.split())
        except (InvalidInput, TypeError):
            raise at.note(node, path, "money", text) from None

    def write(self, value: Money) -> str:
        """With its currency."""
        return f"{value.amount} {value.currency}"

    def schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string", "minLength": 1}


_DOCUMENT: Final = Fields(
    {
        "text": Key(Both(), "what an applicant reads | 申请人看到的名称", required=True),
        "optional": Key(Flag(), "one may do without | 可不提交"),
    }
)


@attrs.frozen
class DocumentForm:
    """What an applicant reads; with ``optional``, a record."""

    def read(self, node: AnyNode, path: str, at: Reading) -> dict[str, Any]:
        """Text and whether one may do without."""
        return _DOCUMENT.read(node, path, at) if isinstance(node, Record) else {"text": Both().read(node, path, at)}

    def write(self, value: dict[str, Any]) -> Any:
        """The text alone where it says everything."""
        return _DOCUMENT.write(value) if "optional" in value else str(value["text"])

    def schema(self) -> dict[str, Any]:
        """A text or a record."""
        return {"anyOf": [Both().schema(), _DOCUMENT.schema()]}


DELEGATION: Final = Fields(
    {
        "to": Key(Word(), "the desk: a code, or “kind KIND” for the nearest of a kind | 承接窗口", required=True),
        "areas": Key(
            Many(Word()), "in which areas it holds, by code, each with what lies in it | 适用区域，含下级区域"
        ),
        "since": Key(Day(), "the first day on which it holds | 生效日"),
        "until": Key(Day(), "the first day on which it no longer holds | 失效日"),
        "basis": Key(Word(), "the legal act | 依据"),
    },
    "delegation",
)


@attrs.frozen
class _Made:
    """A value made of a record; what its keys only together get wrong is told with its line."""

    fields: Fields
    of: type[Delegation]

    def read(self, node: AnyNode, path: str, at: Reading) -> Delegation:
        """The value."""
        given = self.fields.read(node, path, at)
        try:
            return self.of(**given)
        except InvalidInput as error:
            raise at.note(node, path, "malformed", problem=str(error)) from None

    def write(self, value: Delegation) -> Any:
        """Its keys, without what is left out."""
        given = {name: getattr(value, name) for name in self.fields.keys}
        return self.fields.write({**_told(given), "to": str(value.to)})

    def schema(self) -> dict[str, Any]:
        """A record."""
        return self.fields.schema()


def _told(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value not in (None, (), "")}


SERVICE: Final = Fields(
    {
        "name": Key(Word("a.name", _NAME), "its symbol | 事项代号", required=True),
        "text": Key(Both(), "what residents read | 居民看到的名称", required=True),
        "owner": Key(Word(), "the code of the department that owns it | 主管部门代码", required=True),
        "kind": Key(OneOf(("approval", "livelihood")), "an approval, or for everyday life | 审批事项或民生服务"),
        "documents": Key(Table(DocumentForm(), _NAME), "what is asked for, by symbol | 申请材料"),
        "within": Key(Within(), "the time promised from acceptance; 20 workdays where left out | 承诺时限"),
        "fee": Key(MoneyForm(), "what the applicant pays; free where left out | 收费，不写则免费"),
        "provider": Key(Word(), "the code of whoever does it for the desk | 服务提供方"),
        "channels": Key(Many(Word()), "how one may apply; any way where left out | 申请渠道"),
        "delegations": Key(
            Many(_Made(DELEGATION, Delegation), alone=False), "the first that holds decides | 下放，先适用者为准"
        ),
    },
    "service",
)


@attrs.frozen
class ServiceForm:
    """One service; what its keys only together get wrong is told with its line."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Service:
        """The service."""
        given = SERVICE.read(node, path, at)
        documents = given.pop("documents", {})
        try:
            return Service(documents=[Document(name=name, **said) for name, said in documents.items()], **given)
        except InvalidInput as error:
            raise at.note(node, joined(path, given["name"]), "malformed", problem=str(error)) from None

    def write(self, value: Service) -> Any:
        """Its keys, without what is left out."""
        given = _told({name: getattr(value, name) for name in SERVICE.keys})
        if value.documents:
            given["documents"] = {
                one.name: {"text": one.text, **({"optional": True} if one.optional else {})} for one in value.documents
            }
        return SERVICE.write(given)

    def schema(self) -> dict[str, Any]:
        """A record."""
        return SERVICE.schema()


FILE: Final = Fields({"services": Key(Many(ServiceForm(), alone=False), "the services | 服务事项", required=True)})


def read_services(text: str, *, source: str, format: Format = "yaml") -> Catalogue:
    """The catalogue of a file.

    Args:
        text: the whole file.
        source: its name, for messages.
        format: how it is written.

    Raises:
        InvalidInput: with every fault: its line, column, value and reason, in both languages.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    text = text.removeprefix("\ufeff")
    at = Reading(source=source, known=Known())
    if format == "csv":
        node: AnyNode = _of_rows(text, at)
    else:
        node = parse_yaml(text, source, BOUNDS) if format == "yaml" else parse_json(text, source, BOUNDS)
    try:
        given = FILE.read(node, "", at)
    except Spoilt:
        given = {}
    if at.found:
        raise InvalidInput(SENTENCES.say("not-services", source=source), at.found)
    try:
        return Catalogue(given["services"])
    except InvalidInput as error:
        wrong = fault("malformed", source=source, path="services", problem=str(error))
        raise InvalidInput(SENTENCES.say("not-services", source=source), [wrong]) from None


def write_services(catalogue: Catalogue, *, format: Literal["yaml", "json"] = "yaml") -> str:
    """The file that says a catalogue: what `read_services` reads back as the same.

    Raises:
        CivicflowError: if YAML is to be written and PyYAML is missing.
    """
    said = FILE.write({"services": catalogue.services})
    return format_yaml(said) if format == "yaml" else format_json(said)


# -- rows --------------------------------------------------------------------------------------------------------------

_OF_DELEGATION: Final = tuple(DELEGATION.keys)
_COLUMNS: Final = (*(name for name in SERVICE.keys if name != "delegations"), *_OF_DELEGATION)
_LISTS: Final = frozenset({"channels", "areas"})


def _of_rows(text: str, at: Reading) -> Record:
    """The rows of a table as the records that another file would hold; their places are those of the cells."""
    services: list[tuple[list[tuple[Scalar, AnyNode]], list[AnyNode]]] = []
    named: dict[str, list[AnyNode]] = {}
    for row in _rows(text, at):
        cells = {key.text: (key, value) for key, value in row.pairs if isinstance(value, Scalar) and value.text.strip()}
        delegation = [cells.pop(name) for name in _OF_DELEGATION if name in cells]
        listed = Record(tuple((key, _cell(key.text, value)) for key, value in delegation), row.line, 1)
        name = cells["name"][1].text.strip() if "name" in cells else ""
        if name in named and cells.keys() == {"name"} and delegation:
            named[name].append(listed)
            continue
        delegations: list[AnyNode] = [listed] if delegation else []
        named.setdefault(name, delegations)
        services.append(([(key, _cell(key.text, value)) for key, value in cells.values()], delegations))
    items = []
    for pairs, delegations in services:
        line = pairs[0][0].line if pairs else 1
        if delegations:
            pairs.append((Scalar("delegations", line, 1), Listing(tuple(delegations), line, 1)))
        items.append(Record(tuple(pairs), line, 1))
    return Record(((Scalar("services", 1, 1), Listing(tuple(items), 1, 1)),), 1, 1)


def _rows(text: str, at: Reading) -> Iterator[Record]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    heads: list[str] = []
    line = 1
    try:
        for row in reader:
            if not heads:
                heads = [cell.strip() for cell in row]
                for number, head in enumerate(heads, 1):
                    if head not in _COLUMNS or head in heads[: number - 1]:
                        at.note(Scalar(head, line, number), head, "unknown-key", head, hint=hint(head, _COLUMNS))
            elif any(cell.strip() for cell in row):
                if len(row) > len(heads):
                    at.note(
                        Scalar("", line, len(heads) + 1),
                        "",
                        "malformed",
                        problem=f"{len(row)} cells, {len(heads)} columns",
                    )
                cells = [Scalar(cell, line, number) for number, cell in enumerate(row, 1)]
                pairs = [(Scalar(h, line, c.column), c) for h, c in zip(heads, cells, strict=False) if h in _COLUMNS]
                yield Record(tuple(pairs), line, 1)
            line = reader.line_num + 1
        if not heads:
            at.note(Scalar("", 1, 1), "", "malformed", problem="it is empty; begin with a row that names the columns")
    except csv.Error as error:
        at.note(Scalar("", line, 1), "", "malformed", problem=f"this is not CSV: {error}")


def _cell(name: str, cell: AnyNode) -> AnyNode:
    """A cell as its key wants it: one value, a list, or documents by their symbols."""
    if not isinstance(cell, Scalar) or name not in _LISTS | {"documents"}:
        return cell
    words = [word.strip() for word in cell.text.split(";") if word.strip()]
    if name in _LISTS:
        return Listing(tuple(Scalar(word, cell.line, cell.column) for word in words), cell.line, cell.column)
    return Record(tuple(_document(word, cell) for word in words), cell.line, cell.column)


def _document(word: str, cell: Scalar) -> tuple[Scalar, AnyNode]:
    symbol, _, said = word.partition(":")
    optional = symbol.rstrip().endswith("?")
    text = Scalar(said.strip(), cell.line, cell.column, null=not said.strip())
    key = Scalar(symbol.strip().rstrip("?"), cell.line, cell.column)
    if not optional:
        return key, text
    true = Scalar("true", cell.line, cell.column)
    pairs = ((Scalar("text", cell.line, cell.column), text), (Scalar("optional", cell.line, cell.column), true))
    return key, Record(pairs, cell.line, cell.column)
