"""Pictures of a rule set: its stages and the ways between them.

Takes a checked program, and the movements of a run if there are any; gives text: SVG, Mermaid, DOT.
The picture is data first (`graph`), and every format is made from that. Nothing here reads a file
or needs another program.
"""

from lifecycle_dsl.drawing.dot import dot_text
from lifecycle_dsl.drawing.graph import Edge, Graph, Node, NodeKind, Way, stage_graph
from lifecycle_dsl.drawing.groups import Groups, groups_of
from lifecycle_dsl.drawing.mermaid import mermaid_text
from lifecycle_dsl.drawing.movements import Movements, UnfitLogError, count_movements
from lifecycle_dsl.drawing.svg import svg_text

__all__ = [
    "Edge",
    "Graph",
    "Groups",
    "Movements",
    "Node",
    "NodeKind",
    "UnfitLogError",
    "Way",
    "count_movements",
    "dot_text",
    "groups_of",
    "mermaid_text",
    "stage_graph",
    "svg_text",
]
