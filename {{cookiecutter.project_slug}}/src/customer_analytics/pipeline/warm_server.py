"""The warm process: imports what every report needs once, then forks a kernel whenever it is asked to.

It is started as `python -m customer_analytics.pipeline.warm_server MODULE…` and speaks JSON lines: a request
`{"arguments": [...], "cwd": ..., "log": path}` on stdin is answered by `{"forked": pid}` on stdout, and each kernel's
end is told as `{"ended": pid, "code": code}`. When stdin closes, the pipeline is gone: this process ends, and the
kernels see that their parent has and end too.

Only imports happen before the fork: an open database or a running thread would not survive it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
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
_POLL_SECONDS = 0.1


def main() -> None:
    """Preload, say so, then serve until stdin closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in (*PRELOADED, *sys.argv[1:]):
        # A module that cannot be imported is reported by the notebook that imports it, with its cell.
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    _tell({"ready": os.getpid()})
    pending = b""
    while True:
        readable, _, _ = select.select([0], [], [], _POLL_SECONDS)
        _reap()
        if not readable:
            continue
        data = os.read(0, 65536)
        if not data:
            return
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            process = os.fork()
            if process == 0:
                _become_kernel(request)
            _tell({"forked": process})


def _become_kernel(request: dict[str, Any]) -> None:
    """In the child: leave the parent's streams and session, and be an ordinary IPython kernel."""
    code = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.chdir(request["cwd"])
        # The kernel watches this process and ends with it; its environment said otherwise when ipykernel was imported.
        arguments = [*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"]
        sys.argv = ["ipykernel", *arguments]
        kernelapp = importlib.import_module("ipykernel.kernelapp")
        kernelapp.IPKernelApp.launch_instance(argv=arguments)
        code = 0
    finally:
        os._exit(code)


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
