"""Results as TAP, version 14."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics.render.palette import PLAIN
from lifecycle_dsl.testing.reports.pretty import failure
from lifecycle_dsl.testing.results import Result


def tap(ran: Sequence[tuple[str, Sequence[Result]]]) -> str:
    """A line per test; under one that failed, why, as comments."""
    results = [result for _, found in ran for result in found]
    lines = ["TAP version 14", f"1..{len(results)}"]
    for number, result in enumerate(results, 1):
        title = " ".join(result.title.replace("\\", "\\\\").replace("#", "\\#").split())
        word = "ok" if result.passed else "not ok"
        lines.append(f"{word} {number} - {result.place.file}:{result.place.line} {title}")
        if not result.passed:
            lines += [f"# {line}".rstrip() for line in failure(result, PLAIN).splitlines()]
    return "\n".join(lines) + "\n"
