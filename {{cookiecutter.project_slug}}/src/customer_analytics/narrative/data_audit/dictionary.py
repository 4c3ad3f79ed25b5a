"""The data dictionary and the issues as tables that the client keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum
from typing import Any

import pandas as pd

from customer_analytics.analysis.audit import Audit
from customer_analytics.analysis.audit.identity import cluster_sizes
from customer_analytics.analysis.audit.profile import ColumnProfile
from customer_analytics.language import Language
from customer_analytics.narrative.data_audit.rules import say_fix
from customer_analytics.schema import SCHEMAS, Kind

_UNITS = {"quantity": "units", "margin": "share of the price", "rating": "points as given"}
_ALLOWED = {
    Kind.ID: "any text, kept to the letter",
    Kind.TEXT: "any text",
    Kind.TIME: "a moment, not after the delivery",
    Kind.DATE: "a calendar day, not after the delivery",
    Kind.MONEY: "an amount; below zero only where something is taken back",
    Kind.NUMBER: "a number",
    Kind.INTEGER: "a whole number",
    Kind.FLAG: "yes or no",
}
ATTRIBUTE = "attribute of the client"
MADE = {
    "account_id": "the client's own number; customer_id is the person's, after accounts were merged",
    "accounts": "how many accounts the person has",
}
OWNER = "to be named"


def dictionary(audit: Audit, language: Language) -> pd.DataFrame:
    """One row a column, as the machine-readable contract asks. `source`: the client's own column name."""
    rows = [
        {
            "table": column.table,
            "column": column.column,
            "meaning": meaning(column, language),
            "type": str(column.kind),
            "unit": unit(column, audit, language),
            "missing": column.missing,
            "distinct": column.distinct,
            "minimum": column.minimum,
            "maximum": column.maximum,
            "example": column.example,
            "source": source(column, audit),
        }
        for column in audit.columns
    ]
    names = [
        "table", "column", "meaning", "type", "unit", "missing", "distinct", "minimum", "maximum", "example", "source"
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def column_rules(audit: Audit, language: Language) -> pd.DataFrame:
    """Beside the dictionary: what a column may hold, who owns it, and what speaks against it."""
    faults: dict[tuple[str, str], list[str]] = {}
    for issue in audit.issues:
        faults.setdefault((issue.fault.table, issue.fault.column), []).append(issue.fault.rule)
    rows = [
        {
            "table": column.table,
            "column": column.column,
            "allowed": language.say(_ALLOWED[column.kind]),
            "owner": language.say(OWNER),
            "key": column.column in (SCHEMAS[column.table].key if column.table in SCHEMAS else ()),
            "personal": column.personal,
            "placeholders": column.placeholders,
            "outliers": column.outliers,
            "low_fence": column.low_fence,
            "high_fence": column.high_fence,
            "issues": " ".join(faults.get((column.table, column.column), [])),
        }
        for column in audit.columns
    ]
    return pd.DataFrame(rows)


def issues_table(audit: Audit, language: Language) -> pd.DataFrame:
    """One row an issue, ranked, as the machine-readable contract asks."""
    rows = [
        {
            "id": issue.id,
            "table": issue.fault.table,
            "column": issue.fault.column,
            "rule": issue.fault.rule,
            "severity": issue.severity.name.lower(),
            "rows": issue.fault.rows,
            "share": issue.fault.share,
            "money": issue.fault.money,
            "customers": issue.fault.customers,
            "verdict_effect": " ".join(f"{report}:{what}" for report, what in sorted(issue.effect.items())),
            "fix": str(say_fix(issue, language)),
        }
        for issue in audit.issues
    ]
    names = [
        "id", "table", "column", "rule", "severity", "rows", "share", "money", "customers", "verdict_effect", "fix"
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names).astype({"customers": "Int64"})


def meaning(column: ColumnProfile, language: Language) -> str:
    """What a column means: the schema's words, or that it is the client's own attribute."""
    schema = SCHEMAS.get(column.table)
    declared = schema.column(column.column) if schema else None
    return language.say(declared.meaning if declared else MADE.get(column.column, ATTRIBUTE))


def unit(column: ColumnProfile, audit: Audit, language: Language) -> str:
    """The unit of a column; empty where there is none."""
    if column.kind == Kind.MONEY and column.canonical:
        return language.currency
    if column.kind == Kind.TIME:
        return "UTC"
    if column.kind == Kind.DATE:
        return audit.zone
    return language.say(_UNITS[column.column]) if column.column in _UNITS else ""


def source(column: ColumnProfile, audit: Audit) -> str:
    """The client's name of a column; our own where it is the same or where we made the column."""
    return audit.client_columns.get((column.table, column.column), column.column if not column.canonical else "")


def export_tables(audit: Audit, language: Language, *, minimum_group: int = 10) -> dict[str, pd.DataFrame]:
    """Every table behind the report, by file name without ending; the largest persons together below the group size."""
    tables = {
        "issues": issues_table(audit, language),
        "dictionary": dictionary(audit, language),
        "column_rules": column_rules(audit, language),
        "inventory": _frame(audit.tables),
        "verdicts": pd.DataFrame(
            [
                {
                    "report": report,
                    "verdict": int(verdict.level),
                    "reasons": " ".join(reason.code for reason in verdict.reasons),
                    **{f"base_{name}": count for name, count in verdict.base.items()},
                }
                for report, verdict in audit.verdicts.items()
            ]
        ),
        "checks": _frame(audit.checks, drop=("values",)),
        "columns": _frame(audit.columns, drop=("minimum", "maximum", "example")),
        "reconciliation": _reconciliation(audit),
        "readings": audit.sensitivity,
        "order_series": _frame(audit.series),
        "odd_codes": _frame(audit.codes),
        "daily_volume": _stacked([volume.days.assign(table=volume.table) for volume in audit.volumes]),
        "hours": _stacked([clock.counts.assign(table=clock.table) for clock in audit.hours]),
        "identifiers": _frame(audit.identity.kinds if audit.identity else ()),
        "heads": _heads(audit),
        "clusters": _clusters(audit, minimum_group),
    }
    return {name: frame for name, frame in tables.items() if len(frame.columns)}


def _heads(audit: Audit) -> pd.DataFrame:
    """Headline figures counted by account and by person."""
    who = audit.identity
    if who is None or not who.as_accounts.buyers:
        return pd.DataFrame()
    return _frame((who.as_accounts, who.as_people)).assign(counted=["accounts", "people"])


def _clusters(audit: Audit, minimum_group: int) -> pd.DataFrame:
    """Accounts a person (the last row: or more), and how many people have them."""
    sizes = cluster_sizes(audit.identity, minimum_group) if audit.identity is not None else []
    return pd.DataFrame([{"accounts": size, "or_more": more, "people": people} for size, people, more in sizes])


def _frame(items: Sequence[Any], drop: Sequence[str] = ()) -> pd.DataFrame:
    """Dataclasses as rows; tuples joined by a blank, enumerations by their value."""
    rows = [
        {field.name: _plain(getattr(item, field.name)) for field in fields(item) if field.name not in drop}
        for item in items
    ]
    return pd.DataFrame(rows)


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return " ".join(str(part) for part in value) if isinstance(value, tuple) else value


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _reconciliation(audit: Audit) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for entry in audit.cleaning:
        if not entry.derived_from:
            rows.append({"table": entry.table, "step": "received", "rows": entry.rows_in, "money": entry.money_in})
            rows += [
                {
                    "table": entry.table,
                    "step": "set aside",
                    "reason": aside.reason,
                    "rows": aside.rows,
                    "money": aside.money,
                }
                for aside in entry.set_aside
            ]
        rows.append({"table": entry.table, "step": "kept", "rows": entry.rows_kept, "money": entry.money_kept})
    return pd.DataFrame(rows, columns=["table", "step", "reason", "rows", "money"])
