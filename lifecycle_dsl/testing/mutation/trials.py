"""Each mutant put to the tests: who notices it, or that nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import Enum
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from attrs import frozen

from lifecycle_dsl.checker import check
from lifecycle_dsl.compiler.support import unsupported
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.text import program_text
from lifecycle_dsl.rulefiles import read_beside, read_file
from lifecycle_dsl.source import Source
from lifecycle_dsl.testing.coverage.measuring import Meter
from lifecycle_dsl.testing.mutation.mutants import Mutant, mutants
from lifecycle_dsl.testing.running import run
from lifecycle_dsl.testing.scene import rehearsed

_SHARE = 4
"""Mutants that a process takes at a time."""


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    """A test failed."""
    SURVIVED = "survived"
    """All tests passed."""
    SENSELESS = "senseless"
    """The checker refuses it, or it means the same."""


@frozen
class Trial:
    """A mutant's place and text, and what became of it."""

    file: str
    line: int
    what: str
    before: str
    after: str
    fate: Fate
    killer: str = ""
    """The title of the test that failed."""


class Laboratory:
    """A rule file, its mutants, and its tests in a good order for each."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        found = read_file(path, self.path)
        if isinstance(found, Diagnostic):
            raise ValueError(found.headline)
        self.source: Source = found
        program = check(self.source, read_beside(self.path)).program
        if program is None:
            raise ValueError(f"{path} has errors")
        self.program: Program = program
        self.text = program_text(program)
        self.mutants = mutants(self.source, program)
        self.reached = _lines_reached(program)

    def tried(self, place: int) -> Trial:
        """What becomes of a mutant."""
        mutant = self.mutants[place]
        checked = check(Source(self.source.name, mutant.text), read_beside(self.path)).program
        if checked is None or unsupported(checked) or program_text(checked) == self.text:
            return _trial(mutant, Fate.SENSELESS)
        ruleset = rehearsed(checked)
        for number in self._order(mutant.line):
            test = ruleset.program.tests[number]
            if not run(ruleset, test).passed:
                return _trial(mutant, Fate.KILLED, test.title)
        return _trial(mutant, Fate.SURVIVED)

    def _order(self, line: int) -> list[int]:
        """The tests, those first that reach something near the line."""
        near = [min((abs(line - each) for each in lines), default=10**6) for lines in self.reached]
        return sorted(range(len(near)), key=lambda number: (near[number], number))


def _lines_reached(program: Program) -> list[frozenset[int]]:
    """By test: the lines on which it reaches something."""
    ruleset = rehearsed(program)
    meter = Meter(ruleset)
    items = meter.catalogue.items
    lines = {key: item.span.source.position(item.span.start)[0] for key, item in items.items()}
    found = []
    for test in ruleset.program.tests:
        meter.reached.clear()
        run(ruleset, test, meter)
        found.append(frozenset(lines[key] for key, _ in meter.reached))
    return found


def _trial(mutant: Mutant, fate: Fate, killer: str = "") -> Trial:
    name = mutant.span.source.name
    return Trial(name, mutant.line, mutant.what, mutant.before, mutant.after, fate, killer)


def trials(path: str, workers: int) -> tuple[int, Iterator[Trial]]:
    """How many mutants a file has, and what becomes of each, in the order of the file."""
    count = len(_laboratory(path).mutants)
    return count, _shared(path, count, workers) if workers > 1 else _alone(path, count)


def _alone(path: str, count: int) -> Iterator[Trial]:
    laboratory = _laboratory(path)
    return (laboratory.tried(place) for place in range(count))


def _shared(path: str, count: int, workers: int) -> Iterator[Trial]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shares = [range(start, min(start + _SHARE, count)) for start in range(0, count, _SHARE)]
        for done in [pool.submit(_some, path, share) for share in shares]:
            yield from done.result()


def _some(path: str, places: Sequence[int]) -> list[Trial]:
    laboratory = _laboratory(path)
    return [laboratory.tried(place) for place in places]


@cache
def _laboratory(path: str) -> Laboratory:
    return Laboratory(path)
