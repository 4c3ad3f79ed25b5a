"""Stopped half-way by Ctrl-C, by the system, by kill -9; and two runs at once. Real processes, as people start them."""

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

from customer_analytics.engagement import Project
from customer_analytics.pipeline.folders import latest_front_page
from customer_analytics.pipeline.warm import kernel_environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

SLOW = """\
import os, pathlib, time
pathlib.Path("../kernel.pid").write_text(str(os.getpid()))
time.sleep(60)
"""


@pytest.fixture
def slow(ran: Project, edit: Callable[..., None]) -> Project:
    """A project with one finished run, whose RFM now takes a minute and says which process it is."""
    edit("3_rfm", before=SLOW)
    return ran


@pytest.fixture
def heeded_interrupts() -> Iterator[None]:
    """Tests that a script started in the background ignore Ctrl-C, and so would every process that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def start(slow: Project, heeded_interrupts: None) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start `analytics run` and wait until a kernel is at work in it."""
    started: list[subprocess.Popen[str]] = []

    def begin() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "customer_analytics", "run"],
            cwd=slow.folder,
            env=kernel_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        deadline = time.monotonic() + 60
        while not (slow.folder / "kernel.pid").exists() or not (slow.folder / "kernel.pid").read_text(encoding="utf-8"):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "no kernel came up"
            time.sleep(0.05)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _kernel(project: Project) -> int:
    return int((project.folder / "kernel.pid").read_text(encoding="utf-8"))


def _is_gone(process: int, within: float) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{process}/stat")
        if stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def _pages(project: Project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in project.reports.rglob("*") if path.is_file()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "the system's request to end"])
def test_an_interrupted_run_leaves_no_kernel_no_trace_and_the_code_130(
    slow: Project, start: Callable[[], subprocess.Popen[str]], number: int
) -> None:
    before = _pages(slow)
    process = start()
    process.send_signal(number)
    output, _ = process.communicate(timeout=15)
    assert process.returncode == 130, output
    assert "Interrupted." in output
    assert "Traceback" not in output
    assert _is_gone(_kernel(slow), within=3)
    assert _pages(slow) == before


def test_a_killed_run_leaves_the_previous_one_whole_and_the_next_one_succeeds(
    slow: Project, start: Callable[[], subprocess.Popen[str]], edit: Callable[..., None]
) -> None:
    page = latest_front_page(slow)
    before = _pages(slow)
    process = start()
    process.kill()
    process.wait()
    assert latest_front_page(slow) == page
    after = _pages(slow)
    assert {name: after.get(name) for name in before} == before
    assert _is_gone(_kernel(slow), within=10), "a kernel outlives the run that started it"
    edit("3_rfm")
    again = subprocess.run(
        [sys.executable, "-m", "customer_analytics", "run"],
        cwd=slow.folder, env=kernel_environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert latest_front_page(slow) != page
    assert not list(slow.reports.glob(".*")), "the killed run's folder was not cleaned up"


def test_a_second_run_at_the_same_time_is_refused_and_the_first_goes_on(
    slow: Project, start: Callable[[], subprocess.Popen[str]]
) -> None:
    process = start()
    second = subprocess.run(
        [sys.executable, "-m", "customer_analytics", "run"],
        cwd=slow.folder, env=kernel_environment(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert second.returncode == 2
    assert "at work in this project" in second.stderr
    assert str(process.pid) in second.stderr
    assert process.poll() is None
    assert json.loads((slow.folder / ".analytics" / "lock.json").read_text(encoding="utf-8"))["command"] == "run"
