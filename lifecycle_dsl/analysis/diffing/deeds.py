"""What decisions do, apart from when: the things that are counted under both rule sets.

Both are read in the words of the new rules: what the old ones call otherwise goes by its present
name. What is private is masked before it is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import msgspec

from lifecycle_dsl.changing import Names
from lifecycle_dsl.engine import decisions as d
from lifecycle_dsl.explaining.masking import MASK
from lifecycle_dsl.explaining.probe import is_private
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.steps import Send, Split, all_steps

NOBODY: Final = "–"
"""The stage of a customer who has not come."""
_DRAFT: Final = " (draft)"


class Kind(StrEnum):
    """What a decision is of, in the order in which reports tell of it."""

    MOVED = "moved"
    SENT = "sent"
    HELD = "held"
    FIRED = "fired"
    CALLED = "called"
    JOINED = "joined"
    QUIT = "quit"
    CHANGED = "changed"
    ARM = "arm"
    LEFT = "left"
    CREDIT = "credit"
    BROKEN = "broken"


Deed = tuple[Kind, *tuple[str, ...]]
"""A kind, and what it is of: of a message the trigger, the channel and the template."""
Key = tuple[Any, ...]
"""All that counts of a decision: its deed, its instant, and the rest that it says."""
Naming = Callable[[str], str]
Reading = Callable[[Any], Key]

_json: Final = msgspec.json.Encoder().encode


class Reader:
    """Reads the decisions of one rule set, in the words of the new one."""

    def __init__(
        self,
        program: Program,
        names: Names | None = None,
        splits: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._now: Naming = _same if names is None else names.now
        self._step = _same_step if names is None else names.step
        self._splits = splits
        self._masked = frozenset(_with_private_templates(program))
        self._read: Mapping[type, Reading] = {
            d.Transition: self._moved,
            d.Fired: self._fired,
            d.Sent: self._sent,
            d.Held: self._held,
            d.Called: self._called,
            d.Joined: self._joined,
            d.Quit: self._quit,
            d.Changed: self._changed,
            d.Arm: self._arm,
            d.Left: self._left,
            d.Credit: self._credit,
            d.Broken: self._broken,
        }

    def key(self, decision: Any) -> Key:  # noqa: ANN401 — of any class
        """All that counts of a decision, its deed first.

        Not which line of the file moved the customer, nor the key of a message, which a new name
        of its trigger changes, nor the step that a message is held at.
        """
        return self._read[decision.__class__](decision)

    def _moved(self, decision: d.Transition) -> Key:
        source = NOBODY if decision.source is None else self._now(decision.source)
        return (Kind.MOVED, source, self._now(decision.to)), decision.at

    def _fired(self, decision: d.Fired) -> Key:
        deed = Kind.FIRED, self._trigger(decision)
        return deed, decision.at, decision.each

    def _sent(self, decision: d.Sent) -> Key:
        template = MASK if decision.rule in self._masked else decision.template
        deed = Kind.SENT, self._now(decision.rule), self._now(decision.channel), template
        rest = decision.topic and self._now(decision.topic), decision.transactional, decision.each
        said = _json(decision.data) if decision.data else b""
        return deed, decision.at, decision.template, said, *rest

    def _held(self, decision: d.Held) -> Key:
        channel = self._now(decision.channel) if decision.channel else ""
        deed = Kind.HELD, self._trigger(decision), decision.reason, channel
        return deed, decision.at, decision.until, decision.each

    def _called(self, decision: d.Called) -> Key:
        deed = Kind.CALLED, self._owner(decision), self._now(decision.action)
        return deed, decision.at, _json(decision.data), decision.each

    def _joined(self, decision: d.Joined) -> Key:
        deed = Kind.JOINED, self._now(decision.segment) + _draft(decision.draft)
        return deed, decision.at, self._now(decision.rule), decision.each

    def _quit(self, decision: d.Quit) -> Key:
        deed = Kind.QUIT, self._now(decision.segment) + _draft(decision.draft)
        return deed, decision.at, self._now(decision.rule), decision.each

    def _changed(self, decision: d.Changed) -> Key:
        deed = Kind.CHANGED, self._now(decision.trait) + _draft(decision.draft)
        value = _json(decision.value)
        return deed, decision.at, value, self._now(decision.rule), decision.each

    def _arm(self, decision: d.Arm) -> Key:
        split = self._splits.get(decision.split, decision.split) + _draft(decision.draft)
        return (Kind.ARM, split, str(decision.arm)), decision.at, decision.each

    def _left(self, decision: d.Left) -> Key:
        trigger, step = self._step(decision.trigger, decision.step)
        deed = Kind.LEFT, trigger + _draft(decision.draft), step, decision.reason
        return deed, decision.at, decision.each

    def _credit(self, decision: d.Credit) -> Key:
        deed = Kind.CREDIT, self._now(decision.attribution), self._now(decision.channel)
        shared = decision.share, decision.worth, decision.template
        return deed, decision.at, decision.campaign, *shared

    def _broken(self, decision: d.Broken) -> Key:
        return (Kind.BROKEN, decision.promise), decision.at

    def _trigger(self, decision: d.Fired | d.Held) -> str:
        return self._now(decision.trigger) + _draft(decision.draft)

    def _owner(self, decision: d.Called) -> str:
        return self._now(decision.rule) + _draft(decision.draft)


def readers(old: Program, new: Program) -> tuple[Reader, Reader]:
    """Readers of both, that call one thing by one name."""
    present = {first: split for split, first in _splits(new).items()}
    splits = {split: present.get(first, split) for split, first in _splits(old).items()}
    return Reader(old, Names(old, new), splits), Reader(new)


def _same(name: str) -> str:
    return name


def _same_step(trigger: str, step: str) -> tuple[str, str]:
    return trigger, step


def _draft(draft: bool) -> str:  # noqa: FBT001 — a decision's flag
    return _DRAFT if draft else ""


def _with_private_templates(program: Program) -> Iterable[str]:
    for trigger in program.triggers:
        sends = (step for step in all_steps(trigger.steps) if isinstance(step, Send))
        if any(is_private(program, send.template) for send in sends):
            yield trigger.name


def _splits(program: Program) -> dict[str, str]:
    """Each split with the name that it had first, by which customers are spread."""
    steps = (step for trigger in program.triggers for step in all_steps(trigger.steps))
    return {each.name: each.was or each.name for each in steps if isinstance(each, Split)}
