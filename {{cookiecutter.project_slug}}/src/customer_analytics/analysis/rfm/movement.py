"""The value side of RFM that is about movement, put together: tables and one crossing in, one typed result out."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm import due
from customer_analytics.analysis.rfm.bridge import Bridge
from customer_analytics.analysis.rfm.change import OUTSIDE
from customer_analytics.analysis.rfm.cohort_value import Cohorts
from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.due import OwnRhythm, Pace
from customer_analytics.analysis.rfm.lifecycle import Rhythm
from customer_analytics.analysis.rfm.reachable import Unprompted
from customer_analytics.analysis.rfm.robustness import Robustness
from customer_analytics.analysis.rfm.transitions import Transitions, transitions
from customer_analytics.analysis.rfm.weights import Weights

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Movement:
    """What moves: segments, money between two periods, each customer's own rhythm, cohorts. None: not estimable."""

    transitions: Transitions | None = None
    bridge: Bridge | None = None
    rhythm: OwnRhythm | None = None
    cohorts: Cohorts | None = None
    robustness: Robustness | None = None
    weights: Weights | None = None
    lost: Unprompted | None = None  # those who counted as lost at the start of the held-out days, and who came back


def bridge_windows(end: int, back: int, first: int) -> tuple[Window, Window] | None:
    """Two periods of `back` days that follow each other, the second up to `end`; None where history is too short."""
    if back == 0 or end - 2 * back < first:
        return None
    return Window("previous", end - 2 * back, end - back), Window("current", end - back, end)


def in_place(crossed: pd.DataFrame, measured: pd.DataFrame, codes: Integers) -> Integers:
    """Segment codes of some customers as one entry a row of `crossed`; OUTSIDE for the others."""
    every = np.full(len(crossed), OUTSIDE, dtype=np.int64)
    every[measured.index.to_numpy()] = codes
    return every


def aged(measured: pd.DataFrame, pair: tuple[Window, Window]) -> pd.DataFrame:
    """The earlier picture as time alone would have it now: nobody bought, recency is older, the rest as it was.

    Customers whose last purchase would then lie before the window are not in it.
    """
    older = measured.assign(recency_days=measured["recency_days"] + pair[1].end - pair[0].end)
    return older[older["recency_days"] <= pair[1].days]


def moved(
    crossed: pd.DataFrame, pair: tuple[Window, Window], earlier: Integers, now: Integers, would: Integers
) -> Transitions:
    """Transitions between the two pictures of change.py, from the segment codes of each customer."""
    first = crossed["first_day"].to_numpy() >= pair[0].end
    before, after = (crossed[f"{window.name}_monetary"].fillna(0.0).to_numpy() for window in pair)
    return transitions(crossed["customer_id"], earlier, now, would, first, (before, after), pair)


def own_rhythm(
    days: ir.Table,
    crossed: pd.DataFrame,
    scored: pd.DataFrame,
    past: tuple[Window, Window] | None,
    end: int,
    common: Rhythm,
    minimum: int,
) -> OwnRhythm | None:
    """Due dates of the scored customers, and the held-out check; None with too few repeat purchases.

    `scored`: the scored customers, in the row order of `crossed` where now_last is known.
    """
    counts = due.rhythm_counts(days, past[1].start if past else end)
    pace = due.pace_of(counts, minimum)
    if pace is None:
        return None
    here = crossed[crossed["now_last"].notna()]
    gaps, last = here["lifetime"].to_numpy() - 1, here["last_day"].to_numpy()
    expected, due_after, late_after = due.marks(pace, last - here["first_day"].to_numpy(), gaps)
    state = due.states(end - last, due_after, late_after)
    table = pd.DataFrame(
        {
            "customer_id": scored["customer_id"].to_numpy(),
            "gaps": gaps.astype(np.int64),
            "expected_days": expected,
            "due_day": (last + due_after).astype(np.int64),
            "late_day": (last + late_after).astype(np.int64),
            "state": state,
        }
    )
    numbers = {name: int((state == name).sum()) for name in due.STATES}
    then = due.pace_of(counts[counts["early"] == 1], minimum) if past is not None else None
    if past is None or then is None:
        return OwnRhythm(pace, table, numbers, None, None)
    return OwnRhythm(pace, table, numbers, *_checks(crossed, past, then, common, minimum))


def _checks(
    crossed: pd.DataFrame, past: tuple[Window, Window], pace: Pace, common: Rhythm, minimum: int
) -> tuple[due.Check | None, due.Check | None]:
    """The check of all customers, and of the regulars who were not lost by the common rhythm."""
    future = past[1]
    here = crossed[crossed["before_last"].notna()]
    gaps, last = here["before_lifetime"].to_numpy() - 1, here["before_last"].to_numpy()
    silence = future.start - last
    _, due_after, late_after = due.marks(pace, last - here["first_day"].to_numpy(), gaps)
    flags, returned = due.states(silence, due_after, late_after), here["future_orders"].to_numpy() > 0
    regular = (gaps >= 2) & (silence <= common.lost_days)
    return (
        due.checked(flags, silence, returned, future, minimum),
        due.checked(flags[regular], silence[regular], returned[regular], future, minimum),
    )
