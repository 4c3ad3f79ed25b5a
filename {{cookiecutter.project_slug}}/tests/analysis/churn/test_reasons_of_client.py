"""Reasons on the synthetic client: every feature has its sentence, and the last path tells what was planted."""

from __future__ import annotations

import pandas as pd

from customer_analytics.analysis.churn.study import study
from customer_analytics.analysis.features.table import dictionary
from customer_analytics.analysis.reasons import topics, trails
from customer_analytics.analysis.reasons.last_path import LastPath, compare
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.tables.store import Tables


def last_path(tables: Tables) -> LastPath:
    found = study(tables, ChurnParameters())
    parts = [found.people(tables, cut).to_pandas().assign(cut=cut) for cut in found.windows.cuts]
    done = trails.deeds(tables)
    assert done is not None
    return compare(*trails.read(done, trails.sample(pd.concat(parts), 1)), 30)


def test_complaints_are_told_where_they_were_planted(sample_client) -> None:
    found = last_path(sample_client.tables)
    assert trails.LOW_RATING in set(found.clear["deed"])
    row = found.table[found.table["deed"] == trails.LOW_RATING].iloc[0]
    assert row["low"] > 0 and row["q"] < 0.01
    assert set(found.clear["deed"]) <= {trails.LOW_RATING, trails.FEEDBACK, trails.DISCOUNT}


def test_nothing_is_told_of_a_business_in_which_everybody_leaves_alike(plain_client) -> None:
    found = last_path(plain_client.tables)
    assert found.tested > 10 and not len(found.clear)


def test_every_feature_that_can_be_a_reason_has_a_sentence(sample_client) -> None:
    """A feature under a new name would be told as something else that is known."""
    for kind in ("orders", "contracts"):
        names = dictionary(sample_client.tables, kind)
        told = topics.listed(names)
        assert told and not [topic for topic in told if topic.endswith(f".{topics.REST}")]
