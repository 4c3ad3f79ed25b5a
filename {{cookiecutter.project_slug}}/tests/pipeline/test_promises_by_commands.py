"""Two churn reports for two days, by the commands: the second holds the first one's scores against what happened."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.pipeline.warm import kernel_environment

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "6_churn.ipynb"
FIRST, DAYS, PEOPLE = dt.date(2025, 1, 1), 540, 150
THEN, NOW = "2026-05-05", "2026-06-24"  # more than a horizon apart
ENGAGEMENT = """\
client: Test
consultancy: Example
currency: EUR
time_zone: Europe/Berlin
minimum_group: 5
sources:
  - table: orders
    files: data/raw/orders.csv
    columns: {order_id: number, customer_id: customer, ordered_at: day, amount: total}
reports:
  churn:
    horizon_days: 45
    cut_offs: 4
"""


def analytics(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "customer_analytics", *arguments], cwd=folder, env=kernel_environment(),
        capture_output=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def make_orders() -> list[list[Any]]:
    """Half of the customers stop one day; the others order every three weeks or so to the end."""
    draw = random.Random(5)
    rows: list[list[Any]] = []
    for one in range(PEOPLE):
        day, end = draw.randint(0, 200), DAYS if one % 2 else draw.randint(200, DAYS)
        while day < end:
            rows.append([f"A{len(rows)}", f"=K{one}", FIRST + dt.timedelta(days=day), f"{draw.randint(10, 90)}.00"])
            day += max(1, round(draw.expovariate(1 / 21)))
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the report was made for both days, and once more for the second."""
    root = tmp_path_factory.mktemp("promises") / "client"
    (root / "data" / "raw").mkdir(parents=True)
    (root / "notebooks").mkdir()
    shutil.copy2(NOTEBOOK, root / "notebooks")
    (root / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    with (root / "data" / "raw" / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["number", "customer", "day", "total"], *make_orders()])
    analytics(root, "load")
    analytics(root, "run", "churn", "--as-of", THEN)
    analytics(root, "run", "churn", "--as-of", NOW)
    return root


def runs(folder: Path) -> list[Path]:
    return sorted((folder / "reports").glob("2*_*"), key=lambda path: int(path.name.rpartition("_")[2]))


def test_the_second_report_finds_everybody_whom_the_first_scored_and_counts_what_they_did(folder: Path) -> None:
    first, second = (run / "churn" for run in runs(folder)[:2])
    assert json.loads((first / "metrics.json").read_text(encoding="utf-8"))["promise.seen"] is None
    metrics = json.loads((second / "metrics.json").read_text(encoding="utf-8"))
    with (first / "tables" / "scores.csv").open(encoding="utf-8", newline="") as file:
        scores = list(csv.DictReader(file))
    assert all(row["customer_id"].startswith("c") for row in scores)  # hashed
    with (second / "tables" / "promise.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["as_of"], row["horizon_days"]) == (THEN, "45")
    assert int(row["scored"]) == int(row["matched"]) == len(scores)
    until = dt.date.fromisoformat(THEN) + dt.timedelta(days=45)
    ordered = {one[1] for one in make_orders() if dt.date.fromisoformat(THEN) < one[2] <= until}
    stayed_among_all = {one[1] for one in make_orders() if one[2] <= dt.date.fromisoformat(THEN)} & ordered
    assert len(scores) - int(row["left"]) == len(stayed_among_all)
    assert metrics["promise.seen"] == pytest.approx(int(row["left"]) / len(scores))
    assert metrics["promise.expected"] == pytest.approx(sum(float(one["probability"]) for one in scores) / len(scores))
    assert (second / "model_card.md").read_text(encoding="utf-8").startswith("# Model card")
    assert "=K" not in (second / "model_card.md").read_text(encoding="utf-8")


def test_a_run_without_a_new_promise_comes_from_the_cache(folder: Path) -> None:
    assert "cached" in analytics(folder, "run", "churn", "--as-of", NOW)
