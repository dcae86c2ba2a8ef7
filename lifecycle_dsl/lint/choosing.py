"""Which checks are wanted, as settings say it: for the command, and for editors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.lint.checks import CHECKS
from lifecycle_dsl.lint.linting import EVERYTHING, Choice
from lifecycle_dsl.settings import SettingsError, settings

SETTINGS = {
    "allow": list,
    "deny": list,
    "fail-level": str,
    "format": str,
    "prove": bool,
    "templates": str,
}


def choice_for(folder: Path) -> Choice:
    """What the settings for a folder choose.

    Raises:
        SettingsError: where they cannot be read, or name what there is not.
    """
    found = settings("lint", SETTINGS, folder)
    templates = found.values.get("templates")
    return Choice(
        allowed=check_names(found.values.get("allow", ())),
        denied=check_names(found.values.get("deny", ())),
        templates=None if templates is None else templates_in(found.folder / templates),
        proves=found.values.get("prove", True),
    )


def check_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names, if each is that of a check.

    Raises:
        SettingsError: where one is not.
    """
    chosen = tuple(names)
    for name in chosen:
        if name != EVERYTHING and name not in CHECKS:
            more = hint(name, CHECKS, "; `lcr explain --list` shows all")
            raise SettingsError(f"no check is called `{name}`{more}")
    return chosen


def templates_in(folder: Path) -> frozenset[str]:
    """The names of the files in a folder and those below, with and without their endings.

    Raises:
        SettingsError: where there is no such folder.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such folder")
    names: set[str] = set()
    for path in folder.rglob("*"):
        if path.is_file():
            below = path.relative_to(folder).as_posix()
            names |= {
                below,
                below.removesuffix("".join(path.suffixes)),
                below.removesuffix(path.suffix),
            }
    return frozenset(names)
