"""Whom a message may reach: consent, unsubscriptions, contacts of the last days, the channel last opened."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from customer_analytics.tables.store import Tables

DAYS, MOST = 30, 4  # contacts in so many days from which a customer is left alone: our convention
COLUMNS = ("consent", "unsubscribed", "contacts", "channel")


def reach(tables: Tables, people: pd.Series, now: int) -> pd.DataFrame:
    """consent (1, 0; NaN unknown), unsubscribed (1, 0), contacts (messages of the last 30 days) and channel (of the
    last message that was opened, as the client calls it; None): one row a person, in their order.

    A column of which the data know nothing is all NaN (channel: None), so that "no" and "not recorded" stay apart.
    """
    asked = pd.DataFrame({"person_id": people.astype(str).to_numpy(dtype=object)})
    found = asked
    for part in (_consent(tables), _messages(tables, now), _channel(tables, now)):
        if part is not None:
            found = found.merge(part, how="left", on="person_id")
    for column in COLUMNS:
        if column not in found.columns:
            found[column] = None if column == "channel" else np.nan
        elif column in ("unsubscribed", "contacts"):
            found[column] = found[column].fillna(0.0)
    result: pd.DataFrame = found[["person_id", *COLUMNS]]
    return result


def _consent(tables: Tables) -> pd.DataFrame | None:
    """A customer who stands twice with different answers has none."""
    if not tables.has("customers", "customer_id", "consent"):
        return None
    rows = tables["customers"]
    told = rows.group_by(person_id=rows.customer_id.cast("string")).aggregate(
        consent=rows.consent.cast("int8").min().cast("float64")
    )
    frame: pd.DataFrame = told.to_pandas()
    return frame


def _messages(tables: Tables, now: int) -> pd.DataFrame | None:
    if not tables.has("touches", "customer_id"):
        return None
    touches = tables["touches"]
    measures: dict[str, ir.Value] = {}
    if "unsubscribed_on" in touches.columns:
        gone = (touches.unsubscribed_on.epoch_days() < now).fill_null(False)
        measures["unsubscribed"] = gone.ifelse(1, 0).max().cast("float64")
    if "sent_on" in touches.columns:
        day = touches.sent_on.epoch_days()
        recent = ((day >= now - DAYS) & (day < now)).fill_null(False)
        measures["contacts"] = recent.ifelse(1, 0).sum().cast("float64")
    if not measures:
        return None
    frame: pd.DataFrame = (
        touches.group_by(person_id=touches.customer_id.cast("string")).aggregate(**measures).to_pandas()
    )
    return frame


def _channel(tables: Tables, now: int) -> pd.DataFrame | None:
    if not (tables.has("touches", "campaign_id", "customer_id", "opened_at", "opened_on")):
        return None
    if not tables.has("campaigns", "campaign_id", "channel"):
        return None
    touches, campaigns = tables["touches"], tables["campaigns"]
    opened = touches.filter(touches.opened_on.epoch_days() < now)
    named = opened.select("campaign_id", "opened_at", person_id=opened.customer_id.cast("string")).inner_join(
        campaigns.select("campaign_id", "channel").distinct(), "campaign_id"
    )
    named = named.filter(named.channel.notnull())
    order = ibis.window(group_by=named.person_id, order_by=[named.opened_at.desc(), named.campaign_id, named.channel])
    first = named.mutate(place=ibis.row_number().over(order))
    frame: pd.DataFrame = first.filter(first.place == 0).select("person_id", "channel").to_pandas()
    return frame
