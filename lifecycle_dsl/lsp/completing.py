"""What can be written at a place: words of the grammar, and names of the kinds that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from lifecycle_dsl.checker.declared import What
from lifecycle_dsl.checker.expressions.facts import REASONS
from lifecycle_dsl.lsp.columns import column_owner
from lifecycle_dsl.lsp.heard import heard, occurrence
from lifecycle_dsl.lsp.mentions import Index, Known, Space
from lifecycle_dsl.lsp.places import Places
from lifecycle_dsl.lsp.standing import Standing, Surroundings, standing
from lifecycle_dsl.lsp.words import FUNCTIONS, VALUES, WORDS
from lifecycle_dsl.program.attributions import DIRECT
from lifecycle_dsl.program.tests import CREDIT_KEYS
from lifecycle_dsl.program.types import WEEKDAYS
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes
from lifecycle_dsl.syntax.tokens import NAME, Token

_Kind = types.CompletionItemKind
_EVENTS = (What.EVENT, What.GROUP)
_STAGES = (What.STAGE, What.GROUP)
_PLACES = (What.STAGE, What.GROUP, What.SEGMENT)
_WITH_VALUES = (
    What.TRAIT,
    What.SCORE,
    What.LET,
    What.MODEL,
    What.LEVEL,
    What.SEGMENT,
    What.SEASON,
    What.PARAM,
    What.TABLE,
)
_NAMES: dict[str, tuple[What, ...]] = {
    "happening_named": _EVENTS,
    "happening_enter": _PLACES,
    "happening_leave": _PLACES,
    "happening_sent": (What.CHANNEL, What.TOPIC),
    "dates_shifted": (What.TRAIT,),
    "placing": (What.STAGE,),
    "transition": (What.STAGE,),
    "from_rule": (What.STAGE,),
    "from_rule.1": _STAGES,
    "guard_in.1": _STAGES,
    "stages_any.2": _STAGES,
    "retired.3": (What.STAGE,),
    "group.3": (What.EVENT, What.STAGE, What.GROUP),
    "guard_topic": (What.TOPIC,),
    "step_send": (What.CHANNEL, What.ROUTE),
    "step_set": (What.TRAIT,),
    "step_join": (What.SEGMENT,),
    "step_quit": (What.SEGMENT,),
    "step_call.1": (What.ACTION,),
    "cap.1": (What.CHANNEL,),
    "route.3": _STAGES,
    "route_line.2": (What.CHANNEL,),
    "otherwise_line.2": (What.CHANNEL,),
    "preference": (What.CHANNEL,),
    "quiet_season": (What.SEASON,),
    "param_case": (What.SEGMENT,),
    "constant_name": (What.PARAM,),
    "given_stage": (What.STAGE,),
    "given_joined": (What.SEGMENT,),
    "given_value": (What.TRAIT, What.SCORE),
    "test_on": (What.EVENT,),
    "fact_sent": (What.CHANNEL, What.TOPIC),
    "fact_held": (What.TRIGGER,),
    "fact_fired": (What.TRIGGER,),
    "fact_left": (What.TRIGGER,),
    "fact_called.1": (What.ACTION,),
    "fact_credited": (What.ATTRIBUTION,),
    "fact_joined": (What.SEGMENT,),
    "fact_entered": (What.STAGE,),
    "fact_stage": (What.STAGE,),
    "touch": (What.CHANNEL,),
    "name": _WITH_VALUES,
}
"""The kinds of names that a rule takes; behind a dot, the place of a list in the rule."""
_FIXED: dict[str, tuple[str, ...]] = {
    "type_name": ("number", "money", "duration", "time", "date", "text", "bool"),
    "per_period": ("day", "week", "month", "year", "stay"),
    "span_this": ("day", "week", "month", "year"),
    "quiet_days.1": WEEKDAYS.labels,
    "occurs_every.1": ("day", "month", *WEEKDAYS.labels),
    "test_on": ("profile",),
    "name": (*VALUES, *FUNCTIONS),
}
_DATES = ("date", "time")
_OF_FIELDS = ("memory_field", "guard_for_each")
_OF_EVERY_RECORD = ("value", "at", "id", "customer")
_FACTS = ("called", "credited", "entered", "fired", "held", "joined", "left", "sent")
"""What only tests and promises ask."""
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_ICONS = {
    What.EVENT: _Kind.Event,
    What.STAGE: _Kind.Class,
    What.TRAIT: _Kind.Field,
    What.ACTION: _Kind.Function,
    What.LEVEL: _Kind.Enum,
    What.PARAM: _Kind.Constant,
    What.TABLE: _Kind.Struct,
    What.TRIGGER: _Kind.Method,
}


def completions(
    index: Index | None, places: Places, source: Source, offset: int
) -> list[types.CompletionItem]:
    """What can be written at an offset; the most fitting first."""
    here = standing(source, offset)
    if here.surroundings in (Surroundings.COMMENT, Surroundings.TEXT):
        return []
    found: dict[str, types.CompletionItem] = {}
    for rank, item in _items(index, here):
        item.sort_text = f"{rank}{item.label}"
        item.text_edit = types.TextEdit(places.range(here.typed), item.label)
        found.setdefault(item.label, item)
    return list(found.values())


def _items(index: Index | None, here: Standing) -> Iterator[tuple[int, types.CompletionItem]]:
    if index is not None:
        if here.surroundings is Surroundings.VALUE_IN_TEXT or not here.is_understood:
            rules: tuple[str, ...] = ("name",)
        else:
            rules = here.rules
        for rule in rules:
            yield from _of_rule(rule, index, here)
    for rule in here.rules:
        for word in _FIXED.get(rule, ()):
            icon = _Kind.Function if word in FUNCTIONS else _Kind.Value
            yield 3, types.CompletionItem(word, kind=icon, detail=WORDS.get(word))
    outside = bool(here.tokens) and here.tokens[0].text not in ("test", "always")
    for word in here.words:
        if outside and word in _FACTS and "name" in here.rules:
            continue
        yield 4, types.CompletionItem(word, kind=_Kind.Keyword, detail=WORDS.get(word))


def _of_rule(rule: str, index: Index, here: Standing) -> Iterator[tuple[int, types.CompletionItem]]:
    known, tokens = index.known, here.tokens
    if rule in ("name", "constant_name", "happening_rises", "happening_falls"):
        labels, owner = _labels(known, tokens)
        for label in labels:
            yield 0, types.CompletionItem(label, kind=_Kind.EnumMember, detail=f"of `{owner}`")
        if labels and rule != "name":
            return
    if rule == "member":
        yield from _members(known, tokens)
        return
    if rule in _OF_FIELDS or (rule == "touch" and tokens[-1].text == "by"):
        of = occurrence(tokens) if rule == "guard_for_each" else heard(tokens)
        yield from _fields_at_hand(known, of)
        return
    if rule == "entry":
        yield from _entries(known, tokens)
    if rule in ("fact_held", "given_arm"):
        yield from _mentioned(index, Space.BLOCK if rule == "fact_held" else Space.SPLIT)
    if rule == "fact_held":
        yield from ((2, item) for item in map(_reason, sorted(REASONS)))
    if rule == "dates_yearly":
        yield from _dates(known)
    yield from _named(known, _NAMES.get(rule, ()))
    if rule == "name":
        yield from ((2, item) for _, item in _fields_at_hand(known, heard(tokens)))


def _named(known: Known, kinds: tuple[What, ...]) -> Iterator[tuple[int, types.CompletionItem]]:
    for name, entry in known.entries.items():
        if entry.what in kinds:
            icon = _ICONS.get(entry.what, _Kind.Variable)
            yield 1, types.CompletionItem(name, kind=icon, detail=entry.what.value)


def _mentioned(index: Index, space: Space) -> Iterator[tuple[int, types.CompletionItem]]:
    for each in index.mentions:
        if each.symbol.space is space:
            yield 1, types.CompletionItem(each.symbol.name, kind=_Kind.Value)


def _reason(name: str) -> types.CompletionItem:
    return types.CompletionItem(name, kind=_Kind.Value, detail="a reason")


def _dates(known: Known) -> Iterator[tuple[int, types.CompletionItem]]:
    """The traits that are a day or an instant."""
    for name, entry in known.entries.items():
        if isinstance(entry.node, nodes.Trait) and entry.node.type.shape.span.text in _DATES:
            yield 1, types.CompletionItem(name, kind=_Kind.Field, detail=entry.what.value)


def _members(known: Known, tokens: Sequence[Token]) -> Iterator[tuple[int, types.CompletionItem]]:
    name = tokens[-2].text if len(tokens) > 1 else ""
    if name == "event":
        yield from _fields_at_hand(known, heard(tokens))
    elif name == "trait":
        yield from _named(known, (What.TRAIT,))
    else:
        yield from _event_fields(known, name)


def _fields_at_hand(
    known: Known, of: tuple[str, ...] | None
) -> Iterator[tuple[int, types.CompletionItem]]:
    """The fields that all these events have, and what every record has; None for those of any."""
    if of is None:
        yield from _event_fields(known, None)
        return
    events = known.events_of(of)
    if not events:
        return
    common = set.intersection(*(set(known.fields[event]) for event in events))
    for field in known.fields[events[0]].values():
        if field.name.text in common:
            owners = " and ".join(f"`{event}`" for event in events[:2])
            detail = f"{field.type.span.text}, of {owners}{' …' if len(events) > 2 else ''}"
            yield 1, types.CompletionItem(field.name.text, kind=_Kind.Field, detail=detail)
    for name in _OF_EVERY_RECORD:
        yield 1, types.CompletionItem(name, kind=_Kind.Field, detail=WORDS.get(name))


def _event_fields(known: Known, owner: str | None) -> Iterator[tuple[int, types.CompletionItem]]:
    """The fields of an event, action or table; None for those of all events."""
    for name, fields in known.fields.items():
        is_event = isinstance(known.entries[name].node, nodes.Event)
        if name == owner or (owner is None and is_event):
            for field in fields.values():
                detail = f"{field.type.span.text}, of `{name}`"
                yield 1, types.CompletionItem(field.name.text, kind=_Kind.Field, detail=detail)


def _entries(known: Known, tokens: Sequence[Token]) -> Iterator[tuple[int, types.CompletionItem]]:
    """The fields of what the open braces belong to: an event in a test, an action, or a credit."""
    owner, word = _braced(tokens)
    if word == "credited":
        for key in CREDIT_KEYS:
            yield 1, types.CompletionItem(key, kind=_Kind.Field, detail="of a credit")
    elif owner == "profile":
        yield from _named(known, (What.TRAIT,))
    else:
        yield from _event_fields(known, owner)


def _braced(tokens: Sequence[Token]) -> tuple[str, str]:
    """What stands before the open braces, a name or a path, and the word before that."""
    before = list(tokens)
    depth = 0
    while before:
        token = before.pop()
        depth += (token.kind == "}") - (token.kind == "{")
        if depth < 0:
            break
    path: list[str] = []
    while before and before[-1].kind in (NAME, "."):
        if path and path[-1] != "." and before[-1].kind == NAME:
            break
        path.append(before.pop().text)
    return "".join(reversed(path)), before[-1].text if before else ""


def _labels(known: Known, tokens: Sequence[Token]) -> tuple[tuple[str, ...], str]:
    """The labels of what is being compared or looked up, and whose they are."""
    if [token.text for token in tokens[-2:]] == ["channel", ":"]:
        owner, word = _braced(tokens)
        if word == "credited":
            channels = (name for name, each in known.entries.items() if each.what is What.CHANNEL)
            return (*channels, DIRECT), owner
    if column := column_owner(tokens):
        return _labels_of(known, column)
    before = list(tokens)
    if before and before[-1].text == ",":
        while before and before[-1].text != "(":
            before.pop()
    ending = [token.text for token in before[-5:]]
    if ending[-4:] == ["is", "one", "of", "("]:
        before = before[:-4]
    elif ending[-5:] == ["is", "not", "one", "of", "("]:
        before = before[:-5]
    elif ending and ending[-1] in _COMPARISONS:
        before = before[:-1]
    elif ending[-2:] in (["rises", "to"], ["falls", "to"]):
        before = before[:-2]
    else:
        return (), ""
    ending_at = -3 if len(before) > 2 and before[-2].kind == "." else -1
    return _labels_of(known, before[ending_at:])


def _labels_of(known: Known, named: Sequence[Token]) -> tuple[tuple[str, ...], str]:
    """The labels that a name has, or a field, trait or output of something."""
    if not named or named[-1].kind != NAME or named[0].kind != NAME:
        return (), ""
    if named[-1].text in ("stage", "previous_stage"):
        stages = (n for n, entry in known.entries.items() if entry.what is What.STAGE)
        return tuple(stages), named[-1].text
    name = _node(named[-1])
    expression: nodes.Expression = nodes.NameRead(name.span, name)
    if len(named) > 1:
        expression = nodes.Member(name.span, _node(named[0]), name)
    owner = known.owner_of(expression)
    return (() if owner is None else known.labels[owner]), (owner or "").lstrip(".")


def _node(token: Token) -> nodes.Name:
    source = Source("", token.text)
    return nodes.Name(Span(source, 0, len(token.text)), token.text)
