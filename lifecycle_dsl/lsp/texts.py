"""The rule files that an editor works on: as they are on its screen, else as they are on the disk.

A file that others `use` is a part of theirs: what is wrong in it is found by checking those, its
*roots*. They are looked for among the open files and in the folders of the file and above it, as
far as the workspace goes.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import define, field, frozen

from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.rulefiles import read_file
from lifecycle_dsl.source import Source

_USE = re.compile(r'^[ \t]*use[ \t]+"([^"\\\r\n]+)"', re.MULTILINE)
_LARGEST = 4_000_000
"""Bytes of a file on the disk that are still looked at."""
_MOST_FILES = 200
"""Rule files of a folder that are searched for `use` or for names."""
_MOST_FOLDERS = 2_000
_OTHERS = frozenset({"node_modules", "venv", "dist", "build", "__pycache__"})
"""Folders that hold what others have written or made."""


@frozen(eq=False)
class Open:
    """A file on the screen."""

    uri: str
    source: Source
    version: int | None


@define(eq=False)
class Texts:
    """All files at hand, by name: the path on the disk, or the address of what has none."""

    folders: tuple[str, ...] = ()
    """Of the workspace."""
    _open: dict[str, Open] = field(factory=dict)
    _disk: dict[str, tuple[tuple[int, int], Source | None]] = field(factory=dict)

    def put(self, uri: str, text: str, version: int | None) -> Open:
        """Take a file's text from the screen."""
        name = name_of(uri)
        known = self._open.get(name)
        source = known.source if known and known.source.text == text else Source(name, text)
        self._open[name] = Open(uri, source, version)
        return self._open[name]

    def close(self, uri: str) -> None:
        """The file is no longer on the screen."""
        self._open.pop(name_of(uri), None)

    def open(self, name: str) -> Open | None:
        """A file on the screen."""
        return self._open.get(name)

    @property
    def open_names(self) -> tuple[str, ...]:
        """Of all files on the screen."""
        return tuple(self._open)

    def uri(self, name: str) -> str:
        """A file's address."""
        known = self._open.get(name)
        if known is not None:
            return known.uri
        return Path(name).as_uri() if posixpath.isabs(name) else name

    def read(self, name: str) -> Source | None:
        """A file's text; None if there is none."""
        known = self._open.get(name)
        return known.source if known is not None else self._from_disk(name)

    def everything(self) -> Iterator[str]:
        """The open files, and the rule files in the folders of the workspace."""
        yield from self._open
        for folder in self.folders:
            for name in self.below(folder, ".lcr"):
                if name not in self._open:
                    yield name

    def below(self, folder: str, ending: str) -> Iterator[str]:
        """The files in a folder and those below; not in hidden ones, nor among packages."""
        count = 0
        for path, folders, names in islice(os.walk(folder), _MOST_FOLDERS):
            folders[:] = sorted(each for each in folders if each[0] != "." and each not in _OTHERS)
            for name in sorted(names):
                if name.endswith(ending) and count < _MOST_FILES:
                    count += 1
                    yield Path(path, name).as_posix()

    def roots(self, name: str) -> tuple[str, ...]:
        """The files to check for a file: those that use it, directly or not, or itself."""
        users: dict[str, set[str]] = {}
        for other in self._near(name):
            for used in self._uses(other):
                users.setdefault(used, set()).add(other)
        seen, waiting, roots = {name}, [name], []
        while waiting:
            found = users.get(waiting[-1], set())
            if not found:
                roots.append(waiting[-1])
            waiting.pop()
            waiting += sorted(found - seen)
            seen |= found
        return tuple(roots) or (name,)

    def _near(self, name: str) -> Iterator[str]:
        """The open files, and those of the file's folder and of the folders above."""
        yield from self._open
        if not posixpath.isabs(name):
            return
        for folder in self._folders(name):
            try:
                found = sorted(Path(folder).glob("*.lcr"))[:_MOST_FILES]
            except OSError:
                continue
            yield from (path.as_posix() for path in found if path.as_posix() not in self._open)

    def _folders(self, name: str) -> Iterator[str]:
        folder = posixpath.dirname(name)
        yield folder
        while any(folder.startswith(f"{each}/") for each in self.folders):
            folder = posixpath.dirname(folder)
            yield folder

    def _uses(self, name: str) -> Iterator[str]:
        source = self.read(name)
        if source is None:
            return
        folder = posixpath.dirname(name)
        for found in _USE.finditer(source.text):
            yield posixpath.normpath(posixpath.join(folder, found[1]))

    def _from_disk(self, name: str) -> Source | None:
        if not posixpath.isabs(name):
            return None
        path = Path(name)
        try:
            stat = path.stat()
            mark = stat.st_mtime_ns, stat.st_size
            known = self._disk.get(name)
            if known is None or known[0] != mark:
                read = read_file(name, path) if stat.st_size <= _LARGEST else None
                known = mark, None if isinstance(read, Diagnostic) else read
                self._disk[name] = known
        except (OSError, ValueError):  # not there, or no name of a file
            return None
        return known[1]


def name_of(uri: str) -> str:
    """The path of a file's address; the address itself of what is in no file."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return uri
    if parts.scheme != "file" or "\0" in unquote(parts.path):
        return uri
    path = unquote(parts.path)
    if re.match(r"/[A-Za-z]:", path):  # a drive
        path = path[1:]
    return posixpath.normpath(path)
