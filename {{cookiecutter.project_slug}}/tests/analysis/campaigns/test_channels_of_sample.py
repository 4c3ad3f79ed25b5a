"""Channels and attribution on the synthetic client: what was planted is found, and what was not is not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from customer_analytics.analysis.attribution import MODELS, Attribution, attribution
from customer_analytics.analysis.attribution import outputs as attributing
from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
from customer_analytics.analysis.channels import Channels, channels
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative import campaign_evaluation as words


@pytest.fixture(scope="module")
def planted(campaign_client: Any) -> dict[str, Any]:
    return dict(json.loads((campaign_client.raw / "truth.json").read_text(encoding="utf-8"))["channels"])


@pytest.fixture(scope="module")
def brought(campaign_client: Any) -> Channels:
    return channels(campaign_client.tables, CampaignEvaluationParameters())


@pytest.fixture(scope="module")
def credited(campaign_client: Any) -> Attribution:
    client, parameters = campaign_client, CampaignEvaluationParameters()
    return attribution(client.tables, client.campaigns, parameters, client.experiments)


def test_the_planted_channel_is_the_one_that_keeps_nobody(brought: Channels, planted: dict[str, Any]) -> None:
    assert brought.leaving == planted["leaving_channel"]


def test_a_customer_costs_what_was_planted(brought: Channels, planted: dict[str, Any]) -> None:
    for row in brought.table.to_dict("records"):
        truth = planted[row["channel"]]
        # A handful of doubled accounts in the export are customers of their own.
        assert row["customers"] == pytest.approx(truth["customers"], rel=0.01)
        if truth["spend"] is not None:
            assert row["spend"] == pytest.approx(truth["spend"]["cost"])
            assert row["cost"] == pytest.approx(truth["spend"]["cost_per_customer"], rel=0.01)


def test_no_money_is_moved_to_the_channel_that_keeps_nobody(brought: Channels, planted: dict[str, Any]) -> None:
    assert brought.budget is not None
    assert brought.budget.to_channel != planted["leaving_channel"]
    assert brought.budget.from_channel == "paid search"  # dearest by far


def test_all_models_share_out_the_same_orders(credited: Attribution) -> None:
    assert (credited.source, credited.models) == ("events", MODELS)
    sums = credited.credits.groupby("model")[["conversions", "value"]].sum()
    assert sums["conversions"].tolist() == pytest.approx([credited.conversions] * len(MODELS))
    assert sums["value"].tolist() == pytest.approx([credited.value] * len(MODELS))


def test_the_contract_of_the_file_comes_first(credited: Attribution) -> None:
    table = attributing.tables(credited, 10)["attribution"]
    assert table.columns[:5].tolist() == ["channel", "model", "conversions", "value", "share"]


def test_email_is_held_against_its_sound_experiments(credited: Attribution, campaign_client: Any) -> None:
    own = credited.calibration[credited.calibration["channel"] == "email"]
    assert set(own["model"]) == set(MODELS) - {"markov"}
    truth = campaign_client.truth
    # Brand newsletter has no effect; the test of the sender's name has no control without contact.
    sent = (("CMP02", "voucher"), ("CMP09", "voucher"))
    expected = sum(
        truth[name]["arms"][arm]["effect"]["orders"] * truth[name]["arms"][arm]["assigned"] for name, arm in sent
    )
    assert own["low"].iloc[0] < expected < own["high"].iloc[0]


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_every_sentence_and_cell_can_be_said(
    campaign_client: Any, brought: Channels, credited: Attribution, code: str
) -> None:
    parameters = CampaignEvaluationParameters()
    result = CampaignEvaluationResult(parameters, campaign_client.campaigns, attribution=credited, channels=brought)
    view = words.View(result, Language(code, "EUR"), 10, "Europe/London", "retail")
    said: list[str] = []
    for section in (words.channels, words.budget, words.attribution):
        said += [str(text) for text in (section.section(view).title, section.section(view).deck)]
    listed = (words.channels, words.channel_months, words.budget, words.attribution, words.calibration)
    for table in (table for module in listed for table in module.tables(view)):
        said += [str(table.caption), *(str(cell[0]) for row in table.rows for cell in row)]
        said += [str(part) for line in table.how for part in line]
        assert all(len(row) == len(table.columns) for row in table.rows)
    for figure in (words.channels.figure(view), words.attribution.figure(view)):
        said += [str(text) for text in figure.keywords.values()]
    for finding in words.channel_findings.findings(view) + words.attribution_findings.findings(view):
        said += [str(finding.head), str(finding.statement), str(finding.meaning), str(finding.action)]
        assert not re.search(r"\b(prove|significant)", str(finding.statement))
    assert not [text for text in said if re.search(r"[{}]|\bnan\b|None", text)]
    if code == "zh_CN":
        # Names of the client stay as they are; everything else is Chinese.
        names = re.compile("|".join(map(re.escape, (*credited.channels, "deal site", "organic"))))
        plain = [re.sub(names, "", text) for text in said]
        foreign = [text for text in plain if re.search(r"[A-Za-z]{4,}", text) and "Mantel-Haenszel" not in text]
        assert not [text for text in foreign if not re.search(r"offline|Europe", text)], foreign
