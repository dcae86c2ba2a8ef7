"""The profile for long runs: `pytest tests/generated --hypothesis-profile=long`."""

from tests.generated import effort

__all__ = ["effort"]
