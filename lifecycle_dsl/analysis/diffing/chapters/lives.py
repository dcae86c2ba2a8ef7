"""Customers with both stories side by side."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.analysis.diffing.chapters.compared import Compared
from lifecycle_dsl.analysis.diffing.deeds import NOBODY
from lifecycle_dsl.analysis.diffing.stories import Story, told
from lifecycle_dsl.analysis.diffing.words import moment
from lifecycle_dsl.analysis.findings import Row, Section, Table, columns, count_of
from lifecycle_dsl.localtime import format_instant


def lives(it: Compared) -> Iterator[Section]:
    """A section for each story."""
    for story in it.stories:
        name, why = story.example.customer, story.example.why
        differing = sum(not row.same for row in story.rows)
        yield Section(
            f"customer {name}",
            f"Customer {name}",
            "What was decided at which instant (UTC), and the event that came then; where there is "
            "none, time had passed.",
            f"{count_of(len(story.rows), 'row')}, of which {differing:,} differ",
            "",
            why if differing else "The same under both.",
            (Table(columns("When", "Old", "New"), tuple(_rows(story))),),
        )


def _rows(story: Story) -> Iterator[Row]:
    before = None
    for row in told(story):
        if isinstance(row, int):
            yield "…", f"{row:,} more", ""
            before = None
            continue
        when = "" if row.at == before else f"{moment(format_instant(row.at))} {row.event}"
        before = row.at
        new = "the same" if row.same else row.new
        yield when.rstrip(), row.old or NOBODY, new or NOBODY
