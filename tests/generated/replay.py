"""Rule sets and streams from standard input, decisions and states to standard output."""

from __future__ import annotations

import json
import sys

from tests.generated.made import Made, decisions_of, same_bytes


def main() -> None:
    """Decide every case."""
    for case in json.load(sys.stdin):
        one = Made(case["text"], case["stream"])
        engine = one.engine()
        decided = same_bytes(decisions_of(engine, one.stream))
        sys.stdout.write("\n".join([*decided, json.dumps(list(engine.states(one.end)))]) + "\n")


if __name__ == "__main__":
    main()
