"""A draw in the shape of the ledger, so that a test which a report drew can become an audience."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from customer_analytics.tables.ledger import SCHEMA


def ledger_rows(
    audience: str,
    assignment: pd.DataFrame,
    seed: int,
    assigned_on: dt.date,
    assigned_at: dt.datetime,
    expires_on: dt.date | None,
) -> pd.DataFrame:
    """The assignment in the columns and types of the ledger (tables.ledger.SCHEMA): put into a folder of its name below
    `audiences/`, it is one more audience, and the evaluation of campaigns finds its arms.

    Args:
        audience: its name; the campaign is called by it and the day.
        assignment: person_id, arm, stratum.
        seed: of the draw.
        assigned_on: the as-of day in the engagement's zone.
        assigned_at: its end, naive UTC.
        expires_on: last day on which the arms must be kept apart.
    """
    n = len(assignment)
    frame = pd.DataFrame(
        {
            "campaign_id": f"{audience}_{assigned_on.isoformat()}",
            "customer_id": assignment["person_id"],
            "arm": assignment["arm"],
            "assigned_at": pd.Series([assigned_at] * n, index=assignment.index).astype("datetime64[us]"),
            "assigned_on": [assigned_on] * n,
            "audience": audience,
            "version": np.ones(n, dtype=np.int32),
            "stratum": assignment["stratum"],
            "seed": np.full(n, seed, dtype=np.int64),
            "expires_on": [expires_on] * n,
        }
    )
    rows: pd.DataFrame = frame[SCHEMA.names]
    return rows
