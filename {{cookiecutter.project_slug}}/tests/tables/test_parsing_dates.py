from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.expressions import local_time, utc_of_local_time
from customer_analytics.tables.parsing.dates import BY_NAME, WAYS, parse_time, stated_way

READ = {
    ("2024-03-05", "iso"): "2024-03-05",
    ("2024/3/5 7:08", "iso"): "2024-03-05 07:08",
    ("2024-03-05T07:08:09.5", "iso"): "2024-03-05 07:08:09.5",
    ("2024-03-05T07:08:09Z", "iso with offset"): "2024-03-05 07:08:09",
    ("2024-03-05 07:08:09+08:00", "iso with offset"): "2024-03-04 23:08:09",
    ("2024-03-05T07:08:09+0800", "iso with offset"): "2024-03-04 23:08:09",
    ("2024-03-05 07:08:09 UTC", "iso with offset"): "2024-03-05 07:08:09",
    ("20240305", "%Y%m%d"): "2024-03-05",
    ("20240305070809", "%Y%m%d"): "2024-03-05 07:08:09",
    ("2024年3月5日", "%Y年%m月%d日"): "2024-03-05",
    ("2024年03月05日 07:08", "%Y年%m月%d日"): "2024-03-05 07:08",
    ("2024年3月5日7时8分9秒", "%Y年%m月%d日"): "2024-03-05 07:08:09",
    ("5/3/2024", "%d/%m/%Y"): "2024-03-05",
    ("3/5/2024 7:08 PM", "%m/%d/%Y"): "2024-03-05 19:08",
    ("05.03.2024", "%d.%m.%Y"): "2024-03-05",
    ("05.03.24", "%d.%m.%y"): "2024-03-05",
    ("05-Mar-2024", "%d-%b-%Y"): "2024-03-05",
    ("Mar 5, 2024", "%b %d, %Y"): "2024-03-05",
    ("45356.25", "spreadsheet serial number"): "2024-03-05 06:00",
    ("1709622489", "seconds since 1970"): "2024-03-05 07:08:09",
    ("1709622489000", "milliseconds since 1970"): "2024-03-05 07:08:09",
}
ZONES = ["Europe/London", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]


@pytest.mark.parametrize(("text", "way"), READ)
def test_date_is_read(engine_values: Callable[..., list[Any]], text: str, way: str) -> None:
    expected = dt.datetime.fromisoformat(READ[text, way])
    assert engine_values([text], lambda column: parse_time(column, BY_NAME[way])) == [expected]


@pytest.mark.parametrize("text", ["2024-02-30", "31.02.2024", "infinity", "epoch", "24:00", "hello", "2024-13-01"])
def test_what_is_no_date_is_read_by_no_way(engine_values: Callable[..., list[Any]], text: str) -> None:
    for way in WAYS:
        assert engine_values([text], lambda column, one=way: parse_time(column, one)) == [None], way.name


def test_two_digit_year_is_not_the_first_century(engine_values: Callable[..., list[Any]]) -> None:
    assert engine_values(["05/03/24"], lambda column: parse_time(column, BY_NAME["%d/%m/%Y"])) == [None]


def test_local_time_with_an_offset_is_not_taken_for_one_without(engine_values: Callable[..., list[Any]]) -> None:
    texts = ["2024-03-05 07:08:09+08", "2024-03-05T07:08:09Z"]
    assert engine_values(texts, lambda column: parse_time(column, BY_NAME["iso"])) == [None, None]


def test_stated_format_also_reads_a_clock(engine_values: Callable[..., list[Any]]) -> None:
    way = stated_way("%d/%m/%Y")
    read = engine_values(["05/03/2024", "05/03/2024 07:08"], lambda column: parse_time(column, way))
    assert read == [dt.datetime(2024, 3, 5), dt.datetime(2024, 3, 5, 7, 8)]


def _utc(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The standard library's answer: fold 0 is the first of two equal hours, and shifts a missing hour forward."""
    return local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC).replace(tzinfo=None)


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(dt.datetime(1975, 1, 1), dt.datetime(2037, 12, 31)), min_size=1, max_size=50),
)
def test_local_times_become_utc_as_the_time_zone_database_says(
    engine_values: Callable[..., list[Any]], name: str, moments: list[dt.datetime]
) -> None:
    zone = ZoneInfo(name)
    whole = [moment.replace(microsecond=0) for moment in moments]
    texts = [moment.isoformat(sep=" ") for moment in whole]
    utc = engine_values(texts, lambda column: utc_of_local_time(parse_time(column, BY_NAME["iso"]), zone))
    assert utc == [_utc(moment, zone) for moment in whole]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2024-10-27 01:30:00", "2024-10-27 00:30:00"),  # happens twice: the first time, still in summer time
        ("2024-03-31 01:30:00", "2024-03-31 01:30:00"),  # never happens: shown as 02:30, one hour on
        ("2024-07-01 12:00:00", "2024-07-01 11:00:00"),
        ("2024-01-01 12:00:00", "2024-01-01 12:00:00"),
    ],
)
def test_hours_of_a_clock_change(engine_values: Callable[..., list[Any]], local: str, utc: str) -> None:
    zone = ZoneInfo("Europe/London")
    found = engine_values([local], lambda column: utc_of_local_time(parse_time(column, BY_NAME["iso"]), zone))
    assert found == [dt.datetime.fromisoformat(utc)]


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1)), min_size=1))
def test_utc_becomes_local_as_the_time_zone_database_says(
    engine_values: Callable[..., list[Any]], name: str, moments: list[dt.datetime]
) -> None:
    zone = ZoneInfo(name)
    whole = [moment.replace(microsecond=0) for moment in moments]
    ends = dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1)
    texts = [moment.isoformat(sep=" ") for moment in whole]
    local = engine_values(texts, lambda column: local_time(parse_time(column, BY_NAME["iso"]), zone, *ends))
    assert local == [moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None) for moment in whole]
