"""Effects from sums against scipy and statsmodels on the rows that were summed up."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from campaigns_by_hand import made
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from customer_analytics.analysis.experiment import Experiments, experiments
from customer_analytics.analysis.experiment.estimate import fieller
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.statistics import Z95

OUTCOMES = [("converted", "binary"), ("orders", "count"), ("revenue", "money"), ("unsubscribed", "binary")]
PARAMETERS = CampaignEvaluationParameters()


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """A campaign with two arms and a control: orders that follow earlier ones, amounts with a heavy tail."""
    rng = np.random.default_rng(5)
    n = 3_000
    frame = pd.DataFrame({"campaign": "spring", "arm": rng.choice(["control", "post", "mail"], n, p=[0.4, 0.3, 0.3])})
    frame["x_orders"] = rng.poisson(1.0, n) * 1.0
    frame["x_revenue"] = frame["x_orders"] * rng.lognormal(3, 0.5, n)
    more = 0.1 * (frame["arm"] == "mail")
    frame["orders"] = rng.poisson(0.1 + 0.3 * frame["x_orders"] + more) * 1.0
    frame["revenue"] = frame["orders"] * rng.lognormal(3, 1, n)
    frame["converted"] = (frame["orders"] > 0) * 1.0
    frame["unsubscribed"] = ((frame["arm"] != "control") & (rng.random(n) < 0.01)) * 1.0
    return frame


@pytest.fixture(scope="module")
def found(rows: pd.DataFrame) -> Experiments:
    return experiments(made(rows, OUTCOMES, before=("x_orders", "x_revenue")), PARAMETERS)


def _arms(rows: pd.DataFrame, arm: str, column: str) -> tuple[pd.Series, pd.Series]:
    return rows.loc[rows["arm"] == arm, column], rows.loc[rows["arm"] == "control", column]


def _row(found: Experiments, arm: str, outcome: str) -> pd.Series:
    row = found.effect("spring", arm, outcome)
    assert row is not None
    return row


@pytest.mark.parametrize("arm", ["mail", "post"])
def test_a_share_is_compared_by_the_pooled_z_test_with_newcombes_interval(
    rows: pd.DataFrame, found: Experiments, arm: str
) -> None:
    treated, control = _arms(rows, arm, "converted")
    row = _row(found, arm, "converted")
    ones, sizes = [treated.sum(), control.sum()], [len(treated), len(control)]
    assert row["p"] == pytest.approx(proportions_ztest(ones, sizes)[1], rel=1e-9)
    low, high = confint_proportions_2indep(ones[0], sizes[0], ones[1], sizes[1], compare="diff", method="newcomb")
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-9)
    assert row["effect"] == pytest.approx(treated.mean() - control.mean())


@pytest.mark.parametrize("outcome", ["orders", "revenue"])
def test_a_number_is_compared_by_welchs_t(rows: pd.DataFrame, found: Experiments, outcome: str) -> None:
    test = stats.ttest_ind(*_arms(rows, "mail", outcome), equal_var=False)
    row = _row(found, "mail", outcome)
    assert row["p"] == pytest.approx(test.pvalue, rel=1e-6)
    interval = test.confidence_interval()
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high), rel=1e-6)


def test_a_rare_outcome_is_compared_by_fishers_exact_test_and_not_by_a_normal_curve() -> None:
    frame = pd.DataFrame({"campaign": "c", "arm": ["control"] * 60 + ["mail"] * 60, "converted": 0.0})
    frame.loc[60:64, "converted"] = 1.0
    row = experiments(made(frame, OUTCOMES[:1]), PARAMETERS).effects.iloc[0]
    assert row["method"] == "fisher"
    assert row["p"] == pytest.approx(stats.fisher_exact([[5, 55], [0, 60]]).pvalue)


def test_the_adjusted_effect_takes_out_what_the_same_quantity_before_explains(
    rows: pd.DataFrame, found: Experiments
) -> None:
    both = rows[rows["arm"].isin(["mail", "control"])]
    slope = np.cov(both["orders"], both["x_orders"])[0, 1] / both["x_orders"].var()
    adjusted = both["orders"] - slope * (both["x_orders"] - both["x_orders"].mean())
    test = stats.ttest_ind(adjusted[both["arm"] == "mail"], adjusted[both["arm"] == "control"], equal_var=False)
    row = _row(found, "mail", "orders")
    assert row["p_cuped"] == pytest.approx(test.pvalue, rel=1e-6)
    assert row["low_cuped"] == pytest.approx(test.confidence_interval().low, rel=1e-6)
    assert row["variance_saved"] == pytest.approx(np.corrcoef(both["orders"], both["x_orders"])[0, 1] ** 2, abs=0.02)
    assert math.isnan(_row(found, "mail", "unsubscribed")["effect_cuped"])  # nothing like it is known from before


def test_cut_money_is_welchs_t_of_the_cut_amounts_and_resampled_blocks_agree_with_resampled_customers(
    rows: pd.DataFrame, found: Experiments
) -> None:
    row, limit = _row(found, "mail", "revenue"), rows.loc[rows["revenue"] > 0, "revenue"].quantile(0.99)
    treated, control = _arms(rows, "mail", "revenue")
    test = stats.ttest_ind(treated.clip(upper=limit), control.clip(upper=limit), equal_var=False)
    assert row["p_winsorised"] == pytest.approx(test.pvalue, rel=1e-6)
    rng = np.random.default_rng(1)
    draws = [rng.choice(treated, len(treated)).mean() - rng.choice(control, len(control)).mean() for _ in range(2_000)]
    width = np.subtract(*np.quantile(draws, (0.975, 0.025)))
    assert row["high_bootstrap"] - row["low_bootstrap"] == pytest.approx(width, rel=0.12)
    assert row["low_bootstrap"] < row["effect"] < row["high_bootstrap"]


def test_revenue_an_order_is_compared_over_customers_and_not_as_if_orders_were_independent(
    rows: pd.DataFrame, found: Experiments
) -> None:
    line = found.ratios[found.ratios["arm"] == "mail"].iloc[0]
    means, variances = [], []
    for arm in ("mail", "control"):
        part = rows[rows["arm"] == arm]
        mean = part["revenue"].sum() / part["orders"].sum()
        left = (part["revenue"] - mean * part["orders"]) / part["orders"].mean()
        means.append(mean)
        variances.append(left.var() / len(part))
    assert line["effect"] == pytest.approx(means[0] - means[1])
    assert (line["high"] - line["low"]) / 2 == pytest.approx(Z95 * math.sqrt(sum(variances)), rel=2e-3)


def test_holm_counts_every_arm_and_outcome_but_not_the_guardrails_that_ask_something_else(found: Experiments) -> None:
    for guardrail in (True, False):
        part = found.effects[found.effects["guardrail"] == guardrail]
        expected = multipletests(part["p"], method="holm")[1]
        assert part["p_adjusted"].to_numpy() == pytest.approx(expected)
    assert (found.effects["p_adjusted"] >= found.effects["p"]).all()


def test_the_smallest_difference_is_the_one_that_the_textbook_power_of_such_arms_sees(found: Experiments) -> None:
    row = _row(found, "mail", "converted")
    deviation = math.sqrt(row["mean_control"] * (1 - row["mean_control"]))
    asked = {"nobs1": row["n"], "ratio": row["n_control"] / row["n"], "alpha": 0.05}
    size = NormalIndPower().solve_power(power=PARAMETERS.power, **asked)
    assert row["smallest"] == pytest.approx(size * deviation, rel=1e-3)
    lift = PARAMETERS.smallest_lift * row["mean_control"] / deviation
    assert row["power"] == pytest.approx(NormalIndPower().power(lift, **asked), abs=1e-3)


def test_an_arm_that_reached_half_of_its_people_had_twice_the_effect_on_those(rows: pd.DataFrame) -> None:
    campaigns = made(rows, OUTCOMES, sent={"control": 0.0, "mail": 0.5, "post": 1.0})
    row = _row(experiments(campaigns, PARAMETERS), "mail", "orders")
    assert (row["effect_reached"], row["low_reached"]) == pytest.approx((2 * row["effect"], 2 * row["low"]))


MEANS = st.floats(0.1, 100)
VARIANCES = st.floats(1e-6, 10)


@given(MEANS, VARIANCES, MEANS, VARIANCES)
def test_fiellers_ends_are_the_lifts_at_which_the_test_just_rejects(
    treated: float, treated_variance: float, control: float, control_variance: float
) -> None:
    lift, (low, high) = fieller(treated, treated_variance, control, control_variance)
    if control**2 <= Z95**2 * control_variance:
        assert math.isnan(low)  # any lift fits a control that may be zero
        return
    assert low <= lift <= high
    for end in (1 + low, 1 + high):
        difference, error = treated - end * control, math.sqrt(treated_variance + end**2 * control_variance)
        assert abs(difference) / error == pytest.approx(Z95, rel=1e-5)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(31, 200), st.integers(31, 200), st.floats(0.02, 0.98))
def test_which_arm_is_called_the_control_turns_the_sign_and_nothing_else(
    seed: int, n: int, m: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"campaign": "c", "arm": ["a"] * n + ["b"] * m})
    frame["converted"] = (rng.random(n + m) < share) * 1.0
    frame["revenue"] = frame["converted"] * rng.lognormal(2, 1, n + m)
    outcomes = [("converted", "binary"), ("revenue", "money")]
    first = experiments(made(frame, outcomes, control="a"), PARAMETERS).effects
    second = experiments(made(frame, outcomes, control="b"), PARAMETERS).effects
    assert first["effect"].to_numpy() == pytest.approx(-second["effect"].to_numpy(), abs=1e-9)
    assert first["low"].to_numpy() == pytest.approx(-second["high"].to_numpy(), abs=1e-9, nan_ok=True)
    assert first["p"].to_numpy() == pytest.approx(second["p"].to_numpy(), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("treated", "control", "reason"),
    [(12, 8, "few"), (40, 0, "few"), (40, 5, "few"), (400, 400, "")],
    ids=["twenty contacts", "one arm empty", "a control of five", "enough"],
)
@pytest.mark.parametrize("share", [0.0, 1.0], ids=["nobody converted", "all converted"])
def test_small_and_constant_data_give_no_estimate_and_no_warning(
    treated: int, control: int, reason: str, share: float
) -> None:
    frame = pd.DataFrame({"campaign": "c", "arm": ["control"] * control + ["mail"] * treated, "x_orders": 0.0})
    frame["converted"], frame["orders"], frame["revenue"] = share, share, 3 * share
    campaigns = made(frame, OUTCOMES[:3], before=("x_orders",))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = experiments(campaigns, PARAMETERS)
    verdict = found.verdicts.iloc[0]
    assert not verdict["found"]
    if reason:
        assert (verdict["grade"], verdict["reason"]) == ("D", reason)
        assert found.effects["effect"].isna().all()
    else:
        assert verdict["grade"] == "A"
        assert (found.effects["effect"] == 0).all()


def test_one_price_in_the_whole_shop_has_no_spread_and_is_no_error() -> None:
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"campaign": "c", "arm": np.repeat(["control", "mail"], 300)})
    frame["orders"] = rng.poisson(0.4, 600) * 1.0
    frame["revenue"] = 40.1 * frame["orders"]
    found = experiments(made(frame, [("orders", "count"), ("revenue", "money")]), PARAMETERS)
    line = found.ratios.iloc[0]
    assert (line["effect"], line["reason"]) == (pytest.approx(0.0, abs=1e-9), "constant")
    assert math.isnan(line["low"])
