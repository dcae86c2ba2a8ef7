"""The tests of rule files: choosing some, and running them here or in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from attrs import evolve, frozen

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import load
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.coverage.items import Reached
from lifecycle_dsl.testing.coverage.measuring import Meter
from lifecycle_dsl.testing.results import Result, resulted
from lifecycle_dsl.testing.running import run
from lifecycle_dsl.testing.scene import rehearsed
from lifecycle_dsl.testing.trying import try_promises

_SHARE = 8
"""Tests that a process takes at a time."""


@frozen(eq=False)
class Suite:
    """A rule file with the tests of it that are to be run."""

    path: str
    ruleset: RuleSet
    chosen: tuple[int, ...]
    """Their places among the tests of the program."""
    meter: Meter | None = None
    """Measures what they reach."""

    @property
    def tests(self) -> tuple[t.Test, ...]:
        """The chosen tests."""
        return tuple(self.ruleset.program.tests[place] for place in self.chosen)

    def run(self) -> Iterator[Result]:
        """Run them, one after the other."""
        for test in self.tests:
            yield resulted(self.ruleset.program, run(self.ruleset, test, self.meter))


def suite(
    path: str, ruleset: RuleSet, words: Sequence[str] = (), *, measured: bool = False
) -> Suite:
    """The tests of a rule set; with words, those whose title contains one of them."""
    prepared = rehearsed(ruleset.program)
    chosen = tuple(
        place for place, test in enumerate(prepared.program.tests) if _is_chosen(test, words)
    )
    return Suite(path, prepared, chosen, Meter(prepared) if measured else None)


def _is_chosen(test: t.Test, words: Sequence[str]) -> bool:
    title = test.title.casefold()
    return not words or any(word.casefold() in title for word in words)


Told = Callable[[Suite, Sequence[Result]], None]
"""Told of the results of a file when they are all there."""


def run_suites(
    suites: Sequence[Suite],
    told: Told | None,
    *,
    workers: int = 1,
    fail_fast: bool = False,
    generated: tuple[int, int] | None = None,
) -> list[tuple[Suite, list[Result]]]:
    """Run the tests of several files; with `fail_fast`, up to the first that fails.

    With `generated`, a count and a seed, promises are then tried on as many series. With several
    workers the order of the results is that of one.
    """
    done: list[tuple[Suite, list[Result]]] = []
    results = _shared(suites, workers) if workers > 1 else (each.run() for each in suites)
    for each, coming in zip(suites, results, strict=False):
        found: list[Result] = []
        done.append((each, found))
        for result in coming:
            found.append(result)
            if fail_fast and not result.passed:
                break
        if generated is not None and not (fail_fast and _failed(found)):
            found += try_promises(each.ruleset, *generated)
        if told is not None:
            told(each, found)
        if fail_fast and _failed(found):
            break
    return done


def _failed(results: Sequence[Result]) -> bool:
    return not all(result.passed for result in results)


def _shared(suites: Sequence[Suite], workers: int) -> Iterator[Iterator[Result]]:
    """The results of each suite, from processes that load the rules for themselves."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        coming = [
            [
                pool.submit(_run_some, each.path, places, measured=each.meter is not None)
                for start in range(0, len(each.chosen), _SHARE)
                if (places := each.chosen[start : start + _SHARE])
            ]
            for each in suites
        ]
        try:
            for each, futures in zip(suites, coming, strict=True):
                yield _arriving(each, futures)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _arriving(
    one: Suite, futures: Sequence[Future[tuple[list[Result], Reached]]]
) -> Iterator[Result]:
    """The results of a suite; what its tests reach goes to its meter."""
    for future in futures:
        results, reached = future.result()
        if one.meter is not None:
            one.meter.reached |= reached
        yield from results


def _run_some(path: str, places: Sequence[int], *, measured: bool) -> tuple[list[Result], Reached]:
    one = _loaded(path, measured)
    results = list(evolve(one, chosen=tuple(places)).run())
    return results, set() if one.meter is None else one.meter.reached


@cache
def _loaded(path: str, measured: bool) -> Suite:  # noqa: FBT001 — a key of the cache
    return suite(path, load(path), measured=measured)
