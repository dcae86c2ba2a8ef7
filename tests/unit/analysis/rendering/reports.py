"""Reports that have everything a report can have."""

from __future__ import annotations

from typing import Final

from lifecycle_dsl.analysis.findings import (
    Axis,
    Bars,
    Estimate,
    Grid,
    Lines,
    Report,
    Section,
    Series,
    Table,
    Unit,
    columns,
)

HOSTILE: Final = '<img src=x onerror="alert(1)"> & `{{ 7 * 7 }}` 客户'
UNITS: Final = Table(
    columns("Name", *((unit.value, unit) for unit in Unit if unit is not Unit.TEXT)),
    (
        ("whole", *(3 for unit in Unit if unit is not Unit.TEXT)),
        ("estimated", *(Estimate(0.12, 0.1, 0.15, 80) for unit in Unit if unit is not Unit.TEXT)),
        ("unknown", *(None for unit in Unit if unit is not Unit.TEXT)),
        (HOSTILE, *(Estimate(None, n=0) for unit in Unit if unit is not Unit.TEXT)),
    ),
    title=f"Every unit {HOSTILE}",
    note=f"A note of {HOSTILE}.",
)
SMALL: Final = Table(
    columns("Stage", ("Customers", Unit.COUNT), ("Of all", Unit.SHARE)),
    (("lead", 1_427, Estimate(0.142, 0.13, 0.155, 3_000)), ("customer", 21, Estimate(None, n=0))),
    title="Who is where",
)
CHARTS: Final = (
    Bars(
        f"Bars {HOSTILE}",
        Axis("stage", Unit.TEXT),
        Axis("customers", Unit.COUNT),
        (
            Series("sent", ("a", HOSTILE, "c"), (3.0, None, 1_200.0)),
            Series("held", ("a", HOSTILE, "c"), (0.0, 2.0, 40.0)),
        ),
    ),
    Bars(
        "Lift",
        Axis("trigger", Unit.TEXT),
        Axis("lift", Unit.POINTS),
        (Series("lift", ("a", "b"), (0.02, -0.01), (-0.01, -0.03), (0.05, 0.01)),),
    ),
    Lines(
        "Survival",
        Axis("after", Unit.DURATION),
        Axis("share", Unit.SHARE),
        (
            Series("left", (0.0, 86_400.0, 9e5), (0.0, 0.2, 0.9), (0.0, 0.1, 0.8), (0.0, 0.3, 1.0)),
            Series("stayed", (0.0, 86_400.0), (1.0, None)),
        ),
        stepped=True,
        diagonal=False,
    ),
    Lines(
        "Calibration",
        Axis("predicted", Unit.SHARE),
        Axis("observed", Unit.SHARE),
        (Series("model", (0.1, 0.5), (0.12, 0.45)),),
        diagonal=True,
    ),
    Lines(
        "Trend",
        Axis("day", Unit.DATE),
        Axis("worth", Unit.MONEY),
        (Series("worth", tuple(f"2026-01-{day:02}" for day in range(1, 32)), tuple(range(31))),),
    ),
    Grid(
        "Cohorts",
        Axis("age", Unit.TEXT),
        Axis("month", Unit.DATE),
        ("0", "1", "2"),
        ("2026-01", "2026-02"),
        ((1.0, 0.5, 0.004), (1.0, None, None)),
    ),
    Bars("Nothing", Axis("x", Unit.TEXT), Axis("y", Unit.COUNT), ()),
    Grid("Nobody", Axis("x", Unit.TEXT), Axis("y", Unit.TEXT), (), (), ()),
    Lines("No line", Axis("x"), Axis("y"), ()),
)


def section(name: str = "everything") -> Section:
    """A section with all of it."""
    return Section(
        name=name,
        title=f"Everything {name} {HOSTILE}",
        definition=f"What is counted of {HOSTILE}, in a sentence that is long enough to go on.",
        sample="3,000 customers",
        censored=f"Nobody, {HOSTILE}.",
        headline=f"Of all customers 14.2 % (13.0 to 15.5) are {HOSTILE}, which is much.",
        tables=(UNITS, SMALL, Table(columns("Empty"), ())),
        charts=CHARTS,
        notes=(f"A caution about {HOSTILE}.", "Another one."),
        code='param bar = 5\nlet a = "<b>&{{"',
    )


def report() -> Report:
    """Two sections with all of it."""
    return Report(
        title=f"Shop {HOSTILE}: report",
        lifecycle="shop",
        fingerprint="0" * 32,
        begin="2026-01-01T00:00:00Z",
        end="2026-06-01T00:00:00.5Z",
        level=0.95,
        sections=(section(), section("again")),
    )
