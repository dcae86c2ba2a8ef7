"""A rule set in plain English, for people who do not read code.

Takes a checked file and gives sentences, made from what the checker understood and not from the
text: one module for each construct. Where a phrase would be clumsy, a condition is told as it is
written. `page` makes one HTML page of them; it alone needs jinja2, so it is not imported here.
"""

from lifecycle_dsl.telling.contents import Contents, contents

__all__ = ["Contents", "contents"]
