"""What could stand at a place, in the words of the person who writes there.

A state of the automaton is a set of half-read rules. What they want next is said for the construct
that is being read, not for the symbol: after `->` not a name but a stage name.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifecycle_dsl.syntax.machine import Machine, automaton
from lifecycle_dsl.syntax.tables import is_terminal
from lifecycle_dsl.syntax.tokens import END

_CONSTRUCTS = {
    "<declaration>": "a declaration such as `event`, `score`, `stage` or `trigger`",
    "<score_item>": "a line of the score: `half-life 14d`, `at least 0` or `on EVENT: 1`",
    "<transition>": "a transition: `-> STAGE …`",
    "<placing>": "a line of `start`: `-> STAGE when …`",
    "<fold>": "a line of the trait: `on EVENT: …`",
    "<point_line>": "a line of points: `when …: 1` or `on EVENT: 1`",
    "<occurrence>": "what the trigger waits for: `on …`, `after …` or `every …`",
    "<guard>": "a guard of the trigger or `do { … }`",
    "<exit_on>": "`exit on …` or `do { … }`",
    "<arm>": "an arm: `on EVENT { … }` or `else { … }`",
    "<split_arm>": "an arm of the split: `50%: { … }`",
    "<step>": "a step such as `send`, `wait`, `set` or `call`",
    "<message_rule>": "a rule for messages: `consent`, `cap`, `quiet`, `block` or `cost`",
    "<route_line>": "a line of the route: `STAGE: CHANNEL, …`",
    "<row>": "a row: `row … => …` or `otherwise => …`",
    "<attribution_item>": "a line of the attribution: `touch`, `conversion`, `within` or `model`",
    "<param_case>": "a line of the param: `SEGMENT: 4`",
    "<coefficient>": "a line of the model: `FEATURE: 0.1`",
    "<test_step>": "a line of the test: `given`, `on`, `wait`, `at` or `expect`",
    "<expectation>": "what to expect",
    "<given>": "what is given: `stage S`, or a name and its value",
    "<band>": "a level label",
    "<entry>": 'a name and its value: `reason: "stuck"`',
    "<field>": "a field: `NAME: TYPE`",
    "<cell>": "a cell: `-`, a label, a number, `high..`",
    "<cell_choice>": "a cell: `-`, a label, a number, `high..`",
    "<cell_value>": "a label, a number or a text",
    "<result>": "a result: a value, or `-`",
    "<moving>": "when the customer moves: `on …`, `when …`, `after …` or `at N points { … }`",
    "<quiet_times>": "quiet times: `21:00 to 08:00`, `on sunday` or `during SEASON`",
    "<credit_model>": "a model: `first`, `last`, `linear`, `position`, `time_decay` or `custom`",
    "<capped>": "the channels that are capped, or `all`",
    "<per>": "`per 7d`, `per day` or `per week`",
    "<type>": "a type such as `number`, `text` or `one of (…)`",
    "<type_shape>": "a type such as `number`, `text` or `one of (…)`",
    "<list_element>": "what the list is of: a type or `{ … }`",
    "<happenings>": "an event, `enter …` or `leave …`",
    "<happening>": "an event, `enter …` or `leave …`",
    "<stages>": "a stage name or `any`",
    "<steps>": "`{ … }` with steps",
    "<point_block>": "`{ … }` with lines of points",
    "<table_rows>": '`{ … }` with rows, or `from "FILE"`',
    "<template>": "a template: a text in quotes",
    "<ending>": "`within 3d` or `until 09:00`",
    "<ending_time>": "a time such as `09:00`, or an expression",
    "<until>": "a time such as `09:00`, or an expression",
    "<expression>": "a value",
    "<list_item>": "a value",
    "<record_field>": "a name and its value: `price: 3`",
    "<strict>": "a value",
    "<or>": "a value",
    "<and>": "a value",
    "<not>": "a condition",
    "<operand>": "a value",
    "<sum>": "a value",
    "<product>": "a value",
    "<unary>": "a value",
    "<constant>": "a number, a duration or the name of a param",
    "<declared>": "a name",
    "<declared_list>": "a name",
    "<path>": "a name",
    "<names>": "a name",
    "<when>": "`when …`",
    "<range_close>": "`]` or `)`",
    "<shift_direction>": "`before` or `after`",
    "<given_value>": 'a value such as `4`, `true` or `"free"`',
    "<else_if>": "`{ … }` or `if`",
    "<fields>": "`{ … }` with fields",
    "<name>": "a name",
    "<shift>": "a length of time such as `30d`",
    "<date_range>": "a date such as `2026-12-25`",
}
"""By what a half-read rule wants next, the largest construct first."""

_NAMES = {
    "lifecycle": "the name of the lifecycle",
    "transition": "a stage name",
    "placing": "a stage name",
    "from_rule": "a stage name",
    "happening_enter": "a stage or segment name",
    "happening_leave": "a stage or segment name",
    "happening_rises": "a level label",
    "happening_falls": "a level label",
    "happening_sent": "a channel or topic name",
    "step_send": "a channel or route name",
    "step_set": "a trait name",
    "step_join": "a segment name",
    "step_quit": "a segment name",
    "step_split": "a name for the split",
    "as_name": "a name for the wait",
    "guard_topic": "a topic name",
    "guard_for_each": "a field name",
    "per_period": "`day`, `week`, `month`, `year` or a length of time",
    "quiet_season": "a season name",
    "quiet_days": "a weekday",
    "preference": "a channel name",
    "block": "a name for the block, which is the reason in the log",
    "level": "the lowest label of the level",
    "member": "a name",
    "type_one_of": "a label",
    "type_name": "a type",
    "given_stage": "a stage name",
    "given_joined": "a segment name",
    "given_arm": "the name of a split",
    "test_on": "an event name",
    "fact_sent": "a channel or topic name",
    "fact_fired": "a trigger name",
    "fact_credited": "the name of an attribution",
    "fact_held": "a trigger name or a reason",
    "fact_joined": "a segment name",
    "fact_left": "a trigger name",
    "fact_entered": "a stage name",
    "fact_stage": "a stage name",
    "memory_field": "a field name",
    "span_this": "`day`, `week`, `month` or `year`",
    "dates_shifted": "a trait that is a date",
    "touch": "a name",
    "field": "a field name",
}
_KINDS = {
    "<NAME>": "a name",
    "<NUMBER>": "a number",
    "<DURATION>": "a length of time such as `30d`",
    "<TEXT>": "a text in quotes",
    "<TIME>": "a time such as `07:00`",
    "<DATE>": "a date such as `2026-12-25`",
    "<INSTANT>": "an instant such as `2026-03-28T12:00Z`",
    END: "an operator or the end of the expression",
}
_LARGEST_FIRST = {symbol: rank for rank, symbol in enumerate(_CONSTRUCTS)}


def outermost(machine: Machine) -> tuple[list[int], dict[str, int]]:
    """The stack when all that may be finished is, and the symbols that fit there.

    Where reading a value could go on (with an operator) or end, the end of it counts: what must
    come next says more than what may.
    """
    best: list[int] = list(machine.states)
    fitting: dict[str, int] = {}
    most = -1
    for symbol in machine.row:
        if not is_terminal(symbol) or symbol == END:
            continue
        states = list(machine.states)
        reductions = machine.follow(states, symbol)
        if reductions is None or reductions < most:
            continue
        if reductions > most:
            most, fitting = reductions, {}
            best = states[:-1]
        fitting[symbol] = reductions
    if "<declaration>" not in machine.rows[best[-1]]:
        states = list(machine.states)
        if (reductions := machine.follow(states, END)) is not None:
            return states, {END: reductions}
    return best, fitting


def expected(machine: Machine) -> str:
    """What could stand at the machine's place."""
    states, fitting = outermost(machine)
    state = states[-1]
    row = machine.rows[state]
    constructs = sorted((_LARGEST_FIRST[symbol], symbol) for symbol in row if symbol in _CONSTRUCTS)
    closing = [f"`{symbol}`" for symbol in ("}", ")", "]") if symbol in fitting]
    if constructs:
        first = _CONSTRUCTS[constructs[0][1]]
        return _either([first, *closing])
    wanted = list(dict.fromkeys(_wanted(state)))
    if not wanted:
        wanted = [_KINDS.get(symbol, f"`{symbol}`") for symbol in sorted(fitting)]
    return _either([*wanted, *(each for each in closing if each not in wanted)][:5])


def _wanted(state: int) -> Iterable[str]:
    """What the half-read rules of a state want next."""
    run = automaton()
    for number, read in run.tables.kernels[state]:
        rule = run.rules[number]
        if read == len(rule.symbols):
            continue
        symbol = rule.symbols[read]
        if symbol == "<NAME>":
            yield _NAMES.get(rule.name, _KINDS[symbol])
        elif is_terminal(symbol):
            yield _KINDS.get(symbol, f"`{symbol}`")


def _either(alternatives: list[str]) -> str:
    if len(alternatives) < 2:
        return "".join(alternatives)
    return f"{', '.join(alternatives[:-1])} or {alternatives[-1]}"
