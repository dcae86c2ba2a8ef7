"""Text into nodes. The only room that knows Lark."""

from lifecycle_dsl.syntax.decode import decode
from lifecycle_dsl.syntax.parser import (
    Parsed,
    parse,
    parse_cell,
    parse_expression,
    parse_value,
    unquoted_problems,
)

__all__ = [
    "Parsed",
    "decode",
    "parse",
    "parse_cell",
    "parse_expression",
    "parse_value",
    "unquoted_problems",
]
