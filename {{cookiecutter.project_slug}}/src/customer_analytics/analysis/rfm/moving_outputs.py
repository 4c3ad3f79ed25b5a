"""What the movement side of RFM leaves for machines: metrics, tables, lists of customers. Names are a contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from customer_analytics.analysis.rfm.due import STATES
from customer_analytics.analysis.rfm.movement import Movement
from customer_analytics.analysis.rfm.transitions import hidden_cells, shown_cells
from customer_analytics.disclosure.hiding import is_small, small_groups

Metrics = dict[str, float | int | None]


def metrics(moving: Movement, minimum_group: int, minimum_base: int) -> Metrics:
    """Flat name -> number; None where not estimable or of too few customers."""
    numbers: Metrics = {}
    if moving.bridge is not None:
        numbers["bridge.previous"] = moving.bridge.revenue_previous
        numbers["bridge.now"] = moving.bridge.revenue_now
        numbers["bridge.change"] = moving.bridge.change
        for part in moving.bridge.shown(minimum_group).to_dict("records"):
            numbers[f"bridge.{part['part']}"] = float(part["change"])
    if moving.transitions is not None:
        table = moving.transitions.directions
        counts = table["customers"].to_numpy()
        for row, hidden in zip(table.to_dict("records"), small_groups(counts, minimum_group), strict=True):
            name = f"moved.{row['direction']}"
            numbers[f"{name}.customers"] = None if hidden else int(row["customers"])
            numbers[f"{name}.revenue_earlier"] = None if hidden else float(row["revenue_earlier"])
            numbers[f"{name}.revenue_now"] = None if hidden else float(row["revenue_now"])
        numbers["drift.down"] = sum(int(moving.transitions.direction(name)["drift"]) for name in ("down", "out"))
    own = moving.rhythm
    if own is not None:
        hidden_states = small_groups(np.array([own.counts[state] for state in STATES]), minimum_group)
        for state, hidden in zip(STATES, hidden_states, strict=True):
            numbers[f"due.{state}.customers"] = None if hidden else own.counts[state]
        numbers["due.typical_days"] = own.pace.typical_days
        if own.check is not None:
            numbers["late.not_returned"] = own.check.own_mark
            numbers["late.longest_silent_not_returned"] = own.check.same_mark
            numbers["late.difference"] = own.check.difference
    if moving.robustness is not None and moving.robustness.customers >= minimum_base:
        numbers["fragile_share"] = moving.robustness.fragile / moving.robustness.customers
    if moving.weights is not None:
        for row in moving.weights.table.to_dict("records"):
            numbers[f"weight.{row['measure']}"] = float(row["weight"])
        numbers["weights.learnt_capture"] = moving.weights.learnt
        numbers["weights.equal_capture"] = moving.weights.equal
        numbers["weights.money_capture"] = moving.weights.money_only
    if moving.lost is not None:
        numbers["lost.return_rate"] = moving.lost.rate
    return numbers


def tables(moving: Movement, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table; cells of groups too small to be shown are empty, and so are others that would tell them."""
    made: dict[str, pd.DataFrame] = {}
    if moving.bridge is not None:
        made["value_bridge"] = moving.bridge.shown(minimum_group)
    if moving.transitions is not None:
        made["transitions"] = shown_cells(moving.transitions.cells, minimum_group)
        made["moves"] = _moves(moving.transitions.segments, minimum_group)
    if moving.rhythm is not None:
        made["due"] = _due(moving, minimum_group)
    if moving.cohorts is not None:
        cohorts = moving.cohorts
        table = cohorts.table[cohorts.table["customers"] >= minimum_group].copy()
        table["comparable"] = [day not in cohorts.seen_before for day in table["cohort"]]
        made["cohort_value"] = table.assign(cohort=[day.isoformat() for day in table["cohort"]])
    if moving.robustness is not None:
        found = moving.robustness
        few = found.table[["share_down", "share_up"]].astype("float64") * found.customers
        shares = {
            str(name): found.table[name].mask(is_small(few[name].round().to_numpy(), minimum_group)) for name in few
        }
        made["cut_robustness"] = found.table.assign(**shares)
    if moving.weights is not None:
        made["weights"] = moving.weights.table
    return made


def _moves(segments: pd.DataFrame, minimum_group: int) -> pd.DataFrame:
    """By earlier segment; counts hidden like the cells of the moves, money only where enough customers left."""
    ways = ["up", "level", "down", "out"]
    kept = segments.astype({name: object for name in segments.columns if name not in ("segment", "customers")})
    cells = segments[["segment", *ways]].melt("segment", ways, "now", "customers")
    cells = cells.rename(columns={"segment": "earlier"})
    hidden = hidden_cells(cells, minimum_group).reshape(len(ways), len(segments)).T
    for place, way in enumerate(ways):
        kept.loc[hidden[:, place], way] = None
    small = small_groups(segments["customers"].to_numpy(), minimum_group)
    kept.loc[small, [name for name in kept.columns if name not in ("segment", "customers")]] = None
    leavers = (segments["down"] + segments["out"]).to_numpy()
    kept.loc[small_groups(leavers, minimum_group), ["at_stake", "at_stake_low", "at_stake_high"]] = None
    return kept


def _due(moving: Movement, minimum_group: int) -> pd.DataFrame:
    """State, customers now, and what customers in that state did in the held-out days."""
    own = moving.rhythm
    assert own is not None
    counts = np.array([own.counts[state] for state in STATES])
    shown = np.where(small_groups(counts, minimum_group), np.nan, counts)
    table = pd.DataFrame({"state": STATES, "customers": shown})
    if own.check is None:
        return table.assign(base=np.nan, returned=np.nan, rate=np.nan, low=np.nan, high=np.nan)
    checked = own.check.table.rename(columns={"customers": "base"})
    checked.loc[checked["rate"].isna(), "base"] = np.nan
    return table.merge(checked, on="state", validate="one_to_one")


def customer_tables(moving: Movement, monetary: pd.Series) -> dict[str, pd.DataFrame]:
    """File name -> one row a customer: due dates, moves between segments, moves of revenue.

    `monetary`: net money of the scored customers, in their order.
    """
    made: dict[str, pd.DataFrame] = {}
    if moving.rhythm is not None:
        own = moving.rhythm.customers
        days = {name: own[f"{name}_day"].to_numpy().astype("datetime64[D]") for name in ("due", "late")}
        made["due_list"] = pd.DataFrame(
            {
                "customer_id": own["customer_id"],
                "gaps": own["gaps"],
                "expected_days": own["expected_days"].round(1),
                "due_on": days["due"],
                "late_from": days["late"],
                "state": own["state"],
                "monetary": monetary.to_numpy(),
            }
        ).sort_values("due_on", kind="stable")
    if moving.transitions is not None:
        made["segment_moves"] = moving.transitions.customers
    if moving.bridge is not None:
        made["revenue_moves"] = moving.bridge.customers
    return made
