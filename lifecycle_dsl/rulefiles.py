"""Rule files on the disk, and those that they use beside them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import decode

Read = Callable[[str], Source | None]


def read_file(name: str, path: Path) -> Source | Diagnostic:
    """The text of a file under a name, or why it is none.

    Raises:
        OSError: where it cannot be read.
    """
    return decode(name, path.read_bytes())


def read_beside(path: Path) -> Read:
    """What `check` asks for the files that a file uses; they are looked for beside it.

    It asks by names that begin with the folder of the file that uses them, as that was written.
    """
    folder = posixpath.normpath(posixpath.dirname(str(path)))

    def read(name: str) -> Source | None:
        try:
            beside = PurePosixPath(name).relative_to(folder)
            source = read_file(name, path.parent.joinpath(*beside.parts))
        except (OSError, ValueError):  # not there, or no name of a file
            return None
        return None if isinstance(source, Diagnostic) else source

    return read
