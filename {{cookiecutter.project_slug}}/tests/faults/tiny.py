"""A small client for commands under faults: two exports, two reports of a few lines, one audience."""

from __future__ import annotations

import random
from pathlib import Path

from pipeline.conftest import write_notebook

ENGAGEMENT = """\
# The analyst's own words stay.
client: Tiny & Söhne
consultancy: Example Analytics
language: en
currency: EUR
time_zone: Europe/Berlin
industry: retail
minimum_group: 5
sources:
  - table: orders
    files: data/raw/orders*.csv
    columns: {order_id: number, customer_id: customer, ordered_at: day, amount: total}
  - table: customers
    files: data/raw/customers.csv
    columns: {customer_id: customer, consent: consent, region: region}
"""
PEOPLE = 60
AUDIENCE = ["audience", "region = 'North'", "--name", "spring", "--replace", "--format", "xlsx,segment,braze"]


def write_client(folder: Path, *, orders: int = 200, seed: int = 7) -> None:
    """The client's exports; other numbers make another client."""
    draw = random.Random(seed)
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    lines = ["number,customer,day,total"]
    for number in range(orders):
        day = f"2024-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"
        lines.append(f"A{number},C{draw.randrange(PEOPLE):03d},{day},{draw.randint(5, 400)}.{draw.randint(0, 99):02d}")
    lines.append(f"A{orders},C001,never,10.00")  # set aside
    (raw / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    people = [f"C{n:03d},{'yes' if n % 9 else 'no'},{('North', 'South')[n % 2]}" for n in range(PEOPLE)]
    (raw / "customers.csv").write_text(
        "\n".join(["customer,consent,region", *people]) + "\n", encoding="utf-8", newline="\n"
    )


def make_client(folder: Path) -> Path:
    """The project, not yet loaded."""
    folder.mkdir(parents=True)
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8", newline="\n")
    write_client(folder)
    for name in ("1_data_audit", "3_rfm"):
        write_notebook(folder / "notebooks" / f"{name}.ipynb")
    return folder
