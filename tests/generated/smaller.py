"""Makes a rule set and a stream that fail smaller: leaves out parts for as long as they fail.

Made texts stand so that parts are easily found: declarations begin lines, and inside them two
spaces stand between parts. What is left out with too little or too much around it is no rule set
any more, and does not fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from tests.generated.streams import Record

T = TypeVar("T")
Fails = Callable[[str, list[Record]], bool]

MOST_TRIES = 3_000

DECLARATION = re.compile(r"^(?=[a-z])", re.MULTILINE)
PART = re.compile(r"(?<=  )|(?<=\n)")
DETAILS = (
    re.compile(r" when (?:(?!  |->).)*?(?=  | \})"),
    re.compile(r" where (?:(?!  |->).)*?(?=  | \{|$| without| within| then| for )", re.MULTILINE),
    re.compile(r"\{[^{}]*\}"),
    re.compile(r" as \w+"),
    re.compile(r", [^,{}()]*"),
    re.compile(r"(?<=[ (])[^(){}]* (?:and|or) (?:not )?"),
    re.compile(r" (?:and|or) (?:not )?\([^()]*\)"),
)


class Smaller:
    """The smallest rule set and stream found so far that fail."""

    def __init__(self, text: str, stream: list[Record], fails: Fails) -> None:
        self.text = text
        self.stream = stream
        self._fails = fails
        self._tries = MOST_TRIES

    def search(self) -> None:
        """Leave out parts until nothing more can be left out, or enough has been tried."""
        before = None
        while before != (self.text, self.stream) and self._tries > 0:
            before = self.text, self.stream
            without(self.stream, self._is_enough_stream)
            for border in (DECLARATION, PART):
                without(border.split(self.text), lambda parts: self._is_enough("".join(parts)))
            for detail in DETAILS:
                without_details(detail, self.text, self._is_enough)
            without_fields(self.stream, self._is_enough_stream)

    def _is_enough(self, text: str) -> bool:
        return self._keep(text, self.stream)

    def _is_enough_stream(self, stream: list[Record]) -> bool:
        return self._keep(self.text, stream)

    def _keep(self, text: str, stream: list[Record]) -> bool:
        """Whether this is enough to fail; then it is kept."""
        self._tries -= 1
        if self._tries < 0 or not self._fails(text, stream):
            return False
        self.text, self.stream = text, stream
        return True


def without(items: Sequence[T], is_enough: Callable[[list[T]], bool]) -> None:
    """Leave out runs of items, long ones first, wherever the rest is enough."""
    rest = list(items)
    size = len(rest)
    while size:
        place = 0
        while place < len(rest):
            shorter = rest[:place] + rest[place + size :]
            if is_enough(shorter):
                rest = shorter
            else:
                place += size
        size //= 2


def without_details(detail: re.Pattern[str], text: str, is_enough: Callable[[str], bool]) -> None:
    """Leave out what matches; of what is in braces, leave the braces."""
    start = 0
    while (match := detail.search(text, start)) is not None:
        instead = "{ }" if match[0].startswith("{") else ""
        shorter = text[: match.start()] + instead + text[match.end() :]
        if len(shorter) < len(text) and is_enough(shorter):
            text = shorter
            start = match.start() + len(instead)
        else:
            start = match.start() + 1


def without_fields(stream: list[Record], is_enough: Callable[[list[Record]], bool]) -> None:
    """Leave out fields of records."""
    for place, record in enumerate(stream):
        for name in [name for name in record if name not in {"type", "customer", "at"}]:
            less = {key: value for key, value in stream[place].items() if key != name}
            shorter = [*stream[:place], less, *stream[place + 1 :]]
            if is_enough(shorter):
                stream = shorter
