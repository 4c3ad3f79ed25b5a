"""Kernels start from a warm process or plainly, in the right folder, and none is left."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from customer_analytics.language import Language
from customer_analytics.pipeline.engine import execute, hidden_messages, tidy
from customer_analytics.pipeline.failures import Failure
from customer_analytics.pipeline.kernels import Interrupted, Kernels
from customer_analytics.pipeline.warm import WarmProcess

Heard = tuple[int, int, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("braces {x} 客户")


@pytest.fixture(scope="module", params=["plain", "warm"])
def kernels(folder: Path, request: pytest.FixtureRequest) -> Iterator[Kernels]:
    warm = None
    if request.param == "warm":
        if not WarmProcess.possible():
            pytest.skip("this system cannot fork a warm process")
        warm = WarmProcess(folder)
    with Kernels(folder, warm) as opened:
        yield opened
    if warm is not None:
        warm.close()


def _run(kernels: Kernels, folder: Path, *cells: str) -> tuple[nbformat.NotebookNode, Failure | None, list[Heard]]:
    heard: list[Heard] = []
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("## Heading"),
            nbformat.v4.new_code_cell("value = None", metadata={"tags": ["parameters"]}),
            *(nbformat.v4.new_code_cell(source) for source in cells),
        ]
    )
    path = folder / "1_{name}.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    executed, failure = execute(
        path, {"value": "{braces} 'quoted' 中文"}, kernels, lambda *cell: heard.append(cell), Language("en")
    )
    return executed, failure, heard


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def _printed(notebook: nbformat.NotebookNode) -> str:
    return "".join(o.text for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "stream")


def test_parameters_and_folder_arrive_to_the_letter(kernels: Kernels, folder: Path) -> None:
    notebook, failure, heard = _run(kernels, folder, "import os; print(value); print(os.getcwd())")
    assert failure is None
    assert _printed(notebook) == f"{{braces}} 'quoted' 中文\n{folder}\n"
    assert heard[-1] == (4, 4, "Heading")


def test_the_order_of_sets_is_the_same_in_every_kernel(kernels: Kernels, folder: Path) -> None:
    source = "print(list({'a', 'b', 'c', 'd', 'e', 'f'}), hash('x'))"
    assert _printed(_run(kernels, folder, source)[0]) == _printed(_run(kernels, folder, source)[0])


def test_kernels_share_nothing(kernels: Kernels, folder: Path) -> None:
    _run(kernels, folder, "import sys; sys.left_behind = 1")
    assert _printed(_run(kernels, folder, "import sys; print(hasattr(sys, 'left_behind'))")[0]) == "False\n"


def test_an_error_names_its_cell_and_kind_and_quotes_no_data(kernels: Kernels, folder: Path) -> None:
    notebook, failure, _ = _run(kernels, folder, "x = 1", "raise ValueError('Jane Doe')", "x = 2")
    assert failure is not None
    assert (failure.cell, failure.kind) == ("cell 5 of 6, Heading", "ValueError")
    assert "Jane" not in failure.message + failure.mend
    assert len(notebook.cells) == 6, "the cells that papermill adds around an error are not the analyst's"
    assert notebook.cells[5].outputs == []


def test_a_user_error_is_shown_as_its_text(kernels: Kernels, folder: Path) -> None:
    source = "from customer_analytics.engagement.errors import *; raise UserError([Problem('orders', 'no column x.')])"
    failure = _run(kernels, folder, source)[1]
    assert failure is not None
    assert failure.message == "orders: no column x."


@pytest.mark.skipif(os.name != "posix", reason="signals as exit codes are a matter of POSIX")
def test_a_kernel_that_dies_is_told_with_its_cell_and_what_to_do(kernels: Kernels, folder: Path) -> None:
    failure = _run(kernels, folder, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")[1]
    assert failure is not None
    assert failure.cell == "cell 4 of 4, Heading"
    assert "signal 9" in failure.message
    assert "memory" in failure.message
    assert "--jobs" in failure.mend


def test_a_kernel_that_exits_by_itself_is_not_called_a_lack_of_memory(kernels: Kernels, folder: Path) -> None:
    failure = _run(kernels, folder, "import os; os._exit(3)")[1]
    assert failure is not None
    assert "exit code 3" in failure.message


@pytest.mark.skipif(os.name != "posix", reason="looks at processes as POSIX has them")
def test_no_kernel_is_left_after_its_notebook(kernels: Kernels, folder: Path) -> None:
    for source in ("import os; print(os.getpid())", "import os; print(os.getpid()); 1 / 0"):
        process = int(_printed(_run(kernels, folder, source)[0]))
        deadline = time.monotonic() + 5
        while _alive(process):
            assert time.monotonic() < deadline, "a kernel outlives its notebook"
            time.sleep(0.05)


def test_tidying_leaves_what_parts_displayed_and_nothing_that_differs_between_runs(
    kernels: Kernels, folder: Path
) -> None:
    source = (
        "import warnings; warnings.warn('careful'); print('noise')\n"
        "from IPython.display import display\n"
        "display({'text/html': '<p>part</p>'}, raw=True)\nobject()"
    )
    texts = []
    for _ in range(2):
        notebook, failure, _ = _run(kernels, folder, source)
        assert failure is None
        assert hidden_messages(notebook) == 2
        for cell, name in zip(notebook.cells, "abcde", strict=False):  # ids of cells that the test made are random
            cell.id = name
        tidy(notebook, {"value": 1}, failed=False)
        texts.append(nbformat.writes(notebook))
    assert texts[0] == texts[1]
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert [output.data["text/html"] for output in outputs] == ["<p>part</p>"]
    assert str(folder) not in texts[0]


def test_a_stopped_run_starts_no_kernel_and_kills_those_that_are_there(folder: Path) -> None:
    with Kernels(folder) as stopped:
        stopped.stop()
        with pytest.raises(Interrupted):
            _run(stopped, folder, "1")


def test_a_warm_process_that_died_is_replaced_by_plain_kernels(folder: Path) -> None:
    if not WarmProcess.possible():
        pytest.skip("this system cannot fork a warm process")
    warm = WarmProcess(folder)
    warm._server.kill()
    warm._server.wait()
    with Kernels(folder, warm) as opened:
        notebook, failure, _ = _run(opened, folder, "print(1)")
    warm.close()
    assert failure is None
    assert _printed(notebook) == "1\n"


def test_no_start_up_file_of_a_user_runs_in_a_report(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("intruder = 1", encoding="utf-8")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    warm = WarmProcess(folder) if WarmProcess.possible() else None
    with Kernels(folder, warm) as opened:
        assert _printed(_run(opened, folder, "print('intruder' in globals())")[0]) == "False\n"
    if warm is not None:
        warm.close()
