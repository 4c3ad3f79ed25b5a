"""The targeted campaign of the synthetic client, and claims about its campaigns, through the loaded tables."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
from customer_analytics.analysis.claim import Claim, claim
from customer_analytics.analysis.claim import outputs as claim_outputs
from customer_analytics.analysis.comparison import Comparison, comparison, outputs
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative.campaign_evaluation import claim as claim_words
from customer_analytics.narrative.campaign_evaluation import comparison as words
from customer_analytics.narrative.campaign_evaluation import comparison_findings
from customer_analytics.narrative.campaign_evaluation.view import View

PARAMETERS = CampaignEvaluationParameters()
TARGETED = "CMP05"


@pytest.fixture(scope="module")
def compared(campaign_client: Any) -> Comparison:
    return comparison(campaign_client.campaigns, campaign_client.tables, PARAMETERS)


@pytest.fixture(scope="module")
def audited(campaign_client: Any) -> Claim:
    asked = PARAMETERS.model_copy(update={"claim": "+35%", "claim_day": dt.date(2025, 10, 12)})
    return claim(campaign_client.tables, campaign_client.campaigns, asked)


def reading(found: Comparison, method: str, outcome: str = "orders") -> Any:
    table = found.readings
    return table[(table["method"] == method) & (table["outcome"] == outcome)].iloc[0]


def view_of(client: Any, found: Comparison | None, audit: Claim | None, language: str = "en") -> View:
    result = CampaignEvaluationResult(PARAMETERS, client.campaigns, comparison=found, claim=audit)
    return View(result, Language(language, "EUR"), 10, "Europe/London")


def test_only_the_campaign_whose_customers_were_chosen_is_compared(compared: Comparison) -> None:
    assert compared.reason == ""
    assert compared.campaigns["campaign"].tolist() == [TARGETED]


def test_the_plain_difference_is_shown_to_be_biased_and_partners_come_nearer_to_the_planted_effect(
    campaign_client: Any, compared: Comparison
) -> None:
    truth = campaign_client.truth[TARGETED]["effect"]["orders"]  # of any status: 6 % above what may be seen
    plain, partners = reading(compared, "not_contacted"), reading(compared, "matched")
    assert plain["low"] > truth
    assert partners["low"] <= truth <= partners["high"]
    assert abs(partners["effect"] - truth) < 0.7 * abs(plain["effect"] - truth)
    assert plain["grade"] == "D" and reading(compared, "before_after")["grade"] == "D"


def test_balance_is_shown_before_and_after_and_gets_better_where_it_was_bad(compared: Comparison) -> None:
    row, balance = compared.campaigns.iloc[0], compared.balance.set_index("covariate")
    assert abs(balance.at["x_orders", "before"]) > 0.8 > 0.15 > abs(balance.at["x_orders", "after"])
    assert row["kept_share"] > 0.9
    assert row["apart_after"] == pytest.approx(balance["after"].abs().max())


def test_what_is_exported_is_what_was_found(compared: Comparison) -> None:
    made, files = outputs.metrics(compared), outputs.tables(compared, minimum_group=10)
    assert made[f"matched_effect.{TARGETED}.orders"] == reading(compared, "matched")["effect"]
    assert made[f"plain_difference.{TARGETED}.orders"] == reading(compared, "not_contacted")["effect"]
    assert set(files) == {"comparisons", "compared_campaigns", "matched_balance", "sensitivity"}
    hidden = outputs.tables(compared, minimum_group=100_000)
    assert not len(hidden["comparisons"]) and hidden["compared_campaigns"]["n"].isna().all()


def test_a_claim_of_chosen_customers_owes_much_to_the_time_they_were_chosen_in(audited: Claim) -> None:
    parts = audited.parts.set_index("step")["value"]
    assert (audited.reason, audited.whom, audited.campaign) == ("", "contacted", TARGETED)
    assert parts["before_after"] == pytest.approx(audited.after - audited.before)
    assert parts[["before_after", "mix", "regression", "season"]].sum() == pytest.approx(parts["left"])
    assert parts["claimed"] + parts["not_in_data"] == pytest.approx(parts["before_after"])
    assert parts["regression"] > 0.03  # chosen in a good time: without a contact they would have gone down


def test_what_is_left_agrees_with_the_arm_held_out_where_there_is_one(campaign_client: Any) -> None:
    for day in (dt.date(2025, 12, 8), dt.date(2026, 2, 1), dt.date(2026, 5, 22)):
        asked = PARAMETERS.model_copy(update={"claim_day": day})
        found = claim(campaign_client.tables, campaign_client.campaigns, asked)
        left = found.part("left")
        assert left is not None and found.trial_n > 100
        assert max(left["low"], found.trial_low) < min(left["high"], found.trial_high), day


def test_a_claim_without_a_campaign_is_about_everybody_and_held_against_a_year_ago(campaign_client: Any) -> None:
    asked = PARAMETERS.model_copy(update={"claim_day": dt.date(2026, 4, 20), "claim_days": 21})
    found = claim(campaign_client.tables, campaign_client.campaigns, asked)
    assert (found.whom, found.season_from, found.campaign) == ("everybody", "year_ago", "")
    assert found.verdict == "gone"  # nothing happened on that day
    assert claim_outputs.metrics(found)["claim.left"] == found.parts.set_index("step").at["left", "relative"]


@pytest.mark.parametrize(("day", "reason"), [(dt.date(2026, 6, 20), "not_over"), (dt.date(2024, 7, 20), "too_early")])
def test_a_claim_whose_days_are_not_in_the_data_is_not_audited(campaign_client: Any, day: dt.date, reason: str) -> None:
    asked = PARAMETERS.model_copy(update={"claim_day": day, "claim": "+35%"})
    found = claim(campaign_client.tables, campaign_client.campaigns, asked)
    assert found.reason == reason
    view = view_of(campaign_client, None, found)
    assert not claim_words.findings(view) and not claim_words.tables(view) and not claim_words.falls(view)
    assert claim_outputs.metrics(found) == {} == claim_outputs.tables(found)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_page_never_says_more_than_the_grade_allows(
    campaign_client: Any, compared: Comparison, audited: Claim, language: str
) -> None:
    view = view_of(campaign_client, compared, audited, language)
    told = [*comparison_findings.findings(view), *claim_words.findings(view)]
    assert len(told) == 2
    text = " ".join(f"{one.head} {one.statement} {one.meaning} {one.action}" for one in told)
    assert not any(word in text for word in ("caused", "raised", "proves", "significant", "证明"))
    assert told[0].grade in ("B", "D") and told[1].grade == "C"
    for section in (words.section(view), claim_words.section(view)):
        assert section.title and section.deck
    for table in (*words.tables(view), *claim_words.tables(view)):
        assert table.rows and all(len(row) == len(table.columns) for row in table.rows)
    assert len(words.likeness(view)) == len(compared.balance)
    assert "nan" not in text.lower()


def test_the_steps_of_the_figure_lead_from_the_claim_to_what_is_left(campaign_client: Any, audited: Claim) -> None:
    falls = claim_words.falls(view_of(campaign_client, None, audited))
    at = 0.0
    for _, value, _, total, _ in falls:
        at = value if total and at == 0 else at + (0 if total else value)
        if total:
            assert at == pytest.approx(value)
    assert falls[0][1] == pytest.approx(0.35) and falls[-1][4] == "s1"


def test_without_chosen_customers_there_is_nothing_to_compare(campaign_client: Any) -> None:
    campaigns = campaign_client.campaigns
    drawn = dataclasses.replace(campaigns, list=campaigns.list[campaigns.list["kind"] == "randomised"])
    found = comparison(drawn, campaign_client.tables, PARAMETERS)
    assert found.reason == "no_campaigns"
    view = view_of(campaign_client, found, None)
    assert not words.has(view) and not comparison_findings.findings(view)
    assert not outputs.metrics(found) and not outputs.tables(found, 10)
