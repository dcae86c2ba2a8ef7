"""The reference interpreter: `Program` walked line by line as language.md says it, the oracle.

Simple on purpose: plain dictionaries, full histories, loops over everything, nothing kept that can
be worked out again. It shares with the engine the checked program, the operation rows, arithmetic
and local time, and nothing else.
"""

from tests.reference.interpreter import Reference

__all__ = ["Reference"]
