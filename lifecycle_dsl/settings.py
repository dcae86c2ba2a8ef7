"""Settings of commands: `[tool.lcr.COMMAND]` in pyproject.toml, or `[COMMAND]` in lcr.toml.

Looked for in a folder and in those above; the nearest file with settings counts, and lcr.toml
before pyproject.toml. What a command line says wins.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from lifecycle_dsl.diagnostics.suggest import hint

_HEADER = re.compile(r"\s*\[([^\[\]]+)\]")
_KEY = re.compile(r"\s*\"?([\w-]+)\"?\s*=")


class SettingsError(ValueError):
    """A file of settings that cannot be read, or says what no command knows."""


@frozen
class Settings:
    """What is set, by name."""

    folder: Path
    """Paths in settings start here: where their file lies, or where it was looked for."""
    values: Mapping[str, Any] = field(factory=dict)


@frozen
class SettingsFile:
    """A file with settings, and the table of all commands in it."""

    path: Path
    prefix: str
    """What stands before the name of a command's table."""
    table: Mapping[str, Any]

    def of(self, command: str) -> Mapping[str, Any]:
        """The table of a command.

        Raises:
            SettingsError: where it is none.
        """
        chosen = self.table.get(command, {})
        if not isinstance(chosen, dict):
            raise SettingsError(f"{self.place('', command)}: `{command}` is a table: [{command}]")
        return chosen

    def place(self, command: str, name: str = "") -> str:
        """Where a setting stands, or the table: the file, and the line if it is a plain one."""
        header = f"{self.prefix}{command}".rstrip(".")
        line = _line(self.path.read_text(encoding="utf-8"), header, name)
        return f"{self.path}:{line}" if line else str(self.path)


def settings_file(start: Path) -> SettingsFile | None:
    """The nearest file with settings, of a folder and those above.

    Raises:
        SettingsError: where it cannot be read.
    """
    for folder in (start, *start.parents):
        own = folder / "lcr.toml"
        if own.is_file():
            return SettingsFile(own, "", _read(own))
        project = folder / "pyproject.toml"
        if project.is_file():
            tool = _read(project).get("tool", {})
            table = tool.get("lcr") if isinstance(tool, dict) else None
            if isinstance(table, dict):
                return SettingsFile(project, "tool.lcr.", table)
    return None


def settings_in(path: Path) -> SettingsFile:
    """A file with settings by its path; of a pyproject.toml what stands under `tool.lcr`.

    Raises:
        SettingsError: where it cannot be read.
    """
    table = _read(path)
    if path.name != "pyproject.toml":
        return SettingsFile(path, "", table)
    tool = table.get("tool", {})
    own = tool.get("lcr", {}) if isinstance(tool, dict) else {}
    return SettingsFile(path, "tool.lcr.", own if isinstance(own, dict) else {})


def settings(command: str, known: Mapping[str, type], start: Path) -> Settings:
    """The settings of a command for a folder; `known` has the type of each.

    Raises:
        SettingsError: where they cannot be read, or are not known.
    """
    file = settings_file(start)
    if file is None:
        return Settings(start)
    chosen = file.of(command)
    for name, value in chosen.items():
        check_name(file, command, name, known)
        kind = known[name]
        texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if not (texts if kind is list else isinstance(value, kind)):
            kinds = {list: "a list of texts", str: "a text", bool: "true or false"}
            wanted = kinds.get(kind, "other")
            place = file.place(command, name)
            raise SettingsError(f"{place}: `{name}` of `{command}` must be {wanted}")
    return Settings(file.path.parent, chosen)


def check_name(file: SettingsFile, command: str, name: str, known: Collection[str]) -> None:
    """Take the name of a setting if it is known.

    Raises:
        SettingsError: where it is not.
    """
    if name not in known:
        more = hint(name, known, f"; it knows {', '.join(known)}")
        place = file.place(command, name)
        raise SettingsError(f"{place}: `{command}` has no setting `{name}`{more}")


def _line(text: str, header: str, name: str) -> int | None:
    """The line of a setting under the header of its table, or else of the header."""
    inside, found = not header, None
    for number, line in enumerate(text.splitlines(), 1):
        if opened := _HEADER.match(line):
            inside = opened[1].replace(" ", "").replace('"', "") == header
            found = number if inside else found
        key = _KEY.match(line)
        if inside and name and key and key[1] == name:
            return number
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
