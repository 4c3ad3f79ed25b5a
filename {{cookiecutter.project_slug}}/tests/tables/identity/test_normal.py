from __future__ import annotations

import pytest

from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.tables.identity.normal import normalised


@pytest.fixture
def normal(table):
    """`normal(kind, values)`: each value in its normal spelling, None for what is no identifier."""

    def spell(kind, values, **settings):
        accounts = [f"{position:04d}" for position in range(len(values))]
        rows = table(account=accounts, kind=[kind] * len(values), value=values)
        found = normalised(rows, IdentitySettings(**settings)).order_by("account").to_pyarrow()
        return found["value"].to_pylist()

    return spell


def test_one_phone_in_many_spellings_is_one_phone(normal):
    spellings = ["+442079460123", "0044 20 7946 0123", "+44-20-7946-0123", "+44 (0)20 7946.0123",
                 "＋４４ ２０７９４６０１２３", "+44\u00a020\u00a07946\u00a00123", " +44 20/7946 0123 "]  # fmt: skip
    assert set(normal("phone", spellings)) == {"+442079460123"}


def test_a_national_number_gets_no_country_that_nobody_stated(normal):
    assert normal("phone", ["030 123 4567", "+49 30 1234567"]) == ["0301234567", "+49301234567"]


def test_a_stated_country_replaces_the_trunk_prefix_only(normal):
    numbers = ["030 123 4567", "0049 30 1234567", "+49 (0)30 1234567", "+33 1 23 45 67 89"]
    assert normal("phone", numbers, calling_code="+49") == ["+49301234567"] * 3 + ["+33123456789"]
    assert normal("phone", ["06 1234 5678"], calling_code="+39", trunk_prefix="") == ["+390612345678"]
    assert normal("phone", ["13800138000"], calling_code="+86") == ["+8613800138000"]


def test_lucky_numbers_are_numbers(normal):
    assert normal("phone", ["13888888888", "+86 139 9999 9999", "+4921100000"]) == [
        "13888888888", "+8613999999999", "+4921100000",
    ]  # fmt: skip


def test_placeholders_are_no_phones(normal):
    words = ["unknown", "N/A", "0000000000", "+49 000 000", "111 1111", "1234567890", "12345", "-", "无", "call me"]
    assert normal("phone", words) == [None] * len(words)
    assert normal("phone", ["+49 99999999", "0049 99999999"], calling_code="+49") == [None, None]


def test_an_email_keeps_its_dots(normal):
    addresses = [" Ann.Lee@Example.COM", "ann.lee@example.com ", "ａｎｎ.lee@example.com", "annlee@example.com"]
    assert normal("email", addresses) == ["ann.lee@example.com"] * 3 + ["annlee@example.com"]
    assert normal("email", ["ann.lee+shop@gmail.com"]) == ["ann.lee+shop@gmail.com"]


def test_placeholders_are_no_emails(normal):
    addresses = [
        "test@test.com",
        "noreply@shop.example",
        "NONE@none.de",
        "no-email@shop.example",
        "none",
        "ann.lee",
        "@x.y",
    ]
    assert normal("email", addresses) == [None] * len(addresses)


def test_other_kinds_are_taken_to_the_letter(normal):
    assert normal("card", [" Ab-12 ", "ab-12", "00123", "n/a", "0000", "1111111"]) == [
        "Ab-12", "ab-12", "00123", None, None, None,
    ]  # fmt: skip
    assert normal("device", ["00000000-0000-0000-0000-000000000000", "dev-7"]) == [None, "dev-7"]


def test_an_ignored_identifier_is_ignored_in_every_spelling(normal):
    numbers = ["0800 123456", "0800-12 34 56", "+49 800 123456", "0800 123457"]
    found = normal("phone", numbers, ignore=["0800/123456"], calling_code="+49")
    assert found == [None, None, None, "+49800123457"]


def test_kinds_are_compared_without_capitals(table):
    rows = table(account=["a", "b"], kind=["Phone", " phone "], value=["+44 20 7946 0123"] * 2)
    found = normalised(rows, IdentitySettings()).to_pyarrow()
    assert found["kind"].to_pylist() == ["phone", "phone"]


@pytest.mark.parametrize("value", ["' OR 1=1 --", "{{ x }}", "😀", "a" * 10_000, "\\", "=cmd()", "%s"])
def test_hostile_text_is_text(normal, value):
    assert normal("openid", [value]) == [value]
    assert normal("phone", [value]) == [None]
