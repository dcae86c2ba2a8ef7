"""`lcr`: the table of its subcommands, and what becomes of everything that can go wrong."""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from importlib import import_module
from types import FrameType, MappingProxyType
from typing import Final, NoReturn

import click

from lifecycle_dsl.cli.settings import settle
from lifecycle_dsl.diagnostics.suggest import hint

COMMANDS: Final = MappingProxyType(
    {
        "demo": "Run the shipped rules over real customers and show what happened.",
        "new": "Start a rule set: rules, tests, sample events, CI.",
        "check": "Find all errors of rule files.",
        "lint": "Find what is well-formed and still not meant.",
        "fmt": "Lay out rule files in the one style.",
        "test": "Run the tests and promises of rule files.",
        "run": "Run rules over events and write the decisions.",
        "eval": "Evaluate one expression.",
        "bench": "Measure how fast rules run, and which of them cost most.",
        "lsp": "Serve editors: diagnostics, completion, renaming and more.",
        "explain": "Say why: of a customer, or of a diagnostic.",
        "graph": "Draw the stages and the ways between them.",
        "docs": "Tell what the rules do, for people who do not read code.",
        "diff": "Say whose life a change of rules would have made different.",
        "plan": "Say what a change of rules will do to people in flight.",
        "replay": "Reproduce a decision log, or show where it diverges.",
        "report": "Say what decisions show: funnel, money, messages and more.",
        "tune": "Find the best value of a param, or the best deal of a split.",
        "fit": "Fit a likelihood model to history and write it as rules.",
        "serve": "Serve a rule set over HTTP: events in, decisions out, a live page.",
        "outbox": "Deliver messages; list, retry, drop or prune them.",
        "export": "Write all that a store keeps of a customer.",
        "forget": "Erase a customer from a store.",
    }
)
"""Subcommands in the order in which people need them, each in the module of its name."""

FINE, FINDINGS, USAGE, REJECTED, OURS = 0, 1, 2, 3, 70
"""The exit codes."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a disk says that takes no more."""
_SIGNALLED: Final = 128
_INTERRUPTED: Final = _SIGNALLED + signal.SIGINT


class Commands(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, without importing anything."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"lifecycle_dsl.cli.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 — a promise of the table above
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; what is misspelt gets a suggestion, and settings stand below the rest."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            ctx.fail(f"no command is called `{args[0]}`{hint(args[0], COMMANDS)}")
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and command is not None and not _asks_for_help(rest):
            rest = settle(ctx, name, command, rest, COMMANDS)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> object:
        """As click does; that nobody reads on is no failure, which click takes it for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_pipe()
            raise click.exceptions.Exit(FINE) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, from the summaries above."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""`lcr COMMAND --help` shows examples.

Long options can be set in lcr.toml, under [COMMAND], or in pyproject.toml, under
[tool.lcr.COMMAND]: `min = 80` under [test] is --min 80 for `lcr test`. The nearest such file
counts, in the folder or above; the command line wins, and --no-NAME over a flag.
""",
)
@click.version_option(package_name="lifecycle-dsl", message="%(prog)s %(version)s", prog_name="lcr")
def commands() -> None:
    """Customer lifecycles as rules: check them, run them, see what they do."""


def _asks_for_help(arguments: list[str]) -> bool:
    return any(each in ("-h", "--help") for each in arguments)


def main() -> NoReturn:
    """The program: runs a command and ends with its exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, _end)
    sys.exit(run(sys.argv[1:]))


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End, after what lies on the disk for the time of a run is removed; at once at the second."""
    del frame
    signal.signal(number, signal.SIG_DFL)
    sys.exit(_SIGNALLED + number)


def run(arguments: list[str]) -> int:
    """Runs a command and gives its exit code."""
    try:
        result = commands.main(arguments, prog_name="lcr", standalone_mode=False)
        if not sys.stdout.closed:  # `lcr lsp` closes it when the editor says goodbye
            sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return _INTERRUPTED
    except BrokenPipeError:
        _leave_pipe()
        return FINE
    except OSError as error:
        if error.errno not in _NO_ROOM:
            _apologise(error)
            return OURS
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {where}{error.strerror}", err=True)
        _give_up_output()
        return USAGE
    except Exception as error:  # noqa: BLE001 — the last line of defence says sorry
        _apologise(error)
        return OURS
    return result if isinstance(result, int) else FINE


def _give_up_output() -> None:
    """Let go of what standard output will not take."""
    try:
        sys.stdout.flush()
    except OSError:
        _leave_pipe()


def _leave_pipe() -> None:
    """The reader has gone: let the flush at exit go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _apologise(error: Exception) -> None:
    click.echo(f"lcr: sorry, this is a bug of ours: {type(error).__name__}: {error}", err=True)
    if os.environ.get("LCR_TRACEBACK"):
        traceback.print_exception(error)
    else:
        click.echo(
            "Please tell us what you ran. Run it once more with LCR_TRACEBACK=1 and send us what"
            " it says,\nif you can with the rules and a few events that show it.",
            err=True,
        )
