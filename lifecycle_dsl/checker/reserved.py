"""Names that the language keeps for itself, and what for."""

from __future__ import annotations

from lifecycle_dsl.checker.builtins import BUILTINS
from lifecycle_dsl.program.attributions import DIRECT
from lifecycle_dsl.program.memory import Remembers

_WORDS = frozenset(
    (
        "true",
        "false",
        "not",
        "and",
        "or",
        "if",
        "then",
        "else",
        "is",
        "points",
        "event",
        "trait",
        "none",
        "any",
        "all",
        "otherwise",
    )
)
_VALUES = {
    "stage": "the customer's stage",
    "previous_stage": "the stage before",
    "now": "the present instant",
    "in_stage": "the time in the stage",
    "age": "the time since the first record",
    "idle": "the time since the last record",
}
_FUNCTIONS = frozenset(BUILTINS.names)
_MEMORY = frozenset(each.value for each in Remembers)
_FACTS = frozenset(("sent", "held", "fired", "called", "credited", "joined", "left", "entered"))
_OF_RECORDS = {
    "type": "the type of every record",
    "id": "the id of every record",
    "customer": "the customer of every record",
    "at": "the instant of every record",
    "value": "the value of every record",
}
_EVENTS = {
    "profile": "the event that sets traits",
    "tick": "the passing of time",
}
NO_TOUCH = "what stands for the channel of a conversion that nothing touched"
_WITH_A_VALUE = frozenset(
    (
        "a trait",
        "a score",
        "a let",
        "a model",
        "a level",
        "a segment",
        "a season",
        "a param",
        "a table",
    )
)


def reserved_as(name: str, what: str) -> str | None:
    """What the language has the name for, if nothing of that kind may have it."""
    if name in _WORDS:
        return "a word of the language"
    if name in _VALUES:
        return _VALUES[name]
    if what == "an event":
        return _EVENTS.get(name)
    if what == "a channel" and name == DIRECT:
        return NO_TOUCH
    if what == "a trait" and name in _OF_RECORDS:
        return _OF_RECORDS[name]
    if what in _WITH_A_VALUE and (name in _MEMORY or name in _FUNCTIONS):
        return "a function"
    if what in _WITH_A_VALUE and name in _FACTS:
        return "a fact of tests and promises"
    return None


def reserved_field(name: str) -> str | None:
    """What the language has the name for, if no field of an event may have it."""
    return _OF_RECORDS.get(name) or ("a word of the language" if name in _WORDS else None)
