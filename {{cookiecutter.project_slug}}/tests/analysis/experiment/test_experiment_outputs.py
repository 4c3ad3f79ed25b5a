"""What the experiments leave in files: the promised columns and names, small arms, a document for machines."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from campaigns_by_hand import made

from customer_analytics.analysis.campaigns import Campaigns
from customer_analytics.analysis.experiment import Experiments, experiments, outputs
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

OUTCOMES = [("converted", "binary"), ("orders", "count")]


@pytest.fixture(scope="module")
def campaigns() -> Campaigns:
    """One campaign of a usual size, and one whose control has six customers."""
    frame = pd.DataFrame(
        {
            "campaign": np.repeat(["spring", "tiny.one"], [400, 46]),
            "arm": [*np.repeat(["control", "mail"], 200), *np.repeat(["control", "mail"], [6, 40])],
        }
    )
    frame["converted"] = (np.arange(len(frame)) % 5 == 0) * 1.0
    frame["orders"] = frame["converted"] * 2
    return made(frame, OUTCOMES, planned={"control": 0.5, "mail": 0.5})


@pytest.fixture(scope="module")
def found(campaigns: Campaigns) -> Experiments:
    return experiments(campaigns, CampaignEvaluationParameters())


def test_tables_begin_with_the_promised_columns(found: Experiments) -> None:
    tables = outputs.tables(found, minimum_group=10)
    assert [*tables["arms"].columns[:6]] == ["campaign", "arm", "outcome", "n", "mean", "standard_deviation"]
    promised = [
        "campaign",
        "arm",
        "control",
        "outcome",
        "effect",
        "low",
        "high",
        "relative",
        "p",
        "p_adjusted",
        "grade",
    ]
    assert [*tables["effects"].columns[: len(promised)]] == promised
    assert not tables["effects"].duplicated(["campaign", "arm", "outcome"]).any()


def test_metrics_have_the_promised_names_and_null_where_nothing_can_be_said(
    campaigns: Campaigns, found: Experiments
) -> None:
    metrics = outputs.metrics(campaigns, found)
    assert metrics["arm.spring.mail.n"] == 200
    assert metrics["mean.spring.mail.orders"] == pytest.approx(0.4)
    assert metrics["effect.spring.mail.converted"] == pytest.approx(0.0)
    low, high = metrics["effect_low.spring.mail.converted"], metrics["effect_high.spring.mail.converted"]
    assert low is not None and high is not None and low < 0 < high
    assert metrics["p.spring.mail.converted"] == pytest.approx(1.0)
    assert metrics["srm_p.spring"] == pytest.approx(1.0)
    assert metrics["effect.tiny.one.mail.converted"] is None
    assert outputs.metrics(campaigns, None) == {}


def test_an_arm_of_six_customers_cannot_be_found_by_subtraction(found: Experiments) -> None:
    tables = outputs.tables(found, minimum_group=10)
    for name in ("arms", "effects", "balance"):
        assert not ((tables[name]["campaign"] == "tiny.one") & (tables[name].get("arm") == "control")).any()
    sizes = tables["sample_ratio"].set_index("campaign")
    assert sizes.loc["tiny.one", "n"].isna().all() and sizes.loc["tiny.one", "share"].isna().all()
    assert sizes.loc["spring", "n"].tolist() == [200, 200]


def test_the_document_is_valid_json_without_numbers_that_are_none(found: Experiments) -> None:
    (name, text), *_ = outputs.documents(found, minimum_group=10).items()
    told = json.loads(text)
    assert name == "experiment.json" and "NaN" not in text
    spring, tiny = told["campaigns"]
    assert (spring["campaign"], spring["grade"], tiny["reason"]) == ("spring", "A", "few")
    effect = next(one for one in spring["effects"] if one["outcome"] == "converted")
    assert math.isclose(effect["mean"], 0.2) and effect["effect_cuped"] is None
    assert [one["n"] for one in tiny["sample_ratio"]] == [None, None]
