"""The stages that rules are for: by name, by group, or all but some."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import stages as problems
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


def stages_called(names: Dictionary, name: nodes.Name) -> tuple[str, ...] | None:
    """The stages of a stage's or a group's name; None if it is neither."""
    group = names.groups.get(name.text)
    if group is not None and group.what is not What.EVENT:
        return _in_order(names, group.members)
    entry = names.entries.get(name.text)
    if group is not None and entry is not None:
        names.report(
            name_problems.wrong_kind(
                name.span, name.text, "a group of events", "a stage", declared=entry.span
            )
        )
        return None
    if entry is None:
        candidates = [*names.stages, *names.of(What.GROUP)]
        similar = names.similar(name.text, candidates)
        names.report(name_problems.unknown_stage(name.span, name.text, similar))
        return None
    return None if names.entry(name, What.STAGE) is None else (name.text,)


def stage_set(names: Dictionary, node: nodes.Stages) -> tuple[str, ...] | None:
    """The stages that `any [except …]` or a list of names means, in declaration order."""
    written = node.excepted if isinstance(node, nodes.AnyStage) else node.names
    found: set[str] = set()
    wrong = False
    for name in written:
        stages = stages_called(names, name)
        wrong |= stages is None
        found.update(stages or ())
    if wrong:
        return None
    if isinstance(node, nodes.AnyStage):
        found = set(names.stages) - found
    if not found:
        names.report(problems.no_stage_left(node.span))
        return None
    return _in_order(names, found)


def _in_order(names: Dictionary, stages: Iterable[str]) -> tuple[str, ...]:
    chosen = frozenset(stages)
    if len(chosen) == 1:
        return tuple(chosen)
    return tuple(stage for stage in names.stages if stage in chosen)
