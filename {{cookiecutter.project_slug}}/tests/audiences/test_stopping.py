"""Stopped half-way by kill -9 or Ctrl-C, and two commands at once. Real processes, as people start them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from any_engine import connect

from customer_analytics.engagement import Project
from customer_analytics.pipeline.lock import exclusive
from customer_analytics.pipeline.warm import kernel_environment
from customer_analytics.tables.ledger import open_ledger

from .conftest import AS_OF, MakeProject

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
CUSTOMERS = 60_000


def command(project: Project, *options: str) -> list[str]:
    return [sys.executable, "-m", "customer_analytics", "audience", "region = 'North'", "--name", "spring", *options]


@pytest.fixture
def made(make: MakeProject) -> Project:
    """A project with the audience spring, large enough that writing it again takes a while."""
    project = make({"customers": [{"customer_id": f"C{n:06d}", "region": "North"} for n in range(CUSTOMERS)]})
    subprocess.run(command(project, "-q"), cwd=project.folder, env=kernel_environment(), check=True, timeout=120)
    return project


@pytest.fixture
def replacing(made: Project) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start to replace the audience and wait until its new folder is being written."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            command(made, "--replace", "--format", "xlsx,segment,braze"),
            cwd=made.folder, env=kernel_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        started.append(process)
        deadline = time.monotonic() + 60
        while not (made.audiences / ".spring-new").is_dir():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return process

    yield begin
    signal.signal(signal.SIGINT, before)
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def state(project: Project) -> dict[str, bytes]:
    folder = project.audiences / "spring"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def held(project: Project) -> int:
    ledger = open_ledger(project, connect(), AS_OF)
    assert ledger is not None
    return int(ledger.filter(ledger.arm == "control").count().to_pyarrow().as_py())


def test_a_killed_command_leaves_the_list_before_it_and_the_next_one_succeeds(
    made: Project, replacing: Callable[[], subprocess.Popen[str]]
) -> None:
    before = state(made)
    process = replacing()
    process.kill()
    process.wait()
    assert state(made) == before
    assert held(made) == CUSTOMERS // 10
    subprocess.run(command(made, "-q", "--replace"), cwd=made.folder, env=kernel_environment(), check=True, timeout=120)
    assert json.loads((made.audiences / "spring" / "audience.json").read_text(encoding="utf-8"))["version"] == 2
    assert held(made) == 2 * (CUSTOMERS // 10)
    assert not list(made.audiences.glob(".spring-*")), "the killed command's folder was not cleaned up"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "the system's request to end"])
def test_an_interrupted_command_leaves_no_trace_and_the_code_130(
    made: Project, replacing: Callable[[], subprocess.Popen[str]], number: int
) -> None:
    before = state(made)
    process = replacing()
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 130, output
    assert "Interrupted." in output
    assert "Traceback" not in output
    assert state(made) == before
    assert not list(made.audiences.glob(".spring-new"))


def test_a_second_command_at_the_same_time_is_refused(made: Project) -> None:
    before = state(made)
    with exclusive(made, "run"):
        done = subprocess.run(
            command(made, "--replace"), cwd=made.folder, env=kernel_environment(), capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 2
    assert "is at work in this project" in done.stderr
    assert state(made) == before


def test_mistakes_come_as_lines_with_code_2_and_no_traceback(tmp_path: Path, made: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "customer_analytics", "audience", "regoin = 'North'", "--name", "a"],
        cwd=made.folder, env=kernel_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "region" in done.stderr
    assert "^" in done.stderr
    assert "Traceback" not in done.stderr
