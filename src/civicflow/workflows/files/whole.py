"""A whole file: a flow, or what a city changes of one (an overlay)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, Literal, TypeVar

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.markup import AnyNode, Bounds, Record, Scalar, parse_json, parse_yaml
from civicflow.texts import Text
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.flow import NEW, Effect, Flow, Guard, Named
from civicflow.workflows.files.differences import difference
from civicflow.workflows.files.known import Known
from civicflow.workflows.files.sentences import SENTENCES, hint
from civicflow.workflows.files.shapes import (
    NAME,
    Both,
    Called,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Spoilt,
    Table,
    Whole,
    Word,
    is_nothing,
    joined,
    named_pairs,
    pairs_of,
)
from civicflow.workflows.files.states import SPAN, STATE, span_of, state_of
from civicflow.workflows.files.steps import STEP, learn_kept, step_of
from civicflow.workflows.files.who import WhoShape, read_roles
from civicflow.workflows.shipped import SHIPPED

Format = Literal["yaml", "json"]

BOUNDS: Final = Bounds(
    size=1024 * 1024,
    depth=24,
    nodes=50_000,
    instead="a flow is for people to read: take it apart into stages | 流程是给人读的，请拆分",
)
"""How much of a flow file is read; the largest shipped flow is a fiftieth of it."""

T = TypeVar("T")

_NAME: Final = Word("a.name", r"[A-Za-z][A-Za-z0-9-]*")
_MESSAGES: Final = Table(Both(frozenset({"{title}"})), r"[A-Za-z][A-Za-z0-9._-]*")


@attrs.frozen
class Later:
    """A part that is read after the others: its names are learnt first.

    Attributes:
        shape: its form.
    """

    shape: Any
    complete: bool = True

    def read(self, node: AnyNode, path: str, at: Reading) -> AnyNode:
        """The node as it is."""
        return node

    def write(self, value: Any) -> Any:
        """As it is."""
        return value

    def schema(self) -> dict[str, Any]:
        """A record of them by name."""
        each = self.shape.schema(complete=self.complete) if isinstance(self.shape, Fields) else self.shape.schema()
        return {"type": "object", "propertyNames": {"pattern": f"^(?:{NAME})$"}, "additionalProperties": each}


def _parts(*, complete: bool) -> dict[str, Key]:
    """What a flow and an overlay both have."""
    return {
        "text": Key(Both(), "what a clerk reads | 经办人看到的名称", required=complete),
        "roles": Key(Later(WhoShape()), "what this file calls those who act | 本文件对办理人的称呼"),
        "texts": Key(_MESSAGES, "what is said under a topic | 各主题的内容"),
        "slots": Key(Table(_NAME), "for each slot of children, the name of their flow | 各子项栏所用的流程"),
        "broods": Key(Table(_NAME), "for each kind of mass child, the name of its flow | 各类群子项所用的流程"),
        "opened_in": Key(
            Many(Called("state")), "the states in which a parent may open such a case | 上级事项可开立的状态"
        ),
        "anchors": Key(Many(_NAME), "the units that whoever begins a case names | 开立时须指定的其他单位"),
        "outlives": Key(Flag(), "it may be open when its parent ends | 上级事项终结后可继续"),
        "numbered": Key(Flag(), "its root cases are given a number | 主事项是否编号"),
        "spans": Key(Later(SPAN, complete), "time limits over several states | 跨状态时限"),
        "states": Key(Later(STATE, complete), "the states | 状态", required=complete),
        "steps": Key(Later(STEP, complete), "the steps | 步骤", required=complete),
    }


FLOW: Final = Fields(
    {
        "flow": Key(_NAME, "the name, in words joined by hyphens | 名称，词间以连字符相连", required=True),
        "version": Key(Whole(), "raised with every change | 版本，每次修改递增", required=True),
        **_parts(complete=True),
    },
    "flow",
)

REMOVE: Final = Fields(
    {
        kind: Key(Many(Word("a.name", NAME)), f"{kind} that there are no more | 不再有的{zh}")
        for kind, zh in (
            ("states", "状态"),
            ("steps", "步骤"),
            ("spans", "跨状态时限"),
            ("slots", "子项栏"),
            ("broods", "群子项"),
        )
    },
    "remove",
)

OVERLAY: Final = Fields(
    {
        "overlay": Key(_NAME, "the flow that it is laid over | 所覆盖的流程", required=True),
        "of": Key(Whole(), "its version | 所覆盖的版本", required=True),
        "digest": Key(
            Word("a.text", "[0-9a-f]{8,64}"),
            "the beginning of its digest, so that a change of it is noticed | 其摘要的开头，用以发现改动",
        ),
        "version": Key(Whole(), "the version of the result | 结果的版本", required=True),
        "name": Key(_NAME, "the name of the result; that of the base where left out | 结果的名称，不写则沿用"),
        **_parts(complete=False),
        "remove": Key(REMOVE, "what there is no more | 移除的内容"),
    },
    "overlay",
)


@cache
def _shipped() -> Known:
    return Known.of_flows(SHIPPED)


def read_flow(
    text: str,
    *,
    source: str,
    format: Format = "yaml",
    bases: Iterable[Flow] = (),
    guards: Iterable[Guard] = (),
    functions: Iterable[Named] = (),
    effects: Mapping[str, Effect] | None = None,
) -> Flow:
    """The flow that a file says; nothing of the file is executed.

    Args:
        text: the whole file.
        source: its name, for messages.
        format: how it is written.
        bases: flows that an overlay may be laid over, beside the shipped ones.
        guards: conditions that the file may name, beside those of the shipped flows.
        functions: what the file may name to compute something.
        effects: whole effects that the file may name, by that name.

    Raises:
        InvalidInput: if it is no sound flow, with every fault: its line, column, value and reason, in both languages.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    text, known = text.removeprefix("\ufeff"), (*SHIPPED, *bases)
    node = parse_yaml(text, source, BOUNDS) if format == "yaml" else parse_json(text, source, BOUNDS)
    at = Reading(source=source, known=_shipped().beside(Known.of(guards, functions, effects)))
    try:
        is_overlay = isinstance(node, Record) and any(key.text == "overlay" for key, _ in node.pairs)
        file = _File(node, at, known)
        flow = file.overlaid() if is_overlay else file.flow()
    except Spoilt:
        raise _wrong(source, at.found) from None
    # Of a flow whose children are not all known here the office that takes it into use says the rest.
    family = {one.name: one for one in known}
    children = (*flow.slots.values(), *flow.broods.values())
    beside = family if all(name in family for name in children) else None
    found = [file.placed(fault) for fault in faults(flow, beside)]
    if found:
        raise _wrong(source, found)
    return flow


def _wrong(source: str, found: Iterable[Fault]) -> InvalidInput:
    ordered = sorted(dict.fromkeys(found), key=lambda fault: (fault.line, fault.column))
    return InvalidInput(SENTENCES.say("not-sound", source=source), ordered)


@attrs.define(eq=False)
class _File:
    """One file: its document, and the flows that it may be laid over."""

    node: AnyNode
    at: Reading
    bases: tuple[Flow, ...]
    places: dict[str, Scalar] = attrs.field(factory=dict)

    def placed(self, fault: Fault) -> Fault:
        """A fault of the flow, with the line of the state or step that it speaks of."""
        place = self.places.get(fault.path) or self.places[NEW]
        return attrs.evolve(fault, source=self.at.source, line=place.line, column=place.column)

    def flow(self) -> Flow:
        """The flow that the file says.

        Raises:
            Spoilt: after every fault was noted.
        """
        given, parts = self._opened(FLOW)
        return self._finished(Flow(given.pop("flow"), given.pop("version"), given.pop("text"), **parts, **given))

    def overlaid(self) -> Flow:
        """The flow that the base becomes.

        Raises:
            Spoilt: after every fault was noted.
        """
        top = {key.text: (key, value) for key, value in pairs_of(self.node, "", self.at)}
        base = self._base(top)
        given, parts = self._opened(OVERLAY, base)
        for word in ("overlay", "of", "digest"):
            given.pop(word, None)
        name = given.pop("name", base.name)
        return self._finished(attrs.evolve(base, name=name, **parts, **given))

    def _finished(self, flow: Flow) -> Flow:
        if self.at.found:
            raise Spoilt
        return flow

    def _base(self, top: Mapping[str, tuple[Scalar, AnyNode]]) -> Flow:
        """The flow that it is laid over, unchanged since."""
        head = Fields({word: OVERLAY.keys[word] for word in ("overlay", "of", "digest")})
        node = Record(tuple(pair for word, pair in top.items() if word in head.keys), self.node.line, self.node.column)
        given = head.read(node, "", self.at)
        alike = [flow for flow in self.bases if (flow.name, flow.version) == (given["overlay"], given["of"])]
        if not alike:
            there = hint(given["overlay"], {f"{flow.name}@{flow.version}" for flow in self.bases})
            raise self.at.note(
                top["overlay"][1], "overlay", "no-base", this=f"{given['overlay']}@{given['of']}", hint=there
            )
        base = alike[-1]
        if base.digest.startswith(given.get("digest", "")):
            return base
        former = next((flow for flow in alike if flow.digest.startswith(given["digest"])), None)
        changes = Text.same("") if former is None else _listed(difference(former, base))
        says = {
            "this": given["digest"],
            "that": base.digest[:16],
            "changes": changes if former else SENTENCES["base-unknown"],
        }
        raise self.at.note(top["digest"][1], "digest", "base-changed", given["digest"], **says)

    def _opened(self, keys: Fields, base: Flow | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The simple parts as given, and the parts by name, whole."""
        at, nodes = self.at, {}
        top = {key.text: value for key, value in _quiet_pairs(self.node)}
        self.places[NEW] = Scalar("", self.node.line, self.node.column)
        removed = self._removed(top, base)
        for part, kind in (
            ("states", "state"),
            ("steps", "step"),
            ("spans", "span"),
            ("slots", "slot"),
            ("broods", "brood"),
        ):
            there = (
                {thing if isinstance(thing, str) else thing.name for thing in getattr(base, part)} if base else set()
            )
            pairs = list(_quiet_pairs(top.get(part)))
            at.names[kind] = (there | {key.text for key, _ in pairs}) - removed[part]
            if part in ("states", "steps", "spans"):
                self.places.update((key.text, key) for key, _ in reversed(pairs) if key.text not in self.places)
        if "roles" in top:
            _tried(lambda: read_roles(top["roles"], "roles", at))
        if "texts" in top:
            silent = attrs.evolve(at, found=[])
            at.texts.update(_tried(lambda: _MESSAGES.read(top["texts"], "texts", silent)) or _names_alone(top["texts"]))
        given, _ = keys.gather(self.node, "", at)
        nodes = {part: given.pop(part, None) for part in ("states", "steps", "spans")}
        for word in ("roles", "texts", "remove"):
            given.pop(word, None)
        for part in ("slots", "broods"):
            if part in given or removed[part]:
                former = dict(getattr(base, part)) if base else {}
                given[part] = {k: v for k, v in {**former, **given.get(part, {})}.items() if k not in removed[part]}
        steps = nodes["steps"]
        learn_kept({key.text: node for key, node in _quiet_pairs(steps)}, at, base)
        made = {
            "states": self._each("states", nodes["states"], state_of, base, removed),
            "steps": self._each("steps", steps, step_of, base, removed),
            "spans": self._each("spans", nodes["spans"], span_of, base, removed),
        }
        if at.found:
            raise Spoilt
        return given, made

    def _removed(self, top: Mapping[str, AnyNode], base: Flow | None) -> dict[str, set[str]]:
        """The names to remove, by part, of those that there are."""
        removed: dict[str, set[str]] = {part: set() for part in REMOVE.keys}
        if base is None or "remove" not in top:
            return removed
        for part, names in (
            _tried(lambda: REMOVE.read(top["remove"], "remove", attrs.evolve(self.at, found=[]))) or {}
        ).items():
            there = {thing if isinstance(thing, str) else thing.name for thing in getattr(base, part)}
            said = {key.text for key, _ in _quiet_pairs(top.get(part))}
            for name in names:
                what = {"kind": SENTENCES[f"kind.{part[:-1]}"], "hint": hint(name, there)}
                if name not in there:
                    self.at.note(top["remove"], f"remove.{part}", "not-there", name, **what)
                elif name in said:
                    self.at.note(top["remove"], f"remove.{part}", "removed-and-said", name)
                removed[part].add(name)
        return removed

    def _each(
        self,
        part: str,
        node: AnyNode | None,
        make: Callable[..., Any],
        base: Flow | None,
        removed: Mapping[str, set[str]],
    ) -> tuple[Any, ...]:
        """What stands under each name, over what the base has; the base's order, then the new ones."""
        former = {thing.name: thing for thing in getattr(base, part)} if base else {}
        made = dict(former)
        if node is not None and not is_nothing(node):
            for key, value in _tried(lambda: list(named_pairs(node, part, self.at))) or ():
                if key.text in ("stay", NEW) and part == "states":
                    self.at.note(key, joined(part, key.text), "reserved", key.text, this=f"“{key.text}”")
                    continue
                path = joined(part, key.text)
                one = _tried(lambda k=key, v=value, p=path: make(k.text, v, p, self.at, former.get(k.text)))  # type: ignore[misc]
                if one is not None:
                    made[key.text] = one
        return tuple(thing for name, thing in made.items() if name not in removed[part])


def _quiet_pairs(node: AnyNode | None) -> tuple[tuple[Scalar, AnyNode], ...]:
    """The pairs of a record; none where it is no record, which is noted elsewhere."""
    return node.pairs if isinstance(node, Record) else ()


def _names_alone(node: AnyNode) -> dict[str, Text]:
    """The topics of texts that are at fault themselves: who names them is not to blame."""
    return {key.text: Text.same(key.text) for key, _ in _quiet_pairs(node)}


def _tried(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Spoilt:
        return None


def _listed(texts: Iterable[Text]) -> Text:
    given = tuple(texts)
    return Text("; ".join(text.en for text in given), "；".join(text.zh for text in given))
