"""Settings of commands: `[tool.lcr.COMMAND]` in pyproject.toml, or `[COMMAND]` in lcr.toml.

Looked for where the command is run and in the folders above; the nearest file with settings counts,
and lcr.toml before pyproject.toml. What the command line says wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.diagnostics.suggest import closest


def settings(command: str, known: Mapping[str, type], start: Path | None = None) -> dict[str, Any]:
    """The settings of a command by name; `known` has the type of each.

    Raises:
        UnusableError: where a file cannot be read, or says what no command knows.
    """
    for path, table in _tables(start or Path.cwd()):
        chosen = table.get(command, {})
        if not isinstance(chosen, dict):
            raise UnusableError(f"{path}: `{command}` is a table: [{command}]")
        for name, value in chosen.items():
            _check(path, command, known, name, value)
        return chosen
    return {}


def _check(path: Path, command: str, known: Mapping[str, type], name: str, value: object) -> None:
    if name not in known:
        similar = closest(name, known)
        hint = f"; did you mean `{similar}`?" if similar else f"; it knows {', '.join(known)}"
        raise UnusableError(f"{path}: `{command}` has no setting `{name}`{hint}")
    kind = known[name]
    texts = isinstance(value, list) and all(isinstance(each, str) for each in value)
    if not (texts if kind is list else isinstance(value, kind)):
        wanted = {list: "a list of texts", str: "a text", bool: "true or false"}.get(kind, "other")
        raise UnusableError(f"{path}: `{name}` of `{command}` must be {wanted}")


def _tables(start: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The settings files from a folder upwards, each with its table."""
    for folder in (start, *start.parents):
        own = folder / "lcr.toml"
        if own.is_file():
            yield own, _read(own)
        project = folder / "pyproject.toml"
        if project.is_file():
            table = _read(project).get("tool", {}).get("lcr")
            if isinstance(table, dict):
                yield project, table


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(str(path), error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableError(f"{path}: {error}") from error
