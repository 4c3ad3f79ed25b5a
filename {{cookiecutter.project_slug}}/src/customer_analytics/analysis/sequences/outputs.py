"""What sequences and reminders leave in files: metrics, tables, and the list of who is due."""

from __future__ import annotations

import pandas as pd

from customer_analytics.analysis.baskets.basket import Baskets
from customer_analytics.analysis.rfm.customers import as_date
from customer_analytics.analysis.sequences.result import Sequences

SEQUENCES = [
    "antecedent", "consequent", "level", "days", "triggers", "count", "people", "customers", "share", "share_low",
    "share_high", "expected", "lift", "lift_low", "lift_high", "lag_low", "lag_median", "lag_high", "after", "before",
    "direction", "direction_low", "direction_high", "base_p", "direction_p", "p_value", "q_value", "significant",
    "lift_later", "lift_later_low", "lift_later_high", "found_earlier",
]  # fmt: skip
REMINDERS = [
    "item", "code", "level", "days", "people", "again", "share", "share_low", "share_high", "expected", "lift",
    "lift_low", "lift_high", "p_value", "q_value", "significant", "candidate", "gaps", "gap_low", "gap_median",
    "gap_high", "due",
]  # fmt: skip
DUE = ["customer_id", "code", "item", "last_bought_on", "gap_days", "own_rhythm", "due_on", "consent"]


def metrics(result: Sequences | None) -> dict[str, float | int | None]:
    """sequences, sequences_tested, sequence_replication (share of those that the earlier part alone shows whose lift
    stays above 1 later), reminder_items."""
    if result is None or result.reason is not None:
        return dict.fromkeys(("sequences", "sequences_tested", "sequence_replication", "reminder_items"))
    held = (
        result.earlier_held / result.earlier_found if result.earlier_found and result.earlier_held is not None else None
    )
    return {
        "sequences": len(result.significant),
        "sequences_tested": result.family,
        "sequence_replication": held,
        "reminder_items": len(result.candidates),
    }


def tables(result: Sequences | None, baskets: Baskets, minimum_group: int) -> dict[str, pd.DataFrame]:
    """sequences.csv and reminders.csv; what fewer than `minimum_group` customers did is not in them."""
    if result is None or result.reason is not None:
        return {}
    labels = dict(zip(baskets.items["item"], baskets.items["label"], strict=True))
    found: dict[str, pd.DataFrame] = {}
    if len(result.table):
        table = result.table[result.table["customers"] >= minimum_group]
        table = table.assign(antecedent=table["a"].map(labels), consequent=table["b"].map(labels), days=result.days)
        found["sequences"] = table[SEQUENCES].reset_index(drop=True)
    if len(result.reminders):
        found["reminders"] = _reminders(result, baskets, labels, minimum_group)
    return found


def _reminders(result: Sequences, baskets: Baskets, labels: dict[int, str], minimum_group: int) -> pd.DataFrame:
    keys = dict(zip(baskets.items["item"], baskets.items["key"], strict=True))
    table = result.reminders[result.reminders["again"] >= minimum_group]
    due = result.due.groupby("item").size() if len(result.due) else pd.Series(dtype="int64")
    waiting = table["item"].map(due).fillna(0).astype("int64")
    return table.assign(
        code=table["item"].map(keys), item=table["item"].map(labels), days=result.reminder_days,
        due=waiting.where((waiting == 0) | (waiting >= minimum_group)).astype("Int64"),
    )[REMINDERS].reset_index(drop=True)  # fmt: skip


def customer_tables(result: Sequences | None, baskets: Baskets) -> dict[str, pd.DataFrame]:
    """reminders_due: who is due for which item within the window, and when."""
    if result is None or not len(result.due):
        return {}
    labels = dict(zip(baskets.items["item"], baskets.items["label"], strict=True))
    keys = dict(zip(baskets.items["item"], baskets.items["key"], strict=True))
    due = result.due
    return {
        "reminders_due": pd.DataFrame(
            {
                "customer_id": due["person_id"],
                "code": due["item"].map(keys),
                "item": due["item"].map(labels),
                "last_bought_on": [as_date(int(day)) for day in due["last_day"]],
                "gap_days": due["gap_days"],
                "own_rhythm": due["own_rhythm"],
                "due_on": [as_date(int(day)) for day in due["due_day"]],
                "consent": due["consent"],
            }
        )[DUE]
    }
