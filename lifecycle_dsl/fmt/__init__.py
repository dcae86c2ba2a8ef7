"""The layout of `.lcr` files: one style, proved each time to say the same."""

from lifecycle_dsl.fmt.formatting import WIDTH, Formatted, format_source
from lifecycle_dsl.fmt.proof import UnprovenError

__all__ = ["WIDTH", "Formatted", "UnprovenError", "format_source"]
