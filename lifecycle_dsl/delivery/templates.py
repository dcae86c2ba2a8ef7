"""Templates of letters: Jinja2 in its sandbox, from one folder and nowhere else.

A letter NAME has its subject in `NAME.subject` and its text in `NAME.txt`, `NAME.html` or both.
What the rules and the events say is data: it is filled in, never read as a template, and in HTML
it is escaped. A name that is not there is an error, not an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from lifecycle_dsl.delivery.destination import RefusedError

SUBJECT, TEXT, HTML = ".subject", ".txt", ".html"
"""The endings of a letter's files."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*", re.ASCII)
_LONGEST_NAME: Final = 200


@frozen
class Letter:
    """A letter with everything filled in."""

    subject: str
    """One line."""
    text: str | None
    html: str | None


class _Folder(FileSystemLoader):
    """Reads templates that lie in a folder, also when a link in it leads elsewhere."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, followlinks=False)
        self._folder = folder.resolve()

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of a template."""
        text, path, current = super().get_source(environment, template)
        if not Path(path).resolve().is_relative_to(self._folder):
            raise TemplateNotFound(template)
        return text, path, current


class Templates:
    """The letters of a folder, whose files may change while it is used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = ImmutableSandboxedEnvironment(
            loader=_Folder(folder),
            undefined=StrictUndefined,
            autoescape=lambda name: name is not None and name.endswith(HTML),
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def letter(self, name: str, data: Mapping[str, Any]) -> Letter:
        """The letter of a name, filled in.

        Raises:
            RefusedError: where it is missing, broken, or asks for what it may not have.
        """
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            raise RefusedError("this is no name of a template", repr(name[:_LONGEST_NAME]))
        subject = self._filled_in(name + SUBJECT, data)
        text, html = self._filled_in(name + TEXT, data), self._filled_in(name + HTML, data)
        if subject is None:
            raise RefusedError(f"there is no {name}{SUBJECT} in {self._folder}")
        if text is None and html is None:
            raise RefusedError(f"there is no {name}{TEXT} and no {name}{HTML} in {self._folder}")
        return Letter(" ".join(subject.split()), text, html)

    def line(self, text: str, data: Mapping[str, Any]) -> str:
        """A short template that stands in the configuration, filled in as one line.

        Raises:
            RefusedError: as above.
        """
        with _refusing(repr(text)):
            return " ".join(self._environment.from_string(text).render(data).split())

    def _filled_in(self, name: str, data: Mapping[str, Any]) -> str | None:
        """A file, filled in; None where there is no such file."""
        with _refusing(name):
            try:
                template = self._environment.get_template(name)
            except TemplateNotFound:
                return None
            return template.render(data)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Say what is wrong with a template; the message waits for somebody to mend it, dead."""
    try:
        yield
    except TemplateNotFound as missing:
        raise RefusedError(f"{name} takes in {missing.name}, which is not there") from missing
    except TemplateSyntaxError as error:
        place = f"{error.name or name}, line {error.lineno}"
        raise RefusedError(f"{place}: {error.message}") from error
    except SecurityError as error:
        raise RefusedError(f"{name} asks for what it may not have", str(error)) from error
    except UndefinedError as error:
        raise RefusedError(f"{name}: {error.message}") from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise RefusedError(f"{name}: {type(error).__name__}", str(error)) from error
    except (OSError, RecursionError, MemoryError) as error:
        raise RefusedError(f"{name} cannot be read or filled in: {type(error).__name__}") from error
