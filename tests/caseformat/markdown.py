"""From a Markdown file to cases: a `##` heading starts one, fences fill it.

Nothing else of Markdown has a meaning here: all other lines are prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import attrs

from lifecycle_dsl.source import Source

INPUTS = {"lcr", "events", "text", "hex"}
"""Kinds of fence that nothing is expected of."""

_OPENING = re.compile(r"(?P<ticks>`{3,})(?P<info>[^`]*)")
_HEADING = re.compile(r"(?P<level>#+)\s+(?P<title>.*\S)")


@attrs.frozen
class Fence:
    """A fenced block; `first` and `last` are the indices of its lines in the file, half-open."""

    kind: str
    options: dict[str, str] = attrs.field(eq=False)
    text: str
    first: int
    last: int


@attrs.frozen
class Section:
    """A heading with the fences below it, as far as the next heading; `line` counts from 1."""

    level: int
    title: str
    line: int
    fences: tuple[Fence, ...]


class MalformedCaseError(Exception):
    """A case file that does not follow the format."""


@attrs.frozen
class Case:
    """One `##` section of a case file."""

    path: Path
    title: str
    line: int
    fences: tuple[Fence, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The rule files; the first is the one under test, `main.lcr` unless it has a name."""
        return sources_of(self.fences)

    @property
    def source(self) -> Source:
        """The rule file under test."""
        return self.sources[0]

    def read(self, name: str) -> Source | None:
        """A rule file of this case by name, as `use` asks for it."""
        return next((source for source in self.sources if source.name == name), None)

    @property
    def events(self) -> list[dict[str, object]]:
        """The records of the `events` fences, decoded."""
        lines = self.events_text.splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    @property
    def events_text(self) -> str:
        """The `events` fences as they stand: JSON Lines."""
        return "".join(fence.text for fence in self.fences if fence.kind == "events")

    @property
    def expectations(self) -> tuple[Fence, ...]:
        """The fences that say what must come out."""
        return tuple(fence for fence in self.fences if fence.kind not in INPUTS)

    def options(self, kind: str) -> dict[str, str]:
        """The `key=value` words after a kind: ```` ```decisions until=2026-03-01 ````."""
        return next((fence.options for fence in self.fences if fence.kind == kind), {})


def sources_of(fences: Iterable[Fence]) -> tuple[Source, ...]:
    """The rule files among some fences; a first one without a name is `main.lcr`."""
    found: list[Source] = []
    for fence in fences:
        if fence.kind != "lcr":
            continue
        name = fence.options.get("name", "" if found else "main.lcr")
        if not name or any(source.name == name for source in found):
            raise MalformedCaseError("every `lcr` fence after the first needs a `name=` of its own")
        found.append(Source(name, fence.text))
    return tuple(found)


def cases_in(path: Path) -> tuple[Case, ...]:
    """The cases of a file, in order; each title once."""
    cases: dict[str, Case] = {}
    for section in sections_in(path.read_text(encoding="utf-8")):
        if section.level == 1 and not section.fences:
            continue
        if section.level != 2:
            raise MalformedCaseError(f"line {section.line}: fences belong below a `##` heading")
        if section.title in cases:
            raise MalformedCaseError(f"line {section.line}: two cases `{section.title}`")
        cases[section.title] = Case(path, section.title, section.line, section.fences)
    return tuple(cases.values())


def sections_in(text: str) -> tuple[Section, ...]:
    """The headings of a text with their fences; what stands above the first heading is left out."""
    sections: list[Section] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if heading := _HEADING.fullmatch(lines[at]):
            sections.append(Section(len(heading["level"]), heading["title"], at + 1, ()))
        elif opening := _OPENING.fullmatch(lines[at].rstrip()):
            fence = _fence(lines, at, opening["ticks"], opening["info"].split())
            if not sections:
                raise MalformedCaseError(f"line {at + 1}: a fence above the first heading")
            sections[-1] = attrs.evolve(sections[-1], fences=(*sections[-1].fences, fence))
            at = fence.last
        at += 1
    return tuple(sections)


def _fence(lines: list[str], opening: int, ticks: str, info: list[str]) -> Fence:
    first = opening + 1
    for last in range(first, len(lines)):
        closing = lines[last].rstrip()
        if closing.startswith(ticks) and not closing.strip("`"):
            break
    else:
        raise MalformedCaseError(f"line {first}: the fence is not closed")
    options = {}
    for word in info[1:]:
        key, sign, value = word.partition("=")
        if not sign:
            raise MalformedCaseError(f"line {first}: `{word}` is not `key=value`")
        options[key] = value
    text = "".join(f"{line}\n" for line in lines[first:last])
    return Fence(info[0] if info else "", options, text, first, last)


def rewritten(text: str, bodies: dict[Fence, str]) -> str:
    """The text with new bodies in some of its fences."""
    lines = text.split("\n")
    for fence, body in sorted(bodies.items(), key=lambda item: item[0].first, reverse=True):
        lines[fence.first : fence.last] = body.split("\n")[:-1] if body else []
    return "\n".join(lines)
