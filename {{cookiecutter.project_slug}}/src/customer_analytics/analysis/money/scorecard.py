"""The scorecard: one row a campaign of any kind, in the order of the list."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.analysis.money.blocks import ends
from customer_analytics.analysis.money.compared import Compared
from customer_analytics.analysis.money.decision import MOVED, VERDICTS
from customer_analytics.analysis.money.ranking import ranking
from customer_analytics.analysis.money.result import SCORECARD, RankedBy
from customer_analytics.analysis.money.returns import per_cost, three
from customer_analytics.statistics import Interval

Floats = npt.NDArray[np.float64]
ABOUT = ("campaign", "name", "channel", "offer", "source", "kind", "first_on", "last_on", "units")
RANKED = ("A", "B")  # grades of campaigns that are ranked
KEPT = (*ABOUT, "grade", "decision", "reason", "arm", "contacted", "cost")  # columns that also hold without an effect


def scorecard(
    campaigns: Campaigns, experiments: Experiments, arms: pd.DataFrame, told: Sequence[Compared]
) -> tuple[pd.DataFrame, RankedBy]:
    """SCORECARD, and what the ranks go by.

    Args:
        campaigns: every campaign stands in the table.
        experiments: for the grades.
        arms: the contact arms with their decisions.
        told: the compared campaigns, in the order of `arms`.
    """
    table = campaigns.list[list(ABOUT)].copy()
    why = dict(zip(campaigns.list["campaign"], campaigns.list["reason"], strict=True))
    found = {str(one.row["campaign"]): _totals(one, arms) for one in told}
    rows = [
        {
            "grade": experiments.grade(str(row["campaign"])),
            **found.get(
                str(row["campaign"]), {"decision": "inconclusive", "reason": str(why[row["campaign"]]) or "no_sums"}
            ),
        }
        for _, row in table.iterrows()
    ]
    whole = pd.DataFrame(rows, index=table.index, columns=[name for name in SCORECARD if name not in ABOUT])
    ranks, ranked_by = _ranks(told, whole, table["campaign"])
    whole[list(ranks.columns)] = ranks
    full = table.join(whole)[list(SCORECARD)].reset_index(drop=True)
    texts = [*ABOUT, "grade", "decision", "reason", "arm"]
    return full.astype({name: "float64" for name in SCORECARD if name not in texts}), ranked_by


def withheld(table: pd.DataFrame, kept: Sequence[str]) -> pd.DataFrame:
    """The table without the figures of rows graded D: where the draw failed there is no effect, and no money of it."""
    figures = [name for name in table.columns if name not in kept]
    shown = table.copy()
    shown.loc[shown["grade"] == "D", figures] = np.nan
    return shown


def _totals(one: Compared, arms: pd.DataFrame) -> dict[str, object]:
    """All contact arms of a campaign together, and the arm that its decision goes by."""
    own = arms[arms["campaign"] == one.row["campaign"]]
    best = min(
        own.to_dict("records"),
        key=lambda row: (VERDICTS.index(row["decision"]), -_known(row["value_per_contact"]), str(row["arm"])),
    )
    cost = float(own["cost"].sum(skipna=False))
    row: dict[str, object] = {
        "decision": best["decision"], "reason": best["reason"], "arm": best["arm"], "contacted": float(own["n"].sum()),
        "cost": cost,
    }  # fmt: skip
    for name in ("orders", "revenue", "margin"):
        draws = one.found.drawn.get(name)
        told = all(one.is_told(at, name) for at in range(len(own)))
        interval = ends(draws.sum(axis=1)) if draws is not None and told else Interval(math.nan, math.nan)
        row |= three(f"incremental_{name}", float(own[f"incremental_{name}"].sum(skipna=False)), interval)
    row |= {name: value for name, value in per_cost(row, cost).items() if not name.startswith("iroas_")}
    paid = 0.0 if math.isnan(cost) else cost
    draws = one.found.value
    if draws is None:
        return row
    total, is_told = draws.sum(axis=1), all(one.is_told(at, one.worth) for at in range(len(own)))
    low, high = ends(total) if is_told else (math.nan, math.nan)
    whole = float((own["n"] * own["value_control"]).sum(skipna=False))
    return row | {
        **three("net", float(own["net"].sum(skipna=False)), Interval(low - paid, high - paid)),
        "break_even_lift": cost / whole if whole > 0 else math.nan,
        "chance_pays": float((total > paid).mean()) if is_told else math.nan,
    }


def _ranks(told: Sequence[Compared], whole: pd.DataFrame, names: pd.Series) -> tuple[pd.DataFrame, RankedBy]:
    """score, rank, rank_low, rank_high, chance_best of the campaigns that were drawn by lot against no contact, soundly
    so, and whose gain was not only brought forward."""
    place = {str(name): index for index, name in names.items()}
    used = [one for one in told if whole.at[place[str(one.row["campaign"])], "grade"] in RANKED and one.is_untouched]
    used = [one for one in used if whole.at[place[str(one.row["campaign"])], "reason"] != MOVED]  # nothing was added
    used = [one for one in used if one.found.value is not None]
    spots = [place[str(one.row["campaign"])] for one in used]
    columns = ["score", "rank", "rank_low", "rank_high", "chance_best"]
    empty = pd.DataFrame(np.nan, index=whole.index, columns=columns)
    if not used:
        return empty, ""
    cost = whole.loc[spots, "cost"].to_numpy(dtype=np.float64)
    by: RankedBy = "cost" if (cost > 0).sum() > 1 else "contact"
    size = whole.loc[spots, "contacted"].to_numpy(dtype=np.float64)
    bases = np.where(cost > 0, cost, np.nan) if by == "cost" else size
    value = np.array([one.value.sum() for one in used])
    drawn = np.column_stack([one.drawn.sum(axis=1) for one in used])
    score = value / bases
    ranks = ranking(score, drawn / bases)
    ranks.insert(0, "score", score)
    ranks.index = pd.Index(spots)
    return ranks.reindex(whole.index), by


def _known(value: float) -> float:
    return -math.inf if math.isnan(value) else value
