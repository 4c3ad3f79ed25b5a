"""The whole data audit in one call; each part is a question of its own module."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.audit import found
from customer_analytics.analysis.audit.cleaning import (
    Cleaning,
    cleaning,
    derived_tables,
    duplicates_set_aside,
    generated_keys,
)
from customer_analytics.analysis.audit.codes import (
    Adjustments,
    OddCode,
    Series,
    SeriesKind,
    odd_codes,
    order_series,
    stock_adjustments,
)
from customer_analytics.analysis.audit.faults import Fault
from customer_analytics.analysis.audit.fitness import Verdict, fitness
from customer_analytics.analysis.audit.hours import Hours, hours
from customer_analytics.analysis.audit.identity import Identity, identity, identity_metrics
from customer_analytics.analysis.audit.inventory import TableFacts, Totals, inventory, totals
from customer_analytics.analysis.audit.issues import Issue, rank
from customer_analytics.analysis.audit.keys import key_faults
from customer_analytics.analysis.audit.people import Consent, consent, people_faults, suspects
from customer_analytics.analysis.audit.profile import ColumnProfile, profile_table
from customer_analytics.analysis.audit.rules import row_faults
from customer_analytics.analysis.audit.sensitivity import sensitivity
from customer_analytics.analysis.audit.volume import Volume, volumes
from customer_analytics.engagement.identity import IdentitySettings
from customer_analytics.engagement.parameters import DataAuditParameters
from customer_analytics.tables.load_log import LoadLog
from customer_analytics.tables.store import Tables


@dataclass(frozen=True)
class Audit:
    """Everything the audit found. Counts and money as loaded: nothing is left out but what the loader set aside.

    `checks`: every rule that was asked, also those that found nothing. `issues`: those that found something, ranked.
    """

    tables: tuple[TableFacts, ...]
    totals: Totals
    columns: tuple[ColumnProfile, ...]
    checks: tuple[Fault, ...]
    issues: tuple[Issue, ...]
    verdicts: Mapping[str, Verdict]
    volumes: tuple[Volume, ...]
    hours: tuple[Hours, ...]
    codes: tuple[OddCode, ...]
    series: tuple[Series, ...]
    adjustments: Adjustments
    consent: Consent | None
    identity: Identity | None
    cleaning: tuple[Cleaning, ...]
    sensitivity: pd.DataFrame
    metrics: Mapping[str, float | int | None]
    as_of: dt.date
    zone: str
    client_columns: Mapping[tuple[str, str], str]  # (table, our column) -> the client's column

    def check(self, fault_id: str) -> Fault | None:
        """The result of one rule by its id, for example orders.customer_id.missing; None when it was not asked."""
        return next((fault for fault in self.checks if fault.id == fault_id), None)


def audit(
    tables: Tables,
    *,
    parameters: DataAuditParameters,
    minimum_group: int,
    log: LoadLog | None = None,
    identity_rules: IdentitySettings | None = None,
    lists: int = 0,
) -> Audit:
    """Audit the loaded tables.

    Args:
        tables: the loaded tables.
        parameters: minimum base, thresholds of spikes and machines.
        minimum_group: a value is shown as an example only when so many rows share it.
        log: what the loader set aside; None when the tables were not loaded from files.
        identity_rules: when accounts are one person; None: by the default rules.
        lists: lists of customers that the project has exported.
    """
    derived = derived_tables(log)
    facts = inventory(tables, derived=derived)
    whole = totals(facts, tables)
    verdicts = fitness(tables, minimum_base=parameters.minimum_base, lists=lists)
    columns = [
        column
        for table in facts
        for column in profile_table(table.name, tables[table.name], minimum_group=minimum_group)
    ]
    daily = volumes(tables, threshold=parameters.spike_threshold)
    clock = hours(tables)
    codes, series = odd_codes(tables), order_series(tables)
    adjustments = stock_adjustments(tables, series)
    answers = consent(tables, derived=derived)
    persons = identity(tables, identity_rules or IdentitySettings(), log)
    strangers = people_faults(tables, bot_events_per_day=parameters.bot_events_per_day)
    generated = generated_keys(log)
    keys = key_faults(tables, derived=derived, generated=generated)
    revenue = whole.revenue or 0.0
    checks = [
        *found.column_faults(column for column in columns if column.table not in derived),
        *(
            fault
            for fault in row_faults(tables, last_possible=_delivered(log, tables))
            if fault.table not in derived or fault.rule == "before_registration"
        ),
        *found.nobody_known(tables, derived),
        *found.too_late(tables),
        *found.spelling_faults(column for column in columns if column.table not in derived),
        *keys,
        *strangers,
        *found.volume_faults(daily),
        *found.clock_faults(clock),
        *found.code_faults(tables, codes, series, adjustments),
        *found.strange_prices(tables, [odd.code for odd in codes]),
        *found.refused_and_sent(tables),
        *found.heavy_orders(tables, revenue),
        *found.order_totals(tables, derived),
        *found.consent_faults(answers),
        *found.identity_faults(persons),
    ]
    reversed_lines = sum(one.lines for one in series if one.kind == SeriesKind.CANCELLATION)
    issues = rank(checks, verdicts, revenue=revenue, explained_negative=reversed_lines + adjustments.lines)
    log_entries = cleaning(tables, log) if log else []
    readings = sensitivity(
        tables,
        series=series,
        codes=codes,
        strange=_strange(tables, strangers, parameters.bot_events_per_day),
        generated=generated,
        duplicates=any(fault.rows for fault in keys if fault.rule == "exact_duplicate"),
        derived=derived,
    )
    return Audit(
        tables=tuple(facts),
        totals=whole,
        columns=tuple(columns),
        checks=tuple(checks),
        issues=tuple(issues),
        verdicts=verdicts,
        volumes=tuple(daily),
        hours=tuple(clock),
        codes=tuple(codes),
        series=tuple(series),
        adjustments=adjustments,
        consent=answers,
        identity=persons,
        cleaning=tuple(log_entries),
        sensitivity=readings,
        metrics=_metrics(facts, columns, checks, issues, verdicts, whole, log_entries) | identity_metrics(persons),
        as_of=tables.as_of,
        zone=str(tables.zone),
        client_columns=_client_columns(log),
    )


def _delivered(log: LoadLog | None, tables: Tables) -> dt.date:
    """The day of loading in the engagement's zone; nothing in the data can be later."""
    if log is None:
        return tables.as_of
    moment = dt.datetime.fromisoformat(log.loaded_at.replace("Z", "+00:00"))
    return moment.astimezone(tables.zone).date() if moment.tzinfo else moment.date()


def _strange(tables: Tables, faults: list[Fault], bot_events_per_day: int) -> ir.Table | None:
    return suspects(tables, bot_events_per_day) if any(fault.rows for fault in faults) else None


def _client_columns(log: LoadLog | None) -> dict[tuple[str, str], str]:
    if log is None:
        return {}
    return {
        (entry.table, ours): theirs
        for entry in log.tables.values()
        for source in entry.sources
        for ours, theirs in source.columns.items()
    }


def _metrics(
    facts: list[TableFacts],
    columns: list[ColumnProfile],
    checks: list[Fault],
    issues: list[Issue],
    verdicts: Mapping[str, Verdict],
    whole: Totals,
    log_entries: list[Cleaning],
) -> dict[str, float | int | None]:
    """The names of the machine-readable contract (docs/methods/data_audit.md lists them)."""
    metrics: dict[str, float | int | None] = {f"rows.{table.name}": table.rows for table in facts}
    for entry in log_entries:
        if not entry.derived_from:
            metrics[f"rows_in.{entry.table}"] = entry.rows_in
            metrics[f"rows_set_aside.{entry.table}"] = entry.rows_set_aside
    for fault in checks:
        if fault.rule == "exact_duplicate":
            metrics[f"duplicate_rows.{fault.table}"] = fault.rows + duplicates_set_aside(log_entries, fault.table)
    metrics |= {f"missing.{column.table}.{column.column}": column.missing for column in columns}
    orphans: dict[str, int] = {}
    for fault in checks:
        if fault.rule == "orphan":
            orphans[f"orphans.{fault.table}"] = orphans.get(f"orphans.{fault.table}", 0) + fault.rows
    metrics |= orphans
    # A table of trade without the column at all: every row lacks its customer.
    metrics |= {
        f"missing.{fault.table}.{fault.column}": fault.rows
        for fault in checks
        if fault.rule == "missing" and fault.column == "customer_id"
    }
    metrics |= {f"rows_of.{issue.id}": issue.fault.rows for issue in issues}
    metrics |= {
        "issues": len(issues),
        "customers": whole.customers,
        "orders": whole.orders,
        "revenue": whole.revenue,
    }
    return metrics | {f"verdict.{report}": int(verdict.level) for report, verdict in verdicts.items()}
