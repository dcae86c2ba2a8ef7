"""Text into nodes: the whole file, all its syntax errors in one go.

Tokens, then brackets in pairs, then one run of the automaton. At a token that doesn't fit, a known
slip is mended; else the item it stands in is given up. What could be read is in the file's
declarations, whatever else went wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax import problems
from lifecycle_dsl.syntax.brackets import paired
from lifecycle_dsl.syntax.build import Builder
from lifecycle_dsl.syntax.expectations import expected
from lifecycle_dsl.syntax.lexer import scan
from lifecycle_dsl.syntax.literals import Literals
from lifecycle_dsl.syntax.machine import BROKEN, DEEPEST, Machine
from lifecycle_dsl.syntax.recovery import Recovery
from lifecycle_dsl.syntax.slips import Place, repair
from lifecycle_dsl.syntax.tokens import END, NAME, Token

MOST_ERRORS = 100
"""Tokens that don't fit, in one file; then reading stops."""


@frozen(eq=False)
class Parsed:
    """What a text gave: nodes for all that could be read, and what could not."""

    file: n.File
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    """The nodes of a source."""
    whole = Span(source, 0, len(source.text))
    diagnostics: list[Diagnostic] = []
    scanned = scan(whole, diagnostics.append)
    tokens = paired(source, scanned.tokens, diagnostics.append)
    declarations = None
    if tokens is not None:
        declarations = _Reading(source, "file", tokens, diagnostics.append).run()
    if not isinstance(declarations, tuple):
        declarations = ()
    file = n.File(whole, declarations, tuple(scanned.comments))
    return Parsed(file, tuple(diagnostics))


def parse_expression(source: Source) -> tuple[n.Expression | None, tuple[Diagnostic, ...]]:
    """The one expression that a source consists of; None where it can't be read."""
    diagnostics: list[Diagnostic] = []
    whole = Span(source, 0, len(source.text))
    expression = _expression(whole, diagnostics.append, DEEPEST)
    return expression, tuple(diagnostics)


def _expression(
    span: Span, report: Callable[[Diagnostic], None], deepest: int
) -> n.Expression | None:
    tokens = paired(span.source, scan(span, report).tokens, report)
    if tokens is None:
        return None
    value = _Reading(span.source, "expression", tokens, report, deepest).run()
    return value if isinstance(value, n.Expression) else None


class _Reading:
    """One run of the automaton over the tokens of a text."""

    def __init__(
        self,
        source: Source,
        start: str,
        tokens: list[Token],
        report: Callable[[Diagnostic], None],
        deepest: int = DEEPEST,
    ) -> None:
        self._source = source
        self._tokens = tokens
        self._report = report
        literals = Literals(report, self._expression_in_text)
        self._builder = Builder(source, literals)
        self._machine = Machine(start, self._builder, report, deepest)
        self._recovery = Recovery(source, tokens)
        self._left = MOST_ERRORS

    def run(self) -> Any:
        """What the tokens stand for; BROKEN where nothing could be saved."""
        machine, tokens = self._machine, self._tokens
        rows, states, feed = machine.rows, machine.states, machine.feed
        at: int | None = 0
        while at is not None:
            token = tokens[at]
            kind = token.kind
            if kind == NAME and (word := token.text) in rows[states[-1]]:
                kind = word
            if not (kind == "in" and tokens[at + 1].kind == "(") and feed(kind, token):
                if kind == END:
                    return machine.result
                at += 1
            else:
                at = self._go_on(at)
        return BROKEN

    def _go_on(self, at: int) -> int | None:
        """Report the token that doesn't fit; where to read on, None for nowhere."""
        tokens, token = self._tokens, self._tokens[at]
        self._left -= 1
        if self._left < 0:
            self._report(problems.too_many(token.span(self._source)))
            return None
        place = Place(self._source, self._machine, tokens, at)
        if mended := repair(place):
            self._report(mended.diagnostic)
            if mended.closing is not None:
                tokens.insert(self._closing_bracket(at), mended.closing)
            tokens[at : at + mended.replaced] = mended.by
            return at
        self._report(problems.unexpected(place.span, token.words, expected(self._machine), None))
        return self._recovery.resume(self._machine, at)

    def _closing_bracket(self, at: int) -> int:
        """Where the block that is open at a token is closed."""
        depth = 0
        for place in range(at, len(self._tokens)):
            kind = self._tokens[place].kind
            if kind == "{":
                depth += 1
            elif kind == "}":
                depth -= 1
            if depth < 0 or kind == END:
                return place
        return len(self._tokens) - 1

    def _expression_in_text(self, span: Span) -> n.Expression | None:
        return _expression(span, self._report, DEEPEST // 4)
