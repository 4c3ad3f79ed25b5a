"""One test of all pairs at once: what a small business can do where no single pair has enough buyers.

Whoever takes the first product of any pair is shown its second one. A unit counts once, with the first basket that
holds one of the first products; it counts as a success if that basket holds the second of that pair. The share now is
that of all pairs together, weighted by their baskets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from customer_analytics.analysis.bundles.pairs import WEEK, recent_days
from customer_analytics.analysis.bundles.sizes import per_arm, smallest_conversion, target_rate
from customer_analytics.analysis.bundles.trials import CUSTOMER, MOST_WEEKS, TOGETHER, Traffic

if TYPE_CHECKING:
    from customer_analytics.analysis.baskets import Baskets

ALL = -1  # stands for all pairs where a pair is asked for


@dataclass(frozen=True)
class Pooled:
    """`pairs`: how many; `attach`, `target`: share with the second now and expected; `per_arm`: units in each arm;
    `weeks`: until both are full (inf: longer than is waited for; NaN: not known); `detectable`: smallest conversion
    that the longest test could show; `firsts`, `seconds`: item codes."""

    pairs: int
    attach: float
    target: float
    per_arm: int
    weeks: float
    detectable: float
    firsts: tuple[int, ...]
    seconds: tuple[int, ...]


def pooled(baskets: Baskets, ranked: pd.DataFrame, unit: str, conversion: float) -> Pooled | None:
    """The test of all candidates that are shown at full price; None with fewer than two.

    Args:
        baskets: all of them.
        ranked: candidates, the most promising first: offer, a, b, attach, baskets_a.
        unit: customer or basket.
        conversion: assumed.
    """
    together = ranked[ranked["offer"] == TOGETHER]
    couples = [tuple(sorted(both)) for both in zip(together["a"], together["b"], strict=True)]
    own = together[~pd.Series(couples, index=together.index, dtype="object").duplicated()]
    if len(own) < 2:
        return None
    weight = own["baskets_a"].astype("float64")
    attach = float((own["attach"] * weight).sum() / weight.sum())
    size = per_arm(attach, conversion)
    if size is None:
        return None
    firsts, seconds = (tuple(int(item) for item in own[side]) for side in ("a", "b"))
    traffic = _traffic(baskets, sorted(set(firsts)), unit)
    weeks = traffic.weeks_for(ALL, 2 * size)
    longest = traffic.within(ALL, min(MOST_WEEKS, traffic.most_weeks))
    least = smallest_conversion(attach, longest / 2) if math.isfinite(longest) else math.nan
    return Pooled(len(own), attach, target_rate(attach, conversion), size, weeks, least, firsts, seconds)


def _traffic(baskets: Baskets, firsts: list[int], unit: str) -> Traffic:
    """Units that come with any of these items."""
    window = recent_days(baskets) if baskets.unit != "customer" else None
    nobody = pd.DataFrame({"pair": [], "weeks": [], "customers": []}, dtype="int64")
    if window is None:
        return Traffic(unit, nobody, {}, 0)
    first, last = window
    heads = baskets.heads.filter(baskets.heads.day >= first)
    own = baskets.lines.filter(baskets.lines.item.isin(firsts)).select("basket").distinct()
    rows = heads.select("basket", "person", "day").semi_join(own, "basket")
    days = last - first + 1
    if unit != CUSTOMER:
        count = int(rows.count().to_pyarrow().as_py())
        return Traffic(unit, nobody, {ALL: count * WEEK / days}, days // WEEK)
    known = rows.filter(rows.person.notnull())
    latest = known.group_by("person").aggregate(day=known.day.max())
    weeks = ((last - latest.day.cast("int64")) // WEEK).cast("int64")
    latest = latest.mutate(weeks=weeks)
    counted = latest.group_by("weeks").aggregate(customers=latest.count()).to_pandas()
    return Traffic(unit, counted.assign(pair=ALL)[["pair", "weeks", "customers"]], {}, days // WEEK)
