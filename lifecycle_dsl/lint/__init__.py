"""What is well-formed and still not meant: dead lines, stages nobody reaches, mail without an end.

Takes a checked rule set; every finding is a proof or is not made.
"""

from lifecycle_dsl.lint.linting import Choice, Linted, lint, lint_checked

__all__ = ["Choice", "Linted", "lint", "lint_checked"]
