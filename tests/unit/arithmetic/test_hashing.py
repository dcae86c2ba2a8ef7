"""Buckets of splits and holdouts."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.arithmetic import BUCKETS, HOLDOUT_SALT, bucket, split_salt


@given(st.text(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_bucket_is_the_documented_hash(name: str, customer: str) -> None:
    name = name.encode("utf-8", "ignore").decode()
    digest = blake2b(b"split:" + name.encode() + b"\0" + customer.encode(), digest_size=64).digest()
    expected = int.from_bytes(digest[:8], "big") % BUCKETS
    assert bucket(split_salt(name), customer) == expected


def test_buckets_are_pinned_and_even() -> None:
    assert [bucket(HOLDOUT_SALT, f"u{n}") for n in range(4)] == [1596, 2794, 5200, 1756]
    held_out = sum(bucket(HOLDOUT_SALT, f"u{n}") < 500 for n in range(20_000))
    assert 900 < held_out < 1100


def test_a_lone_surrogate_has_a_bucket_too() -> None:
    assert 0 <= bucket(HOLDOUT_SALT, "\ud800") < BUCKETS
