"""Traits: facts about the customer, and what records set them to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry
from lifecycle_dsl.checker.problems import types as problems
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.checker.types import default_of
from lifecycle_dsl.program.declarations import Fold, Trait
from lifecycle_dsl.program.expressions import TraitRead
from lifecycle_dsl.program.types import TEXT
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

ZONE = "zone"


def check_trait(names: Dictionary, entry: Entry) -> Trait:
    """A checked trait; folds that are wrong are left out, and reported."""
    node = entry.as_node(nodes.Trait)
    kind = names.trait_type(node)
    if entry.name == ZONE and kind != TEXT:
        names.report(problems.zone_is_not_text(node.type.span))
    default = None
    if node.default is not None:
        default = default_of(names, node.default, kind, "a trait's default")
        if node.type.optional:
            names.report(problems.needless_default(node.span, entry.name))
    elif not node.type.optional:
        names.report(problems.missing_default(entry.span, entry.name))
    folds = [_fold(names, entry.name, node, fold) for fold in node.folds]
    return Trait(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        type=kind,
        optional=node.type.optional,
        default=default,
        folds=tuple(fold for fold in folds if fold is not None),
        private=node.type.private,
    )


def _fold(names: Dictionary, name: str, node: nodes.Trait, fold: nodes.Fold) -> Fold | None:
    heard = names.hearing.heard(fold.happenings, "a trait", changes=False, profile=False)
    if heard is None:
        return None
    scope = heard.scope("a line of a trait", Reads.ALL)
    kind = names.trait_type(node)
    value = names.check(fold.value, scope, kind, complete=not node.type.optional)
    if value is None:
        return None
    reads_itself = any(isinstance(part, TraitRead) and part.trait == name for part in walk(value))
    return Fold(span=fold.span, happenings=heard.happenings, value=value, reads_itself=reads_itself)
