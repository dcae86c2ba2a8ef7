"""What to write into the file: the values that history recommends, as a line of the language."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from lifecycle_dsl.analysis.tuning.candidates import Candidates, with_cases
from lifecycle_dsl.analysis.tuning.choosing import Choice, Verdict
from lifecycle_dsl.analysis.tuning.reached import OTHERS
from lifecycle_dsl.program.declarations import Param


@frozen
class Outcome:
    """What was found of one param."""

    candidates: Candidates
    overall: Choice
    by_group: Mapping[str, Choice] = field(factory=dict)
    """By segment, or by the label of a level or a trait."""
    are_segments: bool = False

    def value(self, param: Param) -> str | None:
        """The value and cases to write; None where the line should stay as it is."""
        if self.by_group and self.are_segments:
            return self._by_segment(param)
        better = self._better(self.overall)
        return None if better is None else with_cases(param, better, {})

    def _by_segment(self, param: Param) -> str | None:
        """Those outside all segments get the value; a segment's own stands as a case."""
        known = dict(param.cases)
        found = {name: self._better(choice) for name, choice in self.by_group.items()}
        if all(value is None for value in found.values()):
            return None
        rest = found.pop(OTHERS, None)
        default = param.value if rest is None else rest
        cases = {
            name: known.get(name, param.value) if value is None else value
            for name, value in found.items()
        }
        cases = {**{n: v for n, v in known.items() if n not in cases}, **cases}
        return with_cases(param, default, {n: v for n, v in cases.items() if v != default})

    def _better(self, choice: Choice) -> float | int | None:
        if choice.verdict is not Verdict.BETTER or choice.chosen is None:
            return None
        return self.candidates.each[choice.chosen].value
