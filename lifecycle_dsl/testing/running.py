"""Runs one test: its steps in order, up to the first thing that is not as expected."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Protocol, assert_never

from lifecycle_dsl.engine.decisions import Decision, Transition
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.program import tests as t
from lifecycle_dsl.testing.explaining import explained
from lifecycle_dsl.testing.judging import Judge
from lifecycle_dsl.testing.promises import Breach, Watcher
from lifecycle_dsl.testing.scene import RejectedError, Scene
from lifecycle_dsl.testing.story import Chapter, Failure, Outcome


class Onlooker(Protocol):
    """One who measures what a test reaches."""

    def begins(self) -> None:
        """A new test begins."""

    def record(self, stage: str, event: str) -> None:
        """A record comes to a customer in a stage."""

    def looks(self, scene: Scene) -> None:
        """The test looks at the customer, or a record has come."""

    def stepped(self, c: Any, now: int, out: list[Any]) -> None:
        """A step of the customer has ended."""

    def decided(self, decisions: list[Decision]) -> None:
        """What was decided in a step of the test."""


def run(ruleset: RuleSet, test: t.Test, onlooker: Onlooker | None = None) -> Outcome:
    """What becomes of a test of a rule set that has been `scene.rehearsed`."""
    started = perf_counter()
    performance = Performance(ruleset, test, onlooker)
    failure = performance.run()
    story = tuple(performance.story)
    return Outcome(test, failure, story, perf_counter() - started)


class Performance:
    """A test being run."""

    def __init__(self, ruleset: RuleSet, test: t.Test, onlooker: Onlooker | None) -> None:
        self.test = test
        self.onlooker = onlooker
        self.scene = Scene(ruleset)
        self.story: list[Chapter] = []
        self.broken: list[Breach] = []
        promises = ruleset.program.promises
        watching = []
        if promises:
            watching.append(Watcher(promises, self.scene.looking, self.broken.append).stepped)
        if onlooker is not None:
            onlooker.begins()
            watching.append(onlooker.stepped)
        if watching:
            self.scene.watch(watching)

    def run(self) -> Failure | None:
        """Why it failed, if it did."""
        for step in self.test.steps:
            if isinstance(step, t.Expect):
                judge = self.judge()
                if self.onlooker is not None:
                    self.onlooker.looks(self.scene)
                if not judge.holds(step.expectation):
                    return explained(self.scene.program, step, judge, self.story)
                continue
            chapter = Chapter(step, self.scene.now, self.scene.now)
            self.story.append(chapter)
            try:
                self._perform(step, chapter)
            except RejectedError as error:
                return Failure(step.span, str(error))
            finally:
                chapter.end = self.scene.now
                if self.onlooker is not None:
                    self.onlooker.decided(chapter.decisions)
            if self.broken:
                return self.broken[0].failure(step.span)
        return None

    def judge(self) -> Judge:
        """Answers as of now: what was decided since the last step that is no expectation began."""
        decisions = self.story[-1].decisions if self.story else []
        return Judge(self.scene.looking, self.scene.state, self.scene.now, decisions)

    def _perform(self, step: t.Given | t.On | t.Pass, chapter: Chapter) -> None:
        match step:
            case t.Given(items=items, at=at):
                if at is not None:
                    self._go_on(at, chapter.decisions)
                self.scene.give(items)
            case t.On(count=count, every=every):
                first = self.scene.now
                for number in range(count):
                    if every and number:
                        self._go_on(first + number * every, chapter.decisions)
                    before = self.scene.state.stage
                    decided = self.scene.handle(step.event, step.fields)
                    chapter.decisions += decided
                    if self.onlooker is not None:
                        self.onlooker.record(before or _placed_in(decided), step.event)
                        self.onlooker.looks(self.scene)
            case t.Pass(micros=micros, until=until):
                end = self.scene.now + micros if micros is not None else until
                assert end is not None  # noqa: S101 — one of the two is there
                self._go_on(end, chapter.decisions)
            case _:
                assert_never(step)

    def _go_on(self, until: int, decisions: list[Decision]) -> None:
        """Time goes by; before anything has happened it may be put anywhere."""
        if len(self.story) == 1:
            self.scene.now = until
        elif until < self.scene.now:
            raise RejectedError("that is before what the test's clock shows")
        decisions += self.scene.advance(until)


def _placed_in(decisions: list[Decision]) -> str:
    """The stage in which a customer begins."""
    moves = (each.to for each in decisions if isinstance(each, Transition))
    return next(moves, "")
