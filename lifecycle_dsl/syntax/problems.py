"""What can be wrong with the form of a rule file: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.diagnostics.model import Diagnostic, Edit, Fix, Safety, error
from lifecycle_dsl.diagnostics.suggest import closest
from lifecycle_dsl.source import Span

_UNITS = {
    "msec": "ms", "millis": "ms", "milliseconds": "ms", "millisecond": "ms",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "mins": "min", "minute": "min", "minutes": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d",
    "wk": "w", "wks": "w", "week": "w", "weeks": "w",
    "yr": "y", "yrs": "y", "year": "y", "years": "y",
    "ms": "ms", "s": "s", "min": "min", "h": "h", "d": "d", "w": "w", "y": "y",
}  # fmt: skip
"""How people write units, and how the language does."""


_NOTHING = {"null", "None", "nil", "NULL", "undefined"}


def _instead(span: Span, replacement: str, safety: Safety = Safety.UNSAFE) -> tuple[Fix, ...]:
    title = f"write `{replacement.strip()}`" if replacement.strip() else "leave it out"
    return (Fix(title, (Edit(span, replacement),), safety),)


def _insert(place: Span, text: str) -> tuple[Fix, ...]:
    return (Fix(f"insert `{text.strip()}`", (Edit(place, text),), Safety.UNSAFE),)


# What stands in a file of bytes


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


# Characters


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
        fixes=_instead(span, " "),
    )


def foreign_sign(span: Span, written: str, meant: str) -> Diagnostic:
    """A sign of another language for something that has its own here."""
    return error(
        "foreign-operator",
        f"`{written}` is written `{meant}` here",
        span,
        fixes=_instead(span, f" {meant} " if meant.isalpha() else meant),
    )


def foreign_comment(span: Span, sign: str) -> Diagnostic:
    """A comment of another language."""
    return error(
        "foreign-comment",
        f"a comment starts with `#`, not with `{sign}`",
        span,
        fixes=_instead(span, "#") if sign == "//" else (),
    )


def foreign_quotes(span: Span) -> Diagnostic:
    """Single or curly quotes."""
    inside = span.text[1:-1]
    fixes = () if '"' in inside or "\\" in inside else _instead(span, f'"{inside}"')
    return error("foreign-quotes", 'a text stands between `"` and `"`', span, fixes=fixes)


def unclosed_text(span: Span) -> Diagnostic:
    """A text without its closing quote on the line."""
    return error(
        "unclosed-text",
        "this text has no closing quote on its line",
        span,
        help="a line end inside a text is written `\\n`",
    )


# Names


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


# Literals


def malformed_number(span: Span) -> Diagnostic:
    """Digits and letters that are no number."""
    return error(
        "malformed-number",
        f"`{span.text[:40]}` is no number",
        span,
        help="a number is written out: `1000000`, `1_000_000`, `0.001`",
    )


def number_too_large(span: Span) -> Diagnostic:
    """A literal beyond 1e15."""
    return error("number-too-large", "this number is beyond 1,000,000,000,000,000", span)


def not_a_count(span: Span) -> Diagnostic:
    """A fraction where things are counted."""
    return error("not-a-count", f"`{span.text}` is not a whole number", span)


def unknown_duration_unit(span: Span, amount: str, unit: str) -> Diagnostic:
    """Letters behind a number that are no unit of time."""
    meant = _UNITS.get(unit.lower())
    return error(
        "unknown-duration-unit",
        f"no length of time is measured in `{unit[:40]}`",
        span,
        f"help: write `{amount}{meant}`" if meant else "",
        help="the units are `ms`, `s`, `min`, `h`, `d`, `w` and `y`; a month is no fixed length",
        fixes=_instead(span, f"{amount}{meant}") if meant else (),
    )


def two_units(span: Span) -> Diagnostic:
    """Hours and minutes in one."""
    return error(
        "unknown-duration-unit",
        "a length of time has one unit",
        span,
        help="an hour and a half is `90min` or `1.5h`",
    )


def blank_in_duration(span: Span, amount: str, unit: str) -> Diagnostic:
    """A number and a unit apart."""
    meant = _UNITS[unit.lower()]
    return error(
        "blank-in-duration",
        "a length of time is written in one piece",
        span,
        f"help: write `{amount}{meant}`",
        fixes=_instead(span, f"{amount}{meant}"),
    )


def is_unit(word: str) -> bool:
    """Whether people mean a unit of time by a word."""
    return word.lower() in _UNITS


def missing_unit(span: Span) -> Diagnostic:
    """A bare number where a length of time is needed."""
    return error(
        "missing-duration-unit",
        f"`{span.text}` of what: a length of time needs its unit",
        span,
        f"help: write `{span.text}d` for days",
        help="the units are `ms`, `s`, `min`, `h`, `d`, `w` and `y`",
    )


def not_whole_microseconds(span: Span) -> Diagnostic:
    """A duration with a part of a microsecond."""
    return error("inexact-duration", f"`{span.text}` is no whole number of microseconds", span)


def finer_than_microseconds(span: Span) -> Diagnostic:
    """An instant with a part of a microsecond."""
    return error("inexact-instant", "an instant is no finer than a microsecond", span)


def duration_too_long(span: Span) -> Diagnostic:
    """A duration of more than 500 years."""
    return error("duration-too-long", f"`{span.text}` is longer than 500 years", span)


def no_such_time(span: Span) -> Diagnostic:
    """A time of day beyond 23:59."""
    return error("no-such-time", f"no day has a `{span.text}`", span)


def no_such_date(span: Span) -> Diagnostic:
    """A date or instant that does not exist, or beyond the years 1900 to 2400."""
    return error("no-such-date", f"the calendar has no `{span.text}` between 1900 and 2400", span)


def computed_text_here(span: Span) -> Diagnostic:
    """Braces in a text that must be fixed."""
    return error(
        "computed-text",
        "nothing can be computed in this text",
        span,
        help="for a brace as such write `{{` or `}}`",
    )


def unknown_escape(span: Span, escape: str) -> Diagnostic:
    """A backslash before a character that needs none."""
    return error(
        "unknown-escape",
        f"a text has no escape `\\{escape}`",
        span,
        help='the escapes are `\\"`, `\\\\`, `\\n`, `{{` and `}}`',
    )


def unclosed_brace_in_text(span: Span) -> Diagnostic:
    """A `{` in a text without its `}`."""
    return error(
        "unclosed-brace-in-text",
        "this `{` has no `}` in the text",
        span,
        help="for a brace as such write `{{`",
        fixes=_instead(span, "{{"),
    )


def lone_brace_in_text(span: Span) -> Diagnostic:
    """A `}` in a text without its `{`."""
    return error(
        "lone-brace-in-text",
        "this `}` closes nothing in the text",
        span,
        help="for a brace as such write `}}`",
        fixes=_instead(span, "}}"),
    )


def text_too_long(span: Span) -> Diagnostic:
    """A text of more than 4,096 characters."""
    return error("text-too-long", "this text is longer than 4,096 characters", span)


def comment_in_text(span: Span) -> Diagnostic:
    """A comment between the braces of a text."""
    return error("comment-in-text", "no comment can stand inside a text", span)


def comment_in_cell(span: Span) -> Diagnostic:
    """A comment in a file of rows."""
    return error("comment-in-text", "no comment can stand in a cell of a file", span)


# Brackets and depth


def unclosed_bracket(opening: Span, closing: str, noticed: Span) -> Diagnostic:
    """An opened bracket that is never closed."""
    shown = noticed.text.split("\n")[0][:20]
    where = f"before `{shown}`" if shown else "before the end"
    return error(
        "unclosed-bracket",
        f"this `{opening.text}` is never closed",
        opening,
        secondary=((noticed, f"a `{closing}` is missing {where}"),),
    )


def stray_bracket(span: Span) -> Diagnostic:
    """A closing bracket without its opening one."""
    return error(
        "stray-bracket", f"this `{span.text}` closes nothing", span, fixes=_instead(span, "")
    )


def nested_too_deeply(span: Span) -> Diagnostic:
    """Brackets within brackets within brackets."""
    return error("nesting-too-deep", "more than 64 brackets stand within one another", span)


def too_deep(span: Span) -> Diagnostic:
    """A long chain of operators or of `else if`."""
    return error(
        "expression-too-deep",
        "too many parts depend on one another here",
        span,
        help="a chain may have about 150 links: name parts of it with `let`",
    )


# The grammar


def unexpected(span: Span, found: str, expected: str, taken: Span | None) -> Diagnostic:
    """Something the grammar has no place for, perhaps because a name was `taken` for a word."""
    return error(
        "syntax-error",
        f"expected {expected}, found {found}",
        span,
        help=None if taken is None else f"`{taken.text}` is a word of the language here, no name",
    )


def missing(text: str, before: Span, shown: str, after: Span | None) -> Diagnostic:
    """One word or sign left out; `after` is what stands before it, on an earlier line."""
    if after is None:
        headline, place = f"expected `{text}` before {shown}", before
        fixes = _insert(Span(before.source, before.start, before.start), f"{text} ")
    else:
        headline, place = f"expected `{text}` after `{after.text}`", after
        fixes = _insert(Span(after.source, after.end, after.end), text)
    return error("syntax-error", headline, place, f"help: insert `{text}`", fixes=fixes)


def missing_else(before: Span, shown: str, after: Span | None) -> Diagnostic:
    """A choice of two values with one."""
    where = f"before {shown}" if after is None else f"after `{after.text}`"
    return error(
        "syntax-error",
        f"expected `else` {where}",
        after or before,
        help="every `if … then …` has its `else`",
    )


def other_sign(span: Span, written: str, meant: str) -> Diagnostic:
    """One sign in place of another."""
    return error(
        "syntax-error", f"expected `{meant}`, found `{written}`", span, fixes=_instead(span, meant)
    )


def too_many(source_end: Span) -> Diagnostic:
    """So many errors that reading stopped."""
    return error("syntax-error", "too many errors: the rest of the file was not read", source_end)


def misspelt_word(span: Span, word: str, meant: str) -> Diagnostic:
    """Nearly a word of the language."""
    return error(
        "misspelt-word",
        f"`{word}` has no meaning here",
        span,
        f"help: a similar word exists: `{meant}`",
        fixes=_instead(span, meant),
    )


def single_equals(span: Span) -> Diagnostic:
    """`=` between two values."""
    return error("foreign-operator", "equality is written `==`", span, fixes=_instead(span, "=="))


def else_if(span: Span, written: str) -> Diagnostic:
    """`elif` and the like."""
    return error(
        "foreign-operator",
        f"`{written}` is written `else if` here",
        span,
        fixes=_instead(span, "else if"),
    )


def in_operator(span: Span, meant: str) -> Diagnostic:
    """`x in (a, b)`."""
    return error(
        "foreign-operator",
        f"a choice among values is written `{meant} (…)`",
        span,
        help="`in` is the guard of a trigger: `in active`",
        fixes=_instead(span, meant),
    )


def chained_comparison(span: Span, operator: str) -> Diagnostic:
    """`0 < x < 5`."""
    return error(
        "chained-comparison",
        f"a comparison has two sides, and this `{operator}` begins a third",
        span,
        help="write `0 < x and x < 5` for `0 < x < 5`",
    )


def else_takes_one(span: Span, operator: str) -> Diagnostic:
    """`a else b + 1`."""
    return error(
        "syntax-error",
        f"what follows `else` is one value, and this `{operator}` begins another",
        span,
        help="put brackets around what follows `else`, or around all of it",
    )


def else_of_await(span: Span) -> Diagnostic:
    """`await paid until due else now { … }`."""
    return error(
        "syntax-error",
        f"this `else` is that of the `await`, and `{span.text}` is no step",
        span,
        help="put brackets around an instant with `else`: `until (due else now)`",
    )


def compared_with_null(span: Span) -> Diagnostic:
    """`x == null`."""
    return error(
        "null-comparison",
        f"the language has no `{span.text}`",
        span,
        help="write `x is present` or `x is not present`",
    )


def is_null(word: str) -> bool:
    """Whether other languages call nothing by a word."""
    return word in _NOTHING


def needless_separator(span: Span) -> Diagnostic:
    """A comma or semicolon between items that need none."""
    return error(
        "needless-separator",
        f"no `{span.text}` stands here",
        span,
        help="commas stand between the members of a list; everything else needs none",
        fixes=_instead(span, "", Safety.SAFE),
    )


def quoted_name(span: Span, name: str) -> Diagnostic:
    """A name in quotes."""
    return error("quoted-name", "a name has no quotes", span, fixes=_instead(span, name))


def steps_without_do(span: Span) -> Diagnostic:
    """Steps directly in a trigger."""
    return error(
        "syntax-error",
        "expected `do { … }` around the steps of the trigger",
        span,
        help="a trigger says when, then `do { … }` says what",
    )


def similar(word: str, candidates: Sequence[str]) -> str | None:
    """The word of the language that was meant."""
    return closest(word, candidates)
