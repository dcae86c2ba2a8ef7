"""What a diagnostic is: plain frozen data that passes make and renderers show.

A pass describes a problem once, in a function of its `problems.py`, through `error`, `warning`
or `advice`. Nothing here knows how a diagnostic looks on a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial

import attrs

from lifecycle_dsl.source import Span


class Severity(Enum):
    """How bad it is; only an error keeps a rule set from running."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.ADVICE: 2}


class Safety(Enum):
    """Who may apply a fix."""

    SAFE = "safe"  # keeps the meaning: a machine may, unasked
    UNSAFE = "unsafe"  # may change the meaning: a machine may, when told to
    DISPLAY = "display"  # a sketch: only a person may


@attrs.frozen
class Label:
    """A place and what to say about it; a primary label marks the problem, others the context."""

    span: Span
    text: str = ""
    primary: bool = False


@attrs.frozen
class Edit:
    """Put `replacement` where the span's text stands; an empty span inserts."""

    span: Span
    replacement: str


@attrs.frozen
class Fix:
    """Edits that together remove a problem; they do not overlap."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety


@attrs.frozen
class Diagnostic:
    """One finding. `name` is kebab-case and has a page in `explain/`."""

    name: str
    severity: Severity
    headline: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fixes: tuple[Fix, ...] = ()
    file: str | None = None
    """The file that a diagnostic without a span is about."""

    @property
    def span(self) -> Span | None:
        """The primary label's span; None when it is about a whole file or about none."""
        return next((label.span for label in self.labels if label.primary), None)

    @property
    def file_name(self) -> str | None:
        """The name of the file it is about."""
        return self.span.source.name if self.span is not None else self.file


def _diagnose(
    severity: Severity,
    name: str,
    headline: str,
    span: Span | None,
    label: str = "",
    *,
    help: str | None = None,
    notes: Sequence[str] = (),
    secondary: Sequence[tuple[Span, str]] = (),
    fixes: Sequence[Fix] = (),
    file: str | None = None,
) -> Diagnostic:
    main = () if span is None else (Label(span, label, primary=True),)
    context = tuple(Label(place, text) for place, text in secondary)
    return Diagnostic(
        name=name,
        severity=severity,
        headline=headline,
        labels=main + context,
        notes=tuple(notes),
        help=help,
        fixes=tuple(fixes),
        file=file,
    )


error = partial(_diagnose, Severity.ERROR)
"""An error at a span, with a label there and `secondary` spans, as (span, text), for context."""

warning = partial(_diagnose, Severity.WARNING)
"""A warning, described like an error."""

advice = partial(_diagnose, Severity.ADVICE)
"""A piece of advice, described like an error."""
