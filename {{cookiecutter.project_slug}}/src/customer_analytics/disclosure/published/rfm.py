"""The people in the tables and metrics of the rfm report."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, base, count, group, part, table

TABLES = {
    "segments": table("segment", group("customers", WHOLE)),
    "grid": table("r5 fm5", group("customers", WHOLE, "r5", "fm5", "segment")),
    "thresholds": table("measure score", group("customers", "measure")),
    "concentration": NOBODY,  # points lie at least the smallest group apart
    "eight_types": table("eight_type", group("customers", WHOLE)),
    "classes": table("abc", group("customers", WHOLE)),
    "lifecycle_stages": table("stage", group("customers", WHOLE)),
    "lifecycle_phases": table("stage", group("customers", WHOLE)),
    "changes": table(
        "segment",
        count("customers_earlier", "share_earlier change low high p_adjusted", adds_up=(WHOLE,)),
        count("customers_now", "share_now change low high p_adjusted", adds_up=(WHOLE,)),
    ),
    "holdout": table(
        "segment",
        group("customers", WHOLE),
        part("buyers", "customers", "rate rate_low rate_high", adds_up=(WHOLE,)),
    ),
    "repeat_ladder": table(
        "purchase",
        group("base"),
        part("taken", "base", "rate low high median_days"),
        base("base", "taken", "rate low high"),
    ),
    "value_bridge": table("part", group("customers", WHOLE)),
    "transitions": table("earlier now", group("customers", WHOLE, "earlier", "now")),
    "moves": table(
        "segment",
        group("customers", WHOLE),
        *(part(way, "customers", adds_up=(WHOLE,)) for way in ("up", "level", "down", "out")),
        *(part(drift, "customers", adds_up=(WHOLE,)) for drift in ("drift_down", "drift_out")),
        sums=(("customers", "up level down out"),),
    ),
    "due": table(
        "state",
        count("customers", adds_up=(WHOLE,)),
        count("base", "returned rate low high", adds_up=(WHOLE,)),
        part("returned", "base", "rate low high", adds_up=(WHOLE,)),
    ),
    "cohort_value": table("cohort days", group("customers", "days")),
    "cut_robustness": NOBODY,  # shares of few are left out where they are made
    "weights": NOBODY,
    "budget": table("segment", group("customers", WHOLE)),
    "value_segments": table("segment", group("customers", WHOLE)),
    "value_kinds": table("group", group("customers", WHOLE)),
    "value_models": NOBODY,
    "value_checks": table("check", count("n")),
    "value_holdout": NOBODY,
    "value_holdout_repeats": table("repeats", group("customers", WHOLE)),
    "value_holdout_tenths": table("tenth", group("customers")),
    "value_tracking": NOBODY,
    "value_channels": table("channel", group("customers", WHOLE), part("observed", "customers")),
    "value_channel_curves": table("channel step", group("customers"), count("customers", nested="channel")),
}
METRICS = table(
    "",
    *(
        count(name)
        for name in (
            "customers", "customers_without_purchase", "customers_negative", "quiet_regulars.customers",
            "one_time_buyers.customers", "drift.down",
        )
    ),
)  # fmt: skip
# Metrics that add up to a number that is told: those that begin and end so.
SUMS = (
    ("segment.", ".customers"), ("stage.", ".customers"), ("phase.", ".customers"), ("moved.", ".customers"),
    ("due.", ".customers"),
)  # fmt: skip
