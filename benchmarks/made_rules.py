"""The rules that are compared, and rule sets made to be large, which nobody has written yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lifecycle_dsl.lsp.mentions import Space
from lifecycle_dsl.lsp.reading import index_of
from lifecycle_dsl.source import Source
from lifecycle_dsl.syntax import nodes, parse

HERE = Path(__file__).parent
RULES = HERE.parent / "rules"


def compared() -> str:
    """The scores and stages of e-mail marketing, and the triggers that are written by hand too."""
    parts = (RULES / "email_marketing_scores.lcr", HERE / "triggers.lcr")
    return "\n".join(path.read_text(encoding="utf-8") for path in parts)


def with_triggers(count: int) -> str:
    """The compared rules and `count` triggers, each on an event type of its own."""
    added = [
        f"""
event other_{number}
trigger added_{number} {{
  on other_{number}
  in active
  when engagement >= low
  at most 1 per 7d
  do {{ send email "added_{number}" }}
}}
"""
        for number in range(count)
    ]
    return compared() + "".join(added)


def with_stages(stages: int, events: int, scores: int = 20) -> str:
    """A chain of stages, each with points from two scores and four of the event types."""
    lines = ["lifecycle made", 'timezone "UTC"', "channel email"]
    lines += [f"event e{number}" for number in range(events)]
    for number in range(scores):
        lines += [f"score s{number} {{", "  half-life 14d", "  at least 0"]
        lines += [f"  on e{event}: 1.5 * value" for event in range(number, events, scores)]
        lines += ["}"]
    lines += ["start { -> stage0 }"]
    for number in range(stages):
        lines += _stage(number, stages, events, scores)
    return "\n".join(lines) + "\n"


def _stage(number: int, stages: int, events: int, scores: int) -> Iterator[str]:
    kinds = [f"e{(number * 7 + step * 11) % events}" for step in range(4)]
    yield f"stage stage{number} {{"
    yield f"  -> stage{(number + 1) % stages} at 5 points {{"
    yield f"    when s{number % scores} >= 3: 2"
    yield f"    when s{(number + 1) % scores} >= 2: 1.5"
    yield f"    on {kinds[0]}, {kinds[1]}: 3"
    yield f"    on {kinds[2]}: 1.5"
    yield "    when in_stage >= 3d: 1.5"
    yield "  }"
    yield f"  -> stage{(number + 2) % stages} on {kinds[3]}"
    yield f"  -> stage{(number + 3) % stages} after 30d"
    yield "}"
    yield f"trigger hello{number} {{"
    yield f"  on enter stage{number}"
    yield "  at most 1 per 30d"
    yield f'  do {{ send email "hello{number}" {{ since: days(age) }} }}'
    yield "}"


def of_lines(lines: int) -> str:
    """A valid file of at least so many lines."""
    each = len(list(_stage(0, 1, 4, 2)))
    return with_stages(stages=lines // each + 1, events=500)


def two_shops() -> str:
    """Shipped rule sets in one file, 2,000 lines with tests: a shop twice, and two smaller ones."""
    names = ("ecommerce.lcr", "ecommerce.lcr", "retail.lcr", "email_marketing_parity.lcr")
    texts = [(RULES / name).read_text(encoding="utf-8") for name in names]
    others = [_renamed(text, f"_{number}") for number, text in enumerate(texts[1:], 2)]
    return "".join((texts[0], *others))


def _renamed(text: str, ending: str) -> str:
    """Declarations under other names, without those of which a file has one."""
    declarations = parse(Source("made.lcr", text)).file.declarations
    once = (nodes.Lifecycle, nodes.Timezone, nodes.Dedupe, nodes.Start, nodes.Holdout)
    edits = {node.span: "" for node in declarations if isinstance(node, once)}
    index = index_of(node for node in declarations if not isinstance(node, once))
    for each in index.mentions:
        declared = each.symbol.space is Space.DECLARED and each.symbol.name in index.known.entries
        if declared or each.symbol.space is Space.SPLIT:
            edits[each.span] = each.span.text + ending
    for span in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: span.start] + edits[span] + text[span.end :]
    return text
