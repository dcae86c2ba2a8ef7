"""What was found as a report: a section for each thing that differs, and the stories."""

from __future__ import annotations

from lifecycle_dsl.analysis.diffing.chapters.compared import Compared
from lifecycle_dsl.analysis.diffing.chapters.counted import counted, credits_, messages
from lifecycle_dsl.analysis.diffing.chapters.customers import customers, rules
from lifecycle_dsl.analysis.diffing.chapters.days import days
from lifecycle_dsl.analysis.diffing.chapters.ends import levels, segments, stages
from lifecycle_dsl.analysis.diffing.chapters.lives import lives
from lifecycle_dsl.analysis.diffing.chapters.rejected import rejected
from lifecycle_dsl.analysis.findings import Report
from lifecycle_dsl.localtime import format_instant

__all__ = ["Compared", "report_of"]


def report_of(it: Compared) -> Report:
    """The whole report; what is the same under both has no section."""
    parts = (
        rules(it),
        customers(it),
        stages(it),
        messages(it),
        days(it),
        *counted(it),
        credits_(it),
        segments(it),
        levels(it),
        rejected(it),
        *lives(it),
    )
    begin, end = ("" if at is None else format_instant(at) for at in (it.found.begin, it.found.end))
    return Report(
        title="What would have been different",
        lifecycle=it.new.lifecycle,
        fingerprint=f"{it.old.fingerprint} -> {it.new.fingerprint}",
        begin=begin,
        end=end,
        level=None,
        sections=tuple(each for each in parts if each is not None),
    )
