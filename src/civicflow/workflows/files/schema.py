"""The format as JSON Schema says it, for editors; from the tables that read, so that it cannot differ from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from civicflow.workflows.files.whole import FLOW, OVERLAY

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def flow_schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of a flow file: a whole flow, or an overlay."""
    named: dict[str, Any] = {}
    whole, overlay = _hoisted(FLOW.schema(), named), _hoisted(OVERLAY.schema(), named)
    return {
        "$schema": DIALECT,
        "title": "civicflow flow",
        "type": "object",
        "if": {"required": ["overlay"]},
        "then": overlay,
        "else": whole,
        "$defs": dict(sorted(named.items())),
    }


def _hoisted(value: Any, named: dict[str, Any]) -> Any:
    """A part of the schema in which what has a title is said once, under that title, and referred to."""
    if isinstance(value, list):
        return [_hoisted(item, named) for item in value]
    if not isinstance(value, dict):
        return value
    parts = dict(_parts(value, named))
    if not isinstance(parts.get("title"), str):
        return parts
    title = parts.pop("title")
    described = {"description": parts.pop("description")} if "description" in parts else {}
    if named.setdefault(title, parts) != parts:
        msg = f"two forms of a flow file bear the title {title!r}"
        raise ValueError(msg)
    return {**described, "$ref": f"#/$defs/{title}"}


def _parts(value: dict[str, Any], named: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        # Under “properties” stand names of the file, not words of the schema.
        yield key, {k: _hoisted(v, named) for k, v in item.items()} if key == "properties" else _hoisted(item, named)
