"""What a failed notebook keeps of its error: where it came from, and no value of the client's data.

The message of an exception may quote a customer, and what a cell printed before it may be rows. Notebooks lie in
reports/, which is passed on; so they keep the frames of the traceback and the kind of the error only.
"""

from __future__ import annotations

import re

from nbformat import NotebookNode

from customer_analytics.pipeline.failures import tells_no_data

LEFT_OUT = "(message left out: it may quote the data; run the notebook in JupyterLab to see it)"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# What IPython's traceback consists of beside the messages: its head, the frames, and how one error led to another.
_HEAD = re.compile(r"-{20,}$|[\w.]+ +Traceback \(most recent call last\)$")
_FRAME = re.compile(r"(?:Cell |File |Input )\S")
_CHAIN = re.compile(
    r"(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):$"
)


def without_data(notebook: NotebookNode) -> None:
    """Take out of a failed notebook what its cells printed and the messages of its errors."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.output_type not in ("stream", "execute_result")]
            for output in cell.outputs:
                if output.output_type == "error" and not tells_no_data(output.ename):
                    _hush(output)


def _hush(error: NotebookNode) -> None:
    error.traceback = [part for part in error.traceback if _is_ours(part)] + [f"{error.ename}: {LEFT_OUT}"]
    error.evalue = LEFT_OUT


def _is_ours(part: str) -> bool:
    """Whether a piece of a traceback is frame or frame-work: a message stands in a piece of its own."""
    text = _COLOUR.sub("", part).strip()
    return any(shape.match(text) for shape in (_HEAD, _FRAME, _CHAIN))
