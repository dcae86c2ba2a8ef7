"""Logs of made rules are reproduced, and a log with one decision otherwise diverges right there."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import assume

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.diffing.logs import Log
from lifecycle_dsl.analysis.diffing.replaying import Asked, Replayed, replay
from lifecycle_dsl.analysis.feed import Feed
from lifecycle_dsl.engine.decisions import Rules, encode_decision
from tests.generated.made import Made, lines, process, tried


def log_of(one: Made) -> list[tuple[str, bytes]]:
    """Who each decision is about, and its line."""
    engine = one.engine()
    decided = [each for record in one.stream for each in process(engine, record)]
    decided += engine.advance(one.end)
    return [(each.customer, lcr.encode_decision(each)) for each in decided]


def replayed(one: Made, log: list[bytes]) -> Replayed:
    with tempfile.TemporaryDirectory() as folder:
        events, path = Path(folder) / "events.jsonl", Path(folder) / "log.jsonl"
        events.write_bytes(lines(one.stream))
        head = encode_decision(Rules(one.ruleset.lifecycle, one.ruleset.fingerprint))
        path.write_bytes(b"".join(line + b"\n" for line in (head, *log)))
        return replay(one.ruleset, Log(path), Asked(Feed(str(events))))


@tried(20)
def test_a_log_is_reproduced_in_any_order_of_customers(one: Made) -> None:
    log = log_of(one)
    found = replayed(one, [line for _, line in log])
    assert found.is_reproduced
    assert found.in_order
    assert (found.lines, found.same) == (len(log), len(log))
    by_customer = sorted(log, key=lambda each: each[0])
    found = replayed(one, [line for _, line in by_customer])
    assert found.is_reproduced
    assert found.in_order == (by_customer == log)


@tried(30)
def test_one_decision_otherwise_is_found_where_it_stands(one: Made) -> None:
    log = log_of(one)
    assume(log)
    random = Random(one.seed)
    place = random.randrange(len(log))
    customer, line = log[place]
    others = [own for own, (name, _) in enumerate(log) if name == customer]
    how = random.choice(["changed", "left out", "twice"])
    written = [each for _, each in log]
    match how:
        case "changed":
            written[place] = line.replace(b'"at":"20', b'"at":"19', 1)
        case "left out":
            del written[place]
        case _:
            written.insert(place, line)
    found = replayed(one, written)
    (only,) = found.divergences
    assert only.customer == customer
    before = others.index(place)
    following = [log[own][1] for own in others[before:]]
    if how == "changed":
        assert only.log is not None
        assert (only.log.number, only.replay) == (place + 2, line)
        assert only.before == before
        return
    # The same line again, or the next one in its place, is told apart where they differ first.
    alike = 0
    while alike + 1 < len(following) and following[alike] == following[alike + 1]:
        alike += 1
    assert only.before == before + alike + (how == "twice")
