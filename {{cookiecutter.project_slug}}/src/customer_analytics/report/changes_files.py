"""A comparison of two runs as plain data: for `--json`, changes.json and changes.csv."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from customer_analytics.analysis.changes.compared import Comparison, Row
from customer_analytics.language import Language
from customer_analytics.narrative.changes.causes import cause
from customer_analytics.narrative.changes.rows import verdict

FORMAT = 1
_DIGITS = 6  # significant ones: nobody is found in the seventh
_NUMBERS = ("before", "now", "change", "low", "high", "p", "q", "smallest_seen")


def as_json(comparison: Comparison, language: Language) -> dict[str, Any]:
    """One report. Numbers that would tell of few people are null."""
    return {
        "report": comparison.report,
        "subset": comparison.now.basis["subset"],
        "as_of": [state.basis["as_of"] for state in (comparison.before, comparison.now)],
        "same_data": comparison.same_data,
        "tested": comparison.tested,
        "causes": [
            {
                "kind": each.kind.value,
                "name": each.name,
                "before": each.before,
                "now": each.now,
                "forbids": each.forbids,
                "words": str(cause(language, each)),
            }
            for each in comparison.causes
        ],
        "findings": [_row(row, comparison, language) for row in comparison.rows],
        "metrics": [_row(row, comparison, language) for row in comparison.metrics],
    }


def as_rows(comparisons: Iterable[Comparison], language: Language) -> list[dict[str, Any]]:
    """All findings, then all metrics of each report, as rows of one table."""
    rows = []
    for comparison in comparisons:
        content = as_json(comparison, language)
        place = {"report": comparison.report, "subset": content["subset"] or ""}
        for what in ("findings", "metrics"):
            rows += [place | {"what": what.removesuffix("s")} | row for row in content[what]]
    return rows


def _row(row: Row, comparison: Comparison, language: Language) -> dict[str, Any]:
    before, now = (None if each is None or row.hidden else each.estimate.value for each in (row.before, row.now))
    found = None if row.hidden else row.difference
    level = comparison.strictest
    numbers: Sequence[float | None] = (
        (before, now, found.change, found.low, found.high, found.p, row.q, found.detectable(level))
        if found is not None
        else (before, now, _plain(before, now), None, None, None, None, None)
    )
    texts = {"id": row.id, "kind": row.kind.value, "head": row.told.head, "unit": row.told.estimate.unit}
    told = {name: _rounded(number) for name, number in zip(_NUMBERS, numbers, strict=True)}
    ratio = {"is_ratio": found is not None and found.is_ratio}
    return texts | told | ratio | {"verdict": str(verdict(language, row, comparison))}


def _plain(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else now - before


def _rounded(number: float | None) -> float | None:
    if number is None or not math.isfinite(number):
        return None
    return float(f"{number:.{_DIGITS}g}") + 0.0
