"""Pictures: what is on them, that nothing lies over anything else, that no text breaks out."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.drawing import (
    Graph,
    Movements,
    Node,
    NodeKind,
    UnfitLogError,
    count_movements,
    dot_text,
    groups_of,
    mermaid_text,
    stage_graph,
    svg_text,
)
from lifecycle_dsl.drawing.graph import Edge, Way
from lifecycle_dsl.drawing.layout import layout
from lifecycle_dsl.drawing.lettering import text_width, wrapped
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.resources import resource
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source

SHIPPED = sorted(resource("rules").glob("*.lcr"))
RULES = """
lifecycle demo
event order, visit, reply, gone
trait known: bool = false
trait ends: date?
score interest { half-life 14d  on visit: 1 }
group sign_of_life = order, visit, reply
group here = lead, customer
start { -> customer when known  -> lead }
from any except lost -> lost on gone
from here -> lost after 90d without sign_of_life
stage lead {
  -> customer on order where value > 1
  -> customer at 5 points { on visit: 1  when interest >= 3: 2 }
}
stage customer { -> lead when interest < 1  -> lost on ends }
stage lost { -> customer on order, visit  -> lead after 30d }
"""
MERMAID = """\
---
title: "demo"
---
stateDiagram-v2
  state "lead" as stage_lead
  state "customer" as stage_customer
  state "lost" as stage_lost
  state "from any except lost" as from_4
  state "from here" as from_5
  [*] --> stage_customer: when known
  [*] --> stage_lead
  from_4 --> stage_lost: on gone
  from_5 --> stage_lost: after 90d without sign_of_life
  stage_lead --> stage_customer: on order where value #62; 1<br>or 5 points
  stage_customer --> stage_lead: when interest #60; 1
  stage_customer --> stage_lost: on ends
  stage_lost --> stage_customer: on order or visit
  stage_lost --> stage_lead: after 30d
  classDef several stroke-dasharray: 4 3
  class from_4,from_5 several
"""
HOSTILE = '</title><script>alert("1")</script> & \\ #x; `µ` 客户 \x00\n%%{init}%%'
SVG = "{http://www.w3.org/2000/svg}"
LOG = b"""{"kind":"rules","lifecycle":"demo","fingerprint":"x"}
{"kind":"transition","customer":"a","at":"2026-01-05T12:00:00Z","rule":"start","from":null,"to":"lead"}
{"kind":"sent","customer":"a","at":"2026-01-05T12:00:00Z","rule":"t","channel":"email"}
{"kind":"transition","customer":"a","at":"2026-01-06T12:00:00Z","rule":"lead->customer#2","from":"lead","to":"customer"}
{"kind":"transition","customer":"b","at":"2026-01-05T12:00:00Z","rule":"start","from":null,"to":"lead"}
"""


def drawn(text: str, name: str = "rules.lcr") -> tuple[Graph, Program]:
    checked = check(Source(name, text))
    assert checked.program is not None, checked.diagnostics
    return stage_graph(checked.program, groups_of(checked.declarations)), checked.program


def boxes(picture: str) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and kind of all boxes but the ground."""
    found = []
    for each in ET.fromstring(picture).iter(f"{SVG}rect"):  # noqa: S314 — our own
        if each.get("class") != "ground":
            x, y, w, h = (float(each.get(key, "0")) for key in ("x", "y", "width", "height"))
            found.append((x, y, x + w, y + h, each.get("class", "")))
    return found


def test_a_mermaid_diagram_says_every_way() -> None:
    assert mermaid_text(drawn(RULES)[0]) == MERMAID


def test_a_dot_graph_says_every_way() -> None:
    text = dot_text(drawn(RULES)[0])
    assert text.startswith('digraph "demo" {\n')
    assert '  "stage:customer" -> "stage:lost" [label="  on ends"]\n' in text
    assert '"several:here->lost" [label="from here", style="rounded,dashed"' in text
    several = '"several:here->lost" -> "stage:lost" [label="  after 90d without sign_of_life"'
    assert several in text
    assert text.endswith("}\n")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_nothing_lies_over_anything_else(path: Path) -> None:
    checked = check(Source(str(path), path.read_text()), read_beside(path))
    assert checked.program is not None
    graph = stage_graph(checked.program, groups_of(checked.declarations))
    for run in (None, Movements({}, {})):
        picture = svg_text(graph, run)
        found = boxes(picture)
        assert len([box for box in found if box[4] == "stage"]) == len(checked.program.stages)
        root = ET.fromstring(picture)  # noqa: S314 — our own
        wide, high = float(root.get("width", "0")), float(root.get("height", "0"))
        for left, top, right, bottom, _ in found:
            assert 0 < left < right < wide
            assert 0 < top < bottom < high
        for one, other in combinations(found, 2):
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1], (one, other)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_fits_its_box(path: Path) -> None:
    checked = check(Source(str(path), path.read_text()), read_beside(path))
    assert checked.program is not None
    picture = svg_text(stage_graph(checked.program, groups_of(checked.declarations)))
    found = boxes(picture)
    for each in ET.fromstring(picture).iter(f"{SVG}text"):  # noqa: S314 — our own
        x, y, size = (float(each.get(key, "0")) for key in ("x", "y", "font-size"))
        half = text_width(each.text or "", size) / 2
        assert any(
            left <= x - half and x + half <= right and top <= y <= bottom
            for left, top, right, bottom, _ in found
        ), each.text


def test_no_name_or_text_breaks_out() -> None:
    nodes = (
        Node(f"stage:{HOSTILE}", NodeKind.STAGE, HOSTILE, (HOSTILE,)),
        Node("b", NodeKind.SEVERAL, HOSTILE, (HOSTILE,)),
    )
    way = Way(HOSTILE, HOSTILE, HOSTILE)
    graph = Graph(HOSTILE, nodes, (Edge("b", f"stage:{HOSTILE}", (way,)),))
    root = ET.fromstring(svg_text(graph))  # noqa: S314 — our own
    assert [each.tag for each in root.iter() if "script" in each.tag] == []
    assert "<script" not in svg_text(graph)
    assert "<script" not in mermaid_text(graph)
    assert "%%" not in mermaid_text(graph)
    for line in dot_text(graph).splitlines():
        assert line.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 0


@pytest.mark.parametrize(
    ("bar", "label"), [("5", "5 points"), ("2.5", "2.5 points"), ("enough", "enough points")]
)
def test_points_are_told_by_their_bar(bar: str, label: str) -> None:
    rules = RULES.replace("at 5 points", f"at {bar} points") + "param enough = 5\n"
    (edge,) = (
        each
        for each in drawn(rules)[0].edges
        if (each.source, each.target) == ("stage:lead", "stage:customer")
    )
    assert edge.labels == ("on order where value > 1", f"or {label}")


def test_a_run_gives_widths_and_counts() -> None:
    graph, program = drawn(RULES)
    run = count_movements(LOG.splitlines(), program)
    assert run.moved == {
        ("start", None, "lead"): 2,
        ("lead->customer#2", "lead", "customer"): 1,
    }
    assert run.standing == {"customer": 1, "lead": 1}
    picture = svg_text(graph, run)
    assert 'stroke-width="14"' in picture
    assert 'stroke-width="7.75"' in picture
    assert "unused" in picture.partition("</style>")[2]
    assert (
        "stage_lead --> stage_customer: on order where value #62; 1<br>or 5 points<br>1"
        in mermaid_text(graph, run)
    )
    assert 'penwidth="8", arrowsize="0.6"' in dot_text(graph, run)
    assert "<title>From start to lead: otherwise. Taken twice.</title>" in picture


def test_a_way_of_several_stages_says_from_where_it_was_taken() -> None:
    graph, program = drawn(
        "lifecycle x\nevent e, f\nstart { -> a }\nstage a { -> b on f }\nstage b\nstage c\n"
        "from any except c -> c on e\n"
    )
    moves = [("start", None, "a")] * 5 + [("a->b#1", "a", "b")] * 3
    moves += [("any->c#1", "b", "c")] * 2 + [("any->c#1", "a", "c"), ("retired", "old", "a")]
    rule = next(each.rule for each in program.transitions if each.target == "c")
    lines = [
        msgspec.json.encode(
            {"kind": "transition", "customer": str(number), "rule": rule if to == "c" else by}
            | {"from": source, "to": to}
        )
        for number, (by, source, to) in enumerate(moves)
    ]
    run = count_movements(lines, program)
    assert run.standing == {"a": 6, "b": 3, "c": 3}
    assert "on e. Taken 3 times: 2 from b, 1 from a.</title>" in svg_text(graph, run)


def test_an_edge_that_passes_others_is_straight_where_there_is_room() -> None:
    stages = [f"s{number}" for number in range(6)]
    size = dict.fromkeys(stages, (60.0, 30.0))
    way = (Way("r", "", ""),)
    edges = [Edge(one, other, way) for one, other in pairwise(stages)]
    far = [Edge("s5", "s0", way), Edge("s0", "s4", way), Edge("s1", "s5", way)]
    labels = dict.fromkeys(edges, (90.0, 40.0))
    nodes = tuple(Node(each, NodeKind.STAGE, each, (each,)) for each in stages)
    found = layout(Graph("x", nodes, (*edges, *far)), size, labels)
    for chain in found.chains:
        bends = {round(cell.x, 6) for cell in chain.cells if cell.is_bend}
        assert len(bends) <= 1, chain.edge


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 1 is no decision"),
        (b"\xff", "line 1 is no decision"),
        (b'{"kind":"rules","lifecycle":"other"}', "of the lifecycle `other`"),
        (b'{"kind":"transition"}', "without rule"),
        (b'{"kind":"transition","customer":"a","rule":"x->y#1","to":"lead"}', "by `x->y#1`"),
        (b'{"kind":"transition","customer":"a","rule":"start","to":"nowhere"}', "to `nowhere`"),
    ],
)
def test_a_log_of_something_else_is_refused(line: bytes, said: str) -> None:
    _, program = drawn(RULES)
    with pytest.raises(UnfitLogError, match=said):
        count_movements([line], program)


def test_a_picture_is_the_same_every_time() -> None:
    assert svg_text(drawn(RULES)[0]) == svg_text(drawn(RULES)[0])


def test_a_rule_set_of_one_stage_is_drawn() -> None:
    graph, _ = drawn("lifecycle x  event e  start { -> only }  stage only")
    assert len(boxes(svg_text(graph))) == 1


def test_lines_are_even_and_end() -> None:
    assert wrapped("on purchase when in_stage >= 1d", 30, 3) == [
        "on purchase when",
        "in_stage >= 1d",
    ]
    assert wrapped("a" * 70, 30, 2) == ["a" * 30, "a" * 29 + "…"]
    assert wrapped("", 30, 2) == []
