"""Each report computes the same numbers on PySpark as on DuckDB: findings, metrics and tables of a small client."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from any_engine import QUICK

from customer_analytics.engagement import Project
from customer_analytics.pipeline.sample_client import make_sample_client
from customer_analytics.tables.load import load

HERE = Path(__file__).resolve().parents[1]
CUSTOMERS = 300
ENGAGEMENT = """\
client: Example Client
consultancy: Example Analytics
language: en
currency: GBP
time_zone: Europe/London
industry: retail
"""
# Parameters of models that so few customers do not determine: the likelihood is flat, and the last digit of a sum
# decides where the search ends. With 5,000 customers they are the same.
FLAT = ("tables/value_models.csv/",)
# The largest share less the smallest: what is left of digits that the shares have in common.
DIFFERENCES = ("metrics.json/attribution_spread", "tables/attribution_spread.csv/")
REPORTS = [path.stem.partition("_")[2] for path in sorted((HERE / "notebooks").glob("[0-9]_*.ipynb"))]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A loaded synthetic client; work happens in its folder of notebooks, as in a kernel."""
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if not shutil.which("java"):
        pytest.skip("there is no Java")
    folder = tmp_path_factory.mktemp("client")
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    shutil.copyfile(HERE / "tags.yml", folder / "tags.yml")
    for name in ("notebooks", "data/raw", "audiences"):
        (folder / name).mkdir(parents=True)
    make_sample_client(Project.find(folder), customers=CUSTOMERS, seed=3, force=False)
    load(Project.find(folder))
    before = Path.cwd()
    os.chdir(folder / "notebooks")
    yield folder
    os.chdir(before)


def computed(client: Path, name: str, engine: str) -> dict[str, Any]:
    """What a report publishes, by file and place in it: its cells run up to the one that publishes."""
    text = (client / "engagement.yml").read_text(encoding="utf-8").partition("engine:")[0]
    chosen = {"name": engine, "settings": QUICK if engine == "pyspark" else {}}
    (client / "engagement.yml").write_text(f"{text}engine: {json.dumps(chosen)}\n", encoding="utf-8")
    output = client / "computed" / engine / name
    path = next((HERE / "notebooks").glob(f"[0-9]_{name}.ipynb"))
    cells = ["".join(cell["source"]) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
             if cell["cell_type"] == "code"]  # fmt: skip
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(cells[0], space)
    space["output"] = str(output)
    for cell in cells[1:]:
        exec(cell, space)
        if ".publish(" in cell:
            break
    found: dict[str, Any] = {}
    for file in sorted(output.rglob("*")):
        place = file.relative_to(output).as_posix()
        if file.suffix == ".json":
            found.update(flat(json.loads(file.read_text(encoding="utf-8")), place))
        elif file.suffix == ".csv":
            with file.open(encoding="utf-8-sig", newline="") as lines:
                found.update(flat(list(csv.reader(lines)), place))
    return found


def flat(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(part, f"{place}/{key}")
    else:
        yield place, value


def alike(place: str, one: Any, other: Any) -> bool:
    """Equal, or numbers that agree to nine digits; differences of shares, in the ninth place after the point."""
    if one == other:
        return True
    least = 1e-9 if place.startswith(DIFFERENCES) else 1e-12
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9, abs_tol=least)
    except (TypeError, ValueError):
        return False


@pytest.mark.spark
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_publishes_the_same_numbers(client: Path, name: str) -> None:
    here = computed(client, name, "duckdb")
    there = computed(client, name, "pyspark")
    assert len(here) > 50
    differing = {place: (here.get(place), there.get(place)) for place in here.keys() | there.keys()
                 if not alike(place, here.get(place), there.get(place)) and not place.startswith(FLAT)}  # fmt: skip
    assert differing == {}
