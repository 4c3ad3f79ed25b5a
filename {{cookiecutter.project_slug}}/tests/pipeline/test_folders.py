"""A run is in place whole or not at all, and never over another."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline import folders

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)


def _finish(project: Project) -> str:
    with folders.run_folder(project, None, NOW) as folder:
        (folder.partial / "index.html").write_text("x", encoding="utf-8")
    return folder.name


def test_runs_of_a_day_are_numbered_beyond_nine_and_never_reuse_a_name(project: Project) -> None:
    for number in (1, 2, 9, 10):
        (project.reports / f"2026-11-21_{number}").mkdir(parents=True)
    assert _finish(project) == "2026-11-21_11"
    assert _finish(project) == "2026-11-21_12"


def test_names_hold_no_character_that_windows_refuses(project: Project) -> None:
    assert not set(_finish(project)) & set('<>:"/\\|?*')


def test_nothing_is_visible_before_the_end_and_nothing_stays_after_an_error(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), folders.run_folder(project, None, NOW) as folder:
        assert not folder.final.exists()
        raise ZeroDivisionError
    assert list(project.reports.iterdir()) == []


def test_leftovers_of_a_killed_run_go_and_finished_runs_stay(project: Project) -> None:
    name = _finish(project)
    (project.reports / ".2026-11-20_1-partial" / "rfm").mkdir(parents=True)
    folders.remove_leftovers(project)
    assert [path.name for path in project.reports.iterdir()] == [name]


def test_an_output_folder_with_content_is_never_written_over(project: Project) -> None:
    target = project.folder / "deliver"
    target.mkdir()
    (target / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(UserError, match="not empty"), folders.run_folder(project, target, NOW):
        pass
    assert (target / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_an_empty_output_folder_is_used(project: Project) -> None:
    target = project.folder / "deliver"
    target.mkdir()
    with folders.run_folder(project, target, NOW) as folder:
        (folder.partial / "index.html").write_text("x", encoding="utf-8")
    assert (target / "index.html").is_file()


def test_latest_names_a_run_with_its_front_page(project: Project) -> None:
    assert folders.latest_front_page(project) is None
    name = _finish(project)
    folders.point_latest(project, name)
    assert folders.latest_front_page(project) == project.reports / name / "index.html"
    assert (project.reports / "latest").read_bytes() == name.encode() + b"\n"
    assert [path.name for path in project.reports.glob(".*")] == []


def test_without_a_run_the_front_page_is_missed_in_words(project: Project) -> None:
    with pytest.raises(UserError, match="analytics run"):
        folders.require_front_page(project)


def test_past_runs_come_newest_first_and_a_broken_one_does_not_hide_the_others(project: Project) -> None:
    times = {"2026-11-21_2": "2026-11-21T09:00:00", "2026-11-21_10": "2026-11-21T10:00:00", "old": "2025-01-01T00:00"}
    for name, created in times.items():
        (project.reports / name).mkdir(parents=True)
        manifest = json.dumps({"run": name, "created_at": created})
        (project.reports / name / "run.json").write_text(manifest, encoding="utf-8")
    (project.reports / "broken").mkdir()
    (project.reports / "broken" / "run.json").write_text("{", encoding="utf-8")
    assert [run["run"] for run in folders.past_runs(project)] == ["2026-11-21_10", "2026-11-21_2", "old"]


def test_what_a_killed_process_left_in_the_scratch_folder_is_removed_and_nothing_else(project: Project) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    scratch = project.folder / ".analytics" / "scratch"
    names = [f"spill-{ended.pid}", f"campaigns-{ended.pid}-x_1", f"spill-{os.getpid()}", "warehouse", "blockmgr-old"]
    for name in names:
        (scratch / name).mkdir(parents=True)
        (scratch / name / "part").write_text("x", encoding="utf-8")
    os.utime(scratch / "blockmgr-old", (1, 1))
    folders.remove_scratch(project)
    assert sorted(path.name for path in scratch.iterdir()) == [f"spill-{os.getpid()}", "warehouse"]
