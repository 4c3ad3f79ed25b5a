"""The synthetic client in a project: whose sources are replaced, and whose are not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.engagement.writing import _with_as_of
from customer_analytics.pipeline.sample_client import (
    KEPT_AS,
    has_own_sources,
    has_sample,
    make_sample_client,
)

DAY = dt.date(2026, 6, 30)


def _fresh(folder: Path) -> Project:
    (folder / "engagement.yml").write_text(
        "client: A\nconsultancy: B\nlanguage: zh_CN\ncurrency: CNY\nas_of:  # empty: the last day\nsources: []\n",
        encoding="utf-8",
    )
    return Project.find(folder)


def test_a_new_project_reads_the_sample_afterwards_up_to_its_last_regular_day(tmp_path: Path) -> None:
    project = _fresh(tmp_path)
    assert not has_own_sources(project)
    assert not has_sample(project)
    made = make_sample_client(project, customers=100, seed=1, force=False)
    again = Project.find(tmp_path)
    assert has_sample(again)
    assert again.engagement.as_of == made.as_of
    assert len(again.engagement.sources) == len(made.sources)
    assert again.engagement.currency == "CNY"
    assert "# empty: the last day" in (tmp_path / "engagement.yml").read_text(encoding="utf-8")
    make_sample_client(again, customers=100, seed=2, force=False)  # one's own sample may be made anew


def test_an_analyst_s_sources_are_replaced_only_by_force_and_kept(project: Project) -> None:
    before = (project.folder / "engagement.yml").read_bytes()
    with pytest.raises(UserError, match="--force"):
        make_sample_client(project, customers=100, seed=1, force=False)
    assert (project.folder / "engagement.yml").read_bytes() == before
    assert not (project.raw / "sample").exists()
    make_sample_client(project, customers=100, seed=1, force=True)
    assert (project.folder / KEPT_AS).read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "as_of:\nx: 1\n",
        "x: 1\nas_of: 2020-01-01\n",
        "x: 1\n",
        "x: 1\nas_of :   # none\n",
        "x: 1\nas_of: '2020-01-01'",
        "as_of: 2020-01-01 # why\r\nx: 1\r\n",
    ],
)
def test_the_last_day_is_written_once_and_nothing_else_changes(text: str) -> None:
    written = yaml.safe_load(_with_as_of(text, DAY))
    assert written == {"x": 1, "as_of": DAY}
