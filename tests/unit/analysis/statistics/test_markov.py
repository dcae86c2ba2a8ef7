"""Removal effects against a published example, a walk through the chain, and each other."""

from __future__ import annotations

import numpy as np
import pytest

from lifecycle_dsl.analysis.statistics.markov import (
    CONVERTED,
    GONE,
    Chain,
    drawn_effects,
    removal_effects,
)


def chain_of(paths: list[tuple[str, bool]]) -> tuple[Chain, np.ndarray]:
    """The chain of paths of one-letter channels."""
    names = sorted({channel for path, _ in paths for channel in path})
    counts: dict[tuple[int, int], float] = {}
    for path, converts in paths:
        states = [0, *(names.index(channel) + 1 for channel in path)]
        steps = [*zip(states, [*states[1:], CONVERTED if converts else GONE], strict=True)]
        for step in steps:
            counts[step] = counts.get(step, 0.0) + 1
    taken = np.array(list(counts))
    channel = np.arange(-1, len(names))
    return Chain(taken[:, 0], taken[:, 1], channel, len(names)), np.array(list(counts.values()))


def test_the_example_of_the_concept() -> None:
    """Bryl, S. (2016), AnalyzeCore: Attribution model with R (part 1: Markov chains concept).

    C1 → C2 → C3 → purchase, C1 → nothing, C2 → C3 → nothing: a third converts; without C1 half of
    that is lost, without C2 or C3 all of it, so C1 gets 0.2 of the conversion and the others 0.4.
    """
    chain, counts = chain_of([("abc", True), ("a", False), ("bc", False)])
    rate, effects = removal_effects(chain, counts)
    assert rate == pytest.approx(1 / 3)
    assert effects == pytest.approx([0.5, 1, 1])
    assert effects / effects.sum() == pytest.approx([0.2, 0.4, 0.4])


def walked(chain: Chain, counts: np.ndarray, without: int | None = None) -> float:
    """The rate of conversion, by walking on until next to nobody is under way."""
    here = np.zeros(chain.states)
    here[0] = 1.0
    leaving = np.bincount(chain.source, weights=counts, minlength=chain.states)
    converted = 0.0
    for _ in range(5_000):
        after = np.zeros(chain.states)
        for source, target, count in zip(chain.source, chain.target, counts, strict=True):
            going = here[source] * count / leaving[source]
            if target == CONVERTED:
                converted += going
            elif target != GONE and chain.channel[target] != without:
                after[target] += going
        here = after
        if here.sum() < 1e-14:
            break
    return converted


@pytest.mark.parametrize("seed", range(8))
def test_effects_are_those_of_a_walk(seed: int) -> None:
    random = np.random.default_rng(seed)
    channels, states = 3, 3 + 3 * (seed % 3) + 1
    channel = np.concatenate([[-1], np.arange(states - 1) % channels])
    source = np.repeat(np.arange(states), states + 1)
    target = np.tile(np.concatenate([np.arange(1, states), [CONVERTED, GONE]]), states)
    counts = random.integers(1, 20, len(source)).astype(float)
    chain = Chain(source, target, channel, channels)
    rate, effects = removal_effects(chain, counts)
    assert rate == pytest.approx(walked(chain, counts), abs=1e-9)
    for each in range(channels):
        assert effects[each] == pytest.approx(1 - walked(chain, counts, each) / rate, abs=1e-9)
    assert drawn_effects(chain, np.stack([counts, counts * 2])) == pytest.approx(
        np.stack([effects, effects])
    )


def test_where_nothing_converts_nothing_is_lost() -> None:
    chain, counts = chain_of([("ab", False)])
    rate, effects = removal_effects(chain, counts)
    assert rate == 0
    assert effects == pytest.approx([0, 0])


def test_a_draw_in_which_a_state_is_missing_is_worked_out_all_the_same() -> None:
    chain, counts = chain_of([("ab", True), ("c", False), ("b", True), ("a", False)])
    without = counts * (chain.source != 3) * (chain.target != 3)
    expected = removal_effects(chain, without)[1]
    assert drawn_effects(chain, without[None]) == pytest.approx(expected[None])
