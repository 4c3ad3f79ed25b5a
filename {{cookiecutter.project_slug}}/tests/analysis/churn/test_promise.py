"""The promise check on the synthetic client: its own true probabilities keep their promise, wrong ones do not."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.analysis.model_checks.promise import outcomes, promise
from customer_analytics.analysis.model_checks.result import EarlierScores
from customer_analytics.engagement.parameters import ChurnParameters

THEN, HORIZON = dt.date(2026, 4, 1), 90  # the next cut-off of the truths, and the last day of the data after it
PARAMETERS = ChurnParameters(horizon_days=HORIZON)


@pytest.fixture(scope="module")
def found(sample_client: Any) -> Study:
    return study(sample_client.tables, PARAMETERS)


@pytest.fixture(scope="module")
def here(sample_client: Any) -> pd.DataFrame:
    """Who had ordered within 180 days before THEN, with the truth and with what they did; straight from the tables."""
    orders = sample_client.tables["orders"].select("customer_id", "ordered_on").to_pandas()
    orders["day"] = pd.to_datetime(orders["ordered_on"]).dt.date
    cut = THEN + dt.timedelta(days=1)
    past = orders[(orders["day"] < cut) & (orders["day"] >= cut - dt.timedelta(days=180))]
    later = set(orders.loc[(orders["day"] >= cut) & (orders["day"] < cut + dt.timedelta(days=HORIZON)), "customer_id"])
    truth = sample_client.truth_table("customers").set_index("customer_id")["p_no_order_2026-04-02"]
    people = pd.DataFrame({"customer_id": sorted(past["customer_id"].dropna().unique())})
    people["left"] = [int(one not in later) for one in people["customer_id"]]
    people["probability"] = people["customer_id"].map(truth)
    return people.dropna().reset_index(drop=True)


def earlier(scores: pd.DataFrame | None, **changed: Any) -> EarlierScores:
    def backwards(people: Sequence[str]) -> list[str]:  # a stand-in for the keyed hash: the file's ids are not today's
        return [one[::-1] for one in people]

    written = None if scores is None else scores.assign(customer_id=backwards(scores["customer_id"]))
    known = {"as_of": THEN, "kind": "orders", "gap_days": 0, "horizon_days": HORIZON, "method": "trees",
             "withheld": False, "scores": written, "written_as": backwards}  # fmt: skip
    return EarlierScores(**(known | changed))


def test_what_became_of_them_is_what_the_orders_say(sample_client: Any, found: Study, here: pd.DataFrame) -> None:
    known = outcomes(found, sample_client.tables, earlier(here)).to_pandas().set_index("person_id")["left"]
    assert known.loc[here["customer_id"]].tolist() == here["left"].tolist()


def test_true_probabilities_keep_their_promise(sample_client: Any, found: Study, here: pd.DataFrame) -> None:
    result = promise([earlier(here[["customer_id", "probability"]])], found, sample_client.tables, PARAMETERS)
    row = result.runs.iloc[0]
    assert (row["scored"], row["matched"], row["left"]) == (len(here), len(here), here["left"].sum())
    assert row["promised"] == pytest.approx(here["probability"].mean())
    assert row["seen"] == pytest.approx(here["left"].mean())
    assert row["brier"] == pytest.approx(np.square(here["probability"] - here["left"]).mean())
    assert abs(row["promised"] - row["seen"]) < 0.05
    assert row["slope"] == pytest.approx(1, abs=0.2)
    classes = result.reliability
    assert classes["people"].sum() == len(here)
    assert classes["left"].sum() == here["left"].sum()
    assert classes["promised"].is_monotonic_increasing
    inside = (classes["low"] <= classes["promised"]) & (classes["promised"] <= classes["high"])
    assert inside.mean() >= 0.6  # ten intervals of 95 %, and campaigns that the truths leave out


@pytest.mark.parametrize(("factor", "verdict"), [(0.6, "too_low"), (1.3, "too_high")])
def test_wrong_probabilities_are_called_so(
    sample_client: Any, found: Study, here: pd.DataFrame, factor: float, verdict: str
) -> None:
    wrong = here.assign(probability=(here["probability"] * factor).clip(0, 1))
    result = promise([earlier(wrong)], found, sample_client.tables, PARAMETERS)
    assert result.runs["verdict"].tolist() == [verdict]


def test_several_runs_are_also_told_together(sample_client: Any, found: Study, here: pd.DataFrame) -> None:
    before = earlier(here, as_of=THEN - dt.timedelta(days=HORIZON))
    result = promise([before, earlier(here)], found, sample_client.tables, PARAMETERS)
    assert len(result.runs) == 2
    pooled = result.reliability[result.reliability["as_of"].isna()]
    assert pooled["people"].sum() == result.runs["matched"].sum()


def test_a_run_about_another_horizon_is_judged_by_its_own(sample_client: Any, found: Study, here: pd.DataFrame) -> None:
    result = promise([earlier(here, horizon_days=30)], found, sample_client.tables, PARAMETERS)
    assert result.runs["seen"].iloc[0] > here["left"].mean() + 0.05  # fewer come back within 30 days than within 90


def test_who_cannot_be_found_any_more_is_not_counted_as_gone(
    sample_client: Any, found: Study, here: pd.DataFrame
) -> None:
    stranger = pd.DataFrame({"customer_id": ["nobody", "=1+1"], "probability": [0.1, 0.9]})
    scores = pd.concat([here[["customer_id", "probability"]], stranger], ignore_index=True)
    row = promise([earlier(scores)], found, sample_client.tables, PARAMETERS).runs.iloc[0]
    assert row["scored"] - row["matched"] == 2
    assert row["left"] == here["left"].sum()


@pytest.mark.filterwarnings("error")
def test_where_nothing_can_be_checked_the_reason_is_given(sample_client: Any, found: Study, here: pd.DataFrame) -> None:
    def reason(*runs: EarlierScores) -> str:
        return promise(runs, found, sample_client.tables, PARAMETERS).reason

    assert reason() == "none"
    assert reason(earlier(None, withheld=True)) == "executive"
    assert reason(earlier(None)) == "unreadable"
    assert reason(earlier(here, kind="contracts")) == "other_kind"
    assert reason(earlier(here, gap_days=30)) == "other_kind"
    strangers = pd.DataFrame({"customer_id": ["a", "b"], "probability": [0.1, 0.2]})
    assert reason(earlier(strangers)) == "unmatched"
    few = promise([earlier(here.head(5))], found, sample_client.tables, PARAMETERS)
    assert few.runs["verdict"].tolist() == ["few"]
    assert math.isnan(few.runs["seen"].iloc[0])


def test_an_as_of_day_after_the_end_of_the_data_does_not_make_everybody_gone(
    sample_client: Any, found: Study, here: pd.DataFrame
) -> None:
    run = earlier(here, as_of=dt.date(2026, 6, 30))  # the window is over in September, the data end in June
    result = promise([run], found, sample_client.tables, PARAMETERS)
    assert result.reason == "uncovered"
    assert result.runs["verdict"].tolist() == ["uncovered"]
    both = promise([earlier(here), run], found, sample_client.tables, PARAMETERS)
    assert both.reason == ""
    assert both.runs["verdict"].tolist()[1] == "uncovered"
    assert both.reliability["people"].sum() == len(here)
