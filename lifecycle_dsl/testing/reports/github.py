"""Failed tests as annotations of a GitHub Actions run."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.testing.results import Result, Trouble


def github(ran: Sequence[tuple[str, Sequence[Result]]]) -> str:
    """A workflow command for each failure, at the expectation; nothing where all passed."""
    return "".join(
        _annotation(result, result.trouble)
        for _, found in ran
        for result in found
        if result.trouble is not None
    )


def _annotation(result: Result, trouble: Trouble) -> str:
    place = result.spot
    properties = {
        "file": place.file,
        "line": str(place.line),
        "endLine": str(place.end_line),
        "col": str(place.column),
        "title": result.title,
    }
    parts = (f"{text}: {value}" for text, value in trouble.parts)
    message = "\n".join((trouble.headline, *parts, *trouble.notes, *result.as_test.splitlines()))
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::error {shown}::{_message(message)}\n"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
