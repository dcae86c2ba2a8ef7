"""What things of the old rules are called in the new ones: by `was`, by `retired`, or the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lifecycle_dsl.program.declarations import Declaration
from lifecycle_dsl.program.program import Program

_WORD_OR_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d]\w*')


class Names:
    """The names of an old program in a new one."""

    def __init__(self, old: Program, new: Program) -> None:
        present = {each.name for each in _declared(new)}
        self._known = {each.name for each in _declared(old)}
        self.renamed: dict[str, str] = {
            each.was: each.name
            for each in _declared(new)
            if each.was is not None and each.was not in present
        }
        """Old names with their new ones, where they differ."""
        self._former = {new_name: was for was, new_name in self.renamed.items()}
        self._steps = {(t.name, was): step for t in new.triggers for was, step in t.former_steps}
        self._retired_steps = new.retired_steps
        self._retired = new.retired
        self.stages = {stage: self._stage(stage, new) for stage in old.stages}
        """For each stage of the old rules the stage of the new ones, or None where people of it
        have nowhere to go."""
        self.moved = frozenset(
            stage for stage in old.stages if stage not in self.renamed and stage in new.retired
        )
        """The stages whose people are put into another one."""

    @property
    def renamed_stages(self) -> dict[str, str]:
        """The stages of the old rules that have other names, with those."""
        return {stage: self.renamed[stage] for stage in self.stages if stage in self.renamed}

    @property
    def leaves_alone(self) -> bool:
        """Whether nothing that the old rules declare has another name, and no stage is gone."""
        stays = all(stage == target for stage, target in self.stages.items())
        return stays and self._known.isdisjoint(self.renamed) and not self.moved

    def now(self, name: str) -> str:
        """What a name of the old rules is called."""
        return self.renamed.get(name, name)

    def before(self, name: str) -> str:
        """What a name of the new rules was called."""
        return self._former.get(name, name)

    def step(self, trigger: str, step: str) -> tuple[str, str]:
        """The trigger and the step at which a run of the old rules goes on."""
        retired = self._retired_steps.get((trigger, step))
        if retired is not None:
            return retired
        present = self.now(trigger)
        return present, self._steps.get((present, step), step)

    def text_now(self, text: str) -> str:
        """A key of the old rules as the new ones would write it; quoted texts stay."""
        return _WORD_OR_TEXT.sub(lambda found: self.renamed.get(found[0], found[0]), text)

    def text_before(self, text: str) -> str:
        """A key of the new rules as the old ones would have written it."""
        return _WORD_OR_TEXT.sub(lambda found: self._former.get(found[0], found[0]), text)

    def _stage(self, stage: str, new: Program) -> str | None:
        present = self.renamed.get(stage, stage)
        return present if present in new.stages else self._retired.get(stage)


def _declared(program: Program) -> Iterator[Declaration]:
    """Everything that may have had another name, but for splits and steps."""
    for group in (
        program.events,
        program.traits,
        program.scores,
        program.lets,
        program.levels,
        program.segments,
        program.params,
        program.actions,
        program.channels,
        program.topics,
        program.stages,
        program.attributions,
    ):
        yield from group.values()
    yield from program.triggers
