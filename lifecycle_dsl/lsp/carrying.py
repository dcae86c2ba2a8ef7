"""What was found in a text, carried over to the text that it has become.

Two texts are compared by what they begin and end with: what stands wholly before or behind the
change is carried along, what the change touches is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, frozen

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source, Span

Read = Callable[[str], Source | None]


@frozen(eq=False)
class Change:
    """What lies between two texts: up to `same` and, counted from the end, `tail` nothing."""

    before: Source
    after: Source
    same: int
    tail: int

    def span(self, span: Span) -> Span | None:
        """Where a piece of the text before stands in the text after."""
        if span.end <= self.same:
            return Span(self.after, span.start, span.end)
        if span.start >= len(self.before.text) - self.tail:
            moved = len(self.after.text) - len(self.before.text)
            return Span(self.after, span.start + moved, span.end + moved)
        return None


def change(before: Source, after: Source) -> Change:
    """What lies between two texts."""
    if before is after:
        return Change(before, after, len(after.text), 0)
    one, other = before.text, after.text
    shortest = min(len(one), len(other))
    same = _longest(shortest, lambda size: one[:size] == other[:size])
    tail = _longest(
        shortest - same, lambda size: one[len(one) - size :] == other[len(other) - size :]
    )
    return Change(before, after, same, tail)


def _longest(limit: int, fits: Callable[[int], bool]) -> int:
    """The greatest size that fits, where every smaller one does, too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


class Carry:
    """Carries spans and diagnostics into the texts that `read` gives."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._changes: dict[Source, Change | None] = {}

    def span(self, span: Span) -> Span | None:
        """Where a piece of a text stands now; None if a change touches it."""
        source = span.source
        if source not in self._changes:
            now = self._read(source.name)
            self._changes[source] = None if now is None else change(source, now)
        known = self._changes[source]
        return None if known is None else known.span(span)

    def diagnostics(self, found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        """The diagnostics of which a change touches no part."""
        for each in found:
            moved = self._diagnostic(each)
            if moved is not None:
                yield moved

    def _diagnostic(self, found: Diagnostic) -> Diagnostic | None:
        placed: dict[Span, Span] = {}
        for span in _spans(found):
            now = self.span(span)
            if now is None:
                return None
            placed[span] = now
        if all(span == now for span, now in placed.items()):
            return found
        return evolve(
            found,
            labels=tuple(evolve(label, span=placed[label.span]) for label in found.labels),
            fixes=tuple(
                evolve(fix, edits=tuple(evolve(edit, span=placed[edit.span]) for edit in fix.edits))
                for fix in found.fixes
            ),
        )


def _spans(found: Diagnostic) -> Iterator[Span]:
    for label in found.labels:
        yield label.span
    for fix in found.fixes:
        for edit in fix.edits:
            yield edit.span
