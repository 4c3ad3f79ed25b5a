"""Each thing that could change a report's bytes changes its key in the cache, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.language import Language
from customer_analytics.pipeline import cache as caching
from customer_analytics.pipeline import making
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.making import Task, Workshop
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.progress import Progress
from customer_analytics.pipeline.survey import Group


def _key(
    folder: Path, *, group: Group | None = None, fingerprint: str = "data", show_code: bool = False, **asked: Any
) -> str:
    project = Project.find(folder)
    plan = make_plan(project, reports=["rfm"], **asked)
    shop = Workshop(
        project=project,
        run=folder / "reports" / "x",
        cache=Cache(folder / ".analytics"),
        language=Language(plan.language, project.engagement.currency),
        as_of=plan.as_of,
        fingerprint=fingerprint,
        inputs=(),
        show_code=show_code,
        progress=Progress(),
    )
    return shop.key(Task(plan.reports[0], group))


def _settings(project: Project, old: str, new: str) -> None:
    path = project.folder / "engagement.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_nothing_changed_nothing_changes(project: Project) -> None:
    assert _key(project.folder) == _key(project.folder)


@pytest.mark.parametrize(
    "options",
    [
        {"parameters": {"bins": 4}},
        {"as_of": "2024-06-30"},
        {"language": "zh_CN"},
        {"fingerprint": "other data"},
        {"show_code": True},
        {"group": Group("region", "North", 18, "north")},
    ],
    ids=lambda options: next(iter(options)),
)
def test_what_a_run_asks_for_is_part_of_the_key(project: Project, options: dict[str, Any]) -> None:
    assert _key(project.folder, **options) != _key(project.folder)


def test_the_notebook_is_part_of_the_key(project: Project, edit: Callable[..., None]) -> None:
    before = _key(project.folder)
    edit("3_rfm", before="# a comment")
    assert _key(project.folder) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [("currency: EUR", "currency: GBP"), ("minimum_group: 5", "minimum_group: 6"), ("Example Analytics", "Another")],
)
def test_each_setting_is_part_of_the_key(project: Project, old: str, new: str) -> None:
    before = _key(project.folder)
    _settings(project, old, new)
    assert _key(project.folder) != before


def test_the_parameters_of_this_report_are_part_of_the_key_and_those_of_others_are_not(project: Project) -> None:
    before = _key(project.folder)
    _settings(project, "minimum_group: 5", "minimum_group: 5\nreports:\n  data_audit:\n    spike_threshold: 6")
    assert _key(project.folder) == before
    _settings(project, "    spike_threshold: 6", "    spike_threshold: 6\n  rfm:\n    bins: 4")
    assert _key(project.folder) != before


def test_the_content_of_the_logo_and_the_key_of_customer_ids_are_part_of_the_key(project: Project) -> None:
    logo = project.folder / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")
    _settings(project, "minimum_group: 5", "minimum_group: 5\nbrand:\n  logo: logo.svg")
    keys = [_key(project.folder)]
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'> </svg>", encoding="utf-8")
    keys.append(_key(project.folder))
    (project.folder / "data" / "customer_id.key").write_text("5e" * 32, encoding="ascii")
    keys.append(_key(project.folder))
    assert len(set(keys)) == 3


@pytest.mark.parametrize(("name", "value"), [("code_hash", "other code"), ("versions", {"pandas": "0"})])
def test_code_and_versions_are_part_of_the_key(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    before = _key(project.folder)
    monkeypatch.setattr(making, name, lambda: value)
    assert _key(project.folder) != before


def test_the_code_hash_covers_the_words_and_the_templates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "customer_analytics"
    (package / "locale" / "zh_CN").mkdir(parents=True)
    (package / "__pycache__").mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(caching.customer_analytics, "__file__", str(package / "__init__.py"))
    hashes = []
    for path, text in (("locale/zh_CN/rfm.po", "a"), ("locale/zh_CN/rfm.po", "b"), ("page.j2", ""), ("page.html", "")):
        (package / path).write_text(text, encoding="utf-8")
        hashes.append(caching.code_hash.__wrapped__())
    assert len(set(hashes)) == 4
    (package / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert caching.code_hash.__wrapped__() == hashes[-1]


def test_the_first_run_keeps_what_the_second_looks_for_though_no_key_of_customer_ids_was_there(
    project: Project,
) -> None:
    key = project.folder / "data" / "customer_id.key"
    key.unlink(missing_ok=True)
    before = _key(project.folder)
    assert key.is_file()
    assert _key(project.folder) == before


def test_an_earlier_promise_whose_time_is_over_changes_the_key_of_churn_and_of_nothing_else(project: Project) -> None:
    def facts(report: str, day: str | None) -> object:
        return caching.engagement_facts(project, report, day)

    before = [facts(report, day) for report in ("churn", "rfm") for day in ("2026-06-30", None)]
    folder = project.reports / "2026-04-01_1" / "churn"
    folder.mkdir(parents=True)
    (folder.parent / "run.json").write_text(json.dumps({"created_at": "2026-04-01T09:00:00+00:00"}), encoding="utf-8")
    promise = {"format": 1, "as_of": "2026-03-31", "subset": None, "kind": "orders", "gap_days": 0,
               "horizon_days": 90, "method": "trees", "privacy": "analyst"}  # fmt: skip
    (folder / "promise.json").write_text(json.dumps(promise), encoding="utf-8")
    after = [facts(report, day) for report in ("churn", "rfm") for day in ("2026-06-30", None)]
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, True, False, False]
    assert facts("churn", "2026-06-28") == caching.engagement_facts(project, "churn", "2026-03-31")  # not over yet
