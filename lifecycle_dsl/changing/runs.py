"""Runs that wait, armings and begun sequences, from the old rules to the new ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

from attrs import frozen

from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.compiler.steps import kept_names
from lifecycle_dsl.engine.decisions import Left
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import OccursAbsence, OccursSequence, Trigger
from lifecycle_dsl.program.steps import Await, Send, Wait, WaitUntil, all_steps

Stored = dict[str, Any]
RETIRED = "retired"
"""Why a run leaves that cannot go on under the new rules."""


class StrandedRunError(Exception):
    """A run stands at a step that is gone; `where` says it as the old rules did."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


@frozen
class Stand:
    """A step of the new rules at which a run can stand."""

    trigger: Trigger
    fixed: bool
    """Whether it ends so long after the run came there, or never; else at a computed instant."""
    kept: frozenset[str]


class Runs:
    """Carries over what is under way."""

    def __init__(self, old: Program, new: Program, names: Names) -> None:
        self._names = names
        self._stands = {
            (trigger.name, step.name): Stand(trigger, _fixed(step), kept_names(trigger, step.name))
            for trigger in new.triggers
            for step in all_steps(trigger.steps)
            if isinstance(step, Wait | WaitUntil | Await | Send)
        }
        self._armed = {
            f"armed {t.name}": (kept_names(t, None), t.each is not None)
            for t in new.triggers
            if isinstance(t.occurrence, OccursAbsence)
        }
        self._begun = {
            f"progress {t.name}": (len(t.occurrence.steps) - 1, t.each is not None)
            for t in new.triggers
            if isinstance(t.occurrence, OccursSequence)
        }
        self.may_strand = any(
            self._names.step(trigger.name, step.name) not in self._stands
            for trigger in old.triggers
            for step in all_steps(trigger.steps)
            if isinstance(step, Wait | WaitUntil | Await | Send)
        )
        """Whether a run can stand at a step that is gone."""
        self._old = old

    @property
    def leaves_alone(self) -> bool:
        """Whether all that can be under way goes on as it is."""
        same = Runs(self._old, self._old, Names(self._old, self._old))
        return (
            all(
                self._names.step(*place) == place and _goes_on(stand, self._stands.get(place))
                for place, stand in same._stands.items()
            )
            and same._armed.items() <= self._armed.items()
            and same._begun.items() <= self._begun.items()
        )

    def carry(self, old: Stored, new: Stored, at: str, lost: Counter[str]) -> list[Left]:
        """Put what is under way into the new state; gives the runs that end.

        Raises:
            StrandedRunError: where a run stands at a step that is gone.
        """
        left: list[Left] = []
        runs: list[Stored] = []
        for run in old.get("runs") or ():
            carried = self._run(run, runs)
            if carried is None:
                each, name = run.get("each"), run["trigger"]
                who = old["customer"]
                left.append(Left(who, at, name, name, run["step"], RETIRED, each))
            else:
                runs.append(carried)
        if runs:
            new["runs"] = runs
        self._under_way(new, lost)
        return left

    def _run(self, run: Stored, others: list[Stored]) -> Stored | None:
        """A run under the new rules; None where it cannot go on."""
        trigger, step = self._names.step(run["trigger"], run.get("step", ""))
        stand = self._stands.get((trigger, step))
        if stand is None:
            raise StrandedRunError(f"at step {run['trigger']}.{run.get('step', '')}")
        each = run.get("each")
        kept = self._kept(run)
        double = any((o["trigger"], o.get("each")) == (trigger, each) for o in others)
        if double or (each is None) != (stand.trigger.each is None) or stand.kept - kept.keys():
            return None
        carried = {**run, "trigger": trigger, "step": step, "kept": kept or None}
        if "channel" in run:
            carried["channel"] = self._names.now(run["channel"])
        if stand.fixed:
            carried.pop("until", None)
        elif carried.get("until") is None:
            # What would have been computed when it came there is not known: it goes on at once.
            carried["until"] = run.get("since", 0)
        return carried

    def _kept(self, run: Stored) -> Stored:
        """What is kept of records, with the names that the steps now have whose arms read them."""
        kept = {}
        for key, value in (run.get("kept") or {}).items():
            step, dot, rest = key.partition(".")
            kept[f"{self._names.step(run['trigger'], step)[1]}.{rest}" if dot else key] = value
        return kept

    def _under_way(self, new: Stored, lost: Counter[str]) -> None:
        """Leave out armings and begun sequences that the new rules cannot go on with."""
        for key, (kept, each) in self._armed.items():
            found = new.get(key) or ()
            fit = [
                a
                for a in found
                if ("each" in a) == each and not kept - (a.get("kept") or {}).keys()
            ]
            if len(fit) < len(found):
                lost[f"{key}, without what its steps now read"] += len(found) - len(fit)
                new[key] = fit or None
        for key, (count, each) in self._begun.items():
            found = new.get(key) or ()
            fit = [p for p in found if ("each" in p) == each and len(p["starts"]) == count]
            if len(fit) < len(found):
                lost[f"{key}, begun with other steps"] += len(found) - len(fit)
                new[key] = fit or None


def _goes_on(old: Stand, new: Stand | None) -> bool:
    """Whether a run that stands at a step goes on there as it is."""
    if new is None:
        return False
    each = (old.trigger.each is None) == (new.trigger.each is None)
    return each and (old.fixed, old.kept) == (new.fixed, new.kept)


def _fixed(step: Wait | WaitUntil | Await | Send) -> bool:
    """Whether a run's end at a step follows from when it came there, or is never."""
    match step:
        case Wait(duration=duration):
            return duration is None
        case Await(time_of_day=time_of_day, instant=instant):
            return time_of_day is None and instant is None
        case _:
            return False
