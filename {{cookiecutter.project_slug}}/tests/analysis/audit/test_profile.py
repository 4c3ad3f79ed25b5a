"""Column profiles against pandas and numpy, and what they must never show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.audit.profile import is_personal_name, profile_table, spelled_otherwise


def profiles(tables, name, minimum_group=1):
    return {column.column: column for column in profile_table(name, tables[name], minimum_group=minimum_group)}


def lines(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    quantity = rng.integers(1, 12, rows).astype(float)
    quantity[:5] = [500, -900, 700, 0, 1]
    frame = pd.DataFrame(
        {
            "order_id": [str(n // 3) for n in range(rows)],
            "product_id": [f"p{n % 9}" for n in range(rows)],
            "category": rng.choice(["toys", "books", None, "?"], rows, p=[0.5, 0.2, 0.2, 0.1]),
            "quantity": quantity,
            "amount": rng.choice([9.99, 20.0, None], rows, p=[0.4, 0.4, 0.2]),
        }
    )
    return frame


def test_counts_agree_with_pandas(make_tables):
    frame = lines()
    found = profiles(make_tables(order_lines=frame), "order_lines")
    for column in frame:
        assert found[column].rows == len(frame)
        assert found[column].missing == frame[column].isna().sum()
        assert found[column].distinct == frame[column].nunique()
    assert found["category"].placeholders == (frame["category"] == "?").sum()
    assert (found["quantity"].minimum, found["quantity"].maximum) == ("-900", "700")


def test_outliers_are_beyond_tukeys_far_fences(make_tables):
    frame = lines()
    found = profiles(make_tables(order_lines=frame), "order_lines")["quantity"]
    low, high = np.quantile(frame["quantity"], [0.25, 0.75])
    fence = 3 * (high - low)
    expected = ((frame["quantity"] < low - fence) | (frame["quantity"] > high + fence)).sum()
    assert found.outliers == expected == 3


def test_money_without_a_value_is_the_money_of_those_rows(make_tables):
    frame = lines()
    found = profiles(make_tables(order_lines=frame), "order_lines")["category"]
    assert found.missing_money == pytest.approx(frame.loc[frame["category"].isna(), "amount"].sum())


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_have_profiles_and_no_invented_values(make_tables, rows):
    found = profiles(make_tables(order_lines=lines().head(rows)), "order_lines")
    assert [column.rows for column in found.values()] == [rows] * 5
    assert found["quantity"].outliers is None
    assert found["category"].example == ("" if rows == 0 or pd.isna(lines()["category"][0]) else lines()["category"][0])


def test_a_column_without_any_value_is_missing_throughout(make_tables):
    frame = lines(5).assign(amount=None, category=None)
    found = profiles(make_tables(order_lines=frame), "order_lines")
    assert (found["amount"].missing, found["amount"].distinct, found["amount"].minimum) == (5, 0, "")
    assert found["category"].example == ""


def people() -> pd.DataFrame:
    count = 60
    return pd.DataFrame(
        {
            "customer_id": [f"c{n}" for n in range(count)],
            "region": ["North"] * 40 + ["north "] * 5 + ["South"] * 15,
            "full_name": [f"Ann Example {n % 3}" for n in range(count)],
            "phone": ["+44 20 7946 0018"] * count,
            "note": ["ask ann@example.org"] * 30 + ["ann@example.org"] * 30,
        }
    )


def test_nothing_personal_is_ever_shown(make_tables):
    found = profiles(make_tables(customers=people()), "customers")
    for column in ("full_name", "phone", "note"):
        assert found[column].personal
        assert (found[column].example, found[column].minimum, found[column].maximum) == ("", "", "")
    assert found["note"].emails == 30
    assert found["phone"].phones == 60


def test_an_example_is_shared_by_enough_rows(make_tables):
    assert profiles(make_tables(customers=people()), "customers", 10)["region"].example == "North"
    assert profiles(make_tables(customers=people()), "customers", 41)["region"].example == ""


def test_ids_are_never_examples(make_tables):
    same = people().assign(customer_id="c1")
    assert profiles(make_tables(customers=same), "customers")["customer_id"].example == ""


def test_other_spellings_are_the_rarer_ones(make_tables):
    assert profiles(make_tables(customers=people()), "customers")["region"].spelled_otherwise == 5
    assert spelled_otherwise({"Ost": 7, "West": 5, " OST": 2, "ost": 1}) == 3


@pytest.mark.parametrize(
    "name",
    ["name", "last_name", "First name", "fullName", "E-Mail", "mobile", "收货地址", "身份证号", "birth_date", "zip"],
)
def test_personal_names_of_columns_are_known(name):
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name", ["product_name", "Product name", "campaign_name", "shopName", "region", "channel", "渠道"]
)
def test_business_names_of_columns_are_not_personal(name):
    assert not is_personal_name(name)


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(range(40)))
def test_the_order_of_rows_changes_nothing(make_tables, order):
    frame = lines(40)
    shuffled = frame.iloc[list(order)].reset_index(drop=True)
    assert profiles(make_tables(order_lines=frame), "order_lines") == profiles(
        make_tables(order_lines=shuffled), "order_lines"
    )
