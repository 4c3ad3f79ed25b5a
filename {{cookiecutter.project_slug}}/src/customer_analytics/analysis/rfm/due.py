"""The customer's own rhythm: when the next purchase is due, who is late, and whether lateness says anything.

Expected is the customer's own mean gap between purchase days, drawn towards the population's rhythm on the log scale:

    expected = exp((k * log(own mean gap) + kappa * mu) / (k + kappa)),   k = number of own gaps,

where mu is the mean log gap after a first purchase, and kappa, the weight of the population in gaps, is the one that
predicts each past gap best from those before it. How far silence may go beyond the expected gap is not taken from a
formula either: due and late are the 50 % and 90 % quantiles of the ratio of past gaps to what was expected of them, for
customers with as many gaps.
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
from customer_analytics.statistics import Interval, newcombe, wilson

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
DUE_SHARE, LATE_SHARE = 0.5, 0.9  # of the purchases that followed, by then
KNOWN = (0, 1, 2, 3, 6)  # lower bounds of the classes by number of known gaps: none, 1, 2, 3 to 5, 6 and more
FINENESS = 25  # bins a unit of the logarithm: 4 % wide
EXACT = 12  # own gaps up to which their number is told apart; beyond, it hardly changes the weight
MANY = 20.0  # gaps that stand for more than EXACT
STATES = ("not_due", "due", "late")
KAPPAS = np.concatenate([np.geomspace(0.05, 100, 60), [1e6]])  # the last: nobody has a rhythm of one's own


@dataclass(frozen=True)
class Pace:
    """The population's rhythm and the two marks.

    `mean_log` (mu), `kappa`: see above; `due` and `late`: factor on the expected gap for each class of KNOWN; `gaps`:
    how many gaps each class of factors rests on (classes with too few take the factors of all together).
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


def rhythm_counts(days: ir.Table, cut: int) -> pd.DataFrame:
    """Each past gap beside the customer's mean gap until then, counted: known, own, gap, early, n.

    known: number of gaps before (at most EXACT + 1); own and gap: bins of the logarithms of the mean of those gaps and
    of this one (own 0 where there is none); early: whether the gap ended before the day `cut`. One grouping in the
    engine; some thousand rows cross.
    """
    gaps = days.filter(days.bought, days.next_day.notnull())
    known = (gaps.ordinal - 1).cast("int32")
    mean = (gaps.day - gaps.begun).cast("float64") / known.nullif(0).cast("float64")
    binned = gaps.select(
        known=ibis.least(known, EXACT + 1).cast("int32"),
        own=(mean.ln() * FINENESS).round().cast("int32").fill_null(0),
        gap=((gaps.next_day - gaps.day).cast("float64").ln() * FINENESS).round().cast("int32"),
        early=(gaps.next_day < cut).ifelse(1, 0),
    )
    table: pd.DataFrame = binned.group_by("known", "own", "gap", "early").aggregate(n=binned.count()).to_pandas()
    return table.astype(np.int64).sort_values(["known", "own", "gap", "early"], ignore_index=True)


def pace_of(counts: pd.DataFrame, minimum: int) -> Pace | None:
    """Rhythm and marks from the counted gaps; None with fewer than `minimum` of them, or of first gaps."""
    n = counts["n"].to_numpy(dtype=np.float64)
    first = (counts["known"] == 0).to_numpy()
    if n.sum() < minimum or n[first].sum() < minimum:
        return None
    own, gap = (counts[name].to_numpy(dtype=np.float64) / FINENESS for name in ("own", "gap"))
    known = np.where(counts["known"] > EXACT, MANY, counts["known"]).astype(np.float64)
    mean_log = float((n[first] @ gap[first]) / n[first].sum())
    errors = [float(n @ (gap - _expected(own, known, mean_log, kappa)) ** 2) for kappa in KAPPAS]
    kappa = float(KAPPAS[int(np.argmin(errors))])
    ratio = pd.Series(gap - _expected(own, known, mean_log, kappa))
    classes = np.searchsorted(KNOWN, known, side="right") - 1
    pooled = _counted(ratio, n)
    due, late, sizes = [], [], []
    for number in range(len(KNOWN)):
        here = classes == number
        sizes.append(int(n[here].sum()))
        source = _counted(ratio[here], n[here]) if sizes[-1] >= minimum else pooled
        due.append(math.exp(_quantile(source, DUE_SHARE)))
        late.append(math.exp(_quantile(source, LATE_SHARE)))
    return Pace(mean_log, kappa, tuple(due), tuple(late), tuple(sizes))


def _expected(own: Floats, known: Floats, mean_log: float, kappa: float) -> Floats:
    """Logarithm of the expected gap."""
    return (known * own + kappa * mean_log) / (known + kappa)


def _counted(ratio: pd.Series, n: Floats) -> pd.Series:
    return pd.Series(n, index=ratio.to_numpy()).groupby(level=0).sum()


def _quantile(counts: pd.Series, share: float) -> float:
    """Smallest value (the index, ascending) that at least `share` of the counted things do not exceed."""
    cumulated = counts.cumsum().to_numpy()
    return float(counts.index[np.searchsorted(cumulated, share * cumulated[-1] - 1e-9)])


def marks(pace: Pace, span: Floats, gaps: Floats) -> tuple[Floats, Floats, Floats]:
    """Days after the last purchase: expected gap, due, late; `span`: days from the first to the last purchase day."""
    own = np.log(np.divide(span, gaps, out=np.ones_like(span), where=gaps > 0))
    known = np.where(gaps > EXACT, np.maximum(gaps, MANY), gaps)
    expected = np.exp(_expected(own, known, pace.mean_log, pace.kappa))
    place = np.searchsorted(KNOWN, gaps, side="right") - 1
    due, late = (np.ceil(expected * np.array(factors)[place]) for factors in (pace.due, pace.late))
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
