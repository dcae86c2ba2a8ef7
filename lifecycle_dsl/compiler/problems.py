"""What can keep a checked program from running: each message's text, once."""

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def not_yet_supported(what: str, span: Span) -> Diagnostic:
    """Something that the language has and the engine does not execute yet."""
    return error(
        "not-yet-supported",
        f"{what} is checked but not executed yet",
        span,
        help="take it out to run the rest of the rules",
    )
