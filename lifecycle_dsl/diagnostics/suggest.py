"""One similar name for a name that is not known, or none."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 64
"""Longer names are only compared for spelling: the distance is quadratic."""


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate nearest to a name, if it is near enough to be a slip of the hand.

    One slip is allowed in three characters. Case, `-` and spaces are not counted as slips. The
    name itself is never suggested, and of two equally near the first in the alphabet is.
    """
    spelled = _spelling(name)
    best: tuple[int, str] | None = None
    for candidate in candidates:
        if candidate == name:
            continue
        other = _spelling(candidate)
        allowed = max(len(spelled), len(other)) // 3
        if spelled == other:
            distance = 0
        elif abs(len(spelled) - len(other)) > allowed or max(len(spelled), len(other)) > LONGEST:
            continue
        else:
            distance = _distance(spelled, other)
        if distance <= allowed and (best is None or (distance, candidate) < best):
            best = distance, candidate
    return None if best is None else best[1]


def hint(name: str, candidates: Iterable[str], otherwise: str = "") -> str:
    """`; did you mean `purchase`?`, to stand behind an error, or what else there is to say."""
    similar = closest(name, candidates)
    return f"; did you mean `{similar}`?" if similar else otherwise


def _spelling(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def _distance(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours (optimal string alignment)."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        current = [row]
        for column, b in enumerate(right, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (a != b))
            swapped = row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b
            if swapped:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]
