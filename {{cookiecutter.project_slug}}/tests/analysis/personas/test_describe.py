"""Indices, standouts, attributes and suppressed cells, each against numbers worked out another way."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from customer_analytics.analysis.personas.describe import (
    Members,
    high_borders,
    index_table,
    log_ratio,
    month_index,
    profile,
    standouts,
)
from customer_analytics.analysis.personas.fairness import fairness
from customer_analytics.analysis.personas.outputs import without_small_moves
from customer_analytics.analysis.personas.space import learn


def members(values: pd.DataFrame, labels: np.ndarray) -> Members:
    n = len(values)
    ids = values.assign(customer_id=[f"c{i}" for i in range(n)])
    keys = tuple(f"persona_{i + 1}" for i in range(int(labels.max()) + 1))
    return Members(keys, labels, np.ones(n), np.full(n, 5.0), np.full(n, 10.0), ids)


@pytest.fixture
def two(make_tags: Callable[..., list]) -> tuple[Members, list]:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], [300, 100])
    values = pd.DataFrame(
        {
            "night": generator.random(400) + labels * 0.5,
            "device": np.where(generator.random(400) < np.where(labels == 1, 0.8, 0.3), "app", "web"),
            "gender": generator.choice(["f", "m"], 400),
        }
    )
    return members(values, labels), make_tags(values)


def test_the_index_is_share_over_share(two: tuple[Members, list]) -> None:
    group, tags = two
    table = index_table(tags, group, high_borders(tags, group.values), 30, 10)
    row = table[(table["persona"] == "persona_2") & (table["value"] == "app")].iloc[0]
    app = group.values["device"] == "app"
    assert row["share"] == pytest.approx(app[300:].mean())
    assert row["index"] == pytest.approx(100 * app[300:].mean() / app.mean())
    assert row["low"] < row["index"] < row["high"]


def test_the_interval_of_an_index_covers_as_often_as_it_says() -> None:
    """1,000 worlds with known shares: 0.3 in the group of 200, 0.2 in the 800 others; the true index is 136.4."""
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(1_000):
        own, rest = generator.binomial(200, 0.3), generator.binomial(800, 0.2)
        low, high = log_ratio(own, 200, own + rest, 1_000)
        covered += low <= 100 * 0.3 / 0.22 <= high
    assert 0.93 <= covered / 1_000 <= 0.97


def test_an_index_resting_on_few_customers_is_not_shown(two: tuple[Members, list]) -> None:
    group, tags = two
    table = index_table(tags, group, {}, 101, 10)  # the second persona has a hundred customers
    assert table.loc[table["persona"] == "persona_2", ["customers", "share", "index", "low"]].isna().all(axis=None)
    assert table.loc[table["persona"] == "persona_1", "index"].notna().all()


def test_profiles_and_standouts_by_hand(two: tuple[Members, list], make_tags: Callable[..., list]) -> None:
    group, tags = two
    space = learn(group.values, tags[:2], group.purchases, 0)
    table = profile(space, group)
    night = group.values["night"].to_numpy()
    row = table[(table["persona"] == "persona_2") & (table["feature"] == "night")].iloc[0]
    assert row["z"] == pytest.approx((night[300:].mean() - night.mean()) / night.std())
    assert row["mean"] == pytest.approx(night[300:].mean())
    assert row["base_median"] == pytest.approx(np.median(night))
    found = standouts(table, "persona_2", ["device"])
    assert [one.code for one in found[:2]] == ["high_night", "is_device=app"]


def test_months_say_when_a_persona_buys_more_than_everybody() -> None:
    frame = pd.DataFrame({"persona": ["a", "a", "b", "b"], "month": [1, 2, 1, 2], "purchases": [30, 10, 30, 30]})
    made = month_index(frame)
    assert made["share"].tolist() == [0.75, 0.25, 0.5, 0.5]
    assert made["base_share"].tolist() == [0.6, 0.4, 0.6, 0.4]
    assert made["index"].tolist() == pytest.approx([125, 62.5, 83.3333333, 125])


def test_cramers_v_is_corrected_and_a_persona_that_stands_for_a_gender_is_named(make_tags: Callable[..., list]) -> None:
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 300)
    values = pd.DataFrame(
        {
            "gender": np.where(generator.random(600) < np.where(labels == 1, 0.9, 0.4), "f", "m"),
            "age_band": generator.choice(["18", "30", "50"], 600),
        }
    )
    tags = make_tags(values, sensitive=True)
    found = fairness(tags, members(values, labels), 10).set_index("attribute")
    table = pd.crosstab(labels, values["gender"]).to_numpy()
    phi = max(0.0, chi2_contingency(table, correction=False)[0] / 600 - 1 / 599)
    assert found.loc["gender", "cramers_v"] == pytest.approx(math.sqrt(phi / (2 - 1 / 599 - 1)))
    assert found.loc["gender", "level"] == "strong"
    assert found.loc["age_band", "level"] == "none"
    assert (found.loc["gender", "persona"], found.loc["gender", "value"]) in (
        ("persona_1", "m"), ("persona_1", "f"), ("persona_2", "m"), ("persona_2", "f"),
    )  # fmt: skip


def test_small_movements_cannot_be_found_by_subtraction() -> None:
    rows = [("a", "a", 90), ("a", "b", 3), ("a", "c", 40), ("b", "a", 50), ("b", "b", 80), ("b", "c", 60)]
    table = pd.DataFrame(rows, columns=["from_persona", "to_persona", "customers"])
    table = table.assign(share=0.5, low=0.4, high=0.6)
    kept = without_small_moves(table, 10)
    for side in ("from_persona", "to_persona"):
        for name, index in table.groupby(side).groups.items():
            hidden = kept.loc[index, "customers"].isna()
            assert not hidden.any() or table.loc[index][hidden]["customers"].sum() >= 10, name
    assert kept["customers"].notna().any()
