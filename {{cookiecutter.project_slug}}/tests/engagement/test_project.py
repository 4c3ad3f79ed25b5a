from __future__ import annotations

from pathlib import Path

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import EngagementError
from customer_analytics.engagement.reading import read_engagement

HERE = Path(__file__).parents[2]


def test_a_project_is_found_from_any_folder_inside(tmp_path: Path) -> None:
    (tmp_path / "engagement.yml").write_text("client: Acme\nconsultancy: Us\n", encoding="utf-8")
    inside = tmp_path / "data" / "raw"
    inside.mkdir(parents=True)
    project = Project.find(inside)
    assert project.folder == tmp_path.resolve()
    assert project.raw == inside.resolve()
    assert project.engagement.client == "Acme"


def test_outside_of_a_project_the_message_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(EngagementError, match=r"no engagement\.yml here or in a folder above"):
        Project.find(tmp_path)


def test_every_example_in_engagement_yml_is_valid(tmp_path: Path) -> None:
    """The examples are comments: taken out of them, they are one list of sources that passes every rule."""
    text = (HERE / "engagement.yml").read_text(encoding="utf-8")
    _, _, after = text.partition("\nsources: []\n")
    examples, _, _ = after.partition("\n# -----")
    lines = [line[2:] for line in examples.splitlines() if line.startswith(("# sources:", "#   "))]
    path = tmp_path / "engagement.yml"
    path.write_text("client: A\nconsultancy: B\n" + "\n".join(lines) + "\n", encoding="utf-8")
    sources = read_engagement(path).sources
    assert [source.table for source in sources] == ["order_lines", "orders", "orders", "customers", "order_lines"]
    assert sources[0].set_aside[0].when[0].test == ("starts_with", "C")
    assert sources[1].decimal == ","
    assert sources[3].url == "postgres://reader:${CRM_PASSWORD}@db.example.com/crm"
