"""What is wrong with the sources is said all at once, in plain words, before anything is loaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.check import check
from customer_analytics.tables.load import load

Make = Callable[..., Project]
Source = Callable[..., dict[str, Any]]
HEADER = "no,who,when,total\n"
GOOD = HEADER + "1,A,2024-01-01,1\n"


def words_of(project: Project) -> str:
    """The problems, which are the same from check and from load."""
    report = check(project)
    assert not report.fine
    with pytest.raises(UserError) as error:
        load(project)
    assert error.value.problems == report.problems
    assert not project.tables.exists()
    return str(error.value)


def test_a_sound_source_is_described(make: Make, orders: Source) -> None:
    text = "no;who;when;total;Bemerkung\n1;Jörg;2024-01-01;1;-\n"
    report = check(make({"a.csv": text.encode("utf-16"), "b.csv": text.encode()}, orders()))
    assert report.fine
    source = report.sources[0]
    assert (source.files, source.format, source.encoding, source.delimiter) == (2, "csv", "utf-16, utf-8", ";")
    assert source.mapped == {"order_id": "no", "customer_id": "who", "ordered_at": "when", "amount": "total"}
    assert source.unmapped == ("Bemerkung",)


def test_no_sources(make: Make) -> None:
    assert "there are no sources yet" in words_of(make({}))


def test_problems_of_all_sources_come_together(make: Make, orders: Source) -> None:
    files = {"a.csv": GOOD, "b.csv": "no,hwo,when,total\n", "empty.csv": "", "c/x.csv": GOOD}
    sources = [
        orders("data/raw/b.csv"),
        orders("data/raw/empty.csv"),
        orders("data/raw/none*.csv"),
        orders("data/raw/c"),
    ]
    words = words_of(make(files, *sources))
    assert "data/raw/b.csv, line 1: no column 'who' (for customer_id). Did you mean 'hwo'?" in words
    assert "data/raw/empty.csv: the file is empty" in words
    assert "data/raw/none*.csv: no file matches. In that folder: a.csv, b.csv, empty.csv." in words
    assert "data/raw/c: this is a folder, not a file. Name its files, for example data/raw/c/*.csv." in words


def test_column_missing_in_one_file_of_a_folder_is_named_with_the_file(make: Make, orders: Source) -> None:
    words = words_of(make({"a.csv": GOOD, "b.csv": "no,who,when,totl\n1,A,2024-01-01,1\n"}, orders()))
    assert "data/raw/b.csv, line 1: no column 'total' (for amount). Did you mean 'totl'?" in words
    assert "a.csv" not in words


def test_duplicate_headers(make: Make, orders: Source) -> None:
    words = words_of(make({"a.csv": "no,who,when,total, total \n1,A,2024-01-01,1,2\n"}, orders()))
    assert "data/raw/a.csv, line 1: the column 'total' occurs 2 times." in words


def test_required_column_that_nothing_feeds(make: Make) -> None:
    source = {"table": "events", "files": "data/raw/a.csv", "columns": {"event": "what"}}
    words = words_of(make({"a.csv": "what,at\nx,2024-01-01\n"}, source))
    assert "events needs occurred_at (when it happened), and nothing is mapped to it." in words
    assert "events need customer_id or visitor_id" in words


def test_column_of_a_condition_that_does_not_exist(make: Make, orders: Source) -> None:
    rule = {"reason": "test", "when": [{"column": "statsu", "equals": "x"}]}
    words = words_of(make({"a.csv": "no,who,when,total,status\n1,A,2024-01-01,1,x\n"}, orders(set_aside=[rule])))
    assert "no column 'statsu' (for set_aside 'test'). Did you mean 'status'?" in words


@pytest.mark.parametrize(
    ("name", "words"), [("a.xlsx", "not a whole Excel workbook"), ("a.parquet", "not a whole Parquet file")]
)
def test_corrupt_files(make: Make, orders: Source, name: str, words: str) -> None:
    assert words in words_of(make({name: b"PK\x03\x04 cut off"}, orders(f"data/raw/{name}")))


def test_database_that_is_missing_a_table_or_the_file(make: Make, orders: Source, tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(tmp_path / "crm.db")
    connection.execute("create table sales (no text)")
    connection.close()
    wrong = orders(url="sqlite:///crm.db", database_table="sale")
    absent = orders(url="sqlite:///other.db", database_table="sales")
    for source in (wrong, absent):
        del source["files"]
    words = words_of(make({}, wrong, absent))
    assert "no table 'sale'. Tables: sales." in words
    assert "there is no database file other.db" in words


def test_password_of_a_database_is_in_no_message(make: Make, orders: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_PASSWORD", "hunter2-secret")
    source = orders(url="postgresql://me:${SECRET_PASSWORD}@127.0.0.1:1/shop", database_table="orders")
    del source["files"]
    words = words_of(make({}, source))
    assert "the database cannot be reached" in words
    assert "hunter2" not in words and "me:" not in words


def test_variable_that_is_not_set(make: Make, orders: Source) -> None:
    source = orders(url="postgresql://me:${NOT_SET_HERE}@127.0.0.1:1/shop", database_table="orders")
    del source["files"]
    assert "the environment has no variable NOT_SET_HERE" in words_of(make({}, source))


def test_header_only_file_gives_an_empty_table(make: Make, orders: Source) -> None:
    project = make({"a.csv": HEADER}, orders())
    log = load(project)
    assert (log.tables["orders"].rows_in, log.tables["orders"].rows_kept) == (0, 0)


def test_wrong_encoding_is_named_with_its_line(make: Make, orders: Source) -> None:
    text = HEADER.encode() + b"1,A,2024-01-01,1\n2,\xff\xff,2024-01-01,1\n"
    project = make({"a.csv": text}, orders(encoding="gb18030"))
    with pytest.raises(UserError, match="line 3: a character is not valid gb18030"):
        load(project)


def test_bytes_that_are_no_utf8_are_set_aside_and_named(make: Make, orders: Source) -> None:
    good = "".join(f"{i},A,2024-01-01,1\n" for i in range(100)).encode()
    project = make({"a.csv": HEADER.encode() + good + b"x,\xff\xfe,2024-01-01,1\n" + good}, orders(encoding="utf-8"))
    log = load(project)
    assert dict(log.tables["orders"].rows_set_aside) == {"not text in this encoding": 1}
    assert log.tables["orders"].sources[0].examples[0].line == 102
