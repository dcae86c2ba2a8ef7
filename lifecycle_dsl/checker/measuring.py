"""Attribution: touches, conversions and who gets the credit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifecycle_dsl.checker.declared import Entry, What
from lifecycle_dsl.checker.moves import check_span
from lifecycle_dsl.checker.problems import data as data_problems
from lifecycle_dsl.checker.problems import measuring as problems
from lifecycle_dsl.checker.problems import names as name_problems
from lifecycle_dsl.checker.problems import quantities as quantity_problems
from lifecycle_dsl.checker.scope import Reads, Scope
from lifecycle_dsl.checker.scores import LONGEST_HALF_LIFE, SHORTEST_HALF_LIFE
from lifecycle_dsl.checker.steps import check_shares
from lifecycle_dsl.program.types import DURATION, MONEY, NUMBER, Field
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

_NEEDED: dict[str, tuple[type, ...]] = {
    "what a touch is: `touch …`": (nodes.Touch, nodes.TouchSends),
    "what a conversion is: `conversion … worth …`": (nodes.Conversion,),
    "how long a touch counts: `within D`": (nodes.AttributionWithin,),
    "who gets the credit: `model …`": (nodes.AttributionModel,),
}


def check_attribution(names: Dictionary, entry: Entry) -> None:
    """Check an attribution; attributions are for later."""
    node = entry.as_node(nodes.Attribution)
    names.put_off("attribution", entry.span)
    first: dict[type, Span] = {}
    for item in node.items:
        kind = type(item)
        once = isinstance(item, nodes.AttributionWithin | nodes.AttributionModel | nodes.TouchSends)
        if kind in first and once:
            word = item.span.text.split(maxsplit=1)[0]
            names.report(name_problems.duplicate_line(item.span, word, first[kind]))
        first.setdefault(kind, item.span)
        _check_item(names, item)
    for missing, kinds in _NEEDED.items():
        if not first.keys() & set(kinds):
            names.report(problems.attribution_incomplete(entry.span, missing))


def _check_item(names: Dictionary, item: nodes.AttributionItem) -> None:
    match item:
        case nodes.Touch():
            _check_touch(names, item)
        case nodes.Conversion(happenings=happenings, worth=worth):
            heard = names.hearing.heard(happenings, "a conversion", changes=True)
            if heard is None:
                return
            checked = names.check(worth, heard.scope("`worth`"), None)
            if checked is not None and checked.type not in (NUMBER, MONEY):
                names.report(
                    name_problems.wrong_kind(
                        worth.span,
                        worth.span.text,
                        f"of type {checked.type}",
                        "a number or money",
                        declared=None,
                    )
                )
        case nodes.AttributionWithin(micros=micros):
            check_span(names, micros, item.span)
        case nodes.AttributionModel(model=model):
            _check_model(names, model)
        case nodes.TouchSends():
            pass


def _check_touch(names: Dictionary, item: nodes.Touch) -> None:
    heard = names.hearing.heard(item.happenings, "a touch", changes=False, profile=False)
    if item.channel is not None:
        names.entry(item.channel, What.CHANNEL)
    if heard is None or item.campaign is None:
        return
    word = item.campaign.text
    if word not in heard.fields:
        similar = names.similar(word, heard.fields)
        listed = ", ".join(heard.happenings.events[:3])
        names.report(
            data_problems.unknown_data_field(
                item.campaign.span, listed, word, similar, what="the touch"
            )
        )


def _check_model(names: Dictionary, model: nodes.CreditModel) -> None:
    match model:
        case nodes.CreditPosition(first=first, middle=middle, last=last):
            check_shares(names, (first, middle, last), model.span)
        case nodes.CreditTimeDecay(micros=micros):
            if not SHORTEST_HALF_LIFE <= micros <= LONGEST_HALF_LIFE:
                names.report(quantity_problems.half_life_out_of_range(model.span))
        case nodes.CreditCustom(weight=weight, names=words):
            known: dict[str, Field] = {}
            for word in words:
                if word.text in CREDIT_WORDS:
                    known[word.text] = CREDIT_WORDS[word.text]
                else:
                    allowed = tuple(CREDIT_WORDS)
                    names.report(problems.unknown_credit_word(word.span, word.text, allowed))
            scope = Scope("a custom credit", Reads.RECORD, known)
            names.check(weight, scope, NUMBER)
        case _:
            pass
