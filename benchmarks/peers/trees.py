"""The same areas in a dict of slots, in treelib, anytree and bigtree, each as its documentation does it.

A tree without an index by code gets a dict beside it, as anybody would do. Rows come parents first. What none of them keeps: dates,
levels, who came after whom; what none of them checks: codes that stand twice, parents that are not there, levels.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = "cn"


def rows(place: Path) -> Iterator[tuple[str, str, str, str]]:
    """Code, name, level and parent; the provinces hang under one root."""
    with place.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for code, name, level, parent in lines:
            yield code, name, level, parent or ROOT


class Tree(ABC):
    """What every contender can do; units are called by code."""

    @abstractmethod
    def load(self, place: Path) -> None:
        """The tree of a table."""

    def prepare(self, codes: Sequence[str]) -> Sequence[str]:
        """What units are called by here, of codes."""
        return codes

    @abstractmethod
    def look_up(self, codes: Iterable[str]) -> None:
        """Each unit by its code."""

    @abstractmethod
    def path(self, unit: str) -> int:
        """How many stand above a unit, all of them looked at."""

    @abstractmethod
    def subtree(self, unit: str) -> int:
        """How many stand in a subtree, all of them put together."""

    @abstractmethod
    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        """For every unit how many of these lie in its subtree, the whole ones first."""

    @abstractmethod
    def move(self, unit: str, to: str) -> None:
        """Put a unit under another one."""

    @abstractmethod
    def merge(self, unit: str, into: str) -> None:
        """Give all that stands under a unit to its sibling, and take it away."""


def bottom_up(parents: dict[str, str], units: Iterable[str]) -> Sequence[int]:
    """Totals by adding each unit's to its parent's, in the reverse of an order in which parents come first."""
    totals = Counter(units)
    for code in reversed(parents):
        if found := totals.get(code):
            totals[parents[code]] += found
    return sorted(totals.values(), reverse=True)


class Slot:
    """A node by hand."""

    __slots__ = ("children", "code", "level", "name", "parent", "total")

    def __init__(self, code: str, name: str, level: str, parent: Slot | None) -> None:
        self.code, self.name, self.level, self.parent = code, name, level, parent
        self.children: list[Slot] = []
        self.total = 0


class DictOfSlots(Tree):
    """What a programmer writes in an hour."""

    def load(self, place: Path) -> None:
        self.nodes = {ROOT: Slot(ROOT, "", "", None)}
        for code, name, level, parent in rows(place):
            above = self.nodes[parent]
            node = self.nodes[code] = Slot(code, name, level, above)
            above.children.append(node)

    def look_up(self, codes: Iterable[str]) -> None:
        nodes = self.nodes
        for code in codes:
            nodes[code]

    def path(self, unit: str) -> int:
        found, node = [], self.nodes[unit]
        while node.parent is not None:
            node = node.parent
            found.append(node)
        return len(found) - 1

    def subtree(self, unit: str) -> int:
        found = [self.nodes[unit]]
        for node in found:
            found += node.children
        return len(found)

    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        nodes = self.nodes
        for node in nodes.values():
            node.total = 0
        for unit in units:
            nodes[unit].total += 1
        for node in reversed(nodes.values()):
            if node.parent is not None:
                node.parent.total += node.total
        return [node.total for node in nodes.values()]

    def move(self, unit: str, to: str) -> None:
        node, above = self.nodes[unit], self.nodes[to]
        node.parent.children.remove(node)
        node.parent = above
        above.children.append(node)

    def merge(self, unit: str, into: str) -> None:
        node, heir = self.nodes.pop(unit), self.nodes[into]
        for child in node.children:
            child.parent = heir
        heir.children += node.children
        node.parent.children.remove(node)


class Treelib(Tree):
    """treelib: nodes by identifier."""

    def load(self, place: Path) -> None:
        import treelib

        self.tree = treelib.Tree()
        self.tree.create_node("", ROOT)
        for code, name, level, parent in rows(place):
            self.tree.create_node(name, code, parent=parent, data=level)

    def look_up(self, codes: Iterable[str]) -> None:
        get = self.tree.get_node
        for code in codes:
            get(code)

    def path(self, unit: str) -> int:
        return len(list(self.tree.rsearch(unit))) - 2

    def subtree(self, unit: str) -> int:
        return len(list(self.tree.expand_tree(unit, sorting=False)))

    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        tree = self.tree
        return bottom_up(
            {code: tree.parent(code).identifier for code in tree.expand_tree(sorting=False) if code != ROOT}, units
        )

    def move(self, unit: str, to: str) -> None:
        self.tree.move_node(unit, to)

    def merge(self, unit: str, into: str) -> None:
        for child in self.tree.is_branch(unit):
            self.tree.move_node(child, into)
        self.tree.remove_node(unit)


class _Nodes(Tree):
    """A library whose nodes know their parents and children, with a dict by code."""

    nodes: dict

    def look_up(self, codes: Iterable[str]) -> None:
        nodes = self.nodes
        for code in codes:
            nodes[code]

    def move(self, unit: str, to: str) -> None:
        self.nodes[unit].parent = self.nodes[to]

    def merge(self, unit: str, into: str) -> None:
        node = self.nodes.pop(unit)
        for child in list(node.children):
            child.parent = self.nodes[into]
        node.parent = None


class Anytree(_Nodes):
    """anytree: nodes with attributes."""

    def load(self, place: Path) -> None:
        import anytree

        self.anytree = anytree
        self.nodes = {ROOT: anytree.Node("", code=ROOT)}
        for code, name, level, parent in rows(place):
            self.nodes[code] = anytree.Node(name, parent=self.nodes[parent], code=code, level=level)

    def path(self, unit: str) -> int:
        return len(self.nodes[unit].path) - 2

    def subtree(self, unit: str) -> int:
        return len(list(self.anytree.PreOrderIter(self.nodes[unit])))

    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        order = self.anytree.PreOrderIter(self.nodes[ROOT])
        return bottom_up({node.code: node.parent.code for node in order if node.parent is not None}, units)


class Bigtree(_Nodes):
    """bigtree: nodes with attributes, of unique names among siblings, which are the codes."""

    def load(self, place: Path) -> None:
        import bigtree

        self.bigtree = bigtree
        self.nodes = {ROOT: bigtree.Node(ROOT)}
        for code, name, level, parent in rows(place):
            self.nodes[code] = bigtree.Node(code, parent=self.nodes[parent], called=name, level=level)

    def path(self, unit: str) -> int:
        return len(list(self.nodes[unit].ancestors)) - 1

    def subtree(self, unit: str) -> int:
        return len(list(self.bigtree.preorder_iter(self.nodes[unit])))

    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        order = self.bigtree.preorder_iter(self.nodes[ROOT])
        return bottom_up({node.node_name: node.parent.node_name for node in order if node.parent is not None}, units)


PEERS = {"a dict of slots": DictOfSlots, "treelib": Treelib, "anytree": Anytree, "bigtree": Bigtree}
