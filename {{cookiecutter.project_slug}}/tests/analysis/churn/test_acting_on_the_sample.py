"""Acting on the synthetic client: its randomised campaigns against what was planted, and the scores as a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from customer_analytics.analysis.actions import ActionsResult, analyse, customer_tables, metrics, tables
from customer_analytics.analysis.actions.moments import money, silences
from customer_analytics.analysis.actions.outputs import LEAST
from customer_analytics.analysis.actions.result import SCORES
from customer_analytics.analysis.churn.result import ChurnResult
from customer_analytics.analysis.churn.study import Study, study
from customer_analytics.analysis.scoring.result import ScoringResult, nothing
from customer_analytics.analysis.uplift.assemble import analyse as lift
from customer_analytics.analysis.uplift.campaigns import assigned_people, contrasts
from customer_analytics.engagement.parameters import ChurnParameters
from customer_analytics.language import Language
from customer_analytics.narrative.churn import pilot, profit, saving, tiers, value_at_risk
from customer_analytics.narrative.churn.scores import customer_tables as customer_scores
from customer_analytics.narrative.churn.view import View
from customer_analytics.tables.store import open_tables

NOBODY = pd.Series([], dtype=object)


@pytest.fixture(scope="module")
def long_window(sample_client: Any) -> pd.DataFrame:
    """Past campaigns followed over the report's own window."""
    parameters = ChurnParameters(horizon_days=90)
    found = study(sample_client.tables, parameters)
    return lift(sample_client.tables, found, NOBODY, 1).campaigns.set_index("campaign_id")


@pytest.fixture(scope="module")
def short_window(sample_client: Any) -> pd.DataFrame:
    """The same over the fortnight that the truth is told for, with everybody who took part."""
    parameters = ChurnParameters(horizon_days=14, active_days=400)
    found = study(sample_client.tables, parameters)
    return lift(sample_client.tables, found, NOBODY, 1).campaigns.set_index("campaign_id")


def test_only_campaigns_with_a_sound_control_group_and_a_window_that_is_over_are_compared(
    long_window: pd.DataFrame,
) -> None:
    assert long_window["verdict"].to_dict() == {
        "CMP01": "no_control",  # both arms got a message
        "CMP02": "sound",
        "CMP03": "sound",  # planned one in five, not half and half
        "CMP04": "sound",
        "CMP05": "no_arms",  # aimed at customers with many orders
        "CMP06": "sound",
        "CMP07": "sound",
        "CMP08": "ratio",  # a fifth of the control group never reached the export
        "CMP09": "not_over",
    }
    assert long_window.loc["CMP08", "ratio_p"] < 0.001
    assert long_window.loc["CMP05", ["treated_n", "effect"]].isna().all(), "the targeted campaign has no effect to show"


@pytest.mark.parametrize("campaign", ["CMP02", "CMP03", "CMP04", "CMP06", "CMP09"])
def test_the_effect_of_a_campaign_is_the_planted_one(
    sample_client: Any, short_window: pd.DataFrame, campaign: str
) -> None:
    arms = sample_client.truth["campaigns"][campaign]["arms"]
    treated = [arm for arm in arms.values() if "effect" in arm]
    planted = np.average([arm["effect"]["conversion"] for arm in treated], weights=[arm["written"] for arm in treated])
    row = short_window.loc[campaign]
    assert row["verdict"] == "sound"
    half = (row["high"] - row["low"]) / 2
    assert abs(row["effect"] - planted) < 1.5 * half  # five campaigns: each but seldom outside of its interval
    if planted > 0.04:
        assert row["low"] < planted < row["high"] + half


def test_orders_that_are_brought_forward_keep_nobody_over_the_whole_window(
    sample_client: Any, short_window: pd.DataFrame, long_window: pd.DataFrame
) -> None:
    """CMP07 moves orders of the month after into its fortnight."""
    moved = sample_client.truth["campaigns"]["CMP07"]["arms"]["early_bird"]["effect"]["conversion"]
    row = short_window.loc["CMP07"]
    assert moved > 0.05
    assert abs(row["effect"] - moved) < 0.75 * (row["high"] - row["low"])
    assert long_window.loc["CMP07", "low"] < 0 < long_window.loc["CMP07", "high"]
    assert long_window.loc["CMP07", "effect"] < row["effect"]


def by_silence(client: Any, found: Study) -> ScoringResult:
    """A forecast by silence alone, in place of fitted models."""

    def people(cut: int) -> pd.DataFrame:
        frame = found.people(client.tables, cut).to_pandas().sort_values("person_id", ignore_index=True)
        seen = silences(found.life.spells, frame.assign(cut=cut))
        return frame.assign(cut=cut, recency=(0.3 + 0.6 * seen["silent"] / 200).clip(0.05, 0.95))

    tested = pd.concat([people(cut) for cut in found.windows.cuts[-2:]], ignore_index=True)
    now = people(found.windows.now).rename(columns={"recency": "probability"})
    now = now.assign(low=now["probability"] - 0.05, high=now["probability"] + 0.05)
    return dataclasses.replace(
        nothing("", found.windows.cuts), out_of_time=True, tests=found.windows.cuts[-2:], methods=("recency", "rate"),
        predictions=tested[["cut", "person_id", "left", "recency"]], chosen="recency", why="no_rule",
        now=now[["person_id", "probability", "low", "high"]],
    )  # fmt: skip


@pytest.fixture(scope="module")
def acting(sample_client: Any) -> tuple[ActionsResult, Callable[[], ActionsResult]]:
    """The result, and the same made anew from tables opened anew."""

    def make() -> ActionsResult:
        parameters, opened = ChurnParameters(horizon_days=90), open_tables(sample_client.project)
        found = study(opened, parameters)
        return analyse(opened, found, by_silence(sample_client, found), None, parameters)

    return make(), make


def test_every_scored_customer_stands_once_with_all_that_the_contract_asks(
    acting: tuple[ActionsResult, Callable[[], ActionsResult]],
) -> None:
    result, _ = acting
    scores = result.scores
    assert tuple(scores.columns) == SCORES
    assert list(SCORES[:9]) == [
        "customer_id", "probability", "tier", "value", "reason_1", "reason_2", "reason_3", "action", "valid_until",
    ]  # fmt: skip
    assert scores["customer_id"].is_unique
    assert scores["probability"].between(0, 1).all()
    assert set(scores["tier"]) <= {"high", "medium", "low"}
    assert (scores["value"] >= 0).all()
    assert (scores["valid_until"] == "2026-07-30").all()  # a month after 30 June 2026
    assert scores["expected_profit"].is_monotonic_decreasing


def test_the_same_inputs_give_the_same_scores_and_the_same_arms_to_the_last_digit(
    acting: tuple[ActionsResult, Callable[[], ActionsResult]],
) -> None:
    first, make = acting
    again = make()
    pd.testing.assert_frame_equal(first.scores, again.scores, check_exact=True)
    assert first.ledger is not None
    assert again.ledger is not None
    pd.testing.assert_frame_equal(first.ledger, again.ledger, check_exact=True)


def test_nobody_without_consent_is_told_to_be_contacted(
    sample_client: Any, acting: tuple[ActionsResult, Callable[[], ActionsResult]]
) -> None:
    scores = acting[0].scores
    customers = sample_client.tables["customers"].select("customer_id", "consent").to_pandas()
    agreed = set(customers.loc[customers["consent"].eq(True), "customer_id"])
    quiet = scores["action"].isin(["leave_alone"])
    assert set(scores.loc[~quiet, "customer_id"]) <= agreed
    unsubscribed = sample_client.tables["touches"].filter(lambda t: t.unsubscribed_at.notnull())
    gone = set(unsubscribed.select("customer_id").to_pandas()["customer_id"])
    assert not set(scores.loc[~quiet, "customer_id"]) & gone


def test_tables_and_metrics_add_up_to_the_scores(
    acting: tuple[ActionsResult, Callable[[], ActionsResult]],
) -> None:
    result, _ = acting
    numbers, made, lists = metrics(result), tables(result, 1), customer_tables(result)
    scores = result.scores
    assert len(scores) >= LEAST
    assert made["tiers"]["customers"].sum() == len(scores) == made["actions"]["customers"].sum()
    assert numbers["value_at_risk"] == pytest.approx(scores["value_at_risk"].sum(), abs=len(scores) * 0.01)
    assert made["actions"]["customers"].dtype == "Int64", "a count is no 382.0"
    assert numbers["contactable"] == int((scores["do_not_disturb"] == "").sum())
    drawn = lists["churn_pilot/assignment.parquet"]
    arms = scores.set_index("customer_id")["action"]
    assert set(drawn["customer_id"]) == set(arms[arms.isin(["pilot_offer", "pilot_control"])].index)
    assert (arms[drawn.loc[drawn["arm"] == "control", "customer_id"]] == "pilot_control").all()
    assert "low_risk" not in set(lists["do_not_disturb"]["do_not_disturb"]), "that is advice, no ban"
    hidden = tables(result, 10_000)["actions"]
    assert hidden["customers"].isna().all()


@pytest.mark.parametrize("engine", ["pyspark", "postgres"])
def test_campaigns_and_moments_are_written_for_other_engines(sample_client: Any, engine: str) -> None:
    """Unbound tables of the same columns; an expression that one of the engines does not know fails here."""
    source = sample_client.tables
    names = ("orders", "touches", "campaigns")
    unbound = {name: ibis.table(source[name].schema(), name=name) for name in names}
    elsewhere = dataclasses.replace(source, tables=unbound)
    assigned = assigned_people(elsewhere)
    assert assigned is not None
    assert "SELECT" in str(ibis.to_sql(assigned, dialect=engine))


def test_contrasts_name_their_arms(sample_client: Any) -> None:
    assigned = assigned_people(sample_client.tables)
    assert assigned is not None
    found = {one.campaign_id: one for one in contrasts(sample_client.tables, assigned)}
    assert found["CMP04"].control == ("control",)
    assert found["CMP04"].treated == ("off_10", "off_20", "off_5")
    assert found["CMP03"].plan_known
    assert money(sample_client.tables, pd.DataFrame({"person_id": [], "cut": []}), 10, 10).empty


@pytest.fixture(scope="module")
def result_of_report(sample_client: Any, acting: tuple[ActionsResult, Callable[[], ActionsResult]]) -> ChurnResult:
    parameters = ChurnParameters(horizon_days=90)
    found = study(sample_client.tables, parameters)
    return ChurnResult(parameters, found, scoring=by_silence(sample_client, found), actions=acting[0])


SECTIONS = (tiers, value_at_risk, profit, saving, pilot)


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_every_sentence_and_table_of_acting_stands_in_both_languages(result_of_report: ChurnResult, code: str) -> None:
    view = View(result_of_report, Language(code, "EUR"), 10)
    said = [str(section.section(view).deck) for section in SECTIONS]
    for section in SECTIONS:
        for finding in section.findings(view):
            said += [str(finding.head), str(finding.statement), str(finding.meaning), str(finding.action)]
    for section in (tiers, value_at_risk, profit, saving):
        for table in section.tables(view):
            said += [str(table.caption), *(str(name) for name, _ in table.columns)]
            said += [str(cell[0]) for row in table.rows for cell in row[:1]]
    said += [str(text) for _, text in pilot.definitions(view)]
    assert len(said) > 40
    assert not [text for text in said if "{" in text or "nan" in text.lower().split()]


def test_the_profit_is_told_with_its_assumptions_in_the_same_sentence(result_of_report: ChurnResult) -> None:
    view = View(result_of_report, Language("en", "EUR"), 10)
    told = next(finding for finding in profit.findings(view) if finding.id == "profit")
    actions = result_of_report.actions
    assert actions is not None
    assert actions.profit is not None
    sentence = str(told.statement).split(". ")[0]
    assert "all three assumed" in sentence
    assert view.language.percent(actions.terms.acceptance) in sentence
    assert view.language.money(actions.profit.profit) in sentence
    assert told.grade == "C", "an assumed acceptance is no test"


def test_scores_leave_in_words_and_in_the_order_of_the_contract(result_of_report: ChurnResult) -> None:
    view = View(result_of_report, Language("en", "EUR"), 10)
    table = customer_scores(view)["scores"]
    assert tuple(table.columns) == SCORES
    assert set(table["action"]) <= {
        "Pilot: make the offer", "Pilot: leave alone until it ends", "Do not disturb", "Remind without an offer",
        "Make the offer", "Wait for the pilot's result", "Nothing to do",
    }  # fmt: skip


def test_nothing_is_said_of_a_handful_but_their_scores_are_written(result_of_report: ChurnResult) -> None:
    actions = result_of_report.actions
    assert actions is not None
    few = dataclasses.replace(actions, scores=actions.scores.head(3))
    view = View(dataclasses.replace(result_of_report, actions=few), Language("en", "EUR"), 10)
    assert not [finding for section in SECTIONS for finding in section.findings(view)]
    assert "n = 3" in str(value_at_risk.section(view).deck)
    assert len(customer_scores(view)["scores"]) == 3
    assert metrics(few)["value_at_risk"] is None
