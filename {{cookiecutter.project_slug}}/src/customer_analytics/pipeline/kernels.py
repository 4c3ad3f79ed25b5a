"""Kernels for a run: in this very Python, over sockets in a private folder, always shut down.

Kernels that talk over TCP ports clash now and then when several start at once (papermill 511). Where the system has
IPC sockets (Linux, macOS) they are used; on Windows, and where the folder's path is too long for a socket, TCP is.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from customer_analytics.pipeline.warm import WarmProcess, kernel_environment, private_folder

START_ATTEMPTS = 3
START_SECONDS = 60
_LONGEST_SOCKET_PATH = 100  # 103 bytes on macOS, 107 on Linux, less the suffix
_QUIET = logging.getLogger("customer_analytics.kernels")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class Interrupted(Exception):
    """The run was told to stop; no further kernel starts."""


class _ThisPython(KernelSpecManager):
    """One kernel whatever is installed beside it: the Python that runs the pipeline.

    A user's own kernel spec called python3 may point to another environment, where the package is missing.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python", language="python")


class ReportKernel(AsyncKernelManager):
    """A kernel manager that can launch from a warm process and tells how its kernel ended."""

    process: Any = None

    async def _async_launch_kernel(self, kernel_cmd: list[str], **options: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **options)
        self.process = getattr(self.provisioner, "process", None)

    @property
    def exit_code(self) -> int | None:
        """The ended process's exit code, negative for a signal; None while it runs or where it is not known."""
        return None if self.process is None else self.process.poll()

    def kill(self) -> None:
        """End the kernel and what it started at once, from any thread."""
        if self.process is None or self.process.poll() is not None:
            return
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):  # it leads its own group, unless it has only just been forked
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by a fork of the warm process; everything else is the ordinary local kernel."""

    def __init__(self, warm: WarmProcess, needs: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self._warm, self._needs = warm, needs

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        """Fork instead of starting `cmd`; its arguments go to the fork."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        process = self._warm.fork(arguments, str(options["cwd"]), self._needs)
        self.process = process  # type: ignore[assignment]  # has the part of Popen's face that is used
        self.pid = self.pgid = process.pid  # the child leads its own session
        self.cwd = options["cwd"]
        return self.connection_info


class Kernels:
    """The kernels of one run. A context: whatever happens inside, no kernel is left at its end."""

    def __init__(self, cwd: Path, warm: WarmProcess | None = None, jobs: int = 1) -> None:
        self._cwd, self._jobs = cwd, jobs
        self._lock = threading.Lock()
        self._live: set[ReportKernel] = set()
        self._started = 0
        self._stopping = False
        self._folder = _socket_folder()
        self._log = (self._folder / "kernels.log").open("ab")
        self._warm = warm

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def manager(self, *, warm: bool = True, needs: Sequence[str] = ()) -> ReportKernel:
        """A manager whose kernel has not been started yet.

        `warm`: forked from the warm process, where there is one, as soon as that has the modules that are needed.
        """
        with self._lock:
            self._started += 1
            number = self._started
        connection = self._folder / f"k{number}.json"
        sockets = self._folder / f"k{number}"
        options: dict[str, Any] = {}
        if zmq.has("ipc") and os.name == "posix" and len(os.fsencode(sockets)) < _LONGEST_SOCKET_PATH:
            options = {"transport": "ipc", "ip": str(sockets)}
        kernel = ReportKernel(
            connection_file=str(connection),
            kernel_name="python3",
            kernel_spec_manager=_ThisPython(),
            log=_QUIET,
            **options,
        )
        if warm and self._warm is not None:
            kernel.kernel_id = f"report-{number}"
            kernel.provisioner = WarmProvisioner(
                self._warm, needs, kernel_id=kernel.kernel_id, kernel_spec=kernel.kernel_spec, parent=kernel
            )
        return kernel

    def started(self, kernel: ReportKernel) -> None:
        """Remember a kernel that runs, so that it can be stopped from outside.

        Raises:
            Interrupted: the run has been stopped meanwhile; the kernel is killed.
        """
        with self._lock:
            self._live.add(kernel)
            stopping = self._stopping
        if stopping:
            kernel.kill()
            raise Interrupted

    def ended(self, kernel: ReportKernel) -> None:
        """Forget a kernel that has been shut down."""
        with self._lock:
            self._live.discard(kernel)

    def stop(self) -> None:
        """Kill every kernel and let none start any more."""
        with self._lock:
            self._stopping = True
            live = list(self._live)
        for kernel in live:
            kernel.kill()

    @property
    def stopping(self) -> bool:
        """Whether the run has been told to stop."""
        return self._stopping

    def launch_options(self) -> dict[str, Any]:
        """How a kernel process is started: folder, environment, and where its own noise goes."""
        return {
            "cwd": str(self._cwd),
            "env": kernel_environment(self._folder, self._jobs),
            "stdin": subprocess.DEVNULL,
            "stdout": self._log,
            "stderr": self._log,
        }


def _socket_folder() -> Path:
    """A private temporary folder, with a path short enough for sockets where there is one."""
    folder = private_folder()
    short = Path("/tmp")  # macOS keeps its temporary folders behind long paths
    if len(os.fsencode(folder)) > _LONGEST_SOCKET_PATH - 8 and os.name == "posix" and os.access(short, os.W_OK):
        folder.rmdir()
        folder = private_folder(short)
    return folder
