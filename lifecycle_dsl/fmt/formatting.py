"""Text to text: the layout of a rule file, proved before anybody sees it.

What comes out is read again: it must say the same, node for node; its comments must be the same, in
the same order; and formatting it must change nothing. A file that can't be read stays as it is.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from lifecycle_dsl.diagnostics.model import Diagnostic, Severity
from lifecycle_dsl.fmt import constructs as _constructs
from lifecycle_dsl.fmt.file import file_lines
from lifecycle_dsl.fmt.proof import UnprovenError, same_comments, same_nodes
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import Parsed, parse

WIDTH: Final = 100
"""Characters of a line, unless another width is given."""

del _constructs  # to be imported is all that is asked of it


@frozen(eq=False)
class Formatted:
    """The text of a file in its layout; None if it could not be read, for the reasons given."""

    text: str | None
    diagnostics: tuple[Diagnostic, ...]


def format_source(source: Source, width: int = WIDTH) -> Formatted:
    """The text of a source in its layout; its lines end as its first line does.

    Raises:
        UnprovenError: the layout would not have said the same; a bug of this room.
    """
    plain = Source(source.name, source.text.replace("\r\n", "\n").replace("\r", "\n"))
    parsed = parse(plain)
    if any(each.severity is Severity.ERROR for each in parsed.diagnostics):
        return Formatted(None, parse(source).diagnostics)
    text = _laid_out(plain, parsed, width)
    if text != plain.text:
        _prove(parsed, Source(source.name, text), width)
    end = "\r\n" if _first_line_end(source.text) == "\r\n" else "\n"
    return Formatted(text.replace("\n", end), ())


def _laid_out(source: Source, parsed: Parsed, width: int) -> str:
    t = Tokens(source, parsed.tokens, parsed.file.comments, width)
    lines = file_lines(t, parsed.file)
    t.finish()
    return "".join(f"{line}\n" for line in lines)


def _prove(parsed: Parsed, source: Source, width: int) -> None:
    again = parse(source)
    if any(each.severity is Severity.ERROR for each in again.diagnostics):
        raise UnprovenError(source.name, "could not be read any more")
    if not same_nodes(parsed.file.declarations, again.file.declarations):
        raise UnprovenError(source.name, "would say something else")
    if not same_comments(parsed.file, again.file):
        raise UnprovenError(source.name, "would not keep its comments")
    if _laid_out(source, again, width) != source.text:
        raise UnprovenError(source.name, "would change again when formatted again")


def _first_line_end(text: str) -> str:
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"
