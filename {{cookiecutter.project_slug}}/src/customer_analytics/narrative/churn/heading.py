"""What a column is called where it is quoted: a client's own column by its own heading alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer_analytics.language import Text
from customer_analytics.narrative.churn.features import LONGEST, feature_name

if TYPE_CHECKING:
    from customer_analytics.narrative.churn.view import View

OWN = "."  # own columns are named "table.column"


def heading(view: View, feature: str) -> Text:
    """The name of a feature; of an own column what stands above it in the export."""
    if OWN not in feature:
        return feature_name(view, feature)
    column = feature.split(OWN, 1)[1]
    return Text(column if len(column) <= LONGEST else column[: LONGEST - 1] + "…")
