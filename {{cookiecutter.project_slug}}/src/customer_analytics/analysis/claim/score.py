"""What customers can be expected to do next: one number by which they are put side by side.

A linear regression of the metric on what was known before, on people who were not contacted in the days before the
claim; it is fitted from sums of products, so that no row leaves the engine. Customers with the same expectation go on
alike whatever they are like otherwise (Hansen 2008, The prognostic analogue of the propensity score).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np

NEVER = 3_650.0  # days since the last order of somebody who never bought
RIDGE = 1e-8  # of the mean diagonal: columns that say the same stay solvable
BINS = 25  # classes of the expectation, each with as many of those the claim is about
LEAST_IN_BIN = 20  # of them; with fewer there are fewer classes


def features(rows: ir.Table) -> list[ir.FloatingValue]:
    """What is known of each person, by size and on a log scale; the first is the intercept."""

    def known(name: str) -> ir.FloatingValue:
        missing = ibis.literal(0.0)
        return ibis.greatest(rows[name].cast("float64").fill_null(0.0), 0.0) if name in rows.columns else missing

    orders, revenue, ever = known("x_orders"), known("x_revenue"), known("orders_before")
    days = rows.recency_days.cast("float64").fill_null(NEVER)
    logs = [orders, revenue, ever, known("revenue_before"), known("x_visits"), known("days_known"), days]
    one = ibis.literal(1.0)
    recent = [(days < limit).ifelse(1.0, 0.0) for limit in (30, 90, 180)]
    return [one, orders, revenue, *((value + 1.0).ln() for value in logs), *recent]


def slopes(rows: ir.Table, metric: str) -> np.ndarray:
    """Of the metric's column on the features, by least squares over these rows."""
    columns = [*features(rows), rows[metric].cast("float64").fill_null(0.0)]
    many = len(columns)
    named = rows.select(**{f"f{i}": column for i, column in enumerate(columns)})
    sums = named.aggregate(
        **{f"s_{i}_{j}": (named[f"f{i}"] * named[f"f{j}"]).sum() for i in range(many) for j in range(i, many)}
    )
    row = sums.to_pyarrow().to_pylist()[0]
    gram = np.zeros((many, many))
    for i in range(many):
        for j in range(i, many):
            gram[i, j] = gram[j, i] = row[f"s_{i}_{j}"] or 0.0
    left, right = gram[:-1, :-1], gram[:-1, -1]
    scale = np.sqrt(np.maximum(np.diag(left), 1e-12))  # money and logs differ by orders of magnitude
    scaled = left / np.outer(scale, scale) + RIDGE * np.eye(many - 1)
    found = np.asarray(np.linalg.solve(scaled, right / scale) / scale, dtype=np.float64)
    return found


def expected(rows: ir.Table, found: np.ndarray) -> ir.FloatingValue:
    """The expectation of each row."""
    total: ir.FloatingValue = ibis.literal(0.0)
    for slope, column in zip(found, features(rows), strict=True):
        total = total + column * float(slope)
    return total


def cuts(score: ir.Table) -> list[float]:
    """Ends of the classes of `score` (a table with that one column): quantiles, the same value once."""
    bins = int(min(max(int(score.count().to_pyarrow().as_py()) // LEAST_IN_BIN, 1), BINS))
    asked = {f"q{i}": score.score.quantile(i / bins) for i in range(1, bins)}
    if not asked:
        return []
    row = score.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return sorted({float(value) for value in row.values() if value is not None})


def class_of(score: ir.FloatingValue, ends: list[float]) -> ir.IntegerValue:
    """Number of the class of each score: how many ends it reaches."""
    number: ir.IntegerValue = ibis.literal(0, "int32")
    for end in ends:
        number = number + (score >= end).ifelse(1, 0)
    return number
