"""What lies where a file should, names that are more than names, and files that change while they are read."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_inputs.case import HEADER, Case, Loaded, Refused, csv_of, orders, row

import customer_analytics.tables.load as loading

SOUND = csv_of("1,a,2024-01-05,5")
BELOW = "Put the client's exports below data/raw."
ONE = Loaded((row(),))
Arrange = Callable[[Path], None]
Meanwhile = Callable[[Path, pytest.MonkeyPatch], None]


def there(name: str, wrong: str, arrange: Arrange | None, sentence: str | Loaded, files: str = "data/raw/a.csv",
          needs: str = "", **content: str) -> Case:  # fmt: skip
    """A case of what lies at a path; a sentence after the path where it is refused."""
    expected = Refused((f"{files}: {sentence}",)) if isinstance(sentence, str) else sentence
    return Case(name, wrong, {f"{key}.csv": text for key, text in content.items()}, expected, [orders(files)],
                arrange=arrange, needs=needs)  # fmt: skip


def named(name: str, wrong: str, file: str, needs: str = "") -> Case:
    """A file whose name is no reason to refuse it, with a row that is set aside so that the name is written down."""
    content = SOUND + "".join(f"{i},a,2024-01-05,5\n" for i in range(2, 41)) + "99,a,never,5\n"
    return Case(name, wrong, {file: content}, Loaded(40, {"unreadable ordered_at": 1}, (42,)), needs=needs)


def several(name: str, wrong: str, outcome: Loaded | Refused, **files: str) -> Case:
    """A case of several files."""
    return Case(name, wrong, {f"{key}.csv": text for key, text in files.items()}, outcome)


def at(step: str, act: Callable[[Path], object], *, after: bool = False) -> Meanwhile:
    """Something that happens to a.csv before, or after, a step of the load."""

    def patch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(loading, step)

        def stepped(*arguments: Any) -> Any:
            done = real(*arguments) if after else None
            act(folder / "data" / "raw" / "a.csv")
            return done if after else real(*arguments)

        monkeypatch.setattr(loading, step, stepped)

    return patch


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"2,b,2024-01-05,6\n")


def during(name: str, wrong: str, meanwhile: Meanwhile, sentence: str) -> Case:
    """A case of a file that does not stay what it was."""
    return Case(name, wrong, {"a.csv": SOUND + "2,a,never,5\n"},
                Refused((f"data/raw/a.csv: the file {sentence}",), late=True), [orders(tolerance=1)],
                meanwhile=meanwhile)  # fmt: skip


def to_itself(raw: Path) -> None:
    (raw / "a.csv").symlink_to(raw / "b.csv")
    (raw / "b.csv").symlink_to(raw / "a.csv")


def folder_in_itself(raw: Path) -> None:
    (raw / "x").mkdir()
    (raw / "x" / "a.csv").write_bytes(SOUND.encode())
    (raw / "x" / "y").symlink_to(raw / "x", target_is_directory=True)


def folder(raw: Path) -> None:
    (raw / "a.csv").mkdir()


def folder_of_days(raw: Path) -> None:
    (raw / "a.csv" / "day=1").mkdir(parents=True)
    (raw / "a.csv" / "day=1" / "x.parquet").write_bytes(b"PAR1")


def pipe(raw: Path) -> None:
    os.mkfifo(raw / "a.csv")


def listener(raw: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(raw)  # the path of a socket may have a hundred characters
        try:
            server.bind("a.csv")
        finally:
            os.chdir(here)


def second_name(raw: Path) -> None:
    (raw / "a.csv").write_bytes(SOUND.encode())
    os.link(raw / "a.csv", raw / "b.csv")


def no_right(raw: Path) -> None:
    (raw / "a.csv").write_bytes(SOUND.encode())
    (raw / "a.csv").chmod(0)


def other_encoding(raw: Path) -> None:
    with open(os.fsencode(raw) + b"/M\xfcnchen.csv", "wb") as file:  # noqa: PTH123
        file.write(SOUND.encode())


LINK = "this is a link that leads to no file. Put the file itself there."
SPECIAL = f"this is no ordinary file. {BELOW}"
FOLDER = "this is a folder, not a file. Name its files, for example {}/*.csv."
NONE = f"no file matches. {BELOW}"
CHANGED = "changed while it was read. Wait until it is whole, load again."
VANISHED = "vanished while it was read. Put it back and load again."
CASES = (
    there("no file", "engagement.yml names one that did not come.", None, NONE),
    there("almost the file's name", "orders.csv is there, order.csv is named.", None,
          "no file matches. In that folder: orders.csv.", "data/raw/order.csv", orders=SOUND),
    there("folder in place of a file", "A folder has the name.", folder, FOLDER.format("data/raw/a.csv")),
    there("folder of Parquet in place of a file", "Its files lie in folders by day.", folder_of_days,
          "this is a folder, not a file. Name its files, for example data/raw/a.csv/**/*.parquet."),
    there("links in a circle", "Each leads to the other.", to_itself, LINK, needs="posix"),
    there("link to nothing", "The file was moved away.", lambda raw: (raw / "a.csv").symlink_to(raw / "gone.csv"), LINK,
          needs="posix"),
    there("folder that holds itself", "The pattern ** would find its file forty times.", folder_in_itself, ONE,
          "data/raw/**/*.csv", "posix"),
    there("one file under two names", "Its rows would count twice.", second_name, ONE, "data/raw/*.csv", "posix"),
    there("pipe in place of a file", "Reading it would wait for ever.", pipe, SPECIAL, needs="posix"),
    there("socket in place of a file", "It cannot be opened.", listener, SPECIAL, needs="posix"),
    there("device in place of a file", "/dev/zero has no end.", None, SPECIAL, "/dev/zero", "posix"),
    there("no right to read", "The file belongs to somebody else.", no_right,
          "the file cannot be read: Permission denied. Look at its rights, and whether another program has it open.",
          needs="posix user"),
    there("file's name in another encoding", "A byte of it is no text here.", other_encoding,
          Refused(("data/raw/M\ufffdnchen.csv: the file's name is not text in this system's encoding. "
                   "Rename the file.",)),
          "data/raw/*.csv", "posix"),
    there("endless path", "A path of five thousand characters.", None,
          Refused((f"data/raw/{'x' * 91}: this cannot be a name of files. Shorten it.",)), f"data/raw/{'x' * 5000}",
          "posix"),
    named("file's name is a formula", "=cmd.csv", "=cmd.csv"),
    named("file's name has brackets", "orders [1].csv, as browsers name a second download.", "orders [1].csv"),
    named("file's name is a pattern", "*.csv", "*.csv", "posix"),
    named("file's name holds a line break", "Two lines.", "a\nb.csv", "posix"),
    named("file's name colours the terminal", "It holds an escape.", "a\x1b[31mb.csv", "posix"),
    named("file's name is markup", "Markup of a page, of a terminal and of a template.", "[red]{{ x }}<b>%s.csv",
          "posix"),
    named("file's name in other letters", "Chinese, emoji, an accent of its own.", "订单 😀 a\u0308.csv"),
    named("file's name turns around", "A mark of direction.", "\u202egnp.csv"),
    named("very long file's name", "Two hundred characters.", "y" * 196 + ".csv"),
    named("file's name is an option", "-rf.csv", "-rf.csv"),
    Case("what systems leave in folders", "Thumbs.db, desktop.ini, a lock of Office.",
         {"a.csv": SOUND, "Thumbs.db": b"\0\1", "desktop.ini": "x", "~$a.xlsx": b"\5x", ".DS_Store": b"\0"},
         ONE, [orders("data/raw/*")]),
    several("one of several files is empty", "The others are not loaded without it.",
            Refused(("data/raw/b.csv: the file is empty. Ask for it again, or leave it out of `files:`.",)),
            a=SOUND, b=""),
    several("one of several files is another table", "It has other columns.",
            Refused(("data/raw/b.csv, line 1: none of the mapped columns is there: 'no', 'who', 'when', 'total'. "
                     "Columns there: store, town.",)), a=SOUND, b="store,town\n1,Berlin\n"),
    several("columns in another order", "From one file to the next.",
            Loaded((row(), row("2", "b", total="6.0000"))), a=SOUND, b="total,when,who,no\n6,2024-01-05,b,2\n"),
    several("decimal mark differs by file", "One country's file has points, another's commas.",
            Refused(("data/raw/b.csv, line 2: column 'total' cannot be read as amount (money) in 1 of 2 rows, for "
                     "example '6,55'. Map another column, add a value mapping, or raise `tolerance:` to set these rows "
                     "aside.",), late=True),
            a=csv_of("1,a,2024-01-05,5.25"), b="no;who;when;total\n2;b;2024-01-05;6,55\n"),
    several("a file with a heading only", "A day without orders.", ONE, a=SOUND, b=HEADER),
    Case("files of several formats", "CSV and JSON fit one pattern.", {"a.csv": SOUND, "b.jsonl": '{"no": 1}\n'},
         Refused(("data/raw/*: the files are of several formats: csv, json_lines. Make one source of each format.",)),
         [orders("data/raw/*")]),
    Case("file in two sources", "Its rows would count twice.", {"a.csv": SOUND},
         Refused(("engagement.yml, source data/raw/*.csv of orders: data/raw/a.csv is also in source data/raw/a.csv: "
                  "its rows would count twice. Make one of the patterns narrower.",)),
         [orders("data/raw/a.csv"), orders("data/raw/*.csv")]),
    during("file vanishes before it is read", "Somebody tidied up.", at("_load_sources", Path.unlink), VANISHED),
    during("file vanishes before rows are set aside", "They are looked up in it.",
           at("_load_sources", Path.unlink, after=True), VANISHED),
    during("file grows before it is read", "The export was still being written.", at("_load_sources", grow), CHANGED),
    during("file grows while it is read", "The hash would be that of another file.",
           at("_load_sources", grow, after=True), CHANGED),
    during("file becomes another before it is read", "A new export took its place.",
           at("_load_sources", lambda path: path.write_bytes(b"a;b\n1;2\n")), CHANGED),
    Case("gzip", "The export is compressed.", {"a.csv": b"\x1f\x8b\x08" + bytes(range(99))},
         Refused(("data/raw/a.csv: this is no text: it is compressed (gzip). Unpack it.",))),
    Case("zip, bzip2, xz and zstandard", "Four archives.",
         {"a.csv": b"PK\3\4" + bytes(9), "b.csv": b"BZh91AY", "c.csv": b"\xfd7zXZ\0", "d.csv": b"\x28\xb5\x2f\xfd\0"},
         Refused(("data/raw/a.csv: this is no text: it is a zip archive or an Excel workbook. Unpack it; or say "
                  "`format: excel`.",
                  "data/raw/b.csv: this is no text: it is compressed (bzip2). Unpack it.",
                  "data/raw/c.csv: this is no text: it is compressed (xz). Unpack it.",
                  "data/raw/d.csv: this is no text: it is compressed (zstandard). Unpack it."))),
    Case("documents and pictures", "PDF, PNG, JPEG, RTF.",
         {"a.csv": b"%PDF-1.7\n", "b.csv": b"\x89PNG\r\n", "c.csv": b"\xff\xd8\xff\xe0", "d.csv": b"{\\rtf1 no,who}"},
         Refused(("data/raw/a.csv: this is no text: it is a PDF document. Ask for the data as CSV or Excel.",
                  "data/raw/b.csv: this is no text: it is a picture. Ask for the data as CSV or Excel.",
                  "data/raw/c.csv: this is no text: it is a picture. Ask for the data as CSV or Excel.",
                  "data/raw/d.csv: this is no text: it is a text document (RTF). Ask for the data as CSV or Excel."))),
    Case("page of a login", "The download was not allowed.",
         {"a.csv": "<!DOCTYPE html>\n<html><body>Log in</body></html>"},
         Refused(("data/raw/a.csv: this is a web page or XML, not a table of values. Open it: a page of a login or an "
                  "error? A table can be opened in Excel and saved as .xlsx.",))),
    Case("placeholder of Git LFS", "The file itself was not fetched.",
         {"a.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"},
         Refused(("data/raw/a.csv: this is no text: it is a placeholder of Git LFS. Fetch the file itself: git lfs "
                  "pull.",))),
    Case("SQLite under the name of a CSV", "A database was renamed.", {"a.csv": b"SQLite format 3\0" + bytes(99)},
         Refused(("data/raw/a.csv: this is no text: it is a SQLite database. Give `url: sqlite:///…` and "
                  "`database_table` in place of `files`.",))),
)  # fmt: skip
