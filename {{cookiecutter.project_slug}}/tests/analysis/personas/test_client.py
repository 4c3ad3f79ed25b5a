"""The whole analysis on the synthetic client: the planted groups come back, and where there are none it says so."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from customer_analytics.analysis import personas
from customer_analytics.analysis.personas import PersonasResult, engine
from customer_analytics.analysis.personas.result import TOO_LITTLE_KNOWN
from customer_analytics.analysis.query import parse_condition
from customer_analytics.analysis.tags import TagPortrait, tag_query
from customer_analytics.engagement.parameters import PersonasParameters
from customer_analytics.tables.store import Tables

if TYPE_CHECKING:
    from conftest import Client

QUICK = PersonasParameters(resamples=19)


def test_the_five_planted_personas_are_found(result: PersonasResult, client: Client) -> None:
    assert result.structure.status == "found"
    assert result.choice.k == client.truth.nunique() == len(result.personas)
    members = result.customers[result.customers["persona"].str.startswith("persona_")]
    truth = client.truth.loc[members["customer_id"]].to_numpy()
    assert adjusted_rand_score(truth, members["persona"]) >= 0.8
    stability = sorted(persona.stability for persona in result.personas)
    assert stability[0] >= 0.6  # the smallest group has a hundred customers here
    assert stability[1] >= 0.75


def test_each_persona_is_mostly_one_planted_group_and_named_by_what_was_planted(
    result: PersonasResult, client: Client
) -> None:
    members = result.customers[result.customers["persona"].str.startswith("persona_")]
    truth = client.truth.loc[members["customer_id"]].to_numpy()
    table = pd.crosstab(members["persona"].to_numpy(), truth)
    assert sorted(table.idxmax(axis=1)) == sorted(client.truth.unique())
    night = result.persona(str(table["night"].idxmax()))
    assert "night_share" in night.standouts[0].feature
    assert night.standouts[0].direction == "high"
    bargain = result.persona(str(table["bargain"].idxmax()))
    assert any(one.code == "high_discount_share" for one in bargain.standouts[:3])


def test_everybody_is_in_exactly_one_group_and_all_money_is_there(result: PersonasResult, client: Client) -> None:
    people = result.population
    assert people.described + people.too_little == people.customers == len(result.customers)
    assert result.customers["customer_id"].is_unique
    assert (result.customers["persona"] == TOO_LITTLE_KNOWN).sum() == people.too_little
    assert sum(persona.customers for persona in result.personas) == people.described
    assert sum(persona.revenue for persona in result.personas) == pytest.approx(people.described_revenue)
    assert people.described_revenue + people.too_little_revenue == pytest.approx(people.revenue)
    assert sum(persona.share_revenue for persona in result.personas) == pytest.approx(1)
    listed = client.portrait.values["customer_id"]
    assert set(result.customers["customer_id"]) == set(listed)


def test_a_rule_run_by_the_query_language_gives_the_customers_it_states(result: PersonasResult, client: Client) -> None:
    for persona in result.personas:
        condition = parse_condition(persona.rule.text, where="rule")
        wanted = {feature.name for feature in result.preparation.features}
        query = tag_query(client.tables, client.catalogue, wanted=wanted).query
        chosen = set(query.customers(condition).to_pyarrow().to_pandas()["customer_id"])
        own = set(result.customers.loc[result.customers["persona"] == persona.key, "customer_id"])
        assert len(chosen) == persona.rule.matched
        assert len(chosen & own) == persona.rule.right
        assert persona.rule.precision >= 0.6
        assert persona.rule.recall >= 0.5


def test_a_discovered_audience_run_by_the_query_language_has_as_many_customers_as_stated(
    result: PersonasResult, client: Client
) -> None:
    found = result.discoveries[0].table
    names = {tag.name for tag in client.portrait.ran if tag.name in " ".join(found["audience"])}
    query = tag_query(client.tables, client.catalogue, wanted=names).query
    for row in found.head(2).to_dict("records"):
        chosen = query.customers(parse_condition(row["audience"], where="audience"))
        assert int(chosen.count().to_pyarrow().as_py()) == row["customers_today"]


def test_personas_say_something_of_the_next_period_and_shuffled_ones_do_not(result: PersonasResult) -> None:
    validity = result.validity
    assert validity.status == "tested"
    assert validity.r2("persona") > max(validity.r2("permuted"), 0)
    assert validity.r2("permuted") < 0.01
    low, high = validity.added_interval
    assert low < validity.added < high
    assert validity.added == pytest.approx(validity.r2("rfm_and_persona") - validity.r2("rfm"))


def test_hardly_anybody_changes_persona_for_the_groups_are_planted_for_life(result: PersonasResult) -> None:
    move = result.movement
    assert move.stayed > 0.85 > move.by_chance
    assert move.table["customers"].sum() == result.population.customers
    shares = move.table.groupby("from_persona")["share"].sum()
    np.testing.assert_allclose(shares, 1)


def test_no_sensitive_tag_enters_and_none_is_stood_for(result: PersonasResult, client: Client) -> None:
    sensitive = {tag.name for tag in client.portrait.tags if tag.sensitive}
    assert {"gender", "age"} <= sensitive
    assert not sensitive & {feature.name for feature in result.preparation.features}
    assert {"gender", "age_band", "region"} <= set(result.fairness["attribute"])
    assert (result.fairness["level"] == "none").all()  # planted without relation to the groups


def test_the_hours_and_channels_of_the_personas_add_up(result: PersonasResult) -> None:
    np.testing.assert_allclose(result.hours.groupby("persona")["share"].sum(), 1)
    assert result.hours["weekday"].between(1, 7).all()
    assert result.hours["hour"].between(0, 23).all()
    assert set(result.channels["source"]) >= {"order_channel", "device"}
    np.testing.assert_allclose(result.months.groupby("persona")["share"].sum(), 1)


def test_the_seasonal_persona_buys_in_the_high_season(result: PersonasResult, client: Client) -> None:
    members = result.customers[result.customers["persona"].str.startswith("persona_")]
    truth = client.truth.loc[members["customer_id"]].to_numpy()
    table = pd.crosstab(members["persona"].to_numpy(), truth)
    seasonal = str(table["seasonal"].idxmax())
    own = result.months[result.months["persona"] == seasonal]
    assert own["index"].max() > 130
    assert own.loc[own["index"].idxmax(), "low"] > 100


def test_one_crowd_has_no_personas(client: Client, one_crowd: tuple[Tables, TagPortrait]) -> None:
    """The client with nothing planted: each purchase belongs to a customer drawn at random."""
    tables, portrait = one_crowd
    nothing = personas.analyse(tables, portrait, QUICK)
    assert nothing.population.described > 500
    assert nothing.structure.status == "none"
    assert nothing.personas == ()
    assert (nothing.customers["persona"].isin(["", TOO_LITTLE_KNOWN])).all()
    assert nothing.validity.reason in ("no_personas", "too_short_history")


def test_tags_shuffled_by_themselves_have_no_personas(client: Client) -> None:
    generator = np.random.default_rng(2)
    bought = engine.purchases_of(client.tables)
    known = client.portrait.values["customer_id"].isin(bought.loc[bought["purchases"] >= 3, "customer_id"])
    values = client.portrait.values.copy()
    for tag in client.portrait.for_personas:
        column = values.loc[known, tag.name]
        values.loc[known, tag.name] = column.to_numpy()[generator.permutation(len(column))]
    portrait = dataclasses.replace(client.portrait, values=values)
    assert personas.analyse(client.tables, portrait, QUICK).structure.status == "none"


def test_the_same_seed_gives_the_same_personas(client: Client) -> None:
    quick = PersonasParameters(resamples=19, personas=5)
    first = personas.analyse(client.tables, client.portrait, quick)
    again = personas.analyse(client.tables, client.portrait, quick)
    assert first.validity.status == "not_estimable"  # no catalogue, nothing later
    pd.testing.assert_frame_equal(first.customers, again.customers)
    assert first.personas == again.personas


def test_a_small_sample_gives_much_the_same_personas_to_everybody(result: PersonasResult, client: Client) -> None:
    small = personas.analyse(
        client.tables, client.portrait, PersonasParameters(resamples=19, sample_size=500, personas=5)
    )
    assert small.preparation.sample == 500
    assert small.customers["in_sample"].sum() == 500
    assert adjusted_rand_score(small.customers["persona"], result.customers["persona"]) > 0.8


def test_only_customers_known_too_little_are_listed_as_alike(result: PersonasResult, client: Client) -> None:
    unknown = set(result.customers.loc[result.customers["persona"] == TOO_LITTLE_KNOWN, "customer_id"])
    assert set(result.lookalikes["customer_id"]) <= unknown
    assert len(result.lookalikes) == result.lookalike_counts["customers"].sum() > 0
    right = 0
    for row in result.lookalikes.to_dict("records"):
        own = result.customers.loc[result.customers["persona"] == row["persona"], "customer_id"]
        right += client.truth[row["customer_id"]] == client.truth.loc[own].mode()[0]
    assert right / len(result.lookalikes) > 0.5  # five groups: chance is about a quarter


def test_what_leaves_for_machines_keeps_its_names(result: PersonasResult, client: Client) -> None:
    numbers = personas.metrics(result, client.portrait, 10)
    assert {"customers", "tags", "personas", "silhouette", "validity", "validity_permuted"} <= set(numbers)
    assert numbers["personas"] == 5
    assert numbers["stability.persona_1"] == pytest.approx(result.personas[0].stability)
    tables = personas.tables(result, client.portrait, 10)
    assert list(tables["personas"].columns) == [
        "persona", "customers", "share_customers", "share_revenue", "stability", "rule", "rule_fidelity",
    ]  # fmt: skip
    lists = personas.customer_tables(result)
    assert len(lists["persona_members"]) == result.population.customers
    for name, table in tables.items():
        assert "customer_id" not in table.columns, name
