from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import load
from customer_analytics.tables.load_log import LoadLog, read_load_log

Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
Source = Callable[..., dict[str, Any]]

HEADER = "no,who,when,total\n"
GOOD = [f"{i},C{i % 7},2024-01-{i % 28 + 1:02},{i}.25\n" for i in range(200)]


def aside_of(project: Project, table: str = "orders") -> list[dict[str, str]]:
    with (project.tables / "set_aside" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reconciles(log: LoadLog) -> None:
    for table in log.tables.values():
        assert table.rows_in == table.rows_kept + sum(table.rows_set_aside.values())
        if table.money_in is not None and table.money_kept is not None:
            assert table.money_in == table.money_kept + sum(table.money_set_aside.values())


def test_each_row_set_aside_is_counted_once_with_its_money_file_and_line(
    make: Make, orders: Source, rows: Rows
) -> None:
    lines = [HEADER, *GOOD]
    lines[3] = "2,C2,31.02.2024,10.00\n"  # line 4: no date
    lines[5] = "4,C4,2024-01-05,ten\n"  # line 6: no number
    lines[7] = ",C6,2024-01-07,5.00\n"  # line 8: no order id
    lines[9] = "8,C1,2024-01-09\n"  # line 10: too few values
    lines[11] = "10,C3,2024-01-11,1.00,2.00\n"  # line 12: too many
    lines[13] = "12,TEST,yesterday,7.00\n"  # line 14: stated condition before the unreadable date
    rule = {"reason": "test customer", "when": [{"column": "who", "equals": "TEST"}]}
    project = make({"a.csv": "".join(lines)}, orders(set_aside=[rule]))
    log = load(project)
    table = log.tables["orders"]
    assert dict(table.rows_set_aside) == {
        "test customer": 1,
        "unreadable ordered_at": 1,
        "unreadable amount": 1,
        "missing order_id": 1,
        "wrong number of values": 2,
    }
    assert table.money_set_aside["test customer"] == Decimal("7.00")
    assert table.money_set_aside["unreadable ordered_at"] == Decimal("10.00")
    assert table.money_set_aside["missing order_id"] == Decimal("5.00")
    assert table.sources[0].money_unreadable == 3
    reconciles(log)
    kept = [row["amount"] for row in rows(project, "orders")]
    assert table.money_kept == sum(kept)
    places = {(row["reason"], row["line"]) for row in aside_of(project)}
    assert places == {
        ("test customer", "14"),
        ("unreadable ordered_at", "4"),
        ("unreadable amount", "6"),
        ("missing order_id", "8"),
        ("wrong number of values", "10"),
        ("wrong number of values", "12"),
    }
    examples = {(one.reason, one.line, one.value) for one in table.sources[0].examples}
    assert ("unreadable ordered_at", 4, "31.02.2024") in examples
    assert ("missing order_id", 8, "") in examples
    assert read_load_log(project) == log


def test_rows_set_aside_are_kept_as_the_client_wrote_them(make: Make, orders: Source) -> None:
    row = '99,"O\'Neil, ""x""",kein Datum," 1,000.50 "\n'
    project = make({"a.csv": HEADER + "".join(GOOD) + row}, orders())
    load(project)
    assert aside_of(project) == [
        {
            "reason": "unreadable ordered_at",
            "file": "data/raw/a.csv",
            "line": "202",
            "no": "99",
            "who": 'O\'Neil, "x"',
            "when": "kein Datum",
            "total": " 1,000.50 ",
        }
    ]


def test_line_is_that_of_the_file_although_values_hold_line_breaks(make: Make, orders: Source) -> None:
    body = '1,"two\nlines",2024-01-01,1\n\n2,C,2024-01-01,1\n3,short\n4,D,never,1\n' + "".join(GOOD)
    project = make({"a.csv": HEADER + body}, orders())
    load(project)
    assert [(row["reason"], row["line"]) for row in aside_of(project)] == [
        ("wrong number of values", "6"),
        ("unreadable ordered_at", "7"),
    ]


def test_line_and_file_in_a_folder_of_files(make: Make, orders: Source) -> None:
    files = {f"{name}.csv": HEADER + "".join(GOOD) for name in "abc"}
    files["b.csv"] = HEADER + GOOD[0] + "x,C,never,1\n" + GOOD[1]
    project = make(files, orders())
    log = load(project)
    assert [(row["file"], row["line"]) for row in aside_of(project)] == [("data/raw/b.csv", "3")]
    assert log.tables["orders"].rows_in == 403


def test_exact_duplicates_are_set_aside_beyond_the_first(make: Make, orders: Source, rows: Rows) -> None:
    files = {
        "a.csv": HEADER + "".join(GOOD[:5]),
        "b.csv": HEADER + GOOD[3] + GOOD[6] + GOOD[3] + "3,C3,2024-01-04,3.2500\n",
    }
    project = make(files, orders(duplicates="set_aside"))
    log = load(project)
    assert dict(log.tables["orders"].rows_set_aside) == {"exact duplicate": 2}
    assert [row["order_id"] for row in rows(project, "orders")] == ["0", "1", "2", "3", "3", "4", "6"]
    assert [(row["file"], row["line"]) for row in aside_of(project)] == [
        ("data/raw/b.csv", "2"),
        ("data/raw/b.csv", "4"),
    ]
    reconciles(log)


def test_duplicates_are_kept_unless_stated(make: Make, orders: Source) -> None:
    project = make({"a.csv": HEADER + GOOD[0] * 5}, orders())
    assert load(project).tables["orders"].rows_kept == 5


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ({"equals": "C1"}, {"2", "3", "4", "5", "6"}),
        ({"not_equals": "C1"}, {"1"}),
        ({"one_of": ["C1", "c2"]}, {"3", "4", "5", "6"}),
        ({"starts_with": "C"}, {"3", "4", "5", "6"}),
        ({"contains": "3"}, {"1", "2", "4", "5", "6"}),
        ({"matches": "[Cc][0-9]"}, {"4", "5", "6"}),
        ({"missing": True}, {"1", "2", "3", "4", "6"}),
        ({"missing": False}, {"5"}),
        ({"less_than": 10}, {"1", "2", "3", "5", "6"}),
        ({"at_least": 9.5}, {"1", "2", "3", "5"}),
        ({"equals": 9.5}, {"1", "2", "3", "5", "6"}),
    ],
)
def test_stated_conditions(make: Make, rows: Rows, condition: dict[str, Any], left: set[str]) -> None:
    text = (
        "order_id,ordered_at,who\n1,2024-01-01,C1\n2,2024-01-01,c2\n3,2024-01-01,x3\n4,2024-01-01,9.50\n5,2024-01-01,\n"
    )
    text = text.replace("x3", "c3") + '6,2024-01-01,"1,000"\n'
    if condition == {"starts_with": "C"}:
        left = {"2", "3", "4", "5", "6"}
    if condition == {"one_of": ["C1", "c2"]}:
        left = {"3", "4", "5", "6"}
    rule = {"reason": "stated", "when": [{"column": "who"} | condition]}
    project = make({"a.csv": text}, {"table": "orders", "files": "data/raw/a.csv", "set_aside": [rule]})
    load(project)
    assert {row["order_id"] for row in rows(project, "orders")} == left


def test_above_the_tolerance_the_load_stops_and_names_columns_values_and_mend(make: Make, orders: Source) -> None:
    source = orders()
    source["columns"] |= {"ordered_at": "who", "amount": "when"}
    project = make({"a.csv": HEADER + "".join(GOOD)}, source)
    with pytest.raises(UserError) as error:
        load(project)
    text = str(error.value)
    assert "column 'who' cannot be read as ordered_at (time) in 200 of 200 rows, for example of the form 'x9'" in text
    assert "formats: {ordered_at:" in text
    assert not project.tables.exists()


def test_names_and_mails_of_customers_are_never_shown_as_examples(make: Make, orders: Source) -> None:
    text = HEADER + "".join(GOOD) + ",jane@example.org,2024-01-01,5\n"
    project = make({"a.csv": text}, orders())
    log = load(project)
    assert all("jane" not in example.value for example in log.tables["orders"].sources[0].examples)


def test_empty_values_and_words_for_nothing_are_not_unreadable(make: Make, orders: Source, rows: Rows) -> None:
    words = ["", "NULL", "N/A", "\\N", "-", "nan", " "]
    text = HEADER + "".join(f"{i},C,2024-01-01,{word}\n" for i, word in enumerate(words))
    project = make({"a.csv": text}, orders())
    log = load(project)
    assert log.tables["orders"].rows_kept == len(words)
    assert {row["amount"] for row in rows(project, "orders")} == {None}


def test_a_column_that_is_empty_further_down_is_not_set_aside(make: Make, orders: Source) -> None:
    late = [f"{i},C,2024-01-01,\n" for i in range(1000)]
    text = HEADER + "".join(itertools.islice(itertools.cycle(GOOD), 25_000)) + "".join(late)
    project = make({"a.csv": text}, orders())
    log = load(project)
    assert log.tables["orders"].rows_kept == 26_000
    assert not log.tables["orders"].rows_set_aside


values = st.sampled_from(["1", "2.50", "-3", "1,000.00", "", "x", "(4)", "5-", "nan"])
days = st.sampled_from(["2024-01-31", "2024-02-30", "", "2024-01-01 10:00", "soon"])


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["1", "", "a b"]), days, values, st.booleans()), min_size=1, max_size=40))
def test_every_row_and_every_cent_is_somewhere(
    tmp_path_factory: pytest.TempPathFactory, entries: list[tuple[str, str, str, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("load")
    amounts = {"1": "1", "2.50": "2.5", "-3": "-3", "1,000.00": "1000", "(4)": "-4", "5-": "-5"}
    text = HEADER + "".join(
        f'{no},C,{day},"{total}"{",extra" if ragged else ""}\n' for no, day, total, ragged in entries
    )
    log = _load(folder, {"a.csv": text})
    table = log.tables["orders"]
    assert table.rows_in == len(entries)
    reconciles(log)
    readable = sum(Decimal(amounts.get(total, "0")) for _, _, total, ragged in entries if not ragged)
    assert table.money_in == readable
    good = [
        entry for entry in entries if not entry[3] and entry[0] and entry[1] in ("2024-01-31", "2024-01-01 10:00")
        and entry[2] != "x"
    ]  # fmt: skip
    assert table.rows_kept == len(good)


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 199))
def test_splitting_a_file_in_two_changes_nothing(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    bad = [*GOOD[:50], "x,C,never,2.00\n", *GOOD[50:]]
    whole = _load(tmp_path_factory.mktemp("whole"), {"a.csv": HEADER + "".join(bad)})
    parts = {"a.csv": HEADER + "".join(bad[:cut]), "b.csv": HEADER + "".join(bad[cut:])}
    split = _load(tmp_path_factory.mktemp("split"), parts)
    for name in ("rows_in", "rows_kept", "rows_set_aside", "money_in", "money_kept", "money_set_aside"):
        assert getattr(whole.tables["orders"], name) == getattr(split.tables["orders"], name)


def _load(folder: Path, files: dict[str, str]) -> LoadLog:
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    for name, text in files.items():
        (raw / name).write_text(text, encoding="utf-8")
    (folder / "engagement.yml").write_text(
        "client: T\nconsultancy: T\nsources:\n  - table: orders\n    files: data/raw/*.csv\n    tolerance: 1\n"
        "    columns: {order_id: no, customer_id: who, ordered_at: when, amount: total}\n",
        encoding="utf-8",
    )
    return load(Project.find(folder))


def test_rows_set_aside_do_not_run_in_a_spreadsheet_and_keep_their_numbers(make: Make, orders: Source) -> None:
    lines = ["no,who,when,total,=1+1\n", *(line.replace("\n", ",x\n") for line in GOOD)]
    lines[3] = "2,@SUM(A1),31.02.2024,-10.00,=cmd|' /C calc'!A0\n"
    project = make({"a.csv": "".join(lines)}, orders())
    load(project)
    (row,) = aside_of(project)
    assert [row["who"], row["total"], row["'=1+1"]] == ["'@SUM(A1)", "-10.00", "'=cmd|' /C calc'!A0"]
