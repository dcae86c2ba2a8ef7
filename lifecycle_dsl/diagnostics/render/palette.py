"""The colours of diagnostics; which of the two tables is used, the command line decides."""

from __future__ import annotations

import attrs

from lifecycle_dsl.diagnostics.model import Severity

_RESET = "\x1b[0m"


@attrs.frozen
class Palette:
    """The terminal's escape codes for each role; an empty code leaves the text as it is."""

    error: str = ""
    warning: str = ""
    advice: str = ""
    headline: str = ""
    gutter: str = ""
    context: str = ""
    help: str = ""

    def severity(self, severity: Severity) -> str:
        """The code for a severity's name and its carets."""
        match severity:
            case Severity.ERROR:
                return self.error
            case Severity.WARNING:
                return self.warning
            case Severity.ADVICE:
                return self.advice


PLAIN = Palette()
COLOURS = Palette(
    error="\x1b[1;31m",
    warning="\x1b[1;33m",
    advice="\x1b[1;36m",
    headline="\x1b[1m",
    gutter="\x1b[34m",
    context="\x1b[34m",
    help="\x1b[32m",
)


def paint(text: str, code: str) -> str:
    """A text in a colour."""
    return f"{code}{text}{_RESET}" if code and text else text
