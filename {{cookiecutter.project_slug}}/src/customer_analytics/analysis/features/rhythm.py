"""Rhythm: how long somebody has been silent, in days and in the measure of their own gaps.

All of it comes from whole numbers (days and sums of days), so that every run gives the same to the last digit.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from customer_analytics.analysis.features.feature import Block, Feature, Moment
from customer_analytics.expressions import ratio

RECENT, QUARTER, YEAR, MONTH = 30, 90, 365, 30
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
    features = tuple(Feature(name, "rhythm", unit, _source(moment.life.kind)) for name, unit in NAMES.items())
    spells = moment.of_people(moment.life.spells)
    known = spells.filter(spells.day < moment.cut, spells.day >= moment.start)
    known = known.mutate(gap=ibis.ifelse(known.before >= moment.start, known.day - known.before, None))
    latest = known.group_by("person_id").aggregate(latest=known.day.max())
    silent = latest.select(silent_person="person_id", silence=(moment.cut - latest.latest).cast("int32"))
    joined = known.inner_join(silent, [("person_id", "silent_person")])
    gap = joined.gap.cast("int64")
    sums = joined.group_by("person_id").aggregate(
        silence=joined.silence.max(),
        first=joined.day.min(),
        there=joined.count(),
        gaps=gap.count(),
        total=gap.sum().cast("float64"),
        squares=(gap * gap).sum().cast("float64"),
        shorter=(joined.gap < joined.silence).fill_null(False).ifelse(1, 0).sum(),
        last_gap=joined.gap.max(where=joined.day == moment.cut - joined.silence),
        **{f"there_{days}": (joined.day >= moment.cut - days).ifelse(1, 0).sum() for days in (RECENT, QUARTER, YEAR)},
        there_before=((joined.day >= moment.cut - 2 * QUARTER) & (joined.day < moment.cut - QUARTER))
        .ifelse(1, 0)
        .sum(),
    )
    return [Block(features, _shaped(sums, moment))]


def _shaped(sums: ir.Table, moment: Moment) -> ir.Table:
    gaps = sums.gaps.cast("float64")
    mean = ratio(sums.total, sums.gaps)
    # The variance of n gaps from whole sums, with n - 1 below: two gaps at least.
    spread = (sums.squares - sums.total * sums.total / gaps.nullif(0)) / (gaps - 1).nullif(0)
    enough = sums.gaps >= 2
    age = (ibis.literal(moment.cut) - sums["first"]).cast("float64")
    year = float(moment.span(YEAR))
    late, early = sums.there_90.cast("float64"), sums.there_before.cast("float64")
    return sums.select(
        "person_id",
        silent_days=sums.silence.cast("float64"),
        own_gap_days=mean,
        silence_in_own_gaps=sums.silence.cast("float64") / mean,
        own_gaps_shorter=ibis.ifelse(sums.gaps > 0, (sums.shorter + 0.5) / (gaps + 1), None),
        gap_variation=ibis.ifelse(enough, ibis.greatest(spread, 0.0).sqrt() / mean, None),
        last_gap_in_own_gaps=ibis.ifelse(enough, sums.last_gap.cast("float64") / mean, None),
        days_there_30=sums.there_30.cast("float64"),
        days_there_90=late,
        days_there_year_rate=sums.there_365.cast("float64") * MONTH / year,
        days_there_all_rate=sums.there.cast("float64") * MONTH / ibis.greatest(age, float(MONTH)),
        days_there=sums.there.cast("float64"),
        days_there_trend=(late - early) / (late + early).nullif(0),
        days_since_first=age,
    )


def _source(kind: str) -> str:
    return "orders" if kind == "orders" else "events, orders"
