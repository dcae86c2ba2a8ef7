"""The program itself: help, exit codes, and what it says when something goes wrong."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import click
import pytest

from lifecycle_dsl.cli import main
from lifecycle_dsl.cli.main import COMMANDS

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, summary in COMMANDS.items():
        assert name in shown
        assert summary.split(",")[0] in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_shows_examples(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Examples:\n    lcr {name} " in shown or f"Examples:\n    lcr {name}\n" in shown
    command = import_module(f"lifecycle_dsl.cli.{name}").command
    assert command.short_help == COMMANDS[name]


def test_help_loads_no_command() -> None:
    program = (
        "import sys\nfrom lifecycle_dsl.cli.main import run\nrun(['--help'])\n"
        "assert not any(name.startswith('rich') for name in sys.modules), 'rich'\n"
        "assert 'lifecycle_dsl.cli.run' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)


def test_a_misspelt_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["chek"]) == 2
    assert "no command is called `chek`; did you mean `check`?" in capsys.readouterr().err


def test_a_wrong_option_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["explain", "--nonsense"]) == 2
    assert "--nonsense" in capsys.readouterr().err


def break_a_command(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    @click.command()
    def broken() -> None:
        raise error

    monkeypatch.setattr("lifecycle_dsl.cli.explain.command", broken)


def test_a_bug_is_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("LCR_TRACEBACK", raising=False)
    break_a_command(monkeypatch, ZeroDivisionError("oh"))
    assert main.run(["explain"]) == 70
    shown = capsys.readouterr().err
    assert "sorry, this is a bug of ours: ZeroDivisionError: oh" in shown
    assert "LCR_TRACEBACK=1" in shown
    assert "Traceback" not in shown
    monkeypatch.setenv("LCR_TRACEBACK", "1")
    assert main.run(["explain"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_short(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    break_a_command(monkeypatch, KeyboardInterrupt())
    assert main.run(["explain"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"


def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [*LCR, "check", "rules/retail.lcr", "--emit", "program"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        shown = process.stderr.read().decode()
        assert process.wait() == 0
    assert "Traceback" not in shown
    assert "BrokenPipe" not in shown
