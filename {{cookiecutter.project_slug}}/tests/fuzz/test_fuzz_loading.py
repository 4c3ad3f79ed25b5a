"""Any file is loaded to the letter, or refused in words: no row is lost, added or changed, whatever is in it."""

from __future__ import annotations

import csv
import io
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from files_inputs import MAPPED, Written, files, tidy
from fuzz_size import examples
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import check, load
from customer_analytics.tables.load_log import LoadLog

# What breaks readers of text.
PIECES = (
    b'"', b'""', b'"a"b', b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\n\n", b"\0", b"\xff", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\x80", b"\xc3", b"\xe4\xb8", b"\xe2\x80\xa8", b"\x1a", b"\x1f", b"'", b"\\", b"#", b"=1+1", b"NaN",
    b"-", b"1e999", b"9" * 40, b"0x1F", b"{", b"}", b"[", b"]", b":", b"null", b"PK\x03\x04", b"PAR1",
)  # fmt: skip


def project_of(folder: Path, written: Written) -> Project:
    """A fresh project with one file and one source."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "data" / "raw" / written.name).write_bytes(written.content)
    settings = {"client": "Test", "consultancy": "Test", "time_zone": "UTC", "sources": [written.source]}
    (folder / "engagement.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return Project.find(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("loading") / "project"


def loaded(project: Project) -> list[tuple[Any, ...]]:
    """The rows of the loaded table; a note of nothing but blanks is no note in some formats."""
    rows = pq.read_table(project.tables / "orders.parquet").to_pylist()
    names = ("order_id", "customer_id", "ordered_at", "amount")
    return sorted((*(row[name] for name in names), _note(row.get("note"))) for row in rows)


def _note(text: str | None) -> str:
    return "" if text is None else tidy(text) or ""


@examples(7, 3_000)
@given(written=files())
def test_a_file_in_any_dialect_is_loaded_to_the_letter(folder: Path, written: Written) -> None:
    project = project_of(folder, written)
    log = load(project).tables["orders"]
    expected = sorted((row.no, row.who, row.when.replace(fold=0), row.total, _note(row.note)) for row in written.rows)
    assert loaded(project) == expected
    assert (log.rows_in, dict(log.rows_set_aside)) == (len(written.rows), {})
    assert log.money_kept == sum((row.total for row in written.rows), Decimal(0))


@examples(5, 3_000)
@given(written=files(), data=st.data())
def test_what_is_not_stated_is_found_or_asked_about(folder: Path, written: Written, data: st.DataObject) -> None:
    """Without delimiter, encoding, formats and decimal mark: the same rows, or a question. No money becomes other."""
    left_out = data.draw(st.sampled_from(("delimiter", "encoding", "formats", "decimal", "all")))
    guessed = ("delimiter", "encoding", "formats", "decimal") if left_out == "all" else (left_out,)
    source = {key: value for key, value in written.source.items() if key not in guessed} | {"tolerance": 0}
    project = project_of(folder, written._replace(source=source))
    try:
        load(project)
    except UserError as error:
        told(error)
        return
    if guessed in (("encoding",), ("delimiter",)) or left_out == "all":
        return  # texts may have been read in another encoding, which nothing in a few letters tells
    money = sorted(row.total for row in written.rows)
    assert [row[3] for row in sorted(loaded(project), key=lambda row: row[3])] == money


@examples(8, 6_000)
@given(written=files(), data=st.data())
def test_a_damaged_file_is_refused_or_every_row_of_it_is_accounted_for(
    folder: Path, written: Written, data: st.DataObject
) -> None:
    content = bytearray(written.content)
    for _ in range(data.draw(st.integers(1, 4))):
        place = int(data.draw(st.floats(0, 1)) * len(content))
        length = data.draw(st.sampled_from((0, 0, 1, 2, 30)))
        content[place : place + length] = data.draw(st.sampled_from(PIECES))
    source = written.source | {"tolerance": 1.0}
    project = project_of(folder, written._replace(content=bytes(content), source=source))
    before = _tree(project.folder)
    log = outcome(project)
    if log is None:
        assert _tree(project.folder) == before  # nothing half-written
        return
    orders = log.tables["orders"]
    assert orders.rows_in == orders.rows_kept + sum(orders.rows_set_aside.values())
    assert orders.rows_kept == pq.read_metadata(project.tables / "orders.parquet").num_rows
    if written.name.endswith("csv") and source["encoding"] in ("utf-8", "utf-8-sig"):
        assert orders.rows_in >= _whole_records(bytes(content), source)


@examples(8, 6_000)
@given(content=st.binary(min_size=1, max_size=400), ending=st.sampled_from(("csv", "tsv", "jsonl", "xlsx", "parquet")))
def test_any_bytes_are_loaded_or_refused(folder: Path, content: bytes, ending: str) -> None:
    source = {"table": "orders", "files": f"data/raw/a.{ending}", "columns": dict(MAPPED), "tolerance": 1.0}
    begin = {"csv": b"no,who,when,total\n", "tsv": b"no\twho\twhen\ttotal\n", "jsonl": b'{"no": 1}\n'}
    for head in {b"", begin.get(ending, b"")}:
        outcome(project_of(folder, Written(f"a.{ending}", head + content, source, ())))


def outcome(project: Project) -> LoadLog | None:
    """The log of a load, None where it is refused; a check says so as well, and neither takes a traceback."""
    try:
        check(project)
        return load(project)
    except UserError as error:
        told(error)
        return None


def told(error: UserError) -> None:
    """Every problem has a place and words, and nothing that a terminal could not show."""
    for problem in error.problems:
        assert problem.where.strip() and problem.what.strip()
        assert len(str(problem)) < 2_000, str(problem)[:300]


def _tree(folder: Path) -> dict[str, int]:
    """Every file but the lock, which the first load makes and no load removes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != ".load-lock")
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def _whole_records(content: bytes, source: dict[str, Any]) -> int:
    """Records of as many values as the heading has, of sound text without quotes: nothing may make these vanish."""
    text = content.decode("utf-8-sig", "replace")
    if '"' in text or "\r" in text or "\0" in text:
        return 0
    delimiter = str(source["delimiter"]).replace("\\t", "\t")
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    return sum(len(row) == len(rows[0]) and "\ufffd" not in "".join(row) for row in rows[1:]) if rows else 0
