"""The canonical text of an expression and of happenings, by which stored memory is known."""

from __future__ import annotations

from lifecycle_dsl.arithmetic import format_number
from lifecycle_dsl.localtime import duration_literal, format_date, format_instant
from lifecycle_dsl.localtime.instants import format_time_of_day
from lifecycle_dsl.syntax import nodes


def of_memory(node: nodes.Memory) -> str:
    """Such as `sum(amount of purchase where plan == premium within 30d)`."""
    field = "" if node.field is None else f"{node.field.text} of "
    match node.window:
        case nodes.Within(micros=micros):
            window = f" within {duration_literal(micros)}"
        case nodes.This(period=period):
            window = f" this {period.text}"
        case None:
            window = ""
    keep = "" if node.keep is None else f" keep {node.keep}"
    return f"{node.function.text}({field}{of_happenings(node.happenings)}{window}{keep})"


def of_happenings(node: nodes.Happenings) -> str:
    """A list of happenings with its filter."""
    listed = ", ".join(_happening(element) for element in node.elements)
    return listed if node.where is None else f"{listed} where {of(node.where)}"


def _happening(node: nodes.Happening) -> str:
    match node:
        case nodes.NamedHappening(name=name):
            return name.text
        case nodes.AnyEvent():
            return "any event"
        case nodes.Enter(target=target):
            return f"enter {target.text}"
        case nodes.Leave(target=target):
            return f"leave {target.text}"
        case nodes.Rises(level=level, to=to) | nodes.Falls(level=level, to=to):
            word = "rises" if isinstance(node, nodes.Rises) else "falls"
            return f"{level.text} {word}" if to is None else f"{level.text} {word} to {to.text}"
        case nodes.SentMessage(target=target, template=template):
            return (
                f"sent {target.text}" if template is None else f"sent {target.text} {of(template)}"
            )


def of(node: nodes.Expression) -> str:
    """An expression on one line, one blank between its words."""
    if isinstance(node, nodes.Binary):
        return _chain(node)
    return _literal(node) or _compound(node) or " ".join(node.span.text.split())


def _literal(node: nodes.Expression) -> str | None:
    match node:
        case nodes.Number(value=value):
            return format_number(value)
        case nodes.Duration(micros=micros):
            return duration_literal(micros)
        case nodes.Date(day=day):
            return format_date(day)
        case nodes.Instant(micros=micros):
            return format_instant(micros)
        case nodes.TimeOfDay(micros=micros):
            return format_time_of_day(micros)
        case nodes.Boolean(value=value):
            return "true" if value else "false"
        case nodes.RecordLiteral(fields=fields):
            return f"{{{', '.join(f'{each.key.text}: {of(each.value)}' for each in fields)}}}"
        case nodes.Text(parts=parts):
            pieces = (_escaped(p) if isinstance(p, str) else f"{{{of(p)}}}" for p in parts)
            return f'"{"".join(pieces)}"'
        case _:
            return None


def _compound(node: nodes.Expression) -> str | None:
    match node:
        case nodes.ListLiteral(items=items):
            return f"[{_listed(items)}]"
        case nodes.NameRead(name=name):
            return name.text
        case nodes.Member(owner=owner, name=name):
            return f"{owner.text}.{name.text}"
        case nodes.Call(function=function, arguments=arguments):
            return f"{function.text}({_listed(arguments)})"
        case nodes.Bracketed(inner=inner):
            return f"({of(inner)})"
        case nodes.Unary(operator=operator, operand=operand):
            return f"not {of(operand)}" if operator == "not" else f"-{of(operand)}"
        case nodes.IsOneOf(subject=subject, negated=negated, options=options):
            return f"{of(subject)} is {'not ' if negated else ''}one of ({_listed(options)})"
        case nodes.IsPresent(subject=subject, negated=negated):
            return f"{of(subject)} is {'not ' if negated else ''}present"
        case nodes.Default(value=value, fallback=fallback):
            return f"{of(value)} else {of(fallback)}"
        case nodes.Conditional(condition=condition, yes=yes, no=no):
            return f"if {of(condition)} then {of(yes)} else {of(no)}"
        case nodes.Memory():
            return of_memory(node)
        case _:
            return None


def _chain(node: nodes.Binary) -> str:
    """A chain of operators, however long."""
    pieces: list[str] = []
    inner: nodes.Expression = node
    while isinstance(inner, nodes.Binary):
        pieces.append(f" {inner.operator} {of(inner.right)}")
        inner = inner.left
    return of(inner) + "".join(reversed(pieces))


def _listed(items: tuple[nodes.Expression, ...]) -> str:
    return ", ".join(of(item) for item in items)


def _escaped(text: str) -> str:
    for plain, escape in (
        ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("{", "{{"), ("}", "}}"),
    ):  # fmt: skip
        text = text.replace(plain, escape)
    return text
