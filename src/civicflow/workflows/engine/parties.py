"""Whom a matter concerns: told by its entries alone, so that the store's own list can be compared with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from civicflow.hierarchy.reading import person_party, unit_party
from civicflow.ledger.entries import Entry


def parties_of(entry: Entry) -> Iterator[str]:
    """The parties that an entry names: units and whoever raised it, of its case and of the children that it opens.

    Only what is new to the case stands in an entry, so most name nobody. Some may be named twice, and may be parties already.
    """
    delta = entry.delta
    if "set" in delta:
        yield from _named(delta["set"])
    if "opened" in delta:
        for child in delta["opened"]:
            yield from _named(child)


def _named(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in ("unit", "body"):
        if fields.get(name):
            yield unit_party(fields[name])
    if fields.get("requester"):
        yield person_party(fields["requester"])
    if fields.get("anchors"):
        yield from map(unit_party, filter(None, fields["anchors"].values()))
