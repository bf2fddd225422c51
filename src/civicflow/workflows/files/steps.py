"""Steps as a file says them, whole or what an overlay changes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import attrs

from civicflow.markup import AnyNode, Scalar
from civicflow.workflows.engine.effects import Count, Keep
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Step
from civicflow.workflows.files.data import DataShape, DataType, class_name, fields_of, made
from civicflow.workflows.files.effects import EFFECTS, READING
from civicflow.workflows.files.rules import ConditionShape, guard_named
from civicflow.workflows.files.shapes import (
    Both,
    Called,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Spoilt,
    collected,
    joined,
    pairs_of,
)
from civicflow.workflows.files.who import WhoShape

_TARGET: Final = Called("state", {"stay": STAY})


@attrs.frozen
class BranchShape:
    """One branch: ``{can climb: reviewing, does: climb}``, ``{when: {fee: at most 500}, to: granted}``, ``{otherwise: overdue}``."""

    def read(self, node: AnyNode, path: str, at: Reading) -> Branch:
        """The branch."""
        pairs = {key.text: (key, value) for key, value in pairs_of(node, path, at)}
        does_node = pairs.pop("does", None)
        reads: list[Callable[[], Any]] = [lambda: self._condition(node, pairs, path, at)]
        if does_node is not None:
            reads.append(lambda: EFFECTS.read(does_node[1], joined(path, "does"), at))
        (when, to), *does = collected(reads)
        return Branch(when, to, *does)

    def _condition(self, node: AnyNode, pairs: Mapping[str, Any], path: str, at: Reading) -> tuple[Any, str]:
        if pairs.keys() == {"when", "to"}:
            condition = partial(ConditionShape(refuses=False).read, pairs["when"][1], joined(path, "when"), at)
            when, target = collected([condition, partial(_TARGET.read, pairs["to"][1], joined(path, "to"), at)])
            return when, target
        if len(pairs) != 1 or "when" in pairs or "to" in pairs:
            raise at.note(node, path, "branch")
        key, value = next(iter(pairs.values()))
        to = _TARGET.read(value, joined(path, key.text), at)
        return (ELSE if key.text == "otherwise" else guard_named(key, path, at)), to

    def write(self, value: Branch) -> dict[str, Any]:
        """As short as it can be said."""
        to = _TARGET.write(value.to)
        does = {"does": EFFECTS.write(value.does)} if value.does else {}
        if value.when is ELSE:
            return {"otherwise": to, **does}
        when = ConditionShape(refuses=False).write(value.when)
        return {when: to, **does} if isinstance(when, str) else {"when": when, "to": to, **does}

    def schema(self) -> dict[str, Any]:
        """A record with a condition and a target."""
        return {
            "title": "branch",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 3,
            "properties": {
                "when": {"description": "the condition | 条件", **ConditionShape(refuses=False).schema()},
                "to": {"description": "where it leads then | 届时转入的状态", **_TARGET.schema()},
                "otherwise": {
                    "description": "where it leads if no other branch does | 其余情况转入的状态",
                    **_TARGET.schema(),
                },
                "does": {"description": "what is done on this branch | 该分支的效果", **EFFECTS.schema()},
            },
            "additionalProperties": {
                "description": "a guard's name, and where it leads | 判定的名称与转入的状态",
                **_TARGET.schema(),
            },
        }


@attrs.frozen
class Targets:
    """Where a step leads: a state, ``stay``, or branches of which the first that holds is taken."""

    def read(self, node: AnyNode, path: str, at: Reading) -> tuple[Branch, ...]:
        """The branches."""
        if isinstance(node, Scalar):
            return (Branch(ELSE, _TARGET.read(node, path, at)),)
        branches = Many(BranchShape()).read(node, path, at)
        if not branches:
            raise at.note(node, path, "branch")
        return branches

    def write(self, value: tuple[Branch, ...]) -> Any:
        """The state alone, or the branches."""
        if len(value) == 1 and value[0].when is ELSE and not value[0].does:
            return _TARGET.write(value[0].to)
        return [BranchShape().write(branch) for branch in value]

    def schema(self) -> dict[str, Any]:
        """A string, a branch or an array of branches."""
        branch = BranchShape().schema()
        return {"anyOf": [_TARGET.schema(), branch, {"type": "array", "items": branch, "minItems": 1}]}


# The data come first: what else the step says may name their fields.
STEP: Final = Fields(
    {
        "data": Key(DataShape(), "what the actor must give, with types | 须提供的数据及其类型"),
        "text": Key(Both(), "what a clerk reads | 经办人看到的名称", required=True),
        "from": Key(
            Many(Called("state", {"new": NEW})),
            "the states it leads from; “new” for the first step of a case | 起始状态；首个步骤写“new”",
            required=True,
        ),
        "to": Key(Targets(), "the state it leads to, “stay”, or branches | 转入的状态、“stay”或分支", required=True),
        "by": Key(WhoShape(), "who may take it | 由谁办理", required=True),
        "rules": Key(Many(ConditionShape()), "what must hold: guards by name, or rules as data | 须满足的判定或规则"),
        "does": Key(EFFECTS, "what it does beside | 附带的效果"),
        "reads": Key(READING, "what it reads beyond its matter | 读取的其他事项"),
        "while_held": Key(Flag(), "it may be taken while the case is on hold | 挂账期间也可办理"),
        "asks": Key(Flag(), "false for what may but need not be done | 可办可不办的写false"),
    },
    "step",
)

_ATTRIBUTES: Final = {"from": "of", "rules": "guards"}


def step_of(name: str, node: AnyNode, path: str, at: Reading, base: Step | None = None) -> Step:
    """The step that a file says, or the base with what it changes.

    Raises:
        Spoilt: after every fault was noted.
    """
    at.fields = fields_of(base.data) if base is not None else {}
    given = STEP.read(node, path, at, complete=base is None)
    if "data" in given:
        given["data"] = made(class_name(name), given["data"]) if given["data"] else None
    given = {_ATTRIBUTES.get(key, key): value for key, value in given.items()}
    return attrs.evolve(base, **given) if base is not None else Step(name, **given)


def learn_kept(named: Mapping[str, AnyNode], at: Reading, base: Flow | None) -> None:
    """Learn what cases keep, and of which types, before rules ask for it.

    A name that two steps keep as different things is not learnt.
    """
    silent = attrs.evolve(at, found=[], kept={}, sure=False)
    kept: dict[str, set[DataType | None]] = {}
    for step in base.steps if base is not None else ():
        if step.name not in named:
            _learn(kept, (*step.does, *(effect for branch in step.to for effect in branch.does)), fields_of(step.data))
    for name, node in named.items():
        former = next((step for step in base.steps if step.name == name), None) if base is not None else None
        fields = fields_of(former.data) if former is not None else {}
        silent.fields = fields
        try:
            given, _ = STEP.gather(node, name, silent, complete=False)
        except Spoilt:
            at.sure = False
            continue
        at.sure = at.sure and not any(
            part in fault.path for fault in silent.found for part in (".data", ".does", ".to")
        )
        effects = given.get("does", former.does if former is not None else ())
        branches = given.get("to", former.to if former is not None else ())
        _learn(kept, (*effects, *(e for branch in branches for e in branch.does)), given.get("data", fields))
    at.kept.update((name, found.pop()) for name, found in kept.items() if len(found) == 1)


def _learn(
    kept: dict[str, set[DataType | None]], effects: tuple[Any, ...], fields: Mapping[str, DataType | None]
) -> None:
    for effect in effects:
        if isinstance(effect, Count):
            kept.setdefault(effect.field, set()).add(DataType(kind="integer"))
        elif isinstance(effect, Keep):
            for name in (*effect.fields, *effect.given):
                wanted = fields.get(name)
                plain = None if wanted is None else attrs.evolve(wanted, optional=False, private=False)
                kept.setdefault(name, set()).add(plain)


def step_said(step: Step) -> dict[str, Any]:
    """A step as a file says it.

    Raises:
        InvalidInput: if it does something that a file has no word for.
    """
    given: dict[str, Any] = {"text": str(step.text), "from": STEP.keys["from"].shape.write(step.of)}
    given |= {"to": Targets().write(step.to), "by": WhoShape().write(step.by)}
    if step.data is not None:
        given["data"] = DataShape().write(step.data)
    for key, attribute in (("rules", "guards"), ("does", "does"), ("reads", "reads")):
        if getattr(step, attribute):
            given[key] = STEP.keys[key].shape.write(getattr(step, attribute))
    if step.while_held:
        given["while_held"] = True
    if not step.asks:
        given["asks"] = False
    return given
