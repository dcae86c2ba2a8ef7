"""The next instant at which time alone changes something, found by looking.

Between two instants at which something jumps (an entry leaves a window, a local day begins, a zone
changes its clock) only scores and clocks move, and each comparison changes sides at most once. So
all jumps are listed, in between each comparison is bisected to the microsecond, and what is looked
for is tried at every instant found, in order of time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from attrs import fields as attributes
from attrs import has

from lifecycle_dsl.localtime import Period, next_period_start
from lifecycle_dsl.program.expressions import (
    Apply,
    Expression,
    Forgiving,
    LetRead,
    LevelRead,
    MemoryRead,
    ParamRead,
    PointLine,
    SeasonRead,
    SegmentRead,
    TableRead,
)
from lifecycle_dsl.program.memory import Calendar, Remembers, Rolling
from lifecycle_dsl.program.program import Program
from tests.reference.customer import Moment, Value
from tests.reference.evaluate import evaluate
from tests.reference.memory import entries_of

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})

Side = Callable[[Moment], Value]


def first_instant(
    m: Moment, limit: int, roots: tuple[Expression, ...], found: Callable[[Moment], bool]
) -> int | None:
    """The first instant from `m.now` up to `limit` at which `found` says yes.

    `found` may depend on time through `roots` only.
    """
    atoms = list(dict.fromkeys(atom for root in roots for atom in walk(m.program, root)))
    sides = [side for atom in atoms for side in sides_of(atom)]
    edges = [m.now, *sorted(set(jumps(m, limit, atoms))), limit + 1]
    for start, end in pairwise(edges):
        t: int | None = start
        while t is not None:
            if found(m.at(t)):
                return t
            t = first_crossing(m, t, end - 1, sides)
    return None


def first_crossing(m: Moment, start: int, end: int, sides: list[Side]) -> int | None:
    """The first instant after start, up to end, at which a comparison has changed sides."""
    first = None
    for side in sides:
        before = side(m.at(start))
        if start < end and side(m.at(end)) != before:
            low, high = start, end
            while high - low > 1:
                middle = (low + high) // 2
                if side(m.at(middle)) == before:
                    low = middle
                else:
                    high = middle
            end, first = high, high
    return first


def sides_of(atom: Expression) -> list[Side]:
    """A comparison as two that change at most once: `left > right` and `left >= right`."""
    match atom:
        case Forgiving():
            return [comparing(atom, symbol) for symbol in (">", ">=")]
        case Apply() if atom.operation.name in COMPARISONS:
            return [comparing(atom, symbol) for symbol in (">", ">=")]
        case _:
            return []


def comparing(atom: Forgiving | Apply, symbol: str) -> Side:
    """One of the two."""
    if isinstance(atom, Forgiving):
        changed = Forgiving(span=atom.span, symbol=symbol, left=atom.left, right=atom.right)
        return lambda m: evaluate(m, changed)
    left, right = atom.arguments

    def side(m: Moment) -> Value:
        a, b = evaluate(m, left), evaluate(m, right)
        if isinstance(a, str | bool | tuple | None) or isinstance(b, str | bool | tuple | None):
            return None
        return a > b if symbol == ">" else a >= b

    return side


def jumps(m: Moment, limit: int, atoms: list[Expression]) -> Iterator[int]:
    """The instants after now, up to the limit, at which something can jump."""
    for atom in atoms:
        if isinstance(atom, MemoryRead) and isinstance(atom.term.window, Rolling):
            for entry in entries_of(m.customer, atom.term):
                if m.now < entry.at + atom.term.window.micros <= limit:
                    yield entry.at + atom.term.window.micros
    if any(reads_calendar(atom) for atom in atoms):
        yield from local_days(m, limit)


def reads_calendar(atom: Expression) -> bool:
    """Whether local days matter to an expression."""
    match atom:
        case MemoryRead():
            streak = atom.term.remembers is Remembers.STREAK
            return streak or isinstance(atom.term.window, Calendar)
        case SeasonRead():
            return True
        case Apply():
            return atom.operation.needs_zone
        case _:
            return False


def local_days(m: Moment, limit: int) -> Iterator[int]:
    """All beginnings of local days and changes of the local clock."""
    t = m.now
    while True:
        t = min(next_period_start(m.zone, t, Period.DAY), m.zone.span(t)[1])
        if t > limit:
            return
        yield t


def walk(program: Program, e: object) -> Iterator[Expression]:
    """An expression and everything it reads, through lets, levels, segments, params, tables."""
    if isinstance(e, tuple):
        for item in e:
            yield from walk(program, item)
        return
    for part in behind(program, e):
        yield from walk(program, part)
    if isinstance(e, Expression | PointLine) and has(type(e)):
        if isinstance(e, Expression):
            yield e
        for attribute in attributes(type(e)):
            if attribute.name != "span":
                yield from walk(program, getattr(e, attribute.name))


def behind(program: Program, e: object) -> Iterator[object]:
    """What stands behind a name."""
    match e:
        case LetRead():
            yield program.lets[e.let].value
        case LevelRead():
            yield program.levels[e.level].reaches
        case SegmentRead():
            yield program.segments[e.segment].condition
        case TableRead():
            yield program.tables[e.table].reads(e.output)
        case ParamRead():
            for segment, _ in program.params[e.param].cases:
                yield program.segments[segment].condition
        case _:
            pass
