"""One command at a time; a dead holder holds nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from customer_analytics.engagement import Project
from customer_analytics.engagement.errors import UserError
from customer_analytics.pipeline.lock import exclusive

HOLD = """
import sys, time
from pathlib import Path
from customer_analytics.engagement import Project
from customer_analytics.pipeline.lock import exclusive
with exclusive(Project.find(Path(sys.argv[1])), "run"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_command_is_told_who_is_at_work(project: Project) -> None:
    with exclusive(project, "load"), pytest.raises(UserError) as caught, exclusive(project, "run"):
        pass
    assert "`analytics load`" in str(caught.value)
    assert str(os.getpid()) in str(caught.value)


def test_the_lock_is_free_again_after_an_error(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(project, "run"):
        raise ZeroDivisionError
    with exclusive(project, "run"):
        pass


def test_a_killed_process_leaves_no_lock_though_its_note_stays(project: Project) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(project.folder)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(UserError, match=str(holder.pid)), exclusive(project, "run"):
        pass
    holder.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    holder.wait()
    holder.stdout.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            with exclusive(project, "run"):
                return
        except UserError:
            assert time.monotonic() < deadline, "the dead process's lock was taken for a living one"
            time.sleep(0.1)
