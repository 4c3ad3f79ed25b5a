"""A run on an old load says so; a run on a fresh one says nothing."""

from __future__ import annotations

from customer_analytics.engagement import Project
from customer_analytics.pipeline.loading import load_tables
from customer_analytics.pipeline.staleness import stale
from customer_analytics.pipeline.terminal import Terminal
from customer_analytics.tables.load_log import read_load_log


def _stale(project: Project) -> str:
    again = Project.find(project.folder)
    return stale(again, read_load_log(again))


def test_changed_sources_and_changed_exports_are_told(project: Project) -> None:
    assert _stale(project) == ""
    load_tables(project, Terminal(quiet=True))
    assert _stale(project) == ""
    settings = project.folder / "engagement.yml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("amount: total", "amount: number"), encoding="utf-8")
    assert "sources in engagement.yml" in _stale(project)
    settings.write_text(text.replace("currency: EUR", "currency: GBP"), encoding="utf-8")
    assert _stale(project) == "", "the currency is not a matter of loading"
    orders = project.raw / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8") + "A9999,C001,2024-01-05,10.00,North\n", encoding="utf-8")
    assert _stale(project).startswith("data/raw/orders.csv has changed")
    orders.unlink()
    assert _stale(project).startswith("data/raw/orders.csv has changed")
