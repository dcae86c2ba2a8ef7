"""Who gets the credit for what: attributions in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.program import attributions as a
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.phrases import listed
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.telling.comments import Comments
from lifecycle_dsl.telling.expressions import as_written, value
from lifecycle_dsl.telling.happenings import clause, nouns
from lifecycle_dsl.telling.items import Entry, Item
from lifecycle_dsl.telling.marks import capital, name
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length


def attributions(program: Program, known: Vocabulary, comments: Comments) -> tuple[Entry, ...]:
    """An entry for each attribution."""
    return tuple(
        Entry(each.name, None, comments.above(each.span), tuple(_items(each, known)))
        for each in program.attributions.values()
    )


def _items(found: a.Attribution, known: Vocabulary) -> Iterator[Item]:
    for conversion in found.conversions:
        worth = value(conversion.worth, known)
        yield Item(f"{capital(clause(conversion.happenings, known))}: that is worth {worth}.")
    touches = tuple(Item(_touch(each, known)) for each in found.touches)
    if found.sends:
        touches += (Item("Each marketing message, as one of its channel."),)
    young = f"in the {length(found.within)} before it"
    yield Item(f"Touches {young} share that:", touches)
    yield Item(_model(found.model))


def _touch(touch: a.Touch, known: Vocabulary) -> str:
    told = capital(nouns(touch.happenings, known))
    told += "" if touch.channel is None else f", as one of {name(touch.channel)}"
    campaign = _field(touch.campaign)
    return f"{told}{'' if campaign is None else f'; its campaign is its {name(campaign)}'}."


def _field(campaign: e.Expression | None) -> str | None:
    match campaign:
        case e.FieldRead(name=field):
            return field
        case e.TextJoin(parts=(e.FieldRead(name=field),)):
            return field
        case _:
            return None


def _model(model: a.CreditModel) -> str:
    match model:
        case a.FirstTouch():
            return "The first touch gets all."
        case a.LastTouch():
            return "The last touch gets all."
        case a.EqualCredit():
            return "All touches get the same."
        case a.PositionCredit():
            shares = (model.first, model.middle, model.last)
            first, middle, last = (f"{format_number(each / 100)} %" for each in shares)
            parts = (f"the first gets {first}", f"the last {last}", f"those between {middle}")
            return f"{capital(listed(parts, 'and'))}."
        case a.TimeDecay(half_life=half_life):
            return f"A touch gets half as much for every {length(half_life)} before the last one."
        case a.CustomCredit(weight=weight):
            return f"Touches share by weight: {as_written(weight)}."
