"""Events, traits, groups, scores, lets, levels, segments, params, models."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.fmt.columns import Aligned
from lifecycle_dsl.fmt.documents import SPACE, Document, Row, row, spaced
from lifecycle_dsl.fmt.layouts import in_words, laid, layout
from lifecycle_dsl.fmt.shapes import (
    block,
    bracketed,
    commas,
    equals,
    hang,
    headed,
    listed,
    names_after_equals,
    with_colon,
)
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

layout(
    n.Lifecycle,
    n.Use,
    n.Timezone,
    n.Dedupe,
    n.NamedType,
    n.Constant,
    n.HalfLife,
    n.AtLeast,
    n.AtMost,
    n.Tune,
)(in_words)


@layout(n.OneOfType)
def _one_of_type(t: Tokens, node: n.OneOfType) -> Document:
    return spaced(t.word("one"), t.word("of"), bracketed(t, node.labels))


@layout(n.RecordType)
def _record_type(t: Tokens, node: n.RecordType) -> Document:
    return listed(t, node.fields)


@layout(n.ListType)
def _list_type(t: Tokens, node: n.ListType) -> Document:
    parts = [t.word("list"), t.word("of"), laid(t, node.element)]
    return spaced(*parts, *([t.words(node.span.end)] if node.up_to is not None else []))


@layout(n.Type)
def _type(t: Tokens, node: n.Type) -> Document:
    parts = [laid(t, node.shape)]
    if node.optional:
        parts.append(t.word("?"))
    if node.private:
        parts += [SPACE, t.word("private")]
    return Row(parts)


@layout(n.Field)
def _field(t: Tokens, node: n.Field) -> Document:
    parts = [row(t.word(), t.word(":")), laid(t, node.type)]
    if node.default is not None:
        parts += [t.word("="), laid(t, node.default)]
    return spaced(*parts)


@layout(n.Event)
def _event(t: Tokens, node: n.Event) -> Document:
    head = hang(t.word("event"), commas(t, node.names))
    return spaced(head, listed(t, node.fields)) if node.braced else head


@layout(n.Action)
def _action(t: Tokens, node: n.Action) -> Document:
    head = hang(t.word("action"), laid(t, node.path))
    return spaced(head, listed(t, node.fields)) if node.braced else head


@layout(n.Trait)
def _trait(t: Tokens, node: n.Trait) -> Document:
    parts = [t.word("trait"), row(commas(t, node.names), t.word(":")), laid(t, node.type)]
    if node.default is not None:
        parts += [t.word("="), laid(t, node.default)]
    head = hang(*parts)
    if t.next != "{":
        return head
    return spaced(head, block(t, (laid(t, fold) for fold in node.folds)))


@layout(n.Fold)
def _fold(t: Tokens, node: n.Fold) -> Document:
    head = hang(t.word("on"), laid(t, node.happenings))
    return with_colon(t, head, lambda: laid(t, node.value))


@layout(n.Group)
def _group(t: Tokens, node: n.Group) -> Document:
    head = hang(t.word("group"), laid(t, node.declared))
    return names_after_equals(t, head, node.members)


@layout(n.Score)
def _score(t: Tokens, node: n.Score) -> Document:
    head = hang(t.word("score"), laid(t, node.declared))
    return headed(t, head, lambda: (laid(t, item) for item in node.items))


@layout(n.Fade)
def _fade(t: Tokens, node: n.Fade) -> Document:
    return hang(t.word("fade"), laid(t, node.factor))


@layout(n.ScoreLine)
def _score_line(t: Tokens, node: n.ScoreLine) -> Document:
    head = hang(t.word("on"), laid(t, node.happenings))
    return with_colon(t, head, lambda: laid(t, node.amount))


@layout(n.Let)
def _let(t: Tokens, node: n.Let) -> Document:
    head = hang(t.word("let"), laid(t, node.declared))
    in_braces = isinstance(node.value, n.Points)
    return equals(t, head, lambda: laid(t, node.value), in_braces=in_braces)


@layout(n.Level)
def _level(t: Tokens, node: n.Level) -> Document:
    def bands() -> Iterator[Document]:
        yield from (laid(t, band) for band in node.bands)
        yield t.word()

    head = hang(t.word("level"), laid(t, node.declared), t.word("="), laid(t, node.value))
    return spaced(head, block(t, bands()))


@layout(n.Band)
def _band(t: Tokens, node: n.Band) -> Document:
    return Aligned(t.word(), t.words(node.span.end))


@layout(n.Segment)
def _segment(t: Tokens, node: n.Segment) -> Document:
    condition = node.condition
    head = hang(t.word("segment"), laid(t, node.declared))
    return head if condition is None else equals(t, head, lambda: laid(t, condition))


@layout(n.Param)
def _param(t: Tokens, node: n.Param) -> Document:
    parts = [t.word("param"), laid(t, node.declared), t.word("="), laid(t, node.value)]
    if node.tune is not None:
        parts.append(laid(t, node.tune))
    head = hang(*parts)
    if t.next != "{":
        return head
    return spaced(head, block(t, (laid(t, case) for case in node.cases)))


@layout(n.ParamCase)
def _param_case(t: Tokens, node: n.ParamCase) -> Document:
    return with_colon(t, t.word(), lambda: laid(t, node.value))


@layout(n.Model)
def _model(t: Tokens, node: n.Model) -> Document:
    def lines() -> Iterator[Document]:
        yield spaced(t.word("intercept"), laid(t, node.intercept))
        yield from (laid(t, each) for each in node.coefficients)

    head = hang(t.word("model"), laid(t, node.declared), t.word("="), t.word("logistic"))
    return spaced(head, block(t, lines()))


@layout(n.Coefficient)
def _coefficient(t: Tokens, node: n.Coefficient) -> Document:
    head = hang(laid(t, node.feature))
    return with_colon(t, head, lambda: laid(t, node.weight))
