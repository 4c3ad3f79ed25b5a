"""Campaigns made from rows in a frame, summed up by pandas: what the engine would hand to the experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns import Campaigns, Outcome

LOWER = ("unsubscribed", "refunds", "discount")


def outcome(name: str, kind: Any, place: int) -> Outcome:
    """An outcome as the engine would list it; those of which less is better are guardrails."""
    return Outcome(name, kind, False, name in LOWER, "lower" if name in LOWER else "higher", f"y_{place}")


def summed(rows: pd.DataFrame, columns: Sequence[str], keys: list[str]) -> pd.DataFrame:
    """Counts, sums and sums of products by the keys."""
    made = rows[keys].copy()
    made["n"] = 1
    for i, one in enumerate(columns):
        made[f"s_{one}"] = rows[one].astype(float)
        for other in columns[i:]:
            made[f"q_{one}_{other}"] = rows[one].astype(float) * rows[other].astype(float)
    return made.groupby(keys, as_index=False).sum(min_count=1)


def made(
    rows: pd.DataFrame, outcomes: Sequence[tuple[str, str]], *, control: str = "control",
    planned: dict[str, Any] | None = None, over: float = 1.0, sent: dict[str, float] | None = None,
    in_two_arms: int = 0, before: Sequence[str] = (), control_kind: str = "untouched",
) -> Campaigns:  # fmt: skip
    """Campaigns from one row a unit.

    Args:
        rows: campaign, arm (labels), one column an outcome (by its name), those of `before`; cluster where clusters
            were drawn; stratum where known.
        outcomes: name and kind, in order; the first one decides. Money is cut at its 99th percentile.
        control: label of the arm compared with; a campaign without it is compared with its first arm.
        planned: share by arm, or that by campaign; None: not known.
    """
    listed = tuple(outcome(name, kind, place) for place, (name, kind) in enumerate(outcomes))
    rows = rows.reset_index(drop=True).rename(columns={one.name: one.column for one in listed})
    cut = [one.column.replace("y_", "w_") for one in listed if one.kind in ("money", "number")]
    for name in cut:
        values = rows[name.replace("w_", "y_")]
        rows[name] = values.clip(upper=values[values > 0].quantile(0.99)) if (values > 0).any() else values
    columns = (*(one.column for one in listed), *cut, *before)
    codes = {campaign: code for code, campaign in enumerate(dict.fromkeys(rows["campaign"]))}
    rows["code"] = rows["campaign"].map(codes)
    rows["block"] = np.arange(len(rows)) % 200
    lines, arms = [], []
    for campaign, part in rows.groupby("campaign", sort=False):
        labels = sorted(set(part["arm"]), key=lambda label: (label != control, label))
        known = None if planned is None else planned.get(str(campaign), planned)
        shares = known or dict.fromkeys(labels, 1 / len(labels))
        lines.append(
            {"campaign": campaign, "code": codes[campaign], "name": campaign, "source": "touches", "kind": "randomised",
             "window_days": 14, "over": over, "units": len(part), "in_two_arms": in_two_arms, "control": labels[0],
             "control_kind": control_kind, "planned": shares, "plan_known": planned is not None, "reason": ""}
        )  # fmt: skip
        for number, label in enumerate(labels):
            share = (sent or {}).get(label, 0.0 if number == 0 else 1.0)
            arms.append({"campaign": campaign, "code": codes[campaign], "arm": label, "number": number,
                         "role": "contact" if number else "control", "n": int((part["arm"] == label).sum()),
                         "sent": share})  # fmt: skip
            rows.loc[(rows["campaign"] == campaign) & (rows["arm"] == label), "number"] = number
    rows["arm"] = rows["number"].astype(int)
    kept = [name for name in ("code", "arm", "block", "cluster", "stratum") if name in rows]
    clusters = summed(rows, columns, ["code", "arm", "cluster"]) if "cluster" in rows else None
    return Campaigns(
        list=pd.DataFrame(lines), arms=pd.DataFrame(arms), outcomes=listed, main=listed[0].name,
        units=ibis.memtable(rows[kept]), sums=summed(rows, columns, ["code", "arm", "block"]), columns=columns,
        cluster_sums=clusters, unit="customer" if clusters is None else "store",
    )  # fmt: skip
