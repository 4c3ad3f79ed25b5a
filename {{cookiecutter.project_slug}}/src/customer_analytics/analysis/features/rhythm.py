"""Rhythm: how long somebody has been silent, in days and in the measure of their own gaps.

All of it comes from whole numbers (days and sums of days), so that every run gives the same to the last digit.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import (
    MONTH,
    QUARTER,
    RECENT,
    YEAR,
    Block,
    Feature,
    Moment,
    by_person,
    count,
    joined,
    span,
    trend,
)
from customer_analytics.expressions import ratio

NAMES = {
    "silent_days": "days", "own_gap_days": "days", "silence_in_own_gaps": "ratio", "own_gaps_shorter": "share",
    "gap_variation": "ratio", "last_gap_in_own_gaps": "ratio", "days_there_30": "count", "days_there_90": "count",
    "days_there_year_rate": "count", "days_there_all_rate": "count", "days_there": "count", "days_there_trend": "ratio",
    "days_since_first": "days",
}  # fmt: skip


def blocks(moment: Moment) -> list[Block]:
    """The features of rhythm, from the days on which people were there; none where nobody ever was."""
    if moment.life.first is None:
        return []
    source = "orders" if moment.life.kind == "orders" else "events, orders"
    features = tuple(Feature(name, "rhythm", unit, source) for name, unit in NAMES.items())
    known = moment.seen(moment.life.spells.select("person_id", "day", "before"))
    known = known.mutate(gap=ibis.ifelse(known.before >= known.start, known.day - known.before, None))
    known = joined(known, by_person(known).aggregate(latest=known.day.max()))
    age, gap = known.cut - known.day, known.gap.cast("int64")
    sums = by_person(known).aggregate(
        start=known.start.max(),
        latest=known.latest.max(),
        first=known.day.min(),
        there=known.count().cast("float64"),
        gaps=gap.count().cast("float64"),
        total=gap.sum().cast("float64"),
        squares=(gap * gap).sum().cast("float64"),
        shorter=count(known.gap < known.cut - known.latest),
        last_gap=gap.max(where=known.day == known.latest).cast("float64"),
        recent=count(age <= RECENT),
        late=count(age <= QUARTER),
        early=count((age > QUARTER) & (age <= 2 * QUARTER)),
        year=count(age <= YEAR),
    )
    return [Block(features, _shaped(sums))]


def _shaped(sums: ir.Table) -> ir.Table:
    mean = ratio(sums.total, sums.gaps)
    # The variance of n gaps from whole sums, with n - 1 below: two gaps at least.
    spread = (sums.squares - sums.total * sums.total / sums.gaps.nullif(0)) / (sums.gaps - 1).nullif(0)
    enough = sums.gaps >= 2
    silence = (sums.cut - sums.latest).cast("float64")
    age = (sums.cut - sums["first"]).cast("float64")
    return sums.select(
        "person_id",
        "cut",
        silent_days=silence,
        own_gap_days=mean,
        silence_in_own_gaps=silence / mean,
        own_gaps_shorter=ibis.ifelse(sums.gaps > 0, (sums.shorter + 0.5) / (sums.gaps + 1), None),
        gap_variation=ibis.ifelse(enough, ibis.greatest(spread, 0.0).sqrt() / mean, None),
        last_gap_in_own_gaps=ibis.ifelse(enough, sums.last_gap / mean, None),
        days_there_30=sums.recent,
        days_there_90=sums.late,
        days_there_year_rate=sums.year * MONTH / span(sums, YEAR),
        days_there_all_rate=sums.there * MONTH / ibis.greatest(age, float(MONTH)),
        days_there=sums.there,
        days_there_trend=trend(sums.late, sums.early),
        days_since_first=age,
    )
