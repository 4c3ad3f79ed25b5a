"""From attempts to numbers: the step table, the trend by week of entry, and the time that each step takes."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.funnel import attempts as engine
from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.lists import has_lists, in_order
from customer_analytics.analysis.funnel.matching import is_mature, keep, with_key
from customer_analytics.analysis.funnel.rows import Rows
from customer_analytics.analysis.funnel.times import seconds_between
from customer_analytics.statistics import wilson
from customer_analytics.tables.store import Tables

QUANTILES = {"p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


@dataclass(frozen=True)
class Counts:
    """What a funnel comes to. `entered`: mature entries; `immature`: entries whose window is open; `reached`: mature
    entries by step; `went_on`: those of the step before that went on (in a closed funnel the same as reached);
    `everyone`: all entries by step, immature ones with them, as tools count that do not tell them apart."""

    entered: int
    immature: int
    reached: tuple[int, ...]
    went_on: tuple[int, ...]
    everyone: tuple[int, ...]

    def __add__(self, other: Counts) -> Counts:
        """The counts of two pieces of the units together."""
        return Counts(
            self.entered + other.entered,
            self.immature + other.immature,
            _sums(self.reached, other.reached),
            _sums(self.went_on, other.went_on),
            _sums(self.everyone, other.everyone),
        )

    @property
    def converted(self) -> int:
        """Mature entries that reached the last step."""
        return self.reached[-1]


def _sums(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def complete(rows: Rows) -> ir.Table:
    """The attempts with person_id, mature and last_seen_at, in the engine."""
    found = engine.match(rows)
    found = found if has_lists(rows) else keep(found, rows)
    stream = rows.stream()
    seen = stream.group_by("unit_id").aggregate(last_seen_at=stream["at"].max())
    found = with_key(found, seen, ["unit_id"], {"last_seen_at": "last_seen_at"}, "left")
    if rows.definition.unit == "customer":
        found = found.mutate(person_id=found.unit_id)
    else:
        found = with_key(found, rows.people(), ["unit_id"], {"person_id": "person_id"}, "left")
    found = found.mutate(mature=is_mature(rows, found.last_entry_at))
    first = ["unit_id", "person_id", "entered_at"]
    rest = [name for name in found.columns if name not in (*first, "last_entry_at")]
    return keep(found.select(*first, *rest), rows)


def count(rows: Rows) -> Counts:
    """The counts alone, without the attempts: for another set of rules, or as fast as can be."""
    definition = rows.definition
    is_general = definition.order == "any" or definition.entry == "open" or definition.attempt == "best"
    if is_general or has_lists(rows):
        found = engine.match(rows)
        return counts_of(found.mutate(mature=is_mature(rows, found.last_entry_at)), definition)
    begun = engine.begin(rows)
    entered = row_of(begun.aggregate(mature=is_mature(rows, begun.entered_at).sum(), all=begun.count()))
    found = in_order(rows, begun)
    mature = is_mature(rows, found.entered_at)
    measures: dict[str, ir.Value] = {}
    for number in range(2, definition.length + 1):
        is_reached = found[f"at_{number}"].notnull()
        measures |= {f"all_{number}": is_reached.sum(), f"mature_{number}": (is_reached & mature).sum()}
    row = row_of(found.aggregate(**measures))
    numbers = range(2, definition.length + 1)
    reached = (int(entered["mature"] or 0), *(int(row[f"mature_{number}"] or 0) for number in numbers))
    everyone = (int(entered["all"]), *(int(row[f"all_{number}"] or 0) for number in numbers))
    return Counts(reached[0], everyone[0] - reached[0], reached, reached, everyone)


class Overview(NamedTuple):
    """What is asked of all attempts: their counts, `times` as FunnelResult has them, how many immature ones have come
    to each step so far, the first and last local day of a mature entry, the moment of the latest entry."""

    counts: Counts
    times: pd.DataFrame
    so_far: tuple[int, ...]
    first_day: dt.date | None
    last_day: dt.date | None
    latest: dt.datetime | None


def overview(attempts: ir.Table, definition: Definition, tables: Tables) -> Overview:
    """The overview of attempts with `mature`, in one query."""
    numbers, mature = range(1, definition.length + 1), attempts.mature
    day = tables.local(attempts.entered_at).date()
    row = row_of(
        attempts.aggregate(
            **_count_measures(attempts, definition),
            **_time_measures(attempts, definition),
            **{f"so_far_{number}": attempts[f"at_{number}"].count(where=~mature) for number in numbers},
            first_day=day.min(where=mature),
            last_day=day.max(where=mature),
            latest=attempts.entered_at.max(),
        )
    )
    return Overview(
        _counts_in(row, definition),
        _times_in(row, definition),
        tuple(int(row[f"so_far_{number}"]) for number in numbers),
        row["first_day"],
        row["last_day"],
        row["latest"],
    )


def counts_and_times(attempts: ir.Table, definition: Definition) -> tuple[Counts, pd.DataFrame]:
    """The counts and the times of attempts with `mature`, in one query."""
    row = row_of(attempts.aggregate(**_count_measures(attempts, definition), **_time_measures(attempts, definition)))
    return _counts_in(row, definition), _times_in(row, definition)


def counts_of(attempts: ir.Table, definition: Definition) -> Counts:
    """The counts of attempts with `mature`."""
    return _counts_in(row_of(attempts.aggregate(**_count_measures(attempts, definition))), definition)


def _count_measures(attempts: ir.Table, definition: Definition) -> dict[str, ir.Value]:
    mature, has_ever = attempts.mature, "furthest_ever" in attempts.columns
    measures: dict[str, ir.Value] = {"entered": mature.sum(), "all": attempts.count()}
    for number in range(1, definition.length + 1):
        measures[f"reached_{number}"] = attempts.count(where=mature & attempts[f"at_{number}"].notnull())
        everyone = attempts.furthest_ever >= number if has_ever else attempts[f"at_{number}"].notnull()
        measures[f"everyone_{number}"] = attempts.count(where=everyone)
        if f"went_on_{number}" in attempts.columns:
            measures[f"went_on_{number}"] = attempts.count(where=mature & attempts[f"went_on_{number}"])
    return measures


def _counts_in(row: dict[str, Any], definition: Definition) -> Counts:
    numbers = range(1, definition.length + 1)
    entered = int(row["entered"] or 0)
    reached = tuple(int(row[f"reached_{number}"]) for number in numbers)
    went_on = tuple(int(row.get(f"went_on_{number}", row[f"reached_{number}"])) for number in numbers)
    everyone = tuple(int(row[f"everyone_{number}"]) for number in numbers)
    return Counts(entered, int(row["all"]) - entered, reached, went_on, everyone)


def step_table(counts: Counts, definition: Definition) -> pd.DataFrame:
    """step, name, reached, rate, rate_low, rate_high, overall, lost (see FunnelResult)."""
    lines = []
    for number, label in enumerate(definition.labels, 1):
        reached = counts.reached[number - 1]
        base = counts.reached[number - 2] if number > 1 else counts.entered
        passed = counts.went_on[number - 1] if number > 1 else reached
        interval = wilson(passed, base)
        lines.append(
            {
                "step": number,
                "name": label,
                "reached": reached,
                "rate": share(passed, base),
                "rate_low": interval.low,
                "rate_high": interval.high,
                "overall": share(reached, counts.entered),
                "lost": base - passed,
            }
        )
    return pd.DataFrame(lines)


def share(part: float, whole: float) -> float:
    """part / whole; NaN where the whole is 0."""
    return part / whole if whole else math.nan


def moved_table(counts: Counts, so_far: tuple[int, ...]) -> pd.DataFrame:
    """step, entered_here, went_on, reached_so_far (immature entries); see FunnelResult."""
    lines = []
    for number, (reached, came, young) in enumerate(zip(counts.reached, counts.went_on, so_far, strict=True), 1):
        went_on = came if number > 1 else 0
        lines.append({"step": number, "entered_here": reached - went_on, "went_on": went_on, "reached_so_far": young})
    return pd.DataFrame(lines)


def trend(attempts: ir.Table, rows: Rows) -> pd.DataFrame:
    """week, step, entered, reached, rate, low, high, immature, by week of entry (see FunnelResult)."""
    numbers = range(1, rows.definition.length + 1)
    local = attempts.mutate(week=rows.tables.local(attempts.entered_at).truncate("W").date())
    weeks = local.group_by("week").aggregate(
        entered=local.mature.sum(),
        immature=(~local.mature).sum(),
        **{
            f"reached_{number}": local.count(where=local.mature & local[f"at_{number}"].notnull()) for number in numbers
        },
    )
    frame = weeks.to_pandas().sort_values("week")
    lines = []
    for row in frame.to_dict("records"):
        for number in numbers:
            reached, entered = int(row[f"reached_{number}"]), int(row["entered"])
            interval = wilson(reached, entered)
            lines.append(
                {
                    "week": _day(row["week"]),
                    "step": number,
                    "entered": entered,
                    "reached": reached,
                    "rate": share(reached, entered),
                    "low": interval.low,
                    "high": interval.high,
                    "immature": int(row["immature"]),
                }
            )
    columns = ["week", "step", "entered", "reached", "rate", "low", "high", "immature"]
    return pd.DataFrame(lines, columns=columns)


def _pairs(definition: Definition) -> list[tuple[int, int]]:
    """(step, the step before), and the whole way at the end."""
    last = definition.length
    return [(number, number - 1) for number in range(2, last + 1)] + ([(last, 1)] if last > 2 else [])


def _time_measures(attempts: ir.Table, definition: Definition) -> dict[str, ir.Value]:
    measures: dict[str, ir.Value] = {}
    for place, (number, begin) in enumerate(_pairs(definition)):
        counts = attempts.mature
        if f"went_on_{number}" in attempts.columns:
            for between in range(begin + 1, number + 1):
                counts = counts & attempts[f"went_on_{between}"]
        seconds = seconds_between(attempts[f"at_{number}"], attempts[f"at_{begin}"])
        seconds = ibis.ifelse(counts, seconds, ibis.null("float64"))
        measures[f"converters_{place}"] = seconds.count()
        measures |= {f"{name}_{place}": seconds.quantile(level) for name, level in QUANTILES.items()}
    return measures


def _times_in(row: dict[str, Any], definition: Definition) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "step": number,
                "from_step": begin,
                "name": definition.labels[number - 1],
                "converters": int(row[f"converters_{place}"]),
                **{name: number_or_nan(row[f"{name}_{place}"]) for name in QUANTILES},
            }
            for place, (number, begin) in enumerate(_pairs(definition))
        ]
    )


def number_or_nan(value: Any) -> float:
    """A number of the engine; NaN where it has none."""
    return math.nan if value is None else float(value)


def row_of(table: ir.Table) -> dict[str, Any]:
    """The one row of a table."""
    row: dict[str, Any] = table.to_pyarrow().to_pylist()[0]
    return row


def _day(value: Any) -> dt.date:
    return pd.Timestamp(value).date()
