"""The graph as one SVG: no script, no font and no picture from elsewhere.

Colours follow the reader's light or dark setting. A title and a description stand in the picture
for those who hear it, and every arrow has its ways at full length as its own title.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from attrs import frozen

from lifecycle_dsl.drawing.curves import arrow, curve, ports
from lifecycle_dsl.drawing.graph import Edge, Graph, Node, NodeKind
from lifecycle_dsl.drawing.layout import Cell, Chain, Layout, Size, layout
from lifecycle_dsl.drawing.lettering import LONGEST_LABEL, MOST_LINES, text_width, wrapped
from lifecycle_dsl.drawing.movements import Movements
from lifecycle_dsl.drawing.widths import widths

_NAME: Final = 14.0
_LABEL: Final = 11.5
"""Sizes of letters, in pixels."""
_LEADING: Final = 1.3
_LONGEST_TITLE: Final = 34
_DOT: Final = 14.0

STYLE: Final = """
.lcr-graph{--ground:#ffffff;--ink:#1c2430;--faint:#5b6675;--line:#7b8797;
--box:#eef3fb;--edge:#3f6db3;--several:#faf6ea;--rim:#b08d2e}
@media (prefers-color-scheme:dark){.lcr-graph{--ground:#14181f;--ink:#e8edf4;--faint:#a9b4c2;
--line:#8592a3;--box:#1f2c40;--edge:#7fa8e6;--several:#2c2819;--rim:#c9a94f}}
@media print{.lcr-graph{--ground:#ffffff;--ink:#1c2430;--faint:#5b6675;--line:#7b8797;
--box:#eef3fb;--edge:#3f6db3;--several:#faf6ea;--rim:#b08d2e}}
.lcr-graph{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.lcr-graph .ground{fill:var(--ground)}
.lcr-graph .way{fill:none;stroke:var(--line);stroke-linecap:butt}
.lcr-graph .several-way{stroke:var(--rim)}
.lcr-graph .unused{stroke-dasharray:3 4}
.lcr-graph .tip{fill:var(--line)}
.lcr-graph .several-tip{fill:var(--rim)}
.lcr-graph .stage{fill:var(--box);stroke:var(--edge);stroke-width:1.5}
.lcr-graph .several{fill:var(--several);stroke:var(--rim);stroke-width:1.2;stroke-dasharray:5 3}
.lcr-graph .start{fill:var(--ink)}
.lcr-graph .patch{fill:var(--ground)}
.lcr-graph text{fill:var(--ink);text-anchor:middle}
.lcr-graph .label{fill:var(--faint)}
.lcr-graph .count{fill:var(--ink);font-weight:600}
"""


@frozen
class _Text:
    """A line of text of a kind: `name`, `label` or `count`."""

    text: str
    kind: str

    @property
    def size(self) -> float:
        return _NAME if self.kind == "name" else _LABEL


def svg_text(graph: Graph, run: Movements | None = None, *, identity: str = "lcr-graph") -> str:
    """The picture; `identity` is what its title's id begins with, on a page of several."""
    texts = {node.key: _node_texts(node, run) for node in graph.nodes}
    labels = {edge: _edge_texts(edge, graph, run) for edge in graph.edges}
    sizes = {node.key: _node_size(node, texts[node.key]) for node in graph.nodes}
    room = {edge: _room(lines, 10, 6) for edge, lines in labels.items() if lines}
    found = layout(graph, sizes, room)
    return "".join(f"{line}\n" for line in _lines(graph, run, found, (texts, labels), identity))


def _lines(
    graph: Graph,
    run: Movements | None,
    found: Layout,
    said: tuple[dict[str, list[_Text]], dict[Edge, list[_Text]]],
    identity: str,
) -> Iterator[str]:
    texts, labels = said
    size = f"{found.width:.0f} {found.height:.0f}"
    named = f'aria-labelledby="{identity}-title {identity}-told"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lcr-graph" role="img" {named}'
        f' viewBox="0 0 {size}" width="{found.width:.0f}" height="{found.height:.0f}">'
    )
    yield f'<title id="{identity}-title">{_clean(f"The stages of {graph.title}")}</title>'
    yield f'<desc id="{identity}-told">{_clean(_told(graph, run))}</desc>'
    yield f"<style>{STYLE}</style>"
    yield f'<rect class="ground" width="{found.width:.0f}" height="{found.height:.0f}"/>'
    thick = widths(graph, run)
    docks = ports(found.chains)
    for chain in found.chains:
        yield from _way(chain, docks, thick[chain.edge], graph, run)
    for chain in found.chains:
        if chain.label is not None:
            yield from _label(chain.label, labels[chain.edge])
    for node in graph.nodes:
        yield from _node(node, found.nodes[node.key], texts[node.key])
    yield "</svg>"


# ---- what is said


def _node_texts(node: Node, run: Movements | None) -> list[_Text]:
    if node.kind is NodeKind.START:
        return []
    lines = [_Text(text, "name") for text in wrapped(node.title, _LONGEST_TITLE, MOST_LINES)]
    if node.kind is NodeKind.SEVERAL:
        return [
            _Text(f"from {lines[0].text}", "label"),
            *(_Text(t.text, "label") for t in lines[1:]),
        ]
    return lines if run is None else [*lines, _Text(f"{run.at(node):,}", "count")]


def _edge_texts(edge: Edge, graph: Graph, run: Movements | None) -> list[_Text]:
    lines = [
        _Text(text, "label")
        for label in edge.labels
        for text in wrapped(label, LONGEST_LABEL, MOST_LINES)
    ]
    return lines if run is None else [*lines, _Text(f"{run.along(edge, graph):,}", "count")]


def _told(graph: Graph, run: Movements | None) -> str:
    """The graph in sentences, for those who cannot see it."""
    return " ".join(_edge_told(edge, graph, run) for edge in graph.edges)


def _edge_told(edge: Edge, graph: Graph, run: Movements | None) -> str:
    ways = "; ".join(way.full for way in edge.ways)
    source, target = graph.node(edge.source), graph.node(edge.target)
    told = f"From {source.title} to {target.title}: {ways}."
    if run is None:
        return told
    taken = run.by_source(edge, graph)
    told += f" Taken {_times(sum(taken.values()))}"
    if source.kind is NodeKind.SEVERAL and taken:
        told += f": {', '.join(f'{count:,} from {stage}' for stage, count in taken.items())}"
    return f"{told}."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


# ---- how large it is


def _room(lines: Iterable[_Text], across: float, down: float) -> Size:
    listed = list(lines)
    widest = max((text_width(line.text, line.size) for line in listed), default=0.0)
    return widest + across, sum(line.size * _LEADING for line in listed) + down


def _node_size(node: Node, lines: list[_Text]) -> Size:
    return (_DOT, _DOT) if node.kind is NodeKind.START else _room(lines, 28, 16)


# ---- how it is drawn


def _way(
    chain: Chain,
    docks: dict[tuple[int, int], float],
    width: float,
    graph: Graph,
    run: Movements | None,
) -> Iterator[str]:
    edge = chain.edge
    several = graph.node(edge.source).kind is NodeKind.SEVERAL
    unused = run is not None and run.along(edge, graph) == 0
    kinds = "way" + (" several-way" if several else "") + (" unused" if unused else "")
    yield "<g>"
    yield f"<title>{_clean(_edge_told(edge, graph, run))}</title>"
    path = curve(chain, docks, width)
    yield f'<path class="{kinds}" stroke-width="{width:g}" d="{path}"/>'
    kind = "several-tip" if several else "tip"
    yield f'<path class="{kind}" d="{arrow(chain, docks, width)}"/>'
    yield "</g>"


def _label(cell: Cell, lines: list[_Text]) -> Iterator[str]:
    yield _box(cell, "patch", 4)
    yield from _written(cell, lines)


def _node(node: Node, cell: Cell, lines: list[_Text]) -> Iterator[str]:
    if node.kind is NodeKind.START:
        yield f'<circle class="start" cx="{cell.x:.1f}" cy="{cell.y:.1f}" r="{_DOT / 2:g}"/>'
        return
    yield f"<g><title>{_clean(', '.join(node.stages))}</title>"
    yield _box(cell, node.kind.value, 9 if node.kind is NodeKind.STAGE else cell.height / 2)
    yield from _written(cell, lines)
    yield "</g>"


def _box(cell: Cell, kind: str, radius: float) -> str:
    left, top = cell.x - cell.width / 2, cell.y - cell.height / 2
    return (
        f'<rect class={quoteattr(kind)} x="{left:.1f}" y="{top:.1f}"'
        f' width="{cell.width:.1f}" height="{cell.height:.1f}" rx="{radius:g}"/>'
    )


def _written(cell: Cell, lines: list[_Text]) -> Iterator[str]:
    y = cell.y - sum(line.size * _LEADING for line in lines) / 2
    for line in lines:
        y += line.size * _LEADING
        baseline = y - line.size * (_LEADING - 1) / 2 - line.size * 0.22
        yield (
            f'<text class="{line.kind}" x="{cell.x:.1f}" y="{baseline:.1f}"'
            f' font-size="{line.size:g}">{_clean(line.text)}</text>'
        )


def _clean(text: str) -> str:
    """A text as XML takes it: signs escaped, those that XML has no place for left out."""
    return escape("".join(sign for sign in text if sign.isprintable()))
