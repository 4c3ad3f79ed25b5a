"""The later part is cut by time; where that cannot be, by chance, the same in every run."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from written import baskets_of, lines_of, tables_of


def orders_on(days: list[int]) -> list[dict[str, object]]:
    start = dt.datetime(2024, 1, 1, 12)
    return [{"order_id": f"{n}", "ordered_at": start + dt.timedelta(days=day)} for n, day in enumerate(days)]


@settings(max_examples=4)
@given(st.lists(st.integers(0, 6), min_size=2, max_size=40), st.sampled_from([0.2, 0.35, 0.5]))
def test_the_cut_is_the_day_that_comes_nearest_to_the_share(days: list[int], share: float) -> None:
    lines = lines_of({str(n): "ab" for n in range(len(days))})
    found = baskets_of(tables_of(order_lines=lines, orders=orders_on(days)), later_share=share)
    heads = found.heads.to_pandas()
    if len(set(days)) == 1:
        assert found.split == "chance" or found.split is None
        return
    counts = {day: sum(one >= day for one in days) for day in sorted(set(days))[1:]}
    best = min(counts.values(), key=lambda count: (abs(count - share * len(days)), -count))
    assert found.split == "time"
    assert abs(found.n_later - share * len(days)) == abs(best - share * len(days))
    assert found.n_earlier + found.n_later == found.n == len(days)
    assert set(heads.loc[heads["later"], "day"]).isdisjoint(heads.loc[~heads["later"], "day"])
    assert heads.loc[heads["later"], "basket"].min() == found.later_from
    assert heads.loc[heads["later"], "day"].min() >= found.cut_day > heads.loc[~heads["later"], "day"].max()


def test_items_are_counted_in_the_earlier_part_too() -> None:
    lines = lines_of({"0": "ab", "1": "a", "2": "a", "3": "b"})
    found = baskets_of(tables_of(order_lines=lines, orders=orders_on([0, 0, 1, 1])), later_share=0.5)
    assert dict(zip(found.items["key"], found.items["earlier"], strict=True)) == {"a": 2, "b": 1}
    assert dict(zip(found.items["key"], found.items["baskets"], strict=True)) == {"a": 3, "b": 2}


def test_without_dates_the_later_part_is_drawn_and_stays_the_same() -> None:
    lines = lines_of({str(n): "ab" for n in range(2_000)})
    one, two = (baskets_of(tables_of(order_lines=some), later_share=0.35) for some in (lines, lines[::-1]))
    assert one.split == "chance"
    assert one.cut_day is None
    assert abs(one.n_later / one.n - 0.35) < 0.001
    assert one.n_later == two.n_later
    assert one.items.equals(two.items)


def test_numbers_of_baskets_follow_their_days() -> None:
    lines = lines_of({str(n): "a" for n in range(6)})
    heads = baskets_of(tables_of(order_lines=lines, orders=orders_on([3, 1, 2, 1, 0, 3]))).heads.order_by("basket")
    days = list(heads.to_pandas()["day"])
    assert days == sorted(days)
