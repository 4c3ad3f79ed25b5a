"""Days: what is calendar, what is a fault, and what one cannot know."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.audit.calendar import closed_weekdays, easter_sunday, is_holiday, runs
from customer_analytics.analysis.audit.volume import Mark, volumes

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("year", "day"),
    [(2008, (3, 23)), (2011, (4, 24)), (2019, (4, 21)), (2024, (3, 31)), (2025, (4, 20)), (2038, (4, 25))],
)
def test_easter_falls_where_the_church_says(year, day):
    assert easter_sunday(year) == dt.date(year, *day)


def test_holidays_go_by_the_region():
    assert is_holiday(dt.date(2024, 12, 25), LONDON) and is_holiday(dt.date(2024, 3, 29), LONDON)
    assert not is_holiday(dt.date(2024, 2, 10), LONDON)
    assert is_holiday(dt.date(2024, 2, 10), ZoneInfo("Asia/Shanghai"))
    assert not is_holiday(dt.date(2024, 12, 25), ZoneInfo("Asia/Shanghai"))


def test_days_are_gathered_into_runs():
    days = [dt.date(2024, 5, 3), dt.date(2024, 5, 1), dt.date(2024, 5, 2), dt.date(2024, 5, 9)]
    assert runs(days) == [(dt.date(2024, 5, 1), dt.date(2024, 5, 3)), (dt.date(2024, 5, 9), dt.date(2024, 5, 9))]


def test_three_weeks_cannot_show_that_a_weekday_is_closed():
    days = {dt.date(2024, 5, 1) + dt.timedelta(days=n): 5 for n in range(21)}
    days |= {day: 0 for day in days if day.weekday() == 5}
    assert closed_weekdays(days) == frozenset()


def orders(counts: dict[dt.date, int], last_hour: int = 20) -> pd.DataFrame:
    moments = [
        pd.Timestamp(day) + pd.Timedelta(hours=8) + pd.Timedelta(hours=last_hour - 8) * (n + 1) / count
        for day, count in counts.items()
        for n in range(count)
    ]
    return pd.DataFrame({"order_id": [str(n) for n in range(len(moments))], "ordered_at": moments, "amount": 1.0})


def year(seed: int = 3) -> dict[dt.date, int]:
    """A year of trade that grows, is quieter on Sundays, and is closed on Saturdays."""
    rng = np.random.default_rng(seed)
    days = [dt.date(2023, 1, 9) + dt.timedelta(days=n) for n in range(350)]
    mean = {day: (40 + n / 5) * (0.5 if day.weekday() == 6 else 1) for n, day in enumerate(days)}
    return {day: 0 if day.weekday() == 5 else int(rng.poisson(mean[day])) for day in days}


def one(make_tables, frame, zone="Europe/London", threshold=5.0):
    (volume,) = volumes(make_tables(zone=zone, orders=frame), threshold=threshold)
    return volume


def marks(volume, *kinds) -> list[dt.date]:
    return list(volume.marked(*kinds)["date"])


def test_ordinary_growth_and_weekdays_are_no_faults(make_tables):
    volume = one(make_tables, orders(year()))
    assert volume.closed == {5}
    assert marks(volume, Mark.GAP, Mark.COLLAPSE, Mark.SPIKE, Mark.INCOMPLETE) == []


def test_missing_days_spikes_and_collapses_are_found_where_they_are(make_tables):
    counts = year()
    gap = [dt.date(2023, 6, 13), dt.date(2023, 6, 14)]
    spike, collapse = dt.date(2023, 9, 5), dt.date(2023, 10, 11)
    counts |= {day: 0 for day in gap} | {spike: 600, collapse: 2}
    volume = one(make_tables, orders(counts))
    assert marks(volume, Mark.GAP) == gap
    assert marks(volume, Mark.SPIKE) == [spike]
    assert marks(volume, Mark.COLLAPSE) == [collapse]


def test_good_friday_without_orders_is_a_holiday_and_not_a_gap(make_tables):
    counts = year() | {dt.date(2023, 4, 7): 0}
    volume = one(make_tables, orders(counts))
    assert marks(volume, Mark.HOLIDAY) == [dt.date(2023, 4, 7)]
    frame = orders(counts)
    frame["ordered_at"] -= pd.Timedelta(hours=8)  # the same local hours in a zone that does not keep Easter
    assert marks(one(make_tables, frame, zone="Asia/Shanghai"), Mark.GAP) == [dt.date(2023, 4, 7)]


def test_a_last_day_that_stops_at_noon_is_cut_off(make_tables):
    counts = year()
    whole, last = orders(counts), max(counts)
    cut = whole[(whole["ordered_at"].dt.date < last) | (whole["ordered_at"].dt.hour < 12)]
    assert one(make_tables, cut).incomplete_last_day == last
    assert one(make_tables, whole).incomplete_last_day is None


def test_dates_without_hours_cannot_show_a_cut(make_tables):
    frame = orders(year())
    frame["ordered_at"] = frame["ordered_at"].dt.normalize()
    assert one(make_tables, frame).incomplete_last_day is None


def test_every_row_is_in_a_day(make_tables):
    frame = orders(year())
    volume = one(make_tables, frame)
    assert volume.days["rows"].sum() == len(frame)
    assert volume.days["money"].sum() == pytest.approx(frame["amount"].sum())
    assert len(volume.days) == (volume.days["date"].max() - volume.days["date"].min()).days + 1


@pytest.mark.parametrize("rows", [0, 1])
def test_no_day_and_one_day_have_no_expectation(make_tables, rows):
    found = volumes(make_tables(orders=orders(year()).head(rows)), threshold=5.0)
    assert len(found) == rows
    assert all(volume.days["expected"].isna().all() for volume in found)


def test_undated_orders_have_no_volume(make_tables):
    assert volumes(make_tables(order_lines=pd.DataFrame({"order_id": ["1"], "product_id": ["p"]})), threshold=5.0) == []


def test_a_weekday_that_is_often_empty_has_no_gaps(make_tables):
    counts = {day: (30 if n % 14 == 0 else 0) for n, day in enumerate(year())}
    assert marks(one(make_tables, orders(counts)), Mark.GAP) == []


def test_a_silence_of_ten_weeks_is_a_gap_although_its_neighbours_are_silent_too(make_tables):
    counts = year()
    silent = [dt.date(2023, 8, 1) + dt.timedelta(days=n) for n in range(70)]
    found = marks(one(make_tables, orders(counts | dict.fromkeys(silent, 0))), Mark.GAP)
    assert found == [day for day in silent if day.weekday() != 5]
