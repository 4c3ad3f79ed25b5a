"""The people in the tables and metrics of the data audit.

Faults are counted in rows, and shown in full: whoever mends the data needs them. Customers concerned are people.
"""

from __future__ import annotations

from customer_analytics.disclosure.tables import NOBODY, WHOLE, count, group, table

TABLES = {
    "issues": table("id table column rule severity verdict_effect fix", count("customers", "money")),
    "dictionary": NOBODY,
    "inventory": table("name grain key first last derived", count("customers")),
    "columns": NOBODY,
    "column_rules": NOBODY,
    "checks": table("table column rule", count("customers", "money")),
    "reconciliation": NOBODY,
    "readings": table("reading", count("customers", "repeat_share")),
    "verdicts": NOBODY,
    "daily_volume": table("table date", count("people", "money")),
    "hours": NOBODY,
    "identifiers": NOBODY,
    "heads": table("counted", group("buyers")),
    "clusters": table("accounts or_more", group("people", WHOLE)),
}
METRICS = table(
    "",
    *(
        count(name)
        for name in (
            "identity.accounts", "identity.people", "identity.as_accounts.buyers", "identity.as_people.buyers",
            "identity.crossed_arms", "identity.suspected",
        )
    ),
)  # fmt: skip
SUMS = ()
