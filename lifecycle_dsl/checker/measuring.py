"""Attribution: touches, conversions and who gets the credit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.expressions.place import Knowledge
from lifecycle_dsl.checker.hearing import Filtered, Heard
from lifecycle_dsl.checker.moves import check_span
from lifecycle_dsl.checker.problems import data as data_problems
from lifecycle_dsl.checker.problems import measuring as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.reserved import NO_TOUCH
from lifecycle_dsl.checker.scope import Reads
from lifecycle_dsl.checker.scores import LONGEST_HALF_LIFE, SHORTEST_HALF_LIFE
from lifecycle_dsl.checker.steps import check_shares, is_percent
from lifecycle_dsl.localtime import LONGEST_WAIT
from lifecycle_dsl.program import attributions as a
from lifecycle_dsl.program.expressions import Expression, FieldRead, TextJoin
from lifecycle_dsl.program.types import DURATION, MONEY, NUMBER, TEXT, Field, Labels, ListType
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax import nodes

if TYPE_CHECKING:
    from lifecycle_dsl.checker.dictionary import Dictionary

CREDIT_WORDS = {
    "position": Field("position", NUMBER),
    "touches": Field("touches", NUMBER),
    "before": Field("before", DURATION),
}
"""What a custom credit may read: the touch's place from 1, how many there are, how long before."""
_RANGES = {
    "position": (1.0, float(a.MOST_TOUCHES)),
    "touches": (1.0, float(a.MOST_TOUCHES)),
    "before": (0.0, float(LONGEST_WAIT)),
}

_NEEDED: dict[str, tuple[type, ...]] = {
    "what a touch is: `touch …`": (nodes.Touch, nodes.TouchSends),
    "what a conversion is: `conversion … worth …`": (nodes.Conversion,),
    "how long a touch counts: `within D`": (nodes.AttributionWithin,),
    "who gets the credit: `model …`": (nodes.AttributionModel,),
}


def check_attribution(names: Dictionary, entry: Entry) -> a.Attribution | None:
    """A checked attribution; None if it does not say all, which is reported."""
    node = entry.as_node(nodes.Attribution)
    first = _first_lines(names, node)
    for missing, kinds in _NEEDED.items():
        if not first.keys() & set(kinds):
            names.report(problems.attribution_incomplete(entry.span, missing))
    touches: list[a.Touch | None] = []
    conversions: list[a.Conversion | None] = []
    within: int | None = None
    model: a.CreditModel | None = None
    for item in node.items:
        match item:
            case nodes.Touch():
                touches.append(_touch(names, item))
            case nodes.Conversion():
                conversions.append(_conversion(names, item))
            case nodes.AttributionWithin(micros=micros):
                within = check_span(names, micros, item.span)
            case nodes.AttributionModel():
                model = _model(names, item.model)
            case nodes.TouchSends():
                pass
    if within is None or model is None:
        return None
    return a.Attribution(
        span=entry.span,
        name=entry.name,
        was=entry.was,
        touches=tuple(each for each in touches if each is not None),
        sends=nodes.TouchSends in first,
        conversions=tuple(each for each in conversions if each is not None),
        within=within,
        model=model,
    )


def _first_lines(names: Dictionary, node: nodes.Attribution) -> dict[type, Span]:
    """The first line of each kind; what stands twice and may not is reported."""
    first: dict[type, Span] = {}
    for item in node.items:
        kind = type(item)
        once = isinstance(item, nodes.AttributionWithin | nodes.AttributionModel | nodes.TouchSends)
        if kind in first and once:
            word = item.span.text.split(maxsplit=1)[0]
            names.report(name_problems.duplicate_line(item.span, word, first[kind]))
        first.setdefault(kind, item.span)
    return first


def _touch(names: Dictionary, node: nodes.Touch) -> a.Touch | None:
    heard = names.hearing.heard(node.happenings, "a touch", changes=False, profile=False)
    channel: str | None = None
    if node.channel is not None and names.entry(node.channel, What.CHANNEL) is not None:
        channel = node.channel.text
    if heard is None:
        return None
    happenings = heard.happenings
    if node.channel is None and a.DIRECT in happenings.events:
        names.report(name_problems.builtin_name(node.happenings.span, a.DIRECT, NO_TOUCH))
    campaign = None if node.campaign is None else _campaign(names, heard, node.campaign)
    return a.Touch(span=node.span, happenings=happenings, channel=channel, campaign=campaign)


def _campaign(names: Dictionary, heard: Heard, node: nodes.Name) -> Expression | None:
    """A field of the record as a text."""
    field = heard.fields.get(node.text)
    if field is None:
        similar = names.similar(node.text, heard.fields)
        listed = ", ".join(heard.happenings.events[:3])
        names.report(
            data_problems.unknown_data_field(
                node.span, listed, node.text, similar, what="the touch"
            )
        )
        return None
    if isinstance(field.type, ListType):
        found = f"of type {field.type}"
        names.report(
            name_problems.wrong_kind(node.span, node.text, found, "one value", declared=None)
        )
        return None
    read = FieldRead(span=node.span, type=field.type, may_miss=field.optional, name=field.name)
    if field.type == TEXT or isinstance(field.type, Labels):
        return read
    return TextJoin(span=node.span, may_miss=field.optional, parts=(read,))


def _conversion(names: Dictionary, node: nodes.Conversion) -> a.Conversion | None:
    heard = names.hearing.heard(node.happenings, "a conversion", changes=True)
    if heard is None:
        return None
    worth = names.check(node.worth, heard.scope("`worth`"), None)
    if worth is None:
        return None
    if worth.type not in (NUMBER, MONEY):
        names.report(
            name_problems.wrong_kind(
                node.worth.span,
                node.worth.span.text,
                f"of type {worth.type}",
                "a number or money",
                declared=None,
            )
        )
        return None
    return a.Conversion(span=node.span, happenings=heard.happenings, worth=worth)


def _model(names: Dictionary, model: nodes.CreditModel) -> a.CreditModel | None:
    match model:
        case nodes.CreditFirst():
            return a.FirstTouch()
        case nodes.CreditLast():
            return a.LastTouch()
        case nodes.CreditLinear():
            return a.EqualCredit()
        case nodes.CreditPosition(first=first, middle=middle, last=last):
            percents = first, middle, last
            if not all(map(is_percent, percents)):
                names.report(quantity_problems.percent_out_of_range(model.span))
            check_shares(names, percents, model.span)
            return a.PositionCredit(*(round(percent * 100) for percent in percents))
        case nodes.CreditTimeDecay(micros=micros):
            if not SHORTEST_HALF_LIFE <= micros <= LONGEST_HALF_LIFE:
                names.report(quantity_problems.half_life_out_of_range(model.span))
            return a.TimeDecay(micros)
        case nodes.CreditCustom():
            return _custom(names, model)


def _custom(names: Dictionary, node: nodes.CreditCustom) -> a.CustomCredit | None:
    known: dict[str, Field] = {}
    for word in node.names:
        if word.text in CREDIT_WORDS:
            known[word.text] = CREDIT_WORDS[word.text]
        else:
            allowed = tuple(CREDIT_WORDS)
            names.report(problems.unknown_credit_word(word.span, word.text, allowed))
    ranges: dict[Expression, tuple[float, float]] = {
        FieldRead(span=node.span, type=field.type, name=field.name): _RANGES[field.name]
        for field in known.values()
    }
    scope = Filtered("a custom credit", Reads.RECORD, known, known=Knowledge(ranges=ranges))
    weight = names.check(node.weight, scope, NUMBER)
    return None if weight is None else a.CustomCredit(weight)
