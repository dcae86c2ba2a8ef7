"""What can be wrong with files and their settings: each message's text, once."""

from __future__ import annotations

from collections.abc import Sequence

from lifecycle_dsl.checker.problems.names import similar_name, similar_written
from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def missing_file(span: Span, path: str) -> Diagnostic:
    """`use` or a table names a file that is not there."""
    return error(
        "missing-file",
        f"there is no file `{path}` beside this one",
        span,
        help="it must be there, and be a text in UTF-8",
    )


def file_outside(span: Span, path: str) -> Diagnostic:
    """`use` of a file beyond the main file's folder."""
    return error(
        "file-outside",
        f"`{path}` is outside the folder of the rule set",
        span,
        help="put shared files into the folder of the main file or below it",
    )


def file_uses_itself(span: Span, chain: Sequence[str]) -> Diagnostic:
    """Files that use each other in a circle."""
    shown = " uses ".join(f"`{name}`" for name in chain)
    return error("file-uses-itself", f"a file cannot use itself: {shown}", span)


def missing_lifecycle(file: str) -> Diagnostic:
    """A rule set without its name."""
    return error(
        "missing-lifecycle",
        "the rule set has no name",
        None,
        help="say `lifecycle NAME` at the top of the file",
        file=file,
    )


def missing_start(span: Span) -> Diagnostic:
    """Stages, but no start."""
    return error(
        "missing-start",
        "no `start` says in which stage new customers begin",
        span,
        help="add `start { -> STAGE }`",
    )


def repeated_setting(span: Span, setting: str, earlier: Span) -> Diagnostic:
    """What stands once in a rule set stands twice."""
    return error(
        "repeated-setting",
        f"`{setting}` stands twice in the rule set",
        span,
        secondary=[(earlier, "first here")],
    )


def unknown_timezone(span: Span, key: str, similar: str | None) -> Diagnostic:
    """A time zone that tzdata does not have."""
    return error(
        "unknown-timezone",
        f"no time zone is called `{key}`",
        span,
        help=similar_name("zone", similar) or "zones are called like `Europe/Amsterdam`",
        fixes=similar_written(span, similar, f'timezone "{similar}"'),
    )
