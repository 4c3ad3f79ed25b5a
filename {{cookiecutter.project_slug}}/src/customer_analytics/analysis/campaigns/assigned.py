"""Who was assigned to which arm: the rows of touches and of the ledger, one a campaign and unit.

A person stands in a campaign once, whatever number of messages there were: of moments the first counts, of ready-made
outcomes the largest yes or no and the sum of numbers. The ledger of `analytics audience` is the record of the draw:
where touches have rows of the same campaign they tell what was sent, not who was in which arm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.campaigns.campaign import MOMENTS
from customer_analytics.analysis.campaigns.settle import Ready, unknown_names, value_of
from customer_analytics.engagement.errors import Problem
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.tables.store import Tables

CUSTOMER = "customer"
RESULT = "r_"


@dataclass(frozen=True)
class Assigned:
    """rows: campaign, person_id, cluster, arm (lower case; null: none), label (as written), mixed (in several arms),
    assigned_at, stratum, listed (from the ledger), messages (rows of touches that left; all of them where touches do
    not say when), the MOMENTS that touches has, `r_<i>` of the ready-made outcomes.

    People of touches whom the list of their campaign in the ledger does not know are left out: nobody drew for them.
    """

    rows: ir.Table
    moments: tuple[str, ...]


def has_assignments(tables: Tables, ledger: ir.Table | None) -> bool:
    """Whether anybody was assigned to anything."""
    return tables.has("touches", "campaign_id", "customer_id") or ledger is not None


def cluster_source(tables: Tables, parameters: CampaignEvaluationParameters) -> tuple[str, list[Problem]]:
    """The table that says what was drawn: "touches" or "customers", "" where customers were drawn."""
    unit = parameters.unit
    if unit.strip().lower() == CUSTOMER:
        return "", []
    for table in ("touches", "customers"):
        if tables.has(table, "customer_id", unit):
            return table, []
    columns = [name for table in ("touches", "customers") if table in tables.tables for name in tables[table].columns]
    own = [name for name in dict.fromkeys(columns) if not name.endswith(("_at", "_on")) and name != "customer_id"]
    return "", unknown_names("unit", (unit,), [CUSTOMER, *own])


def assigned(
    tables: Tables, ledger: ir.Table | None, ready: Sequence[Ready], parameters: CampaignEvaluationParameters,
    cluster_table: str,
) -> Assigned:  # fmt: skip
    """One row a campaign and person (and cluster, where touches name it): see `Assigned`."""
    moments = tuple(name for name in MOMENTS if tables.has("touches", name))
    touched = _touched(tables, ready, parameters, moments, cluster_table)
    listed = None if ledger is None else _listed(_in_these_tables(tables, ledger))
    if touched is None:
        assert listed is not None
        rows = _with_nothing_sent(listed, moments, len(ready))
    elif listed is None:
        rows = touched
    else:
        ids = listed.select(of_list="of_campaign").distinct()
        own = touched.anti_join(ids, touched.campaign == ids.of_list)
        rows = ibis.union(own, _with_what_was_sent(listed, touched).select(*own.columns))
    return Assigned(_with_cluster(tables, rows, parameters.unit, cluster_table), moments)


def _touched(
    tables: Tables, ready: Sequence[Ready], parameters: CampaignEvaluationParameters, moments: Sequence[str],
    cluster_table: str,
) -> ir.Table | None:  # fmt: skip
    if not tables.has("touches", "campaign_id", "customer_id"):
        return None
    touches = tables["touches"]
    label = touches.arm.cast("string").strip().nullif("") if "arm" in touches.columns else ibis.null("string")
    cluster = touches[parameters.unit].cast("string") if cluster_table == "touches" else ibis.null("string")
    drawn = touches.assigned_at if "assigned_at" in touches.columns else ibis.null("timestamp")
    rows = touches.select(
        campaign=touches.campaign_id.cast("string"), person_id=touches.customer_id.cast("string"),
        cluster=cluster, label=label, arm=label.lower(),
        assigned_at=drawn.cast("timestamp"),  # files differ in their precision, and the ledger is one of them
        **{name: touches[name] for name in moments},
        **{f"{RESULT}{i}": value_of(touches[one.name]) for i, one in enumerate(ready)},
    )  # fmt: skip
    rows = rows.filter(rows.campaign.notnull(), rows.person_id.notnull())
    keys = ["campaign", "person_id"] + (["cluster"] if cluster_table == "touches" else [])
    results = {
        f"{RESULT}{i}": rows[f"{RESULT}{i}"].max() if one.kind == "binary" else rows[f"{RESULT}{i}"].sum()
        for i, one in enumerate(ready)
    }
    left = rows.sent_at.count() if "sent_at" in moments else rows.count()
    grouped = rows.group_by(keys).aggregate(
        messages=left.cast("int32"),
        label=rows.label.min(), arm=rows.arm.min(), last_arm=rows.arm.max(), assigned_at=rows.assigned_at.min(),
        **{name: rows[name].min() for name in moments}, **results,
    )  # fmt: skip
    return grouped.select(
        "campaign", "person_id", cluster=grouped.cluster if cluster_table == "touches" else ibis.null("string"),
        arm="arm", label="label", mixed=(grouped.arm != grouped.last_arm).fill_null(False),
        assigned_at="assigned_at", stratum=ibis.null("string"), listed=ibis.literal(False), messages="messages",
        **{name: grouped[name] for name in [*moments, *results]},
    )  # fmt: skip


def _in_these_tables(tables: Tables, ledger: ir.Table) -> ir.Table:
    """The ledger's rows of people whom the tables know: the tables may be limited to a part of the customers.

    Who was drawn had a row of customers, an order or an event before, so nothing of what came after decides here.
    """
    known = [
        tables[name].select(known=tables[name].customer_id.cast("string"))
        for name in ("customers", "orders", "events")
        if tables.has(name, "customer_id")
    ]
    if not known:
        return ledger
    people = (known[0] if len(known) == 1 else ibis.union(*known)).distinct()
    return ledger.semi_join(people, ledger.customer_id.cast("string") == people.known)


def _listed(ledger: ir.Table) -> ir.Table:
    """The ledger by campaign: the list that holds has its campaign's own name, others add audience or version."""
    names = ledger.group_by("campaign_id", "audience", "version").aggregate(current=ledger.current.max())
    found = names.to_pyarrow().to_pylist()
    found.sort(key=lambda row: (row["campaign_id"], not row["current"], -row["version"], row["audience"]))
    taken: set[str] = set()
    branches = []
    for row in found:
        name = campaign = row["campaign_id"]
        if name in taken:
            name = f"{campaign} ({row['audience']}, {row['version']})"
        taken.add(name)
        if name != campaign:
            is_it = (ledger.audience == row["audience"]) & (ledger.version == row["version"])
            branches.append((is_it & (ledger.campaign_id == campaign), ibis.literal(name)))
    own_name = ibis.cases(*branches, else_=ledger.campaign_id) if branches else ledger.campaign_id
    rows = ledger.select(
        campaign=own_name, of_campaign=ledger.campaign_id, person_id=ledger.customer_id.cast("string"),
        arm=ledger.arm, assigned_at=ledger.assigned_at.cast("timestamp"), stratum=ledger.stratum,
    )  # fmt: skip
    grouped = rows.group_by("campaign", "of_campaign", "person_id").aggregate(
        arm=rows.arm.min(), last_arm=rows.arm.max(), assigned_at=rows.assigned_at.min(), stratum=rows.stratum.min()
    )
    return grouped.select(
        "campaign", "of_campaign", "person_id", cluster=ibis.null("string"), arm="arm", label="arm",
        mixed=grouped.arm != grouped.last_arm, assigned_at="assigned_at", stratum="stratum",
        listed=ibis.literal(True),
    )  # fmt: skip


def _with_nothing_sent(listed: ir.Table, moments: Sequence[str], ready: int) -> ir.Table:
    nothing = dict.fromkeys(moments, ibis.null("timestamp"))
    results = {f"{RESULT}{i}": ibis.null("float64") for i in range(ready)}
    return listed.drop("of_campaign").mutate(messages=ibis.null("int32"), **nothing, **results)


def _with_what_was_sent(listed: ir.Table, touched: ir.Table) -> ir.Table:
    told = [name for name in touched.columns if name in ("messages", *MOMENTS) or name.startswith(RESULT)]
    sent = touched.group_by(sent_campaign=touched.campaign, sent_person=touched.person_id).aggregate(
        **{name: touched[name].min() for name in told}
    )
    joined = listed.left_join(sent, [("of_campaign", "sent_campaign"), ("person_id", "sent_person")])
    return joined.drop("of_campaign", "sent_campaign", "sent_person")


def _with_cluster(tables: Tables, rows: ir.Table, unit: str, cluster_table: str) -> ir.Table:
    """rows with the cluster that customers name; a person without one is a cluster of their own."""
    if not cluster_table:
        return rows
    if cluster_table == "customers":
        listed = tables["customers"]
        own = listed.group_by(cluster_person=listed.customer_id.cast("string")).aggregate(
            own_cluster=listed[unit].cast("string").min()
        )
        joined = rows.left_join(own, [("person_id", "cluster_person")])
        rows = joined.mutate(cluster=joined.own_cluster).drop("own_cluster", "cluster_person")
    return rows.mutate(cluster=ibis.coalesce(rows.cluster, ibis.literal(" ") + rows.person_id))
