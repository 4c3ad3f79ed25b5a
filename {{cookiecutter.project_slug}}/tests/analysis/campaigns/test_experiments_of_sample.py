"""Experiments of the loaded sample client: what the engine summed, against its rows and against what was planted."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.statistics import Z95

NOTHING_PLANTED, LOST_ROWS = ("CMP01", "CMP03"), "CMP08"


@pytest.fixture(scope="module")
def units(campaign_client: Any) -> pd.DataFrame:
    """The rows that were summed up: units of complete windows, with campaign and arm by name."""
    found = campaign_client.campaigns
    rows = found.units.filter(found.units.over).to_pandas()
    names = found.arms[["campaign", "code", "arm", "number"]].rename(columns={"arm": "label", "number": "arm"})
    return rows.merge(names, on=["code", "arm"])


def test_effects_from_the_engines_sums_are_those_of_its_rows(campaign_client: Any, units: pd.DataFrame) -> None:
    columns = {outcome.name: outcome.column for outcome in campaign_client.campaigns.outcomes}
    checked = 0
    for row in campaign_client.experiments.effects.itertuples():
        own = units[units["campaign"] == row.campaign]
        treated, control = (own.loc[own["label"] == arm, columns[row.outcome]] for arm in (row.arm, row.control))
        assert (row.n, row.n_control) == (len(treated), len(control))
        if row.reason:
            continue
        assert row.effect == pytest.approx(treated.mean() - control.mean(), abs=1e-9)
        if row.method == "welch":
            assert row.p == pytest.approx(stats.ttest_ind(treated, control, equal_var=False).pvalue, rel=1e-6)
        elif row.method == "pooled_z":
            p = proportions_ztest([treated.sum(), control.sum()], [len(treated), len(control)])[1]
            assert row.p == pytest.approx(p, rel=1e-6)
        else:
            table = [[arm.sum(), len(arm) - arm.sum()] for arm in (treated, control)]
            assert row.p == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-6)
        checked += 1
    assert checked >= 40


def test_planted_effects_are_found_where_they_were_planted(campaign_client: Any) -> None:
    """Orders of any status were planted, purchases are counted: the truth shrinks by the share that were paid."""
    bought = payments(campaign_client.tables["orders"]).bought
    paid = float(bought.cast("float64").mean().to_pandas())
    effects = campaign_client.experiments.effects
    away = []
    for campaign, truth in campaign_client.truth.items():
        if not isinstance(truth, dict) or "arms" not in truth:
            continue
        for arm, planted in truth["arms"].items():
            for outcome, name in (("orders", "orders"), ("converted", "conversion")):
                rows = effects[(effects["campaign"] == campaign) & (effects["arm"] == arm)]
                for row in rows[rows["outcome"] == outcome].itertuples():
                    away.append((row.effect - paid * planted["effect"][name]) / row.standard_error)
    assert 0.9 < paid < 1 and len(away) >= 18
    assert max(map(abs, away)) < 3.5
    assert sum(abs(one) < Z95 for one in away) >= 0.85 * len(away)


def test_the_draws_of_the_sample_hold_and_lost_rows_are_noticed(campaign_client: Any) -> None:
    verdicts = campaign_client.experiments.verdicts.set_index("campaign")
    assert "CMP05" not in verdicts.index  # chosen, not drawn
    assert verdicts.at[LOST_ROWS, "ratio_p"] < 0.05  # a fifth of a control of some 450
    assert not verdicts.loc[[*NOTHING_PLANTED], "found"].any()
    assert all(math.isnan(p) or p > 0.001 for p in verdicts["balance_p"])
