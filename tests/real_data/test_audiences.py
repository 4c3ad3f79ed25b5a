"""Audiences on published data: the question of the issue, answered by the command and by pandas."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from customer_analytics.audiences import command
from customer_analytics.engagement import Project
from customer_analytics.pipeline.terminal import Terminal

RealProject = Callable[[str], Project]


def made(project: Project, condition: str, name: str, **options: Any) -> tuple[dict[str, Any], set[str]]:
    """The record of an audience made by the command, and everyone on its list, held out or not."""
    request = command.read(condition, None, name=name, **options)
    assert command.make(project, request, Terminal(quiet=True), dry_run=False) == 0
    folder = project.audiences / name
    record: dict[str, Any] = json.loads((folder / "audience.json").read_text(encoding="utf-8"))
    return record, set(pd.read_parquet(folder / "assignment.parquet")["customer_id"])


def table(project: Project, name: str) -> pd.DataFrame:
    return pd.read_parquet(project.tables / f"{name}.parquet")


def local_days(moments: pd.Series, zone: str) -> pd.Series:
    return moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.date


def top(money: pd.Series, everyone: int, share: float) -> set[str]:
    """The customers with the most money: the number asked for (no ties at the border in these data)."""
    return set(money.sort_values(ascending=False).index[: round(share * everyone)])


def test_active_bought_a_category_top_fifth_not_in_a_campaign(real_project: RealProject) -> None:
    project = real_project("completejourney")
    record, listed = made(
        project,
        "active in the last 30 days and bought category 'DRUG GM' and top 20% by revenue and not in campaign '18'",
        "drug-gm",
    )
    orders, lines, events = (table(project, name) for name in ("orders", "order_lines", "events"))
    orders["amount"] = orders["amount"].astype(float)
    paid = orders[(orders["amount"] > 0) & orders["customer_id"].notna()]
    everyone = set(table(project, "customers")["customer_id"]) | set(orders["customer_id"].dropna())
    first = dt.date.fromisoformat(record["as_of"]) - dt.timedelta(days=29)
    active = set(orders.loc[local_days(orders["ordered_at"], "America/New_York") >= first, "customer_id"])
    active |= set(events.loc[local_days(events["occurred_at"], "America/New_York") >= first, "customer_id"])
    products = table(project, "products")
    wanted = lines[lines["product_id"].isin(products.loc[products["category"] == "DRUG GM", "product_id"])]
    bought = set(paid.loc[paid["order_id"].isin(wanted["order_id"]), "customer_id"])
    touches = table(project, "touches")
    best = top(paid.groupby("customer_id")["amount"].sum(), len(everyone), 0.2)
    expected = (active & bought & best) - set(touches.loc[touches["campaign_id"] == "18", "customer_id"])
    assert listed == expected
    assert record["counts"]["held_out"] == (len(expected) + 5) // 10


def test_online_retail_answers_with_the_campaign_of_its_own_ledger(real_project: RealProject) -> None:
    project = real_project("online_retail")
    first, everyone_before = made(project, "ordered within 90 days and bottom 50% by revenue", "winter", campaign="Y")
    held = set(pd.read_csv(project.audiences / "winter" / "holdout.csv", dtype=str)["customer_id"])
    assert len(held) == first["counts"]["held_out"] == round(len(everyone_before) / 10 + 1e-9)
    record, listed = made(
        project,
        "active in the last 30 days and bought where product_name contains 'LANTERN' and top 20% by revenue "
        "and not in campaign 'Y'",
        "lanterns",
    )
    orders, lines = table(project, "orders"), table(project, "order_lines")
    orders["amount"] = orders["amount"].astype(float)
    known = orders[orders["customer_id"].notna()]
    money = known.groupby("customer_id")["amount"].sum()
    day = dt.date.fromisoformat(record["as_of"]) - dt.timedelta(days=29)
    active = set(known.loc[local_days(known["ordered_at"], "Europe/London") >= day, "customer_id"])
    named = lines[lines["product_name"].str.contains("LANTERN", na=False)]
    bought = set(known.loc[known["order_id"].isin(named["order_id"]) & (known["amount"] > 0), "customer_id"])
    everyone = set(table(project, "customers")["customer_id"]) | set(known["customer_id"])
    assert listed == (active & bought & top(money, len(everyone), 0.2)) - everyone_before
    again, _ = made(project, "top 90% by revenue", "again")
    marked = pd.concat(
        pd.read_csv(project.audiences / "again" / file, dtype=str) for file in ("list.csv", "holdout.csv")
    )
    marks = marked.loc[marked["held_out_of"].fillna("").str.contains("winter"), "customer_id"]
    assert set(marks) == held & set(marked["customer_id"])
    assert again["counts"]["marked_held_out"] >= len(marks) > 0


@pytest.mark.parametrize("share", ["10%", "12.5%", "33%"])
def test_the_share_is_exact_in_every_stratum_of_real_customers(real_project: RealProject, share: str) -> None:
    project = real_project("cdnow")
    name = f"cdnow-{share.rstrip('%').replace('.', '-')}"
    record, listed = made(project, "ordered at least once", name, holdout=share, contact_cap=None)
    part = float(share.rstrip("%")) / 100
    assert record["counts"]["held_out"] == int(part * len(listed) + 0.5)
    assert len(record["holdout"]["strata"]) > 3
    for stratum in record["holdout"]["strata"]:
        assert abs(stratum["held_out"] - part * stratum["customers"]) < 1
    assert record["check"]["sound"]
