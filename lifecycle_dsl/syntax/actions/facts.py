"""What a rule set knows of a customer: facts, scores, lets, levels, segments."""

from __future__ import annotations

from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax.actions.builder import (
    Action,
    Builder,
    Parts,
    braced,
    fixed_text,
    gathered,
    micros,
    node,
    several,
)


def _constant(b: Builder, span: Span, parts: Parts) -> n.Constant:
    sign, literal = parts
    value = b.plain(literal)
    amount = value.micros if isinstance(value, n.Duration) else value.value
    return n.Constant(span, -amount if sign else amount, isinstance(value, n.Duration), None)


def _constant_name(b: Builder, span: Span, parts: Parts) -> n.Constant:
    return n.Constant(span, None, False, b.plain(parts[0]))


def _type(b: Builder, span: Span, parts: Parts) -> n.Type:
    return n.Type(span, parts[0], parts[1] is not None, parts[2] is not None)


def _type_list(b: Builder, span: Span, parts: Parts) -> n.ListType:
    return n.ListType(span, parts[0], b.whole(parts[1]))


def _trait(b: Builder, span: Span, parts: Parts) -> n.Trait:
    names, type_, default, folds = parts
    return n.Trait(span, names, type_, default, folds or ())


def _level(b: Builder, span: Span, parts: Parts) -> n.Level:
    declared, value, *bands, lowest = parts
    return n.Level(span, declared, value, tuple(bands), b.plain(lowest))


def _score(b: Builder, span: Span, parts: Parts) -> n.Score:
    return n.Score(span, parts[0], tuple(parts[1:]))


def _param(b: Builder, span: Span, parts: Parts) -> n.Param:
    declared, value, tune, cases = parts
    return n.Param(span, declared, value, tune, cases or ())


def _model(b: Builder, span: Span, parts: Parts) -> n.Model:
    return n.Model(span, parts[0], parts[1], tuple(parts[2:]))


ACTIONS: dict[str, Action] = {
    "lifecycle": node(n.Lifecycle),
    "use": fixed_text(n.Use),
    "timezone": fixed_text(n.Timezone),
    "dedupe": micros(n.Dedupe),
    "declared": node(n.Declared),
    "declared_list": several,
    "names": several,
    "path": gathered(n.Path),
    "constant_number": _constant,
    "constant_duration": _constant,
    "constant_name": _constant_name,
    "event": braced(n.Event),
    "action": braced(n.Action),
    "fields": several,
    "field": node(n.Field),
    "type": _type,
    "type_name": node(n.NamedType),
    "type_one_of": gathered(n.OneOfType),
    "type_list": _type_list,
    "type_record": gathered(n.RecordType),
    "trait": _trait,
    "folds": several,
    "fold": node(n.Fold),
    "group": node(n.Group),
    "score": _score,
    "score_half_life": micros(n.HalfLife),
    "score_fade": node(n.Fade),
    "score_least": node(n.AtLeast),
    "score_most": node(n.AtMost),
    "score_line": node(n.ScoreLine),
    "let": node(n.Let),
    "level": _level,
    "band": node(n.Band),
    "segment": node(n.Segment),
    "param": _param,
    "tune": node(n.Tune),
    "param_cases": several,
    "param_case": node(n.ParamCase),
    "model": _model,
    "coefficient": node(n.Coefficient),
}
