"""The campaigns of the synthetic client, against what was planted and against the rows counted one by one."""

from __future__ import annotations

import datetime as dt

import pandas as pd

DAY = pd.Timedelta(days=1)


def test_every_campaign_is_listed_with_its_assigned_and_arms(campaign_client) -> None:
    campaigns, truth = campaign_client.campaigns, campaign_client.truth
    assert list(campaigns.list["campaign"]) == [f"CMP0{i}" for i in range(1, 10)]
    for row in campaigns.list.itertuples():
        planted = truth[row.campaign]
        assert row.units == planted["written"]
        assert row.kind == planted["kind"]
        assert row.first_on == dt.date.fromisoformat(planted["sent_on"])
        arms = campaigns.arms_of(row.code)
        assert dict(zip(arms["arm"], arms["n"], strict=True)) == (
            {arm: one["written"] for arm, one in planted["arms"].items()} if "arms" in planted else {"": row.units}
        )
