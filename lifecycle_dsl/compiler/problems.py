"""What can keep a checked program from running: each message's text, once."""

from lifecycle_dsl.diagnostics import Diagnostic, error


def no_stages(lifecycle: str) -> Diagnostic:
    """Rules without a stage: nobody could be anywhere."""
    return error(
        "no-stages",
        f"`{lifecycle}` has no stages, so that no customer can begin anywhere",
        None,
        help="add a `stage` and a `start { -> ... }`",
    )
