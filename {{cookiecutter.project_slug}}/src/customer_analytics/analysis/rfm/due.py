"""The customer's own rhythm: when the next purchase is due, who is late, and whether lateness says anything.

The logarithms of a customer's gaps between purchase days scatter around the customer's own mean, and these means around
that of the population. With few gaps the own mean is drawn towards the population's (one-way random effects):

    expected = exp((S + kappa * mu) / (k + kappa)),   S = sum of the k log gaps,   kappa = within / between variance.

How far silence may go beyond that is not taken from a formula: each past gap is compared with what the gaps before it
had led to expect, and due and late are the 50 % and 90 % quantiles of that ratio, for customers with as many gaps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.rfm.customers import Window
from customer_analytics.analysis.rfm.lifecycle import weighted_quantile
from customer_analytics.statistics import Interval, newcombe, wilson

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
DUE_SHARE, LATE_SHARE = 0.5, 0.9  # of the purchases that followed, by then
KNOWN = (0, 1, 2, 3, 6)  # lower bounds of the classes by number of known gaps: none, 1, 2, 3 to 5, 6 and more
FINENESS = 50  # bins a unit of log ratio: 2 % wide
STATES = ("not_due", "due", "late")
LEAST_KAPPA, MOST_KAPPA = 1e-3, 1e6  # no variance within or none between


@dataclass(frozen=True)
class Pace:
    """The population's rhythm and the two marks.

    `mean_log`, `kappa`: see above; `due` and `late`: factor on the expected gap for each class of KNOWN; `gaps`: how
    many gaps each class of factors rests on (classes with too few take the factors of all together).
    """

    mean_log: float
    kappa: float
    due: tuple[float, ...]
    late: tuple[float, ...]
    gaps: tuple[int, ...]

    @property
    def typical_days(self) -> float:
        """The gap expected of a customer of whom nothing is known."""
        return math.exp(self.mean_log)


@dataclass(frozen=True)
class Check:
    """Does late mean gone? Held out: rhythm and marks from before `future`, then who bought in it.

    `table`: one row a state with customers, returned, rate, low, high (Wilson). `difference`: share that did not
    return, late less the others, with its interval (Newcombe). `same_mark`: share that did not return among as many
    customers with the longest silence, whatever their rhythm; `own_mark`: among the late. `caught`: share of those
    who did not return that were flagged late.
    """

    future: Window
    customers: int
    table: pd.DataFrame
    difference: float
    interval: Interval
    own_mark: float
    same_mark: float
    caught: float


@dataclass(frozen=True)
class OwnRhythm:
    """Due dates of all customers with a purchase in the window.

    `customers`: one row each, in the order of the scored customers: gaps, expected_days, due_day, late_day (day
    numbers), state. `check` and `regulars` (customers with two gaps or more, not lost) are None where the history
    is too short or too few customers are in a state.
    """

    pace: Pace
    customers: pd.DataFrame
    counts: dict[str, int]
    check: Check | None
    regulars: Check | None


def variance_components(sums: Floats, squares: Floats, gaps: Floats) -> tuple[float, float]:
    """(mean_log, kappa) of one-way random effects by the method of moments (Searle 1971, unbalanced ANOVA).

    One entry a customer with at least one gap: sum and sum of squares of the log gaps, and their number.
    """
    total, many = float(gaps.sum()), len(gaps)
    if many == 0:
        return math.nan, math.nan
    within_degrees = total - many
    within = max(float((squares - sums**2 / gaps).sum()), 0.0) / within_degrees if within_degrees > 0 else 0.0
    grand = float(sums.sum()) / total
    between_squares = float((gaps * (sums / gaps - grand) ** 2).sum())
    spread = total - float((gaps**2).sum()) / total
    between = max((between_squares - (many - 1) * within) / spread, 0.0) if spread > 0 else 0.0
    kappa = within / between if between > 0 else MOST_KAPPA
    kappa = min(max(kappa, LEAST_KAPPA), MOST_KAPPA)
    weights = gaps / (gaps + kappa)  # inverse variance of each customer's mean, up to a constant
    return float((weights * sums / gaps).sum() / weights.sum()), kappa


def ratio_counts(days: ir.Table, mean_log: float, kappa: float, before: int) -> pd.DataFrame:
    """How far each past gap was from what the gaps before it led to expect: known (class), ratio (bin), n.

    Only gaps that ended before the day `before`. The window runs within one customer; a few thousand rows cross.
    """
    gaps = days.filter(days.bought, days.next_day.notnull(), days.next_day < before)
    earlier = ibis.window(group_by=gaps.customer_id, order_by=gaps.day, preceding=(None, 1))
    gaps = gaps.mutate(
        known=(gaps.ordinal - 1).cast("int32"), prior=ibis.coalesce(gaps.log_gap.sum().over(earlier), 0.0)
    )
    expected = (gaps.prior + kappa * mean_log) / (gaps.known.cast("float64") + kappa)
    binned = gaps.select(known=_class(gaps.known), ratio=((gaps.log_gap - expected) * FINENESS).round().cast("int32"))
    table: pd.DataFrame = binned.group_by("known", "ratio").aggregate(n=binned.count()).to_pandas()
    return table.astype(np.int64).sort_values(["known", "ratio"], ignore_index=True)


def _class(known: ir.IntegerValue) -> ir.IntegerValue:
    cases = [(known >= low, number) for number, low in reversed(list(enumerate(KNOWN)))]
    return ibis.cases(*cases, else_=0).cast("int32")


def pace_of(counts: pd.DataFrame, mean_log: float, kappa: float, minimum: int) -> Pace | None:
    """The marks from the counted ratios; None with fewer than `minimum` gaps."""
    if int(counts["n"].sum()) < minimum:
        return None
    pooled = counts.groupby("ratio")["n"].sum()
    due, late, sizes = [], [], []
    for number in range(len(KNOWN)):
        own = counts[counts["known"] == number].set_index("ratio")["n"]
        sizes.append(int(own.sum()))
        source = own if own.sum() >= minimum else pooled
        due.append(math.exp(weighted_quantile(source, DUE_SHARE) / FINENESS))
        late.append(math.exp(weighted_quantile(source, LATE_SHARE) / FINENESS))
    return Pace(mean_log, kappa, tuple(due), tuple(late), tuple(sizes))


def marks(pace: Pace, sums: Floats, gaps: Floats) -> tuple[Floats, Floats, Floats]:
    """Days after the last purchase: expected gap, due, late; from the sum and number of each customer's log gaps."""
    expected = np.exp((sums + pace.kappa * pace.mean_log) / (gaps + pace.kappa))
    known = np.searchsorted(KNOWN, gaps, side="right") - 1
    due, late = (np.ceil(expected * np.array(factors)[known]) for factors in (pace.due, pace.late))
    return expected, due, np.maximum(late, due)


def states(silence: Floats, due: Floats, late: Floats) -> npt.NDArray[np.str_]:
    """not_due, due or late for each customer: silent for less than due, up to late, longer."""
    return np.select([silence > late, silence > due], ["late", "due"], default="not_due")


def checked(
    flags: npt.NDArray[np.str_], silence: Floats, returned: npt.NDArray[np.bool_], future: Window, minimum: int
) -> Check | None:
    """Who of each state bought in `future`; None with fewer than `minimum` late or other customers."""
    late = flags == "late"
    n, many = len(flags), int(late.sum())
    if min(many, n - many) < minimum:
        return None
    rows = []
    for state in STATES:
        here = flags == state
        size, back = int(here.sum()), int(returned[here].sum())
        known = size >= minimum
        interval = wilson(back, size) if known else Interval(math.nan, math.nan)
        rows.append((state, size, back if known else math.nan, back / size if known else math.nan, *interval))
    gone_late, gone_others = int((~returned[late]).sum()), int((~returned[~late]).sum())
    difference = gone_late / many - gone_others / (n - many)
    return Check(
        future=future,
        customers=n,
        table=pd.DataFrame(rows, columns=["state", "customers", "returned", "rate", "low", "high"]),
        difference=difference,
        interval=newcombe(gone_late, many, gone_others, n - many),
        own_mark=gone_late / many,
        same_mark=longest_silent(silence, ~returned, many),
        caught=gone_late / max(gone_late + gone_others, 1),
    )


def longest_silent(silence: Floats, gone: npt.NDArray[np.bool_], many: int) -> float:
    """Share of `gone` among the `many` longest silent; customers equally long silent at the edge count in part."""
    distinct, inverse = np.unique(-silence, return_inverse=True)
    sizes = np.bincount(inverse, minlength=len(distinct)).astype(np.float64)
    lost = np.bincount(inverse, weights=gone, minlength=len(distinct))
    taken = np.clip(many - (np.cumsum(sizes) - sizes), 0, sizes)
    return float((lost * taken / sizes).sum() / many)
