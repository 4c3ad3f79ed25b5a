"""What the two other questions leave in files: metrics, a table of tests, the people with their probabilities."""

from __future__ import annotations

import math

import pandas as pd

from customer_analytics.analysis.churn.other_targets import Others
from customer_analytics.analysis.rfm.customers import as_date

Metrics = dict[str, float | int | None]
NAMES = ("repurchase", "conversion")
MEASURES = {
    "rate": "rate", "auc": "auc", "log_loss": "log_loss", "calibration_slope": "slope", "top_decile_lift": "lift",
}  # fmt: skip
COLUMNS = ["target", "cut", "people", "came", "method", *MEASURES]
LEAST_IN_DECILE = 10


def metrics(others: Others | None) -> Metrics:
    """repurchase.<name> and conversion.<name>: people asked now, expected, and how well it can be told; always all."""
    numbers: Metrics = {}
    for name in NAMES:
        numbers |= {f"{name}.{key}": None for key in ("people", "expected", *MEASURES)}
    for target in others.targets if others is not None else ():
        numbers[f"{target.name}.people"] = target.now
        scoring = target.scoring
        if not scoring.is_estimable:
            continue
        numbers[f"{target.name}.expected"] = float(scoring.now["probability"].sum())
        numbers |= {f"{target.name}.{key}": _number(scoring.measure(of)) for key, of in MEASURES.items()}
        if scoring.measure("decile_left") < LEAST_IN_DECILE:
            numbers[f"{target.name}.top_decile_lift"] = None
    return numbers


def tables(others: Others | None, minimum_group: int) -> dict[str, pd.DataFrame]:
    """other_targets: each test of each question by the method in use; small counts are left empty, with their rates."""
    rows: list[tuple[object, ...]] = []
    for target in others.targets if others is not None else ():
        scoring = target.scoring
        for row in target.counts.to_dict("records"):
            cut, people, came = int(row["cut"]), int(row["people"]), int(row["came"])
            shown = min(people, came, people - came) >= minimum_group
            found = [scoring.measure(of, cut=cut) if shown else math.nan for of in MEASURES.values()]
            day = as_date(cut).isoformat()
            rows.append((target.name, day, people if shown else None, came if shown else None, scoring.chosen, *found))
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"people": "Int64", "came": "Int64"})
    return {"other_targets": table} if len(table) else {}


def customer_tables(others: Others | None) -> dict[str, pd.DataFrame]:
    """repurchase_scores, conversion_scores: customer_id, probability, low, high, likeliest first."""
    made = {}
    for target in others.targets if others is not None else ():
        if target.scoring.is_estimable and len(target.scoring.now):
            table = target.scoring.now.rename(columns={"person_id": "customer_id"})
            order = ["probability", "customer_id"]
            made[f"{target.name}_scores"] = table.sort_values(order, ascending=[False, True], ignore_index=True)
    return made


def _number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
