"""Mining against a count of every subset of every basket."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.itemsets import Itemsets, engine, mine, mining
from customer_analytics.engagement.errors import UserError

from .slow import Baskets, counts_of, lines_of, slow_counts

ITEMS = st.sampled_from([2, 3, 5, 8, 13, 21, 34, 55])
SOME = st.lists(st.sets(ITEMS, min_size=1, max_size=7), min_size=1, max_size=25)
BAG = [{1, 2, 3, 4}] * 5 + [{1, 2, 3}] * 3 + [{1, 2}] * 2 + [{4}] * 4 + [{5, 6}]


def mined(baskets: Baskets, floor: int, longest: int, **more: object) -> Itemsets:
    return mine(lines_of(baskets), counts_of(baskets), len(baskets), floor, longest, **more)  # type: ignore[arg-type]


def as_counts(found: Itemsets) -> dict[tuple[int, ...], int]:
    return {
        tuple(row): int(count)
        for rows, counts in zip(found.sets, found.counts, strict=True)
        for row, count in zip(rows.tolist(), counts, strict=True)
    }


def frequent(baskets: Baskets, floor: int, longest: int) -> dict[tuple[int, ...], int]:
    return {chosen: count for chosen, count in slow_counts(baskets, longest).items() if count >= floor}


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(SOME, st.integers(1, 5), st.integers(1, 10))
def test_every_frequent_set_is_found_with_its_count_and_no_other(baskets: Baskets, floor: int, longest: int) -> None:
    found = mined(baskets, floor, longest)
    assert as_counts(found) == frequent(baskets, floor, longest)
    assert found.exhausted == (frequent(baskets, floor, longest) == frequent(baskets, floor, 10))


def test_sets_come_sorted_whatever_the_order_of_the_lines() -> None:
    forward, backward = mined(BAG, 2, 4), mined(BAG[::-1], 2, 4)
    for rows, others in zip(forward.sets, backward.sets, strict=True):
        assert rows.dtype == np.int32 and np.array_equal(rows, others)
        assert rows.tolist() == sorted(sorted(row) for row in rows.tolist())


def test_a_count_at_the_floor_counts_and_one_below_does_not() -> None:
    assert (1, 2, 3, 4) in as_counts(mined(BAG, 5, 4))
    assert (1, 2, 3, 4) not in as_counts(mined(BAG, 6, 4))


def test_the_family_of_tests_counts_the_sets_that_missed_the_floor_too() -> None:
    found = mined(BAG, 9, 4)  # 1 and 2 are in ten baskets, together too; 4 is in nine, with 1 or with 2 in five
    assert found.candidates == [6, 3] and found.exhausted
    assert as_counts(found) == {(1,): 10, (2,): 10, (4,): 9, (1, 2): 10}
    assert mined(BAG, 5, 3).candidates == [6, 6, 4]


def test_an_item_and_its_own_category_make_no_set() -> None:
    baskets = [{1, 2, 90}] * 6 + [{1, 90}] * 3
    assert (1, 90) in as_counts(mined(baskets, 2, 3))
    found = mined(baskets, 2, 3, kin={1: 90})
    assert as_counts(found) == {(1,): 9, (2,): 6, (90,): 9, (1, 2): 6, (2, 90): 6}
    assert found.candidates == [3, 2] and found.exhausted


@pytest.mark.parametrize("baskets", [[{7}], [{7}] * 30, [{item} for item in range(30)], [set(range(12))]])
def test_little_data_gives_what_there_is(baskets: Baskets) -> None:
    for floor in (1, 2, 100):
        assert as_counts(mined(baskets, floor, 3)) == frequent(baskets, floor, 3)


def test_memory_is_bounded_by_turns_and_by_parts_without_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_counts(mined(BAG, 1, 6))
    monkeypatch.setattr(engine, "MOST_GROUPS", 3)
    monkeypatch.setattr(engine, "AT_ONCE", 7)
    assert as_counts(mined(BAG, 1, 6)) == before == frequent(BAG, 1, 6)


def wide(items: int, baskets: int) -> Baskets:
    """Baskets that share many items: item k is in those from k on."""
    return [{item for item in range(items) if item <= basket} for basket in range(baskets)]


@pytest.mark.parametrize(("guard", "most"), [("MOST_ROWS", 100), ("MOST_STATED", 12)])
def test_a_support_that_does_not_fit_is_refused_with_one_that_does(
    monkeypatch: pytest.MonkeyPatch, guard: str, most: int
) -> None:
    monkeypatch.setattr(mining, guard, most)
    baskets = wide(12, 15)
    floor, refused = 1, 0
    while True:  # a longer set may not fit either: each refusal names a higher support
        try:
            found = mined(baskets, floor, 4)
            break
        except UserError as error:
            stated = re.search(r"State (0\.\d+) or more", str(error))
            assert stated is not None
            higher = int(np.ceil(float(stated.group(1)) * len(baskets) - 1e-3))
            assert higher > floor
            floor, refused = higher, refused + 1
    assert refused and as_counts(found) == frequent(baskets, floor, 4)


@pytest.mark.parametrize(("guard", "most"), [("MOST_ROWS", 100), ("MOST_CHOSEN", 12)])
def test_a_chosen_floor_rises_to_where_the_sets_fit(monkeypatch: pytest.MonkeyPatch, guard: str, most: int) -> None:
    monkeypatch.setattr(mining, guard, most)
    baskets = wide(12, 15)
    found = mined(baskets, 1, 4, raise_floor=True)
    assert found.floor > 1
    assert as_counts(found) == frequent(baskets, found.floor, 4)


def test_the_pairs_that_are_counted_beforehand_are_those_within_baskets() -> None:
    baskets = wide(12, 15)
    assert mined(baskets, 1, 2).pair_rows == sum(len(basket) * (len(basket) - 1) // 2 for basket in baskets)


def test_a_basket_of_thousands_of_items_that_nobody_else_buys_makes_no_candidates() -> None:
    found = mined([*BAG, set(range(1000, 6000)) | {1, 2}], 2, 4)
    assert as_counts(found) == frequent([*BAG, {1, 2}], 2, 4)
    assert found.pair_rows < 100
