"""The warm process: imports what every report needs once, then forks a kernel whenever it is asked to.

It is started as `python -m customer_analytics.pipeline.warm_server MODULE…` and speaks JSON lines. A request on stdin
has a `request` number, the modules that it `needs`, a `cwd`, a `log`, and either the `arguments` of a kernel or a
`call` ("module:function") with what is `given` to it and the file for its `answer`. It is answered by
`{"request": number, "forked": pid}` on stdout, and each fork's end is told as `{"ended": pid, "code": code}`. A request
is served as soon as its modules are there; the others are imported meanwhile. When stdin closes, the pipeline is gone:
this process ends, and the kernels see that their parent has and end too.

Only imports happen before the fork: an open database or a running thread would not survive it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "IPython.display",
    "duckdb",
    "ibis.backends.duckdb",
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "babel.numbers",
    "customer_analytics.tables.store",
    "customer_analytics.report",
)
# Imported inside functions of several analyses; after what the notebooks name.
SHARED = ("scipy.stats", "pyarrow.dataset", "sklearn.ensemble")
_POLL_SECONDS = 0.1
_COLLECT = (50_000, 20, 50)  # expressions and syntax trees are made by the hundred thousand, and few are in cycles


def main() -> None:
    """Import, and serve in between, until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # nothing that is imported is garbage
    later = (*sys.argv[1:], *SHARED)
    imported: set[str] = set()
    waiting: list[dict[str, Any]] = []
    inbox = _Inbox()
    while True:
        following = _following(waiting, later, imported)
        arrived = inbox.read(_POLL_SECONDS if following is None else 0.0)
        if arrived is None:
            return
        waiting += arrived
        _reap()
        for request in [request for request in waiting if imported.issuperset(_needs(request))]:
            waiting.remove(request)
            _serve(request)
        following = _following(waiting, later, imported)
        if following is not None:
            imported.add(following)
            # A module that cannot be imported is reported by the notebook that imports it, with its cell.
            with contextlib.suppress(Exception):
                importlib.import_module(following)


class _Inbox:
    """Requests as they come in."""

    def __init__(self) -> None:
        self._part = b""

    def read(self, seconds: float) -> list[dict[str, Any]] | None:
        """What has arrived within that time; None when no more will."""
        readable, _, _ = select.select([0], [], [], seconds)
        if not readable:
            return []
        data = os.read(0, 65536)
        if not data:
            return None
        *lines, self._part = (self._part + data).split(b"\n")
        return [json.loads(line) for line in lines]


def _needs(request: dict[str, Any]) -> tuple[str, ...]:
    return (*PRELOADED, *request["needs"])


def _following(waiting: list[dict[str, Any]], later: Sequence[str], imported: set[str]) -> str | None:
    """The module to import next: what somebody waits for first; None when all are there."""
    for request in waiting:
        for name in _needs(request):
            if name not in imported:
                return name
    wanted = itertools.chain(PRELOADED, later)
    return next((name for name in wanted if name not in imported), None)


def _serve(request: dict[str, Any]) -> None:
    gc.freeze()  # a collection in the child would copy every page that it looks at
    process = os.fork()
    if process == 0:
        _become(request)
    _tell({"request": request["request"], "forked": process})


def _become(request: dict[str, Any]) -> None:
    """In the child: leave the parent's streams and session, and be an ordinary IPython kernel, or call a function."""
    code = 1
    try:
        gc.enable()
        gc.set_threshold(*_COLLECT)
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.chdir(request["cwd"])
        if "call" in request:
            _call(request)
        else:
            _be_kernel(request)
        code = 0
    finally:
        os._exit(code)


def _be_kernel(request: dict[str, Any]) -> None:
    # The kernel watches this process and ends with it; its environment said otherwise when ipykernel was imported.
    arguments = [*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel", *arguments]
    kernelapp = importlib.import_module("ipykernel.kernelapp")
    kernelapp.IPKernelApp.launch_instance(argv=arguments)


def _call(request: dict[str, Any]) -> None:
    module, _, name = request["call"].partition(":")
    answer = getattr(importlib.import_module(module), name)(**request["given"])
    Path(request["answer"]).write_text(json.dumps(answer), encoding="utf-8", newline="\n")


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            _tell({"ended": process, "code": os.waitstatus_to_exitcode(status)})


def _tell(message: dict[str, int]) -> None:
    os.write(1, json.dumps(message).encode("ascii") + b"\n")


if __name__ == "__main__":
    main()
