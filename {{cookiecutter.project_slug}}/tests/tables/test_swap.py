"""A load that fails, is killed, or meets another one leaves the previous tables whole."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.tables.load import load
from customer_analytics.tables.store import open_tables
from customer_analytics.tables.swap import only_one_load, recover

Make = Callable[..., Project]
Source = Callable[..., dict[str, Any]]
HEADER = "no,who,when,total\n"
GOOD = HEADER + "1,A,2024-01-01,1\n2,B,2024-01-02,2\n"

CHILD = """
import sys
from pathlib import Path
from customer_analytics.engagement import Project
from customer_analytics.tables.load import load
load(Project.find(Path(sys.argv[1])), progress=lambda what, share: print(what, flush=True))
"""


def state_of(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def child(project: Project) -> subprocess.Popen[str]:
    source = Path(sys.modules["customer_analytics"].__path__[0]).parent
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", CHILD, str(project.folder)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_failed_load_leaves_the_previous_tables(make: Make, orders: Source) -> None:
    project = make({"a.csv": GOOD}, orders())
    load(project)
    before = state_of(project.tables)
    broken = make({"a.csv": HEADER + "1,A,never,1\n"}, orders())
    with pytest.raises(UserError):
        load(broken)
    assert state_of(project.tables) == before
    assert not (project.folder / "data" / ".tables-new").exists()


def test_killed_load_leaves_the_previous_tables_and_no_stale_lock(make: Make, orders: Source) -> None:
    project = make({"a.csv": GOOD}, orders())
    load(project)
    before = state_of(project.tables)
    big = HEADER + "".join(f"{i},C{i},2024-01-01,1\n" for i in range(400_000))
    project = make({"a.csv": big}, orders())
    process = child(project)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("load data"):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert state_of(project.tables) == before
    assert open_tables(project)["orders"].count().execute() == 2
    assert load(project).tables["orders"].rows_kept == 400_000  # neither lock nor half-written tables are in the way


def test_load_killed_between_its_two_renames_is_recovered(make: Make, orders: Source) -> None:
    project = make({"a.csv": GOOD}, orders())
    load(project)
    before = state_of(project.tables)
    project.tables.rename(project.tables.with_name(".tables-old"))
    assert open_tables(project)["orders"].count().execute() == 2
    assert state_of(project.tables) == before


def test_recovery_does_nothing_when_all_is_well(make: Make, orders: Source) -> None:
    project = make({"a.csv": GOOD}, orders())
    load(project)
    before = state_of(project.tables)
    recover(project.tables)
    assert state_of(project.tables) == before


def test_second_load_at_the_same_time_is_refused_in_plain_words(make: Make, orders: Source) -> None:
    project = make({"a.csv": GOOD}, orders())
    with only_one_load(project.folder / "data"):
        process = child(project)
        with pytest.raises(UserError, match="another load of this project is running \\(process") as error:
            load(project)
        assert "Wait until it has ended." in str(error.value)
        process.wait(timeout=60)
        assert process.returncode == 1
    started = time.monotonic()
    load(project)
    assert time.monotonic() - started < 60


def test_lock_is_let_go_after_a_failure(make: Make, orders: Source) -> None:
    project = make({"a.csv": HEADER + "1,A,never,1\n"}, orders())
    for _ in range(2):
        with pytest.raises(UserError, match="cannot be read as ordered_at"):
            load(project)
