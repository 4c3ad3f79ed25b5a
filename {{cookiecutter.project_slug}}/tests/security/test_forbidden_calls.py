"""The package and its notebooks run no text as code, start no shell, unpickle nothing and reach out to nobody."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
# Every exception, with its reason.
ALLOWED = {
    "src/customer_analytics/alerts/sending.py: import urllib.request reaches out": (
        "the one place that sends: alerts, to addresses that the environment names"
    ),
    "src/customer_analytics/alerts/sending.py: import http.client reaches out": "for the errors of the same",
    "src/customer_analytics/narrative/glossary/__init__.py: yaml.load makes objects of YAML": (
        "files of the package, with yaml's safe loader in C: plain values only"
    ),
    "src/customer_analytics/documents/slides/picture.py: ElementTree.fromstring parses XML": (
        "drawings of our own pages; one with a declaration is refused before"
    ),
    "src/customer_analytics/report/svg.py: ElementTree.fromstring parses XML": "our own drawing, made a moment before",
}


def load_checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("forbidden_calls", HERE / "forbidden_calls.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["forbidden_calls"] = module
    spec.loader.exec_module(module)
    return module


checker = load_checker()


def without_lines(faults: list[str]) -> set[str]:
    """The faults as ALLOWED names them: file and what, without the line."""
    return {f"{fault.split(':', 2)[0]}:{fault.split(':', 2)[2]}" for fault in faults}


def test_the_package_does_nothing_of_what_is_forbidden() -> None:
    files = sorted((PROJECT / "src").rglob("*.py"))
    found = [
        fault
        for file in files
        for fault in checker.faults(file.read_text(encoding="utf-8"), file.relative_to(PROJECT).as_posix())
    ]
    assert len(files) > 300
    assert without_lines(found) - set(ALLOWED) == set()
    assert set(ALLOWED) - without_lines(found) == set()  # an exception that nobody needs any more


def test_the_notebooks_do_nothing_of_what_is_forbidden() -> None:
    notebooks = sorted((PROJECT / "notebooks").glob("*.ipynb"))
    assert len(notebooks) == 8
    for file in notebooks:
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                assert checker.faults("".join(cell["source"]), file.name) == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')", "exec(text)", "import os\nos.system('x')", "import subprocess\nsubprocess.run('ls x')",
        "subprocess.run(command, shell=True)", "import pickle", "from joblib import load", "yaml.load(text)",
        "from yaml import unsafe_load", "pd.read_pickle(path)", "frame.eval('a + b')", "tempfile.mktemp()",
        "np.load(path, allow_pickle=True)", "archive.extractall(folder)", "import urllib.request",
        "from urllib import request", "import xml.sax", "ElementTree.fromstring(text)", "connection.raw_sql(text)",
        "connection.execute(f'select {name}')", "connection.sql('select ' + name)", "requests.get(u, verify=False)",
        "hashlib.md5(b'x')", "__import__(name)",
    ],
)  # fmt: skip
def test_what_is_forbidden_is_found(source: str) -> None:
    assert checker.faults(source, "x.py")


def test_what_is_alike_and_harmless_is_not_found() -> None:
    source = "re.compile('a')\nyaml.safe_load(t)\nsubprocess.run(['ls', x])\ntable.execute()\nimport urllib.parse"
    assert checker.faults(source, "x.py") == []
