"""Text into nodes: the whole file, all its syntax errors in one go.

Tokens, then brackets in pairs, then one run of the automaton. At a token that doesn't fit, a known
slip is mended; else the item it stands in is given up. What could be read is in the file's
declarations, whatever else went wrong.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from attrs import frozen

from lifecycle_dsl.diagnostics.collect import place_of
from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions import Builder
from lifecycle_dsl.syntax.brackets import paired
from lifecycle_dsl.syntax.expectations import expected
from lifecycle_dsl.syntax.lexer import hidden_sign, scan
from lifecycle_dsl.syntax.literals import LONGEST_TEXT, Literals
from lifecycle_dsl.syntax.machine import BROKEN, DEEPEST, Machine
from lifecycle_dsl.syntax.problems import characters as character_problems
from lifecycle_dsl.syntax.problems import grammar as problems
from lifecycle_dsl.syntax.problems import literals as literal_problems
from lifecycle_dsl.syntax.recovery import Recovery
from lifecycle_dsl.syntax.slips import Place, repair, repair_misspelling
from lifecycle_dsl.syntax.tokens import END, NAME, Token

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
"""The usual expression in a text, read without the automaton."""

MOST_ERRORS = 100
"""Tokens that don't fit, in one file; then reading stops."""


@frozen(eq=False)
class Parsed:
    """What a text gave: nodes for all that could be read, and what could not.

    Where nothing is wrong, `tokens` are those of the text, the last of which is its end.
    """

    file: n.File
    diagnostics: tuple[Diagnostic, ...]
    tokens: Sequence[Token]


def parse(source: Source) -> Parsed:
    """The nodes of a source."""
    whole = Span(source, 0, len(source.text))
    diagnostics: list[Diagnostic] = []
    scanned = scan(whole, diagnostics.append, "the end of the file")
    odd = [each.span.start for each in diagnostics if each.span is not None]
    tokens = paired(source, scanned.tokens, diagnostics.append)
    declarations = None
    if tokens is not None:
        declarations = _Reading(source, "file", tokens, diagnostics.append, odd=odd).run()
    if not isinstance(declarations, tuple):
        declarations = ()
    file = n.File(whole, declarations, tuple(scanned.comments))
    return Parsed(file, tuple(sorted(diagnostics, key=place_of)), scanned.tokens)


def parse_expression(source: Source) -> tuple[n.Expression | None, tuple[Diagnostic, ...]]:
    """The one expression that a source consists of; None where it can't be read."""
    diagnostics: list[Diagnostic] = []
    whole = Span(source, 0, len(source.text))
    expression = _expression(whole, diagnostics.append, DEEPEST)
    return None if diagnostics else expression, tuple(diagnostics)


def parse_value(span: Span) -> tuple[n.Expression | None, tuple[Diagnostic, ...]]:
    """The one expression that a piece of a source consists of; None where it can't be read."""
    value, diagnostics = _piece(span, "expression")
    return value if isinstance(value, n.Expression) else None, diagnostics


def parse_cell(span: Span) -> tuple[n.Cell | None, tuple[Diagnostic, ...]]:
    """The one cell of a table that a piece of a source consists of; None where it can't be read."""
    cell, diagnostics = _piece(span, "cell")
    return cell if isinstance(cell, n.Cell) else None, diagnostics


def unquoted_problems(span: Span) -> tuple[Diagnostic, ...]:
    """What keeps a piece of a source from being a text as it stands, without quotes."""
    found: list[Diagnostic] = []
    if span.end - span.start > LONGEST_TEXT:
        found.append(literal_problems.text_too_long(span))
    hidden = hidden_sign(span.source.text, span.start, span.end)
    if hidden is not None:
        place = Span(span.source, hidden.start(), hidden.end())
        found.append(character_problems.invisible_character(place))
    return tuple(found)


def _piece(span: Span, start: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    """What a piece of a source stands for; None after a diagnostic."""
    diagnostics: list[Diagnostic] = []
    scanned = scan(span, diagnostics.append, "the end of the cell")
    diagnostics += (literal_problems.comment_in_cell(comment.span) for comment in scanned.comments)
    tokens = paired(span.source, scanned.tokens, diagnostics.append)
    if tokens is None:
        return None, tuple(diagnostics)
    value = _Reading(span.source, start, tokens, diagnostics.append).run()
    return None if diagnostics else value, tuple(diagnostics)


def _expression(
    span: Span, report: Callable[[Diagnostic], None], deepest: int
) -> n.Expression | None:
    scanned = scan(span, report, "the end of the expression")
    if deepest < DEEPEST:
        for comment in scanned.comments:
            report(literal_problems.comment_in_text(comment.span))
    tokens = paired(span.source, scanned.tokens, report)
    if tokens is None:
        return None
    value = _Reading(span.source, "expression", tokens, report, deepest=deepest).run()
    return value if isinstance(value, n.Expression) else None


class _Reading:
    """One run of the automaton over the tokens of a text."""

    def __init__(
        self,
        source: Source,
        start: str,
        tokens: list[Token],
        report: Callable[[Diagnostic], None],
        *,
        deepest: int = DEEPEST,
        odd: Sequence[int] = (),
    ) -> None:
        self._source = source
        self._tokens = tokens
        self._report = report
        literals = Literals(report, self._expression_in_text)
        self._builder = Builder(source, literals)
        self._machine = Machine(start, self._builder, report, deepest)
        self._recovery = Recovery(source, tokens)
        self._words = self._machine.words_at_start("expression")
        self._left = MOST_ERRORS
        self._odd = sorted(odd)
        self._mended_at = -1
        self._mended = 0

    def run(self) -> Any:
        """What the tokens stand for; BROKEN where nothing could be saved."""
        machine, tokens = self._machine, self._tokens
        rows, states, feed = machine.rows, machine.states, machine.feed
        at: int | None = 0
        while at is not None:
            token = tokens[at]
            kind = token.kind
            if kind == NAME and (word := token.text) in rows[states[-1]]:
                kind = self._kind(word)
            if not (kind == "in" and tokens[at + 1].kind == "(") and feed(kind, token):
                if kind == END:
                    return machine.result
                at += 1
            else:
                at = self._go_on(at)
        return BROKEN

    def _kind(self, word: str) -> str:
        """Whether a word that the present state knows is meant as one, or as a name.

        The state may know it only from elsewhere: in a test, `quiet` in `held tips quiet` starts no
        declaration. Where a name would do as well, the whole stack decides.
        """
        row = self._machine.row
        if row[word] < 0 and NAME in row and not self._machine.fits(word):
            return NAME
        return word

    def _go_on(self, at: int) -> int | None:
        """Report the token that doesn't fit; where to read on, None for nowhere."""
        tokens, token = self._tokens, self._tokens[at]
        self._left -= 1
        if self._left < 0:
            self._report(problems.too_many(token.span(self._source)))
            return None
        place = Place(self._source, self._machine, tokens, at)
        if token.stand_in and (other := place.other_stand_in()) is not None:
            tokens[at] = other
            return at
        mended = repair(place) if self._still_hopeful(token) else None
        if mended is None and (earlier := self._before(at)) is not None:
            at = earlier
            place = attrs.evolve(place, at=at)
            mended = None if self._starts_item(at) else repair_misspelling(place)
        if mended:
            self._report(mended.diagnostic)
            if mended.closing is not None:
                self._close(at, mended.closing)
            tokens[at : at + mended.replaced] = mended.by
            return at
        if not token.stand_in and not self._odd_before(at):
            wanted, found = expected(self._machine), place.token.words
            taken = self._taken_word(at)
            self._report(problems.unexpected(place.span, found, wanted, taken))
        return self._recovery.resume(self._machine, at)

    def _still_hopeful(self, token: Token) -> bool:
        """Whether mending has not been tried twice at the same place."""
        self._mended = self._mended + 1 if token.start == self._mended_at else 0
        self._mended_at = token.start
        return self._mended < 2

    def _before(self, at: int) -> int | None:
        """The place of the token before, if that is what doesn't fit; then it is taken back.

        It is where it was read as a name, but is nearly a word that fits and goes with what follows
        or looks like the start of a declaration.
        """
        machine, tokens = self._machine, self._tokens
        if at == 0 or not machine.values or machine.values[-1] is not tokens[at - 1]:
            return None
        token = tokens[at - 1]
        if token.kind != NAME:
            return None
        state = machine.states[-2]
        if token.text in machine.rows[state]:
            return None
        machine.take_back()
        place = Place(self._source, machine, tokens, at - 1)
        if self._starts_item(at - 1) or repair_misspelling(place):
            return at - 1
        machine.feed(NAME, token)
        return None

    def _starts_item(self, at: int) -> bool:
        return self._recovery.starts_item(self._machine, at)

    def _taken_word(self, at: int) -> Span | None:
        """The token before, if it was read as a word, and a name there would have made sense."""
        machine, token = self._machine, self._tokens[at - 1]
        if at == 0 or token.kind != NAME or machine.values[-1:] != [token]:
            return None
        states = machine.states[:-1]
        if token.text not in machine.rows[states[-1]] or machine.follow(states, NAME) is None:
            return None
        makes_sense = machine.fit_on(states, [self._tokens[at]])
        return token.span(self._source) if makes_sense else None

    def _odd_before(self, at: int) -> bool:
        """Whether something that is no token was found just before a token."""
        start = self._tokens[at - 1].end if at else 0
        first = bisect_left(self._odd, start)
        return first < len(self._odd) and self._odd[first] <= self._tokens[at].start

    def _close(self, at: int, bracket: Token) -> None:
        """Put a closing bracket at the end of the block that is open at a token.

        Unless there is one too many: then only the opening one was forgotten.
        """
        depth, end = 0, at
        surplus = -self._machine.opened()
        for place in range(at, len(self._tokens)):
            kind = self._tokens[place].kind
            if kind == END or (depth < 0 and kind != "}"):
                break
            depth += (kind == "{") - (kind == "}")
            if depth < 0:
                surplus += 1
                end = place if depth == -1 else end
        else:
            return
        if surplus <= 0:
            self._tokens.insert(end if depth < 0 else place, bracket)

    def _expression_in_text(self, span: Span) -> n.Expression | None:
        word = span.text
        if word in self._words or not _PLAIN_NAME.fullmatch(word):
            return _expression(span, self._report, DEEPEST // 4)
        return n.NameRead(span, n.Name(span, word))
