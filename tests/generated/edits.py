"""Edits of made rule sets: what somebody changes in a file that is in use already."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from tests.generated.choices import Choice, either, lists

Edit = Callable[[str], str]

_TRIGGER = re.compile(
    r"^trigger (\w+) \{.*?^\}\n|^trigger (\w+) \{[^\n]*\}\n", re.MULTILINE | re.DOTALL
)
_DURATION = re.compile(r"\b(\d+)(min|h|d|w)\b")
_WEIGHT = re.compile(r"(?<=: )-?\d+(?:\.\d+)?(?= *(?:\*|\n|\}| on ))")
_TEMPLATE = re.compile(r'(?<=send )(\w+) "(?=\w)')
_BAR = re.compile(r"(?<=>= )\d+(?:\.\d+)?|(?<=> )\d+(?:\.\d+)?")
_COUNT = re.compile(r"(?<=at most )\d+|(?<=cap )\d+")
_ADDED = (
    'trigger added { on visit  do { send email "added" } }\n',
    "trigger added { on buy where value > 1  priority 9  do { set credit = 4 } }\n",
    "trigger added { on ping  at most 1 per 2d  do { join crowd  wait 1d  quit crowd } }\n",
    'trigger added { on buy without ping for 1d  do { call crm.notify { reason: "x" } } }\n',
    'trigger added { every day at 03:00  do { send push "daily" } }\n',
    'trigger added { on ping then buy within 2d  do { send sms "both" } }\n',
    'trigger added { after 1d without visit  do { send email "silent" } }\n',
    'trigger added { on buy  when count(ping within 2d) >= 1  do { send email "x" } }\n',
)


def _one(pattern: re.Pattern[str], change: Callable[[re.Match[str], Random], str]) -> Choice[Edit]:
    """A change of one of the places that a pattern finds."""

    def pick(random: Random) -> Edit:
        place, own = random.random(), Random(random.getrandbits(32))

        def edit(text: str) -> str:
            found = list(pattern.finditer(text))
            if not found:
                return text
            match = found[int(place * len(found))]
            return text[: match.start()] + change(match, own) + text[match.end() :]

        return edit

    return Choice(pick)


def _added(random: Random) -> Edit:
    line = random.choice(_ADDED)
    return lambda text: text if "trigger added" in text else f"{text}{line}"


def _times(match: re.Match[str], random: Random) -> str:
    return f"{max(1, int(int(match[1]) * random.choice([0.5, 2, 3])))}{match[2]}"


edits: Choice[list[Edit]] = lists(
    either(
        _one(_DURATION, _times),
        _one(_WEIGHT, lambda _, random: random.choice(["1", "2", "0.5", "-1"])),
        _one(_BAR, lambda _, random: random.choice(["1", "2", "4"])),
        _one(_COUNT, lambda _, random: random.choice(["1", "2", "5"])),
        _one(_TEMPLATE, lambda found, _: f'{found[1]} "new_'),
        _one(_TEMPLATE, lambda found, _: f'{found[1]} "other_'),
        _one(_TRIGGER, lambda _found, _random: ""),
        Choice(_added),
    ),
    1,
    3,
)
"""A few edits; some leave the text as it is."""


def edited(text: str, changes: list[Edit]) -> str:
    """The text after edits."""
    for change in changes:
        text = change(text)
    return text
