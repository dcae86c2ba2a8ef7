"""The automaton at work: tokens in, nodes out.

It knows how to shift, how to reduce and how to try; what to do about a token that doesn't fit is
for the parser. It keeps its own stacks, so that nothing here is recursive, and it bounds how deep
nodes may stand within one another, so that later passes may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Final

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.actions import ACTIONS, LENIENT, Builder
from lifecycle_dsl.syntax.nodes import Node
from lifecycle_dsl.syntax.problems import grammar as problems
from lifecycle_dsl.syntax.tables import OMITTED, Rule, Tables, is_terminal, load
from lifecycle_dsl.syntax.tokens import CLOSERS, END, NAME, OPENERS, Token

DEEPEST: Final = 160
"""Nodes within one another."""

BROKEN: Final[Any] = object()
"""In place of what could not be read. What contains it can't be built either, up to the item of a
list, which is then left out."""


class Automaton:
    """The tables in the form in which they are run."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.rows = [tables.row(state) for state in range(len(tables.moves))]
        self.rules = tables.rules
        self.sizes = [len(rule.symbols) for rule in tables.rules]
        self.origins = [f"<{rule.origin}>" for rule in tables.rules]
        self.terminals = frozenset(symbol for symbol in tables.symbols if is_terminal(symbol))
        self.units = [_is_unit(rule) for rule in tables.rules]
        self.reducers = [_reducer(rule) for rule in tables.rules]


@cache
def automaton() -> Automaton:
    """The automaton of the grammar at hand."""
    return Automaton(load())


def _is_unit(rule: Rule) -> bool:
    """Whether a rule renames its only part, as `sum: product` does."""
    return rule.unwraps and len(rule.symbols) == 1 and rule.take == (0,)


Reducer = Callable[[Builder, int, int, list[Any]], Any]


def _reducer(rule: Rule) -> Reducer:
    """What a reduction by a rule gives, from its parts."""
    if rule.origin.startswith("$"):
        return lambda _builder, _start, _end, values: values[0]
    if rule.is_list:
        return _list_reducer(rule)
    if rule.unwraps and len(rule.take) == 1:
        part = rule.take[0] // 2
        return lambda _builder, _start, _end, values: values[part]
    take = rule.take
    action = ACTIONS[rule.name]
    lenient = rule.name in LENIENT

    def reduce(builder: Builder, start: int, end: int, values: list[Any]) -> Any:
        parts: list[Any] = []
        for code in take:
            if code == OMITTED:
                parts.append(None)
            elif code & 1:
                parts += values[code >> 1]
            else:
                parts.append(values[code >> 1])
        if BROKEN in parts:
            if not lenient:
                return BROKEN
            parts = [part for part in parts if part is not BROKEN]
        return action(builder, Span(builder.source, start, end), parts)

    return reduce


def _list_reducer(rule: Rule) -> Reducer:
    """Repetitions into one list that grows in place; what is broken is left out of it."""
    grows = rule.take[0] == 1
    added = [code >> 1 for code in rule.take[grows:]]

    def gather(_builder: Builder, _start: int, _end: int, values: list[Any]) -> list[Any]:
        items: list[Any] = values[0] if grows else []
        items += [values[at] for at in added if values[at] is not BROKEN]
        return items

    return gather


class Machine:
    """The stacks of one parse."""

    def __init__(
        self,
        start: str,
        builder: Builder,
        report: Callable[[Diagnostic], None],
        deepest: int = DEEPEST,
    ) -> None:
        run = automaton()
        self.rows = run.rows
        self.builder = builder
        self._run = run
        self._report = report
        self._deepest = deepest
        self._end = run.tables.ends[start]
        self.states = [run.tables.starts[start]]
        self.values: list[Any] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._depths: list[int] = []

    def words_at_start(self, start: str) -> dict[str, int]:
        """What is no name at the start of a text."""
        return self.rows[self._run.tables.starts[start]]

    @property
    def row(self) -> dict[str, int]:
        """The actions of the present state."""
        return self.rows[self.states[-1]]

    @property
    def result(self) -> Any:
        """What was read, once the end has been fed."""
        return self.values[-1]

    def feed(self, kind: str, token: Token) -> bool:
        """Shift a token, after the reductions it asks for; False where it doesn't fit.

        The end is not shifted: it fits where everything is read.
        """
        states, rows = self.states, self.rows
        units, origins = self._run.units, self._run.origins
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return states[-1] == self._end and kind == END
            if action < 0 and units[~action]:
                states[-1] = rows[states[-2]][origins[~action]]
                continue
            if action >= 0:
                states.append(action)
                self.values.append(BROKEN if token.stand_in else token)
                self._starts.append(token.start)
                self._ends.append(token.end)
                self._depths.append(0)
                return True
            self._reduce(~action, token)

    def _reduce(self, number: int, token: Token) -> None:
        run, size = self._run, self._run.sizes[number]
        states, starts, ends = self.states, self._starts, self._ends
        if size:
            parts = self.values[-size:]
            start, end, depth = starts[-size], ends[-1], max(self._depths[-size:])
            del states[-size:], self.values[-size:]
            del starts[-size:], ends[-size:], self._depths[-size:]
        else:
            parts, start, end, depth = [], token.start, token.start, 0
        value = run.reducers[number](self.builder, start, end, parts)
        if isinstance(value, Node) and value not in parts:
            depth += 1
            if depth > self._deepest:
                self._report(problems.too_deep(Span(self.builder.source, start, end)))
                value = BROKEN
        elif value is BROKEN:
            depth = 0
        self._push(run.origins[number], value, start, end, depth)

    def _push(self, symbol: str, value: Any, start: int, end: int, depth: int) -> None:
        self.states.append(self.rows[self.states[-1]][symbol])
        self.values.append(value)
        self._starts.append(start)
        self._ends.append(end)
        self._depths.append(depth)

    def opened(self, height: int = 0) -> int:
        """How many brackets are open on the stack, from a height on."""
        kinds = [value.kind for value in self.values[height:] if isinstance(value, Token)]
        return sum(kind in OPENERS for kind in kinds) - sum(kind in CLOSERS for kind in kinds)

    def take_back(self) -> None:
        """Undo the last shift."""
        for stack in (self.states, self.values, self._starts, self._ends, self._depths):
            stack.pop()

    def give_up(self, height: int, symbol: str, at: int) -> None:
        """Drop the stack down to a height and take the symbol for read, but broken."""
        del self.states[height + 1 :], self.values[height:]
        del self._starts[height:], self._ends[height:], self._depths[height:]
        self._push(symbol, BROKEN, at, at, 0)

    def fits(self, *tokens: Token | str) -> bool:
        """Whether these could be fed now, one after the other."""
        return self.fit_on(list(self.states), tokens)

    def fit_on(self, states: list[int], tokens: Iterable[Token | str]) -> bool:
        """Whether these could be fed to a stack, which is changed."""
        for token in tokens:
            kind, word = (token, token) if isinstance(token, str) else (token.kind, token.text)
            if kind == NAME and word in self.rows[states[-1]]:
                trial = list(states)
                if self.follow(trial, word) is not None:
                    states[:] = trial
                    continue
            if self.follow(states, kind) is None:
                return False
        return True

    def follow(self, states: list[int], kind: str) -> int | None:
        """Feed a symbol to a stack of states alone: how many reductions it took, None: no fit.

        For the end of a text the stack is left before it.
        """
        run, rows = self._run, self.rows
        reductions = 0
        while True:
            action = rows[states[-1]].get(kind)
            if action is None:
                return reductions if states[-1] == self._end and kind == END else None
            if action >= 0:
                states.append(action)
                return reductions
            reductions += 1
            number = ~action
            size = run.sizes[number]
            if size:
                del states[-size:]
            states.append(rows[states[-1]][run.origins[number]])
