"""Ten million decisions of a made world, as the Parquet file that `lcr run --out` writes.

    python -m benchmarks.made_decisions FILE COUNT

Customers begin over a year, wait for exponential times between what happens to them, and walk
through the stages of `RULES` by fixed shares. Every draw comes from one seed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from lifecycle_dsl.analysis.columns import COLUMNS, HEAD

RULES: Final = """\
lifecycle made
timezone "UTC"
holdout 5%
event visit, silence
event purchase { amount: money }
trait zone: text = "UTC"
start { -> prospect }
stage prospect { -> lead on visit  -> customer on purchase  -> churned on silence }
stage lead { -> customer on purchase  -> churned on silence }
stage customer { -> loyal on purchase  -> at_risk on silence  -> churned after 300d }
stage loyal { -> advocate on visit  -> at_risk on silence }
stage advocate { -> at_risk on silence }
stage at_risk { -> customer on purchase  -> churned on silence }
stage churned { -> lead on purchase }
channel email { cost 0.001 }
channel sms { cost 0.05 }
trigger welcome { on enter customer  do { send email "welcome" } }
trigger tips { on visit  do { send email "tips" } }
trigger save { on enter at_risk  do { send sms "save" } }
attribution revenue { touch sends  conversion purchase worth amount  within 30d  model linear }
"""
STAGES: Final = ("prospect", "lead", "customer", "loyal", "advocate", "at_risk", "churned")
_NEXT: Final = {
    "prospect": {"lead": 0.6, "customer": 0.2, "churned": 0.2},
    "lead": {"customer": 0.5, "churned": 0.5},
    "customer": {"loyal": 0.5, "at_risk": 0.5},
    "loyal": {"advocate": 0.4, "at_risk": 0.6},
    "advocate": {"at_risk": 1.0},
    "at_risk": {"customer": 0.4, "churned": 0.6},
    "churned": {"lead": 1.0},
}
_KINDS: Final = {"transition": 0.3, "fired": 0.25, "sent": 0.2, "held": 0.15, "credit": 0.1}
_TRIGGERS: Final = (("welcome", "email"), ("tips", "email"), ("save", "sms"))
_REASONS: Final = ("consent", "quiet", "cap", "holdout")
_DAY: Final = 86_400_000_000
_BEGIN: Final = 1_767_225_600_000_000  # 2026-01-01
_SPAN: Final = 360 * _DAY
_CHAIN: Final = 16
"""Decisions of a customer at most."""
_SEED: Final = 7


def write(path: Path, count: int) -> None:
    """Write so many decisions, in order of time."""
    random = np.random.default_rng(_SEED)
    connection = duckdb.connect(config={"memory_limit": "2GB", "threads": 2})
    connection.execute(
        "CREATE TABLE made (who INT, micros BIGINT, kind UTINYINT, a UTINYINT, b UTINYINT)"
    )
    customers = count // 10
    first = _BEGIN + random.integers(0, _SPAN, customers)
    stage = np.zeros(customers, np.uint8)
    who = np.arange(customers, dtype=np.int32)
    moves = np.array([[_NEXT[s].get(t, 0.0) for t in STAGES] for s in STAGES]).cumsum(axis=1)
    kinds = np.array(list(_KINDS.values())).cumsum()
    at, source = first, np.full(customers, 255, np.uint8)
    for step in range(_CHAIN):
        alive = at < _BEGIN + _SPAN
        kind = np.searchsorted(kinds, random.random(customers)).astype(np.uint8)
        if step == 0:
            kind[:] = 0
        else:
            moved = kind == 0
            source = stage.copy()
            drawn = random.random(customers)
            target = (drawn[:, None] > moves[stage]).sum(axis=1).astype(np.uint8)
            stage = np.where(moved & alive, target, stage)
        other = random.integers(0, 12, customers).astype(np.uint8)
        rows: dict[str, Any] = {
            "who": who[alive],
            "micros": at[alive],
            "kind": kind[alive],
            "a": np.where(kind == 0, source, other)[alive].astype(np.uint8),
            "b": stage[alive],
        }
        connection.execute("INSERT INTO made SELECT * FROM rows")
        at = at + (random.exponential(14, customers) * _DAY).astype(np.int64) + 1
    del rows
    _save(connection, path, count)


def _save(connection: duckdb.DuckDBPyConnection, path: Path, count: int) -> None:
    def one_of(names: tuple[str, ...], place: str) -> str:
        return f"list_value({', '.join(repr(name) for name in names)})[{place} + 1]"

    kind = one_of(tuple(_KINDS), "kind")
    trigger = one_of(tuple(t for t, _ in _TRIGGERS), "a % 3")
    channel = one_of(tuple(c for _, c in _TRIGGERS), "a % 3")
    says = {
        "kind": kind,
        "customer": "format('u{:07d}', who)",
        "at": "make_timestamp(micros)",
        "rule": f"CASE kind WHEN 0 THEN 'start' WHEN 4 THEN 'revenue' ELSE {trigger} END",
        "from": f"CASE WHEN kind = 0 AND a < 255 THEN {one_of(STAGES, 'a')} END",
        "to": f"CASE WHEN kind = 0 THEN {one_of(STAGES, 'b')} END",
        "trigger": f"CASE WHEN kind IN (1, 3) THEN {trigger} END",
        "channel": f"CASE WHEN kind > 1 THEN {channel} END",
        "template": f"CASE WHEN kind = 2 THEN {trigger} END",
        "transactional": "CASE WHEN kind = 2 THEN false END",
        "reason": f"CASE WHEN kind = 3 THEN {one_of(_REASONS, 'a % 4')} END",
        "attribution": "CASE WHEN kind = 4 THEN 'revenue' END",
        "campaign": f"CASE WHEN kind = 4 THEN {trigger} END",
        "share": "CASE WHEN kind = 4 THEN 1.0 END",
        "worth": "CASE WHEN kind = 4 THEN 5.0 + who % 40 + a END",
    }
    chosen = ", ".join(f'({says.get(c.key, "NULL")})::{c.type} AS "{c.key}"' for c in COLUMNS)
    heads = {HEAD[0].key: "made", HEAD[1].key: "0" * 32}
    about = ", ".join(f"{key}: '{value}'" for key, value in heads.items())
    connection.execute(
        f"COPY (SELECT {chosen} FROM made ORDER BY micros, who LIMIT {count}) "  # noqa: S608
        f"TO '{path}' (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{about}}})"
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
