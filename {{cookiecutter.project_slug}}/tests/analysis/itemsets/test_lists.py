"""Sets among lists of codes, against a look at every basket."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_analytics.analysis.itemsets import lists
from customer_analytics.analysis.itemsets.lists import Lists, counts_in, members_in

CODES = 9
BASKETS = st.lists(st.sets(st.integers(0, CODES - 1)), max_size=150)
SETS = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.sets(st.integers(0, CODES - 1), min_size=k, max_size=k).map(sorted), min_size=1, max_size=9)
)


def batch(baskets: list[set[int]]) -> Lists:
    """The baskets as they come from the engine: in no order."""
    codes = pa.array([sorted(basket, reverse=True) for basket in baskets], pa.list_(pa.int32()))
    return Lists.from_arrow(codes, CODES)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(BASKETS, SETS, st.sampled_from([1 << 26, 64]), st.sampled_from([1 << 21, 1]))
def test_each_set_is_found_in_the_baskets_that_hold_it(
    baskets: list[set[int]], sets: list[list[int]], cells: int, words: int
) -> None:
    asked = np.array(sorted(sets), dtype=np.int32)
    wanted = [
        (row, place)
        for row, one in enumerate(asked.tolist())
        for place, basket in enumerate(baskets)
        if set(one) <= basket
    ]
    with pytest.MonkeyPatch.context() as patch:  # blocks of baskets and of sets change nothing
        patch.setattr(lists, "_CELLS", cells)
        patch.setattr(lists, "_WORDS", words)
        one, basket = members_in(batch(baskets), asked)
        counts = counts_in(batch(baskets), asked)
    assert sorted(zip(one.tolist(), basket.tolist(), strict=True)) == wanted
    assert counts.tolist() == [sum(row == own for row, _ in wanted) for own in range(len(asked))]


def test_no_list_at_all_is_an_empty_basket_and_chunks_are_one_column() -> None:
    column = pa.chunked_array(
        [pa.array([[3, 1], None, []], pa.list_(pa.int32())), pa.array([[1]], pa.list_(pa.int32()))]
    )
    found = Lists.from_arrow(column, CODES)
    assert found.starts.tolist() == [0, 2, 2, 2, 3] and found.codes.tolist() == [3, 1, 1]
    assert counts_in(found, np.array([[1], [3]], dtype=np.int32)).tolist() == [2, 1]
