"""What a run did, from its decisions: how often each way was taken, and where everybody ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from attrs import frozen

from lifecycle_dsl.drawing.graph import START, Edge, Graph, Node
from lifecycle_dsl.program.program import Program

RETIRED: Final = "retired"
"""What decisions call the rule of a move out of a stage that the rules have no more."""


class UnfitLogError(ValueError):
    """A log that is no log of decisions of these rules; the message says where and why."""


@frozen
class Movements:
    """The movements of a run; `moved` is by rule, source and target, `standing` by stage."""

    moved: Mapping[tuple[str, str | None, str], int]
    standing: Mapping[str, int]

    def along(self, edge: Edge, graph: Graph) -> int:
        """How often an edge was taken."""
        return sum(self.by_source(edge, graph).values())

    def by_source(self, edge: Edge, graph: Graph) -> Mapping[str | None, int]:
        """How often an edge was taken, by the stage that was left; most often first."""
        target = graph.node(edge.target).title
        rules = {way.rule for way in edge.ways}
        found: Counter[str | None] = Counter()
        for (rule, source, to), count in self.moved.items():
            if rule in rules and to == target:
                found[source] += count
        return dict(found.most_common())

    def at(self, node: Node) -> int:
        """How many customers are in a stage at the end."""
        return sum(self.standing.get(stage, 0) for stage in node.stages)


class _Line(msgspec.Struct):
    kind: str
    lifecycle: str | None = None
    customer: str | None = None
    rule: str | None = None
    source: str | None = msgspec.field(default=None, name="from")
    to: str | None = None


def count_movements(lines: Iterable[bytes], program: Program) -> Movements:
    """Count the transitions of a decision log.

    Raises:
        UnfitLogError: where a line is no decision, or the log is of other rules.
    """
    decode = msgspec.json.Decoder(_Line).decode
    rules = {each.rule for each in program.transitions} | {START, RETIRED}
    moved: Counter[tuple[str, str | None, str]] = Counter()
    stages: dict[str, str] = {}
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UnfitLogError(f"line {number} is no decision: {error}") from error
        if line.kind == "rules" and line.lifecycle != program.lifecycle:
            found = f"the log is of the lifecycle `{line.lifecycle}`"
            raise UnfitLogError(f"{found}, these rules are `{program.lifecycle}`")
        if line.kind != "transition":
            continue
        if line.rule is None or line.to is None or line.customer is None:
            raise UnfitLogError(f"line {number} is a transition without rule, customer or stage")
        if line.rule not in rules or line.to not in program.stages:
            what = f"line {number} moves by `{line.rule}` to `{line.to}`"
            raise UnfitLogError(f"{what}, which these rules do not know")
        moved[line.rule, line.source, line.to] += 1
        stages[line.customer] = line.to
    return Movements(moved, Counter(stages.values()))
