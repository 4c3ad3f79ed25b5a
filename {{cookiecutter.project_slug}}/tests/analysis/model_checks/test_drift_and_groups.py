"""Stability index, groups and the share that left: by hand, by slow references, by simulation."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, norm
from sklearn.metrics import roc_auc_score

from customer_analytics.analysis.churn.samples import Sample, Samples
from customer_analytics.analysis.model_checks.drift import classes, drift, stability
from customer_analytics.analysis.model_checks.outputs import shown_groups
from customer_analytics.analysis.model_checks.subgroups import subgroups
from customer_analytics.engagement.parameters import ChurnParameters

COLUMNS = ["feature", "family", "meaning_id", "unit", "source", "dated", "actionable", "kind"]


def test_the_stability_index_is_the_one_of_the_textbook() -> None:
    past, now = np.array([100, 200, 300, 400]), np.array([30, 20, 25, 25])
    e, a = past / 1_000, now / 100
    value, noise = stability(past, now, 1_000, 100)
    assert value == pytest.approx(sum((x - y) * math.log(x / y) for x, y in zip(a, e, strict=True)))
    assert noise == pytest.approx(3 * (1 / 1_000 + 1 / 100))


def test_an_empty_class_counts_as_half_a_person_and_a_class_of_nobody_not_at_all() -> None:
    value, _ = stability(np.array([50, 50, 0, 0]), np.array([20, 0, 20, 0]), 100, 40)
    a, e = (0.5, 0.5 / 40, 0.5), (0.5, 0.5, 0.5 / 100)
    assert value == pytest.approx(sum((x - y) * math.log(x / y) for x, y in zip(a, e, strict=True)))


def test_without_a_change_the_index_is_about_its_noise() -> None:
    rng = np.random.default_rng(2)
    found, expected = [], 0.0
    for _ in range(200):
        past, now = rng.normal(size=3_000), rng.normal(size=600)
        value, expected = stability(*classes(pd.Series(past), pd.Series(now), "numeric"), 3_000, 600)
        found.append(value)
    assert np.mean(found) == pytest.approx(expected, rel=0.1)


def test_unknown_and_new_categories_are_classes() -> None:
    past = pd.Series(["a", None, "b", "a"], dtype=object)
    now = pd.Series(["c", None], dtype=object)
    before, after = classes(past, now, "category")
    assert sorted(zip(before, after, strict=True)) == [(0, 1), (1, 0), (1, 1), (2, 0)]
    before, after = classes(pd.Series([1.0, np.nan, 3.0]), pd.Series([np.nan, np.nan]), "numeric")
    assert (before[0], after[0]) == (1, 2)


def make_samples(seed: int = 1, people: int = 1_500, shift: float = 0.0) -> Samples:
    rng = np.random.default_rng(seed)
    region = np.array(["north", "south", "east", None], dtype=object)[rng.integers(0, 4, people)]
    x = rng.normal(size=people)
    frames = []
    for number in range(3):
        left = rng.random(people) < 1 / (1 + np.exp(-x))
        frames.append(
            pd.DataFrame(
                {"person_id": [f"P{one:05d}" for one in range(people)], "left": left.astype(int), "x": x,
                 "region": region, "days_since_first": 40.0 + 200 * number}
            )
        )  # fmt: skip
    now = frames[-1].drop(columns="left").assign(x=x + shift)
    names = pd.DataFrame(
        [("x", "value", "x", "value", "orders", True, True, "numeric"),
         ("region", "profile", "region", "value", "customers", False, False, "category"),
         ("days_since_first", "rhythm", "days_since_first", "days", "orders", True, True, "numeric")],
        columns=COLUMNS,
    )  # fmt: skip
    past = tuple(Sample(90 * n, frame, people, int(frame["left"].sum())) for n, frame in enumerate(frames))
    return Samples(past, Sample(270, now, people, 0), names, 10_000)


def scoring(samples: Samples, probability: Any, **more: Any) -> SimpleNamespace:
    rows = [
        pd.DataFrame({"cut": sample.cut, "person_id": sample.frame["person_id"], "left": sample.frame["left"],
                      "logistic": probability(sample.frame)})
        for sample in samples.cuts
    ]  # fmt: skip
    now = pd.DataFrame({"person_id": samples.now.frame["person_id"], "probability": 0.25})
    return SimpleNamespace(is_estimable=True, chosen="logistic", predictions=pd.concat(rows, ignore_index=True),
                           now=now, **more)  # fmt: skip


def truth(frame: pd.DataFrame) -> np.ndarray:
    return (1 / (1 + np.exp(-frame["x"]))).to_numpy()


def test_a_shifted_feature_is_named_and_an_unchanged_one_is_not() -> None:
    samples = make_samples(shift=1.0)
    counts = {"cut": [0, 90, 180], "people": [1_500] * 3, "left": [700, 750, 900]}
    study = SimpleNamespace(population=pd.DataFrame(counts | {"rate": 0.5, "low": 0.4, "high": 0.6}))
    found = drift(samples, study, scoring(samples, truth))
    shifts = dict(zip(found.features["feature"], found.features["shift"], strict=True))
    assert shifts["x"] == "large"
    assert shifts["region"] == "none"
    assert found.features["feature"].iloc[0] in ("x", "days_since_first")
    table = np.array([[700, 800], [750, 750], [900, 600]])
    assert found.heterogeneity_p == pytest.approx(chi2_contingency(table, correction=False).pvalue)
    assert found.expected_now == 0.25


def test_true_probabilities_are_off_for_no_group_and_wrong_ones_for_the_group_they_wrong() -> None:
    false = 0
    for seed in range(40):
        samples = make_samples(seed, people=300)
        sound = subgroups(samples, scoring(samples, truth), ChurnParameters())
        false += bool((sound.table["p_adjusted"] < 0.05).any())
    assert false <= 6  # of 40: one in twenty expected
    samples = make_samples()

    def unfair(frame: pd.DataFrame) -> np.ndarray:
        return np.where(frame["region"] == "south", truth(frame) * 0.6, truth(frame))

    table = subgroups(samples, scoring(samples, unfair), ChurnParameters()).table.set_index(["column", "group"])
    off = table[table["p_adjusted"] < 0.05]
    assert ("region", "south") in off.index
    assert ("region", "north") not in off.index
    assert table.loc[("region", "south"), "ratio"] == pytest.approx(1 / 0.6, rel=0.05)


def test_the_figures_of_a_group_equal_those_worked_out_by_hand() -> None:
    samples = make_samples()
    found = subgroups(samples, scoring(samples, truth), ChurnParameters()).table.set_index(["column", "group"])
    rows = pd.concat([sample.frame.assign(cut=sample.cut) for sample in samples.cuts])
    rows = rows[rows["region"] == "north"]
    left, promised = rows["left"].to_numpy(), truth(rows)
    line = found.loc[("region", "north")]
    assert line["people"] == rows["person_id"].nunique()
    assert line["difference"] == pytest.approx((left - promised).mean())
    rest = pd.Series(left - promised - (left - promised).mean()).groupby(rows["person_id"].to_numpy()).sum()
    error = math.sqrt((rest**2).sum()) / len(rows)
    assert line["low"] == pytest.approx(line["difference"] - norm.ppf(0.975) * error)
    assert line["p"] == pytest.approx(2 * norm.sf(abs(line["difference"]) / error))
    assert line["auc"] == pytest.approx(roc_auc_score(left, promised))
    top = np.argsort(-promised, kind="stable")[: round(len(rows) / 10)]
    assert line["lift"] == pytest.approx(left[top].mean() / left.mean(), rel=0.02)


def test_a_small_group_is_not_shown_and_cannot_be_found_by_subtraction() -> None:
    samples = make_samples()
    rare = np.array(["rare"] * 5 + ["usual"] * 700 + ["other"] * 795, dtype=object)
    for sample in (*samples.cuts, samples.now):
        sample.frame["region"] = rare
    found = subgroups(samples, scoring(samples, truth), ChurnParameters())
    assert "region" not in set(found.table["column"])  # two of three would have to be hidden: nothing is left to tell
    assert not len(found.table[found.table["group"] == "rare"])


def test_a_larger_smallest_group_hides_more() -> None:
    samples = make_samples(people=200)
    found = subgroups(samples, scoring(samples, truth), ChurnParameters())
    sizes = found.table[found.table["column"] == "region"].set_index("group")["people"]
    kept = shown_groups(found, int(sizes.min()) + 1)
    hidden = set(sizes.index) - set(kept[kept["column"] == "region"]["group"])
    assert sizes.idxmin() in hidden
    assert len(hidden) >= 2 or sizes[list(hidden)].sum() >= sizes.min() + 1


@pytest.mark.filterwarnings("error")
def test_no_scores_and_one_person_end_in_a_reason() -> None:
    samples = make_samples(people=1)
    assert subgroups(samples, None, ChurnParameters()).reason == "no_scores"
    assert not len(subgroups(samples, scoring(samples, truth), ChurnParameters()).table)
    study = SimpleNamespace(population=pd.DataFrame({"cut": [0], "people": [1], "left": [0], "rate": [0.0]}))
    assert math.isnan(drift(samples, study, None).heterogeneity_p)
