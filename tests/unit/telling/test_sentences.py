"""Sentences: every kind of expression has a phrase, every construct a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.drawing import groups_of
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.program import Program
from lifecycle_dsl.program.walk import walk
from lifecycle_dsl.resources import resource
from lifecycle_dsl.rulefiles import read_beside
from lifecycle_dsl.source import Source
from lifecycle_dsl.telling import Contents, contents
from lifecycle_dsl.telling.expressions import condition, value
from lifecycle_dsl.telling.items import Item
from lifecycle_dsl.telling.marks import code, name, pieces, plain
from lifecycle_dsl.telling.vocabulary import Vocabulary
from lifecycle_dsl.telling.words import length

SHIPPED = sorted(resource("rules").glob("*.lcr"))
FACTS = """
lifecycle demo
event visit { page: text?, tags: list of text up to 5 }
event order { amount: money = 0 }
event gone, help, e
trait known: bool = false
trait city: text = "Ghent"
trait nick: text?
trait ends: date?
trait plan: one of (free, pro) = free
group sign = visit, order
group here = lead, customer
score warmth { half-life 14d  at least 0  on visit: 1  on order: -2 * value }
score steady_score { at most 9  on order: 1 }
level heat = warmth { hot >= 10  warm >= 3  cold }
season sale = 2026-11-20 to 2026-11-30
segment club
param bar = 5
let near = known and heat >= warm
start { -> lead }
stage lead { -> customer on order }
stage customer
"""
CONDITIONS = {
    "known": "known is yes",
    "not known": "known is no",
    "near": "near holds",
    "not near": "near does not hold",
    "warmth >= 3": "warmth is at least 3",
    "warmth > 3 and known": "warmth is more than 3 and known is yes",
    "known and (warmth < 3 or club)": (
        "known is yes and (warmth is less than 3 or the customer is in club)"
    ),
    "heat >= warm": "heat is warm or higher",
    "heat < hot": "heat is below hot",
    "heat != hot": "heat is not hot",
    "stage == lead": "the stage is lead",
    "previous_stage is one of (lead, customer)": "the stage before is lead or customer",
    "plan is not one of (pro)": "plan is none of pro",
    "nick is present": "nick is known",
    "nick is not present": "nick is not known",
    "in_stage >= 3d": "the customer has been in the stage for at least 3 days",
    "age < 1y": "the customer has been known for less than 1 year",
    "count(order within 30d) >= 1": "there has been order in the last 30 days",
    "count(order) == 0": "there has not been order",
    "count(visit, order this week) > 3": "the number of sign this week is more than 3",
    "not seen(order)": "there has not been order",
    "sum(amount of order) > 100": "the total amount of order is more than 100",
    "streak(visit) >= 5": "the days in a row with visit is at least 5",
    "distinct(day of visit within 7d) >= 2": (
        "the number of days of visit in the last 7 days is at least 2"
    ),
    "since(order) else 0d > 3d": "the time since order (0s if there is none) is more than 3 days",
    'city contains "e"': "city contains `e`",
    'city starts with "G"': "city starts with `G`",
    "sale": "it is sale",
    "club": "the customer is in club",
    "not club": "the customer is not in club",
    "warmth >= bar": "warmth is at least bar",
    "warmth + steady_score * 2 > 3": "`warmth + steady_score * 2` is more than 3",
    "days(in_stage) > 3": "the whole days of the time in the stage is more than 3",
    "if known then heat == hot else club": "`if known then heat == hot else club` holds",
}
SEEN_ELSEWHERE = {"Expression", "FactRead", "PointsSum"}
"""What no rule reads, and the sum that is told line by line."""


def told(text: str) -> tuple[Contents, Program, Vocabulary]:
    checked = check(Source("rules.lcr", text))
    program = checked.program
    assert program is not None, checked.diagnostics
    labels = {each.name: each.labels for each in program.levels.values()}
    known = Vocabulary(groups_of(checked.declarations), tuple(program.stages), labels)
    return contents(checked, program), program, known


def every(items: tuple[Item, ...], indent: str = "") -> Iterator[str]:
    for item in items:
        yield indent + plain(item.text)
        yield from every(item.inner, indent + "  ")


@pytest.mark.parametrize(("written", "said"), CONDITIONS.items())
def test_a_condition_is_a_clause(written: str, said: str) -> None:
    _, program, known = told(f"{FACTS} segment asked = {written}")
    found = program.segments["asked"].condition
    assert found is not None
    assert plain(condition(found, known)) == said


def test_every_kind_of_expression_has_a_phrase() -> None:
    classes: set[str] = set()
    for path in SHIPPED:
        checked = check(Source(str(path), path.read_text()), read_beside(path))
        assert checked.program is not None
        known = Vocabulary(groups_of(checked.declarations), (), {})
        for root in roots(checked.program):
            for each in walk(root):
                classes.add(type(each).__name__)
                if not isinstance(each, e.PointsSum):
                    assert plain(condition(each, known)).strip()
                    assert plain(value(each, known)).strip()
    for written in CONDITIONS:
        _, program, known = told(f"{FACTS} segment asked = {written}")
        classes |= {type(each).__name__ for root in roots(program) for each in walk(root)}
    kinds = {each.__name__ for each in e.Expression.__subclasses__()}
    assert kinds - classes <= SEEN_ELSEWHERE | {"ListOf", "SeasonRead"}


def roots(program: Program) -> Iterator[e.Expression]:
    yield from (let.value for let in program.lets.values())
    yield from (s.condition for s in program.segments.values() if s.condition is not None)
    yield from (line.amount for score in program.scores.values() for line in score.lines)
    yield from (fold.value for trait in program.traits.values() for fold in trait.folds)
    yield from (each for table in program.tables.values() for each in table.expressions())
    yield from (t.condition for t in program.triggers if t.condition is not None)


def test_a_journey_is_told_step_by_step() -> None:
    found, _, _ = told(f"""{FACTS}
    channel email
    action crm.note {{ reason: text }}
    route best {{ otherwise: email }}
    # Nobody is left alone.
    trigger welcome "Welcome" {{
      on enter customer
      in here  when known  between 08:00 and 20:00  once  exit on gone
      do {{
        send email "welcome_{{heat}}" {{ city: city }}
        wait 3d
        if known {{ join club }} else {{ quit club  exit }}
        await within 2d {{
          on help where value > 1 {{ call crm.note {{ reason: "stuck" }} }}
          else {{ split half {{ 50%: {{ set known = true }} 50%: {{ wait until 09:00 }} }} }}
        }}
        send best "bye"
      }}
    }}""")
    (welcome,) = found.triggers
    assert (welcome.title, welcome.introduction) == ("Welcome", "Nobody is left alone.")
    assert [plain(lead) for lead in welcome.leads] == [
        "For customers in any stage.",
        "Only if known is yes.",
        "Only between 08:00 and 20:00.",
        "The journey ends at once when gone happens.",
        "When a customer enters customer, once per customer:",
    ]
    assert list(every(welcome.items)) == [
        "Send the e-mail `welcome_{heat}`, with city.",
        "Wait 3 days.",
        "It depends:",
        "  If known is yes:",
        "    Put the customer into club.",
        "  Else:",
        "    Take the customer out of club.",
        "    End here.",
        "See what happens for at most 2 days:",
        "  If help happens, where its value is more than 1:",
        "    Call crm.note (reason: `stuck`).",
        "  If none of it happens:",
        "    Try half, by chance but always alike for one customer:",
        "      50 % of the customers:",
        "        Note that known is yes.",
        "      50 % of the customers:",
        "        Wait until 09:00.",
        "Send `bye` by a channel of best.",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "on visit without order for 2h",
            "When visit happens and order does not follow within 2 hours",
        ),
        ("on visit then order within 1d", "When visit, then order follow one another within 1 day"),
        ("after 3d without visit, order", "After 3 days without sign"),
        ("every day at 09:00", "Every day at 09:00"),
        ("every monday in here", "Every Monday at 00:00"),
        ("on 30d, 7d before ends", "30 days before and 7 days before ends"),
        ("on ends yearly at 09:00", "On ends, every year, at 09:00"),
        ("on heat rises to hot", "When heat rises to hot"),
        ("on heat falls", "When heat falls"),
        ("on leave lead", "When a customer leaves lead"),
        (
            "on enter buyers, leave buyers",
            "When a customer comes into buyers or a customer drops out of buyers",
        ),
        (
            "on visit without enter buyers for 2h",
            "When visit happens and coming into buyers does not follow within 2 hours",
        ),
        (
            "on gone without leave buyers, leave lead for 2h",
            (
                "When gone happens and dropping out of buyers or leaving lead"
                " does not follow within 2 hours"
            ),
        ),
        (
            "on visit without enter customer for 1d",
            "When visit happens and entering customer does not follow within 1 day",
        ),
        (
            "on visit without heat rises, heat falls to cold for 1d",
            (
                "When visit happens and heat rising or heat falling to cold"
                " does not follow within 1 day"
            ),
        ),
        ("on visit at most 1 per stay", "When visit happens, at most once in each stay in a stage"),
        ("on visit at most 2 per 30d", "When visit happens, at most twice in 30 days"),
        ("on visit at most 1 per week", "When visit happens, at most once a week"),
    ],
)
def test_an_occurrence_is_a_clause(written: str, said: str) -> None:
    buyers = "segment buyers = count(order) > 1"
    found, _, _ = told(f"{FACTS} {buyers} trigger t {{ {written}  do {{ join club }} }}")
    assert plain(found.triggers[0].leads[-1]) == f"{said}:"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "on visit where page is present",
            "To customer when visit happens, where its page is known.",
        ),
        ("on visit when known", "To customer when visit happens, but only if known is yes."),
        ("when heat >= hot", "To customer as soon as heat is hot or higher."),
        ("after 60d", "To customer after 60 days in the stage."),
        ("after 60d without sign", "To customer after 60 days in the stage without sign."),
        ("on ends", "To customer on ends."),
    ],
)
def test_a_transition_is_a_sentence(written: str, said: str) -> None:
    text = FACTS.replace("-> customer on order", f"-> customer {written}")
    found, _, _ = told(text)
    assert list(every(found.stages[0].items)) == [said]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("wait 36h", "Wait 36 hours."),
        ("wait (1d else 2d)", "Wait 1 day."),
        ("wait if known then 1d else 2d", "Wait 1 day if known is yes, else 2 days."),
        ("wait until now + 3d", "Wait until now plus 3 days."),
        ("await help within 2d { exit }", "See what happens for at most 2 days:"),
        ("await help until 18:00 { exit }", "See what happens until 18:00 at most:"),
        ("await help until now + 5d { exit }", "See what happens until now plus 5 days at most:"),
        ("set known = heat >= warm", "Note that known is yes if heat is warm or higher, else no."),
        ('set city = "Bern"', "Note that city is `Bern`."),
        ('send push "hi"', "Send `hi` by push."),
        ("call crm.note {}", "Call crm.note."),
    ],
)
def test_a_step_is_a_sentence(step: str, said: str) -> None:
    channel = "channel push  action crm.note { reason: text? }"
    found, _, _ = told(f"{FACTS} {channel} trigger t {{ on visit  do {{ {step} }} }}")
    assert next(every(found.triggers[0].items)) == said


def test_a_way_out_of_several_stages_is_told_once() -> None:
    found, _, _ = told(f"{FACTS} from any except lost -> lost after 9d without sign  stage lost")
    (way,) = found.shared_ways
    assert plain(way.title or "") == "From any stage except lost to lost"
    assert list(every(way.items)) == ["To lost after 9 days in these stages without sign."]
    told_of_lead = [plain(lead) for lead in found.stages[0].leads]
    assert "By the ways out of several stages, below, customers also go to lost." in told_of_lead


def test_points_are_told_line_by_line() -> None:
    lines = "{ on visit, order: 2  when known: 1.5  on gone where value > 2: 1 }"
    found, _, _ = told(FACTS.replace("-> customer on order", f"-> customer at 5 points {lines}"))
    assert list(every(found.stages[0].items)) == [
        "To customer when something happens and these points add up to at least 5:",
        "  2 points if what happens is sign.",
        "  1.5 points while known is yes.",
        "  1 point if what happens is gone, where its value is more than 2.",
    ]


def test_scores_and_levels_are_told() -> None:
    found, _, _ = told(FACTS)
    warmth, steady = found.scores
    assert warmth.leads == ("It fades by half every 14 days and never falls below 0.",)
    assert steady.leads == ("It does not fade and never rises above 9.",)
    assert list(every(warmth.items)) == ["visit: plus 1.", "order: minus 2 × its value."]
    assert list(every(found.levels[0].items)) == [
        "hot from 10.",
        "warm from 3.",
        "cold below that.",
    ]


def test_what_guards_messages_is_told() -> None:
    found, _, _ = told(f"""{FACTS}
    channel email {{ consent known  block lost when city == "x"  quiet 21:00 to 08:00
      cap 3 per 7d }}
    channel push {{ quiet on sunday }}
    topic receipts {{ transactional }}
    quiet during sale
    cap email, push 4 per day
    cap all 5 per week
    holdout 5%""")
    assert list(every(found.channels[0].items)) == [
        "A message needs consent: known is yes.",
        "Nothing is sent while city is `x` (lost).",
        "Quiet from 21:00 to 08:00: messages wait until it is over.",
        "At most 3 in 7 days for one customer.",
    ]
    assert list(every(found.channels[1].items)) == [
        "Quiet on Sunday: messages wait until it is over."
    ]
    assert list(every(found.everywhere)) == [
        "Quiet from 2026-11-20 to 2026-11-30: messages wait until it is over.",
        "At most 4 messages a day for one customer by email and push together.",
        "At most 5 messages a week for one customer, by all channels.",
        "5 % of the customers are never messaged, so that the effect can be measured.",
    ]


def test_a_table_is_a_table() -> None:
    found, _, _ = told(f"""{FACTS}
    table t (stage, warmth) -> goal: text {{
      first  row lead, [3..10) => "a"  row not lead, 4.. => "b"  otherwise => "c_{{city}}"
    }}""")
    (grid,) = found.tables
    assert [[plain(cell) for cell in row] for row in (grid.heads, *grid.rows)] == [
        ["the stage", "warmth", "goal"],
        ["lead", "from 3 to under 10", "`a`"],
        ["not lead", "4 or more", "`b`"],
        ["otherwise", "", "`c_{city}`"],
    ]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("first", "The first touch gets all."),
        ("last", "The last touch gets all."),
        ("linear", "All touches get the same."),
        (
            "position 40/20/40",
            "The first gets 40 %, the last 40 % and those between 20 %.",
        ),
        (
            "time_decay half-life 7d",
            "A touch gets half as much for every 7 days before the last one.",
        ),
        (
            "custom 1 / position over position",
            "Touches share by weight: `1 / position`.",
        ),
    ],
)
def test_an_attribution_is_told(model: str, said: str) -> None:
    found, _, _ = told(f"""{FACTS}
    channel email
    # Where the money comes from.
    attribution revenue {{
      touch sign as email by id  touch gone where known by at  touch sends
      conversion order where amount > 5 worth amount
      conversion enter customer worth 1
      within 30d  model {model}
    }}""")
    (entry,) = found.attributions
    assert entry.introduction == "Where the money comes from."
    assert list(every(entry.items)) == [
        "order happens, where its amount is more than 5: that is worth its amount.",
        "A customer enters customer: that is worth 1.",
        "Touches in the 30 days before it share that:",
        "  sign, as one of email; its campaign is its id.",
        "  gone, where known is yes; its campaign is its at.",
        "  Each marketing message, as one of its channel.",
        said,
    ]


def test_comments_are_introductions() -> None:
    found, _, _ = told("""# What it is.
# In two lines.

lifecycle x
event e
# --- Part ---
# The first, with `code`.
start { -> a }
# lcr: allow inescapable-stage: meant
# Here they stay.
stage a
""")
    assert found.introduction == "What it is. In two lines."
    assert found.stages[0].introduction == "Here they stay."


def test_marks_cannot_be_forged() -> None:
    assert list(pieces(name("a\ue002b\ue001c"))) == [("name", "abc")]
    assert list(pieces("x \ue001y")) == [("plain", "x y")]
    assert plain(f"say {code('c')} to {name('n')}") == "say `c` to n"


@pytest.mark.parametrize(
    ("micros", "said"), [(86_400_000_000, "1 day"), (7_200_000_000, "2 hours"), (1, "0.001ms")]
)
def test_a_length_is_in_its_largest_unit(micros: int, said: str) -> None:
    assert length(micros) == said
