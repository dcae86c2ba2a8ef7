"""The pytest plugin, in pytesters of its own."""

from __future__ import annotations

import pytest

# pytester forgets what is first imported in it; of these there must not be two.
import lifecycle_dsl.testing.coverage.report
import lifecycle_dsl.testing.reports.pretty
import lifecycle_dsl.testing.suites  # noqa: F401

pytest_plugins = ["pytester"]

RULES = """\
lifecycle shop
event visit
start { -> a }
stage a { -> b after 1d }
stage b
"""
TESTS = """
test "a day later" { given stage a  wait 1d  expect stage b }
test "at once" { given stage a  expect stage b }
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def test_each_test_of_a_rule_file_is_an_item(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + TESTS)
    result = run(pytester, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "shop.lcr::a day later PASSED*",
            "shop.lcr::at once FAILED*",
            "the stage is a, not b",
            "*--> *shop.lcr:8:33",
            "*given stage a*",
            "FAILED shop.lcr::at once - the stage is a, not b",
        ]
    )


def test_an_item_stands_where_its_test_stands(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + TESTS)
    pytester.makeconftest(
        "def pytest_itemcollected(item): print(item.name, 'in line', item.reportinfo()[1] + 1)"
    )
    result = run(pytester, "--collect-only", "-s")
    result.stdout.fnmatch_lines(["a day later in line 7", "at once in line 8"])


def test_items_can_be_chosen_by_name(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + TESTS)
    run(pytester, "-k", "later").assert_outcomes(passed=1, deselected=1)
    run(pytester, "shop.lcr::a day later").assert_outcomes(passed=1)


def test_files_without_tests_are_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + "nonsense")
    assert run(pytester).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_errors_of_a_file_are_shown(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + 'test "x" { expect stage c }')
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*error?unknown-label?*`c`*"])


def test_it_can_be_turned_off(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + TESTS)
    assert run(pytester, "-p", "no:lcr").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_coverage_is_shown(pytester: pytest.Pytester) -> None:
    pytester.makefile(".lcr", shop=RULES + TESTS.splitlines()[1])
    result = run(pytester, "--lcr-coverage")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*coverage of rules*",
            "shop.lcr",
            "*stage a { -> b after 1d }",
            "*! `-> b after 1d`: never just below, just above",
            "transitions*1 of*1*100.0 %",
            "in all*50.0 %",
        ]
    )


def test_the_coverage_of_several_processes_is_put_together(pytester: pytest.Pytester) -> None:
    one, other = TESTS.splitlines()[1], 'test "nearly" { given stage a  wait 23h  expect stage a }'
    pytester.makefile(".lcr", shop=f"{RULES}{one}\n{other}\n")
    alone = run(pytester, "--lcr-coverage")
    shared = pytester.runpytest_subprocess("-n", "2", "--lcr-coverage")
    shared.assert_outcomes(passed=2)

    def told(result: pytest.RunResult) -> list[str]:
        _, _, shown = result.stdout.str().partition("coverage of rules")
        return [line for line in shown.splitlines()[1:] if line and "=" not in line]

    assert told(shared) == told(alone)
    shared.stdout.fnmatch_lines(["*`-> b after 1d`: never just above"])


def test_nothing_to_cover_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    result = run(pytester, "--lcr-coverage")
    result.stdout.fnmatch_lines(["*coverage of rules*", "no rule file has tests here"])
