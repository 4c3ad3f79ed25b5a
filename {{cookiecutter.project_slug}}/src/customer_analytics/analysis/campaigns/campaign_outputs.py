"""The campaigns themselves as metrics and tables."""

from __future__ import annotations

import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns

Metrics = dict[str, float | int | None]
COLUMNS = {
    "campaign": "campaign", "name": "name", "channel": "channel", "offer": "offer", "source": "source", "kind": "kind",
    "first_on": "first_day", "last_on": "last_day", "window_days": "window_days", "window_source": "window_source",
    "over": "window_over", "units": "customers", "in_two_arms": "in_two_arms", "without_arm": "without_arm",
    "unanswered": "unanswered", "strangers": "unknown_customers", "clusters": "clusters",
    "clusters_in_two_arms": "clusters_in_two_arms", "control": "control", "control_kind": "control_kind",
    "cost_fixed": "cost_fixed", "messages": "messages", "reason": "reason",
}  # fmt: skip


def metrics(campaigns: Campaigns) -> Metrics:
    """Campaigns, how many of them can be compared, assignments, and who was left out."""
    listed = campaigns.list
    return {
        "campaigns": len(listed),
        "campaigns_compared": sum(1 for _ in campaigns.compared()),
        "assignments": int(listed["units"].sum()) if len(listed) else 0,
        "in_two_arms": int(listed["in_two_arms"].sum()) if len(listed) else 0,
    }


def tables(campaigns: Campaigns, minimum_group: int) -> dict[str, pd.DataFrame]:
    """campaigns.csv: every campaign with who was assigned, when, and whether its arms can be compared.

    Counts of fewer customers than `minimum_group` are left out.
    """
    if not len(campaigns.list):
        return {}
    table = campaigns.list[list(COLUMNS)].rename(columns=COLUMNS)
    table["outcome"] = campaigns.main
    for name in ("in_two_arms", "without_arm", "unanswered", "unknown_customers"):
        few = (table[name] > 0) & (table[name] < minimum_group)
        table[name] = table[name].astype("Int64").mask(few)
    small = table["customers"] < minimum_group
    for name in ("customers", "messages"):
        table[name] = table[name].astype("Float64").astype("Int64").mask(small)
    table["clusters"] = table["clusters"].astype("Int64")
    table["clusters_in_two_arms"] = table["clusters_in_two_arms"].astype("Int64")
    table["window_days"] = table["window_days"].where(table["window_source"] != "none")
    return {"campaigns": table}
