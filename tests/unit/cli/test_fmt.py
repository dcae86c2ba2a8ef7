"""`lcr fmt`: what it writes, what it lists and shows, and what it leaves alone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.fmt.documents import Document, Text
from lifecycle_dsl.fmt.layouts import LAYOUTS
from lifecycle_dsl.fmt.tokens import Tokens
from lifecycle_dsl.syntax import nodes as n

UGLY = "lifecycle  shop # mine\nstage a{->b on c}\n"
PRETTY = "lifecycle shop  # mine\nstage a { -> b on c }\n"
BROKEN = "stage a { -> "


def file(folder: Path, text: str, name: str = "rules.lcr") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_a_file_is_laid_out_in_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, UGLY)
    assert run(["fmt", str(path)]) == 0
    assert path.read_text() == PRETTY
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == f"formatted {path}\n1 file changed\n"
    assert run(["fmt", str(path)]) == 0
    assert capsys.readouterr().err == "1 file in order\n"
    assert [each.name for each in tmp_path.iterdir()] == ["rules.lcr"]


def test_a_file_in_order_is_not_written(tmp_path: Path) -> None:
    path = file(tmp_path, PRETTY)
    os.utime(path, (1, 1))
    assert run(["fmt", str(path)]) == 0
    assert path.stat().st_mtime == 1


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755])
def test_permissions_stay(mode: int, tmp_path: Path) -> None:
    path = file(tmp_path, UGLY)
    path.chmod(mode)
    assert run(["fmt", str(path)]) == 0
    assert path.stat().st_mode & 0o777 == mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path = file(tmp_path, UGLY, "real/rules.lcr")
    link = tmp_path / "link.lcr"
    link.symlink_to(path)
    assert run(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_text() == PRETTY


def test_line_ends_and_the_mark_of_utf_8_stay(tmp_path: Path) -> None:
    path = file(tmp_path, "\ufeff" + UGLY.replace("\n", "\r\n"))
    assert run(["fmt", str(path)]) == 0
    assert path.read_bytes().decode() == "\ufeff" + PRETTY.replace("\n", "\r\n")


def test_check_lists_files_and_changes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ugly, pretty = file(tmp_path, UGLY, "ugly.lcr"), file(tmp_path, PRETTY, "pretty.lcr")
    assert run(["fmt", "--check", str(ugly), str(pretty)]) == 1
    shown = capsys.readouterr()
    assert shown.out == f"{ugly}\n"
    assert shown.err == "1 file would change, 1 file in order\n"
    assert ugly.read_text() == UGLY
    assert run(["fmt", "--check", str(pretty)]) == 0
    assert capsys.readouterr().out == ""


def test_diff_shows_what_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, f"# one\n{UGLY[:-1]}")
    assert run(["fmt", "--diff", str(path)]) == 1
    assert capsys.readouterr().out == (
        f"--- {path}\n+++ {path}\n@@ -1,3 +1,3 @@\n # one\n"
        "-lifecycle  shop # mine\n-stage a{->b on c}\n\\ No newline at end of file\n"
        "+lifecycle shop  # mine\n+stage a { -> b on c }\n"
    )
    assert path.read_text() == f"# one\n{UGLY[:-1]}"
    assert run(["fmt", "--diff", str(file(tmp_path, PRETTY))]) == 0
    assert capsys.readouterr().out == ""


def test_a_difference_has_colours_on_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifecycle_dsl.cli.fmt.has_colours", lambda _: True)
    assert run(["fmt", "--diff", str(file(tmp_path, UGLY))]) == 1
    shown = capsys.readouterr().out
    assert "\x1b[32m+stage a { -> b on c }\n\x1b[0m" in shown
    assert "\x1b[31m-stage a{->b on c}\n\x1b[0m" in shown


def test_a_folder_stands_for_its_rule_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [file(tmp_path, UGLY, name) for name in ("b.lcr", "a/c.lcr", ".venv/d.lcr", "e.txt")]
    assert run(["fmt", str(tmp_path)]) == 0
    assert [path.read_text() for path in paths] == [PRETTY, PRETTY, UGLY, UGLY]
    assert capsys.readouterr().err.endswith("2 files changed\n")
    (tmp_path / "empty").mkdir()
    assert run(["fmt", str(tmp_path / "empty")]) == 2
    assert "empty: no .lcr file is in this folder" in capsys.readouterr().err


def test_standard_input_goes_to_standard_output() -> None:
    program = "from lifecycle_dsl.cli.main import main; main()"
    command = [sys.executable, "-c", program, "fmt", "-"]
    done = subprocess.run(command, input=UGLY.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, PRETTY.encode(), b"")
    done = subprocess.run(command, input=BROKEN.encode(), capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"--> <stdin>:1:9" in done.stderr


def test_standard_input_can_be_checked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(UGLY.encode())))
    assert run(["fmt", "--check", "-"]) == 1
    assert capsys.readouterr().out == "<stdin>\n"


def test_a_file_with_syntax_errors_is_left_alone_and_the_others_are_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, ugly = file(tmp_path, BROKEN, "broken.lcr"), file(tmp_path, UGLY, "ugly.lcr")
    assert run(["fmt", str(broken), str(ugly)]) == 1
    assert (broken.read_text(), ugly.read_text()) == (BROKEN, PRETTY)
    shown = capsys.readouterr().err
    assert "error[unclosed-bracket]" in shown
    assert f"{broken}:1:9" in shown
    assert shown.endswith("2 files: 2 errors\n")


def test_what_is_no_text_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rules.lcr"
    path.write_bytes(b"lifecycle caf\xe9\n")
    assert run(["fmt", str(path)]) == 1
    assert path.read_bytes() == b"lifecycle caf\xe9\n"
    assert "error[" in capsys.readouterr().err


def test_a_correct_program_is_not_needed(tmp_path: Path) -> None:
    path = file(tmp_path, "let a = unknown+a")
    assert run(["fmt", str(path)]) == 0
    assert path.read_text() == "let a = unknown + a\n"


def test_lines_can_have_another_width(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, f"group a = {', '.join(['bbbb'] * 10)}\n")
    assert run(["fmt", "--width", "40", str(path)]) == 0
    assert max(map(len, path.read_text().splitlines())) <= 40
    assert run(["fmt", "--width", "4", str(path)]) == 2
    assert "--width" in capsys.readouterr().err


def test_nothing_is_written_where_a_file_can_t_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, UGLY)
    assert run(["fmt", str(path), str(tmp_path / "none.lcr")]) == 2
    assert "none.lcr: No such file or directory" in capsys.readouterr().err
    assert path.read_text() == UGLY


def test_a_wrong_layout_is_a_bug_of_ours_and_the_file_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_stage(t: Tokens, node: n.Stage) -> Document:
        t.words(node.span.end)
        return Text("stage b")

    monkeypatch.setitem(LAYOUTS, n.Stage, another_stage)
    path = file(tmp_path, UGLY)
    assert run(["fmt", str(path)]) == 70
    shown = capsys.readouterr().err
    assert f"{path} was left as it is: formatted, it would say something else" in shown
    assert path.read_text() == UGLY


def test_a_write_that_fails_leaves_the_file_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    path = file(tmp_path, UGLY)
    assert run(["fmt", str(path)]) == 2
    assert "No space left on device" in capsys.readouterr().err
    assert path.read_text() == UGLY
    assert [each.name for each in tmp_path.iterdir()] == ["rules.lcr"]


def test_a_new_rule_set_is_in_order(tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "a_shop_with_quite_a_long_name")]) == 0
    assert run(["fmt", "--check", str(tmp_path)]) == 0
