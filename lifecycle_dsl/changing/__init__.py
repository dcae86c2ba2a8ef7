"""Changing rules while customers are under way: what differs, who is carried over and how.

`Names` says what things were called before, `compare` what differs in words, and a `Carrier` takes
a customer's stored state from the old rules to the new ones.
"""

from lifecycle_dsl.changing.carrying import Carried, Carrier, StrandedError
from lifecycle_dsl.changing.comparing import Difference, How, compare
from lifecycle_dsl.changing.names import Names

__all__ = ["Carried", "Carrier", "Difference", "How", "Names", "StrandedError", "compare"]
