"""Who is where at the end."""

from __future__ import annotations

from lifecycle_dsl.analysis.diffing.chapters.compared import COUNT, MOST_ROWS, Compared
from lifecycle_dsl.analysis.diffing.deeds import NOBODY
from lifecycle_dsl.analysis.findings import Axis, Grid, Row, Section, Table, columns, count_of


def stages(it: Compared) -> Section | None:
    """The matrix of stages, of those in which somebody differs."""
    pairs = it.found.ends.stages
    moved = sorted(
        ((was, is_, n) for (was, is_), n in pairs.items() if was != is_),
        key=lambda row: (-row[2], row[:2]),
    )
    if not moved:
        return None
    order = {stage: place for place, stage in enumerate([*it.new.program.stages, NOBODY])}
    names = {stage for was, is_, _ in moved for stage in (was, is_)}
    listed = sorted(names, key=lambda stage: (order.get(stage, len(order)), stage))
    both: list[Row] = [
        (stage, *(sum(n for pair, n in pairs.items() if pair[side] == stage) for side in (0, 1)))
        for stage in listed
    ]
    others = sum(n for (was, is_), n in pairs.items() if was == is_ and was not in names)
    total = count_of(sum(n for _, _, n in moved), "customer")
    grid = Grid(
        "OLD (rows) by NEW (columns)",
        Axis("under NEW"),
        Axis("under OLD"),
        tuple(listed),
        tuple(listed),
        tuple(tuple(float(pairs[was, is_]) for is_ in listed) for was in listed),
        COUNT,
    )
    return it.section(
        "stages",
        "Stages at the end",
        "How many are in which stage at the end, of the stages in which somebody differs.",
        [
            Table(columns("Stage", ("Old", COUNT), ("New", COUNT)), tuple(both)),
            Table(
                columns("Under OLD", "Under NEW", ("Customers", COUNT)), tuple(moved[:MOST_ROWS])
            ),
        ],
        headline=f"{total} would have ended in another stage.",
        charts=[grid],
        notes=[f"{count_of(others, 'customer')} in other stages are there under both."]
        if others
        else [],
    )


def segments(it: Compared) -> Section | None:
    """Who is in which segment."""
    counted = it.found.ends.segments
    rows: list[Row] = []
    for segment in sorted({name for name, _, _ in counted}):
        both = counted[segment, True, True]
        lost, gained = counted[segment, True, False], counted[segment, False, True]
        if lost or gained:
            rows.append((segment, both + lost, both + gained, gained, lost))
    if not rows:
        return None
    heads = [(title, COUNT) for title in ("Old", "New", "Gained", "Lost")]
    return it.section(
        "segments",
        "Segments at the end",
        "Who is in a segment at the end, computed or joined, of segments that both rule sets have; "
        "nobody differs by that alone.",
        [Table(columns("Segment", *heads), tuple(rows))],
    )


def levels(it: Compared) -> Section | None:
    """Who has which label."""
    counted = it.found.ends.levels
    if not counted:
        return None
    rows: list[Row] = [(*key, n) for key, n in sorted(counted.items(), key=lambda x: (-x[1], x[0]))]
    return it.section(
        "levels",
        "Levels at the end",
        "Who has another label at the end, of levels that both rule sets have; nobody differs by "
        "that alone.",
        [Table(columns("Level", "Old", "New", ("Customers", COUNT)), tuple(rows[:MOST_ROWS]))],
    )
