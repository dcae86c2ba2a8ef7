"""Which way of sharing is right? A coupon says which campaign it is of, so it can be told.

    python main.py decisions.parquet

Joins the credits, as `lcr run` wrote them, with the coupons, and prints for each attribution how
much of the credit of redemptions went to the campaign whose coupon it was.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

DATA = Path(__file__).parent / "data"
RIGHT = f"""
    WITH coupons AS (
      SELECT household_id::VARCHAR AS customer, campaign_id::VARCHAR AS campaign,
        row_number() OVER (
          PARTITION BY household_id ORDER BY redemption_date, campaign_id, coupon_upc
        ) AS number
      FROM '{DATA}/coupon_redemptions.parquet'
    ), credits AS (
      SELECT attribution, customer, campaign, share,
        dense_rank() OVER (PARTITION BY attribution, customer ORDER BY "at") AS number
      FROM read_parquet($log) WHERE kind = 'credit' AND attribution <> 'takings'
    )
    SELECT attribution, count(DISTINCT (customer, number)) AS redemptions,
      sum(share) FILTER (credits.campaign = coupons.campaign) AS own
    FROM credits JOIN coupons USING (customer, number)
    GROUP BY attribution ORDER BY own DESC
"""


def main(log: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(RIGHT, {"log": log}).fetchall()
    print(f"{'attribution':<12} {'redemptions':>12} {'to its own campaign':>20}")
    for name, count, own in rows:
        print(f"{name:<12} {count:>12,} {own / count:>20.1%}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
