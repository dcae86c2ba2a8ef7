"""How many instants a counting memory really needs.

Where `count(H within D)` is only ever compared with numbers, as many instants as the greatest of
them asks for are kept, and it is always exact. Looks at a finished set of expressions, since one
use of the count itself anywhere (in a sum, in a text) is enough to need them all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from lifecycle_dsl.checker.operators import TURNED
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.memory import MemoryTerm, Remembers, Rolling
from lifecycle_dsl.program.walk import children

MOST_KEPT = 100_000


def saturate(
    expressions: Iterable[e.Expression], lets: Mapping[str, e.Expression] | None = None
) -> dict[MemoryTerm, int]:
    """The `keep` of each rolling count that is only compared with constants.

    `expressions` are all of the program, the values of lets among them; `lets` gives those values
    by name, so that a let that is nothing but a count is seen through. Terms with a `keep` of
    their own are left alone.
    """
    aliases = {
        name: value.term
        for name, value in (lets or {}).items()
        if isinstance(value, e.MemoryRead) and _saturates(value.term)
    }
    values = {id(value) for value in (lets or {}).values()}
    needed: dict[MemoryTerm, int] = {}
    open_: set[MemoryTerm] = set()
    waiting = [each for each in expressions if not (id(each) in values and _term(each, {}))]
    while waiting:
        found = waiting.pop()
        compared = _compared(found, aliases)
        if compared is not None:
            term, count = compared
            needed[term] = max(needed.get(term, 1), count)
        elif (term_read := _term(found, aliases)) is not None:
            open_.add(term_read)
        else:
            waiting.extend(children(found))
    return {term: min(count, MOST_KEPT) for term, count in needed.items() if term not in open_}


def _saturates(term: MemoryTerm) -> bool:
    own_keep = term.text.endswith(f" keep {term.keep})")
    return term.remembers is Remembers.COUNT and isinstance(term.window, Rolling) and not own_keep


def _term(found: e.Expression, aliases: Mapping[str, MemoryTerm]) -> MemoryTerm | None:
    match found:
        case e.MemoryRead(term=term) if _saturates(term):
            return term
        case e.LetRead(let=let):
            return aliases.get(let)
        case _:
            return None


def _compared(
    found: e.Expression, aliases: Mapping[str, MemoryTerm]
) -> tuple[MemoryTerm, int] | None:
    """The term of a comparison with a constant, and how many instants tell its truth."""
    if not isinstance(found, e.Apply) or found.operation.name not in TURNED:
        return None
    if len(found.arguments) != 2:
        return None
    left, right = found.arguments
    symbol = found.operation.name
    if isinstance(left, e.Constant):
        left, right, symbol = right, left, TURNED[symbol]
    term = _term(left, aliases)
    if term is None or not isinstance(right, e.Constant):
        return None
    if not isinstance(right.value, int | float):
        return None
    return term, max(1, _instants(symbol, float(right.value)))


def _instants(symbol: str, bar: float) -> int:
    """How many are needed to tell whether a count compares so with a bar."""
    if symbol in (">=", "<"):
        return math.ceil(bar)
    return math.floor(bar) + 1
