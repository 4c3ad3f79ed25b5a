"""Scoring of the synthetic client against its planted truth, and the two other questions against plain counting."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.churn.other_outputs import customer_tables, metrics, tables
from customer_analytics.analysis.churn.other_targets import Others, other_targets
from customer_analytics.analysis.churn.rules import ALIVE, MONEY, SILENCE, TIMES, RfmRule, no_more, rules
from customer_analytics.analysis.churn.samples import Samples, samples
from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.analysis.model_checks.screen import screen
from customer_analytics.analysis.scoring import RuleSet, ScoringResult, analyse
from customer_analytics.analysis.scoring.rules import PRIOR
from customer_analytics.analysis.value.histories import WEEK
from customer_analytics.analysis.value.purchases import PurchaseModel
from customer_analytics.engagement.parameters import ChurnParameters

PARAMETERS = ChurnParameters()


@dataclass(frozen=True)
class Scored:
    """A client with everything up to its scores."""

    study: Study
    kept: Samples
    rules: RuleSet
    result: ScoringResult


def scored(client: Any) -> Scored:
    found = study(client.tables, PARAMETERS)
    kept = screen(samples(client.tables, found, PARAMETERS), found, PARAMETERS.seed).kept
    own = rules(kept, found, PARAMETERS)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = analyse(kept, own, PARAMETERS, found.windows.horizon_days)
    return Scored(found, kept, own, result)


@pytest.fixture(scope="session")
def known(sample_client: Any) -> Scored:
    return scored(sample_client)


def lift(score: np.ndarray, left: np.ndarray) -> float:
    top = np.argsort(-score, kind="stable")[: round(len(score) / 10)]
    return float(left[top].sum())


def test_probabilities_of_the_sample_client_are_calibrated_out_of_time(known: Scored) -> None:
    assert known.result.out_of_time and len(known.result.tests) >= 3
    assert 0.8 < known.result.measure("slope") < 1.2
    assert known.result.measure("slope_low") < 1.15 and known.result.measure("slope_high") > 0.85


def test_the_riskiest_tenth_holds_nine_tenths_of_what_the_truth_would_find(known: Scored, sample_client: Any) -> None:
    truth = sample_client.truth_table("customers").set_index("customer_id")
    mine, best = 0.0, 0.0
    for cut in known.result.tests:
        name = f"p_no_order_{(pd.Timestamp('1970-01-01') + pd.Timedelta(days=cut)).date().isoformat()}"
        if name not in truth:
            continue
        rows = known.result.predictions[known.result.predictions["cut"] == cut]
        chance = rows["person_id"].map(truth[name])
        rows, chance = rows[chance.notna()], chance[chance.notna()]
        left = rows["left"].to_numpy(float)
        mine += lift(rows[known.result.chosen].to_numpy(), left)
        best += lift(chance.to_numpy(), left)
    assert best > 0 and mine >= 0.9 * best


def test_the_models_beat_silence_and_the_base_rate(known: Scored) -> None:
    table = known.result.comparison.set_index(["method", "against"])
    assert (table.loc[[("trees", "recency"), ("trees", "rate"), ("logistic", "rate")], "low"] > 0).all()


def test_expected_leavers_of_now_are_of_the_size_of_the_past(known: Scored) -> None:
    past = known.study.population["rate"]
    assert past.min() - 0.05 < known.result.now["probability"].mean() < past.max() + 0.05
    assert len(known.result.now) == known.study.running


def test_the_rules_read_what_plain_counting_finds(known: Scored) -> None:
    cut = known.study.windows.cuts[2]
    days = known.study.life.spells.filter(known.study.life.spells.day < cut).to_pandas()
    inputs = known.rules.inputs[cut].set_index("person_id")
    counted = days.groupby("person_id")["day"].agg(["max", "count"]).loc[inputs.index]
    np.testing.assert_array_equal(inputs[SILENCE], cut - counted["max"])
    np.testing.assert_array_equal(inputs[TIMES], counted["count"])
    assert inputs[ALIVE].between(0, 1).all() and inputs[MONEY].notna().all()


def test_the_chance_of_nothing_is_that_of_the_models_own_distribution_of_counts() -> None:
    model = PurchaseModel("mbg_nbd", 0.8, 12.0, 0.9, 3.0)
    known = pd.DataFrame({"x": [0, 1, 5, 30], "recency": [0, 20, 200, 400], "age": [90, 90, 300, 410]})
    x, recency, age = (known[name].to_numpy(float) for name in ("x", "recency", "age"))
    slow = model.counts(x, recency / WEEK, age / WEEK, 90 / WEEK).none
    np.testing.assert_allclose(no_more(model, known, 90), slow, atol=1e-9)


def test_the_rfm_cell_gives_its_own_rate_drawn_to_that_of_all() -> None:
    frame = pd.DataFrame({SILENCE: [1.0, 1.0, 90.0, 90.0] * 10, TIMES: 5.0, MONEY: 10.0})
    left = np.array([0.0, 1.0, 1.0, 1.0] * 10)
    fitted = RfmRule("rfm", (SILENCE, TIMES, MONEY)).fit(frame, left)
    base = 30.5 / 41
    expected = [(10 + PRIOR * base) / (20 + PRIOR), (20 + PRIOR * base) / (20 + PRIOR)]
    np.testing.assert_allclose(fitted.predict(frame)[[0, 2]], expected)
    assert len(fitted.predict(frame.head(0))) == 0


@pytest.fixture(scope="session")
def others(known: Scored, sample_client: Any) -> Others:
    return other_targets(sample_client.tables, known.study, known.kept, PARAMETERS)


def test_one_time_buyers_are_those_with_one_day_and_came_is_a_second_day_in_the_window(
    known: Scored, others: Others
) -> None:
    assert others.repurchase is not None
    row = others.repurchase.counts.iloc[-1]
    cut, (start, end) = int(row["cut"]), known.study.windows.label(int(row["cut"]))
    days = known.study.life.spells.to_pandas()
    before = days[days["day"] < cut].groupby("person_id")["day"].count()
    here = known.kept.cuts[-1].frame["person_id"]
    once = here[here.map(before) == 1]
    came = days[(days["day"] >= start) & (days["day"] < end) & days["person_id"].isin(once)]["person_id"].nunique()
    assert (row["people"], row["came"]) == (len(once), came)


def test_first_orders_are_asked_of_customers_seen_lately_who_never_ordered(
    known: Scored, others: Others, sample_client: Any
) -> None:
    assert others.conversion is not None
    row = others.conversion.counts.iloc[-1]
    cut, (start, end) = int(row["cut"]), known.study.windows.label(int(row["cut"]))
    events = sample_client.tables["events"]
    seen = events.select("customer_id", day=events.occurred_on.epoch_days()).distinct().to_pandas().dropna()
    days = known.study.life.spells.to_pandas()
    ordered = set(days.loc[days["day"] < cut, "person_id"])
    late = seen[(seen["day"] < cut) & (seen["day"] >= cut - known.study.windows.horizon_days)]
    asked = set(late["customer_id"]) - ordered
    came = set(days.loc[(days["day"] >= start) & (days["day"] < end), "person_id"]) & asked
    assert (row["people"], row["came"]) == (len(asked), len(came))


def test_no_undated_column_tells_who_orders_for_the_first_time(others: Others, known: Scored) -> None:
    assert others.conversion is not None
    undated = set(known.kept.dictionary.loc[~known.kept.dictionary["dated"].astype(bool), "feature"])
    assert not undated & set(others.conversion.scoring.features)


def test_the_files_of_the_other_questions_hide_small_counts_and_rank_the_likeliest_first(others: Others) -> None:
    numbers = metrics(others)
    assert numbers["repurchase.people"] == others.repurchase.now and set(metrics(None)) == set(numbers)
    assert set(metrics(None).values()) == {None}
    table = tables(others, minimum_group=10_000)["other_targets"]
    assert table[["people", "came", "rate", "auc"]].isna().all().all()
    ranked = customer_tables(others)["repurchase_scores"]["probability"]
    assert ranked.is_monotonic_decreasing and tables(None, 5) == {} and customer_tables(None) == {}


def test_leaving_drawn_at_random_is_not_told_by_anything(known: Scored) -> None:
    """The same client with who left drawn anew at every cut-off."""
    draw = np.random.default_rng(3)
    cuts = tuple(
        replace(one, frame=one.frame.assign(left=draw.permutation(one.frame["left"].to_numpy())))
        for one in known.kept.cuts
    )
    result = analyse(replace(known.kept, cuts=cuts), known.rules, PARAMETERS, known.study.windows.horizon_days)
    assert result.nothing_predicts and result.chosen == "rate" and result.now["probability"].nunique() == 1
