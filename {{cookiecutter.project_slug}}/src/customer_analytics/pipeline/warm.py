"""Kernels forked from one warm process, where the system can (Linux): the libraries are imported once for a run.

Starting Python and importing the libraries takes about three seconds a kernel, most of a small report's time. Elsewhere
(macOS frameworks do not survive a fork, Windows has none) and whenever the warm process fails, kernels start plainly.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import customer_analytics

_FORK_SECONDS = 60
JOBS = "CUSTOMER_ANALYTICS_JOBS"  # the engine's connection asks for it
# Reports are made side by side; and the order of a sum, so its last digit, must not depend on how many cores there are.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_PREFIX = "customer-analytics-"
_OWNED = re.compile(rf"{_PREFIX}(\d+)-")
_STALE_SECONDS = 7 * 24 * 3600
_ORPHAN_SECONDS = 3600  # a process of another container may share the folder, and its number says nothing here


class WarmProcess:
    """The client's side of `warm_server`: started early, asked for forks, closed at the end of the run."""

    def __init__(self, cwd: Path, modules: Sequence[str] = (), jobs: int = 1) -> None:
        self._folder = private_folder()
        self._log = self._folder / "kernels.log"
        self._kernels: dict[int, ForkedKernel] = {}
        self._numbers = itertools.count(1)
        self._answers: dict[int, queue.Queue[ForkedKernel | None]] = {}
        self._ended = False
        self._asking = threading.Lock()
        with self._log.open("ab") as noise:
            self._server = subprocess.Popen(
                [sys.executable, "-P", "-m", "customer_analytics.pipeline.warm_server", *modules],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=noise,
                env=kernel_environment(self._folder, jobs),
                cwd=cwd,
                start_new_session=True,  # Ctrl-C is for the pipeline, which then ends the kernels
            )
        self._listener = threading.Thread(target=self._listen, name="warm kernels", daemon=True)
        self._listener.start()

    @staticmethod
    def possible() -> bool:
        """Whether this system can fork a process that has imported the scientific libraries."""
        return sys.platform == "linux"

    def fork(self, arguments: list[str], cwd: str, needs: Sequence[str] = ()) -> ForkedKernel:
        """A new kernel process with these arguments, forked as soon as the modules that it needs are imported.

        Raises:
            OSError: the warm process is gone or does not answer.
        """
        return self._fork({"arguments": arguments, "cwd": cwd, "needs": list(needs)})

    def call(self, function: str, given: dict[str, Any], cwd: Path, needs: Sequence[str] = ()) -> Any:
        """What a function ("module:name") answers to these arguments in a fork; both are plain JSON values.

        Raises:
            OSError: the warm process is gone, or the function raised.
        """
        answer = self._folder / f"answer_{next(self._numbers)}.json"
        request = {"call": function, "given": given, "answer": str(answer), "cwd": str(cwd), "needs": list(needs)}
        if self._fork(request).wait() != 0:
            raise OSError(f"{function} did not come to its end")
        return json.loads(answer.read_text(encoding="utf-8"))

    def _fork(self, request: dict[str, Any]) -> ForkedKernel:
        number = next(self._numbers)
        coming: queue.Queue[ForkedKernel | None] = queue.Queue()
        self._answers[number] = coming
        line = json.dumps(request | {"request": number, "log": str(self._log)}).encode("ascii") + b"\n"
        with self._asking:
            if self._ended:
                raise OSError("the warm process has ended")
            assert self._server.stdin is not None
            self._server.stdin.write(line)
            self._server.stdin.flush()
        try:
            process = coming.get(timeout=_FORK_SECONDS)
        except queue.Empty:
            raise OSError("the warm process does not answer") from None
        if process is None:
            raise OSError("the warm process has ended")
        return process

    def close(self) -> None:
        """End the warm process; its kernels end with it."""
        with contextlib.suppress(OSError):
            assert self._server.stdin is not None
            self._server.stdin.close()
        try:
            self._server.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._listener.join(timeout=2)
        assert self._server.stdout is not None
        self._server.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            message = json.loads(line)
            if "forked" in message:
                kernel = self._kernels.setdefault(message["forked"], ForkedKernel(message["forked"]))
                self._answers.pop(message["request"]).put(kernel)
            elif "ended" in message:
                self._kernels.setdefault(message["ended"], ForkedKernel(message["ended"])).returncode = message["code"]
        with self._asking:
            self._ended = True
        for coming in list(self._answers.values()):
            coming.put(None)


class ForkedKernel:
    """A kernel that is not our child, with the face of `subprocess.Popen` that a kernel provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, process: int) -> None:
        self.pid = process
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while the process runs."""
        if self.returncode is None and not self._exists():
            time.sleep(0.2)  # the word of its end may be on its way
            self.returncode = -signal.SIGKILL if self.returncode is None else self.returncode
        return self.returncode

    def wait(self) -> int:
        """Wait for the end and return the exit code."""
        while (code := self.poll()) is None:
            time.sleep(0.02)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal; a process that has ended is left in peace."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def _exists(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


def private_folder(parent: Path | None = None) -> Path:
    """A new temporary folder that only this user can read; those that killed runs left are removed."""
    home = parent or Path(tempfile.gettempdir())
    for left in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if _is_left(left):
                shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=home))


def _is_left(folder: Path) -> bool:
    """Whether nobody uses a temporary folder of ours: its process has ended, or it is very old."""
    age = time.time() - folder.stat().st_mtime
    owner = _OWNED.match(folder.name)
    if owner is None or age <= _ORPHAN_SECONDS:
        return age > _STALE_SECONDS
    import psutil

    return not psutil.pid_exists(int(owner[1]))


def kernel_environment(private: Path | None = None, jobs: int = 1) -> dict[str, str]:
    """The environment of kernels: ours, without what depends on the folder or would change the bytes of a report.

    Args:
        private: a folder for IPython's own files, so that no start-up file or setting of a user is run.
        jobs: reports that are made at once and share the machine.
    """
    environment = dict.fromkeys(_ONE_THREAD, "1") | {JOBS: str(jobs)}
    environment |= {name: value for name, value in os.environ.items() if name != "PYTHONSTARTUP"} | {
        "PYTHONHASHSEED": "0",  # the order of sets must not change the bytes of a report
        "PYTHONUTF8": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    if private is not None:
        environment["IPYTHONDIR"] = str(private / "ipython")
    parts = [str(Path(part).resolve()) for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    home = Path(customer_analytics.__file__).resolve().parents[1]
    if home.name not in ("site-packages", "dist-packages"):  # not installed: run from its source
        parts.append(str(home))
    if parts:
        environment["PYTHONPATH"] = os.pathsep.join(parts)
    return environment
