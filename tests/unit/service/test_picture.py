"""The graph of a store: no two arrows for one move, and every count in its place."""

from __future__ import annotations

import lifecycle_dsl as lcr
from lifecycle_dsl.drawing import Groups, NodeKind, stage_graph
from lifecycle_dsl.service.picture import Moves, parted, picture

RULES = """\
lifecycle many
event a, b, c
start { -> one }
from any except four -> four on a
from one, two -> four on b
from two, three -> one on c
stage one { -> two on b  -> three on c }
stage two { -> three on b }
stage three { -> four on c }
stage four
"""


def test_ways_between_two_stages_are_one_edge() -> None:
    graph = parted(stage_graph(lcr.compile(RULES).program, Groups()))
    pairs = [
        (stage, edge.target)
        for edge in graph.edges
        for stage in graph.node(edge.source).stages or ("",)
    ]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == {
        ("", "stage:one"),
        ("one", "stage:four"),
        ("two", "stage:four"),
        ("three", "stage:four"),
        ("two", "stage:one"),
        ("three", "stage:one"),
        ("one", "stage:two"),
        ("one", "stage:three"),
        ("two", "stage:three"),
    }


def test_several_sources_stay_together_where_nothing_else_leads_there() -> None:
    graph = parted(stage_graph(lcr.compile(RULES).program, Groups()))
    several = [node for node in graph.nodes if node.kind is NodeKind.SEVERAL]
    assert [node.stages for node in several] == [("two", "three")]


def test_every_move_is_counted_once() -> None:
    program = lcr.compile(RULES).program
    between: dict[tuple[str | None, str], int] = {
        (None, "one"): 1,
        ("one", "four"): 10,
        ("two", "four"): 100,
        ("two", "one"): 1_000,
        ("three", "one"): 10_000,
    }
    graph = parted(stage_graph(program, Groups()))
    moves = Moves({}, {"one": 7}, between)
    assert sum(moves.along(edge, graph) for edge in graph.edges) == 11_111
    text = picture(program, {"one": 7}, between)
    assert ">11,000<" in text
    assert ">7<" in text
