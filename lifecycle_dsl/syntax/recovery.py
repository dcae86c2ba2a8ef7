"""Going on after what can't be read: its item is given up, and the next one looked for.

An item is what a block or a list consists of: a transition, a line of a score, a step, a row,
a declaration. The innermost that allows going on within its own brackets is taken.
"""

from __future__ import annotations

from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax.brackets import is_head, starts_line
from lifecycle_dsl.syntax.machine import Machine
from lifecycle_dsl.syntax.tokens import CLOSERS, END, NAME, OPENERS, Token

_ITEMS = tuple(
    f"<{name}>"
    for name in (
        "score_item", "fold", "field", "band", "placing", "transition", "point_line",
        "occurrence", "guard", "exit_on", "step", "arm", "split_arm", "entry", "message_rule",
        "route_line", "row", "otherwise_row", "attribution_item", "param_case", "coefficient",
        "given", "expectation", "test_step", "declaration",
    )
)  # fmt: skip
_BETWEEN = CLOSERS | {",", "->"}
"""Signs at which reading may go on wherever they stand."""


class Recovery:
    """Finds the places to go on at; its work is bounded by a few times the length of the file."""

    def __init__(self, source: Source, tokens: list[Token]) -> None:
        self._source = source
        self._tokens = tokens
        self._left = 20 * len(tokens) + 10_000

    def resume(self, machine: Machine, at: int) -> int | None:
        """Give up the item that a token belongs to; where to go on, None for nowhere."""
        found = self._find(machine, at)
        if found is None:
            return None
        height, symbol, place = found
        machine.give_up(height, symbol, self._tokens[at].start)
        return place

    def starts_item(self, machine: Machine, at: int) -> bool:
        """Whether a token looks like the start of the next item: by its word, on its line."""
        token = self._tokens[at]
        if token.kind != NAME or not starts_line(self._source, token):
            return False
        if is_head(self._source, self._tokens, at):
            return True
        found = self._find(machine, at)
        if found is None or found[2] != at:
            return False
        height, symbol, _ = found
        return token.text in machine.rows[machine.rows[machine.states[height]][symbol]]

    def _find(self, machine: Machine, at: int) -> tuple[int, str, int] | None:
        """The innermost item to give up: its height on the stack, its symbol, where to go on."""
        opened = 0
        for height in range(len(machine.states) - 1, -1, -1):
            if height < len(machine.values):
                opened += _opens(machine.values[height])
            row = machine.rows[machine.states[height]]
            for symbol in _ITEMS:
                if symbol not in row:
                    continue
                states = [*machine.states[: height + 1], row[symbol]]
                found = self._next(machine, states, at, opened, top=symbol == "<declaration>")
                if found is not None:
                    return height, symbol, found
        return None

    def _next(
        self, machine: Machine, states: list[int], at: int, opened: int, *, top: bool
    ) -> int | None:
        """The next token that fits on a stack, within the brackets that are open there."""
        row = machine.rows[states[-1]]
        for place in range(at, len(self._tokens)):
            self._left -= 1
            if self._left < 0:
                return None
            token = self._tokens[place]
            if opened == 0:
                marked = self._marks(place, token, row, top=top)
                if marked and machine.fit_on(list(states), (token,)):
                    return place
                if token.kind in CLOSERS and not top:
                    return None
            if token.kind in OPENERS:
                opened += 1
            elif token.kind in CLOSERS:
                opened = max(opened - 1, 0)
        return None

    def _marks(self, place: int, token: Token, row: dict[str, int], *, top: bool) -> bool:
        """Whether an item may be taken to start or end at a token."""
        if token.kind == END or token.kind in _BETWEEN:
            return True
        if token.kind == NAME and token.text in row and not top:
            return True
        behind_block = place > 0 and self._tokens[place - 1].kind == "}" and token.text in row
        return behind_block or starts_line(self._source, token)


def _opens(value: object) -> int:
    if not isinstance(value, Token):
        return 0
    return (value.kind in OPENERS) - (value.kind in CLOSERS)
