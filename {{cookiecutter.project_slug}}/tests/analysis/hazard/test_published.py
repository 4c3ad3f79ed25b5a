"""Published survival data through our own path: loaded as a client's export, then analysed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from lifelines.datasets import load_rossi, load_waltons
from lifelines.statistics import proportional_hazard_test
from lifelines.utils import concordance_index

from customer_analytics.analysis import hazard
from customer_analytics.analysis.hazard.cox import Cox, fit_cox
from customer_analytics.analysis.hazard.design import tidy
from customer_analytics.engagement import Project
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import open_tables

ROSSI = ("fin", "age", "race", "wexp", "mar", "paro", "prio")
# Allison 2010 (Survival Analysis Using SAS, output 5.1) and Fox 2002 print these digits, as does lifelines.
COEFFICIENTS = (-0.379, -0.057, 0.314, -0.150, -0.434, -0.085, 0.091)
ERRORS = (0.191, 0.022, 0.308, 0.212, 0.382, 0.196, 0.029)
P_VALUES = (0.047, 0.009, 0.308, 0.480, 0.256, 0.665, 0.001)


@pytest.fixture(scope="module")
def rossi(project_of: Callable[..., Project]) -> hazard.Hazards:
    frame = load_rossi()
    frame.insert(0, "id", [f"P{number}" for number in range(len(frame))])
    tables = open_tables(project_of(frame, {"customer_id": "id", "tenure": "week", "ended": "arrest"}))
    found = hazard.analyse(tables, None, ChurnParameters(covariates=ROSSI))
    assert found.contracts is not None
    return found.contracts


def test_rossi_loaded_as_contracts_gives_the_printed_coefficients_errors_and_p(rossi: hazard.Hazards) -> None:
    table = rossi.effects.set_index("covariate")
    for name, value, error, p in zip(ROSSI, COEFFICIENTS, ERRORS, P_VALUES, strict=True):
        row = table.loc[name]
        assert round(row["coefficient"], 3) == pytest.approx(value, abs=5e-4), name
        assert round(row["error"], 3) == error and round(row["p"], 3) == p
    assert (rossi.people, rossi.ended, len(rossi.set_aside)) == (432, 114, 0)


def test_rossi_has_the_printed_concordance_and_likelihood(rossi: hazard.Hazards) -> None:
    assert round(rossi.concordance.value, 2) == 0.64
    assert rossi.cox is not None and round(rossi.cox.log_likelihood, 2) == -658.75


def test_rossi_age_and_work_experience_break_proportional_hazards_as_printed(rossi: hazard.Hazards) -> None:
    """lifelines' documentation prints chi-squares of 11.45 (age) and 7.31 (wexp) by rank; ties of ours share ranks."""
    frame = load_rossi()
    fitted = CoxPHFitter().fit(frame, "week", "arrest")
    theirs = proportional_hazard_test(fitted, frame, "rank").summary["p"]
    ours = rossi.proportional.set_index("covariate")["proportional_p"]
    assert ours["age"] < 0.001 and ours["wexp"] < 0.01 and (ours.drop(["age", "wexp"]) > 0.2).all()
    assert np.allclose(ours[list(ROSSI)], theirs[list(ROSSI)], atol=0.03)


def test_an_effect_that_grows_is_told_early_and_late(rossi: hazard.Hazards) -> None:
    age = rossi.proportional.set_index("covariate").loc["age"]
    assert age["changes"] and age["early_low"] < 1 < age["early_high"] and age["late_high"] < 1


def test_the_function_gives_what_the_project_gives(rossi: hazard.Hazards) -> None:
    frame = load_rossi()
    count = len(frame)
    found = fit_cox(
        tidy(frame[list(ROSSI)]), np.full(count, -1.0), frame["week"].to_numpy(float),
        frame["arrest"].to_numpy(float), np.arange(count),
    )  # fmt: skip
    assert isinstance(found, Cox)
    assert np.allclose(found.table["coefficient"], rossi.effects["coefficient"], atol=1e-8)


def test_waltons_medians_are_the_published_ones(project_of: Callable[..., Project]) -> None:
    """lifelines' documentation: 56 for all, 58 without the gene, 26 with it."""
    frame = load_waltons()
    frame.insert(0, "id", [f"P{number}" for number in range(len(frame))])
    tables = open_tables(project_of(frame, {"customer_id": "id", "tenure": "T", "ended": "E"}))
    found = hazard.analyse(tables, None, ChurnParameters())
    assert hazard.metrics(found)["survival.median"] == 56
    assert found.main is not None
    comparison = found.main.comparison("group")
    assert comparison is not None and comparison.worst is not None and comparison.worst["group"] == "miR-137"
    assert {name: curve.median() for name, curve in comparison.curves.items()} == {"control": 58, "miR-137": 26}


def test_the_files_have_their_fixed_columns_first(rossi: hazard.Hazards) -> None:
    made = hazard.tables(hazard.HazardResult(ChurnParameters(), rossi, None, True), 1)
    assert list(made["survival"].columns)[:6] == ["group", "time", "at_risk", "survival", "low", "high"]
    fixed = ["covariate", "coefficient", "hazard_ratio", "low", "high", "p", "proportional_p"]
    assert list(made["hazards"].columns)[:7] == fixed
    everybody = made["survival"].query("group == 'all'")
    assert everybody["survival"].iloc[-1] == pytest.approx(318 / 432)


def test_concordance_of_the_fit_is_lifelines_own(rossi: hazard.Hazards) -> None:
    frame = load_rossi()
    fitted = CoxPHFitter().fit(frame, "week", "arrest")
    theirs = concordance_index(frame["week"], -fitted.predict_partial_hazard(frame), frame["arrest"])
    assert rossi.concordance.value == pytest.approx(theirs, abs=1e-9)


def test_no_personal_id_is_in_a_table_that_is_no_list_of_customers(rossi: hazard.Hazards) -> None:
    made = hazard.tables(hazard.HazardResult(ChurnParameters(), rossi, None, True), 1)
    assert not any(table.astype(str).isin(["P0", "P1", "P2"]).any().any() for table in made.values())
    assert isinstance(rossi.scores, pd.DataFrame) and len(rossi.scores) == rossi.running
