"""What commands of analysis share: the extra they need, and their errors for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lifecycle_dsl.cli.terminal import UnusableError

_NEEDED: Final = {
    "duckdb",
    "jinja2",
    "markupsafe",
    "matplotlib",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
}


@contextmanager
def analysis() -> Iterator[None]:
    """Import rooms of analysis and use them.

    Raises:
        UnusableError: where the extra is missing, or something cannot be analysed.
    """
    try:
        from lifecycle_dsl.analysis.errors import AnalysisError  # noqa: PLC0415 — as its users

        try:
            yield
        except AnalysisError as error:
            raise UnusableError(str(error)) from error
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            raise
        raise UnusableError(
            f"this needs {error.name}: pip install 'lifecycle-dsl[analysis]'"
        ) from error
