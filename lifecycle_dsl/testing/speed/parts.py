"""The parts of a rule set that cost something: what code and decisions belong to.

Compiled code names what it is about: `fire_welcome`, `c.score_interest`, `move(..., 4, ...)`. These
names are read here, since the lines of code say only where, and not in which file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from lifecycle_dsl.compiler.layout import lay_out
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.program.expression_text import memory_text
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.source import Span


@frozen
class Part:
    """A rule or a declaration, or the engine."""

    kind: str
    name: str = ""
    span: Span | None = field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


ENGINE = Part("the engine itself")
READING = Part("reading the records")
WATCHING = Part("watched levels and segments")
RUNS = Part("first records and journeys under way")
_OF_ATTRIBUTIONS = ("touch_", "credit_")
_OF_TRIGGERS = ("fire_", "advance_", "match_", "hours_", "in_hours_", "arm_", "disarm_")


class Parts:
    """The parts of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._triggers = {
            each.name: Part("trigger", each.name, each.span) for each in program.triggers
        }
        self._attributions = {
            name: Part("attribution", name, each.span)
            for name, each in program.attributions.items()
        }
        self._rules = {
            each.rule: Part("transition", each.rule, each.span) for each in program.transitions
        }
        self._attributes = dict(self._slots())

    def _slots(self) -> Iterator[tuple[str, Part]]:
        """Attributes of a customer's state, and what they belong to."""
        program = self.program
        for score in program.scores.values():
            yield f"score_{score.name}", Part("score", score.name, score.span)
        for trait in program.traits.values():
            yield f"trait_{trait.name}", Part("trait", trait.name, trait.span)
        for term, slot in lay_out(program).memory.items():
            yield slot, Part("memory", memory_text(term).replace(f" keep {term.keep})", ")"))

    def trigger(self, name: str) -> Part:
        """A trigger."""
        return self._triggers[name]

    def of_decision(self, decision: d.Decision) -> Part | None:
        """What made a decision."""
        if isinstance(decision, d.Transition):
            return self._rules.get(decision.rule)
        if isinstance(decision, d.Credit):
            return self._attributions.get(decision.rule)
        return self._triggers.get(getattr(decision, "rule", ""))

    def of_timer(self, key: str) -> Part:
        """The rule of a timer."""
        if key in self._rules:
            return self._rules[key]
        return self._triggers.get(key.removeprefix("trigger "), WATCHING)

    def of_function(self, key: object, look_ups: Mapping[str, Any]) -> Part | None:
        """What a function belongs to as a whole; None of a handler, which is of many rules."""
        match key:
            case ("handler", *_):
                return None
            case ("steps" | "keep", str(trigger), *_):
                return self._triggers[trigger]
            case ("worth" | "weight", str(title)):
                return self._attributions[_attribution_of(title)]
            case ("condition" | "where" | "values" | "crossing", str(title), *_):
                return self._of_title(title)
            case str(title) if title in look_ups:
                table = look_ups[title][0]
                return Part("table", table.name, table.span)
            case "profile":
                return Part("traits of profiles")
            case _:
                return ENGINE

    def _of_title(self, title: str) -> Part:
        """`when_welcome`, `guard_4`, `when_4_1`, `watched_warmth_2`."""
        if title.startswith("watched"):
            return WATCHING
        what, _, rest = title.partition("_")
        number = rest.partition("_")[0]
        if what in ("when", "guard") and number.isdigit():
            return self._rules[self.program.transitions[int(number)].rule]
        if what == "when" and rest in self._triggers:
            return self._triggers[rest]
        if what in ("consent", "block", "prefer"):
            return Part("guards of messages")
        return ENGINE

    def of_statement(self, statement: ast.stmt, before: Part) -> Part:
        """What a statement of a handler belongs to; `before` is what the one before it did."""
        stored: str | None = None
        reads = False
        for node in ast.walk(statement):
            match node:
                case ast.Call(func=ast.Name(id="move"), args=[_, _, _, _, _, number, _]):
                    assert isinstance(number, ast.Constant)  # noqa: S101 — as the handler writes it
                    assert isinstance(number.value, int)  # noqa: S101
                    return self._rules[self.program.transitions[number.value].rule]
                case ast.Name(id=name) if (
                    trigger := _name_in(name, _OF_TRIGGERS)
                ) in self._triggers:
                    return self._triggers[trigger]
                case ast.Name(id=name) if (
                    attribution := _name_in(name, _OF_ATTRIBUTIONS)
                ) in self._attributions:
                    return self._attributions[attribution]
                case ast.Attribute(attr=name, ctx=ast.Store()) if name in self._attributes:
                    stored = stored or name
                case ast.Name(id="react"):
                    reads = True
                case _:
                    pass
        if reads:
            watched = any(_is_watched(node) for node in ast.walk(statement))
            return WATCHING if watched else RUNS
        if stored is not None:
            return self._attributes[stored]
        return self._of_variable(statement, before)

    def _of_variable(self, statement: ast.stmt, before: Part) -> Part:
        """A score is computed in `x`, which begins as its slot, a trait in one of its name."""
        match statement:
            case ast.Assign([ast.Name(id="x")], ast.Attribute(attr=name)) if (
                name in self._attributes
            ):
                return self._attributes[name]
            case ast.Assign([ast.Name(id=name)]):
                slot = name.removeprefix("where_").rpartition("_")[0]
                if slot in self._attributes:
                    return self._attributes[slot]
            case _:
                pass
        in_score = before.kind == "score" and any(_is_of_score(n) for n in ast.walk(statement))
        return before if in_score else ENGINE


def _name_in(name: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return ""


def _attribution_of(title: str) -> str:
    """Of `worth_0_revenue` and `weight_revenue`."""
    what, _, rest = title.partition("_")
    return rest.partition("_")[2] if what == "worth" else rest


def _is_watched(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr.startswith("watched_")


def _is_of_score(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and (node.id == "x" or node.id.startswith("line_"))
