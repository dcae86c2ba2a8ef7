"""Where a field is in the struct of a record."""

from keyword import iskeyword


def attribute_of(field: str) -> str:
    """The attribute of a field: its name, with `_` behind it where Python has it as a keyword.

    `from` is `from_`; so `from_` is `from__`: no two fields share an attribute.
    """
    return f"{field}_" if iskeyword(field.rstrip("_")) else field
