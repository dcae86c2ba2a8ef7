"""What the solver proves is so: the engine agrees, near the bars too; without it all is silent."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.checker import check
from lifecycle_dsl.diagnostics import Diagnostic
from lifecycle_dsl.engine.decisions import Transition
from lifecycle_dsl.lint import Choice, lint
from lifecycle_dsl.lint.proving import is_available
from lifecycle_dsl.lint.rules import Rules
from lifecycle_dsl.program.rules import OnRecord
from lifecycle_dsl.source import Source
from tests.generated.test_lint import failing, witnesses

needs_solver = pytest.mark.skipif(not is_available(), reason="z3-solver is not installed")

HEAD = """\
lifecycle shop
event visit, purchase, cancel
event mail { size: number, cost: number }
trait plan: one of (free, pro) = free
trait credit: number = 0 { on mail: event.size }
score a { half-life 14d  at least 0  on visit: 1 }
score b { half-life 14d  at least 0  on purchase: 1  on mail: 2 }
score c { at least 0  at most 100  on purchase: 1 }
let health = a + b
level tier = b * 2 + health * 0.5 { vip >= 50  high >= 25  medium >= 10  low }
level engagement = health { very_high >= 25  high >= 15  medium >= 8  low >= 3  very_low }
start { -> new }
"""
TAIL = """\
stage regular { -> new after 90d }
channel email { consent plan == pro  cap 3 per 7d }
"""


def found(text: str, *, proves: bool = True) -> list[Diagnostic]:
    """What is found by the checks that may ask the solver."""
    given = lint(Source("main.lcr", text), None, Choice(proves=proves)).diagnostics
    assert not [each for each in given if each.severity.value == "error"]
    names = {"condition-never-holds", "condition-always-holds", "row-never-asked"}
    names |= {"masked-transition", "partly-masked-transition"}
    return [each for each in given if each.name in names]


def moving(condition: str, on: str = "visit") -> str:
    return f"{HEAD}stage new {{ -> regular on {on} when {condition} }}\n{TAIL}"


@needs_solver
@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("a > b and b > a + 1", "`b > a + 1`"),
        ("c > a and a > b and b > c", "`b > c`"),
        ("tier >= vip and health < 3", "`health < 3`"),
        ("tier == vip and engagement == very_low", "`engagement == very_low`"),
        ("engagement >= high and a < 7 and b < 7", "`b < 7`"),
        ("(plan == free or c > 4) and plan == pro and c < 2", "`c < 2`"),
        ("count(visit) > count(mail) and count(visit) < count(mail) + 1", "`count(visit) <"),
        ("in_stage > 10d and age < in_stage", "`age < in_stage`"),
        ("min(a, b) > 5 and max(a, b) < 4", "`max(a, b) < 4`"),
        ("credit > c and credit <= c", "`credit <= c`"),
    ],
)
def test_parts_that_exclude_each_other_are_found(condition: str, part: str) -> None:
    (one,) = found(moving(condition))
    assert one.name == "condition-never-holds"
    assert one.headline.startswith(part)
    assert found(moving(condition), proves=False) == []


@needs_solver
@pytest.mark.parametrize(
    ("condition", "part"),
    [
        ("tier >= vip and health >= 15", "`health >= 15`"),
        ("plan == free or c <= 5 or c > 4", "`plan == free or"),
        ("engagement >= medium and health > 7.5", "`health > 7.5`"),
    ],
)
def test_parts_that_follow_from_the_others_are_found(condition: str, part: str) -> None:
    always = [each for each in found(moving(condition)) if each.name == "condition-always-holds"]
    assert any(each.headline.startswith(part.rstrip("`")) for each in always)


@needs_solver
@pytest.mark.parametrize(
    "condition",
    [
        "a >= b and b >= a",  # they are equal
        "a >= b and b >= a + 0.0000000005",  # a comparison with a score forgives more than that
        "a > b and b >= a",  # what is forgiven above and below differs at its own edge
        "tier >= vip and health < 26",
        "credit > c and credit + 0 <= c + 1",
        "a >= b and b >= a + 0.5",  # at a thousand million as much is forgiven
    ],
)
def test_what_may_be_is_left_alone(condition: str) -> None:
    assert [each for each in found(moving(condition)) if "never" in each.name] == []


@needs_solver
def test_rows_that_together_cover_another_are_found() -> None:
    text = f"""{HEAD}
table offer (tier, plan) -> what: text {{
  first
  row high.., -        => "a"
  row medium, free     => "b"
  row ..low, free      => "c"
  row -, pro           => "d"
  row not vip, -       => "never"
  otherwise            => "never"
}}
table shown (tier, engagement) -> what: text, how: text {{
  layers
  row vip, very_low    => "never", "never"
  row -, very_high     => "a", "a"
  row low, -           => "b", -
  row -, -             => -, "b"
  row medium.., -      => "c", -
  otherwise            => "d", "d"
}}
stage new {{ -> regular on visit }}
{TAIL}
trigger t {{ on purchase  once  do {{ send email "x" {{ a: offer.what, b: shown.what }} }} }}
"""
    rows = [each for each in found(text) if each.name == "row-never-asked"]
    lines = [each.span.text.strip() for each in rows if each.span is not None]
    assert [" ".join(line.split()) for line in lines] == [
        'row not vip, - => "never"',
        'row vip, very_low => "never", "never"',
        'row -, very_high => "a", "a"',
    ]
    alone = [each for each in found(text, proves=False) if each.name == "row-never-asked"]
    assert len(alone) == 1, "each output of vip, very_low lies below one row"


@needs_solver
def test_transitions_that_together_leave_nothing_are_found() -> None:
    text = f"""{HEAD}
stage new {{
  -> regular on visit when tier >= medium
  -> gone on visit when health < 40
  -> lost on visit when c > 5
}}
stage gone, lost {{ -> new on purchase }}
{TAIL}"""
    (one,) = found(text)
    assert one.name == "masked-transition"
    assert one.headline == "this way to `lost` is never taken"
    assert found(text, proves=False) == []


@needs_solver
def test_witnesses_of_contradictions_hold() -> None:
    for condition in (
        "a > b and b > a + 1",
        "tier >= vip and health < 3",
        "credit > 3 and c > credit and c < credit",
    ):
        text = moving(condition)
        tests = witnesses(found(text))
        assert len(tests) == 1
        assert failing(text, tests) == []


@needs_solver
def test_facts_that_exclude_each_other_are_told_once() -> None:
    condition = "a > b and b > a + 1 and c > a and c > b"
    assert len(found(moving(condition))) == 1


def test_without_the_solver_what_it_might_silence_is_not_called_unused() -> None:
    rule = "stage new { -> regular on visit when a > b and b > a + 1 }\n"
    allowed = f"# lcr: allow condition-never-holds: kept for the day that it can\n{rule}"
    text = f"{HEAD}{allowed}{TAIL}"
    given = lint(Source("main.lcr", text), None, Choice(proves=False)).diagnostics
    assert [each for each in given if each.name == "unused-suppression"] == []
    plain = text.replace("a > b and b > a + 1", "a > 5")
    given = lint(Source("main.lcr", plain), None, Choice(proves=False)).diagnostics
    assert [each.name for each in given if each.name == "unused-suppression"]


# ---- the engine agrees

SIDES = ["a", "b", "c", "n", "m", "a + b", "a - b", "2 * a + b", "a + 1", "n + 0.1", "max(a, n)"]
BARS = ["0.3", "1", "2", "3", "a", "b", "n", "m", "c", "n + 0.1", "a + 1", "b + 1"]
VALUES = [
    0,
    0.1,
    0.2,
    0.3,
    1,
    1 + 1e-9,
    1 - 1e-9,
    1 + 2e-9,
    1.1,
    2,
    2 + 1e-9,
    3,
    0.3 - 1e-17,
    7,
    1e6,
]
MADE = """\
lifecycle made
event set {{ a: number, b: number, c: number, n: number, m: number }}
event ask
trait n, m: number = 0
score a {{ half-life 14d  at least 0  on set: event.a }}
score b {{ half-life 14d  at least 0  on set: event.b }}
score c {{ at least 0  at most 100  on set: event.c }}
start {{ -> new }}
stage new {{ -> yes on ask when {} }}
stage yes
"""


def a_condition(random: Random) -> str:
    sides = random.sample([*SIDES, *BARS], 3)
    atoms = []
    for _ in range(random.choice((2, 3, 3))):
        left, right = random.sample(sides, 2)
        atom = f"{left} {random.choice(('>', '>=', '<', '<=', '==', '!='))} {right}"
        atoms.append(f"not ({atom})" if random.random() < 0.2 else atom)
    if len(atoms) == 3 and random.random() < 0.5:
        return f"({atoms[0]} or {atoms[1]}) and {atoms[2]}"
    return random.choice((" and ", " or ")).join(atoms)


def moves(rules: lcr.RuleSet, random: Random) -> bool:
    """Whether a customer with chosen values moves, perhaps some time after."""
    set_at = 1_767_607_200_000_000
    profile = {name: random.choice(VALUES) for name in "nm"}
    values = {name: random.choice(VALUES) for name in "abc"}
    later = random.choice((0, 0, 1, 86_400_000_000, 14 * 86_400_000_000))
    engine = lcr.Engine(rules)
    stream = [
        {"type": "profile", "customer": "u", "at": set_at, **profile},
        {"type": "set", "customer": "u", "at": set_at, **values, "n": 0, "m": 0},
        {"type": "ask", "customer": "u", "at": set_at + later},
    ]
    return any(
        isinstance(decision, Transition) and decision.to == "yes"
        for record in stream
        for decision in engine.process(record)
    )


@needs_solver
def test_what_is_proved_the_engine_does() -> None:
    random, proofs = Random(5), Counter[bool | None]()
    for _ in range(400):
        text = MADE.format(a_condition(random))
        source = Source("made.lcr", text)
        checked = check(source)
        if checked.program is None:
            continue
        rules = Rules(checked.program, checked.declarations, source)
        (transition,) = checked.program.transitions
        assert isinstance(transition.moving, OnRecord)
        assert transition.guard is not None
        truth = rules.prover.truth(rules.known_in(("new",)), transition.guard)
        proofs[truth] += 1
        if truth is None:
            continue
        ruleset = lcr.compile(text)
        for _ in range(40):
            assert moves(ruleset, random) is truth, text
    assert proofs[True] >= 10
    assert proofs[False] >= 10


@pytest.mark.parametrize("content", ["", "raise ImportError('no library')", None])
def test_another_module_of_that_name_is_no_solver(tmp_path: Path, content: str | None) -> None:
    # In a process of its own, which has not loaded the solver yet.
    if content is not None:
        (tmp_path / "z3.py").write_text(content)
    rules = tmp_path / "rules.lcr"
    rules.write_text(moving("a > b and b > a + 1"))
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1));"
        " from lifecycle_dsl.cli.main import main; main()"
    )
    command = [sys.executable, "-c", code, str(tmp_path), "lint", str(rules), "--format", "concise"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "bug of ours" not in shown
    found_it = "condition-never-holds" in shown
    assert found_it == (content is None and is_available())
