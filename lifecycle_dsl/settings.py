"""Settings of commands: `[tool.lcr.COMMAND]` in pyproject.toml, or `[COMMAND]` in lcr.toml.

Looked for in a folder and in those above; the nearest file with settings counts, and lcr.toml
before pyproject.toml. What a command line says wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from lifecycle_dsl.diagnostics import closest


class SettingsError(ValueError):
    """A file of settings that cannot be read, or says what no command knows."""


@frozen
class Settings:
    """What is set, by name."""

    folder: Path
    """Paths in settings start here: where their file lies, or where it was looked for."""
    values: Mapping[str, Any] = field(factory=dict)


def settings(command: str, known: Mapping[str, type], start: Path) -> Settings:
    """The settings of a command for a folder; `known` has the type of each.

    Raises:
        SettingsError: as above.
    """
    for path, table in _tables(start):
        chosen = table.get(command, {})
        if not isinstance(chosen, dict):
            raise SettingsError(f"{path}: `{command}` is a table: [{command}]")
        for name, value in chosen.items():
            _check(path, command, known, name, value)
        return Settings(path.parent, chosen)
    return Settings(start)


def _check(path: Path, command: str, known: Mapping[str, type], name: str, value: object) -> None:
    if name not in known:
        similar = closest(name, known)
        hint = f"; did you mean `{similar}`?" if similar else f"; it knows {', '.join(known)}"
        raise SettingsError(f"{path}: `{command}` has no setting `{name}`{hint}")
    kind = known[name]
    texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not (texts if kind is list else isinstance(value, kind)):
        wanted = {list: "a list of texts", str: "a text", bool: "true or false"}.get(kind, "other")
        raise SettingsError(f"{path}: `{name}` of `{command}` must be {wanted}")


def _tables(start: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The settings files from a folder upwards, each with its table."""
    for folder in (start, *start.parents):
        own = folder / "lcr.toml"
        if own.is_file():
            yield own, _read(own)
        project = folder / "pyproject.toml"
        if project.is_file():
            tool = _read(project).get("tool", {})
            table = tool.get("lcr") if isinstance(tool, dict) else None
            if isinstance(table, dict):
                yield project, table


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
