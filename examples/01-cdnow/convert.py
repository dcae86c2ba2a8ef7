"""Turns a CDNOW text file into events for `rules/retail.lcr`.

    python convert.py CDNOW_sample.txt events.jsonl.gz

Reads both files of the data set: the 1/10 sample (master id, sample id, date, CDs, dollars, no
header) and the master file (customer, date, CDs, dollars, one header line). Every row becomes one
`purchase`, rows of value 0 and exact duplicates too. The lines are the same on every run.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Purchase(NamedTuple):
    """One row of the data set; tuples sort by date, then customer, then place in the file."""

    date: str
    customer: str
    line: int
    quantity: int
    dollars: float


def read(lines: Iterable[str]) -> Iterator[Purchase]:
    """The rows of either file, in the file's order."""
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns or not columns[0].isdigit():
            continue
        if len(columns) == 5:
            del columns[1]
        customer, date, quantity, dollars = columns
        yield Purchase(date, customer.zfill(5), number, int(quantity), float(dollars))


def events(purchases: Iterable[Purchase]) -> Iterator[dict[str, object]]:
    """One event a row, ordered by time; the id counts a customer's rows in that order."""
    rows = Counter[str]()
    for date, customer, _, quantity, dollars in sorted(purchases):
        rows[customer] += 1
        yield {
            "type": "purchase",
            "customer": customer,
            "at": f"{date[:4]}-{date[4:6]}-{date[6:]}T12:00:00Z",
            "id": f"{customer}-{rows[customer]}",
            "amount": dollars,
            "quantity": quantity,
        }


def main(source: str, target: str) -> None:
    """Writes `target`, gzipped when its name ends so, without name and time in the gzip header."""
    with Path(source).open(encoding="ascii") as file:
        text = "".join(json.dumps(event) + "\n" for event in events(read(file)))
    data = text.encode()
    Path(target).write_bytes(gzip.compress(data, 9, mtime=0) if target.endswith(".gz") else data)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
