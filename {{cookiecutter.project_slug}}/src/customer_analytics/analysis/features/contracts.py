"""Contracts: how long one has been held, how many came before, plan and price.

Length and number are known from dates; plan, price and the client's own columns are as at the export. An end that lies
ahead of the cut-off is not looked at, even where the export knows it.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import CATEGORY, Block, Feature, Moment, by_person, count, day_of
from customer_analytics.analysis.features.life import SNAPSHOT

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
    over = day_of(rows, "ended") if "ended_on" in rows.columns else ibis.null("int32")
    told, features, named = _columns(moment, rows)
    rows = rows.select(person_id=rows.customer_id.cast("string"), begun=day_of(rows, "started"), over=over, **told)
    rows = rows.filter(rows.person_id.notnull(), (rows.over >= rows.begun).fill_null(True))
    rows = rows.inner_join(moment.people, "person_id").filter(lambda t: t.begun < t.cut)
    runs = (rows.over >= rows.cut).fill_null(True)
    values = {
        "contracts_running": count(runs),
        "contracts_ended": count(~runs),
        "contract_days": (rows.cut - rows.begun).max(where=runs).cast("float64"),
    }
    dated = (
        Feature("contracts_running", "contract", "count", f"{TABLE}.started_at, {TABLE}.ended_at"),
        Feature("contracts_ended", "contract", "count", f"{TABLE}.started_at, {TABLE}.ended_at"),
        Feature("contract_days", "contract", "days", f"{TABLE}.started_at"),
    )
    table = by_person(rows).aggregate(**values, **_of_each(rows, told, runs))
    zero = frozenset({"contracts_running", "contracts_ended"})
    return Block((*dated, *features), table.rename(named), zero)


def _undated(moment: Moment) -> Block:
    rows = moment.tables[TABLE]
    told, features, named = _columns(moment, rows)
    if "tenure" in rows.columns:
        told["contract_tenure"] = rows.tenure.cast("float64")
        features.append(Feature("contract_tenure", "contract", "value", f"{TABLE}.tenure", dated=False))
    rows = rows.select(person_id=rows.customer_id.cast("string"), **told).inner_join(moment.people, "person_id")
    values = _of_each(rows, told, None) | {"contracts": rows.count().cast("float64")}
    features.append(Feature("contracts", "contract", "count", TABLE, dated=False))
    return Block(tuple(features), by_person(rows).aggregate(**values).rename(named))


def _columns(moment: Moment, rows: ir.Table) -> tuple[dict[str, ir.Value], list[Feature], dict[str, str]]:
    """Plan, price and the client's own columns as Facts.own_columns has them."""
    told: dict[str, ir.Value] = {}
    features = []
    if "price" in rows.columns:
        told["contract_price"] = rows.price.cast("float64")
        features.append(Feature("contract_price", "contract", "money", f"{TABLE}.price", dated=False))
    if f"{TABLE}.plan" in moment.facts.levels:
        told["contract_plan"] = rows.plan.cast("string")
        features.append(Feature("contract_plan", "contract", "value", f"{TABLE}.plan", dated=False, kind=CATEGORY))
    own, own_features, named = moment.facts.own_columns(TABLE, rows, "contract")
    return told | own, features + own_features, named


def _of_each(rows: ir.Table, told: dict[str, ir.Value], which: ir.BooleanValue | None) -> dict[str, ir.Value]:
    """One value a person: of several contracts the largest number, and the first text in the alphabet."""
    return {
        name: rows[name].min(where=which) if rows[name].type().is_string() else rows[name].max(where=which)
        for name in told
    }
