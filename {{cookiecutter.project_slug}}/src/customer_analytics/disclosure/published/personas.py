"""The people in the tables and metrics of the personas report."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, count, group, part, share, table

TABLES = {
    "tags": table("tag class", part("customers", "customers/coverage", "coverage")),
    "tag_dictionary": table("tag class", part("customers", "customers/coverage", "coverage")),
    "tag_distribution": table("tag item number", group("customers")),
    "tag_redundancy": table("first second", group("customers")),
    "tag_overlap": table("tags", group("customers", WHOLE)),
    "personas": table("persona", group("customers", WHOLE)),
    "profile": table("persona feature", group("customers")),
    "index": table("persona source name", group("customers")),
    "hours": NOBODY,
    "channels": NOBODY,
    "months": NOBODY,
    "features": table("feature class kind", count("missing")),
    "number_of_personas": NOBODY,
    "validity": NOBODY,
    "movement": table("from_persona to_persona", group("customers", "from_persona", "to_persona")),
    "combinations": table(
        "target audience", group("customers"), share("rate", "customers"),
        count("held_out", "held_rate held_low held_high"), share("held_rate", "held_out", "held_low held_high"),
        count("customers_today"),
    ),
    "fairness": table("attribute", count("customers")),
    "voice_labels": table("label", group("customers")),
    "voice_topics": table(
        "topic", group("customers"), part("negative", "texts", "share low high"), part("positive", "texts")
    ),
    "voice_personas": table("persona", group("customers"), count("positive"), count("negative")),
    "voice_quality": NOBODY,
    "lookalike_counts": table("persona", group("customers")),
}  # fmt: skip
METRICS = table("", count("customers"), part("customers_described", "customers"), count("customers_too_little_known"))
SUMS = (("persona.", ".customers"),)
