"""The pytest side: every `test` block of an `.lcr` file is an item, where it stands in the file.

It is on wherever lifecycle-dsl is installed; `-p no:lcr` turns it off. Files without tests are left
alone, and nothing of the language is imported before the first file with some.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lifecycle_dsl.testing.finding import has_tests

_REACHED = "lcr_reached"
"""What a worker of pytest-xdist tells: by rule file, what was reached."""
_METERS = pytest.StashKey[dict[str, Any]]()
"""What the tests of each rule file reach in this process, where that is asked for."""
_TOLD = pytest.StashKey[dict[str, set[Any]]]()
"""What workers have told."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what measures coverage."""
    parser.getgroup("lcr").addoption(
        "--lcr-coverage", action="store_true", help="show what tests of rule files reach"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin without anything reached."""
    config.stash[_METERS] = {}
    config.stash[_TOLD] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker of pytest-xdist: tell what was reached."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        report = import_module("lifecycle_dsl.testing.coverage.report")
        meters = session.config.stash[_METERS]
        output[_REACHED] = {path: report.packed(meter.reached) for path, meter in meters.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Hear what a worker of pytest-xdist tells at its end."""
    del error
    told = node.config.stash[_TOLD]
    for path, packed in getattr(node, "workeroutput", {}).get(_REACHED, {}).items():
        report = import_module("lifecycle_dsl.testing.coverage.report")
        told.setdefault(path, set()).update(report.unpacked(packed))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show what was reached, and what each line of the rules lacks."""
    if not config.getoption("--lcr-coverage"):
        return
    terminalreporter.section("coverage of rules")
    meters = [*config.stash[_METERS].values(), *_merged(config.stash[_TOLD])]
    if not meters:
        terminalreporter.write_line("no rule file has tests here")
        return
    report = import_module("lifecycle_dsl.testing.coverage.report")
    found = report.of_meters(meters)
    for line in (*report.listing(found), "", *report.summary(found)):
        terminalreporter.write_line(line)


def _merged(told: dict[str, set[Any]]) -> Iterator[Any]:
    """Meters that have reached what the workers have."""
    loading = import_module("lifecycle_dsl.loading")
    scene = import_module("lifecycle_dsl.testing.scene")
    measuring = import_module("lifecycle_dsl.testing.coverage.measuring")
    for path in sorted(told):
        meter = measuring.Meter(scene.rehearsed(loading.load(path).program))
        meter.reached |= told[path]
        yield meter


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take rule files that have tests."""
    if file_path.suffix != ".lcr" or not has_tests(file_path):
        return None
    return RuleFile.from_parent(parent, path=file_path)


def shown_path(path: Path, config: pytest.Config) -> str:
    """A path as pytest was asked about it: from where it was started, if it lies below."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)


class RuleFile(pytest.File):
    """A rule file; its items are its tests and those of the files that it uses."""

    def collect(self) -> Iterator[RuleTest]:
        """An item for each test; a file with errors is an error of the collection."""
        loading = import_module("lifecycle_dsl.loading")
        scene = import_module("lifecycle_dsl.testing.scene")
        try:
            path = shown_path(self.path, self.config)
            ruleset = scene.rehearsed(loading.load(path).program)
        except loading.CompileError as error:
            raise self.CollectError(str(error).strip()) from None
        meter = None
        if self.config.getoption("--lcr-coverage"):
            measuring = import_module("lifecycle_dsl.testing.coverage.measuring")
            meter = self.config.stash[_METERS][path] = measuring.Meter(ruleset)
        for test in ruleset.program.tests:
            yield RuleTest.from_parent(
                self, name=test.title, ruleset=ruleset, test=test, meter=meter
            )


class RuleTest(pytest.Item):
    """One test of a rule file."""

    def __init__(self, *, ruleset: Any, test: Any, meter: Any, **others: Any) -> None:
        super().__init__(**others)
        self.ruleset = ruleset
        self.test = test
        self.meter = meter

    def runtest(self) -> None:
        """Run it; say why where it fails."""
        running = import_module("lifecycle_dsl.testing.running")
        results = import_module("lifecycle_dsl.testing.results")
        outcome = running.run(self.ruleset, self.test, self.meter)
        if not outcome.passed:
            raise RuleTestError(results.resulted(self.ruleset.program, outcome))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **kwargs: Any
    ) -> Any:
        """The expectation, what came instead, and the story; a traceback only for a bug of ours."""
        if not isinstance(excinfo.value, RuleTestError):
            return super().repr_failure(excinfo, *args, **kwargs)
        pretty = import_module("lifecycle_dsl.testing.reports.pretty")
        palette = import_module("lifecycle_dsl.diagnostics.render.palette")
        colour = self.config.get_terminal_writer().hasmarkup
        result = excinfo.value.result
        text = pretty.failure(result, palette.COLOURS if colour else palette.PLAIN)
        _, _, rest = text.partition("\n")
        return f"{result.trouble.headline}\n{rest}"  # the title stands above it already

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test stands."""
        source, start = self.test.span.source, self.test.span.start
        path = self.config.invocation_params.dir / source.name
        return path, source.position(start)[0] - 1, self.name


class RuleTestError(AssertionError):
    """A test that failed, with its result."""

    def __init__(self, result: Any) -> None:
        super().__init__(result.trouble.headline)
        self.result = result
