"""What can be wrong with the characters of a file: each message's text, once.

They are what a file of bytes is made of, signs, quotes, comments and the letters of names.
"""

from __future__ import annotations

from lifecycle_dsl.diagnostics.model import Diagnostic, error
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.problems.fixes import instead


def not_utf8(name: str, offset: int) -> Diagnostic:
    """Bytes that are no UTF-8."""
    return error(
        "unreadable-file",
        f"this file is no UTF-8 text: byte {offset + 1:,} fits nowhere",
        None,
        help="save it as UTF-8",
        file=name,
    )


def binary_file(name: str, code: int, line: int) -> Diagnostic:
    """A control character that no text contains."""
    return error(
        "unreadable-file",
        f"this is no rule file: line {line:,} has the control character U+{code:04X}",
        None,
        file=name,
    )


def file_too_large(name: str, size: int, limit: int) -> Diagnostic:
    """More bytes than a rule file may have."""
    return error(
        "unreadable-file",
        f"this file has {size:,} bytes, and a rule file may have {limit:,}",
        None,
        help="take it apart, and put the parts together with `use`",
        file=name,
    )


def unexpected_character(span: Span) -> Diagnostic:
    """A character that means nothing in the language."""
    shown = f"`{span.text}`" if span.text.isprintable() else _code(span.text)
    more = "" if len(span.text) == 1 else "these characters: "
    what = f"{more}{shown[:40]}"
    return error("unexpected-character", f"the language has no use for {what}", span)


def _code(text: str) -> str:
    return f"U+{ord(text[0]):04X}"


def invisible_character(span: Span) -> Diagnostic:
    """A character that nobody sees, or that makes the text read other than it is."""
    return error(
        "invisible-character",
        f"an invisible character stands here: {_code(span.text)}",
        span,
        help="put an ordinary blank there, or nothing",
        fixes=instead(span, " "),
    )


def foreign_sign(span: Span, written: str, meant: str) -> Diagnostic:
    """A sign of another language for something that has its own here."""
    return error(
        "foreign-operator",
        f"`{written}` is written `{meant}` here",
        span,
        fixes=instead(span, f" {meant} " if meant.isalpha() else meant),
    )


def foreign_comment(span: Span, sign: str) -> Diagnostic:
    """A comment of another language."""
    return error(
        "foreign-comment",
        f"a comment starts with `#`, not with `{sign}`",
        span,
        fixes=instead(span, "#") if sign == "//" else (),
    )


def foreign_quotes(span: Span) -> Diagnostic:
    """Single or curly quotes."""
    inside = span.text[1:-1]
    fixes = () if '"' in inside or "\\" in inside else instead(span, f'"{inside}"')
    return error("foreign-quotes", 'a text stands between `"` and `"`', span, fixes=fixes)


def unclosed_text(span: Span) -> Diagnostic:
    """A text without its closing quote on the line."""
    return error(
        "unclosed-text",
        "this text has no closing quote on its line",
        span,
        help="a line end inside a text is written `\\n`",
    )


def name_not_ascii(span: Span) -> Diagnostic:
    """A name with letters that look like others."""
    return error(
        "name-not-ascii",
        f"the name `{span.text}` has letters other than a to z",
        span,
        help="names are made of a to z, A to Z, digits and `_`; texts may say anything",
    )


def name_too_long(span: Span) -> Diagnostic:
    """A name of more than 64 characters."""
    return error(
        "name-too-long", f"this name has {len(span.text):,} characters, and 64 is the most", span
    )


def reserved_name(span: Span) -> Diagnostic:
    """A name that starts with two underscores."""
    return error("reserved-name", f"`{span.text}` starts with two underscores: no name may", span)
