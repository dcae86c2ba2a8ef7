"""Text into nodes. The only room that knows Lark."""

from lifecycle_dsl.syntax.parser import Parsed, parse

__all__ = ["Parsed", "parse"]
