"""Sample ratio, balance, clusters, looks and guardrails against published numbers, statsmodels and simulation."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from campaigns_by_hand import made
from scipy import integrate, stats
from statsmodels.stats.multivariate import test_mvmean_2indep as mvmean_2indep

from customer_analytics.analysis.experiment import clusters, experiments, guardrails, looks
from customer_analytics.analysis.experiment.sample_ratio import sample_ratio
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

PARAMETERS = CampaignEvaluationParameters()
HALVES = {"control": 0.5, "mail": 0.5}


def _one(seed: int = 0, sizes: tuple[int, int] = (400, 400), **more: Any) -> pd.DataFrame:
    """One campaign, a control and an arm, in which nothing happens; `more`: further columns."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"campaign": "c", "arm": np.repeat(["control", "mail"], sizes)})
    frame["converted"] = (rng.random(len(frame)) < 0.3) * 1.0
    return frame.assign(**more)


def test_the_sample_ratio_of_cookie_cats_is_doubtful_and_not_yet_failed() -> None:
    found = sample_ratio({"gate_30": 44_700, "gate_40": 45_489}, {}, plan_known=False)
    assert found.p == pytest.approx(stats.chisquare([44_700, 45_489]).pvalue)
    assert (round(found.p, 4), found.level) == (0.0086, "look")


@pytest.mark.parametrize(
    ("sizes", "plan", "level"),
    [
        ((500, 500), {"a": 0.5, "b": 0.5}, "sound"),
        ((200, 800), {"a": 0.2, "b": 0.8}, "sound"),
        ((400, 500), {"a": 0.5, "b": 0.5}, "alarm"),
        ((200, 800), None, "untested"),
        ((4, 4), None, "untested"),
        ((9, 0), None, "untested"),
    ],
    ids=["as planned", "unequal as planned", "lost rows", "unequal without a plan", "too few", "an empty arm"],
)
def test_unequal_arms_are_held_against_the_plan_and_without_one_not_against_halves(
    sizes: tuple[int, int], plan: dict[str, float] | None, level: str
) -> None:
    found = sample_ratio(dict(zip("ab", sizes, strict=True)), plan or {}, plan is not None)
    assert found.level == level


@pytest.mark.parametrize(
    ("sizes", "looks_planned", "over", "grade", "reason", "claimed"),
    [
        ((1_000, 1_000), 1, 1.0, "A", "", True),
        ((1_000, 1_125), 1, 1.0, "C", "ratio_look", True),
        ((1_000, 1_300), 1, 1.0, "D", "ratio_alarm", False),
        ((1_000, 1_000), 1, 0.6, "C", "peek", True),
        ((1_000, 1_000), 4, 0.6, "A", "", True),
    ],
    ids=["sound", "doubtful", "failed", "peeked", "planned look"],
)
def test_a_doubtful_draw_or_an_unplanned_look_takes_the_word_caused_away(
    sizes: tuple[int, int], looks_planned: int, over: float, grade: str, reason: str, claimed: bool
) -> None:
    frame = _one(sizes=sizes)
    frame["converted"] = np.concatenate([np.arange(n) < share * n for n, share in zip(sizes, (0.2, 0.4), strict=True)])
    found = experiments(
        made(frame, [("converted", "binary")], planned=HALVES, over=over),
        PARAMETERS.model_copy(update={"planned_looks": looks_planned}),
    )
    verdict = found.verdicts.iloc[0]
    assert (verdict["grade"], verdict["reason"], verdict["found"]) == (grade, reason, claimed)
    assert found.grade("c") == grade
    assert found.sound("c") == (grade == "A")
    assert set(found.effects["grade"]) == {grade}


def test_hotelling_asks_for_all_columns_at_once_and_counts_a_repeated_one_once() -> None:
    rng = np.random.default_rng(3)
    frame = _one(x_orders=rng.poisson(2, 800) * 1.0, x_revenue=rng.normal(5, 2, 800))
    frame["x_visits"] = 3 * frame["x_orders"] - 1
    found = experiments(
        made(frame, [("converted", "binary")], before=("x_orders", "x_revenue", "x_visits")), PARAMETERS
    )
    test, mail = found.balance_tests.iloc[0], frame["arm"] == "mail"
    columns = frame[["x_orders", "x_revenue"]]
    expected = mvmean_2indep(columns[mail], columns[~mail])
    assert (test["columns"], test["statistic"]) == (2, pytest.approx(expected.t2))
    assert test["p"] == pytest.approx(expected.pvalue)
    spread = np.sqrt((columns[mail].var() + columns[~mail].var()) / 2)
    differences = (columns[mail].mean() - columns[~mail].mean()) / spread
    assert found.balance["difference"].to_numpy()[:2] == pytest.approx(differences.to_numpy())


def test_arms_that_were_not_alike_before_are_not_said_to_differ_because_of_the_campaign() -> None:
    frame = _one(x_orders=np.repeat([1.0, 1.5], 400) + np.tile([0.0, 1.0], 400))
    verdict = experiments(made(frame, [("converted", "binary")], before=("x_orders",)), PARAMETERS).verdicts.iloc[0]
    assert (verdict["grade"], verdict["reason"], verdict["balanced"]) == ("C", "unbalanced", False)


def _stores(seed: int, stores: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(20, 60, stores)
    level = rng.normal(10, 2, stores)  # people of a store resemble each other
    store = np.repeat(np.arange(stores), sizes)
    frame = pd.DataFrame({"campaign": "c", "cluster": store, "arm": np.where(store < stores / 2, "control", "mail")})
    return frame.assign(orders=level[store] + rng.normal(0, 1, len(store)))


def test_drawn_stores_are_the_units_and_not_their_customers() -> None:
    frame = _stores(1, 24)
    row = experiments(made(frame, [("orders", "number")], planned=HALVES), PARAMETERS).effects.iloc[0]
    variance = 0.0
    for _, part in frame.groupby("arm"):
        fit = sm.OLS(part["orders"], np.ones(len(part))).fit(
            cov_type="cluster", cov_kwds={"groups": part["cluster"], "use_correction": False}
        )
        variance += fit.cov_params().iloc[0, 0] * 12 / 11
    means = frame.groupby("arm")["orders"].mean()
    assert row["effect"] == pytest.approx(means["mail"] - means["control"])
    assert row["standard_error"] == pytest.approx(math.sqrt(variance), rel=1e-6)
    naive = stats.ttest_ind(*(part["orders"] for _, part in frame.groupby("arm"))).confidence_interval()
    assert row["high"] - row["low"] > 4 * (naive.high - naive.low)
    assert experiments(made(frame, [("orders", "number")]), PARAMETERS).ratio["n"].tolist() == [12, 12]


def test_a_handful_of_stores_is_permuted_and_two_a_side_say_nothing() -> None:
    frame = _stores(2, 8)
    row = experiments(made(frame, [("orders", "number")]), PARAMETERS).effects.iloc[0]
    sums = frame.groupby("cluster")["orders"].agg(["sum", "size"]).to_numpy()
    seen, extreme, ways = abs(row["effect"]), 0, 0
    for chosen in itertools.combinations(range(8), 4):
        rest = [store for store in range(8) if store not in chosen]
        first, second = sums[[*chosen]].sum(axis=0), sums[rest].sum(axis=0)
        extreme += abs(first[0] / first[1] - second[0] / second[1]) >= seen - 1e-9
        ways += 1
    assert (row["method"], row["p"]) == ("permuted_clusters", pytest.approx(extreme / ways))
    few = experiments(made(_stores(3, 4), [("orders", "number")]), PARAMETERS)
    assert few.verdicts.iloc[0]["reason"] == "few_clusters"


def test_stores_with_customers_in_both_arms_are_not_taken_for_what_was_drawn() -> None:
    frame = _stores(1, 24)
    frame["arm"] = np.where(np.arange(len(frame)) % 2, "mail", "control")
    verdict = experiments(made(frame, [("orders", "number")], planned=HALVES), PARAMETERS).verdicts.iloc[0]
    assert (verdict["grade"], verdict["reason"], verdict["found"]) == ("D", "mixed_clusters", False)


def test_sampled_permutations_agree_with_all_of_them() -> None:
    rng = np.random.default_rng(4)
    treated = np.column_stack((rng.normal(11, 2, 10), np.ones(10)))
    control = np.column_stack((rng.normal(10, 2, 10), np.ones(10)))
    expected = stats.permutation_test(
        (treated[:, 0], control[:, 0]), lambda a, b: a.mean() - b.mean(), n_resamples=20_000, rng=1
    ).pvalue
    assert clusters.permuted(treated, control, rng) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("planned", "published"),
    [
        (2, (2.9626, 1.9686)),
        (3, (3.7103, 2.5114, 1.9930)),
        (5, (4.8769, 3.3570, 2.6803, 2.2898, 2.0310)),
    ],
)
def test_bounds_of_planned_looks_are_the_published_ones(planned: int, published: tuple[float, ...]) -> None:
    """O'Brien and Fleming's spending function, two-sided 5 %: tables of Lan and DeMets, as printed by ldbounds."""
    times = tuple(k / planned for k in range(1, planned + 1))
    assert looks.boundaries(times) == pytest.approx(published, abs=1e-3)


def test_a_single_planned_look_is_the_usual_test() -> None:
    assert looks.boundaries((1.0,)) == pytest.approx((1.95996,), abs=1e-4)
    assert looks.spent(1.0) == pytest.approx(0.05)
    assert looks.spent(0.5) == pytest.approx(2 * stats.norm.sf(2.9626), abs=1e-5)


def test_looking_often_rejects_a_true_null_no_more_often_when_the_bounds_are_kept() -> None:
    rng = np.random.default_rng(6)
    times = tuple(k / 5 for k in range(1, 6))
    paths = np.cumsum(rng.normal(0, math.sqrt(0.2), (40_000, 5)), axis=1) / np.sqrt(times)
    assert (np.abs(paths) > 1.96).any(axis=1).mean() > 0.13  # what peeking does
    assert (np.abs(paths) > looks.boundaries(times)).any(axis=1).mean() == pytest.approx(0.05, abs=0.004)


def test_an_interim_look_asks_for_more_than_five_percent() -> None:
    frame = _one()
    frame["converted"] = np.concatenate([np.arange(400) < 400 * share for share in (0.30, 0.38)])
    campaigns = made(frame, [("converted", "binary")], planned=HALVES, over=0.5)
    found = experiments(campaigns, PARAMETERS.model_copy(update={"planned_looks": 4}))
    look = found.looks.iloc[0]
    assert found.effects.iloc[0]["p_adjusted"] < 0.05
    assert (look["look"], look["crossed"]) == (2, False)
    assert look["boundary"] == pytest.approx(2.9631, abs=1e-3)
    assert look["low"] < 0 < look["high"]


@pytest.mark.parametrize("effect", [0.0, 0.5, 3.0])
def test_the_always_valid_p_is_the_inverse_of_the_mixture_likelihood_ratio(effect: float) -> None:
    error, scale = 0.8, 1.3
    mixed, _ = integrate.quad(
        lambda true: stats.norm.pdf(effect, true, error) * stats.norm.pdf(true, 0, scale), -40, 40, limit=200
    )
    found = looks.always_valid(effect, error, scale)
    assert found.p == pytest.approx(min(1.0, stats.norm.pdf(effect, 0, error) / mixed), rel=1e-6)
    low = found.interval.low
    shifted = looks.always_valid(effect - low, error, scale)
    assert shifted.p == pytest.approx(0.05, rel=1e-6)  # the end of the interval is just rejected


def test_one_may_look_every_day_at_the_always_valid_interval() -> None:
    rng = np.random.default_rng(8)
    days = np.arange(1, 201)
    means = np.cumsum(rng.normal(0, 1, (2_000, 200)), axis=1) / days
    half = np.array([looks.always_valid(0.0, 1 / math.sqrt(day), 0.3).interval.high for day in days])
    assert (np.abs(means) > half).any(axis=1).mean() < 0.05
    assert (np.abs(means) * np.sqrt(days) > 1.96).any(axis=1).mean() > 0.3


def _effect(mean: float, low: float, high: float, p: float = 0.5) -> dict[str, Any]:
    names = {"campaign": "c", "arm": "mail", "control": "control", "outcome": "refunds"}
    return names | {"mean": mean + (low + high) / 2, "mean_control": mean, "effect": (low + high) / 2, "low": low,
                    "high": high, "p_adjusted": p, "reason": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("effect", "verdict"),
    [
        (_effect(1.0, 0.01, 0.30, 0.03), "worse"),
        (_effect(1.0, 0.01, 0.30, 0.20), "unclear"),
        (_effect(1.0, -0.05, 0.08), "harmless"),
        (_effect(1.0, -0.20, 0.20), "unclear"),
        (_effect(1.0, -0.30, -0.1, 0.001), "better"),
        (_effect(0.0, 0.001, 0.01, 0.001), "only_contacted"),
        (_effect(1.0, math.nan, math.nan, math.nan), "unclear"),
    ],
)
def test_no_difference_seen_is_not_taken_for_no_harm(effect: dict[str, Any], verdict: str) -> None:
    assert guardrails.guardrail_row(effect, "lower", smallest_lift=0.1)["verdict"] == verdict


def test_a_guardrail_of_which_more_is_better_is_read_the_other_way_round() -> None:
    row = guardrails.guardrail_row(_effect(1.0, -0.30, -0.1, 0.001), "higher", smallest_lift=0.1)
    assert row["verdict"] == "worse"
