r"""What customers were expected to bring, stage by stage, and what they brought.

    lcr run rules/retail.lcr examples/01-cdnow/events.jsonl.gz --until 1997-09-30T12:00:00Z \
        --state then.jsonl --out decisions.jsonl
    python main.py then.jsonl

BG/NBD and Gamma-Gamma are fitted to the purchases of the first 39 weeks, and say what each customer
will do in the 39 weeks after them. `then.jsonl` says in which stage each of them was.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import numpy as np

from lifecycle_dsl.analysis.statistics import bgnbd, gamma_gamma
from lifecycle_dsl.analysis.statistics.fitted import Fitted

EVENTS = Path(__file__).parents[1] / "01-cdnow" / "events.jsonl.gz"
CUT, END = "1997-09-30", "1998-06-30"
WEEKS = 39
PUBLISHED = {
    "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426,
    "p": 6.25, "q": 3.74, "v": 15.44,
}  # fmt: skip
"""BG/NBD: Fader, Hardie and Lee 2005. Gamma-Gamma: Fader and Hardie 2013."""
# Purchases of one day are one; the first of a customer is no return.
CUSTOMERS = f"""
    WITH days AS (
      SELECT customer, "at"::DATE AS day, sum(amount) AS amount
      FROM '{EVENTS}' WHERE type = 'purchase' GROUP BY ALL
    ), numbered AS (
      SELECT *, min(day) OVER (PARTITION BY customer) AS first FROM days
    )
    SELECT
      count(*) FILTER (day > first AND day <= DATE '{CUT}') AS again,
      coalesce(max(day - first) FILTER (day <= DATE '{CUT}'), 0) / 7 AS last,
      (DATE '{CUT}' - first) / 7 AS seen,
      coalesce(avg(amount) FILTER (day > first AND day <= DATE '{CUT}'), 0) AS mean,
      count(*) FILTER (day > DATE '{CUT}' AND day <= DATE '{END}') AS bought,
      coalesce(sum(amount) FILTER (day > DATE '{CUT}' AND day <= DATE '{END}'), 0) AS spent,
      any_value(stage) AS stage
    FROM numbered JOIN read_json($states) USING (customer)
    GROUP BY customer, first ORDER BY customer
"""


def compare(model: str, fitted: Fitted, names: tuple[str, ...]) -> None:
    """The parameters beside the published ones."""
    for name, value in zip(names, fitted.values, strict=True):
        print(f"{model:<12} {name:<6} {value:>8.3f} {PUBLISHED[name]:>10.3f}")
        model = ""


def main(states: str) -> None:
    with duckdb.connect() as connection:
        found = connection.execute(CUSTOMERS, {"states": states}).fetchnumpy()
    again, last, seen, mean = (
        np.asarray(found[name], dtype=np.float64) for name in ("again", "last", "seen", "mean")
    )
    buying = bgnbd.fitted(bgnbd.Purchases(again, last, seen))
    spending = gamma_gamma.fitted(again, mean)
    print(f"{'model':<12} {'':<6} {'fitted':>8} {'published':>10}")
    compare("BG/NBD", buying, bgnbd.NAMES)
    compare("Gamma-Gamma", spending, gamma_gamma.NAMES)

    purchases = bgnbd.expected(np.array(buying.values), again, last, seen, WEEKS)
    worth = purchases * gamma_gamma.expected(np.array(spending.values), again, mean)
    stages = np.asarray(found["stage"])
    bought, spent = (np.asarray(found[name], dtype=np.float64) for name in ("bought", "spent"))
    print(f"\n{'':<23} {'purchases':>20} {'worth':>20}")
    print(f"{'stage':<12} {'customers':>10}" + f" {'expected':>10} {'real':>9}" * 2)
    for stage in [*sorted(set(stages), key=lambda each: -worth[stages == each].mean()), "all"]:
        own = (stages == stage) | (stage == "all")
        pairs = ((purchases, bought), (worth, spent))
        means = "".join(f" {e[own].mean():>10.2f} {real[own].mean():>9.2f}" for e, real in pairs)
        print(f"{stage:<12} {own.sum():>10,}{means}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
