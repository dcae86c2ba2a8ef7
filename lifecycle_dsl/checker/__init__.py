"""Nodes into a checked program, or all that is wrong with them."""
