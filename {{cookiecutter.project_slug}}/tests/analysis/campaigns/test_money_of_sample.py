"""Money and the next test on the synthetic client: what was planted, what is withheld, and what the page says of it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

import ibis
import numpy as np
import pytest

from customer_analytics.analysis.campaigns.result import CampaignEvaluationResult
from customer_analytics.analysis.money import money, outputs
from customer_analytics.analysis.next_test import design
from customer_analytics.analysis.next_test.result import LEAST_ARM
from customer_analytics.analysis.rfm.payments import payments
from customer_analytics.analysis.timing import timing
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.language import Language
from customer_analytics.narrative import campaign_evaluation as words
from customer_analytics.narrative.campaign_evaluation import earnings, ladder, next_test, programme

PARAMETERS = CampaignEvaluationParameters()
MODULES = (earnings, programme, ladder, next_test)


@pytest.fixture(scope="module")
def evaluated(campaign_client) -> CampaignEvaluationResult:
    """Of the whole report only what money and the next test need."""
    found, caused = campaign_client.campaigns, campaign_client.experiments
    course = timing(found, caused, campaign_client.tables, PARAMETERS)
    earned = money(found, caused, PARAMETERS, course.moved_away)
    planned = design(found, caused, earned, campaign_client.tables, campaign_client.ledger, PARAMETERS)
    return CampaignEvaluationResult(PARAMETERS, found, caused, course, money=earned, next_test=planned)


def purchases(client) -> float:
    """Share of the orders that are purchases: truths count orders of any status."""
    paid = payments(client.tables["orders"])
    return float(paid.bought.ifelse(1.0, 0.0).mean().to_pyarrow().as_py())


def test_incremental_orders_are_what_the_campaigns_caused(campaign_client, evaluated) -> None:
    truth, share = json.loads((campaign_client.raw / "truth.json").read_text())["campaigns"], purchases(campaign_client)
    inside = []
    for row in evaluated.money.arms.itertuples():
        if row.grade == "A":
            caused = truth[row.campaign]["arms"][row.arm]["effect"]["orders"] * row.n * share
            inside.append(row.incremental_orders_low <= caused <= row.incremental_orders_high)
    assert len(inside) >= 8
    assert sum(inside) >= len(inside) - 1


def test_the_campaign_with_lost_rows_has_no_money_anywhere(evaluated) -> None:
    own = evaluated.money.arms.set_index("campaign").loc["CMP08"]
    assert own["grade"] == "D"
    assert math.isnan(own["incremental_margin"]) and math.isnan(own["roi"])
    numbers = outputs.metrics(evaluated.money)
    assert numbers["incremental_margin.CMP08"] is None and numbers["roi.CMP08"] is None
    assert "CMP08" not in set(evaluated.money.ladder.rungs["campaign"])


def test_only_contacts_against_no_contact_are_added_up(evaluated) -> None:
    earned = evaluated.money
    assert earned.contacts_alone == ("CMP01",)
    sound = earned.arms[(earned.arms["grade"] == "A") & (earned.arms["campaign"] != "CMP01")]
    sound = sound[~sound["campaign"].isin(earned.moved)]
    assert earned.programme["cumulative"].iloc[-1] == pytest.approx(sound["incremental_margin"].sum())
    assert earned.programme["campaigns"].sum() == sound["campaign"].nunique()


def test_the_margin_of_a_discount_is_what_is_left_of_it(evaluated) -> None:
    """Money comes from each order's own costs: what extra orders bring in margin is well below their revenue."""
    arms = evaluated.money.arms
    sure = arms[arms["incremental_revenue_low"] > 0]
    assert len(sure)
    share = sure["incremental_margin"] / sure["incremental_revenue"]
    assert share.between(0.1, 0.7).all()


def test_the_next_test_is_drawn_among_those_who_may_be_written_to(campaign_client, evaluated) -> None:
    test = evaluated.next_test
    assert test.reason == test.pool_reason == ""
    customers = campaign_client.tables["customers"].select("customer_id", "consent").to_pandas()
    agreed = set(customers.loc[customers["consent"].fillna(False).astype(bool), "customer_id"])
    assert set(test.assignment["person_id"]) <= agreed
    assert min(test.sizes) >= LEAST_ARM
    touches = campaign_client.tables["touches"]
    gone = touches.filter(touches.unsubscribed_on.notnull()).select("customer_id").distinct().to_pandas()
    assert not set(gone["customer_id"]) & set(test.assignment["person_id"])
    paid = payments(campaign_client.tables["orders"]).group_by("customer_id")
    spent = paid.aggregate(net=ibis._.net.sum().cast("float64")).to_pandas().set_index("customer_id")["net"]
    by_arm = test.assignment.assign(net=test.assignment["person_id"].map(spent)).groupby("arm")["net"]
    difference = by_arm.mean().diff().iloc[-1] / np.sqrt((by_arm.var() / by_arm.size()).sum())
    assert abs(difference) < 3


def said(view: words.View) -> Iterator[str]:
    """Everything that these modules put on the page."""
    for module in MODULES:
        if not module.has(view):
            continue
        yield str(module.section(view).deck)
        for table in module.tables(view):
            yield str(table.caption)
            yield from (str(text) for line in table.how for text in line)
            yield from (str(cell[0]) for row in table.rows for cell in row)
        for finding in module.findings(view):
            yield from map(str, (finding.head, finding.statement, finding.meaning, finding.action))
        yield from map(str, getattr(module, "remarks", lambda _: [])(view))
    yield from (f"{head}: {text}" for head, text in next_test.definitions(view))
    yield from map(str, (ladder.figure(view).title, ladder.figure(view).alt))


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_the_page_never_proves_and_never_shows_a_gap_as_a_number(evaluated, code: str) -> None:
    view = words.View(evaluated, Language(code, "EUR"), 10, "Europe/London", "retail")
    text = "\n".join(said(view))
    assert len(text) > 2_000
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b|[{}]", text)
    assert not re.search(r"\bproves?\b|\bsignificant\b|证明了", text)
    if code == "zh_CN":
        assert not re.search(r"[\u4e00-\u9fff][,;:!?][\u4e00-\u9fff]", text)


def test_the_plan_of_the_next_test_is_a_document_without_any_customer(evaluated) -> None:
    view = words.View(evaluated, Language("en", "EUR"), 10, "Europe/London", "retail")
    (text,) = next_test.documents(view).values()
    assert text.startswith("# Plan of the next test\n")
    assert text.count("\n## ") == len(next_test.definitions(view))
    ids = set(evaluated.next_test.assignment["person_id"])
    assert not ids & set(re.findall(r"\w+", text))
