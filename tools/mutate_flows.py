"""Spoil the shipped flows on purpose, and say what finds each spoilt one: all of them, or those that are named.

Writes ``tests/workflows/mutants/FLOW.csv``, a line for each mutant, and the tables of ``docs/reference/flow-mutants.md``; with
``--page`` the tables alone, from the files as they are; with ``--check N`` it tries every N-th again. A mutant is

- *rejected*, if the checks find a fault;
- *wrong*, if exploration finds a story that must not be;
- *different*, if the stories are not those of the flow as it is reviewed, whose digest stands in the first lines;
- *alike*, if no story differs: then `ALIKE` says why, or the run fails.

A part of a stage that stands word for word in a flow before is spoilt there, and not once more.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Who
from civicflow.texts import Text
from civicflow.workflows.checking import Checked, check
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.exploring import Explored, explore
from civicflow.workflows.engine.exploring.report import differing
from civicflow.workflows.engine.flow import STAY, Branch, Flow, Limit, Span, State, Step
from civicflow.workflows.scenes import SCENES
from civicflow.workflows.shipped import BY_NAME, SHIPPED

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "tests" / "workflows" / "mutants"
PAGE: Final = ROOT / "docs" / "reference" / "flow-mutants.md"
CLASSES: Final = ("rejected", "wrong", "different", "alike")
Mutants = Iterator[tuple[str, Flow]]

ALIKE: Final[dict[tuple[str, str, str], str]] = {
    ("work-order", "drop_held", "announcement.clear"): "nothing puts a work order on hold; a proposal's notice is held",
    ("work-order", "drop_held", "announcement.send-back"): "as for clearing it",
    ("register", "retarget", "load 0"): "the one state has no limit, so that entering it anew is staying in it",
    ("register", "retarget", "redraw 0"): "the one state has no limit, so that entering it anew is staying in it",
    (
        "supervision",
        "drop_guard",
        "begin others",
    ): "in the small town nobody holds posts of two bodies, and a duty is never given to its supervisor; the tests of the"
    " rule have both",
    (
        "three-party-decision",
        "drop_guard",
        "bring three-bodies",
    ): "in the small town each party is a body of its own and of the case's area; the tests of the rule have others",
    ("resolution", "swap_branches", "vote.count 0"): "what is carried is no tie",
    ("resolution", "drop_effect", "vote.open Turn 0"): "before the first vote there are no ballots of another round;"
    " the stage turns the round because it may stand anywhere",
    ("choice", "swap_branches", "vote.confirm 1"): "what is chosen needs no run-off",
    ("choice", "swap_branches", "vote.confirm 2"): "what goes to a run-off has no tie that a lot breaks",
    (
        "work-order",
        "drop_guard",
        "inspecting.inspect not-the-builder",
    ): "in the small town neither the delegate nor the resident works for a contractor or reports for one; the tests of the"
    " rule have both",
    (
        "council-proposal",
        "drop_effect",
        "group.open Turn 0",
    ): "before the first vote there are no ballots of another round;"
    " the stage turns the round because it may stand anywhere",
    **dict.fromkeys(
        (
            ("council", "drop_read", "set-up documents"),
            ("council", "drop_read", "lay-down documents"),
            ("sitting", "drop_read", "convene documents"),
        ),
        "in the scenes there is no document in force, so that one that is named is refused, read or not; the tests of the rule"
        " have documents",
    ),
}
"""By flow, operator and place: why a mutant tells the same stories."""

WORKS: Final = {
    "annul": "quoting.calling quoting.opening quoting.few quoting.comparing building.building building.late building.reported"
    " building.payable inspecting.defective",
    "suspend": "funding.due quoting.calling quoting.opening quoting.few quoting.comparing announcement.posted"
    " announcement.contested building.contracting building.building building.late building.reported building.payable"
    " inspecting.awaited inspecting.defective settling.due evaluation.open",
}
ALIKE.update(
    {
        (
            "council-proposal",
            "drop_source",
            f"{step} {state}",
        ): "the stretches of works are those of the work order, in which"
        " nobody suspends or annuls; that both lead from each of these states is a test of the composition"
        for step, states in WORKS.items()
        for state in states.split()
    }
)
ALIKE.update(
    {
        ("council-proposal", *place): why
        for place, why in {
            (
                "drop_branch",
                "winding-up.settle 0",
            ): "either outcome leads to the same end here; the work order tells them apart",
            (
                "drop_effect",
                "winding-up.settle CarryTo 0",
            ): "what was retained is paid of a whole that was accepted, and then nothing is annulled any more",
            (
                "drop_effect",
                "draft.amend TieToFunds 2",
            ): "the texts of the scenes draw on one fund; the tests of the rule have two",
            ("drop_effect", "deliberation.amend TieToFunds 2"): "as for amending a draft",
            ("drop_effect", "inspecting.inspect/0 Stamp 0"): "a proposal was stamped when it had its money",
            ("drop_guard", "inspecting.inspect not-the-builder"): "as for the work order",
        }.items()
    }
)


def _steps(flow: Flow, step: Step, *instead: Step) -> Flow:
    """The flow with one step replaced."""
    return attrs.evolve(flow, steps=tuple(new for one in flow.steps for new in (instead if one is step else (one,))))


def _states(flow: Flow, state: State, *instead: State) -> Flow:
    """The flow with one state replaced."""
    return attrs.evolve(flow, states=tuple(new for one in flow.states for new in (instead if one is state else (one,))))


def _without(items: tuple[Any, ...], number: int) -> tuple[Any, ...]:
    return items[:number] + items[number + 1 :]


def _with(items: tuple[Any, ...], number: int, new: Any) -> tuple[Any, ...]:
    return (*items[:number], new, *items[number + 1 :])


def _limited(flow: Flow) -> Iterator[tuple[str, tuple[Limit, ...], Callable[[tuple[Limit, ...]], Flow]]]:
    """Each ladder, with a way to put another one in its place."""
    for state in flow.states:
        yield state.name, state.limits, lambda limits, s=state: _states(flow, s, attrs.evolve(s, limits=limits))  # type: ignore[misc]
    for span in flow.spans:

        def put(limits: tuple[Limit, ...], one: Span = span) -> Flow:
            spans = tuple(attrs.evolve(s, limits=limits) if s is one else s for s in flow.spans)
            return attrs.evolve(flow, spans=spans)

        yield span.name, span.limits, put


def drop_limit(flow: Flow) -> Mutants:
    """A time limit less."""
    for name, limits, put in _limited(flow):
        for number in range(len(limits)):
            yield f"{name} {number}", put(_without(limits, number))


def drop_again(flow: Flow) -> Mutants:
    """A standing reminder that rings once."""
    for name, limits, put in _limited(flow):
        for number, limit in enumerate(limits):
            if limit.again:
                yield f"{name} {number}", put(_with(limits, number, attrs.evolve(limit, again=False)))


def swap_call(flow: Flow) -> Mutants:
    """A limit that calls another step."""
    names = [step.name for step in flow.steps]
    for name, limits, put in _limited(flow):
        for number, limit in enumerate(limits):
            other = next((one for one in limits if one.then != limit.then), None)
            then = other.then if other else names[(names.index(limit.then) + 1) % len(names)]
            yield f"{name} {number}", put(_with(limits, number, attrs.evolve(limit, then=then)))


def drop_join(flow: Flow) -> Mutants:
    """A join less."""
    for state in flow.states:
        for number in range(len(state.joins)):
            yield (
                f"{state.name} {number}",
                _states(flow, state, attrs.evolve(state, joins=_without(state.joins, number))),
            )


def swap_joins(flow: Flow) -> Mutants:
    """Two joins that are asked the other way round."""
    for state in flow.states:
        if len(state.joins) > 1:
            yield state.name, _states(flow, state, attrs.evolve(state, joins=state.joins[::-1]))


def drop_step(flow: Flow) -> Mutants:
    """A step less."""
    for step in flow.steps:
        yield step.name, _steps(flow, step)


def drop_branch(flow: Flow) -> Mutants:
    """A branch less."""
    for step in flow.steps:
        for number in range(len(step.to)):
            if len(step.to) > 1:
                yield f"{step.name} {number}", _steps(flow, step, attrs.evolve(step, to=_without(step.to, number)))


def swap_branches(flow: Flow) -> Mutants:
    """Two branches that follow each other, the other way round."""
    for step in flow.steps:
        for number in range(len(step.to) - 1):
            one, other = step.to[number : number + 2]
            to = (*step.to[:number], other, one, *step.to[number + 2 :])
            yield f"{step.name} {number}", _steps(flow, step, attrs.evolve(step, to=to))


def retarget(flow: Flow) -> Mutants:
    """A branch that leads elsewhere."""
    names = [state.name for state in flow.states]
    for step in flow.steps:
        for number, branch in enumerate(step.to):
            to = names[(names.index(branch.to) + 1) % len(names)] if branch.to != STAY else names[-1]
            if to != branch.to:
                other = Branch(branch.when, to, branch.does)
                yield f"{step.name} {number}", _steps(flow, step, attrs.evolve(step, to=_with(step.to, number, other)))


def drop_effect(flow: Flow) -> Mutants:
    """An effect less."""
    for step in flow.steps:
        for number, effect in enumerate(step.does):
            where = f"{step.name} {type(effect).__name__} {number}"
            yield where, _steps(flow, step, attrs.evolve(step, does=_without(step.does, number)))
        for at, branch in enumerate(step.to):
            for number, effect in enumerate(branch.does):
                other = Branch(branch.when, branch.to, _without(branch.does, number))
                where = f"{step.name}/{at} {type(effect).__name__} {number}"
                yield where, _steps(flow, step, attrs.evolve(step, to=_with(step.to, at, other)))


def drop_guard(flow: Flow) -> Mutants:
    """A guard less."""
    for step in flow.steps:
        for number, guard in enumerate(step.guards):
            where = f"{step.name} {guard.name}"
            yield where, _steps(flow, step, attrs.evolve(step, guards=_without(step.guards, number)))


def drop_source(flow: Flow) -> Mutants:
    """A step that leads from a state less."""
    for step in flow.steps:
        for number, name in enumerate(step.of):
            if len(step.of) > 1:
                yield f"{step.name} {name}", _steps(flow, step, attrs.evolve(step, of=_without(step.of, number)))


def swap_role(flow: Flow) -> Mutants:
    """A step that the next role of the flow may take instead."""
    roles: list[Who] = []
    for step in flow.steps:
        if step.by not in roles:
            roles.append(step.by)
    for step in flow.steps:
        if len(roles) > 1:
            other = roles[(roles.index(step.by) + 1) % len(roles)]
            yield step.name, _steps(flow, step, attrs.evolve(step, by=other))


def final_open(flow: Flow) -> Mutants:
    """An end that is none."""
    for state in flow.states:
        if state.final:
            yield state.name, _states(flow, state, attrs.evolve(state, final=""))


def open_final(flow: Flow) -> Mutants:
    """An open state that is an end."""
    for state in flow.states:
        if not state.final:
            yield state.name, _states(flow, state, attrs.evolve(state, final="over"))


def drop_rest(flow: Flow) -> Mutants:
    """A state that no longer says that it stands or follows."""
    for state in flow.states:
        if state.standing or state.follows:
            yield state.name, _states(flow, state, attrs.evolve(state, standing=False, follows=False))


def drop_held(flow: Flow) -> Mutants:
    """A step that has to wait for the end of a hold."""
    for step in flow.steps:
        if step.while_held:
            yield step.name, _steps(flow, step, attrs.evolve(step, while_held=False))


def drop_read(flow: Flow) -> Mutants:
    """A step that does not read what it rests on."""
    for step in flow.steps:
        for number, one in enumerate(step.reads):
            yield f"{step.name} {one.name}", _steps(flow, step, attrs.evolve(step, reads=_without(step.reads, number)))


def rename_slot(flow: Flow) -> Mutants:
    """A slot under another name."""
    for slot in flow.slots:
        yield (
            slot,
            attrs.evolve(flow, slots={f"{name}s" if name == slot else name: of for name, of in flow.slots.items()}),
        )


def drop_half(flow: Flow) -> Mutants:
    """A text without its Chinese."""
    for state in flow.states:
        yield state.name, _states(flow, state, attrs.evolve(state, text=Text(state.text.en, "")))
    for step in flow.steps:
        yield step.name, _steps(flow, step, attrs.evolve(step, text=Text(step.text.en, "")))


OPERATORS: Final[tuple[Callable[[Flow], Mutants], ...]] = (
    drop_limit, drop_again, swap_call, drop_join, swap_joins, drop_step, drop_branch, swap_branches, retarget, drop_effect,
    drop_guard, drop_source, swap_role, final_open, open_final, drop_rest, drop_held, drop_read, rename_slot, drop_half,
)  # fmt: skip
Place = tuple[str, str, str]
"""Flow, operator, where."""


@cache
def mutants() -> dict[Place, Flow]:
    """Every mutant by its place."""
    found: dict[Place, Flow] = {}
    stands: set[State | Step] = set()
    for flow in SHIPPED:
        parts: tuple[State | Step, ...] = (*flow.states, *flow.steps)
        elsewhere = {part.name for part in parts if "." in part.name and part in stands}
        for operator in OPERATORS:
            for where, mutant in operator(flow):
                if where.partition(" ")[0] not in elsewhere:
                    found[flow.name, operator.__name__, where] = mutant
        stands.update(part for part in parts if "." in part.name)
    return found


@cache
def checked(name: str) -> Checked:
    """A shipped flow, checked and explored in its scenes."""
    return check(BY_NAME[name], SHIPPED)


def reviewed(name: str) -> tuple[Explored, ...]:
    """The stories of a shipped flow, a scene each."""
    return checked(name).explored


def judge(place: Place) -> tuple[str, str]:
    """The class of a mutant, and what told it."""
    mutant = mutants()[place]
    beside = {flow.name: flow for flow in SHIPPED} | {mutant.name: mutant}
    found = faults(mutant, beside)
    if found:
        return "rejected", found[0].rule
    part = place[2].partition(" ")[0].partition("/")[0]
    told = list(zip(SCENES[mutant.name], reviewed(mutant.name), strict=True))
    # Where the spoilt part has a say, the stories differ first.
    for scene, before in sorted(told, key=lambda one: all(part != noted[2] for noted in one[1].noted)):
        try:
            after = explore(mutant, SHIPPED, scene=scene)
        except InvalidInput as error:
            return "different", str(error).partition("\n")[0]
        if after.findings:
            return "wrong", after.findings[0].rule
        if after.digest != before.digest:
            return "different", " / ".join(differing(before, after))
    return "alike", ALIKE.get(place, "")


def judged(places: list[Place]) -> dict[Place, tuple[str, str]]:
    """Several mutants, on every core; the processes inherit the flows, whose functions cannot be sent."""
    for name in {name for name, _, _ in places}:
        reviewed(name)
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return dict(zip(places, pool.map(judge, places, chunksize=4), strict=True))


def written(name: str, found: dict[Place, tuple[str, str]]) -> str:
    """The lines of a flow's file: digests of the reviewed stories, then a line for each mutant."""
    out = StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(("operator", "where", "class"))
    lines.writerows(("stories", explored.scene.en, explored.digest) for explored in reviewed(name))
    lines.writerows((*place[1:], judgement) for place, (judgement, _) in found.items() if place[0] == name)
    return out.getvalue()


def kept() -> tuple[dict[tuple[str, str], str], dict[Place, str]]:
    """What the files say: digests by flow and scene, classes by place."""
    rows = [
        (name, *row)
        for name in BY_NAME
        if (path := FOLDER / f"{name}.csv").exists()
        for row in list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    ]
    digests = {(flow, where): value for flow, what, where, value in rows if what == "stories"}
    return digests, {(flow, what, where): value for flow, what, where, value in rows if what != "stories"}


def page(classes: dict[Place, str]) -> str:
    """Two tables: for each flow, and for each operator, how many mutants are of which class."""
    total = Counter(classes.values())
    alike = [place for place, judgement in classes.items() if judgement == "alike"]
    by_flow = Counter((name, judgement) for (name, _, _), judgement in classes.items())
    by_operator = Counter((operator, judgement) for (_, operator, _), judgement in classes.items())
    ways = {operator.__name__: (operator.__doc__ or "").rstrip(".") for operator in OPERATORS}
    lines = [
        "<!-- Written by tools/mutate_flows.py. -->\n",
        "# Flows spoilt on purpose\n",
        "Each shipped flow is spoilt in every way below, once in each place, and it is asked what finds that out: the checks",
        "(*rejected*), exploration (*wrong*: a story that must not be), or the comparison with the stories of the reviewed flow",
        "(*different*). What is *alike* tells the same stories; why stands below.",
        f"In all: {', '.join(f'{total[name]} {name}' for name in CLASSES)}, of {len(classes)}.",
        "See [How a flow is checked](../explanation/checking-flows.md).\n",
        *_table("flow", {name: f"`{name}`" for name in BY_NAME}, by_flow),
        "",
        *_table("what is spoilt", ways, by_operator),
        "",
        "## Alike",
        "",
        *(f"- `{place[0]}`, {place[1].replace('_', ' ')}, {place[2]}: {ALIKE[place]}" for place in alike),
    ]
    return "\n".join(lines) + "\n"


def _table(heading: str, rows: dict[str, str], counts: Counter[tuple[str, str]]) -> Iterator[str]:
    yield f"| {heading} | {' | '.join(CLASSES)} |"
    yield f"|---|{'---:|' * len(CLASSES)}"
    for name, says in rows.items():
        yield f"| {says} | {' | '.join(str(counts[name, one] or '–') for one in CLASSES)} |"


def main(arguments: list[str]) -> int:
    """Judge mutants and write files and page, or try every N-th again; 1 where one is unexplained or judged otherwise."""
    if "--check" in arguments:
        every = int(arguments[arguments.index("--check") + 1])
        _, classes = kept()
        places = list(mutants())[::every]
        wrong = [place for place, (now, _) in judged(places).items() if classes.get(place) != now]
        print("\n".join(map(str, wrong)) or f"mutants: {len(places)} judged as before")
        return 1 if wrong else 0
    names = [argument for argument in arguments if not argument.startswith("--")] or list(BY_NAME)
    found = {} if "--page" in arguments else judged([place for place in mutants() if place[0] in names])
    unexplained = [place for place, (now, why) in found.items() if now == "alike" and not why]
    if "--verbose" in arguments:
        print("\n".join(f"{place}: {now}: {why}" for place, (now, why) in found.items()))
    print("\n".join(f"alike, and nobody says why: {place}" for place in unexplained) or "mutants: all accounted for")
    if unexplained:
        return 1
    FOLDER.mkdir(exist_ok=True)
    for name in names if found else ():
        FOLDER.joinpath(f"{name}.csv").write_text(written(name, found), encoding="utf-8")
    PAGE.write_text(page(kept()[1]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
