"""Contracts: a life with a beginning and an end on paper. No silence needs to be judged.

Taken from started_at and ended_at where the export has them, in days; else from tenure and ended, in whatever unit the
tenure has. A contract that runs is censored at the end of the data, one that ended later is as good as running.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.survival.comparison import Comparison, compare, together
from customer_analytics.analysis.survival.estimate import Curve, kaplan_meier
from customer_analytics.analysis.survival.lives import QUARTER
from customer_analytics.tables.store import Tables

MOST_VALUES = 200  # a column with more is no grouping


@dataclass(frozen=True)
class Contracts:
    """`unit`: "days" or "tenure" (the export's own unit); `contracts` counted, of which `ended`; `unusable` rows have
    no beginning or no tenure, or end before they begin. `curve` of all; `comparisons` by plan and by the customer's
    columns."""

    unit: str
    contracts: int
    ended: int
    unusable: int
    curve: Curve
    comparisons: tuple[Comparison, ...]


def contract_counts(contracts: ir.Table, end: int, by: str | None) -> pd.DataFrame:
    """Contracts counted by group, quarter of the beginning and length: as lives.life_counts gives them.

    `contracts`: shaped by shaped_contracts.
    """
    group = ibis.literal("") if by is None else contracts[by].cast("string")
    named = contracts.mutate(group=group).filter(lambda t: t.group.notnull())
    counted = named.group_by("group", "quarter", "time").aggregate(ended=named.gone.sum(), n=named.count())
    table: pd.DataFrame = counted.to_pandas()
    table[["ended", "n"]] = table[["ended", "n"]].astype(np.int64)
    table["censored"] = table.pop("n") - table["ended"]
    return table.sort_values(["group", "quarter", "time"], ignore_index=True)


def shaped_contracts(tables: Tables, end: int, columns: tuple[str, ...]) -> tuple[ir.Table, str] | None:
    """One row a contract with time, gone (0 or 1), quarter, plan and the customers' columns asked for, null time where
    a row cannot be used; and the unit. None where no export tells how long contracts last."""
    if tables.has("subscriptions", "started_on"):
        rows, unit = tables["subscriptions"], "days"
        start = rows.started_on.epoch_days()
        over = rows.ended_on.epoch_days() if "ended_on" in rows.columns else ibis.null("int64")
        gone = (over <= end).fill_null(False)
        time = ibis.ifelse(gone, over, end) - start
        quarter = start // QUARTER
    elif tables.has("subscriptions", "tenure", "ended"):
        rows, unit = tables["subscriptions"], "tenure"
        gone, time, quarter = rows.ended.fill_null(False), rows.tenure.round(), ibis.literal(0)
    else:
        return None
    plan = rows.plan.cast("string") if "plan" in rows.columns else ibis.null("string")
    shaped = rows.select(
        customer_id=rows.customer_id, time=ibis.ifelse(time >= 0, time, None).cast("int32"),
        gone=gone.ifelse(1, 0), quarter=quarter.cast("int32"), plan=plan,
    )  # fmt: skip
    there = [column for column in columns if tables.has("customers", "customer_id", column)]
    if not there:
        return shaped, unit
    customers = tables["customers"]  # an export may hold some of them twice
    own = customers.group_by("customer_id").aggregate(**{column: customers[column].max() for column in there})
    return shaped.left_join(own, "customer_id").drop("customer_id_right"), unit


def contract_survival(tables: Tables, end: int, columns: tuple[str, ...], minimum: int) -> Contracts | None:
    """How long contracts last, by plan and by the customers' columns; None without contracts."""
    found = shaped_contracts(tables, end, columns)
    if found is None:
        return None
    shaped, unit = found
    shaped = shaped.cache()
    usable = shaped.filter(shaped.time.notnull())
    everything = contract_counts(usable, end, None)
    contracts = int(everything[["ended", "censored"]].to_numpy().sum())
    if contracts < minimum:
        return None
    compared = [
        compare(column, contract_counts(usable, end, column), minimum)
        for column in ("plan", *columns)
        if column in shaped.columns
    ]
    return Contracts(
        unit, contracts, int(everything["ended"].sum()), int(shaped.count().to_pandas()) - contracts,
        kaplan_meier(everything), together([each for each in compared if each is not None]),
    )  # fmt: skip
