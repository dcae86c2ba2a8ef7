"""Made scores, lets, levels, segments and params."""

from __future__ import annotations

from dataclasses import replace

from tests.generated.choices import (
    Draw,
    composed,
    either,
    integers,
    just,
    lists,
    one_in,
    one_of,
    pairs,
    sampled_from,
)
from tests.generated.conditions import events, linear_values, memory_numbers, watchable
from tests.generated.vocabulary import HALF_LIVES, Names


@composed
def score_settings(draw: Draw) -> tuple[str | None, str]:
    """A half-life (or none) and the lines that say so."""
    kind = draw(one_of("half-life", "half-life", "half-life", "none", "fade"))
    clamps = draw(one_of("", "at least 0", "at least 0  at most 5", "at most 4", "at least -2"))
    if kind == "none":
        return None, clamps
    if kind == "fade":
        return None, f"fade {draw(one_of('0.5', '0.95 ^ days(in_stage)', '0'))}  {clamps}"
    half_life = draw(sampled_from(sorted(HALF_LIVES)))
    return half_life, f"half-life {half_life}  {clamps}"


@composed
def score(draw: Draw, name: str, settings: str) -> str:
    """A score and what adds to it."""
    lines = draw(
        lists(
            either(
                pairs(events, one_of("1", "2", "value", "-1", "0.5 * value", "1.1")),
                one_of(
                    ("buy where amount > 10", "number(amount) / 10"),
                    ("buy", "if vip then 2 else 1"),
                    ("rate", "stars"),
                    ("rate where good", "stars * 0.5"),
                    ("visit where vip", "2"),
                    ("visit", "count(visit within 1d)"),
                ),
            ),
            1,
            3,
        )
    )
    text = "  ".join(f"on {event}: {amount}" for event, amount in lines)
    return f"score {name} {{ {settings}  {text} }}"


@composed
def let_value(draw: Draw, names: Names) -> str:
    """What a let stands for."""
    one, two = draw(watchable(names)), draw(watchable(names))
    points = f"points {{ when {one}: 2  when {two}: 1.5 }}"
    return draw(either(linear_values(names), memory_numbers(), just(points)))


CELLS = {
    "stage": ("fresh", "not fresh", "warm | fresh", "early"),
    "vip": ("true", "false"),
    "tariff": ("pro", "not pro"),
    "credit": ("1..", "[1..3)", "..0"),
    "s1": ("1..", "..2", "(0.5..3]"),
}
"""Inputs of a table and cells that look at them."""


@composed
def table(draw: Draw, names: Names) -> str:
    """A decision table."""
    inputs = [draw(sampled_from(sorted(CELLS))), draw(one_of("stage", "vip"))]
    if inputs[0] == inputs[1]:
        inputs.pop()
    cells = [CELLS[each] for each in inputs]
    if names.levels:
        name, labels = draw(sampled_from(names.levels))
        inputs.append(name)
        cells.append((labels[0], f"{labels[-1]}..", f"not {labels[0]}"))
    mode = draw(one_of("first", "layers", "layers"))
    results = ('"a", 1', '"b", 2', "tariff, credit", f'"c", {"-" if mode == "layers" else "0"}')
    rows = [
        f"row {', '.join(draw(sampled_from((*known, '-'))) for known in cells)}"
        f" => {draw(sampled_from(results))}"
        for _ in range(draw(integers(1, 3)))
    ]
    return (
        f"table offer ({', '.join(inputs)}) -> goal: text, bonus: number {{\n"
        f'  {mode}  {"  ".join(rows)}  otherwise => "c", 0\n}}'
    )


@composed
def model(draw: Draw, names: Names) -> str:
    """A logistic model."""
    features = (
        draw(linear_values(names)),
        draw(memory_numbers()),
        f"if {draw(watchable(names))} then 1 else 0",
    )
    lines = "  ".join(f"{each}: {draw(one_of('0.5', '-0.25', '1.1'))}" for each in features)
    return f"model chance = logistic {{ intercept {draw(one_of('-1', '0.5'))}  {lines} }}"


@composed
def measures(draw: Draw, names: Names, parts: list[str]) -> Names:
    """Lets, levels and segments, each reading those before."""
    lets: list[str] = []
    for n in range(draw(integers(0, 2))):
        parts.append(f"let l{n} = {draw(let_value(names))}")
        lets.append(f"l{n}")
    levels: list[tuple[str, tuple[str, ...]]] = []
    for n in range(draw(integers(0, 2))):
        known_lets = sampled_from(lets or ["s1"])
        value = draw(either(linear_values(names), memory_numbers(), known_lets))
        three = draw(one_in(2))
        bands = f"high{n} >= 3  mid{n} >= 1  low{n}" if three else f"high{n} >= bar0  low{n}"
        parts.append(f"level v{n} = {value} {{ {bands} }}")
        middle = (f"mid{n}",) if three else ()
        levels.append((f"v{n}", (f"low{n}", *middle, f"high{n}")))
    known = replace(names, lets=tuple(lets), levels=tuple(levels))
    parts.append(draw(model(known)))
    parts.append(draw(table(known)))
    known = replace(known, tables=("offer",))
    computed: list[str] = []
    for n in range(draw(integers(0, 2))):
        parts.append(f"segment g{n} = {draw(watchable(known))}")
        computed.append(f"g{n}")
    parts.append(f"param bar1 = 1 {{ crowd: 2  {'  '.join(f'{each}: 3' for each in computed)} }}")
    return replace(known, computed=tuple(computed), params=(*names.params, "bar1"))
