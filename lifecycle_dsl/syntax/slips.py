"""What people write by habit or in haste, and what they meant.

Where a token doesn't fit, each slip looks whether it knows the place. The first that does says what
is wrong and puts in what was meant, so that reading goes on and finds the next slip instead of a
consequence of this one. No slip guesses: what it puts in must fit there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import attrs

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.brackets import starts_line
from lifecycle_dsl.syntax.expectations import outermost
from lifecycle_dsl.syntax.machine import Machine
from lifecycle_dsl.syntax.problems import grammar as problems
from lifecycle_dsl.syntax.problems import literals as literal_problems
from lifecycle_dsl.syntax.tokens import (
    CLOSERS,
    DURATION,
    END,
    NAME,
    NUMBER,
    TEXT,
    Token,
)

_COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
_ALIKE = ({":", "=", "=>", "->"}, _COMPARISONS)
"""Signs of which one is written for another."""
_ARITHMETIC = {"+", "-", "*", "/", "^"}
_STEPS = {"send", "set", "join", "quit", "wait", "await", "if", "split", "call", "exit"}


@attrs.frozen
class Repair:
    """What to say, and what to read instead of the next tokens."""

    diagnostic: Diagnostic
    replaced: int
    by: tuple[Token, ...] = ()
    closing: Token | None = None
    """Goes before the bracket that closes what is open here."""


@attrs.frozen
class Place:
    """A token that doesn't fit, and what stands around it."""

    source: Source
    machine: Machine
    tokens: list[Token]
    at: int

    @property
    def token(self) -> Token:
        """The token that doesn't fit."""
        return self.tokens[self.at]

    @property
    def next(self) -> Token:
        """The token behind it; the end has none but itself."""
        return self.tokens[min(self.at + 1, len(self.tokens) - 1)]

    @property
    def previous(self) -> Token | None:
        """The token before it."""
        return self.tokens[self.at - 1] if self.at else None

    @property
    def span(self) -> Span:
        """Where the token stands."""
        return self.token.span(self.source)

    @property
    def line_before(self) -> Span | None:
        """The token before it, if that stands on an earlier line."""
        if self.previous is None or not starts_line(self.source, self.token):
            return None
        return self.previous.span(self.source)

    def made(self, kind: str, text: str = "", *, stand_in: bool = False) -> Token:
        """A token that isn't there, before the one that is."""
        at = self.token.start
        return Token(kind, text or kind, at, at, stand_in)

    def other_stand_in(self) -> Token | None:
        """The token as a stand-in that fits; it has been reported already."""
        kinds = (NUMBER, DURATION, TEXT, NAME)
        fitting = (kind for kind in kinds if kind != self.token.kind and self.machine.fits(kind))
        kind = next(fitting, None)
        return None if kind is None else self.token._replace(kind=kind, text="?")


Slip = Callable[[Place], Repair | None]


def repair(place: Place) -> Repair | None:
    """What was meant, if one of the slips knows it."""
    return next((found for slip in _SLIPS if (found := slip(place))), None)


def repair_misspelling(place: Place) -> Repair | None:
    """The word that was meant by a name that was taken for one."""
    return _misspelt_word(place)


def _single_equals(place: Place) -> Repair | None:
    if place.token.kind != "=" or not place.machine.fits("=="):
        return None
    meant = place.token._replace(kind="==", text="==")
    return Repair(problems.single_equals(place.span), 1, (meant,))


def _stray_bracket(place: Place) -> Repair | None:
    """A closing bracket for which nothing is open."""
    if place.token.kind not in CLOSERS:
        return None
    if place.machine.opened() > 0:
        return None
    return Repair(problems.stray_bracket(place.span), 1)


def _chained_comparison(place: Place) -> Repair | None:
    token = place.token
    if token.kind not in _COMPARISONS:
        return None
    stand_in = place.made(NUMBER, "0", stand_in=True)
    if not place.machine.fits("and", stand_in, token):
        return None
    made = (place.made("and"), stand_in, token)
    return Repair(problems.chained_comparison(place.span, token.text), 1, made)


def _in_operator(place: Place) -> Repair | None:
    """`x in (a, b)` and `x not in (a, b)`."""
    tokens, at = place.tokens, place.at
    negated = tokens[at].text == "not" and place.next.text == "in"
    word = tokens[at + 1] if negated else tokens[at]
    behind = tokens[min(at + 1 + negated, len(tokens) - 1)]
    if word.text != "in" or word.kind != NAME or behind.kind != "(":
        return None
    meant = ["is", "not", "one", "of"] if negated else ["is", "one", "of"]
    if not place.machine.fits(*meant, "("):
        return None
    span = place.span.to(word.span(place.source))
    made = tuple(place.made(NAME, text) for text in meant)
    return Repair(problems.in_operator(span, " ".join(meant)), 1 + negated, made)


def _else_if(place: Place) -> Repair | None:
    token = place.token
    if token.text not in {"elif", "elseif", "elsif"} or not place.machine.fits("else", "if"):
        return None
    made = (place.made(NAME, "else"), place.made(NAME, "if"))
    return Repair(problems.else_if(place.span, token.text), 1, made)


def _unit_apart(place: Place) -> Repair | None:
    """`30 days`, where the number fits, and where it doesn't."""
    token, previous = place.token, place.previous
    if (
        token.kind == NUMBER
        and place.next.kind == NAME
        and literal_problems.is_unit(place.next.text)
    ):
        meant = Token(DURATION, "0s", token.start, place.next.end, stand_in=True)
        if place.machine.fits(meant):
            span = place.span.to(place.next.span(place.source))
            said = literal_problems.blank_in_duration(span, token.text, place.next.text)
            return Repair(said, 2, (meant,))
    if (
        place.line_before is not None
        or token.kind != NAME
        or not literal_problems.is_unit(token.text)
    ):
        return None
    if previous is None or previous.kind != NUMBER:
        return None
    span = previous.span(place.source).to(place.span)
    return Repair(literal_problems.blank_in_duration(span, previous.text, token.text), 1)


def _missing_unit(place: Place) -> Repair | None:
    if place.token.kind != NUMBER or not place.machine.fits(DURATION):
        return None
    meant = place.token._replace(kind=DURATION, text="0s", stand_in=True)
    return Repair(literal_problems.missing_unit(place.span), 1, (meant,))


def _quoted_name(place: Place) -> Repair | None:
    token = place.token
    name = token.text[1:-1]
    if token.kind != TEXT or not name.isidentifier() or not name.isascii():
        return None
    meant = token._replace(kind=NAME, text=name)
    if not place.machine.fits(NAME, place.next):
        return None
    return Repair(problems.quoted_name(place.span, name), 1, (meant,))


def _steps_without_do(place: Place) -> Repair | None:
    """Steps directly in a trigger, or behind a bare `do`."""
    token, previous = place.token, place.previous
    if token.kind != NAME or token.text not in _STEPS:
        return None
    made: tuple[Token, ...]
    if place.machine.fits("do", "{", token):
        made = (place.made("do"), place.made("{"))
    elif previous is not None and previous.text == "do" and place.machine.fits("{", token):
        made = (place.made("{"),)
    else:
        return None
    said = problems.steps_without_do(place.span)
    return Repair(said, 0, made, closing=place.made("}"))


def _needless_separator(place: Place) -> Repair | None:
    if place.token.kind not in {",", ";"} or not place.machine.fits(place.next):
        return None
    return Repair(problems.needless_separator(place.span), 1)


def _half_life(place: Place) -> Repair | None:
    """`half life`, in two words or one."""
    token = place.token
    if token.kind != NAME or not place.machine.fits("half-life"):
        return None
    apart = token.text == "half" and place.next.text == "life"
    if not apart and token.text not in {"half_life", "halflife"}:
        return None
    span = place.span.to(place.next.span(place.source)) if apart else place.span
    meant = (place.made("half-life"),)
    return Repair(problems.misspelt_word(span, span.text, "half-life"), 1 + apart, meant)


def _misspelt_word(place: Place) -> Repair | None:
    token = place.token
    if token.kind != NAME:
        return None
    candidates = [word for word in _fitting_words(place.machine) if len(word) > 1]
    meant = closest(token.text, candidates)
    if meant is None or not place.machine.fits(meant, place.next):
        return None
    said = problems.misspelt_word(place.span, token.text, meant)
    return Repair(said, 1, (token._replace(text=meant),))


def _fitting_words(machine: Machine) -> Iterator[str]:
    for symbol in machine.row:
        if symbol[0].isalpha() and machine.fits(symbol):
            yield symbol


def _null(place: Place) -> Repair | None:
    """`x is null` and `x is not null`."""
    token, previous = place.token, place.previous
    if token.kind != NAME or previous is None or not place.machine.fits("present"):
        return None
    if not problems.is_null(token.text):
        return None
    made = place.made(NAME, "present")
    return Repair(problems.compared_with_null(place.span), 1, (made,))


def _else_takes_one(place: Place) -> Repair | None:
    """`a else b + 1`."""
    before = place.machine.values[-2:-1]
    if (
        place.token.kind not in _ARITHMETIC
        or not before
        or getattr(before[0], "text", "") != "else"
    ):
        return None
    made = (place.made("or"), place.made(NUMBER, "0", stand_in=True), place.token)
    if not place.machine.fits(*made):
        return None
    return Repair(problems.else_takes_one(place.span, place.token.text), 1, made)


def _else_of_await(place: Place) -> Repair | None:
    """`await paid until due else now { … }`: what is behind `else` is read over."""
    tokens, at = place.tokens, place.at
    before = place.machine.values[-2:-1]
    if place.token.kind == "{" or not before or not isinstance(before[0], n.AwaitUntil):
        return None
    brace = next((i for i in range(at, len(tokens)) if tokens[i].kind == "{"), None)
    if brace is None or not place.machine.fits(tokens[brace]):
        return None
    return Repair(problems.else_of_await(place.span), brace - at)


def _missing_or_other(place: Place) -> Repair | None:
    """A word or sign left out, or another sign in its place."""
    token, machine = place.token, place.machine
    _, fitting = outermost(machine)
    wanted = [symbol for symbol in fitting if symbol[0] != "<" or len(symbol) < 3]
    if "," in wanted:
        wanted = [","]
    elif len(wanted) != len(fitting) or len(wanted) > 3 or CLOSERS & set(wanted):
        return None
    if len(wanted) > 1:
        wanted = [symbol for symbol in wanted if not symbol[0].isalpha()]
    for symbol in wanted:
        if any({symbol, token.kind} <= alike for alike in _ALIKE):
            if machine.fits(symbol, place.next):
                said = problems.other_sign(place.span, token.text, symbol)
                return Repair(said, 1, (place.made(symbol),))
        elif token.kind != END and machine.fits(symbol, token, *place.tokens[place.at + 1 :][:1]):
            closing = place.made("}") if symbol == "{" else None
            said = problems.missing(symbol, place.span, token.words, place.line_before)
            return Repair(said, 0, (place.made(symbol),), closing)
    return None


def _missing_else(place: Place) -> Repair | None:
    """`if … then …` without its `else`."""
    stand_in = place.made(NUMBER, "0", stand_in=True)
    if not place.machine.fits("else", stand_in, place.token):
        return None
    _, fitting = outermost(place.machine)
    if "else" not in fitting:
        return None
    said = problems.missing_else(place.span, place.token.words, place.line_before)
    return Repair(said, 0, (place.made("else"), stand_in))


_SLIPS: tuple[Slip, ...] = (
    _stray_bracket,
    _single_equals,
    _in_operator,
    _chained_comparison,
    _else_if,
    _unit_apart,
    _missing_unit,
    _quoted_name,
    _steps_without_do,
    _half_life,
    _null,
    _else_takes_one,
    _else_of_await,
    _needless_separator,
    _misspelt_word,
    _missing_else,
    _missing_or_other,
)
