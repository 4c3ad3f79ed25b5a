"""The people of past campaigns as they were on the day of the draw, and whether they stayed afterwards.

Staying is what the report means by it: being there again, or still having a contract, within the window of the
forecast. An order that a campaign only brought forward keeps nobody, and does not count here.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.actions.moments import YEAR, has_money, longest_silences, money, silences
from customer_analytics.analysis.churn.contract_people import contract_days, has_dated
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.survival.blocks import block
from customer_analytics.tables.store import Tables

Floats = npt.NDArray[np.float64]
MOST = 300_000  # assignments that are followed; beyond, persons are sampled by their ids
PARTS = 1_000
SALT = 29


@dataclass(frozen=True)
class Followed:
    """One entry an assignment: here (counted as here on the day of the draw), stayed (1 or 0), x (features)."""

    here: npt.NDArray[np.bool_]
    stayed: Floats
    x: Floats
    features: tuple[str, ...]


def assignments(people: ir.Table, campaigns: list[str], total: int) -> pd.DataFrame:
    """campaign_id, person_id, arm, cut (day of the draw) of these campaigns, customers in one arm only, sorted."""
    kept = people.filter(people.campaign_id.isin(campaigns), people.arm.notnull(), people.day.notnull())
    if total > MOST:
        kept = kept.filter(block(kept.person_id, PARTS, SALT) < max(PARTS * MOST // total, 1))
    frame: pd.DataFrame = kept.select("campaign_id", "person_id", "arm", cut=kept.day).to_pandas()
    return frame.sort_values(["campaign_id", "person_id"], ignore_index=True)


def follow(tables: Tables, study: Study, moments: pd.DataFrame) -> Followed:
    """What was known of each person at their moment (cut, person_id), and what followed."""
    if study.kind == "contracts" and has_dated(tables):
        return _contracts(tables, study, moments)
    seen = silences(study.life.spells, moments)
    silent = seen["silent"].to_numpy()
    gap = (seen["tenure"] - seen["silent"]).to_numpy() / np.maximum(seen["days"].to_numpy() - 1, 1)
    here: npt.NDArray[np.bool_] = silent <= longest_silences(study, seen)
    reach = study.windows.gap_days + study.windows.horizon_days
    stayed: Floats = (seen["next_in"].fillna(np.inf) < reach).to_numpy().astype(np.float64)
    columns = {
        "silence": np.log1p(silent),
        "own_rhythm": np.log1p(silent) - np.log1p(gap),
        "days": np.log1p(seen["days"].to_numpy()),
        "tenure": np.log1p(seen["tenure"].to_numpy()),
    }
    if has_money(tables):
        columns["money"] = np.log1p(np.maximum(money(tables, moments, YEAR, 0)["past"].to_numpy(), 0.0))
    x = np.nan_to_num(np.column_stack(list(columns.values())))
    return Followed(here, stayed, x, tuple(columns))


def _contracts(tables: Tables, study: Study, moments: pd.DataFrame) -> Followed:
    """Contracts: here with one that runs, stayed with one on the last day of the window."""
    contracts: pd.DataFrame = contract_days(tables).to_pandas()
    contracts["over"] = contracts["over"].astype(float).fillna(np.inf)
    asked = moments.assign(row=np.arange(len(moments)))
    joined = asked.merge(contracts, on="person_id")
    last = joined["cut"] + study.windows.gap_days + study.windows.horizon_days - 1
    runs = joined[(joined["started"] < joined["cut"]) & (joined["over"] >= joined["cut"])]
    later = joined[(joined["started"] <= last) & (joined["over"] > last)]
    age = (runs["cut"] - runs["started"]).groupby(runs["row"]).max().reindex(asked["row"])
    stayed: Floats = asked["row"].isin(later["row"]).to_numpy().astype(np.float64)
    here: npt.NDArray[np.bool_] = asked["row"].isin(runs["row"]).to_numpy()
    return Followed(here, stayed, np.log1p(age.fillna(0.0).to_numpy(np.float64))[:, None], ("tenure",))
