"""What changes while a run is under way, or between two runs: settings, notebooks, clocks, other commands."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from harness import Nursery, left, picture, state
from pipeline.conftest import write_notebook

from customer_analytics.engagement import Project
from customer_analytics.engagement.customer_key import project_key
from customer_analytics.engagement.days import moment
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline import folders
from customer_analytics.pipeline.run import run
from customer_analytics.pipeline.warm import kernel_environment, private_folder

EDIT_SETTINGS = """
from pathlib import Path
_yml = Path("../engagement.yml")
_yml.write_text(_yml.read_text(encoding="utf-8").replace("minimum_group: 5", "minimum_group: 6"), encoding="utf-8")
"""
EDIT_NOTEBOOK = """
from pathlib import Path
_own = Path("3_rfm.ipynb")
_own.write_text(_own.read_text(encoding="utf-8").replace('"cells"', ' "cells"', 1), encoding="utf-8")
"""


def test_settings_that_change_under_way_count_from_the_next_run_on(work: Path) -> None:
    """All reports have the settings that the run began with; a half-saved file breaks none of them."""
    write_notebook(work / "notebooks" / "1_data_audit.ipynb", before=EDIT_SETTINGS)
    write_notebook(work / "notebooks" / "3_rfm.ipynb", before="import time; time.sleep(1)")
    project = Project.find(work)
    assert run(project, jobs=1).exit_code == 0
    assert Project.find(work).engagement.minimum_group == 6
    again = run(project, jobs=1) if Project.find(work).engagement == project.engagement else None
    assert again is None
    with pytest.raises(UserError, match="has changed since the run began"):
        run(project, jobs=1)
    assert not left(work)


def test_a_report_whose_notebook_changes_under_way_is_not_taken_from_the_cache_later(work: Path) -> None:
    write_notebook(work / "notebooks" / "3_rfm.ipynb", before=EDIT_NOTEBOOK)
    first = run(Project.find(work), reports=["rfm"], jobs=1)
    assert first.exit_code == 0
    second = run(Project.find(work), reports=["rfm"], jobs=1)
    assert not second.reports[0]["cached"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"),  # summer time ends in between
        ("2026-07-01T23:00:00+10:00", "2026-07-01T18:00:00+02:00"),  # the project was carried to another zone
        ("", "2026-07-01T18:00:00+02:00"),
    ],
)
def test_moments_are_put_in_order_by_what_they_are(earlier: str, later: str) -> None:
    assert moment(earlier) < moment(later)


def test_a_clock_that_goes_backwards_overwrites_no_run(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = picture(work, "reports")

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime(1970, 1, 2, 3, 4, 5, tzinfo=tz)

    monkeypatch.setattr("customer_analytics.pipeline.run.dt.datetime", Clock)
    for _ in range(2):
        assert run(Project.find(work)).exit_code == 0
    monkeypatch.undo()
    after = picture(work, "reports")
    kept = {name: value for name, value in before.items() if name.count("/") > 1}
    assert {name: after.get(name) for name in kept} == kept
    assert (work / "reports" / "latest").read_text(encoding="utf-8").strip() == "1970-01-02_2"
    names = [one["run"] for one in folders.past_runs(Project.find(work))]
    assert names[-2:] == ["1970-01-02_2", "1970-01-02_1"]


def test_a_load_by_a_clock_before_all_data_is_not_reported_on(nursery: Nursery, work: Path) -> None:
    """A machine whose clock went back to 1970 would take that day for the last one, and report on nothing."""
    log = work / "data" / "tables" / "load_log.json"
    content = json.loads(log.read_text(encoding="utf-8"))
    content["loaded_at"] = "1970-01-02T03:04:05+00:00"
    log.write_text(json.dumps(content), encoding="utf-8")
    (work / ".analytics" / "cache").rename(work / "kept")  # the last day is asked of the tables
    ended = nursery.run(work, "run", "rfm")
    assert ended.code == 2, ended.said
    assert "all of orders lies after the day of loading, 1970-01-02" in ended.said


def test_scratch_of_a_number_that_another_process_has_now_is_removed(work: Path) -> None:
    """Process numbers come again: what is older than its process was left by another one."""
    mine = work / ".analytics" / "scratch" / f"spill-{os.getpid()}"
    mine.mkdir(parents=True)
    folders.remove_scratch(Project.find(work))
    assert mine.is_dir()
    begun = psutil.Process().create_time()
    os.utime(mine, (begun - 3_600, begun - 3_600))
    folders.remove_scratch(Project.find(work))
    assert not mine.exists()


def test_temporary_folders_of_killed_runs_go_within_the_hour(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    old = time.time() - 2 * 3600
    names = {f"customer-analytics-{ended.pid}-a": old, f"customer-analytics-{os.getpid()}-b": old}
    names[f"customer-analytics-{ended.pid}-c"] = time.time()
    for name, when in names.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (when, when))
    made = private_folder(tmp_path)
    kept = {path.name for path in tmp_path.iterdir()} - {made.name}
    assert kept == set(names) - {f"customer-analytics-{ended.pid}-a"}


@pytest.mark.parametrize("content", ["", "\n"])
def test_a_key_that_was_never_written_is_made_again(work: Path, content: str) -> None:
    """A machine that went down could leave the file empty: nobody was ever hashed by it."""
    (work / "data" / "customer_id.key").write_text(content, encoding="ascii")
    key = project_key(Project.find(work))
    assert len(key) == 32
    assert project_key(Project.find(work)) == key


def test_a_damaged_key_is_never_replaced_in_silence(work: Path) -> None:
    (work / "data" / "customer_id.key").write_text("12ab", encoding="ascii")
    with pytest.raises(UserError, match="holds no key of 32 bytes"):
        project_key(Project.find(work))


@pytest.mark.parametrize("command", [["run"], ["check"], ["audience", "region = 'North'", "--name", "x", "--dry-run"]])
def test_a_load_cut_short_between_its_renamings_is_put_right_by_whoever_reads(
    nursery: Nursery, work: Path, command: list[str]
) -> None:
    before = state(work)
    (work / "data" / "tables").rename(work / "data" / ".tables-old")
    ended = nursery.run(work, *command)
    assert ended.code == 0, ended.said
    assert {name: value for name, value in state(work).items() if name.startswith("data/tables")} == {
        name: value for name, value in before.items() if name.startswith("data/tables")
    }


def _strays(folder: Path) -> list[str]:
    """Processes that work in a project, as their command lines."""
    found = []
    for process in psutil.process_iter():
        try:
            place = process.cwd()
            if place.startswith(str(folder)) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()) or process.name())
        except (psutil.Error, OSError):
            continue
    return found


def _gone(folder: Path, within: float) -> list[str]:
    deadline = time.monotonic() + within
    while (strays := _strays(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return strays


def _parent(process: subprocess.Popen[str]) -> None:
    process.kill()


def _group(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def _warm(process: subprocess.Popen[str]) -> None:
    for child in psutil.Process(process.pid).children():
        child.kill()


def _interrupt_twice(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)


MEMORY = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
_much = [bytearray(100_000_000) for _ in range(100)]
"""
KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def test_reports_that_run_out_of_memory_fail_in_words_and_the_others_are_made(nursery: Nursery, work: Path) -> None:
    """By the limit (an exception) and by the system's killer (a dead process): told apart, each with its mend."""
    write_notebook(work / "notebooks" / "3_rfm.ipynb", before=MEMORY)
    write_notebook(work / "notebooks" / "4_funnel.ipynb", before=KILLED)
    write_notebook(work / "notebooks" / "1_data_audit.ipynb", before="made_anew = True")
    ended = nursery.run(work, "run", "data_audit", "rfm", "funnel", "-p", "minimum_base=1", "--jobs", "2")
    assert ended.code == 1, ended.said
    newest = (work / "reports" / "latest").read_text(encoding="utf-8").strip()
    manifest = json.loads((work / "reports" / newest / "run.json").read_text(encoding="utf-8"))
    entries = {one["name"]: one for one in manifest["reports"]}
    assert {name: one["status"] for name, one in entries.items()} == {
        "data_audit": "complete", "rfm": "failed", "funnel": "failed"
    }  # fmt: skip
    assert "memory of this machine was not enough" in entries["rfm"]["reason"]
    assert "signal 9" in entries["funnel"]["reason"]
    for name in ("rfm", "funnel"):
        page = (work / "reports" / newest / f"{name}.html").read_text(encoding="utf-8")
        assert "use a machine with more memory" in page
    assert not left(work)


@pytest.mark.parametrize(
    ("strike", "codes"),
    [
        (_parent, {-9}),
        (_group, {-9}),
        (_warm, {1}),
        (_interrupt_twice, {130, -signal.SIGINT}),  # the second: Python had not begun yet
    ],
    ids=["only the parent", "the whole group", "the warm process", "Ctrl-C twice"],
)
def test_real_kernels_struck_at_random(
    client: Path, work: Path, strike: Callable[[subprocess.Popen[str]], None], codes: set[int], thorough: bool
) -> None:
    """`analytics run --force`: no process is left, the runs before are whole, the next one succeeds."""
    if strike in (_parent, _warm) and not thorough:
        pytest.skip("with --thorough; tests/pipeline kills a parent and a warm process in CI")
    before = state(work)
    command = [sys.executable, "-m", "customer_analytics", "run", "--force"]
    for number in range(25) if thorough else range(1):
        process = subprocess.Popen(
            command, cwd=work, env=kernel_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(1.5 + 0.37 * (number * 7 % 11))
        strike(process)
        output, _ = process.communicate(timeout=120)
        if process.returncode != 0:  # it was not faster than the strike
            assert "Traceback" not in output
            assert process.returncode in codes, f"{process.returncode}: {output}"
        assert not _gone(work, within=15)
        now = state(work)
        assert {name: now.get(name) for name in before if "latest" not in name and "index" not in name} == {
            name: value for name, value in before.items() if "latest" not in name and "index" not in name
        }
    done = subprocess.run(command[:-1], cwd=work, env=kernel_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not left(work)
    newest = (work / "reports" / "latest").read_text(encoding="utf-8").strip()
    manifest = json.loads((work / "reports" / newest / "run.json").read_text(encoding="utf-8"))
    assert {one["status"] for one in manifest["reports"]} == {"complete"}
