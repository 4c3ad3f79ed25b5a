"""questions.json of a run: what it holds, what it must not hold, and that it comes from the cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.questions import offline
from customer_analytics.questions.offline import FILE_NAME, LARGEST_BYTES, make_questions
from customer_analytics.report.question_box.box import question_box

from .asked_client import AS_OF, CUSTOMERS, make, orders, people


def manifest(**more: Any) -> dict[str, Any]:
    return {"as_of": str(AS_OF), "data": {"fingerprint": "7f3a"}, "language": "en"} | more


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return make(tmp_path_factory.mktemp("offline"))


@pytest.fixture(scope="module")
def cube(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("run")
    make_questions(folder, manifest(), project)
    assert (folder / FILE_NAME).stat().st_size < LARGEST_BYTES
    made: dict[str, Any] = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    return made


def test_all_customers_are_in_cells_of_enough(cube: dict[str, Any]) -> None:
    hub = cube["hub"]
    assert sum(cell[1] for cell in hub) == cube["customers"] == CUSTOMERS
    for table in cube["tables"]:
        for part, cells in zip(hub, table, strict=True):
            assert sum(cell[1] for cell in cells) == part[1]
            assert all(cell[1] >= cube["minimum_group"] for cell in cells)


def test_orders_of_the_cells_are_those_of_the_customers(cube: dict[str, Any]) -> None:
    last = {}
    for order in orders():
        days = (AS_OF - order["ordered_at"].date()).days + 1
        last[order["customer_id"]] = min(days, last.get(order["customer_id"], days))
    edges = cube["dimensions"][0]["edges"]
    for mask, customers, _ in cube["hub"]:
        ends = list(zip([0, *edges], [*edges, 10**6], strict=True))
        spans = [(low + 1, high) for place, (low, high) in enumerate(ends) if mask >> place & 1]

        never = mask >> (len(edges) + 1) & 1
        meant = [one for one in last.values() if any(low <= one <= high for low, high in spans)]
        assert customers == len(meant) + (len(people()) - len(last) if never else 0)


def test_no_rare_value_and_no_sensitive_fact_is_told(cube: dict[str, Any]) -> None:
    text = json.dumps(cube, ensure_ascii=False)
    assert "Tiny" not in text
    assert "gender" not in {one["name"] for one in cube["dimensions"]}
    assert "birth" not in {one["name"] for one in cube["dimensions"]}


@pytest.mark.parametrize("more", [{"for_each": {"column": "region"}}, {"as_of": None}])
def test_runs_of_groups_have_no_box(project: Project, tmp_path: Path, more: dict[str, Any]) -> None:
    make_questions(tmp_path, manifest(**more), project)
    assert not (tmp_path / FILE_NAME).exists()
    assert question_box(tmp_path, Language("en", "EUR")) is None


def test_privacy_for_executives_has_no_box(tmp_path: Path) -> None:
    make_questions(tmp_path, manifest(), make(tmp_path / "client", privacy="executive"))
    assert not (tmp_path / FILE_NAME).exists()


def test_the_second_time_it_comes_from_the_cache(
    project: Project, cube: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "_made", lambda *_: pytest.fail("made again"))
    make_questions(tmp_path, manifest(), project)
    assert json.loads((tmp_path / FILE_NAME).read_text(encoding="utf-8")) == cube


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_box_holds_one_language_and_its_letters(cube: dict[str, Any], tmp_path: Path, language: str) -> None:
    (tmp_path / FILE_NAME).write_text(json.dumps(cube), encoding="utf-8")
    box = question_box(tmp_path, Language(language, "EUR"))
    assert box is not None
    assert "innerHTML" not in box.script
    assert "eval" not in box.script
    assert ("最近" in box.html) == (language == "zh_CN")
    assert len(box.html) + len(box.script) + len(box.style) < LARGEST_BYTES
