"""The commands as people and scripts meet them: help, exit codes, plain text in a pipe, words and no tracebacks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from customer_analytics.pipeline.warm import kernel_environment

COMMANDS = ("demo", "sample", "init", "check", "load", "run", "tags", "audience", "open")

ENGAGEMENT = """\
client: Test & Co
consultancy: Example
sources:
  - table: orders
    files: data/raw/orders.csv
    columns: {order_id: number, customer_id: customer, ordered_at: day, amount: total}
    set_aside:
      - reason: cancelled
        when: [{column: number, starts_with: C}]
"""


def analytics(*arguments: str, cwd: Path, code: int | None = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as its own process, its output in pipes."""
    done = subprocess.run(
        [sys.executable, "-m", "customer_analytics", *arguments],
        cwd=cwd,
        env={**kernel_environment(), "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=300,
    )
    if code is not None:
        assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder with an export and no tables yet."""
    folder = tmp_path / "a {braces} 客户 project"
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "engagement.yml").write_text(ENGAGEMENT, encoding="utf-8")
    rows = [f"A{n},K{n % 40},2024-0{n % 9 + 1}-11,{n}.50" for n in range(1, 121)]
    rows += ["C1,K1,2024-01-02,-3.50", "A999,K1,not a date,1.00"]
    text = "\n".join(["number,customer,day,total", *rows]) + "\n"
    (folder / "data" / "raw" / "orders.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(tmp_path: Path, command: str) -> None:
    text = analytics(command, "--help", cwd=tmp_path).stdout
    assert f"analytics {command}" in text
    assert "Examples:" in text


def test_help_lists_all_commands_and_comes_at_once(tmp_path: Path) -> None:
    analytics("--help", cwd=tmp_path)  # the first start reads the files from disk
    started = time.perf_counter()
    text = analytics("--help", cwd=tmp_path).stdout
    assert time.perf_counter() - started < 2, "0.2 s on an idle machine; a heavy library is imported at the start"
    assert all(command in text for command in COMMANDS)


def test_help_imports_no_heavy_library(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['analytics', '--help']\nfrom customer_analytics.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'ibis', 'duckdb', 'papermill', 'nbconvert', 'matplotlib', 'numpy', 'pydantic', 'rich'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=kernel_environment(), capture_output=True, text=True, check=True
    )
    assert "HEAVY []" in done.stdout


def test_version_is_printed(tmp_path: Path) -> None:
    assert analytics("--version", cwd=tmp_path).stdout.startswith("analytics ")


def test_a_misspelt_command_is_a_usage_error_with_a_suggestion(tmp_path: Path) -> None:
    assert "'run'" in analytics("runn", cwd=tmp_path, code=2).stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_outside_a_project_every_command_says_so_without_a_traceback(tmp_path: Path, command: str) -> None:
    done = analytics(command, cwd=tmp_path, code=2)
    assert "no engagement.yml here or in a folder above" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_before_load_says_what_to_do(project: Path) -> None:
    (project / "notebooks" / "3_rfm.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "id": "p", "metadata": {"tags": ["parameters"]}, "outputs": [],'
        ' "execution_count": null, "source": "as_of = language = subset = output = None"}],'
        ' "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        encoding="utf-8",
    )
    done = analytics("run", cwd=project, code=2)
    assert "analytics load" in done.stderr
    assert not (project / "reports").exists()


def test_every_mistake_of_a_run_is_told_at_once_in_plain_lines(project: Path) -> None:
    (project / "notebooks" / "3_rfm.ipynb").write_text("{}", encoding="utf-8")
    done = analytics("run", "rmf", "-p", "binz=4", "--as-of", "soon", "--language", "fr", cwd=project, code=2)
    for part in ("Did you mean rfm?", "binz", "--as-of soon", "Available: en, zh_CN"):
        assert part in done.stderr
    assert done.stdout == ""


def test_the_load_accounts_for_every_row_and_all_money(project: Path) -> None:
    text = analytics("load", cwd=project).stdout
    lines = [line.split() for line in text.splitlines()]
    assert ["orders", "in", "122", "7,317.50"] in lines  # 1.5 + 2.5 … 120.5 = 7,320; less 3.50; plus 1.00
    assert ["kept", "120", "7,320.00"] in lines
    assert any("cancelled" in line and line[-2:] == ["1", "-3.50"] for line in lines)
    assert "Next: analytics run" in text


def test_a_pipe_gets_neither_colour_nor_boxes(project: Path) -> None:
    text = analytics("load", cwd=project).stdout + analytics("load", "--help", cwd=project).stdout
    assert "\x1b" not in text
    assert not any("\u2500" <= letter <= "\u257f" for letter in text)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_stream_that_cannot_say_chinese_gets_question_marks_and_no_error(project: Path, encoding: str) -> None:
    done = analytics("open", cwd=project, code=2, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert "??" in done.stderr
    assert "there is no run yet" in done.stderr


def test_a_reader_that_goes_away_does_not_end_the_work(project: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "customer_analytics", "load"],
        cwd=project, env=kernel_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    process.stderr.close()
    assert (project / "data" / "tables" / "orders.parquet").is_file()


def test_quiet_writes_nothing_when_all_is_well(project: Path) -> None:
    done = analytics("load", "--quiet", cwd=project)
    assert (done.stdout, done.stderr) == ("", "")


def test_quiet_still_writes_problems(project: Path) -> None:
    assert "there is no run yet" in analytics("open", "-q", cwd=project, code=2).stderr


def test_open_prints_the_path_of_the_newest_front_page(project: Path) -> None:
    page = project / "reports" / "2026-01-01_1" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>", encoding="utf-8")
    (project / "reports" / "latest").write_text("2026-01-01_1\n", encoding="utf-8")
    done = analytics("open", cwd=project, DISPLAY="", WAYLAND_DISPLAY="")
    assert done.stdout.strip() == str(page)


def test_mistakes_in_engagement_yml_are_told_with_their_lines(project: Path) -> None:
    text = ENGAGEMENT.replace("client:", "clinet:").replace("table: orders", "table: order")
    (project / "engagement.yml").write_text(text, encoding="utf-8")
    done = analytics("load", cwd=project, code=2)
    assert "line 1" in done.stderr
    assert "line 4" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_says_what_a_load_would_do_and_what_comes_next(project: Path) -> None:
    text = analytics("check", cwd=project).stdout
    assert "orders" in text
    assert "data/raw/orders.csv" in text
    assert "analytics load" in text


def test_check_ends_with_code_2_when_something_is_wrong(project: Path) -> None:
    (project / "engagement.yml").write_text(ENGAGEMENT.replace("amount: total", "amount: totl"), encoding="utf-8")
    done = analytics("check", cwd=project, code=2)
    assert "totl" in done.stdout + done.stderr


TAGS = """\
owner: analytics
tags:
  value:
    money: {label: Money, meaning: Net money., rule: revenue, source: orders, unit: money}
    sessions: {label: Visits, meaning: Visits., rule: count(events), source: events}
"""


def test_tags_lists_what_runs_and_says_why_the_others_do_not(project: Path) -> None:
    analytics("load", cwd=project)
    (project / "tags.yml").write_text(TAGS, encoding="utf-8")
    listed = analytics("tags", cwd=project).stdout
    assert re.search(r"^money +Money +40 +100\.0% +2024-09-11", listed, re.MULTILINE)
    assert re.search(r"^sessions +value +the data have no events$", listed, re.MULTILINE)
    assert "1 tags of 40 customers" not in listed and "1 tag of 40 customers" in listed
    assert analytics("tags", "--check", cwd=project).stdout == "tags.yml is fine: 2 entries.\n"


def test_mistakes_in_tags_are_told_with_line_tag_and_word_before_anything_is_loaded(project: Path) -> None:
    bad = TAGS.replace("count(events)", "cuont(events)").replace("rule: revenue", "rule: sum(orders)")
    (project / "tags.yml").write_text(bad, encoding="utf-8")
    for arguments in (("tags",), ("tags", "--check")):
        told = analytics(*arguments, cwd=project, code=2).stderr
        assert "tags.yml, line 4, tag money" in told
        assert "tags.yml, line 5, tag sessions" in told and "cuont" in told
        assert "Traceback" not in told
    (project / "tags.yml").unlink()
    assert "tags.yml: is not in the project." in analytics("tags", cwd=project, code=2).stderr


def test_sample_makes_a_client_that_loads_and_keeps_the_comments_of_engagement_yml(tmp_path: Path) -> None:
    (tmp_path / "engagement.yml").write_text(
        "client: A\nconsultancy: B\n# before\nas_of:\nsources: []\n# after\n", encoding="utf-8"
    )
    text = analytics("sample", "--customers", "200", "--seed", "1", cwd=tmp_path).stdout
    assert "Next: analytics load" in text
    settings = (tmp_path / "engagement.yml").read_text(encoding="utf-8")
    assert "# before\n" in settings
    assert "# after" in settings
    assert "\nas_of: 2" in settings
    assert (tmp_path / "data" / "raw" / "sample" / "truth.json").is_file()
    assert "orders" in analytics("check", cwd=tmp_path).stdout


def test_sources_of_the_analyst_are_not_replaced_without_force(project: Path) -> None:
    before = (project / "engagement.yml").read_bytes()
    for command in ("sample", "demo"):
        done = analytics(command, "--customers", "200", cwd=project, code=2)
        assert "--force" in done.stderr
    assert (project / "engagement.yml").read_bytes() == before
    assert not (project / "data" / "raw" / "sample").exists()
    analytics("sample", "--customers", "200", "--force", cwd=project)
    assert (project / "engagement.before-sample.yml").read_bytes() == before


def test_a_number_out_of_range_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "engagement.yml").write_text("client: A\nconsultancy: B\n", encoding="utf-8")
    assert "Allowed: 100 to" in analytics("sample", "--customers", "1", cwd=tmp_path, code=2).stderr


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="needs a folder that this user may not write")
def test_an_unexpected_error_is_one_line_with_a_log_without_data(project: Path) -> None:
    (project / "data").chmod(0o500)
    try:
        done = analytics("load", cwd=project, code=1)
    finally:
        (project / "data").chmod(0o700)
    assert len(done.stderr.splitlines()) == 1
    log = Path(done.stderr.strip().rpartition("Log: ")[2])
    assert "PermissionError" in log.read_text(encoding="utf-8")


def test_an_unexpected_error_hides_its_message_in_the_log_and_shows_it_with_debug(project: Path) -> None:
    # a folder where a file should be: no check of ours foresees it
    (project / "reports" / "latest").mkdir(parents=True)
    (project / ".analytics" / "lock.json").mkdir(parents=True)
    done = analytics("load", cwd=project, code=1)
    assert len(done.stderr.splitlines()) == 1
    assert "IsADirectoryError" in done.stderr or "PermissionError" in done.stderr
    log = Path(done.stderr.strip().rpartition("Log: ")[2])
    assert log.is_relative_to(project / ".analytics" / "log")
    written = log.read_text(encoding="utf-8")
    assert "lock.py" in written
    assert "Errno" not in written
    assert "Traceback" in analytics("load", "--debug", cwd=project, code=None).stderr
