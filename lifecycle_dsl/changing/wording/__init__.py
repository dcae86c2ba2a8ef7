"""What a change of a declaration says, in words: `needs 10 points instead of 8`.

What has no words here is told by the lines that differ.
"""

from lifecycle_dsl.changing.wording.declarations import words

__all__ = ["words"]
