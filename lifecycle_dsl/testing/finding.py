"""Rule files that have tests, found without reading them as rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_TEST = re.compile(r'(?:^|[\s}])test\s*"')


def has_tests(path: Path) -> bool:
    """Whether something that looks like a test stands in a file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _TEST.search(text) is not None


def files_with_tests(folder: Path) -> Iterator[Path]:
    """The rule files with tests in a folder and those below it, hidden ones left out, in order."""
    for path in sorted(folder.rglob("*.lcr")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and has_tests(path):
            yield path
