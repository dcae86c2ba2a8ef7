"""Arithmetic whose every bit is fixed: elementary functions, rounding, decay, hashing.

Takes and gives plain numbers; knows nothing of rules, customers or calendars.
"""

from lifecycle_dsl.arithmetic.apportioning import BILLION, apportioned, shared_out
from lifecycle_dsl.arithmetic.decay import EPOCH_HALF_LIVES, STEPS, Cursor, Grid
from lifecycle_dsl.arithmetic.elementary import LARGEST, exp, log, logistic, power, square_root
from lifecycle_dsl.arithmetic.hashing import BUCKETS, HOLDOUT_SALT, bucket, split_salt
from lifecycle_dsl.arithmetic.rounding import (
    SUM_LIMIT,
    format_number,
    from_millionths,
    nine_decimals,
    round_half_away,
    to_millionths,
)

__all__ = [
    "BILLION",
    "BUCKETS",
    "EPOCH_HALF_LIVES",
    "HOLDOUT_SALT",
    "LARGEST",
    "STEPS",
    "SUM_LIMIT",
    "Cursor",
    "Grid",
    "apportioned",
    "bucket",
    "exp",
    "format_number",
    "from_millionths",
    "log",
    "logistic",
    "nine_decimals",
    "power",
    "round_half_away",
    "shared_out",
    "split_salt",
    "square_root",
    "to_millionths",
]
