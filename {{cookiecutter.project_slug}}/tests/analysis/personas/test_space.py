"""How tags become coordinates: scales, shrinkage, missing values, categories, tags that say the same."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.personas.result import OTHER
from customer_analytics.analysis.personas.space import PRIOR_ORDERS, learn

N = 400


def numbers(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=N)


def five() -> np.ndarray:
    return np.full(N, 5.0)


def test_skewed_numbers_are_logged_shares_are_turned_and_others_stay(make_tags: Callable[..., list]) -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"money": np.exp(generator.normal(4, 1, N)), "late_share": generator.beta(2, 5, N), "even": numbers()}
    )
    space = learn(frame, make_tags(frame, {"late_share": "share"}), five(), 0)
    assert [feature.transformation for feature in space.features] == ["log", "arcsine", "none"]
    scale = np.log1p(frame["money"].to_numpy())
    low, high = np.quantile(scale, (0.01, 0.99))
    expected = np.clip((scale - np.median(scale)) / np.clip(scale, low, high).std(), -4, 4)
    np.testing.assert_allclose(space.matrix(frame, five())[:, 0], expected)


def test_a_share_without_a_prior_in_its_rule_is_drawn_to_the_base_by_few_purchases(
    make_tags: Callable[..., list],
) -> None:
    generator = np.random.default_rng(0)
    bought = generator.integers(2, 40, N).astype(float)
    frame = pd.DataFrame({"late": generator.binomial(bought.astype(int), 0.3) / bought, "x": numbers()})
    plain, stated = (
        learn(frame, make_tags(frame, {"late": "share"}, rule=rule), bought, 0)
        for rule in ("share(purchases where hour >= 22)", "share(purchases where hour >= 22 prior 5)")
    )
    base = float((frame["late"] * bought).sum() / bought.sum())
    assert plain.bases["late"] == pytest.approx(base)
    assert stated.bases == {}
    drawn = (frame["late"] * bought + PRIOR_ORDERS * base) / (bought + PRIOR_ORDERS)
    median = plain.features[0].centre
    assert median == pytest.approx(np.median(2 * np.arcsin(np.sqrt(drawn))))


def test_a_mismatch_of_a_category_costs_gamma(make_tags: Callable[..., list]) -> None:
    generator = np.random.default_rng(1)
    frame = pd.DataFrame({"n": numbers(), "m": numbers(1), "device": generator.choice(["a", "b", "c"], N)})
    space = learn(frame, make_tags(frame), five(), 0)
    matrix = space.matrix(frame, five())
    first, second = (frame.index[frame["device"] == name][0] for name in ("a", "b"))
    apart = matrix[first, 2:] - matrix[second, 2:]
    assert (apart**2).sum() == pytest.approx(space.gamma)
    assert space.gamma == pytest.approx(matrix[:, :2].std(axis=0).mean())


def test_a_flag_that_differs_costs_gamma_too(make_tags: Callable[..., list]) -> None:
    frame = pd.DataFrame({"n": numbers(), "yes": pd.array(np.arange(N) % 3 == 0, dtype="boolean")})
    space = learn(frame, make_tags(frame), five(), 0)
    column = space.matrix(frame, five())[:, 1]
    assert (column[0] - column[1]) ** 2 == pytest.approx(space.gamma)


def test_missing_values_are_counted_and_take_the_mean(make_tags: Callable[..., list]) -> None:
    frame = pd.DataFrame({"n": numbers(), "gap": np.where(np.arange(N) < 40, math.nan, numbers(2))})
    space = learn(frame, make_tags(frame), five(), 0)
    matrix = space.matrix(frame, five())
    assert space.features[1].missing == 40
    np.testing.assert_allclose(matrix[:40, 1], matrix[40:, 1].mean())


def test_each_tag_that_is_left_out_says_why(make_tags: Callable[..., list]) -> None:
    frame = pd.DataFrame(
        {
            "n": numbers(),
            "again": numbers() * 3 + 1,
            "same": np.full(N, 7.0),
            "rare": np.where(np.arange(N) < 300, math.nan, numbers(3)),
            "name": [f"client {i}" for i in range(N)],
            "x": numbers(4),
        }
    )
    space = learn(frame, make_tags(frame), five(), 0)
    assert {feature.name: (feature.status, feature.because) for feature in space.features} == {
        "n": ("used", ""),
        "again": ("redundant", "n"),
        "same": ("constant", ""),
        "rare": ("mostly_missing", ""),
        "name": ("too_many_values", ""),
        "x": ("used", ""),
    }


def test_values_that_come_later_or_look_like_code_go_to_the_others(make_tags: Callable[..., list]) -> None:
    kinds = ["{{ x }}", "=1+1", "'; drop table", "\U0001f600"]
    frame = pd.DataFrame({"n": numbers(), "t": np.random.default_rng(0).choice(kinds, N, p=[0.5, 0.3, 0.19, 0.01])})
    space = learn(frame, make_tags(frame), five(), 0)
    assert space.features[1].values == (*sorted(kinds[:3]), OTHER)
    later = frame.assign(t="never seen")
    matrix = space.matrix(later, five())
    assert (np.count_nonzero(matrix[:, 1:], axis=1) == 1).all()
    assert (matrix[:, -1] > 0).all()


def test_the_order_of_customers_changes_nothing(make_tags: Callable[..., list]) -> None:
    frame = pd.DataFrame({name: numbers(i) for i, name in enumerate("abcdef")})
    mixed = frame.sample(frac=1, random_state=0)
    one, other = (learn(each, make_tags(each), five(), 0).matrix(frame, five()) for each in (frame, mixed))
    np.testing.assert_allclose(one, other)


def test_of_many_tags_of_noise_few_components_stay(make_tags: Callable[..., list]) -> None:
    generator = np.random.default_rng(0)
    groups = np.repeat(generator.normal(size=(4, 12)) * 2, N // 4, axis=0)
    frame = pd.DataFrame(np.hstack([groups, np.zeros((N, 18))]) + generator.normal(size=(N, 30)))
    frame.columns = [f"tag_{i}" for i in range(30)]
    space = learn(frame, make_tags(frame), five(), 0)
    assert 2 <= space.loadings.shape[1] <= 6  # four groups differ in three directions
