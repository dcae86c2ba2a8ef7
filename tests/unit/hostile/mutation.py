"""Rule files that somebody broke, and records that fit a program."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random
from typing import Any

from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.types import Field, Kind, Labels, ListType, Plain, RecordType, Type

TOKEN = re.compile(r'\s+|#[^\n]*|"(?:[^"\\\n]|\\.)*"|[\w.]+|[-=><]{2}|.', re.DOTALL)
FIRST = 1_774_605_600_000_000  # 2026-03-27T10:00:00Z, two days before a clock change
GAPS = (0, 0, 1, 1_000_000, 3_600_000_000, 86_400_000_000, 7 * 86_400_000_000)
TRUTH = (True, False)


def tokens(text: str) -> list[str]:
    """The pieces of a rule file; joined they are the file."""
    return TOKEN.findall(text)


def mutated(pieces: list[str], random: Random, times: int) -> str:
    """The file with some pieces left out, repeated, swapped or put elsewhere."""
    pieces = list(pieces)
    words = [at for at, piece in enumerate(pieces) if not piece.isspace() and piece[0] != "#"]
    for _ in range(times):
        one, other = random.choice(words), random.choice(words)
        match random.randrange(6):
            case 0:
                pieces[one] = ""
            case 1:
                pieces[one] = f"{pieces[one]} {pieces[one]}"
            case 2:
                pieces[one], pieces[other] = pieces[other], pieces[one]
            case 3:
                pieces[one] = pieces[other]
            case 4 if any(pieces[at][:1].isdigit() for at in words):
                # Numbers among themselves: such a file is often still right.
                numbers = [at for at in words if pieces[at][:1].isdigit()]
                pieces[random.choice(numbers)] = pieces[random.choice(numbers)]
            case _:
                pieces[one] = random.choice(("0", "1e15", "}", "{", '"', "not", "-1", "\x00", "é"))
    return "".join(pieces)


def stream(program: Program, random: Random, count: int) -> list[dict[str, Any]]:
    """Records of the program's events, some of them late."""
    at = FIRST
    found = []
    for _ in range(count):
        at += random.choice(GAPS)
        event = random.choice([*program.events, "profile"])
        shown = at - random.choice((0, 0, 0, 86_400_000_000))
        record = {"type": event, "customer": random.choice("ab"), "at": shown}
        found.append({**record, **_fields(fields_of(program, event), random)})
    return found


def fields_of(program: Program, event: str) -> Iterable[Field]:
    """An event's own fields; a profile's are the traits."""
    if event == "profile":
        return [Field(t.name, t.type, optional=True) for t in program.traits.values()]
    return program.events[event].fields


def _fields(fields: Iterable[Field], random: Random) -> dict[str, Any]:
    return {
        field.name: value_of(field.type, random)
        for field in fields
        if not (field.optional or field.default is not None) or random.random() < 0.7
    }


def value_of(type_: Type | RecordType, random: Random) -> Any:
    """A value that a record may hold."""
    match type_:
        case Plain(Kind.NUMBER | Kind.MONEY):
            return random.choice((0, -1, 0.1, 3, 55.5, 1e15, -1e15))
        case Plain(Kind.BOOL):
            return random.choice(TRUTH)
        case Plain(Kind.TEXT):
            return random.choice(("", "a", "news", "Europe/Berlin", "é{}\\\n", "x" * 4_096))
        case Plain(Kind.DATE):
            return random.choice(("1900-01-01", "2026-03-29", "2028-02-29", "2399-12-31"))
        case Plain(Kind.TIME):
            return random.choice(("1900-01-01T00:00:00Z", FIRST, "2399-12-31T23:59:59Z"))
        case Plain(Kind.DURATION):
            return random.choice((0, 1, 86_400_000_000, "P30D"))
        case Labels(labels):
            return random.choice(labels)
        case ListType(element=element):
            return [value_of(element, random) for _ in range(random.randrange(3))]
        case RecordType(fields):
            return _fields(fields, random)
        case _:
            raise AssertionError(type_)
