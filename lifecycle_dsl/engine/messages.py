"""What a message passes before it goes out, in the order in which it is asked.

Draft, blocks, consent, the holdout, quiet times, caps: the first that stops a message is its
reason. A channel under a topic is one `Passage`, made on first use.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from lifecycle_dsl.arithmetic import HOLDOUT_SALT, nine_decimals
from lifecycle_dsl.localtime import Period as LocalPeriod
from lifecycle_dsl.localtime import Zone, first_outside, period_index
from lifecycle_dsl.program.expressions import Expression
from lifecycle_dsl.program.memory import Period
from lifecycle_dsl.program.messages import Block, Cap, MessageGuards, QuietTime, Route

if TYPE_CHECKING:
    from lifecycle_dsl.engine.machine import Machine

State = Any
Condition = Callable[[State, int], Any]


class CapCounter:
    """How many messages count against a cap; kept in `caps` of the state by the cap's key."""

    def __init__(self, cap: Cap) -> None:
        self.key = cap.key
        self.count = cap.count
        self.per = cap.per
        self.period = LocalPeriod(cap.per.value) if isinstance(cap.per, Period) else None

    def has_room(self, c: State, now: int, zone: Zone) -> bool:
        """Whether one more message may go out."""
        slot = None if c.caps is None else c.caps.get(self.key)
        if slot is None:
            return True
        if self.period is None:
            assert isinstance(self.per, int)
            return len(slot) - bisect_right(slot, now - self.per) < self.count
        return bool(slot[0] < period_index(zone, now, self.period) or slot[1] < self.count)

    def note(self, c: State, now: int, zone: Zone) -> None:
        """Count a message that goes out."""
        if c.caps is None:
            c.caps = {}
        slot = c.caps.get(self.key)
        if self.period is None:
            assert isinstance(self.per, int)
            young = [] if slot is None else slot[bisect_right(slot, now - self.per) :]
            c.caps[self.key] = [*young, now]
            return
        index = period_index(zone, now, self.period)
        if slot is None or slot[0] < index:
            c.caps[self.key] = [index, 1]
        else:
            slot[1] += 1


class Passage:
    """What messages of one channel, of a route before it has one, or under a topic must pass."""

    def __init__(
        self,
        blocks: Iterable[tuple[str, Condition]],
        consents: Iterable[Condition],
        quiet: Iterable[QuietTime],
        caps: Iterable[CapCounter],
    ) -> None:
        self.blocks = tuple(blocks)
        self.consents = tuple(consents)
        self.quiet = tuple(quiet)
        self.caps = tuple(caps)

    def blocked(self, c: State, now: int) -> str | None:
        """The name of the first block that holds."""
        for reason, holds in self.blocks:
            if holds(c, now):
                return reason
        return None

    def has_consent(self, c: State, now: int) -> bool:
        """Whether every consent is given."""
        return all(given(c, now) for given in self.consents)

    def has_room(self, c: State, now: int, zone: Zone) -> bool:
        """Whether every cap has room."""
        return all(cap.has_room(c, now, zone) for cap in self.caps)

    def quiet_end(self, now: int, zone: Zone) -> int | None:
        """The first instant from now on that is not quiet; None if there is none."""
        return first_outside(zone, now, self.quiet) if self.quiet else now


class Messages:
    """The passages of one engine."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.program = machine.compiled.program
        self.guards = self.program.message_guards
        self._passages: dict[tuple[str | None, str | None], Passage] = {}
        self._own: dict[str, Passage] = {}
        self._counters: dict[str, CapCounter] = {}
        self._values: dict[str, tuple[tuple[str, Callable[..., Any]], ...]] = {}

    def passage(self, channel: str | None, topic: str | None) -> Passage:
        """All that messages of a channel under a topic pass; of no channel yet, on a route."""
        key = (channel, topic)
        found = self._passages.get(key)
        if found is None:
            found = self._passages[key] = self._passage(channel, topic)
        return found

    def is_held_out(self, c: State) -> bool:
        """Whether the customer is one of those who are never messaged."""
        buckets = self.guards.holdout
        return buckets > 0 and self.machine.bucket(HOLDOUT_SALT, c.customer) < buckets

    def _passage(self, channel: str | None, topic: str | None) -> Passage:
        transactional = topic is not None and self.program.topics[topic].transactional
        owners: list[tuple[str, MessageGuards]] = []
        if channel is not None:
            owners.append((f"channel_{channel}", self.program.channels[channel].guards))
        if topic is not None:
            owners.append((f"topic_{topic}", self.program.topics[topic].guards))
        asking = [each for each in owners if not transactional or each[0] == f"topic_{topic}"]
        blocks = [block for owner, guards in owners for block in self._blocks(owner, guards.blocks)]
        quiet = [window for _, guards in asking for window in guards.quiet]
        caps = [self._counter(cap) for _, guards in asking for cap in guards.caps]
        if not transactional:
            quiet += self.guards.quiet
            caps += [
                self._counter(cap)
                for cap in self.guards.caps
                if channel is not None and (cap.channels is None or channel in cap.channels)
            ]
        return Passage(
            [*blocks, *self._blocks("file", self.guards.blocks)],
            [
                self._condition(f"consent_{owner}", guards.consent)
                for owner, guards in asking
                if guards.consent is not None
            ],
            quiet,
            caps,
        )

    def _blocks(self, owner: str, blocks: Iterable[Block]) -> Iterator[tuple[str, Condition]]:
        for number, block in enumerate(blocks):
            yield block.name, self._condition(f"block_{number}_{owner}", block.condition)

    def _condition(self, title: str, condition: Expression) -> Condition:
        return self.machine.compiled.condition(title, condition, self.machine.links, ahead=False)

    def _counter(self, cap: Cap) -> CapCounter:
        return self._counters.setdefault(cap.key, CapCounter(cap))

    def channels(self, c: State, now: int, route: Route) -> list[str]:
        """The channels of a route for the customer's stage, the preferred ones reordered."""
        channels = list(route.channels[c.stage])
        preferred = [name for name, _ in route.preferences if name in channels]
        if len(preferred) < 2:
            return channels
        values = {name: nine_decimals(read(c, now)[0]) for name, read in self._preferences(route)}
        places = sorted(channels.index(name) for name in preferred)
        by_value = sorted(preferred, key=lambda name: (-values[name], channels.index(name)))
        for place, name in zip(places, by_value, strict=True):
            channels[place] = name
        return channels

    def _preferences(self, route: Route) -> tuple[tuple[str, Callable[..., Any]], ...]:
        found = self._values.get(route.name)
        if found is None:
            compiled, links = self.machine.compiled, self.machine.links
            found = self._values[route.name] = tuple(
                (
                    channel,
                    compiled.values(f"prefer_{channel}_{route.name}", [value], value.span, links),
                )
                for channel, value in route.preferences
            )
        return found
