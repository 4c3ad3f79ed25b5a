"""The people in the tables and metrics of the basket report. Baskets, lines and units are no people."""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, count, group, part, table

TABLES = {
    "set_aside": NOBODY,
    "large_baskets": NOBODY,
    "items": table(
        "key label level category", count("buyers"), part("repeat_buyers", "buyers", "repeat repeat_low repeat_high")
    ),
    "basket_sizes": NOBODY,
    "basket_classes": NOBODY,
    "basket_months": NOBODY,
    "rules": table("rule antecedent consequent level length", count("customers")),
    "substitutes": table(
        "item other_item", count("customers_item"), count("customers_other"), count("customers_both", "customers_lift")
    ),
    "pair_matrix": NOBODY,
    "replication": table("antecedent consequent length", count("customers")),
    "controls": NOBODY,
    "checks": NOBODY,
    "rule_groups": table("rule antecedent consequent column value", count("customers")),
    "rule_seasons": NOBODY,
    "rule_money": table("antecedent consequent", group("customers")),
    "anchors": table("antecedent", group("customers")),
    "attach": table("antecedent consequent", group("customers"), part("customers_together", "customers")),
    "bundles": table("antecedent consequent", group("customers")),
    "bundle_tests": NOBODY,
    "candidates": NOBODY,
    "sequences": table("antecedent consequent level days", count("people"), group("customers")),
    "reminders": table(
        "item code level days", group("people"), part("again", "people", "share low high lift lift_low lift_high"),
        count("due"),
    ),
    "bought_again": table("item product", group("buyers"), part("again", "buyers", "share low high")),
    "similar_items": table("item product rank other other_product", group("together")),
    "recommender_test": table("test method", count("n")),
}  # fmt: skip
METRICS = table("")
SUMS = ()
