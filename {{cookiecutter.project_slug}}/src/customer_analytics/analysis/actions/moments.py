"""What came before and after a moment in the life of a person: silence, days, money.

A moment is a person and a cut-off (day number; the first day that is not known). Many moments are looked up at once:
those of the tested cut-offs, those of past campaigns, and now.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pandas as pd

from customer_analytics.analysis.churn import silence_study as classes
from customer_analytics.analysis.churn.study import Study
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.tables.store import Tables

KEYS = {"row": "int64", "person_id": "string", "cut": "int32"}
YEAR = 365


def has_money(tables: Tables) -> bool:
    """Whether orders of customers say what they brought."""
    return tables.has("orders", "customer_id", "ordered_on", "amount")


def silences(spells: ir.Table, moments: pd.DataFrame) -> pd.DataFrame:
    """silent (days since the last day before the cut-off), next_in (days from the cut-off to the next day there; NaN:
    none yet), days (there so far), tenure (days since the first): one row a moment, in the order of the moments.

    All NaN for whoever was never seen before the cut-off. `spells`: see features.life.
    """
    asked = _asked(moments)
    joined = asked.inner_join(spells, "person_id")
    here = joined.filter((joined.day < joined.cut) & (joined.next_day >= joined.cut).fill_null(True))
    found: pd.DataFrame = here.select(
        "row",
        silent=(here.cut - here.day).cast("float64"),
        next_in=(here.next_day - here.cut).cast("float64"),
        days=here.ordinal.cast("float64"),
        tenure=(here.cut - here.begun).cast("float64"),
    ).to_pandas()
    return _in_order(found, len(moments), ("silent", "next_in", "days", "tenure"))


def money(tables: Tables, moments: pd.DataFrame, before: int, after: int) -> pd.DataFrame:
    """past and later: net money of the `before` days up to the cut-off and of the `after` days from it on; and bought
    (purchase days in the days before). 0 where there is none; in the order of the moments."""
    paid = payments(tables["orders"])
    paid = paid.filter(paid.customer_id.notnull())
    days = paid.group_by(person_id=paid.customer_id.cast("string"), day=paid.day).aggregate(
        net=paid.net.sum().cast("float64"), bought=paid.bought.ifelse(1, 0).max()
    )
    joined = _asked(moments).inner_join(days, "person_id")
    past = (joined.day < joined.cut) & (joined.day >= joined.cut - before)
    later = (joined.day >= joined.cut) & (joined.day < joined.cut + after)
    kept = joined.filter(past | later).mutate(is_past=past, is_later=later)
    found: pd.DataFrame = (
        kept.group_by("row")
        .aggregate(
            past=kept.net.sum(where=kept.is_past),
            later=kept.net.sum(where=kept.is_later),
            bought=kept.bought.sum(where=kept.is_past).cast("float64"),
        )
        .to_pandas()
    )
    return _in_order(found, len(moments), ("past", "later", "bought")).fillna(0.0)


def longest_silences(study: Study, seen: pd.DataFrame) -> npt.NDArray[np.float64]:
    """The longest silence that counts as being here for each of `seen` (of silences), by the person's own rhythm."""
    days, span = seen["days"].to_numpy(), (seen["tenure"] - seen["silent"]).to_numpy()
    mean = span / np.maximum(days - 1, 1)
    everyone = float(study.limits.get(classes.ALL, study.windows.active_days))
    limits = [float(study.limits.get(name, everyone)) for name in classes.RHYTHMS]
    first, *bounds = limits
    slower = np.array(bounds)[np.searchsorted(classes.BOUNDS, np.nan_to_num(mean), side="left")]
    return np.where(days <= 1, first, slower)


def _asked(moments: pd.DataFrame) -> ir.Table:
    frame = pd.DataFrame(
        {
            "row": np.arange(len(moments), dtype=np.int64),
            "person_id": moments["person_id"].astype(str).to_numpy(dtype=object),
            "cut": moments["cut"].to_numpy(dtype=np.int32),
        }
    )
    return ibis.memtable(frame, schema=ibis.schema(KEYS))


def _in_order(found: pd.DataFrame, rows: int, columns: tuple[str, ...]) -> pd.DataFrame:
    """One row a moment, whatever order the engine gave them in. Sums of money come rounded to the hundredth of a cent,
    so that the order in which an engine adds changes nothing."""
    indexed = found.set_index("row").reindex(np.arange(rows)).astype(np.float64)
    result: pd.DataFrame = indexed[list(columns)].round(4).reset_index(drop=True)
    return result
