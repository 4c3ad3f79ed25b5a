"""Facts of a customer that an analysis gives: scores, segments, stages and value as the RFM report has them, sentiment.

Tags and audiences use them by name, so that "champions" in a list are the champions of the report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.util import gen_name

from customer_analytics.analysis import rfm, value
from customer_analytics.analysis.rfm import Scored
from customer_analytics.analysis.sentiment import customer_sentiment
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
VALUE_FACTS: Mapping[str, str] = {"clv": "clv", "p_alive": "p_alive", "expected_purchases": "purchases"}
SENTIMENT = "sentiment"
NAMES = frozenset(RFM_FACTS) | frozenset(VALUE_FACTS) | {SENTIMENT}


class ModelFacts(NamedTuple):
    """`table`: customer_id and the facts that could be made, None without any; `lacking`: why the others could not."""

    table: ir.Table | None
    lacking: Mapping[str, Reason]


def model_facts(data: Tables, parameters: RfmParameters, wanted: Collection[str]) -> ModelFacts:
    """The wanted facts of models, under the settings of the RFM report. No model runs that is not wanted."""
    names = sorted(NAMES & set(wanted))
    lacking: dict[str, Reason] = {}
    frames = [
        *_of_orders(data, parameters, [name for name in names if name != SENTIMENT], lacking),
        *(_of_feedback(data, lacking) if SENTIMENT in names else ()),
    ]
    if not frames:
        return ModelFacts(None, lacking)
    together = frames[0]
    for frame in frames[1:]:
        together = together.merge(frame, on="customer_id", how="outer")
    return ModelFacts(_in_engine(data, together), lacking)


def _of_orders(
    data: Tables, parameters: RfmParameters, names: Sequence[str], lacking: dict[str, Reason]
) -> Iterator[pd.DataFrame]:
    """Scores, segments and stages, then the value ahead; what cannot be made goes into `lacking`."""
    if not names:
        return
    absent = tuple(need for need in NEEDS if not _has(data, need))
    scored = None if absent else rfm.scored_customers(data, parameters)
    if scored is None or not len(scored.customers):
        lacking.update(dict.fromkeys(names, Reason(Why.MISSING, absent) if absent else Reason(Why.EMPTY)))
        return
    frame = scored.customers[["customer_id"]].astype(object)
    for name in (name for name in names if name in RFM_FACTS):
        if RFM_FACTS[name] in scored.customers:
            frame[name] = _as_number_or_text(scored.customers[RFM_FACTS[name]])
        else:
            lacking[name] = Reason(Why.NO_RHYTHM)
    if len(frame.columns) > 1:
        yield frame
    forecasts = [name for name in names if name in VALUE_FACTS]
    ahead = _ahead(data, scored, forecasts) if forecasts else None
    if ahead is not None:
        yield ahead
    else:
        lacking.update(dict.fromkeys(forecasts, Reason(Why.NO_FORECAST)))


def _of_feedback(data: Tables, lacking: dict[str, Reason]) -> Iterator[pd.DataFrame]:
    """What the customer's words say, by the word lists of analysis.sentiment."""
    absent = tuple(need for need in ("feedback.customer_id", "feedback.text") if not _has(data, need))
    said = None if absent else customer_sentiment(data)
    if said is None or not len(said):
        lacking[SENTIMENT] = Reason(Why.MISSING, absent) if absent else Reason(Why.EMPTY)
    else:
        yield said[["customer_id", SENTIMENT]].astype(object)


def _in_engine(data: Tables, frame: pd.DataFrame) -> ir.Table:
    """The frame as a temporary table of the engine that holds the data, so that it can be joined and kept there."""
    return data.backend.create_table(gen_name("model_facts"), ibis.memtable(frame), temp=True)


def _ahead(data: Tables, scored: Scored, names: Sequence[str]) -> pd.DataFrame | None:
    """customer_id and the wanted figures of the model of customer value; None where none holds."""
    customers = value.analyse(data, scored).customers
    if customers is None:
        return None
    columns = {name: customers[VALUE_FACTS[name]].astype(float) for name in names}
    return pd.DataFrame({"customer_id": customers["customer_id"].astype(object), **columns})


def _as_number_or_text(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    return column.astype(str).astype(object)


def _has(data: Tables, need: str) -> bool:
    table, column = need.split(".")
    return data.has(table, column.removesuffix("_at") + "_on" if column.endswith("_at") else column)
