"""Values of the command line, `NAME=JSON`, and the types they have in a rule file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

import click
from attrs import frozen

from lifecycle_dsl.localtime.durations import parse_duration
from lifecycle_dsl.localtime.instants import parse_date, parse_instant

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_LIST: Final = 1_000


@frozen
class Value:
    """A value as a record carries it, and the type to declare for it."""

    type: str
    encoded: object


def values(texts: Iterable[str]) -> dict[str, Value]:
    """The values by their names."""
    found = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not _NAME.fullmatch(name):
            raise click.UsageError(f"`{text}` is not NAME=JSON, such as amount=9.5")
        found[name] = _value(name, value)
    return found


def _value(name: str, text: str) -> Value:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            f"the value of `{name}` is no JSON; a text needs double quotes: {name}='\"{text}\"'"
        ) from error
    match found:
        case bool():
            return Value("bool", found)
        case int() | float():
            return Value("number", found)
        case str():
            return _text(found)
        case list() if all(isinstance(each, str) for each in found):
            return Value(f"list of text up to {_LONGEST_LIST}", found)
        case _:
            raise click.UsageError(
                f"the value of `{name}` is neither a number, a text, true, false nor a list of text"
            )


def _text(text: str) -> Value:
    """A text, unless it reads as a duration, a date or a time."""
    duration = parse_duration(text)
    if duration is not None:
        return Value("duration", duration)
    if parse_date(text) is not None:
        return Value("date", text)
    if parse_instant(text) is not None:
        return Value("time", text)
    return Value("text", text)
