"""What can keep a checked program from running: each message's text, once."""

from lifecycle_dsl.diagnostics import Diagnostic, error
from lifecycle_dsl.source import Span


def no_stages(lifecycle: str) -> Diagnostic:
    """Rules without a stage: nobody could be anywhere."""
    return error(
        "no-stages",
        f"`{lifecycle}` has no stages, so that no customer can begin anywhere",
        None,
        help="add a `stage` and a `start { -> ... }`",
    )


def not_yet_supported(what: str, span: Span) -> Diagnostic:
    """Something that the language has and the engine does not execute yet."""
    return error(
        "not-yet-supported",
        f"{what} is checked but not executed yet",
        span,
        help="take it out to run the rest of the rules",
    )
