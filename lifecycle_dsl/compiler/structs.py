"""Where a field is in the struct of a record."""

from keyword import iskeyword


def attribute_of(field: str) -> str:
    """The attribute of a field: its name, with `_` behind it where Python has it as a keyword."""
    return f"{field}_" if iskeyword(field) else field
