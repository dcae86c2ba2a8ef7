"""The names of all templates that a rule set can send: what whoever writes the messages must write.

Worked out from the checked program alone. What has only so many values (stages, levels, labels,
truths, what tables and params give) is written out; all else stays a hole, as the rule file writes
it: `welcome_{nick}`. What is told may be too much, where conditions rule each other out, and is
never too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod

from attrs import frozen

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import format_date, format_duration, format_instant
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.rules import Trigger
from lifecycle_dsl.program.steps import Send, all_steps
from lifecycle_dsl.program.tables import Cell, Is, Table
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    NO_STAGE,
    TIME,
    Labels,
    LevelType,
    Type,
)

MOST_NAMES = 1_000
"""Names of one text; where there would be more, the part with the most values stays a hole."""

Names = tuple[str, ...]


@frozen(order=True)
class Template:
    """A template's name, or a pattern of names with holes, and the step that sends it."""

    name: str
    trigger: str
    step: str
    target: str
    """The channel or route."""
    is_pattern: bool
    is_draft: bool


def templates(program: Program) -> tuple[Template, ...]:
    """Every template that can be sent, by name, trigger and step; drafts too."""
    found: list[Template] = []
    for trigger in program.triggers:
        for step in all_steps(trigger.steps):
            if isinstance(step, Send):
                found += _of_step(program, trigger, step)
    return tuple(sorted(found))


def _of_step(program: Program, trigger: Trigger, step: Send) -> Iterator[Template]:
    values = _Values(program, trigger.stages or tuple(program.stages))
    target = step.route if step.channel is None else step.channel
    for text in values.texts(step.template):
        yield Template(
            text.name, trigger.name, step.name, target or "", text.has_hole, trigger.draft
        )


@frozen(order=True)
class _Text:
    name: str
    has_hole: bool = False


class _Values:
    """The texts that expressions can have, in some stages."""

    def __init__(self, program: Program, stages: Names) -> None:
        self._program = program
        self._stages = stages

    def texts(self, found: e.Expression) -> tuple[_Text, ...]:
        """All texts of an expression, each once; a hole where they cannot be told."""
        texts = self._known(found)
        return (_hole(found),) if texts is None else tuple(dict.fromkeys(texts))

    def _known(self, found: e.Expression) -> Iterable[_Text] | None:
        program = self._program
        match found:
            case e.Constant(value=value, type=kind):
                return () if value is None else (_Text(_written(value, kind)),)
            case e.TextJoin():
                return self._joined(found)
            case e.If(yes=yes, no=no):
                return *self.texts(yes), *self.texts(no)
            case e.Default(value=value, fallback=fallback):
                return *self.texts(value), *self.texts(fallback)
            case e.LetRead(let=name):
                return self._behind(found, program.lets[name].value)
            case e.TableRead(table=name, output=output):
                return self._looked_up(program.tables[name], output)
            case e.ParamRead(param=name):
                param = program.params[name]
                given = (param.value, *(value for _, value in param.cases))
                return tuple(_Text(_written(value, param.type)) for value in given)
            case _:
                return self._listed(found)

    def _behind(self, found: e.Expression, value: e.Expression) -> Iterable[_Text]:
        """Of a let; what cannot be told is called by the name that stands in the text."""
        texts = self.texts(value)
        return (_hole(found),) if texts == (_hole(value),) else texts

    def _listed(self, found: e.Expression) -> Iterable[_Text] | None:
        """Of what has only so many values."""
        match found, found.type:
            case e.StageRead(), _:
                return map(_Text, self._stages)
            case e.PreviousStage(), _:
                return map(_Text, (*self._program.stages, NO_STAGE))
            case _, Labels(labels=labels) | LevelType(labels=labels):
                return map(_Text, labels)
            case _, kind if kind == BOOL:
                return _Text("false"), _Text("true")
            case _:
                return None

    def _joined(self, found: e.TextJoin) -> list[_Text]:
        parts: list[tuple[_Text, ...]] = [
            (_Text(part),) if isinstance(part, str) else self.texts(part) for part in found.parts
        ]
        while prod(map(len, parts)) > MOST_NAMES:
            longest = max(range(len(parts)), key=lambda at: len(parts[at]))
            whole = found.parts[longest]
            parts[longest] = (_Text(whole) if isinstance(whole, str) else _hole(whole),)
        names = [_Text("")]
        for texts in parts:
            names = [
                _Text(name.name + each.name, name.has_hole or each.has_hole)
                for name in names
                for each in texts
            ]
        return names

    def _looked_up(self, table: Table, output: str) -> Iterator[_Text]:
        for row, result in table.asked(output):
            if self._may_take(table, row.cells):
                yield from self._result(table, output, result)
            if not any(row.cells):
                return  # It takes whatever comes so far.
        yield from self._result(table, output, table.last(output))

    def _result(self, table: Table, output: str, result: e.Expression | None) -> Iterable[_Text]:
        if result is not None:
            return self.texts(result)
        field = table.outputs[table.place(output)]
        return () if field.default is None else (_Text(_written(field.default, field.type)),)

    def _may_take(self, table: Table, cells: tuple[Cell, ...]) -> bool:
        """Whether a row takes any of the stages."""
        return all(
            not isinstance(given.value, e.StageRead) or not cell or self._meets(cell)
            for cell, given in zip(cells, table.inputs, strict=True)
        )

    def _meets(self, cell: Cell) -> bool:
        return any(
            isinstance(choice, Is)
            and any((stage in choice.values) != choice.negated for stage in self._stages)
            for choice in cell
        )


def _hole(found: e.Expression) -> _Text:
    return _Text(f"{{{' '.join(found.span.text.split())}}}", has_hole=True)


def _written(value: object, kind: Type) -> str:
    """A value as texts have it."""
    if isinstance(kind, LevelType) and isinstance(value, int):
        return kind.labels[value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if kind == DURATION:
            return format_duration(int(value))
        if kind == TIME:
            return format_instant(int(value))
        return format_date(int(value)) if kind == DATE else format_number(value)
    return str(value)
