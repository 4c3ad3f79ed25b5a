"""The fixes worth testing, ranked: what each would win x how feasible it is x how firm the evidence is.

Feasibility and evidence are weights that we assume and print, not findings: a fault of one's own page is easier to mend
than the mix of channels, and who lives where cannot be mended at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from customer_analytics.analysis.dropoff.drivers import Drivers
from customer_analytics.analysis.dropoff.prize import Worth
from customer_analytics.analysis.dropoff.reasons import Reasons
from customer_analytics.analysis.dropoff.sizes import test_size
from customer_analytics.analysis.dropoff.units import Units

MOST = 8
OWN_PRODUCT = ("device", "page", "element", "app_version", "version", "browser", "platform", "os", "landing")
OFFER = ("payment_method", "store", "category", "plan")
MARKETING = ("channel", "source", "medium", "campaign", "acquisition_channel", "acquisition_campaign")
FEASIBLE: Mapping[str, float] = {"product": 0.9, "offer": 0.6, "marketing": 0.4, "people": 0.2, "unknown": 0.5}
REASON_AREA: Mapping[str, str] = {
    "payment": "product", "identity": "product", "error": "product", "delivery": "offer", "price": "offer",
}  # fmt: skip
ADJUSTED, DESCRIBED = 0.8, 0.5  # weight of evidence: still there after adjusting (grade B), or described (grade C)
COLUMNS = [
    "rank", "kind", "step", "property", "value", "area", "n", "rate", "reference", "extra", "extra_low", "extra_high",
    "money", "margin", "feasibility", "evidence", "score", "per_arm", "weeks", "target",
]  # fmt: skip


def portfolio(
    units: Units, drivers: Drivers, reasons: Reasons, totals: pd.Series, worth: Worth, weeks: float
) -> pd.DataFrame:
    """COLUMNS, at most MOST rows, best first.

    `kind`: "group" (a group below the rest) or "reason" (something that the lost met; `property` is then its group and
    `value` what is said). `reference`: the rate aimed at; `score`: margin (else money, else conversions) x feasibility
    x evidence; `per_arm`, `weeks`, `target`: the test of a fix that closes half of the gap, with half of the group's
    traffic in each arm. The rows overlap and are not to be summed.

    Args:
        units: what was searched.
        drivers: the claimed groups with their prizes.
        reasons: what the lost met.
        totals: n_1 .. n_K over all units.
        worth: of a conversion.
        weeks: length of the time in which the units entered.
    """
    names = {each.column: each for each in units.properties}
    rows = [_of_group(row, names[str(row["property"])].name, names[str(row["property"])].source == "customer")
            for row in drivers.prizes.to_dict("records")]  # fmt: skip
    rows += [found for row in reasons.marked.to_dict("records") if (found := _of_reason(row, units, totals, worth))]
    for row in rows:
        best = next((value for value in (row["margin"], row["money"], row["extra"]) if not math.isnan(value)), 0.0)
        row["score"] = best * row["feasibility"] * row["evidence"]
        traffic = row["n"] / weeks if weeks > 0 else 0.0
        size = test_size(row["rate"], row["reference"], traffic, row.pop("inflation"))
        row |= {"per_arm": math.nan, "weeks": math.nan, "target": math.nan}
        if size is not None:
            row |= {"per_arm": size.per_arm, "weeks": size.weeks, "target": size.target}
    table = pd.DataFrame(rows, columns=COLUMNS[1:]).sort_values("score", ascending=False, kind="stable").head(MOST)
    table.insert(0, "rank", range(1, len(table) + 1))
    return table.reset_index(drop=True)


def area_of(name: str, of_customer: bool) -> str:
    """Who could change it: "product", "offer", "marketing", "people" or "unknown"."""
    plain = name.lower()
    if any(word in plain for word in MARKETING):
        return "marketing"
    if of_customer:
        return "people"
    if any(word in plain.split("_") or word == plain for word in OWN_PRODUCT):
        return "product"
    return "offer" if plain in OFFER else "unknown"


def _of_group(row: Mapping[Any, Any], name: str, of_customer: bool) -> dict[str, Any]:
    area = area_of(name, of_customer)
    adjusted = row["adjusted"]
    return {
        "kind": "group", "step": row["step"], "property": name, "value": row["value"], "area": area, "n": row["n"],
        "rate": row["rate"], "reference": row["rest_rate"], "extra": row["extra"], "extra_low": row["extra_low"],
        "extra_high": row["extra_high"], "money": row["money"], "margin": row["margin"],
        "feasibility": FEASIBLE[area], "evidence": ADJUSTED if adjusted == adjusted else DESCRIBED,
        "inflation": row["inflation"],
    }  # fmt: skip


def _of_reason(row: Mapping[Any, Any], units: Units, totals: pd.Series, worth: Worth) -> dict[str, Any] | None:
    """The units that met it, were they to go on as often as those who did not; None for a whole group of reasons."""
    if not row["said"]:
        return None
    step = int(row["step"])
    lost, lost_with = int(row["lost"]), int(row["lost_with"])
    on, on_with = int(row["went_on"]), int(row["went_on_with"])
    n, others = lost_with + on_with, lost + on - lost_with - on_with
    if not others or not n:
        return None
    reference = (on - on_with) / others
    onward = float(totals[f"n_{units.last}"]) / float(totals[f"n_{step}"]) if totals[f"n_{step}"] else 0.0
    extra = max(n * reference - on_with, 0.0) * onward
    area = REASON_AREA[str(row["group"])]
    return {
        "kind": "reason", "step": step, "property": row["group"], "value": row["said"], "area": area, "n": n,
        "rate": on_with / n, "reference": reference, "extra": extra, "extra_low": math.nan, "extra_high": math.nan,
        "money": extra * worth.mean, "margin": extra * worth.mean * worth.margin,
        "feasibility": FEASIBLE[area], "evidence": DESCRIBED, "inflation": 1.0,
    }  # fmt: skip
