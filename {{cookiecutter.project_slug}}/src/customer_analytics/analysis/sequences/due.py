"""Who is due for a reminder: the item's usual gap, or the customer's own where it has been bought often enough."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.tables.store import Tables

OWN_GAPS = 3  # gaps of a customer's own from which their mean counts, not the item's usual gap
COLUMNS = ["person_id", "item", "last_day", "gap_days", "own_rhythm", "due_day", "consent"]


def due_soon(
    tables: Tables, lines: ir.Table, baskets: Baskets, again: pd.DataFrame, last: int, days: int
) -> pd.DataFrame:
    """Customers and items whose next purchase falls due in the `days` after the last day known.

    Returns:
        person_id, item, last_day (of the last purchase), gap_days (whole days), own_rhythm (whether the gap is the
        customer's own), due_day, consent ("yes", "no", "unknown"); days since 1970-01-01; the soonest first.
    """
    wanted = again[again["candidate"].astype(bool)] if len(again) else again
    if not len(wanted):
        return pd.DataFrame(columns=COLUMNS)
    asked = ibis.memtable(
        wanted[["item", "gap_median"]].astype({"item": "int32", "gap_median": "float64"}),
        schema={"item": "int32", "gap_median": "float64"},
    )
    joined = lines.inner_join(asked, "item")
    own = joined.group_by("person", "item").aggregate(
        first=joined.day.min(), last_day=joined.day.max(), times=joined.day.nunique(), usual=joined.gap_median.max()
    )
    rhythm = own.times > OWN_GAPS
    gap = ibis.ifelse(rhythm, (own.last_day - own.first) / (own.times - 1).nullif(0), own.usual).round().cast("int32")
    timed = own.mutate(gap_days=gap, own_rhythm=rhythm, due_day=(own.last_day + gap).cast("int32"))
    soon = timed.filter(timed.due_day > last, timed.due_day <= last + days)
    heads = baskets.heads
    names = (
        heads.filter(heads.person.notnull())
        .group_by(named=heads.person.cast("int64"))
        .aggregate(person_id=heads.person_id.min())
    )
    found = _with_consent(tables, soon.inner_join(names, soon.person == names.named))
    frame: pd.DataFrame = found.select(*COLUMNS).to_pandas()
    return frame.sort_values(["due_day", "person_id", "item"], ignore_index=True)


def _with_consent(tables: Tables, found: ir.Table) -> ir.Table:
    """The same with consent; a customer listed twice who refused once has refused."""
    if not tables.has("customers", "customer_id", "consent"):
        return found.mutate(consent=ibis.literal("unknown"))
    customers = tables["customers"]
    given = customers.group_by(listed=customers.customer_id.cast("string")).aggregate(
        agreed=customers.consent.cast("int8").min()
    )
    joined = found.left_join(given, found.person_id == given.listed)
    return joined.mutate(consent=ibis.cases((joined.agreed == 1, "yes"), (joined.agreed == 0, "no"), else_="unknown"))
