"""The grammar into the tables of an LALR(1) automaton, by Lark's own analysis.

The only module that knows Lark. Conflicts in the grammar are errors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lark import Lark, Token
from lark.grammar import Rule as LarkRule
from lark.grammar import Symbol, Terminal
from lark.lexer import Lexer, PatternStr, TerminalDef
from lark.parsers.grammar_analysis import LR0ItemSet
from lark.parsers.lalr_analysis import LALR_Analyzer

from lifecycle_dsl.syntax.tables import OMITTED, Rule, Tables, fingerprint, lark_version
from lifecycle_dsl.syntax.tokens import END

STARTS = ("file", "expression", "cell")


class _NoLexer(Lexer):
    """Lark is never asked to read a rule file."""

    def __init__(self, conf: object) -> None:
        """Take what Lark gives."""

    def lex(self, lexer_state: object, parser_state: object) -> Iterator[Token]:  # noqa: ARG002
        """Nothing."""
        yield from ()


def tables_of(grammar: str) -> Tables:
    """The tables of a grammar; lark.exceptions.GrammarError where it is ambiguous."""
    lark = Lark(
        grammar,
        parser="lalr",
        start=list(STARTS),
        lexer=_NoLexer,
        maybe_placeholders=True,
        strict=True,
    )
    analysis = LALR_Analyzer(lark.parser.parser_conf, strict=True)
    analysis.compute_lalr()  # type: ignore[no-untyped-call]
    states = _in_order([analysis.lr0_start_states[start] for start in STARTS])
    number = {id(state): at for at, state in enumerate(states)}
    rules = _rules_in_order(states)
    names = _names(lark.terminals)
    rule_number = {rule: at for at, rule in enumerate(rules)}
    used = {symbol for rule in rules for symbol in rule.expansion}
    symbols = sorted({_name(symbol, names) for symbol in used} | {END})
    symbol_number = {name: at for at, name in enumerate(symbols)}

    moves = []
    reductions = []
    for state in states:
        goes = {
            symbol_number[_name(s, names)]: number[id(to)] for s, to in state.transitions.items()
        }
        moves.append(tuple(part for move in sorted(goes.items()) for part in move))
        before: dict[int, list[int]] = {}
        for symbol, candidates in state.lookaheads.items():
            (rule,) = candidates
            before.setdefault(rule_number[rule], []).append(symbol_number[_name(symbol, names)])
        reductions.append(tuple((rule, *sorted(before[rule])) for rule in sorted(before)))

    starts = {start: number[id(analysis.lr0_start_states[start])] for start in STARTS}
    return Tables(
        grammar=fingerprint(grammar),
        lark=lark_version(),
        starts=starts,
        ends={
            start: number[
                id(next(to for s, to in states[at].transitions.items() if s.name == start))
            ]
            for start, at in starts.items()
        },
        symbols=tuple(symbols),
        rules=tuple(_rule(rule, names) for rule in rules),
        kernels=tuple(_kernel(state, rule_number) for state in states),
        moves=tuple(moves),
        reductions=tuple(reductions),
    )


def _in_order(starts: list[LR0ItemSet]) -> list[LR0ItemSet]:
    """The states as a walk meets them that takes symbols by name."""
    found = list(starts)
    known = {id(state) for state in found}
    for state in found:
        for _, to in sorted(state.transitions.items(), key=lambda move: move[0].name):
            if id(to) not in known:
                known.add(id(to))
                found.append(to)
    return found


def _rules_in_order(states: list[LR0ItemSet]) -> list[LarkRule]:
    used = {pointer.rule for state in states for pointer in state.closure}
    return sorted(used, key=lambda r: (r.origin.name, [s.name for s in r.expansion], r.alias or ""))


def _kernel(state: LR0ItemSet, number: dict[LarkRule, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((number[pointer.rule], pointer.index) for pointer in state.kernel))


def _names(terminals: Iterable[TerminalDef]) -> dict[str, str]:
    """The text of each word and sign by the name that Lark gave it."""
    fixed = (each for each in terminals if isinstance(each.pattern, PatternStr))
    return {each.name: each.pattern.value for each in fixed} | {END: END}


def _name(symbol: Symbol, names: dict[str, str]) -> str:
    """A word or sign by its text, every other symbol in angle brackets: no word looks like that."""
    return str(names.get(symbol.name) or f"<{symbol.name}>")


def _rule(rule: LarkRule, names: dict[str, str]) -> Rule:
    """What Lark's tree builder would do at a reduction."""
    omitted = "".join("x" if left_out else "." for left_out in rule.options.empty_indices)
    gaps = [len(gap) for gap in omitted.split(".")] if omitted else [0] * (len(rule.expansion) + 1)
    take: list[int] = []
    for at, symbol in enumerate(rule.expansion):
        take += [OMITTED] * gaps[at]
        inlined = not symbol.is_term and symbol.name.startswith("_")
        if rule.options.keep_all_tokens or not (isinstance(symbol, Terminal) and symbol.filter_out):
            take.append(2 * at + inlined)
    take += [OMITTED] * gaps[-1]
    return Rule(
        name=str(rule.alias or rule.origin.name),
        origin=str(rule.origin.name),
        symbols=tuple(_name(symbol, names) for symbol in rule.expansion),
        take=tuple(take),
        unwraps=rule.options.expand1 and rule.alias is None,
    )
