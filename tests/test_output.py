"""What is written outside the corpus: whole or not there, over nothing of anybody else's, harmless in a spreadsheet."""

import csv
import errno
import io
import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import outfiles
from pipeline.cli import main
from pipeline.commands.output import write_rows
from pipeline.corpus.layout import ENDS, guard, guard_any
from pipeline.errors import UsageError
from pipeline.harmless import defuse, printable, restore
from pipeline.imports import lines as imported_lines
from pipeline.imports.units import ImportRequest, Unit
from pipeline.outfiles import replacing_file, replacing_files, replacing_folder
from tests import corpus as sample
from tests.command import enregard

PROJECT = Path(__file__).resolve().parent.parent
CELLS = ["=1+1", "+33 1", "-1", "- Bonjour", "@SUM(A1)", "'=1", "''=1", "'tis", "'", "", "1=1", "=", "''", "'+'"]


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, command)], capture_output=True, text=True, cwd=PROJECT, **options
    )  # type: ignore[call-overload]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.sqlite"
    sample.make(path).engine.dispose()
    return path


# Files


def test_two_outputs_to_one_file_never_mix(tmp_path: Path) -> None:
    target = tmp_path / "out.tsv"
    with replacing_file(target) as first, replacing_file(target) as second:
        for _ in range(10_000):
            first.write("first\n")
            second.write("second\n")
    assert set(target.read_text("utf-8").split("\n")) in ({"first", ""}, {"second", ""})
    assert [path.name for path in tmp_path.iterdir()] == ["out.tsv"]


def test_outputs_of_several_files_never_mix(tmp_path: Path) -> None:
    """Lines of Moses files face each other: one file of one export beside one of another would be a false bitext."""
    targets = [tmp_path / "out.fr", tmp_path / "out.en"]
    code = (
        "import sys, pathlib; from pipeline.outfiles import replacing_files\n"
        "for number in range(60):\n"
        "    with replacing_files([pathlib.Path(one) for one in sys.argv[2:]]) as outs:\n"
        "        for out in outs: out.write(f'{sys.argv[1]} {number}')\n"
        "        if number == 50: print(number, flush=True)\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, name, *targets], stdout=subprocess.PIPE, cwd=PROJECT)
        for name in ("first", "second")
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        lock = outfiles._lock_soon(tmp_path)
        if all(target.exists() for target in targets):
            seen.add(tuple(target.read_text("utf-8") for target in targets))
        outfiles._unlock(lock)
        time.sleep(0.03)
    for writer in writers:
        assert writer.communicate()[0] and writer.returncode == 0
    assert seen
    assert all(left == right for left, right in seen)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.en", "out.fr"]


def test_of_several_files_none_changes_if_one_fails(tmp_path: Path) -> None:
    targets = [tmp_path / "a", tmp_path / "b"]
    for target in targets:
        target.write_text("old", "utf-8")
    with pytest.raises(OSError, match="full"), replacing_files(targets) as [_, second]:
        second.flush = lambda: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))  # type: ignore[method-assign]
    assert {target.read_text("utf-8") for target in targets} == {"old"}
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("how", [replacing_file, replacing_folder])
def test_what_the_system_refuses_names_the_output(tmp_path: Path, how: object, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    with pytest.raises(OSError, match="full") as full, how(target):  # type: ignore[operator]
        raise OSError(errno.ENOSPC, "full")
    assert full.value.filename == str(target)
    monkeypatch.setattr(outfiles, "_UNNAMED", None)
    tmp_path.chmod(0o555)
    if not os.access(tmp_path, os.W_OK):
        with pytest.raises(PermissionError) as refused, how(target):  # type: ignore[operator]
            pass
        assert refused.value.filename == str(target)
    tmp_path.chmod(0o755)


def test_a_dash_is_standard_output(corpus: Path, tmp_path: Path) -> None:
    for command in (("export", "--format", "tsv"), ("query", "select 1"), ("report",)):
        shown = [enregard(*command, "--corpus", corpus, *more).stdout for more in ((), ("--output", "-"))]
        assert shown[0] == shown[1] != ""
    assert not (PROJECT / "-").exists()
    moses = enregard("export", "--format", "moses", "--output", "-", "--corpus", corpus)
    assert moses.returncode == 2 and "Say where with --output" in moses.stderr


def test_pages_for_reviewers_go_over_nothing_of_anybody_else(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", "utf-8")
    assert enregard("review", "--html", folder, "--corpus", corpus).returncode == 0
    assert enregard("review", "--html", folder, "--corpus", corpus).returncode == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) > 2
    for name, page in before.items():
        if name != "notes.txt":
            (folder / name).write_text("<p>mine", "utf-8")
            refused = enregard("review", "--html", folder, "--corpus", corpus)
            assert refused.returncode == 2 and name in refused.stderr
            assert (folder / name).read_text("utf-8") == "<p>mine"
            (folder / name).write_bytes(page)


def test_a_link_at_a_temporary_name_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    for name in (".out.tsv.part", ".out.tsv.enregard-abcdefgh.part"):
        (tmp_path / name).symlink_to(victim)
    with replacing_file(tmp_path / "out.tsv") as out:
        out.write("new")
    assert victim.read_text("utf-8") == "precious"
    assert not (tmp_path / "out.tsv").is_symlink()


def test_a_link_at_the_target_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing_file(tmp_path / "link") as out:
        out.write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text("utf-8") == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_rights_of_a_file_stay(tmp_path: Path, mode: int) -> None:
    target = tmp_path / "out"
    target.touch()
    target.chmod(mode)
    with replacing_file(target) as out:
        out.write("new")
    assert stat.S_IMODE(target.stat().st_mode) == mode


def test_a_new_file_has_the_rights_that_new_files_get(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing_file(tmp_path / "out") as out:
            out.write("new")
        with replacing_folder(tmp_path / "folder"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o750


def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("old", "utf-8")
    with pytest.raises(RuntimeError), replacing_file(target) as out:
        out.write("new")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert target.read_text("utf-8") == "old"


WRITE = """
import sys, time, pathlib
from pipeline import outfiles
{before}
with outfiles.{how}(pathlib.Path(sys.argv[1])) as out:
    {write}
    print("writing", flush=True)
    time.sleep(60)
"""


def kill_while_writing(how: str, write: str, target: Path, before: str = "") -> None:
    code = WRITE.format(how=how, write=write, before=before)
    with subprocess.Popen(
        [sys.executable, "-c", code, target], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGKILL)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="only Linux has files without a name")
def test_nothing_stays_of_a_file_whose_writer_was_killed(tmp_path: Path) -> None:
    kill_while_writing("replacing_file", "out.write('x' * 100_000)", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["replacing_file", "replacing_folder"])
@pytest.mark.parametrize("other", ["out", "another"])
def test_what_a_killed_writer_left_is_cleared_by_the_next_output_there(tmp_path: Path, how: str, other: str) -> None:
    kill_while_writing("replacing_folder", "(out / 'a').write_text('x')", tmp_path / "out")
    (tmp_path / ".out.part").write_text("precious", "utf-8")
    os.mkfifo(tmp_path / ".out.enregard-abcdefgh.part")
    with (replacing_file if how == "replacing_file" else replacing_folder)(tmp_path / other):  # type: ignore[operator]
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([".out.part", other])


def test_what_is_being_written_is_not_cleared(tmp_path: Path) -> None:
    with replacing_folder(tmp_path / "out") as first:
        (first / "a").touch()
        with replacing_folder(tmp_path / "out") as second, replacing_file(tmp_path / "file"):
            (second / "b").touch()
        assert (first / "a").exists()
        assert (tmp_path / "out" / "b").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".enregard", "a"]


def test_a_file_with_a_name_of_its_own_is_not_cleared_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on systems where every file has a name."""
    monkeypatch.setattr(outfiles, "_UNNAMED", None)
    with replacing_file(tmp_path / "out") as first, replacing_file(tmp_path / "out") as second:
        first.write("first")
        second.write("second")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text("utf-8") == "first"
    kill_while_writing("replacing_file", "out.write('x')", tmp_path / "out", before="outfiles._UNNAMED = None")
    (left,) = set(tmp_path.iterdir()) - {tmp_path / "out"}
    with replacing_file(tmp_path / "out"):
        assert not left.exists()


def test_outputs_are_written_where_the_file_system_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(outfiles.fcntl, "flock", refuse)
    for text in ("first", "second"):
        with replacing_file(tmp_path / "file") as out, replacing_folder(tmp_path / "out") as folder:
            out.write(text)
            (folder / "page").write_text(text, "utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "out"]
    assert (tmp_path / "out" / "page").read_text("utf-8") == (tmp_path / "file").read_text("utf-8") == "second"


def test_a_folder_that_was_moved_aside_by_a_killed_writer_goes_back(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with replacing_folder(target) as folder:
        (folder / "a").write_text("old", "utf-8")
    target.rename(tmp_path / ".out.enregard-abcdefgh.old")
    with pytest.raises(RuntimeError), replacing_folder(target):
        raise RuntimeError
    assert (target / "a").read_text("utf-8") == "old"


def test_a_folder_deletes_nothing_that_it_did_not_write(tmp_path: Path) -> None:
    target = tmp_path / "o"
    for name in (".o.part", ".o.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").write_text("mine", "utf-8")
    for text in ("first", "second"):
        with replacing_folder(target) as folder:
            (folder / "page").write_text(text, "utf-8")
    assert (target / "page").read_text("utf-8") == "second"
    assert all((tmp_path / name / "precious").is_file() for name in (".o.part", ".o.old"))
    with pytest.raises(UsageError, match="'mine', which no export wrote"), replacing_folder(target):
        (target / "mine").touch()  # meanwhile
    assert (target / "mine").is_file()
    assert (target / "page").read_text("utf-8") == "second"


# Files of a corpus


@pytest.mark.parametrize("end", ENDS)
def test_no_output_goes_over_a_file_of_a_corpus(corpus: Path, end: str, tmp_path: Path) -> None:
    target = corpus.with_name(corpus.name + end)
    (tmp_path / "link").symlink_to(target)
    for output in (target, tmp_path / "link", tmp_path / "x" / ".." / target.name):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="corpus itself"):
            guard(output, corpus)
        with pytest.raises(UsageError, match="a file of a corpus"):
            guard_any(output)
    guard_any(tmp_path / f"other{end}")


def test_a_hard_link_to_a_corpus_is_the_corpus(corpus: Path, tmp_path: Path) -> None:
    os.link(corpus, tmp_path / "hard")
    with pytest.raises(UsageError):
        guard(tmp_path / "hard", corpus)


@pytest.mark.parametrize(
    "command",
    [
        "query select\u00a01 --corpus {corpus}",
        "query select\u00a01 --corpus {other}",
        "search marché --corpus {corpus}",
        "show fr.txt --corpus {corpus}",
        "report --corpus {corpus}",
        "report --corpus {other}",
        "export --format tsv --corpus {corpus}",
        "export --format html --corpus {corpus}",
        "align {text} {text}",
        "detect {text}",
        "segment {text}",
    ],
)
@pytest.mark.parametrize("end", ["", "-wal", ".vectors"])
def test_every_command_refuses_to_write_over_a_corpus(
    tmp_path: Path,
    corpus: Path,
    command: str,
    end: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other, text = tmp_path / "other.sqlite", tmp_path / "text.txt"
    shutil.copy(corpus, other)
    text.write_text("Bonjour.\n", "utf-8")
    before = corpus.read_bytes()
    words = [word.format(corpus=corpus, other=other, text=text).replace("\u00a0", " ") for word in command.split(" ")]
    monkeypatch.setattr(sys, "argv", ["enregard", *words, "--output", f"{corpus}{end}"])
    assert main() == 2
    assert "corpus" in capsys.readouterr().err
    assert corpus.read_bytes() == before


# Spreadsheets


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert not defuse(cell).startswith(("=", "+", "-", "@"))
    assert restore(defuse(cell)) == cell


def test_tables_hold_no_formula() -> None:
    for form in ("csv", "tsv"):
        out = io.StringIO()
        write_rows(["=name", "n"], [[cell, -1.5] for cell in CELLS], form, out)
        rows = list(csv.reader(io.StringIO(out.getvalue()), delimiter="," if form == "csv" else "\t"))
        assert [restore(row[0]) for row in rows] == ["=name", *CELLS]
        assert not any(row[0].startswith(tuple("=+-@")) for row in rows)
        assert float(rows[1][1]) == -1.5  # a number is no formula


def test_an_export_comes_back_the_same(tmp_path: Path) -> None:
    path = tmp_path / "out.tsv"
    lines = [
        "\t".join(("left_text", "right_text")),
        *("\t".join((defuse(cell), defuse("- A"))) for cell in CELLS if cell),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    units = [one for one in imported_lines.read_tsv(ImportRequest(path, "fr", "en")) if isinstance(one, Unit)]
    assert [one.left.text for one in units] == [cell for cell in CELLS if cell]
    assert {one.right.text for one in units} == {"- A"}


# Terminals


def on_a_terminal(*command: object) -> str:
    """What a command writes to a terminal, on either channel."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", *map(str, command)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=PROJECT,
        env=os.environ | {"TERM": "dumb", "COLUMNS": "200"},
    ) as process:
        os.close(follower)
        written = b""
        while True:
            try:
                block = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            if not block:
                break
            written += block
        process.wait()
    os.close(leader)
    return written.decode("utf-8")


HOSTILE = "\x1b]0;owned\x07\x9b31m\u202egpj.exe\r"


def test_nothing_that_steers_a_terminal_reaches_it(tmp_path: Path, corpus: Path) -> None:
    decisions = tmp_path / "decisions.json"
    sheet = {"format": "enregard-decisions", "version": 1, "reviewer": f"Ada{HOSTILE}"}
    decision = {"left": HOSTILE, "right": HOSTILE, "verdict": "accept", "seen": 0}
    decisions.write_text(json.dumps(sheet | {"decisions": [decision]}), "utf-8")
    table = tmp_path / "bad.tsv"
    table.write_text(f"left_text\tright_text\n{HOSTILE}\n", "utf-8")
    commands: list[tuple[object, ...]] = [
        ("review", "--import", decisions, "--corpus", corpus),
        ("import", table, "--corpus", corpus, "--name", f"x{HOSTILE}"),
        ("query", f"SELECT '{HOSTILE}' AS '{HOSTILE}'", "--corpus", corpus),
        ("query", f"SELECT '{HOSTILE}'", "--csv", "--corpus", corpus),
        ("show", f"nothing{HOSTILE}", "--corpus", corpus),
        ("search", HOSTILE, "--corpus", corpus),
        ("align", table, table, "--format", "tsv"),
        ("query", "select 1", HOSTILE, "--corpus", corpus),
        (HOSTILE,),
    ]
    for command in commands:
        written = on_a_terminal(*command)
        assert written
        signs = {sign for sign in written.replace("\r\n", "\n") if sign in "\x1b\x07\x9b\u202e\r"}
        assert signs == set(), (command, written)


def test_printable_keeps_what_can_be_shown() -> None:
    assert printable("é\n\t日本 \u2066x") == "é\n\t日本 \ufffdx"


@pytest.mark.parametrize("command", [("query", "select 'œ' AS x"), ("search", "marché"), ("export", "--format", "tsv")])
def test_output_that_is_not_utf_8_ends_with_a_sentence(corpus: Path, command: tuple[str, ...]) -> None:
    if command[0] == "search":
        command = ("search", "marche")
    done = run(*command, "--corpus", corpus, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert "Set PYTHONIOENCODING=utf-8" in done.stderr
    else:
        assert done.stdout.isascii()


def test_output_that_is_closed_ends_with_a_sentence(corpus: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "query", "select 1", "--corpus", str(corpus)]
    closing = 'exec "$@" >&-'
    done = subprocess.run(["sh", "-c", closing, "sh", *command], stderr=subprocess.PIPE, text=True, cwd=PROJECT)
    assert done.returncode == 1
    assert done.stderr == "enregard: standard output is closed. Open it, or send it to a file.\n"
    done = subprocess.run(
        ["sh", "-c", f"{closing} 2>&-", "sh", *command], stdout=subprocess.PIPE, text=True, cwd=PROJECT
    )
    assert done.returncode == 1
