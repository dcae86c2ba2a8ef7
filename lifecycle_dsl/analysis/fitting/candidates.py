"""What a model may read: the rule set's own values, each as a number of the language.

A feature is a text, so that what is fitted and what the written model computes are the same
expression, evaluated by the same engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from lifecycle_dsl.analysis.errors import AnalysisError
from lifecycle_dsl.analysis.fitting.asked import asking
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.explaining.probe import all_read, reads_private, resolved
from lifecycle_dsl.program.expressions import Apply, Expression, LetRead
from lifecycle_dsl.program.types import BOOL, DURATION, MONEY, NUMBER, Labels, LevelType, StageType
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse_expression

_CLOCKS: Final = ("idle", "in_stage", "age")
_MOST_LABELS: Final = 20


@frozen
class Feature:
    """A number of the language that a model may weigh."""

    text: str
    of: str
    """What it was made of: `stage` of `if stage == lead then 1 else 0`."""
    is_sign: bool = False
    """Whether it is 1 or 0."""
    may_take_log: bool = False
    """Whether it is never below 0, as the checker knows."""

    @property
    def logarithm(self) -> Feature:
        """The same on a scale on which tenfold is always as far."""
        return Feature(f"log(1 + {self.text})", self.of)


@frozen
class Offered:
    """Features, and what was not made one, with the reason."""

    features: tuple[Feature, ...]
    passed_over: tuple[tuple[str, str], ...] = ()


def offered(ruleset: RuleSet, model: str, stages: Sequence[str]) -> Offered:
    """All that the rules say of a customer; `stages` are those in which they are looked at.

    What reads a model, or anything private, is passed over.
    """
    program = ruleset.program
    texts = [
        *program.scores,
        *program.lets,
        *program.levels,
        *program.segments,
        *(term.span.text for term in program.memory),
        *(trait for trait in program.traits if trait != "zone"),
        "stage",
        *_CLOCKS,
    ]
    return _made(ruleset, list(dict.fromkeys(texts)), model, stages)


def chosen(ruleset: RuleSet, text: str, model: str, stages: Sequence[str]) -> Offered:
    """The features that somebody lists, with commas between.

    Raises:
        AnalysisError: where the list cannot be read, or one of them is no value of the rules.
    """
    node, diagnostics = parse_expression(Source("--features", f"max({text}\n)"))
    if diagnostics or not isinstance(node, nodes.Call) or not node.arguments:
        said = f": {diagnostics[0].headline}" if diagnostics else ""
        raise AnalysisError(f"--features lists expressions, with commas between them{said}")
    texts = list(dict.fromkeys(each.span.text for each in node.arguments))
    found = _made(ruleset, texts, model, stages, asked_for=True)
    for name, reason in found.passed_over:
        raise AnalysisError(f"the feature `{name}` is {reason}")
    return found


def _made(
    ruleset: RuleSet,
    texts: Sequence[str],
    model: str,
    stages: Sequence[str],
    *,
    asked_for: bool = False,
) -> Offered:
    asked = asking(ruleset, texts)
    program = asked.ruleset.program
    features: list[Feature] = []
    passed: list[tuple[str, str]] = []
    known: set[Expression] = set()
    for place, (text, read) in enumerate(zip(texts, asked.reads, strict=True)):
        value = resolved(program, asked.value(place))
        behind = list(all_read(program, read))
        if any(isinstance(each, LetRead) and each.let == model for each in behind):
            passed.append((text, "what reads the model itself"))
        elif asked_for:
            found = list(_encoded(text, read, stages))
            features += found
            if not found:
                passed.append((text, _no_number(read)))
        elif value in known:
            continue
        elif any(_is_model(each) for each in behind):
            passed.append((text, "what reads a model"))
        elif reads_private(program, read):
            passed.append((text, "private; name it if it may be read"))
        else:
            known.add(value)
            found = list(_encoded(text, read, stages))
            features += found
            if not found and text != "stage":
                passed.append((text, _no_number(read)))
    return Offered(tuple(features), tuple(passed))


def _no_number(value: Expression) -> str:
    return f"{value.type}, and no number can be made of it alone"


def _is_model(value: Expression) -> bool:
    """Whether it is a model, or anything that is put through the same function."""
    return isinstance(value, Apply) and value.operation.name == "logistic"


def _encoded(text: str, value: Expression, stages: Sequence[str]) -> Iterator[Feature]:
    """A value as numbers: itself in a plain unit, or 1 and 0 for each label but one."""
    atom = text if isinstance(_parsed(text), _PLAIN) else f"({text})"
    match value.type:
        case Labels(labels=labels) if len(labels) <= _MOST_LABELS:
            conditions = [f"{atom} == {label}" for label in labels[1:]]
        case LevelType(labels=labels):
            conditions = [f"{atom} >= {label}" for label in labels[1:]]
        case StageType():
            conditions = [f"{atom} == {stage}" for stage in stages[1:]]
        case type_ if type_ == BOOL:
            conditions = [atom]
        case type_ if type_ in {NUMBER, MONEY, DURATION}:
            yield from _number(text, atom, value)
            return
        case _:
            return
    for condition in conditions:
        known = f"({condition} else false)" if value.may_miss else condition
        yield Feature(f"if {known} then 1 else 0", text, is_sign=True)


def _number(text: str, atom: str, value: Expression) -> Iterator[Feature]:
    """A number; where it may be missing 0, and beside it whether it is there."""
    plain = text if isinstance(_parsed(text), _PLAIN) else f"({text})"
    if value.type == MONEY:
        plain = f"number({text})"
    elif value.type == DURATION:
        plain = f"{plain} / 1d"
    if value.may_miss:
        plain = f"({plain} else 0)"
    low = -1.0 if value.bounds is None else value.bounds[0]
    yield Feature(plain, text, may_take_log=low >= 0)
    if value.may_miss:
        yield Feature(f"if {atom} is present then 1 else 0", text, is_sign=True)


_PLAIN: Final = (nodes.NameRead, nodes.Call, nodes.Memory, nodes.Bracketed, nodes.Member)


def _parsed(text: str) -> nodes.Expression | None:
    return parse_expression(Source("feature", text))[0]
