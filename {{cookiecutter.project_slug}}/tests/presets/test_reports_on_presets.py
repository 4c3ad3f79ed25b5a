"""With --thorough: from each preset's files to reports that are made, not skipped."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from platform_exports import EXPORTS

from customer_analytics.engagement import Project
from customer_analytics.pipeline.run import run
from customer_analytics.presets.init import initialise
from customer_analytics.tables.load import load

HERE = Path(__file__).parents[2]
MADE = {"stripe": ["data_audit", "retention", "churn"], "ga4": ["data_audit", "funnel"]}


@pytest.mark.parametrize("name", EXPORTS)
def test_reports_are_made_of_a_presets_files(tmp_path: Path, name: str, thorough: bool) -> None:
    if not thorough:
        pytest.skip("a minute each: with --thorough")
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    files: dict[str, Any] = EXPORTS[name](1_200)
    for file, content in files.items():
        (raw / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    shutil.copytree(HERE / "notebooks", tmp_path / "notebooks")
    shutil.copy(HERE / "tags.yml", tmp_path)
    (tmp_path / "engagement.yml").write_text("client: T\nconsultancy: T\nsources: []\n", encoding="utf-8")
    initialise(Project.find(tmp_path), name, force=False)
    project = Project.find(tmp_path)
    load(project)
    wanted = MADE.get(name, ["data_audit", "rfm"])
    result = run(project, wanted)
    assert {entry["name"]: entry["status"] for entry in result.reports} == dict.fromkeys(wanted, "complete")
