"""What the funnel leaves for people to use: how far each customer came, and the definition to paste and to keep."""

from __future__ import annotations

import pandas as pd
import yaml

from customer_analytics.analysis.funnel.definition import Definition
from customer_analytics.analysis.funnel.result import FunnelResult
from customer_analytics.analysis.stream.people import customer_id_of

_HEADING = (
    "# The funnel of this report. Paste it into engagement.yml to count by the same rules again, whatever the data "
    "hold.\n"
)


def customer_tables(result: FunnelResult) -> dict[str, pd.DataFrame]:
    """furthest_step: one row an attempt of a known customer: customer_id, entered_at, furthest, name, mature.

    Visitors are left out: nobody can be contacted by a cookie. Times are naive UTC.
    """
    attempts = result.attempts
    known = attempts.mutate(customer_id=customer_id_of(attempts.person_id))
    known = known.filter(known.customer_id.notnull())
    frame = known.select("customer_id", "entered_at", "furthest", "mature").order_by("customer_id", "entered_at")
    table: pd.DataFrame = frame.to_pandas()
    names = dict(enumerate(result.definition.labels, 1))
    table.insert(3, "name", table["furthest"].map(names))
    return {"furthest_step": table}


def documents(result: FunnelResult) -> dict[str, str]:
    """definition.yml: the rules of the funnel, as engagement.yml takes them."""
    settings = {"reports": {"funnel": as_parameters(result.definition)}}
    return {"definition.yml": _HEADING + yaml.safe_dump(settings, allow_unicode=True, sort_keys=False, width=120)}


def as_parameters(found: Definition) -> dict[str, object]:
    """A definition as the parameters that give it again."""
    return {
        "steps": [step.text for step in found.steps],
        "order": found.order,
        "unit": found.unit,
        "window_days": found.window_days or 36_500,
        "attempt": found.attempt,
        "entry": found.entry,
        "occurrence": found.occurrence,
        "exclude": [step.text for step in found.exclude],
        "hold": [*found.hold],
        "tolerance_seconds": found.tolerance_seconds,
    }
