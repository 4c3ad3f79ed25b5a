from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.tables.parsing.numbers import MONEY, parse_number, proves_comma, proves_point, reads_two_ways

WRITTEN_WITH_POINT = {
    "1,234.56": "1234.56",
    "￥99": "99",
    "¥ 1,000": "1000",
    "€ 5": "5",
    "5元": "5",
    "(12.00)": "-12",
    "($3.50)": "-3.50",
    "5-": "-5",
    "-5": "-5",
    "+5": "5",
    "12%": "0.12",
    "１２３．５": "123.5",
    "1 234": "1234",
    "1\u00a0234.5": "1234.5",
    "1'234.50": "1234.5",
    "12,34,567": "1234567",
    "1e3": "1000",
    "USD 7": "7",
    "0.0001": "0.0001",
    "99999999999999.9999": "99999999999999.9999",
}
NO_NUMBERS = ["abc", "nan", "inf", "12 kg", "1.2.3", "--5", "(5", "1,23", "1.234,56", "2020-01-05", "-", "%"]
WRITTEN_WITH_COMMA = {
    "1.234,56": "1234.56",
    "12,5": "12.5",
    "1.234": "1234",
    "-0,5": "-0.5",
    "€ 1.000.000": "1000000",
    "7": "7",
}


@pytest.mark.parametrize(("text", "expected"), WRITTEN_WITH_POINT.items())
def test_number_is_read_exactly(engine_values: Callable[..., list[Any]], text: str, expected: str) -> None:
    assert engine_values([text], lambda column: parse_number(column, MONEY)) == [Decimal(expected)]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_not_guessed(engine_values: Callable[..., list[Any]], text: str) -> None:
    assert engine_values([text], lambda column: parse_number(column, MONEY)) == [None]
    assert engine_values([text], lambda column: parse_number(column, "float64")) == [None]


@pytest.mark.parametrize(("text", "expected"), WRITTEN_WITH_COMMA.items())
def test_number_with_decimal_comma(engine_values: Callable[..., list[Any]], text: str, expected: str) -> None:
    assert engine_values([text], lambda column: parse_number(column, MONEY, ",")) == [Decimal(expected)]


def test_one_comma_and_three_digits_prove_nothing(engine_values: Callable[..., list[Any]]) -> None:
    texts = ["1,234", "12,5", "1,234.5", "1.234,5", "1.234", "0,125"]
    assert engine_values(texts, reads_two_ways) == [True, False, False, False, False, False]
    assert engine_values(texts, proves_comma) == [False, True, False, True, False, False]
    assert engine_values(texts, proves_point) == [False, False, True, False, False, False]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), min_size=1, max_size=20))
def test_every_way_of_writing_gives_the_same_number(
    engine_values: Callable[..., list[Any]], numbers: list[Decimal]
) -> None:
    american = [f"{number:,.2f}" for number in numbers]
    german = [text.translate(str.maketrans(",.", ".,")) for text in american]
    brackets = [f"({-number:,.2f})" if number < 0 else f"${number:,.2f}" for number in numbers]
    plain = [str(number) for number in numbers]
    for texts, decimal in ((american, "."), (german, ","), (brackets, "."), (plain, ".")):
        read = engine_values(texts, lambda column, mark=decimal: parse_number(column, MONEY, mark))
        assert read == numbers
