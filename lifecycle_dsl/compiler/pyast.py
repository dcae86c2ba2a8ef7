"""Short constructors for the Python syntax trees that the compiler writes."""

import ast
from collections.abc import Iterable, Sequence

from lifecycle_dsl.source import Span

Statements = list[ast.stmt]


def name(text: str) -> ast.expr:
    """A variable, read."""
    return ast.Name(text, ast.Load())


def attribute(owner: str, field: str) -> ast.expr:
    """`owner.field`, read."""
    return ast.Attribute(name(owner), field, ast.Load())


def constant(value: object) -> ast.expr:
    """A number, text, bool or None; a tuple of such."""
    if isinstance(value, tuple):
        return ast.Tuple([constant(item) for item in value], ast.Load())
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)  # type: ignore[arg-type]


NONE = ast.Constant(None)


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """A call of a global or local."""
    return ast.Call(name(function), list(arguments), [])


def method(owner: str, called: str, *arguments: ast.expr) -> ast.expr:
    """A call of a method."""
    return ast.Call(attribute(owner, called), list(arguments), [])


_BINARY: dict[str, ast.operator] = {
    "+": ast.Add(),
    "-": ast.Sub(),
    "*": ast.Mult(),
    "/": ast.Div(),
    "//": ast.FloorDiv(),
    "%": ast.Mod(),
}
_COMPARE: dict[str, ast.cmpop] = {
    "==": ast.Eq(),
    "!=": ast.NotEq(),
    "<": ast.Lt(),
    "<=": ast.LtE(),
    ">": ast.Gt(),
    ">=": ast.GtE(),
    "is": ast.Is(),
    "is not": ast.IsNot(),
    "in": ast.In(),
    "not in": ast.NotIn(),
}
INLINE = frozenset(_BINARY) | frozenset(_COMPARE)


def binary(left: ast.expr, symbol: str, right: ast.expr) -> ast.expr:
    """An arithmetic operator or a comparison, by its Python symbol."""
    if symbol in _BINARY:
        return ast.BinOp(left, _BINARY[symbol], right)
    return ast.Compare(left, [_COMPARE[symbol]], [right])


def negation(operand: ast.expr) -> ast.expr:
    """`not operand`."""
    return ast.UnaryOp(ast.Not(), operand)


def all_of(operands: Sequence[ast.expr]) -> ast.expr:
    """`a and b`; of none, true."""
    if not operands:
        return ast.Constant(True)
    return operands[0] if len(operands) == 1 else ast.BoolOp(ast.And(), list(operands))


def any_of(operands: Sequence[ast.expr]) -> ast.expr:
    """`a or b`; of none, false."""
    if not operands:
        return ast.Constant(False)
    return operands[0] if len(operands) == 1 else ast.BoolOp(ast.Or(), list(operands))


def conditional(test: ast.expr, yes: ast.expr, no: ast.expr) -> ast.expr:
    """`yes if test else no`."""
    return ast.IfExp(test, yes, no)


def named(variable: str, value: ast.expr) -> ast.expr:
    """`(variable := value)`."""
    return ast.NamedExpr(ast.Name(variable, ast.Store()), value)


def is_none(value: ast.expr) -> ast.expr:
    """`value is None`."""
    return binary(value, "is", NONE)


def assign(variable: str, value: ast.expr) -> ast.stmt:
    """`variable = value`."""
    return ast.Assign([ast.Name(variable, ast.Store())], value)


def add_to(variable: str, value: ast.expr) -> ast.stmt:
    """`variable += value`."""
    return ast.AugAssign(ast.Name(variable, ast.Store()), ast.Add(), value)


def put(owner: str, field: str, value: ast.expr) -> ast.stmt:
    """`owner.field = value`."""
    return ast.Assign([ast.Attribute(name(owner), field, ast.Store())], value)


def if_(test: ast.expr, body: Statements, otherwise: Statements | None = None) -> ast.stmt:
    """An `if` statement."""
    return ast.If(test, body or [ast.Pass()], otherwise or [])


def do(value: ast.expr) -> ast.stmt:
    """An expression for its effect."""
    return ast.Expr(value)


def give(value: ast.expr) -> ast.stmt:
    """`return value`."""
    return ast.Return(value)


def function(title: str, parameters: Iterable[str], body: Statements) -> ast.FunctionDef:
    """A function of positional parameters."""
    arguments = ast.arguments([], [ast.arg(p) for p in parameters], None, [], [], None, [])
    return ast.FunctionDef(title, arguments, body or [ast.Pass()], [])


def located(node: ast.AST, span: Span) -> None:
    """Say where in the rule file a node, with all below it that has no place yet, comes from."""
    line, column = span.source.position(span.start)
    for part in ast.walk(node):
        if isinstance(part, ast.expr | ast.stmt | ast.arg) and not hasattr(part, "lineno"):
            part.lineno = part.end_lineno = line
            part.col_offset = part.end_col_offset = column - 1
