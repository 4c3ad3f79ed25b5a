"""Campaigns row by row with what each customer's contact truly changes, without writing or loading a file."""

from __future__ import annotations

from typing import Any

import ibis
import numpy as np
import pandas as pd

from customer_analytics.analysis.campaigns.campaign import Campaigns, Outcome
from customer_analytics.analysis.experiment.result import Experiments
from customer_analytics.tables.sample.campaigns import CAMPAIGNS, WINDOW_DAYS, run_campaigns
from customer_analytics.tables.sample.life import make_life
from customer_analytics.tables.sample.make import DAYS, END
from customer_analytics.tables.sample.people import make_people
from customer_analytics.tables.sample.shopping import draw_times
from customer_analytics.tables.sample.world import DAY, World

NUMBERS = ("recency_days", "days_known", "orders_before", "revenue_before", "x_orders", "x_revenue", "x_visits")
TYPES = {"code": "int32", "arm": "int32", "person_id": "string", "block": "int16", "cluster": "string", "over": "bool"}
MOVED = "early_bird"  # its gain is only brought forward


def planted_units(customers: int, seed: int, *, planted: bool = True) -> pd.DataFrame:
    """One row a campaign and customer of the synthetic client: campaign, arm, converted, what was known before, and
    `truth`: by how much the arm that was drawn changes the chance of an order, given the orders placed anyway."""
    world = World(customers, seed, "en", "retail", "EUR", "UTC", END, DAYS, planted)
    people = make_people(world)
    life = make_life(world, people)
    basis = run_campaigns(world, people, life, *draw_times(world, people, life))
    exported = basis.time >= world.first_second
    customer, time = basis.customer[exported], basis.time[exported]
    parts = []
    for wave in basis.waves:
        campaign = CAMPAIGNS[wave.campaign]
        if campaign.kind != "randomised" or campaign.lost_control:
            continue

        def between(first: int, last: int) -> np.ndarray:
            inside = (time >= first) & (time < last)
            return np.bincount(customer[inside], minlength=len(people))[wave.customer]  # noqa: B023 - used at once

        last = np.full(len(people), -1)
        np.maximum.at(last, customer[time < wave.sent], time[time < wave.sent])
        last = last[wave.customer]
        orders, after = between(0, wave.sent), between(wave.sent, wave.sent + WINDOW_DAYS * DAY)
        any_arm = wave.expected[:, -1] * (wave.base_orders == 0)
        frame = {
            "campaign": campaign.key, "arm": wave.arm, "person_id": wave.customer, "converted": after > 0,
            "recency_days": np.where(last >= 0, (wave.sent - last) // DAY, np.nan), "orders_before": orders,
            "revenue_before": orders * 50.0, "x_orders": between(wave.sent - 90 * DAY, wave.sent),
            "days_known": (wave.sent - people.signed_up[wave.customer]) // DAY, "truth": any_arm,
        }  # fmt: skip
        parts.append(pd.DataFrame(frame))
    return pd.concat(parts, ignore_index=True)


def as_campaigns(
    rows: pd.DataFrame, *, kind: Any = "binary", unit: str = "customer", control_kind: str = "untouched",
    groups: tuple[str, ...] = (),
) -> Campaigns:  # fmt: skip
    """Campaigns of rows: campaign, arm (number), person_id, converted; of NUMBERS, groups as g_<name> and cluster what
    there is."""
    rows = rows.reset_index(drop=True).copy()
    codes = {name: code for code, name in enumerate(dict.fromkeys(rows["campaign"]))}
    rows["code"] = rows["campaign"].map(codes)
    rows["y_0"] = rows["converted"].astype(float)
    rows["person_id"] = rows["person_id"].astype(str)
    rows["block"], rows["over"] = pd.factorize(rows["person_id"])[0] % 200, True
    for name in NUMBERS:
        rows[name] = rows[name].astype(float) if name in rows else np.nan
    if "cluster" not in rows:
        rows["cluster"] = None
    own = [f"g_{name}" for name in groups]
    kept = rows[[*TYPES, "y_0", *NUMBERS, *own]]
    schema = ibis.schema(TYPES | dict.fromkeys(("y_0", *NUMBERS), "float64") | dict.fromkeys(own, "string"))
    sizes = rows.groupby("campaign", sort=False).size()
    listed = pd.DataFrame(
        {"campaign": list(codes), "code": list(codes.values()), "name": list(codes), "kind": "randomised",
         "reason": "", "control": "arm 0", "control_kind": control_kind, "units": sizes.to_numpy(), "window_days": 14,
         "over": 1.0, "source": "touches", "first_on": None, "last_on": None}
    )  # fmt: skip
    arms = rows.groupby(["campaign", "code", "arm"], sort=False).size().rename("n").reset_index()
    arms = arms.rename(columns={"arm": "number"}).assign(arm=lambda t: "arm " + t["number"].astype(str))
    return Campaigns(
        listed, arms, (Outcome("converted", kind, False, False, "higher", "y_0"),), "converted",
        ibis.memtable(kept.replace({np.nan: None}), schema=schema), pd.DataFrame(), ("y_0",), groups, unit=unit,
        has_orders=rows["recency_days"].notna().any() or rows["orders_before"].notna().any(),
    )  # fmt: skip


def graded(campaigns: Campaigns, **grades: str) -> Experiments:
    """Experiments that passed their checks (grade A), but for those named."""
    names = list(campaigns.list["campaign"])
    verdicts = pd.DataFrame({"campaign": names, "grade": [grades.get(name, "A") for name in names]})
    nothing = pd.DataFrame()
    return Experiments(verdicts, *([nothing] * 9))
