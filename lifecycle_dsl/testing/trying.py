"""Promises tried on made-up series of records; what breaks one is told as its shortest series."""

from __future__ import annotations

from time import perf_counter

from attrs import evolve

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.generating import Maker
from lifecycle_dsl.testing.promises import Breach, Watcher
from lifecycle_dsl.testing.results import Result, place_of, resulted
from lifecycle_dsl.testing.running import run
from lifecycle_dsl.testing.scene import RejectedError, Scene, first_instant
from lifecycle_dsl.testing.series import Series, as_test
from lifecycle_dsl.testing.shrinking import shrunk


def try_promises(ruleset: RuleSet, count: int, seed: int) -> list[Result]:
    """What became of each promise on so many series; the rule set has been `rehearsed`."""
    started = perf_counter()
    program = ruleset.program
    maker, start = Maker(program), first_instant(program)
    left = list(program.promises)
    broken: dict[t.Promise, tuple[str, Series]] = {}
    for number in range(count):
        if not left:
            break
        series = maker.series(seed, number, start)
        for promise in _broken(ruleset, tuple(left), series):
            broken[promise] = f"series {number + 1} of seed {seed}", series
            left.remove(promise)
    share = (perf_counter() - started) / max(1, len(program.promises))
    return [
        _kept(program.timezone, promise, count, share)
        if promise not in broken
        else _shortest(ruleset, promise, *broken[promise], share)
        for promise in program.promises
    ]


def _broken(ruleset: RuleSet, promises: tuple[t.Promise, ...], series: Series) -> list[t.Promise]:
    """The promises that a series breaks."""
    scene = Scene(ruleset)
    breaches: list[Breach] = []
    scene.watch([Watcher(promises, scene.looking, breaches.append).stepped])
    for each in series:
        try:
            scene.advance(scene.now + each.gap)
            if each.event is not None:
                fields = tuple((one.name, one.type, one.value) for one in each.fields)
                scene.handle(each.event, fields)
        except RejectedError:
            continue  # the series goes on without that record, as every input does
    return list(dict.fromkeys(breach.promise for breach in breaches))


def _title(promise: t.Promise, count: str) -> str:
    return f'always "{promise.title}" on {count}'


def _kept(zone: str, promise: t.Promise, count: int, seconds: float) -> Result:
    title = _title(promise, f"{count:,} generated series")
    return Result(title, place_of(promise.span), seconds, None, (), zone)


def _shortest(
    ruleset: RuleSet, promise: t.Promise, name: str, series: Series, seconds: float
) -> Result:
    started = perf_counter()
    smallest = shrunk(series, lambda shorter: promise in _broken(ruleset, (promise,), shorter))
    alone = _only(ruleset, promise)
    test = as_test(smallest, promise.title, name)
    result = resulted(ruleset.program, run(alone, test))
    return evolve(
        result,
        title=_title(promise, "a generated series"),
        place=place_of(promise.span),
        seconds=seconds + perf_counter() - started,
        as_test=test.span.source.text,
    )


def _only(ruleset: RuleSet, promise: t.Promise) -> RuleSet:
    """The rules with one promise."""
    program = evolve(ruleset.program, promises=(promise,))
    return RuleSet(program)
