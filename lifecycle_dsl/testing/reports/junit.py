"""Results as JUnit XML, which CI systems read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from lifecycle_dsl.diagnostics.render.palette import PLAIN
from lifecycle_dsl.testing.reports.pretty import failure
from lifecycle_dsl.testing.results import Result

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(ran: Sequence[tuple[str, Sequence[Result]]]) -> str:
    """One suite per rule file."""
    results = [result for _, found in ran for result in found]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{_counts(results)}>"]
    for file, found in ran:
        lines.append(f"  <testsuite name={_attribute(file)}{_counts(found)}>")
        for result in found:
            lines += _case(file, result)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(results: Sequence[Result]) -> str:
    failed = sum(1 for result in results if not result.passed)
    seconds = sum(result.seconds for result in results)
    return f' tests="{len(results)}" failures="{failed}" errors="0" time="{seconds:.6f}"'


def _case(file: str, result: Result) -> list[str]:
    head = (
        f"    <testcase classname={_attribute(file)} name={_attribute(result.title)}"
        f' file={_attribute(result.place.file)} line="{result.place.line}"'
        f' time="{result.seconds:.6f}"'
    )
    if result.trouble is None:
        return [f"{head}/>"]
    text = escape(_clean(failure(result, PLAIN)))
    return [
        f"{head}>",
        f"      <failure message={_attribute(result.trouble.headline)}>{text}</failure>",
        "    </testcase>",
    ]


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;"})


def _clean(text: str) -> str:
    """A text without the characters that XML has no way to write."""
    return _NOT_XML.sub("�", text)
