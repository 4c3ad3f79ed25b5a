"""Clients whose campaigns compare nothing."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from .registry import SENT, case, cut
from .small_client import CAMPAIGNS, LAST, Client, column

EVALUATED = ("campaign_evaluation",)


@case(EVALUATED, SENT)
def orders_of_a_header_only(client: Client) -> None:
    """Messages and customers; the export of orders holds a header and no row."""
    cut(client, "orders", slice(0, 0))


@case(EVALUATED, SENT)
def nobody_held_out(client: Client) -> None:
    """No campaign has a control arm."""
    cut(client, "touches", client.tables["touches"]["arm"] == "treatment")


@case(EVALUATED, SENT)
def nobody_treated(client: Client) -> None:
    """All are controls."""
    cut(client, "touches", client.tables["touches"]["arm"] == "control")


@case(EVALUATED, SENT)
def campaign_to_one_person(client: Client) -> None:
    """One campaign went to one person, one has one control."""
    touches = client.tables["touches"]
    first = touches["campaign_id"] == "M1"
    one = touches.index[first & (touches["arm"] == "treatment")][:1]
    second = (touches["campaign_id"] == "M2") & (touches["arm"] == "control")
    drop_controls = touches.index[second][1:]
    keep = (~first | touches.index.isin(one)) & ~touches.index.isin(drop_controls)
    cut(client, "touches", keep)


def _answer(client: Client, everybody: bool) -> None:
    orders = client.tables["orders"]
    quiet = [
        not any(dt.timedelta(0) <= each.date() - day <= dt.timedelta(days=40) for day in CAMPAIGNS.values())
        for each in orders["ordered_at"]
    ]
    client.tables["orders"] = orders[quiet].reset_index(drop=True)
    if not everybody:
        return
    model = orders.iloc[0]
    more = []
    for number, day in CAMPAIGNS.items():
        for person in client.tables["customers"]["customer_id"]:
            when = dt.datetime.combine(day + dt.timedelta(days=3), dt.time(12))
            more.append(
                {**model, "order_id": f"{number}{person}", "customer_id": person, "ordered_at": when, "paid_at": when}
            )
    client.tables["orders"] = pd.concat([client.tables["orders"], pd.DataFrame(more)], ignore_index=True)


@case(EVALUATED, SENT)
def all_converted(client: Client) -> None:
    """Everybody orders after each message, held out or not."""
    _answer(client, everybody=True)


@case(EVALUATED, SENT)
def none_converted(client: Client) -> None:
    """Nobody orders in the weeks after each message."""
    _answer(client, everybody=False)


def _move_campaigns(client: Client, days: int) -> None:
    shift = dt.timedelta(days=days)
    for table in ("campaigns", "touches"):
        for name in client.tables[table].columns:
            if name.endswith("_at"):
                column(
                    client,
                    table,
                    name,
                    [None if pd.isna(each) else each + shift for each in client.tables[table][name]],
                )


@case(EVALUATED, SENT)
def campaigns_before_the_data(client: Client) -> None:
    """Every campaign ran two years before the first order."""
    _move_campaigns(client, -1200)


@case(EVALUATED, SENT)
def campaigns_after_the_data(client: Client) -> None:
    """Every campaign runs after the last order; the as-of date is not set."""
    _move_campaigns(client, 400)


@case(EVALUATED, SENT)
def campaigns_in_the_future(client: Client) -> None:
    """Every campaign lies after the as-of date."""
    _move_campaigns(client, 400)
    client.settings["as_of"] = LAST


@case(EVALUATED, SENT)
def opened_before_sent(client: Client) -> None:
    """Messages are opened before they are sent, clicked without being opened, delivered never."""
    touches = client.tables["touches"]
    column(
        client,
        "touches",
        "opened_at",
        [None if pd.isna(each) else each - dt.timedelta(days=9) for each in touches["opened_at"]],
    )
    column(client, "touches", "delivered_at", None)


@case(EVALUATED, SENT)
def campaign_that_ends_before_it_starts(client: Client) -> None:
    """Every campaign ends before it begins, and costs less than nothing."""
    rows = client.tables["campaigns"]
    column(client, "campaigns", "ended_at", [each - dt.timedelta(days=3) for each in rows["started_at"]])
    column(client, "campaigns", "cost", "-50.00")


@case(EVALUATED, SENT)
def everybody_in_both_arms(client: Client) -> None:
    """Everybody is in both arms of each campaign."""
    rows = client.tables["touches"]
    other = rows.assign(arm=rows["arm"].map({"treatment": "control", "control": "treatment"}))
    client.tables["touches"] = pd.concat([rows, other], ignore_index=True)
