"""Items that are bought again: by how many, after how many days, and whether more than chance would bring it back.

Whoever shops a lot buys many things twice. So the share of an item's customers who bought it again within the horizon
stands beside the share of other moments that it follows, of the same calendar block and with as many lines bought in
the horizon after them. The usual gap comes from the Kaplan-Meier curve of the days to the next purchase, so that
customers who bought a short while ago, and have had no time to come back, do not make it shorter.
"""

from __future__ import annotations

import math
from fractions import Fraction

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.sequences.following import CLASSES, activity_class, block_days
from customer_analytics.analysis.sequences.history import History
from customer_analytics.statistics import Z95, benjamini_hochberg, wilson

Floats = npt.NDArray[np.float64]
LONGEST = 90  # days of the horizon, where a third of the data is as long
LEAST_PEOPLE = 30  # whose horizon is over: no share is given below; and purchases at risk for the gap
LEAST_AGAIN = 10  # customers who bought again
WORTH = Fraction(1, 5)  # of the customers have to come back to an item, for a reminder of it to be worth sending
MOST_ROWS = 8_000_000  # (moment, later line) rows of the reference; beyond, it is drawn from a share of the moments
COLUMNS = [
    "item", "people", "again", "share", "share_low", "share_high", "expected", "lift", "lift_low", "lift_high",
    "p_value", "q_value", "significant", "candidate", "gaps", "gap_low", "gap_median", "gap_high",
]  # fmt: skip


def horizon_days(history: History) -> int:
    """Days in which something counts as bought again."""
    return max(history.window, min(LONGEST, (history.last - history.first + 1) // 3))


def reminders(history: History, false_discovery: float, most: int = MOST_ROWS) -> pd.DataFrame:
    """Items that can be judged, the surest first.

    Returns:
        item, people (customers whose first purchase is a horizon ago or more), again (of those, who bought it again on
        a later day within the horizon), share with its Wilson interval, expected (share of comparable moments), lift
        with its interval (over customers), p_value (binomial tail, one-sided), q_value (over the items judged),
        significant, candidate (beyond chance, a fifth of the customers or more come back, and the usual gap is known),
        gaps (purchases after a purchase), gap_low, gap_median, gap_high (days: quartiles of the usual gap among those
        who come back; NaN: too few at risk).
    """
    days, lines = horizon_days(history), history.lines
    complete = history.last - days
    if not len(history.items) or complete < history.first:
        return pd.DataFrame(columns=COLUMNS)
    sizes = _sizes(lines, days, complete).cache()
    total = sizes.aggregate(rows=sizes.later.sum(), moments=sizes.count()).to_pandas().iloc[0]
    block = block_days(int(total["moments"]), complete - history.first + 1)
    number = ((sizes.day - history.first) / block).floor().cast("int32") * CLASSES + activity_class(sizes.later)
    strata = sizes.select("moment", "person", "day", stratum=number.cast("int32"), later="later")
    rows = 0 if pd.isna(total["rows"]) else int(total["rows"])
    rates = _rates(history, strata, days, share=max(1, -(-rows // most)))
    table = _again(lines, strata, rates, complete, days)
    sizes.release()
    table = table[(table["people"] >= LEAST_PEOPLE) & (table["again"] >= LEAST_AGAIN)].reset_index(drop=True)
    if not len(table):
        return pd.DataFrame(columns=COLUMNS)
    table = _estimates(table, false_discovery).merge(_gaps(history, table["item"]), on="item", how="left")
    table["gaps"] = table["gaps"].fillna(0).astype("int64")
    often = table["again"] * WORTH.denominator >= table["people"] * WORTH.numerator
    table["candidate"] = table["significant"] & often & table["gap_median"].notna()
    beyond = table["again"] - table["people"] * table["expected"]
    table = table.assign(_beyond=beyond).sort_values(
        ["candidate", "_beyond", "item"], ascending=[False, False, True], kind="stable", ignore_index=True
    )
    return table[COLUMNS]


def _sizes(lines: ir.Table, days: int, complete: int) -> ir.Table:
    """moment, person, day, later (lines that the customer buys in the horizon after it), where that is over."""
    own = lines.group_by("moment", "person", "day").aggregate(size=lines.count())
    then = own.select(then_person="person", then_day="day", then_size="size")
    early = own.filter(own.day <= complete)
    joined = early.left_join(
        then, [early.person == then.then_person, early.day < then.then_day, then.then_day <= early.day + days]
    )
    return joined.group_by("moment", "person", "day").aggregate(later=joined.then_size.sum().fill_null(0))


def _rates(history: History, strata: ir.Table, days: int, share: int) -> ir.Table:
    """item, stratum, chance: how many of the moments without the item, of a stratum, it follows within the horizon.

    Of many moments every `share`-th is asked, by a number that has nothing to do with what was bought.
    """
    asked = strata.filter(strata.later > 0)
    if share > 1:
        asked = asked.filter((asked.person * 31 + asked.day) % share == 0)
    lines = history.lines
    then = lines.select(then_person="person", then_day="day", item="item")
    pairs = asked.inner_join(
        then, [asked.person == then.then_person, asked.day < then.then_day, then.then_day <= asked.day + days]
    )
    follows = pairs.select("moment", "item", "stratum").distinct()
    held = lines.select(held_moment="moment", held_item="item")
    new = follows.anti_join(held, [follows.moment == held.held_moment, follows["item"] == held.held_item])
    kept = new.group_by("item", "stratum").aggregate(follow=new.count())
    own = asked.select("moment", "stratum").inner_join(held, asked.moment == held.held_moment)
    with_item = own.group_by(own_item=own.held_item, own_stratum=own.stratum).aggregate(held=own.count())
    size = asked.group_by(size_stratum=asked.stratum).aggregate(moments=asked.count())
    joined = kept.inner_join(size, kept.stratum == size.size_stratum)
    joined = joined.left_join(
        with_item, [joined["item"] == with_item.own_item, joined.stratum == with_item.own_stratum]
    )
    without = joined.moments - joined.held.fill_null(0)
    return joined.select(
        rate_item="item", rate_stratum="stratum", chance=joined.follow.cast("float64") / without.nullif(0)
    )


def _again(lines: ir.Table, strata: ir.Table, rates: ir.Table, complete: int, days: int) -> pd.DataFrame:
    """item, people, again, and the sums for the lift: one first purchase a customer and item."""
    first = lines.filter(lines.previous.isnull(), lines.day <= complete)
    first = first.select("moment", "item", hit=(first.following - first.day <= days).fill_null(False).cast("int64"))
    at = strata.select(at="moment", stratum="stratum", active=strata.later > 0)
    placed = first.inner_join(at, first.moment == at["at"])
    joined = placed.left_join(rates, [placed["item"] == rates.rate_item, placed.stratum == rates.rate_stratum])
    chance = ibis.ifelse(joined.active, joined.chance.fill_null(0.0), 0.0)
    summed = joined.group_by("item").aggregate(
        people=joined.count(), again=joined.hit.sum(), chance=chance.sum(), squares=(chance**2).sum(),
        products=(joined.hit * chance).sum(),
    )  # fmt: skip
    frame: pd.DataFrame = summed.to_pandas()
    return frame.sort_values("item", ignore_index=True)


def _estimates(table: pd.DataFrame, false_discovery: float) -> pd.DataFrame:
    from scipy.stats import binom

    people, again = table["people"].to_numpy(dtype=float), table["again"].to_numpy(dtype=float)
    chance = table["chance"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(chance > 0, again / chance, np.nan)
        squares = again - 2 * lift * table["products"] + lift**2 * table["squares"]
        spread = np.sqrt(squares.to_numpy(dtype=float)) / again
    intervals = [wilson(x, n) for x, n in zip(again, people, strict=True)]
    p = np.where(again >= chance + 1, binom.sf(again - 1, people, np.clip(chance / people, 0.0, 1.0)), 1.0)
    q = benjamini_hochberg(p)
    return table[["item", "people", "again"]].assign(
        share=again / people,
        share_low=[interval.low for interval in intervals],
        share_high=[interval.high for interval in intervals],
        expected=chance / people,
        lift=lift,
        lift_low=lift * np.exp(-Z95 * spread),
        lift_high=lift * np.exp(Z95 * spread),
        p_value=p,
        q_value=q,
        significant=(q <= false_discovery) & (lift * np.exp(-Z95 * spread) > 1),
    )


def _gaps(history: History, items: pd.Series) -> pd.DataFrame:
    """item, gaps, gap_low, gap_median, gap_high."""
    asked = ibis.memtable(pd.DataFrame({"item": items}), schema={"item": "int32"})
    lines = history.lines.semi_join(asked, "item")
    seen = lines.following.notnull()
    spell = ibis.ifelse(seen, lines.following, history.last) - lines.day
    spells = lines.select("item", days=spell.cast("int32"), seen=seen)
    counted = spells.group_by("item", "days").aggregate(ended=spells.seen.cast("int64").sum(), n=spells.count())
    frame = counted.to_pandas().sort_values(["item", "days"], ignore_index=True)
    codes, starts = np.unique(frame["item"].to_numpy(), return_index=True)
    days, ended, n = (frame[name].to_numpy(dtype=float) for name in ("days", "ended", "n"))
    ends = [*starts[1:], len(frame)]
    rows = [
        (item, *usual_gap(days[start:end], ended[start:end], n[start:end]))
        for item, start, end in zip(codes, starts, ends, strict=True)
    ]
    return pd.DataFrame(rows, columns=["item", "gaps", "gap_low", "gap_median", "gap_high"])


def usual_gap(days: Floats, ended: Floats, n: Floats) -> tuple[int, float, float, float]:
    """Number of gaps and the quartiles of the gap.

    Args:
        days: lengths of spells, each once, ascending.
        ended: spells of each length that ended in a purchase.
        n: spells of each length, those that are still open included.

    The Kaplan-Meier curve is followed as long as LEAST_PEOPLE spells are at risk; quartiles are of those who come
    back by then.
    """
    at_risk = np.cumsum(n[::-1])[::-1]
    known = at_risk >= LEAST_PEOPLE
    gaps = int(ended.sum())
    if not known.any() or not ended[known].sum():
        return gaps, math.nan, math.nan, math.nan
    back = 1 - np.cumprod(1 - ended[known] / at_risk[known])
    low, median, high = (float(days[int(np.searchsorted(back, part * back[-1] - 1e-12))]) for part in (0.25, 0.5, 0.75))
    return gaps, low, median, high
