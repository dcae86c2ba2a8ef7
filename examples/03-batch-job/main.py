"""A nightly job: reads a JSON Lines file in chunks, and goes on where it stopped the last time.

    python examples/03-batch-job/main.py EVENTS FOLDER [--stop-after CHUNKS]

FOLDER gets `decisions.jsonl`, `state.jsonl` and `checkpoint`, which holds the engine's snapshot and
how far the input and the decisions had come when it was taken. Started again, the job cuts off the
decisions that came after the checkpoint, and so writes each of them once.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

import lifecycle_dsl as lcr

RULES = Path(__file__).resolve().parents[2] / "rules" / "retail.lcr"
CHUNK = 1 << 18
"""About how many bytes the engine gets at once."""


class Checkpoint(msgspec.Struct):
    """Where the job stands; made in one piece, so that its parts never disagree."""

    read: int
    written: int
    snapshot: bytes


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """Pieces of whole lines."""
    while lines := file.readlines(CHUNK):
        yield b"".join(lines)


def run(events: Path, folder: Path, stop_after: int | None) -> None:
    ruleset = lcr.load(RULES)
    saved = folder / "checkpoint"
    if saved.exists():
        checkpoint = msgspec.msgpack.decode(saved.read_bytes(), type=Checkpoint)
        engine = lcr.Engine.restore(ruleset, checkpoint.snapshot)
        print(f"goes on behind {engine.counts['records']:,} records")
    else:
        checkpoint = Checkpoint(0, 0, b"")
        engine = lcr.Engine(ruleset)
    folder.mkdir(parents=True, exist_ok=True)

    log = folder / "decisions.jsonl"
    log.touch()
    with opened(events) as source, log.open("r+b") as out:
        source.seek(checkpoint.read)
        out.truncate(checkpoint.written)
        out.seek(checkpoint.written)
        for number, chunk in enumerate(chunks(source), 1):
            write(out, engine.process_batch(chunk))
            out.flush()
            checkpoint = Checkpoint(source.tell(), out.tell(), engine.snapshot())
            replace(saved, msgspec.msgpack.encode(checkpoint))
            if number == stop_after:
                print(f"stopped behind {engine.counts['records']:,} records")
                return
        # The timers that are due by the last event, as `lcr run` has it.
        write(out, engine.advance(engine.clock or 0))

    with (folder / "state.jsonl").open("wb") as out:
        out.writelines(msgspec.json.encode(state) + b"\n" for state in engine.states(engine.clock))
    report(engine, log)


def opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def write(out: BinaryIO, decisions: list[lcr.Decision]) -> None:
    out.writelines(lcr.encode_decision(decision) + b"\n" for decision in decisions)


def replace(path: Path, data: bytes) -> None:
    """A file changes wholly or not at all."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(data)
    fresh.replace(path)


def report(engine: lcr.Engine, log: Path) -> None:
    with log.open("rb") as lines:
        kinds = [json.loads(line)["kind"] for line in lines]
    print(f"{engine.counts['records']:,} records, {engine.counts['dead']:,} rejected")
    print(f"{len(kinds):,} decisions, {kinds.count('sent'):,} of them messages")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stop-after", type=int, metavar="CHUNKS")
    arguments = parser.parse_args()
    run(arguments.events, arguments.folder, arguments.stop_after)


if __name__ == "__main__":
    main()
