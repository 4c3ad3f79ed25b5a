"""Who moved: from the segment of an earlier day to the segment of now, with the money that moved along.

Both pictures look back equally far and use the same cuts (change.py). Up and down are moves between the levels below:
by segment alone most moves have no direction ("new" to "needing attention").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.change import OUTSIDE
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.resampling import sum_intervals
from customer_analytics.analysis.rfm.segments import SEGMENTS
from customer_analytics.statistics import wilson

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# From the best to the worst; silence outweighs past money, for who is silent has to be won back first.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "champions": ("champions",),
    "loyal": ("loyal",),
    "developing": ("potential_loyalist", "new", "promising", "needing_attention"),
    "slipping": ("cant_lose_them", "at_risk", "about_to_sleep"),
    "quiet": ("hibernating", "lost"),
}
FIRST, NONE = "first_purchase", "no_order"  # states beside the segments: not yet a customer; no order in the window
NEITHER = "neither"  # in neither picture
FROM, TO = (*SEGMENTS, NONE, FIRST), (*SEGMENTS, NONE)
LEVELS_FROM, LEVELS_TO = (*LEVELS, NONE, FIRST), (*LEVELS, NONE)
DIRECTIONS = ("up", "level", "down", "out", "back", "first")


@dataclass(frozen=True)
class Transitions:
    """Moves of customers between two pictures.

    `cells`: one row for each pair of states that occurs: earlier, now, customers, share, low, high (Wilson, of the
    customers who were in the earlier state), revenue_earlier, revenue_now (net money in the two windows).
    `levels`: the same between levels.
    `segments`: one row a segment of the earlier picture: segment, customers, up, level, down, out (customers), the
    same from time alone (drift_down, drift_out), at_stake (earlier revenue of those down or out)
    with at_stake_low and at_stake_high (bootstrap over customers).
    `directions`: one row a direction: customers, drift (customers, from time alone), revenue_earlier,
    revenue_now, each with _low and _high. `customers`: one row each: customer_id, earlier, now (states), direction,
    revenue_earlier, revenue_now.
    """

    earlier: Window
    now: Window
    cells: pd.DataFrame
    levels: pd.DataFrame
    segments: pd.DataFrame
    directions: pd.DataFrame
    customers: pd.DataFrame

    def direction(self, name: str) -> dict[str, float]:
        """The row of a direction as plain numbers."""
        (row,) = self.directions[self.directions["direction"] == name].drop(columns="direction").to_dict("records")
        return {str(key): float(value) for key, value in row.items()}


def transitions(
    ids: pd.Series,
    earlier: Integers,
    now: Integers,
    aged: Integers,
    first: Mask,
    money: tuple[Floats, Floats],
    windows: tuple[Window, Window],
) -> Transitions:
    """Moves from segment codes of each customer (OUTSIDE: no order in that window).

    `aged`: the codes of the earlier picture by time alone: frequency, money, cuts frozen, nobody bought, recency older
    by the days between. `first`: whether the first purchase lies after the earlier picture. `money`: net money in the
    earlier and in the present window.
    """
    there = (earlier != OUTSIDE) | (now != OUTSIDE)
    earlier, now, aged, first = earlier[there], now[there], aged[there], first[there]
    before, after = (amount[there] for amount in money)
    was = np.where(earlier != OUTSIDE, earlier, np.where(first, len(SEGMENTS) + 1, len(SEGMENTS)))
    is_now = np.where(now != OUTSIDE, now, len(SEGMENTS))
    would = np.where(aged != OUTSIDE, aged, len(SEGMENTS))
    level_was, level_now = _LEVEL_OF[was], _LEVEL_OF[is_now]
    moves = directions(level_was, level_now)
    drift = directions(level_was, _LEVEL_OF[would])
    return Transitions(
        *windows,
        cells=_cells(was, is_now, FROM, TO, before, after),
        levels=_cells(level_was, level_now, LEVELS_FROM, LEVELS_TO, before, after),
        segments=_by_segment(was, moves, drift, before),
        directions=_by_direction(moves, np.where(was < len(SEGMENTS), drift, -1), before, after),
        customers=pd.DataFrame(
            {
                "customer_id": ids.to_numpy()[there],
                "earlier": np.array(FROM, dtype=object)[was],
                "now": np.array(TO, dtype=object)[is_now],
                "direction": np.array(DIRECTIONS, dtype=object)[moves],
                "revenue_earlier": before,
                "revenue_now": after,
            }
        ),
    )


def directions(was: Integers, now: Integers) -> Integers:
    """Place in DIRECTIONS of a move between levels, given as places in LEVELS_FROM and LEVELS_TO."""
    none = len(LEVELS)
    return np.select(
        [was == none + 1, was == none, now == none, now < was, now > was],
        [DIRECTIONS.index(name) for name in ("first", "back", "out", "up", "down")],
        default=DIRECTIONS.index("level"),
    )


def _levels() -> Integers:
    """Place in LEVELS_FROM of each state of FROM."""
    place = {segment: number for number, inside in enumerate(LEVELS.values()) for segment in inside}
    return np.array([*(place[segment] for segment in SEGMENTS), len(LEVELS), len(LEVELS) + 1], dtype=np.int64)


_LEVEL_OF = _levels()


def _cells(
    was: Integers, now: Integers, names: tuple[str, ...], names_now: tuple[str, ...], before: Floats, after: Floats
) -> pd.DataFrame:
    width = len(names_now)
    pair = was * width + now
    size = len(names) * width
    counts = np.bincount(pair, minlength=size)
    money = [np.bincount(pair, weights=amount, minlength=size).round(4) for amount in (before, after)]
    base = counts.reshape(len(names), width).sum(axis=1)
    rows = []
    for place in np.flatnonzero(counts):
        source, goal = divmod(int(place), width)
        n, of = int(counts[place]), int(base[source])
        rows.append((names[source], names_now[goal], n, n / of, *wilson(n, of), *(float(one[place]) for one in money)))
    columns = ["earlier", "now", "customers", "share", "low", "high", "revenue_earlier", "revenue_now"]
    return pd.DataFrame(rows, columns=columns)


def _by_segment(was: Integers, moves: Integers, drift: Integers, before: Floats) -> pd.DataFrame:
    many = len(DIRECTIONS)
    table = np.bincount(was * many + moves, minlength=len(FROM) * many).reshape(len(FROM), many)
    expected = np.bincount(was * many + drift, minlength=len(FROM) * many).reshape(len(FROM), many)
    leaves = np.isin(moves, [DIRECTIONS.index(name) for name in ("down", "out")]) & (was < len(SEGMENTS))
    source, inside = np.where(leaves, was, -1), was < len(SEGMENTS)
    intervals = sum_intervals(before[inside], source[inside], len(SEGMENTS))
    stake = np.bincount(was[leaves], weights=before[leaves], minlength=len(SEGMENTS))
    rows = []
    for code, segment in enumerate(SEGMENTS):
        own = {name: int(table[code, DIRECTIONS.index(name)]) for name in ("up", "level", "down", "out")}
        would = {f"drift_{name}": int(expected[code, DIRECTIONS.index(name)]) for name in ("down", "out")}
        money = {
            "at_stake": round(float(stake[code]), 4),
            "at_stake_low": intervals[code].low,
            "at_stake_high": intervals[code].high,
        }
        rows.append({"segment": segment, "customers": int(table[code].sum()), **own, **would, **money})
    return pd.DataFrame(rows)


def _by_direction(moves: Integers, drift: Integers, before: Floats, after: Floats) -> pd.DataFrame:
    """Counts and money of each direction; the drift counts only who was in the earlier picture."""
    money = {"revenue_earlier": before, "revenue_now": after}
    intervals = {what: sum_intervals(amount, moves, len(DIRECTIONS)) for what, amount in money.items()}
    rows = []
    for place, name in enumerate(DIRECTIONS):
        row: dict[str, object] = {
            "direction": name,
            "customers": int((moves == place).sum()),
            "drift": int((drift == place).sum()),
        }
        for what, amount in money.items():
            row[what] = round(float(amount[moves == place].sum()), 4)
            row[f"{what}_low"], row[f"{what}_high"] = intervals[what][place]
        rows.append(row)
    return pd.DataFrame(rows)


def hidden_cells(cells: pd.DataFrame, minimum: int) -> Mask:
    """Which cells of a table of moves must stay empty: small ones, and others so that no margin gives them away.

    Within each earlier state and within each present state the hidden cells together have `minimum` customers (or are
    all there is), so that neither the sums of the rows nor those of the columns lead to one of them.
    """
    counts = cells["customers"].to_numpy()
    hidden = (counts > 0) & (counts < minimum)
    lines = [
        np.flatnonzero((cells[side] == state).to_numpy())
        for side in ("earlier", "now")
        for state in cells[side].unique()
    ]
    while True:
        known = int(hidden.sum())
        for line in lines:
            hidden[line] = _together(counts[line], hidden[line], minimum)
        if int(hidden.sum()) == known:
            return hidden


def _together(counts: Integers, hidden: Mask, minimum: int) -> Mask:
    """Hide further cells of one line, smallest first, until the hidden ones are two and have `minimum` customers."""
    if not hidden.any():
        return hidden
    result = hidden.copy()
    for place in np.argsort(counts, kind="stable"):
        if result.sum() >= 2 and counts[result].sum() >= minimum:
            break
        result[place] = True
    return result


def shown_cells(cells: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """The table of moves as it may leave: cells that must stay hidden have no numbers at all."""
    kept = cells.copy()
    hidden = hidden_cells(cells, minimum)
    numbers = [column for column in kept.columns if column not in ("earlier", "now")]
    kept[numbers] = kept[numbers].astype(object)  # counts stay whole numbers beside empty cells
    kept.loc[hidden, numbers] = None
    return kept
