"""Messages and the course of effects of the synthetic client against what was planted in it, and plain recounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from customer_analytics.analysis.messages import Messages, messages
from customer_analytics.analysis.messages.outputs import tables as message_files
from customer_analytics.analysis.timing import Timing, timing
from customer_analytics.engagement.parameters import CampaignEvaluationParameters

if TYPE_CHECKING:
    from conftest import CampaignClient

RISE = 0.5  # planted: base x (1 + rise x earlier messages)


@pytest.fixture(scope="module")
def sent(campaign_client: CampaignClient) -> Messages:
    return messages(campaign_client.campaigns, campaign_client.tables, CampaignEvaluationParameters())


@pytest.fixture(scope="module")
def followed(campaign_client: CampaignClient) -> Timing:
    client = campaign_client
    return timing(client.campaigns, client.experiments, client.tables, CampaignEvaluationParameters())


@pytest.fixture(scope="module")
def touches(campaign_client: CampaignClient) -> pd.DataFrame:
    """The messages as they lie in the table, without customers in two arms of a campaign."""
    frame = campaign_client.tables["touches"].to_pandas()
    arms = frame.fillna({"arm": ""}).groupby(["campaign_id", "customer_id"])["arm"].transform("nunique")
    return frame[(arms == 1) & frame["sent_at"].notna()].drop_duplicates(["campaign_id", "customer_id"])


def test_the_message_funnel_is_a_recount_of_the_touches(sent: Messages, touches: pd.DataFrame) -> None:
    delivered, opened, clicked = (touches[f"{name}_at"].notna().sum() for name in ("delivered", "opened", "clicked"))
    expected = {
        "delivery": (delivered, len(touches)), "open": (opened, delivered), "click": (clicked, delivered),
        "click_to_open": (clicked, opened), "unsubscribe": (touches["unsubscribed_at"].notna().sum(), delivered),
    }  # fmt: skip
    for metric, (events, base) in expected.items():
        row = sent.rate("all", "all", metric)
        assert row is not None
        assert (row["events"], row["base"]) == (events, base), metric
        assert row["low"] < row["rate"] < row["high"]


def test_parts_of_the_messages_add_up_to_the_whole(sent: Messages) -> None:
    whole = sent.rates[sent.rates["dimension"] == "all"].set_index("metric")["base"]
    for dimension in ("campaign", "channel", "offer", "recency", "frequency", "hour", "weekday"):
        parts = sent.rates[sent.rates["dimension"] == dimension].groupby("metric")["base"].sum()
        assert (parts == whole.reindex(parts.index)).all(), dimension


def test_nothing_but_chance_tells_the_channels_openings_apart(sent: Messages) -> None:
    """All channels have the same planted openings, but for those who ordered because of the message."""
    own = sent.rates[(sent.rates["dimension"] == "channel") & (sent.rates["metric"] == "open")]
    assert own["differs"].sum() <= 1
    assert sent.send_time.reason == "one_hour"


def test_the_planted_rise_of_unsubscribing_is_in_its_interval(sent: Messages) -> None:
    assert sent.fatigue is not None
    assert (sent.fatigue.axis, sent.fatigue.cap.value) == ("ever", None)  # two months lie between the campaigns
    trend = sent.fatigue.trend("unsubscribe")
    assert trend is not None
    assert trend.low <= RISE <= trend.high
    click = sent.fatigue.trend("click")
    assert click is not None
    assert click.p_adjusted > 0.05


def test_what_sets_responders_apart_sets_other_buyers_apart_as_well(sent: Messages) -> None:
    """Orders in the days before go with orders after, with and without a message."""
    recent = sent.responders.set_index(["trait", "value"]).loc[("recency", "recent")]
    assert recent["index"] > 1.5
    assert recent["index_control"] == pytest.approx(recent["index"], rel=0.4)


def test_files_hold_no_customers(sent: Messages) -> None:
    for table in message_files(sent, 10).values():
        assert not {"customer_id", "person_id"} & {*table.columns}


def test_the_gain_that_was_planted_as_moved_is_found_and_no_other(
    followed: Timing, campaign_client: CampaignClient
) -> None:
    rows = followed.moved[followed.moved["measure"] == "orders"].set_index("campaign")
    early = rows.loc["CMP07"]
    assert early["verdict"] in ("all_moved", "unclear")  # with 3,000 customers a dip may hide in its interval
    assert early["total_low"] <= 0 <= early["total_high"]
    share = campaign_client.truth["CMP07"]["arms"]["early_bird"]["effect"]["orders"]
    purchases = 0.85  # of the orders, about, are paid and kept: what is followed here
    assert early["low"] <= share * purchases <= early["high"]
    others = rows.drop(index="CMP07")
    assert not others["verdict"].isin(("all_moved", "partly_moved")).any()
    assert followed.moved_away <= {("CMP07", "early_bird")}


def test_a_campaign_with_a_broken_draw_is_followed_but_not_believed(followed: Timing) -> None:
    assert not followed.course.set_index("campaign").loc["CMP08", "sound"]


def test_the_cumulated_effect_is_that_of_the_experiment(followed: Timing, campaign_client: CampaignClient) -> None:
    """CMP02: all windows are over, so that the fourteenth day ends where the experiment's outcome does."""
    row = campaign_client.experiments.effect("CMP02", "voucher", "orders")
    assert row is not None
    own = followed.daily[(followed.daily["campaign"] == "CMP02") & (followed.daily["measure"] == "orders")]
    assert own.set_index("day").loc[13, "cumulative"] == pytest.approx(row["effect"])


def test_no_two_campaigns_overlap_and_categories_are_not_told_by_the_dozen(followed: Timing) -> None:
    assert not len(followed.overlaps)  # fifty days and more lie between them
    assert (followed.categories["verdict"] != "").mean() < 0.15
