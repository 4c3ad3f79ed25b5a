"""What a report publishes, without the numbers that tell of too few people."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import numpy as np
import pandas as pd

from customer_analytics.disclosure.hiding import enough_together, is_small
from customer_analytics.disclosure.published import (
    basket_rules,
    campaign_evaluation,
    churn,
    data_audit,
    funnel,
    personas,
    retention,
    rfm,
)
from customer_analytics.disclosure.tables import Table, count, group, protected, table

Metrics = dict[str, float | int | None]
REPORTS: Mapping[str, ModuleType] = {
    "data_audit": data_audit,
    "personas": personas,
    "rfm": rfm,
    "funnel": funnel,
    "retention": retention,
    "churn": churn,
    "basket_rules": basket_rules,
    "campaign_evaluation": campaign_evaluation,
}


# Of every report with lists for contact: who is on each, and who was left out of it.
CONTACT_LISTS = table(
    "list",
    group("found"),
    *(count(name) for name in ("customers", "no_consent", "consent_unknown", "unsubscribed")),
    sums=(("found", "customers no_consent consent_unknown unsubscribed"),),
)


def rules(report: str) -> Mapping[str, Table]:
    """Of each table of a report: what in it counts people. A report that a project has added itself has no rules."""
    return {**(REPORTS[report].TABLES if report in REPORTS else {}), "contact_lists": CONTACT_LISTS}


def shown_count(people: int, minimum: int) -> int | None:
    """A number of people; None where it is too small to be shown."""
    return None if 0 < people < minimum else people


def shown_tables(report: str, tables: Mapping[str, pd.DataFrame], minimum: int) -> dict[str, pd.DataFrame]:
    """The tables of a report as they may be published."""
    known = rules(report)
    shown = {name: protected(frame, known[name], minimum) if name in known else frame for name, frame in tables.items()}
    same = getattr(REPORTS.get(report), "SAME", None)
    if same is not None and minimum > 1:
        _hide_the_same(shown, *same)
    return shown


def _hide_the_same(
    tables: dict[str, pd.DataFrame], key: str, first: tuple[str, str], others: tuple[tuple[str, str], ...]
) -> None:
    """Empty in other tables the numbers of those rows of which the first table does not tell."""
    if first[0] not in tables:
        return
    told = tables[first[0]]
    hidden = told.loc[told[first[1]].isna(), key]
    for name, column in others:
        if name in tables and len(hidden):
            rows = tables[name][key].isin(hidden)
            tables[name] = tables[name].assign(**{column: tables[name][column].astype("Int64").mask(rows)})


def shown_metrics(report: str, metrics: Mapping[str, float | int | None], minimum: int) -> Metrics:
    """The metrics of a report as they may be published; None for what tells of too few people."""
    shown = dict(metrics)
    if report not in REPORTS or minimum <= 1:
        return shown
    module = REPORTS[report]
    named = [name for one in module.METRICS.people for name in (*one.also.split(), one.of or one.column)]
    row = {name: metrics[name] for name in dict.fromkeys(named) if metrics.get(name) is not None}
    if row:
        frame = protected(pd.DataFrame([row]), module.METRICS, minimum)
        shown |= {name: None for name in row if pd.isna(frame[name].iloc[0])}
    for start, end in module.SUMS:
        _hide_of_sum(shown, start, end, minimum)
    return shown


def _hide_of_sum(metrics: Metrics, start: str, end: str, minimum: int) -> None:
    """Empty those of the metrics of one sum that are small or would tell of a small one, with what goes with them."""
    found = [name for name in metrics if name.startswith(start) and name.endswith(end) and metrics[name] is not None]
    people = np.array([metrics[name] for name in found], dtype=np.float64)
    for name, hidden in zip(found, enough_together(people, is_small(people, minimum), minimum), strict=True):
        stem = name.removesuffix(end) + "." if end else name
        if hidden:
            metrics |= {other: None for other in metrics if other == name or other.startswith(stem)}
