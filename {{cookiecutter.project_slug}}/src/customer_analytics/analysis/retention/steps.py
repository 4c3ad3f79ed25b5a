"""From who was active when to counted steps: each person's path from one active period to the next.

A path is cut into steps (age, next): active at `age`, next active at `next`, not between; a start marker at age -1
leads to the first active age, and the last step leads nowhere. A person has exactly one step over each point of time,
so every count of retention is a sum over steps: active in k are the steps with next = k; active at least once in
i to j those with age < i <= next <= j; active in k or later those with age < k <= next. Only these counts leave the
engine, one row for each (cohort, ages, age, back, next).

Two routes give the same table. Up to 62 periods a person's periods are the bits of one integer: one aggregate over the
rows, without a sort or a distinct. Beyond that (or where the engine has no bit aggregate) window functions within each
person.
"""

from __future__ import annotations

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import pandas as pd

BITS = 62  # of a signed integer, with one left for the shift
NOWHERE = -1  # next of a last step
MARKER = -1  # age of the step from the start
COLUMNS = ["cohort", "ages", "age", "back", "next", "n"]
_TOP = ibis.literal(2 ** (BITS - 1), "int64")


def has_masks(backend: ibis.BaseBackend | None, periods: int) -> bool:
    """Whether so many periods fit into one integer and the engine can gather bits."""
    return periods <= BITS and backend is not None and bool(backend.has_operation(ops.BitOr))


def masks(rows: ir.Table, first: int) -> ir.Table:
    """person_id, mask from rows of person_id, period: bit i is set where the person was active in period first + i."""
    bit = _TOP >> (first + BITS - 1 - rows.period).cast("int32")
    return rows.group_by("person_id").aggregate(mask=bit.bit_or())


def mask_cohorts(masked: ir.Table, first: int) -> ir.Table:
    """cohort, mask, n of masks whose lowest bit is the start: the mask is shifted so that bit 0 is the start's age."""
    counted = masked.group_by("mask").aggregate(n=lambda t: t.count())
    start = _lowest(counted.mask)
    return counted.select(cohort=(start + first).cast("int32"), mask=counted.mask >> start, n=counted.n)


def start_masks(masked: ir.Table, starts: ir.Table, first: int) -> ir.Table:
    """The same for starts of their own (person_id, cohort): periods before the start do not count.

    Somebody with a start and without activity has the mask 0.
    """
    joined = starts.left_join(masked.select(known="person_id", mask="mask"), [("person_id", "known")])
    own = (joined.cohort - first).cast("int32")
    shifted = joined.select(cohort=joined.cohort.cast("int32"), mask=joined.mask.fill_null(0) >> own)
    return shifted.group_by("cohort", "mask").aggregate(n=lambda t: t.count())


def steps_of_masks(counted: ir.Table, longest: int) -> pd.DataFrame:
    """Counted steps from (cohort, mask, n): cohort, age, back, next, n. `longest`: the highest age that can occur."""
    age = np.arange(MARKER, longest + 1, dtype=np.int32)
    ages = ibis.memtable(
        {
            "age": age,
            "here": np.maximum(age, 0),  # shifts, none of them negative or beyond the bits
            "before": np.maximum(age - 1, 0),
            "after": np.minimum(age + 1, BITS),
        }
    )
    crossed = counted.cross_join(ages)
    active = (crossed.age == MARKER) | (((crossed.mask >> crossed.here) & 1) == 1)
    rest = crossed.mask >> crossed.after
    found = crossed.filter(active).select(
        cohort=crossed.cohort,
        age=crossed.age,
        back=ibis.ifelse(crossed.age > 0, (crossed.mask >> crossed.before) & 1, 0).cast("int8"),
        next=ibis.ifelse(rest == 0, NOWHERE, crossed.after + _lowest(rest.nullif(0))).cast("int32"),
        n=crossed.n,
    )
    table: pd.DataFrame = (
        found.group_by("cohort", "age", "back", "next").aggregate(n=lambda t: t.n.sum().cast("int64")).to_pandas()
    )
    return table


def steps_of_periods(active: ir.Table, starts: ir.Table, longest: int) -> pd.DataFrame:
    """Counted steps by window functions.

    Args:
        active: person_id, age: distinct, age 0 = the start's own; ages below 0 do not count.
        starts: person_id, cohort, ages (how many of the person's ages are complete).
        longest: ages beyond are drawn together into longest + 1, and steps between them are left out.
    """
    begun = starts.select("person_id", age=ibis.literal(MARKER).cast("int32"))
    kept = active.filter(active.age >= 0).select("person_id", age=active.age.cast("int32"))
    own = ibis.window(group_by="person_id", order_by="age")
    path = begun.union(kept).mutate(before=ibis._.age.lag().over(own), next=ibis._.age.lead().over(own))
    path = path.filter(path.age <= longest)
    joined = path.join(starts.select(known="person_id", cohort="cohort", ages="ages"), [("person_id", "known")])
    # An age beyond the longest still has to lie within the complete ones to count as "later".
    later = (joined.next > longest) & (joined.next < joined.ages)
    found = joined.select(
        cohort=joined.cohort.cast("int32"),
        ages=joined.ages.cast("int32"),
        age=joined.age,
        back=((joined.age > 0) & (joined.before == joined.age - 1)).fill_null(False).cast("int8"),
        next=ibis.cases(
            (joined.next.isnull(), NOWHERE), (later, longest + 1), (joined.next > longest, NOWHERE), else_=joined.next
        ).cast("int32"),
    )
    table: pd.DataFrame = found.group_by(*COLUMNS[:-1]).aggregate(n=lambda t: t.count().cast("int64")).to_pandas()
    return table


def _lowest(mask: ir.IntegerValue) -> ir.IntegerValue:
    """The place of the lowest bit: the logarithm of a power of two, which is exact as a float."""
    return (mask & -mask).cast("float64").log2().round().cast("int32")
