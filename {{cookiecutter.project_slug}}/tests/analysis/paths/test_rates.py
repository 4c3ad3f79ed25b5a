"""Shares of visits and the comparison of ways, against other routes to the same numbers."""

from __future__ import annotations

import math

import ibis
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from customer_analytics.analysis.paths import comparing
from customer_analytics.analysis.paths.comparing import Comparison
from customer_analytics.analysis.paths.rates import clustered, clustered_rate, weighted_quantile

CELLS = pd.DataFrame({"cell": [1, 2], "device": ["phone", "desktop"], "channel": ["", ""]})


def visits(people: int, seed: int, *, effect: float = 0.0, of_device: float = 0.0, chosen: float = 0.0) -> pd.DataFrame:
    """Visits of people who come one to four times, each with a habit of their own.

    effect: of way 1 on reaching the goal; of_device: of the desktop; chosen: how much more often the desktop takes it.
    """
    chance = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        habit = chance.normal(0, 0.08)
        for number in range(chance.integers(1, 5)):
            desktop = chance.random() < 0.5
            way = 1 if chance.random() < 0.4 + chosen * desktop else 0
            rate = min(max(0.3 + habit + effect * way + of_device * desktop, 0.0), 1.0)
            rows.append(
                (f"p{person}", way, 1 + desktop, min(number, 1), chance.random() < rate, *chance.integers(0, 2, 2))
            )
    names = ["person_id", "way", "cell", "again", "reached", "weekend", "evening"]
    return pd.DataFrame(rows, columns=names)


def compared(frame: pd.DataFrame, minimum_base: int = 30) -> Comparison:
    whole = {"way": "int16", "cell": "int16", "again": "int16", "weekend": "int64", "evening": "int64"}
    frame = frame.astype(whole).assign(goal_number=np.where(frame["reached"], 3.0, np.nan))
    table = ibis.memtable(frame)
    table = table.mutate(goal_number=ibis.ifelse(table.reached, 3, ibis.null("int32")))
    (found,) = comparing.compare(table, [(1, 2)], [(1, 0)], CELLS, minimum_base)
    return found


def sums(frame: pd.DataFrame) -> dict[str, float]:
    table = ibis.memtable(frame.assign(all=1))
    (row,) = clustered(table, ["all"], table.reached).to_pandas().to_dict("records")
    return {str(name): float(value) for name, value in row.items()}


def test_visits_of_one_person_widen_the_interval_as_a_cluster_robust_regression_does() -> None:
    frame = visits(300, 1)
    row = sums(frame)
    fitted = sm.OLS(frame["reached"].astype(float), np.ones(len(frame))).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["person_id"])[0]}
    )
    share, n = row["reached"] / row["visits"], row["visits"]
    effect = float(fitted.bse.iloc[0] ** 2) / (share * (1 - share) / n)
    assert effect > 1
    wanted = proportion_confint(row["reached"] / effect, n / effect, method="wilson")
    assert clustered_rate(row) == pytest.approx(wanted, abs=1e-3)


def test_one_visit_a_person_gives_the_plain_wilson_interval() -> None:
    frame = visits(400, 2).drop_duplicates("person_id")
    row = sums(frame)
    wanted = proportion_confint(row["reached"], row["visits"], method="wilson")
    assert clustered_rate(row) == pytest.approx(wanted, abs=2e-3)


def test_all_or_none_is_not_surer_for_many_visits_of_few_people() -> None:
    everyone = {"visits": 1000.0, "reached": 1000.0, "people": 10.0, "nn": 1e5, "ny": 1e5, "yy": 1e5}
    assert clustered_rate(everyone) == pytest.approx(proportion_confint(10, 10, method="wilson"))
    assert math.isnan(clustered_rate({**everyone, "visits": 0.0}).low)


def test_a_weighted_quantile_is_that_of_the_repeated_values() -> None:
    values, counts = pd.Series([7, 3, 5]), pd.Series([2, 5, 1])
    every = sorted([7] * 2 + [3] * 5 + [5])
    for share in (0.25, 0.5, 0.75, 0.9):
        assert weighted_quantile(values, counts, share) == every[math.ceil(share * len(every)) - 1]


def test_the_difference_is_that_of_mantel_and_haenszel_and_its_variance_that_of_people() -> None:
    frame = visits(500, 3, effect=0.1, of_device=0.2, chosen=0.3)
    found = compared(frame)
    strata = frame.groupby(["cell", "again"])
    weights, differences = [], []
    for _, own in strata:
        first, other = own[own["way"] == 1]["reached"], own[own["way"] == 0]["reached"]
        weights.append(len(first) * len(other) / len(own))
        differences.append(first.mean() - other.mean())
    assert found.difference == pytest.approx(np.average(differences, weights=weights), abs=1e-12)
    # The same estimate is the coefficient of the way in a regression with an indicator for each stratum.
    design = pd.get_dummies(frame["cell"].astype(str) + frame["again"].astype(str), dtype=float)
    design.insert(0, "way", frame["way"].astype(float))
    fitted = sm.OLS(frame["reached"].astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(frame["person_id"])[0]}
    )
    assert found.difference == pytest.approx(float(fitted.params["way"]), abs=1e-9)
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(float(fitted.bse["way"]), rel=0.02)


def test_a_device_that_buys_more_and_takes_one_way_more_often_is_no_effect_of_the_way() -> None:
    frame = visits(3_000, 4, of_device=0.3, chosen=0.4)
    found = compared(frame)
    assert found.raw - found.other_raw > 0.08  # what a plain comparison would claim
    assert found.low < 0 < found.high
    by_name = found.balance.set_index("covariate")
    assert abs(by_name.loc["desktop", "before"]) > 0.5 and abs(by_name.loc["desktop", "after"]) < 1e-9
    assert not by_name.loc["weekend", "matched"] and found.is_balanced


def test_a_way_that_does_lead_further_is_found_with_its_size() -> None:
    found = compared(visits(3_000, 5, effect=0.12))
    assert found.low < 0.12 < found.high and found.p < 1e-6
    assert found.rate / found.other_rate - 1 == pytest.approx(0.12 / 0.3, abs=0.12)


def test_the_interval_holds_no_effect_nineteen_times_in_twenty() -> None:
    frames = [visits(250, 100 + seed, of_device=0.2, chosen=0.3) for seed in range(40)]
    missed = sum(not found.low <= 0 <= found.high for found in map(compared, frames))
    assert missed <= 6  # 2 expected; more than 6 of 40 has a chance of one in two hundred


def test_too_few_people_are_not_compared() -> None:
    found = compared(visits(40, 6), minimum_base=60)
    assert math.isnan(found.difference) and math.isnan(found.p) and math.isnan(found.rate)


def test_the_shown_difference_of_shares_is_standardised_by_the_mean_variance() -> None:
    frame = visits(300, 7)
    found = compared(frame)
    first, other = frame[frame["way"] == 1]["weekend"].mean(), frame[frame["way"] == 0]["weekend"].mean()
    spread = math.sqrt((first * (1 - first) + other * (1 - other)) / 2)
    before = found.balance.set_index("covariate").loc["weekend", "before"]
    assert before == pytest.approx((first - other) / spread)
