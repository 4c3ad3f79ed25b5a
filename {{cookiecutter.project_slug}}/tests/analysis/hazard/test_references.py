"""Everything that is computed beside lifelines' fit, against lifelines, statsmodels and slow references."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from statsmodels.duration.hazard_regression import PHReg

from customer_analytics.analysis.hazard.conditional import Model, conditional_end, last_known_age, survival_at
from customer_analytics.analysis.hazard.cox import Cox, fit_cox
from customer_analytics.analysis.hazard.newton import newton
from customer_analytics.analysis.hazard.risk_sets import Spells, risk_sums, robust_covariance, schoenfeld
from customer_analytics.analysis.hazard.tenure import changes_with_tenure, hazard_by_tenure

COLUMNS = ["a", "b", "c"]


def drawn(count: int = 300, seed: int = 5, *, late: bool = False, tied: bool = False) -> pd.DataFrame:
    """Lives with known effects; `late`: a third was not seen from the beginning; `tied`: whole units."""
    rng = np.random.default_rng(seed)
    x = np.column_stack((rng.normal(size=count), rng.random(count) < 0.4, rng.random(count))).astype(float)
    life = 50 * rng.exponential(size=count) / np.exp(x @ [0.4, -0.7, 0.0]) + 0.001
    seen = rng.uniform(5, 80, count)
    entry = np.where((rng.random(count) < 0.33) & late, rng.uniform(0, 20, count), -1.0)
    time = np.minimum(life, seen)
    ended = (life <= seen).astype(float)
    if tied:
        time, entry = np.ceil(time / 5), np.where(entry < 0, -1.0, np.floor(entry / 5) + 0.5)
    frame = pd.DataFrame(x, columns=COLUMNS).assign(entry=entry, time=time, ended=ended)
    return frame[frame["time"] > frame["entry"]].reset_index(drop=True)


def spells_of(frame: pd.DataFrame) -> Spells:
    entry, time, ended = (frame[name].to_numpy(float) for name in ("entry", "time", "ended"))
    return Spells(entry, time, ended, frame[COLUMNS].to_numpy(float), np.arange(len(frame)))


def fitted(frame: pd.DataFrame) -> Cox:
    spells = spells_of(frame)
    found = fit_cox(frame[COLUMNS], spells.entry, spells.time, spells.ended, spells.owner)
    assert isinstance(found, Cox)
    return found


@pytest.mark.parametrize("tied", [False, True])
def test_late_entries_are_fitted_as_statsmodels_fits_them(tied: bool) -> None:
    frame = drawn(late=True, tied=tied)
    later = frame[["time", "entry"]] + 1  # it wants no negative times
    model = PHReg(later["time"], frame[COLUMNS], status=frame["ended"], entry=later["entry"], ties="efron")
    theirs = model.fit(disp=0)
    ours = fitted(frame)
    assert np.allclose(ours.coefficients, theirs.params, atol=1e-5)
    assert np.allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, atol=1e-5)
    assert ours.log_likelihood == pytest.approx(theirs.llf, abs=1e-4)


def test_the_quick_fit_is_the_fit_where_no_times_are_tied() -> None:
    frame = drawn(late=True)
    value, error = newton(spells_of(frame), np.zeros(3))
    ours = fitted(frame)
    assert np.allclose(value, ours.coefficients, atol=1e-5)
    assert np.allclose(error, np.sqrt(np.diag(ours.covariance)), atol=1e-5)


def test_sums_over_those_at_risk_are_those_of_a_plain_loop() -> None:
    frame, beta = drawn(late=True, tied=True), np.array([0.3, -0.5, 0.1])
    spells = spells_of(frame)
    sums = risk_sums(spells, beta)
    for place, moment in enumerate(sums.time):
        here = (spells.entry < moment) & (spells.time >= moment)
        weight = np.exp(spells.x[here] @ beta)
        assert sums.at_risk[place] == here.sum() and sums.risk[place] == pytest.approx(weight.sum())
        assert np.allclose(sums.mean[place], weight @ spells.x[here] / weight.sum())
        assert sums.ended[place] == ((spells.time == moment) & (spells.ended > 0)).sum()


def test_baseline_and_residuals_are_lifelines_own_without_late_entries() -> None:
    frame = drawn(tied=True)
    ours, plain = fitted(frame), frame.drop(columns="entry")
    theirs = CoxPHFitter().fit(plain, "time", "ended")
    at_mean = np.exp(frame[COLUMNS].mean().to_numpy() @ ours.coefficients)
    baseline = theirs.baseline_cumulative_hazard_.iloc[:, 0]
    assert np.allclose(ours.sums.cumulative[1:] * at_mean, baseline.loc[ours.sums.time], atol=1e-6)
    time, residuals = schoenfeld(spells_of(frame), ours.sums, ours.coefficients)
    expected = theirs.compute_residuals(plain, "schoenfeld")
    assert len(time) == len(expected)
    own = pd.DataFrame(residuals).sort_values([0, 1, 2]).to_numpy()
    assert np.allclose(own, expected[COLUMNS].sort_values(COLUMNS).to_numpy(), atol=1e-5)


def test_errors_of_customers_with_several_contracts_are_lifelines_clustered_ones() -> None:
    frame = drawn()
    owner = np.arange(len(frame)) // 2
    theirs = CoxPHFitter().fit(frame.drop(columns="entry").assign(who=owner), "time", "ended", cluster_col="who")
    spells = spells_of(frame)
    found = fit_cox(frame[COLUMNS], spells.entry, spells.time, spells.ended, owner)
    assert isinstance(found, Cox)
    assert np.allclose(found.table["error"], theirs.standard_errors_[COLUMNS], atol=2e-4)
    alone = robust_covariance(spells, found.sums, found.coefficients, np.eye(3))
    assert np.linalg.eigvalsh(alone).min() > 0


def test_conditional_survival_is_lifelines_given_that_they_are_here() -> None:
    frame = drawn(tied=True)
    ours, plain = fitted(frame), frame.drop(columns="entry")
    theirs = CoxPHFitter().fit(plain, "time", "ended")
    ages = np.array([1.0, 2.0, 4.0])
    rows = plain[COLUMNS].head(3)
    found = conditional_end(Model(ours.sums, ours.coefficients, ours.covariance), rows.to_numpy(), ages, 3.0)
    for place, age in enumerate(ages):
        curve = theirs.predict_survival_function(rows.iloc[[place]], times=[age, age + 3.0]).to_numpy()[:, 0]
        assert found["probability"][place] == pytest.approx(1 - curve[1] / curve[0], abs=1e-5)
    assert (found["low"] < found["probability"]).all() and (found["probability"] < found["high"]).all()


def test_intervals_of_conditional_survival_hold_the_truth_about_as_often_as_they_say() -> None:
    inside = []
    for seed in range(40):
        frame = drawn(250, seed)
        ours = fitted(frame)
        row = np.array([[0.5, 1.0, 0.5]])
        found = conditional_end(Model(ours.sums, ours.coefficients, ours.covariance), row, np.array([10.0]), 15.0)
        truth = 1 - np.exp(-15 / 50 * np.exp(row[0] @ [0.4, -0.7, 0.0]))
        inside.append(found["low"][0] <= truth <= found["high"][0])
    assert 0.85 <= np.mean(inside) <= 1.0


def test_beyond_what_was_seen_the_last_hazard_goes_on_and_is_marked() -> None:
    ours = fitted(drawn(tied=True))
    model = Model(ours.sums, ours.coefficients, ours.covariance)
    last = last_known_age(ours.sums)
    found = conditional_end(model, np.zeros((2, 3)), np.array([0.0, last + 50]), 2.0)
    assert found["extrapolated"].tolist() == [False, True] and (found["probability"] > 0).all()
    assert np.allclose(survival_at(model, np.zeros((1, 3)), np.array([-1.0])), 1.0)


def test_hazard_by_tenure_counts_ends_and_time_at_risk() -> None:
    counts = pd.DataFrame({"time": [10, 40, 100, 200], "ended": [6, 6, 6, 0], "censored": [0, 4, 0, 8]})
    table = hazard_by_tenure(counts, "days")
    # To day 30: 6 x 10 + 24 x 30; from 30 to 90: 10 x 10 + 14 x 60; 90 to 180: 6 x 10 + 8 x 90; then 8 x 20 joined.
    assert table["exposure"].tolist() == [780, 940, 940] and table["ended"].tolist() == [6, 6, 6]
    assert table["rate"].iloc[0] == pytest.approx(6 / 780 * 30) and table["until"].tolist() == [30, 90, 200]
    assert (table["low"] < table["rate"]).all() and (table["rate"] < table["high"]).all()
    assert changes_with_tenure(table) > 0.5
