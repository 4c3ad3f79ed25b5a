"""Names, sums and the file of the list: the small steps, without an engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from customer_analytics.analysis.campaigns.campaign import ARMS, LIST, Campaigns, Outcome
from customer_analytics.analysis.campaigns.campaign_outputs import metrics, tables
from customer_analytics.analysis.campaigns.listing import is_held, natural
from customer_analytics.analysis.campaigns.prepare import nothing
from customer_analytics.analysis.campaigns.sums import DIGITS, steady


@pytest.mark.parametrize(
    "label",
    ["control", "Control group", "CONTROL_1", "holdout", "Hold-out", "held out", "no contact", "对照组", "空白"],
)
def test_an_arm_that_gets_nothing_is_known_by_its_name(label: str) -> None:
    assert is_held(label)


@pytest.mark.parametrize("label", ["uncontrolled", "remote controlled car", "A", "gate_30", "no discount", "voucher"])
def test_other_names_are_no_control(label: str) -> None:
    assert not is_held(label)


@given(st.lists(st.text("ab0129_ ", max_size=6)))
def test_labels_have_one_order(labels: list[str]) -> None:
    assert sorted(labels, key=natural) == sorted(reversed(sorted(labels, key=natural)), key=natural)
    assert sorted(["off_20", "off_5", "b", "off_10"], key=natural) == ["b", "off_5", "off_10", "off_20"]


@given(arrays(np.float64, 5, elements=st.floats(1e-6, 1e12)))
def test_sums_keep_their_digits_and_lose_the_order_of_adding(values) -> None:
    rounded = steady(values)
    np.testing.assert_allclose(rounded, values, rtol=10.0 ** (1 - DIGITS))
    np.testing.assert_allclose(steady(rounded), rounded, rtol=1e-15)
    assert np.isnan(steady(np.array([np.nan]))).all()


def listed(**more) -> Campaigns:
    row = dict.fromkeys(LIST) | {
        "campaign": "=1+1", "code": 0, "kind": "randomised", "units": 8, "in_two_arms": 3, "without_arm": 0,
        "unanswered": 12, "strangers": 0, "messages": 4.0, "window_source": "parameter", "window_days": 14,
        "reason": "",
    }  # fmt: skip
    none = nothing()
    outcome = Outcome("came", "binary", True, False, "higher", "y_0")
    frame = pd.DataFrame([row | more], columns=list(LIST))
    return Campaigns(frame, pd.DataFrame(columns=list(ARMS)), (outcome,), "came", none.units, none.sums, ())


def test_counts_of_few_customers_are_not_in_the_file_of_the_list() -> None:
    row = tables(listed(), 10)["campaigns"].iloc[0]
    assert pd.isna(row["customers"]) and pd.isna(row["in_two_arms"]) and pd.isna(row["messages"])
    assert (row["without_arm"], row["unanswered"], row["outcome"]) == (0, 12, "came")
    assert tables(listed(), 2)["campaigns"].iloc[0]["customers"] == 8


def test_without_assignments_there_are_no_campaigns_and_no_file() -> None:
    assert metrics(nothing()) == {"campaigns": 0, "campaigns_compared": 0, "assignments": 0, "in_two_arms": 0}
    assert tables(nothing(), 10) == {}
