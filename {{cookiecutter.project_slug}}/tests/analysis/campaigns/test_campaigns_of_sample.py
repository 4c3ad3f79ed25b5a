"""The campaigns of the synthetic client, against what was planted and against the rows counted one by one."""

from __future__ import annotations

import datetime as dt

import ibis
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from customer_analytics.analysis.campaigns import parts, prepare
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

DAY = pd.Timedelta(days=1)


def sorted_units(campaigns) -> pd.DataFrame:
    frame = campaigns.units.to_pandas()
    return frame.sort_values(["code", "person_id"], ignore_index=True)


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


def test_every_unit_is_as_a_loop_over_its_orders_and_visits_finds_it(campaign_client) -> None:
    """The slow way: for every fortieth unit, from the tables' own rows, without an engine."""
    campaigns, tables = campaign_client.campaigns, campaign_client.tables
    units = sorted_units(campaigns).iloc[::40]
    orders = tables["orders"].to_pandas()
    orders = orders[orders["customer_id"].isin(units["person_id"])]
    costs = tables["order_lines"].to_pandas().groupby("order_id")["cost"].sum().astype(float)
    people = tables["customers"].to_pandas().set_index("customer_id")["signed_up_at"]
    events = tables["events"].to_pandas()
    begun = events[events["customer_id"].isin(units["person_id"])].groupby(["customer_id", "session_id"])
    visits = begun["occurred_at"].min().reset_index().groupby("customer_id")["occurred_at"].apply(np.array)
    by_person = dict(tuple(orders.groupby("customer_id")))
    empty = orders.iloc[:0]
    names = [one.name for one in campaigns.outcomes]
    assert names == ["converted", "orders", "revenue", "margin", "visits", "unsubscribed", "refunds", "discount"]
    for unit in units.itertuples():
        own = by_person.get(unit.person_id, empty)
        paid = own["status"].isin(["paid", "refunded"])
        amount = own["amount"].astype(float)
        back = own["refund"].astype(float).abs().fillna(0.0)
        back = back.mask((own["status"] == "refunded") & (back == 0), amount)
        net = np.where(amount < 0, amount.mask(own["status"] == "unpaid", 0.0), np.where(paid, amount - back, 0.0))
        bought = (amount > 0) & (net > 0)
        at = own["ordered_at"]
        inside = (at >= unit.start) & (at < unit.start + 14 * DAY)
        before = at < unit.start
        recent = before & (at >= unit.start - 90 * DAY)
        cost = own["order_id"].map(costs).astype(float)
        margin = net * (1 - cost / amount.where(amount > 0))
        assert unit.y_1 == (bought & inside).sum() and unit.y_0 == float((bought & inside).any())
        assert unit.y_2 == pytest.approx(net[inside].sum())
        assert unit.y_3 == pytest.approx(np.nansum(margin[inside & (amount > 0)]), abs=1e-6)
        assert unit.y_6 == ((paid & (amount > 0) & (net < amount)) | (net < 0))[inside].sum()
        assert unit.y_7 == pytest.approx(own["discount"].astype(float).fillna(0.0)[inside & bought].sum())
        assert (unit.x_orders, unit.orders_before) == ((bought & recent).sum(), (bought & before).sum())
        assert unit.x_converted == float((bought & recent).any())
        assert (unit.x_revenue, unit.revenue_before) == pytest.approx((net[recent].sum(), net[before].sum()))
        last, first = at[before & bought].max(), at[before & bought].min()
        assert pd.isna(unit.recency_days) if pd.isna(last) else unit.recency_days == (unit.start - last).days
        known = [moment for moment in (people.get(unit.person_id), first) if pd.notna(moment) and moment < unit.start]
        assert pd.isna(unit.days_known) if not known else unit.days_known == (unit.start - min(known)).days
        seen = visits.get(unit.person_id, np.array([], dtype="datetime64[ns]"))
        start = np.datetime64(unit.start)
        assert unit.y_4 == ((seen >= start) & (seen < start + np.timedelta64(14, "D"))).sum()
        assert unit.x_visits == ((seen < start) & (seen >= start - np.timedelta64(90, "D"))).sum()


def test_the_sums_are_those_of_the_units(campaign_client) -> None:
    campaigns = campaign_client.campaigns
    units = sorted_units(campaigns)
    compared = [int(row.code) for row in campaigns.compared()]
    units = units[units["code"].isin(compared) & units["over"]]
    units["z_recency"] = np.log1p(units["recency_days"].fillna(0.0))
    top = units[units["y_2"] > 0].groupby("code")["y_2"].quantile(0.99)
    units["w_2"] = np.minimum(units["y_2"], units["code"].map(top))
    columns = ("y_0", "y_2", "w_2", "x_orders", "z_recency")
    assert len(campaigns.sums) == len(units.groupby(["code", "arm", "block"]))
    for (code, arm), own in units.groupby(["code", "arm"]):
        n, sums, products = campaigns.totals(code, arm, columns)
        values = own[list(columns)].to_numpy(np.float64)
        assert n == len(own)
        np.testing.assert_allclose(sums, values.sum(axis=0))
        np.testing.assert_allclose(products, values.T @ values)


def test_people_in_parts_give_the_same_campaigns(campaign_client, monkeypatch) -> None:
    whole = campaign_client.campaigns
    monkeypatch.setattr(parts, "MOST", 4_000)
    assert parts.parts_for(campaign_client.tables, None) > 1
    divided = prepare(campaign_client.tables, None, CampaignEvaluationParameters())
    assert_frame_equal(divided.list, whole.list)
    assert_frame_equal(divided.arms, whole.arms)
    assert_frame_equal(sorted_units(divided), sorted_units(whole))
    assert_frame_equal(divided.sums, whole.sums)


def test_the_files_of_the_parts_go_with_the_campaigns(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(parts.tempfile, "tempdir", str(tmp_path))
    shelf = parts.Shelf(2)
    kept = shelf.keep(ibis.memtable({"a": [1, 2]}))
    assert sorted(kept.to_pandas()["a"]) == [1, 2] and len(list(tmp_path.glob("campaigns-*/*.parquet"))) == 1
    del shelf
    assert not list(tmp_path.iterdir())


def test_the_planted_effects_on_orders_lie_within_their_intervals(campaign_client) -> None:
    """Seventeen effects at 95 %: fewer than three outside by more than their interval, none by five errors."""
    campaigns, truth = campaign_client.campaigns, campaign_client.truth
    outside = []
    for row in campaigns.compared():
        if row["campaign"] == "CMP08":  # a fifth of its control group never reached the export
            continue
        for arm in campaigns.arms_of(row["code"]).itertuples():
            if arm.number == 0:
                continue
            n, s, q = campaigns.totals(row["code"], arm.number, ("y_1",))
            m, t, r = campaigns.totals(row["code"], 0, ("y_1",))
            effect = s[0] / n - t[0] / m
            error = np.sqrt((q[0, 0] / n - (s[0] / n) ** 2) / n + (r[0, 0] / m - (t[0] / m) ** 2) / m)
            planted = truth[row["campaign"]]["arms"][arm.arm]["effect"]["orders"]
            outside.append(abs(effect - planted) / error)
    assert sum(distance > 1.96 for distance in outside) < 3 and max(outside) < 5
