"""Load a client and make its reports in this process: the notebooks' cells in one shell, and the real exporter."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from nbformat.v4 import new_output

from customer_analytics.engagement import Project
from customer_analytics.report.export import export_report

HOME = Path(__file__).parents[2]
REPORTS = {path.stem.partition("_")[2]: path for path in sorted((HOME / "notebooks").glob("*.ipynb"))}


class CellFailed(Exception):
    """A cell raised; the error is the cause."""


def make_report(project: Project, name: str, folder: Path, language: str = "en", **given: Any) -> Path:
    """The page of one report, with findings.json, metrics.json and tables in folder/name.

    Raises:
        CellFailed: a cell raised an error.
    """
    notebook: NotebookNode = nbformat.read(REPORTS[name], as_version=4)
    given = {"language": language, "output": str(folder / name), **given}
    shell = InteractiveShell.instance()
    try:
        with chdir(project.folder):
            for number, cell in enumerate(notebook.cells, start=1):
                if cell.cell_type != "code":
                    continue
                source = cell.source
                if "parameters" in cell.metadata.get("tags", []):
                    source += "".join(f"\n{key} = {value!r}" for key, value in given.items())
                cell.outputs = _run(shell, source, f"{name}: cell {number}")
    finally:
        shell.history_manager.end_session()
        InteractiveShell.clear_instance()
    page = folder / f"{name}.html"
    export_report(notebook, page, project=project, made={"parameters": {}})
    return page


def _run(shell: InteractiveShell, source: str, where: str) -> list[NotebookNode]:
    with capture_output() as captured:
        result = shell.run_cell(source)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        raise CellFailed(where) from error
    return [new_output("display_data", data=rich.data, metadata=rich.metadata or {}) for rich in captured.outputs]
