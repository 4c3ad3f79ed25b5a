"""How the customers spread over the values of each tag, with groups below the minimum size left out of sight."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from customer_analytics.analysis.tags.result import TagResult

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
MOST_VALUES = 12
OTHER = "(other)"
LEAST_FOR_QUANTILES = 30  # customers; with fewer the outer quantiles are single people
COLUMNS = ("tag", "item", "number", "customers", "share")


def distribution(values: pd.DataFrame, tags: Sequence[TagResult], minimum_group: int) -> pd.DataFrame:
    """One row per tag and item, in the order of the catalogue.

    Numbers and days: item p05, p25, p50, p75, p95 and (numbers) mean, the figure in `number` (days as text in `item`
    after a colon). Texts and flags: item = the value, `customers` who have it, `share` of those with any value. The
    rarest values stand together as "(other)"; a group that is still too small takes the next larger one with it, so
    that it cannot be found by subtraction; a tag without enough customers has no rows.
    """
    rows: list[tuple[str, str, float | None, int | None, float | None]] = []
    for tag in tags:
        column = values[tag.name].dropna()
        if tag.kind in ("number", "date"):
            rows += _quantiles(tag, column)
        else:
            for item, count in frequencies(column, minimum_group).items():
                rows.append((tag.name, item, None, count, count / len(column)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def frequencies(column: pd.Series, minimum_group: int) -> dict[str, int]:
    """Value -> customers, most frequent first; small groups are taken together until they are large enough."""
    counts = column.astype(object).map(_shown).value_counts()
    ordered = sorted(
        ((str(value), int(count)) for value, count in counts.items()), key=lambda pair: (-pair[1], pair[0])
    )
    seen = [(value, count) for value, count in ordered[:MOST_VALUES] if count >= minimum_group]
    rest = sum(count for _, count in ordered) - sum(count for _, count in seen)
    while 0 < rest < minimum_group and seen:
        rest += seen.pop()[1]
    shown = dict(seen)
    if rest >= minimum_group:
        shown[OTHER] = shown.get(OTHER, 0) + rest
    return shown


def _quantiles(tag: TagResult, column: pd.Series) -> list[tuple[str, str, float | None, int | None, float | None]]:
    known = len(column)
    if known < LEAST_FOR_QUANTILES:
        return []
    found = column.quantile(list(QUANTILES))
    names = [f"p{round(100 * share):02d}" for share in QUANTILES]
    if tag.kind == "date":
        return [
            (tag.name, f"{name}: {moment:%Y-%m-%d}", None, known, None)
            for name, moment in zip(names, found, strict=True)
        ]
    rows = [(tag.name, name, float(number), known, None) for name, number in zip(names, found, strict=True)]
    return [*rows, (tag.name, "mean", float(column.mean()), known, None)]


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
