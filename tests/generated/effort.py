"""How many examples the tests here try: few and always the same ones, or many and new ones.

Without a profile the examples are the same at every run, and one that fails is shown as it is.
With `--hypothesis-profile=long` there are many more, new ones each time, and one that fails is made
smaller (see `smaller`), which takes minutes.
"""

from hypothesis import HealthCheck, Phase, settings

LONG = "long"
TIMES_LONGER = 40

settings.register_profile(LONG, settings(deadline=None, print_blob=True))


def is_long() -> bool:
    """Whether this is a long run."""
    return settings.get_current_profile_name() == LONG


def effort(examples: int) -> settings:
    """The settings of a test that tries so many examples usually."""
    return settings(
        max_examples=examples * TIMES_LONGER if is_long() else examples,
        derandomize=not is_long(),
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
