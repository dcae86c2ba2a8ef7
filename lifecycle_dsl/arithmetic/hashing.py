"""The bucket of a customer in a split or a holdout: a hash, so that no randomness is needed."""

from hashlib import blake2b
from typing import Final

__all__ = ["BUCKETS", "HOLDOUT_SALT", "bucket", "split_salt"]

BUCKETS: Final = 10_000
HOLDOUT_SALT: Final = "holdout"


def split_salt(name: str) -> str:
    """The salt of the split of that name."""
    return f"split:{name}"


def bucket(salt: str, customer: str) -> int:
    """0..9,999: the first 8 bytes, big-endian, of BLAKE2b over `salt NUL customer`, mod 10,000."""
    # A lone surrogate is no UTF-8; passing it through keeps this total on whatever a host hands in.
    text = f"{salt}\0{customer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text).digest()[:8], "big") % BUCKETS
