"""Who may take a step, in words: ``secretary of unit``, ``requester``, or a role that the file names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import (
    ANYONE,
    BY_CLOCK,
    BY_JOIN,
    BY_RULE,
    REQUESTER,
    AnyOf,
    Holder,
    Who,
)
from civicflow.markup import AnyNode, Listing
from civicflow.workflows.files.sentences import hint
from civicflow.workflows.files.shapes import NAME, Reading, Spoilt, Word, collected, joined, named_pairs

BUILT_IN: Final[Mapping[str, Who]] = {
    "requester": REQUESTER,
    "anyone": ANYONE,
    "clock": BY_CLOCK,
    "join": BY_JOIN,
    "rule": BY_RULE,
}
"""The words that every file knows."""

_HOLDER: Final = re.compile(rf"(\S(?:.*\S)?) of ({NAME})")


def who_of(word: str, roles: Mapping[str, Who]) -> Who | None:
    """What one phrase means, or None where it means nothing.

    >>> who_of("secretary of above", {})
    Holder(post='secretary', at='above')
    """
    if word in BUILT_IN:
        return BUILT_IN[word]
    if word in roles:
        return roles[word]
    found = _HOLDER.fullmatch(word)
    return Holder(found[1], found[2]) if found else None


@attrs.frozen
class WhoShape:
    """Who acts: a phrase, or a list of them for any of several."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Who:
        """Who is meant."""
        if isinstance(node, Listing):
            if not node.items:
                raise at.note(node, path, "who", hint="")
            reads = [partial(self.read, item, f"{path}[{i}]", at) for i, item in enumerate(node.items)]
            return AnyOf(*collected(reads))
        word = Word().read(node, path, at)
        who = who_of(word, at.roles)
        if who is None:
            raise at.note(node, path, "who", word, hint=hint(word, {*BUILT_IN, *at.roles}))
        return who

    def write(self, value: Who) -> Any:
        """The phrase, or the phrases."""
        if isinstance(value, AnyOf):
            return [self.write(who) for who in value.whos]
        if isinstance(value, Holder):
            return f"{value.post} of {value.at}"
        return next(word for word, who in BUILT_IN.items() if who == value)

    def schema(self) -> dict[str, Any]:
        """A phrase, or a list of what may itself be a list."""
        several = {"type": "array", "items": {"$ref": "#/$defs/who"}, "minItems": 1}
        return {"title": "who", "anyOf": [{"type": "string", "minLength": 1}, several]}


def read_roles(node: AnyNode, path: str, at: Reading) -> None:
    """Learn what a file calls those who act. A role is made of posts and of built-in words, never of other roles."""
    learnt: dict[str, Who] = {}
    for key, value in named_pairs(node, path, at):
        if key.text in BUILT_IN:
            at.note(key, joined(path, key.text), "reserved", key.text, this=f"“{key.text}”")
            continue
        try:
            learnt[key.text] = WhoShape().read(value, joined(path, key.text), at)
        except Spoilt:
            learnt[key.text] = REQUESTER  # the role is at fault, not the steps that name it
    at.roles.update(learnt)
