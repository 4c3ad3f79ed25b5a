from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from customer_analytics.language import Language, Text

ENGLISH, CHINESE, POUNDS = Language("en", "USD"), Language("zh_CN", "CNY"), Language("en", "GBP")


@given(st.text())
def test_a_value_is_text_in_html_whatever_it_holds(value: str) -> None:
    html = ENGLISH.say("**{n}** of {name}", n="1", name=value).__html__()
    assert html == f"<strong>1</strong> of {escape(value)}"


def test_bold_in_a_value_stays_two_stars() -> None:
    text = ENGLISH.say("Customer {name}", name="**Bob**")
    assert str(text) == "Customer **Bob**" and "<strong>" not in text.__html__()


def test_braces_in_a_value_are_not_filled_in() -> None:
    assert ENGLISH.say("{a} and {b}", a="{b}", b="x") == "{b} and x"


def test_a_text_inside_a_text_keeps_its_bold_and_is_escaped_once() -> None:
    inner = ENGLISH.say("**{n}** & more", n="<3>")
    assert ENGLISH.say("So {inner}.", inner=inner).__html__() == "So <strong>&lt;3&gt;</strong> &amp; more."
    assert Markup("<p>{}</p>").format(inner) == "<p><strong>&lt;3&gt;</strong> &amp; more</p>"


def test_copies_of_a_text_keep_the_emphasis() -> None:
    text = ENGLISH.say("**{n}** left", n=3)
    for other in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert other == text and other.pieces == ["", "3", " left"]
    assert Text("plain").__html__() == "plain"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "$0", "0 元"),
        (3.2, "$3.20", "3.20 元"),
        (27.4, "$27", "27 元"),
        (999.6, "$1.0k", "1,000 元"),
        (48_412, "$48.4k", "4.8 万元"),
        (99_960, "$100k", "10.0 万元"),
        (484_000, "$484k", "48.4 万元"),
        (999_999, "$1.0m", "100 万元"),
        (250_000_000, "$250m", "2.5 亿元"),
        (-12_345, "−$12.3k", "−1.2 万元"),
        (-0.001, "$0.00", "0.00 元"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_money_is_shortened_as_each_language_counts(value: float | None, english: str, chinese: str) -> None:
    assert ENGLISH.money(value) == english
    assert CHINESE.money(value) == chinese


def test_money_to_the_cent_adds_up_in_print() -> None:
    assert POUNDS.money(-1234.5, compact=False) == "−£1,234.50"
    assert Language("zh_CN", "USD").money(1234.5, compact=False) == "1,234.50 美元"
    assert Language("en", "JPY").money(1234, compact=False) == "¥1,234"


def test_a_period_names_both_days_and_the_year_once_where_it_is_the_same() -> None:
    first, last = dt.date(2010, 12, 1), dt.date(2011, 12, 9)
    assert ENGLISH.period(first, last) == "1 December 2010 to 9 December 2011"
    assert CHINESE.period(first, last) == "2010年12月1日至2011年12月9日"
    assert ENGLISH.period(dt.date(2011, 1, 1), last) == "1 January to 9 December 2011"
    assert CHINESE.period(dt.date(2011, 1, 1), last) == "2011年1月1日至12月9日"
    assert ENGLISH.period(last, last) == "9 December 2011"


def test_a_change_shows_its_sign_and_a_change_that_rounds_to_zero_has_none() -> None:
    assert [ENGLISH.signed(x) for x in (12, -3, 0, 0.2, -0.2)] == ["+12", "−3", "0", "0", "0"]
    assert ENGLISH.signed_percent(0.12) == "+12%" and ENGLISH.signed_percent(None) == "–"
    assert ENGLISH.points(-0.032) == "−3.2 points"
    assert CHINESE.points(0.032) == "+3.2 个百分点"


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (1, "1 second", "1 秒"),
        (45, "45 seconds", "45 秒"),
        (90, "1.5 minutes", "1.5 分钟"),
        (3_600, "1 hour", "1 小时"),
        (129_600, "1.5 days", "1.5 天"),
        (1_036_800, "12 days", "12 天"),
    ],
)
def test_a_duration_is_in_its_largest_unit(seconds: float, english: str, chinese: str) -> None:
    assert ENGLISH.duration(seconds) == english
    assert CHINESE.duration(seconds) == chinese


@pytest.mark.parametrize(
    ("share", "decimals", "shown"),
    [
        (0.004, 0, "<1%"), (0.0004, 1, "<0.1%"), (0.0, 0, "0%"), (0.006, 0, "1%"), (0.996, 0, ">99%"),
        (0.9996, 1, ">99.9%"), (1.0, 0, "100%"), (0.38, 0, "38%"), (0.994, 0, "99%"), (-0.2, 0, "−20%"),
        (12.5, 0, "1,250%"),
    ],
)  # fmt: skip
def test_something_is_never_nothing_and_not_all_is_never_all(share: float, decimals: int, shown: str) -> None:
    assert ENGLISH.percent(share, decimals) == CHINESE.percent(share, decimals) == shown


def test_counts_take_the_plural_of_their_language() -> None:
    one, many = "One failed.", "{count} failed."
    assert [ENGLISH.say_count(one, many, n) for n in (1, 2, 1200)] == ["One failed.", "2 failed.", "1,200 failed."]
    assert CHINESE.say_count(one, many, 1) == "1 份生成失败。"


def test_listings_and_clauses_use_the_signs_of_the_language() -> None:
    assert ENGLISH.listing(["a", "b", "c"]) == "a, b and c"
    assert CHINESE.listing(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert CHINESE.listing(["甲", "RFM", "3 天"]) == "甲、RFM 和 3 天"
    assert ENGLISH.joined(["a", "", "b"]) == "a; b" and CHINESE.joined(["a", "b"]) == "a；b"


@pytest.mark.parametrize(
    ("message", "value", "shown"),
    [
        ("占{x}的客户", "8%", "占 8% 的客户"),
        ("从数据看 {x} 的客户", "申江百货", "从数据看申江百货的客户"),
        ("从数据看{x}的客户", "Acme", "从数据看 Acme 的客户"),
        ("截至 {x}的订单", "2026年6月30日", "截至2026年6月30日的订单"),
        ("区间 2 元 至 {x} 元", "3 万", "区间 2 元 至 3 万元"),
        ("**{x}的收入**", "8%", "8% 的收入"),
        ("增**{x}**多", "−2 元", "增 −2 元多"),
        ("（{x}，{x}）", "RFM", "（RFM，RFM）"),
    ],
)  # fmt: skip
def test_a_value_stands_a_space_apart_from_han_only_where_it_is_latin_or_a_number(
    message: str, value: str, shown: str
) -> None:
    assert CHINESE.say(message, x=value) == shown
    assert ENGLISH.say(message, x=value) == message.replace("**", "").replace("{x}", value)


def test_not_estimable_is_a_dash_and_never_a_zero() -> None:
    for value in (None, float("nan")):
        assert {ENGLISH.number(value), ENGLISH.percent(value), ENGLISH.duration(value), ENGLISH.signed(value)} == {"–"}
    assert ENGLISH.date(None) == "–"


def test_file_sizes_and_axis_days() -> None:
    assert [ENGLISH.bytes(x) for x in (0, 812_000, 4_100_000)] == ["0 B", "812 KB", "4.1 MB"]
    assert ENGLISH.short_date(dt.date(2011, 3, 1)) == "Mar 2011" and ENGLISH.short_date(dt.date(2011, 3, 9)) == "9 Mar"
    assert CHINESE.short_date(dt.date(2011, 3, 9)) == "3月9日" and CHINESE.month(dt.date(2011, 3, 9)) == "2011年3月"


def test_nothing_has_no_minus_sign() -> None:
    english = Language("en", "EUR")
    assert english.number(-0.001, 2) == "0.00"
    assert english.percent(-0.001) == "0%"
    assert english.money(-0.001, compact=False) == "€0.00"
    assert english.number(-0.01, 2) == "−0.01"


def test_a_currency_without_a_sign_stands_apart_from_its_amount() -> None:
    assert Language("en", "CHF").money(1200) == "CHF\u00a01.2k"
    assert Language("en", "IDR").money(-13) == "−IDR\u00a013"
