"""Where each slot of the new state comes from in the old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from attrs import frozen

from lifecycle_dsl.changing.names import Names
from lifecycle_dsl.compiler.layout import Layout, stored_name
from lifecycle_dsl.program.memory import MemoryTerm, Rolling
from lifecycle_dsl.program.messages import Cap
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.trigger_text import frequency_keys

_BY_ITSELF = frozenset(
    {"stage", "previous", "due", "steady until", "fired", "ran", "held", "firings", "caps", "runs"}
)
"""What is carried over by a rule of its own."""


@frozen(slots=False)
class Sources:
    """For each slot of the new state the one it comes from, by their keys."""

    present: Mapping[str, str]
    retyped: Mapping[str, Any]
    """Those whose type is another one, with the new type."""

    @cached_property
    def _stored(self) -> list[tuple[str, str]]:
        return [(stored_name(key), stored_name(source)) for key, source in self.present.items()]

    @classmethod
    def of(cls, old: Layout, new: Layout, names: Names) -> Sources:
        """The sources of the slots of a layout."""
        kinds = {key: kind for _, key, kind, _ in old.slots}
        longer = dict(_longer(old, new, names))
        present, retyped = {}, {}
        for _, key, kind, _ in new.slots:
            former = names.text_before(key)
            source = longer.get(key, former if former in kinds else key)
            if source not in kinds or key in _BY_ITSELF:
                continue
            present[key] = source
            if kinds[source] != kind:
                retyped[key] = kind
        return cls(present, retyped)

    def leaves_alone(self, old: Layout, new: Layout) -> bool:
        """Whether every slot of the old layout is one of the new, just as it was."""
        before = {key: (kind, default) for _, key, kind, default in old.slots}
        after = {key: (kind, default) for _, key, kind, default in new.slots}
        same = all(after.get(key) == what for key, what in before.items())
        return same and all(key == source for key, source in self.present.items())

    def carry(self, old: Mapping[str, Any], lost: Counter[str]) -> dict[str, Any]:
        """The slots that are there, under their new keys."""
        new = {key: old[source] for key, source in self._stored if source in old}
        for name, kind in self.retyped.items():
            key = stored_name(name)
            if key in new:
                try:
                    new[key] = msgspec.convert(new[key], kind, strict=False)
                except msgspec.ValidationError:
                    del new[key]
                    lost[f"{name}, which does not fit its new type"] += 1
        return new


def _longer(old: Layout, new: Layout, names: Names) -> Iterator[tuple[str, str]]:
    """Rolling memory that comes from one of a span at least as long, all else being the same."""
    kept: dict[str, list[tuple[MemoryTerm, str]]] = {}
    for term, slot in old.memory.items():
        if isinstance(term.window, Rolling):
            kept.setdefault(_without_span(term.text), []).append((term, old.key_of(slot)))
    for term, slot in new.memory.items():
        if not isinstance(term.window, Rolling):
            continue
        former = _without_span(names.text_before(term.text))
        found = [
            (was.window.micros, key)
            for was, key in kept.get(former, ())
            if isinstance(was.window, Rolling) and covers(was, term)
        ]
        if found:
            yield new.key_of(slot), min(found)[1]


def covers(was: MemoryTerm, term: MemoryTerm) -> bool:
    """Whether what was kept for one term suffices for another that differs in its span."""
    return (
        isinstance(was.window, Rolling)
        and isinstance(term.window, Rolling)
        and was.window.micros >= term.window.micros
        and was.keep >= term.keep
    )


def _without_span(text: str) -> str:
    before, within, after = text.rpartition(" within ")
    return f"{before}{within}{after.partition(')')[2] or after.partition(' ')[2]}"


def rolling_sources(old: Program, new: Program, names: Names) -> dict[str, dict[str, str]]:
    """Where counted firings and messages come from, by their keys.

    Those of a rolling span go on under another rolling span: what is older is not counted twice.
    """
    of_firings = _matched(_firings(old), _firings(new), names)
    of_caps = _matched(_caps(old), _caps(new), names)
    return {"firings": of_firings, "caps": of_caps}


def _matched(
    old: Mapping[str, tuple[str, bool]], new: Mapping[str, tuple[str, bool]], names: Names
) -> dict[str, str]:
    """New keys with the old ones they go on from; each has an owner, and may roll."""
    found = {}
    rolling = {owner: key for key, (owner, rolls) in old.items() if rolls}
    for key, (owner, rolls) in new.items():
        former = names.text_before(key)
        if former in old or key in old:
            found[key] = former if former in old else key
        elif rolls:
            other = rolling.get(names.text_before(owner), rolling.get(owner))
            if other is not None:
                found[key] = other
    return found


def _firings(program: Program) -> dict[str, tuple[str, bool]]:
    return {
        key: (trigger.name, isinstance(frequency.per, int))
        for trigger in program.triggers
        for key, frequency in zip(frequency_keys(trigger), trigger.frequencies, strict=True)
    }


def _caps(program: Program) -> dict[str, tuple[str, bool]]:
    return {
        cap.key: (cap.key.rpartition(" per ")[0], isinstance(cap.per, int))
        for cap in _all_caps(program)
    }


def _all_caps(program: Program) -> Iterator[Cap]:
    for group in (program.channels, program.topics):
        for each in group.values():
            yield from each.guards.caps
    yield from program.message_guards.caps
