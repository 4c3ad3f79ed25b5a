"""The whole from orders to tables and words, and on little data: what is found, missing, held back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import warnings

import ibis
import numpy as np
import pandas as pd
import pytest
from shops import shop
from written import tables_of

from customer_analytics.analysis.baskets import Baskets, baskets
from customer_analytics.analysis.baskets.result import BasketRulesResult
from customer_analytics.analysis.sequences import outputs
from customer_analytics.analysis.sequences.cases import _cases
from customer_analytics.analysis.sequences.direction import _both
from customer_analytics.analysis.sequences.following import Following, _later
from customer_analytics.analysis.sequences.history import History, moments
from customer_analytics.analysis.sequences.result import Sequences, sequences
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.language import Language
from customer_analytics.narrative.basket_rules import View, following, reminders
from customer_analytics.tables.store import Tables


def bought(rows: list[tuple[int, int, int]], **more: object) -> Tables:
    """Orders of (person, day, item); what is bought on one day is one order."""
    orders = {(person, day) for person, day, _ in rows}
    start = dt.datetime(2024, 3, 1)
    return tables_of(
        orders=[
            {"order_id": f"{p}/{d}", "customer_id": f"c{p}", "ordered_at": start + dt.timedelta(days=d)}
            for p, d in sorted(orders)
        ],
        order_lines=[{"order_id": f"{p}/{d}", "product_id": f"item {i}"} for p, d, i in rows],
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def found(tables: Tables, **parameters: object) -> tuple[Baskets, Sequences]:
    asked = BasketRulesParameters(**parameters)  # type: ignore[arg-type]
    made = baskets(tables, asked)
    return made, sequences(tables, made, asked)


@pytest.fixture(scope="module")
def planted() -> tuple[Baskets, Sequences]:
    rng = np.random.default_rng(3)
    rows = shop(1, people=1_000, items=40, planted=0.8, taste=4.0)
    for person in range(1_000):  # something that is used up after about forty days
        day = int(rng.integers(0, 100))
        while day <= 300 and rng.random() < 0.8:
            rows.append((person, day, 99))
            day += int(rng.integers(35, 46))
    consent = [{"customer_id": f"c{person}", "consent": str(person % 2)} for person in range(1_000)]
    tables = bought(rows, customers=consent)
    agreed = tables["customers"].mutate(consent=tables["customers"].consent == "1")
    return found(dataclasses.replace(tables, tables={**tables.tables, "customers": agreed}))


def test_a_sequence_that_the_earlier_part_shows_is_seen_again_in_the_later_one(
    planted: tuple[Baskets, Sequences],
) -> None:
    made, result = planted
    names = dict(zip(made.items["item"], made.items["key"], strict=True))
    line = result.significant.iloc[0]
    assert (names[line["a"]], names[line["b"]]) == ("item 0", "item 1")
    assert len(result.significant) == 1
    assert (result.earlier_found, result.earlier_held) == (1, 1)
    assert line["found_earlier"]
    assert line["lift_later_low"] > 1
    measures = outputs.metrics(result)
    assert measures["sequences"] == 1
    assert measures["sequence_replication"] == 1.0
    assert measures["sequences_tested"] == result.family > 500


def test_who_is_due_is_due_in_the_window_and_keeps_the_own_rhythm(planted: tuple[Baskets, Sequences]) -> None:
    made, result = planted
    names = dict(zip(made.items["item"], made.items["key"], strict=True))
    last = (dt.date(2024, 12, 31) - dt.date(1970, 1, 1)).days
    assert {names[item] for item in result.due["item"]} >= {"item 99"}
    assert result.due["due_day"].between(last + 1, last + 30).all()
    assert (result.due["due_day"] == result.due["last_day"] + result.due["gap_days"]).all()
    table = outputs.customer_tables(result, made)["reminders_due"]
    assert set(table["consent"]) == {"yes", "no"}
    odd = table["customer_id"].str[1:].astype(int) % 2 == 1
    assert (odd == (table["consent"] == "yes")).all()
    own = result.due[result.due["own_rhythm"] & (result.due["item"].map(names) == "item 99")]
    assert len(own)
    assert set(own["gap_days"]) <= set(range(30, 60))


def test_few_customers_are_not_exported(planted: tuple[Baskets, Sequences]) -> None:
    made, result = planted
    whole, less = (outputs.tables(result, made, minimum) for minimum in (1, 150))
    assert len(less["reminders"]) < len(whole["reminders"])
    assert less["reminders"]["again"].min() >= 150
    assert less["sequences"]["customers"].min() >= 150
    assert whole["sequences"].columns.tolist() == outputs.SEQUENCES
    hidden = less["reminders"].set_index("code")["due"]
    assert not ((hidden > 0) & (hidden < 150)).any()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_words_say_what_was_found(planted: tuple[Baskets, Sequences], language: str) -> None:
    made, result = planted
    view = View(BasketRulesResult(BasketRulesParameters(), made, sequences=result), Language(language), 10)
    sequence, reminder = following.findings(view)[0], reminders.findings(view)[0]
    assert "item 1" in sequence.statement
    assert sequence.grade == "B"
    assert sequence.value == pytest.approx(result.significant.iloc[0]["share"])
    assert "item 99" in reminder.statement
    assert reminder.action
    for part in (following, reminders):
        assert part.section(view).deck
        assert all(table.rows and table.how for table in part.tables(view))
    assert following.remarks(view)


CASES: dict[str, tuple[list[tuple[int, int, int]], str | None]] = {
    "one_purchase": ([(person, 5, item) for person in range(60) for item in (1, 2)], "one_purchase"),
    "short": ([(person, day, item) for person in range(60) for day in (270, 275) for item in (1, 2)], "short"),
    "one_item": ([(person, day, 1) for person in range(60) for day in (0, 50, 100)], None),
    "one_customer": ([(1, day, day % 3) for day in range(200)], "one_purchase"),
}


@pytest.mark.parametrize("case", CASES)
def test_little_data_say_what_is_missing_and_never_raise(case: str) -> None:
    rows, reason = CASES[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        made, result = found(bought(rows))
        assert result.reason == reason
        assert not len(result.significant)
        view = View(BasketRulesResult(BasketRulesParameters(), made, sequences=result), Language("en"), 10)
        assert following.section(view).deck
        assert outputs.metrics(result).keys() == outputs.metrics(None).keys()
        outputs.tables(result, made, 10)
        for part in (following, reminders):
            part.findings(view)


def test_baskets_without_customers_or_days_are_not_estimable() -> None:
    lines = [{"order_id": str(order), "product_id": item} for order in range(50) for item in "ab"]
    assert found(tables_of(order_lines=lines))[1].reason == "no_customers"
    named = [{"order_id": str(order), "customer_id": str(order % 7)} for order in range(50)]
    assert found(tables_of(order_lines=lines, orders=named))[1].reason == "no_dates"


@pytest.mark.parametrize("engine", ["duckdb", "pyspark", "postgres"])
def test_the_heavy_expressions_compile(engine: str) -> None:
    columns = {"moment": "int64", "person": "int64", "day": "int32", "item": "int32"}
    lines = ibis.table({**columns, "previous": "int32", "following": "int32"}, name="lines")
    history = History(lines, np.array([1, 2], dtype=np.int32), 0, 400, 30, 1)
    later = ibis.table({"moment": "int64", "item": "int32", "lag": "int32", "held": "boolean"}, name="later")
    strata = ibis.table({"moment": "int64", "stratum": "int32"}, name="strata")
    none = np.zeros((2, 1), dtype=np.int64)
    parts = Following(history, 7, strata, ibis.table(columns, name="triggers"), later, none[0], none, none, none)
    pairs = pd.DataFrame({"pair": [0], "a": [1], "b": [2]})
    heads = ibis.table({"basket": "int64", "person": "int64", "day": "int32"}, name="heads")
    with_heads = type(
        "Heads", (), {"heads": heads, "lines": ibis.table({"basket": "int64", "item": "int32"}, name="l")}
    )
    for expression in (_later(history), _cases(parts, pairs), _both(history, pairs), moments(with_heads)):  # type: ignore[arg-type]
        assert "SELECT" in str(ibis.to_sql(expression, dialect=engine))
