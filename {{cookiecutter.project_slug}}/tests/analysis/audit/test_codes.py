"""Codes that are no product, order series and stock adjustments, found by shape and not from a list of one client."""

from __future__ import annotations

import pandas as pd
import pytest

from customer_analytics.analysis.audit.codes import (
    SeriesKind,
    is_service,
    odd_codes,
    order_series,
    shape_of,
    stock_adjustments,
)


@pytest.mark.parametrize(
    ("code", "shape"),
    [("85123A", "9{5}A"), ("22423", "9{5}"), ("POST", "A"), ("gift_0001_20", "A_9{4}_9{2}"), ("C2", "A9{1}")],
)
def test_a_shape_is_the_pattern_of_letters_and_digits(code, shape):
    assert shape_of(code) == shape


def catalogue(extra: list[tuple[str, str, float]]) -> pd.DataFrame:
    rows = [(f"{10000 + n}", f"PRODUCT {n}", 5.0) for n in range(200)] + extra
    return pd.DataFrame(
        {
            "order_id": [str(n) for n in range(len(rows))],
            "product_id": [code for code, _, _ in rows],
            "product_name": [name for _, name, _ in rows],
            "quantity": 1.0,
            "unit_price": [price for _, _, price in rows],
        }
    )


def test_an_odd_code_is_no_product_only_when_its_name_says_so(make_tables):
    frame = catalogue([("PORTO", "Shipping costs", 4.0), ("邮费01", "运费", 3.0), ("PADS", "Pads to match", 1.0)])
    found = {odd.code: odd.certain for odd in odd_codes(make_tables(order_lines=frame))}
    assert found == {"PORTO": True, "邮费01": True, "PADS": False}


def test_a_product_with_postage_in_its_name_stays_a_product(make_tables):
    frame = catalogue([("10999", "POSTAGE STAMP TIN", 4.0)])
    assert odd_codes(make_tables(order_lines=frame)) == []


def test_a_catalogue_without_a_bulk_has_no_odd_codes(make_tables):
    codes = ["A1", "22B", "C-3", "D_4", "EE55", "6", "77", "888"]
    frame = pd.DataFrame({"order_id": codes, "product_id": codes, "product_name": "Shipping"})
    assert odd_codes(make_tables(order_lines=frame)) == []


@pytest.mark.parametrize(
    "name", ["AMAZON FEE", "Gift Voucher", "Bank Charges", "CARRIAGE", "Adjust bad debt", "手续费", "样品"]
)
def test_words_of_service_are_known(name):
    assert is_service("X1", name)


@pytest.mark.parametrize("name", ["Posture chair", "Feeder", "Samplers kit", None])
def test_words_that_only_begin_like_it_are_not(name):
    assert not is_service("X1", name)


def invoices() -> pd.DataFrame:
    rows = [(str(n), 2.0, 3.0, "c", "Lamp") for n in range(2000)]
    rows += [(f"R{n}", -1.0, 3.0, "c", "Lamp") for n in range(30)]
    rows += [("B1", 1.0, -50.0, None, "Adjust bad debt"), ("Z9", 1.0, 7.0, "c", "Opening balance")]
    rows += [(str(5000 + n), -4.0, 0.0, None, None) for n in range(6)]
    rows += [("6000", -4.0, 0.0, "c", "Lamp"), ("6001", -4.0, 2.0, None, "Lamp"), ("R99", -1.0, 0.0, None, "Lamp")]
    return pd.DataFrame(rows, columns=["order_id", "quantity", "unit_price", "customer_id", "product_name"])


def test_series_are_read_from_what_their_lines_do(make_tables):
    series = {one.prefix: one for one in order_series(make_tables(order_lines=invoices()))}
    assert {prefix: one.kind for prefix, one in series.items()} == {
        "": SeriesKind.SALES,
        "R": SeriesKind.CANCELLATION,
        "B": SeriesKind.BAD_DEBT,
        "Z": SeriesKind.ENTRY,
    }
    assert (series["R"].orders, series["R"].lines, series["R"].money) == (31, 31, -90.0)
    assert sum(one.lines for one in series.values()) == len(invoices())


def test_stock_adjustments_are_no_cancellations_and_have_no_customer_and_no_price(make_tables):
    tables = make_tables(order_lines=invoices())
    found = stock_adjustments(tables, order_series(tables))
    assert (found.lines, found.units) == (6, -24.0)


def test_one_series_says_nothing(make_tables):
    tables = make_tables(order_lines=catalogue([]))
    assert order_series(tables) == []
    assert stock_adjustments(tables, []).lines == 0
