"""A process that has imported everything and forks a command whenever it is asked to: a fault costs no start of Python.

Started as `python nursery.py`; it reads requests as JSON lines on stdin (`arguments` of the command line, `folder` to
work in, `root` whose writes count, `at`: the write to strike at, `how`: what to do there, `printed`: a
file for what the command says; `stdout`, `encoding`, `environment`, `limits`, `bound`, `vanish` make its surroundings
odd) and answers each with its exit code, as a shell gives it, and the writes that were seen.

A write is a file opened for writing, renamed or removed, a folder made or removed: what Python's audit hooks tell of.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

PRELOADED = (
    "customer_analytics.cli",
    "customer_analytics.pipeline.loading",
    "customer_analytics.pipeline.run",
    "customer_analytics.pipeline.sample_client",
    "customer_analytics.pipeline.screens",
    "customer_analytics.pipeline.tagging",
    "customer_analytics.audiences.command",
    "customer_analytics.audiences.making",
    "customer_analytics.report.front_page",
    "customer_analytics.tables.load",
    "customer_analytics.tables.check",
    "customer_analytics.tables.sample",
    "ibis.backends.duckdb",
    "xlsxwriter",
    "psutil",
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Event -> which of its arguments are paths.
EVENTS = {"os.rename": (0, 1), "os.remove": (0,), "os.rmdir": (0,), "os.mkdir": (0,), "os.link": (1,)}
SIGNALS = {"kill": signal.SIGKILL, "int": signal.SIGINT, "term": signal.SIGTERM, "hup": signal.SIGHUP}
ERRORS = {"full": errno.ENOSPC, "denied": errno.EACCES, "readonly": errno.EROFS, "io": errno.EIO}


class Striker:
    """An audit hook that counts the writes below a folder and strikes at one of them, or from one of them on."""

    def __init__(self, root: str, at: int | None, how: str, log: Path, *, lasting: bool) -> None:
        self.root, self.at, self.how, self.lasting = os.path.realpath(root) + os.sep, at, how, lasting
        self.seen = 0
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
        self._owner = os.getpid()

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of an event."""
        paths = self._paths(event, arguments)
        if not paths or os.getpid() != self._owner:
            return
        self.seen += 1
        os.write(self._log, f"{event} {' '.join(path.removeprefix(self.root) for path in paths)}\n".encode())
        if self.at is None or self.seen < self.at or (self.seen > self.at and not self.lasting):
            return
        if self.how in SIGNALS:
            os.kill(os.getpid(), SIGNALS[self.how])
        elif self.how != "count" and event not in ("os.remove", "os.rmdir"):
            number = ERRORS[self.how]
            raise OSError(number, os.strerror(number), paths[0])

    def _paths(self, event: str, arguments: tuple[Any, ...]) -> list[str]:
        if event == "open":
            path, _, flags = arguments
            found = [path] if isinstance(path, (str, bytes)) and isinstance(flags, int) and flags & WRITES else []
        else:
            found = [arguments[place] for place in EVENTS.get(event, ())]
        # As it stands: a link is what is renamed, not what it leads to.
        full = [os.path.abspath(os.fsdecode(path)) for path in found if isinstance(path, (str, bytes, os.PathLike))]  # noqa: PTH100
        return [path for path in full if path.startswith(self.root)]


def main() -> None:
    """Import, and serve until stdin closes."""
    for name in PRELOADED:
        importlib.import_module(name)
    os.write(1, b"ready\n")
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _serve(request)
        code = _wait(child, request.get("seconds", 120))
        log = Path(request["printed"] + ".writes")
        seen = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
        os.write(1, json.dumps({"code": code, "writes": seen}).encode() + b"\n")


def _wait(child: int, seconds: float) -> int:
    """The exit code as a shell has it; -1 when it took too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        time.sleep(0.002)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def _serve(request: dict[str, Any]) -> None:
    """In the child: be the command."""
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        log = Path(request["printed"] + ".writes")
        striker = Striker(request["root"], request["at"], request["how"], log, lasting=request.get("lasting", False))
        _streams(request)
        _surroundings(request)
        sys.addaudithook(striker)
        sys.argv = ["analytics", *request["arguments"]]
        try:
            importlib.import_module("customer_analytics.cli").main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
            code = 71
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
    finally:
        os._exit(code)


def _streams(request: dict[str, Any]) -> None:
    """What the command prints goes to a file, but for the streams that are asked for otherwise: closed, full, deaf."""
    printed = os.open(request["printed"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(printed, 2)
    os.dup2(printed, 1)
    kind = request.get("stdout", "file")
    if kind == "full":
        os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
    elif kind == "deaf":  # as `| head` after its last line
        reader, writer = os.pipe()
        os.close(reader)
        os.dup2(writer, 1)
    encoding = request.get("encoding", "utf-8")
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding=encoding, closefd=False, buffering=1, errors="backslashreplace")  # noqa: SIM115
    if kind == "closed":  # as `>&-`: Python then has no such stream
        os.close(1)
        sys.stdout = None


def _surroundings(request: dict[str, Any]) -> None:
    """Folder, variables, limits and rights."""
    for name, value in request.get("environment", {}).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    tempfile.tempdir = None  # asked for again: the variables may name another one
    os.chdir(request["folder"])
    if request.get("vanish"):  # the working folder is removed under the command
        Path(request["folder"]).rmdir()
    for name, value in request.get("limits", {}).items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if request.get("bound") and sys.platform == "linux" and os.geteuid() == 0:
        _give_up_rights()


def _give_up_rights() -> None:
    """Let permissions bind root as well, here and in what this process starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    securebits, no_root, version = 28, 1, 0x20080522
    if libc.prctl(securebits, no_root, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if libc.capset((ctypes.c_uint32 * 2)(version, 0), (ctypes.c_uint32 * 6)()) != 0:
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
