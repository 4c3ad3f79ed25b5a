"""Facts of a customer that a model gives: the RFM report's own scores, segments and stages, under the same settings.

Tags and audiences use them by name, so that "champions" in a list are the champions of the report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.rfm import analyse
from customer_analytics.analysis.tags.result import Reason, Why
from customer_analytics.engagement.parameters import RfmParameters
from customer_analytics.tables.store import Tables

NEEDS = ("orders.customer_id", "orders.ordered_at", "orders.amount")
RFM_FACTS: Mapping[str, str] = {  # name in rules -> column of the RFM result
    "rfm_segment": "segment",
    "rfm_r": "r",
    "rfm_f": "f",
    "rfm_m": "m",
    "eight_type": "eight_type",
    "abc": "abc",
    "lifecycle_stage": "stage",
    "lifecycle_phase": "phase",
}
_SCORES = ("rfm_r", "rfm_f", "rfm_m")


class ModelFacts(NamedTuple):
    """`table`: customer_id and the facts that could be made, None without any; `lacking`: why the others could not."""

    table: ir.Table | None
    lacking: Mapping[str, Reason]


def model_facts(data: Tables, parameters: RfmParameters, wanted: Collection[str]) -> ModelFacts:
    """The wanted facts of models. Nothing runs when none is wanted."""
    names = [name for name in RFM_FACTS if name in wanted]
    if not names:
        return ModelFacts(None, {})
    absent = tuple(need for need in NEEDS if not _has(data, need))
    if absent:
        return ModelFacts(None, dict.fromkeys(names, Reason(Why.MISSING, absent)))
    customers = analyse(data, parameters).customers
    made = [name for name in names if RFM_FACTS[name] in customers.columns]
    lacking = {name: Reason(Why.NO_RHYTHM) for name in names if name not in made}
    if not made or not len(customers):
        return ModelFacts(None, lacking | dict.fromkeys(made, Reason(Why.EMPTY)))
    frame = pd.DataFrame({"customer_id": customers["customer_id"].astype(object)})
    for name in made:
        column = customers[RFM_FACTS[name]]
        frame[name] = column.astype(float) if name in _SCORES else column.astype(str).astype(object)
    return ModelFacts(ibis.memtable(frame), lacking)


def _has(data: Tables, need: str) -> bool:
    table, column = need.split(".")
    return data.has(table, column.removesuffix("_at") + "_on" if column.endswith("_at") else column)
