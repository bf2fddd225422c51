"""The graph for Graphviz holds what the table holds: another reader's parser finds every state and every edge in it."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pydot
import pytest

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK
from civicflow.texts import Language
from civicflow.workflows.drawing import dot
from civicflow.workflows.drawing.diagram import diagram
from civicflow.workflows.engine.flow import NEW, Flow, Limit, State, Step
from civicflow.workflows.shipped import SHIPPED

LANGUAGES: tuple[Language, ...] = ("en", "zh")


def read(text: str) -> Any:
    """The graph, as pydot reads it."""
    graphs = pydot.graph_from_dot_data(text)
    assert graphs is not None
    return graphs[0]


def unquoted(name: str) -> str:
    """A name or a label without its quotes and escapes."""
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name


def everything(graph: Any) -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    """All nodes and edges, those within clusters too."""
    graphs = [graph, *graph.get_subgraphs()]
    nodes = {unquoted(node.get_name()): node for one in graphs for node in one.get_nodes()}
    for common in ("node", "graph"):  # what all nodes have, and the whole
        nodes.pop(common, None)
    edges = {
        (unquoted(edge.get_source()), unquoted(edge.get_destination())): edge
        for one in graphs
        for edge in one.get_edges()
    }
    return nodes, edges


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_every_state_and_every_edge_is_there(flow: Flow, language: Language) -> None:
    """Beside them only the beginning and the notes."""
    drawn = diagram(flow, SHIPPED)
    nodes, edges = everything(read(dot(flow, language, beside=SHIPPED)))
    notes = {f"({name})" for name in drawn.notes}
    assert set(nodes) == {state.name for state in flow.states} | notes | {"(begin)"}
    framed = [edge for frame in drawn.frames for edge in frame.edges]
    wanted = {
        (edge.source if edge.source != NEW else "(begin)", edge.target)
        for edge in (*framed, *drawn.begins, *drawn.across)
    }
    assert set(edges) == wanted | {(name, f"({name})") for name in drawn.notes}
    for state in flow.states:
        assert state.text.say(language) in unquoted(nodes[state.name].get("label"))
        assert (nodes[state.name].get("peripheries") == "2") is bool(state.final)


def test_a_stage_is_a_cluster() -> None:
    """Its states and the edges among them are within."""
    flow = next(flow for flow in SHIPPED if flow.name == "council-proposal")
    clusters = {unquoted(one.get_name()): one for one in read(dot(flow)).get_subgraphs()}
    assert "cluster council" in clusters
    assert {unquoted(node.get_name()) for node in clusters["cluster council"].get_nodes()} >= {"council.voting"}


def test_it_is_the_same_each_time_and_hostile_texts_stay_texts() -> None:
    """Quotes and backslashes do not end a label."""
    hostile = Flow(
        "hostile",
        1,
        'a "flow" \\ with marks | 带"引号"\\的流程',
        (
            State("odd", 'an "odd" \\ state | "怪"\\态', (Limit("1 day", "end"),)),
            State("done", "done | 完", final="done"),
        ),
        (
            Step("begin", "begin\nnow | 始", NEW, "odd", ANYONE),
            Step("end", 'end "it" | 终', "odd", "done", BY_CLOCK),
        ),
    )
    assert dot(hostile) == dot(attrs.evolve(hostile))
    nodes, edges = everything(read(dot(hostile)))
    assert unquoted(nodes["odd"].get("label")) == 'an "odd" \\ state'
    assert "(the clock, after 1 day)" in unquoted(edges["odd", "done"].get("label"))


def test_only_two_languages() -> None:
    """Another one is an error, not silence."""
    with pytest.raises(InvalidInput, match="'en' or 'zh'"):
        dot(SHIPPED[0], "fr")  # type: ignore[arg-type]
