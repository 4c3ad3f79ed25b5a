"""Strata: every customer in one, none too small to be balanced, and always the same for the same list."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.assignment.strata import EVERYONE, smallest_stratum, stratify, value_classes
from customer_analytics.engagement.errors import UserError

KEYS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y", None])), max_size=80)


def series(values: list[object]) -> pd.Series:
    return pd.Series(values, dtype=object)


@given(KEYS, st.integers(1, 30))
def test_no_stratum_is_too_small_unless_it_is_the_only_one(rows: list[tuple[str, str | None]], smallest: int) -> None:
    keys = {"one": series([a for a, _ in rows]), "two": series([b for _, b in rows])}
    strata = stratify(keys, len(rows), smallest)
    assert sum(strata.sizes) == len(rows)
    assert len(set(strata.labels)) == len(strata.labels)
    assert len(strata.labels) == 1 or min(strata.sizes) >= smallest
    together: dict[tuple[str, str | None], set[int]] = {}
    for row, code in zip(rows, strata.codes.tolist(), strict=True):
        together.setdefault(row, set()).add(code)
    assert all(len(codes) == 1 for codes in together.values()), "equal customers stand in one stratum"


@given(KEYS, st.integers(1, 30), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_stratum(
    rows: list[tuple[str, str | None]], smallest: int, random: object
) -> None:
    def named(some: list[tuple[str, str | None]]) -> Counter[tuple[object, str]]:
        keys = {"one": series([a for a, _ in some]), "two": series([b for _, b in some])}
        strata = stratify(keys, len(some), smallest)
        return Counter((row, strata.labels[code]) for row, code in zip(some, strata.codes.tolist(), strict=True))

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert named(rows) == named(shuffled)


def test_a_small_stratum_goes_to_the_neighbour_that_shares_most_of_its_values() -> None:
    rows = [("value 1", "active")] * 60 + [("value 1", "not active")] * 3 + [("value 2", "active")] * 50
    keys = {"value": series([a for a, _ in rows]), "activity": series([b for _, b in rows])}
    strata = stratify(keys, len(rows), 50)
    assert dict(zip(strata.labels, strata.sizes, strict=True)) == {
        "value 1, active to value 1, not active": 63,
        "value 2, active": 50,
    }
    assert strata.combinations == 3


def test_a_stratum_is_large_enough_for_five_customers_in_its_smaller_arm() -> None:
    assert smallest_stratum(Fraction(1, 10)) == 50
    assert smallest_stratum(Fraction(1, 3)) == 15
    assert smallest_stratum(Fraction(9, 10)) == 50
    assert smallest_stratum(Fraction(0)) == 1


def test_customers_who_spent_the_same_share_a_value_class_and_who_never_bought_has_one_of_their_own() -> None:
    money = np.array([np.nan, 10.0, 10.0, 10.0, 10.0, 20.0, 30.0, 40.0, 50.0, np.nan, 60.0])
    # rank_min - 1 = 0 for the four tens, 4, 5, 6, 7, 8 for the rest, of 9: floor(5 r / 9) + 1
    expected = ["no purchase", *["value 1"] * 4, "value 3", "value 3", "value 4", "value 4", "no purchase", "value 5"]
    assert value_classes(money).tolist() == expected


def test_numbers_with_many_values_are_cut_into_fifths() -> None:
    ages = pd.Series([*range(100), np.nan])
    strata = stratify({"age": ages}, 101, 1)
    assert strata.labels == ("age class 1", "age class 2", "age class 3", "age class 4", "age class 5", "unknown")
    assert strata.sizes == [20, 20, 20, 20, 20, 1]


def test_without_keys_everyone_is_one_stratum() -> None:
    assert stratify({}, 7, 5).labels == (EVERYONE,)
    assert stratify({}, 0, 5).sizes == [0]


def test_a_column_of_ids_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="5,000 combinations"):
        stratify({"customer": series([f"c{n}" for n in range(5_000)])}, 5_000, 50)


def test_labels_of_hostile_values_stay_apart() -> None:
    keys = {"one": series(["a, b", "a"]), "two": series(["c", "b, c"])}
    assert len(set(stratify(keys, 2, 1).labels)) == 2
