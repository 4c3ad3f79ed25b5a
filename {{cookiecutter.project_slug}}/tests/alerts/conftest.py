from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project

Runs = Callable[[Mapping[str, Mapping[str, float | None]]], Project]


@pytest.fixture
def project_of(tmp_path: Path) -> Callable[..., Project]:
    """A project with runs by their last day, each with metrics of churn, and the text of alerts.yml."""

    def make(
        days: Mapping[str, Mapping[str, float | None]], alerts: str = "", *, language: str = "en", client: str = "Acme"
    ) -> Project:
        (tmp_path / "engagement.yml").write_text(
            f"client: {json.dumps(client)}\nconsultancy: C\nlanguage: {language}\n"
            "currency: EUR\ntime_zone: Europe/Berlin\nsources: []\n",
            encoding="utf-8",
        )
        if alerts:
            (tmp_path / "alerts.yml").write_text(alerts, encoding="utf-8")
        for number, (day, metrics) in enumerate(days.items(), start=1):
            add_run(tmp_path, f"2026-12-01_{number}", day, metrics, number, language)
        return Project.find(tmp_path)

    return make


def add_run(
    folder: Path, name: str, day: str, metrics: Mapping[str, float | None], minute: int, language: str = "en"
) -> None:
    run = folder / "reports" / name
    (run / "churn").mkdir(parents=True)
    (run / "churn" / "metrics.json").write_text(json.dumps(dict(metrics)), encoding="utf-8")
    entry: dict[str, Any] = {"name": "churn", "status": "complete", "subset": None, "folder": None}
    manifest = {
        "run": name,
        "created_at": f"2026-12-01T10:{minute:02}:00+00:00",
        "as_of": day,
        "language": language,
        "reports": [entry],
    }
    (run / "run.json").write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "reports" / "latest").write_text(name + "\n", encoding="utf-8")
