"""Contracts: how long one has been held, how many came before, plan and price.

Length and number are known from dates; plan, price and the client's own columns are as at the export. An end that lies
ahead of the cut-off is not looked at, even where the export knows it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, Block, Feature, Moment
from customer_analytics.analysis.features.life import SNAPSHOT
from customer_analytics.tables.store import Tables

TABLE = "subscriptions"


def blocks(moment: Moment) -> list[Block]:
    """The features of contracts; none where there are none, or without dates where contracts are not the question."""
    if moment.tables.has(TABLE, "customer_id", "started_on"):
        return [_dated(moment)]
    if moment.life.kind == SNAPSHOT and moment.tables.has(TABLE, "customer_id"):
        return [_undated(moment)]
    return []


def _dated(moment: Moment) -> Block:
    rows = moment.tables[TABLE]
    over = rows.ended_on.epoch_days().cast("int32") if "ended_on" in rows.columns else ibis.null("int32")
    rows = rows.mutate(
        person_id=rows.customer_id.cast("string"), begun=rows.started_on.epoch_days().cast("int32"), over=over
    )
    rows = rows.filter(rows.begun < moment.cut, (rows.over >= rows.begun).fill_null(True))
    rows = moment.of_people(rows)
    runs = (rows.over >= moment.cut).fill_null(True)
    longest = (ibis.literal(moment.cut) - rows.begun.min(where=runs)).cast("float64")
    values: dict[str, ir.Value] = {
        "contracts_running": runs.ifelse(1, 0).sum().cast("float64"),
        "contracts_ended": (~runs).ifelse(1, 0).sum().cast("float64"),
        "contract_days": longest,
    }
    features = [
        Feature("contracts_running", "contract", "count", f"{TABLE}.started_at, {TABLE}.ended_at"),
        Feature("contracts_ended", "contract", "count", f"{TABLE}.started_at, {TABLE}.ended_at"),
        Feature("contract_days", "contract", "days", f"{TABLE}.started_at"),
    ]
    more, told = _columns(moment, rows, runs)
    zero = frozenset({"contracts_running", "contracts_ended"})
    return Block((*features, *told), rows.group_by("person_id").aggregate(**values, **more), zero)


def _undated(moment: Moment) -> Block:
    rows = moment.tables[TABLE]
    rows = moment.of_people(rows.mutate(person_id=rows.customer_id.cast("string")))
    values, features = _columns(moment, rows, ibis.literal(True))
    if "tenure" in rows.columns:
        values["contract_tenure"] = rows.tenure.max().cast("float64")
        features.append(Feature("contract_tenure", "contract", "value", f"{TABLE}.tenure", dated=False))
    values["contracts"] = rows.count().cast("float64")
    features.append(Feature("contracts", "contract", "count", TABLE))
    return Block(tuple(features), rows.group_by("person_id").aggregate(**values))


def _columns(moment: Moment, rows: ir.Table, which: ir.BooleanValue) -> tuple[dict[str, ir.Value], list[Feature]]:
    """Plan, price and the client's own columns: of several contracts the dearest, and the first in the alphabet."""
    values: dict[str, ir.Value] = {}
    features = []
    if "price" in rows.columns:
        values["contract_price"] = rows.price.max(where=which).cast("float64")
        features.append(Feature("contract_price", "contract", "money", f"{TABLE}.price", dated=False))
    if f"{TABLE}.plan" in moment.facts.levels:
        values["contract_plan"] = rows.plan.cast("string").min(where=which)
        features.append(Feature("contract_plan", "contract", "value", f"{TABLE}.plan", dated=False, kind=CATEGORY))
    own_values, own = moment.facts.own_features(TABLE, rows, "contract", which)
    return values | own_values, features + own


def has_contracts(tables: Tables) -> bool:
    """Whether there are contracts of customers."""
    return tables.has(TABLE, "customer_id")
