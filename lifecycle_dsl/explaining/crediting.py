"""Who got the credit: an attribution that is looked on while a customer's past is replayed.

It credits what every attribution credits. Of each conversion it keeps the touches that were young
enough, with their shares, and those that got nothing; so much of the past as an answer tells.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Any

import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.arithmetic import BILLION
from lifecycle_dsl.compiler.runs import Touched
from lifecycle_dsl.engine.attributing import Attributing
from lifecycle_dsl.engine.decisions import Credit, Sent
from lifecycle_dsl.engine.machine import Machine
from lifecycle_dsl.explaining.conditions import explained
from lifecycle_dsl.explaining.masking import masked
from lifecycle_dsl.explaining.model import Cause, Converted, LeftOut, Touching, Unconverted
from lifecycle_dsl.explaining.probe import Probe
from lifecycle_dsl.localtime import parse_instant
from lifecycle_dsl.program.attributions import MOST_TOUCHES, Attribution
from lifecycle_dsl.program.program import Program

State = Any
MOST_CONVERSIONS = 200
"""Conversions that are kept; of older ones only the number."""
MOST_LEFT_OUT = 6
"""Touches that got nothing of a conversion and are told."""


@frozen
class About:
    """What a step is about: a record with its event, or a timer."""

    record: Any
    event: str
    timer: str | None


@define
class SeenConversion:
    """A conversion, and the touches that were there."""

    at: int
    about: About
    touches: list[tuple[Touched, int]]
    """Young enough, with their shares in billionths."""
    credits: list[Credit]
    left_out: list[Touching]
    more: int
    after: deque[Touched] = field(factory=lambda: deque(maxlen=MOST_LEFT_OUT))
    """The last that came between it and the next one."""
    came_after: int = 0


@frozen
class SeenRecord:
    """A record of an event that may be a conversion, and was none."""

    at: int
    state: bytes
    about: About


class OnlookingAttributing(Attributing):
    """An attribution that notes what it does, while somebody looks on."""

    def __init__(
        self,
        machine: Machine,
        attribution: Attribution,
        about: Callable[[State], About | None],
        messages: Callable[[], list[Any]],
    ) -> None:
        super().__init__(machine, attribution)
        self.conversions = 0
        self.direct = 0
        self.seen: deque[SeenConversion] = deque(maxlen=MOST_CONVERSIONS)
        self.missed: SeenRecord | None = None
        self._about = about
        """What the present step is about; None where nobody looks on."""
        self._messages = messages
        """What was sent in earlier steps, masked."""
        self._noted: deque[Touched] = deque(maxlen=2 * MOST_TOUCHES)
        self._touches = 0
        self._credited = False

    def touch(self, c: State, now: int, *given: Any, **named: Any) -> None:
        super().touch(c, now, *given, **named)
        if self._about(c) is None:
            return
        touched = getattr(c, self.slot)[-1]
        self._noted.append(touched)
        self._touches += 1
        if self.seen:
            self.seen[-1].after.append(touched)
            self.seen[-1].came_after += 1

    def credit(self, c: State, now: int, out: list[Any], worth: float) -> None:
        about, start = self._about(c), len(out)
        super().credit(c, now, out, worth)
        if about is None:
            return
        self._credited = True
        self.conversions += 1
        touches = self.standing(c, now)
        pairs = list(zip(touches, self.shares(touches, now), strict=True))
        shared = any(share for _, share in pairs)
        self.direct += not shared
        left_out, more = self._left_out(now, pairs)
        self.seen.append(SeenConversion(now, about, pairs, out[start:], left_out, more))

    def _left_out(self, now: int, pairs: list[tuple[Touched, int]]) -> tuple[list[Touching], int]:
        """What came before a conversion and gets nothing of it."""
        program, name = self.machine.compiled.program, self.name
        begin = now - self.attribution.within
        before = list(islice(reversed(self._noted), len(pairs), len(pairs) + MOST_LEFT_OUT))
        found = [
            touching(
                program,
                name,
                touch,
                left_out=LeftOut.FULL if touch.at > begin else LeftOut.TOO_OLD,
            )
            for touch in reversed(before)
        ]
        found += [
            touching(program, name, touch, left_out=LeftOut.MODEL)
            for touch, share in pairs
            if not share
        ]
        if self.attribution.sends:
            found += self._transactional(begin)
        found.sort(key=lambda each: each.at)
        others = self._touches - len(pairs) - len(before)
        return found[-MOST_LEFT_OUT:], others + len(found[:-MOST_LEFT_OUT])

    def _transactional(self, begin: int) -> list[Touching]:
        """The messages of the span that are no touches."""
        found = []
        for sent in reversed(self._messages()):
            at = parse_instant(sent.at) or 0
            if at <= begin:
                break
            if isinstance(sent, Sent) and sent.transactional:
                why = LeftOut.TRANSACTIONAL
                told = Touching(at, sent.channel, sent.rule, sent.template, True, left_out=why)
                found.append(told)
        return found[::-1]

    def rests(self, c: State, now: int, about: About) -> None:
        """A record has been handled: keep it if it may have been a conversion and was none."""
        conversions = self.attribution.conversions
        if self._credited:
            self.missed = None
        elif any(about.event in each.happenings.events for each in conversions):
            self.missed = SeenRecord(now, msgspec.msgpack.encode(c), about)
        self._credited = False


# ---- what is told of it


def touching(program: Program, attribution: str, touch: Touched, **more: Any) -> Touching:
    """A touch as it is told: what is private in it is masked."""
    campaign = touch.trigger or touch.campaign
    told = masked(
        program,
        Credit("", "", attribution, attribution, touch.channel, campaign, 0, 0, touch.template),
    )
    assert isinstance(told, Credit)
    is_message = touch.trigger is not None
    return Touching(touch.at, touch.channel, told.campaign, told.template, is_message, **more)


def standing(probe: Probe, attribution: Attribution) -> tuple[Touching, ...]:
    """The touches that stand now, and what they would get of a conversion."""
    attributing = probe.machine.attributions[attribution.name]
    touches = attributing.standing(probe.state, probe.now)
    shares = attributing.shares(touches, probe.now)
    return tuple(
        touching(
            probe.program,
            attribution.name,
            touch,
            share=share / BILLION,
            until=touch.at + attribution.within,
        )
        for touch, share in zip(touches, shares, strict=True)
    )


def converted(program: Program, attribution: str, seen: SeenConversion, cause: Cause) -> Converted:
    """A conversion as it is told."""
    told = (masked(program, each) for each in seen.credits)
    worths = [each.worth for each in told if isinstance(each, Credit)]
    worth = None if None in worths else sum(each or 0.0 for each in worths)
    given = iter(worths)
    touches = tuple(
        touching(program, attribution, touch, share=share / BILLION, worth=next(given))
        for touch, share in seen.touches
        if share
    )
    after = [touching(program, attribution, each, left_out=LeftOut.AFTER) for each in seen.after]
    more = seen.more + seen.came_after - len(after)
    return Converted(seen.at, cause, worth, touches, (*seen.left_out, *after), more)


def unconverted(probe: Probe, attribution: Attribution, cause: Cause) -> Unconverted | None:
    """What was asked of a record that was no conversion."""
    conditions = tuple(
        explained(probe, each.happenings.where)
        for each in attribution.conversions
        if probe.event in each.happenings.events and each.happenings.where is not None
    )
    if not conditions or any(each.fits for each in conditions):
        return None
    return Unconverted(probe.now, cause, conditions)
