"""Text into tokens.

One scan makes raw tokens; a word becomes a keyword only where the parser, in its present state, has
a use for it as one, and stays a name everywhere else. That is what makes the words of the language
soft. Comments never reach the parser; they are kept beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState, PatternStr
from lark.exceptions import UnexpectedCharacters

_SCAN = re.compile(
    r"""
    (?P<BLANK>[ \t\r\n\f]+)
  | (?P<COMMENT>\#[^\r\n]*)
  | (?P<TEXT>"(?:\\.|[^"\\\r\n])*")
  | (?P<INSTANT>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))
  | (?P<DATE>\d{4}-\d\d-\d\d(?!\d))
  | (?P<TIME>\d\d?:\d\d(?!\d))
  | (?P<DURATION>\d[\d_]*(?:\.\d[\d_]*)?(?:ms|s|min|h|d|w|y)\b)
  | (?P<NUMBER>\d[\d_]*(?:\.\d[\d_]*)?)(?![^\W\d_])
  | (?P<HALF_LIFE>half-life\b)
  | (?P<MEMORY_OF>(?:count|since|seen|streak)(?=\s*\())
  | (?P<MEMORY_FIELD>(?:sum|largest|smallest|distinct|most|last)(?=\s*\())
  | (?P<NAME>[^\W\d]\w*)
  | (?P<SIGN>->|=>|==|!=|<=|>=|\.\.|[-+*/^<>=:,.?%|(){}\[\]])
    """,
    re.VERBOSE,
)
_KEPT = {"TEXT", "INSTANT", "DATE", "TIME", "DURATION", "NUMBER", "MEMORY_OF", "MEMORY_FIELD"}


class SoftWordLexer(Lexer):
    """Lark's lexer interface over the scan above."""

    __future_interface__ = 1

    def __init__(self, conf: LexerConf) -> None:
        """Learn from the grammar which texts are keywords and signs."""
        self._words = {
            terminal.pattern.value: terminal.name
            for terminal in conf.terminals
            if isinstance(terminal.pattern, PatternStr)
        }

    def make_lexer_state(self, text: str) -> LexerState:
        """The state of a scan at its start."""
        return LexerState(text)

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        """The tokens of the text; `parser_state` says which keywords it has a use for."""
        text = lexer_state.text.text
        states = parser_state.parse_conf.parse_table.states
        words = self._words
        position, end = 0, len(text)
        while position < end:
            match = _SCAN.match(text, position)
            if match is None:
                raise UnexpectedCharacters(text, position, 0, 0)
            kind = match.lastgroup
            start, position = position, match.end()
            if kind in ("BLANK", "COMMENT"):
                continue
            value = match.group()
            if kind == "NAME":
                word = words.get(value)
                if word is not None and word in states[parser_state.position]:
                    kind = word
            elif kind not in _KEPT:
                kind = words[value]
            token = Token(kind, value, start, end_pos=position)
            lexer_state.last_token = token
            yield token
