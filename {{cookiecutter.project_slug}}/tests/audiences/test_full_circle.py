"""The loop closed by the commands that people use: a list with a holdout goes out, weeks pass, the report finds it.

Nobody tells the report what was sent: the ledger of the audience says who was held out.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from customer_analytics.tables.sample import make_next_period, make_sample

CUSTOMERS, SEED, EFFECT = 3_000, 7, 0.3
SETTINGS = {"language": "en", "industry": "retail", "currency": "EUR", "time_zone": "Europe/London"}
CONDITION = "ordered within 365 days and not ordered within 30 days"
PROJECT = Path(__file__).parents[2]


def analytics(folder: Path, *arguments: str) -> None:
    """One command as a person types it, in the project's folder."""
    paths = os.pathsep.join([str(PROJECT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "customer_analytics", *arguments], cwd=folder, env=environment, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def write_settings(folder: Path, sources: list[dict[str, Any]], as_of: str) -> None:
    text = {"client": "A", "consultancy": "B", **SETTINGS, "as_of": as_of, "privacy": "operations", "sources": sources}
    (folder / "engagement.yml").write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")


def ids(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["customer_id"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a list went out with 40 % held out, and four weeks passed."""
    folder = tmp_path_factory.mktemp("circle") / "client"
    raw = folder / "data" / "raw" / "sample"
    made = make_sample(raw, customers=CUSTOMERS, seed=SEED, **SETTINGS)
    (folder / "notebooks").mkdir()
    shutil.copy(PROJECT / "notebooks" / "8_campaign_evaluation.ipynb", folder / "notebooks")
    write_settings(folder, made.sources, made.as_of.isoformat())
    analytics(folder, "load", "--quiet")
    analytics(folder, "audience", CONDITION, "--name", "winback", "--holdout", "40%", "--seed", "4")
    lists = folder / "audiences" / "winback"
    arms = {"treatment": ids(lists / "list.csv"), "control": ids(lists / "holdout.csv")}
    later = make_next_period(raw, assigned=arms, effects={"treatment": EFFECT}, seed=3)
    write_settings(folder, made.sources, later.as_of.isoformat())
    analytics(folder, "load", "--quiet")
    return folder


@pytest.fixture(scope="module")
def report(circle: Path) -> Path:
    """The folder of the report's files."""
    analytics(circle, "run", "campaign_evaluation", "-p", "campaigns=winback", "--quiet")
    run = (circle / "reports" / "latest").read_text(encoding="utf-8").strip()
    return circle / "reports" / run / "campaign_evaluation"


def effects_of(report: Path) -> pd.DataFrame:
    table = pd.read_csv(report / "tables" / "effects.csv")
    return table[(table["campaign"] == "winback") & (table["arm"] == "treatment")].set_index("outcome")


def test_the_report_recovers_the_effect_that_was_put_into_the_world(circle: Path, report: Path) -> None:
    """The truth counts orders of any status, the report purchases: the share of these is taken off the truth."""
    truth = json.loads((circle / "data" / "raw" / "sample" / "next_period.json").read_text(encoding="utf-8"))
    orders = pd.read_parquet(circle / "data" / "tables" / "orders.parquet", columns=["status"])
    paid = float(orders["status"].eq("paid").mean())
    effects = effects_of(report)
    for outcome, planted in (("orders", "orders"), ("converted", "conversion")):
        row = effects.loc[outcome]
        expected = truth["arms"]["treatment"]["effect"][planted] * paid
        assert row["low"] <= expected <= row["high"]
        assert row["low"] > 0, "and it is more than nothing"
        assert row["grade"] == "A"


def test_who_was_assigned_is_who_stands_on_the_two_lists(circle: Path, report: Path) -> None:
    lists, effects = circle / "audiences" / "winback", effects_of(report)
    assert effects.loc["orders", "n"] == len(ids(lists / "list.csv"))
    assert effects.loc["orders", "n_control"] == len(ids(lists / "holdout.csv"))
    numbers = json.loads((report / "metrics.json").read_text(encoding="utf-8"))
    assert numbers["campaigns"] == 1
    assert numbers["srm_p.winback"] > 0.5, "exactly as many were held out as was planned"


def test_the_effect_is_the_plain_difference_of_the_two_lists(circle: Path, report: Path) -> None:
    """By pandas, from the client's files: purchases within 14 days of the end of the as-of day."""
    sent = pd.Timestamp("2026-06-30 23:00")  # midnight in London, in UTC
    orders = pd.read_parquet(circle / "data" / "tables" / "orders.parquet")
    inside = orders["ordered_at"].between(sent, sent + pd.Timedelta(days=14), inclusive="left")
    net = orders["amount"].astype(float) - orders.get("refund", pd.Series(0, orders.index)).astype(float).fillna(0)
    bought = orders[inside & orders["status"].isin(["paid", "refunded"]) & (net > 0)]
    per_head = bought.groupby("customer_id").size()
    lists = circle / "audiences" / "winback"
    means = [per_head.reindex(ids(lists / name)).fillna(0).mean() for name in ("list.csv", "holdout.csv")]
    assert effects_of(report).loc["orders", "effect"] == pytest.approx(means[0] - means[1], abs=0.004)


def test_the_words_say_that_it_was_caused(report: Path) -> None:
    findings = json.loads((report / "findings.json").read_text(encoding="utf-8"))
    told = [one for one in findings if one["grade"] == "A" and "raised" in one["statement"]]
    assert told, [one["statement"] for one in findings]
    assert math.isfinite(told[0]["value"])
