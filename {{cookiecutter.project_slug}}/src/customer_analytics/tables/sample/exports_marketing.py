"""Exports of marketing: campaigns, who was assigned and what became of the messages, and the spend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from customer_analytics.packs import side
from customer_analytics.tables.sample import writing
from customer_analytics.tables.sample.campaigns import CAMPAIGNS, WINDOW_DAYS
from customer_analytics.tables.sample.frames import Business
from customer_analytics.tables.sample.people import (
    CHANNELS,
)
from customer_analytics.tables.sample.sources import (
    Source,
    campaign_code,
    customer_ids,
    integers,
    said,
    source,
)
from customer_analytics.tables.sample.world import DAY, World
from customer_analytics.tables.sample.writing import coded, moments, money, table

DATE = {"en": "%d/%m/%Y", "zh_CN": "%Y年%m月%d日"}
CAMPAIGN_COST = 250  # euros


def write_campaigns(business: Business, folder: Path, place: str) -> Source:
    """The list of campaigns as a workbook."""
    world = business.world
    midnights = np.array([wave.sent // DAY * DAY for wave in business.basis.waves])
    splits = [" / ".join(f"{arm.name} {arm.share:.0%}" for arm in c.arms if arm.name) for c in CAMPAIGNS]
    data = table(
        "campaigns",
        world.language,
        {
            "campaign_id": pa.array([campaign_code(number) for number in range(len(CAMPAIGNS))]),
            "name": pa.array(said(world, tuple(c.name for c in CAMPAIGNS))),
            "channel": pa.array(said(world, tuple(c.channel for c in CAMPAIGNS))),
            "offer": pa.array(said(world, tuple(c.offer for c in CAMPAIGNS))),
            "started_at": moments(midnights, "%Y-%m-%d"),
            "ended_at": moments(midnights + (WINDOW_DAYS - 1) * DAY, "%Y-%m-%d"),
            "cost": pa.array([float(CAMPAIGN_COST * world.scale)] * len(CAMPAIGNS)),
            "+split": pa.array(splits),
        },
    )
    writing.write_excel(data, folder / "campaigns.xlsx", side("Campaigns|活动", world.language))
    return source(world, "campaigns", f"{place}/campaigns.xlsx")


def write_touches(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    """Assignments and messages as one CSV."""
    arms = list(dict.fromkeys(arm.name for campaign in CAMPAIGNS for arm in campaign.arms))
    position = {
        (number, code): arms.index(arm.name)
        for number, campaign in enumerate(CAMPAIGNS)
        for code, arm in enumerate(campaign.arms)
    }
    lookup = np.full((len(CAMPAIGNS), 8), -1)
    for (number, code), where in position.items():
        lookup[number, code] = where if arms[where] else -1
    times = {
        f"{name}_at": moments(frame[name])
        for name in ("assigned", "sent", "delivered", "opened", "clicked", "unsubscribed")
    }
    data = table(
        "touches",
        world.language,
        {
            "campaign_id": coded(frame["campaign"], [campaign_code(number) for number in range(len(CAMPAIGNS))]),
            "customer_id": customer_ids(frame["customer"]),
            "arm": coded(lookup[frame["campaign"], frame["arm"]], arms),
            **times,
        },
    )
    writing.write_csv(data, folder / "touches.csv")
    return source(world, "touches", f"{place}/touches.csv")


def write_spend(world: World, frame: pd.DataFrame, folder: Path, place: str) -> Source:
    """Spend by day and channel, separated by tabs."""
    data = table(
        "spend",
        world.language,
        {
            "day": moments(frame["day"] * DAY + world.first_second, DATE[world.language]),
            "channel": coded(frame["channel"], said(world, CHANNELS)),
            "impressions": integers(frame["impressions"]),
            "clicks": integers(frame["clicks"]),
            "cost": money(frame["cost"]),
        },
    )
    writing.write_csv(data, folder / "spend.tsv", delimiter="\t")
    return source(world, "spend", f"{place}/spend.tsv", formats={"day": DATE[world.language]})
