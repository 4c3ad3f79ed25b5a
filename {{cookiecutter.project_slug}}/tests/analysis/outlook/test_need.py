"""The retention that keeps the number of active people, against the identities of growth accounting."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.outlook.need import AHEAD, need


def accounts(kept: list[float], inflow: list[int], start: int = 1000) -> pd.DataFrame:
    """An activity table from shares kept and inflow by period; a quarter of the inflow is people who came back."""
    before, rows = 0, []
    for place, (share, came) in enumerate(zip(kept, inflow, strict=True)):
        returning = round(share * before)
        new, back = (start, 0) if place == 0 else (came - came // 4, came // 4)
        rows.append((place, new + back + returning, new, returning, back, before - returning))
        before = rows[-1][1]
    return pd.DataFrame(rows, columns=["period", "active", "new", "returning", "resurrecting", "dormant"])


def test_at_the_needed_retention_the_number_of_active_people_stays() -> None:
    table = accounts([0.6] * 40, [400] * 40)
    found = need(table, 12)
    assert found is not None
    assert found.kept == pytest.approx(0.6, abs=1e-3)
    assert found.needed == pytest.approx(0.6, abs=1e-3)
    assert found.steady == pytest.approx(1000, abs=2)  # 400 / (1 - .6)
    assert not found.tells


@given(
    st.lists(st.tuples(st.floats(0.2, 0.9), st.integers(50, 900)), min_size=8, max_size=30),
    st.integers(3, 14),
)
def test_kept_less_needed_is_the_growth_of_the_active_people(steps: list[tuple[float, int]], year: int) -> None:
    table = accounts([one[0] for one in steps], [one[1] for one in steps])
    found = need(table, year, minimum=1)
    assert found is not None
    active = table["active"].to_numpy(dtype=float)
    used = active[-found.periods - 1 :]
    assert found.gap == pytest.approx((used[-1] - used[0]) / used[:-1].sum(), abs=1e-12)
    assert found.steady == pytest.approx((found.new + found.resurrecting) / (1 - found.kept))
    # With as many new people as needed, the base would have stayed.
    assert found.new_needed + found.resurrecting + found.kept * found.base == pytest.approx(found.base)


def test_the_path_tends_to_where_the_fixed_point_is() -> None:
    found = need(accounts([0.5] * 20, [300] * 20, start=2000), 12)
    assert found is not None
    path = found.path["active"].to_numpy()
    assert len(path) == AHEAD + 1 and path[0] == found.now
    gaps = np.abs(path - found.steady)
    assert (gaps[1:] <= gaps[:-1] + 1e-9).all()


def test_a_shrinking_base_is_said_to_shrink_and_noise_is_not() -> None:
    generator = np.random.default_rng(5)
    shrinking = need(accounts(list(generator.normal(0.7, 0.01, 20)), [60] * 20, start=8000), 6)
    assert shrinking is not None and shrinking.tells and shrinking.gap < 0
    claimed = 0
    for seed in range(20):
        generator = np.random.default_rng(seed)
        found = need(accounts(list(generator.normal(0.6, 0.05, 40)), list(generator.poisson(400, 40))), 12)
        assert found is not None
        claimed += found.tells
    assert claimed <= 2


def test_the_first_periods_in_which_old_people_look_new_are_not_used() -> None:
    table = accounts([0.6] * 10, [400] * 10)
    found = need(table, 12, 3)
    assert found is not None
    assert (found.first, found.periods, found.is_year) == (3, 7, False)


def test_few_periods_or_people_give_nothing_and_few_periods_no_interval() -> None:
    assert need(accounts([0.6] * 3, [400] * 3), 12) is None
    assert need(accounts([0.6] * 12, [4] * 12, start=10), 12) is None
    found = need(accounts([0.6] * 5, [400] * 5), 12)
    assert found is not None and math.isnan(found.interval.low) and not found.tells
