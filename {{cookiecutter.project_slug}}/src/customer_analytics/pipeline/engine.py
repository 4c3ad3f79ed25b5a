"""Running one notebook: papermill with our own engine, and what to say when it does not come to its end."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import papermill
import zmq
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import remove_error_markers

from customer_analytics.language import Language
from customer_analytics.pipeline.error_outputs import without_data
from customer_analytics.pipeline.failures import Failure, died, not_started, stopped
from customer_analytics.pipeline.kernels import START_ATTEMPTS, START_SECONDS, Interrupted, Kernels, ReportKernel
from customer_analytics.pipeline.plan import own_imports

ENGINE = "customer_analytics"
CellStarted = Callable[[int, int, str], None]
_log = logging.getLogger("customer_analytics.kernels")
_HEADING = re.compile(r"^#+\s+(.+)$", re.MULTILINE)
_NOT_SHOWN = "CellExecutionError"  # papermill's word where a cell failed without an output that says how
_KEPT_OUTPUTS = ("display_data", "error")


class KernelNotStarted(Exception):
    """No kernel came up after several attempts."""


@dataclass
class Execution:
    """One notebook on its way: who hears of its progress, how far it came, the modules that it imports."""

    kernels: Kernels
    on_cell: CellStarted
    notebook: NotebookNode | None = None
    cell: int = 0
    exit_code: int | None = None
    starts: int = field(default=0)
    needs: Sequence[str] = ()
    error: tuple[str, str] | None = None

    def cell_started(self, cell: NotebookNode, cell_index: int) -> None:
        """Hook of nbclient: a cell is about to run."""
        assert self.notebook is not None
        self.cell = cell_index
        self.on_cell(cell_index + 1, len(self.notebook.cells), _heading(self.notebook, cell_index))

    def cell_failed(self, cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
        """Hook of nbclient: a cell raised an error. A kernel without memory may be unable to show it as an output."""
        content = execute_reply.get("content", {})
        self.error = str(content.get("ename", "")), str(content.get("evalue", ""))


class ReportEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine with our kernels: start-up retried, progress told, always shut down."""

    @classmethod
    def execute_managed_notebook(  # type: ignore[no-untyped-def]
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, execution: Execution, **_options
    ) -> None:
        """Run the cells of `nb_man.nb` in a kernel of `execution.kernels`."""
        execution.notebook = nb_man.nb
        client, kernel = _start(nb_man, execution)
        try:
            client.execute()
        finally:
            execution.exit_code = kernel.exit_code
            kernel.kill()
            execution.kernels.ended(kernel)


papermill_engines.register(ENGINE, ReportEngine)
logging.getLogger("papermill").setLevel(logging.CRITICAL)  # its warnings are checked before, as errors


def execute(
    path: Path, parameters: Mapping[str, Any], kernels: Kernels, on_cell: CellStarted, language: Language
) -> tuple[NotebookNode, Failure | None]:
    """Run a notebook with parameters.

    Args:
        path: the notebook; it is read here, since papermill formats braces in paths.
        parameters: values for its parameters cell.
        kernels: where kernels come from.
        on_cell: called with (cell from 1, number of cells, heading above it) before each cell.
        language: of the words for a failure.

    Returns:
        The executed notebook, as far as it came, and the failure if there was one.

    Raises:
        Interrupted: the run was stopped.
    """
    source: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    execution = Execution(kernels, on_cell, needs=own_imports([path]))
    failure = None
    try:
        notebook = papermill.execute_notebook(
            source,
            None,
            dict(parameters),
            engine_name=ENGINE,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            execution=execution,
        )
    except Interrupted:
        raise
    except PapermillExecutionError as error:
        notebook = remove_error_markers(_ours(execution, source))
        kind, text = error.ename, error.evalue
        if kind == _NOT_SHOWN and execution.error is not None:
            kind, text = execution.error
        failure = stopped(language, _place(notebook, error.cell_index), kind, text)
    except (DeadKernelError, RuntimeError, TimeoutError, KernelNotStarted) as error:
        notebook = _ours(execution, source)
        if kernels.stopping:
            raise Interrupted from None
        if isinstance(error, KernelNotStarted):
            failure = not_started(language, START_ATTEMPTS)
        else:
            failure = died(language, _place(notebook, execution.cell), execution.exit_code)
    finally:
        _close_event_loop()
    return notebook, failure


def tidy(notebook: NotebookNode, given: Mapping[str, Any], *, failed: bool) -> None:
    """Take out of an executed notebook what differs from run to run and what no part displayed.

    Time stamps, random cell ids, the path of the output folder, streams and stray values go. After a failure the
    traceback stays, without its message.
    """
    notebook.metadata["papermill"] = {"parameters": dict(given)}
    for cell in notebook.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            lines = [f"{name} = {value!r}" for name, value in given.items()]
            cell.source = "\n".join(["# Parameters", *lines])
            cell.id = "injected-parameters"
        if cell.cell_type == "code" and not failed:
            cell.outputs = [output for output in cell.outputs if output.output_type in _KEPT_OUTPUTS]
    if failed:
        without_data(notebook)


def hidden_messages(notebook: NotebookNode) -> int:
    """How many outputs of an executed notebook are warnings or prints that no page shows."""
    return sum(o.output_type == "stream" for c in notebook.cells if c.cell_type == "code" for o in c.outputs)


def _start(nb_man: NotebookExecutionManager, execution: Execution) -> tuple[PapermillNotebookClient, ReportKernel]:
    """A client with a kernel that answers. The first attempt may fork, later ones start plainly."""
    kernels = execution.kernels
    for attempt in range(START_ATTEMPTS):
        if kernels.stopping:
            raise Interrupted
        execution.starts += 1
        kernel = kernels.manager(warm=attempt == 0, needs=execution.needs)
        client = PapermillNotebookClient(
            nb_man,
            km=kernel,
            startup_timeout=START_SECONDS,
            iopub_timeout=60,  # large figures on a busy machine
            record_timing=False,
            coalesce_streams=True,
            shutdown_kernel="immediate",
            on_cell_start=execution.cell_started,
            on_cell_error=execution.cell_failed,
            log=_log,
        )
        try:
            client.start_new_kernel(**kernels.launch_options())
            kernels.started(kernel)
            client.start_new_kernel_client()
        except (RuntimeError, TimeoutError, OSError, zmq.ZMQError):
            kernel.kill()
            kernels.ended(kernel)
        else:
            client.owns_km = True  # so that execute() shuts the kernel down, whatever happens in it
            return client, kernel
    raise KernelNotStarted


def _ours(execution: Execution, source: NotebookNode) -> NotebookNode:
    return source if execution.notebook is None else execution.notebook


def _place(notebook: NotebookNode, index: int) -> tuple[int, int, str]:
    """(cell from 1, number of cells, heading above it) of a cell."""
    return index + 1, len(notebook.cells), _heading(notebook, index)


def _heading(notebook: NotebookNode, index: int) -> str:
    """The nearest markdown heading at or above a cell, empty when there is none."""
    for cell in reversed(notebook.cells[: index + 1]):
        if cell.cell_type == "markdown" and (found := _HEADING.search(cell.source)):
            return str(found[1]).strip()
    return ""


def _close_event_loop() -> None:
    """nbclient leaves an event loop behind in each thread."""
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        asyncio.set_event_loop(None)
