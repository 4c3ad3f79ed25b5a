"""How a column is written is decided over all its values, and refused where nothing decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables import plan
from customer_analytics.tables.load import load

Make = Callable[..., Project]
Rows = Callable[[Project, str], list[dict[str, Any]]]
Source = Callable[..., dict[str, Any]]
HEADER = "no;who;when;total\n"


def one_by_one(days: list[str], totals: list[str] | None = None, who: str = "C{}") -> str:
    amounts = totals or ["1"] * len(days)
    pairs = zip(days, amounts, strict=True)
    return HEADER + "".join(f"{i};{who.format(i)};{day};{total}\n" for i, (day, total) in enumerate(pairs))


def test_one_day_above_twelve_decides_the_whole_column(make: Make, orders: Source, rows: Rows) -> None:
    late = plan.SAMPLE_ROWS + 10
    days = ["03/04/2024"] * late + ["25/04/2024"]
    project = make({"a.csv": one_by_one(days)}, orders())
    load(project)
    found = rows(project, "orders")
    assert (found[0]["ordered_at"], found[-1]["ordered_at"]) == (dt.datetime(2024, 4, 3), dt.datetime(2024, 4, 25))


def test_american_dates_are_read_as_american(make: Make, orders: Source, rows: Rows) -> None:
    project = make({"a.csv": one_by_one(["3/4/2024 1:05 PM", "4/25/2024 12:00 AM"])}, orders())
    load(project)
    assert [row["ordered_at"] for row in rows(project, "orders")] == [
        dt.datetime(2024, 3, 4, 13, 5),
        dt.datetime(2024, 4, 25),
    ]


def test_day_and_month_that_nothing_tells_apart_are_refused_with_the_mend(
    make: Make, orders: Source, rows: Rows
) -> None:
    files = {"a.csv": one_by_one(["03/04/2024", "05/06/2024"])}
    with pytest.raises(UserError) as error:
        load(make(files, orders()))
    assert "column 'when' for ordered_at: day and month cannot be told apart" in str(error.value)
    assert 'formats: {ordered_at: "%d/%m/%Y"}' in str(error.value)
    project = make(files, orders(formats={"ordered_at": "%m/%d/%Y"}))
    load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2024, 3, 4)


def test_equal_day_and_month_are_not_ambiguous(make: Make, orders: Source, rows: Rows) -> None:
    project = make({"a.csv": one_by_one(["04/04/2024", "05/05/2024"])}, orders())
    load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2024, 4, 4)


def test_two_kinds_of_dates_in_one_column_are_not_both_guessed(make: Make, orders: Source) -> None:
    days = ["2024-01-31"] * 5 + ["31.01.2024"] * 5
    with pytest.raises(UserError, match="5 of 10 rows"):
        load(make({"a.csv": one_by_one(days)}, orders()))


def test_dates_that_change_their_way_after_the_first_rows_are_looked_at_again(
    make: Make, orders: Source, rows: Rows
) -> None:
    days = ["20240131"] * 3 + [""] * plan.SAMPLE_ROWS
    files = {"a.csv": one_by_one(days).replace(";1\n", ";1\n"), "b.csv": one_by_one(["20240201"] * 3)}
    rule = {"reason": "no day", "when": [{"column": "when", "missing": True}]}
    project = make(files, orders(set_aside=[rule]))
    load(project)
    assert {row["ordered_at"] for row in rows(project, "orders")} == {dt.datetime(2024, 1, 31), dt.datetime(2024, 2, 1)}


def test_times_far_from_the_first_rows_are_read(make: Make, orders: Source, rows: Rows) -> None:
    days = ["2024-07-01 12:00:00"] * (plan.SAMPLE_ROWS + 1) + ["1975-07-01 12:00:00", "2060-01-01 12:00:00"]
    project = make({"a.csv": one_by_one(days)}, orders(), time_zone="Europe/London")
    log = load(project)
    assert not log.tables["orders"].rows_set_aside
    assert [row["ordered_at"].hour for row in rows(project, "orders")[-3:]] == [11, 11, 12]


def test_decimal_comma_is_found_by_one_value_and_shared_by_the_source(make: Make, rows: Rows) -> None:
    text = "order_id;ordered_at;amount;discount\n1;2024-01-01;12,5;1.500\n2;2024-01-02;1.234,00;2.000\n"
    project = make({"a.csv": text}, {"table": "orders", "files": "data/raw/a.csv"})
    load(project)
    found = rows(project, "orders")
    assert [row["amount"] for row in found] == [Decimal("12.5"), Decimal("1234")]
    assert [row["discount"] for row in found] == [Decimal("1500"), Decimal("2000")]


def test_decimal_comma_after_the_first_rows_is_found(make: Make, orders: Source, rows: Rows) -> None:
    count = plan.SAMPLE_ROWS + 5
    project = make({"a.csv": one_by_one(["2024-01-01"] * count, ["7"] * (count - 1) + ["7,5"])}, orders())
    load(project)
    assert rows(project, "orders")[-1]["amount"] == Decimal("7.5")


def test_thousands_or_decimals_that_nothing_tells_apart_are_refused_with_the_mend(
    make: Make, orders: Source, rows: Rows
) -> None:
    files = {"a.csv": one_by_one(["2024-01-01", "2024-01-02"], ["1,234", "5"])}
    with pytest.raises(UserError, match=r"1,234 may be 1234 or 1\.234") as error:
        load(make(files, orders()))
    assert 'decimal: "."' in str(error.value)
    project = make(files, orders(decimal="."))
    load(project)
    assert rows(project, "orders")[0]["amount"] == Decimal("1234")


def test_weights_below_one_are_no_thousands(make: Make, orders: Source, rows: Rows) -> None:
    project = make({"a.csv": one_by_one(["2024-01-01", "2024-01-02"], ["0.125", "0.500"])}, orders())
    load(project)
    assert rows(project, "orders")[0]["amount"] == Decimal("0.125")


def test_ids_keep_their_leading_zeros(make: Make, orders: Source, rows: Rows) -> None:
    project = make({"a.csv": one_by_one(["2024-01-01"] * 3, who="00{}E5 ")}, orders())
    load(project)
    assert [row["customer_id"] for row in rows(project, "orders")] == ["000E5", "001E5", "002E5"]


def test_ids_exported_as_floats_everywhere_are_whole_numbers(make: Make, orders: Source, rows: Rows) -> None:
    project = make({"a.csv": one_by_one(["2024-01-01"] * 3, who="1785{}.0")}, orders())
    log = load(project)
    assert [row["customer_id"] for row in rows(project, "orders")] == ["17850", "17851", "17852"]
    assert any("17850.0" in note for note in log.tables["orders"].sources[0].notes)


def test_ids_that_are_floats_only_at_first_stay_to_the_letter(make: Make, orders: Source, rows: Rows) -> None:
    count = plan.SAMPLE_ROWS + 5
    text = one_by_one(["2024-01-01"] * count, who="1{}.0") + "x;1.0-A;2024-01-01;1\n"
    project = make({"a.csv": text}, orders())
    load(project)
    found = {row["order_id"]: row["customer_id"] for row in rows(project, "orders")}
    assert (found["0"], found["x"]) == ("10.0", "1.0-A")


def test_flags_in_many_words(make: Make, rows: Rows) -> None:
    words = {
        "TRUE": True,
        "1": True,
        "yes": True,
        "是": True,
        "FALSE": False,
        "0": False,
        "no": False,
        "否": False,
        "": None,
    }
    text = "customer_id;consent\n" + "".join(f"{i};{word}\n" for i, word in enumerate(words))
    project = make({"c.csv": text}, {"table": "customers", "files": "data/raw/c.csv"})
    load(project)
    assert [row["consent"] for row in rows(project, "customers")] == list(words.values())


def test_local_times_of_a_source_in_another_zone(make: Make, orders: Source, rows: Rows) -> None:
    project = make(
        {"a.csv": one_by_one(["2024-07-01 12:00"])}, orders(time_zone="Asia/Shanghai"), time_zone="Europe/London"
    )
    load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2024, 7, 1, 4)


def test_orders_without_numbers_are_numbered_by_their_place_in_the_export(make: Make, rows: Rows) -> None:
    text = "who;when;total\nA;2024-01-01;1\nB;2024-01-01;-1\nC;2024-01-02;2\n"
    rule = {"reason": "refund", "when": [{"column": "total", "less_than": 0}]}
    source = {
        "table": "orders",
        "files": "data/raw/*.csv",
        "columns": {"customer_id": "who", "ordered_at": "when", "amount": "total"},
        "set_aside": [rule],
    }
    project = make({"a.csv": text}, source)
    load(project)
    assert [(row["order_id"], row["customer_id"]) for row in rows(project, "orders")] == [("1", "A"), ("3", "C")]


def test_derived_orders_and_customers_are_marked_and_sum_their_lines(make: Make, rows: Rows) -> None:
    text = (
        "order_id;customer_id;ordered_at;quantity;unit_price\n"
        "2;B;2024-01-02 09:00;3;0.10\n1;;2024-01-01;1;5\n2;B;2024-01-02 08:00;1;0.20\n3;A;2024-01-03;-1;2.005\n"
    )
    project = make({"a.csv": text}, {"table": "order_lines", "files": "data/raw/a.csv"})
    log = load(project)
    assert rows(project, "orders") == [
        {"order_id": "1", "customer_id": None, "ordered_at": dt.datetime(2024, 1, 1), "amount": Decimal("5")},
        {"order_id": "2", "customer_id": "B", "ordered_at": dt.datetime(2024, 1, 2, 8), "amount": Decimal("0.5")},
        {"order_id": "3", "customer_id": "A", "ordered_at": dt.datetime(2024, 1, 3), "amount": Decimal("-2.005")},
    ]
    assert [row["customer_id"] for row in rows(project, "customers")] == ["A", "B"]
    assert (log.tables["orders"].derived, log.tables["orders"].derived_from) == (True, "order_lines")
    assert log.tables["order_lines"].money_in == Decimal("3.495")


def test_constants_have_their_worth_and_their_zone(make: Make, rows: Rows) -> None:
    text = "order_id;customer_id\n1;A\n2;TEST\n"
    source = {
        "table": "orders",
        "files": "data/raw/a.csv",
        "constants": {"ordered_at": "2024-12-31 22:00", "amount": 10},
        "set_aside": [{"reason": "test", "when": [{"column": "customer_id", "equals": "TEST"}]}],
    }
    project = make({"a.csv": text}, source, time_zone="America/New_York")
    log = load(project)
    assert rows(project, "orders")[0]["ordered_at"] == dt.datetime(2025, 1, 1, 3)
    assert (log.tables["orders"].money_in, log.tables["orders"].money_kept) == (Decimal(20), Decimal(10))
    assert log.tables["orders"].money_set_aside["test"] == Decimal(10)


def test_hours_that_the_clocks_repeat_or_skip_are_counted_in_the_log(make: Make, orders: Source, rows: Rows) -> None:
    days = ["2024-10-27 01:30", "2024-10-27 02:30", "2024-03-31 01:15", "2024-03-31 02:15", "2024-07-01 00:00"]
    project = make({"a.csv": one_by_one(days)}, orders(), time_zone="Europe/London")
    log = load(project)
    assert any(
        "ordered_at: 1 times in an hour that the clocks repeat" in n for n in log.tables["orders"].sources[0].notes
    )
    assert any("1 in one that they skip" in note for note in log.tables["orders"].sources[0].notes)
    shown = [str(row["ordered_at"])[11:16] for row in rows(project, "orders")]
    assert shown == ["00:30", "02:30", "01:15", "01:15", "23:00"]
    quiet = make({"a.csv": one_by_one(["2024-10-26 01:30"])}, orders(), time_zone="Europe/London")
    assert not any("clocks" in note for note in load(quiet).tables["orders"].sources[0].notes)


def test_one_bad_number_among_plain_ones_is_set_aside(make: Make, orders: Source) -> None:
    totals = ["1"] * 200 + ["ten"] + ["1,000.50"]
    project = make({"a.csv": one_by_one(["2024-01-01"] * 202, totals)}, orders())
    log = load(project)
    assert dict(log.tables["orders"].rows_set_aside) == {"unreadable amount": 1}
    assert log.tables["orders"].money_kept == Decimal("1200.5")
