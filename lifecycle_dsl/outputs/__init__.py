"""Outputs: where decisions go, as the name says: lines, plain or packed, or Parquet.

`open_output` gives what is written to like a file of lines. Used in a `with`, it is whole at the
end, and gone where an error ended it, if half of it could pass for a whole one.
"""

from lifecycle_dsl.outputs.opening import OutputError, is_plain, open_output
from lifecycle_dsl.outputs.sink import Sink

__all__ = ["OutputError", "Sink", "is_plain", "open_output"]
