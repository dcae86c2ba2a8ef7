"""Coverage as an LCOV file: lines with items, and their outcomes as branches."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.testing.coverage.items import Item
from lifecycle_dsl.testing.coverage.report import Coverage, sources


def lcov(found: Coverage) -> str:
    """A record per rule file; a line is hit if something on it was reached."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Coverage) -> Iterator[str]:
    for source in sources(found):
        by_line: dict[int, list[Item]] = {}
        for item in found.items:
            if item.span.source.name == source.name:
                by_line.setdefault(source.position(item.span.start)[0], []).append(item)
        yield "TN:"
        yield f"SF:{source.name}"
        branches = hits = 0
        for line, items in sorted(by_line.items()):
            for block, item in enumerate(items):
                for number, outcome in enumerate(item.outcomes):
                    taken = int(outcome in found.reached[item])
                    branches, hits = branches + 1, hits + taken
                    yield f"BRDA:{line},{block},{number},{taken}"
        yield f"BRF:{branches}"
        yield f"BRH:{hits}"
        reached = 0
        for line, items in sorted(by_line.items()):
            hit = int(any(found.reached[item] for item in items))
            reached += hit
            yield f"DA:{line},{hit}"
        yield f"LF:{len(by_line)}"
        yield f"LH:{reached}"
        yield "end_of_record"
