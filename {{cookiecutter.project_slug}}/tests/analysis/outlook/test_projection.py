"""Curves and projections against published numbers and against data drawn from a known curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_analytics.analysis.outlook.curves import MODELS, fit
from customer_analytics.analysis.outlook.levelling import half_lives, plateau
from customer_analytics.analysis.outlook.projection import backtest, best, cohort_levels, project
from customer_analytics.analysis.outlook.spread import spread_of
from customer_analytics.analysis.outlook.triangle import Triangle, triangle

# Fader and Hardie (2007), "How to project customer retention", Journal of Interactive Marketing 21(1), table 1: two
# segments of an insurance-like firm followed for twelve years. The paper fits the first seven.
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)


def one_cohort(survivors: tuple[int, ...]) -> Triangle:
    table = pd.DataFrame({"cohort": 0, "period": range(len(survivors)), "size": survivors[0], "active": survivors})
    made = triangle(table.assign(eligible=survivors[0]))
    assert made is not None
    return made


def drawn(share: np.ndarray, cohorts: int, size: int, seed: int, *, wobble: float = 0.0) -> pd.DataFrame:
    """Cohorts of which each person is active at each age with the given share; the youngest has reached age 0."""
    generator = np.random.default_rng(seed)
    rows = []
    for cohort in range(cohorts):
        level = np.exp(generator.normal(0, wobble))
        for age in range(cohorts - cohort):
            active = size if age == 0 else generator.binomial(size, min(share[age] * level, 1))
            rows.append((cohort, age, size, size, active))
    return pd.DataFrame(rows, columns=["cohort", "period", "size", "eligible", "active"])


def powers(level: float, slope: float, ages: int) -> np.ndarray:
    return np.concatenate([[1.0], level * np.arange(1, ages + 1.0) ** -slope])


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "likelihood"),
    [(REGULAR[:8], 0.704, 1.182, -1680.27), (HIGH_END[:8], 0.668, 3.806, -1611.16)],
)
def test_the_published_example_of_the_shifted_beta_geometric_is_reproduced(
    survivors: tuple[int, ...], alpha: float, beta: float, likelihood: float
) -> None:
    found = fit("sbg", *one_cohort(survivors).chained(), chained=True)
    assert found.values == pytest.approx((alpha, beta), abs=6e-4)
    # The chained counts are all that the likelihood of the paper (ends by year, and those still there) holds.
    assert found.log_likelihood == pytest.approx(likelihood, abs=0.01)


@pytest.mark.parametrize("survivors", [REGULAR, HIGH_END])
def test_the_published_example_is_forecast_five_years_ahead_within_a_few_percent(survivors: tuple[int, ...]) -> None:
    found = fit("sbg", *one_cohort(survivors[:8]).chained(), chained=True)
    expected = 1000 * found.share(np.arange(13.0))[8:]
    assert np.abs(expected / np.array(survivors[8:]) - 1).max() < 0.045


def test_the_share_of_survivors_is_the_product_of_the_rates_of_staying() -> None:
    found = fit("sbg", *one_cohort(REGULAR[:8]).chained(), chained=True)
    alpha, beta = found.values
    by_hand = [1.0]
    for age in range(1, 30):
        by_hand.append(by_hand[-1] * (beta + age - 1) / (alpha + beta + age - 1))
    assert found.share(np.arange(30.0)) == pytest.approx(by_hand, rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("chained", [False, True])
def test_a_curve_begins_at_everybody_and_stays_a_share(model: str, chained: bool) -> None:
    known = one_cohort(REGULAR[:6])
    counts = known.chained() if chained else known.pooled()
    share = fit(model, *counts, chained=chained).share(np.arange(200.0))  # type: ignore[arg-type]
    assert share[0] == 1
    assert ((share >= 0) & (share <= 1)).all()
    if model != "level":  # the last level is a mean, which may lie above the last share
        assert (np.diff(share) <= 1e-12).all()


def test_a_power_curve_is_found_again() -> None:
    known = triangle(drawn(powers(0.4, 0.5, 24), 25, 4000, 3))
    assert known is not None
    assert fit("power", *known.pooled(), chained=False).values == pytest.approx((0.4, 0.5), abs=0.01)


def test_a_flat_share_of_actives_is_followed_by_the_beta_geometric_too() -> None:
    share = np.concatenate([[1.0], np.full(24, 0.36)])
    known = triangle(drawn(share, 25, 2000, 4))
    assert known is not None
    assert fit("sbg", *known.pooled(), chained=False).share(np.array([1.0, 12, 36])) == pytest.approx(0.36, abs=0.02)


def test_an_unobserved_cell_is_not_a_zero() -> None:
    table = drawn(powers(0.4, 0.3, 9), 10, 500, 5)
    empty = table[table["period"] + table["cohort"] < 9].assign(
        period=lambda t: 9 - t["cohort"], eligible=0, active=np.nan
    )
    padded = pd.concat([table[table["period"] + table["cohort"] < 9], empty]).drop_duplicates(["cohort", "period"])
    whole = table[table["period"] + table["cohort"] < 9]
    ours, theirs = triangle(padded), triangle(whole)
    assert ours is not None and theirs is not None
    assert (ours.eligible == theirs.eligible).all() and (ours.active == theirs.active).all()


def test_what_was_known_earlier_holds_nothing_of_what_came_later() -> None:
    table = drawn(powers(0.4, 0.3, 11), 12, 500, 6)
    known = triangle(table)
    assert known is not None
    past = known.until(7)
    by_hand = triangle(table[table["cohort"] + table["period"] <= 7])
    assert by_hand is not None
    assert past.names == by_hand.names
    assert (past.active == by_hand.active).all() and (past.eligible == by_hand.eligible).all()


@given(st.integers(0, 2**31), st.integers(6, 14))
def test_the_counts_of_a_cut_are_never_above_those_of_the_whole(seed: int, cohorts: int) -> None:
    known = triangle(drawn(powers(0.5, 0.4, cohorts), cohorts, 40, seed))
    assert known is not None
    for cut in range(1, known.oldest):
        active, eligible = known.until(cut).pooled()
        whole = known.pooled()
        assert (eligible <= whole[1][: len(eligible)]).all() and (active <= whole[0][: len(active)]).all()


def test_the_error_of_a_backtest_is_the_one_worked_out_by_hand() -> None:
    table = drawn(powers(0.4, 0.3, 11), 12, 800, 7)
    known = triangle(table)
    assert known is not None
    found = backtest(known, 2, 9, chained=False)
    assert found is not None
    past = table[(table["cohort"] + table["period"] <= 9) & (table["period"] > 0)]
    rates = past.groupby("period")[["active", "eligible"]].sum()
    last = rates.loc[rates.index[-3:]].sum()
    share = {**(rates["active"] / rates["eligible"]).to_dict()}
    expected = past.assign(e=past["eligible"] * past["period"].map(share)).groupby("cohort")[["e", "active"]].sum()
    square = float((expected["e"] ** 2).sum())
    scatter = float(((expected["active"] - expected["e"]) ** 2 - expected["e"]).sum())
    weight = square / scatter if scatter > 0 else np.inf
    held = table[(table["cohort"] <= 9) & (table["cohort"] + table["period"]).between(10, 11)]
    level = {
        cohort: (row["active"] + weight) / (row["e"] + weight) if np.isfinite(weight) else 1.0
        for cohort, row in expected.iterrows()
    }
    forecast = [
        800 * min(level.get(cohort, 1.0) * share.get(age, last["active"] / last["eligible"]), 1)
        for cohort, age in held[["cohort", "period"]].to_numpy()
    ]
    row = found.of("level")
    assert found.cells == len(held)
    assert row["error"] == pytest.approx(np.abs(np.array(forecast) - held["active"]).sum() / held["active"].sum())
    assert row["bias"] == pytest.approx(sum(forecast) / held["active"].sum() - 1)


def test_the_curve_is_chosen_on_periods_that_its_error_is_not_taken_from() -> None:
    known = triangle(drawn(powers(0.4, 0.6, 23), 24, 600, 8, wobble=0.1))
    assert known is not None
    found = project(known, 12)
    assert found is not None and found.choice is not None
    assert found.choice.cut + found.choice.periods == found.test.cut
    assert found.chosen == best(found.choice)
    assert found.chosen != "level"  # a curve that falls is not carried on at its last level


def test_the_projection_covers_what_truly_came() -> None:
    covered, total = 0, 0
    for seed in range(6):
        share = powers(0.35, 0.35, 36)
        known = triangle(drawn(share, 20, 500, seed, wobble=0.08))
        assert known is not None
        found = project(known, 12, seed=seed)
        assert found is not None
        ahead = found.curve[found.curve["age"].between(20, 31)]
        inside = (ahead["low"] <= share[20:32]) & (share[20:32] <= ahead["high"])
        covered, total = covered + int(inside.sum()), total + len(ahead)
    assert covered / total > 0.8


@pytest.mark.parametrize("model", MODELS)
def test_the_spread_of_a_curve_is_that_of_fits_to_cohorts_drawn_again(model: str) -> None:
    known = triangle(drawn(powers(0.4, 0.5, 24), 24, 400, 11, wobble=0.15))
    assert known is not None
    curve = fit(model, *known.pooled(), chained=False)  # type: ignore[arg-type]
    ages = np.array([1.0, 6.0, 12.0, 30.0])
    generator = np.random.default_rng(1)
    logs = []
    for _ in range(60):
        weights = np.bincount(generator.integers(0, 24, 24), minlength=24).astype(float)
        logs.append(np.log(fit(model, *known.pooled(weights), chained=False).share(ages)))  # type: ignore[arg-type]
    assert spread_of(known, curve, ages, 1) == pytest.approx(np.std(logs, axis=0), rel=0.35)


def test_people_ahead_are_the_sum_over_the_cohorts() -> None:
    known = triangle(drawn(powers(0.4, 0.3, 11), 12, 500, 9))
    assert known is not None
    found = project(known, 6)
    assert found is not None
    summed = found.cohorts.groupby("step")["expected"].sum()
    assert found.ahead["expected"].to_numpy() == pytest.approx(summed.to_numpy())
    levels = cohort_levels(known, found.fitted)
    oldest = found.cohorts[found.cohorts["cohort"] == 0].sort_values("step")
    share = found.fitted.share(np.arange(12.0, 18.0))
    assert oldest["expected"].to_numpy() == pytest.approx(500 * levels[0] * share)
    assert list(oldest["period"]) == [12, 13, 14, 15, 16, 17]


def test_a_short_history_gives_no_projection_and_few_cohorts_no_interval() -> None:
    short = triangle(drawn(powers(0.4, 0.3, 4), 4, 500, 10))
    assert short is not None and project(short, 12) is None
    few = triangle(drawn(powers(0.4, 0.3, 7), 7, 500, 10))
    assert few is not None
    found = project(few, 12)
    assert found is not None
    assert found.curve["low"].iloc[1:].isna().all() and found.ahead["low"].isna().all()
    assert triangle(pd.DataFrame({"cohort": [1], "period": [0], "size": [5], "eligible": [5], "active": [5]})) is None


def test_contracts_go_on_from_those_still_there() -> None:
    known = one_cohort(REGULAR[:8])
    found = project(known, 5, chained=True)
    assert found is not None
    share = found.fitted.share(np.arange(13.0))
    assert found.cohorts["expected"].to_numpy() == pytest.approx(241 * share[8:] / share[7])
    assert found.fits["sbg"].values == pytest.approx((0.704, 1.182), abs=6e-4)


def test_the_half_life_reads_what_was_observed_before_what_is_expected() -> None:
    curve = pd.DataFrame(
        {
            "age": range(6),
            "eligible": [100, 100, 100, 40, 5, 0],
            "observed": [1, 0.8, 0.6, 0.5, 0.1, np.nan],
            "expected": [1, 0.8, 0.7, 0.6, 0.5, 0.38],
        }
    )
    everybody, returned = half_lives(curve, 30)
    assert (everybody.age, everybody.is_projected) == (3, False)
    assert (returned.age, returned.is_projected) == (5, True)  # half of 80 %; the five people at age 4 do not count
    assert half_lives(curve.iloc[:3], 30)[0].age is None


@pytest.mark.parametrize(("slope", "verdict"), [(0.0, "level"), (0.9, "falling")])
def test_a_level_curve_is_told_from_one_that_falls(slope: float, verdict: str) -> None:
    for seed in range(3):
        known = triangle(drawn(powers(0.4, slope, 29), 30, 3000, seed))
        assert known is not None
        found = plateau(known, 30, seed)
        assert found is not None
        assert found.verdict == verdict
        assert found.step_interval.low <= found.step <= found.step_interval.high


def test_noise_is_called_neither_level_nor_falling() -> None:
    known = triangle(drawn(powers(0.2, 0.0, 11), 12, 40, 1))
    assert known is not None
    found = plateau(known, 30)
    assert found is not None and found.verdict == "open"
