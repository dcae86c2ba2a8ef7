"""All results as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from lifecycle_dsl.testing.results import Place, Result


def json(ran: Sequence[tuple[str, Sequence[Result]]]) -> str:
    """`{"passed", "failed", "seconds", "files": [{"file", "tests": [...]}]}`."""
    results = [result for _, found in ran for result in found]
    failed = sum(1 for result in results if not result.passed)
    whole = {
        "passed": len(results) - failed,
        "failed": failed,
        "seconds": _seconds(sum(result.seconds for result in results)),
        "files": [{"file": file, "tests": list(map(_test, found))} for file, found in ran],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _test(result: Result) -> dict[str, Any]:
    test: dict[str, Any] = {
        "title": result.title,
        "passed": result.passed,
        "seconds": _seconds(result.seconds),
        **_place(result.place),
    }
    trouble = result.trouble
    if trouble is not None:
        test["failure"] = {
            **_place(result.spot),
            "expected": trouble.text,
            "headline": trouble.headline,
            "parts": [{"text": text, "value": value} for text, value in trouble.parts],
            "notes": list(trouble.notes),
        }
        test["story"] = [
            {
                "at": episode.instant,
                "step": episode.text,
                "decisions": [msgspec.Raw(each.encode()) for each in episode.decisions],
            }
            for episode in result.story
        ]
    if result.as_test:
        test["as_test"] = result.as_test
    return test


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _seconds(seconds: float) -> float:
    return round(seconds, 6)
