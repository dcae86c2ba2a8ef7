"""The words of a rule set that sentences need: its groups, its stages, the labels of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from lifecycle_dsl.drawing.groups import Groups


@frozen
class Vocabulary:
    """Groups, the stages in order, and labels by level, the lowest first."""

    groups: Groups
    stages: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]

    def named(self, names: Sequence[str]) -> list[str]:
        """The names, groups in place of their members."""
        return self.groups.named(names)
