"""After a rebuild memory of events is as if the new rules had been there from the beginning."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.inputs import open_source
from lifecycle_dsl.inputs.selection import Selection
from lifecycle_dsl.stores import OtherRulesError, StoredEngine, open_store
from lifecycle_dsl.stores.rebuilding import rebuild
from tests.generated.choices import integers, lists
from tests.generated.made import Made, lines, tried
from tests.generated.test_any_way_decides_the_same import pieces
from tests.generated.test_leaving_alone import edited_rules

REMEMBERING = """
segment rich = sum(amount of buy within 9d) > 3
trigger more { on visit  when count(any event within 5d) >= 2 and distinct(stars of rate) < 9 and
  count(buy this month) < 99 and streak(ping) < 99 and (last(value of buy) else 0) < 99
  do { call crm.notify { reason: "more" } } }
trigger rich_now { on enter rich  do { call crm.notify { reason: "rich" } } }
"""


@tried(25)
def test_memory_is_as_if_from_the_beginning(one: Made) -> None:
    text = edited_rules(one).sources["rules.lcr"] + REMEMBERING
    new = lcr.compile(text)
    rows = one.stream[: one.choose(integers(1, len(one.stream)))]
    store = open_store("memory:")
    with StoredEngine(one.ruleset, store) as engine:
        for batch in pieces(rows, one.choose(lists(integers(0, 30), 0, 6))):
            engine.process_batch(lines(batch))
    before, decided = store.rules(), (store.decisions(most=9_999), store.outbox(most=9_999))
    beginning = lcr.Engine(new)
    beginning.process_batch(lines(rows))
    try:
        engine = StoredEngine(new, store)
    except OtherRulesError:
        assume(False)
        raise
    with engine, TemporaryDirectory() as folder:
        assume(not any(engine.carrying()))
        log = Path(folder, "log.jsonl")
        log.write_bytes(lines(rows))
        selection = Selection(new.records)
        with closing(open_source(str(log))) as source:
            done = rebuild(engine, [source], selection, before, lambda fed, _: fed)
        assert (store.decisions(most=9_999), store.outbox(most=9_999)) == decided
        slots = {term.text: new.compiled.layout.memory[term] for term in done.terms}
        assert "sum(amount of buy within 9d)" in slots or "9d" in one.text
        for name in beginning.customers():
            engine.customer(name)
            state, expected = engine._engine.state(name), beginning.state(name)
            for term, slot in slots.items():
                assert getattr(state, slot) == getattr(expected, slot), (name, term)
