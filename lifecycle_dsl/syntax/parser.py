"""Text into nodes: the whole file, all its syntax errors in one go."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from attrs import frozen
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from lifecycle_dsl.diagnostics.model import Diagnostic
from lifecycle_dsl.source import Source, Span
from lifecycle_dsl.syntax import nodes as n
from lifecycle_dsl.syntax import problems
from lifecycle_dsl.syntax.build import Builder
from lifecycle_dsl.syntax.lexer import SoftWordLexer
from lifecycle_dsl.syntax.literals import Literals


@frozen(eq=False)
class Parsed:
    """What a text gave: nodes for all that could be read, and what could not."""

    file: n.File
    diagnostics: tuple[Diagnostic, ...]


@cache
def _lark() -> Lark:
    grammar = Path(__file__).parents[2] / "grammar" / "lcr.lark"
    return Lark(
        grammar.read_text(encoding="utf-8"),
        parser="lalr",
        start=["file", "expression"],
        lexer=SoftWordLexer,
        maybe_placeholders=True,
        propagate_positions=True,
    )


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []
        self._literals = Literals(self.diagnostics.append, self._expression_in_text)

    def parse(self, span: Span, start: str) -> object | None:
        tree = self._tree(span, start)
        if tree is None:
            return None
        builder = Builder(self.source, span.start, self._literals)
        return builder.plain(builder.build(tree))

    def _tree(self, span: Span, start: str) -> Tree[Token] | None:
        try:
            return _lark().parse(span.text, start=start)
        except UnexpectedToken as problem:
            at = span.start + (problem.token.start_pos or 0)
            end = span.start + (problem.token.end_pos or 0)
            where = Span(self.source, at, max(at, end))
        except UnexpectedCharacters as problem:
            at = span.start + problem.pos_in_stream
            where = Span(self.source, at, at + 1)
        self.diagnostics.append(problems.syntax_error(where, f"`{where.text}` cannot stand here"))
        return None

    def _expression_in_text(self, span: Span) -> n.Expression | None:
        built = self.parse(span, "expression")
        return built if isinstance(built, n.Expression) else None


def parse(source: Source) -> Parsed:
    """The nodes of a source."""
    parser = _Parser(source)
    whole = Span(source, 0, len(source.text))
    declarations = parser.parse(whole, "file")
    file = n.File(whole, declarations if isinstance(declarations, tuple) else (), ())
    return Parsed(file, tuple(parser.diagnostics))
