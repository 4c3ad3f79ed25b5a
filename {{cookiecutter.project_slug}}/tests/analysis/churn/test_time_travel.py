"""The timestamp audit: on the synthetic client, deleting everything from a cut-off on changes no dated feature."""

from __future__ import annotations

import dataclasses
import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd

from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.analysis.features import voice
from customer_analytics.analysis.features.facts import facts
from customer_analytics.analysis.features.life import life
from customer_analytics.analysis.features.table import FeatureSource
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables

EPOCH = dt.date(1970, 1, 1)
MAIN = {
    "orders": "ordered", "events": "occurred", "feedback": "given", "touches": "assigned", "subscriptions": "started",
    "customers": "signed_up",
}  # fmt: skip


def as_it_was(tables: Tables, cut: int) -> Tables:
    """The tables without what came from the cut-off on: rows, later times of earlier rows, and what has no time."""
    day = ibis.date(EPOCH + dt.timedelta(days=cut))
    known: dict[str, ir.Table] = {}
    for name, table in tables.tables.items():
        if name in MAIN:
            table = table.filter((table[f"{MAIN[name]}_on"] < day).fill_null(True))
        times = [column for column in table.columns if column.endswith("_on")]
        later = {time: (table[time] >= day).fill_null(False) for time in times}
        empty = {
            column: ibis.ifelse(is_later, None, table[column]).cast(table[column].type())
            for time, is_later in later.items()
            for column in (time, time.removesuffix("_on") + "_at")
        }
        table = table.mutate(**empty)
        if name == "orders":
            table = table.mutate(status=ibis.literal("cancelled"), refund=table.amount)
        known[name] = table
    return dataclasses.replace(tables, tables=known)


def test_features_do_not_change_when_everything_from_the_cut_off_on_is_deleted(sample_client) -> None:
    tables = sample_client.tables
    found: Study = study(tables, ChurnParameters())
    cut = found.windows.cuts[-2]
    people = found.people(tables, cut).select("person_id", cut=ibis.literal(cut, "int32")).cache()
    known = facts(tables)
    today = FeatureSource(tables, found.kind, found.life, known)
    before = as_it_was(tables, cut)
    then = FeatureSource(
        before, found.kind, life(before, found.kind), dataclasses.replace(known, tones=voice.tones(before))
    )
    frames = [source.table(people, (cut,)).to_pandas().sort_values("person_id") for source in (today, then)]
    assert len(frames[0]) > 500
    pd.testing.assert_frame_equal(*[frame.reset_index(drop=True) for frame in frames], check_exact=True)
    assert {
        "silent_days",
        "complaints_early",
        "first_order_discounted",
        "acquisition_channel",
        "consent",
        "age",
    } <= set(frames[0].columns)
