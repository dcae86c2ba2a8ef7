"""What a report is made of, and what its sections share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.diffing.sharing import Found
from lifecycle_dsl.analysis.diffing.stories import Story
from lifecycle_dsl.analysis.findings import Chart, Section, Table, Unit, count_of
from lifecycle_dsl.changing import Names
from lifecycle_dsl.engine.ruleset import RuleSet

MOST_ROWS: Final = 40
"""Rows of a table; how many are left out is said."""
COUNT: Final = Unit.COUNT


@frozen
class Compared:
    """Both rule sets, what was found of them, and the stories to tell."""

    old: RuleSet
    new: RuleSet
    found: Found
    stories: Sequence[Story] = ()

    @property
    def sample(self) -> str:
        """Of how many."""
        return count_of(self.found.customers, "customer")

    def costs(self) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """What a message costs by channel, under both."""
        now = Names(self.old.program, self.new.program).now
        return (
            {now(each.name): each.cost for each in self.old.program.channels.values()},
            {each.name: each.cost for each in self.new.program.channels.values()},
        )

    def section(
        self,
        name: str,
        title: str,
        definition: str,
        tables: Iterable[Table],
        *,
        headline: str = "",
        charts: Iterable[Chart] = (),
        notes: Iterable[str] = (),
        censored: str = "",
    ) -> Section:
        """A section about all customers."""
        return Section(
            name,
            title,
            definition,
            self.sample,
            censored,
            headline,
            tuple(tables),
            tuple(charts),
            tuple(notes),
        )
