"""The start and the stages: where customers begin and how they move."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.moves import check_moving
from lifecycle_dsl.checker.problems import stages as problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.stage_sets import stage_set
from lifecycle_dsl.program.rules import Placing, Stage, Transition
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.nodes.file import Declaration

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def check_start(names: Dictionary, node: nodes.Start) -> tuple[Placing, ...]:
    """The lines of the start; the last one takes everybody."""
    placings: list[Placing] = []
    takes_all: Span | None = None
    for line in node.placings:
        if takes_all is not None:
            names.report(problems.placing_never_reached(line.span, takes_all))
        entry = names.entry(line.target, What.STAGE)
        condition = None
        if line.condition is None:
            takes_all = takes_all or line.span
        else:
            scope = Scope("`start`", Reads.TRAITS)
            condition = names.check(line.condition, scope, BOOL)
        if entry is not None and (line.condition is None or condition is not None):
            placings.append(Placing(span=line.span, target=line.target.text, condition=condition))
    if takes_all is None:
        names.report(problems.start_not_total(node.span))
    return tuple(placings)


class Ways:
    """Gathers the transitions of a rule set while its declarations are gone through in order."""

    def __init__(self, names: Dictionary) -> None:
        self._names = names
        self._count: Counter[str] = Counter()
        self._of_all: list[Transition] = []
        self._of_stages: list[Transition] = []

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """All in the order of step 4: `from` rules, then the stages' own."""
        return (*self._of_all, *self._of_stages)

    def add(self, node: Declaration) -> None:
        """Check the transitions of a declaration."""
        match node:
            case nodes.FromRule():
                self._add_from_rule(node)
            case nodes.Stage():
                for declared in node.names:
                    for transition in node.transitions:
                        self._add_own(declared.name.text, transition)
            case _:
                pass

    def stages(self) -> dict[str, Stage]:
        """All stages, each with the transitions that lead out of it."""
        leading: dict[str, list[Transition]] = {name: [] for name in self._names.stages}
        for transition in self.transitions:
            for source in transition.sources:
                leading.setdefault(source, []).append(transition)
        stages = {}
        for name, entry in self._names.of(What.STAGE).items():
            stages[name] = Stage(
                span=entry.span,
                name=name,
                was=entry.was,
                transitions=tuple(leading[name]),
            )
        return stages

    def _add_from_rule(self, node: nodes.FromRule) -> None:
        sources = stage_set(self._names, node.stages)
        target = self._names.entry(node.target, What.STAGE)
        if sources == (node.target.text,):
            self._names.report(problems.moves_nowhere(node.target.span, node.target.text))
        rule = self._rule(stages_text(node.stages), node.target)
        checked = check_moving(self._names, node.moving)
        if sources is None or target is None or checked is None:
            return
        moving, guard = checked
        self._of_all.append(
            Transition(
                span=node.span,
                rule=rule,
                sources=sources,
                is_from_rule=True,
                target=node.target.text,
                moving=moving,
                guard=guard,
            )
        )

    def _add_own(self, source: str, node: nodes.Transition) -> None:
        target = self._names.entry(node.target, What.STAGE)
        if source == node.target.text:
            self._names.report(problems.moves_nowhere(node.target.span, source))
        rule = self._rule(source, node.target)
        checked = check_moving(self._names, node.moving)
        if target is None or checked is None:
            return
        moving, guard = checked
        self._of_stages.append(
            Transition(
                span=node.span,
                rule=rule,
                sources=(source,),
                is_from_rule=False,
                target=node.target.text,
                moving=moving,
                guard=guard,
            )
        )

    def _rule(self, source: str, target: nodes.Name) -> str:
        way = f"{source}->{target.text}"
        self._count[way] += 1
        return f"{way}#{self._count[way]}"


def stages_text(node: nodes.Stages) -> str:
    """Stages as written, with usual blanks."""
    if isinstance(node, nodes.NamedStages):
        return ", ".join(name.text for name in node.names)
    excepted = ", ".join(name.text for name in node.excepted)
    return f"any except {excepted}" if excepted else "any"
