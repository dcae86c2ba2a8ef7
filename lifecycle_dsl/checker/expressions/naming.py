"""Names as values: labels, fields, traits, scores and all else that can be read."""

from __future__ import annotations

from lifecycle_dsl.checker import intervals
from lifecycle_dsl.checker.expressions.applying import constant
from lifecycle_dsl.checker.expressions.fitting import is_textual, unknown_label
from lifecycle_dsl.checker.expressions.linear import score_bounds
from lifecycle_dsl.checker.expressions.place import Elaborator, Place
from lifecycle_dsl.checker.names import (
    LetName,
    LevelName,
    Named,
    OtherName,
    ParamName,
    ScoreName,
    SeasonName,
    SegmentName,
    TableName,
    TraitName,
)
from lifecycle_dsl.checker.problems import expressions as problems
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.types import (
    DURATION,
    NO_STAGE,
    TIME,
    Field,
    Labels,
    LevelType,
    StageType,
    Type,
)
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

_CLOCKS = {clock.value: clock for clock in e.Clock}
_STAGES = ("stage", "previous_stage")
OF_THE_CUSTOMER = (*_STAGES, *_CLOCKS)
"""Names of values that every customer has."""
_ALWAYS = 0.0, float(intervals.LONGEST)


def labels_of(checker: Elaborator, type_: Type | None) -> tuple[str, ...] | None:
    """The labels that a type consists of; None if it does not."""
    match type_:
        case Labels(labels=labels) | LevelType(labels=labels):
            return labels
        case StageType():
            return (*checker.names.stages, NO_STAGE)
        case _:
            return None


def has_value(checker: Elaborator, name: str, place: Place) -> bool:
    """Whether a name means a value of its own at the place, and need not be a label."""
    if name in OF_THE_CUSTOMER or name in place.scope.fields or name in place.scope.some_fields:
        return True
    found = checker.names.find(name)
    return found is not None and not isinstance(found, OtherName)


def name_read(checker: Elaborator, node: nodes.NameRead, place: Place) -> e.Expression | None:
    """What a name stands for; None after a report."""
    name, span = node.name.text, node.span
    labels = labels_of(checker, place.expected)
    if labels is not None and place.expected is not None and name in labels:
        value = labels.index(name) if isinstance(place.expected, LevelType) else name
        return constant(span, place.expected, value)
    if name in OF_THE_CUSTOMER:
        return _of_the_customer(checker, name, span, place)
    field = place.scope.fields.get(name)
    found = checker.names.find(name)
    if field is not None:
        if (other := _other_value(found, place)) is not None:
            checker.report(problems.ambiguous_name(span, name, other))
            return None
        return _field(checker, name, span, place)
    if found is None and name in place.scope.some_fields:
        checker.report(problems.field_of_some(span, name, place.scope.some_fields[name]))
        return None
    if found is None or (labels is not None and isinstance(found, OtherName)):
        checker.report(_unknown(checker, name, span, place, labels))
        return None
    return _named(checker, found, span, place)


def member(checker: Elaborator, node: nodes.Member, place: Place) -> e.Expression | None:
    """`event.x`, `trait.x` or `table.output`; None after a report."""
    owner, name = node.owner.text, node.name.text
    if owner == "event":
        if not place.scope.fields and not place.scope.some_fields:
            checker.report(problems.not_readable_here(node.span, place.scope.place))
            return None
        return _field(checker, name, node.span, place)
    found = checker.names.find(name if owner == "trait" else owner)
    if owner == "trait":
        if isinstance(found, TraitName):
            return _named(checker, found, node.span, place)
        similar = checker.similar(name, _traits(checker))
        checker.report(problems.unknown_name(node.name.span, name, similar))
        return None
    if not isinstance(found, TableName):
        tables = [each for each in checker.names.values() if _is_table(checker, each)]
        similar = checker.similar(owner, ["event", "trait", *tables])
        checker.report(problems.unknown_name(node.owner.span, owner, similar))
        return None
    return _output(checker, found, node, place)


def _output(
    checker: Elaborator, table: TableName, node: nodes.Member, place: Place
) -> e.Expression | None:
    if not _allowed(checker, Reads.STATE, node.span, place):
        return None
    for output in table.outputs:
        if output.name == node.name.text:
            return _table_read(checker, table, output, node.span, place)
    names = [output.name for output in table.outputs]
    checker.report(problems.unknown_output(node.name.span, table.name, node.name.text, names))
    return None


def _table_read(
    checker: Elaborator, table: TableName, output: Field, span: Span, place: Place
) -> e.Expression | None:
    behind = checker.names.table_value(table.name, output.name, span)
    if behind is None:
        return None
    read = e.TableRead(
        span=span,
        type=output.type,
        may_miss=output.optional,
        bounds=behind.bounds,
        table=table.name,
        output=output.name,
    )
    score = None if Reads.SCORES in place.scope.reads else checker.behind.score(read)
    if score is not None:
        checker.report(problems.reads_scores(span, place.scope.place, score))
        return None
    return read


def _of_the_customer(
    checker: Elaborator, name: str, span: Span, place: Place
) -> e.Expression | None:
    if name in place.scope.fields:
        checker.report(problems.ambiguous_name(span, name, "a value of every customer"))
        return None
    if not _allowed(checker, Reads.CLOCKS, span, place):
        return None
    match name:
        case "stage":
            return e.StageRead(span=span)
        case "previous_stage":
            return e.PreviousStage(span=span)
        case "now":
            return e.ClockRead(span=span, type=TIME, clock=e.Clock.NOW)
        case _:
            return e.ClockRead(span=span, type=DURATION, bounds=_ALWAYS, clock=_CLOCKS[name])


def _field(checker: Elaborator, name: str, span: Span, place: Place) -> e.Expression | None:
    scope = place.scope
    if name in scope.some_fields:
        checker.report(problems.field_of_some(span, name, scope.some_fields[name]))
        return None
    field = scope.fields.get(name)
    if field is None:
        checker.report(problems.unknown_field(span, name, checker.similar(name, scope.fields)))
        return None
    if not _allowed(checker, Reads.RECORD, span, place):
        return None
    return e.FieldRead(
        span=span,
        type=field.type,
        may_miss=field.optional,
        bounds=intervals.of_type(field.type),
        name=name,
    )


def _other_value(found: Named | None, place: Place) -> str | None:
    """What else a field's name means where the field can be read; None if nothing."""
    match found:
        case TraitName():
            return "a trait" if Reads.TRAITS in place.scope.reads else None
        case ScoreName():
            return "a score" if Reads.SCORES in place.scope.reads else None
        case None | OtherName():
            return None
        case _:
            return "declared" if Reads.STATE in place.scope.reads else None


def _named(checker: Elaborator, found: Named, span: Span, place: Place) -> e.Expression | None:
    match found:
        case OtherName() | TableName():
            checker.report(_without_value(found, span))
            return None
        case TraitName():
            needs = Reads.TRAITS
        case ScoreName() | LevelName():
            needs = Reads.SCORES
        case SeasonName():
            needs = Reads.CLOCKS
        case _:
            needs = Reads.STATE
    if not _allowed(checker, needs, span, place):
        return None
    read = _read(checker, found, span)
    if read is None or Reads.SCORES in place.scope.reads:
        return read
    if (score := checker.behind.score(read)) is not None:
        checker.report(problems.reads_scores(span, place.scope.place, score))
        return None
    return read


def _read(checker: Elaborator, found: Named, span: Span) -> e.Expression | None:
    match found:
        case TraitName(name=name, type=type_, optional=optional):
            bounds = intervals.of_type(type_)
            return e.TraitRead(span=span, type=type_, may_miss=optional, bounds=bounds, trait=name)
        case ScoreName():
            return e.ScoreRead(span=span, bounds=score_bounds(found), score=found.name)
        case LetName(name=name):
            return _let(checker, name, span)
        case LevelName(name=name, labels=labels):
            if checker.names.level_value(name, span) is None:
                return None
            return e.LevelRead(span=span, type=LevelType(name, labels), level=name)
        case SegmentName(name=name, computed=computed):
            if computed and checker.names.segment_condition(name, span) is None:
                return None
            return e.SegmentRead(span=span, segment=name)
        case SeasonName(name=name):
            return e.SeasonRead(span=span, season=name)
        case ParamName(name=name, type=type_, bounds=bounds):
            return e.ParamRead(span=span, type=type_, bounds=bounds, param=name)
        case OtherName() | TableName():
            return None


def _let(checker: Elaborator, name: str, span: Span) -> e.Expression | None:
    value = checker.names.let_value(name, span)
    if value is None:
        return None
    match value:
        # What is linear stays so through a let, and what is constant is known.
        case e.ScoreRead():
            return e.ScoreRead(span=span, bounds=value.bounds, score=value.score)
        case e.Linear():
            return e.Linear(
                span=span,
                bounds=value.bounds,
                terms=value.terms,
                constant=value.constant,
                half_life=value.half_life,
            )
        case e.Constant():
            return constant(span, value.type, value.value)
        case _:
            return e.LetRead(
                span=span, type=value.type, may_miss=value.may_miss, bounds=value.bounds, let=name
            )


def _allowed(checker: Elaborator, needs: Reads, span: Span, place: Place) -> bool:
    if needs in place.scope.reads:
        return True
    checker.report(problems.not_readable_here(span, place.scope.place))
    return False


def _without_value(found: OtherName | TableName, span: Span) -> Diagnostic:
    name = found.name
    if isinstance(found, TableName):
        output = found.outputs[0].name if found.outputs else "…"
        return problems.no_value(span, name, "a table", f"read a result of it: `{name}.{output}`")
    advice = {
        "an event": f"ask whether it happened: `seen({name})`",
        "a stage": f"compare with it: `stage == {name}`",
    }
    return problems.no_value(span, name, found.what, advice.get(found.what))


def _unknown(
    checker: Elaborator, name: str, span: Span, place: Place, labels: tuple[str, ...] | None
) -> Diagnostic:
    if labels is not None:
        return unknown_label(checker, span, name, labels)
    scope = place.scope
    candidates = [*scope.fields, *checker.names.values(), *OF_THE_CUSTOMER]
    if place.expected is None:
        candidates += checker.names.stages
    quoted = place.expected is not None and is_textual(place.expected)
    similar = checker.similar(name, candidates)
    return problems.unknown_name(span, name, similar, quoted=quoted)


def _traits(checker: Elaborator) -> list[str]:
    values = checker.names.values()
    return [name for name in values if isinstance(checker.names.find(name), TraitName)]


def _is_table(checker: Elaborator, name: str) -> bool:
    return isinstance(checker.names.find(name), TableName)
