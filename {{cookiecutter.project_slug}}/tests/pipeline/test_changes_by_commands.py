"""Runs month by month: the section of each report, what the manifest tells, the cache, and `analytics compare`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from customer_analytics.cli import app
from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline import run as running
from customer_analytics.pipeline.two_runs import compare_runs
from customer_analytics.report.basis import BASIS
from customer_analytics.tables.load import load

EARLIER = "2024-06-30"
Edit = Callable[..., None]


def run(project: Project, **options: Any) -> dict[str, Any]:
    """The manifest of a run."""
    done = running.run(Project.find(project.folder), **{"jobs": 1, "reports": ["rfm"]} | options)
    assert done.exit_code == 0
    content: dict[str, Any] = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    return content


def page(project: Project, manifest: dict[str, Any]) -> str:
    return (project.reports / manifest["run"] / "rfm.html").read_text(encoding="utf-8")


def section(text: str) -> str:
    found = re.search(r'<section><h2 id="since-last-run">.*?</section>', text, re.S)
    assert found is not None
    return found[0]


@pytest.fixture(scope="module")
def made(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """A project with a run for June and one for all of the data, to copy from; tests do not change it."""
    folder = tmp_path_factory.mktemp("months") / "a {braces} 客户 project"
    shutil.copytree(loaded, folder)
    project = Project.find(folder)
    return folder, run(project, as_of=EARLIER), run(project)


@pytest.fixture
def two(made: tuple[Path, Any, Any], tmp_path: Path) -> tuple[Project, dict[str, Any], dict[str, Any]]:
    """A copy of it for one test."""
    shutil.copytree(made[0], tmp_path / "a {braces} 客户 project")
    return Project.find(tmp_path / "a {braces} 客户 project"), made[1], made[2]


def test_the_first_run_says_so_and_the_second_what_changed(two: tuple[Project, Any, Any]) -> None:
    project, first, second = two
    assert first["changes"]["run"] is None
    assert first["changes"]["reason"] == "This is the first run."
    assert first["reports"][0]["compared_with"] is None
    assert "No earlier run holds this report" in section(page(project, first))
    assert second["changes"]["run"] == second["reports"][0]["compared_with"] == first["run"]
    assert second["changes"]["counts"]["untested"] == 1
    told = section(page(project, second))
    assert "30 June 2024" in told
    assert "differs; not tested, as it has no interval" in told or "fewer people" in told
    assert '<a href="#since-last-run">' in page(project, second)


def test_an_unchanged_run_comes_from_the_cache_with_the_same_comparison(two: tuple[Project, Any, Any]) -> None:
    project, first, second = two
    third = run(project)
    assert third["reports"][0]["cached"]
    assert third["changes"] == second["changes"]
    assert third["reports"][0]["compared_with"] == first["run"]
    again = run(project, as_of=EARLIER)
    assert again["reports"][0]["cached"]
    assert again["changes"]["run"] is None
    assert run(project)["reports"][0]["cached"], "the same words of the earlier day leave the later one as it is"


def test_a_changed_parameter_is_named_and_a_trial_does_not_stand_between(two: tuple[Project, Any, Any]) -> None:
    project, first, second = two
    trial = run(project, parameters={"bins": 4})
    assert trial["changes"]["run"] == second["run"]
    assert [item["head"] for item in trial["changes"]["items"] if item["kind"] == "cause"] == ["bins 5 → 4"]
    assert run(project)["changes"]["run"] == first["run"]


def test_a_lost_or_edited_earlier_run_leaves_this_one_whole(two: tuple[Project, Any, Any]) -> None:
    project, first, _ = two
    (project.reports / first["run"] / "rfm" / BASIS).write_text('{"format": 1, "as_of": 7}', encoding="utf-8")
    third = run(project)
    assert third["changes"]["run"] is None
    assert third["changes"]["reason"] == "No earlier run can be compared with this one."
    assert "No earlier run holds this report" in section(page(project, third))


def test_past_months_that_are_delivered_otherwise_are_named(two: tuple[Project, Any, Any]) -> None:
    project, _, second = two
    path = project.folder / "data" / "raw" / "orders.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if ",2023-05-" in line)
    path.write_text("\n".join([*lines[:place], *lines[place + 1 :]]) + "\n", encoding="utf-8")
    load(project)
    after = run(project)
    assert after["changes"]["run"] == second["run"]
    (cause,) = [item for item in after["changes"]["items"] if item["kind"] == "cause"]
    assert cause["head"].startswith("1 of 23 past months of orders were delivered otherwise")


def test_each_group_is_compared_with_itself(project: Project) -> None:
    first = run(project, reports=["data_audit"], for_each="region", as_of=EARLIER)
    second = run(project, reports=["data_audit"], for_each="region")
    assert {entry["compared_with"] for entry in second["reports"]} == {first["run"]}
    found = compare_runs(project, "previous", "latest")
    subsets = [each.now.basis["subset"] for each in found.comparisons]
    assert subsets == [each.before.basis["subset"] for each in found.comparisons]
    assert len(set(subsets)) == len(second["reports"])


def test_the_command_shows_writes_and_answers_in_json(
    two: tuple[Project, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, first, second = two
    monkeypatch.chdir(project.folder)
    asked = ["compare", "previous", "latest"]
    done = CliRunner().invoke(app, [*asked, "--output", "changes"])
    assert done.exit_code == 0, done.output
    assert f"From {first['run']} to {second['run']}." in done.output
    assert {path.name for path in Path("changes").iterdir()} == {"index.html", "changes.csv", "changes.json"}
    by_path = CliRunner().invoke(app, ["compare", f"reports/{first['run']}", second["run"], "--json"])
    content = json.loads(by_path.output)
    assert content == json.loads(Path("changes/changes.json").read_text(encoding="utf-8"))
    assert content["reports"][0]["as_of"][0] == EARLIER
    again = CliRunner().invoke(app, [*asked, "--output", "changes"])
    assert again.exit_code == 2
    CliRunner().invoke(app, [*asked, "--output", "twice"])
    for name in ("index.html", "changes.csv", "changes.json"):
        assert Path("changes", name).read_bytes() == Path("twice", name).read_bytes()


def test_runs_in_two_languages_are_compared(two: tuple[Project, Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    project, first, _ = two
    chinese = run(project, language="zh_CN")
    assert chinese["changes"]["run"] == first["run"]
    assert "与上次相比有什么变化" in section(page(project, chinese))
    monkeypatch.chdir(project.folder)
    done = CliRunner().invoke(app, ["compare", first["run"], "latest", "--output", "zh"])
    assert done.exit_code == 0, done.output
    assert 'lang="zh-CN"' in Path("zh/index.html").read_text(encoding="utf-8")


def test_what_is_no_run_is_told_all_at_once(two: tuple[Project, Any, Any]) -> None:
    project, first, _ = two
    with pytest.raises(UserError) as told:
        compare_runs(project, "nothing", "../../etc")
    assert len(told.value.problems) == 2
    assert first["run"] in str(told.value.problems[0])
    (project.reports / first["run"] / "rfm" / BASIS).unlink()
    with pytest.raises(UserError, match="holds no report to compare"):
        compare_runs(project, first["run"], "latest")
