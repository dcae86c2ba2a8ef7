"""Zones whose clocks do what clocks rarely do, and instants close to those moments."""

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from lifecycle_dsl.localtime import FIRST_INSTANT, HOUR, LAST_INSTANT, Zone, zone
from lifecycle_dsl.localtime.tzif import read_spans

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KEYS = (
    "Europe/Amsterdam",
    "America/Sao_Paulo",  # midnight skipped
    "Pacific/Apia",  # a day skipped
    "Pacific/Kwajalein",  # a day back, later a day skipped
    "Asia/Beirut",  # midnight skipped
    "Australia/Lord_Howe",  # half an hour
    "Africa/Casablanca",  # twice a year around Ramadan
    "America/St_Johns",  # back from 00:01 to 23:01
    "Asia/Kathmandu",
    "Europe/Dublin",  # negative summer time
    "America/Scoresbysund",
    "UTC",
)


def known(key: str) -> Zone:
    found = zone(key)
    assert found is not None
    return found


@cache
def oracle(key: str) -> ZoneInfo:
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=key)


def moment(t: int) -> datetime:
    return EPOCH + timedelta(microseconds=t)


def oracle_offset(key: str, t: int) -> int:
    offset = moment(t).astimezone(oracle(key)).utcoffset()
    assert offset is not None
    return offset // MICROSECOND


@cache
def changes(key: str) -> list[int]:
    return [t for t in read_spans(key)[0][1:] if FIRST_INSTANT <= t <= LAST_INSTANT] or [0]


@st.composite
def places(draw: st.DrawFn) -> tuple[str, int]:
    """A zone and an instant, often within hours or a microsecond of a clock change."""
    key = draw(st.sampled_from(KEYS))
    near = st.builds(
        lambda at, off: at + off,
        st.sampled_from(changes(key)),
        st.one_of(
            st.integers(-2, 2),
            st.integers(-30 * HOUR, 30 * HOUR),
            st.integers(-60, 60).map(lambda half_hours: half_hours * HOUR // 2),
        ),
    )
    anywhere = st.integers(FIRST_INSTANT, LAST_INSTANT)
    t = draw(st.one_of(near, anywhere))
    return key, min(max(t, FIRST_INSTANT), LAST_INSTANT)
