"""Diagnostics as JUnit XML, which CI systems read: one suite per file, one failure per finding."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.diagnostics.render import concise
from lifecycle_dsl.diagnostics.render.palette import PLAIN, Palette

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(diagnostics: Iterable[Diagnostic], _palette: Palette = PLAIN) -> str:
    """The document; where nothing is found, a suite with one test that passed."""
    by_file: dict[str, list[Diagnostic]] = {}
    for each in diagnostics:
        by_file.setdefault(each.file_name or "", []).append(each)
    total = sum(map(len, by_file.values()))
    count = f' tests="{max(total, 1)}" failures="{total}" errors="0"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites{count}>"]
    if not by_file:
        lines += [
            f'  <testsuite name="lcr"{count}>',
            '    <testcase classname="lcr" name="no findings"/>',
            "  </testsuite>",
        ]
    for file, found in by_file.items():
        tests = f'tests="{len(found)}" failures="{len(found)}" errors="0"'
        lines.append(f"  <testsuite name={_attribute(file)} {tests}>")
        for each in found:
            lines += _case(file, each)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _case(file: str, diagnostic: Diagnostic) -> list[str]:
    line = 1
    if diagnostic.span is not None:
        line, _ = diagnostic.span.source.position(diagnostic.span.start)
    told = [concise.render([diagnostic], PLAIN).rstrip("\n"), *diagnostic.notes]
    kind = _attribute(f"{diagnostic.severity.value}[{diagnostic.name}]")
    message = f"<failure message={_attribute(diagnostic.headline)} type={kind}>"
    head = (
        f"    <testcase classname={_attribute(file)} name={_attribute(diagnostic.name)}"
        f' file={_attribute(file)} line="{line}">'
    )
    return [
        head,
        f"      {message}{escape(_clean(chr(10).join(told)))}</failure>",
        "    </testcase>",
    ]


def _attribute(text: str) -> str:
    return quoteattr(_clean(text), {"\n": "&#10;"})


def _clean(text: str) -> str:
    """A text without the characters that XML has no way to write."""
    return _NOT_XML.sub("\ufffd", text)
