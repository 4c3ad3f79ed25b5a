"""The lists of whom to contact and whom not: today's customers, their consent, each on one list at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from customer_analytics.analysis.campaigns.facts import facts_of
from customer_analytics.analysis.targeting.lists import lists
from customer_analytics.analysis.targeting.result import Last
from customer_analytics.analysis.targeting.trial import assigned
from customer_analytics.engagement.parameters import CampaignEvaluationParameters
from customer_analytics.statistics import Interval

if TYPE_CHECKING:
    from .conftest import CampaignClient


@pytest.mark.parametrize("deciles", [3, 0])
def test_everybody_who_may_be_contacted_is_on_one_list(campaign_client: CampaignClient, deciles: int) -> None:
    campaigns, tables = campaign_client.campaigns, campaign_client.tables
    outcome = campaigns.outcome("converted")
    assert outcome is not None
    codes = [int(row["code"]) for row in campaigns.compared()]
    found = assigned(campaigns, codes, outcome, 90)
    assert found is not None
    last = Last(deciles, 100, 0.0, Interval(-0.01, 0.01), put_off=False)
    parameters = CampaignEvaluationParameters()
    known_of = facts_of(campaigns, tables, parameters)
    target, suppress, left_out, barred = lists(tables, known_of, found, parameters, last)
    listed = tables["customers"].select("customer_id", "consent").to_pandas()
    agreed = listed.groupby("customer_id")["consent"].min()
    unsubscribed = tables["touches"].filter(tables["touches"].unsubscribed_at.notnull()).customer_id.to_pandas()
    both = {*target["customer_id"], *suppress["customer_id"]}
    assert len(both) == len(target) + len(suppress)
    assert not both & {*agreed.index[agreed.eq(False)]}
    assert not both & {*unsubscribed}
    known = {*listed["customer_id"], *tables["orders"].customer_id.to_pandas().dropna()}
    assert both <= known
    assert len(both) + left_out + barred == len(known)
    assert target["rank"].tolist() == list(range(1, len(target) + 1))
    assert target["change"].is_monotonic_decreasing
    assert target["decile"].max() <= 10 - deciles
    if deciles:
        assert suppress["decile"].min() > 10 - deciles
        assert set(suppress["why"]) == {"no_gain"}
    else:
        assert len(suppress) == 0
