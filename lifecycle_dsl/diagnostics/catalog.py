"""Every diagnostic there is, from its page.

The pages in `explain/` are the catalog: `explain/<name>.md` exists, or the diagnostic does not.
They are package data and are read when somebody asks, never when a diagnostic is made.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import attrs

_FILE_NAME = re.compile(r"(?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.md")


@attrs.frozen
class Page:
    """One page: `# name`, a line that sums it up, then the sections."""

    name: str
    text: str

    @property
    def summary(self) -> str:
        """The first line after the title that says something."""
        lines = (line.strip() for line in self.text.splitlines())
        return next((line for line in lines if line and not line.startswith("#")), "")


@cache
def pages() -> dict[str, Page]:
    """All pages by name, in the order of the alphabet."""
    found = {}
    for entry in sorted(files(__package__).joinpath("explain").iterdir(), key=lambda e: e.name):
        if match := _FILE_NAME.fullmatch(entry.name):
            name = match["name"]
            found[name] = Page(name, entry.read_text(encoding="utf-8"))
    return found


def page(name: str) -> Page | None:
    """The page of a diagnostic, None for a name that no diagnostic has."""
    return pages().get(name)
