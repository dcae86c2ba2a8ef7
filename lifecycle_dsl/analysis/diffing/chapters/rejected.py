"""Dead letters under both, and those of one rule set alone."""

from __future__ import annotations

from lifecycle_dsl.analysis.diffing.chapters.compared import COUNT, MOST_ROWS, Compared
from lifecycle_dsl.analysis.findings import Row, Section, Table, columns


def rejected(it: Compared) -> Section | None:
    """The section, where there are any."""
    found = it.found.rejected
    old, new = found.reasons
    if not old and not new:
        return None
    reasons = sorted({*old, *new}, key=lambda reason: (-old[reason] - new[reason], reason))
    rows: list[Row] = [(reason, old[reason], new[reason]) for reason in reasons[:MOST_ROWS]]
    tables = [Table(columns("Reason", ("Old", COUNT), ("New", COUNT)), tuple(rows))]
    for name, letters in zip(("OLD", "NEW"), found.first, strict=True):
        if letters:
            first: list[Row] = [(each.line, each.reason) for each in letters]
            title = f"Rejected under {name} alone: the first"
            tables.append(Table(columns(("Record", COUNT), "Reason"), tuple(first), title))
    only_old, only_new = found.only
    return it.section(
        "rejected",
        "Dead letters",
        "Records that are not handled, by reason; a record that one rule set alone rejects is a "
        "difference of their events or traits.",
        tables,
        headline=f"{old.total():,} under OLD and {new.total():,} under NEW; {only_old:,} under OLD "
        f"alone and {only_new:,} under NEW alone.",
    )
