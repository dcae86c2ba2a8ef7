"""Runs that wait: what ends them, what lets them go on, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.compiler.layout import NEVER
from lifecycle_dsl.compiler.runs import Run
from lifecycle_dsl.compiler.steps import Entry, Way
from lifecycle_dsl.engine.hearing import Hearing, Moment, Values
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Await, Send, Wait, WaitUntil, all_steps

if TYPE_CHECKING:
    from lifecycle_dsl.engine.firing import Firing
    from lifecycle_dsl.engine.machine import Machine

State = Any
Out = list[Any]


class Journey:
    """The runs of one trigger."""

    def __init__(self, machine: Machine, place: int, trigger: Trigger) -> None:
        self.place = place
        self.name = trigger.name
        self.stages = trigger.stages
        self.firing: Firing = machine.firings[trigger.name]
        self.values = Values(machine.compiled.program, trigger.each)
        self.exits = [
            Hearing.of(machine, f"exit_{number}_{trigger.name}", happenings)
            for number, happenings in enumerate(trigger.exits)
        ]
        self.awaits: dict[str, list[Hearing]] = {}
        self._spans: dict[str, int | None] = {}
        """How long a run stands at a step, where that does not depend on the customer."""
        self._after: dict[str, Entry] = {}
        """How it goes on when that is over."""
        self._steps: dict[tuple[str, int | None], Callable[..., bool]] = {}
        for step in all_steps(trigger.steps):
            match step:
                case Await():
                    self.awaits[step.name] = [
                        Hearing.of(
                            machine, f"arm_{number}_{step.name}_{trigger.name}", arm.happenings
                        )
                        for number, arm in enumerate(step.arms)
                    ]
                    self._spans[step.name] = step.micros
                    self._after[step.name] = Entry(step.name, Way.ELSE)
                case Wait():
                    self._spans[step.name] = step.micros
                    self._after[step.name] = Entry(step.name, Way.AFTER)
                case WaitUntil():
                    self._after[step.name] = Entry(step.name, Way.AFTER)
                case Send():
                    self._after[step.name] = Entry(step.name, Way.AGAIN)
                case _:
                    pass

    def reason_to_leave(
        self, c: State, r: Any, now: int, event: str, moment: Moment, run: Run
    ) -> str | None:
        """Why a run ends in this step, if it does."""
        if any(self._concerns(c, r, now, event, moment, run, exit_on) for exit_on in self.exits):
            return "exit_on"
        return None if self.stages is None or c.stage in self.stages else "stage"

    def arm(self, c: State, r: Any, now: int, event: str, moment: Moment, run: Run) -> int | None:
        """The first arm with which a run goes on in this step."""
        for number, arm in enumerate(self.awaits.get(run.step, ())):
            if self._concerns(c, r, now, event, moment, run, arm):
                return number
        return None

    def _concerns(
        self, c: State, r: Any, now: int, event: str, moment: Moment, run: Run, hearing: Hearing
    ) -> bool:
        """Whether what happens is listened to, and is about this run."""
        if event and hearing.at_record(c, r, now, event):
            about = None if run.each is None else self.values.of(r, event)
            if about is None or about == run.each:
                return True
        return bool(hearing.changes) and hearing.at_change(c, now, moment)

    def due(self, c: State, run: Run) -> int:
        """When a run goes on without anything happening."""
        moved = c.rezoned is not None and c.rezoned >= run.since
        if moved and self._after[run.step].way is Way.AGAIN:
            # Quiet times are those of the zone as it now is.
            end = self.firing.quiet_end(c, run)
            return NEVER if end is None else end
        if run.until is not None:
            return run.until
        span = self._spans[run.step]
        return NEVER if span is None else run.since + span

    def go_on(
        self, c: State, r: Any, now: int, out: Out, event: str, run: Run, arm: int | None = None
    ) -> bool:
        """Run the steps from where a run stands; whether the customer's state was changed."""
        steps = self._steps.get((run.step, arm))
        if steps is None:
            entry = self._after[run.step] if arm is None else Entry(run.step, arm)
            steps = self._steps[run.step, arm] = self.firing.steps(entry)
        run.step = ""
        changed = steps(c, r, now, out, event, self.firing, run)
        if not run.step:
            self.firing.remove(c, run)
        return changed


class RunTimer:
    """A run that waits, in the list of what can become due."""

    def __init__(self, journey: Journey, run: Run) -> None:
        self.journey = journey
        self.run_ = run
        self.key = f"run {run.trigger}" if run.each is None else f"run {run.trigger}\0{run.each}"

    def due(self, c: State, limit: int) -> int:
        return self.journey.due(c, self.run_)

    def holds(self, c: State, t: int) -> bool:
        return self.due(c, t) <= t

    def run(self, c: State, t: int, out: Out) -> None:
        self.journey.go_on(c, None, t, out, "", self.run_)
