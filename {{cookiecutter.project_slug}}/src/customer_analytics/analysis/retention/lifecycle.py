"""The lifecycle of activity by period: new, returning, resurrecting, dormant; who comes back after which silence.

It rests on counted moves (period, kind, next): people active in a period, of a kind (new: never before; returning: in
the period before too; resurrecting: before that only), whose next active period is `next` (-1: none).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.retention.counts import rates, wilson_limits

Integers = npt.NDArray[np.int64]
NOWHERE = -1
NEW, RETURNING, RESURRECTING, DORMANT = "new", "returning", "resurrecting", "dormant"
KINDS = (NEW, RETURNING, RESURRECTING)


def moves_of_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """Moves from steps (see steps.py) of calendar cohorts that begin with the first activity."""
    active = steps[steps["age"] >= 0]
    age, following, cohort = (active[name].to_numpy(np.int64) for name in ("age", "next", "cohort"))
    kind = np.select([age == 0, active["back"].to_numpy() == 1], [NEW, RETURNING], default=RESURRECTING)
    table = pd.DataFrame(
        {
            "period": cohort + age,
            "kind": kind.astype(object),
            "next": np.where(following >= 0, cohort + following, NOWHERE),
            "n": active["n"].to_numpy(np.int64),
        }
    )
    return table.groupby(["period", "kind", "next"])["n"].sum().reset_index()


def moves_of_periods(active: ir.Table) -> pd.DataFrame:
    """Moves from person_id, period (distinct), by window functions within each person."""
    own = ibis.window(group_by=active.person_id, order_by=active.period)
    path = active.select(
        period=active.period, before=active.period.lag().over(own), following=active.period.lead().over(own)
    )
    kind = ibis.cases((path.before.isnull(), NEW), (path.before == path.period - 1, RETURNING), else_=RESURRECTING)
    moves = path.select(period=path.period, kind=kind, next=path.following.fill_null(NOWHERE).cast("int64"))
    table: pd.DataFrame = moves.group_by("period", "kind", "next").aggregate(n=lambda t: t.count()).to_pandas()
    return table.astype({"period": np.int64, "next": np.int64, "n": np.int64})


def lifecycle_table(moves: pd.DataFrame, first: int, last: int, complete_until: int) -> pd.DataFrame:
    """A row for each period from `first` to `last`: number, active, new, returning, resurrecting, dormant,
    quick_ratio ((new + resurrecting) / dormant; inf where nobody fell away, NaN without anybody), complete, first.

    active = new + returning + resurrecting, and active of the period before = returning + dormant.
    """
    numbers = np.arange(first, last + 1)
    period, following, n = (moves[name].to_numpy(np.int64) for name in ("period", "next", "n"))

    def summed(at: Integers, which: npt.NDArray[np.bool_]) -> Integers:
        totals = np.zeros(len(numbers) + 1, dtype=np.int64)
        np.add.at(totals, np.minimum(at[which] - first, len(numbers)), n[which])
        return totals[:-1]

    table = pd.DataFrame({"number": numbers, "active": summed(period, np.ones(len(moves), dtype=bool))})
    for kind in KINDS:
        table[kind] = summed(period, (moves["kind"] == kind).to_numpy())
    table[DORMANT] = summed(period + 1, following != period + 1)
    gained = (table[NEW] + table[RESURRECTING]).to_numpy(np.float64)
    lost = table[DORMANT].to_numpy(np.float64)
    empty = np.where(gained > 0, np.inf, np.nan)
    table["quick_ratio"] = np.divide(gained, lost, out=empty, where=lost > 0)
    table["complete"] = numbers <= complete_until
    table["first"] = numbers == first
    table.loc[table["first"], "quick_ratio"] = np.nan
    return table


def next_period_table(moves: pd.DataFrame, first: int, complete_until: int) -> pd.DataFrame:
    """state, people, active, rate, low, high: who was active in the period after, by state in this one.

    Over periods that are complete and followed by a complete one; not the first, in which everybody looks new.
    """
    seen = moves[(moves["period"] > first) & (moves["period"] < complete_until)]
    stays = seen[seen["next"] == seen["period"] + 1]
    people = seen.groupby("kind")["n"].sum().reindex(KINDS, fill_value=0).to_numpy(np.int64)
    active = stays.groupby("kind")["n"].sum().reindex(KINDS, fill_value=0).to_numpy(np.int64)
    return _with_rates(pd.DataFrame({"state": KINDS, "people": people, "active": active}), "active", "people")


def resurrection_table(moves: pd.DataFrame, complete_until: int) -> pd.DataFrame:
    """silent (whole periods), at_risk, returned, rate, low, high: who came back in the period after so long a silence.

    A person silent for s whole periods is at risk if the period after them is complete.
    """
    period, following, n = (moves[name].to_numpy(np.int64) for name in ("period", "next", "n"))
    back = following >= 0
    silence = np.where(back, following - period - 1, np.iinfo(np.int32).max)
    observed = np.minimum(silence, complete_until - period - 1)  # longest silence that is followed by a complete period
    longest = int(observed.max(initial=0))
    at_risk = np.zeros(longest + 2, dtype=np.int64)
    risky = observed >= 1
    np.add.at(at_risk, observed[risky], n[risky])
    at_risk = at_risk[::-1].cumsum()[::-1]
    came = back & (silence >= 1) & (following <= complete_until)
    returned = np.bincount(silence[came], weights=n[came], minlength=longest + 2).astype(np.int64)
    table = pd.DataFrame({"silent": np.arange(longest + 2), "at_risk": at_risk, "returned": returned})
    table = table[(table["silent"] >= 1) & (table["at_risk"] > 0)].reset_index(drop=True)
    return _with_rates(table, "returned", "at_risk")


def _with_rates(table: pd.DataFrame, part: str, base: str) -> pd.DataFrame:
    low, high = wilson_limits(table[part], table[base])
    return table.assign(rate=rates(table[part], table[base]), low=low, high=high)
