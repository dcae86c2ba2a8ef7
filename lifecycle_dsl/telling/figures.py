"""What is computed of a customer: scores, levels, segments, figures and traits, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.declarations import Level, Score, Segment, Trait
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.text import UNCLAMPED
from lifecycle_dsl.program.types import BOOL
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import condition, value
from lifecycle_dsl.telling.happenings import nouns
from lifecycle_dsl.telling.items import Entry, Item
from lifecycle_dsl.telling.marks import name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length, said


def scores(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """What adds how much to each score, and how it fades."""
    return tuple(
        Entry(
            score.name,
            None,
            comments.above(score.span),
            tuple(_lines(score, known)),
            leads=(_fading(score, known),),
        )
        for score in program.scores.values()
    )


def _fading(score: Score, known: Vocabulary) -> str:
    if score.half_life is not None:
        fading = f"It fades by half every {length(score.half_life)}"
    elif score.fade is not None:
        fading = f"Before each addition it is multiplied by {value(score.fade, known)}"
    else:
        fading = "It does not fade"
    ends = []
    if score.low > -UNCLAMPED:
        ends.append(f"never falls below {format_number(score.low)}")
    if score.high < UNCLAMPED:
        ends.append(f"never rises above {format_number(score.high)}")
    return f"{fading}{' and ' if ends else ''}{' and '.join(ends)}."


def _lines(score: Score, known: Vocabulary) -> Iterator[Item]:
    for line in score.lines:
        yield Item(f"{nouns(line.happenings, known)}: {_amount(line.amount, known)}.")


def _amount(found: e.Expression, known: Vocabulary) -> str:
    match found:
        case e.Constant(value=int() | float() as points):
            return f"{'minus' if points < 0 else 'plus'} {format_number(abs(points))}"
        case e.Apply(operation=operation, arguments=(e.Constant(value=factor), right)) if (
            operation.name == "*" and isinstance(factor, int | float)
        ):
            sign = "minus" if factor < 0 else "plus"
            by = "" if abs(factor) == 1 else f"{format_number(abs(factor))} × "
            return f"{sign} {by}{value(right, known)}"
        case _:
            return f"plus {value(found, known)}"


def levels(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """The bands of each level, the highest first."""
    return tuple(
        Entry(
            level.name,
            None,
            comments.above(level.span),
            tuple(_bands(level, known)),
            leads=(f"It goes by {value(level.value, known)}:",),
        )
        for level in program.levels.values()
    )


def _bands(level: Level, known: Vocabulary) -> Iterator[Item]:
    for label, reached in reversed(list(zip(level.labels[1:], level.reaches, strict=True))):
        match reached:
            case e.Forgiving(right=bar) | e.Apply(arguments=(_, bar)):
                yield Item(f"{name(label)} from {value(bar, known)}.")
            case _:
                yield Item(f"{name(label)} if {condition(reached, known)}.")
    yield Item(f"{name(level.labels[0])} below that.")


def figures(program: Program, known: Vocabulary) -> tuple[Item, ...]:
    """Groups, segments, named figures and parameters, a sentence each."""
    found = [
        f"{name(group)} is {listed(name(each) for each in members)}."
        for group, members in known.groups.in_order(known.stages, tuple(program.events))
    ]
    found += [_segment(each, known) for each in program.segments.values()]
    for let in program.lets.values():
        if let.value.type == BOOL:
            found.append(f"{name(let.name)} holds if {condition(let.value, known)}.")
        else:
            found.append(f"{name(let.name)} is {value(let.value, known)}.")
    for param in program.params.values():
        cases = [f"{said(v, param.type)} for {name(segment)}" for segment, v in param.cases]
        usual = f"{said(param.value, param.type)}{' else' if cases else ''}"
        found.append(f"{name(param.name)} is {listed([*cases, usual], 'and')}.")
    return tuple(map(Item, found))


def _segment(segment: Segment, known: Vocabulary) -> str:
    if segment.condition is None:
        return f"{name(segment.name)} is a segment that journeys put customers into."
    return f"{name(segment.name)}: a customer is in it while {condition(segment.condition, known)}."


def traits(program: Program, known: Vocabulary) -> tuple[Item, ...]:
    """What is known of each customer, and what changes it."""
    return tuple(_trait(each, known) for each in program.traits.values())


def _trait(trait: Trait, known: Vocabulary) -> Item:
    first = "not known" if trait.default is None else said(trait.default, trait.type)
    private = " It is private, and masked in logs." if trait.private else ""
    sentence = f"{name(trait.name)} is {first} at first.{private}"
    folds = (
        Item(f"{nouns(fold.happenings, known)} makes it {_set(fold.value, known)}.")
        for fold in trait.folds
    )
    return Item(sentence, tuple(folds))


def _set(found: e.Expression, known: Vocabulary) -> str:
    if found.type == BOOL and not isinstance(found, e.Constant):
        return f"yes if {condition(found, known)}, else no"
    return value(found, known)
