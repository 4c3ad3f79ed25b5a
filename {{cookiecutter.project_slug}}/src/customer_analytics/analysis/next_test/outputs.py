"""What the next test leaves in files: metrics, tables, and the assignment."""

from __future__ import annotations

import math

import pandas as pd

from customer_analytics.analysis.next_test.result import NextTest
from customer_analytics.analysis.next_test.sizes import units_needed
from customer_analytics.analysis.rfm.customers import day_number
from customer_analytics.disclosure.hiding import small_groups

Metrics = dict[str, float | int | None]
NAMES = ("base", "needed", "n", "available", "detectable", "weeks", "cost")
CLOSE = 0.05  # two lifts nearer than this to each other are one row
STEPS = (0.5, 1.0, 1.5, 2.0, 3.0)  # times the smallest lift that is worth while


def metrics(test: NextTest | None) -> Metrics:
    """next_test.<name>; None where not known. `detectable` is a relative lift, `base` a mean without contact."""
    made: Metrics = {f"next_test.{name}": None for name in NAMES}
    if test is None:
        return made
    values = {
        "base": test.base.mean, "needed": test.needed, "n": float(test.n), "detectable": test.detectable,
        "available": math.nan if test.pool is None else float(len(test.pool.people)), "weeks": test.weeks,
        "cost": test.cost,
    }  # fmt: skip
    return {f"next_test.{name}": _known(value) for name, value in values.items()}


def sizes(test: NextTest) -> pd.DataFrame:
    """lift (relative), mean (with it), needed (units of the whole test), each_arm (contact arm), control, weeks: for
    several lifts, with that which all who may be contacted would see. Empty where no size can be stated; no row for a
    lift that no size sees."""
    rows = []
    now = day_number(test.assigned_on) + 1
    lifts = [step * test.lift for step in STEPS]
    if math.isfinite(test.detectable_all):
        apart = [lift for lift in lifts if abs(lift / test.detectable_all - 1) > CLOSE or lift == test.lift]
        lifts = sorted({*apart, test.detectable_all})
    for lift in lifts if not test.reason else ():
        needed = units_needed(test.base, test.base.mean * lift, test.shape)
        if math.isfinite(needed):
            held = math.ceil(needed * test.shape.holdout)
            weeks = math.nan if test.pool is None else test.pool.weeks_for(needed, now)
            rows.append(
                (lift, test.base.mean * (1 + lift), int(needed), math.ceil((needed - held) / test.shape.contacts), held,
                 weeks)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=["lift", "mean", "needed", "each_arm", "control", "weeks"])


def tables(test: NextTest | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """File name -> table; strata too small to be shown are empty but for their name."""
    if test is None:
        return {}
    made = {}
    if len(found := sizes(test)):
        made["next_test_sizes"] = found
    if test.strata is not None:
        hidden = small_groups(test.strata["customers"].to_numpy(), minimum_group)
        own = test.strata.set_axis(["stratum", "customers", *_plain(test.arms)], axis=1)
        counts = own.columns[1:]
        made["next_test_strata"] = own.assign(**{name: own[name].astype("Int64").mask(hidden) for name in counts})
    return made


def customer_tables(test: NextTest | None) -> dict[str, pd.DataFrame]:
    """The assignment in the layout of the ledger, and as a plain list for those who send."""
    if test is None or test.ledger is None or test.assignment is None:
        return {}
    plain = test.assignment.rename(columns={"person_id": "customer_id"}).sort_values("customer_id", ignore_index=True)
    return {"next_test/assignment.parquet": test.ledger, "next_test_assignment": plain}


def _plain(arms: tuple[str, ...]) -> list[str]:
    """Names of arms as heads of columns, none of them twice or one of ours."""
    return [f"arm {name}" for name in arms]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
