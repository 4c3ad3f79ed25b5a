"""Each pack's own client: the funnel is the industry's way with the planted numbers, tags and lists run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from customer_analytics.analysis import funnel
from customer_analytics.analysis.query import names_in, parse_condition
from customer_analytics.analysis.tags import tag_query
from customer_analytics.engagement.tags import read_catalogue
from customer_analytics.packs import side
from customer_analytics.packs.reading import pack_of
from customer_analytics.statistics import wilson

WITH_A_WAY = ("education", "finance", "local_services", "saas_content", "b2b")
STAGES = {"education": "learning_stage", "finance": "account_stage", "b2b": "deal_stage"}
FACTS = {"finance": {"asset_tier", "risk_taste"}, "local_services": {"distance_band"}}
LANGUAGES = {"finance": "zh_CN", "local_services": "en"}
ClientOf = Callable[[str], Any]


def people_by_step(client: Any, steps: list[str]) -> list[int]:
    """How many customers made each step and all before it in their order, by pandas from the clean table."""
    events = client.tables["events"].to_pandas()
    firsts = events[events.event.isin(steps)].groupby(["customer_id", "event"]).occurred_at.min().unstack()
    reached, counts, before = firsts[steps[0]].notna(), [], firsts[steps[0]]
    for step in steps:
        reached &= firsts[step].notna() & (firsts[step] >= before)
        before = firsts[step]
        counts.append(int(reached.sum()))
    return counts


def values_of(client: Any, tags: set[str]) -> pd.DataFrame:
    """Tags by customer."""
    query = tag_query(client.tables, read_catalogue(client.project), wanted=tags).query
    return query.values(sorted(tags)).to_pandas().set_index("customer_id")


@pytest.mark.parametrize("industry", WITH_A_WAY)
def test_the_funnel_is_the_industrys_way(client_of: ClientOf, industry: str) -> None:
    client, way = client_of(industry), pack_of(industry).way
    reports = client.project.engagement.reports
    result = funnel.analyse(client.tables, reports.funnel)
    definition = result.definition
    assert (definition.origin, definition.window_given) == ("usual", False)
    assert list(definition.labels) == [step.event for step in way]
    assert definition.window_days == reports.funnel.usual_window_days
    truth = client.truth["way"]
    drawn = truth["steps"]
    assert people_by_step(client, [step.event for step in way])[-len(drawn) :] == [truth["made"][s] for s in drawn]
    assert result.steps["reached"].iloc[0] <= people_by_step(client, [way[0].event])[0]


@pytest.mark.parametrize("industry", WITH_A_WAY)
def test_planted_shares_are_recovered_within_their_intervals(client_of: ClientOf, industry: str) -> None:
    truth, pack = client_of(industry).truth["way"], pack_of(industry)
    made = truth["made"]
    weak = truth["weak"]["step"]
    for before, step in zip(truth["steps"], truth["steps"][1:], strict=False):
        interval = wilson(made[step], made[before], z=3.3)
        least, most = min(truth["share"][step].values()), max(truth["share"][step].values())
        # Some have left, or the export ends, before they could: the realised share is at most the planted one.
        assert 0.6 * least <= interval.high and interval.low <= most, step
        assert step == weak or least == most
    assert truth["share"][weak]["Android app"] == pytest.approx(0.6 * truth["share"][weak]["iOS app"])
    assert weak == next(step.event for step in pack.way if step.weak)


@pytest.mark.parametrize("industry", WITH_A_WAY)
def test_lists_of_the_industry_can_be_asked_for(client_of: ClientOf, industry: str) -> None:
    client, audiences = client_of(industry), pack_of(industry).audiences
    conditions = {name: parse_condition(audience.rule, where=name) for name, audience in audiences.items()}
    wanted = frozenset[str]().union(*map(names_in, conditions.values()))
    query = tag_query(client.tables, read_catalogue(client.project), wanted=wanted).query
    everybody = client.tables["customers"].count().execute()
    for name, condition in conditions.items():
        assert 0 <= query.customers(condition, where=name).count().execute() < everybody, name


@pytest.mark.parametrize("industry", sorted(FACTS))
def test_columns_of_the_industry_are_tags(client_of: ClientOf, industry: str) -> None:
    client, facts = client_of(industry), pack_of(industry).sample.facts
    values = values_of(client, FACTS[industry])
    for fact in facts:
        shares = values[fact.column].value_counts(normalize=True)
        written = [side(level, LANGUAGES[industry]) for level in fact.levels]
        assert [shares[level] for level in written] == pytest.approx(list(fact.shares), abs=0.02)


@pytest.mark.parametrize("industry", sorted(STAGES))
def test_a_stage_is_the_furthest_step_as_pandas_finds_it(client_of: ClientOf, industry: str) -> None:
    client, steps = client_of(industry), [step.event for step in pack_of(industry).way]
    tag = STAGES[industry]
    values = values_of(client, {tag})[tag]
    events = client.tables["events"].to_pandas()
    furthest = pd.Series(-1, index=values.index)
    for number, step in enumerate(steps):
        made = set(events.loc[events.event == step, "customer_id"].dropna())
        furthest[furthest.index.isin(made)] = number
    told = pd.crosstab(furthest, values)
    assert (told > 0).sum(axis=1).eq(1).all() and (told > 0).sum(axis=0).eq(1).all()
    assert furthest.nunique() == len(steps) + 1 if industry != "b2b" else furthest.nunique() >= len(steps)
