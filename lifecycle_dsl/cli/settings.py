"""Settings for every command: a long option can stand in the command's table, as its default.

`lcr test --min 80` is `min = 80` under `[test]` in lcr.toml, or under `[tool.lcr.test]` in
pyproject.toml. The command line wins; what `coverage = true` sets is taken back by `--no-coverage`.
What the table says is checked as the command line is, and a path in it starts where the file lies.
The settings of `lcr lint` are read in its own room, for editors too.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click
from attrs import evolve

from lifecycle_dsl.cli.terminal import UnusableError
from lifecycle_dsl.diagnostics.suggest import hint
from lifecycle_dsl.settings import SettingsError, SettingsFile, check_name, settings_file

_ITS_OWN = frozenset(("lint",))
_NO_COMMANDS = frozenset(("deliver",))
"""Tables that several commands read: the destinations of messages."""


def settle(
    context: click.Context,
    name: str,
    command: click.Command,
    arguments: list[str],
    commands: Mapping[str, str],
) -> list[str]:
    """Put what is set for a command under what its command line says; gives what that still says.

    Raises:
        UnusableError: where the settings cannot be read, or say what no command knows.
    """
    try:
        file = settings_file(Path.cwd())
        if file is None:
            return arguments
        _check_tables(file, commands)
        if name in _ITS_OWN:
            return arguments
        below = _below(file, name, command)
        left = {
            said: value
            for said, value in file.of(name).items()
            if value is not True or f"--no-{said}" not in arguments
        }
        taken_back = {f"--no-{said}" for said in file.of(name) if said not in left}
        if taken_back:
            below = _below(evolve(file, table={**file.table, name: left}), name, command)
    except SettingsError as error:
        raise UnusableError(str(error)) from error
    context.default_map = {name: below}
    return [each for each in arguments if each not in taken_back]


def _check_tables(file: SettingsFile, commands: Mapping[str, str]) -> None:
    for name in file.table:
        if name not in commands and name not in _NO_COMMANDS:
            more = hint(name, (*commands, *_NO_COMMANDS))
            place = file.place(name) if isinstance(file.table[name], dict) else file.place("", name)
            raise SettingsError(f"{place}: no command is called `{name}`{more}")


def _below(file: SettingsFile, name: str, command: click.Command) -> dict[str, Any]:
    """What is set for a command; for a group, what is set for each of its commands."""
    if not isinstance(command, click.Group):
        return _defaults(file, name, _options(command))
    options = {name: _options(each) for name, each in command.commands.items()}
    known = {said for each in options.values() for said in each}
    for said in file.of(name):
        check_name(file, name, said, known)
    return {each: _defaults(file, name, own, known) for each, own in options.items()}


def _options(command: click.Command) -> dict[str, click.Option]:
    """The options of a command, by their long names."""
    return {
        text.removeprefix("--"): parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for text in parameter.opts
        if text.startswith("--")
    }


def _defaults(
    file: SettingsFile,
    name: str,
    options: Mapping[str, click.Option],
    elsewhere: Collection[str] = (),
) -> dict[str, Any]:
    """By the names of parameters: what is set, checked; what is for others is left out."""
    defaults: dict[str, Any] = {}
    for said, value in file.of(name).items():
        if said in elsewhere and said not in options:
            continue
        check_name(file, name, said, options)
        option = options[said]
        assert option.name is not None  # noqa: S101 — every option has one
        defaults[option.name] = _checked(file, name, said, option, value)
    return defaults


def _checked(file: SettingsFile, command: str, name: str, option: click.Option, value: Any) -> Any:  # noqa: ANN401 — TOML
    """A setting as the command takes it.

    Raises:
        SettingsError: where the command line would not take it.
    """
    try:
        if option.is_flag != isinstance(value, bool):
            raise click.BadParameter("true or false" if option.is_flag else "a value")
        if option.multiple != isinstance(value, list):
            raise click.BadParameter("a list" if option.multiple else "no list")
        option.type_cast_value(click.Context(click.Command(command)), value)
    except click.BadParameter as error:
        place = file.place(command, name)
        raise SettingsError(f"{place}: `{name}` of `{command}`: {_wanted(error)}") from error
    # As a text: a `/` at the end says that it is a folder.
    return os.path.join(file.path.parent, value) if _is_path(option, value) else value  # noqa: PTH118


def _wanted(error: click.BadParameter) -> str:
    short = len(error.message.split()) <= 3
    return f"it must be {error.message}" if short else error.message.rstrip(".")


def _is_path(option: click.Option, value: Any) -> bool:  # noqa: ANN401 — TOML
    """Whether it names a file or a folder; `-` names standard output."""
    kind = option.type
    is_typed = isinstance(kind, click.Path) or getattr(kind, "func", None) is Path
    return value != "-" and (is_typed or option.metavar in {"FILE", "PATH"})
