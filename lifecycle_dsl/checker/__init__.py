"""Nodes into a checked program, or all that is wrong with them."""

from lifecycle_dsl.checker.checking import Checked, check

__all__ = ["Checked", "check"]
