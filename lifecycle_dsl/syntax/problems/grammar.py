"""What can be wrong with the order of words and signs: each message's text, once."""

from __future__ import annotations

from lifecycle_dsl.diagnostics.model import Diagnostic, Safety, error
from lifecycle_dsl.source import Span
from lifecycle_dsl.syntax.problems.fixes import insert, instead

_NOTHING = {"null", "None", "nil", "NULL", "undefined"}


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
        "stray-bracket", f"this `{span.text}` closes nothing", span, fixes=instead(span, "")
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
        fixes = insert(Span(before.source, before.start, before.start), f"{text} ")
    else:
        headline, place = f"expected `{text}` after `{after.text}`", after
        fixes = insert(Span(after.source, after.end, after.end), text)
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
        "syntax-error", f"expected `{meant}`, found `{written}`", span, fixes=instead(span, meant)
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
        fixes=instead(span, meant),
    )


def single_equals(span: Span) -> Diagnostic:
    """`=` between two values."""
    return error("foreign-operator", "equality is written `==`", span, fixes=instead(span, "=="))


def else_if(span: Span, written: str) -> Diagnostic:
    """`elif` and the like."""
    return error(
        "foreign-operator",
        f"`{written}` is written `else if` here",
        span,
        fixes=instead(span, "else if"),
    )


def in_operator(span: Span, meant: str) -> Diagnostic:
    """`x in (a, b)`."""
    return error(
        "foreign-operator",
        f"a choice among values is written `{meant} (…)`",
        span,
        help="`in` is the guard of a trigger: `in active`",
        fixes=instead(span, meant),
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
        fixes=instead(span, "", Safety.SAFE),
    )


def quoted_name(span: Span, name: str) -> Diagnostic:
    """A name in quotes."""
    return error("quoted-name", "a name has no quotes", span, fixes=instead(span, name))


def steps_without_do(span: Span) -> Diagnostic:
    """Steps directly in a trigger."""
    return error(
        "syntax-error",
        "expected `do { … }` around the steps of the trigger",
        span,
        help="a trigger says when, then `do { … }` says what",
    )
