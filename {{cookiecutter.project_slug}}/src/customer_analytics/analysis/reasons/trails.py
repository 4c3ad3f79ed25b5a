"""What people did before a cut-off, read in the engine: their deeds by day, and who was like whom until then."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.analysis.reasons.last_path import SPANS
from customer_analytics.analysis.stream.people import person_id
from customer_analytics.analysis.stream.person_days import has_events
from customer_analytics.tables.store import Tables

# Deeds that no event names. The blank before the name keeps them apart from the client's events, whose names have none.
ORDER, DISCOUNT, LOW_RATING, FEEDBACK, UNSUBSCRIBED = (
    " order", " order at a discount", " low rating", " feedback", " unsubscribed"
)  # fmt: skip
LOW = 2  # ratings up to here are a complaint
MOST_DEEDS = 40
MOST_PEOPLE = 20_000  # of a cut-off
SEEN = (0, 3, 7, 14, 30, 60, 90, 180, 365)  # bounds of the classes: days since the last one seen, since the last order,
TENURE = (7, 14, 30, 60, 90, 180, 365)  # since the first one seen,
MEAN_GAP = (3, 7, 14, 30, 60, 90)  # mean days between the days seen,
ACTIVE = (1, 2, 3, 5, 8, 14, 21)  # days seen within the span
BEGINNING, ONCE = 7, 1.02  # a deed of the first days that people do once tells when they came, not what they did
PEOPLE = ["row", "person_id", "cut", "left"]


def deeds(tables: Tables) -> ir.Table | None:
    """Every deed of everybody: person_id, deed, day (number); what is known only later (paid, taken back) is left out.

    None where nobody does anything.
    """
    parts: list[ir.Table] = []
    if has_events(tables) and tables.has("events", "event"):
        events = tables["events"]
        parts.append(_deed(events, "occurred_on", events.event))
    if tables.has("orders", "customer_id", "ordered_on"):
        orders = tables["orders"]
        if "amount" in orders.columns:
            orders = orders.filter(~(orders.amount < 0).fill_null(False))
        parts.append(_deed(orders, "ordered_on", ibis.literal(ORDER)))
        if "discount" in orders.columns:
            parts.append(_deed(orders.filter(orders.discount > 0), "ordered_on", ibis.literal(DISCOUNT)))
    if tables.has("feedback", "customer_id", "given_on"):
        said = tables["feedback"]
        parts.append(_deed(said, "given_on", ibis.literal(FEEDBACK)))
        if "rating" in said.columns:
            parts.append(_deed(said.filter(said.rating <= LOW), "given_on", ibis.literal(LOW_RATING)))
    if tables.has("touches", "customer_id", "unsubscribed_on"):
        parts.append(_deed(tables["touches"], "unsubscribed_on", ibis.literal(UNSUBSCRIBED)))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _deed(rows: ir.Table, day: str, name: ir.StringValue) -> ir.Table:
    table = rows.select(person_id=person_id(rows), deed=name, day=rows[day].epoch_days().cast("int32"))
    return table.filter(table.person_id.notnull(), table.deed.notnull(), table.day.notnull())


def sample(people: pd.DataFrame, seed: int) -> pd.DataFrame:
    """At most MOST_PEOPLE of each cut-off, with a number (`row`); `people`: person_id, cut, left."""
    parts = []
    for cut, own in people.sort_values(["cut", "person_id"]).groupby("cut"):
        if len(own) > MOST_PEOPLE:
            generator = np.random.default_rng([seed, int(str(cut))])
            own = own.iloc[np.sort(generator.choice(len(own), MOST_PEOPLE, replace=False))]
        parts.append(own)
    table = pd.concat(parts, ignore_index=True) if parts else people.head(0)
    return table.assign(row=np.arange(len(table)))[PEOPLE]


def read(done: ir.Table, people: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What compare needs of some people: (people with stratum_<days>, deeds with the days before the last one seen).

    Args:
        done: of `deeds`.
        people: of `sample`.
    """
    rows = people[["row", "person_id", "cut"]].astype({"row": "int32", "cut": "int32"})
    wanted = ibis.memtable(rows, schema={"row": "int32", "person_id": "string", "cut": "int32"})
    own = done.semi_join(wanted.select("person_id").distinct(), "person_id").distinct().cache()
    own = own.anti_join(ibis.memtable({"deed": _beginnings(own)}, schema={"deed": "string"}), "deed")
    facts, trail = expressions(own, wanted)
    frame: pd.DataFrame = people.merge(facts.to_pandas(), on="row", how="inner").sort_values("row", ignore_index=True)
    last_done: pd.DataFrame = trail.to_pandas().sort_values(["row", "deed"], ignore_index=True)
    return _with_strata(frame), _frequent(last_done)


def expressions(own: ir.Table, wanted: ir.Table) -> tuple[ir.Table, ir.Table]:
    """What is read of each row of `wanted` (row, person_id, cut) from the deeds `own` (person_id, deed, day).

    Returns:
        Before the cut-off: (row, last and first day seen, days seen, last order day, active_<days> within the spans),
        and (row, deed, days before the last one seen on which it was done last) within the longest span.
    """
    days = own.select("person_id", "day").distinct()
    seen = wanted.inner_join(days, "person_id").filter(lambda t: t.day < t.cut)
    lives = seen.group_by("row").aggregate(
        last=seen.day.max(), first=seen.day.min(), days=seen.count(), cut=seen.cut.max(), person_id=seen.person_id.max()
    )
    near = lives.select("row", "person_id", "cut", "last").inner_join(own, "person_id")
    near = near.filter(near.day < near.cut, near.day > near["last"] - max(SPANS))
    recent = near.group_by("row").aggregate(
        **{f"active_{span}": near.day.nunique(where=near.day > near["last"] - span) for span in SPANS}
    )
    orders = wanted.inner_join(own.filter(own.deed == ORDER), "person_id").filter(lambda t: t.day < t.cut)
    ordered = orders.group_by("row").aggregate(ordered=orders.day.max())
    facts = lives.left_join(recent, "row").left_join(ordered, "row")
    facts = facts.select("row", "last", "first", "days", "ordered", *(f"active_{span}" for span in SPANS))
    return facts, near.group_by("row", "deed").aggregate(days=near["last"].max() - near.day.max())


def _beginnings(own: ir.Table) -> list[str]:
    """Deeds with which people begin, such as signing up: done once, mostly in the first days."""
    first = own.group_by("person_id").aggregate(first=own.day.min())
    aged = own.inner_join(first, "person_id")
    early = (aged.day - aged["first"] < BEGINNING).ifelse(1, 0).sum()
    counts: pd.DataFrame = (
        aged.group_by("deed").aggregate(times=aged.count(), people=aged.person_id.nunique(), early=early).to_pandas()
    )
    begins = (counts["times"] <= ONCE * counts["people"]) & (counts["early"] > counts["times"] / 2)
    return sorted(counts.loc[begins, "deed"])


def _with_strata(people: pd.DataFrame) -> pd.DataFrame:
    """Numbers of the strata: people of one number are of the same cut-off and alike until then."""
    cut = people["cut"].to_numpy()
    gap = (people["last"] - people["first"]) / (people["days"] - 1).clip(lower=1)
    classes = [
        cut,
        np.searchsorted(SEEN, cut - people["last"].to_numpy()),
        np.where(people["ordered"].isna(), -1, np.searchsorted(SEEN, cut - people["ordered"].fillna(0).to_numpy())),
        np.searchsorted(TENURE, cut - people["first"].to_numpy()),
        np.where(people["days"] == 1, -1, np.searchsorted(MEAN_GAP, gap.to_numpy())),
    ]
    alike = pd.DataFrame({str(number): values for number, values in enumerate(classes)})
    strata = {
        f"stratum_{span}": alike.assign(active=np.searchsorted(ACTIVE, people[f"active_{span}"].to_numpy()))
        .groupby([*alike.columns, "active"], sort=True)
        .ngroup()
        .to_numpy()
        for span in SPANS
    }
    return people.assign(**strata)


def _frequent(trail: pd.DataFrame) -> pd.DataFrame:
    """The deeds of the most people."""
    counts = trail["deed"].value_counts()
    names = sorted(counts.index, key=lambda name: (-int(counts[name]), str(name)))[:MOST_DEEDS]
    return trail[trail["deed"].isin(names)].reset_index(drop=True)
