"""The benchmarks: a small one through the command, every contest's parts, and what is made of the figures."""

from __future__ import annotations

import importlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parents[1]
BENCHMARKS = HERE / "benchmarks"
SOURCE = HERE / "{{cookiecutter.project_slug}}" / "src"
MODULES = ("contest", "runs", "verdicts", "measure", "environments", "page", "contests")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """The modules of the benchmarks; they find each other on the path."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield {name: importlib.import_module(name) for name in MODULES}
    finally:
        sys.path.remove(str(BENCHMARKS))
        for name in [name for name in sys.modules if name.split(".")[0] in MODULES]:
            del sys.modules[name]


def test_a_small_contest_runs_by_the_command_and_is_shown(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(BENCHMARKS / "bench.py"),
        "--only",
        "lifecycle",
        "--sizes",
        "0.01,0.02",
        "--rounds",
        "1",
    ]
    settings = {**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--results", str(tmp_path)], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))["contests"]["lifecycle"]["figures"]
    assert {(figure["job"], figure["rows"]) for figure in figures} >= {("the product", 10_000), ("pandas", 20_000)}
    assert not [figure for figure in figures if figure["trouble"]], "an answer differs"
    assert all(figure["memory"] > 10_000_000 and figure["processor"] > 0 for figure in figures)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Lifecycle by month" in page and "<svg" in page and "http" not in page


def test_every_contest_begins_with_ours_and_names_what_it_leaves_out(bench: dict[str, ModuleType]) -> None:
    names = bench["contest"].contest_names()
    assert {"funnel", "rfm", "itemsets", "larger_than_memory", "whole_run", "load"} <= set(names)
    for name in names:
        one = bench["contest"].contest(name)
        assert one.name == name and one.jobs[0].role == "ours"
        assert len({job.name for job in one.jobs}) == len(one.jobs)
        for job in one.jobs:
            assert job.environment in {"own", *bench["environments"].PEERS}
            assert math.isinf(job.largest) or job.reason, f"{name}: {job.name} does not say why it ends"


def test_an_answer_that_differs_has_no_time(bench: dict[str, ModuleType]) -> None:
    contest, runs = bench["contest"], bench["runs"]
    half = contest.Job("half", lambda folder: {}, "peer", part=lambda key: key.startswith("a"))
    whole = contest.Job("whole", lambda folder: {}, "peer")
    ours = {"a 1": 10.0, "b 1": 3.0}
    assert not runs.differs(ours, {"a 1": 10.0 + 1e-9}, half)
    assert "1 of 1 differ" in runs.differs(ours, {"a 1": 10.001}, half)
    assert "1 of 2 differ" in runs.differs(ours, {"a 1": 10.0}, whole), "a part passes for the whole"
    assert runs.differs(ours, ours | {"c": 1.0}, whole), "more than was asked passes"


def test_the_exponent_of_growth_and_the_ratio_at_the_judged_size(bench: dict[str, ModuleType]) -> None:
    contest, runs, verdicts = bench["contest"], bench["runs"], bench["verdicts"]
    jobs = (contest.Job("ours", lambda folder: {}, "ours"), contest.Job("sql", lambda folder: {}, "sql"))
    one = contest.Contest("made", "", "", "rows", lambda folder, rows: None, jobs, judged=10_000_000)
    figures = [
        runs.Figure("made", name, name, rows, 1, wall=1.0, processor=seconds, memory=1.0)
        for name, rows, seconds in (
            ("ours", 1_000_000, 1.0), ("ours", 10_000_000, 20.0), ("sql", 1_000_000, 0.5), ("sql", 10_000_000, 16.0),
        )
    ]  # fmt: skip
    found = {verdict.text: verdict for verdict in verdicts.verdicts(one, figures)}
    small, large = found["ours takes of sql, 1,000,000 rows"], found["ours takes of sql, 10,000,000 rows"]
    assert small.value == pytest.approx(2.0) and small.met is None
    assert large.value == pytest.approx(1.25) and large.met is False
    growth = next(verdict for text, verdict in found.items() if text.startswith("ours: time grows"))
    assert growth.value == pytest.approx(math.log10(20.0)) and growth.met is False
