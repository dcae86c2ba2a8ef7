"""The values of a param that are compared: those of its `tune`, and the line as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.localtime.durations import duration_literal
from lifecycle_dsl.program.declarations import Param
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import DURATION

MOST: Final = 200
"""Values of one param; each is an engine of its own."""


@frozen
class Candidate:
    """A value for all, or the present line with its cases."""

    text: str
    """As the language writes it: `4.5`, `36h`, `5 { big_spender: 4 }`."""
    value: float | int


@frozen
class Candidates:
    """What is compared, and which of them stands in the file."""

    param: str
    each: tuple[Candidate, ...]
    present: int
    """Its place in `each`."""


def tuned_params(program: Program) -> list[str]:
    """The params that say in which range they may be searched for."""
    return [param.name for param in program.params.values() if param.tune is not None]


def candidates(program: Program, name: str) -> Candidates:
    """The values of a param, lowest first; the present line in its place among them.

    Raises:
        AnalysisError: where there is no such param, or nothing to search.
    """
    param = program.params.get(name)
    if param is None:
        raise AnalysisError(f"no param is called `{name}`{hint(name, program.params)}")
    if param.tune is None:
        raise AnalysisError(
            f"`{name}` does not say where to search: write `param {name} = "
            f"{_text(param, param.value)} tune LOW to HIGH step S`"
        )
    low, high, step = (Fraction(repr(each)) for each in param.tune)
    count = int((high - low) / step) + 1
    if count > MOST:
        raise AnalysisError(
            f"`{name}` is to be searched in {count:,} values; {MOST} at once is the most: "
            "take a larger step"
        )
    values = [_like(param.value, low + step * place) for place in range(count)]
    each = {value: Candidate(_text(param, value), value) for value in values}
    present = _like(param.value, Fraction(repr(param.value)))
    if not param.cases:
        each.setdefault(present, Candidate(_text(param, present), present))
        listed = [each[value] for value in sorted(each)]
        return Candidates(name, tuple(listed), listed.index(each[present]))
    as_it_stands = Candidate(with_cases(param, present, dict(param.cases)), present)
    listed = sorted([*each.values(), as_it_stands], key=lambda c: (c.value, c is as_it_stands))
    return Candidates(name, tuple(listed), listed.index(as_it_stands))


def with_cases(param: Param, value: object, cases: Mapping[str, object]) -> str:
    """A value and its cases by segment, as the language writes them."""
    if not cases:
        return _text(param, value)
    listed = "  ".join(f"{segment}: {_text(param, case)}" for segment, case in cases.items())
    return f"{_text(param, value)} {{ {listed} }}"


def _like(value: object, number: Fraction) -> float | int:
    return int(number) if isinstance(value, int) else float(number)


def _text(param: Param, value: object) -> str:
    assert isinstance(value, float | int)  # noqa: S101 — what a param holds
    return duration_literal(int(value)) if param.type == DURATION else format_number(value)
