"""One destination's table of settings; every slip is named with what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lifecycle_dsl.delivery.destination import Limits
from lifecycle_dsl.diagnostics import closest
from lifecycle_dsl.localtime.durations import parse_duration


class DestinationError(ValueError):
    """A destination whose settings make none."""


class Table:
    """One destination's settings, each taken once; what is left over in the end is unknown."""

    def __init__(
        self, name: str, values: Mapping[str, Any], folder: Path, secrets: Mapping[str, str]
    ) -> None:
        self.name = name
        self._values = dict(values)
        self._known: list[str] = []
        self._folder = folder
        self._secrets = secrets

    def wrong(self, what: str) -> DestinationError:
        """An error that says which destination it is about."""
        return DestinationError(f"[deliver.{self.name}]: {what}")

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text, on one line."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value or not value.isprintable():
            raise self.wrong(f"`{key}` must be a text of one line")
        return value

    def needed(self, key: str, hint: str) -> str:
        """A text that has to be there."""
        value = self.text(key)
        if value is None:
            raise self.wrong(f"`{key}` is missing, as in {key} = {hint}")
        return value

    def number(self, key: str, default: int) -> int:
        """A whole number from 1."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(f"`{key}` must be a whole number from 1")
        return value

    def duration(self, key: str, default: int) -> int:
        """A duration of the language, in microseconds."""
        text = self.text(key)
        if text is None:
            return default
        found = parse_duration(text)
        if not found:
            raise self.wrong(f"`{key}` must be a duration such as 10s, 5min or 1h, not `{text}`")
        return found

    def choice(self, key: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value in choices:
            return str(value)
        words = ", ".join(choices)
        if value is None:
            raise self.wrong(f"`{key}` is missing; it is one of {words}")
        similar = closest(value, choices)
        hint = f"did you mean `{similar}`?" if similar else f"it is one of {words}"
        raise self.wrong(f"`{key}` cannot be `{value}`; {hint}")

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts by name."""
        value = self._take(key)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(
            isinstance(each, str) and each.isprintable() for each in value.values()
        ):
            raise self.wrong(f"`{key}` must be a table of texts: [deliver.{self.name}.{key}]")
        return value

    def path(self, key: str) -> Path | None:
        """A path, from the settings' folder."""
        text = self.text(key)
        return None if text is None else self._folder / text

    def secret(self, key: str) -> str | None:
        """A secret by `KEY_env` or `KEY_file`."""
        if key in self._values:
            raise self.wrong(
                f"a secret does not stand in the settings: name the environment variable that "
                f'holds it, {key}_env = "NAME", or the file, {key}_file = "PATH"'
            )
        variable, path = self.text(f"{key}_env"), self.path(f"{key}_file")
        if variable is not None and path is not None:
            raise self.wrong(f"`{key}_env` and `{key}_file` are both there; one is enough")
        if variable is not None:
            found = self._secrets.get(variable)
            if not found:
                raise self.wrong(f"the environment variable `{variable}` of `{key}_env` is not set")
            return found
        if path is None:
            return None
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            raise self.wrong(f"`{key}_file`: {path}: {why}") from error
        if not found:
            raise self.wrong(f"`{key}_file`: {path} is empty")
        return found

    def limits(self, default: Limits) -> Limits:
        """What every destination may say of how much it bears."""
        return Limits(
            workers=self.number("workers", default.workers),
            rate=self._rate(),
            timeout=self.duration("timeout", default.timeout),
            attempts=self.number("attempts", default.attempts),
            age=self.duration("age", default.age),
            stale=self.duration("stale", 0) or None,
            backoff=self.duration("backoff", default.backoff),
            backoff_most=self.duration("backoff_most", default.backoff_most),
            failures=self.number("failures", default.failures),
            pause=self.duration("pause", default.pause),
        )

    def end(self) -> None:
        """Say what nobody has asked for."""
        for key in self._values:
            similar = closest(key, self._known)
            hint = f"did you mean `{similar}`?" if similar else f"it knows {', '.join(self._known)}"
            raise self.wrong(f"no setting is called `{key}`; {hint}")

    def _rate(self) -> tuple[int, int] | None:
        text = self.text("rate")
        if text is None:
            return None
        count, _, span = text.partition(" per ")
        micros = parse_duration(span if span[:1].isdigit() else f"1{span}")
        if not re.fullmatch("[0-9]{1,9}", count) or not int(count) or not micros:
            raise self.wrong(f"`rate` must be such as 50 per 1s or 1000 per 1h, not `{text}`")
        return int(count), micros

    def _take(self, key: str) -> object:
        self._known.append(key)
        return self._values.pop(key, None)
