"""Colours for `.lcr` in documentation: a lexer for Pygments, found by its entry point as `lcr`.

It tells words from names by their place where a line can say it; what a file means is for the
checker.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups, include, words
from pygments.token import (
    Comment,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

DECLARATIONS = (
    *("lifecycle", "use", "timezone", "dedupe", "event", "trait", "group", "score", "let"),
    *("level", "segment", "start", "stage", "from", "retired", "trigger", "action", "channel"),
    *("topic", "block", "quiet", "season", "cap", "holdout", "route", "table", "attribution"),
    *("param", "model", "test", "always"),
)
OPERATORS = (
    *("and", "or", "not", "is", "contains", "starts", "with", "ends", "if", "then", "else"),
)
WORDS = (
    *("about", "after", "all", "any", "arm", "as", "at", "await", "before", "between", "by"),
    *("call", "called", "consent", "conversion", "cost", "credited", "custom", "do", "draft"),
    *("during", "each", "enter", "entered", "every", "except", "exit", "expect", "fade"),
    *("falls", "fired"),
    *("first", "for", "given", "half-life", "held", "in", "intercept", "join", "joined", "keep"),
    *("last", "layers", "least", "leave", "left", "linear", "list", "logistic", "most", "of"),
    *("on", "once", "one", "otherwise", "over", "per", "points", "position", "prefer", "present"),
    *("priority", "private", "quit", "restart", "rises", "row", "send", "sends", "sent", "set"),
    *("split", "step", "this", "time_decay", "to", "touch", "transactional", "tune", "unique"),
    *("until", "up", "wait", "was", "when", "where", "within", "without", "worth", "x", "yearly"),
)
"""With the two before, all words of the grammar but `true` and `false`."""
TYPES = ("number", "money", "duration", "time", "date", "text", "bool")
_NAME = r"[A-Za-z_][A-Za-z0-9_]*"


class LcrLexer(RegexLexer):
    """The words, names, literals and comments of rule files."""

    name = "Lifecycle rules"
    aliases: ClassVar[list[str]] = ["lcr"]
    filenames: ClassVar[list[str]] = ["*.lcr"]
    mimetypes: ClassVar[list[str]] = ["text/x-lcr"]
    url = ""
    version_added = ""

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r"#.*", Comment.Single),
            (
                rf"({'|'.join(DECLARATIONS)})(\s+)({_NAME})(?=\s*(?:[{{=:,(\"]|$|was\b))",
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
            ),
            (r'"', String, "text"),
            include("code"),
            (r"[{}]", Punctuation),
        ],
        "code": [
            (
                r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?\b",
                Literal.Date,
            ),
            (r"\d\d?:\d\d\b", Literal.Date),
            (r"\d[\d_]*(?:\.\d[\d_]*)?(?:ms|min|[shdwy])\b", Number),
            (r"\d[\d_]*(?:\.\d[\d_]*)?%?", Number),
            (rf"({_NAME})(\.)({_NAME})", bygroups(Name, Punctuation, Name.Attribute)),
            (rf"(?<=: )(?:{'|'.join(TYPES)})\b", Keyword.Type),
            (rf"{_NAME}(?=\s*\()", Name.Function),
            (rf"(?!otherwise){_NAME}(?=:)", Name.Attribute),
            (words(("true", "false"), suffix=r"\b"), Keyword.Constant),
            (words(OPERATORS, suffix=r"\b"), Operator.Word),
            (words((*WORDS, *DECLARATIONS), suffix=r"\b"), Keyword),
            (_NAME, Name),
            (r"->|=>|==|!=|<=|>=|\.\.|[-+*/^<>=?|%]", Operator),
            (r"[()\[\],:.]", Punctuation),
        ],
        "text": [
            (r'"', String, "#pop"),
            (r"\\.|\{\{|\}\}", String.Escape),
            (r"\{", String.Interpol, "value"),
            (r'[^"\\{}\n]+', String),
            (r"\n", Whitespace, "#pop"),
            (r"[}\\]", String),
        ],
        "value": [
            (r"\}", String.Interpol, "#pop"),
            (r'(?=["\n])', String, "#pop"),
            (r"[ \t]+", Whitespace),
            include("code"),
        ],
    }
