"""The test of equal effects against textbook formulas, statsmodels and clients without any difference."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, norm

from customer_analytics.analysis.differences import cells
from customer_analytics.analysis.differences.interaction import interaction, shrunken

EFFECTS, ERRORS = (0.02, 0.05, -0.01), (0.01, 0.02, 0.015)


def test_cochrans_q_and_the_spread_by_hand() -> None:
    """Weights 10,000, 2,500 and 4,444.4; everything by the formulas of DerSimonian and Laird."""
    weights = [1 / error**2 for error in ERRORS]
    common = sum(w * e for w, e in zip(weights, EFFECTS, strict=True)) / sum(weights)
    q = sum(w * (e - common) ** 2 for w, e in zip(weights, EFFECTS, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    found = interaction(np.array(EFFECTS), np.diag(np.square(ERRORS)), 0.8)
    assert found.statistic == pytest.approx(q)
    assert found.degrees == 2
    assert found.p == pytest.approx(chi2.sf(q, 2))
    assert found.common == pytest.approx(common)
    assert found.spread == pytest.approx(math.sqrt((q - 2) / scale))


def test_with_two_levels_it_is_the_z_test_of_their_difference() -> None:
    """And not the comparison of two p-values, of which one is below .05 and the other is not."""
    effect, error = np.array([0.05, 0.02]), np.array([0.02, 0.02])
    assert 2 * norm.sf(effect[0] / error[0]) < 0.05 < 2 * norm.sf(effect[1] / error[1])
    z = (effect[0] - effect[1]) / math.hypot(*error)
    assert interaction(effect, np.diag(error**2), 0.8).p == pytest.approx(2 * norm.sf(z))
    assert interaction(effect, np.diag(error**2), 0.8).p > 0.25


def test_the_difference_that_would_have_been_seen_has_the_power_it_says() -> None:
    """One level off by that much against the mean of the others: seen in 80 of 100 by its own z test."""
    variance = np.array([0.01, 0.02, 0.03]) ** 2
    size = interaction(np.zeros(3), np.diag(variance), 0.8).detectable
    weights = 1 / variance[1:]
    error = math.sqrt(variance[0] + 1 / weights.sum())  # the first level is the easiest
    assert norm.sf(norm.ppf(0.975) - size / error) == pytest.approx(0.8)


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1)), min_size=2, max_size=8), st.floats(0, 2)
)  # fmt: skip
def test_a_shrunken_effect_lies_between_its_own_and_the_common_one(
    rows: list[tuple[float, float]], spread: float
) -> None:
    effect, error = (np.array(column) for column in zip(*rows, strict=True))
    weight = 1 / (error**2 + spread**2)
    common = weight @ effect / weight.sum()
    drawn = shrunken(effect, error**2, spread)
    between = np.sort(np.column_stack([effect, np.full(len(effect), common)]), axis=1)
    assert (drawn.effect >= between[:, 0] - 1e-12).all()
    assert (drawn.effect <= between[:, 1] + 1e-12).all()
    if spread == 0:
        assert drawn.effect == pytest.approx(common)


def test_errors_of_clusters_are_those_of_statsmodels() -> None:
    """Stores were drawn; their customers fall into two levels and are alike, so the levels' errors go together."""
    generator = np.random.default_rng(5)
    store = np.repeat(np.arange(60), 50)
    arm = (store % 2).astype(float)
    level = generator.integers(0, 2, len(store))
    y = generator.normal(size=60)[store] + 0.3 * arm + generator.normal(size=len(store))
    columns = np.column_stack([level == 0, level == 1, arm * (level == 0), arm * (level == 1)]).astype(float)
    fitted = sm.OLS(y, columns).fit(cov_type="cluster", cov_kwds={"groups": store, "use_correction": False})
    rows = pd.DataFrame({"arm": arm.astype(int), "level": level, "cluster": store, "n": 1, "s": y, "q": y * y})
    summed = rows.groupby(["arm", "level", "cluster"], as_index=False).sum()
    found = cells.clustered(summed, [0, 1], 1)
    assert found is not None
    assert found.effect == pytest.approx(fitted.params[2:])
    assert found.covariance == pytest.approx(fitted.cov_params()[2:, 2:] * 30 / 29, rel=1e-6)
    assert found.covariance[0, 1] > 0.5 * found.covariance[0, 0]
    assert cells.clustered(summed[summed["cluster"] < 18], [0, 1], 1) is None, "nine clusters in each arm"


def test_a_level_in_which_nobody_bought_does_not_look_certain() -> None:
    """Agresti and Caffo: one success and one failure added; 0 of 50 against 0 of 50 still has an error of 2 points."""
    rows = pd.DataFrame({"level": [0, 0], "arm": [0, 1], "n": [50, 50], "s": [0.0, 0.0], "q": [0.0, 0.0]})
    found = cells.effects(rows, [0], 1, binary=True)
    by_hand = 2 * (1 / 52) * (51 / 52) / 52
    assert found.covariance[0, 0] == pytest.approx(by_hand)
    assert math.sqrt(by_hand) == pytest.approx(0.027, abs=0.001)
    numbers = cells.effects(rows.assign(s=[100.0, 100.0], q=[200.0, 200.0]), [0], 1, binary=False)
    assert numbers.covariance[0, 0] > 0


def test_where_all_react_alike_the_test_rejects_as_often_as_it_says() -> None:
    """A thousand experiments in four levels of unequal size, few of whose customers buy."""
    generator = np.random.default_rng(1)
    n = np.array([[60, 60], [150, 140], [300, 310], [90, 100]])
    rejected = 0
    for _ in range(1_000):
        s = generator.binomial(n, np.array([0.05, 0.1, 0.2, 0.08])[:, None] + np.array([0.0, 0.05]))
        rows = pd.DataFrame({"level": np.repeat(range(4), 2), "arm": [0, 1] * 4, "n": n.ravel(), "s": s.ravel()})
        found = cells.effects(rows.assign(q=rows["s"]), [0, 1, 2, 3], 1, binary=True)
        rejected += interaction(found.effect, found.covariance, 0.8).p < 0.05
    assert 0.03 <= rejected / 1_000 <= 0.07
