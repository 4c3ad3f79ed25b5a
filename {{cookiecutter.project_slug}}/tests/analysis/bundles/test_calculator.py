"""The bundle calculator: by hand, and against a shop in which every basket is rung up twice."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.bundles.calculator import Offers, Terms, break_even_conversion, calculate

TERMS = Terms(discount=0.1, conversion=0.05)


def offers(**own: float) -> Offers:
    """A for 20, B for 30 with a margin of 12; of 1,000 baskets with A, 100 hold B too, one bundle in each."""
    values = {"price_a": 20.0, "price_b": 30.0, "margin_b": 12.0, "buyers": 1_000.0, "both": 100.0, "each": 1.0}
    return Offers(**{name: np.array([value]) for name, value in (values | own).items()})


def one(given_offers: Offers, terms: Terms = TERMS) -> pd.Series:
    return calculate(given_offers, terms).iloc[0]


def till(conversion: float, discount: float, bundles_each: int, *, take: int = 1_000, both: int = 100) -> float:
    """Money of `take` baskets with A at the till with the offer, less without it, basket by basket.

    Units of B cost 18; a basket holds `bundles_each` of A, and of B if any; the first of those without B are persuaded.
    """
    more, persuaded = 0.0, conversion * (take - both)
    for basket in range(take):
        if basket < both:
            without = (30.0 - 18.0) * bundles_each + 20.0 * bundles_each
            with_offer = without - bundles_each * discount * 50.0
        else:
            share = min(max(persuaded - (basket - both), 0.0), 1.0)  # the last one may be persuaded in part
            without = 20.0 * bundles_each
            with_offer = without + share * bundles_each * (30.0 - 18.0 - discount * 50.0)
        more += with_offer - without
    return more


def test_by_hand() -> None:
    """D = 10 % of 50 = 5. 45 of 900 take B: 45 · (12 − 5) = 315 won, 100 · 5 = 500 given away."""
    row = one(offers())
    assert row["given_away"] == pytest.approx(5)
    assert row["bundle_price"] == pytest.approx(45)
    assert row["new_bundles"] == pytest.approx(45)
    assert row["expected_gain"] == pytest.approx(315 - 500)
    assert row["loss_if_wrong"] == pytest.approx(500)
    assert row["break_even_share"] == pytest.approx(5 / 12)
    assert row["units_needed"] == pytest.approx(500 / 7)
    assert row["break_even_conversion"] == pytest.approx(500 / 7 / 900)
    assert row["full_price_gain"] == pytest.approx(45 * 12)
    assert not row["pays"]


@pytest.mark.parametrize("bundles_each", [1, 3])
@pytest.mark.parametrize("discount", [0.02, 0.1, 0.2])
def test_at_the_break_even_the_till_holds_what_it_held_without_the_offer(discount: float, bundles_each: int) -> None:
    row = one(offers(each=float(bundles_each)), Terms(discount, 0.05))
    conversion = row["break_even_conversion"]
    assert conversion < 1
    assert till(conversion, discount, bundles_each) == pytest.approx(0, abs=1e-6)
    assert till(conversion + 0.01, discount, bundles_each) > 0 > till(conversion - 0.01, discount, bundles_each)


@pytest.mark.parametrize("conversion", [0.0001, 0.05, 0.2])
def test_the_expected_gain_is_what_the_till_shows(conversion: float) -> None:
    row = one(offers(), Terms(0.1, conversion))
    assert row["expected_gain"] == pytest.approx(till(conversion, 0.1, 1))


def test_if_nobody_is_persuaded_the_loss_is_what_was_given_away() -> None:
    assert -one(offers())["loss_if_wrong"] == pytest.approx(till(0.0, 0.1, 1))


def test_the_largest_discount_just_pays() -> None:
    row = one(offers())
    assert 0 < row["largest_discount"] < 0.1
    assert till(0.05, float(row["largest_discount"]), 1) == pytest.approx(0, abs=1e-6)


def test_the_margin_that_is_needed_just_pays_though_no_cost_is_known() -> None:
    unknown = one(offers(margin_b=math.nan))
    assert math.isnan(unknown["expected_gain"]) and math.isnan(unknown["break_even_conversion"])
    assert not unknown["pays"]
    needed = float(unknown["margin_needed"])
    assert one(offers(margin_b=30 * needed))["expected_gain"] == pytest.approx(0, abs=1e-9)


def test_a_bundle_whose_discount_eats_the_margin_never_pays() -> None:
    row = one(offers(margin_b=4.0))  # D = 5
    assert math.isinf(row["units_needed"]) and math.isinf(row["break_even_conversion"])
    assert row["break_even_share"] > 1 and not row["pays"]


def test_at_full_price_nothing_is_given_away_and_nothing_has_to_be_earned_back() -> None:
    row = one(offers(), Terms(0.0, 0.05))
    assert row["loss_if_wrong"] == 0 and row["break_even_conversion"] == 0 and row["units_needed"] == 0
    assert row["expected_gain"] == row["full_price_gain"]


def test_a_pair_that_everybody_buys_together_has_nobody_to_win() -> None:
    row = one(offers(both=1_000.0))
    assert row["new_bundles"] == 0 and math.isinf(row["break_even_conversion"]) and not row["pays"]


def test_without_prices_nothing_is_invented() -> None:
    row = one(offers(price_a=math.nan, margin_b=math.nan))
    money = ["bundle_price", "expected_gain", "loss_if_wrong", "units_needed", "largest_discount", "margin_needed"]
    assert row[money].isna().all() and not row["pays"]


money = st.floats(0.5, 500)


@given(
    a=money, b=money, margin=st.floats(-0.5, 1.0), discount=st.floats(0, 0.9), conversion=st.floats(0.001, 1.0),
    buyers=st.integers(1, 5_000), share=st.floats(0, 1), each=st.floats(1, 4),
)  # fmt: skip
def test_it_pays_just_where_the_conversion_is_above_the_break_even(
    a: float, b: float, margin: float, discount: float, conversion: float, buyers: int, share: float, each: float
) -> None:
    both = math.floor(share * buyers)
    pair = offers(price_a=a, price_b=b, margin_b=margin * b, buyers=buyers, both=both, each=each)
    row = one(pair, Terms(discount, conversion))
    gain, bar = float(row["expected_gain"]), float(row["break_even_conversion"])
    if abs(gain) > 1e-6 and math.isfinite(bar) and bar > 0:
        assert (gain > 0) == (conversion > bar)
    if math.isinf(bar):
        assert gain <= 1e-9
    assert row["loss_if_wrong"] >= 0
    dearer = one(replace(pair, both=pair.both + 1, buyers=pair.buyers + 1), Terms(discount, conversion))
    assert float(dearer["expected_gain"]) <= gain + 1e-9


@given(attach=st.floats(0, 0.99), away=st.floats(0, 5), margin=st.floats(0.1, 20))
def test_the_break_even_rises_with_the_attach_rate_so_that_intervals_carry_over(
    attach: float, away: float, margin: float
) -> None:
    bar = break_even_conversion(attach, away, margin)
    assert break_even_conversion(min(attach + 0.005, 1.0), away, margin) >= bar >= 0


def test_the_break_even_of_a_rate_is_that_of_its_counts() -> None:
    row = one(offers(each=7.0))
    assert break_even_conversion(0.1, 5.0, 12.0) == pytest.approx(row["break_even_conversion"])
