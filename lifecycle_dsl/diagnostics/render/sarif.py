"""Diagnostics as SARIF 2.1.0, which code hosts and editors read: one log with one run.

The structs below are as much of the format as is used. Columns are counted in UTF-16 code units,
from 1, as `columnKind` says; an end is the first place after the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import quote

import msgspec

from lifecycle_dsl.diagnostics.catalog import page
from lifecycle_dsl.diagnostics.model import Diagnostic, Fix, Label, Severity
from lifecycle_dsl.diagnostics.render.document import written
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette
from lifecycle_dsl.source import Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}


class _Object(msgspec.Struct, rename="camel", omit_defaults=True):
    """What is not there is left out."""


class Message(_Object):
    """A text; `markdown` is the same with its formatting."""

    text: str
    markdown: str | None = None


class Region(_Object):
    """A range in a file."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class ArtifactLocation(_Object):
    """A file, as a relative URI."""

    uri: str


class PhysicalLocation(_Object):
    """A file, and a place in it."""

    artifact_location: ArtifactLocation
    region: Region | None = None


class Location(_Object):
    """A place with what is said about it."""

    physical_location: PhysicalLocation
    id: int | None = None
    message: Message | None = None


class Replacement(_Object):
    """A range and what to put in its place."""

    deleted_region: Region
    inserted_content: Message


class ArtifactChange(_Object):
    """The replacements in a file."""

    artifact_location: ArtifactLocation
    replacements: list[Replacement]


class FixObject(_Object):
    """Edits to make together."""

    description: Message
    artifact_changes: list[ArtifactChange]


class Result(_Object):
    """One diagnostic."""

    rule_id: str
    rule_index: int
    level: str
    message: Message
    locations: list[Location] = []
    related_locations: list[Location] = []
    fixes: list[FixObject] = []


class Rule(_Object):
    """A kind of diagnostic, from its page."""

    id: str
    short_description: Message
    help: Message | None = None


class Driver(_Object):
    """The tool."""

    name: str
    version: str
    rules: list[Rule]


class Tool(_Object):
    """The tool and its extensions, of which there are none."""

    driver: Driver


class Run(_Object):
    """What one run found."""

    tool: Tool
    results: list[Result]
    column_kind: str


class Log(_Object):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: list[Run]


def render(diagnostics: Iterable[Diagnostic], _palette: Palette = PLAIN) -> str:
    """The document, indented, with a line end after it."""
    found = list(diagnostics)
    names = sorted({each.name for each in found})
    places = {name: place for place, name in enumerate(names)}
    driver = Driver("lcr", _version(), [_rule(name) for name in names])
    results = [_result(each, places[each.name]) for each in found]
    log = Log(SCHEMA, "2.1.0", [Run(Tool(driver), results, "utf16CodeUnits")])
    return written(log)


def _version() -> str:
    try:
        return version("lifecycle-dsl")
    except PackageNotFoundError:
        return "0"


def _rule(name: str) -> Rule:
    found = page(name)
    if found is None:
        return Rule(name, Message(name))
    return Rule(name, Message(found.summary), Message(found.text, found.text))


def _result(diagnostic: Diagnostic, place: int) -> Result:
    primary = [label.text for label in diagnostic.labels if label.primary and label.text]
    help_ = [] if diagnostic.help is None else [f"help: {diagnostic.help}"]
    text = "\n".join([diagnostic.headline, *primary, *help_, *diagnostic.notes])
    others = [label for label in diagnostic.labels if not label.primary]
    return Result(
        rule_id=diagnostic.name,
        rule_index=place,
        level=_LEVELS[diagnostic.severity],
        message=Message(text),
        locations=_locations(diagnostic),
        related_locations=[_related(label, at) for at, label in enumerate(others, 1)],
        fixes=[_fix(fix) for fix in diagnostic.fixes],
    )


def _locations(diagnostic: Diagnostic) -> list[Location]:
    if diagnostic.span is not None:
        return [Location(_physical(diagnostic.span))]
    if diagnostic.file is not None:
        return [Location(PhysicalLocation(_artifact(diagnostic.file)))]
    return []


def _related(label: Label, number: int) -> Location:
    return Location(_physical(label.span), number, Message(label.text) if label.text else None)


def _physical(span: Span) -> PhysicalLocation:
    return PhysicalLocation(_artifact(span.source.name), _region(span))


def _artifact(name: str) -> ArtifactLocation:
    return ArtifactLocation(quote(name.replace("\\", "/"), errors="surrogateescape"))


def _region(span: Span) -> Region:
    source = span.source
    start, _ = source.position(span.start)
    end, _ = source.position(span.end)
    return Region(start, source.utf16_column(span.start), end, source.utf16_column(span.end))


def _fix(fix: Fix) -> FixObject:
    changes: dict[str, list[Replacement]] = {}
    for edit in fix.edits:
        replacement = Replacement(_region(edit.span), Message(edit.replacement))
        changes.setdefault(edit.span.source.name, []).append(replacement)
    return FixObject(
        Message(f"{fix.title} ({fix.safety.value})"),
        [ArtifactChange(_artifact(name), found) for name, found in changes.items()],
    )
