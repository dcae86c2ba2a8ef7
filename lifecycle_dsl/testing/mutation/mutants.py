"""Small changes of a rule file: one comparison, weight, threshold, duration or condition at a time.

A change is one of the text, so that what is shown is what an author would have written by mistake.
It concerns what the file itself declares, and neither tests, promises nor what rules are made of
(events, seasons, attributions).
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from lifecycle_dsl.checker.remembering import expressions_of
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import OnRecord, heard_by
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes, parse
from lifecycle_dsl.syntax.lexer import scan
from lifecycle_dsl.syntax.tokens import DURATION, END, NUMBER, Token

_FLIPPED = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "==": "!=", "!=": "=="}
_BEHAVES = (
    nodes.Trait,
    nodes.Score,
    nodes.Let,
    nodes.Level,
    nodes.Segment,
    nodes.Start,
    nodes.Stage,
    nodes.FromRule,
    nodes.Trigger,
    nodes.Channel,
    nodes.Topic,
    nodes.Block,
    nodes.Cap,
    nodes.Table,
)
_UNTOUCHED = frozenset(("priority", "cost"))
"""Numbers behind these decide nothing that a test of one customer is about."""


@frozen
class Mutant:
    """A change: what stands at a place, and what would."""

    span: Span
    instead: str
    what: str

    @property
    def text(self) -> str:
        """The whole file with the change."""
        whole = self.span.source.text
        return whole[: self.span.start] + self.instead + whole[self.span.end :]

    @property
    def line(self) -> int:
        """The line it is on."""
        return self.span.source.position(self.span.start)[0]

    @property
    def before(self) -> str:
        """That line as it is."""
        return self.span.source.line_text(self.line).strip()

    @property
    def after(self) -> str:
        """That line as it would be."""
        return Source("", self.text).line_text(self.line).strip()


def mutants(source: Source, program: Program) -> list[Mutant]:
    """The changes of a file, in its order; `program` is what it declares, checked."""
    regions = [each.span for each in parse(source).file.declarations if isinstance(each, _BEHAVES)]
    found = [
        *_of_tokens(source, regions),
        *(each for each in _of_conditions(program) if each.span.source.name == source.name),
    ]
    ours = [
        Mutant(Span(source, each.span.start, each.span.end), each.instead, each.what)
        for each in found
    ]
    within = [
        each
        for each in ours
        if any(region.start <= each.span.start < region.end for region in regions)
    ]
    unique = {(each.span.start, each.span.end, each.instead): each for each in within}
    return sorted(unique.values(), key=lambda each: (each.span.start, each.span.end))


def _of_tokens(source: Source, regions: list[Span]) -> Iterator[Mutant]:
    """Comparisons flipped, numbers and durations shifted by one."""
    for region in regions:
        tokens = scan(region, lambda _: None, END).tokens
        before = ""
        for token in tokens:
            span = token.span(source)
            if token.kind in _FLIPPED:
                flipped = _FLIPPED[token.kind]
                yield Mutant(span, flipped, f"`{token.kind}` became `{flipped}`")
            elif token.kind in (NUMBER, DURATION) and before not in _UNTOUCHED:
                shifted = _shifted(span.text)
                if shifted is not None:
                    yield Mutant(span, shifted, f"{span.text} became {shifted}")
            before = _word(token)


def _word(token: Token) -> str:
    return token.text


def _shifted(text: str) -> str | None:
    """A number or duration that is one more in its last digit."""
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = text[len(digits) :]
    whole, point, decimals = digits.replace("_", "").partition(".")
    if not whole.isdigit():
        return None
    if not point:
        return f"{int(whole) + 1}{unit}"
    return f"{whole}.{str(int('1' + decimals) + 1)[1:]}{unit}" if decimals.strip("9") else None


def _of_conditions(program: Program) -> Iterator[Mutant]:
    """Conditions left out: of guards as a whole, of `and` and `or` one part."""
    for guard in _guards(program):
        yield Mutant(guard.span, "true", f"dropped `{_line(guard.span)}`")
    for expression in expressions_of(program):
        for part in walk(expression):
            if isinstance(part, e.And | e.Or):
                neutral = "true" if isinstance(part, e.And) else "false"
                for operand in part.operands:
                    yield Mutant(operand.span, neutral, f"dropped `{_line(operand.span)}`")


def _guards(program: Program) -> Iterator[e.Expression]:
    for transition in program.transitions:
        if transition.guard is not None:
            yield transition.guard
        if isinstance(transition.moving, OnRecord) and transition.moving.happenings.where:
            yield transition.moving.happenings.where
    for trigger in program.triggers:
        if trigger.condition is not None:
            yield trigger.condition
        for happenings in (*heard_by(trigger.occurrence), *trigger.exits):
            if happenings.where is not None:
                yield happenings.where


def _line(span: Span) -> str:
    return " ".join(span.text.split())
