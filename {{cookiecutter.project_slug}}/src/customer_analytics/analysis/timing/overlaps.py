"""Which customers were in several campaigns at once, and whether the contacted more than the control.

Where everybody is drawn by lot each time, other campaigns meet both arms alike and do no harm to the comparison. If
one arm was in another campaign more often, its effect is partly that campaign's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency

from customer_analytics.analysis.timing.result import OVERLAPS
from customer_analytics.statistics import benjamini_hochberg

if TYPE_CHECKING:
    from customer_analytics.analysis.campaigns import Campaigns

DAY = 86_400
MOST_CAMPAIGNS = 40  # the largest ones: pairs grow with the square
LEVEL = 0.05


def overlaps(campaigns: Campaigns) -> pd.DataFrame:
    """Columns OVERLAPS, one row an ordered pair of campaigns that share units within a window of the first."""
    pairs = _near(campaigns.list)
    empty = pd.DataFrame(columns=list(OVERLAPS))
    if not pairs:
        return empty
    codes = sorted({code for pair in pairs for code in pair})
    units = campaigns.units.filter(campaigns.units.code.isin(codes), campaigns.units.start.notnull())
    rows = units.select("code", "arm", "person_id", second=units.start.epoch_seconds().cast("int64"),
                        window=units.window_days.cast("int64") * DAY)  # fmt: skip
    others = rows.select(person_id=rows.person_id, other=rows.code, other_second=rows.second)
    joined = rows.inner_join(others, "person_id")
    gap = joined.other_second - joined.second
    met = joined.filter((joined.code != joined.other) & (ibis.greatest(gap, -gap) < joined.window))
    once = met.group_by("code", "arm", "other", "person_id").aggregate(n=met.count())
    shared = once.group_by("code", "arm", "other").aggregate(n=once.count()).to_pandas()
    if not len(shared):
        return empty
    shared = shared.sort_values(["code", "other", "arm"], ignore_index=True)
    return _told(campaigns, shared)


def _near(table: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs of the largest campaigns whose days of assignment lie less than a window apart."""
    timed = table[table["first_on"].notna() & table["last_on"].notna() & table["window_days"].notna()]
    timed = timed.sort_values(["units", "code"], ascending=[False, True]).head(MOST_CAMPAIGNS)
    spans = [
        (int(row["code"]), pd.Timestamp(row["first_on"]), pd.Timestamp(row["last_on"]),
         pd.Timedelta(days=int(row["window_days"])))
        for row in timed.to_dict("records")
    ]  # fmt: skip
    return [
        (code, other)
        for code, first, last, window in spans
        for other, begun, ended, _ in spans
        if code != other and begun <= last + window and ended >= first - window
    ]


def _told(campaigns: Campaigns, shared: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(campaigns.list["code"], campaigns.list["campaign"], strict=True))
    compared = {int(row["code"]) for row in campaigns.compared()}
    lines: list[dict[str, Any]] = []
    for _, own in shared.groupby(["code", "other"], sort=True):
        code, other = int(own["code"].iloc[0]), int(own["other"].iloc[0])
        arms = campaigns.arms_of(code).set_index("number")["n"].astype(float)
        met = own.set_index("arm")["n"].reindex(arms.index, fill_value=0).astype(float)
        line = {
            "campaign": names[code], "other": names[other], "shared": int(met.sum()),
            "share": float(met.sum() / arms.sum()), "share_control": math.nan, "share_contact": math.nan,
            "p_value": math.nan,
        }  # fmt: skip
        if code in compared and 0 in arms.index and arms.drop(0).sum() > 0:
            n = np.array([arms[0], arms.drop(0).sum()])
            k = np.array([met[0], met.drop(0).sum()])
            line |= {"share_control": k[0] / n[0], "share_contact": k[1] / n[1]}
            cells = np.array([k, n - k])
            if (cells.sum(axis=1)[:, None] * cells.sum(axis=0) / cells.sum()).min() >= 5:
                line["p_value"] = float(chi2_contingency(cells, correction=False).pvalue)
        lines.append(line)
    table = pd.DataFrame(lines)
    tested = table["p_value"].notna()
    q = np.full(len(table), np.nan)
    if tested.any():
        q[tested] = benjamini_hochberg(table.loc[tested, "p_value"].to_numpy(np.float64))
    table["uneven"] = q <= LEVEL
    table = table.sort_values(["share", "campaign", "other"], ascending=[False, True, True], ignore_index=True)
    return table[list(OVERLAPS)]
