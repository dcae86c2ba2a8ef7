"""Names that are declared and never read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lifecycle_dsl.diagnostics import Diagnostic, Edit, Fix, Safety, warning
from lifecycle_dsl.lint.naming import Naming, declared, said_in
from lifecycle_dsl.lint.rules import PROFILE, Rules
from lifecycle_dsl.lint.text_edits import without_lines
from lifecycle_dsl.program.types import TEXT
from lifecycle_dsl.syntax import nodes

_OUTPUTS = frozenset({"score", "level", "segment", "trait", "let", "event"})
"""What a file without triggers may be there for: other files use it, or people read the state."""
_NEVER_SAID = frozenset({"stage", "trigger"})
_HINTS = {
    "event": "no rule reads it: a record of it changes nothing",
    "trait": "no rule reads it",
    "score": "it is kept for every customer, and no rule reads it",
}


def check(rules: Rules) -> Iterator[Diagnostic]:
    """Declarations of the main file that no other declaration says the name of."""
    is_whole = bool(rules.program.triggers)
    names = list(declared(rules.declarations))
    reading = _reading(rules)
    said = Counter(name for node in rules.declarations for name in said_in(node))
    for naming in names:
        if naming.span.source is not rules.main or naming.what in _NEVER_SAID:
            continue
        if naming.what in _OUTPUTS and not is_whole:
            continue
        if naming.name in reading or _is_built_in(rules, naming):
            continue
        yield warning(
            "unused-declaration",
            f"the {naming.what} `{naming.name}` is never used",
            naming.span,
            _HINTS.get(naming.what, "nothing reads it"),
            help="take it out, or use it",
            # What another one says, unused itself or a test, has to go first.
            fixes=_fixes(naming) if not said[naming.name] else (),
        )


def _reading(rules: Rules) -> set[str]:
    """The names that are said where it counts: in rules, or in what rules say the names of."""
    said: set[str] = set()
    by_name: dict[str, list[nodes.Node]] = {}
    for naming in declared(rules.declarations):
        by_name.setdefault(naming.name, []).append(naming.node)
    passive = (
        nodes.Event, nodes.Group, nodes.Score, nodes.Let, nodes.Level, nodes.Segment, nodes.Param,
        nodes.Model, nodes.Table, nodes.Route, nodes.Season, nodes.Topic, nodes.Action,
    )  # fmt: skip
    waiting: list[nodes.Node] = []
    for declaration in rules.declarations:
        if isinstance(declaration, nodes.Test):
            said |= _of_test(declaration)
        elif not isinstance(declaration, passive):
            waiting.append(declaration)
    waiting += [node for name in sorted(said) for node in by_name.get(name, ())]
    if not rules.program.triggers:
        waiting += [node for node in rules.declarations if not isinstance(node, nodes.Test)]
    seen: set[int] = set()
    everything = False
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        new = said_in(node) - said
        said |= new
        waiting += [each for name in new for each in by_name.get(name, ())]
        everything |= _hears_all(node)
    if everything:
        said |= {each.name for each in declared(rules.declarations) if each.what == "event"}
    return said


def _of_test(test: nodes.Test) -> set[str]:
    """What a test looks at; the records that it makes up are no use of an event."""
    found: set[str] = set()
    for step in test.steps:
        if not isinstance(step, nodes.TestOn):
            found |= said_in(step)
    return found


def _hears_all(node: nodes.Node) -> bool:
    waiting: list[object] = [node]
    text = node.span.text
    if "any" not in text:
        return False
    while waiting:
        each = waiting.pop()
        match each:
            case nodes.AnyEvent():
                return True
            case nodes.Node():
                waiting.extend(getattr(each, name) for name in type(each).__match_args__)
            case tuple():
                waiting.extend(each)
            case _:
                pass
    return False


def _is_built_in(rules: Rules, naming: Naming) -> bool:
    if naming.what == "trait" and naming.name == "zone":
        return rules.program.traits["zone"].type == TEXT
    return naming.name == PROFILE


def _fixes(naming: Naming) -> list[Fix]:
    """Taking it out, where nothing else hangs on the declaration."""
    if not naming.alone or naming.what in {"event", "trait", "score", "level", "segment"}:
        # What a store has kept or a service sends would be lost: that is for a person to decide.
        safety = Safety.UNSAFE
    else:
        safety = Safety.SAFE
    if not naming.alone:
        return []
    edit = Edit(without_lines(naming.node.span), "")
    return [Fix(f"take `{naming.name}` out", (edit,), safety)]
