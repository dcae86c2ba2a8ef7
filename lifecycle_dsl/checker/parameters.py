"""Params: constants that may differ by segment and may be tuned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as problems
from lifecycle_dsl.program import declarations as checked
from lifecycle_dsl.program.types import DURATION, NUMBER, Type
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary


@frozen(eq=False)
class Parameter:
    """A checked param."""

    type: Type
    value: float | int
    cases: tuple[tuple[str, float | int], ...]
    tune: tuple[object, object, object] | None
    bounds: tuple[float, float]


def parameter(names: Dictionary, node: nodes.Param) -> Parameter:
    """A param's values, all of one unit."""
    is_duration = node.value.is_duration
    value = _value(names, node.value, is_duration=is_duration)
    cases: dict[str, float | int] = {}
    first: dict[str, Span] = {}
    for case in node.cases:
        name = case.segment.text
        amount = _value(names, case.value, is_duration=is_duration)
        if names.entry(case.segment, What.SEGMENT) is None:
            continue
        if name in first:
            names.report(name_problems.duplicate_line(case.segment.span, name, first[name]))
            continue
        first[name] = case.segment.span
        cases[name] = amount
    amounts = (value, *cases.values())
    return Parameter(
        DURATION if is_duration else NUMBER,
        value,
        tuple(cases.items()),
        _tuned(names, node.tune, amounts, is_duration=is_duration),
        (float(min(amounts)), float(max(amounts))),
    )


def _tuned(
    names: Dictionary,
    tune: nodes.Tune | None,
    amounts: tuple[float | int, ...],
    *,
    is_duration: bool,
) -> tuple[object, object, object] | None:
    if tune is None:
        return None
    written = (tune.low, tune.high, tune.step)
    low, high, step = (_value(names, each, is_duration=is_duration) for each in written)
    if any(each.is_duration != is_duration or each.value is None for each in written):
        return None
    if low >= high:
        names.report(problems.param_out_of_range(tune.high.span, "tuning needs room upwards"))
    elif step <= 0 or step > high - low:
        names.report(
            problems.param_out_of_range(tune.step.span, "this step does not fit into the range")
        )
    elif not low <= amounts[0] <= high:
        names.report(
            problems.param_out_of_range(tune.span, "the param's own value is not in this range")
        )
    return low, high, step


def _value(names: Dictionary, node: nodes.Constant, *, is_duration: bool) -> float | int:
    if node.value is None:
        names.report(problems.not_a_constant(node.span, "the value of a param"))
        return 0 if is_duration else 0.0
    if node.is_duration != is_duration:
        unit = "duration" if is_duration else "number"
        names.report(problems.param_of_two_units(node.span, unit))
        return 0 if is_duration else 0.0
    return int(node.value) if is_duration else float(node.value)


def check_param(names: Dictionary, entry: Entry) -> checked.Param:
    """A checked param as the program has it."""
    found = names.parameter(entry.name)
    return checked.Param(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        type=found.type,
        value=found.value,
        cases=found.cases,
        tune=found.tune,
    )
