"""A fork has what it needs imported; and a run without changes loads no library of analysis."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_analytics.engagement import Project
from customer_analytics.pipeline.cache import Cache
from customer_analytics.pipeline.plan import make_plan
from customer_analytics.pipeline.survey import survey
from customer_analytics.pipeline.warm import WarmProcess, kernel_environment
from customer_analytics.tables.engines import connect

HEAVY = ("duckdb", "fontTools", "ibis", "matplotlib", "nbconvert", "numpy", "pandas", "papermill", "pyarrow", "sklearn")


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmProcess]:
    if not WarmProcess.possible():
        pytest.skip("this system cannot fork a warm process")
    process = WarmProcess(tmp_path_factory.mktemp("warm"))
    yield process
    process.close()


def test_what_is_needed_is_imported_first_and_what_cannot_be_is_left_to_the_fork(
    warm: WarmProcess, tmp_path: Path
) -> None:
    question = {"obj": [1, 2]}
    assert warm.call("json:dumps", question, tmp_path, ["colorsys", "there_is_no_such_module"]) == "[1, 2]"


def test_a_call_that_fails_is_an_error_and_the_next_one_is_served(warm: WarmProcess, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="json:loads did not come to its end"):
        warm.call("json:loads", {"s": "{"}, tmp_path)
    assert warm.call("json:loads", {"s": "[3]"}, tmp_path) == [3]


def test_a_closed_process_says_so(tmp_path: Path) -> None:
    if not WarmProcess.possible():
        pytest.skip("this system cannot fork a warm process")
    process = WarmProcess(tmp_path)
    process.close()
    with pytest.raises(OSError):
        process.call("json:loads", {"s": "[3]"}, tmp_path)


def test_a_fork_judges_the_data_as_this_process_does(warm: WarmProcess, project: Project) -> None:
    plan, cache = make_plan(project), Cache(project.folder / ".analytics")
    assert survey(project, cache, plan, "a", None, warm) == survey(project, cache, plan, "b", None)


def test_numbers_do_not_depend_on_how_many_cores_there_are() -> None:
    environment = kernel_environment(jobs=3)
    assert environment["OMP_NUM_THREADS"] == environment["OPENBLAS_NUM_THREADS"] == "1"
    assert environment["CUSTOMER_ANALYTICS_JOBS"] == "3"


def test_reports_made_at_once_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMER_ANALYTICS_JOBS", "64")
    assert str(connect("duckdb").settings["threads"]) == "1"
    assert str(connect("duckdb", {"threads": 3}).settings["threads"]) == "3"


def test_a_run_without_changes_loads_no_library_of_analysis(ran: Project) -> None:
    source = (
        "import sys\nfrom customer_analytics.cli import main\nsys.argv = ['analytics', 'run', '--quiet']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=ran.folder,
        env={**os.environ, **kernel_environment()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(set(done.stdout.split()) & set(HEAVY)) == []
