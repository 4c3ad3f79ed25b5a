"""Projects over the real data sets, made from the engagements that lie beside this file.

The data lie outside the repository: in ../shared/datasets beside it, or where CUSTOMER_ANALYTICS_DATASETS points.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from customer_analytics.engagement import Project
from customer_analytics.tables.load import load

REPOSITORY = Path(__file__).resolve().parents[2]
ENGAGEMENTS = Path(__file__).resolve().parent / "engagements"
DATASETS = Path(os.environ.get("CUSTOMER_ANALYTICS_DATASETS") or REPOSITORY.parent / "shared" / "datasets")
FILES = {
    "online_retail": "online_retail/by_day/*.csv",
    "online_retail_sales": "online_retail/by_day/*.csv",
    "cdnow": "cdnow/CDNOW_master.txt",
    "cdnow_sample": "cdnow/CDNOW_sample.txt",
    "tmall_orders": "tmall_orders/tmall_order_report.csv",
    "completejourney": "completejourney/*.parquet",
    "groceries": "groceries/groceries.csv",
    "web_events": "web_events/events_sample.csv",
    "cookie_cats": "cookie_cats/cookie_cats.csv",
}


def make_project(folder: Path, name: str, *, load_now: bool = True) -> Project:
    """A project in `folder` with the engagement `name` and its raw data, loaded; skips where there are no data."""
    sources = sorted(DATASETS.glob(FILES[name]))
    if not sources:
        pytest.skip(f"the real data are not here: {DATASETS / FILES[name]}")
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    for source in sources:
        shutil.copyfile(source, raw / source.name)
    if name == "tmall_orders":  # as the shop's own tool writes it
        export = raw / sources[0].name
        export.write_bytes(export.read_text(encoding="utf-8").encode("gb18030"))
    shutil.copyfile(ENGAGEMENTS / f"{name}.yml", folder / "engagement.yml")
    project = Project.find(folder)
    if load_now:
        load(project)
    return project
