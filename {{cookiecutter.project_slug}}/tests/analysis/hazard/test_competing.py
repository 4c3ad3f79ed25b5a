"""Reasons of ends: by hand, against lifelines, and that they add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from customer_analytics.analysis import hazard
from customer_analytics.analysis.hazard.competing import cumulative_incidence, folded_reasons
from customer_analytics.analysis.hazard.design import OTHERS, UNKNOWN
from customer_analytics.analysis.survival.estimate import kaplan_meier
from customer_analytics.engagement.parameters import ChurnParameters


def counted(rows: list[tuple[int, str | None, int]]) -> pd.DataFrame:
    """(time, reason or None, how many): None is a censoring."""
    return pd.DataFrame(
        {
            "time": [row[0] for row in rows], "reason": [row[1] for row in rows],
            "ended": [row[2] if row[1] else 0 for row in rows], "censored": [0 if row[1] else row[2] for row in rows],
        }
    )  # fmt: skip


def test_two_reasons_by_hand() -> None:
    """Ten contracts: two give notice at 1, one fails to pay at 2, one is censored at 2, two fail to pay at 3."""
    counts = counted([(1, "notice", 2), (2, "payment", 1), (2, None, 1), (3, "payment", 2), (4, None, 4)])
    found = cumulative_incidence(counts)
    # Here before 1: 1, before 2: 8/10, before 3: 8/10 * 7/8 = 7/10. At 3 six are at risk.
    at_end = found[found["time"] == 4].set_index("reason")["incidence"]
    assert at_end["notice"] == pytest.approx(2 / 10)
    assert at_end["payment"] == pytest.approx(8 / 10 / 8 + 7 / 10 * 2 / 6)
    alone = kaplan_meier(counts.assign(ended=np.where(counts["reason"] == "payment", counts["ended"], 0),
                                       censored=np.where(counts["reason"] == "payment", 0,
                                                         counts["ended"] + counts["censored"])))  # fmt: skip
    assert 1 - alone.at(4) > at_end["payment"]  # one minus Kaplan-Meier of one reason alone is too high


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_incidences_and_those_still_here_add_up_to_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"time": rng.integers(1, 12, 80), "reason": rng.choice(["a", "b", "c", ""], 80)})
    rows = [(time, reason or None, 1) for time, reason in frame.itertuples(index=False)]
    counts = counted(rows)
    found = cumulative_incidence(counts)
    curve = kaplan_meier(counts)
    for moment in found["time"].unique():
        left = found.loc[found["time"] == moment, "incidence"].sum()
        assert left + curve.at(moment) == pytest.approx(1.0)


def test_incidence_and_its_variance_are_lifelines_own() -> None:
    rng = np.random.default_rng(4)
    time, reason = rng.permutation(200) + 1, rng.choice([0, 1, 2], 200, p=[0.4, 0.35, 0.25])
    names = {0: None, 1: "notice", 2: "payment"}
    counts = counted([(int(one), names[int(why)], 1) for one, why in zip(time, reason, strict=True)])
    found = cumulative_incidence(counts)
    for code in (1, 2):
        theirs = AalenJohansenFitter().fit(time, reason, event_of_interest=code)
        own = found[found["reason"] == names[code]].set_index("time")
        assert np.allclose(own["incidence"], theirs.cumulative_density_.iloc[:, 0].loc[own.index], atol=1e-9)
        # Both ends lie z errors from the estimate on the scale log(-log(1 - F)); its slope is 1 / ((1 - F) log(1 - F)).
        inside = own[own["incidence"] > 0].iloc[:-1]
        share = 1 - inside["incidence"]
        ends = np.log(-np.log1p(-inside["high"])) - np.log(-np.log1p(-inside["low"]))
        error = ends / 2 / 1.959964 * (share * np.log(share)).abs()
        assert np.allclose(error**2, theirs.variance_.loc[inside.index], rtol=1e-4)


def test_rare_reasons_are_one_and_none_can_be_found_by_subtraction() -> None:
    rows = [(1, "notice", 40), (2, "payment", 30), (3, "moved", 4), (4, "died", 3), (5, None, 10)]
    folded = folded_reasons(counted(rows), 30)
    assert set(folded["reason"]) == {"notice", OTHERS} and folded["ended"].sum() == 77
    assert set(folded_reasons(counted([(1, "notice", 40), (2, "payment", 30)]), 30)["reason"]) == {"notice", "payment"}


def test_ends_without_a_reason_are_unknown_and_the_column_is_no_covariate(tables_of: Callable[..., object]) -> None:
    count = 120
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(count)], "tenure": np.arange(count) % 17 + 1.0,
            "ended": [number % 2 == 0 for number in range(count)],
            "why": [None if number % 2 else ("notice" if number % 4 else None) for number in range(count)],
        }
    )  # fmt: skip
    parameters = ChurnParameters(end_reason="why", minimum_base=10)
    tables = tables_of(dt.date(2026, 1, 1), subscriptions=frame)
    found = hazard.analyse(tables, None, parameters).contracts
    assert found is not None and set(found.incidence["reason"]) == {"notice", UNKNOWN}
    assert "why" not in set(found.effects.get("column", [])) | set(found.set_aside["feature"])
