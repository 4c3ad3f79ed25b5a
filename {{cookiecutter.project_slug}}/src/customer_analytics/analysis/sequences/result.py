"""Sequences and reminders of an engagement: after A, B within so many days; and what is bought again."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.sequences.cases import measure
from customer_analytics.analysis.sequences.due import due_soon
from customer_analytics.analysis.sequences.following import following
from customer_analytics.analysis.sequences.history import Fitting, History, history, moments
from customer_analytics.analysis.sequences.reminders import COLUMNS, horizon_days, reminders
from customer_analytics.analysis.sequences.search import Found, Visible, search
from customer_analytics.engagement.parameters import BasketRulesParameters
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)
LEVELS = ("item", "category")
LEAST_PEOPLE = 30
LATER = ["lift_later", "lift_later_low", "lift_later_high"]


@dataclass(frozen=True)
class Sequences:
    """What follows what, and what is bought again.

    table: one row an ordered pair that was looked at closely, the significant ones first, most customers beyond chance
        first: a, b (items), level, triggers, count, people, customers, share (+ _low, _high), expected, lift (+ _low,
        _high), lag_low, lag_median, lag_high (days), after, before, direction (+ _low, _high), base_p, direction_p,
        p_value, q_value, significant, lift_later (+ _low, _high): the same lift in the later part alone, NaN
        unknown; found_earlier: whether the earlier part alone shows it.
    reminders: as in `reminders.reminders`, with level. due: one row a customer and item of a reminder that falls due
        within the window: person_id, item, last_day, gap_days, due_day.
    days: the window. reminder_days: within which something counts as bought again.
    people, moments: customers, and their days with a purchase. open_moments: those whose window is not over, which
        count as what may follow and not as what is followed. repeat_people: customers with two such days or more.
    family: ordered pairs tested. near: pairs of items near each other beyond chance, in either order.
    earlier_found, earlier_held: sequences that the earlier part alone shows, and how many of them have a lift above 1
        in the later part; None where no later part is long enough.
    floors: moments that an item needs, by level. crowds: customers left out, each as large as a whole shop.
    visible: the power note, of products where there are any. block: days of a calendar block, the longest.
    reason: why there are none: no_customers, no_dates, one_purchase, short; None where they could be looked for.
    """

    days: int
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    reminders: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=[*COLUMNS, "level"]))
    due: pd.DataFrame = field(default_factory=pd.DataFrame)
    reminder_days: int = 0
    people: int = 0
    moments: int = 0
    open_moments: int = 0
    repeat_people: int = 0
    visit_gap: float = math.nan
    family: int = 0
    near: int = 0
    earlier_found: int | None = None
    earlier_held: int | None = None
    floors: dict[str, int] = field(default_factory=dict)
    crowds: int = 0
    visible: Visible | None = None
    block: int = 0
    reason: str | None = None

    @property
    def significant(self) -> pd.DataFrame:
        """The sequences that hold beyond taste, season, activity and chance."""
        return self.table[self.table["significant"]] if len(self.table) else self.table

    @property
    def candidates(self) -> pd.DataFrame:
        """What to remind of, the surest first: products where products are known, for nobody is reminded of a
        category."""
        own = of_items(self.reminders)
        return own[own["candidate"].astype(bool)] if len(own) else own


def sequences(tables: Tables, baskets: Baskets, parameters: BasketRulesParameters) -> Sequences:
    """Search the baskets of known customers and days for sequences and for what is bought again.

    Never raises for lack of data: `reason` then says what is missing.
    """
    days = parameters.sequence_days
    missing = _missing(baskets)
    if missing:
        return Sequences(days, reason=missing)
    lines = moments(baskets).cache()
    try:
        return _sequences(tables, baskets, parameters, lines)
    finally:
        lines.release()


def _missing(baskets: Baskets) -> str | None:
    if baskets.is_empty or not baskets.has_people:
        return "no_customers"
    if not baskets.dated:
        return "no_dates"
    return "one_purchase" if baskets.unit == "customer" else None


def _sequences(tables: Tables, baskets: Baskets, parameters: BasketRulesParameters, lines: ir.Table) -> Sequences:
    days, last = parameters.sequence_days, (tables.as_of - EPOCH).days
    counts, gap = _counts(lines, last - days)
    if not counts["people"]:
        return Sequences(days, reason="no_customers")
    told = Sequences(
        days, people=counts["people"], moments=counts["moments"], open_moments=counts["open_moments"],
        repeat_people=counts["repeat_people"], visit_gap=gap,
    )  # fmt: skip
    if told.repeat_people < LEAST_PEOPLE:
        return replace(told, reason="one_purchase")
    if last - counts["first"] + 1 < 2 * days:
        return replace(told, reason="short")
    least = max(parameters.minimum_count, parameters.minimum_base)
    parts: list[_Part] = []
    for level in LEVELS:
        codes = baskets.of_level(level)["item"]
        if len(codes):
            parts.append(_of_level(lines, level, codes.tolist(), last, least, baskets.cut_day, parameters))
    again = _joined([part.reminders for part in parts])
    found, held = _replicated(parts)
    return replace(
        told, table=_ordered(_joined([part.found.table for part in parts])), reminders=again,
        due=due_soon(tables, lines, baskets, of_items(again), last, days),
        reminder_days=max((part.reminder_days for part in parts), default=0),
        family=sum(part.found.family for part in parts), near=sum(part.found.near for part in parts),
        earlier_found=found, earlier_held=held, floors={part.level: part.fit.floor for part in parts},
        crowds=len({crowd for part in parts for crowd in part.fit.crowds}),
        visible=parts[0].found.visible if parts else None, block=max((part.found.block for part in parts), default=0),
    )  # fmt: skip


def of_items(again: pd.DataFrame) -> pd.DataFrame:
    """Reminders of products where products are known, else of categories."""
    items = again[again["level"] == LEVELS[0]]
    return items if len(items) else again


def _counts(lines: ir.Table, complete: int) -> tuple[dict[str, int], float]:
    """Customers, their days, days whose window is open, customers with two days, the first day; and the median days
    between two days of a customer."""
    visits = lines.select("person", "day").distinct()
    own = ibis.window(group_by=visits.person, order_by=visits.day)
    visits = visits.mutate(gap=visits.day.lead().over(own) - visits.day, place=ibis.row_number().over(own))
    row = visits.aggregate(
        moments=visits.count(), first=visits.day.min(), open_moments=(visits.day > complete).cast("int64").sum(),
        people=(visits.place == 0).cast("int64").sum(), repeat_people=(visits.place == 1).cast("int64").sum(),
        gap=visits.gap.median(),
    ).to_pandas().iloc[0].to_dict()  # fmt: skip
    gap = row.pop("gap")
    return {str(name): 0 if pd.isna(value) else int(value) for name, value in row.items()}, float(gap or math.nan)


@dataclass(frozen=True)
class _Part:
    level: str
    found: Found
    fit: Fitting
    reminders: pd.DataFrame
    reminder_days: int
    earlier: tuple[int, int] | None


def _of_level(
    lines: ir.Table, level: str, codes: list[int], last: int, least: int, cut_day: int | None,
    parameters: BasketRulesParameters,
) -> _Part:  # fmt: skip
    own, fit = history(lines, codes, last, parameters.sequence_days, least)
    try:
        found = search(own, parameters.false_discovery)
        again = reminders(own, parameters.false_discovery).assign(level=level)
        found, earlier = _with_later(own, found, cut_day, parameters.false_discovery)
        found.table.insert(min(2, found.table.shape[1]), "level", level)
        return _Part(level, found, fit, again, horizon_days(own), earlier)
    finally:
        own.lines.release()


def _with_later(own: History, found: Found, cut_day: int | None, level: float) -> tuple[Found, tuple[int, int] | None]:
    """The search with the lift in the later part; and of what the earlier part alone shows, how much holds later.

    Where the whole period shows no sequence, the earlier part is not searched.
    """
    empty = {**dict.fromkeys(LATER, np.nan), "found_earlier": False}
    if not len(found.table) or not found.table["significant"].any() or cut_day is None:
        return replace(found, table=found.table.assign(**empty)), None
    if own.until(cut_day - 1).complete < own.first or own.complete < cut_day:
        return replace(found, table=found.table.assign(**empty)), None
    before = search(own.until(cut_day - 1), level).table
    alone = before.loc[before["significant"], ["a", "b"]] if len(before) else found.table[["a", "b"]].head(0)
    asked = pd.concat([found.table[["a", "b"]], alone]).drop_duplicates(ignore_index=True).astype("int32")
    asked.insert(0, "pair", np.arange(len(asked), dtype=np.int32))
    since = following(own.since(cut_day))
    try:
        later = asked.merge(measure(since, asked), on="pair")
    finally:
        since.release()
    later = later.rename(columns=dict(zip(["lift", "lift_low", "lift_high"], LATER, strict=True)))[["a", "b", *LATER]]
    kept = alone.merge(later, on=["a", "b"])
    table = found.table.merge(later, on=["a", "b"], how="left")
    table = table.merge(alone.assign(found_earlier=True), on=["a", "b"], how="left")
    table["found_earlier"] = table["found_earlier"].notna()
    return replace(found, table=table), (len(kept), int((kept["lift_later"] > 1).sum()))


def _replicated(parts: list[_Part]) -> tuple[int | None, int | None]:
    known = [part.earlier for part in parts if part.earlier is not None]
    return (sum(each[0] for each in known), sum(each[1] for each in known)) if known else (None, None)


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else (frames[0] if frames else pd.DataFrame())


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Significant ones first, most customers beyond chance first, over both levels."""
    if not len(table):
        return table
    beyond = (table["count"] - table["triggers"] * table["expected"].fillna(0.0)).where(table["significant"], 0.0)
    return (
        table.assign(_beyond=beyond)
        .sort_values(["significant", "_beyond", "p_value", "a", "b"], ascending=[False, False, True, True, True])
        .drop(columns="_beyond")
        .reset_index(drop=True)
    )
